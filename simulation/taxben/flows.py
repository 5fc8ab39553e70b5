"""Step 9 of the month: what a change of a resident's job or state changes in the month's payments.

Payments of people to whom nothing happened are carried as running totals by Place and line; an event takes
a resident's old flows out and puts the new ones in. Left out here: occupational sick pay.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from scenarios.vocabulary import AGE_MAX_YEARS, Benefit, State
from simulation.columns import NO_GAIN, UNIT_FLOWS
from simulation.compiling import inlined, kernel
from simulation.ledger import LINE_INDEX
from simulation.streams import draw, high, low
from simulation.taxben.gain import kept_by, tax_support_of
from simulation.taxben.law import award, child_benefit_charge, employee_ni, employer_ni, income_tax, pip_pence, sick_pay
from simulation.taxben.units import (
    CHARGE,
    CHILD_BENEFIT,
    ESA,
    HANDLING,
    N_CREDIT,
    NOTHING,
    SICK_PAY,
    TAX_SUPPORT,
    WAGE,
    YOUNG_WAGE,
    claim_of,
    contributory_of,
    contributory_pence,
    entitled,
    gross_of,
    limited_of,
    net_of,
    on_trial,
    pip_of,
)

_WAGES, _TAX, _NI = LINE_INDEX["wages"], LINE_INDEX["income_tax"], LINE_INDEX["employee_ni"]
_ER_NI, _SSP, _UC = LINE_INDEX["employer_ni"], LINE_INDEX["statutory_sick_pay"], LINE_INDEX["uc_standard"]
_JSA, _ESA, _PIP = LINE_INDEX["new_style_jsa"], LINE_INDEX["new_style_esa"], LINE_INDEX["pip"]
_CHILD, _CHARGE = LINE_INDEX["child_benefit"], LINE_INDEX["child_benefit_charge"]
_TAX_SUPPORT, _HANDLING = LINE_INDEX["council_tax_support"], LINE_INDEX["claim_handling"]
_EMPLOYED, _ABSENT, _UNEMPLOYED = int(State.EMPLOYED), int(State.ABSENT), int(State.UNEMPLOYED)
_LTS, _STUDENT, _OTHER = int(State.LONG_TERM_SICK), int(State.STUDENT), int(State.OTHER_INACTIVE)
_NEVER = -32768
_NONE, _SEARCHING, _HEALTH = int(Benefit.NONE), int(Benefit.UC_SEARCHING), int(Benefit.UC_HEALTH)
_WORKING, _OTHER_UC = int(Benefit.UC_WORKING), int(Benefit.UC_OTHER)


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
def forget_claim(c: Any, i: int, month: int, p: Any, posted: Any) -> None:
    """Take back what a claim cost that began this month and ends in it: new rates came before other events.

    Parameters
    ----------
    c : residents' columns.
    i, month : row, month number.
    p : integers of claiming.
    posted : single payments by Place and line, pence, written.
    """
    if c.benefit[i] != _NONE and c.claim_since[i] == month:
        posted[c.place[i], _HANDLING] -= p.new_claim


@inlined
def set_benefit(
    c: Any, i: int, award_now: int, h: Any, month: int, p: Any, posted: Any, band: Any, claimants: Any
) -> None:
    """Set a resident's benefit status from the unit's award and his state; a claim begins when it first pays.

    Parameters
    ----------
    c : residents' columns, written.
    i : row.
    award_now : the unit's award, pence a month.
    h : the unit's draw of claiming.
    month : month number.
    p : integers of claiming.
    posted : single payments by Place and line, pence, written.
    band, claimants : age band by months of age; residents who must look, by Place and age band, written.
    """
    s = c.state[i]
    status = _NONE
    if award_now > 0 and s != _STUDENT:
        if s <= _ABSENT:
            status = _WORKING
        elif s == _UNEMPLOYED:
            status = _SEARCHING
        elif s == _LTS:
            status = _HEALTH
        elif s == _OTHER and high(h) < p.must_look:
            status = _SEARCHING
        else:
            status = _OTHER_UC
    if status == _NONE:
        forget_claim(c, i, month, p, posted)
        c.claim_since[i] = _NEVER
    elif c.benefit[i] == _NONE:
        c.claim_since[i] = month
        posted[c.place[i], _HANDLING] += p.new_claim
    c.benefit[i] = status
    counted = band[min(month - c.birth[i], AGE_MAX_YEARS * 12 - 1)] + 1 if status == _SEARCHING else 0
    if counted != c.counted[i]:
        if c.counted[i] > 0:
            claimants[c.place[i], c.counted[i] - 1] -= 1
        if counted > 0:
            claimants[c.place[i], counted - 1] += 1
        c.counted[i] = counted


@inlined
def post_unit(c: Any, i: int, place: int, flows: Any, running: Any) -> None:
    """Replace what a unit is paid by new flows, in the running totals and beside its head.

    Parameters
    ----------
    c : residents' columns, written.
    i, place : row of the head, its Place.
    flows : pence a month, UNIT_FLOWS of them.
    running : payments of a month by Place and line, pence, written.
    """
    old = c.unit_flows[i]
    for k in range(N_CREDIT):
        running[place, _UC + k] += flows[k] - old[k]
    running[place, _CHILD] += flows[CHILD_BENEFIT] - old[CHILD_BENEFIT]
    running[place, _CHARGE] += flows[CHARGE] - old[CHARGE]
    running[place, _TAX_SUPPORT] += flows[TAX_SUPPORT] - old[TAX_SUPPORT]
    running[place, _HANDLING] += flows[HANDLING] - old[HANDLING]
    for k in range(UNIT_FLOWS):
        old[k] = flows[k]


@inlined
def settle_unit(
    c: Any, i: int, month: int, r: Any, pay: Any, p: Any, keys: Any, flows: Any, running: Any, posted: Any, band: Any,
    claimants: Any,
) -> None:  # fmt: skip
    """Recompute what a resident's unit is paid, put the change into the running totals, and his gain from work.

    Parameters
    ----------
    c : residents' columns, written.
    i : row.
    month : month number.
    r, pay, p, keys : rates of the year, integers of pay and of claiming, keys for good.
    flows : working space of UNIT_FLOWS numbers, written.
    running, posted : standing and single payments by Place and line, pence, written.
    band, claimants : age band by months of age; residents who must look, by Place and age band, written.
    """
    j = np.int64(c.partner[i])
    if j >= 0 and c.partner[j] != i:
        j = np.int64(-1)
    first = j < 0 or c.id[i] < c.id[j]
    head = np.int64(i) if first else j
    other = j if first else np.int64(i)
    place = c.place[head]
    h = draw(keys.claim, c.id[head])
    claims = low(h) < p.take_up and entitled(c, head, other, month, r)
    net_head = net_of(np.int64(c.gross[head]), c.gross_kind[head], r)
    net_other = np.int64(0)
    highest = np.int64(c.gross[head])
    working = np.int64(c.state[head] <= _ABSENT)
    if other >= 0:
        net_other = net_of(np.int64(c.gross[other]), c.gross_kind[other], r)
        highest = max(highest, np.int64(c.gross[other]))
        working += np.int64(c.state[other] <= _ABSENT)
    earned = net_head + net_other
    if on_trial(c, head, month, p):
        earned -= net_head
    if other >= 0 and on_trial(c, other, month, p):
        earned -= net_other
    claim = claim_of(c, head, other, month, r, p, keys, earned, working)
    award_now = np.int64(0)
    for k in range(UNIT_FLOWS):
        flows[k] = 0
    if claims:
        parts = award(claim, r)
        for k in range(N_CREDIT):
            flows[k] = parts[k]
            award_now += parts[k] if k < N_CREDIT - 2 else -parts[k]
    if claim.child_benefit > 0 and high(draw(keys.family, c.id[head])) < p.child_benefit:
        flows[CHILD_BENEFIT] = claim.child_benefit
        flows[CHARGE] = child_benefit_charge(claim.child_benefit, highest, r)
    liable = other >= 0 or c.rent[head] > 0 or (c.tenure[head] == 0 and claim.over_25 == 1)
    flows[TAX_SUPPORT] = tax_support_of(liable, award_now, earned, p)
    flows[HANDLING] = p.handling if award_now > 0 else 0
    post_unit(c, head, place, flows, running)
    c.award[head] = award_now
    income = award_now + flows[TAX_SUPPORT]
    if other >= 0:
        for k in range(UNIT_FLOWS):
            flows[k] = 0
        post_unit(c, other, place, flows, running)
        c.award[other] = 0
    for turn in range(2 if other >= 0 else 1):  # once in the compiled code, whoever it is
        who, elsewhere = (head, net_other) if turn == 0 else (other, net_head)
        set_benefit(c, who, award_now, h, month, p, posted, band, claimants)
        c.keep[who] = NO_GAIN
        if c.state[who] > _ABSENT:
            own = income + contributory_pence(c.contributory[who], r)
            c.keep[who] = kept_by(
                c, who, head, other, month, r, pay, p, keys, band, claims, elsewhere, working, own, liable
            )  # fmt: skip


@inlined
def settle_pay(c: Any, i: int, month: int, r: Any, pay: Any, running: Any) -> None:
    """Bring a resident's pay up to date.

    Parameters
    ----------
    c : residents' columns, written.
    i : row.
    month : month number.
    r, pay : rates of the year, integers of pay.
    running : payments of a month by Place and line, pence, written.
    """
    s = c.state[i]
    gross, kind = np.int64(0), NOTHING
    if s == _EMPLOYED:
        gross = pay_in_force(c, pay, i, month)
        kind = YOUNG_WAGE if month - c.birth[i] < r.young_relief_age * 12 else WAGE
    elif s == _ABSENT and month - c.since[i] < r.sick_pay_months:
        gross = sick_pay(pay_in_force(c, pay, i, month), r)
        kind = SICK_PAY
    if gross != c.gross[i] or kind != c.gross_kind[i]:
        post_pay(running, c.place[i], np.int64(c.gross[i]), c.gross_kind[i], r, -1)
        post_pay(running, c.place[i], gross, kind, r, 1)
        c.gross[i] = gross
        c.gross_kind[i] = kind


@inlined
def settle_own_benefits(c: Any, i: int, month: int, r: Any, p: Any, keys: Any, running: Any) -> None:
    """Bring up to date what a resident is paid by his own right: for a disability, or by contributions.

    Parameters
    ----------
    c : residents' columns, written.
    i : row.
    month : month number.
    r, p, keys : rates of the year, integers of claiming, keys for good.
    running : payments of a month by Place and line, pence, written.
    """
    level = pip_of(c, i, p, keys.disability)
    if level != c.pip[i]:
        before = np.int64(c.pip[i])
        running[c.place[i], _PIP] += pip_pence(level // 3, level % 3, r) - pip_pence(before // 3, before % 3, r)
        c.pip[i] = level
    c.limited[i] = limited_of(c, i, month, r, p, keys.contribution)
    kind = contributory_of(c, i, month, p, keys.contribution)
    if kind != c.contributory[i]:
        old = c.contributory[i]
        running[c.place[i], _ESA if old == ESA else _JSA] -= contributory_pence(old, r)
        running[c.place[i], _ESA if kind == ESA else _JSA] += contributory_pence(kind, r)
        c.contributory[i] = kind


@kernel
def settle(
    c: Any, rows: Any, replaced: Any, n: int, month: int, r: Any, pay: Any, p: Any, keys: Any, flows: Any,
    running: Any, posted: Any, band: Any, claimants: Any,
) -> None:  # fmt: skip
    """Bring the running payments and the count of claimants up to date for rows[:n].

    Parameters
    ----------
    c : residents' columns; pay, benefits, gains from work and broken partnerships are written.
    rows, replaced, n : rows whose payments may change, 1 where the row has a new resident, how many.
    month : month number.
    r, pay, p, keys : rates of the year, integers of pay and of claiming, keys for good.
    flows : working space of UNIT_FLOWS numbers, written.
    running, posted : standing and single payments by Place and line, pence, written.
    band, claimants : age band by months of age; residents who must look, by Place and age band, written.
    """
    for a in range(n):
        i = rows[a]
        settle_pay(c, i, month, r, pay, running)
        settle_own_benefits(c, i, month, r, p, keys, running)
    for a in range(n):
        i = rows[a]
        partner = np.int64(-1)
        if replaced[a] == 1:
            forget_claim(c, i, month, p, posted)
            c.benefit[i] = _NONE
            partner = np.int64(c.partner[i])
            c.partner[i] = -1
            if partner >= 0 and c.partner[partner] == i:
                c.partner[partner] = -1
            else:
                partner = np.int64(-1)
        for who in (partner, np.int64(i)):  # once in the compiled code
            if who >= 0:
                settle_unit(c, who, month, r, pay, p, keys, flows, running, posted, band, claimants)
