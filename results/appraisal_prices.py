"""Pounds of one month in pounds of another: price indices, and what later months are worth today; knows no payments.

The deflator is by calendar year; a financial year takes nine months of one and three of the next. After its last
published year it grows at an assumed rate, and whatever uses such a year is marked extrapolated.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from evidence.model import Parameter
from results.appraisal_terms import MONTHS, AppraisalError, Floats, Terms, numbers
from results.prices import last_rule_year
from simulation.taxben.rates import financial_year

BASES = ("nominal", "real", "discounted")
"""In prices of each month; in prices of the base year; the same discounted to the policy's first month."""
FURTHEST_YEARS = 100
"""Years after its last published one to which the deflator is carried."""
CARRIED = 3
"""Months of a financial year that lie in the next calendar year."""


@cache
def published() -> dict[int, float]:
    """Return the published deflator by calendar year."""
    from evidence.registry import deflators

    table = deflators()
    return {int(year): float(index) for year, index in zip(table["year"], table["index"], strict=True)}


def first_year(text: str) -> int:
    """Return the calendar year in which a financial year (`2026/27`) begins.

    Raises
    ------
    AppraisalError
        If it lies before the first deflator, or so far after the last that its prices are a guess.
    """
    year, held = int(text[:4]), published()
    if not min(held) <= year <= max(held) + FURTHEST_YEARS:
        raise AppraisalError(
            f"Prices of {text} are not known: the deflator begins in {min(held)}, and is carried to "
            f"{max(held) + FURTHEST_YEARS} at most."
        )
    return year


def calendar_index(year: int, growth: float) -> float:
    """Return the price index of a calendar year; growth a year as a share carries it past the last published one."""
    held = published()
    last = max(held)
    return held[year] if year <= last else held[last] * (1 + growth) ** (year - last)


def index_of(text: str, growth: float) -> float:
    """Return the price index of a financial year."""
    year = first_year(text)
    parts = ((MONTHS - CARRIED) * calendar_index(year, growth), CARRIED * calendar_index(year + 1, growth))
    return sum(parts) / MONTHS


def is_extrapolated(text: str) -> bool:
    """Return whether a financial year's index rests on assumed growth."""
    return first_year(text) + 1 > max(published())


@dataclass(frozen=True)
class Factors:
    """What a pound of the ledger in each month is worth; shapes (months,)."""

    years: tuple[str, ...]
    """financial year of each month"""
    nominal: Floats
    real: Floats
    discount: Floats
    """present value of a real pound"""
    health_discount: Floats

    def of(self, base: str) -> Floats:
        """Return the factors of one of BASES."""
        return {"nominal": self.nominal, "real": self.real, "discounted": self.real * self.discount}[base]


def discount_factors(n_months: int, rates: Parameter, from_year: Parameter) -> Floats:
    """Return the present value of a pound of each month, the first month's being 1; months compound evenly.

    Parameters
    ----------
    n_months : int
        Months from the policy's first on.
    rates, from_year : Parameter
        Rates in percent a year, and the year after the start in which each begins.
    """
    steps, percent = numbers(from_year), numbers(rates)
    years = np.arange(max(0, n_months - 1)) // MONTHS
    monthly = (1 + percent[np.searchsorted(steps, years, side="right") - 1] / 100) ** (-1 / MONTHS)
    return np.concatenate([[1.0], np.cumprod(monthly)])[:n_months]


def factors_of(first_month: int, n_months: int, terms: Terms, rates: Parameter | None = None) -> Factors:
    """Return what a pound of the ledger is worth in each month.

    Money of the ledger stands in prices of its own year up to the last year with rules, and in prices of that year
    afterwards, because rates and pay are frozen then.

    Parameters
    ----------
    first_month : int
        Month number of the policy's first month.
    n_months : int
        Months, those after the run included.
    terms : Terms
        Prices and rates.
    rates : Parameter, optional
        Other rates of discounting than the rulebook's own.
    """
    growth, book, last = terms.price_growth, terms.rulebook, last_rule_year()
    years = tuple(financial_year(month) for month in range(first_month, first_month + n_months))
    own = {year: index_of(min(year, last), growth) for year in years}
    now = {year: index_of(year, growth) for year in years}
    base = index_of(terms.base_year, growth)
    return Factors(
        years=years,
        nominal=np.array([now[year] / own[year] for year in years]),
        real=np.array([base / own[year] for year in years]),
        discount=discount_factors(n_months, rates or book.discount_rate, book.discount_from_year),
        health_discount=discount_factors(n_months, book.health_discount_rate, book.discount_from_year),
    )


def extrapolated_years(years: tuple[str, ...], base_year: str) -> tuple[str, ...]:
    """Return the financial years, the base year among them, whose prices or rates go beyond what is published."""
    last = last_rule_year()
    return tuple(year for year in dict.fromkeys((*years, base_year)) if is_extrapolated(year) or year > last)
