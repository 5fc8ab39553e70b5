"""Money and caps of employer subsidies: what a placement costs, what is committed, how many may still start."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulation.compiling import kernel
from simulation.ledger import LINE_INDEX
from simulation.taxben.law import employer_ni
from simulation.taxben.units import gross_of

_LOCAL = LINE_INDEX["local_subsidy_wage"] - LINE_INDEX["subsidy_wage"]
_WAGE, _GRANT = LINE_INDEX["subsidy_wage"], LINE_INDEX["subsidy_grant"]
_SUPPORT, _ADMINISTRATION = LINE_INDEX["subsidy_support"], LINE_INDEX["subsidy_administration"]
ACTIVE, MONTHS_PAID = 3, 7


class Terms(NamedTuple):
    """Terms of the subsidies, one entry each: money in whole pence, shares in basis points."""

    months: NDArray[np.int64]
    hours: NDArray[np.int64]
    wage_share: NDArray[np.int64]
    employment_cost: NDArray[np.uint8]
    monthly: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    support: NDArray[np.int64]
    administration: NDArray[np.int64]
    local: NDArray[np.uint8]


@kernel
def monthly_cost(terms: Any, k: int, age_years: int, r: Any) -> int:
    """Return what a month of a placement costs the payer, pence, for a worker of an age.

    Parameters
    ----------
    terms, k : terms of all subsidies and the number of one.
    age_years : the worker's age.
    r : rates of the year.
    """
    gross = gross_of(r.minimum_wage[age_years], terms.hours[k])
    cost = gross * terms.wage_share[k] // 10000
    if terms.employment_cost[k] == 1:
        cost += employer_ni(gross, age_years < r.young_relief_age, r)
        if age_years >= r.pension_age and gross >= r.pension_trigger:
            cost += max(np.int64(0), min(gross, r.pension_to) - r.pension_from) * r.pension_rate // 10000
    return int(cost + terms.monthly[k])


@kernel
def pay_placements(
    c: Any,
    rows: Any,
    n: int,
    terms: Any,
    r: Any,
    month: int,
    posted: Any,
    counts: Any,
    paid: Any,
    owed: Any,
) -> None:
    """Post a month of every placement among rows[:n], and the lump sums of those that start.

    Parameters
    ----------
    c, rows, n : residents' columns and the rows to look at.
    terms, r, month : terms, rates, month number.
    posted : one-off payments of the month by Place and line, pence, written.
    counts : counts by subsidy, Place and item, written.
    paid, owed : pence paid this month and still to come for running placements, by subsidy, written.
    """
    for a in range(n):
        i = rows[a]
        if c.programme[i] == 0:
            continue
        k = np.int64(c.programme[i]) - 1
        p = c.place[i]
        shift = _LOCAL if terms.local[k] == 1 else 0
        cost = monthly_cost(terms, k, (month - c.birth[i]) // 12, r)
        posted[p, _WAGE + shift] += cost
        paid[k] += cost
        counts[k, p, ACTIVE] += 1
        counts[k, p, MONTHS_PAID] += 1
        left = terms.months[k] - 1 - (month - c.programme_since[i])
        owed[k] += max(np.int64(0), left) * cost + terms.end[k]
        if c.programme_since[i] == month:
            posted[p, _GRANT + shift] += terms.start[k]
            posted[p, _SUPPORT + shift] += terms.support[k]
            posted[p, _ADMINISTRATION + shift] += terms.administration[k]
            paid[k] += terms.start[k] + terms.support[k] + terms.administration[k]


def highest_cost(terms: Terms, k: int, r: Any) -> int:
    """Return the most a whole placement of subsidy k can cost, pence: what a start commits.

    Parameters
    ----------
    terms, k : terms of all subsidies and the number of one.
    r : rates of the year.
    """
    month = max(monthly_cost(terms, k, age, r) for age in range(16, 65))
    lump = terms.start[k] + terms.end[k] + terms.support[k] + terms.administration[k]
    return int(terms.months[k] * month + lump)
