"""What employers' offers under an incentive mean for one worker, and the month's count of workers concerned."""

from __future__ import annotations

from typing import Any

import numpy as np

from scenarios.vocabulary import BARRIERS, COHORTS, State
from simulation.compiling import inlined, kernel
from simulation.processes.employer_offers import ADJUSTED, ADJUSTMENTS, FLEXIBLE, FLEXIBLE_CARER, FLEXIBLE_SICK

_ABSENT = int(State.ABSENT)
_CHILDCARE, _CARER = 1 << BARRIERS.index("childcare"), 1 << COHORTS.index("carer")


@inlined
def group_of(c: Any, i: int, offers: int) -> Any:
    """Return the bits of what concerns a worker of what his employer offers.

    Parameters
    ----------
    c : residents' columns.
    i : row.
    offers : bits of the employer's offers.
    """
    group: Any = np.int64(0)
    if offers == 0:
        return group
    if c.declared[i] != 0:  # an employer adjusts work for what he has been told of
        if offers & ADJUSTMENTS:
            group |= ADJUSTED
        if offers & FLEXIBLE:
            group |= FLEXIBLE_SICK
    if offers & FLEXIBLE and (c.barriers[i] & _CHILDCARE or c.cohort[i] & _CARER):
        group |= FLEXIBLE_CARER
    return group


@inlined
def offered(c: Any, v: Any, i: int, s: int, d: int) -> Any:
    """Return what the offers of a worker's employer multiply a hazard with, 16-bit fixed point.

    Ratios on leaving and on absence are at most 1, so that the bounds of the first look hold; those who are absent are
    visited every month.

    Parameters
    ----------
    c : residents' columns; he is in work or absent.
    v : visit parameters.
    i : row.
    s, d : state and destination.
    """
    return v.offer_ratio[s, group_of(c, i, np.int64(v.offers[c.employer[i]])), d]


@kernel
def count_concerned(c: Any, offers: Any, paid_by: Any, counts: Any, first: int, end: int) -> None:
    """Add rows first..end-1 to the workers whom each incentive concerns.

    Parameters
    ----------
    c : residents' columns.
    offers : bits of offers by employer.
    paid_by : number of the incentive + 1 under which an employer makes each offer, shape (offers, employers).
    counts : workers by incentive and Place, written.
    first, end : range of rows.
    """
    for i in range(first, end):
        if c.state[i] > _ABSENT:
            continue
        e = c.employer[i]
        group = group_of(c, i, np.int64(offers[e]))
        if group & ADJUSTED:
            counts[np.int64(paid_by[0, e]) - 1, c.place[i]] += 1
        if group & (FLEXIBLE_SICK | FLEXIBLE_CARER):
            counts[np.int64(paid_by[1, e]) - 1, c.place[i]] += 1
