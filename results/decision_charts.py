"""The charts of a decision: what each option is worth, how often it is best, and what knowledge is worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from results import theme
from results.charts import Chart, chart_of
from results.decision_figures import JOBS
from results.decision_words import (
    JUDGED,
    Plain,
    cell,
    chance,
    finding,
    information_finding,
    jobs_finding,
    labels,
    measure,
    rows_are,
    stat_from,
)
from results.statistics import interval_words

if TYPE_CHECKING:
    from pandas import DataFrame

MILLION = 1e6
SHOWN = 10
"""Groups of parameters of a chart; its table has all."""


def charts_of(content: Plain) -> dict[str, Chart]:
    """Return name -> chart; that of information only where it is told."""
    charts = {
        "value": value_chart(content, content["value"]),
        "jobs": value_chart(content, JOBS),
        "best": best_chart(content),
    }
    if content["information"]["status"] == "given":
        charts["information"] = information_chart(content)
    return charts


def _caption(content: Plain, what: str, band: str) -> str:
    draft = f", one resident in {content['sample']}" if content["sample"] > 1 else ""
    return (
        f"{what}, {content['region']}, {content['n_months']} months from {content['first_month']}{draft}, against "
        f"{content['baseline']}. {band} Source: Workability simulation, {content['n_runs']:,} runs of each option on "
        f"the same random numbers. {content['status']}"
    )


def _intervals(
    rows: DataFrame, axis: str, texts: tuple[str, str, str], name: str, table: DataFrame, has_inner: bool
) -> Chart:
    """Return a diamond with its interval for each label, in the order of the rows, round a line at zero.

    Parameters
    ----------
    rows : DataFrame
        `label`, `mean`, `low`, `high`, and `inner_low` and `inner_high` where there is an inner interval.
    axis : str
        What the horizontal axis is.
    texts : tuple of str
        Title, caption and alternative text.
    name : str
        The chart's name.
    table : DataFrame
        The figures behind it.
    has_inner : bool
        Whether a thicker line shows an inner interval.
    """
    order = list(rows["label"])

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        base = alt_.Chart(alt_.NamedData("rows"))
        y = alt_.Y("label:N").sort(order).title(None).axis(labelLimit=width // 2, ticks=False, domain=False)
        x = alt_.X("mean:Q").title(axis).axis(format=",.4~g", tickCount=5, labelOverlap=True)
        x = x.scale(padding=size)  # a diamond at the edge would cover its label
        colour = theme.PALETTE[0]
        layers = [alt_.Chart(alt_.NamedData("first")).mark_rule(color=theme.INK).encode(x=alt_.datum(0))]
        layers.append(base.mark_rule(color=colour, strokeWidth=2).encode(x="low:Q", x2="high:Q", y=y))
        if has_inner:
            inner = base.mark_rule(color=colour, strokeWidth=7, opacity=0.55)
            layers.append(inner.encode(x="inner_low:Q", x2="inner_high:Q", y=y))
        point = base.mark_point(shape="diamond", filled=True, color="#FFFFFF", stroke=theme.INK, size=90, opacity=1)
        layers.append(point.encode(x=x, y=y))
        step = max(30, size * 3)
        return alt_.layer(*layers).properties(width=max(140, width - width // 3), height=step * len(order))

    return chart_of(name, texts, draw, rows, table)


def value_chart(content: Plain, name: str) -> Chart:
    """Return the distribution of one measure of every option, doing nothing at 0."""
    import pandas as pd

    found = measure(content, name)
    by, unit = (MILLION, "£ million") if found["kind"] == "pounds" else (1.0, found["unit"])
    stats = [stat_from(values) for values in found["stats"]]
    records = [
        {"label": label, "mean": s.mean / by, "low": s.p05 / by, "high": s.p95 / by, "inner_low": s.p25 / by,
         "inner_high": s.p75 / by}
        for label, s in zip(labels(content), stats, strict=False)
    ]  # fmt: skip
    records.append(
        dict.fromkeys(("mean", "low", "high", "inner_low", "inner_high"), 0.0) | {"label": labels(content)[-1]}
    )
    rows = pd.DataFrame(records)[["label", "mean", "low", "high", "inner_low", "inner_high"]]
    title = jobs_finding(content) if name == JOBS else finding(content)
    texts = [f"{label}: {cell(content, name, k)}" for k, label in enumerate(labels(content))]
    alt = f"Chart of {found['label'][:1].lower()}{found['label'][1:]} by option, {unit}. {'; '.join(texts)}."
    words = interval_words(stats[0].interval, content["n_runs"])
    caption = _caption(content, found["label"], f"Diamond: mean; thin line: 90%; thick line: 50%. Intervals: {words}.")
    heads = ["Option", f"Mean, {unit}", "5%", "95%", "25%", "75%"]
    table = rows.set_axis(heads, axis=1)
    return _intervals(rows, unit, (title, caption, alt), f"decision_{name}", table, has_inner=True)


def best_chart(content: Plain) -> Chart:
    """Return how often each option is best, with 90% intervals."""
    import pandas as pd

    best, names = content["best"][content["value"]], labels(content)
    rows = pd.DataFrame(
        [
            {"label": name, "mean": 100 * row["share"], "low": 100 * row["low"], "high": 100 * row["high"]}
            for name, row in zip(names, best, strict=True)
        ]
    )
    top = max(range(len(best)), key=lambda k: best[k]["share"])
    title = f"{names[top]} is best most often: in {chance(best[top])} of {content['n_rows']:,} {rows_are(content)}"
    texts = [f"{name}: {chance(row)}" for name, row in zip(names, best, strict=True)]
    alt = f"Chart of how often each option is best for {JUDGED[content['value']]}. {'; '.join(texts)}."
    what = f"Share of {rows_are(content)} in which an option is worth most for {JUDGED[content['value']]}; ties shared"
    caption = _caption(content, what, "Line: 90% interval of the share (Wilson).")
    table = rows.set_axis(["Option", "Best in, % of all", "5%", "95%"], axis=1)
    axis = f"% of {rows_are(content)}"
    return _intervals(rows, axis, (title, caption, alt), "decision_best", table, has_inner=False)


def information_rows(content: Plain) -> list[Plain]:
    """Return perfect information and every group, with titles."""
    found = content["information"]
    return [{"title": "Every parameter (perfect information)", **found["perfect"]}, *found["groups"]]


def information_chart(content: Plain) -> Chart:
    """Return what it is worth to know each group of parameters, with two standard errors."""
    import pandas as pd

    every: Sequence[Plain] = information_rows(content)
    frame = pd.DataFrame(
        [
            {
                "label": row["title"],
                "mean": row["value"] / MILLION,
                "low": max(0.0, row["value"] - 2 * row["error"]) / MILLION,
                "high": (row["value"] + 2 * row["error"]) / MILLION,
            }
            for row in every
        ]
    )
    title = information_finding(content)
    listed = "; ".join(f"{r['label']}: {r['mean']:.3g}" for r in frame.to_dict("records"))
    alt = f"Chart of the value of knowing before deciding, £ million. {title}. {listed}."
    caption = _caption(
        content, "Expected value of information, £ million for this one decision",
        "Diamond: estimate; line: two standard errors to either side. Chance is not counted.",
    )  # fmt: skip
    heads = ["Known before deciding", "£ million", "Less two standard errors", "Plus two"]
    return _intervals(
        frame.head(SHOWN), "£ million", (title, caption, alt), "decision_information", frame.set_axis(heads, axis=1),
        has_inner=False,
    )  # fmt: skip
