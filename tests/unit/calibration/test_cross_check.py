"""Approximate Bayesian computation on a world of straight lines, where linear algebra says what it must find."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest

import evidence
from calibration.cross_check import HINT, Particles, approximate, directions, library, side_by_side
from calibration.emulator import fit_emulator
from calibration.matching import TIGHTNESS, Figures, Judge, World
from calibration.stocks import stock_law
from evidence.model import Target
from experiments.errors import MissingData

REGION = evidence.load_region("cheshire-merseyside")
SLOPES = np.array([[1.5, 0.8, 0.0, 0.0, 0.0, 0.0, 0.2], [0.0, -1.2, 0.9, 0.3, 0.0, 0.0, 0.0]])


@pytest.fixture(scope="module")
def judge() -> Judge:
    tight = next(t for t in REGION.targets if t.role == "fit" and t.measure == TIGHTNESS)
    world = World(("a.a", "b.b", "c.c"), stock_law(REGION), tight, 6.0)
    x = np.random.default_rng(3).standard_normal((400, world.n))
    # two seeds of a design differ by the chance of a run, which a simulation of the cross-check draws
    y = x @ SLOPES.T + 0.2 * np.random.default_rng(4).standard_normal((400, 2))
    emulator = fit_emulator(x, y, ["a", "b"], [False, False], [(0, 1)], smooth=False)
    target = Target("a", "exit_ratio_1_condition", "region", "2024", 0.5, 0.4, "ratio", "fit", "assumption", "low", "")
    figures = (target, replace(target, name="b"))
    against = Figures(figures, np.array([0.5, -0.8]), np.array([0.4, 0.3]), np.array([0.0, 0.1]))
    return Judge(world, emulator, against)


def test_directions_are_a_basis_that_begins_with_what_figures_see(judge: Judge) -> None:
    seen, rest = directions(judge)
    whole = np.vstack([seen, rest])
    np.testing.assert_allclose(whole @ whole.T, np.eye(judge.world.n), atol=1e-9)
    assert len(seen) == len(SLOPES)
    assert np.abs(SLOPES @ rest.T).max() < 0.1  # the ridge's slopes are those of 400 designs, to a few hundredths


def test_without_the_library_the_message_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyabc", None)
    with pytest.raises(MissingData, match="pyabc") as caught:
        library()
    assert HINT in str(caught.value) and caught.value.exit_code == 4


def test_outputs_stand_side_by_side_with_their_weights() -> None:
    chain = np.array([[0.0], [2.0]])
    found = Particles(np.array([[0.0], [4.0]]), np.array([0.75, 0.25]), 10, 1)
    table = side_by_side(chain, found, lambda x: {"twice": 2.0 * x[:, 0]}, {"twice": "jobs"})
    row = table.iloc[0]
    assert (row["output"], row["unit"], row["mean"], row["sd"]) == ("twice", "jobs", 2.0, 2.0)
    assert row["abc_mean"] == pytest.approx(2.0)
    assert row["abc_sd"] == pytest.approx(np.sqrt(0.75 * 4 + 0.25 * 36))
    assert row["effective"] == round(1 / (0.75**2 + 0.25**2))


@pytest.mark.slow
def test_it_finds_the_normal_posterior_of_a_linear_world(judge: Judge) -> None:
    pytest.importorskip("pyabc")
    emulator = judge.emulator
    tilt = emulator.tilts(np.zeros(judge.world.n))
    # exact for the emulators' own lines at their own variance, whose squares 400 designs put near nothing
    variance = judge.variance(emulator.means(np.zeros((1, judge.world.n))))[0]
    covariance = np.linalg.inv(np.eye(judge.world.n) + tilt.T @ np.diag(1.0 / variance) @ tilt)
    gap = judge.against.value - emulator.means(np.zeros((1, judge.world.n)))[0]
    mean, sd = covariance @ tilt.T @ (gap / variance), np.sqrt(np.diag(covariance))
    found = approximate(judge, seed=3, particles=1500, warming=500)
    assert found.effective > 300 and found.simulations > len(found.x)
    sure = 5 / np.sqrt(found.effective)
    middle = found.weight @ found.x
    np.testing.assert_array_less(np.abs(middle - mean), sure * sd + 0.05)
    spread = np.sqrt(found.weight @ (found.x - middle) ** 2)
    np.testing.assert_allclose(spread, sd, rtol=sure)
    again = approximate(judge, seed=3, particles=200, warming=100)
    np.testing.assert_array_equal(again.x, approximate(judge, seed=3, particles=200, warming=100).x)


@pytest.mark.slow
def test_numpy_s_global_generator_is_left_as_it_was(judge: Judge) -> None:
    pytest.importorskip("pyabc")
    before = np.random.get_state()[1]  # noqa: NPY002
    approximate(judge, seed=1, particles=50, warming=50)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002
