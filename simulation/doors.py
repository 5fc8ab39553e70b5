"""Step 6 of the month: who is offered a subsidised job. Eligibility is a declarative rule over columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.arm import SubsidySpec
from scenarios.columns import HOURLY_PAY_MAX_PENCE
from scenarios.vocabulary import Benefit, State
from simulation.columns import COMPLETED, HELPED, Columns
from simulation.residents import NEVER
from simulation.streams import draws

Rows = NDArray[np.uint32]
Which = Rows | slice
"""Some residents: their rows, or a range of rows."""


def _worked(c: Columns, rows: Which, month: int) -> NDArray[np.int64]:
    months = np.clip(month - c.work_since[rows].astype(np.int64), 0, 24)
    ones = np.where(c.state[rows] <= 1, (np.int64(1) << months) - 1, 0)
    mask = ((c.work_history[rows].astype(np.int64) << months) | ones) & 0xFFFFFF
    worked: NDArray[np.int64] = np.bitwise_count(mask).astype(np.int64)
    return worked


def _since(month: int, begun: NDArray[np.int16]) -> NDArray[np.int64]:
    return np.where(begun == NEVER, 0, month - begun.astype(np.int64))


def _in_work(c: Columns, rows: Which) -> NDArray[np.bool_]:
    return np.asarray(c.state[rows] <= State.ABSENT)


READERS: Mapping[str, Callable[[Columns, Which, int], NDArray[Any]]] = {
    "age_years": lambda c, r, m: (m - c.birth[r].astype(np.int64)) // 12,
    "age_months": lambda c, r, m: m - c.birth[r].astype(np.int64),
    "sex": lambda c, r, m: c.sex[r],
    "ethnicity": lambda c, r, m: c.ethnicity[r],
    "qualification": lambda c, r, m: c.qualification[r],
    "deprivation": lambda c, r, m: c.deprivation[r] + 1,
    "place": lambda c, r, m: c.place[r],
    "state": lambda c, r, m: c.state[r],
    # contract and pay of the last job stay in the columns after it has ended
    "insecure": lambda c, r, m: _in_work(c, r) & (c.insecure[r] > 0),
    "hourly_pay_pence": lambda c, r, m: np.where(_in_work(c, r), np.minimum(c.pay[r], HOURLY_PAY_MAX_PENCE), 0),
    "spell_months": lambda c, r, m: m - c.since[r].astype(np.int64),
    "months_worked_24": _worked,
    "on_universal_credit": lambda c, r, m: c.benefit[r] != Benefit.NONE,
    "benefit": lambda c, r, m: c.benefit[r],
    "claim_months": lambda c, r, m: _since(m, c.claim_since[r]),
    "n_conditions": lambda c, r, m: np.bitwise_count(c.conditions[r]),
    "has_condition": lambda c, r, m: c.conditions[r],
    "diagnosed": lambda c, r, m: c.diagnosed[r],
    "declared": lambda c, r, m: c.declared[r],
    "severity": lambda c, r, m: c.severity[r],
    "cohort": lambda c, r, m: c.cohort[r],
    "barriers": lambda c, r, m: c.barriers[r],
    "on_programme": lambda c, r, m: (c.programme[r] > 0) | (c.help_state[r] & HELPED > 0),
    "completed": lambda c, r, m: (c.completed[r] > 0) | (c.help_state[r] & COMPLETED > 0),
    "is_parent": lambda c, r, m: m < c.child_until[r],
}
"""Column of `scenarios.columns` -> how the engine reads it for some rows in a month."""


def eligible(c: Columns, rows: Rows, month: int, spec: SubsidySpec) -> NDArray[np.bool_]:
    """Return which of the rows meet a subsidy's rule this month and are not on a programme.

    Parameters
    ----------
    c : residents' columns.
    rows : rows of the month's seekers.
    month : month number.
    spec : the subsidy.
    """
    columns = {name: READERS[name](c, rows, month) for name in spec.eligibility.columns()}
    out: NDArray[np.bool_] = spec.eligibility.mask(columns) & (c.programme[rows] == 0)
    return out


def served_first(c: Columns, rows: Rows, places: int, spec: SubsidySpec, key: np.uint64) -> Rows:
    """Return the rows that get the places there are: priority cohorts first, then by keyed lot, ties by id.

    Parameters
    ----------
    c : residents' columns.
    rows : rows that would take an offer.
    places : how many offers may be made.
    spec : the subsidy.
    key : the month's key of the lottery.
    """
    if rows.size <= places:
        return rows
    ids = c.id[rows]
    first = (c.cohort[rows] & np.uint16(spec.priority_cohorts)) == 0
    order = np.lexsort((ids, draws(key, ids), first))
    return np.sort(rows[order[: max(0, places)]])
