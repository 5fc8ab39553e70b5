"""From checked households to money: every component in pounds a month, and the table of a year.

A year has 12 equal months, so a year's pounds are the month's pence times 12; hours and weekly rates have 52 weeks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from results.household_columns import PENCE, WEEKS, Facts
from simulation.taxben.households import COMPONENTS, NOBODY, Units, april_of, components
from simulation.taxben.law import NAMES_OF_AWARD, NEVER
from simulation.taxben.rates import MONTHS

if TYPE_CHECKING:
    from pandas import DataFrame

    from simulation.taxben.rates import Rates

AWARD = tuple(f"uc_{name}" for name in NAMES_OF_AWARD)
HEADLINES = (
    "income_tax", "employee_ni", "employer_ni", "universal_credit", "child_benefit", "pip", "net_household_income",
    "net_exchequer",
)  # fmt: skip
PARTS = ("earnings", *AWARD, "child_benefit_charge", "new_style_benefits")
COLUMNS = ("id", *HEADLINES, *PARTS, "rules")
"""Columns of the result; `rules` names the year of the rates."""


def units_of(facts: Facts, year: str) -> Units:
    """Return the facts as the law's integers, in the April in which a financial year begins.

    A child of age a was born in the April a years before: 6 April itself, so a child aged 8 in 2025/26 was not born
    before 6 April 2017.
    """
    april = april_of(year)
    births = np.where(facts.children >= 0, april - facts.children * MONTHS, NEVER)
    yearly = np.rint(np.where(facts.works, facts.hours * facts.pay, 0) * (WEEKS * PENCE)).astype(np.int64)
    return Units(
        age=np.where(facts.age > 0, facts.age, NOBODY),
        gross=yearly // MONTHS,
        limited=facts.limited,
        births=births,
        tenure=facts.tenure,
        rent=np.maximum(facts.rent, 0),
        local_allowance=facts.local_allowance,
        childcare=facts.childcare,
        carers=facts.carers,
        new_claim=facts.new_claim,
        daily=facts.daily,
        mobility=facts.mobility,
        new_style=facts.new_style,
        disabled=facts.disabled,
    )


def pence_of(facts: Facts, year: str, rates: Rates) -> dict[str, NDArray[np.int64]]:
    """Return every component and every sum in pence a month, by name.

    Parameters
    ----------
    facts : checked households.
    year : financial year whose April it is.
    rates : rates of that year.
    """
    table = components(units_of(facts, year), april_of(year), rates)
    part = {name: table[:, k] for k, name in enumerate(COMPONENTS)}
    part["income_tax"] = part["income_tax_on_earnings"] + part["income_tax_on_benefits"] + part["child_benefit_charge"]
    taken = part["uc_taken_for_income"] + part["uc_taken_by_cap"]
    part["universal_credit"] = sum((part[name] for name in AWARD[:-2]), -taken)
    benefits = part["universal_credit"] + part["child_benefit"] + part["pip"] + part["new_style_benefits"]
    taxes = part["income_tax"] + part["employee_ni"]
    part["net_household_income"] = part["earnings"] - taxes + benefits
    part["net_exchequer"] = taxes + part["employer_ni"] - benefits
    return part


def frame_of(facts: Facts, pence: dict[str, NDArray[np.int64]], months: int, label: str) -> DataFrame:
    """Return the result as a frame of pounds: COLUMNS, one row a household in the order given.

    Parameters
    ----------
    facts : checked households.
    pence : pence a month by name.
    months : 1 for pounds a month, 12 for pounds a year.
    label : the rates' year, for the column `rules`.
    """
    import pandas as pd

    money = {name: pence[name] * months / PENCE for name in (*HEADLINES, *PARTS)}
    return pd.DataFrame({"id": facts.ids, **money, "rules": label}, columns=list(COLUMNS))
