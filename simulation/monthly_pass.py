"""The pass over residents: look at everybody, visit those to whom something may happen.

Steps 1 to 4 of the month: ageing, health, exits, ends of subsidies. It writes rows of residents and lists,
never employers, and imports no process: the science is in the thresholds.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from simulation.compiling import kernel
from simulation.pass_ageing import age
from simulation.pass_exits import exits
from simulation.pass_health import change_health
from simulation.recording import record
from simulation.streams import GOLDEN, U64, mix

CHUNK = 1024


@kernel
def look(c: Any, t: Any, k: Any, month: Any, lo: Any, hi: Any, events: Any, hashes: Any, hit: Any) -> Any:
    """Write the rows of [lo, hi) that must be visited, and their draws, from position lo on; return how many."""
    ids, timer, exit_class, health_class = c.id, c.timer, c.exit_class, c.health_class
    exit_bound, health_bound = t.exit_bound, t.health_bound
    n = lo
    for start in range(lo, hi, CHUNK):
        end = min(hi, start + CHUNK)
        for i in range(start, end):  # vectorises: no branch
            h = mix(k + U64(ids[i]) * GOLDEN)
            low, high = np.uint32(h), np.uint32(h >> U64(32))
            exit_hit = ((low >> np.uint32(12)) & np.uint32(0xFFFF)) <= exit_bound[exit_class[i], low >> np.uint32(28)]
            health_hit = ((high >> np.uint32(12)) & np.uint32(0xFFFF)) <= health_bound[
                health_class[i], high >> np.uint32(28)
            ]
            hit[i] = exit_hit | health_hit | (timer[i] <= month)
        for i in range(start, end):
            events[n] = i
            n += hit[i]
    for e in range(lo, n):
        hashes[e] = mix(k + U64(ids[events[e]]) * GOLDEN)
    return n - lo


@kernel
def monthly_pass(
    c: Any, firms: Any, t: Any, v: Any, donor: Any, lists: Any, rec: Any, counters: Any, keys: Any,
    month: int, policy: int, block: int, first: int, end: int,
) -> None:  # fmt: skip
    """Run steps 1 to 4 for the blocks first..end-1 of `block` rows each.

    Parameters
    ----------
    c, firms, rec : columns of residents, employers (read only) and the pairing record.
    t, v, donor : thresholds, visit parameters, columns of the starting population.
    lists, counters : written: lists at block positions, counts of this lane.
    keys : draws of the month.
    month, policy : month number; policy month, negative before the policy's start.
    block, first, end : rows of a block and the range of blocks.
    """
    n = c.id.size
    for b in range(first, end):
        lo = b * block
        hi = min(n, lo + block)
        m = look(c, t, keys.month, month, lo, hi, lists.events, lists.hashes, lists.hit)
        lists.n_events[b] = m
        age(c, t, v, donor, lists, rec, counters, keys, month, policy, b, lo, m)
        change_health(c, t, v, lists, keys, month, lo, m)
        exits(c, firms, t, v, lists, counters, keys, month, b, lo, m)
        record(
            c, t, v, lists.events, lists.old_state, lists.old_cell, lists.replaced, rec, counters, keys.wellbeing,
            month, policy, lo, m,
        )  # fmt: skip
