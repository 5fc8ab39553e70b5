"""What both engines of delivery share: the month's referrals, what becomes of them, and the rules of a desk.

An engine runs one desk or many, which know nothing of each other. A desk is one service: caseworkers times caseload
are its places. Time is in whole ticks. Rules, in
order, at every tick: whoever has waited as long as he will leaves; places whose help ends pass to the first in
line; new referrals join and take a free place. First in line is the lowest priority number, then who came first.
Nobody overtakes inside a priority class. Places may fall below the people being helped: those finish, nobody
starts until there is room.
"""

from __future__ import annotations  # constants of kernels

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

TICKS_A_MONTH = 30
"""Ticks of one month of the model: days."""
MAX_CLIENTS = 1 << 24
"""Clients of one desk at once, at most."""

Ticks = NDArray[np.int64]


class Referrals(NamedTuple):
    """Referrals of one period, shape (clients,) each; at each desk they join by tick, then as given.

    Every duration is drawn beforehand, so that the order of events cannot shift a draw.

    Parameters
    ----------
    client
        Numbers that no other client at this desk has.
    tick
        When the referral arrives.
    priority
        0 is served first.
    patience
        Ticks that the client waits before withdrawing, 1 or more.
    length
        Ticks of help from the start, 1 or more.
    desk
        Number of the desk; None where there is but one.
    """

    client: Ticks
    tick: Ticks
    priority: Ticks
    patience: Ticks
    length: Ticks
    desk: Ticks | None = None

    @classmethod
    def none(cls) -> Referrals:
        """Return no referrals."""
        return cls(*(np.zeros(0, np.int64) for _ in range(5)))

    @property
    def desks(self) -> Ticks:
        """Number of the desk of each referral."""
        return np.zeros(self.client.size, np.int64) if self.desk is None else self.desk


class Moves(NamedTuple):
    """Who did what in one period, and when: clients and ticks, by tick and then by client."""

    client: Ticks
    tick: Ticks


@dataclass(frozen=True)
class Period:
    """What happened at a desk in one period.

    Parameters
    ----------
    started, finished, withdrawn
        Who started, who ended the whole length of help, and who left the line because the wait was too long.
    removed_waiting, removed_active
        Who was taken off from outside, out of the line or out of a place.
    waiting, active
        Who waits and who is helped when the period ends.
    queue_ticks, busy_ticks
        Area under the waiting line and under the places taken, client-ticks of the period, shape (desks,).
    """

    started: Moves
    finished: Moves
    withdrawn: Moves
    removed_waiting: Moves
    removed_active: Moves
    waiting: Ticks
    active: Ticks
    queue_ticks: Ticks
    busy_ticks: Ticks


class Clients(NamedTuple):
    """Everybody at some desks, shape (clients,) each, by desk and then in the order in which they came.

    `arrived`, `renege`, `started` are ticks: of the referral, of giving up, of the start of help (0 before it);
    `status` is WAITING or ACTIVE.
    """

    client: Ticks
    desk: Ticks
    arrived: Ticks
    priority: Ticks
    renege: Ticks
    length: Ticks
    status: Ticks
    started: Ticks


class Engine(Protocol):
    """Lines and places of one desk or many, advanced period by period."""

    def clients(self) -> Clients:
        """Return everybody who waits or is helped now."""
        ...

    def advance(
        self, referrals: Referrals, places: int | Ticks, removed: Ticks, until: int, held: Ticks | None = None
    ) -> Period:
        """Return what happens from the last period's end up to, but not at, a tick.

        Parameters
        ----------
        referrals : referrals of the period, their ticks inside it and in order.
        places : people helped at once from the period's first tick on; one number a desk, shape (desks,).
        removed : clients taken off at the period's first tick; those not at the desk are ignored.
        until : tick at which the period ends.
        held : clients, old or new, who cannot start in this period; they keep their turn in the line. None for nobody.

        Raises
        ------
        ValueError
            If a referral lies outside the period, is out of order, known already, or has a duration below one tick.
        """
        ...


WAITING, ACTIVE, FINISHED, WITHDRAWN = 0, 1, 2, 3


def check(referrals: Referrals, places: Ticks, now: int, until: int, known: Ticks) -> None:
    """Refuse referrals that desks cannot take.

    Parameters
    ----------
    referrals, places : as for `Engine.advance`.
    now, until : the period.
    known : clients who wait or are helped.

    Raises
    ------
    ValueError
        As for `Engine.advance`.
    """
    if until <= now:
        raise ValueError(f"a period must end after it begins: it goes from tick {now} until {until}")
    if places.size and places.min() < 0:
        raise ValueError(f"a desk has {places.min()} places; it may have 0 or more")
    tick, desk = referrals.tick, referrals.desks
    if desk.size and not 0 <= desk.min() <= desk.max() < places.size:
        raise ValueError(f"a referral goes to desk {desk.max()}; there are {places.size}")
    back = (np.diff(tick) < 0) & (np.diff(desk) == 0)
    if tick.size and (tick.min() < now or tick.max() >= until or back.any() or (np.diff(desk) < 0).any()):
        raise ValueError(f"referrals must come in order of their ticks, from {now} to {until - 1}")
    if tick.size and min(referrals.patience.min(), referrals.length.min()) < 1:
        raise ValueError("patience and length of help are 1 tick or more")
    twice = (np.diff(np.sort(referrals.client)) == 0).any()
    if twice or is_among(referrals.client, known).any():
        raise ValueError("a client can be at a desk only once")
    if known.size + referrals.client.size > MAX_CLIENTS:
        raise ValueError(f"a desk holds {MAX_CLIENTS:,} clients at most")


def is_among(numbers: Ticks, others: Ticks) -> NDArray[np.bool_]:
    """Return which numbers are among others; as `numpy.isin`, which hashes where sorting a few is quicker."""
    if not others.size:
        return np.zeros(numbers.size, np.bool_)
    found = np.sort(others)
    at = np.minimum(np.searchsorted(found, numbers), found.size - 1)
    return np.asarray(found[at] == numbers, np.bool_)


def moves(client: Ticks, tick: Ticks) -> Moves:
    """Return moves in order of tick, then of client."""
    order = np.lexsort((client, tick))
    return Moves(client[order], tick[order])
