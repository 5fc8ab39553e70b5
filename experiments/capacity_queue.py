"""The recorded referrals served client by client in salabim: how waits and use are distributed, by its own monitors."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.errors import RunError
from experiments.events import Events
from results.capacity import waits_and_use

if TYPE_CHECKING:
    from experiments.capacity_search import Curve

STAGE = "client by client"


def client_by_client(curve: Curve, number: int, events: Events) -> dict[str, Any]:
    """Return how waits and the share of places in use are distributed, as plain values.

    Parameters
    ----------
    curve : Curve
        The programme and its recordings.
    number : int
        Caseworkers.
    events : Events
        Who hears of progress.

    Raises
    ------
    RunError
        If the two engines do not start the same clients at the same time.
    """
    from simulation.delivery.queue import Queue
    from simulation.delivery.replay import replay

    room = curve.places(number)
    waits, shares, ticks = [], [], []
    events.begin(len(curve.made), 0)
    try:
        for made, seed in zip(curve.made, curve.seeds, strict=True):
            began = time.perf_counter()
            queue = Queue(made.begin, made.start, room.shape[1])
            found = replay(made, room, queue, lambda done, total: events.tick(STAGE, done, total))
            if not np.array_equal(found.started, replay(made, room).started):
                raise RunError(
                    f"Seed {seed}: served client by client, the same referrals start at other times than in the array "
                    "engine. That is a mistake in the model; please report it with the command."
                )
            for d, places in enumerate(room[0].tolist()):
                waits.append(queue.waits_of(d))
                taken, held = queue.taken_of(d)
                shares.append(np.minimum(1.0, taken / places) if places else np.zeros(taken.size))
                ticks.append(held * places)
            events.finished(f"seed {seed}", time.perf_counter() - began)
    finally:
        events.end()
    return {"number": number, **waits_and_use(*(np.concatenate(part) for part in (waits, shares, ticks)))}
