"""The array engine of delivery: lines and places of all desks as columns, advanced event by event in compiled code."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulation.compiling import kernel
from simulation.delivery.desk import (
    ACTIVE,
    FINISHED,
    MAX_CLIENTS,
    WAITING,
    WITHDRAWN,
    Clients,
    Period,
    Referrals,
    Ticks,
    check,
    moves,
)

_SHIFT = MAX_CLIENTS.bit_length() - 1
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


@kernel
def run_desks(
    arrived: Any, priority: Any, renege: Any, length: Any, status: Any, started: Any, ended: Any,
    line: Any, ends: Any, begin: Any, old: Any, places: Any, now: int, until: int,
) -> None:  # fmt: skip
    """Run every desk from tick `now` up to tick `until`; see `run_period`.

    Parameters
    ----------
    arrived, priority, renege, length, status, started, ended, line, ends : of all clients, by desk.
    begin, old, places : by desk: where its clients begin (one entry more), how many are old, its places.
    now, until : the period.
    """
    for d in range(places.size):
        a, b = begin[d], begin[d + 1]
        if a < b:
            run_period(
                arrived[a:b], priority[a:b], renege[a:b], length[a:b], status[a:b], started[a:b], ended[a:b],
                line[a:b], ends[a:b], old[d], places[d], now, until,
            )  # fmt: skip


class Caseload:
    """One desk or many as columns of their clients, by desk and then in the order in which they came."""

    def __init__(self, now: int = 0, clients: Clients | None = None) -> None:
        self.now = now
        self._columns = np.zeros((8, 0), np.int64) if clients is None else np.array(clients, np.int64)

    def clients(self) -> Clients:
        """Return everybody who waits or is helped now."""
        return Clients(*self._columns.copy())

    def advance(self, referrals: Referrals, places: int | Ticks, removed: Ticks, until: int) -> Period:
        """Return what happens up to a tick; see `Engine.advance`."""
        room = np.atleast_1d(np.asarray(places, np.int64))
        check(referrals, room, self.now, until, self._columns[0])
        gone = np.isin(self._columns[0], removed)
        left, kept = Clients(*self._columns[:, gone]), self._columns[:, ~gone]
        client, tick, priority, patience, length, _ = referrals
        zero = np.zeros(client.size, np.int64)
        new = np.array((client, referrals.desks, tick, priority, tick + patience, length, zero, zero))
        order = np.argsort(np.concatenate([kept[1], new[1]]).astype(np.uint16), kind="stable")
        columns = np.concatenate([kept, new], axis=1)[:, order]
        c = Clients(*columns)
        is_old = order < kept.shape[1]
        begin = np.searchsorted(c.desk, np.arange(room.size + 1))
        old = np.bincount(c.desk[is_old], minlength=room.size)
        helped = is_old & (c.status == ACTIVE)
        ended, line, ends = (np.zeros(c.client.size, np.int64) for _ in range(3))
        run_desks(
            c.arrived, c.priority, c.renege, c.length, c.status, c.started, ended,
            line, ends, begin, old, room, self.now, until,
        )  # fmt: skip
        done, out, waiting = c.status == FINISHED, c.status == WITHDRAWN, c.status == WAITING
        fresh = ~(helped | out | waiting)
        line_ends = np.where(out, ended, np.where(waiting, until, c.started))
        help_ends = np.where(done, ended, until)
        queue = np.maximum(line_ends - np.maximum(c.arrived, self.now), 0)
        busy = np.where(out | waiting, 0, help_ends - np.maximum(c.started, self.now))
        taken = np.full(left.client.size, self.now, np.int64)
        off = left.status == ACTIVE
        period = Period(
            started=moves(c.client[fresh], c.started[fresh]),
            finished=moves(c.client[done], ended[done]),
            withdrawn=moves(c.client[out], ended[out]),
            removed_waiting=moves(left.client[~off], taken[~off]),
            removed_active=moves(left.client[off], taken[off]),
            waiting=np.sort(c.client[waiting]),
            active=np.sort(c.client[c.status == ACTIVE]),
            queue_ticks=_by_desk(queue, c.desk, room.size),
            busy_ticks=_by_desk(busy, c.desk, room.size),
        )
        self._columns = columns[:, c.status <= ACTIVE]
        self.now = until
        return period


def _by_desk(ticks: Ticks, desk: Ticks, n: int) -> Ticks:
    total = np.concatenate([[0], np.cumsum(ticks)])  # whole numbers: `bincount` with weights would go through floats
    edges = np.searchsorted(desk, np.arange(n + 1))
    return np.asarray(total[edges[1:]] - total[edges[:-1]], np.int64)
