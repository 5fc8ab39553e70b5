"""The clearing round of the 'always filled' limit: every seeker without a job walks round the open slots.

Only tests of exact limits switch it on; a run never does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.vocabulary import State
from simulation.compiling import kernel
from simulation.streams import draws

if TYPE_CHECKING:
    from simulation.model import RegionModel


@kernel
def _walk(
    n_seekers: int, free: Any, got: Any, rank: Any, ids: Any, position: Any, ring: Any, employer: Any, holder: Any
) -> None:
    n = ring.size
    holder[:] = -1
    for first in range(n_seekers):
        if got[first] >= 0 or free[first] == 0 or n == 0:
            continue
        s = first
        x = np.searchsorted(ring, position[s]) % n
        steps = 0
        while steps <= 2 * n:
            steps += 1
            o = holder[x]
            if o < 0:
                holder[x] = s
                break
            if rank[s] > rank[o] or (rank[s] == rank[o] and ids[s] < ids[o]):
                holder[x] = s
                s = o
                steps = 0
            x = (x + 1) % n
    for x in range(n):
        if holder[x] >= 0:
            got[holder[x]] = employer[x]


def clear_market(model: RegionModel, n: int, key: np.uint64) -> None:
    """Fill every open slot with a seeker out of work, best value first, while there are any.

    Parameters
    ----------
    model : the model in the middle of its month; its matching is written.
    n : number of seekers.
    key : key of the ring.
    """
    m, firms, c = model.matching, model.firms, model.columns
    taken = np.bincount(m.got[:n][m.got[:n] >= 0], minlength=len(firms.size))[: len(firms.size)]
    left = np.maximum(firms.slots - firms.filled - taken, 0)
    employer = np.repeat(np.arange(len(firms.size), dtype=np.int32), left)
    index = np.arange(employer.size) - np.repeat(np.cumsum(left) - left, left)
    ring = draws(key, employer.astype(np.uint64) * np.uint64(1 << 20) + index.astype(np.uint64))
    order = np.argsort(ring, kind="stable")
    rows = model.lists.seeker[:n]
    free = (c.state[rows] != State.EMPLOYED).astype(np.uint8)
    value = model.lists.seeker_facts[:n] >> 32
    offered = c.offer[rows].astype(np.int64)
    points = np.concatenate([[0], model.look_parameters.subsidy_points])[offered]
    _walk(
        n, free, m.got, value + points, c.id[rows], draws(key, c.id[rows]), ring[order], employer[order],
        np.full(employer.size, -1, np.int64),
    )  # fmt: skip
