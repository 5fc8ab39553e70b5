"""Tax, National Insurance, sick pay, Universal Credit and subsidy costs in whole pence, written a second time.

Plain Python from the description of the rules, sharing no code with the engine: what the ledger is checked against.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.arm import SubsidySpec

EMPLOYED, ABSENT, UNEMPLOYED, SICK, STUDENT, CARING, RETIRED, OTHER = range(8)
NONE, SEARCHING, HEALTH, WORKING, OTHER_CREDIT = range(5)
NOTHING, WAGE, YOUNG_WAGE, SICK_PAY = range(4)
LCWRA_LOWER_FROM = 15
"""April 2026: claims for ill health from then on get the lower element."""


def half_up(x: float) -> int:
    """Return the nearest whole number, halves to the even one (as pence are rounded throughout)."""
    return round(x)


class Law:
    """One financial year's amounts: pence a month, shares in basis points, minimum wage in pence an hour."""

    def __init__(self, rules: Mapping[str, Mapping[str, Any]], wage_factor: float = 1.0) -> None:
        def pounds(group: str, name: str) -> float:
            return float(rules[group][name].value)

        def yearly(group: str, name: str) -> int:
            return half_up(pounds(group, name) * 100 / 12)

        def percent(group: str, name: str) -> int:
            return half_up(pounds(group, name) * 100)

        tax, ni, boss = "income_tax", "employee_national_insurance", "employer_national_insurance"
        self.free = yearly(tax, "personal_allowance")
        self.free_shrinks_from = yearly(tax, "allowance_taper_threshold")
        self.basic_to, self.higher_to = yearly(tax, "basic_rate_upper"), yearly(tax, "higher_rate_upper")
        self.tax_rates = [percent(tax, f"{band}_rate") for band in ("basic", "higher", "additional")]
        self.ni_from, self.ni_to = yearly(ni, "primary_threshold"), yearly(ni, "upper_earnings_limit")
        self.ni_rates = [percent(ni, "main_rate"), percent(ni, "upper_rate")]
        self.boss_from, self.boss_rate = yearly(boss, "secondary_threshold"), percent(boss, "rate")
        self.boss_young_from = yearly(boss, "under_21_relief_threshold")
        self.young_below = int(pounds(boss, "relief_age"))
        self.pension = [yearly("pension", f"qualifying_earnings_{end}") for end in ("lower", "upper")]
        self.pension_trigger, self.pension_rate = (
            yearly("pension", "earnings_trigger"),
            percent("pension", "employer_minimum"),
        )
        self.pension_age = int(pounds("pension", "enrolment_age"))
        credit = "universal_credit"
        self.standard = {
            (couple, old): half_up(
                100 * pounds(credit, f"standard_{'couple' if couple else 'single'}_{'25_plus' if old else 'under_25'}")
            )
            for couple in (False, True)
            for old in (False, True)
        }
        self.ill = {
            new: half_up(100 * pounds(credit, f"lcwra_{'new' if new else 'existing'}")) for new in (False, True)
        }
        self.kept = {
            owner: half_up(100 * pounds(credit, f"work_allowance_{'without' if owner else 'with'}_housing"))
            for owner in (False, True)
        }
        self.taper = percent(credit, "taper")
        sick = "statutory_sick_pay"
        self.sick_pay = half_up(pounds(sick, "weekly_rate") * 100 * 52 / 12)
        self.sick_share = percent(sick, "earnings_share")
        self.sick_months = int(pounds(sick, "weeks_maximum") * 12 // 52)
        by_age = {16: "age_16_17", 17: "age_16_17", 18: "age_18_20", 19: "age_18_20", 20: "age_18_20"}
        self.minimum = {
            age: half_up(pounds("minimum_wage", by_age.get(age, "age_21_plus")) * 100 * wage_factor)
            for age in range(16, 66)
        }

    def income_tax(self, gross: int) -> int:
        """Return income tax on a month's gross."""
        free = self.free
        if gross > self.free_shrinks_from:
            free = max(0, free - (gross - self.free_shrinks_from) // 2)
        taxable, width = max(0, gross - free), self.basic_to - self.free
        parts = (
            min(taxable, width),
            min(max(0, taxable - width), self.higher_to - width),
            max(0, taxable - self.higher_to),
        )
        return sum(part * rate for part, rate in zip(parts, self.tax_rates, strict=True)) // 10000

    def insurance(self, gross: int) -> int:
        """Return the employee's National Insurance on a month's gross."""
        main, upper = max(0, min(gross, self.ni_to) - self.ni_from), max(0, gross - self.ni_to)
        return (main * self.ni_rates[0] + upper * self.ni_rates[1]) // 10000

    def boss_insurance(self, gross: int, young: bool) -> int:
        """Return the employer's National Insurance on a month's gross."""
        return max(0, gross - (self.boss_young_from if young else self.boss_from)) * self.boss_rate // 10000

    def net(self, gross: int, kind: int) -> int:
        """Return what a resident keeps of a month's gross."""
        return gross - self.income_tax(gross) - self.insurance(gross) if kind in (WAGE, YOUNG_WAGE) else gross

    def pay(self, person: Mapping[str, int], month: int, spec: SubsidySpec | None) -> tuple[int, int]:
        """Return a resident's gross pay of a month and its kind, by state, job or placement, and absence."""
        floor = self.minimum[min((month - person["birth"]) // 12, 65)]
        hourly, hours = max(person["pay"], floor), person["hours"]
        if spec is not None:
            hours = spec.hours_week
            if person["slot"] or spec.wage_share > 0:
                hourly = floor
        wage = hourly * hours * 52 // 12
        if person["state"] == EMPLOYED:
            return wage, YOUNG_WAGE if month - person["birth"] < 12 * self.young_below else WAGE
        if person["state"] == ABSENT and month - person["since"] < self.sick_months:
            return min(self.sick_pay, wage * self.sick_share // 10000), SICK_PAY
        return 0, NOTHING

    def placement(self, spec: SubsidySpec, age_years: int) -> int:
        """Return what a month of a placement costs its payer."""
        gross = self.minimum[age_years] * spec.hours_week * 52 // 12
        cost = gross * half_up(spec.wage_share * 10000) // 10000
        if spec.covers_employment_cost:
            cost += self.boss_insurance(gross, age_years < self.young_below)
            if age_years >= self.pension_age and gross >= self.pension_trigger:
                cost += max(0, min(gross, self.pension[1]) - self.pension[0]) * self.pension_rate // 10000
        return cost + spec.monthly_pence

    def dearest(self, spec: SubsidySpec) -> int:
        """Return the most that a whole placement can cost."""
        lump = spec.start_pence + spec.end_pence + spec.support_pence + spec.administration_pence
        return spec.months * max(self.placement(spec, age) for age in range(16, 65)) + lump


def status(state: int, award: int, must_look: bool) -> int:
    """Return a resident's benefit status, from the unit's award and the resident's own state."""
    if award <= 0 or state == STUDENT:
        return NONE
    if state in (EMPLOYED, ABSENT):
        return WORKING
    if state == UNEMPLOYED or (state == OTHER and must_look):
        return SEARCHING
    return HEALTH if state == SICK else OTHER_CREDIT
