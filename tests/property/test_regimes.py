"""Regimes: dropping a constraint only widens what a fund may pay for, and never moves its money."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scenarios.arm import arm
from scenarios.eligibility import Compare
from scenarios.fund_specs import CONSTRAINTS, FundSpec, in_force
from scenarios.resolve import resolve
from scenarios.vocabulary import STATES

FIRST, END = 15, 75
PLACES, PROGRAMMES = 9, ("a", "b", "c")
SHIPPED = arm(resolve("ring-fenced")).funding
assert SHIPPED is not None
bonds = st.frozensets(st.sampled_from(sorted(CONSTRAINTS)))
some = st.none() | st.frozensets(st.integers(0, 7), min_size=1).map(lambda ids: tuple(sorted(ids)))
made = st.builds(
    FundSpec,
    name=st.just("fund"),
    title=st.just("Fund"),
    kind=st.just("nhs"),
    amounts=st.lists(st.integers(0, 10**9), min_size=5, max_size=5).map(
        lambda pence: tuple((FIRST + 12 * i, each) for i, each in enumerate(pence))
    ),
    opens=st.lists(st.integers(FIRST, END), min_size=2, max_size=6, unique=True).map(
        lambda cuts: tuple(zip(sorted(cuts)[::2], sorted(cuts)[1::2], strict=False))
    ),
    programmes=st.none()
    | st.frozensets(st.sampled_from(PROGRAMMES), min_size=1).map(lambda names: tuple(sorted(names))),
    place_ids=some,
    state_ids=some,
    rule=st.none() | st.integers(16, 64).map(lambda age: Compare("age_years", "at_least", (age,), (str(age),))),
    virement=st.floats(0, 1),
    lapses=st.booleans(),
    bid_pence=st.integers(0, 10**6),
)
funds = made | st.sampled_from(SHIPPED.funds)


def allowed(values: tuple[int, ...] | None, n: int) -> set[int]:
    return set(range(n)) if values is None else set(values)


def open_months(fund: FundSpec) -> set[int]:
    return {month for first, after in fund.opens for month in range(max(first, FIRST), after)}


@given(fund=funds, fewer=bonds, more=bonds)
def test_dropping_constraints_only_widens(fund: FundSpec, fewer: frozenset[str], more: frozenset[str]) -> None:
    free, bound = (in_force(fund, kept, FIRST, END) for kept in (fewer & more, more))
    assert allowed(free.place_ids, PLACES) >= allowed(bound.place_ids, PLACES)
    assert allowed(free.state_ids, len(STATES)) >= allowed(bound.state_ids, len(STATES))
    assert free.programmes is None or set(free.programmes) == set(bound.programmes or ())
    assert open_months(free) >= open_months(bound)
    assert free.virement >= bound.virement
    assert bound.lapses or not free.lapses
    ages = {"age_years": np.arange(16, 65)}
    if free.rule is not None and free.rule.columns() == {"age_years"}:
        assert bound.rule is not None and (free.rule.mask(ages) >= bound.rule.mask(ages)).all()
    assert free.rule is None or free.rule == bound.rule


@given(fund=funds, kept=bonds)
def test_money_is_the_same_under_every_regime(fund: FundSpec, kept: frozenset[str]) -> None:
    found = in_force(fund, kept, FIRST, END)
    assert found.amounts == fund.amounts and found.lines == fund.lines
    assert in_force(found, kept, FIRST, END) == found
    assert in_force(fund, frozenset(CONSTRAINTS), FIRST, END) == fund


@given(fund=funds, a=bonds, b=bonds)
def test_bonds_are_dropped_in_any_order(fund: FundSpec, a: frozenset[str], b: frozenset[str]) -> None:
    twice = in_force(in_force(fund, a, FIRST, END), b, FIRST, END)
    assert twice == in_force(fund, a & b, FIRST, END) == in_force(in_force(fund, b, FIRST, END), a, FIRST, END)
