"""What a benefit unit of residents is entitled to in a month: its facts, gathered for `taxben.law`, and its payments.

Other adults in the home, children's disabilities, savings and the grace period of the benefit cap are left out.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import COHORTS, State
from simulation.compiling import inlined, scalar
from simulation.streams import draw, high, low
from simulation.taxben.law import (
    HEALTH_EXISTING,
    HEALTH_NEW,
    NEVER,
    NO_HEALTH,
    OWNER,
    PERSONAL_ONLY,
    SUPPORT,
    Claim,
    child_benefit,
    child_elements,
    childcare_element,
    children_at,
    employee_ni,
    housing_element,
    income_tax,
    new_style,
)

_ABSENT, _UNEMPLOYED = int(State.ABSENT), int(State.UNEMPLOYED)
_LTS, _STUDENT = int(State.LONG_TERM_SICK), int(State.STUDENT)
_CARER = 1 << COHORTS.index("carer")
ADULT_MONTHS = 25 * 12
"""Age from which allowances are those of adults."""
_whole: Any = np.int64
NOTHING, WAGE, YOUNG_WAGE, SICK_PAY = 0, 1, 2, 3
"""Kinds of gross pay, kept beside it so that an old flow can be taken out exactly."""
N_CREDIT = 8
CHILD_BENEFIT, CHARGE, TAX_SUPPORT, HANDLING = N_CREDIT, N_CREDIT + 1, N_CREDIT + 2, N_CREDIT + 3
"""Columns of `Columns.unit_flows`: the parts of Universal Credit in the order of `law.award`, then these."""
JSA_YOUNG, JSA_ADULT, ESA = 1, 2, 3
"""Kinds of new-style benefit; the long-term sick are in the support group."""


class Claiming(NamedTuple):
    """Integers of claiming: 32-bit thresholds for shares, months, pence a month, basis points.

    `pip` by severity; `pip_level` cumulative, of 3 x daily living + mobility less one; `childcare_until` in years;
    `local_allowance` by Place; `trial_from`: first month of entry into a work trial on full benefit, the far future
    without one; `part_time_reach`: share of part-time jobs within reach, 16-bit.
    """

    take_up: int
    must_look: int
    contributory: int
    contribution_months: int
    jsa_months: int
    pip: NDArray[np.int64]
    pip_level: NDArray[np.int64]
    carer: int
    childcare: int
    childcare_until: int
    childcare_cost: int
    keeps_element: int
    element_months: int
    trial_months: int
    trial_from: int
    local_allowance: NDArray[np.int64]
    tax_support: int
    tax_support_taper: int
    child_benefit: int
    handling: int
    new_claim: int
    part_time_reach: int


class UnitKeys(NamedTuple):
    """Keys of the draws that stay with a resident or a unit for good, uint64 each."""

    claim: np.uint64
    disability: np.uint64
    contribution: np.uint64
    family: np.uint64
    carer: np.uint64


@scalar
def gross_of(pay: Any, hours: Any) -> Any:
    """Return gross pay, pence a month, of an hourly pay in pence and weekly hours."""
    return (np.int64(pay) * np.int64(hours) * 52) // 12


@scalar
def net_of(gross: Any, kind: Any, r: Any) -> Any:
    """Return pay after tax and National Insurance, pence a month.

    Parameters
    ----------
    gross, kind : pence a month, and which kind of pay.
    r : rates of the year.
    """
    if kind == WAGE or kind == YOUNG_WAGE:  # noqa: SIM109  a compiled comparison, not a tuple made at every call
        return gross - income_tax(gross, r) - employee_ni(gross, r)
    return np.int64(gross)


@inlined
def pip_of(c: Any, i: int, p: Any, key: Any) -> Any:
    """Return the award of Personal Independence Payment: 3 x level of daily living + level of mobility.

    Parameters
    ----------
    c : residents' columns.
    i : row.
    p : integers of claiming.
    key : key of disability.
    """
    h = draw(key, c.id[i])
    if low(h) >= p.pip[c.severity[i]]:
        return 0
    level = 0
    while level < p.pip_level.size - 1 and high(h) >= p.pip_level[level]:
        level += 1
    return level + 1


@inlined
def limited_of(c: Any, i: int, month: int, r: Any, p: Any, key: Any) -> Any:
    """Return the kind of health element that a resident's claim carries (`law.health_element`).

    It outlasts the start of a job for whom it does, until he is assessed again, and for everybody in a work trial.

    Parameters
    ----------
    c : residents' columns.
    i : row.
    month : month number.
    r, p : rates of the year, integers of claiming.
    key : key of contributions.
    """
    s, before = c.state[i], np.int64(c.limited[i])
    if s == _LTS:
        if before > 0:
            return before
        return np.int64(HEALTH_NEW) if c.since[i] >= r.health_new_from else np.int64(HEALTH_EXISTING)
    if s > _ABSENT or before == NO_HEALTH:
        return np.int64(NO_HEALTH)
    if on_trial(c, i, month, p):
        return before
    worked = np.int64(month) - c.work_since[i]
    return before if worked < p.element_months and high(draw(key, c.id[i])) < p.keeps_element else np.int64(NO_HEALTH)


@inlined
def on_trial(c: Any, i: int, month: int, p: Any) -> Any:
    """Return whether a resident is in a work trial, in which benefits are paid as if he had no earnings.

    Parameters
    ----------
    c : residents' columns.
    i, month : row, month number.
    p : integers of claiming.
    """
    begun = np.int64(c.work_since[i])
    return c.state[i] <= _ABSENT and c.limited[i] > 0 and begun >= p.trial_from and month - begun < p.trial_months


@inlined
def contributory_of(c: Any, i: int, month: int, p: Any, key: Any) -> Any:
    """Return the kind of new-style benefit of a resident, 0 for none: he paid contributions before he was out of work.

    Parameters
    ----------
    c : residents' columns.
    i : row.
    month : month number.
    p : integers of claiming.
    key : key of contributions.
    """
    s = c.state[i]
    if s != _UNEMPLOYED and s != _LTS:
        return 0
    if s == _UNEMPLOYED and month - c.since[i] >= p.jsa_months:
        return 0
    if low(draw(key, c.id[i])) >= p.contributory:
        return 0
    gap = np.int64(c.since[i]) - c.work_since[i]
    worked = 0
    for k in range(24 - min(np.int64(24), max(np.int64(0), gap))):
        worked += (c.work_history[i] >> np.uint32(k)) & np.uint32(1)
    if worked < p.contribution_months:
        return 0
    if s == _LTS:
        return ESA
    return JSA_ADULT if month - c.birth[i] >= ADULT_MONTHS else JSA_YOUNG


@scalar
def contributory_pence(kind: Any, r: Any) -> Any:
    """Return the pence a month of a kind of new-style benefit."""
    if kind == 0:
        return np.int64(0)
    return new_style(kind == JSA_ADULT, SUPPORT if kind == ESA else PERSONAL_ONLY, r)


@inlined
def entitled(c: Any, i: int, j: int, month: int, r: Any) -> Any:
    """Return whether a unit may claim Universal Credit at all: not all students, and old enough or with a reason.

    Parameters
    ----------
    c : residents' columns.
    i, j : rows of the unit's head and of the partner, -1 without one.
    month : month number.
    r : rates of the year.
    """
    if c.state[i] == _STUDENT and (j < 0 or c.state[j] == _STUDENT):
        return False
    oldest = month - c.birth[i]
    if j >= 0:
        oldest = max(oldest, month - c.birth[j])
    return oldest >= r.minimum_age * 12 or c.limited[i] > 0 or month < c.child_until[i]


@inlined
def liable_of(c: Any, i: int, j: int, month: int) -> Any:
    """Return whether a unit pays council tax: a couple, tenants, and owners who have come of age.

    Parameters
    ----------
    c : residents' columns.
    i, j : rows of the unit's head and of the partner, -1 without one.
    month : month number.
    """
    return j >= 0 or c.rent[i] > 0 or (c.tenure[i] == OWNER and month - c.birth[i] >= ADULT_MONTHS)


@inlined
def claim_of(c: Any, i: int, j: int, month: int, r: Any, p: Any, keys: Any, earned: Any, working: Any) -> Any:
    """Return the facts of a unit for the law, at earnings that may differ from what it has.

    Parameters
    ----------
    c : residents' columns.
    i, j : rows of the unit's head and of the partner, -1 without one.
    month : month number.
    r, p, keys : rates of the year, integers of claiming, keys for good.
    earned : net earnings of the unit, pence a month.
    working : adults in work.
    """
    couple = j >= 0
    oldest = _whole(month) - c.birth[i]
    limited = _whole(c.limited[i])
    other = contributory_pence(c.contributory[i], r)
    cap_exempt = c.pip[i] > 0
    carers = _whole(0)
    if c.cohort[i] & _CARER and c.limited[i] == 0 and low(draw(keys.carer, c.id[i])) < p.carer:
        carers += 1
    if couple:
        oldest = max(oldest, _whole(month) - c.birth[j])
        if c.limited[j] > 0:
            limited = _whole(c.limited[j]) if limited == 0 else min(limited, _whole(c.limited[j]))
        other += contributory_pence(c.contributory[j], r)
        cap_exempt = cap_exempt or c.pip[j] > 0
        if c.cohort[j] & _CARER and c.limited[j] == 0 and low(draw(keys.carer, c.id[j])) < p.carer:
            carers += 1
    births = c.child_birth[i]
    children, child, childcare = _whole(0), _whole(0), _whole(0)
    if births[0] != NEVER:  # the eldest comes first: most units have no child
        children, child = children_at(births, month, r.child_age), child_elements(births, month, r)
    if working == (2 if couple else 1) and children > 0 and low(draw(keys.family, c.id[i])) < p.childcare:
        young = children_at(births, month, p.childcare_until)
        if young > 0:
            childcare = childcare_element(young * p.childcare_cost, young, r)
    rent = housing_element(c.tenure[i], _whole(c.rent[i]) * 100, p.local_allowance[c.place[i]])
    return Claim(
        couple=_whole(couple),
        over_25=_whole(oldest >= ADULT_MONTHS),
        has_child=_whole(children > 0),
        health=limited,
        carers=carers,
        rent=rent,
        child=child,
        childcare=childcare,
        housing=_whole(rent > 0),
        earned=_whole(earned),
        other_income=other,
        child_benefit=child_benefit(children, r),
        cap_exempt=_whole(cap_exempt),
    )
