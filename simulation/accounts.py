"""Step 9 of the month: the region's accounts, carried as running totals of standing payments and the month's own.

What a payment is lies in `taxben` and `subsidies`, who claims in `claiming_tables`; what it is worth lies in the
appraisal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulation.care_tables import Care
from simulation.columns import UNIT_FLOWS
from simulation.ledger import LINE_INDEX, LINES
from simulation.output import SUBSIDY_ITEMS
from simulation.slots import join_changed
from simulation.streams import FIXED, Purpose, key
from simulation.subsidies import pay_placements
from simulation.taxben.flows import settle
from simulation.taxben.units import Claiming, UnitKeys
from simulation.visit import CELL_SHAPE

if TYPE_CHECKING:
    from simulation.model import RegionModel
    from simulation.programmes import Subsidy

_FINISHED = SUBSIDY_ITEMS.index("finished")
_STARTED = SUBSIDY_ITEMS.index("started")
_ACTIVE = SUBSIDY_ITEMS.index("active")


class Accounts:
    """Payments of a month by Place and line, pence, and the residents who must look for work on benefit.

    `standing` goes on every month until something changes; `posted` is paid once; `paid` and `owed` are what
    each subsidy pays this month and still has to pay; `claimants` counts by Place and age band; `care` holds what
    residents cost the NHS, councils and justice.
    """

    def __init__(self, n_places: int, n_subsidies: int, claiming: Claiming) -> None:
        self.standing = np.zeros((n_places, len(LINES)), np.int64)
        self.posted = np.zeros_like(self.standing)
        self.claimants = np.zeros((n_places, CELL_SHAPE[0]), np.int32)
        self.paid, self.owed = np.zeros(n_subsidies, np.int64), np.zeros(n_subsidies, np.int64)
        self.flows = np.zeros(UNIT_FLOWS, np.int64)
        self.care = Care(n_places)
        self.claiming = claiming

    def go_on_from(self, other: Accounts) -> None:
        """Take over the running totals of another model's accounts."""
        self.standing[:] = other.standing
        self.claimants[:] = other.claimants
        self.care.totals[:] = other.care.totals

    def settle_everybody(self, model: RegionModel) -> None:
        """Recompute everybody's payments, after a change of rates or at the start."""
        n, c = model.start.n, model.columns
        self.standing[:] = 0
        c.gross[:] = 0
        c.gross_kind[:] = 0
        c.award[:] = 0
        c.unit_flows[:] = 0
        c.pip[:] = 0
        c.contributory[:] = 0
        c.counted[:] = 0
        self.claimants[:] = 0
        self._settle(model, np.arange(n, dtype=np.uint32), np.zeros(n, np.uint8), n)

    def settle_some(self, model: RegionModel, rows: NDArray[np.uint32]) -> None:
        """Bring the payments of some residents up to date, shape (n,) rows, after something that no pass sees."""
        self._settle(model, rows, np.zeros(rows.size, np.uint8), rows.size)

    def begin(self) -> None:
        """Begin a month: nothing has been paid once yet."""
        self.posted[:] = 0
        self.paid[:] = 0
        self.owed[:] = 0

    def pay(self, model: RegionModel) -> None:
        """Bring standing payments up to date and post the month of every placement."""
        lists, counts = model.lists, model.counters[0].subsidies
        n = join_changed(lists, model.block, -(-model.start.n // model.block), model.n_hired)
        self._settle(model, lists.due, lists.due_reason, n)
        if model.subsidies:
            pay_placements(
                model.columns, lists.due, n, model.terms, model.rates, model.month, self.posted, counts, self.paid,
                self.owed,
            )  # fmt: skip

    def close(self, model: RegionModel, subsidy: Subsidy, counts: NDArray[np.int64]) -> None:
        """Post completion payments and bring the subsidy's own books up to date.

        Parameters
        ----------
        model : the model whose month ends.
        subsidy : the subsidy, written.
        counts : the month's counts by Place and item.
        """
        k, terms = subsidy.index, model.terms
        completed = counts[:, _FINISHED] * terms.end[k]
        self.posted[:, LINE_INDEX["local_subsidy_grant" if terms.local[k] else "subsidy_grant"]] += completed
        subsidy.started += int(counts[:, _STARTED].sum())
        subsidy.active = int(counts[:, _ACTIVE].sum())
        subsidy.owed_pence = int(self.owed[k])
        subsidy.spent_pence += int(self.paid[k] + completed.sum())

    def keys(self, model: RegionModel) -> UnitKeys:
        """Return the keys of what stays with residents and units for good."""
        p = Purpose
        purposes = (p.CLAIM, p.DISABILITY, p.CONTRIBUTION, p.FAMILY, p.CARER)
        return UnitKeys(*(key(model.root, FIXED, purpose) for purpose in purposes))

    def _settle(self, model: RegionModel, rows: NDArray[np.uint32], reason: NDArray[np.uint8], n: int) -> None:
        settle(
            model.columns, rows, reason, n, model.month, model.rates, model.pay, self.claiming, self.keys(model),
            self.flows, self.standing, self.posted, model.start.tables.band, self.claimants,
        )  # fmt: skip
