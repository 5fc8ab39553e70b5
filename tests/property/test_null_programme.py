"""A programme that can do nothing changes nothing (`verification.md`, 5)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation.ledger import LINE_INDEX
from simulation.run import simulate
from tests.worlds import (
    NOBODY,
    arrays_of,
    assert_same,
    baseline,
    differing,
    model_of,
    region_start,
    run,
    start_of,
    subsidy,
    with_subsidies,
    world,
)  # fmt: skip

NULLS: dict[str, dict[str, Any]] = {
    "no starts allowed": {"cap_starts": 0},
    "no starts a month": {"cap_starts_month": 0},
    "nobody at once": {"cap_active": 0},
    "no money": {"budget_pence": 0},
    "money for less than one": {"budget_pence": 1000},
    "no employer": {"employer_take_up": 0.0},
    "no Place": {"place_ids": ()},
    "no industry": {"sector_ids": ()},
    "never open": {"start_month": 5, "end_month": 5},
    "nobody takes part": {"participant_take_up": 0.0},
    "nobody is eligible": {"rule": NOBODY},
}
NOTHING_HAPPENS = {"no employer", "no Place", "no industry", "nobody takes part", "nobody is eligible"}
"""Nulls under which people may still be counted as eligible or reached."""


@pytest.mark.parametrize("places", ["additional", "any_vacancy", "both"])
@pytest.mark.parametrize("null", NULLS)
def test_a_null_programme_changes_not_one_byte(null: str, places: str) -> None:
    start = start_of(world(500), employer_choice__refill_rate=0.3)
    base, arm = simulate(
        start, (baseline(2, 10), with_subsidies(subsidy(places=places, **NULLS[null]), policy_month=2, months=10)),
        seed=5, hashing=True,
    )  # fmt: skip
    counts = arm.subsidies.copy()
    if null in NOTHING_HAPPENS:
        counts[..., :2] = 0
    assert not counts.any()
    assert_same(arrays_of(base), {**arrays_of(arm), "subsidies": base.subsidies})


def test_a_null_programme_changes_not_one_byte_of_the_region() -> None:
    arms = (baseline(2, 24), with_subsidies(subsidy(cap_starts=0, places="both"), policy_month=2, months=24))
    base, arm = simulate(region_start(200), arms, seed=5, hashing=True)
    assert_same(arrays_of(base), {**arrays_of(arm), "subsidies": base.subsidies})


def test_a_programme_without_effect_changes_only_what_is_spent_on_it() -> None:
    w = world(500)
    w.employers.part_time[:] = 0
    hours = 37
    start = start_of(w, search__on_the_job=0.0, wellbeing__on_programme=0.0)
    offer = subsidy(
        wage_share=0.0, covers_employment_cost=False, start_pence=0, end_pence=0, drop_out=0.0, keep_bonus=30_000,
        months=4,        hours_week=hours, employer_take_up=1.0,
    )  # fmt: skip
    base, policy = (model_of(start, arm, months=18) for arm in (baseline(), with_subsidies(offer)))
    spending = [LINE_INDEX["subsidy_support"], LINE_INDEX["subsidy_administration"]]
    for _ in range(18):
        run(base, 1)
        run(policy, 1)
        assert not differing(base, policy).any()
    others = np.delete(np.arange(base.rows.ledger.shape[-1]), spending)
    assert np.array_equal(base.rows.ledger[..., others], policy.rows.ledger[..., others])
    assert policy.rows.ledger[..., spending].sum() > 0
    for name in ("stocks", "moves", "flows", "claimants", "slots", "satisfaction"):
        assert np.array_equal(getattr(base.rows, name), getattr(policy.rows, name)), name
