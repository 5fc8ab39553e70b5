"""The pictures of an appraisal: who pays and who gains, and when the exchequer has its money back; no new figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from results import theme
from results.appraisal import Appraisal
from results.appraisal_figures import EXCHEQUER
from results.appraisal_prices import BASES
from results.appraisal_tables import shown_perspectives
from results.appraisal_words import capital, name_of, payback_sentence, span, verdict, who_sentence
from results.charts import SOURCE, Chart, chart_of
from results.display import both
from results.lookup import records, stat_of
from results.statistics import interval_kind, interval_words

if TYPE_CHECKING:
    from pandas import DataFrame

MILLION = 1e6
SUMS = ("exchequer", "society")
"""Perspectives that are sums over others, drawn in another colour and marked in words."""


def caption_of(appraisal: Appraisal, what: str, place: str, caution: str, band: str) -> str:
    """Return a caption: measure, area, prices, how the intervals read, source and status.

    Parameters
    ----------
    appraisal : Appraisal
        The figures.
    what, place, caution, band : str
        Measure, area, status of the run, and what stands for the interval.
    """
    words = interval_words(interval_kind(appraisal.n_runs, appraisal.n_draws), appraisal.n_runs)
    status = f" {capital(caution)}." if caution else ""
    shown = f" {band}" if appraisal.n_runs > 1 else ""
    prices = f"{appraisal.base_year} prices, discounted at {appraisal.discount_rate:g}% a year"
    return (
        f"{what}, {place}, over {span(appraisal)} from {appraisal.first_month}, {prices}. Intervals: {words}.{shown} "
        f"{appraisal.flag()} {SOURCE}.{status}"
    ).replace("  ", " ")


def who_chart(appraisal: Appraisal, place: str, caution: str) -> Chart:
    """Return net present value of every account whose money changes, with 90% intervals and the sums marked.

    Parameters
    ----------
    appraisal : Appraisal
        The figures.
    place, caution : str
        Area and status for the caption.
    """
    import pandas as pd

    names = shown_perspectives(appraisal)
    stats = [appraisal.value(name, BASES[-1]) for name in names]
    labels = [name_of(name) for name in names]
    rows = pd.DataFrame(
        {
            "label": labels,
            "kind": ["sum over others" if name in SUMS else "account" for name in names],
            "mean": [s.mean / MILLION for s in stats],
            "p05": [s.p05 / MILLION for s in stats],
            "p95": [s.p95 / MILLION for s in stats],
        }
    )
    title = who_sentence(appraisal)
    listed = "; ".join(f"{label}: {both(stat, 'pounds')}" for label, stat in zip(labels, stats, strict=True))
    alt = f"Bar chart of the net present value of each account. {title}. {listed}."

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        base = alt_.Chart(alt_.NamedData("rows"))
        y = alt_.Y("label:N").sort(labels).title(None).axis(ticks=False, domain=False, labelLimit=width // 2)
        x = alt_.X("mean:Q").title("Net present value, £ million (below zero: pays)").axis(format=",.4~g", tickCount=5)
        legend = alt_.Legend(orient="top", direction="vertical", title=None, labelFontSize=size)
        scale = alt_.Scale(domain=["account", "sum over others"], range=[theme.PALETTE[0], theme.QUIET])
        bars = base.mark_bar(height={"band": 0.55}).encode(
            x=x, y=y, color=alt_.Color("kind:N", scale=scale, legend=legend)
        )
        layers = [bars, alt_.Chart(alt_.NamedData("first")).mark_rule(color=theme.INK).encode(x=alt_.datum(0))]
        if appraisal.n_runs > 1:
            layers.append(base.mark_rule(color=theme.PALETTE[3], strokeWidth=3).encode(x="p05:Q", x2="p95:Q", y=y))
        return alt_.layer(*layers).properties(
            width=width - (150 if width > 400 else 100), height=max(26, size * 2) * len(rows)
        )

    caption = caption_of(appraisal, "Net present value by account", place, caution, "Orange line: 90% interval.")
    heads = ["Account", "Kind", "£ million", "5%", "95%"]
    return chart_of("savings_who", (title, caption, alt), draw, rows, rows.set_axis(heads, axis=1))


def cumulative_chart(appraisal: Appraisal, place: str, caution: str) -> Chart:
    """Return the running discounted sum of the exchequer by month, with its 90% band.

    Parameters
    ----------
    appraisal : Appraisal
        The figures.
    place, caution : str
        Area and status for the caption.
    """
    frame = appraisal.rows("cumulative", perspective=EXCHEQUER)
    rows: DataFrame = frame[["month", "mean", "p05", "p95"]].reset_index(drop=True)
    rows = rows.assign(**{name: rows[name] / MILLION for name in ("mean", "p05", "p95")})
    months = len(rows)
    last = stat_of(records(frame)[-1])
    title = payback_sentence(appraisal).rstrip(".")
    alt = f"Line chart of the exchequer's running sum. {title}. In the last month {verdict(EXCHEQUER, last)}."
    ends_at = appraisal.horizon if appraisal.horizon < months else 0

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        step = 12 if months <= 120 else 60
        x = alt_.X("month:Q").title("Months since the policy began").scale(domain=[1, months])
        x = x.axis(values=list(range(0, months + 1, step)), grid=False)
        base = alt_.Chart(alt_.NamedData("rows")).encode(x=x)
        one = alt_.Chart(alt_.NamedData("first"))
        layers = [one.mark_rule(color=theme.INK, strokeWidth=1).encode(y=alt_.datum(0))]
        if ends_at:
            layers.append(one.mark_rule(color=theme.QUIET, strokeDash=[4, 4]).encode(x=alt_.datum(ends_at)))
            text = one.mark_text(align="left", dx=4, baseline="top", fontSize=size, color=theme.QUIET)
            layers.append(text.encode(x=alt_.datum(ends_at), y=alt_.value(0), text=alt_.value("end of the run")))
        if appraisal.n_runs > 1:
            band = base.mark_area(color=theme.PALETTE[0], opacity=0.25)
            layers.append(band.encode(y=alt_.Y("p05:Q").title(None), y2="p95:Q"))
        line = base.mark_line(color=theme.PALETTE[0], strokeWidth=2.5)
        layers.append(line.encode(y=alt_.Y("mean:Q").title("£ million").axis(format=",.4~g", tickCount=6)))
        return alt_.layer(*layers).properties(width=width - 20, height=height)

    what = "Running discounted sum of receipts less payments of the exchequer"
    caption = caption_of(appraisal, what, place, caution, "Band: 90% interval.")
    heads = ["Policy month", "£ million", "5%", "95%"]
    return chart_of("savings_cumulative", (title, caption, alt), draw, rows, rows.set_axis(heads, axis=1))
