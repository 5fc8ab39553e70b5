"""The value of information against closed forms, and what must hold whatever the runs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import qmc

from experiments.information import information, standardised, surface

Floats = NDArray[np.float64]
MEAN, WEIGHTS = 0.2, np.array([1.0, 0.7])
"""An option worth MEAN + WEIGHTS x two standard normal parameters, against doing nothing."""


def linear_loss(mean: float, spread: float) -> float:
    """Return spread x the unit normal loss integral at |mean| / spread: the value of knowing what spreads so far."""
    z = abs(mean) / spread
    return spread * (math.exp(-z * z / 2) / math.sqrt(2 * math.pi) - z * (1 - float(ndtr(z))))


def parameters(n: int, columns: int, seed: int) -> Floats:
    """Return standard normal parameters that fill their space evenly, so that few of them hold little chance."""
    return np.asarray(ndtri(qmc.Sobol(columns, seed=seed).random(n)), np.float64)


def toy(n: int = 256, seeds: int = 4, noise: float = 0.6) -> tuple[Floats, Floats]:
    """Return parameters, and the mean value over seeds of each draw: chance is as large as what is not known."""
    x = parameters(n, 3, 5)
    random = np.random.default_rng(11)
    runs = MEAN + (x[:, :2] @ WEIGHTS)[:, None] + noise * random.standard_normal((n, seeds))
    return x, runs.mean(axis=1)[:, None]


def test_perfect_and_partial_information_are_within_five_per_cent_of_the_closed_form() -> None:
    x, values = toy()
    perfect = information(x, values)
    assert perfect.value == pytest.approx(linear_loss(MEAN, float(np.hypot(*WEIGHTS))), rel=0.05)
    for k, weight in enumerate(WEIGHTS):
        part = information(x[:, [k]], values, perfect.raw)
        assert part.value == pytest.approx(linear_loss(MEAN, weight), rel=0.05)
        assert part.is_clear and not part.is_held and part.value <= perfect.value
    chance_of_gain = float(ndtr(MEAN / np.hypot(*WEIGHTS)))
    assert perfect.best == pytest.approx((chance_of_gain, 1 - chance_of_gain), abs=4 * math.sqrt(0.25 / len(x)))


def test_a_choice_between_two_options_is_worth_what_their_difference_says() -> None:
    x = parameters(256, 2, 7)
    values = np.stack([5.0 + x[:, 0], 5.1 + 0.5 * x[:, 1]], axis=1)  # doing nothing is never in the race
    perfect = information(x, values)
    assert perfect.value == pytest.approx(linear_loss(0.1, math.hypot(1.0, 0.5)), rel=0.05)


def test_a_parameter_without_influence_is_worth_nothing() -> None:
    x, values = toy()
    part = information(x[:, [2]], values)
    assert 0.0 <= part.raw < 2 * part.error or part.raw < 0.01
    assert not part.is_clear


def test_chance_alone_is_not_knowledge_that_could_be_bought() -> None:
    """With chance only, the best of each run is worth much more than the value of knowing the parameters."""
    x = parameters(128, 10, 3)
    values = np.random.default_rng(5).standard_normal((128, 1))
    with_hindsight = np.maximum(values[:, 0], 0.0).mean() - max(0.0, values.mean())
    found = information(x, values)
    assert with_hindsight > 0.2 and found.raw < 0.1 * with_hindsight and not found.is_clear


def test_information_is_never_worth_less_than_nothing_nor_more_than_perfect() -> None:
    random = np.random.default_rng(2)
    for _ in range(3):
        x = random.standard_normal((40, 4))
        values = random.standard_normal((40, 2)) + x[:, :2] * random.normal(0, 0.5, 2)
        perfect = information(x, values)
        for k in range(4):
            part = information(x[:, [k]], values, perfect.raw)
            assert 0.0 <= part.value <= perfect.value and part.is_held == (part.raw > perfect.raw)


def test_options_in_another_order_give_the_same_value() -> None:
    x, values = toy(64)
    both = np.concatenate([values, 0.3 - values[:, ::-1]], axis=1)
    one, other = information(x, both), information(x, both[:, ::-1])
    assert one.raw == pytest.approx(other.raw, abs=1e-12) and one.left_out == pytest.approx(other.left_out)


def test_a_certain_choice_leaves_nothing_to_buy() -> None:
    x, values = toy(64)
    assert information(x, values - 100.0).raw == 0.0
    assert information(x, np.full((64, 1), 3.0)).raw == 0.0


def test_a_parameter_that_is_the_same_in_every_draw_tells_nothing() -> None:
    _, values = toy(64)
    assert standardised(np.ones((64, 2))).shape == (64, 0)
    assert information(np.ones((64, 1)), values).raw == 0.0


def test_a_draw_left_out_is_foretold_by_the_others() -> None:
    x, values = toy(128)
    found = surface(standardised(x), values[:, 0])
    truth = MEAN + x[:, :2] @ WEIGHTS
    own, blind = np.std(truth - found.left_out), np.std(truth)
    assert own < 0.3 * blind
    assert np.std(values[:, 0] - found.left_out) > np.std(values[:, 0] - found.mean)  # nothing is learned from itself
