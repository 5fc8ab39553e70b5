"""Tables for pages: caption, headed columns, text cells; computes no figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from results.display import both, number, value_text
from results.distance import distance_cells
from results.explain import chain_table
from results.geography import slug
from results.groups import ITEMS
from results.lookup import group_stats, records, stat_of
from results.scorecard import MEASURES as SCORE_MEASURES
from results.scorecard import Scorecard
from results.scorecard_words import difference_text, level_text, source_text, target_text, with_interval
from results.service_story import area_cells, programme_cells
from results.story import agency_name
from results.summary import Headline

if TYPE_CHECKING:
    from pandas import DataFrame

    from results.charts import Chart


@dataclass(frozen=True)
class Column:
    """A column's heading and whether its cells are numbers (set to the right)."""

    heading: str
    is_number: bool = False


@dataclass(frozen=True)
class Table:
    """A table of text; the first cell of each row heads it."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def id(self) -> str:
        """Return an id for the caption."""
        return f"table-{slug(self.caption)[:60]}"


def table_of(
    caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()
) -> Table:
    """Return a table.

    Parameters
    ----------
    caption : str
        What it shows, with unit.
    headings : sequence of str
        Headings of the columns.
    rows : sequence of sequences of str
        Cells.
    numbers : sequence of int
        Positions of columns that hold numbers.
    """
    columns = tuple(Column(text, i in numbers) for i, text in enumerate(headings))
    return Table(caption, columns, tuple(tuple(row) for row in rows))


def frame_table(caption: str, frame: DataFrame) -> Table:
    """Return a frame as a table; numbers get thousands separators and up to three digits."""
    from pandas.api.types import is_numeric_dtype

    numbers = [i for i, name in enumerate(frame.columns) if is_numeric_dtype(frame[name])]
    rows = [[cell_text(v) for v in row] for row in frame.itertuples(index=False, name=None)]
    return table_of(caption, [str(c) for c in frame.columns], rows, numbers)


def cell_text(value: object) -> str:
    """Return a cell's text; an empty cell says so."""
    if value is None:
        return "none"
    if isinstance(value, float):
        if math.isnan(value):
            return "none"
        if value.is_integer() or abs(value) >= 100:
            return number(value)
        return f"{value:.3g}".replace("-", "−")
    if isinstance(value, int):
        return number(value) if abs(value) >= 10_000 else str(value)
    return str(value)


def chart_table(chart: Chart) -> Table:
    """Return the table behind a chart."""
    return frame_table(f"Data of the chart: {chart.title}", chart.table)


GROUP_HEADINGS = ("Residents", "Started", "Gained", "Lost", "Net", "Deadweight", "Displacement")


def group_table(headline: Headline, dimension: str, caption: str, heading: str) -> Table:
    """Return gained, lost, net, deadweight and displacement of the groups of a dimension, with intervals.

    Parameters
    ----------
    headline : Headline
        A comparison.
    dimension : str
        Dimension of the group table.
    caption, heading : str
        The table's caption and the heading of its labels.
    """
    wanted = {item: "count" for item in ITEMS if item in ("residents", "treated", "gained", "lost", "net")}
    headings = [heading, *GROUP_HEADINGS]
    if not headline.has_subsidies:
        del wanted["treated"]
        headings.remove("Started")
    if headline.twin_words:
        headings = headings[: 1 + len(wanted)]
    else:
        wanted |= {"deadweight": "share", "displacement": "share"}
    rows = []
    for label, stats in group_stats(headline, dimension).items():
        cells = [number(stats["residents"].mean), *(both(stats[item], kind) for item, kind in list(wanted.items())[1:])]
        shown = label if dimension in ("place", "area") else label.replace("_", " ")
        rows.append([shown, *cells])
    return table_of(caption, headings, rows, range(1, len(headings)))


def agency_year_table(headline: Headline) -> Table:
    """Return each account's net gain by financial year, cashable and not, with intervals."""
    frame = headline.agencies
    years = sorted(dict.fromkeys(frame["financial_year"]), key=lambda year: (year != "all", year))
    keys = list(dict.fromkeys(zip(frame["agency"], frame["cashable"], strict=True)))
    stats = {(r["agency"], r["cashable"], r["financial_year"]): stat_of(r) for r in records(frame)}
    rows = []
    for agency, cashable in keys:
        if not any(stats[agency, cashable, year].is_other_than_zero for year in years):
            continue
        cells = [both(stats[agency, cashable, year], "pounds") for year in years]
        name = agency_name(agency)
        rows.append([name[:1].upper() + name[1:], str(cashable), *cells])
    headings = ["Account", "Cash to the public purse", *("All years" if y == "all" else y for y in years)]
    caption = (
        f"What each account gains against the baseline by financial year, pounds {headline.price_words} "
        "(below zero: pays more)"
    )
    return table_of(caption, headings, rows, range(2, 2 + len(years)))


def line_table(headline: Headline) -> Table:
    """Return each account's gain by ledger line over all years, with intervals."""
    frame = headline.fiscal[headline.fiscal["financial_year"] == "all"]
    rows = []
    for row in records(frame):
        name = agency_name(str(row["agency"]))
        rows.append(
            [name[:1].upper() + name[1:], str(row["label"]), str(row["cashable"]), both(stat_of(row), "pounds")]
        )
    headings = ["Account", "Line", "Cash to the public purse", "Gain"]
    return table_of(
        f"Gain by account and ledger line over all years, pounds {headline.price_words}", headings, rows, (3,)
    )


def chain_rows(headline: Headline) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Return the chain by block: step, figure with interval, explanation."""
    frame = chain_table(headline)
    out = []
    for block in dict.fromkeys(frame["block"]):
        inside = frame[frame["block"] == block]
        steps = [
            (str(a), str(b), str(c)) for a, b, c in zip(inside["step"], inside["text"], inside["what"], strict=True)
        ]
        out.append((str(block), steps))
    return out


def headline_table(headline: Headline) -> Table:
    """Return every headline figure with its interval, unit and Monte Carlo error."""
    rows = []
    for name, metric in headline.metrics.items():
        stat = headline.stats[name]
        error = "none" if math.isnan(stat.mc_se) else f"{stat.mc_se:,.3g}"
        rows.append([metric.label, value_text(stat, metric.kind), both(stat, metric.kind), metric.unit, error])
    headings = ["Figure", "Mean", "Mean with 90% interval", "Unit", "Monte Carlo standard error"]
    return table_of("Every headline figure, policy less baseline", headings, rows, (1, 2, 4))


def scorecard_table(card: Scorecard) -> Table:
    """Return the scorecard: start, both arms and their difference with intervals, target and verdicts."""
    rows = []
    for row in card.rows:
        levels = [level_text(row.start.mean, row.measure)]
        levels += [with_interval(stat, row.measure) for stat in (row.baseline, row.policy)]
        verdicts = [row.baseline_verdict, row.verdict]
        cells = [row.measure.label, target_text(row), *verdicts, *levels, difference_text(row.difference)]
        rows.append([*cells, row.area, row.period])
    headings = [
        *("Measure", "Target", "Baseline: target", "Policy: target", "Policy's start", "Baseline", "Policy"),
        *("Difference, points", "Area", "Month"),
    ]
    return table_of("Strategy scorecard, with 90% intervals", headings, rows, (4, 5, 6, 7))


def score_target_table(card: Scorecard) -> Table | None:
    """Return where each target of the scorecard is from, None where there is none."""
    rows = [[row.measure.label, row.area, target_text(row), source_text(row)] for row in card.rows if row.target]
    headings = ["Measure", "Area", "Target", "Source and note"]
    return table_of("Targets of the strategy scorecard and their sources", headings, rows) if rows else None


def score_year_table(card: Scorecard) -> Table:
    """Return the region's measures by year: both arms and their difference, with intervals."""
    frame = card.frame[card.frame["level"] == "region"]
    rows = []
    for (name, period), part in frame.groupby(["measure", "period"], sort=False):
        stats = {row["arm"]: stat_of(row) for row in records(part)}
        measure = SCORE_MEASURES[str(name)]
        levels = [with_interval(stats[arm], measure) for arm in ("baseline", "policy")]
        rows.append([measure.label, str(period), *levels, difference_text(stats["difference"])])
    headings = ["Measure", "Month", "Baseline", "Policy", "Difference, points"]
    return table_of("Strategy scorecard by year, whole region, with 90% intervals", headings, rows, (2, 3, 4))


def service_programme_table(headline: Headline) -> Table:
    """Return what each programme did under the policy, and its change against the baseline with intervals."""
    headings, rows = programme_cells(headline)
    caption = (
        f"Services by programme under {headline.policy}, {headline.months[0]} to {headline.months[-1]}: means over "
        "runs, and differences with 90% intervals"
    )
    return table_of(caption, headings, rows, range(2, len(headings)))


def distance_table(headline: Headline) -> Table:
    """Return distance travelled with intervals over runs, and what the ends of a mapping's interval would give."""
    caption = f"Distance travelled, {headline.months[0]} to {headline.months[-1]}, with 90% intervals"
    rows = [] if headline.distance is None else distance_cells(headline.distance)
    return table_of(caption, ("Measure", "Unit", "Figure", "Over the mapping's 95% interval", "From"), rows, (2, 3))


def service_place_table(headline: Headline) -> Table:
    """Return what all services did for residents of each Place, and the change against the baseline."""
    headings, rows = area_cells(headline)
    caption = (
        f"All services by residents' Place under {headline.policy}, {headline.months[0]} to {headline.months[-1]}: "
        "means over runs, and differences with 90% intervals"
    )
    return table_of(caption, headings, rows, range(1, len(headings)))
