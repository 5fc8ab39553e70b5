"""The pass over residents: look at everybody, visit those to whom something may happen.

Steps 1 to 4 of the month: ageing, health, exits, ends of subsidies. It writes rows of residents and lists,
never employers, and imports no process: the science is in the thresholds.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from scenarios.vocabulary import State
from simulation.compiling import kernel
from simulation.pass_ageing import age
from simulation.pass_exits import facts_of, leave
from simulation.pass_health import change_health
from simulation.recording import record_one
from simulation.streams import GOLDEN, U64, high, low, mix
from simulation.thresholds import LEAVE_SEGMENT, SEGMENT_BITS
from simulation.visit import (
    CHANGED,
    DISABILITY,
    DUE,
    EXIT,
    HEALTH_EVENT,
    LEFT,
    MONEY,
    NEWCOMER,
    REPLACED,
    SEEKS,
    UNIT,
)

CHUNK = 1024
_UNEMPLOYED = int(State.UNEMPLOYED)
_LEAVE_FROM = LEAVE_SEGMENT << SEGMENT_BITS


@kernel
def look(c: Any, t: Any, k: Any, month: Any, lo: Any, hi: Any, lists: Any) -> Any:
    """Write the rows of [lo, hi) that must be visited, why, and their draws, from position lo on; return how many.

    Draws are written at their own row first and moved forward in place, because the list never overtakes
    the row being looked at. The loops are apart so that each stays simple enough to vectorise.

    Parameters
    ----------
    c : residents' columns.
    t : thresholds.
    k : key of the month.
    month : month number.
    lo, hi : range of rows.
    lists : events, why and draws, written.
    """
    exit_bound, health_bound = t.exit_bound, t.health_bound
    events, why, hashes = lists.events, lists.why, lists.hashes
    now = np.int16(month)
    n = lo
    for start in range(lo, hi, CHUNK):
        size = min(CHUNK, hi - start)
        end = start + size
        # views of the chunk: indices known to be positive are what lets the loops vectorise
        ids, timer, drawn, hit = c.id[start:end], c.timer[start:end], hashes[start:end], lists.hit[start:end]
        exit_class, health_class = c.exit_class[start:end], c.health_class[start:end]
        for j in range(size):
            drawn[j] = mix(k + U64(ids[j]) * GOLDEN)
        for j in range(size):
            h = drawn[j]
            low, high = np.uint32(h), np.uint32(h >> U64(32))
            exit_row = (np.uint32(exit_class[j]) << np.uint32(4)) | (low >> np.uint32(28))
            health_row = (np.uint32(health_class[j]) << np.uint32(4)) | (high >> np.uint32(28))
            leaves = np.uint8(np.uint16(low >> np.uint32(12)) <= exit_bound[exit_row])
            changes = np.uint8(np.uint16(high >> np.uint32(12)) <= health_bound[health_row])
            hit[j] = leaves | (changes << np.uint8(1)) | (np.uint8(timer[j] <= now) << np.uint8(2))
        for j in range(size):
            reason = hit[j]
            events[n] = start + j
            why[n] = reason
            hashes[n] = drawn[j]
            n += np.int64(reason != 0)
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
    events, whys, hashes = lists.events, lists.why, lists.hashes
    for b in range(first, end):
        lo = b * block
        m = look(c, t, keys.month, month, lo, min(n, lo + block), lists)
        leavers: Any = lo
        lookers: Any = lo
        changed: Any = lo
        for x in range(lo, lo + m):
            i, why, h = events[x], np.int64(whys[x]), hashes[x]
            position = high(h) - _LEAVE_FROM
            if why & DUE != 0 or position >= 0:
                why = age(
                    c, t, v, donor, lists, rec, counters, keys, i, why, position, month, policy, leavers
                )  # fmt: skip
            severity_changed = False
            if why & REPLACED == 0:
                severity = c.severity[i]
                if why & HEALTH_EVENT != 0 and change_health(c, t, v, keys, i, high(h), month):
                    why |= CHANGED | EXIT
                    severity_changed = c.severity[i] != severity
                if why & EXIT != 0:
                    why = leave(c, firms, t, v, lists, counters, keys, i, why, low(h), month, leavers)
            leavers += np.int64(why & LEFT != 0)
            if c.state[i] == _UNEMPLOYED or why & SEEKS != 0:
                lists.looker[lookers] = i
                lists.facts[lookers] = facts_of(c, v, keys.help, i, month)
                lookers += 1
            if why & CHANGED != 0:
                record_one(c, t, v, rec, counters, keys.wellbeing, i, month, policy)
            lists.changed[changed] = i
            reason = NEWCOMER if why & REPLACED != 0 else (UNIT if why & MONEY != 0 else DISABILITY)
            lists.reason[changed] = np.uint8(reason)
            changed += np.int64(why & MONEY != 0 or severity_changed)
        lists.n_events[b], lists.n_leavers[b], lists.n_lookers[b] = m, leavers - lo, lookers - lo
        lists.n_changed[b] = changed - lo
