"""A finished run leaves nothing behind but its output: thousands of them run in one process."""

from __future__ import annotations

import gc

from simulation.model import RegionModel
from simulation.run import simulate
from tests.worlds import baseline, start_of, subsidy, with_subsidies, world


def held_arrays() -> int:
    """Return how many models still hold residents' columns."""
    gc.collect()
    models = [o for o in gc.get_objects() if isinstance(o, RegionModel)]
    return sum("columns" in vars(model) for model in models)


def test_runs_and_starts_let_go_of_their_arrays() -> None:
    before = held_arrays()
    start = start_of(world(200), run_in=2)
    for seed in range(3):
        simulate(start, (baseline(2, 3), with_subsidies(subsidy(), policy_month=2, months=3)), seed=seed)
    assert held_arrays() == before
