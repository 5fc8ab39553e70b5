"""Step 8 of the month: what becomes of clients whose help ends, and of those whom a service places in a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import QUALIFICATIONS, State
from simulation.clients import Live, Rows
from simulation.columns import COMPLETED, HELPED, PLACED, Columns
from simulation.delivery.desk import Ticks
from simulation.service_tables import Terms
from simulation.streams import Purpose, draws, key

if TYPE_CHECKING:
    from simulation.model import RegionModel

_HALF = np.uint64(0xFFFFFFFF)


def end_help(c: Columns, live: Live, dropped: Ticks, finished: Ticks) -> None:
    """End the help of those who drop out, whose effect ends with it, and of those who finish.

    Parameters
    ----------
    c : residents' columns, written.
    live : clients.
    dropped, finished : positions among the clients.
    """
    for who, is_drop in ((dropped, True), (finished, False)):
        rows = live.row[who]
        mine = (c.help[rows] == live.service[who] + 1) & (c.help_since[rows] == live.since[who])
        c.help_state[rows[mine]] &= np.uint8(~HELPED & 0xFF)
        if is_drop:
            c.help[rows[mine]] = 0
        else:
            c.help_state[rows] |= np.uint8(COMPLETED)


def teach(model: RegionModel, terms: Terms, rows: Rows, service: Ticks) -> None:
    """Let some of those who finish gain a level, or change to the sector of a job drawn in their Place.

    Parameters
    ----------
    model : the model; residents' columns are written.
    terms : integers of delivery.
    rows, service : residents who finish, and with which service.
    """
    c, tables = model.columns, model.start.looks
    h = draws(key(model.root, model.month, Purpose.LEARNING), c.id[rows])
    learnt = rows[(h & _HALF).astype(np.int64) < terms.level[service]]
    c.qualification[learnt] = np.minimum(c.qualification[learnt] + 1, len(QUALIFICATIONS) - 1)
    u, share = (h >> np.uint64(32)).astype(np.int64), terms.sector[service]
    change = u < share
    place = c.place[rows[change]]
    first, size = tables.first[place, 0, 0], tables.size[place, 0, 0].astype(np.int64)
    slot = first + (u[change] * size) // np.maximum(share[change], 1)
    found = size > 0
    c.sector[rows[change][found]] = model.firms.sector[tables.employer_of[slot[found]]]


def place(model: RegionModel, terms: Terms, rows: Rows, service: Ticks) -> NDArray[np.bool_]:
    """Let some clients out of work be placed in a job next month, against everybody else who wants it; return whom.

    Parameters
    ----------
    model : the model; residents' columns are written.
    terms : integers of delivery.
    rows, service : residents who start or finish, and with which service.
    """
    c = model.columns
    h = draws(key(model.root, model.month, Purpose.PLACEMENT), c.id[rows])
    chosen = ((h & _HALF).astype(np.int64) < terms.placed[service]) & (c.state[rows] > State.ABSENT)
    c.help_state[rows[chosen]] |= np.uint8(PLACED)
    return np.asarray(chosen, np.bool_)
