"""Markets: the demand that gives a tightness is found in few runs, from whatever answer, or said to be out of reach."""

from __future__ import annotations

from math import exp, log

import pytest
from hypothesis import given
from hypothesis.strategies import floats

from experiments.errors import InvalidRequest
from experiments.markets import CLOSE_ENOUGH, HIGHEST, LOWEST, STEPS, Market, OutOfReach


@given(level=floats(0.2, 1.5), steep=floats(1.5, 12.0), bend=floats(-1.0, 1.0), wanted=floats(0.15, 1.0))
def test_any_rising_answer_is_met_within_the_steps(level: float, steep: float, bend: float, wanted: float) -> None:
    """Bent by up to a third of the slope within the range that is asked for."""

    def answer(demand: float) -> float:
        x = log(demand)
        return level * exp(steep * x + bend * steep * x * abs(x) / 6.0)

    market = Market(answer)
    reached = answer(LOWEST) <= wanted <= answer(HIGHEST)
    if not reached:
        return
    found = market.demand_for(wanted)
    assert abs(log(answer(found) / wanted)) < CLOSE_ENOUGH
    assert len(market.tried) <= STEPS + 1


def test_a_second_market_begins_from_what_the_first_has_run() -> None:
    market = Market(lambda demand: 0.5 * demand**7)
    market.demand_for(0.3)
    before = set(market.tried)
    found = market.demand_for(0.35)
    assert abs(log(market.tried[found] / 0.35)) < CLOSE_ENOUGH
    assert before < set(market.tried)
    assert len(market.tried) - len(before) <= 2
    assert market.demand_for(0.35) == found  # nothing is run twice


def test_a_flat_answer_is_followed_far_beyond_the_usual_demand() -> None:
    """Where openings fall with tightness, twice the demand is a few more vacancies."""
    market = Market(lambda demand: 0.4 * demand**1.2)
    found = market.demand_for(0.87)
    assert found > 1.8
    assert 0.4 * found**1.2 == pytest.approx(0.87, rel=CLOSE_ENOUGH)


def test_a_market_out_of_reach_says_how_far_demand_goes() -> None:
    market = Market(lambda demand: min(0.6, 0.4 * demand**5))
    with pytest.raises(OutOfReach, match=rf"between {LOWEST} and {HIGHEST} gives 0.87 .* to 0.60 at"):
        market.demand_for(0.87)
    with pytest.raises(InvalidRequest, match="more than 0"):
        market.demand_for(0.0)
