"""Cells in which money is planned: service, Place and group of residents; the groups are what people do, by age."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import State
from simulation.columns import Columns

STATES = ("in work", "unemployed", "long-term sick", "other inactive")
AGES = ("16 to 24", "25 to 49", "50 and over")
AGE_FROM = (25, 50)
GROUPS = tuple(f"{state}, {age}" for state in STATES for age in AGES)
N_GROUPS = len(GROUPS)
_GROUP_OF_STATE = np.full(len(State), 3, np.int64)
_GROUP_OF_STATE[[State.EMPLOYED, State.ABSENT, State.UNEMPLOYED, State.LONG_TERM_SICK]] = 0, 0, 1, 2


def groups_of(c: Columns, rows: NDArray[np.uint32], month: int) -> NDArray[np.int64]:
    """Return the group of each of some residents, an index of GROUPS.

    Parameters
    ----------
    c : residents' columns.
    rows : the residents.
    month : month number.
    """
    age = (month - c.birth[rows].astype(np.int64)) // 12
    return _GROUP_OF_STATE[c.state[rows]] * len(AGES) + np.searchsorted(AGE_FROM, age, side="right")


def cells_of(
    service: NDArray[np.int64], place: NDArray[np.uint8], group: NDArray[np.int64], n_places: int
) -> NDArray[np.int64]:
    """Return the cell of each client.

    Parameters
    ----------
    service, place, group : of each client.
    n_places : number of Places.
    """
    return (service * n_places + place) * N_GROUPS + group


def state_allows(state_ids: tuple[int, ...] | None) -> NDArray[np.bool_]:
    """Return whether a fund bound to some states may pay for somebody of each group, shape (groups,)."""
    out = np.ones(len(STATES), np.bool_)
    if state_ids is not None:
        out[:] = False
        out[_GROUP_OF_STATE[list(state_ids)]] = True
    return np.repeat(out, len(AGES))
