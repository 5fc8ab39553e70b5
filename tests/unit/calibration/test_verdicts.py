"""The verdict on a published figure is computed rightly: from draws, chance of seeds and the figure's own error."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.verdicts import AGREES, FAILS, UNDECIDED, Prediction, error_of, predict, verdict
from evidence import replications


def prediction(mean: float, spread: float, chance: float) -> Prediction:
    wide = float(np.hypot(spread, chance))
    return Prediction(mean, mean - wide, mean + wide, spread, chance, 20, 40)


def test_a_figure_inside_agrees_and_one_outside_fails_on_either_side() -> None:
    model = prediction(5.0, 2.0, 0.1)
    assert verdict(6.0, 0.1, model) == AGREES
    assert verdict(8.0, 0.1, model) == verdict(2.0, 0.1, model) == FAILS


def test_the_figures_own_error_widens_the_interval_by_its_root_of_squares() -> None:
    """Half widths of 3 and 1.6449 x 2.4318 = 4 make 5."""
    model = prediction(0.0, 3.0, 0.0)
    assert verdict(4.99, 4 / 1.6448536, model) == AGREES
    assert verdict(5.01, 4 / 1.6448536, model) == FAILS


def test_chance_alone_never_makes_agreement() -> None:
    model = prediction(0.0, 0.5, 10.0)
    assert verdict(3.0, 0.1, model) == UNDECIDED
    assert verdict(0.2, 0.1, model) == AGREES
    assert verdict(30.0, 0.1, model) == FAILS


def test_one_draw_has_a_students_interval_of_chance_alone() -> None:
    values = [1.0, 2.0, 3.0, 4.0, 5.0]
    found = predict([0] * 5, values)
    se = np.std(values, ddof=1) / np.sqrt(5)
    assert found.mean == pytest.approx(3.0)
    assert found.mc_se == pytest.approx(se)
    assert found.p95 - found.mean == pytest.approx(2.13185 * se, rel=1e-4)
    assert found.spread == 0.0
    assert (found.n_draws, found.n_runs) == (1, 5)


def test_the_spread_between_draws_is_found_under_the_chance_of_their_seeds() -> None:
    """Draws of spread 2, seeds of spread 6: the raw spread of the draws' means is 3.6, what is left of it is 2.

    The variance found has a relative error of about sqrt(2 / draws) x (raw / true variance): 4 of them here.
    """
    rng = np.random.Generator(np.random.PCG64(1))
    draws, seeds = 2000, 4
    centres = 10.0 + 2.0 * rng.standard_normal(draws)
    values = centres[:, None] + 6.0 * rng.standard_normal((draws, seeds))
    found = predict(np.repeat(np.arange(draws), seeds).tolist(), values.ravel().tolist())
    variance = (found.spread / 1.6456) ** 2
    assert abs(variance - 4.0) < 4 * np.sqrt(2 / draws) * (4.0 + 36.0 / seeds)
    assert abs(found.mean - 10.0) < 4 * np.sqrt((4.0 + 9.0) / draws)


def test_intervals_of_calibrated_draws_cover_the_truth_as_often_as_they_say() -> None:
    """Of 400 truths drawn like the draws, 90% lie inside: 4 binomial errors of 1.5 points each way."""
    rng = np.random.Generator(np.random.PCG64(2))
    inside = 0
    for _ in range(400):
        centres = rng.standard_normal(30)
        values = centres[:, None] + 0.3 * rng.standard_normal((30, 2))
        found = predict(np.repeat(np.arange(30), 2).tolist(), values.ravel().tolist())
        truth, se = rng.standard_normal(), 0.5
        inside += verdict(truth + se * rng.standard_normal(), se, found) == AGREES
    assert abs(inside / 400 - 0.9) < 4 * 0.015


def test_runs_without_a_value_are_left_out_and_one_value_is_too_few() -> None:
    assert predict([0, 0, 0], [1.0, float("nan"), 3.0]).n_runs == 2
    with pytest.raises(ValueError, match="run more seeds"):
        predict([0, 0], [1.0, float("nan")])


def test_every_published_figure_has_an_error_of_its_interval() -> None:
    figures = replications()
    assert error_of(figures["fjf_work"]) == pytest.approx(12 / 3.919928)
    assert all(error_of(figure) > 0 for figure in figures.values())
