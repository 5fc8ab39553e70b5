"""The salabim engine of delivery: client by client, places as a resource, its monitors giving the distributions.

It runs the same desk as `caseload` and starts the same clients at the same tick; it is slower and shows more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import salabim
from numpy.typing import NDArray

from simulation.delivery.desk import Moves, Period, Referrals, Ticks, check, moves

_LEAVES_LINE, _HELP_ENDS, _JOINS = -1, 0, 1
"""Order of events of the same tick."""


class _Client(salabim.Component):  # type: ignore[misc]  # salabim ships without types
    """One client: joins the line, is helped or gives up."""

    def setup(self, desk: Queue, client: int, priority_class: int, patience: int, length: int) -> None:
        self.desk, self.number, self.priority_class = desk, client, priority_class
        self.patience, self.length = patience, length
        self.arrived: int | None = None
        self.started: int | None = None

    def process(self) -> Iterator[Any]:
        self.arrived = int(self.env.now())
        self.desk.here[self.number] = self
        yield self.request(
            self.desk.places,
            request_priority=self.priority_class,
            fail_at=self.arrived + self.patience,
            priority=_LEAVES_LINE,
        )
        now = int(self.env.now())
        self.desk.waits.tally(now - self.arrived)
        if self.failed():
            self.desk.note("withdrawn", self)
            return
        self.started = now
        self.desk.log["started"].append((self.number, now))
        yield self.hold(self.length, priority=_HELP_ENDS)
        self.release()
        self.desk.note("finished", self)


class Queue:
    """A desk simulated client by client.

    `waits` is salabim's monitor of every wait that ended; `places.claimed_quantity` that of the places taken.
    """

    def __init__(self, now: int = 0) -> None:
        self.now = now
        self.environment = salabim.Environment(trace=False, random_seed=0, set_numpy_random_seed=False, yieldless=False)
        self.environment.reset_now(now)
        self.places = salabim.Resource("places", capacity=0, env=self.environment)
        self.waits = salabim.Monitor("waits", env=self.environment)
        self.here: dict[int, _Client] = {}
        self.log: dict[str, list[tuple[int, int]]] = {}

    def note(self, what: str, client: _Client) -> None:
        """Write down that a client leaves the desk."""
        self.log[what].append((client.number, int(self.environment.now())))
        del self.here[client.number]

    def advance(self, referrals: Referrals, places: int, removed: Ticks, until: int) -> Period:
        """Return what happens up to a tick; see `Desk.advance`."""
        check(referrals, places, self.now, until, np.array(list(self.here), np.int64))
        before = dict(self.here)
        self.log = {name: [] for name in ("started", "finished", "withdrawn", "removed_waiting", "removed_active")}
        self.places.set_capacity(0)  # nobody starts until those who leave are gone
        for number in sorted(set(removed.tolist()) & before.keys()):
            client = before[number]
            self.note("removed_waiting" if client.started is None else "removed_active", client)
            client.cancel()
        self.environment.run(till=self.now, priority=_LEAVES_LINE)
        self.places.set_capacity(places)
        arriving = {}
        for number, tick, *terms in zip(*(column.tolist() for column in referrals), strict=True):
            priority, patience, length = terms[0], terms[1], terms[2]
            arriving[number] = _Client(
                env=self.environment, at=tick, priority=_JOINS, name="",
                desk=self, client=number, patience=patience, length=length, priority_class=priority,
            )  # fmt: skip
        self.environment.run(till=until, priority=-np.inf)
        period = self._period(before | arriving, until)
        self.now = until
        return period

    def _period(self, clients: dict[int, _Client], until: int) -> Period:
        ended = {number: tick for name in ("finished", "withdrawn") for number, tick in self.log[name]}
        gone = {number for name in ("removed_waiting", "removed_active") for number, _ in self.log[name]}
        queue = busy = 0
        for number, client in clients.items():
            if number in gone or client.arrived is None:
                continue
            end = ended.get(number, until)
            begun = end if client.started is None else client.started
            queue += max(0, begun - max(client.arrived, self.now))
            busy += 0 if client.started is None else end - max(client.started, self.now)
        waiting = sorted(number for number, client in self.here.items() if client.started is None)
        active = sorted(number for number, client in self.here.items() if client.started is not None)
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
