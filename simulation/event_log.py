"""The event log of one arm: every change of what a resident pays or is paid, and the month's single payments.

An observer that changes nothing. It works everybody's standing payments out anew from his facts, by the law and the
tables of the run, and never looks at the accounts' running totals: who adds the log up checks them. Single payments
are taken from the accounts by Place and line; who they were paid for is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulation.care_classes import care_class_of
from simulation.compiling import inlined, kernel
from simulation.ledger import LINE_INDEX
from simulation.processes.public_services import LINES as CARE_LINES
from simulation.taxben.law import employee_ni, employer_ni, income_tax, pip_pence
from simulation.taxben.units import (
    CHARGE,
    CHILD_BENEFIT,
    ESA,
    HANDLING,
    N_CREDIT,
    NOTHING,
    SICK_PAY,
    TAX_SUPPORT,
    YOUNG_WAGE,
    contributory_pence,
)

if TYPE_CHECKING:
    from simulation.model import RegionModel

_WAGES, _TAX, _NI = LINE_INDEX["wages"], LINE_INDEX["income_tax"], LINE_INDEX["employee_ni"]
_ER_NI, _SSP, _UC = LINE_INDEX["employer_ni"], LINE_INDEX["statutory_sick_pay"], LINE_INDEX["uc_standard"]
_JSA, _ESA, _PIP = LINE_INDEX["new_style_jsa"], LINE_INDEX["new_style_esa"], LINE_INDEX["pip"]
_CHILD, _CHARGE = LINE_INDEX["child_benefit"], LINE_INDEX["child_benefit_charge"]
_TAX_SUPPORT, _HANDLING = LINE_INDEX["council_tax_support"], LINE_INDEX["claim_handling"]
_CARE = LINE_INDEX[CARE_LINES[0]]
_N_CARE_LINES = len(CARE_LINES)
if [LINE_INDEX[name] for name in CARE_LINES] != list(range(_CARE, _CARE + _N_CARE_LINES)):
    raise ImportError("simulation.ledger: the lines of public services must follow one another in their order")
N_STANDING = 1 + max(
    _WAGES, _TAX, _NI, _ER_NI, _SSP, _UC + N_CREDIT - 1, _JSA, _ESA, _PIP, _CHILD, _CHARGE, _TAX_SUPPORT, _HANDLING,
    _CARE + _N_CARE_LINES - 1,
)  # fmt: skip
"""Lines from the first to the last that a resident can have a standing payment on."""
ROWS_AT_ONCE = 16384
"""Residents whose changes are worked out together; the log does not depend on it."""


class LogRows(NamedTuple):
    """Some rows of the log, all of one month and kind, one entry a row; `line` counts in `simulation.ledger.LINES`.

    With `resident` a row says that his standing payment on the line is so many pence a month from this month on;
    without, that so much was paid once in the Place, by or for whomever.
    """

    month: int
    resident: NDArray[np.uint32] | None
    place: NDArray[np.uint8]
    line: NDArray[np.uint8]
    pence: NDArray[np.int64]


@inlined
def standing_of(c: Any, i: int, month: int, r: Any, care: Any, out: Any) -> None:
    """Write what a resident pays and is paid in a month by line, pence; a unit's payments stand at its head.

    Parameters
    ----------
    c : residents' columns.
    i, month : row, month number.
    r : rates of the year.
    care : pence a month of public services by class of service use, shape (N_CARE, at least len(CARE_LINES)).
    out : int64, N_STANDING entries, written.
    """
    for k in range(N_STANDING):
        out[k] = 0
    gross, kind = np.int64(c.gross[i]), c.gross_kind[i]
    if kind == SICK_PAY:
        out[_SSP] = gross
    elif kind != NOTHING:
        out[_WAGES] = gross
        out[_TAX] = income_tax(gross, r)
        out[_NI] = employee_ni(gross, r)
        out[_ER_NI] = employer_ni(gross, kind == YOUNG_WAGE, r)
    unit = c.unit_flows[i]
    for k in range(N_CREDIT):
        out[_UC + k] = unit[k]
    out[_CHILD] = unit[CHILD_BENEFIT]
    out[_CHARGE] = unit[CHARGE]
    out[_TAX_SUPPORT] = unit[TAX_SUPPORT]
    out[_HANDLING] = unit[HANDLING]
    out[_PIP] = pip_pence(c.pip[i] // 3, c.pip[i] % 3, r)
    out[_ESA if c.contributory[i] == ESA else _JSA] = contributory_pence(c.contributory[i], r)
    used = care_class_of(c.severity[i], c.conditions[i], c.treatment[i], c.state[i], c.cohort[i], month)
    for k in range(_N_CARE_LINES):
        out[_CARE + k] = care[used, k]


@kernel
def changes(
    c: Any, first: int, end: int, month: int, r: Any, care: Any, before: Any, ids: Any, now: Any, resident: Any,
    place: Any, line: Any, pence: Any,
) -> int:  # fmt: skip
    """Write the standing payments of rows first to end that are not what they were, and return how many there are.

    Who left the region ends with a payment of 0 on every line that he had; who took his row begins from nothing.

    Parameters
    ----------
    c : residents' columns.
    first, end : rows.
    month : month number.
    r, care : rates of the year, pence of public services by class.
    before, ids : payments by row and line, and whose they were; brought up to date.
    now : working space of N_STANDING numbers.
    resident, place, line, pence : rows of the log, room for 2 * N_STANDING a resident, written.
    """
    n = 0
    for i in range(first, end):
        standing_of(c, i, month, r, care, now)
        if ids[i] != c.id[i]:
            for k in range(N_STANDING):
                if before[i, k] != 0:
                    resident[n], place[n], line[n], pence[n] = ids[i], c.place[i], k, 0
                    before[i, k] = 0
                    n += 1
            ids[i] = c.id[i]
        for k in range(N_STANDING):
            if before[i, k] != now[k]:
                resident[n], place[n], line[n], pence[n] = c.id[i], c.place[i], k, now[k]
                before[i, k] = now[k]
                n += 1
    return n


class EventLog:
    """What the residents of one arm paid and were paid when the log was last asked: 4 bytes a line and resident."""

    def __init__(self, model: RegionModel) -> None:
        n = model.start.n
        self._before = np.zeros((n, N_STANDING), np.int32)
        self._ids = model.columns.id.copy()
        room = 2 * N_STANDING * min(n, ROWS_AT_ONCE)
        self._resident = np.zeros(room, np.uint32)
        self._place, self._line = np.zeros(room, np.uint8), np.zeros(room, np.uint8)
        self._pence = np.zeros(room, np.int64)
        self._now = np.zeros(N_STANDING, np.int64)

    def rows(self, model: RegionModel) -> Iterator[LogRows]:
        """Return the log of the month that the model has just ended, residents in row order, then single payments.

        Asked before the first month it gives the opening: everybody's payments in the month before. The arrays are the
        caller's to keep.

        Parameters
        ----------
        model : the arm's model between two months; read only.
        """
        month, n, c = model.month - 1, model.start.n, model.columns
        for first in range(0, n, ROWS_AT_ONCE):
            found = changes(
                c, first, min(n, first + ROWS_AT_ONCE), month, model.rates, model.visit.care, self._before,
                self._ids, self._now, self._resident, self._place, self._line, self._pence,
            )  # fmt: skip
            if found:
                yield LogRows(
                    month,
                    self._resident[:found].copy(),
                    self._place[:found].copy(),
                    self._line[:found].copy(),
                    self._pence[:found].copy(),
                )
        place, line = np.nonzero(model.accounts.posted)
        if place.size:
            pence = model.accounts.posted[place, line]
            yield LogRows(month, None, place.astype(np.uint8), line.astype(np.uint8), pence)
