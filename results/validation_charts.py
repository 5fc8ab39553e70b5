"""Pictures of the validation scorecard: residuals of all figures, and each family in its own unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from results import theme
from results.charts import Chart, chart_of
from results.geography import slug
from results.validation import AGREES, DOUBTFUL, FAILS, Validation, ValidationRow
from results.validation_words import (
    ROLE_WORDS,
    families,
    family_of,
    full_label,
    interval,
    kind_of,
    quantity,
    short_labels,
    signed,
)

LOOKS = {
    AGREES: (theme.PALETTE[0], "circle"),
    DOUBTFUL: (theme.PALETTE[3], "triangle-up"),
    FAILS: (theme.PALETTE[2], "cross"),
}
INSIDE_NORMAL = 1.645
"""Residuals inside of which a normal prediction has its 90%; only the shading of a picture rests on it."""
STEP = 26
"""Height of a row of a picture, pixels."""
SOURCE = "Source: Workability simulation, draws of the posterior, un-aligned; figures as cited in the table"


def residual_chart(found: Validation, role: str) -> Chart:
    """Return the standardised residual of every figure of a role, by family, with its verdict."""
    import pandas as pd

    rows = found.of(role)
    table = pd.DataFrame(
        [
            {"family": family_of(row), "figure": full_label(row), "residual": row.residual, "verdict": row.verdict}
            for row in rows
        ]
    )
    cover = found.coverage(role)
    outside = cover.n - cover.inside
    words = ROLE_WORDS[role]
    title = (
        f"All {cover.n} {words} lie inside their 90% interval"
        if not outside
        else f"{outside} of {cover.n} {words} lie outside their 90% interval"
    )
    worst = sorted((row for row in rows if not row.is_inside), key=lambda row: -abs(row.residual))
    named = "; ".join(f"{full_label(row)}: {signed(row.residual)}, {row.verdict}" for row in worst)
    alt = f"Dot chart of standardised residuals by family of figures. {title}. {named or 'None lies outside'}."
    order = list(dict.fromkeys(table["family"]))

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        reach = max(4.0, float(table["residual"].abs().max()) + 0.5)
        x = alt_.X("residual:Q").scale(domain=[-reach, reach]).axis(tickCount=7, grid=False)
        x = x.title("Model less published, standard deviations of the prediction")
        y = alt_.Y("family:N").sort(order).title(None).axis(ticks=False, domain=False, labelLimit=width // 2)
        one = alt_.Chart(alt_.NamedData("first"))
        band = one.mark_rect(color=theme.GRID, opacity=0.6).encode(
            x=alt_.datum(-INSIDE_NORMAL), x2=alt_.datum(INSIDE_NORMAL)
        )
        zero = one.mark_rule(color=theme.INK).encode(x=alt_.datum(0))
        names = list(LOOKS)
        legend = alt_.Legend(orient="top", title=None, labelFontSize=size)
        colour = alt_.Color("verdict:N").scale(domain=names, range=[LOOKS[n][0] for n in names]).legend(legend)
        shape = alt_.Shape("verdict:N").scale(domain=names, range=[LOOKS[n][1] for n in names]).legend(legend)
        points = alt_.Chart(alt_.NamedData("rows")).mark_point(filled=True, size=70, opacity=0.75)
        layers = alt_.layer(band, zero, points.encode(x=x, y=y, color=colour, shape=shape))
        return layers.properties(width=width - 110, height=max(3, len(order)) * STEP)

    caption = f"Each mark is one published figure. Shaded: where nine in ten lie if the prediction is normal. {SOURCE}."
    heads = ["Family", "Figure", "Residual, standard deviations", "Verdict"]
    return chart_of(f"residuals_{role}", (title, caption, alt), draw, table, table.set_axis(heads, axis=1))


def family_charts(found: Validation, role: str) -> list[Chart]:
    """Return, for each family of figures of a role, what is published beside what is predicted, in its unit."""
    return [family_chart(name, rows, role) for name, rows in families(found.of(role)).items()]


def family_chart(name: str, rows: Sequence[ValidationRow], role: str) -> Chart:
    """Return one family's published figures on the 50% and 90% intervals predicted.

    Counts of persons are drawn as percent above or below what is published, so that a Place and the region fit one
    axis; the table holds the counts.

    Parameters
    ----------
    name : str
        The family.
    rows : sequence of ValidationRow
        Its figures, of one kind of unit.
    role : str
        `fit` or `holdout`.
    """
    import pandas as pd

    kind = kind_of(rows[0].target.unit)
    unit = "percent above or below what is published" if kind == "persons" else kind
    columns = ["published", "p05", "p25", "p50", "p75", "p95"]
    values = pd.DataFrame(
        [{"published": row.target.value, **{key: getattr(row, key) for key in columns[1:]}} for row in rows]
    )
    labels = short_labels(rows)
    verdicts = [row.verdict for row in rows]
    drawn = values if kind != "persons" else values.div(values["published"], axis=0).sub(1).mul(100)
    drawn = drawn.assign(figure=labels, verdict=verdicts)
    inside = sum(row.is_inside for row in rows)
    title = f"{name}, {'fitted' if role == 'fit' else 'held out'}: {inside} of {len(rows)} inside the 90% interval"
    listed = "; ".join(
        f"{full_label(row)}: published {quantity(row.target.value)}, predicted {interval(row)}" for row in rows
    )
    alt = f"Bars of predicted intervals, {unit}, with the published figure as a mark. {title}. {listed}."

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        base = alt_.Chart(alt_.NamedData("rows"))
        room = width // 2
        y = alt_.Y("figure:N").sort(labels).title(None).axis(ticks=False, domain=False, labelLimit=room)
        x = alt_.X("p05:Q").title(unit).scale(zero=False).axis(tickCount=5, format=",.2~f", grid=True)
        names = list(LOOKS)
        legend = alt_.Legend(orient="top", title="Published figure", titleFontSize=size, labelFontSize=size)
        colour = alt_.Color("verdict:N").scale(domain=names, range=[LOOKS[n][0] for n in names]).legend(legend)
        shape = alt_.Shape("verdict:N").scale(domain=names, range=[LOOKS[n][1] for n in names]).legend(legend)
        bar, tone = {"band": 0.62}, theme.PALETTE[1]
        layers = [
            base.mark_bar(color=tone, opacity=0.3, height=bar).encode(x=x, x2="p95:Q", y=y),
            base.mark_bar(color=tone, opacity=0.6, height=bar).encode(x="p25:Q", x2="p75:Q", y=y),
            base.mark_tick(color=theme.INK, thickness=2).encode(x="p50:Q", y=y),
            base.mark_point(filled=True, size=85, opacity=1).encode(x="published:Q", y=y, color=colour, shape=shape),
        ]
        return alt_.layer(*layers).properties(width=width - room, height=STEP * len(labels))

    periods = sorted({row.target.period for row in rows})
    when = f" Period: {periods[0]}." if len(periods) == 1 else ""
    caption = f"Light bar: 90% interval; dark bar: 50%; line: median; mark: published.{when} {SOURCE}."
    heads = ["Published", "5%", "25%", "Median", "75%", "95%", "Unit", "Verdict"]
    table = values.assign(unit=[row.target.unit for row in rows], verdict=verdicts).set_axis(heads, axis=1)
    table.insert(0, "Figure", [full_label(row) for row in rows])
    return chart_of(f"predicted_{role}_{slug(name)}", (title, caption, alt), draw, drawn, table)
