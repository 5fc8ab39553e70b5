"""Classes of service use: everything that decides what a resident costs the NHS, councils and justice, as one code."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import COHORTS, CONDITIONS, SEVERITIES, State
from simulation.columns import Columns
from simulation.compiling import inlined, kernel, scalar
from simulation.processes.public_services import SITUATIONS, Users

CARE_SHAPE = (len(SEVERITIES), 3, 2, 2, 2, 2, len(SITUATIONS), 2, 2)
"""Severity; mental illness none, common or severe; physical or other condition; learning disability or autism;
substance; treatment begun; situation; justice experience; homelessness."""
N_CARE = int(np.prod(CARE_SHAPE))
_N_SITUATIONS = len(SITUATIONS)
_COMMON, _SEVERE = CONDITIONS.index("common_mental"), CONDITIONS.index("severe_mental")
_LEARNING, _SUBSTANCE = CONDITIONS.index("learning_disability_autism"), CONDITIONS.index("substance")
_ELSEWHERE = (_COMMON, _SEVERE, _LEARNING, _SUBSTANCE)
_PHYSICAL = sum(1 << k for k in range(len(CONDITIONS)) if k not in _ELSEWHERE)
_JUSTICE, _HOMELESS = COHORTS.index("justice_experience"), COHORTS.index("homeless")
_LAST_OWN, _OTHER = int(State.LONG_TERM_SICK), len(SITUATIONS) - 1
_NEVER = -32768


@scalar
def care_class_of(severity: Any, conditions: Any, treatment: Any, state: Any, cohort: Any, month: Any) -> Any:
    """Return the class of service use of a resident.

    Parameters
    ----------
    severity, state : codes.
    conditions, cohort : bit masks.
    treatment : month in which treatment begins, or the value of a month that is not set.
    month : month number.
    """
    bits = np.int64(conditions)
    mental = 2 if bits >> _SEVERE & 1 else bits >> _COMMON & 1
    physical = np.int64(1) if bits & _PHYSICAL else np.int64(0)
    treated = np.int64(1) if treatment != _NEVER and treatment <= month else np.int64(0)
    situation = np.int64(state) if state <= _LAST_OWN else np.int64(_OTHER)
    index = (np.int64(severity) * 3 + mental) * 2 + physical
    index = ((index * 2 + (bits >> _LEARNING & 1)) * 2 + (bits >> _SUBSTANCE & 1)) * 2 + treated
    flags = np.int64(cohort)
    return ((index * _N_SITUATIONS + situation) * 2 + (flags >> _JUSTICE & 1)) * 2 + (flags >> _HOMELESS & 1)


def care_classes(c: Columns, month: int) -> NDArray[np.int64]:
    """Return everybody's class of service use in a month, shape (residents,)."""
    bits, flags = c.conditions.astype(np.int64), c.cohort.astype(np.int64)
    treatment = c.treatment.astype(np.int64)
    mental = np.where(bits >> _SEVERE & 1, 2, bits >> _COMMON & 1)
    parts = (
        c.severity.astype(np.int64),
        mental,
        (bits & _PHYSICAL > 0).astype(np.int64),
        bits >> _LEARNING & 1,
        bits >> _SUBSTANCE & 1,
        ((treatment != _NEVER) & (treatment <= month)).astype(np.int64),
        np.minimum(c.state, _OTHER).astype(np.int64),
        flags >> _JUSTICE & 1,
        flags >> _HOMELESS & 1,
    )
    return np.ravel_multi_index(parts, CARE_SHAPE).astype(np.int64)


def users_of_classes() -> Users:
    """Return what the processes need of each class of service use, arrays of shape (N_CARE,)."""
    severity, mental, physical, learning, substance, treated, situation, justice, homeless = np.unravel_index(
        np.arange(N_CARE), CARE_SHAPE
    )
    return Users(
        severity=severity,
        situation=situation,
        conditions=(mental == 1, mental == 2, physical == 1, learning == 1, substance == 1),
        is_treated=treated == 1,
        has_justice_experience=justice == 1,
        is_homeless=homeless == 1,
    )


@inlined
def change_care(c: Any, counters: Any, i: int, month: int) -> None:
    """Bring a resident's class of service use up to date, and count the change.

    Parameters
    ----------
    c, counters : columns and counts of this lane, written.
    i : row.
    month : month number.
    """
    care = care_class_of(c.severity[i], c.conditions[i], c.treatment[i], c.state[i], c.cohort[i], month)
    if care != c.care[i]:
        place = np.int64(c.place[i]) * N_CARE
        counters.care[place + c.care[i]] -= 1
        counters.care[place + care] += 1
        c.care[i] = care


@kernel
def take_care(lane: Any, table: Any, counts: Any, totals: Any) -> None:
    """Add one lane's changes of class to the counts and to what they cost, and empty them.

    Parameters
    ----------
    lane : changes by Place and class, flat; emptied.
    table : pence and contacts of a resident a month by class, shape (N_CARE, columns).
    counts : residents by Place and class, flat, written.
    totals : sums over residents by Place and column of the table, written.
    """
    for at in range(lane.size):
        change = np.int64(lane[at])
        if change != 0:
            lane[at] = 0
            counts[at] += change
            place, care = at // N_CARE, at % N_CARE
            for k in range(table.shape[1]):
                totals[place, k] += change * table[care, k]
