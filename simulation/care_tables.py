"""What residents cost the NHS, councils and justice this month: the sum over residents of what their class costs.

The table by class is worked out once before a run, in whole pence and millionths of a contact, so that sums are exact
and no order of residents or threads can change them; the sums are carried on, and change with a resident's class.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulation.care_classes import N_CARE, care_classes, post_care, users_of_classes
from simulation.columns import Columns
from simulation.covariates import ten_digits
from simulation.ledger import LINE_INDEX
from simulation.output import MICRO
from simulation.processes.public_services import (
    CONTACTS,
    LINES,
    PublicServicesParameters,
    contacts,
    monthly_pounds,
)

_MONTHS = 12.0
_LEDGER = np.array([LINE_INDEX[name] for name in LINES])


def care_table(p: PublicServicesParameters) -> NDArray[np.int64]:
    """Return what a resident of each class costs and uses a month, shape (N_CARE, len(LINES) + len(CONTACTS)).

    Whole pence of 2026/27 by line, then millionths of contacts by kind; each is rounded once.
    """
    users = users_of_classes()
    pence = np.rint(ten_digits(100.0 * monthly_pounds(users, p)))
    used = np.rint(ten_digits(MICRO / _MONTHS * contacts(users, p)))
    table = np.ascontiguousarray(np.concatenate([pence, used]).T)
    return table.astype(np.int64)


class Care:
    """What residents cost and use a month by Place, as running totals: pence by line, then contacts by kind."""

    def __init__(self, n_places: int) -> None:
        self.totals = np.zeros((n_places, len(LINES) + len(CONTACTS)), np.int64)

    def begin(self, c: Columns, table: NDArray[np.int64], month: int) -> None:
        """Class everybody anew.

        Parameters
        ----------
        c : residents' columns, the class written.
        table : what a resident of each class costs and uses, as from `care_table`.
        month : month number.
        """
        c.care[:] = care_classes(c, month)
        flat = c.place.astype(np.int64) * N_CARE + c.care
        counts = np.bincount(flat, minlength=len(self.totals) * N_CARE).reshape(-1, N_CARE)
        self.totals[:] = counts @ table

    def post(self, ledger: NDArray[np.int64], used: NDArray[np.int64]) -> None:
        """Add the month to the ledger, and write the month's contacts.

        Parameters
        ----------
        ledger : pence by Place and line of `simulation.ledger.LINES`, written.
        used : millionths of contacts by Place and kind of contact, written.
        """
        post_care(self.totals, _LEDGER, ledger, used)
