"""What residents cost the NHS, councils and justice this month: residents by class of service use times a table.

The table is worked out once before a run, in whole pence and millionths of a contact, so that sums are exact and no
order of residents or threads can change them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulation.care_classes import N_CARE, care_classes, take_care, users_of_classes
from simulation.columns import Columns
from simulation.covariates import ten_digits
from simulation.ledger import LINE_INDEX
from simulation.output import MICRO
from simulation.processes.public_services import LINES, PublicServicesParameters, contacts, monthly_pounds

_MONTHS = 12.0
_LEDGER = np.array([LINE_INDEX[name] for name in LINES])


def care_table(p: PublicServicesParameters) -> NDArray[np.int64]:
    """Return what a resident of each class costs and uses a month, shape (N_CARE, len(LINES) + len(CONTACTS)).

    Whole pence of 2026/27 by line, then millionths of contacts by kind; each is rounded once.
    """
    users = users_of_classes()
    pence = np.rint(ten_digits(100.0 * monthly_pounds(users, p)))
    used = np.rint(ten_digits(MICRO / _MONTHS * contacts(users, p)))
    return np.ascontiguousarray(np.concatenate([pence, used]).T.astype(np.int64))


class Care:
    """Residents by Place and class of service use, and what they cost and use a month, as running totals."""

    def __init__(self, table: NDArray[np.int64], n_places: int) -> None:
        self.table = table
        self.counts = np.zeros(n_places * N_CARE, np.int32)
        self.totals = np.zeros((n_places, table.shape[1]), np.int64)

    def begin(self, c: Columns, month: int) -> None:
        """Class everybody anew.

        Parameters
        ----------
        c : residents' columns, the class written.
        month : month number.
        """
        classes = care_classes(c, month)
        c.care[:] = classes
        self.counts[:] = np.bincount(c.place.astype(np.int64) * N_CARE + classes, minlength=self.counts.size)
        self._sum()

    def go_on_from(self, other: Care) -> None:
        """Take over another model's counts; they cost what this model's table says."""
        self.counts[:] = other.counts
        self._sum()

    def _sum(self) -> None:
        self.totals[:] = self.counts.reshape(-1, N_CARE).astype(np.int64) @ self.table

    def take(self, changes: NDArray[np.int32]) -> None:
        """Add one lane's changes of class, shape (places x N_CARE,), and empty them."""
        take_care(changes, self.table, self.counts, self.totals)

    def post(self, ledger: NDArray[np.int64], used: NDArray[np.int64]) -> None:
        """Add the month to the ledger, and write the month's contacts.

        Parameters
        ----------
        ledger : pence by Place and line of `simulation.ledger.LINES`, written.
        used : millionths of contacts by Place and kind of contact, written.
        """
        ledger[:, _LEDGER] += self.totals[:, : len(LINES)]
        used[:] = self.totals[:, len(LINES) :]
