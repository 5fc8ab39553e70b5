"""Step 9 of the month: what a change of a resident's job or state changes in the month's payments.

Payments of people to whom nothing happened are carried as running totals by Place and line; an event takes
a resident's old flows out and puts the new ones in.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from scenarios.vocabulary import AGE_MAX_YEARS, Benefit, State
from simulation.columns import NO_GAIN, UNIT_FLOWS
from simulation.compiling import ask_ahead, inlined, kernel
from simulation.ledger import LINE_INDEX
from simulation.streams import draw, high, low
from simulation.taxben.gain import kept_by, tax_support_of
from simulation.taxben.law import (
    award,
    child_benefit,
    child_benefit_charge,
    children_at,
    pip_pence,
)
from simulation.taxben.pay import settle_pay
from simulation.taxben.units import (
    CHARGE,
    CHILD_BENEFIT,
    ESA,
    HANDLING,
    N_CREDIT,
    TAX_SUPPORT,
    claim_of,
    contributory_of,
    contributory_pence,
    entitled,
    liable_of,
    limited_of,
    net_of,
    on_trial,
    pip_of,
)
from simulation.visit import DISABILITY, NEWCOMER, UNIT

_UC = LINE_INDEX["uc_standard"]
_JSA, _ESA, _PIP = LINE_INDEX["new_style_jsa"], LINE_INDEX["new_style_esa"], LINE_INDEX["pip"]
_CHILD, _CHARGE = LINE_INDEX["child_benefit"], LINE_INDEX["child_benefit_charge"]
_TAX_SUPPORT, _HANDLING = LINE_INDEX["council_tax_support"], LINE_INDEX["claim_handling"]
_ABSENT, _UNEMPLOYED = int(State.ABSENT), int(State.UNEMPLOYED)
_LTS, _STUDENT, _OTHER = int(State.LONG_TERM_SICK), int(State.STUDENT), int(State.OTHER_INACTIVE)
_NEVER = -32768
AHEAD, SPARSE = 16, 4
"""Rows whose columns are asked for before their turn, where no more than one row in SPARSE is settled."""
_NONE, _SEARCHING, _HEALTH = int(Benefit.NONE), int(Benefit.UC_SEARCHING), int(Benefit.UC_HEALTH)
_WORKING, _OTHER_UC = int(Benefit.UC_WORKING), int(Benefit.UC_OTHER)


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
    changed = np.int64(0)
    for k in range(UNIT_FLOWS):
        changed |= flows[k] ^ old[k]
    if changed == 0:
        return
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
    award_now = np.int64(0)
    for k in range(UNIT_FLOWS):
        flows[k] = 0
    if claims:
        parts = award(claim_of(c, head, other, month, r, p, keys, earned, working), r)
        for k in range(N_CREDIT):
            flows[k] = parts[k]
            award_now += parts[k] if k < N_CREDIT - 2 else -parts[k]
    if month < c.child_until[head] and high(draw(keys.family, c.id[head])) < p.child_benefit:
        benefit = child_benefit(children_at(c.child_birth[head], month, r.child_age), r)
        flows[CHILD_BENEFIT] = benefit
        flows[CHARGE] = child_benefit_charge(benefit, highest, r)
    liable = liable_of(c, head, other, month)
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
def settle_disability(c: Any, i: int, r: Any, p: Any, keys: Any, running: Any) -> Any:
    """Bring Personal Independence Payment up to date; return whether it was begun or ended.

    Parameters
    ----------
    c : residents' columns, written.
    i : row.
    r, p, keys : rates of the year, integers of claiming, keys for good.
    running : payments of a month by Place and line, pence, written.
    """
    level, before = np.int64(pip_of(c, i, p, keys.disability)), np.int64(c.pip[i])
    if level != before:
        running[c.place[i], _PIP] += pip_pence(level // 3, level % 3, r) - pip_pence(before // 3, before % 3, r)
        c.pip[i] = level
    return (level > 0) != (before > 0)


@inlined
def settle_own_benefits(c: Any, i: int, month: int, r: Any, p: Any, keys: Any, running: Any) -> None:
    """Bring up to date what a resident is paid by contributions, and the health element he carries.

    Parameters
    ----------
    c : residents' columns, written.
    i : row.
    month : month number.
    r, p, keys : rates of the year, integers of claiming, keys for good.
    running : payments of a month by Place and line, pence, written.
    """
    c.limited[i] = limited_of(c, i, month, r, p, keys.contribution)
    kind = contributory_of(c, i, month, p, keys.contribution)
    if kind != c.contributory[i]:
        old = c.contributory[i]
        running[c.place[i], _ESA if old == ESA else _JSA] -= contributory_pence(old, r)
        running[c.place[i], _ESA if kind == ESA else _JSA] += contributory_pence(kind, r)
        c.contributory[i] = kind


@inlined
def part(c: Any, i: int) -> Any:
    """End an arrival's partnership, which was his predecessor's; return the row of who is left behind, or -1.

    Parameters
    ----------
    c : residents' columns, written.
    i : row of the arrival.
    """
    partner = np.int64(c.partner[i])
    c.partner[i] = -1
    if partner >= 0 and c.partner[partner] == i:
        c.partner[partner] = -1
    else:
        partner = np.int64(-1)
    return partner


@inlined
def ask_resident(c: Any, i: int) -> None:
    """Ask for what a resident's own payments are worked out of."""
    ask_ahead(
        (c.id, c.place, c.birth, c.severity, c.pip, c.state, c.since, c.work_since, c.work_history, c.programme, c.slot,
         c.hours, c.pay, c.gross, c.gross_kind, c.limited, c.contributory),
        i,
    )  # fmt: skip


@inlined
def ask_unit(c: Any, i: int) -> None:
    """Ask for what the payments of a resident's unit are worked out of; partners stand side by side as a rule."""
    ask_ahead(
        (c.id, c.place, c.birth, c.state, c.partner, c.cohort, c.child_birth, c.child_until, c.tenure, c.rent,
         c.work_since, c.gross, c.gross_kind, c.pip, c.limited, c.contributory, c.unit_flows, c.award, c.benefit,
         c.claim_since, c.counted, c.keep, c.qualification, c.ability),
        i,
    )  # fmt: skip
    ask_ahead((c.unit_flows,), i + 1)  # a unit's flows reach into the next line of the cache


@kernel
def settle(
    c: Any, rows: Any, reason: Any, n: int, month: int, r: Any, pay: Any, p: Any, keys: Any, flows: Any,
    running: Any, posted: Any, band: Any, claimants: Any,
) -> None:  # fmt: skip
    """Bring the running payments and the count of claimants up to date for rows[:n].

    Parameters
    ----------
    c : residents' columns; pay, benefits, gains from work and broken partnerships are written.
    rows, reason, n : rows whose payments may change, in order, why (one of `visit.UNIT` ...; written), how many.
    month : month number.
    r, pay, p, keys : rates of the year, integers of pay and of claiming, keys for good.
    flows : working space of UNIT_FLOWS numbers, written.
    running, posted : standing and single payments by Place and line, pence, written.
    band, claimants : age band by months of age; residents who must look, by Place and age band, written.
    """
    sparse = n * SPARSE < c.id.size  # the processor asks ahead by itself where rows follow each other
    for a in range(n):
        if sparse:
            ask_resident(c, rows[min(n - 1, a + AHEAD)])
        i = rows[a]
        if settle_disability(c, i, r, p, keys, running) and reason[a] == DISABILITY:
            reason[a] = UNIT  # the benefit cap asks whether somebody has the payment
        if reason[a] != DISABILITY:
            settle_pay(c, i, month, r, pay, running)
            settle_own_benefits(c, i, month, r, p, keys, running)
        if reason[a] == NEWCOMER:
            forget_claim(c, i, month, p, posted)
            c.benefit[i] = _NONE
    for parting in (True, False):  # whoever is left behind first, so that nobody is settled with a stranger
        for a in range(n):
            i = np.int64(rows[a])
            who = i
            if parting:
                who = part(c, i) if reason[a] == NEWCOMER else np.int64(-1)
            else:
                if sparse:
                    ask_unit(c, rows[min(n - 1, a + AHEAD)])
                j = np.int64(c.partner[i])
                if a > 0 and j == rows[a - 1] and c.partner[j] == i and reason[a - 1] != DISABILITY:
                    who = np.int64(-1)  # settled with the partner a moment ago
            if who >= 0 and (parting or reason[a] != DISABILITY):
                settle_unit(c, who, month, r, pay, p, keys, flows, running, posted, band, claimants)
