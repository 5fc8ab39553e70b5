"""The charts of a funding study: parts of constraints, flows of money, money unspent, Places and allocators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from results import theme
from results.charts import Chart, chart_of
from results.funding_data import STATUS
from results.funding_measures import GAIN, LOSS, allocator_words, clause, good, measure_of, ring, ring_inside, signed
from results.funding_read import Figures
from results.funding_words import ranked, under_words
from results.statistics import Stat

if TYPE_CHECKING:
    from pandas import DataFrame

SOURCE = "Source: Workability simulation, flexible less ring-fenced money on the same random numbers"
KINDS = ("gain", "loss", "cannot be told")
COLOURS = {
    "gain": theme.PALETTE[1],
    "loss": theme.PALETTE[2],
    "cannot be told": theme.QUIET,
    "in all": theme.PALETTE[0],
}
SHAPES = {"gain": "circle", "loss": "triangle-down", "cannot be told": "square"}
REST = "the rest, of constraints not varied"


def caption_of(figures: Figures, what: str, band: str = "Lines: ") -> str:
    """Return a caption: what is shown, of whom, when, how intervals read, source and status.

    Parameters
    ----------
    figures : Figures
        A study.
    what : str
        What is shown.
    band : str
        What shows the intervals; empty where there are none.
    """
    study = figures.study
    words = f" {band}{figures.interval_words}." if band else " Means over runs."
    status = "" if study.calibrated else f" {STATUS.capitalize()}."
    source = SOURCE if band else SOURCE.replace("flexible less ring-fenced money", "both arms")
    return f"{what}, {study.geography.title}, {study.months} months.{words} {source}.{status}"


def scaled(figures: Figures, name: str) -> tuple[float, str, str]:
    """Return what a measure's values are divided by for drawing, the axis' title and its number format."""
    measure = measure_of(name)
    return (1e6, f"{measure.label}, £ million", ",.4~g") if measure.kind == "pounds" else (1.0, measure.label, ",.4~r")


def waterfall(figures: Figures, name: str) -> Chart | None:
    """Return the way from ring-fenced to flexible money, one step a constraint, None where there are no parts."""
    import pandas as pd

    measure, parts, total = measure_of(name), figures.attribution(name), figures.value(name)
    if not parts or total is None:
        return None
    order = ranked(parts, measure.better)
    by, axis, form = scaled(figures, name)
    rows, reached = [], 0.0
    for key in order:
        stat = parts[key]
        kind = {GAIN: KINDS[0], LOSS: KINDS[1]}.get(good(stat, name), KINDS[2])
        rows.append(_step(ring(key), kind, reached, stat, by, signed(stat, measure.kind).partition(" (")[0]))
        reached += stat.mean
    rest = total.mean - reached
    if abs(rest) > 1e-6 * max(1.0, abs(total.mean)):
        rows.append({"label": REST.capitalize(), "kind": KINDS[2], "start": reached / by, "end": total.mean / by,
                     "p05": float("nan"), "p95": float("nan"), "text": ""})  # fmt: skip
    rows.append(_step("Flexible, in all", "in all", 0.0, total, by, signed(total, measure.kind).partition(" (")[0]))
    frame = pd.DataFrame(rows)
    frame["at"] = frame[["start", "end", "p95"]].max(axis=1)
    title = _waterfall_title(figures, name, order, total)
    alt = f"Waterfall chart. {title}. " + "; ".join(f"{ring(key)}: {signed(parts[key], measure.kind)}" for key in order)
    table = pd.DataFrame(
        [(ring(key), *_ends(parts[key])) for key in order] + [("Flexible, in all", *_ends(total))],
        columns=["Constraint dropped", measure.label, "5%", "95%"],
    )
    caption = caption_of(figures, f"Shapley value of dropping each constraint: {measure.label.lower()}")
    kinds = [kind for kind in COLOURS if kind in set(frame["kind"])]
    draw = _bars_drawn((list(frame["label"]), kinds), axis, form, len(figures.runs) > 1)
    return chart_of(f"funding_waterfall_{name}", (title, caption, alt), draw, frame, table)


def _step(label: str, kind: str, start: float, stat: Stat, by: float, text: str) -> dict[str, Any]:
    """Return one bar: from where it starts to where it ends, with the interval of its end.

    Parameters
    ----------
    label, kind : str
        What it is, and how it is coloured.
    start : float
        Where it starts.
    stat : Stat
        How far it goes.
    by : float
        What values are divided by.
    text : str
        Its figure.
    """
    return {
        "label": label,
        "kind": kind,
        "start": start / by,
        "end": (start + stat.mean) / by,
        "p05": (start + stat.p05) / by,
        "p95": (start + stat.p95) / by,
        "text": text,
    }


def _ends(stat: Stat) -> tuple[float, float, float]:
    return stat.mean, stat.p05, stat.p95


def _waterfall_title(figures: Figures, name: str, order: Sequence[str], total: Stat) -> str:
    """Return the finding: what flexibility is worth, and the constraint that weighs most."""
    measure, parts = measure_of(name), figures.attribution(name)
    whole = f"Without rings: {clause(total, name)}"
    costly = [key for key in order if good(parts[key], name) == GAIN]
    if not costly:
        harmful = [key for key in reversed(order) if good(parts[key], name) == LOSS]
        if not harmful:
            return f"{whole}; no ring's part can be told from zero"
        worst = harmful[0]
        return f"{whole}; the largest part is {ring_inside(worst)}, {signed(parts[worst], measure.kind)}"
    most = costly[0]
    return f"{whole}; the largest part is {ring_inside(most)}, {signed(parts[most], measure.kind)}"


def _bars_drawn(labels: tuple[list[str], list[str]], axis: str, form: str, with_interval: bool) -> Any:
    """Return the drawing of floating bars in an order.

    Parameters
    ----------
    labels : two lists of str
        Labels from the top, and the kinds of bars that there are.
    axis, form : str
        Title and number format of the axis.
    with_interval : bool
        Whether to draw intervals.
    """
    order, kinds = labels

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        is_wide = width >= theme.WIDE[0]
        base = alt_.Chart(alt_.NamedData("rows"))
        y = alt_.Y("label:N").sort(order).title(None)
        y = y.axis(**label_axis(width, size))
        x = alt_.X("start:Q").title(axis).axis(format=form, tickCount=6 if is_wide else 3)
        legend = alt_.Legend(orient="top", title=None, labelFontSize=size, columns=len(kinds) if is_wide else 2)
        colour = alt_.Color("kind:N").scale(domain=kinds, range=[COLOURS[kind] for kind in kinds])
        layers = [
            alt_.Chart(alt_.NamedData("first")).mark_rule(color=theme.INK).encode(x=alt_.datum(0)),
            base.mark_bar(height={"band": 0.6}).encode(x=x, x2="end:Q", y=y, color=colour.legend(legend)),
        ]
        if with_interval:
            layers.append(base.mark_rule(color=theme.INK, strokeWidth=2).encode(x="p05:Q", x2="p95:Q", y=y))
        label = base.mark_text(align="left", dx=6, fontSize=size, color=theme.INK)
        layers.append(label.encode(x="at:Q", y=y, text="text:N"))
        step = max(28, size * 3)
        room = width - 190 if is_wide else width - 105
        return alt_.layer(*layers).properties(width=room, height=step * len(order))

    return draw


def label_axis(width: int, size: int) -> dict[str, Any]:
    """Return how an axis of labels is drawn; on phones long labels break into lines around the middle of their row.

    Parameters
    ----------
    width : int
        Width of the plot.
    size : int
        Size of its letters.
    """
    common = {"ticks": False, "domain": False, "labelLimit": width // 2}
    if width >= theme.WIDE[0]:
        return common
    lines = r"split(trim(replace(datum.label, /(.{1,21})(\s|$)/g, '$1\n')), '\n')"
    shifts = [{"test": f"length({lines}) == {n}", "value": -(n - 1) * (size + 2) / 2} for n in (2, 3, 4)]
    return {**common, "labelExpr": lines, "labelOffset": {"condition": shifts, "value": 0}}


def interval_rows(figures: Figures, found: Sequence[tuple[str, Stat]], name: str) -> DataFrame:
    """Return what an interval chart draws.

    Parameters
    ----------
    figures : Figures
        A study.
    found : sequence of (str, Stat)
        Label and statistic of each row.
    name : str
        The measure.
    """
    import pandas as pd

    by = scaled(figures, name)[0]
    rows = [
        {
            "label": label,
            "kind": {GAIN: KINDS[0], LOSS: KINDS[1]}.get(good(stat, name), KINDS[2]),
            "mean": stat.mean / by,
            "p05": stat.p05 / by,
            "p95": stat.p95 / by,
        }
        for label, stat in found
    ]
    return pd.DataFrame(rows)


def interval_chart(
    figures: Figures, found: Sequence[tuple[str, Stat]], name: str, texts: tuple[str, str, str]
) -> Chart:
    """Return one point a row with its interval, shaped and coloured by gain, loss or neither told.

    Parameters
    ----------
    figures : Figures
        A study.
    found : sequence of (str, Stat)
        Label and statistic of each row.
    name : str
        The measure.
    texts : tuple of str
        Name of the chart, its finding, heading of the labels.
    """
    import pandas as pd

    file_name, title, heading = texts
    measure = measure_of(name)
    _, axis, form = scaled(figures, name)
    rows = interval_rows(figures, found, name)
    order, kinds = list(rows["label"]), [kind for kind in KINDS if kind in set(rows["kind"])]
    alt = f"Chart of {measure.thing}, flexible less ring-fenced. {title}. " + "; ".join(
        f"{label}: {signed(stat, measure.kind)}" for label, stat in found
    )
    table = pd.DataFrame(
        [(label, *_ends(stat)) for label, stat in found], columns=[heading, measure.label, "5%", "95%"]
    )

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        is_wide = width >= theme.WIDE[0]
        base = alt_.Chart(alt_.NamedData("rows"))
        y = alt_.Y("label:N").sort(order).title(None)
        y = y.axis(**label_axis(width, size))
        x = alt_.X("mean:Q").title(f"{axis}: change").axis(format=form, tickCount=6 if is_wide else 3)
        legend = alt_.Legend(orient="top", title=None, labelFontSize=size, symbolSize=90)
        colour = alt_.Color("kind:N").scale(domain=kinds, range=[COLOURS[kind] for kind in kinds]).legend(legend)
        shape = alt_.Shape("kind:N").scale(domain=kinds, range=[SHAPES[kind] for kind in kinds]).legend(legend)
        layers = [alt_.Chart(alt_.NamedData("first")).mark_rule(color=theme.INK).encode(x=alt_.datum(0))]
        if len(figures.runs) > 1:
            layers.append(base.mark_rule(strokeWidth=3).encode(x="p05:Q", x2="p95:Q", y=y, color=colour))
        point = base.mark_point(filled=True, size=110, opacity=1)
        layers.append(point.encode(x=x, y=y, color=colour, shape=shape))
        step = max(26, size * 2) if is_wide else 34
        room = width - 190 if is_wide else width - 105
        return alt_.layer(*layers).properties(width=room, height=step * len(order))

    what = f"{measure.label}, flexible less ring-fenced money"
    return chart_of(file_name, (title, caption_of(figures, what), alt), draw, rows, table)


def place_chart(figures: Figures) -> Chart | None:
    """Return the value of flexibility Place by Place, None where it was not counted."""
    name = figures.primary
    found = figures.areas(name)
    if not found:
        return None
    kind = measure_of(name).kind
    ends = sorted(found, key=lambda x: (-x[1].mean, x[0]))
    title = (
        f"{ends[0][0]} gains most, {signed(ends[0][1], kind)}; {ends[-1][0]} "
        f"{'loses most' if good(ends[-1][1], name) == LOSS else 'gains least'}, {signed(ends[-1][1], kind)}"
    )
    if good(ends[0][1], name) != GAIN:
        title = f"No Place clearly gains: {ends[0][0]} has the largest estimate, {signed(ends[0][1], kind)}"
    return interval_chart(figures, found, name, ("funding_places", title, "Place"))


def allocator_chart(figures: Figures, name: str) -> Chart:
    """Return the value of flexibility under each allocator, hindsight last."""
    names = [*figures.allocators, *(a for a in figures.study.allocators if a not in figures.allocators)]
    pairs = [(allocator_words(a), figures.value(name, a)) for a in names]
    found = [(label[:1].upper() + label[1:], stat) for label, stat in pairs if stat is not None]
    kinds = {a: good(figures.value(name, a), name) for a in figures.allocators}
    harmed = [allocator_words(a) for a, kind in kinds.items() if kind == LOSS]
    ways = f"{len(kinds)} ways of allocating money" if len(kinds) > 1 else "the one way tried"
    among = f" of {ways}" if len(set(kinds.values())) > 1 else ""
    title = f"{measure_of(name).label}: flexibility {under_words(kinds)}{among or f' ({ways})'}"
    if 0 < len(harmed) < len(kinds):
        title += f"; harm: {'; '.join(harmed)}"
    return interval_chart(figures, found, name, (f"funding_allocators_{name}", title, "Money allocated"))
