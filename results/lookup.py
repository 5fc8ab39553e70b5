"""Rows of a headline's frames as statistics by name; computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from results.statistics import Stat

if TYPE_CHECKING:
    from pandas import DataFrame

    from results.summary import Headline


def records(frame: DataFrame) -> list[dict[str, Any]]:
    """Return a frame's rows as dictionaries, column -> value."""
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict(orient="records")]


def stat_of(row: Mapping[str, Any]) -> Stat:
    """Return the Stat held in the columns of a row."""
    return Stat(**{name: row[name] for name in Stat.__dataclass_fields__})


def group_stats(headline: Headline, dimension: str) -> dict[str, dict[str, Stat]]:
    """Return label -> item -> statistic of a dimension's groups, in the order of the labels."""
    out: dict[str, dict[str, Stat]] = {}
    for row in records(headline.groups[headline.groups["dimension"] == dimension]):
        out.setdefault(str(row["label"]), {})[str(row["item"])] = stat_of(row)
    return out
