"""The charts of a comparison, each with a title that states its finding, caption, alt text and table; no new figure."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from results import theme
from results.display import both
from results.files import write_bytes, write_text
from results.geography import slug
from results.groups import ARRIVALS
from results.lookup import group_stats, records, stat_of
from results.statistics import interval_words
from results.story import absolute, agency_name
from results.summary import Headline
from simulation.ledger import AGENCIES

if TYPE_CHECKING:
    from pandas import DataFrame

SOURCE = "Source: Workability simulation, policy less baseline on the same random numbers"
MONTHLY = (
    ("in_work", "residents in work"),
    ("unemployed", "unemployed residents (survey definition)"),
    ("claimants", "claimants who must look for work"),
    ("long_term_sick", "long-term sick residents"),
)
"""Measures with a chart of their own, and their names in its title."""
GROUPINGS = (
    ("place", "Place", "places"),
    ("area", "Area", "areas"),
    ("cohort", "Cohort (a resident may be in several)", "cohorts"),
    ("age_band", "Age at the policy's start", "ages"),
)
"""Dimension, what its labels are, and the chart's name."""


SIZES = ((theme.WIDE, 13), (theme.NARROW, 11))
"""Plot size and font size for pages and files, and for phones."""


@dataclass(frozen=True)
class Chart:
    """A finished chart: SVG for pages (wide and narrow) and for files (with its title), and the table behind it."""

    name: str
    title: str
    caption: str
    alt: str
    wide: str
    narrow: str
    file_svg: str
    table: DataFrame

    def data_uri(self, which: str = "wide") -> str:
        """Return the wide or narrow SVG as an address that loads nothing from outside the page."""
        svg = self.wide if which == "wide" else self.narrow
        return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")


def chart_of(
    name: str, texts: tuple[str, str, str], draw: Callable[[int, int, int], Any], rows: DataFrame, table: DataFrame
) -> Chart:
    """Return a chart drawn at each size.

    Parameters
    ----------
    name : str
        File name without ending.
    texts : tuple of str
        Title, caption, alt text.
    draw : callable
        (width, height, font size) -> altair chart without title.
    rows : DataFrame
        What the chart draws.
    table : DataFrame
        The figures behind it, headed for readers.
    """
    title, caption, alt = texts
    data = records(rows)
    wide, narrow = (theme.spec_of(draw(*shape, size), size, data) for shape, size in SIZES)
    titled = {**wide, "title": theme.heading(title, caption)}
    svgs = [theme.svg_of(spec) for spec in (wide, narrow, titled)]
    return Chart(name, title, caption, alt, svgs[0], svgs[1], svgs[2], table)


def area_caption(headline: Headline, measure: str) -> str:
    """Return a caption: measure, area, period, how the bands read, source and status."""
    words = interval_words(headline.stats["net"].interval, headline.n_runs)
    band = "" if headline.n_runs < 2 else " Dark band: 50%; light band: 90%."
    status = f" {headline.caution.capitalize()}." if headline.caution else ""
    region = headline.geography.title
    period = f"{headline.months[0]} to {headline.months[-1]}"
    return f"{measure}, {region}, {period}. Intervals: {words}.{band} {SOURCE}.{status}"


def month_title(rows: DataFrame, words: str) -> str:
    """Return the finding of a monthly difference: its largest month with interval, or that none is clear."""
    if not rows["mean"].any():
        return f"No change in the number of {words}"
    row = max(records(rows), key=lambda r: abs(float(r["mean"])))
    stat = stat_of(row)
    shown = stat if stat.mean > 0 else absolute(stat)
    if not stat.is_clear and not np.isnan(stat.p05):
        return (
            f"No clear change in the number of {words}: at most {both(stat, 'count')}, in month {row['policy_month']}"
        )
    return (
        f"Up to {both(shown, 'count')} {'more' if stat.mean > 0 else 'fewer'} {words}, in month {row['policy_month']}"
    )


def month_chart(headline: Headline, measure: str, words: str) -> Chart:
    """Return the difference of one stock by month with 50% and 90% bands and a zero line.

    Parameters
    ----------
    headline : Headline
        A comparison.
    measure : str
        One of `results.summary.SERIES`.
    words : str
        Its name for readers.
    """
    series = headline.series
    rows = series[(series["measure"] == measure) & (series["level"] == "region")]
    shown = rows[["policy_month", "period", "mean", "p05", "p25", "p75", "p95"]].reset_index(drop=True)
    title = month_title(rows, words)
    last = shown.iloc[-1]
    alt = (
        f"Line chart of the change in {words} by policy month. {title}. In the last month the change is "
        f"{both(stat_of(records(rows)[-1]), 'count')}."
    )
    table = shown.rename(columns={"policy_month": "Policy month", "period": "Month", "mean": "Mean", "p05": "5%",
                                  "p25": "25%", "p75": "75%", "p95": "95%"})  # fmt: skip

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        month = alt_.X("policy_month:Q").title(f"Months since the policy began ({headline.months[0]})")
        month = month.axis(values=list(range(0, headline.horizon + 1, 12)), grid=False)
        month = month.scale(domain=[1, headline.horizon])
        base = alt_.Chart(alt_.NamedData("rows")).encode(x=month)
        value = alt_.Y("mean:Q").title(None).axis(format=",.0f", tickCount=6)
        layers = [alt_.Chart(alt_.NamedData("first")).mark_rule(color=theme.INK, strokeWidth=1).encode(y=alt_.datum(0))]
        if headline.n_runs > 1:
            outer = base.mark_area(color=theme.PALETTE[0], opacity=0.22)
            inner = base.mark_area(color=theme.PALETTE[0], opacity=0.38)
            layers += [outer.encode(y=alt_.Y("p05:Q").title(None), y2="p95:Q")]
            layers += [inner.encode(y=alt_.Y("p25:Q").title(None), y2="p75:Q")]
        layers.append(base.mark_line(color=theme.PALETTE[0], strokeWidth=2.5).encode(y=value))
        end = alt_.Chart(alt_.NamedData("last")).encode(x=month, y=value)
        above = float(last["mean"]) >= 0
        label = end.mark_text(align="right", dy=-10 if above else 16, fontSize=size, color=theme.PALETTE[0])
        layers.append(label.encode(text=alt_.value("mean difference")))
        return alt_.layer(*layers).properties(width=width, height=height)

    caption = area_caption(headline, f"Change in the number of {words}")
    return chart_of(f"difference_{measure}", (title, caption, alt), draw, shown, table)


def group_rows(headline: Headline, dimension: str) -> DataFrame:
    """Return one row a label: gained, lost (as a negative number), net with its interval, person-months."""
    import pandas as pd

    rows = []
    for label, items in group_stats(headline, dimension).items():
        net = items["net"]
        rows.append(
            {
                "label": label if dimension in ("place", "area") else label.replace("_", " "),
                "gained": items["gained"].mean,
                "lost": -items["lost"].mean + 0.0,
                "net": net.mean,
                "p05": net.p05,
                "p95": net.p95,
            }
        )
    return pd.DataFrame(rows)


def group_words(dimension: str, label: str) -> str:
    """Return a group's name as it stands in a sentence."""
    if dimension in ("place", "area"):
        return label
    words = label.replace("_", " ")
    return (
        f"residents aged {words}"
        if dimension == "age_band"
        else f"{words} residents"
        if words != "none of these"
        else "residents with no flag"
    )


def group_title(headline: Headline, dimension: str) -> str:
    """Return the finding over groups: who gained most net, and who lost or gained least."""
    left_out = (ARRIVALS, headline.geography.whole.name)
    groups = {k: v["net"] for k, v in group_stats(headline, dimension).items() if k not in left_out}
    if not any(stat.mean for stat in groups.values()):
        return "Nobody gained or lost work"
    ends = [choose(groups, key=lambda k: groups[k].mean) for choose in (max, min)]
    first, last = (both(groups[label], "count") for label in ends)
    names = [group_words(dimension, label) for label in ends]
    names[0] = names[0][:1].upper() + names[0][1:]
    if len(groups) == 1:
        return f"{names[0]} gained {first} person-months of work net"
    return f"{names[0]} gained most person-months of work net, {first}; {names[1]} least, {last}"


def group_chart(headline: Headline, dimension: str, heading: str, name: str) -> Chart:
    """Return gained, lost and net person-months by group fixed before the policy.

    Parameters
    ----------
    headline : Headline
        A comparison.
    dimension : str
        Dimension of the group table.
    heading : str
        What its labels are.
    name : str
        The chart's name.
    """
    rows = group_rows(headline, dimension)
    title = group_title(headline, dimension)
    order = list(rows["label"])
    table = rows.rename(
        columns={
            "label": heading,
            "gained": "Gained",
            "lost": "Lost",
            "net": "Net",
            "p05": "Net, 5%",
            "p95": "Net, 95%",
        }
    )
    listed = "; ".join(
        f"{r['label']}: gained {r['gained']:,.0f}, lost {-r['lost']:,.0f}, net {r['net']:,.0f}" for r in records(rows)
    )
    alt = f"Bar chart of person-months in work gained, lost and net. {title}. {listed}."

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        base = alt_.Chart(alt_.NamedData("rows"))
        y = alt_.Y("label:N").sort(order).title(None).axis(labelLimit=width // 2, ticks=False, domain=False)
        x = alt_.X("gained:Q").title("Person-months in work: lost to the left, gained to the right")
        x = x.axis(format=",.0f", tickCount=4 if width < theme.WIDE[0] else 7, labelOverlap=True)
        layers = [
            base.mark_bar(color=theme.PALETTE[1], height={"band": 0.62}).encode(x=x, y=y),
            base.mark_bar(color=theme.PALETTE[2], height={"band": 0.62}).encode(x="lost:Q", y=y),
            alt_.Chart(alt_.NamedData("first")).mark_rule(color=theme.INK).encode(x=alt_.datum(0)),
        ]
        if headline.n_runs > 1:
            layers.append(base.mark_rule(color=theme.INK, strokeWidth=2).encode(x="p05:Q", x2="p95:Q", y=y))
        point = base.mark_point(shape="diamond", filled=True, color="#FFFFFF", stroke=theme.INK, size=70, opacity=1)
        layers.append(point.encode(x="net:Q", y=y))
        step = max(22, size * 2)
        return alt_.layer(*layers).properties(width=width - 60 if width > 400 else width - 90, height=step * len(rows))

    caption = area_caption(
        headline, "Person-months in work gained and lost (bars) and net (diamond, with its 90% interval)"
    )
    caption = caption.replace(" Dark band: 50%; light band: 90%.", "")
    return chart_of(f"groups_{name}", (title, caption, alt), draw, rows, table)


def agency_chart(headline: Headline) -> Chart:
    """Return what each public agency gains over the whole horizon, with 90% intervals, pounds."""
    import pandas as pd

    moved = [agency for agency in AGENCIES if headline.stats[f"net_flow_{agency}"].is_other_than_zero]
    names = [*(f"net_flow_{agency}" for agency in moved), "net_public_flow"]
    labels = [*(agency_name(agency) for agency in moved), "Public purse in all"]
    labels = [label[:1].upper() + label[1:] for label in labels]
    stats = [headline.stats[name] for name in names]
    rows = pd.DataFrame(
        {
            "label": labels,
            "mean": [s.mean / 1e6 for s in stats],
            "p05": [s.p05 / 1e6 for s in stats],
            "p95": [s.p95 / 1e6 for s in stats],
        }
    )
    total = stats[-1]
    word, shown = ("gains", total) if total.mean > 0 else ("pays", absolute(total))
    title = f"The public purse {word} {both(shown, 'pounds')} net over {headline.horizon} months"
    listed = "; ".join(f"{label}: {both(stat, 'pounds')}" for label, stat in zip(labels, stats, strict=True))
    alt = f"Bar chart of the net gain of each public agency. {title}. {listed}."

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        base = alt_.Chart(alt_.NamedData("rows"))
        y = alt_.Y("label:N").sort(labels).title(None).axis(ticks=False, domain=False)
        x = alt_.X("mean:Q").title("Net gain, £ million (below zero: net cost)").axis(format=",.4~g", tickCount=5)
        layers = [
            base.mark_bar(color=theme.PALETTE[0], height={"band": 0.55}).encode(x=x, y=y),
            alt_.Chart(alt_.NamedData("first")).mark_rule(color=theme.INK).encode(x=alt_.datum(0)),
        ]
        if headline.n_runs > 1:
            layers.append(base.mark_rule(color=theme.PALETTE[3], strokeWidth=3).encode(x="p05:Q", x2="p95:Q", y=y))
        return alt_.layer(*layers).properties(width=width - 120, height=max(30, size * 3) * len(rows))

    caption = area_caption(headline, f"Receipts less payments of each agency, pounds {headline.price_words}")
    caption = caption.replace(" Dark band: 50%; light band: 90%.", " Orange line: 90% interval.")
    table = rows.rename(columns={"label": "Agency", "mean": "£ million", "p05": "5%", "p95": "95%"})
    return chart_of("money_agencies", (title, caption, alt), draw, rows, table)


def run_charts(headline: Headline) -> tuple[Chart, ...]:
    """Return every chart of a comparison, in the order of the report."""
    charts = [month_chart(headline, measure, words) for measure, words in MONTHLY]
    charts += [
        group_chart(headline, *grouping) for grouping in GROUPINGS if grouping[0] in set(headline.groups["dimension"])
    ]
    charts.append(agency_chart(headline))
    if headline.appraisal is not None:
        from results.appraisal_charts import cumulative_chart, who_chart  # they build on this file

        place = headline.geography.title, headline.caution
        charts += [who_chart(headline.appraisal, *place), cumulative_chart(headline.appraisal, *place)]
    return tuple(charts)


def write_charts(folder: Path, charts: Sequence[Chart]) -> None:
    """Write each chart as SVG, PNG and CSV."""
    for chart in charts:
        name = slug(chart.name)
        write_text(folder / f"{name}.svg", chart.file_svg)
        write_bytes(folder / f"{name}.png", theme.png_of(chart.file_svg))
        write_text(
            folder / f"{name}.csv", str(chart.table.to_csv(index=False, float_format="%.10g", lineterminator="\n"))
        )
