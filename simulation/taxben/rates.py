"""The rates of one financial year as whole pence a month and basis points; the law itself is in `evidence/rules`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import AGE_MAX_YEARS, EPOCH_YEAR

WEEKS, MONTHS = 52, 12
"""Weeks and months of a year: what a week's or year's pounds are a month."""


class Rates(NamedTuple):
    """Thresholds in pence a month, rates in basis points (10,000 is 1.0); minimum wages in pence an hour."""

    allowance: int
    allowance_taper_from: int
    basic_to: int
    higher_to: int
    basic_rate: int
    higher_rate: int
    additional_rate: int
    ni_from: int
    ni_to: int
    ni_rate: int
    ni_upper_rate: int
    employer_ni_from: int
    employer_ni_rate: int
    young_relief_to: int
    young_relief_age: int
    pension_rate: int
    pension_from: int
    pension_to: int
    pension_trigger: int
    pension_age: int
    standard: NDArray[np.int64]
    health_existing: int
    health_new: int
    health_new_from: int
    work_allowance_housing: int
    work_allowance: int
    taper: int
    sick_pay: int
    sick_pay_share: int
    sick_pay_months: int
    minimum_wage: NDArray[np.int64]


def financial_year(month: int) -> str:
    """Return the financial year ('2025/26') of a run month; it begins in April."""
    year, m = divmod(month, 12)
    first = EPOCH_YEAR + year - (1 if m < 3 else 0)
    return f"{first}/{(first + 1) % 100:02d}"


def _value(rules: Mapping[str, Mapping[str, Any]], group: str, name: str) -> float:
    return float(rules[group][name].value)


def rates_of(rules: Mapping[str, Mapping[str, Any]], new_health_from: int, wage_factor: float) -> Rates:
    """Return the rates of a year's rules.

    Parameters
    ----------
    rules : group -> name -> Parameter, from `evidence.registry.rules`.
    new_health_from : run month from which new claims get the lower health element.
    wage_factor : multiplier of the minimum wage (a scenario's step; 1 is the law).
    """

    def month(group: str, name: str) -> int:
        return round(_value(rules, group, name) * 100 / MONTHS)

    def monthly(group: str, name: str) -> int:
        return round(_value(rules, group, name) * 100)

    def points(group: str, name: str) -> int:
        return round(_value(rules, group, name) * 100)

    tax, ni, employer = "income_tax", "employee_national_insurance", "employer_national_insurance"
    uc, ssp, wage, pension = "universal_credit", "statutory_sick_pay", "minimum_wage", "pension"
    ages = np.arange(AGE_MAX_YEARS + 1)
    pence = np.where(
        ages >= 21,
        _value(rules, wage, "age_21_plus"),
        np.where(ages >= 18, _value(rules, wage, "age_18_20"), _value(rules, wage, "age_16_17")),
    )
    units = ("single_under_25", "single_25_plus", "couple_under_25", "couple_25_plus")
    return Rates(
        allowance=month(tax, "personal_allowance"),
        allowance_taper_from=month(tax, "allowance_taper_threshold"),
        basic_to=month(tax, "basic_rate_upper"),
        higher_to=month(tax, "higher_rate_upper"),
        basic_rate=points(tax, "basic_rate"),
        higher_rate=points(tax, "higher_rate"),
        additional_rate=points(tax, "additional_rate"),
        ni_from=month(ni, "primary_threshold"),
        ni_to=month(ni, "upper_earnings_limit"),
        ni_rate=points(ni, "main_rate"),
        ni_upper_rate=points(ni, "upper_rate"),
        employer_ni_from=month(employer, "secondary_threshold"),
        employer_ni_rate=points(employer, "rate"),
        young_relief_to=month(employer, "under_21_relief_threshold"),
        young_relief_age=int(_value(rules, employer, "relief_age")),
        pension_rate=points(pension, "employer_minimum"),
        pension_from=month(pension, "qualifying_earnings_lower"),
        pension_to=month(pension, "qualifying_earnings_upper"),
        pension_trigger=month(pension, "earnings_trigger"),
        pension_age=int(_value(rules, pension, "enrolment_age")),
        standard=np.array([monthly(uc, f"standard_{unit}") for unit in units], np.int64),
        health_existing=monthly(uc, "lcwra_existing"),
        health_new=monthly(uc, "lcwra_new"),
        health_new_from=new_health_from,
        work_allowance_housing=monthly(uc, "work_allowance_with_housing"),
        work_allowance=monthly(uc, "work_allowance_without_housing"),
        taper=points(uc, "taper"),
        sick_pay=round(_value(rules, ssp, "weekly_rate") * 100 * WEEKS / MONTHS),
        sick_pay_share=points(ssp, "earnings_share"),
        sick_pay_months=int(_value(rules, ssp, "weeks_maximum") * MONTHS // WEEKS),
        minimum_wage=np.rint(pence * 100 * wage_factor).astype(np.int64),
    )
