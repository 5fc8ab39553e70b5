"""The tables of who starts and succeeds against who is in need, for pages; small counts are not shown."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from results.display import SMALL, number, share
from results.equity import ALL, DIMENSION_TITLES, EVERYTHING, OWN_RULE
from results.equity_frame import FEW, REFERENCE, group_words, interval_words, least_first, reference, rows_of
from results.summary import Headline
from results.tables import Table, table_of

if TYPE_CHECKING:
    from pandas import DataFrame

HEADINGS = (
    *("Group", "By", "In need", "Share of need", "Started", "Share of starts", "Representation ratio", "What it says"),
    *("In work 12 months later", "Ratio to all who started"),
)
EQUITY_NOTE = (
    "Representation is a group's share among those who started over its share among those in need: 1 where both are "
    "the same. Success is being in work 12 months after the start, or in the run's last month if that is sooner, among "
    "those who still live here then; it is not what the programme caused. Only residents of the policy's start count, "
    "in the groups that they were in then; cohorts in need are compared among those who were in need then. "
    "With a 90% interval about one group in twenty stands below 1 by chance alone."
)


def equity_parts(headline: Headline) -> dict[str, Any]:
    """Return the sentence and the collapsible tables of a report; empty where the runs counted nothing."""
    frame = headline.equity
    if frame is None or frame.empty:
        return {"equity_words": "", "equity_note": "", "equity_tables": []}
    first = reference(frame)
    need = rows_of(frame, *first)["need_title"].iloc[0]
    found = [equity_table(rows_of(frame, *first), f"Who starts and succeeds, against: {need}")]
    own = list(dict.fromkeys(frame.loc[frame["need"] == OWN_RULE, "programme"]))
    if len(own) == 1:
        rows = rows_of(frame, own[0], OWN_RULE)
        found.append(equity_table(rows, f"Who starts and succeeds, against: {rows['need_title'].iloc[0]}"))
    if len(own) > 1:
        found.append(programme_table(frame, own))
    return {"equity_words": headline.equity_words, "equity_note": EQUITY_NOTE, "equity_tables": found}


def equity_table(rows: DataFrame, caption: str) -> Table:
    """Return one row a group.

    Parameters
    ----------
    rows : rows of one programme and need.
    caption : the table's caption.
    """
    cells = []
    row: Any
    for row in rows.itertuples():
        name = str(row.title)
        success = [
            with_ends(row, "success_rate", share),
            "1 by definition" if row.verdict == REFERENCE else with_ends(row, "success_ratio", two),
        ]
        ratio = "1 by definition" if row.verdict == REFERENCE else with_ends(row, "ratio", two)
        counts = [count(row.in_need), share(row.share_in_need), count(row.starters), share_if(row)]
        cells.append(
            [name[:1].upper() + name[1:], DIMENSION_TITLES[row.dimension], *counts, ratio, str(row.verdict), *success]
        )
    return table_of(f"{caption}; means over seeds, with 90% intervals", HEADINGS, cells, (2, 3, 4, 5, 6, 8, 9))


def programme_table(frame: DataFrame, programmes: list[str]) -> Table:
    """Return one row a programme: starts and the most under-represented group, against its own rule and all in need.

    Parameters
    ----------
    frame : the equity of a comparison.
    programmes : its programmes.
    """
    widest = reference(frame)[1]
    cells = []
    for programme in programmes:
        found = []
        for need in (OWN_RULE, widest):
            rows = rows_of(frame, programme, need)
            found.append(least(rows))
        whole = rows_of(frame, programme, widest)
        whole = whole[whole["dimension"] == ALL]
        starters = float(whole["starters"].iloc[0]) if len(whole) else 0.0
        cells.append([programme, count(starters), *found])
    title = rows_of(frame, EVERYTHING, widest)["need_title"].iloc[0]
    headings = ("Programme", "Started", "Least represented against its own rule", f"Least represented against: {title}")
    return table_of("Most under-represented group of each programme, with 90% intervals", headings, cells, (1,))


def least(rows: DataFrame) -> str:
    """Return the most under-represented group with its ratio and interval, or that it cannot be told."""
    if rows["verdict"].isin([FEW, REFERENCE]).all():
        return FEW
    under = least_first(rows)
    if under.empty:
        return "cannot be told"
    row: Any = next(under.itertuples())
    return f"{group_words(row)}: {with_ends(row, 'ratio', two)}"


def count(value: float) -> str:
    """Return a mean count of people, small ones unnamed."""
    return f"under {SMALL}" if 0 < value < SMALL else number(value)


def share_if(row: Any) -> str:
    """Return the share among those who started, where enough of them stand behind it."""
    return "not shown" if 0 < row.starters < SMALL else share(row.share_starters)


def two(value: float) -> str:
    """Return a ratio with two decimals."""
    return f"{value:.2f}"


def with_ends(row: Any, name: str, text: Any) -> str:
    """Return a figure of a row with its interval in brackets.

    Parameters
    ----------
    row : a row of the frame.
    name : the figure.
    text : turns a number into text.
    """
    value, low, high = (getattr(row, f"{name}{end}") for end in ("", "_p05", "_p95"))
    if math.isnan(value):
        return FEW
    if math.isnan(low) or math.isnan(high):
        return f"{text(value)} (no interval)"
    span = interval_words(low, high) if text is two else f"{text(low)} to {text(high)}"
    return f"{text(value)} ({span})"
