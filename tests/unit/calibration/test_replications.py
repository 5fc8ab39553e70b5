"""Replications: participants are counted as evaluations count them, runs run, and bad requests are refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import evidence
from calibration.drawn import Drawn, draws_of, start_of
from calibration.evaluated import started, trial_of, trial_plans
from calibration.replications import COLUMNS, REPLICATIONS, Request, World, _row, base_arm, number, quantile_of, write
from calibration.verdicts import AGREES, FAILS
from experiments.errors import InvalidRequest, MissingData
from experiments.markets import demand_for, settled_tightness
from experiments.trials import Followed
from simulation.start import Start
from tests.posteriors import some_posterior

REGION = "eskermere"


@pytest.fixture(scope="module")
def start() -> Start:
    region, values = evidence.load_region(REGION), evidence.parameters()
    (draw,) = draws_of(region, values, 0)
    assert draw.number == 0
    return start_of(region, values, base_arm(REGION), draw, 4, 1)


def followed_of(started_in: list[int], months: int = 31, leaves: int | None = None) -> Followed:
    n = len(started_in)
    out = Followed(started=np.array(started_in), ids=np.arange(n, dtype=np.uint32))
    for month in range(months):
        out.work.append(np.zeros(n, bool))
        out.benefit.append(np.zeros(n, bool))
        here = np.ones(n, bool)
        if leaves is not None and month >= 20:
            here[leaves] = False
        out.here.append(here)
    return out


def test_participants_are_asked_as_long_after_their_own_start_as_the_evaluation_asked() -> None:
    who, month = started(followed_of([-1] * 4), followed_of([-1, 1, 6, 7]), 24)
    assert who.tolist() == [1, 2]  # the first never started; the last is not followed for long enough
    assert month.tolist() == [25, 30]


def test_who_has_left_either_arm_is_not_asked() -> None:
    who, _ = started(followed_of([-1] * 3), followed_of([1, 2, 3], leaves=1), 24)
    assert who.tolist() == [0, 2]
    who, _ = started(followed_of([-1] * 3, leaves=0), followed_of([1, 2, 3]), 24)
    assert who.tolist() == [1, 2]


def test_a_row_holds_the_verdict_of_its_figure() -> None:
    figure = evidence.replications()["fjf_work"]
    near = dict(
        zip(COLUMNS, _row("future-jobs-fund", "fjf_work", figure, [(0, 10.0), (0, 12.0), (0, 11.0)], 0), strict=True)
    )
    far = dict(
        zip(COLUMNS, _row("future-jobs-fund", "fjf_work", figure, [(0, -3.0), (0, -2.9), (0, -3.1)], 2), strict=True)
    )
    assert (near["verdict"], near["mean"], near["n_runs"]) == (AGREES, 11.0, 3)
    assert far["verdict"] == FAILS
    assert near["role"] == "fit"
    assert (near["n_unreachable"], far["n_unreachable"]) == (0, 2)


def test_every_figure_is_published_and_only_the_future_jobs_fund_may_be_fitted() -> None:
    published = evidence.replications()
    assert all(figure in published for each in REPLICATIONS.values() for figure in each.figures)
    assert [name for name, each in REPLICATIONS.items() if each.role == "fit"] == ["future-jobs-fund"]
    assert {"ips_lite", "key_worker"} <= set(trial_plans(REGION))


def test_quantiles_of_any_number_of_groups_are_spread_evenly() -> None:
    """No part of ten holds more than twice its share of a hundred quantiles, and none is empty."""
    parts = np.bincount([int(10 * quantile_of(g)) for g in range(100)], minlength=10)
    assert parts.min() > 0
    assert parts.max() <= 20


def test_the_market_of_a_period_is_as_tight_as_published(start: Start) -> None:
    wanted = 0.3
    demand = demand_for(start, base_arm(REGION), wanted)
    assert settled_tightness(start, base_arm(REGION), demand) == pytest.approx(wanted, rel=0.25)
    with pytest.raises(InvalidRequest, match="have to be more than 0"):
        demand_for(start, base_arm(REGION), 0.0)


def test_the_runs_run_and_a_seed_gives_the_same_figures_again(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(World, "demand", lambda world, name: {"kickstart_actual": 1.05}.get(name, 1.0))
    world = World(start, base_arm(REGION), REGION, 1, evidence.replications())
    for name, each in REPLICATIONS.items():
        run = each.prepare(world)
        first = run(1, 0.5)
        assert set(first) >= set(each.figures), name
        assert np.isfinite([first[figure] for figure in each.figures]).all()
        assert first == each.prepare(world)(1, 0.5)


def test_help_without_effect_gains_nothing(start: Start) -> None:
    gain, control = trial_of(start, replace(base_arm(REGION), months=6), trial_plans(REGION)["ips_lite"], {}, 0.5, 1, 1)
    assert gain == 0.0
    assert 0.0 <= control <= 100.0


def test_draws_of_a_posterior_carry_their_own_parameters_and_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    region, values = evidence.load_region(REGION), evidence.parameters()
    posterior = some_posterior(region, values, n=2)
    monkeypatch.setattr(evidence, "posterior", lambda region: posterior)
    (first,) = draws_of(region, values, 1)
    assert first.number == 1
    assert first.overrides == posterior.draws[0].parameters
    start = start_of(region, values, base_arm(REGION), first, 40, 1)
    assert start.levels.slots == posterior.draws[0].slots
    assert start.parameters.separation.separation == dict(first.overrides)["separation.separation"]
    assert [each.number for each in draws_of(region, values, 0)] == [0]
    with pytest.raises(MissingData, match="2 draws, 3 are asked for"):
        draws_of(region, values, 3)


def test_an_unknown_replication_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidRequest, match=r"no replication 'fjf'; there are future-jobs-fund, kickstart"):
        Request(names=("fjf",))
    with pytest.raises(InvalidRequest, match="two at least"):
        Request(n_seeds=1)


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    figure = evidence.replications()["kickstart_take_up"]
    rows = [_row("kickstart", "kickstart_take_up", figure, [(0, 0.987654), (0, 1.0)], 0)]
    path = write(tmp_path, pd.DataFrame(rows, columns=list(COLUMNS)))
    back = pd.read_csv(path)
    assert tuple(back.columns) == COLUMNS
    assert back["mean"][0] == 0.9938
    assert back["observed"][0] == number(figure)


def test_levels_of_draw_nought_are_the_fitted_ones() -> None:
    region = evidence.load_region(REGION)
    found: Drawn = draws_of(region, evidence.parameters(), 0)[0]
    assert found.draw is None
    assert found.overrides == ()
