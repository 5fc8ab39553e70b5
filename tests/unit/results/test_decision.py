"""Chances, regret, dominance and weights, by hand on small tables."""

from __future__ import annotations

import numpy as np
import pytest

from results.decision import (
    by_draw,
    dominators,
    first_shares,
    ranks,
    regret_of,
    regrets,
    scores,
    splits,
    ties_shared,
    totals,
)
from results.groups import FIXED_LABELS
from results.statistics import student
from scenarios.vocabulary import DEPRIVATION

TABLE = np.array([[3.0, 1.0, 0.0], [-2.0, 4.0, 0.0], [-1.0, -5.0, 0.0], [2.0, 2.0, 0.0]])
"""Two options and doing nothing in four draws."""


def test_seeds_of_a_draw_are_averaged_and_runs_of_one_draw_stand_alone() -> None:
    values = np.array([[1.0], [3.0], [10.0]])
    assert by_draw(values, np.array([4, 4, 9])).tolist() == [[2.0], [10.0]]
    assert by_draw(values, np.array([0, 0, 0])).tolist() == values.tolist()


def test_the_best_option_of_each_row_by_hand_ties_shared() -> None:
    assert ties_shared(TABLE).mean(axis=0).tolist() == [(1 + 0.5) / 4, (1 + 0.5) / 4, 1 / 4]


def test_an_option_identical_to_another_shares_its_probability() -> None:
    one = np.array([[1.0, 1.0, 0.0], [2.0, 2.0, 0.0]])
    assert ties_shared(one).mean(axis=0).tolist() == [0.5, 0.5, 0.0]


def test_doing_nothing_is_best_where_every_option_loses() -> None:
    lost = np.array([[-1.0, -2.0, 0.0], [-3.0, -0.5, 0.0]])
    assert ties_shared(lost).mean(axis=0).tolist() == [0.0, 0.0, 1.0]
    assert regrets(lost)[:, 2].tolist() == [0.0, 0.0]


def test_regret_by_hand() -> None:
    found = regrets(TABLE)
    assert found.tolist() == [[0.0, 2.0, 3.0], [6.0, 0.0, 4.0], [1.0, 5.0, 0.0], [0.0, 0.0, 2.0]]
    one = regret_of(found[:, 0])
    reach = student(4, 0.95) * np.std([0, 6, 1, 0], ddof=1) / 2
    assert (one.mean, one.most) == (1.75, 6.0)
    assert one.low == 0.0 and one.high == pytest.approx(1.75 + reach)
    assert one.p95 == pytest.approx(np.quantile([0, 6, 1, 0], 0.95))


def test_the_regret_of_one_row_has_no_interval() -> None:
    one = regret_of(np.array([2.0]))
    assert one.mean == one.most == 2.0 and np.isnan(one.low) and np.isnan(one.high)


def test_the_least_expected_regret_is_that_of_the_option_best_on_the_mean() -> None:
    random = np.random.default_rng(3)
    table = random.normal(size=(50, 4))
    assert regrets(table).mean(axis=0).argmin() == table.mean(axis=0).argmax()


def test_the_order_of_options_changes_nothing_but_order() -> None:
    random = np.random.default_rng(1)
    table, order = random.normal(size=(40, 5)), np.array([3, 0, 4, 2, 1])
    assert (ties_shared(table)[:, order] == ties_shared(table[:, order])).all()
    assert (regrets(table)[:, order] == regrets(table[:, order])).all()
    criteria = random.normal(size=(5, 3))
    assert (scores(criteria)[order] == scores(criteria[order])).all()
    assert first_shares(scores(criteria))[order].tolist() == pytest.approx(first_shares(scores(criteria[order])))


def test_scores_totals_and_ranks_by_hand() -> None:
    table = np.array([[10.0, -4.0], [5.0, -1.0], [0.0, 0.0]])
    scored = scores(table)
    assert scored.tolist() == [[1.0, 0.0], [0.5, 0.75], [0.0, 1.0]]
    assert totals(scored, [1, 1]).tolist() == [0.5, 0.625, 0.5]
    assert ranks(totals(scored, [1, 1])) == [2, 1, 2]
    assert ranks(totals(scored, [3, 1])) == [1, 2, 3]
    assert totals(scored, [6, 2]).tolist() == totals(scored, [3, 1]).tolist()  # only proportions matter


def test_a_criterion_on_which_all_are_the_same_scores_nothing() -> None:
    assert scores(np.array([[7.0], [7.0]])).tolist() == [[0.0], [0.0]]


def test_an_option_is_dominated_only_where_another_is_better_once_and_never_worse() -> None:
    table = np.array([[2.0, 2.0], [1.0, 2.0], [2.0, 2.0], [3.0, 0.0]])
    assert dominators(table) == [[], [0, 2], [], []]


def test_splits_of_weights_are_all_there_once() -> None:
    found = splits(3, 4)
    assert len(found) == 15 and len({tuple(row) for row in found.tolist()}) == 15
    assert found.min() == 0.0 and found.sum(axis=1).tolist() == [1.0] * 15
    assert splits(1).tolist() == [[1.0]]


def test_how_often_an_option_is_first_over_weights_by_hand() -> None:
    # with weight w on the first criterion the totals are w, 1 - w and 0: a tie at one half is shared
    shares = first_shares(np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]))
    assert shares.tolist() == pytest.approx([0.5, 0.5, 0.0])


def test_the_first_row_of_the_table_by_deprivation_is_the_most_deprived_fifth() -> None:
    assert FIXED_LABELS["deprivation"] == DEPRIVATION and DEPRIVATION[0] == "1"
