"""Tax and benefits of benefit units in a month, one row a unit: the law of `law.py` over columns of facts.

Nothing waits and nothing is taken back: no waiting days, assessment periods, grace periods, sanctions or deductions.
Couples are not married. Columns are filled from a table of households by `results.household_columns`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import month_index
from simulation.compiling import inlined, kernel
from simulation.taxben.law import (
    HEALTH_EXISTING,
    HEALTH_NEW,
    LIMITED,
    NAMES_OF_AWARD,
    NO_HEALTH,
    SUPPORT,
    Claim,
    award,
    child_benefit,
    child_benefit_charge,
    child_elements,
    childcare_element,
    children_at,
    disabled_child_additions,
    employee_ni,
    employer_ni,
    housing_element,
    income_tax,
    new_style,
    pip_pence,
)
from simulation.taxben.rates import Rates

NOBODY = -1
"""Age of the second adult of a single person; also a new-style benefit that is not paid."""
NO_LIMITATION, WORK, WORK_AND_ACTIVITY = 0, 1, 2
"""Limited capability: none, for work, and also for work-related activity."""
MOST_CHILDREN = 20
APRIL = 4

COMPONENTS = (
    "earnings", "income_tax_on_earnings", "income_tax_on_benefits", "child_benefit_charge", "employee_ni",
    "employer_ni", *(f"uc_{name}" for name in NAMES_OF_AWARD), "child_benefit", "pip", "new_style_benefits",
)  # fmt: skip
"""What `components` returns, in order."""
(
    _EARNINGS, _TAX, _TAX_ON_BENEFITS, _CHARGE, _NI, _EMPLOYER_NI, _UC, _CHILD_BENEFIT, _PIP, _NEW_STYLE,
) = (
    COMPONENTS.index(name) for name in (
        "earnings", "income_tax_on_earnings", "income_tax_on_benefits", "child_benefit_charge", "employee_ni",
        "employer_ni", "uc_standard", "child_benefit", "pip", "new_style_benefits",
    )
)  # fmt: skip
_N_AWARD = len(NAMES_OF_AWARD)


class Units(NamedTuple):
    """Facts of benefit units, arrays of int64 with one row a unit; shape (n, 2) holds the two adults.

    `age` in years, NOBODY for a second adult who is not there; `gross` pence a month; `limited` one of NO_LIMITATION,
    WORK, WORK_AND_ACTIVITY; `births` (n, children) run months of birth, eldest first, `law.NEVER` for none; `tenure`
    as in `law`; `rent`, `local_allowance`, `childcare` pence a month; `carers` people with the carer element;
    `new_claim` 1 where the health claim is of April 2026 or later; `daily`, `mobility` grades of Personal Independence
    Payment; `new_style` a component of a new-style benefit, NOBODY where none is paid; `disabled` (n, 2) children with
    the lower and with the higher addition.
    """

    age: NDArray[np.int64]
    gross: NDArray[np.int64]
    limited: NDArray[np.int64]
    births: NDArray[np.int64]
    tenure: NDArray[np.int64]
    rent: NDArray[np.int64]
    local_allowance: NDArray[np.int64]
    childcare: NDArray[np.int64]
    carers: NDArray[np.int64]
    new_claim: NDArray[np.int64]
    daily: NDArray[np.int64]
    mobility: NDArray[np.int64]
    new_style: NDArray[np.int64]
    disabled: NDArray[np.int64]


def april_of(year: str) -> int:
    """Return the run month of the April in which a financial year (`2025/26`) begins."""
    return month_index(int(year[:4]), APRIL)


def components(units: Units, month: int, r: Rates) -> NDArray[np.int64]:
    """Return every component of every unit in a month: int64 pence, shape (n, len(COMPONENTS))."""
    out = np.zeros((len(units.tenure), len(COMPONENTS)), np.int64)
    _assess(units, month, r, out)
    return out


@inlined
def _n_claimants(u: Any, i: int, n_children: int, r: Any) -> Any:
    """Return how many adults can claim Universal Credit: adults, and from 16 parents, carers and the unwell."""
    n = 0
    for a in range(2):
        if u.age[i, a] != NOBODY and (
            u.age[i, a] >= r.minimum_age or n_children > 0 or u.limited[i, a] > 0 or u.carers[i] > 0
        ):
            n += 1
    return n


@inlined
def _health_of(u: Any, i: int) -> Any:
    """Return the kind of the unit's health element: one element, whoever of the two it is for."""
    worst = max(u.limited[i, 0], u.limited[i, 1])
    if worst == WORK_AND_ACTIVITY:
        return HEALTH_NEW if u.new_claim[i] else HEALTH_EXISTING
    return LIMITED if worst == WORK else NO_HEALTH


@inlined
def _can_pay_childcare(u: Any, i: int) -> Any:
    """Return whether the adults' work entitles to the childcare element.

    Everybody works; or one of two does, and the other cannot look after a child because of a limited capability for
    work or of caring for somebody else.
    """
    idle = 0
    working = 0
    for a in range(2):
        if u.age[i, a] != NOBODY:
            if u.gross[i, a] > 0:
                working += 1
            elif u.limited[i, a] > 0 or u.carers[i] > 0:
                continue
            else:
                idle += 1
    return working > 0 and idle == 0


@kernel
def _assess(u: Any, month: int, r: Any, out: Any) -> None:
    """Fill the components of each unit.

    Parameters
    ----------
    u : columns of units.
    month : month number.
    r : rates of the year.
    out : pence by unit and component, written.
    """
    for i in range(u.tenure.shape[0]):
        births = u.births[i]
        n_children = children_at(births, month, r.child_age)
        highest = np.int64(0)
        net = np.int64(0)
        contributory = np.int64(0)
        oldest = np.int64(0)
        exempt = u.disabled[i, 0] + u.disabled[i, 1] > 0
        for a in range(2):
            if u.age[i, a] == NOBODY:
                continue
            gross = u.gross[i, a]
            benefit = np.int64(0)
            if u.new_style[i, a] != NOBODY:
                benefit = new_style(u.age[i, a] >= 25, u.new_style[i, a], r)
                exempt = exempt or u.new_style[i, a] == SUPPORT
            tax = income_tax(gross, r)
            contribution = employee_ni(gross, r)
            pip = pip_pence(u.daily[i, a], u.mobility[i, a], r)
            exempt = exempt or pip > 0
            out[i, _EARNINGS] += gross
            out[i, _TAX] += tax
            out[i, _TAX_ON_BENEFITS] += income_tax(gross + benefit, r) - tax
            out[i, _NI] += contribution
            out[i, _EMPLOYER_NI] += employer_ni(gross, u.age[i, a] < r.young_relief_age, r)
            out[i, _PIP] += pip
            out[i, _NEW_STYLE] += benefit
            net += gross - tax - contribution
            contributory += benefit
            oldest = max(oldest, u.age[i, a])
            highest = max(highest, gross + benefit)
        family = child_benefit(n_children, r)
        out[i, _CHILD_BENEFIT] = family
        out[i, _CHARGE] = child_benefit_charge(family, highest, r)
        n_claimants = _n_claimants(u, i, n_children, r)
        if n_claimants > 0:
            rent = housing_element(u.tenure[i], u.rent[i], u.local_allowance[i])
            child = child_elements(births, month, r) + disabled_child_additions(u.disabled[i, 0], u.disabled[i, 1], r)
            childcare = np.int64(0)
            if _can_pay_childcare(u, i):
                childcare = childcare_element(u.childcare[i], n_children, r)
            health = np.int64(_health_of(u, i))
            # nobody has both the health element for work-related activity and the carer element
            n_carers = min(u.carers[i], np.int64(n_claimants - (1 if health >= HEALTH_EXISTING else 0)))
            claim = Claim(
                couple=np.int64(n_claimants - 1),
                over_25=np.int64(oldest >= 25),
                has_child=np.int64(n_children > 0),
                health=health,
                carers=n_carers,
                rent=rent,
                child=child,
                childcare=childcare,
                housing=np.int64(rent > 0),
                earned=net,
                other_income=contributory,
                child_benefit=family,
                cap_exempt=np.int64(exempt),
            )
            parts = award(claim, r)
            for k in range(_N_AWARD):
                out[i, _UC + k] = parts[k]
