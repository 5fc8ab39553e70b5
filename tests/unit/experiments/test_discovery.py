"""Scenario boxes: a known box is found, chance is not taken for one."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.discovery import FEWEST_OF_EACH, SHUFFLES, find_box, is_enough

NAMES = ("displacement", "retention", "noise", "more noise")


def rows(n: int = 200, seed: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Return evenly spread rows; those with displacement < 0.4 and retention > 0.3 pay back."""
    x = np.random.default_rng(seed).random((n, len(NAMES)))
    return x, (x[:, 0] < 0.4) & (x[:, 1] > 0.3)


def test_a_known_box_is_found_with_its_coverage_and_density() -> None:
    x, hits = rows()
    box = find_box(x, hits, NAMES)
    limits = {limit.name: limit for limit in box.limits}
    assert box.explains and set(limits) == {"displacement", "retention"}
    gap = 6 / len(x)  # a row lies closer than this on its side of an edge but for 1 case in 400
    assert limits["displacement"].high == pytest.approx(0.4, abs=gap) and limits["displacement"].low is None
    assert limits["retention"].low == pytest.approx(0.3, abs=gap) and limits["retention"].high is None
    assert box.coverage > 0.95 and box.density > 0.95 and box.base == hits.mean()


def test_some_rows_on_the_wrong_side_do_not_hide_the_box() -> None:
    x, hits = rows()
    wrong = np.random.default_rng(1).random(len(hits)) < 0.08
    box = find_box(x, hits ^ wrong, NAMES)
    assert box.explains and {limit.name for limit in box.limits} == {"displacement", "retention"}
    assert box.density > 2 * box.base and box.coverage > 0.6


def test_the_figures_of_a_box_are_those_of_the_rows_inside() -> None:
    x, hits = rows(seed=9)
    box = find_box(x, hits ^ (np.random.default_rng(2).random(len(hits)) < 0.1), NAMES)
    noisy = hits ^ (np.random.default_rng(2).random(len(hits)) < 0.1)
    inside = np.ones(len(x), bool)
    for limit in box.limits:
        column = x[:, NAMES.index(limit.name)]
        inside &= (column > (-1 if limit.low is None else limit.low)) & (
            column < (2 if limit.high is None else limit.high)
        )
    assert box.coverage == noisy[inside].sum() / noisy.sum()
    assert box.density == noisy[inside].mean() and box.mass == inside.mean()


def test_chance_explains_nothing_in_nearly_every_case() -> None:
    random = np.random.default_rng(0)
    explained = sum(find_box(random.random((60, 3)), random.random(60) < 0.4, NAMES[:3]).explains for _ in range(12))
    assert explained <= 3  # at 5% each, 4 or more of 12 would be 1 case in 450


def test_shuffling_never_says_that_it_cannot_be_chance() -> None:
    assert find_box(*rows(), NAMES).chance == 1 / (1 + SHUFFLES)


def test_columns_in_another_order_give_the_same_box() -> None:
    x, hits = rows()
    order = [2, 1, 3, 0]
    one, other = find_box(x, hits, NAMES), find_box(x[:, order], hits, [NAMES[k] for k in order])
    assert {(limit.name, limit.low, limit.high) for limit in one.limits} == {
        (limit.name, limit.low, limit.high) for limit in other.limits
    }


def test_a_column_of_few_values_is_no_harm() -> None:
    x, hits = rows()
    x[:, 2] = np.round(x[:, 2])
    box = find_box(x, hits, NAMES)
    assert {limit.name for limit in box.limits} == {"displacement", "retention"}


def test_too_few_rows_of_either_kind_are_told() -> None:
    hits = np.zeros(100, bool)
    hits[: FEWEST_OF_EACH - 1] = True
    assert not is_enough(hits) and not is_enough(~hits) and not is_enough(np.arange(20) < 10)
    assert is_enough(np.arange(100) < FEWEST_OF_EACH)
