"""The tables of a funding study as text: values with their intervals, constraints, and who loses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from results.funding_counts import measures_of
from results.funding_read import ALL

if TYPE_CHECKING:
    from pandas import DataFrame

    from results.funding_data import FundingStudy

MAIN = "months_in_work"
"""Whose attribution and losers are shown in a terminal."""
MAX_LOSERS = 12


def figure(value: float, unit: str) -> str:
    """Return a figure with its sign, thousands apart; points with one digit."""
    if np.isnan(value):
        return "-"
    text = f"{value:+,.1f}" if unit.startswith("points") else f"{value:+,.0f}"
    return text.replace("+0", "0") if text in ("+0", "+0.0") else text


def interval(row: Any, unit: str, low: str = "p05", high: str = "p95") -> str:
    """Return an interval, or a dash where there is none."""
    if np.isnan(row[low]):
        return "-"
    return f"{figure(row[low], unit)} to {figure(row[high], unit)}"


def losers(study: FundingStudy, measure: str, allocator: str | None = None) -> DataFrame:
    """Return the Places and groups that a measure makes worse off under flexible money, worst first.

    Parameters
    ----------
    study : FundingStudy
        The study.
    measure : str
        One with a better direction.
    allocator : str or None
        The first of the study unless told.
    """
    rows, whole = study.value, study.geography.whole.code
    rows = rows[(rows["allocator"] == (allocator or study.allocators[0])) & (rows["measure"] == measure)]
    parts = rows[(rows["geography_code"] != whole) | (rows["group"] != ALL)]
    sign = -1 if measures_of(study.months)[measure].better == "lower" else 1
    worse = parts[sign * parts["mean"] < 0]
    return worse.assign(_by=sign * worse["mean"]).sort_values("_by", kind="stable").drop(columns="_by")


def value_rows(study: FundingStudy, allocator: str) -> list[tuple[str, ...]]:
    """Return label, mean, interval and unit of every measure that moved, for the whole region."""
    v = study.value
    chosen = v[
        (v["allocator"] == allocator) & (v["geography_code"] == study.geography.whole.code) & (v["group"] == ALL)
    ]
    rows: list[tuple[str, ...]] = []
    for row in chosen.to_dict("records"):
        measure = measures_of(study.months)[row["measure"]]
        rows.append((measure.label, figure(row["mean"], measure.unit), interval(row, measure.unit), measure.unit))
    return rows


def share_rows(study: FundingStudy, measure: str = MAIN) -> list[tuple[str, ...]]:
    """Return constraint, Shapley value, interval, first and last effect, largest first; nothing where none was run."""
    table = study.attribution
    table = table[(table["measure"] == measure) & (table["allocator"] == study.allocators[0])]
    unit = measures_of(study.months)[measure].unit
    found = sorted(table.to_dict("records"), key=lambda row: -row["mean"])
    return [
        (
            row["constraint"],
            figure(row["mean"], unit),
            interval(row, unit),
            figure(row["first"], unit),
            figure(row["last"], unit),
        )
        for row in found
    ]


def loser_rows(study: FundingStudy, measure: str = MAIN) -> list[tuple[str, ...]]:
    """Return area, group, value and interval of those who lose, worst first."""
    unit, names = measures_of(study.months)[measure].unit, {area.code: area.name for area in study.geography.areas}
    return [
        (names[row["geography_code"]], row["group"], figure(row["mean"], unit), interval(row, unit))
        for row in losers(study, measure).head(MAX_LOSERS).to_dict("records")
    ]
