"""Rows are only where people are kept: in another order everybody has the same life (`verification.md`, 4)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from simulation.model import RegionModel
from tests.worlds import (
    assert_same,
    baseline,
    model_of,
    run,
    shuffled,
    start_of,
    state_of,
    subsidy,
    with_subsidies,
    world,
)

ARMS = {
    "baseline": baseline(),
    "vacancies": with_subsidies(subsidy(months=3)),
    "places, few of them": with_subsidies(subsidy(places="both", months=3, cap_starts_month=2, priority_cohorts=0b11)),
    "growing employers only": with_subsidies(subsidy(months=3, marginal_only=True, employer_take_up=1.0)),
}


def by_id(model: RegionModel) -> dict[str, NDArray[Any]]:
    """Return the state with residents in the order of their ids, and partners by id."""
    out, order = state_of(model), np.argsort(model.columns.id)
    ids = np.append(model.columns.id.astype(np.int64), -1)
    out["residents.partner"] = ids[model.columns.partner]
    for name in out:
        if name.startswith("residents."):
            out[name] = out[name][order]
    return out


@pytest.mark.parametrize("arm", ARMS.values(), ids=ARMS.keys())
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shuffled_rows_keep_every_trajectory(arm: Any, seed: int) -> None:
    w = world(500, seed=seed)
    months = 15
    straight = run(model_of(start_of(w), arm, seed=seed, hashing=True), months)
    mixed = run(model_of(start_of(shuffled(w, seed)), arm, seed=seed, hashing=True), months)
    assert_same(vars(straight.rows), vars(mixed.rows))
    assert_same(by_id(straight), by_id(mixed))
    assert straight.rows.flows[:months, :, 0].sum() > 0


def test_seekers_proposing_in_reverse_get_the_same_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    import simulation.model as module

    start, arm, forwards = start_of(world(600)), with_subsidies(subsidy(places="both", months=3)), module.match
    straight = run(model_of(start, arm), 10)

    def backwards(c: Any, firms: Any, m: Any, seeker: Any, ids: Any, n: int, _: int, unlimited: int) -> int:
        return int(forwards(c, firms, m, seeker, ids, n, 1, unlimited))

    monkeypatch.setattr(module, "match", backwards)
    assert_same(state_of(straight), state_of(run(model_of(start, arm), 10)))
