"""Predictions by draws: quantiles, scores and bands against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import bdtr, bdtrc, ndtri

from results.predictive import (
    binomial_interval,
    crps_mixture,
    crps_normal,
    holm,
    joint_band,
    mixture_cdf,
    mixture_quantiles,
    uniform_p,
)

PROBABILITIES = (0.005, 0.05, 0.25, 0.5, 0.75, 0.95, 0.995)
figures = st.floats(-1e3, 1e3)
errors = st.floats(0.01, 100)


@given(figures, errors, st.integers(2, 6))
def test_equal_draws_predict_one_normal(centre: float, se: float, n: int) -> None:
    found = mixture_quantiles(np.full(n, centre), se, PROBABILITIES)
    assert found == pytest.approx(centre + se * ndtri(PROBABILITIES), abs=1e-7 * se + 1e-10)


@given(st.lists(figures, min_size=2, max_size=12), errors)
def test_a_quantile_has_its_probability_below_it(values: list[float], se: float) -> None:
    draws = np.array(values)
    found = mixture_quantiles(draws, se, PROBABILITIES)
    assert (np.diff(found) >= 0).all()
    assert mixture_cdf(draws, se, found) == pytest.approx(PROBABILITIES, abs=1e-9)


@given(figures, errors, figures)
def test_the_score_of_equal_draws_is_that_of_the_normal(centre: float, se: float, observed: float) -> None:
    expected = crps_normal(centre, se, observed)
    assert crps_mixture(np.full(3, centre), se, observed) == pytest.approx(expected, abs=1e-9 * (1 + abs(expected)))


def test_the_score_of_many_normal_draws_is_that_of_the_wider_normal() -> None:
    # draws of N(0, s) observed with error e predict N(0, hypot(s, e)); the score's error falls as 1 / sqrt(n)
    random, n, spread, se = np.random.default_rng(3), 2000, 1.5, 0.8
    draws = spread * random.standard_normal(n)
    for observed in (-2.0, 0.0, 0.7, 3.0):
        expected = crps_normal(0.0, math.hypot(spread, se), observed)
        assert abs(crps_mixture(draws, se, observed) - expected) < 4 * spread / math.sqrt(n)


@given(st.lists(figures, min_size=2, max_size=8), errors, figures)
def test_the_score_is_the_integral_of_the_squared_distance(values: list[float], se: float, observed: float) -> None:
    draws = np.array(values)
    low, high = min(*values, observed) - 10 * se, max(*values, observed) + 10 * se
    at = np.linspace(low, high, 40_001)
    integrand = (mixture_cdf(draws, se, at) - (at >= observed)) ** 2
    step = at[1] - at[0]
    assert crps_mixture(draws, se, observed) == pytest.approx(np.trapezoid(integrand, at), abs=step + 1e-6)


def test_a_point_has_its_distance_as_score() -> None:
    assert crps_mixture(np.zeros(2), 1e-9, 3.0) == pytest.approx(3.0, rel=1e-6)


@pytest.mark.parametrize(("inside", "n"), [(0, 10), (3, 10), (10, 10), (56, 70)])
def test_the_binomial_interval_leaves_half_the_rest_on_each_side(inside: int, n: int) -> None:
    low, high = binomial_interval(inside, n, 0.95)
    assert low <= inside / n <= high
    if inside:
        assert bdtrc(inside - 1, n, low) == pytest.approx(0.025)
    if inside < n:
        assert bdtr(inside, n, high) == pytest.approx(0.025)
    assert all(math.isnan(end) for end in binomial_interval(0, 0, 0.95))


def test_the_joint_band_of_twenty_parameters_and_two_hundred_truths() -> None:
    assert joint_band(200, 0.9, 20, 0.99) == (164, 193)


def test_an_exactly_calibrated_posterior_covers_within_the_band() -> None:
    # figure and draws come from the same law, so the 90% interval of the prediction holds 90% of the figures
    random, n_draws, spread, se = np.random.default_rng(11), 400, 0.7, 1.0
    low, high = joint_band(200, 0.9, 1, 0.99)
    inside = 0
    for _ in range(200):
        centre = random.standard_normal() * 5
        draws = centre + spread * random.standard_normal(n_draws)
        observed = centre + math.hypot(spread, se) * random.standard_normal()
        ends = mixture_quantiles(draws, se, (0.05, 0.95))
        inside += ends[0] <= observed <= ends[1]
    assert low <= inside <= high


def test_uniform_ranks_pass_and_piled_ranks_do_not() -> None:
    random = np.random.default_rng(2)
    p, counts = uniform_p(random.random(1000), 10)
    assert p > 0.001 and counts.sum() == 1000
    assert uniform_p(random.beta(4, 4, 1000), 10)[0] < 1e-6
    assert uniform_p(np.array([0.0, 1.0]), 2)[1].tolist() == [1, 1]


def test_holms_steps() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []
