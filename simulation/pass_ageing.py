"""Step 1 of the month: ageing, leaving at 65 or before, and the arrival who takes the row."""

from __future__ import annotations

from typing import Any

import numpy as np

from scenarios.vocabulary import AGE_MIN_YEARS, State
from simulation.columns import CHILD_MONTHS, NO_GAIN
from simulation.compiling import inlined
from simulation.residents import ID_GENERATION
from simulation.streams import draw, high, low
from simulation.taxben.units import ADULT_MONTHS
from simulation.visit import (
    CHANGED,
    CHILDCARE_UNTIL,
    DUE,
    ENDED,
    EXIT,
    HEALTH_EVENT,
    LEFT,
    MONEY,
    OUTSIDE,
    PLACE_CLOSED,
    REPLACED,
    SLOT_OPEN,
)

_NEVER = -32768
_ABSENT, _UNEMPLOYED, _LTS = int(State.ABSENT), int(State.UNEMPLOYED), int(State.LONG_TERM_SICK)
_LEAVERS, _ARRIVALS, _DROPPED = 6, 5, 6


@inlined
def arrive(c: Any, v: Any, donor: Any, i: int, month: int, key: Any) -> None:
    """Put an arrival into row i: attributes of a keyed donor of the starting population of his Place and age.

    He holds no job: an arrival whose donor was in work arrives looking for work.

    Parameters
    ----------
    c : residents' columns, written.
    v : visit parameters.
    donor : columns of the starting population.
    i : the row.
    month : month number.
    key : key of arrivals.
    """
    h = draw(key, c.id[i])
    p = np.int64(c.place[i])
    u = np.uint32(low(h))
    year = 0
    while year < v.arrival_age.shape[1] - 1 and u >= v.arrival_age[p, year]:
        year += 1
    g = p * v.arrival_age.shape[1] + year
    first, last = v.donor_offset[g], v.donor_offset[g + 1]
    d = v.donor_row[first + ((high(h) * (last - first)) >> 32)]
    months = (AGE_MIN_YEARS + year) * 12 + (high(h) % 12 if year > 0 else 0)
    c.id[i] += np.uint32(ID_GENERATION)
    c.birth[i] = month - months
    for target, source in (
        (c.sex, donor.sex),
        (c.ethnicity, donor.ethnicity),
        (c.qualification, donor.qualification),
        (c.deprivation, donor.deprivation),
        (c.barriers, donor.barriers),
        (c.tenure, donor.tenure),
        (c.conditions, donor.conditions),
        (c.diagnosed, donor.diagnosed),
        (c.declared, donor.declared),
        (c.severity, donor.severity),
        (c.sector, donor.sector),
    ):
        target[i] = source[d]
    c.cohort[i] = donor.cohort[d]
    c.ability[i] = donor.ability[d]
    c.rent[i] = donor.rent[d]
    c.state[i] = donor.state[d] if donor.state[d] >= _LTS else _UNEMPLOYED
    c.since[i] = month
    c.work_history[i] = donor.work_history[d]
    c.work_since[i] = month
    c.child_until[i] = _NEVER
    for k in range(c.child_birth.shape[1]):
        c.child_birth[i, k] = _NEVER
    c.limited[i] = 0
    c.keep[i] = NO_GAIN
    c.treatment[i] = _NEVER
    c.employer[i] = -1
    if c.programme[i] > 0:
        c.programme[i] = ENDED
    c.completed[i] = 0
    c.help[i] = 0
    c.help_state[i] = 0
    c.offer[i] = 0
    c.slot[i] = 0


@inlined
def leave_home(c: Any, i: int, month: int) -> None:
    """Take children who have turned 18 out of a resident's list, the eldest first.

    Parameters
    ----------
    c : residents' columns, written.
    i, month : row, month number.
    """
    while c.child_birth[i, 0] != _NEVER and month - c.child_birth[i, 0] >= CHILD_MONTHS:
        for k in range(c.child_birth.shape[1] - 1):
            c.child_birth[i, k] = c.child_birth[i, k + 1]
        c.child_birth[i, c.child_birth.shape[1] - 1] = _NEVER


@inlined
def is_birthday(c: Any, v: Any, i: int, month: int) -> Any:
    """Return whether a child reaches an age this month that changes what the unit is paid.

    Parameters
    ----------
    c, v : columns, visit parameters; children who turn 18 still stand in the list.
    i, month : row, month number.
    """
    reached = False
    if month <= c.child_until[i]:
        for k in range(c.child_birth.shape[1]):
            months = np.int64(month) - c.child_birth[i, k]
            reached = reached or months == CHILD_MONTHS or months == v.values[CHILDCARE_UNTIL]
    return reached


@inlined
def age(
    c: Any, t: Any, v: Any, donor: Any, lists: Any, rec: Any, counters: Any, keys: Any,
    i: int, why: int, position: int, month: int, policy: int, at: int,
) -> Any:  # fmt: skip
    """Move on a resident who crosses an age band, leaves or turns 65; return why he is now visited.

    Parameters
    ----------
    c : residents' columns, written.
    t, v : thresholds, visit parameters.
    donor : columns of the starting population.
    lists : the leavers, written.
    rec, counters : pairing record and counts of this lane, written.
    keys : keys of the month's draws.
    i, why : row, why he is visited.
    position : the draw for health behind the start of the leavers' segment; negative outside it.
    month, policy : month number; policy month, negative before the policy.
    at : position of the next leaver from a slot.
    """
    s = np.int64(c.state[i])
    p = np.int64(c.place[i])
    months = np.int64(month) - c.birth[i]
    before = np.int64(t.band[min(months - 1, 779)])
    now = np.int64(t.band[min(months, 779)])
    if months >= 780 or (position >= 0 and position < t.leave[p, months // 12 - AGE_MIN_YEARS]):
        if c.employer[i] >= 0:
            lists.leaver[at] = c.employer[i]
            lists.fate[at] = SLOT_OPEN if c.slot[i] == 0 else PLACE_CLOSED + c.slot[i] - 1
            if c.programme[i] > 0:
                counters.subsidies[c.programme[i] - 1, p, _DROPPED] += 1
        counters.moves[p, before, s, OUTSIDE] += 1
        counters.flows[p, _LEAVERS] += 1
        if policy >= 0 and policy < rec.left[i]:
            rec.left[i] = policy
        why = REPLACED | CHANGED | MONEY | (LEFT if c.employer[i] >= 0 else 0)
        arrive(c, v, donor, i, month, keys.arrival)
        now = np.int64(t.band[month - c.birth[i]])
        counters.moves[p, now, OUTSIDE, c.state[i]] += 1
        counters.flows[p, _ARRIVALS] += 1
    elif why & DUE != 0:
        why |= CHANGED | EXIT | HEALTH_EVENT
        # what somebody in work is paid hangs on his age until he counts as an adult, on that of others for good
        of_age = now != before and (s > _ABSENT or months <= ADULT_MONTHS)
        if of_age or (c.limited[i] > 0 and s <= _ABSENT) or is_birthday(c, v, i, month):
            why |= MONEY  # an age, a term of an award or a child's age; a job's or a treatment's term pays nothing
        leave_home(c, i, month)
        if now != before:
            counters.ageing[p, now, s] += 1
            if np.uint32(low(draw(keys.skill, c.id[i]))) < v.promotion[p, now, c.qualification[i]]:
                c.qualification[i] += 1
    return why
