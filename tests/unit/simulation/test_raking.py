"""Raking and rounding: margins are met, people stay whole, and the same words give the same draws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.raking import choose, deal, integerise, largest_remainder, rake, row_shares, stream


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=20), st.integers(0, 10_000))
def test_largest_remainder_hands_out_exactly_the_total_within_one_of_the_share(shares: list[float], total: int) -> None:
    values = np.array(shares)
    out = largest_remainder(values, total)
    if values.sum() > 0:
        assert out.sum() == total
        assert np.abs(out - values / values.sum() * total).max() <= 1 + 1e-6
    assert (out >= 0).all()


def test_raking_meets_both_margins_and_keeps_the_odds_of_the_seed() -> None:
    seed = np.array([[1.0, 2.0], [3.0, 4.0]])
    rows, columns = np.array([40.0, 60.0]), np.array([30.0, 70.0])
    out = rake(seed, [((0,), rows), ((1,), columns)], 50)
    assert np.allclose(out.sum(axis=1), rows)
    assert np.allclose(out.sum(axis=0), columns)
    assert out[0, 0] * out[1, 1] / (out[0, 1] * out[1, 0]) == pytest.approx(4 / 6)


def test_raking_a_table_that_already_fits_changes_nothing() -> None:
    seed = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert np.allclose(rake(seed, [((0,), seed.sum(axis=1)), ((1,), seed.sum(axis=0))], 3), seed)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 4), st.integers(1, 30), st.integers(2, 6))
def test_whole_people_meet_rows_and_targets_exactly(seed: int, groups: int, rows: int, categories: int) -> None:
    rng = np.random.Generator(np.random.PCG64(seed))
    group = np.repeat(np.arange(groups), rows)
    counts = rng.integers(0, 40, groups * rows)
    people = np.bincount(group, weights=counts, minlength=groups).astype(int)
    wanted = np.array([largest_remainder(rng.random(categories) + 0.05, int(n)) for n in people])
    shares = row_shares(rng.random((groups * rows, categories)) + 0.01, counts, group, wanted)
    out = integerise(shares, counts, group, wanted, stream("test"))
    assert (out >= 0).all()
    assert (out.sum(axis=1) == counts).all()
    for place in range(groups):
        assert (out[group == place].sum(axis=0) == wanted[place]).all()


def test_rounding_stays_close_to_the_expected_table() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    counts = rng.integers(1, 60, 400)
    group = np.zeros(400, np.int64)
    wanted = largest_remainder(np.array([3.0, 2.0, 1.0]), int(counts.sum()))[None, :]
    shares = row_shares(rng.random((400, 3)) + 0.1, counts, group, wanted)
    out = integerise(shares, counts, group, wanted, stream("test"))
    assert np.abs(out - shares * counts[:, None]).max() < 3


def test_a_category_nobody_can_have_stays_empty() -> None:
    weights = np.array([[1.0, 0.0], [1.0, 1.0]])
    counts, group = np.array([10, 10]), np.zeros(2, np.int64)
    wanted = np.array([[15, 5]])
    out = integerise(row_shares(weights, counts, group, wanted), counts, group, wanted, stream("test"))
    assert out[0, 1] == 0
    assert out.sum(axis=0).tolist() == [15, 5]


def test_dealing_gives_each_key_its_categories() -> None:
    key = np.array([1, 0, 1, 0, 1], np.uint16)
    counts = np.array([[1, 1], [0, 3]])
    out = deal(key, counts)
    assert sorted(out[key == 0].tolist()) == [0, 1]
    assert out[key == 1].tolist() == [1, 1, 1]


@given(st.integers(0, 2**32), st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_choosing_takes_exactly_the_count_and_never_a_zero_weight(seed: int, wanted: int) -> None:
    rng = np.random.Generator(np.random.PCG64(seed))
    weights = rng.random(100) * (rng.random(100) < 0.7)
    edges = np.array([0, 60, 100])
    counts = np.array([wanted, 7])
    out = choose(weights, edges, counts, rng)
    assert not out[weights == 0].any()
    possible = [np.count_nonzero(weights[:60]), np.count_nonzero(weights[60:])]
    assert [out[:60].sum(), out[60:].sum()] == [min(wanted, possible[0]), min(7, possible[1])]


def test_streams_differ_by_their_words_and_repeat() -> None:
    assert stream("a", 1).random() == stream("a", 1).random()
    assert len({stream("a").random(), stream("b").random(), stream("a", 1).random()}) == 3
