"""Rates of years after the last one held: indexed by assumed growth of prices and earnings, where the law indexes them.

Which rate follows which index, how it is rounded and what is frozen until when is in `evidence/rules/uprating.yaml`.
It leaves out reviews without a rule, such as that of the benefit cap.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evidence.model import Parameter

Rules = Mapping[str, Mapping[str, "Parameter"]]
"""Group -> name -> rate."""
Rounding = Callable[[float], float]
_STANDARD = ("single_under_25", "single_25_plus", "couple_under_25", "couple_25_plus")
_UC = "universal_credit"


class UnknownYear(ValueError):
    """A financial year whose rates are neither held nor extrapolated."""


def to_step(step: float) -> Rounding:
    """Return rounding to the nearest multiple of a step of pounds."""
    return lambda pounds: round(round(pounds / step) * step, 2)


ROUNDINGS: Mapping[str, tuple[str, Rounding]] = {
    "follow_prices_monthly": ("prices_growth", to_step(0.01)),
    "follow_prices_whole_pounds": ("prices_growth", to_step(1)),
    "follow_prices_weekly": ("prices_growth", to_step(0.05)),
    "follow_earnings": ("earnings_growth", to_step(0.01)),
    "follow_earnings_whole_pounds": ("earnings_growth", lambda pounds: float(math.floor(pounds))),
}
"""List of rates -> the index they follow, and how they are rounded."""


def year_after(year: str) -> str:
    """Return the financial year after one: 2026/27 after 2025/26."""
    first = int(year[:4]) + 1
    return f"{first}/{(first + 1) % 100:02d}"


def rules_after(rules: Rules, held: str, wanted: str, indices: Mapping[str, Parameter]) -> Rules:
    """Return the rates of a later year, extrapolated year by year and rounded every year as the law does.

    Parameters
    ----------
    rules : rates of the last year held.
    held, wanted : that year, and a later one.
    indices : from `evidence.registry.uprating`.

    Raises
    ------
    UnknownYear
        If `wanted` is before `held`, or later than the last year that is extrapolated.
    """
    last = str(indices["last_year"].value)
    if not held <= wanted <= last:
        raise UnknownYear(f"no rates of {wanted}; they go from {held} to {last}")
    while held != wanted:
        held = year_after(held)
        rules = _raised(rules, held, indices)
    return rules


def _share(indices: Mapping[str, Parameter], name: str) -> float:
    return float(str(indices[name].value)) / 100


def _names(value: object) -> list[tuple[str, str]]:
    """Return group and name of each rate of a list."""
    assert isinstance(value, tuple)
    found = []
    for item in value:
        group, _, name = str(item).partition(".")
        found.append((group, name))
    return found


def _raised(rules: Rules, year: str, indices: Mapping[str, Parameter]) -> Rules:
    """Return the rates of a year from those of the year before.

    Parameters
    ----------
    rules : rates of the year before.
    year : the year.
    indices : from `evidence.registry.uprating`.
    """
    after = {group: dict(entries) for group, entries in rules.items()}
    note = f"extrapolated to {year} from the last year held"

    def put(group: str, name: str, pounds: float) -> None:
        found = rules[group][name]
        after[group][name] = replace(
            found, value=pounds, source="assumption", confidence="assumption", also=(), note=note
        )

    def pounds(group: str, name: str) -> float:
        return float(str(rules[group][name].value))

    prices = _share(indices, "prices_growth")
    for key, (index, rounded) in ROUNDINGS.items():
        for group, name in _names(indices[key].value):
            put(group, name, rounded(pounds(group, name) * (1 + _share(indices, index))))
    if year > str(indices["thresholds_frozen_to"].value):
        for group, name in _names(indices["follow_thresholds"].value):
            put(group, name, to_step(10)(pounds(group, name) * (1 + prices)))
    above = _above_prices(year, indices)
    for unit in _STANDARD:
        name = f"standard_{unit}"
        put(_UC, name, to_step(0.01)(pounds(_UC, name) * (1 + prices) * (1 + above)))
    single = float(str(after[_UC]["standard_single_25_plus"].value))
    both = pounds(_UC, "standard_single_25_plus") + pounds(_UC, "lcwra_existing")
    put(_UC, "lcwra_existing", round(both * (1 + prices) - single, 2))
    if year > str(indices["health_frozen_to"].value):
        put(_UC, "lcwra_new", to_step(0.01)(pounds(_UC, "lcwra_new") * (1 + prices)))
    return after


def _above_prices(year: str, indices: Mapping[str, Parameter]) -> float:
    """Return by how much the standard allowance of a year grows above prices since the year before, as a share."""
    above = indices["standard_allowance_above_prices"].value
    assert isinstance(above, tuple)
    k = int(year[:4]) - int(str(indices["standard_allowance_from"].value)[:4])
    if not 0 < k < len(above):
        return 0.0
    return (100 + float(str(above[k]))) / (100 + float(str(above[k - 1]))) - 1
