"""The purses of funds, in whole pence: what came, what is promised to clients, what was paid, lost or is left.

At every moment, for every fund: granted = administration + paid + promised + left + lapsed. What a client was promised
and does not use goes back to the purse, or lapses with the year that it was promised from.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scenarios.fund_specs import FundSpec

Pence = NDArray[np.int64]
FUND_ITEMS = ("granted", "administration", "promised", "paid", "returned", "lapsed", "left", "outstanding")
"""Of a month and fund, pence: flows of the month, then what is left in the purse and promised at its end."""
MONTHS_A_YEAR = 12
_ITEM = {name: i for i, name in enumerate(FUND_ITEMS)}
NONE = -1


class Purses:
    """What each fund holds.

    `left`: not promised; `outstanding`: promised and not paid yet; `pace`: what may still be promised this month;
    `spent`: promised this financial year by fund and programme.
    """

    def __init__(self, funds: Sequence[FundSpec], n_programmes: int, sample: int) -> None:
        n = len(funds)
        self.funds, self.sample = funds, sample
        self.left, self.outstanding, self.pace, self.year = (np.zeros(n, np.int64) for _ in range(4))
        self.spent: Pence = np.zeros((n, n_programmes), np.int64)
        self.months_left = np.zeros(n, np.int64)
        self.flows: Pence = np.zeros((n, len(FUND_ITEMS)), np.int64)

    def part(self, pence: int) -> int:
        """Return a sample's part of an amount, pence rounded down."""
        return pence // self.sample

    def is_open(self, month: int) -> NDArray[np.bool_]:
        """Return which funds may promise money in a month, shape (funds,)."""
        return np.array([any(first <= month < end for first, end in fund.opens) for fund in self.funds], np.bool_)

    def ahead(self, month: int) -> int:
        """Return the months from this one up to the next financial year, this one included."""
        later = [begins for fund in self.funds for begins, _ in fund.amounts if begins > month]
        return min(later, default=month + MONTHS_A_YEAR) - month

    def begin(self, month: int) -> None:
        """Let a month begin: a new financial year brings its amount, and the month's even part of it may be promised.

        Parameters
        ----------
        month : month number.
        """
        self.flows[:] = 0
        now = self.is_open(month)
        for f, fund in enumerate(self.funds):
            for begins, pence in fund.amounts:
                if begins == month:
                    ends = min((later for later, _ in fund.amounts if later > month), default=month + MONTHS_A_YEAR)
                    self._new_year(f, fund, range(month, ends), self.part(pence))
        remaining = np.maximum(self.months_left, 1)
        self.pace[now] += np.maximum(self.left[now] - np.maximum(self.pace[now], 0), 0) // remaining[now]
        self.months_left -= now

    def _new_year(self, f: int, fund: FundSpec, year: range, amount: int) -> None:
        if fund.lapses:
            self._lapse(f, int(self.left[f]))
            self.left[f] = 0
        bids = sum(self.part(fund.bid_pence) for first, _ in fund.opens if first in year)
        cost = min(amount, int(amount * fund.administration) + bids)
        self.left[f] += amount - cost
        self.flows[f, _ITEM["granted"]] += amount
        self.flows[f, _ITEM["administration"]] += cost
        self.pace[f], self.year[f] = 0, year.start
        self.spent[f] = 0
        self.months_left[f] = sum(any(first <= m < end for first, end in fund.opens) for m in year)

    def _lapse(self, f: int, pence: int) -> None:
        self.flows[f, _ITEM["lapsed"]] += pence

    def promise(self, f: Pence, programme: Pence, pence: Pence) -> None:
        """Promise money to clients who start, shape (clients,) each.

        Parameters
        ----------
        f, programme : funds and programmes.
        pence : the whole cost that may come of each start.

        Raises
        ------
        ValueError
            If a purse does not hold so much.
        """
        for total, sign in ((self.left, -1), (self.pace, -1), (self.outstanding, 1)):
            np.add.at(total, f, sign * pence)
        np.add.at(self.spent, (f, programme), pence)
        np.add.at(self.flows[:, _ITEM["promised"]], f, pence)
        if (self.left < 0).any():
            short = int(np.argmin(self.left))
            raise ValueError(f"fund {self.funds[short].name} promises {-self.left[short]} pence more than it has")

    def pay(self, f: Pence, pence: Pence) -> None:
        """Pay out of what was promised, entry by entry; shape (payments,) each."""
        np.subtract.at(self.outstanding, f, pence)
        np.add.at(self.flows[:, _ITEM["paid"]], f, pence)

    def give_back(self, f: Pence, pence: Pence, since: NDArray[np.int64]) -> None:
        """Take back what clients who ended were promised and did not use.

        Parameters
        ----------
        f, pence : funds and money, shape (clients,) each.
        since : month in which the money was promised.
        """
        np.subtract.at(self.outstanding, f, pence)
        np.add.at(self.flows[:, _ITEM["returned"]], f, pence)
        late = np.array([self.funds[i].lapses for i in f.tolist()], np.bool_) & (since < self.year[f])
        np.add.at(self.flows[:, _ITEM["lapsed"]], f[late], pence[late])
        np.add.at(self.left, f[~late], pence[~late])
        np.add.at(self.pace, f[~late], pence[~late])

    def row(self) -> Pence:
        """Return the month's items so far, shape (funds, len(FUND_ITEMS))."""
        out = self.flows.copy()
        out[:, _ITEM["left"]], out[:, _ITEM["outstanding"]] = self.left, self.outstanding
        return out
