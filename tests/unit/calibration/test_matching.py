"""Where everything is a straight line, the fit must give what linear algebra gives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import evidence
from calibration import recovery
from calibration.bank import level_columns, stock_columns
from calibration.emulator import fit_emulator
from calibration.level_rule import learn
from calibration.matching import TIGHTNESS, TOTALS, Figures, Judge, World, ensemble, figures, space_left
from calibration.priors import priors
from calibration.recovery import fitted_again, normal_near_the_mode, recover, synthetic, truths, walkers_of
from calibration.stocks import stock_law
from evidence.model import Target
from results.diagnostics import TARP
from simulation.thresholds import LEVELS

NAMES = ("separation.separation", "search.student", "employer_choice.close_rate")
SLOPES = np.array([[1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.2], [0.0, -1.0, 0.7, 0.3, 0.0, 0.0, 0.0]])
REGION = evidence.load_region("cheshire-merseyside")


@pytest.fixture(scope="module")
def world() -> World:
    tight = next(t for t in REGION.targets if t.role == "fit" and t.measure == TIGHTNESS)
    return World(NAMES, stock_law(REGION), tight, 6.0)


@pytest.fixture(scope="module")
def judge(world: World) -> Judge:
    rng = np.random.default_rng(3)
    x = rng.standard_normal((400, world.n))
    y = x @ SLOPES.T
    emulator = fit_emulator(x, y, ["a", "b"], [False, False], [(0, 0)], smooth=False)
    se, discrepancy = np.array([0.4, 0.3]), np.array([0.0, 0.1])
    target = Target("a", "exit_ratio_1_condition", "region", "2024", 0.5, 0.4, "ratio", "fit", "assumption", "low", "")
    against = Figures((target, replace(target, name="b")), np.array([0.5, -0.8]), se, discrepancy)
    return Judge(world, emulator, against)


def test_the_sampler_gives_the_normal_posterior_of_a_linear_world(judge: Judge, world: World) -> None:
    variance = judge.variance(np.zeros((1, 2)))[0]
    precision = np.eye(world.n) + SLOPES.T @ np.diag(1.0 / variance) @ SLOPES
    covariance = np.linalg.inv(precision)
    mean = covariance @ SLOPES.T @ (judge.against.value / variance)
    chain = ensemble(judge, 4000, 2000, seed=5)
    sd = np.sqrt(np.diag(covariance))
    independent = 4 * world.n * 2000 / chain.length
    np.testing.assert_array_less(np.abs(chain.draws.mean(axis=0) - mean), 5 * sd / np.sqrt(min(independent, 4000)))
    np.testing.assert_allclose(chain.draws.std(axis=0), sd, rtol=5 / np.sqrt(2 * min(independent, 4000)))
    assert 0.05 < chain.accepted < 0.9


@dataclass(frozen=True)
class Normal:
    """Standard normals in as many dimensions as the fit of a region has."""

    n: int

    @property
    def world(self) -> Normal:
        return self

    def log_posterior(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(-0.5 * np.sum(x**2, axis=1), float)


def test_the_samplers_spread_is_right_in_many_dimensions() -> None:
    made, steps = Normal(43), 2000
    first = np.random.default_rng(1).standard_normal((4 * made.n, made.n))
    chain = ensemble(cast(Judge, made), 4000, steps, 6, first)
    spread = np.sqrt(np.mean(chain.draws**2))
    independent = 4 * made.n * steps / chain.length
    assert abs(spread - 1.0) < 4.0 / np.sqrt(2 * min(independent, 4000) * made.n)  # with snooker moves it is 0.96


def test_the_sampler_repeats_itself(judge: Judge) -> None:
    np.testing.assert_array_equal(ensemble(judge, 50, 20, seed=1).draws, ensemble(judge, 50, 20, seed=1).draws)
    assert not np.array_equal(ensemble(judge, 50, 20, seed=1).draws, ensemble(judge, 50, 20, seed=2).draws)


def test_space_left_is_the_share_of_the_prior_that_figures_allow(judge: Judge, world: World) -> None:
    left = space_left(judge, 3.0, 20_000, 1)
    x = np.random.default_rng(9).standard_normal((200_000, world.n))
    sd = np.sqrt(judge.variance(np.zeros((1, 2)))[0])
    allowed = (np.abs((x @ SLOPES.T - judge.against.value) / sd) <= 3.0).all(axis=1).mean()
    assert left == pytest.approx(allowed, abs=4 * np.sqrt(allowed * (1 - allowed) / 20_000) + 0.01)
    assert space_left(judge, 1e9, 500, 1) == 1.0


def test_heat_widens_and_a_shift_moves_the_posterior(judge: Judge) -> None:
    plain = ensemble(judge, 2000, 800, seed=2).draws @ SLOPES.T
    hot = ensemble(replace(judge, heat=9.0), 2000, 800, seed=2).draws @ SLOPES.T
    moved = ensemble(replace(judge, shift=np.array([1.0, 0.0])), 2000, 800, seed=2).draws @ SLOPES.T
    assert (hot.std(axis=0) > 1.2 * plain.std(axis=0)).all()
    assert moved[:, 0].mean() < plain[:, 0].mean() - 0.4


def test_a_place_of_the_space_has_the_totals_that_its_inputs_came_from(world: World) -> None:
    totals, tight = np.array([[46_000.0, 99_000.0, 250_000.0]]), 0.5
    row = {f"z.{name}": [0.1] for name in NAMES}
    row |= {f"out.{name}[region]": [value] for name, value in zip(TOTALS, totals[0], strict=True)}
    x = world.inputs(pd.DataFrame(row | {f"out.{TIGHTNESS}[region]": [tight]}))
    back, tight_back = world.totals(x)
    np.testing.assert_allclose(back, totals)
    np.testing.assert_allclose(tight_back, [tight])


def test_figures_leave_stocks_to_their_law(world: World) -> None:
    mine = figures(REGION.targets, world.law, evidence.calibrating())
    assert not set(mine.names) & set(world.law.heard)
    assert all(t.role == "fit" for t in mine.targets)
    assert {t.measure for t in mine.targets} >= {"hazard_EU", "ue_ratio_short_long", "sick_to_work_12m"}
    assert (mine.discrepancy > 0).all()


def test_the_level_rule_finds_levels_behind_the_chance_of_single_runs(world: World) -> None:
    places = tuple(place.name for place in REGION.places)
    rng = np.random.default_rng(4)
    n = 400
    z = rng.standard_normal((n, len(NAMES)))
    stocks = world.law.mean * np.exp(0.1 * rng.standard_normal((n, len(world.law.mean))))
    truth = {f"z.{name}": z[:, k] for k, name in enumerate(NAMES)}
    truth |= dict(zip(stock_columns(places), stocks.T, strict=True))
    truth["asked.vacancies_per_unemployed"] = 0.52 * np.exp(0.1 * rng.standard_normal(n))
    columns = level_columns(places)
    smooth = {name: np.exp(0.2 * z[:, 0]) for name in columns[:-2]} | {"slots": np.exp(0.01 * z[:, 1])}
    noisy = {name: value * np.exp(0.05 * rng.standard_normal(n)) for name, value in smooth.items()}
    noisy["standard_shift"] = np.rint(10 * z[:, 2])
    rule = learn(pd.DataFrame(truth | noisy), world, places)
    x = world.asked(pd.DataFrame(truth), stocks)
    found = rule.levels(x, stocks)
    error = np.array([level.place[0, 0] for level in found]) / smooth[columns[0]] - 1
    assert np.sqrt(np.mean(error**2)) < 0.025  # half of a single run's chance
    assert found[0].place.shape == (len(places), len(LEVELS))


@pytest.mark.slow
def test_truths_are_recovered_as_often_as_intervals_say(judge: Judge, world: World) -> None:
    known = priors(evidence.parameters(), NAMES)
    intervals, ranks = recover(world, judge.emulator, judge.against, known, 40, 3)
    held = ((intervals["truth"] >= intervals["p05"]) & (intervals["truth"] <= intervals["p95"])).groupby(
        intervals["parameter"]
    )
    assert set(held.groups) == set(NAMES)
    for _, one in held:
        assert 30 <= one.sum() <= 40  # joint 99% of three binomials (40, 0.9)
    assert set(ranks["parameter"]) == {*NAMES, TARP}
    assert ranks["rank"].between(0, 1).all()


def test_the_normal_law_near_the_mode_is_the_posterior_of_a_linear_world(judge: Judge, world: World) -> None:
    variance = judge.variance(np.zeros((1, 2)))[0]
    covariance = np.linalg.inv(np.eye(world.n) + SLOPES.T @ np.diag(1.0 / variance) @ SLOPES)
    mode, triangle = normal_near_the_mode(judge)
    # the emulator learnt its slopes from 400 designs without noise: they are exact but for the ridge's prior
    np.testing.assert_allclose(mode, covariance @ SLOPES.T @ (judge.against.value / variance), atol=0.01)
    np.testing.assert_allclose(triangle @ triangle.T, covariance, atol=0.01)
    places = walkers_of(judge, np.random.default_rng(2))
    assert places.shape == (4 * world.n, world.n)
    assert np.isfinite(judge.log_posterior(places)).all()


def test_a_truth_is_the_same_whichever_others_are_fitted(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "STEPS", 200)  # few enough to be quick, enough for every walker to move
    known = priors(evidence.parameters(), NAMES)
    one = fitted_again(judge, known, 3, seed=5)
    fitted_again(judge, known, 2, seed=5)
    assert fitted_again(judge, known, 3, seed=5) == one
    assert fitted_again(judge, known, 4, seed=5) != one


def test_synthetic_figures_lie_round_the_truth(judge: Judge, world: World) -> None:
    truth = truths(world, 1, np.random.default_rng(8))[0]
    values = np.array([synthetic(judge, truth, np.random.default_rng(k)).against.value for k in range(400)])
    sd = np.sqrt(judge.variance(judge.emulator.means(truth[None])))[0]
    np.testing.assert_array_less(np.abs(values.mean(axis=0) - SLOPES @ truth), 5 * sd / 20)
    np.testing.assert_allclose(values.std(axis=0), sd, rtol=5 / np.sqrt(800))
