"""Spells in work that began after the policy and lasted, counted in both arms; leaves out who caused them.

A spell counts when a resident of the policy's start enters work after a month out of it and is found in work at the
end of so many months in a row. Each spell counts once, in the month in which it reaches the length. Spells that a
programme prolongs but did not begin, and jobs of people who came to the region later, are no additional jobs here;
both stand in the months in work gained.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from results.bits import Words, at, before
from scenarios.vocabulary import IN_WORK
from simulation.output import ResidentRecord

LENGTHS = {"job_starts": 1, "jobs_13_weeks": 3, "jobs_26_weeks": 6, "jobs_52_weeks": 12}
"""Name of a count -> months in a row at whose ends the resident is in work."""


def spells_lasting(
    work: Words, left: NDArray[np.integer], works_before: NDArray[np.bool_], horizon: int
) -> dict[str, NDArray[np.int64]]:
    """Return name -> number of spells that have reached the length by the end of each policy month, shape (horizon,).

    Parameters
    ----------
    work : uint64, shape (n, words)
        Month bits of work.
    left : integers, shape (n,)
        Policy month from which the row holds somebody else.
    works_before : bool, shape (n,)
        Whether the resident was in work when the policy began.
    horizon : int
        Policy months.
    """
    own = work & before(left, work.shape[1])
    length = np.zeros(len(own), np.int64)
    began_before = works_before.copy()
    reached = {name: np.zeros(horizon, np.int64) for name in LENGTHS}
    for month in range(horizon):
        works = at(own, np.full(len(own), month))
        began_before &= works
        length = np.where(works & ~began_before, length + 1, 0)
        for name, months in LENGTHS.items():
            reached[name][month] = np.count_nonzero(length == months)
    return {name: np.cumsum(counts) for name, counts in reached.items()}


def additional_spells(
    policy: ResidentRecord, baseline: ResidentRecord, horizon: int, at_months: tuple[int, ...]
) -> dict[str, float]:
    """Return `<name>_<month>` -> spells of the length reached by then, policy less baseline.

    Rows in which both arms have the same months in work are left out: they cancel.

    Parameters
    ----------
    policy, baseline : ResidentRecord
        Records with month bits of shape (n, words).
    horizon : int
        Policy months.
    at_months : tuple of int
        Policy months, counted from 1, at whose ends spells are compared.
    """
    rows = np.flatnonzero((policy.work != baseline.work).any(axis=1) | (policy.left != baseline.left))
    arms = []
    for record in (policy, baseline):
        works_before = np.isin(np.asarray(record.groups["state"])[rows].astype(np.int64), [int(s) for s in IN_WORK])
        arms.append(spells_lasting(record.work[rows], record.left[rows], works_before, horizon))
    return {
        f"{name}_{month}": float(arms[0][name][month - 1] - arms[1][name][month - 1])
        for name in LENGTHS
        for month in at_months
    }
