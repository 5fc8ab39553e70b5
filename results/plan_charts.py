"""The charts of a plan's claims: counted another way, by year, and the model's figure beside the published one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from results import theme
from results.charts import Chart, chart_of
from results.plan_claims import ClaimRow, amount
from results.plan_data import PlanResult, figure_text
from results.plan_model import YEAR_IN_WORK, ModelFigure

STEP = 2.8
"""Height of a row, in font sizes."""
RANGE = "Lines: range over inputs that are not known."


def plan_charts(result: PlanResult) -> tuple[Chart, ...]:
    """Return every chart of a plan, in the order of the page."""
    found = [variants_chart(result)]
    found += [years_chart(result, row) for row in result.rows if row.found.years]
    found.append(model_chart(result))
    return tuple(chart for chart in found if chart is not None)


def caption_of(result: PlanResult, what: str, band: str) -> str:
    """Return a caption: what is shown, where and when, how lines read, source.

    Parameters
    ----------
    result : PlanResult
        The plan.
    what : str
        What is shown.
    band : str
        What the lines are.
    """
    plan = result.plan
    return (
        f"{what}, {plan.group}, {plan.period}. {band} Source: {plan.source.title}, {plan.source.date}; own arithmetic."
    )


def variants_chart(result: PlanResult) -> Chart | None:
    """Return every variant over its published figure, None where there are none."""
    import pandas as pd

    rows = [
        {
            "label": f"{row.claim.short}: {v.variant.title[:1].lower()}{v.variant.title[1:]}",
            "ratio": v.ratio,
            "low": v.found.low / row.claim.published,
            "high": v.found.high / row.claim.published,
        }
        for row in result.rows
        for v in row.variants
    ]
    if not rows:
        return None
    frame = pd.DataFrame(rows)
    low, high = float(frame["ratio"].min()), float(frame["ratio"].max())
    title = f"Counted another way, claims come to {low:.2f} to {high:.2f} times what the plan published"
    listed = "; ".join(f"{r['label']}: {r['ratio']:.2f}" for r in rows_of(frame))
    alt = f"Dot chart of each claim counted another way over its published figure. {title}. {listed}."
    columns = {"label": "Counted another way", "ratio": "Times the published figure",
               "low": "Lower end", "high": "Upper end"}  # fmt: skip
    caption = caption_of(result, "Variants over published figures", f"Dashed: the published figure. {RANGE}")
    axis = "Times the published figure"
    draw = _dots(list(frame["label"]), ("ratio", "low", "high"), (axis, ".1f"), 1.0)
    return chart_of("plan_variants", (title, caption, alt), draw, frame, frame.rename(columns=columns))


def _dots(
    order: Sequence[str], fields: tuple[str, str, str], axis: tuple[str, str], mark: float
) -> Callable[[int, int, int], Any]:
    """Return what draws a dot a row with its range, each row's name above it, and a dashed line at one value.

    Parameters
    ----------
    order : sequence of str
        Names of the rows, from the top.
    fields : tuple of str
        Columns of value, lower and upper end.
    axis : tuple of str
        Title and number format of the axis.
    mark : float
        Where the dashed line stands.
    """

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        base = alt_.Chart(alt_.NamedData("rows"))
        y = alt_.Y("label:N").sort(order).title(None).axis(None)
        x = alt_.X(f"{fields[0]}:Q").title(axis[0]).axis(tickCount=5, format=axis[1])
        one = alt_.Chart(alt_.NamedData("first")).mark_rule(color=theme.INK, strokeDash=[4, 3])
        line = base.mark_rule(color=theme.PALETTE[3], strokeWidth=3)
        dot = base.mark_point(filled=True, size=90, opacity=1, color=theme.PALETTE[0])
        name = base.mark_text(align="left", dy=-size * 1.1, fontSize=size)
        halo = base.mark_text(align="left", dy=-size * 1.1, fontSize=size, stroke="#FFFFFF", strokeWidth=4)
        layers = [
            one.encode(x=alt_.datum(mark)),
            halo.encode(x=alt_.value(0), y=y, text="label:N"),
            line.encode(x=f"{fields[1]}:Q", x2=f"{fields[2]}:Q", y=y),
            dot.encode(x=x, y=y),
            name.encode(x=alt_.value(0), y=y, text="label:N"),
        ]
        return alt_.layer(*layers).properties(width=width - 40, height=int(size * STEP) * len(order))

    return draw


def rows_of(frame: Any) -> list[dict[str, Any]]:
    """Return the rows of a frame."""
    return [dict(row) for row in frame.to_dict("records")]


def years_chart(result: PlanResult, row: ClaimRow) -> Chart:
    """Return a claim's path over years with the range of inputs that are not known."""
    import pandas as pd

    found, unit = row.found, row.claim.unit
    frame = pd.DataFrame(
        {
            "year": [f"Year {i + 1}" for i in range(len(found.years))],
            "value": found.years,
            "low": found.years_low,
            "high": found.years_high,
        }
    )
    worst = min(range(len(found.years)), key=lambda i: found.years[i])
    title = f"{amount(found.years[-1], unit)} is saved from year {len(found.years)} on"
    if found.years[worst] < 0:
        ends = f"{amount(-found.years_high[worst], unit)} to {amount(-found.years_low[worst], unit)}"
        title = f"Year {worst + 1} costs {amount(-found.years[worst], unit)} ({ends}) more before {title}"
    listed = "; ".join(
        f"{r['year']}: {amount(r['value'], unit)} ({amount(r['low'], unit)} to {amount(r['high'], unit)})"
        for r in rows_of(frame)
    )
    alt = f"Bar chart of the saving by year. {title}. {listed}."
    caption = caption_of(result, f"{row.claim.title}: saving by year, pounds", f"Orange {RANGE.lower()}")
    columns = {"year": "Year", "value": "Saving, pounds", "low": "Lower end", "high": "Upper end"}
    order = list(frame["year"])

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        base = alt_.Chart(alt_.NamedData("rows"))
        y = alt_.Y("year:N").sort(order).title(None).axis(ticks=False, domain=False)
        x = alt_.X("value:Q").title("Saving, pounds (below zero: costs more)").axis(format=",.0f", tickCount=5)
        layers = [
            base.mark_bar(color=theme.PALETTE[0], height={"band": 0.55}).encode(x=x, y=y),
            alt_.Chart(alt_.NamedData("first")).mark_rule(color=theme.INK).encode(x=alt_.datum(0)),
            base.mark_rule(color=theme.PALETTE[3], strokeWidth=3).encode(x="low:Q", x2="high:Q", y=y),
        ]
        return alt_.layer(*layers).properties(width=width - 80, height=size * 3 * len(order))

    name = f"plan_years_{row.claim.name.replace('-', '_')}"
    return chart_of(name, (title, caption, alt), draw, frame, frame.rename(columns=columns))


def model_chart(result: PlanResult) -> Chart | None:
    """Return the run's Exchequer gain for a year in work beside the published figure, None where there is none."""
    import pandas as pd

    row = next((row for row in result.rows if row.claim.mechanism == "sickness_to_work"), None)
    if row is None:
        return None
    shown = [figure for figure in result.figures_of(row.claim.name) if _is_drawn(figure)]
    stats = [figure.stat for figure in shown if figure.stat is not None]
    if not stats:
        return None
    frame = pd.DataFrame(
        {
            "label": [f"{figure.area}: {short_label(figure)}" for figure in shown],
            "mean": [s.mean for s in stats],
            "p05": [s.p05 for s in stats],
            "p95": [s.p95 for s in stats],
        }
    )
    published = amount(row.claim.published, row.claim.unit)
    title = f"{shown[0].area}: a year in work gains the Exchequer {figure_text(shown[0])}, not the plan's {published}"
    if shown[0].stat is not None and shown[0].stat.p05 <= row.claim.published <= shown[0].stat.p95:
        title = f"{shown[0].area}: {figure_text(shown[0])} for a year in work; the plan's {published} lies within"
    listed = "; ".join(f"{figure.area}, {figure.label}: {figure_text(figure)}" for figure in shown)
    alt = f"Dot chart. {title}. {listed}."
    caption = (
        f"Exchequer gain before programme spending for each additional year in work, {result.facts.run_words}. Dashed: "
        f"the plan's {published} in 2012/13 prices. Lines: 90% intervals. Source: Workability simulation. "
        f"{result.facts.status.capitalize()}."
    )
    columns = {"label": "Figure", "mean": "Pounds", "p05": "5%", "p95": "95%"}
    axis = ("Pounds for each additional year in work (below zero: costs more)", ",.0f")
    draw = _dots(list(frame["label"]), ("mean", "p05", "p95"), axis, row.claim.published)
    return chart_of("plan_model", (title, caption, alt), draw, frame, frame.rename(columns=columns))


def short_label(figure: ModelFigure) -> str:
    """Return a figure's name on the chart: the whole gain, or an agency's part of it."""
    return "in all" if figure.part == "" else figure.part


def _is_drawn(figure: ModelFigure) -> bool:
    """Return whether a figure is a gain for a year in work with a value and an interval."""
    return (
        figure.unit == YEAR_IN_WORK
        and figure.stat is not None
        and not math.isnan(figure.stat.mean)
        and not math.isnan(figure.stat.p05)
    )
