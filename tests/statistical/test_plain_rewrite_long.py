"""The plain-Python model over 36 months with 5,000 people (`verification.md`, 31)."""

from __future__ import annotations

import pytest

from tests.plain.compare import assert_agree
from tests.worlds import living_in, subsidy, with_subsidies, world


@pytest.mark.slow
@pytest.mark.parametrize("places", ["any_vacancy", "both"])
def test_five_thousand_people_live_the_same_36_months(places: str) -> None:
    arm = with_subsidies(subsidy(rule=living_in(0, 1, 3), places=places, cap_active=60), demand=((20, 0.95),))
    rule = (lambda person, month: person["state"] == 2 and person["place"] in (0, 1, 3),)
    assert_agree(world(5000, 500, n_places=5, n_outside=2, seed=8), arm, months=36, seed=9, rules_of_offers=rule)
