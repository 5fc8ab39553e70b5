"""Classes of service use: everything that decides what a resident costs the NHS, councils and justice, as one code."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import COHORTS, CONDITIONS, SEVERITIES, State
from simulation.columns import Columns
from simulation.compiling import inlined, kernel, scalar
from simulation.processes.public_services import SITUATIONS, Users

CARE_SHAPE = (2, 2, len(SEVERITIES), 3, 2, 2, 2, 2, len(SITUATIONS))
"""Justice experience; homelessness; severity; mental illness none, common or severe; physical or other condition;
learning disability or autism; substance; treatment begun; situation. The few with either experience come last, so that
the rows of the table that most residents need lie together."""
N_CARE = int(np.prod(CARE_SHAPE))
_N_SITUATIONS, _N_SEVERITIES = len(SITUATIONS), len(SEVERITIES)
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
    flags = np.int64(cohort)
    index = (flags >> _JUSTICE & 1) * 2 + (flags >> _HOMELESS & 1)
    index = ((index * _N_SEVERITIES + severity) * 3 + mental) * 2 + physical
    index = ((index * 2 + (bits >> _LEARNING & 1)) * 2 + (bits >> _SUBSTANCE & 1)) * 2 + treated
    return index * _N_SITUATIONS + situation


def care_classes(c: Columns, month: int) -> NDArray[np.int64]:
    """Return everybody's class of service use in a month, shape (residents,)."""
    bits, flags = c.conditions.astype(np.int64), c.cohort.astype(np.int64)
    treatment = c.treatment.astype(np.int64)
    mental = np.where(bits >> _SEVERE & 1, 2, bits >> _COMMON & 1)
    parts = (
        flags >> _JUSTICE & 1,
        flags >> _HOMELESS & 1,
        c.severity.astype(np.int64),
        mental,
        (bits & _PHYSICAL > 0).astype(np.int64),
        bits >> _LEARNING & 1,
        bits >> _SUBSTANCE & 1,
        ((treatment != _NEVER) & (treatment <= month)).astype(np.int64),
        np.minimum(c.state, _OTHER).astype(np.int64),
    )
    return np.ravel_multi_index(parts, CARE_SHAPE).astype(np.int64)


def users_of_classes() -> Users:
    """Return what the processes need of each class of service use, arrays of shape (N_CARE,)."""
    justice, homeless, severity, mental, physical, learning, substance, treated, situation = np.unravel_index(
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
def change_care(c: Any, v: Any, counters: Any, i: int, month: int) -> None:
    """Bring a resident's class of service use up to date, and count what the change costs and uses a month.

    Parameters
    ----------
    c, v, counters : columns, visit parameters, counts of this lane; columns and counts are written.
    i : row.
    month : month number.
    """
    care = care_class_of(c.severity[i], c.conditions[i], c.treatment[i], c.state[i], c.cohort[i], month)
    before = np.int64(c.care[i])
    if care != before:
        sums, now, old = counters.care[c.place[i]], v.care[care], v.care[before]
        for k in range(len(sums)):  # over rows, so that the loop vectorises
            sums[k] += now[k] - old[k]
        c.care[i] = care


@kernel
def post_care(totals: Any, lines: Any, ledger: Any, used: Any) -> None:
    """Add the month's pence to the ledger and write its contacts.

    Parameters
    ----------
    totals : sums over residents by Place, pence by line and then contacts by kind.
    lines : lines of the ledger.
    ledger : pence by Place and line, written.
    used : contacts by Place and kind, written.
    """
    n = lines.size
    for p in range(len(totals)):
        for k in range(n):
            ledger[p, lines[k]] += totals[p, k]
        for k in range(used.shape[1]):
            used[p, k] = totals[p, n + k]
