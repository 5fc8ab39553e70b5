"""The charts of a plan's claims: counted another way, by year, and the model's figure beside the published one."""

from __future__ import annotations

import math
from typing import Any

from results import theme
from results.charts import Chart, chart_of
from results.plan_claims import ClaimRow, amount
from results.plan_data import STATUS, PlanResult, figure_text
from results.plan_model import ModelFigure

STEP = 2.4
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
            "label": f"{row.claim.title}: {v.variant.title[:1].lower()}{v.variant.title[1:]}",
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
    frame["number"] = [f"{i + 1}" for i in range(len(frame))]
    low, high = float(frame["ratio"].min()), float(frame["ratio"].max())
    title = f"Counted another way, claims come to {low:.2f} to {high:.2f} times what the plan published"
    listed = "; ".join(f"{r['number']}, {r['label']}: {r['ratio']:.2f}" for r in rows_of(frame))
    alt = f"Dot chart of each claim counted another way over its published figure. {title}. {listed}."
    columns = {"number": "Number", "label": "Counted another way", "ratio": "Times the published figure",
               "low": "Lower end", "high": "Upper end"}  # fmt: skip
    table = frame[list(columns)].rename(columns=columns)
    caption = caption_of(
        result,
        "Variants over published figures, numbered as in the table",
        RANGE,
    )
    order = list(frame["number"])

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        base = alt_.Chart(alt_.NamedData("rows"))
        y = alt_.Y("number:N").sort(order).title(None).axis(ticks=False, domain=False)
        x = alt_.X("ratio:Q").title("Times the published figure (1: the same)").axis(tickCount=5)
        one = alt_.Chart(alt_.NamedData("first")).mark_rule(color=theme.INK, strokeDash=[4, 3])
        line = base.mark_rule(color=theme.PALETTE[0], strokeWidth=3, opacity=0.5).encode(x="low:Q", x2="high:Q", y=y)
        dot = base.mark_point(filled=True, size=90, opacity=1, color=theme.PALETTE[0]).encode(x=x, y=y)
        text = base.mark_text(dy=-size * 0.8, fontSize=size - 1).encode(
            x=x, y=y, text=alt_.Text("ratio:Q", format=".2f")
        )
        layers = [one.encode(x=alt_.datum(1)), line, dot, text]
        return alt_.layer(*layers).properties(width=width - 60, height=int(size * STEP) * len(order))

    return chart_of("plan_variants", (title, caption, alt), draw, frame, table)


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
    last = amount(found.years[-1], unit)
    before = f"year {worst + 1} costs {amount(-found.years[worst], unit)} more and " if found.years[worst] < 0 else ""
    title = f"{before[:1].upper()}{before[1:]}{last} is saved from year {len(found.years)} on"
    if not before:
        title = f"{last} is saved from year {len(found.years)} on"
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
    if not shown:
        return None
    stats = [figure.stat for figure in shown if figure.stat is not None]
    frame = pd.DataFrame(
        {
            "label": [f"{figure.area}: {figure.label[:1].lower()}{figure.label[1:]}" for figure in shown],
            "mean": [s.mean for s in stats],
            "p05": [s.p05 for s in stats],
            "p95": [s.p95 for s in stats],
        }
    )
    frame["number"] = [f"{i + 1}" for i in range(len(frame))]
    published = amount(row.claim.published, row.claim.unit)
    title = f"{shown[0].area}: the run's figure is {figure_text(shown[0])}, the plan's {published}"
    alt = f"Dot chart. {title}. " + "; ".join(
        f"{figure.area}, {figure.label}: {figure_text(figure)}" for figure in shown
    )
    caption = (
        f"Exchequer gain of {result.facts.run_words}, numbered as in the table; dashed: the plan's {published} in "
        f"2012/13 prices. Lines: 90% intervals. Source: Workability simulation. {STATUS.capitalize()}."
    )
    columns = {"number": "Number", "label": "Figure", "mean": "Pounds", "p05": "5%", "p95": "95%"}
    order = list(frame["number"])

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        base = alt_.Chart(alt_.NamedData("rows"))
        y = alt_.Y("number:N").sort(order).title(None).axis(ticks=False, domain=False)
        x = alt_.X("mean:Q").title("Pounds (below zero: costs more)").axis(format=",.0f", tickCount=5)
        claim = alt_.Chart(alt_.NamedData("first")).mark_rule(color=theme.INK, strokeDash=[4, 3])
        line = base.mark_rule(color=theme.PALETTE[3], strokeWidth=3).encode(x="p05:Q", x2="p95:Q", y=y)
        dot = base.mark_point(filled=True, size=90, opacity=1, color=theme.PALETTE[0]).encode(x=x, y=y)
        layers = [claim.encode(x=alt_.datum(row.claim.published)), line, dot]
        return alt_.layer(*layers).properties(width=width - 60, height=int(size * STEP) * len(order))

    table = frame[list(columns)].rename(columns=columns)
    return chart_of("plan_model", (title, caption, alt), draw, frame, table)


def _is_drawn(figure: ModelFigure) -> bool:
    """Return whether a figure has a value and an interval."""
    return figure.stat is not None and not math.isnan(figure.stat.mean) and not math.isnan(figure.stat.p05)
