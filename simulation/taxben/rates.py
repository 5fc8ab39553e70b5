"""The rates of one financial year as whole pence a month and basis points; the law itself is in `evidence/rules`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import AGE_MAX_YEARS, EPOCH_YEAR, month_index

WEEKS, MONTHS = 52, 12
"""Weeks and months of a year: what a week's or year's pounds are a month."""
NEW_HEALTH_ELEMENT_FROM = month_index(2026, 4)
"""Month from which new claims get the lower health element."""
NO_LIMIT = 127
"""Number of children that stands for "no limit"."""


class Rates(NamedTuple):
    """Thresholds in pence a month, rates in basis points (10,000 is 1.0); minimum wages in pence an hour.

    Ages and their limits are in years, `child_protected_before` and `health_new_from` are run months; NO_LIMIT children
    is no limit. `charge_steps` is how many equal steps the charge on Child Benefit has between its two incomes.
    """

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
    lcw: int
    carer: int
    child_first: int
    child: int
    child_limit: int
    child_protected_before: int
    child_disabled_lower: int
    child_disabled_higher: int
    childcare_share: int
    childcare_one: int
    childcare_more: int
    minimum_age: int
    work_allowance_housing: int
    work_allowance: int
    taper: int
    cap_families: int
    cap_single: int
    cap_earnings: int
    new_style_young: int
    new_style: int
    new_style_support: int
    new_style_work_related: int
    pip_daily_standard: int
    pip_daily_enhanced: int
    pip_mobility_standard: int
    pip_mobility_enhanced: int
    child_benefit_eldest: int
    child_benefit_other: int
    child_age: int
    charge_from: int
    charge_full_at: int
    charge_steps: int
    sick_pay: int
    sick_pay_share: int
    sick_pay_months: int
    sick_pay_from: int
    sick_pay_waiting_days: int
    minimum_wage: NDArray[np.int64]


def financial_year(month: int) -> str:
    """Return the financial year ('2025/26') of a run month; it begins in April."""
    year, m = divmod(month, 12)
    first = EPOCH_YEAR + year - (1 if m < 3 else 0)
    return f"{first}/{(first + 1) % 100:02d}"


Rules = Mapping[str, Mapping[str, Any]]
"""Group -> name -> Parameter, from `evidence.registry.rules`."""


def _value(rules: Rules, group: str, name: str) -> float:
    return float(rules[group][name].value)


def _yearly(rules: Rules, group: str, name: str) -> int:
    """Return pence a month of pounds a year."""
    return round(_value(rules, group, name) * 100 / MONTHS)


def _monthly(rules: Rules, group: str, name: str) -> int:
    """Return pence a month of pounds a month."""
    return round(_value(rules, group, name) * 100)


def _weekly(rules: Rules, group: str, name: str) -> int:
    """Return pence a month of pounds a week."""
    return round(_value(rules, group, name) * 100 * WEEKS / MONTHS)


def _points(rules: Rules, group: str, name: str) -> int:
    """Return basis points of a percentage."""
    return round(_value(rules, group, name) * 100)


def _limit(value: object) -> int:
    """Return a number of children, NO_LIMIT where the law says none."""
    return NO_LIMIT if value == "none" else int(str(value))


def _month_of(date: object) -> int:
    """Return the run month of an ISO date."""
    year, month, _ = str(date).split("-")
    return (int(year) - EPOCH_YEAR) * MONTHS + int(month) - 1


def _earnings(rules: Rules) -> dict[str, Any]:
    """Return income tax, National Insurance and pension contributions by field."""
    tax, ni, employer, pension = "income_tax", "employee_national_insurance", "employer_national_insurance", "pension"
    return {
        "allowance": _yearly(rules, tax, "personal_allowance"),
        "allowance_taper_from": _yearly(rules, tax, "allowance_taper_threshold"),
        "basic_to": _yearly(rules, tax, "basic_rate_upper"),
        "higher_to": _yearly(rules, tax, "higher_rate_upper"),
        "basic_rate": _points(rules, tax, "basic_rate"),
        "higher_rate": _points(rules, tax, "higher_rate"),
        "additional_rate": _points(rules, tax, "additional_rate"),
        "ni_from": _yearly(rules, ni, "primary_threshold"),
        "ni_to": _yearly(rules, ni, "upper_earnings_limit"),
        "ni_rate": _points(rules, ni, "main_rate"),
        "ni_upper_rate": _points(rules, ni, "upper_rate"),
        "employer_ni_from": _yearly(rules, employer, "secondary_threshold"),
        "employer_ni_rate": _points(rules, employer, "rate"),
        "young_relief_to": _yearly(rules, employer, "under_21_relief_threshold"),
        "young_relief_age": int(_value(rules, employer, "relief_age")),
        "pension_rate": _points(rules, pension, "employer_minimum"),
        "pension_from": _yearly(rules, pension, "qualifying_earnings_lower"),
        "pension_to": _yearly(rules, pension, "qualifying_earnings_upper"),
        "pension_trigger": _yearly(rules, pension, "earnings_trigger"),
        "pension_age": int(_value(rules, pension, "enrolment_age")),
    }


def _universal_credit(rules: Rules) -> dict[str, Any]:
    """Return Universal Credit and the benefit cap by field."""
    uc, cap = "universal_credit", "benefit_cap"
    units = ("single_under_25", "single_25_plus", "couple_under_25", "couple_25_plus")
    return {
        "standard": np.array([_monthly(rules, uc, f"standard_{unit}") for unit in units], np.int64),
        "health_existing": _monthly(rules, uc, "lcwra_existing"),
        "health_new": _monthly(rules, uc, "lcwra_new"),
        "lcw": _monthly(rules, uc, "lcw"),
        "carer": _monthly(rules, uc, "carer"),
        "child_first": _monthly(rules, uc, "child_first_protected"),
        "child": _monthly(rules, uc, "child"),
        "child_limit": _limit(rules[uc]["child_limit"].value),
        "child_protected_before": _month_of(rules[uc]["child_protected_before"].value),
        "child_disabled_lower": _monthly(rules, uc, "child_disabled_lower"),
        "child_disabled_higher": _monthly(rules, uc, "child_disabled_higher"),
        "childcare_share": _points(rules, uc, "childcare_share"),
        "childcare_one": _monthly(rules, uc, "childcare_one_child"),
        "childcare_more": _monthly(rules, uc, "childcare_more_children"),
        "minimum_age": int(_value(rules, uc, "minimum_age")),
        "work_allowance_housing": _monthly(rules, uc, "work_allowance_with_housing"),
        "work_allowance": _monthly(rules, uc, "work_allowance_without_housing"),
        "taper": _points(rules, uc, "taper"),
        "cap_families": _yearly(rules, cap, "families"),
        "cap_single": _yearly(rules, cap, "single"),
        "cap_earnings": _monthly(rules, cap, "earnings_threshold"),
    }


def _other_benefits(rules: Rules) -> dict[str, Any]:
    """Return new-style benefits, Personal Independence Payment, Child Benefit and Statutory Sick Pay by field."""
    contributory, pip, child, ssp = (
        "new_style_benefits", "personal_independence_payment", "child_benefit", "statutory_sick_pay",
    )  # fmt: skip
    return {
        "new_style_young": _weekly(rules, contributory, "personal_under_25"),
        "new_style": _weekly(rules, contributory, "personal_25_plus"),
        "new_style_support": _weekly(rules, contributory, "support_component"),
        "new_style_work_related": _weekly(rules, contributory, "work_related_component"),
        "pip_daily_standard": _weekly(rules, pip, "daily_living_standard"),
        "pip_daily_enhanced": _weekly(rules, pip, "daily_living_enhanced"),
        "pip_mobility_standard": _weekly(rules, pip, "mobility_standard"),
        "pip_mobility_enhanced": _weekly(rules, pip, "mobility_enhanced"),
        "child_benefit_eldest": _weekly(rules, child, "eldest"),
        "child_benefit_other": _weekly(rules, child, "other"),
        "child_age": int(_value(rules, child, "age_limit")),
        "charge_from": _yearly(rules, child, "charge_from"),
        "charge_full_at": _yearly(rules, child, "charge_full_at"),
        "charge_steps": round(100 / _value(rules, child, "charge_step")),
        "sick_pay": _weekly(rules, ssp, "weekly_rate"),
        "sick_pay_share": _points(rules, ssp, "earnings_share"),
        "sick_pay_months": int(_value(rules, ssp, "weeks_maximum") * MONTHS // WEEKS),
        "sick_pay_from": _weekly(rules, ssp, "lower_earnings_limit"),
        "sick_pay_waiting_days": int(_value(rules, ssp, "waiting_days")),
    }


def rates_of(rules: Rules, new_health_from: int, wage_factor: float, work_allowance: int = 0) -> Rates:
    """Return the rates of a year's rules.

    Parameters
    ----------
    rules : group -> name -> Parameter, from `evidence.registry.rules`.
    new_health_from : run month from which new claims get the lower health element.
    wage_factor : multiplier of the minimum wage (a scenario's step; 1 is the law).
    work_allowance : pence a month added to the work allowances (a scenario's change; 0 is the law).
    """
    wage, ages = "minimum_wage", np.arange(AGE_MAX_YEARS + 1)
    pounds = np.where(
        ages >= 21,
        _value(rules, wage, "age_21_plus"),
        np.where(ages >= 18, _value(rules, wage, "age_18_20"), _value(rules, wage, "age_16_17")),
    )
    law = Rates(
        **_earnings(rules),
        **_universal_credit(rules),
        **_other_benefits(rules),
        health_new_from=new_health_from,
        minimum_wage=np.rint(pounds * 100 * wage_factor).astype(np.int64),
    )
    return law._replace(
        work_allowance=law.work_allowance + work_allowance,
        work_allowance_housing=law.work_allowance_housing + work_allowance,
    )


def as_record(rates: Rates) -> np.record:
    """Return rates as one record of memory, its fields named as they are.

    Kernels are given its address: a named tuple would be taken apart and its sixty fields handed over at every call of
    a rule of law, which cost more than the law.
    """
    kinds = [(name, np.int64, np.shape(value)) for name, value in rates._asdict().items()]
    out = np.zeros(1, np.dtype(kinds)).view(np.recarray)
    for name, value in rates._asdict().items():
        out[name] = value
    found: np.record = out[0]
    return found
