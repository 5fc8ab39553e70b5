"""A published evaluation moves the parameters of policy that it speaks of, as far as it is sure, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import evidence
from calibration.bank import Study
from calibration.draw_runs import Draws, run_draw
from calibration.evaluation_runs import EvaluationWork, key_of, pooled
from calibration.informed import COLUMNS, LEAST_RUNS, inform, learn
from calibration.replications import CHANCE, STARTED, number
from calibration.verdicts import AGREES, FAILS
from evidence.model import Parameter

Floats = NDArray[np.float64]
PUBLISHED = evidence.replications()
REACH = 2.5
RUNS, DRAWS, OTHERS = 160, 300, 12
SD = 45.0
"""Spread of a participant's gain, percentage points: about that of the runs."""


def places(seed: int = 3) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((DRAWS, 3)).clip(-REACH, REACH), rng.standard_normal((DRAWS, OTHERS))


def work_of(policy: Floats, others: Floats) -> Floats:
    """A truth: the third parameter of policy raises work, and one other parameter does."""
    return 16.0 + 5.0 * policy[:, 2] + 3.0 * others[:, 4]


def rows_of(policy: Floats, others: Floats, seed: int = 5, level: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = rng.integers(20, 200, RUNS).astype(float)
    chance = SD / np.sqrt(n)
    work = work_of(policy, others)[:RUNS] + level + chance * rng.standard_normal(RUNS)
    benefit = -8.0 - 2.0 * policy[:RUNS, 2] + chance * rng.standard_normal(RUNS)
    return pd.DataFrame({"reached": 1.0, STARTED: n, "fjf_work": work, "fjf_work.sd": SD, "fjf_benefit": benefit,
                         "fjf_benefit.sd": SD})  # fmt: skip


def sharper(by: float) -> dict[str, Parameter]:
    """The published figures with intervals so many times as narrow, and the discrepancy as well."""
    out = dict(PUBLISHED)
    for name in ("fjf_work", "fjf_benefit"):
        low, high = (float(end) for end in PUBLISHED[name].interval_95)  # type: ignore[union-attr, arg-type]
        middle, half = (low + high) / 2.0, (high - low) / 2.0 / by
        out[name] = replace(PUBLISHED[name], interval_95=(middle - half, middle + half))
    gap = PUBLISHED["fjf_discrepancy"]
    out["fjf_discrepancy"] = replace(gap, value=number(gap) / by)
    return out


def test_what_runs_depend_on_is_found_under_their_chance() -> None:
    """The chance of 160 runs of some hundred people leaves an error of about half a point to a slope of five."""
    policy, others = places()
    rows = rows_of(policy, others)
    answer = learn(policy[:RUNS], others[:RUNS], rows["fjf_work"].to_numpy(), rows[STARTED].to_numpy(),
                   rows["fjf_work.sd"].to_numpy())  # fmt: skip
    assert 4 in answer.others
    steps = np.zeros((2, 3))
    steps[1, 2] = 1.0
    mine, theirs = answer.parts(steps, np.eye(OTHERS)[[0, 4]])
    error = SD / np.sqrt(rows[STARTED].sum())
    assert mine[1] - mine[0] == pytest.approx(5.0, abs=4.0 * error * 1.7)  # a line and a square share the slope
    assert theirs[1] == pytest.approx(3.0, abs=4.0 * error * 1.7)
    assert answer.error < SD / np.sqrt(float(rows[STARTED].mean()))  # less than one run's own chance


def test_draws_move_towards_what_was_published_and_no_further() -> None:
    policy, others = places()
    found = inform(policy, others, rows_of(policy, others), PUBLISHED, REACH, 1)
    assert found.policy.shape == policy.shape
    assert np.abs(found.policy).max() <= REACH
    table = found.table.set_index("figure")
    assert tuple(found.table.columns) == COLUMNS
    aim = number(PUBLISHED["fjf_work"])
    assert abs(table["mean"]["fjf_work"] - aim) < abs(table["prior_mean"]["fjf_work"] - aim)
    assert table["verdict"]["fjf_work"] == AGREES
    # Given a draw whose other parameters already raise work, the parameter of policy is lower.
    assert np.corrcoef(found.policy[:, 2], others[:, 4])[0, 1] < -0.15
    assert found.policy[:, 2].std() < policy[:, 2].std()
    np.testing.assert_allclose(found.policy[:, :2].std(axis=0), 1.0, atol=4.0 / np.sqrt(2 * DRAWS))


def test_a_surer_figure_moves_draws_further() -> None:
    policy, others = places()
    rows = rows_of(policy, others)
    apart = []
    for by in (0.25, 1.0, 3.0):
        found = inform(policy, others, rows, sharper(by), REACH, 1)
        apart.append(abs(work_of(found.policy, others).mean() - number(PUBLISHED["fjf_work"])))
    assert apart[0] > apart[1] > apart[2]


def test_figures_out_of_the_priors_reach_are_said_to_fail() -> None:
    policy, others = places()
    found = inform(policy, others, rows_of(policy, others, level=60.0), PUBLISHED, REACH, 1)
    assert found.table.set_index("figure")["verdict"]["fjf_work"] == FAILS


def test_the_same_seed_gives_the_same_draws_and_another_gives_others() -> None:
    policy, others = places()
    rows = rows_of(policy, others)
    first, again, other = (inform(policy, others, rows, PUBLISHED, REACH, seed).policy for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_with_too_few_runs_nothing_is_learnt() -> None:
    policy, others = places()
    rows = rows_of(policy, others)
    rows.loc[LEAST_RUNS - 1 :, STARTED] = 0.0
    found = inform(policy, others, rows, PUBLISHED, REACH, 1)
    np.testing.assert_array_equal(found.policy, policy)
    assert found.table.empty
    assert found.facts["runs with participants"] == LEAST_RUNS - 1


def test_seeds_are_pooled_by_their_participants() -> None:
    def run(n: float, work: float) -> dict[str, float]:
        own = {STARTED: n, "fjf_work": work, "fjf_benefit": -work}
        return own | {f"{name}{CHANCE}": 40.0 / np.sqrt(n) for name in ("fjf_work", "fjf_benefit")}

    found = pooled([run(30.0, 10.0), run(10.0, 30.0), {STARTED: 1.0}, {}])
    assert found[STARTED] == 40.0
    assert found["fjf_work"] == pytest.approx(15.0)
    assert found["fjf_work.sd"] == pytest.approx(40.0)
    assert np.isnan(pooled([])["fjf_work"])


def test_without_policy_its_parameters_change_no_figure_and_with_it_they_do() -> None:
    study = Study("eskermere")
    start = study.start(4)
    z = np.zeros((2, len(study.priors)))
    z[1, -len(study.what.policy) :] = 1.5
    draws = Draws(z, (start.levels, start.levels), np.array([11, 11]))
    assert run_draw(study, draws, 0, 4, 1) == run_draw(study, draws, 1, 4, 1)
    assert key_of(study, draws.some([0])) != key_of(study, draws.some([1]))


def test_an_evaluation_runs_under_a_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    from calibration.replications import World

    monkeypatch.setattr(World, "demand", lambda world, name: 1.0)
    study = Study("eskermere")
    start = study.start(4)
    z = np.zeros((1, len(study.priors)))
    z[0, -len(study.what.policy)] = 2.0  # employers answer cost strongly, so that somebody takes part
    draws = Draws(z, (start.levels,), np.array([11]))
    work = EvaluationWork(study, Path("unused"), 4, 1, 5, draws)
    row = work.run(0)
    assert row["reached"] == 1.0
    assert set(row) >= {STARTED, "fjf_work", "fjf_benefit", "fjf_work.sd", "fjf_benefit.sd"}
    assert row == work.run(0)
