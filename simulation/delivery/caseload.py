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
    is_among,
    moves,
)

_SHIFT = MAX_CLIENTS.bit_length() - 1
_NEVER = np.int64(1) << 62
NOBODY: Ticks = np.zeros(0, np.int64)
_DESK = Clients._fields.index("desk")


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
    line: Any, ends: Any, held: Any, old: int, places: int, now: Any, until: int,
) -> None:  # fmt: skip
    """Run a desk from tick `now` up to tick `until`.

    Parameters
    ----------
    arrived, priority, renege, length : of the clients, those already there first, then the new in order.
    status, started, ended : of the clients, written.
    line, ends : working space for the line and for the ends of help.
    held : whether a client cannot start in this period.
    old : how many clients are already there.
    places : people helped at once.
    now, until : the period.
    """
    n, n_line, n_ends = arrived.size, 0, 0
    for i in range(old):
        if status[i] == WAITING:
            if not held[i]:
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
            if not held[x]:
                push(line, n_line, (priority[x] << _SHIFT) | x)
                n_line += 1
            x += 1
    for i in range(n):
        if status[i] == WAITING and renege[i] < until:
            status[i], ended[i] = WITHDRAWN, renege[i]


@kernel
def run_desks(
    arrived: Any, priority: Any, renege: Any, length: Any, status: Any, started: Any, ended: Any,
    line: Any, ends: Any, held: Any, begin: Any, old: Any, places: Any, now: int, until: int,
) -> None:  # fmt: skip
    """Run every desk from tick `now` up to tick `until`; see `run_period`.

    Parameters
    ----------
    arrived, priority, renege, length, status, started, ended, line, ends, held : of all clients, by desk.
    begin, old, places : by desk: where its clients begin (one entry more), how many are old, its places.
    now, until : the period.
    """
    for d in range(places.size):
        a, b = begin[d], begin[d + 1]
        if a < b:
            run_period(
                arrived[a:b], priority[a:b], renege[a:b], length[a:b], status[a:b], started[a:b], ended[a:b],
                line[a:b], ends[a:b], held[a:b], old[d], places[d], now, until,
            )  # fmt: skip


@kernel
def take_in(before: Any, gone: Any, new: Any, columns: Any, begin: Any, old: Any) -> None:
    """Write the clients who stay at each desk and, behind them, the new.

    Parameters
    ----------
    before, new : columns of `Clients`, shape (8, clients), by desk.
    gone : who of those before is taken off.
    columns : columns of all, written.
    begin, old : by desk: where its clients begin (one entry more), how many are old; written.
    """
    i, j, at = 0, 0, 0
    for d in range(old.size):
        begin[d] = at
        while i < gone.size and before[_DESK, i] == d:
            if not gone[i]:
                for k in range(columns.shape[0]):
                    columns[k, at] = before[k, i]
                at += 1
            i += 1
        old[d] = at - begin[d]
        while j < new.shape[1] and new[_DESK, j] == d:
            for k in range(columns.shape[0]):
                columns[k, at] = new[k, j]
            at += 1
            j += 1
    begin[old.size] = at


@kernel
def add_areas(
    arrived: Any, status: Any, started: Any, ended: Any, begin: Any, now: int, until: int, queue: Any, busy: Any
) -> None:
    """Add up, by desk, the ticks of the period that clients spent in the line and in a place.

    Parameters
    ----------
    arrived, status, started, ended : of the clients, by desk, after the period.
    begin : where each desk's clients begin, one entry more than there are desks.
    now, until : the period.
    queue, busy : sums, written.
    """
    for d in range(queue.size):
        for i in range(begin[d], begin[d + 1]):
            if status[i] == WAITING or status[i] == WITHDRAWN:
                queue[d] += (until if status[i] == WAITING else ended[i]) - max(arrived[i], now)
            else:
                queue[d] += max(0, started[i] - max(arrived[i], now))
                busy[d] += (until if status[i] == ACTIVE else ended[i]) - max(started[i], now)


class Caseload:
    """One desk or many as columns of their clients, by desk and then in the order in which they came."""

    def __init__(self, now: int = 0, clients: Clients | None = None) -> None:
        self.now = now
        self._columns = np.zeros((8, 0), np.int64) if clients is None else np.array(clients, np.int64)

    def clients(self) -> Clients:
        """Return everybody who waits or is helped now."""
        return Clients(*self._columns.copy())

    def advance(
        self, referrals: Referrals, places: int | Ticks, removed: Ticks, until: int, held: Ticks | None = None
    ) -> Period:
        """Return what happens up to a tick; see `Engine.advance`."""
        room = np.atleast_1d(np.asarray(places, np.int64))
        check(referrals, room, self.now, until, self._columns[0])
        gone = is_among(self._columns[0], removed)
        left = Clients(*self._columns[:, gone])
        client, tick, priority, patience, length, _ = referrals
        zero = np.zeros(client.size, np.int64)
        new = np.array((client, referrals.desks, tick, priority, tick + patience, length, zero, zero))
        columns = np.zeros((len(Clients._fields), gone.size - left.client.size + client.size), np.int64)
        begin, old = np.zeros(room.size + 1, np.int64), np.zeros(room.size, np.int64)
        take_in(self._columns, gone, new, columns, begin, old)
        c = Clients(*columns)
        ended, line, ends = (np.zeros(c.client.size, np.int64) for _ in range(3))
        run_desks(
            c.arrived, c.priority, c.renege, c.length, c.status, c.started, ended,
            line, ends, is_among(c.client, NOBODY if held is None else held), begin, old, room, self.now, until,
        )  # fmt: skip
        queue, busy = (np.zeros(room.size, np.int64) for _ in range(2))
        add_areas(c.arrived, c.status, c.started, ended, begin, self.now, until, queue, busy)
        done, out, waiting, active = (c.status == what for what in (FINISHED, WITHDRAWN, WAITING, ACTIVE))
        fresh = (active | done) & (c.started >= self.now)
        taken = np.full(left.client.size, self.now, np.int64)
        off = left.status == ACTIVE
        period = Period(
            started=moves(c.client[fresh], c.started[fresh]),
            finished=moves(c.client[done], ended[done]),
            withdrawn=moves(c.client[out], ended[out]),
            removed_waiting=moves(left.client[~off], taken[~off]),
            removed_active=moves(left.client[off], taken[off]),
            waiting=np.sort(c.client[waiting]),
            active=np.sort(c.client[active]),
            queue_ticks=queue,
            busy_ticks=busy,
        )
        self._columns = columns.take(np.flatnonzero(waiting | active), axis=1)
        self.now = until
        return period
