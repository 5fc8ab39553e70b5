"""Step 11 of the month: the month's row of every count; arrays are allocated once for all months."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import AGE_BANDS, STATES
from simulation.ledger import LINES
from simulation.output import FLOW_ITEMS, SUBSIDY_ITEMS
from simulation.visit import CELL_SHAPE, OUTSIDE, Counters


def empty_counters(n_places: int, n_subsidies: int) -> Counters:
    """Return the counts of one lane, zero."""
    return Counters(
        cells=np.zeros(n_places * int(np.prod(CELL_SHAPE)), np.int32),
        moves=np.zeros((n_places, len(AGE_BANDS), OUTSIDE + 1, OUTSIDE + 1), np.int32),
        ageing=np.zeros((n_places, len(AGE_BANDS), len(STATES)), np.int32),
        flows=np.zeros((n_places, len(FLOW_ITEMS)), np.int32),
        satisfaction=np.zeros(n_places, np.int64),
        subsidies=np.zeros((n_subsidies, n_places, len(SUBSIDY_ITEMS)), np.int64),
    )


@dataclass
class Rows:
    """The rows of all months; shapes as in `output.RunOutput`."""

    stocks: NDArray[np.int32]
    moves: NDArray[np.int32]
    ageing: NDArray[np.int32]
    flows: NDArray[np.int32]
    claimants: NDArray[np.int32]
    slots: NDArray[np.int64]
    places: NDArray[np.int64]
    satisfaction: NDArray[np.int64]
    subsidies: NDArray[np.int64]
    ledger: NDArray[np.int64]
    state_hash: NDArray[np.uint64]

    @classmethod
    def empty(cls, months: int, n_places: int, n_areas: int, n_subsidies: int) -> Rows:
        """Return rows of zeros for so many months.

        Parameters
        ----------
        months : number of months.
        n_places, n_areas, n_subsidies : Places, areas with those outside, subsidies.
        """
        bands, states = len(AGE_BANDS), len(STATES)
        return cls(
            stocks=np.zeros((months, n_places, *CELL_SHAPE), np.int32),
            moves=np.zeros((months, n_places, bands, OUTSIDE + 1, OUTSIDE + 1), np.int32),
            ageing=np.zeros((months, n_places, bands, states), np.int32),
            flows=np.zeros((months, n_places, len(FLOW_ITEMS)), np.int32),
            claimants=np.zeros((months, n_places, bands), np.int32),
            slots=np.zeros((months, n_areas, 2), np.int64),
            places=np.zeros((months, n_areas, 2), np.int64),
            satisfaction=np.zeros((months, n_places), np.int64),
            subsidies=np.zeros((months, n_subsidies, n_places, len(SUBSIDY_ITEMS)), np.int64),
            ledger=np.zeros((months, n_places, len(LINES)), np.int64),
            state_hash=np.zeros(months, np.uint64),
        )
