"""A goal-seek on made-up functions in place of runs: every kind of curve, and intervals that cover as they say."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom

from experiments.seek_chance import (
    BELOW,
    BEYOND,
    crossings_of_curves,
    ends_to_try,
    over_draws,
    over_seeds,
    resampled_means,
    shape_of,
)
from experiments.seek_levers import MONEY, WHOLE, Lever
from experiments.seek_many import Points, by_draw, search_many
from experiments.seek_search import (
    CROSSED,
    EVERYWHERE,
    NOWHERE,
    Tried,
    best_value,
    crossings_of,
    first_values,
    search,
    status_of,
)

Floats = NDArray[np.float64]
UNIT = Lever("x", 0.0, 1.0)
NO_NOISE = np.zeros(3)


def tried_of(
    curve: Callable[[float], float], noise: Floats = NO_NOISE, budget: int = 40, slopes: Floats | None = None
) -> Tried:
    """Runs whose noise is the same at every value, as that of shared random numbers nearly is."""
    tilt = np.zeros_like(noise) if slopes is None else slopes
    return Tried(lambda values: [curve(x) + noise + tilt * x for x in values], budget)


def test_a_straight_line_is_crossed_exactly_and_at_once() -> None:
    tried = tried_of(lambda x: 2 * x - 0.74)
    (found,) = search(UNIT, tried)
    assert found.x == 0.37 and found.rises and found.is_settled and not found.is_step
    assert len(tried.beyond) <= 7 and status_of(tried, [found]) == CROSSED


def test_a_falling_line_is_reached_below_its_crossing() -> None:
    lever = Lever("price", 0.0, 3000.0, MONEY)
    tried = tried_of(lambda x: 1234.0 - x)
    (found,) = search(lever, tried)
    assert not found.rises and found.x == 1230.0  # in steps of £10, on the side that reaches the target
    assert tried.reaches(found.low) and not tried.reaches(found.high)


@pytest.mark.parametrize("least", [1, 17, 333, 500])
def test_whole_numbers_stay_whole_and_the_least_that_reaches_is_found(least: int) -> None:
    lever = Lever("cap", 0.0, 500.0, WHOLE)
    tried = tried_of(lambda n: n - least + 0.5 * (n >= least))
    (found,) = search(lever, tried)
    assert found.x == least and all(x == int(x) for x in tried.beyond) and lever.text(found.x) == str(least)


def test_a_step_is_bracketed_and_said_to_be_one() -> None:
    tried = tried_of(lambda x: 1.0 if x > 0.6182 else -1.0)
    (found,) = search(UNIT, tried)
    assert found.is_step and found.low < 0.6182 < found.high and found.high - found.low <= UNIT.tolerance * 1.001
    assert found.x == found.high and tried.reaches(found.x)


def test_every_crossing_of_a_curve_that_turns_is_given() -> None:
    tried = tried_of(lambda x: 0.04 - (x - 0.5) ** 2)
    first, second = search(UNIT, tried)
    assert first.rises and not second.rises
    assert first.x == pytest.approx(0.3, abs=UNIT.tolerance) and second.x == pytest.approx(0.7, abs=UNIT.tolerance)
    assert shape_of(tried.values, tried.matrix + np.linspace(0, 1e-6, 3)).turns


def test_a_summit_between_the_values_of_the_grid_is_climbed() -> None:
    tried = tried_of(lambda x: 0.004 - (x - 0.39) ** 2)  # no value of the grid reaches it
    assert not any(tried_of(lambda x: 0.004 - (x - 0.39) ** 2).evaluate([x])[0][0] >= 0 for x in first_values(UNIT))
    first, second = search(UNIT, tried)
    assert first.low < 0.39 - math.sqrt(0.004) < first.high and second.low < 0.39 + math.sqrt(0.004) < second.high


def test_what_is_out_of_reach_is_said_to_be_with_the_nearest_value() -> None:
    tried = tried_of(lambda x: x - 3)
    assert search(UNIT, tried) == [] and status_of(tried, []) == NOWHERE and best_value(tried) == 1.0
    assert len(tried.beyond) == 5  # the best is an end of the range, so that nothing beside it is tried
    over = tried_of(lambda x: x + 3)
    assert search(UNIT, over) == [] and status_of(over, []) == EVERYWHERE


def test_a_flat_curve_is_told_from_one_that_chance_hides() -> None:
    x = [0.0, 0.25, 0.5, 0.75, 1.0]
    flat = shape_of(x, np.tile(np.array([1.0, 2.0, -1.0]), (5, 1)))
    assert flat.is_constant and flat.is_flat and not flat.turns
    generator = np.random.default_rng(3)
    hidden = shape_of(x, generator.normal(0, 1, (5, 8)))
    assert not hidden.is_constant and hidden.is_flat
    clear = shape_of(x, np.array(x)[:, None] * 5 + generator.normal(0, 1, (5, 8)))
    assert not clear.is_flat and not clear.turns


def test_the_budget_is_kept_and_nothing_is_tried_twice() -> None:
    asked: list[float] = []

    def evaluate(values: Sequence[float]) -> list[Floats]:
        asked.extend(values)
        return [np.array([math.sin(9 * x) - 0.2]) for x in values]

    tried = Tried(evaluate, 9)
    search(UNIT, tried)
    assert len(asked) == len(set(asked)) == 9
    assert any(not crossing.is_settled for crossing in crossings_of(tried, UNIT))


def test_values_without_a_figure_are_passed_over() -> None:
    tried = tried_of(lambda x: math.nan if x < 0.2 else x - 0.6)
    (found,) = search(UNIT, tried)
    assert found.x == 0.6
    spread = over_seeds(tried, found, UNIT, seed=1)
    assert spread is not None and spread.low == spread.high == pytest.approx(0.6)


def test_curves_that_never_cross_lie_outside_the_range_on_the_side_that_they_tell() -> None:
    x, curves = np.array([0.0, 1.0]), np.array([[-1.0, 1.0], [1.0, 2.0], [-2.0, -1.0]])
    assert crossings_of_curves(x, curves, True, 0.5, UNIT).tolist() == [0.5, BELOW, BEYOND]
    assert crossings_of_curves(x, -curves, False, 0.5, UNIT).tolist() == [0.5, BELOW, BEYOND]
    whole = Lever("n", 0.0, 1.0, WHOLE)
    assert crossings_of_curves(x, np.array([[-1.0, 3.0]]), True, 0.5, whole).tolist() == [1.0]


@pytest.mark.parametrize("n_runs", [6, 16])
def test_the_interval_over_seeds_covers_the_truth_as_often_as_it_says(n_runs: int) -> None:
    """Level and slope differ from run to run; 400 studies, tolerance from the binomial law at 1 in 1,000."""
    generator, n, hits = np.random.default_rng(7), 400, 0
    for study in range(n):
        tried = tried_of(
            lambda x: 2 * x - 1, generator.normal(0, 0.35, n_runs), slopes=generator.normal(0, 0.2, n_runs)
        )
        tried.at([0.0, 0.25, 0.5, 0.75, 1.0])
        crossings = crossings_of(tried, UNIT)
        spread = over_seeds(tried, crossings[0], UNIT, seed=study) if crossings else None
        hits += spread is not None and spread.low <= 0.5 <= spread.high
    low, high = binom.ppf((0.0005, 0.9995), n, 0.9)
    assert low <= hits <= high


def test_resampled_means_take_the_same_runs_at_every_value() -> None:
    runs = np.random.default_rng(1).normal(0, 1, 12)
    means = resampled_means(np.stack([runs, runs + 5.0]), seed=2)
    assert np.allclose(means[:, 1] - means[:, 0], 5.0)
    assert np.array_equal(means, resampled_means(np.stack([runs, runs + 5.0]), seed=2))


def test_every_draw_has_its_own_crossing_and_some_have_none() -> None:
    levels = np.array([0.2, 0.4, 0.6, 0.8, 1.7])
    tried = Tried(lambda values: [x - np.repeat(levels, 2) for x in values], 20)
    tried.at(first_values(UNIT))
    (crossing,) = search(UNIT, tried)
    spread = over_draws(tried, crossing, UNIT, np.repeat(np.arange(1, 6), 2))
    assert spread is not None and spread.unreachable == 0.2 and spread.everywhere == 0
    assert spread.values[:4].tolist() == pytest.approx([0.2, 0.4, 0.6, 0.8]) and spread.high == BEYOND
    assert over_draws(tried, crossing, UNIT, np.zeros(10, np.int64)) is None


def test_ends_of_an_interval_are_tried_where_nothing_near_was() -> None:
    tried = tried_of(lambda x: x - 0.5, np.random.default_rng(2).normal(0, 0.3, 8))
    (crossing,) = search(UNIT, tried)
    spread = over_seeds(tried, crossing, UNIT, seed=1)
    more = ends_to_try(spread, tried, UNIT)
    assert spread is not None and UNIT.snap(spread.high) in more and tried.at(more) == len(more)
    assert ends_to_try(spread, tried, UNIT) == []


def test_the_cheapest_point_on_a_line_of_reach_is_found() -> None:
    levers = (Lever("a", 0.0, 10.0), Lever("b", 0.0, 10.0))

    def evaluate(points: Sequence[tuple[float, ...]]) -> list[tuple[Floats, float]]:
        return [(np.full(4, a + 2 * b - 12), 3 * a + a * a / 4 + 4 * b) for a, b in points]

    points = Points(levers, evaluate, 40)
    search_many(points, seed=1)
    assert len(points.beyond) <= 40 and points.reaching
    # on a + 2b = 12 the cost is 24 + a + a²/4, so that b alone is cheapest
    assert points.cost[points.best] == pytest.approx(24.0, rel=0.03)
    costs = [points.cost[p] for p in points.frontier]
    assert costs == sorted(costs) and points.best in points.frontier


def test_a_corner_that_alone_reaches_is_found_and_none_is_said_where_none_does() -> None:
    levers = tuple(Lever(name, 0.0, 1.0) for name in "abcd")

    def evaluate(points: Sequence[tuple[float, ...]]) -> list[tuple[Floats, float]]:
        return [(np.full(2, sum(p) - 3.5), sum(p)) for p in points]

    points = Points(levers, evaluate, 60)
    search_many(points, seed=4)
    assert points.cost[points.best] == pytest.approx(3.5, abs=0.1)
    far = Points(levers, lambda ps: [(np.full(2, sum(p) - 5.0), sum(p)) for p in ps], 30)
    search_many(far, seed=4)
    assert far.reaching == [] and sum(far.best) == pytest.approx(4.0, abs=0.05) and len(far.beyond) <= 30


def test_each_draw_may_have_another_cheapest_point() -> None:
    levels = np.array([3.0, 9.0, 99.0])
    levers = (Lever("a", 0.0, 10.0), Lever("b", 0.0, 10.0))
    points = Points(levers, lambda ps: [(a + b - levels, a + b) for a, b in ps], 30)
    search_many(points, seed=1)
    first, second, third = by_draw(points, np.array([1, 2, 3]))
    assert first is not None and second is not None and sum(first) < sum(second) and third is None
