"""The salabim engine of delivery: client by client, places as a resource, its monitors giving the distributions.

It runs the same desks as `caseload` and starts the same clients at the same tick; it is slower and shows more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import salabim
from numpy.typing import NDArray

from simulation.delivery.desk import ACTIVE, WAITING, Clients, Moves, Period, Referrals, Ticks, check, moves

_LEAVES_LINE, _HELP_ENDS, _JOINS = -1, 0, 1
"""Order of events of the same tick."""
_TAKES_OVER = -2
"""Whoever comes from another engine stands in his line or place before anything happens."""


class _Terms(NamedTuple):
    """One row of `desk.Clients`."""

    client: int
    desk: int
    arrived: int
    priority: int
    renege: int
    length: int
    status: int
    started: int


_TURN = 1 << 32
"""More clients than ever come to a desk: a request's priority is the class, then the turn in the line."""


class _Client(salabim.Component):  # type: ignore[misc]  # salabim ships without types
    """One client: joins the line, is helped or gives up."""

    def setup(self, hall: Queue, terms: _Terms, turn: int) -> None:
        """Take the client's own terms and turn, each a whole number."""
        self.hall, self.terms, self.turn = hall, terms, turn
        self.is_active, self.is_here = terms.status == ACTIVE, False
        self.begun = terms.started

    def process(self) -> Iterator[Any]:
        """Live through the client's time at the desk."""
        hall, terms = self.hall, self.terms
        hall.here[terms.client] = self
        self.is_here = True
        place = hall.places[terms.desk]
        if self.is_active:
            yield self.request(place)
        else:
            turn = terms.priority * _TURN + self.turn
            while True:
                leaves = min(terms.renege, hall.until)
                if terms.client in hall.held:
                    yield self.hold(till=leaves, priority=_LEAVES_LINE)
                else:
                    yield self.request(place, request_priority=turn, fail_at=leaves, priority=_LEAVES_LINE)
                now = int(self.env.now())
                if self.isclaiming(place) or now >= terms.renege:
                    break
            hall.waits[terms.desk].tally(now - terms.arrived)
            if not self.isclaiming(place):
                hall.note("withdrawn", self)
                return
            self.is_active, self.begun = True, now
            hall.log["started"].append((terms.client, now))
        yield self.hold(till=self.begun + terms.length, priority=_HELP_ENDS)
        self.release()
        hall.note("finished", self)


class Queue:
    """One desk or many simulated client by client.

    `waits` are salabim's monitors of every wait that ended, `places[d].claimed_quantity` that of the places taken,
    both by desk. `is_held`: whether clients may be held in the line; everybody then asks anew for a place in every
    period, which takes time.
    """

    def __init__(self, now: int = 0, clients: Clients | None = None, desks: int = 1, is_held: bool = False) -> None:
        self.now, self.is_held = now, is_held
        self.until: float = now if is_held else math.inf
        self.held: frozenset[int] = frozenset()
        self._turn = 0
        self.environment = salabim.Environment(trace=False, random_seed=0, set_numpy_random_seed=False, yieldless=False)
        self.environment.reset_now(now)
        self.places = [salabim.Resource(f"places {d}", capacity=0, env=self.environment) for d in range(desks)]
        self.waits = [salabim.Monitor(f"waits {d}", env=self.environment) for d in range(desks)]
        self.here: dict[int, _Client] = {}
        self.log: dict[str, list[tuple[int, int]]] = {}
        if clients is not None:
            self._take_over(clients)

    def _take_over(self, clients: Clients) -> None:
        """Put people into their places and lines as another engine left them."""
        helped = clients.status == ACTIVE
        for chosen in (helped, ~helped):
            room = np.bincount(clients.desk[helped], minlength=len(self.places))
            for place, active in zip(self.places, room.tolist(), strict=True):
                place.set_capacity(active if chosen is helped else 0)
            self._enter(Clients(*(column[chosen] for column in clients)), at=self.now, priority=_TAKES_OVER)
            self.environment.run(till=self.now, priority=_TAKES_OVER)

    def _enter(self, clients: Clients, at: int | None = None, priority: float = _JOINS) -> dict[int, _Client]:
        """Create clients who come when they arrive, or all at one tick.

        Parameters
        ----------
        clients : their terms, in order.
        at : the tick; None for their own.
        priority : order among the events of a tick.
        """
        made = {}
        for row in zip(*(column.tolist() for column in clients), strict=True):
            terms = _Terms(*row)
            when = terms.arrived if at is None else at
            made[terms.client] = _Client(
                env=self.environment, at=when, priority=priority, name="", hall=self, terms=terms, turn=self._turn
            )
            self._turn += 1
        return made

    def clients(self) -> Clients:
        """Return everybody who waits or is helped now."""
        rows = [
            client.terms._replace(status=ACTIVE if client.is_active else WAITING, started=client.begun)
            for client in self.here.values()
        ]
        rows.sort(key=lambda terms: (terms.desk, terms.arrived, terms.client))
        return Clients(*np.array(rows, np.int64).reshape(-1, len(Clients._fields)).T)

    def waits_of(self, desk: int) -> Ticks:
        """Return every wait at a desk that ended in a start or in giving up, ticks, as salabim's monitor holds them."""
        return np.array(self.waits[desk].x(), np.float64).astype(np.int64)

    def taken_of(self, desk: int) -> tuple[Ticks, Ticks]:
        """Return numbers of places taken at a desk and for how many ticks each, as salabim's monitor holds them."""
        taken, ticks = self.places[desk].claimed_quantity.xduration()
        return np.array(taken, np.float64).astype(np.int64), np.array(ticks, np.float64).astype(np.int64)

    def note(self, what: str, client: _Client) -> None:
        """Write down that a client leaves the desk."""
        self.log[what].append((client.terms.client, int(self.environment.now())))
        del self.here[client.terms.client]

    def advance(
        self, referrals: Referrals, places: int | Ticks, removed: Ticks, until: int, held: Ticks | None = None
    ) -> Period:
        """Return what happens up to a tick; see `Engine.advance`."""
        if held is not None:
            if not self.is_held:
                raise ValueError("clients are held at a desk that was not opened for it")
            self.held = frozenset(held.tolist())
        if self.is_held:
            self.until = until
        room = np.atleast_1d(np.asarray(places, np.int64))
        check(referrals, room, self.now, until, np.array(list(self.here), np.int64))
        before = dict(self.here)
        self.log = {name: [] for name in ("started", "finished", "withdrawn", "removed_waiting", "removed_active")}
        for place in self.places:
            place.set_capacity(0)  # nobody starts until those who leave are gone
        for number in sorted(set(removed.tolist()) & before.keys()):
            client = before[number]
            self.note("removed_active" if client.is_active else "removed_waiting", client)
            client.cancel()
        self.environment.run(till=self.now, priority=_LEAVES_LINE)
        for place, capacity in zip(self.places, room.tolist(), strict=True):
            place.set_capacity(capacity)
        zero = np.zeros(referrals.client.size, np.int64)
        arriving = self._enter(
            Clients(
                client=referrals.client, desk=referrals.desks, arrived=referrals.tick, priority=referrals.priority,
                renege=referrals.tick + referrals.patience, length=referrals.length, status=zero, started=zero,
            )
        )  # fmt: skip
        self.environment.run(till=until, priority=-np.inf)
        period = self._period(before | arriving, until)
        self.now = until
        return period

    def _period(self, clients: dict[int, _Client], until: int) -> Period:
        ended = {number: tick for name in ("finished", "withdrawn") for number, tick in self.log[name]}
        gone = {number for name in ("removed_waiting", "removed_active") for number, _ in self.log[name]}
        queue, busy = (np.zeros(len(self.places), np.int64) for _ in range(2))
        for number, client in clients.items():
            if number in gone or not client.is_here:
                continue
            end = ended.get(number, until)
            begun = client.begun if client.is_active else end
            queue[client.terms.desk] += max(0, begun - max(client.terms.arrived, self.now))
            busy[client.terms.desk] += end - max(client.begun, self.now) if client.is_active else 0
        waiting = sorted(number for number, client in self.here.items() if not client.is_active)
        active = sorted(number for number, client in self.here.items() if client.is_active)
        return Period(
            **{name: _moves(pairs) for name, pairs in self.log.items()},
            waiting=np.array(waiting, np.int64),
            active=np.array(active, np.int64),
            queue_ticks=queue,
            busy_ticks=busy,
        )


def _moves(pairs: list[tuple[int, int]]) -> Moves:
    table: NDArray[np.int64] = np.array(pairs, np.int64).reshape(-1, 2)
    return moves(table[:, 0], table[:, 1])
