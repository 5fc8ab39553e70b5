"""Step 11 of the month: the month's row of every count; arrays are allocated once for all months."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import AGE_BANDS, STATES
from simulation.compiling import inlined, kernel
from simulation.ledger import LINES
from simulation.output import FLOW_ITEMS, INCENTIVE_ITEMS, SERVICE_ITEMS, SUBSIDY_ITEMS
from simulation.processes.public_services import CONTACTS
from simulation.processes.public_services import LINES as LINES_OF_CARE
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
        care=np.zeros((n_places, len(LINES_OF_CARE) + len(CONTACTS)), np.int64),
    )


@inlined
def _pour(source: Any, target: Any) -> None:
    """Add one flat array of counts to another and empty it."""
    for i in range(source.size):
        target[i] += source[i]
        source[i] = 0


@kernel
def take_counts(
    lane: Any, cells: Any, satisfaction: Any, care: Any, moves: Any, ageing: Any, flows: Any, subsidies: Any
) -> None:
    """Add one lane's counts to the totals and to the month's row, and empty them.

    Parameters
    ----------
    lane : counts of one lane, each array flat; emptied.
    cells, satisfaction, care : totals that run on, flat.
    moves, ageing, flows, subsidies : the month's row, flat.
    """
    _pour(lane.cells, cells)
    _pour(lane.satisfaction, satisfaction)
    _pour(lane.care, care)
    _pour(lane.moves, moves)
    _pour(lane.ageing, ageing)
    _pour(lane.flows, flows)
    _pour(lane.subsidies, subsidies)


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
    service_use: NDArray[np.int64]
    services: NDArray[np.int32]
    service_places: NDArray[np.int32]
    incentives: NDArray[np.int64]
    state_hash: NDArray[np.uint64]

    @classmethod
    def empty(
        cls, months: int, n_places: int, n_areas: int, n_subsidies: int, n_services: int = 0, n_incentives: int = 0
    ) -> Rows:
        """Return rows of zeros for so many months.

        Parameters
        ----------
        months : number of months.
        n_places, n_areas, n_subsidies, n_services, n_incentives : Places, areas with those outside, and the rest.
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
            service_use=np.zeros((months, n_places, len(CONTACTS)), np.int64),
            services=np.zeros((months, n_services, n_places, len(SERVICE_ITEMS)), np.int32),
            service_places=np.zeros((months, n_services), np.int32),
            incentives=np.zeros((months, n_incentives, n_places, len(INCENTIVE_ITEMS)), np.int64),
            state_hash=np.zeros(months, np.uint64),
        )
