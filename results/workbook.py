"""The Excel workbook of a comparison: cover, contents, notes, then one table a sheet; no person's record.

No merged or blank cells, no meaning in colour. Counts below ten, and money behind which so few stand, are flagged
in a column of their own.
"""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from results.display import SMALL
from results.distance import NOTE
from results.equity_frame import EQUITY_WORDS
from results.scorecard_words import rows_frame, words_of
from results.statistics import STAT_COLUMNS, interval_words
from results.summary import Headline
from results.tidy import dictionary_table, summary_table

if TYPE_CHECKING:
    from pandas import DataFrame

CREATED = dt.datetime(2025, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
"""Date written into every workbook, so that the same content gives the same bytes."""
NOT_A_NUMBER = "[x]"
"""Shorthand for a value that is not available or not defined."""
SMALL_FLAG = "[low]"
NO_FLAG = "none"
WIDTHS = (14, 60)
MIDDLE = "p25 to p75 is the 50% interval of the same kind; p50 is the mean for Student's t, the median for percentiles."
HELPED = "for lines of services the starts with them and those helped at the policy's start, "
COUNT_UNITS = ("residents", "starts", "referrals")


def sheets_of(headline: Headline) -> dict[str, tuple[str, DataFrame]]:
    """Return sheet name -> (title, table)."""
    summary = summary_table(headline)
    columns = ["measure", "unit", *STAT_COLUMNS]
    groups = summary[summary["table"] == "groups"]
    place = groups[groups["dimension"].isin(["place", "area"])]
    other = groups[~groups["dimension"].isin(["place", "area"])]
    months = summary[(summary["table"] == "months")]
    money = headline.fiscal.drop(columns="label").rename(columns={"public": "public_purse"})
    labels = {name: metric.label for name, metric in headline.metrics.items()}
    top = summary[summary["table"] == "headline"][columns]
    top.insert(1, "description", top["measure"].map(labels))
    agencies = headline.agencies.rename(columns={"public": "public_purse"})
    subsidies = summary[summary["table"] == "subsidies"].rename(columns={"label": "subsidy"})
    pounds = f"pounds {headline.price_words}"
    scorecard = (
        {
            "Scorecard": ("Strategy scorecard against its targets, shares", rows_frame(headline.scorecard)),
            "Scorecard by year": ("Strategy scorecard by arm, year and area, shares", headline.scorecard.frame),
        }
        if headline.scorecard is not None
        else {}
    )
    equity = (
        {"Equity": ("Who starts and succeeds against who is in need, by programme, need and group", headline.equity)}
        if headline.equity is not None
        else {}
    )
    services = (
        {
            "Services": (
                "What services did in both arms: by programme over the region, and all together by area",
                flagged(headline.services.rename(columns={"item": "measure"})),
            )
        }
        if headline.services is not None
        else {}
    )
    if headline.distance is not None:
        services["Distance travelled"] = (f"Distance travelled. {NOTE}", headline.distance)
    return {
        "Headline": ("Headline figures, policy less baseline", flagged(top)),
        **scorecard,
        **services,
        "Money by year": (
            f"Net gain by financial year, account and cashability, {pounds}",
            flagged_money(agencies),
        ),
        "Ledger lines": (f"Net gain by financial year, account and ledger line, {pounds}", flagged_money(money)),
        "Places": ("Gained, lost and net by Place and area", flagged(place[["dimension", "label", *columns]])),
        "Groups": ("Gained, lost and net by group", flagged(other[["dimension", "label", *columns]])),
        **equity,
        "Subsidies": ("Subsidy counts by area", flagged(subsidies[["subsidy", "geography_name", *columns]])),
        "Months": (
            "Difference by month and area",
            flagged(months[["measure", "unit", "geography_name", "period", *STAT_COLUMNS]]),
        ),
        "Dictionary": (
            "Every column, measure and figure",
            dictionary_table(headline.horizon, headline.services is not None, headline.has_incentives),
        ),
    }


def flagged(table: DataFrame) -> DataFrame:
    """Return the table with a column that flags counts of people between 0 and 10."""
    size = table["mean"].abs()
    is_small = table["unit"].isin(COUNT_UNITS) & (size > 0) & (size < SMALL)
    return table.assign(small_number=is_small.map({True: SMALL_FLAG, False: NO_FLAG}))


def flagged_money(table: DataFrame) -> DataFrame:
    """Return sums of money with a column that flags those with fewer than 10 people behind them."""
    is_small = (table["people"] < SMALL) & (table["mean"] != 0)
    marked = table.drop(columns="people").assign(people_behind=table["people"])
    return marked.assign(small_number=is_small.map({True: SMALL_FLAG, False: NO_FLAG}))


def notes_of(headline: Headline) -> list[tuple[str, str]]:
    """Return the notes: subject, text."""
    twins = [("Deadweight and displacement", headline.twin_words)] if headline.twin_words else []
    card = [("Scorecard", " ".join(words_of(headline.scorecard)))] if headline.scorecard is not None else []
    equity = (
        [("Equity", f"{headline.equity_words} Ratio is the {EQUITY_WORDS['ratio']}; success is being "
          f"{EQUITY_WORDS['success_rate']}.")]
        if headline.equity is not None
        else []
    )  # fmt: skip
    return [
        *twins,
        *card,
        *equity,
        ("Status", f"These figures are {headline.caution or 'calibrated'}."),
        ("Intervals", f"p05 to p95: {interval_words(headline.stats['net'].interval, headline.n_runs)}. {MIDDLE}"),
        ("Monte Carlo error", "mc_se is the standard error of the mean that comes from chance alone."),
        (
            "Money",
            f"Money {headline.price_words}; undiscounted. "
            "Above zero an account gains against the baseline, below it pays more.",
        ),
        ("Cashable", "Cashable lines change what a public agency pays or receives in cash."),
        ("Groups", "Fixed at the policy's start. Cohorts overlap, so their rows do not add up to the region."),
        ("Arrivals", "People who came to the region, or turned 16, after the policy began."),
        (
            "People behind money",
            "people_behind is, as a mean over runs, the starts of both arms to the year's end for subsidy lines, "
            f"{HELPED if headline.services is not None else ''}the residents with more or fewer months in work for "
            "other lines, and the fewer of the two for sums over both.",
        ),
        (
            "Shorthand",
            f"{SMALL_FLAG}: a count of people below {SMALL}, or money behind which so few stand. "
            f"{NOT_A_NUMBER}: not available or not defined.",
        ),
    ]


def workbook_bytes(headline: Headline, manifest: Mapping[str, Any] | None = None) -> bytes:
    """Return the workbook; the same comparison gives the same bytes.

    Parameters
    ----------
    headline : Headline
        A comparison.
    manifest : mapping, optional
        What the run was made from; plain entries go on the cover.
    """
    title = headline.title
    cover = [
        ("Region", headline.geography.title),
        ("Policy", headline.policy),
        ("Baseline", headline.baseline),
        ("Context", headline.context or "none"),
        ("Changed", ", ".join(headline.changed) or "none"),
        ("Months", f"{headline.months[0]} to {headline.months[-1]}"),
        ("Status", headline.caution or "calibrated"),
        ("Seeds", ", ".join(map(str, headline.seeds))),
        ("Draws", str(headline.n_draws)),
    ]
    cover += [
        (str(k), str(v)) for k, v in (manifest or {}).items() if isinstance(v, str | int | float) and k != "context"
    ]
    return book_bytes(title, cover, notes_of(headline), sheets_of(headline), headline.caution or "calibrated")


def book_bytes(
    title: str,
    cover: Sequence[tuple[str, str]],
    notes: Sequence[tuple[str, str]],
    sheets: Mapping[str, tuple[str, DataFrame]],
    status: str,
) -> bytes:
    """Return a workbook of cover, contents, notes and one table a sheet; the same content gives the same bytes.

    Parameters
    ----------
    title : str
        What it is about.
    cover, notes : sequence of (str, str)
        Items of the cover; subjects and texts of the notes.
    sheets : mapping
        Sheet name -> (title, table).
    status : str
        What must be said beside every table.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "nan_inf_to_errors": False})
    book.set_properties({"title": title, "author": "Workability", "created": CREATED})
    bold, head = book.add_format({"bold": True, "font_size": 14}), book.add_format({"bold": True, "bottom": 1})
    contents = [("Notes", "How to read the figures"), *((name, words) for name, (words, _) in sheets.items())]
    for name, heading, headers, pairs in (
        ("Cover", title, ("Item", "Value"), cover),
        ("Contents", "Contents", ("Sheet", "Table"), contents),
        ("Notes", "Notes", ("Subject", "Note"), notes),
    ):
        sheet = book.add_worksheet(name)
        sheet.set_column(0, 0, WIDTHS[0] + 6)
        sheet.set_column(1, 1, WIDTHS[1])
        sheet.write_string(0, 0, heading, bold)
        write_table(book, sheet, list(headers), [list(pair) for pair in pairs], head)
    for name, (words, table) in sheets.items():
        sheet = book.add_worksheet(name)
        sheet.set_column(0, len(table.columns) - 1, WIDTHS[0])
        sheet.write_string(0, 0, f"{words} ({status})", bold)
        write_table(book, sheet, [str(c) for c in table.columns], table.to_numpy().tolist(), head)
        sheet.freeze_panes(2, 1)
    book.close()
    return buffer.getvalue()


def write_table(book: Any, sheet: Any, headers: list[str], rows: list[list[Any]], head: Any) -> None:
    """Write a marked-up table from the second row on; cells without a value hold the shorthand.

    Parameters
    ----------
    book, sheet : xlsxwriter objects
        Where to write.
    headers : list of str
        Headings of the columns.
    rows : list of lists
        Cells.
    head : xlsxwriter format
        Format of the headings.
    """
    shown = [[cell(value) for value in row] for row in rows] or [[NOT_A_NUMBER] * len(headers)]
    name = "table_" + "".join(c if c.isalnum() else "_" for c in sheet.get_name().lower())
    columns = [{"header": header, "header_format": head} for header in headers]
    options = {"data": shown, "columns": columns, "name": name, "style": "Table Style Light 1", "autofilter": False}
    sheet.add_table(1, 0, 1 + len(shown), len(headers) - 1, {**options, "banded_rows": False})


def cell(value: Any) -> str | float | int:
    """Return a cell's content: numbers as they are, anything without a value as shorthand, truth in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return NOT_A_NUMBER
    if isinstance(value, int | float):
        return value
    return str(value) or NOT_A_NUMBER
