"""The array engine of delivery: one desk's line and places as columns, advanced event by event in compiled code."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulation.compiling import kernel
from simulation.delivery.desk import MAX_CLIENTS, Period, Referrals, Ticks, check, moves

_SHIFT = MAX_CLIENTS.bit_length() - 1
WAITING, ACTIVE, FINISHED, WITHDRAWN = 0, 1, 2, 3
_NEVER = np.int64(1) << 62


@kernel
def push(heap: Any, n: int, x: int) -> None:
    """Add x to the heap of n numbers; its root is the least.

    Parameters
    ----------
    heap : the numbers, written.
    n : how many it holds.
    x : the number.
    """
    at = n
    while at > 0:
        parent = (at - 1) >> 1
        if heap[parent] <= x:
            break
        heap[at] = heap[parent]
        at = parent
    heap[at] = x


@kernel
def pop(heap: Any, n: int) -> int:
    """Take the least out of a heap of n numbers and return it."""
    out = heap[0]
    x = heap[n - 1]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= n - 1:
            break
        if child + 1 < n - 1 and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= x:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = x
    return int(out)


@kernel
def run_period(
    arrived: Any, priority: Any, renege: Any, length: Any, status: Any, started: Any, ended: Any,
    line: Any, ends: Any, old: int, places: int, now: Any, until: int,
) -> None:  # fmt: skip
    """Run a desk from tick `now` up to tick `until`.

    Parameters
    ----------
    arrived, priority, renege, length : of the clients, those already there first, then the new in order.
    status, started, ended : of the clients, written.
    line, ends : working space for the line and for the ends of help.
    old : how many clients are already there.
    places : people helped at once.
    now, until : the period.
    """
    n, n_line, n_ends = arrived.size, 0, 0
    for i in range(old):
        if status[i] == WAITING:
            push(line, n_line, (priority[i] << _SHIFT) | i)
            n_line += 1
        else:
            push(ends, n_ends, ((started[i] + length[i]) << _SHIFT) | i)
            n_ends += 1
    x = old
    while now < until:
        while n_ends < places and n_line > 0:
            i = pop(line, n_line) & (MAX_CLIENTS - 1)
            n_line -= 1
            if renege[i] <= now:
                continue
            status[i], started[i] = ACTIVE, now
            push(ends, n_ends, ((now + length[i]) << _SHIFT) | i)
            n_ends += 1
        next_end = ends[0] >> _SHIFT if n_ends > 0 else _NEVER
        next_arrival = arrived[x] if x < n else _NEVER
        now = min(next_end, next_arrival)
        if now >= until:
            break
        if next_end <= next_arrival:
            i = pop(ends, n_ends) & (MAX_CLIENTS - 1)
            n_ends -= 1
            status[i], ended[i] = FINISHED, now
        else:
            push(line, n_line, (priority[x] << _SHIFT) | x)
            n_line += 1
            x += 1
    for i in range(n):
        if status[i] == WAITING and renege[i] < until:
            status[i], ended[i] = WITHDRAWN, renege[i]


class Caseload:
    """A desk as columns of its clients, in the order in which they came."""

    def __init__(self, now: int = 0) -> None:
        self.now = now
        self._columns = np.zeros((7, 0), np.int64)

    def advance(self, referrals: Referrals, places: int, removed: Ticks, until: int) -> Period:
        """Return what happens up to a tick; see `Desk.advance`."""
        check(referrals, places, self.now, until, self._columns[0])
        gone = np.isin(self._columns[0], removed)
        left, kept = self._columns[:, gone], self._columns[:, ~gone]
        new = np.zeros((7, referrals.client.size), np.int64)
        new[:5] = referrals._replace(patience=referrals.tick + referrals.patience)
        columns = np.concatenate([kept, new], axis=1)
        client, arrived, priority, renege, length, status, started = columns
        helped = np.append(kept[5] == ACTIVE, np.zeros(new.shape[1], np.bool_))
        ended, line, ends = (np.zeros(client.size, np.int64) for _ in range(3))
        run_period(
            arrived, priority, renege, length, status, started, ended,
            line, ends, kept.shape[1], places, self.now, until,
        )  # fmt: skip
        done, out, waiting = status == FINISHED, status == WITHDRAWN, status == WAITING
        fresh = ~(helped | out | waiting)
        line_ends = np.where(out, ended, np.where(waiting, until, started))
        help_ends = np.where(done, ended, until)
        queue = np.maximum(line_ends - np.maximum(arrived, self.now), 0).sum()
        busy = (help_ends - np.maximum(started, self.now))[~(out | waiting)].sum()
        taken = np.full(left.shape[1], self.now, np.int64)
        off = left[5] == ACTIVE
        period = Period(
            started=moves(client[fresh], started[fresh]),
            finished=moves(client[done], ended[done]),
            withdrawn=moves(client[out], ended[out]),
            removed_waiting=moves(left[0][~off], taken[~off]),
            removed_active=moves(left[0][off], taken[off]),
            waiting=np.sort(client[status == WAITING]),
            active=np.sort(client[status == ACTIVE]),
            queue_ticks=int(queue),
            busy_ticks=int(busy),
        )
        self._columns = columns[:, status <= ACTIVE]
        self.now = until
        return period
