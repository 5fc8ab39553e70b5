"""Bookkeeping after a resident's month: cells, classes, satisfaction and the bits that pairing compares."""

from __future__ import annotations

from typing import Any

import numpy as np

from scenarios.vocabulary import State
from simulation.care_classes import change_care
from simulation.columns import CHILD_MONTHS, HELPED
from simulation.compiling import inlined, kernel, scalar
from simulation.streams import U64, draw
from simulation.thresholds import TENURE_BUCKETS
from simulation.visit import (
    CHILDCARE_UNTIL,
    ELEMENT_MONTHS,
    ENDED,
    N_STATES,
    TRIAL_MONTHS,
    cell_of,
    exit_class_of,
    health_class_of,
)

_EMPLOYED, _ABSENT, _UNEMPLOYED = int(State.EMPLOYED), int(State.ABSENT), int(State.UNEMPLOYED)
_SECOND_TENURE, _THIRD_TENURE = TENURE_BUCKETS[1:]
_NEVER = -32768
_ONES = U64(0xFFFFFFFFFFFFFFFF)


@scalar
def set_from(bits: Any, i: Any, month: Any, on: Any) -> None:
    """Set or clear the bits of row i from a policy month on.

    Parameters
    ----------
    bits : bits by resident and word, written.
    i : row.
    month : policy month.
    on : whether to set them.
    """
    word = month >> 6
    mask = _ONES << U64(month & 63)
    for w in range(word, bits.shape[1]):
        if on:
            bits[i, w] |= mask
        else:
            bits[i, w] &= ~mask
        mask = _ONES


@inlined
def next_birthday(c: Any, v: Any, i: int, month: int) -> Any:
    """Return the next month in which a child's age changes what the unit is paid; there is a child under 18.

    Parameters
    ----------
    c, v : columns, visit parameters.
    i : row.
    month : month number.
    """
    due = np.int64(c.child_until[i])
    for k in range(c.child_birth.shape[1]):
        if c.child_birth[i, k] != _NEVER:
            for months in (CHILD_MONTHS, v.values[CHILDCARE_UNTIL]):
                then = np.int64(c.child_birth[i, k]) + months
                if then > month:
                    due = min(due, then)
    return due


@inlined
def record_one(
    c: Any, t: Any, v: Any, rec: Any, counters: Any, wellbeing: Any, i: int, month: int, policy: int
) -> None:
    """Bring a resident's cell, classes, timer, satisfaction and pairing record up to date.

    Parameters
    ----------
    c, t, v, rec, counters : columns, thresholds, visit parameters, pairing record, counts of this lane.
    wellbeing : key of people's own level of satisfaction.
    i : row.
    month, policy : month number; policy month, negative before the policy's start.
    """
    s = np.int64(c.state[i])
    severity = c.severity[i]
    band = np.int64(t.band[month - c.birth[i]])
    cell = cell_of(c.place[i], band, c.sex[i], c.ethnicity[i], severity, s)
    before = np.int64(c.cell[i]) % N_STATES
    if cell != c.cell[i]:
        counters.cells[c.cell[i]] -= 1
        counters.cells[cell] += 1
        c.cell[i] = cell
    change_care(c, v, counters, i, month)
    if c.programme[i] == ENDED:
        c.programme[i] = 0
        if policy >= 0:
            set_from(rec.subsidised, i, policy, False)
    elif policy >= 0 and c.programme[i] > 0 and c.programme_since[i] == month:
        set_from(rec.subsidised, i, policy, True)
    tenure = np.int64(month) - c.hired[i]
    conditions = v.class_of_bits[c.conditions[i]]
    c.exit_class[i] = exit_class_of(
        s, band, severity, conditions, c.qualification[i], c.insecure[i], tenure, c.programme[i] | c.help[i]
    )
    c.health_class[i] = health_class_of(band, severity, c.conditions[i], c.diagnosed[i])
    due = np.int64(c.birth[i]) + t.band_end[band]
    if month < c.child_until[i]:
        due = min(due, next_birthday(c, v, i, month))
    if c.limited[i] > 0 and s <= _ABSENT:
        for months in (v.values[ELEMENT_MONTHS], v.values[TRIAL_MONTHS]):
            if month < c.work_since[i] + months:
                due = min(due, np.int64(c.work_since[i]) + months)
    if s == _EMPLOYED and tenure < _THIRD_TENURE:
        due = min(due, np.int64(c.hired[i]) + (_SECOND_TENURE if tenure < _SECOND_TENURE else _THIRD_TENURE))
    if c.treatment[i] > month:  # service use changes when treatment begins
        due = min(due, np.int64(c.treatment[i]))
    c.timer[i] = due
    level = np.int64(v.satisfaction_levels[draw(wellbeing, c.id[i]) & U64(255)]) + v.satisfaction[s, severity]
    if c.programme[i] > 0:
        level += v.on_programme[0]
    if c.help_state[i] & HELPED:
        level += v.help_satisfaction[np.int64(c.help[i]) - 1]
    level = min(np.int64(100), max(np.int64(0), level))
    counters.satisfaction[c.place[i]] += level - np.int64(c.satisfaction[i])
    c.satisfaction[i] = level
    if policy >= 0:
        if (before <= _ABSENT) != (s <= _ABSENT):
            set_from(rec.work, i, policy, s <= _ABSENT)
        if (before == _UNEMPLOYED) != (s == _UNEMPLOYED):
            set_from(rec.unemployed, i, policy, s == _UNEMPLOYED)


@kernel
def record(
    c: Any, t: Any, v: Any, rows: Any, rec: Any, counters: Any, wellbeing: Any, month: int, policy: int, n: int
) -> None:
    """Bring rows[:n] up to date.

    Parameters
    ----------
    c, t, v, rec, counters : columns, thresholds, visit parameters, pairing record, counts of this lane.
    rows, n : rows to which something happened, and how many.
    wellbeing : key of people's own level of satisfaction.
    month, policy : month number; policy month, negative before the policy's start.
    """
    for e in range(n):
        record_one(c, t, v, rec, counters, wellbeing, rows[e], month, policy)
