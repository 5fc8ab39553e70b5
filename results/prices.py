"""In which prices money stands: rates follow the law to the last financial year with rules, and then stay."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from simulation.taxben.rates import financial_year

NOMINAL = "nominal"


@cache
def last_rule_year() -> str:
    """Return the last financial year (`2026/27`) whose tax, benefit and wage rates are held."""
    from evidence.registry import rule_years

    return max(rule_years())


def price_base(months: Iterable[int]) -> str:
    """Return the price base of money over run months.

    The last financial year with rules where every month lies in it or after it; `nominal to` that year where some
    lie before it; `nominal` where all do.
    """
    last = last_rule_year()
    are_later = {financial_year(int(month)) >= last for month in months}
    if are_later == {True}:
        return last
    return f"{NOMINAL} to {last}" if True in are_later else NOMINAL


def price_words(base: str) -> str:
    """Return a price base in words that follow `money` or `pounds`."""
    if base == NOMINAL:
        return base
    if base.startswith(NOMINAL):
        return f"{base}, not uprated afterwards"
    return f"at {base} rates and pay, not uprated afterwards"


def freeze_words() -> str:
    """Return what is assumed of rates and pay, in sentences."""
    last = last_rule_year()
    return (
        f"Tax, benefit and minimum-wage rates follow the law to {last} and stay at those of {last} from April "
        f"{last[:4]} on, but for steps that the scenario itself makes. Pay never grows. Money of later years is "
        f"therefore at {last} rates and pay, not uprated, and discounted only where it is called present value."
    )
