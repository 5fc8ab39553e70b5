"""Diagnostics of a posterior on draws whose answer is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.diagnostics import (
    Agreement,
    Width,
    agreements,
    drifts,
    fresh_loss,
    full_difference,
    pairs,
    ranks,
    recovery,
    tarp_curve,
    widths,
)
from tests.fitted_regions import cross_check, drift, fresh_seeds
from tests.fitted_regions import recovery as recovered

RANDOM = np.random.default_rng(9)


def test_a_posterior_as_wide_as_the_prior_is_flagged_and_stands_first() -> None:
    prior = pd.DataFrame({"p.narrow": [-1.0, 1.0] * 50, "p.wide": [-1.0, 1.0] * 50, "p.fixed": 2.0})
    draws = pd.DataFrame({"p.narrow": [-0.3, 0.3] * 20, "p.wide": [-0.97, 0.97] * 20, "p.fixed": 2.0, "slots": 1.0})
    found = widths(prior, draws)
    assert [width.parameter for width in found] == ["p.wide", "p.narrow", "p.fixed"]
    assert [width.is_flagged for width in found] == [True, False, False]
    assert found[1].ratio == pytest.approx(0.3, rel=0.02)
    assert np.isnan(found[2].ratio)


@given(st.floats(0.05, 2.0))
def test_the_flag_stands_above_nine_tenths(ratio: float) -> None:
    assert Width("a.b", 0.0, 1.0, 0.0, ratio, 0.0, 0.0).is_flagged is (ratio > 0.9)


def test_pairs_are_ordered_by_strength_and_leave_out_what_stands_still() -> None:
    base = RANDOM.standard_normal(4000)
    noise = RANDOM.standard_normal((4000, 2))
    draws = pd.DataFrame({"a": base, "b": -base + 0.1 * noise[:, 0], "c": base + noise[:, 1], "d": 1.0})
    found = pairs(draws, ["a", "b", "c", "d"])
    strengths = [abs(pair.correlation) for pair in found]
    assert len(found) == 3 and strengths == sorted(strengths, reverse=True)
    assert (found[0].first, found[0].second) == ("a", "b")
    assert found[0].correlation == pytest.approx(-1 / np.sqrt(1.01), abs=0.01)
    assert pairs(draws, ["a", "d"]) == ()


def test_ranks_of_a_true_posterior_pass_and_those_of_a_narrow_one_do_not() -> None:
    # truth and draws of one normal have uniform ranks; draws half as wide leave the truth in the tails
    truth = RANDOM.standard_normal(500)
    right = RANDOM.standard_normal((500, 200))
    found = ranks(
        {"right": (right < truth[:, None]).mean(axis=1), "narrow": (0.5 * right < truth[:, None]).mean(axis=1)}
    )
    assert [one.is_uniform for one in found] == [True, False]
    assert found[1].counts[0] > found[0].counts[0]
    assert all(one.adjusted_p >= one.p and sum(one.counts) == 500 for one in found)


def test_the_tarp_curve_of_uniform_shares_stays_in_its_band() -> None:
    assert all(point.is_inside for point in tarp_curve((np.arange(200) + 0.5) / 200))
    assert not all(point.is_inside for point in tarp_curve(np.full(200, 0.95)))
    assert sum(not point.is_inside for point in tarp_curve(RANDOM.random(300) ** 3)) > 0


def test_recovery_counts_truths_inside_their_interval() -> None:
    found = recovery(recovered(RANDOM))
    assert all(one.n == 200 for one in found)
    assert all(one.is_inside for one in found)
    spoilt = recovery(recovered(RANDOM).assign(p95=lambda table: table["p05"] + 0.1))
    assert not any(one.is_inside for one in spoilt)
    one = recovery(pd.DataFrame({"parameter": ["a"] * 3, "truth": [0.0, 1.0, 2.0], "p05": 0.0, "p95": 1.0}))[0]
    assert (one.inside, one.n) == (2, 3)


def test_two_posteriors_agree_only_in_mean_and_spread() -> None:
    found = agreements(cross_check())
    assert [one.agrees for one in found] == [True, False, False]
    assert found[0].gap == pytest.approx(0.15) and found[0].ratio == pytest.approx(1.05)
    assert found[1].gap == pytest.approx(0.4) and found[2].ratio == pytest.approx(1.3)


@given(st.floats(-1.0, 1.0), st.floats(0.5, 2.0))
def test_agreement_has_the_property_s_bounds(gap: float, ratio: float) -> None:
    one = Agreement("a", "jobs", 0.0, 1.0, gap, ratio)
    assert one.agrees is (abs(gap) <= 0.25 and 0.8 <= ratio <= 1.25)
    assert not Agreement("a", "jobs", 1.0, 0.0, 1.0, 0.0).agrees


def test_a_fit_may_lose_a_twentieth_on_fresh_seeds() -> None:
    found = fresh_loss(fresh_seeds(np.random.default_rng(4)))
    assert (found.draws, found.is_inside) == (40, True)
    assert found.more == pytest.approx(0.02)
    assert found.error == pytest.approx(0.02 * 4.0 / np.sqrt(40), rel=0.5)
    assert not fresh_loss(fresh_seeds(np.random.default_rng(4), more=0.06)).is_inside


def test_a_stock_that_grows_drifts_and_one_that_stays_does_not() -> None:
    still, growing = drifts(drift())
    assert (still.change, growing.change) == pytest.approx((0.0, 0.2))
    assert (still.is_clear, growing.is_clear) == (False, True)
    assert growing.months == 60
    shuffled = drifts(drift().iloc[::-1])
    assert {one.state: one.last for one in shuffled} == {one.state: one.last for one in (still, growing)}


def test_the_difference_of_scale_has_its_standard_error() -> None:
    difference, error, ratio = full_difference(np.array([1.0, 3.0]), np.array([5.0, 9.0]))
    assert (difference, ratio) == (5.0, 2.0)
    assert error == pytest.approx(np.sqrt(2 / 2 + 8 / 2))
