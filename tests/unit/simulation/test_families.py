"""Couples and children over years: stocks stay about as they are, families stay whole, policy moves nobody's family."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from simulation.columns import CHILD_MONTHS
from simulation.families import Families, families_of
from simulation.model import RegionModel
from simulation.residents import NEVER
from tests.worlds import baseline, model_of, region_start, run, subsidy, with_subsidies

YEARS = 5
AFTER_APRIL = 4
"""Months into a year at which a year of births is complete."""


@cache
def after(months: int) -> RegionModel:
    return run(model_of(region_start(), baseline(0, months), months=max(months, 1)), months)


def children(model: RegionModel) -> NDArray[np.int64]:
    """Return the ages in months of every family's children at the end of the last month, once a family."""
    c = model.columns
    heads = (c.partner < 0) | (c.id < c.id[np.maximum(c.partner, 0)])
    births = c.child_birth[heads]
    return np.asarray(model.month - 1 - births[births != NEVER].astype(np.int64))


@pytest.mark.parametrize("months", [0, 12, 12 * YEARS])
def test_families_are_whole(months: int) -> None:
    c = after(months).columns
    paired = np.flatnonzero(c.partner >= 0)
    assert np.array_equal(c.partner[c.partner[paired]], paired)
    assert np.array_equal(c.place[c.partner[paired]], c.place[paired])
    assert np.array_equal(c.child_birth[c.partner[paired]], c.child_birth[paired])
    there = c.child_birth != NEVER
    assert (np.diff(there.astype(int), axis=1) <= 0).all(), "no gap between children"
    both = there[:, 1:]
    assert (np.diff(c.child_birth.astype(int), axis=1)[both] >= 0).all(), "eldest first"
    ages = children(after(months))
    assert (ages >= -1).all() and (ages < CHILD_MONTHS).all()


def test_couples_and_infants_stay_about_as_many() -> None:
    """Within a tenth and five binomial errors: couples do not part by themselves, partners past 64 are not carried."""
    start, end = after(0), after(12 * YEARS + AFTER_APRIL)
    n = start.start.n
    for share in (lambda m: (m.columns.partner >= 0).mean(), lambda m: (children(m) < 12 * YEARS).sum() / n):
        before, later = share(start), share(end)
        assert abs(later - before) < 0.1 * before + 5 * np.sqrt(before * (1 - before) / n)


def test_a_policy_moves_nobody_s_family() -> None:
    start = region_start()
    arms: list[Any] = [baseline(0, 30), with_subsidies(subsidy(), policy_month=0, months=30)]
    base, policy = (run(model_of(start, arm, months=30), 30).columns for arm in arms)
    assert not np.array_equal(base.state, policy.state)
    for name in ("id", "partner", "child_birth", "rent"):
        assert np.array_equal(getattr(base, name), getattr(policy, name)), name


def test_rates_follow_from_the_start() -> None:
    start = region_start()
    rates: Families = families_of(start.columns, start.tables.band, start.tables.leave)
    assert rates.couple.shape == (2, 7) == rates.birth.shape
    assert (rates.couple >= 0).all() and (rates.couple < 2**32).all()
    women = (start.columns.sex == 0) & (start.columns.partner >= 0)
    assert 0 < rates.birth[1].max() / 2**32 < (start.columns.child_birth[women] > -12).mean() * 20
