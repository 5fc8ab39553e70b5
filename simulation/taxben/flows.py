"""Step 9 of the month: what a change of a resident's job or state changes in the month's payments.

Payments of people to whom nothing happened are carried as running totals by Place and line; an event takes
a resident's old flows out and puts the new ones in. Left out here: elements of Universal Credit for
children, housing and carers, occupational sick pay, and every benefit but Universal Credit.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from scenarios.vocabulary import AGE_MAX_YEARS, Benefit, State
from simulation.compiling import inlined, kernel, scalar
from simulation.ledger import LINE_INDEX
from simulation.streams import draw, high, low
from simulation.taxben.law import employee_ni, employer_ni, income_tax

_WAGES, _TAX, _NI = LINE_INDEX["wages"], LINE_INDEX["income_tax"], LINE_INDEX["employee_ni"]
_ER_NI, _SSP, _UC = LINE_INDEX["employer_ni"], LINE_INDEX["statutory_sick_pay"], LINE_INDEX["universal_credit"]
_EMPLOYED, _ABSENT, _UNEMPLOYED = int(State.EMPLOYED), int(State.ABSENT), int(State.UNEMPLOYED)
_LTS, _STUDENT, _OTHER = int(State.LONG_TERM_SICK), int(State.STUDENT), int(State.OTHER_INACTIVE)
_NEVER = -32768
_ADULT_MONTHS = 25 * 12
NOTHING, WAGE, YOUNG_WAGE, SICK_PAY = 0, 1, 2, 3
"""Kinds of gross pay, kept beside it so that an old flow can be taken out exactly."""
_NONE, _SEARCHING, _HEALTH = int(Benefit.NONE), int(Benefit.UC_SEARCHING), int(Benefit.UC_HEALTH)
_WORKING, _OTHER_UC = int(Benefit.UC_WORKING), int(Benefit.UC_OTHER)


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
def post_pay(running: Any, place: int, gross: int, kind: int, r: Any, sign: int) -> None:
    """Add a resident's pay and what goes with it to the running totals, or take it out (sign -1).

    Parameters
    ----------
    running : payments of a month by Place and line, pence, written.
    place : the resident's Place.
    gross, kind : pence a month, and which kind of pay.
    r : rates of the year.
    sign : 1 to add, -1 to take out.
    """
    if kind == SICK_PAY:
        running[place, _SSP] += sign * gross
    elif kind != NOTHING:
        running[place, _WAGES] += sign * gross
        running[place, _TAX] += sign * income_tax(gross, r)
        running[place, _NI] += sign * employee_ni(gross, r)
        running[place, _ER_NI] += sign * employer_ni(gross, kind == YOUNG_WAGE, r)


@inlined
def award_of(c: Any, i: int, j: int, month: int, r: Any) -> Any:
    """Return the unit's Universal Credit if claimed, pence a month; j is the partner's row or -1.

    Parameters
    ----------
    c : residents' columns.
    i, j : rows of the unit; j is -1 without a partner.
    month : month number.
    r : rates of the year.
    """
    oldest = np.int64(month) - c.birth[i]
    sick = c.state[i] == _LTS
    since = np.int64(c.since[i])
    students = c.state[i] == _STUDENT
    gross = np.int64(c.gross[i])
    if j >= 0:
        oldest = max(oldest, np.int64(month) - c.birth[j])
        if c.state[j] == _LTS:
            since = min(since, np.int64(c.since[j])) if sick else np.int64(c.since[j])
            sick = True
        students = students and c.state[j] == _STUDENT
        gross += np.int64(c.gross[j])
    if students:
        return np.int64(0)
    most = r.standard[(2 if j >= 0 else 0) + (1 if oldest >= _ADULT_MONTHS else 0)]
    if sick:
        most += r.health_new if since >= r.health_new_from else r.health_existing
    # at least half of gross pay is net: nearly everybody in work is past any award without working out tax
    if (gross // 2 - r.work_allowance) * r.taper >= most * 10000:
        return np.int64(0)
    allowance = np.int64(0)
    if sick or month < c.child_until[i] or (j >= 0 and month < c.child_until[j]):
        allowance = r.work_allowance if c.tenure[i] == 0 else r.work_allowance_housing
    net = net_of(np.int64(c.gross[i]), c.gross_kind[i], r)
    if j >= 0:
        net += net_of(np.int64(c.gross[j]), c.gross_kind[j], r)
    return max(np.int64(0), most - max(np.int64(0), net - allowance) * r.taper // 10000)


@inlined
def hourly_in_force(c: Any, pay: Any, i: int, month: int) -> Any:
    """Return a worker's pay, pence an hour: at the minimum wage at least; a placement's while it lasts.

    People who work for themselves are held to the minimum wage too.

    Parameters
    ----------
    c : residents' columns.
    pay : integers of pay.
    i : row.
    month : month number.
    """
    k = np.int64(c.programme[i]) - 1
    hourly = pay.floor[(month - c.birth[i]) // 12]
    if not (k >= 0 and (c.slot[i] > 0 or pay.at_minimum[k] == 1)):
        hourly = max(np.int64(c.pay[i]), hourly)
    return hourly


@inlined
def pay_in_force(c: Any, pay: Any, i: int, month: int) -> Any:
    """Return a worker's gross pay, pence a month: hourly pay in force by his hours, a placement's while it lasts.

    Parameters
    ----------
    c : residents' columns.
    pay : integers of pay.
    i : row.
    month : month number.
    """
    k = np.int64(c.programme[i]) - 1
    hours = np.int64(c.hours[i])
    if k >= 0:
        hours = pay.subsidy_hours[k]
    return gross_of(hourly_in_force(c, pay, i, month), hours)


@inlined
def set_benefit(c: Any, i: int, award: int, h: Any, must_look: int, month: int, band: Any, claimants: Any) -> None:
    """Set a resident's benefit status from the unit's award and his state; a claim begins when it first pays.

    Parameters
    ----------
    c : residents' columns, written.
    i : row.
    award : the unit's award, pence a month.
    h : the unit's draw of claiming.
    must_look : 32-bit threshold of having to look while inactive.
    month : month number.
    band, claimants : age band by months of age; residents who must look, by Place and age band, written.
    """
    s = c.state[i]
    status = _NONE
    if award > 0 and s != _STUDENT:
        if s <= _ABSENT:
            status = _WORKING
        elif s == _UNEMPLOYED:
            status = _SEARCHING
        elif s == _LTS:
            status = _HEALTH
        elif s == _OTHER and high(h) < must_look:
            status = _SEARCHING
        else:
            status = _OTHER_UC
    if status == _NONE:
        c.claim_since[i] = _NEVER
    elif c.benefit[i] == _NONE:
        c.claim_since[i] = month
    c.benefit[i] = status
    counted = band[min(month - c.birth[i], AGE_MAX_YEARS * 12 - 1)] + 1 if status == _SEARCHING else 0
    if counted != c.counted[i]:
        if c.counted[i] > 0:
            claimants[c.place[i], c.counted[i] - 1] -= 1
        if counted > 0:
            claimants[c.place[i], counted - 1] += 1
        c.counted[i] = counted


@inlined
def settle_unit(
    c: Any, i: int, month: int, r: Any, claiming: Any, key: Any, running: Any, band: Any, claimants: Any
) -> None:
    """Recompute the Universal Credit of a resident's unit and put the change into the running totals.

    Parameters
    ----------
    c : residents' columns, written.
    i : row.
    month : month number.
    r : rates of the year.
    claiming, key : thresholds and key of claiming.
    running : payments of a month by Place and line, pence, written.
    band, claimants : age band by months of age; residents who must look, by Place and age band, written.
    """
    j = np.int64(c.partner[i])
    if j >= 0 and c.partner[j] != i:
        j = np.int64(-1)
    first = j < 0 or c.id[i] < c.id[j]
    head = np.int64(i) if first else j
    other = j if first else np.int64(i)
    h = draw(key, c.id[head])
    award = award_of(c, head, other, month, r) if low(h) < claiming[0] else 0
    running[c.place[head], _UC] += award - np.int64(c.award[head])
    c.award[head] = award
    set_benefit(c, head, award, h, claiming[1], month, band, claimants)
    if other >= 0:
        running[c.place[other], _UC] -= np.int64(c.award[other])
        c.award[other] = 0
        set_benefit(c, other, award, h, claiming[1], month, band, claimants)


@kernel
def settle(
    c: Any, rows: Any, replaced: Any, n: int, month: int, r: Any, pay: Any, claiming: Any, key: Any, running: Any,
    band: Any, claimants: Any,
) -> None:  # fmt: skip
    """Bring the running payments and the count of claimants up to date for rows[:n].

    Parameters
    ----------
    c : residents' columns; pay, award, benefit and broken partnerships are written.
    rows, replaced, n : rows whose payments may change, 1 where the row has a new resident, how many.
    month, r, pay : month number, rates, integers of pay.
    claiming : 32-bit thresholds of take-up and of having to look while inactive, int64.
    key : key of claiming.
    running : payments of a month by Place and line, pence, written.
    band, claimants : age band by months of age; residents who must look, by Place and age band, written.
    """
    for a in range(n):
        i = rows[a]
        s = c.state[i]
        gross, kind = np.int64(0), NOTHING
        if s == _EMPLOYED:
            gross = pay_in_force(c, pay, i, month)
            kind = YOUNG_WAGE if month - c.birth[i] < r.young_relief_age * 12 else WAGE
        elif s == _ABSENT and month - c.since[i] < r.sick_pay_months:
            gross = min(r.sick_pay, pay_in_force(c, pay, i, month) * r.sick_pay_share // 10000)
            kind = SICK_PAY
        if gross != c.gross[i] or kind != c.gross_kind[i]:
            post_pay(running, c.place[i], np.int64(c.gross[i]), c.gross_kind[i], r, -1)
            post_pay(running, c.place[i], gross, kind, r, 1)
            c.gross[i] = gross
            c.gross_kind[i] = kind
    for a in range(n):
        i = rows[a]
        if replaced[a] == 1:
            c.benefit[i] = _NONE
            j = np.int64(c.partner[i])
            c.partner[i] = -1
            if j >= 0 and c.partner[j] == i:
                c.partner[j] = -1
                settle_unit(c, j, month, r, claiming, key, running, band, claimants)
        settle_unit(c, i, month, r, claiming, key, running, band, claimants)
