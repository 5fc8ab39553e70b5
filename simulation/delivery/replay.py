"""What reached the desks of one programme, month by month, and the same referrals served with other places.

Referrals, every duration of them and who was taken off are held as they were in the run; only the places differ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulation.delivery.caseload import Caseload
from simulation.delivery.desk import ACTIVE, TICKS_A_MONTH, Clients, Engine, Referrals, Ticks

NOT_YET = -1
IN_LINE, HELPED, FINISHED, GAVE_UP, TAKEN_OFF = range(5)
"""What became of a client by the end of a replay."""
Progress = Callable[[int, int], None]
"""Called with months done and months in all."""


class Batch(NamedTuple):
    """What reached the desks of an arm in one month: referrals, places by desk, and clients taken off."""

    referrals: Referrals
    places: Ticks
    removed: Ticks


@dataclass(frozen=True)
class Recording:
    """Everything that reached the desks of one programme in some months of a run.

    Shapes: T months, D desks. `start`: who stood there before the first month. `referrals` of month t are those from
    `first[t]` to `first[t + 1]`, clients `removed` at its beginning those from `first_removed[t]` on; both (T + 1,).
    `places`: (T, D), as the run had them. `jobs_a_start`: clients who left for a job, over those who started.
    """

    first_month: int
    start: Clients
    referrals: Referrals
    first: Ticks
    removed: Ticks
    first_removed: Ticks
    places: NDArray[np.int64]
    jobs_a_start: float

    @property
    def n_months(self) -> int:
        """Number of months."""
        return len(self.places)

    @property
    def begin(self) -> int:
        """First tick."""
        return self.first_month * TICKS_A_MONTH

    @property
    def end(self) -> int:
        """Tick after the last."""
        return self.begin + self.n_months * TICKS_A_MONTH


@dataclass(frozen=True)
class Replay:
    """What became of every client of a recording, those of its start first, in order of their numbers.

    Shapes: C clients, T months, D desks. `arrived`, `started`, `ended`: ticks, NOT_YET where it did not come to
    pass; `became`: IN_LINE to TAKEN_OFF. `busy_ticks`, `queue_ticks`: area under the places taken and the line, (T, D);
    `active`, `waiting`: people at the month's end, (T,).
    """

    client: Ticks
    arrived: Ticks
    started: Ticks
    ended: Ticks
    became: NDArray[np.int64]
    busy_ticks: NDArray[np.int64]
    queue_ticks: NDArray[np.int64]
    active: NDArray[np.int64]
    waiting: NDArray[np.int64]


def recording(
    first_month: int, start: Clients, batches: Sequence[Batch], desks: Sequence[int], jobs_a_start: float
) -> Recording:
    """Return what reached some desks of an arm.

    Parameters
    ----------
    first_month : month of the first batch.
    start : everybody at all desks before it.
    batches : a month each, all desks.
    desks : numbers of the desks wanted, ascending; they become 0, 1, ...
    jobs_a_start : clients of these desks who left for a job, over those who started.
    """
    wanted = np.asarray(desks, np.int64)
    mine = np.isin(start.desk, wanted)
    start = Clients(*(column[mine] for column in start))
    start = start._replace(desk=np.searchsorted(wanted, start.desk))
    known, referrals, removed = start.client, [], []
    for batch in batches:
        rows = np.isin(batch.referrals.desks, wanted)
        part = _of(batch.referrals, rows)
        referrals.append(part._replace(desk=np.searchsorted(wanted, part.desks)))
        known = np.concatenate([known, part.client])
        removed.append(batch.removed[np.isin(batch.removed, known)])
    return Recording(
        first_month=first_month,
        start=start,
        referrals=_joined(referrals),
        first=_edges([part.client.size for part in referrals]),
        removed=np.concatenate(removed),
        first_removed=_edges([part.size for part in removed]),
        places=np.array([batch.places[wanted] for batch in batches], np.int64).reshape(len(batches), wanted.size),
        jobs_a_start=jobs_a_start,
    )


def _of(referrals: Referrals, rows: slice | NDArray[np.bool_]) -> Referrals:
    client, tick, priority, patience, length, _ = referrals
    return Referrals(client[rows], tick[rows], priority[rows], patience[rows], length[rows], referrals.desks[rows])


def _joined(parts: Sequence[Referrals]) -> Referrals:
    columns = [(*part[:5], part.desks) for part in parts]
    return Referrals(*(np.concatenate(column) for column in zip(*columns, strict=True)))


def _edges(sizes: Sequence[int]) -> Ticks:
    return np.concatenate([[0], np.cumsum(np.asarray(sizes, np.int64))]).astype(np.int64)


def replay(
    made: Recording,
    places: NDArray[np.int64] | None = None,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> Replay:
    """Return what becomes of the clients of a recording with other places.

    Parameters
    ----------
    made : the recording.
    places : people helped at once, shape (months, desks); None for the run's own.
    engine : an engine that stands where the recording begins; None for the array engine.
    progress : hears how far it is.
    """
    room = made.places if places is None else places
    desk: Engine = Caseload(made.begin, made.start) if engine is None else engine
    number = np.sort(np.concatenate([made.start.client, made.referrals.client]))
    arrived, started, ended = (np.full(number.size, NOT_YET, np.int64) for _ in range(3))
    became = np.full(number.size, IN_LINE, np.int64)

    def at(clients: Ticks) -> Ticks:
        return np.searchsorted(number, clients)

    arrived[at(made.referrals.client)] = made.referrals.tick
    arrived[at(made.start.client)] = made.start.arrived
    helped = made.start.status == ACTIVE
    started[at(made.start.client[helped])] = made.start.started[helped]
    busy, queue = (np.zeros(made.places.shape, np.int64) for _ in range(2))
    active, waiting = (np.zeros(made.n_months, np.int64) for _ in range(2))
    for t in range(made.n_months):
        rows, off = slice(made.first[t], made.first[t + 1]), slice(made.first_removed[t], made.first_removed[t + 1])
        batch = _of(made.referrals, rows)
        until = made.begin + (t + 1) * TICKS_A_MONTH
        period = desk.advance(batch, room[t], made.removed[off], until)
        started[at(period.started.client)] = period.started.tick
        for moves, what in (
            (period.finished, FINISHED),
            (period.withdrawn, GAVE_UP),
            (period.removed_waiting, TAKEN_OFF),
            (period.removed_active, TAKEN_OFF),
        ):
            ended[at(moves.client)], became[at(moves.client)] = moves.tick, what
        busy[t], queue[t] = period.busy_ticks, period.queue_ticks
        active[t], waiting[t] = period.active.size, period.waiting.size
        if progress is not None:
            progress(t + 1, made.n_months)
    became[(became == IN_LINE) & (started != NOT_YET)] = HELPED
    return Replay(number, arrived, started, ended, became, busy, queue, active, waiting)
