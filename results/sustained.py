"""Who was helped, came into work and stayed there, counted in one run; judges nothing.

Each arm counts its own clients: residents of the policy's start who were out of work at the end of the month in which a
service first began to help them.
"""

from __future__ import annotations

import numpy as np

from results.bits import as_rows, at, before, count
from simulation.output import ResidentRecord

MONTHS_AFTER = (3, 6)
"""Months after entering work up to which each month's end must find the resident in work."""


def sustained_counts(record: ResidentRecord, horizon: int) -> dict[str, int]:
    """Return, by months after entering, `entered_<m>` and of them `stayed_<m>`: residents.

    Those who entered are the clients whose first month in work, later than that of their first help, can be followed
    for so many months; those who stayed were in work at the end of each of them.

    Parameters
    ----------
    record : ResidentRecord
        Of one arm.
    horizon : int
        Policy months.
    """
    rows = np.flatnonzero(record.first_help >= 0)
    helped = record.first_help[rows].astype(np.int64)
    last = np.minimum(record.left[rows], horizon).astype(np.int64)
    work = as_rows(record.work, len(record.left))[rows]
    entry = np.full(len(rows), -1, np.int64)
    waits = ~at(work, helped)
    for month in range(horizon):
        enters = waits & (month > helped) & (month < last) & at(work, np.full(len(rows), month))
        entry[enters] = month
        waits &= ~enters
    out = {}
    for months in MONTHS_AFTER:
        followed = (entry >= 0) & (entry + months < last)
        n_words = work.shape[1]
        span = work & before(entry + months + 1, n_words) & ~before(entry, n_words)
        out[f"entered_{months}"] = int(followed.sum())
        out[f"stayed_{months}"] = int((followed & (count(span) == months + 1)).sum())
    return out
