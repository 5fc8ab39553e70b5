"""The engine against the plain-Python model: the same trajectories, employers and pence (`verification.md`, 31)."""

from __future__ import annotations

import numpy as np
import pytest

from tests.plain.compare import assert_agree
from tests.worlds import baseline, living_in, subsidy, with_subsidies, world

PLACES = {
    "vacancies": {"places": "any_vacancy"},
    "extra places": {"places": "additional", "employer_take_up": 1.0, "payer": "combined_authority"},
    "both, capped": {"places": "both", "cap_starts_month": 2, "cap_active": 6, "priority_cohorts": 0b1001001},
    "budget": {"places": "both", "budget_pence": 4_000_000, "keep_bonus": 150},
}


def test_a_baseline_agrees_over_a_new_financial_year() -> None:
    assert_agree(world(500, 50), baseline(), months=18)


def test_demand_and_minimum_wage_steps_agree() -> None:
    arm = baseline(demand=((2, 0.9), (7, 1.05)), minimum_wage=((4, 1.2),))
    assert_agree(world(500, 50, seed=2), arm, months=10)


@pytest.mark.parametrize("terms", PLACES.values(), ids=PLACES.keys())
def test_a_subsidy_agrees(terms: dict[str, object]) -> None:
    arm = with_subsidies(subsidy(rule=living_in(0, 2), months=3, start_month=1, end_month=9, **terms))
    rule = (lambda person, month: person["state"] == 2 and person["place"] in (0, 2),)
    assert_agree(world(500, 50, seed=3), arm, months=12, rules_of_offers=rule, employer_choice__refill_rate=0.3)


@pytest.mark.parametrize("seed", range(3))
def test_other_seeds_and_worlds_agree(seed: int) -> None:
    rng = np.random.Generator(np.random.PCG64(seed))
    w = world(
        int(rng.integers(200, 400)),
        int(rng.integers(10, 60)),
        int(rng.integers(1, 6)),
        int(rng.integers(0, 3)),
        seed=seed,
    )
    arm = with_subsidies(subsidy(places="both"))
    assert_agree(w, arm, months=8, seed=seed + 100, rules_of_offers=(lambda person, month: person["state"] == 2,))
