"""Caps and budgets belong to the whole region: a sample gets its part of them (`verification.md`, 24)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.arm import ArmSpec, arm
from scenarios.resolve import resolve
from simulation.ledger import LINES
from simulation.output import SUBSIDY_ITEMS
from simulation.programmes import part_of
from simulation.run import simulate
from tests.worlds import baseline, region_start

STARTED, ACTIVE = SUBSIDY_ITEMS.index("started"), SUBSIDY_ITEMS.index("active")
SAMPLE, MONTHS = 100, 24


def kickstart(**terms: object) -> ArmSpec:
    policy = replace(arm(resolve("kickstart")), policy_month=2, months=MONTHS)
    changed = tuple(
        replace(s, start_month=2, end_month=2 + MONTHS, **{"cap_starts": None} | terms) for s in policy.subsidies
    )
    return replace(policy, subsidies=changed)


@given(whole=st.integers(0, 10**12), sample=st.integers(1, 1000))
def test_a_part_is_the_nearest_whole_and_never_nothing_of_something(whole: int, sample: int) -> None:
    part = part_of(whole, sample)
    assert (part == 0) == (whole == 0)
    assert part == 1 or abs(part * sample - whole) <= sample / 2
    assert part_of(whole, 1) == whole


@pytest.mark.parametrize(
    ("terms", "item", "most"),
    [
        ({"cap_starts": 8900}, STARTED, 89),
        ({"cap_active": 2000}, ACTIVE, 20),
    ],
)
def test_a_sample_fills_its_part_of_a_cap_and_no_more(terms: dict[str, int], item: int, most: int) -> None:
    arms = baseline(2, MONTHS), kickstart(**terms)
    counts = simulate(region_start(SAMPLE), arms, seed=1)[1].subsidies[:, 0, :, item].sum(axis=1)
    reached = counts.max() if item == ACTIVE else counts.sum()
    assert 0.8 * most <= reached <= most


def test_a_sample_keeps_to_its_part_of_a_cap_a_month() -> None:
    arms = baseline(2, MONTHS), kickstart(cap_starts_month=300)
    counts = simulate(region_start(SAMPLE), arms, seed=1)[1].subsidies[:, 0, :, STARTED].sum(axis=1)
    assert 0 < counts.max() <= 3


def test_a_sample_spends_its_part_of_a_budget_and_no_more() -> None:
    whole = 1_000_000_000
    arms = baseline(2, MONTHS), kickstart(budget_pence=whole)
    base, policy = simulate(region_start(SAMPLE), arms, seed=1)
    lines = [i for i, line in enumerate(LINES) if line.name.startswith("subsidy_")]
    spent = policy.ledger[:, :, lines].sum()
    assert base.ledger[:, :, lines].sum() == 0
    assert 0.5 * whole / SAMPLE < spent <= whole / SAMPLE
