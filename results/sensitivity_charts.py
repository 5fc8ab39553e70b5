"""The charts of a sensitivity analysis: Morris' plane, Sobol's indices with intervals, and a tornado; no new figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from results import theme
from results.charts import Chart, chart_of
from results.sensitivity_words import MORRIS, figure, finding, in_words, index_text, interval, is_clear, ranked

if TYPE_CHECKING:
    from pandas import DataFrame

Plain = Mapping[str, Any]
SHOWN = 12
"""Bars of a chart: the most influential; its table has all."""
NAMED = 5
"""Points of Morris' plane that carry their name at most: the furthest from the corner."""
LABEL = (0.5, 0.06)
"""Width and height of a name on Morris' plane, as shares of its axes."""
MILLION = 1e6
CLEAR, UNCLEAR = "clear of chance", "not distinguishable from chance"
FILLS = {CLEAR: theme.PALETTE[1], UNCLEAR: "#FFFFFF"}
"""Bars are filled or hollow, so that nothing hangs on colour."""


def charts_of(content: Plain) -> dict[str, list[Chart]]:
    """Return output -> its charts, in the order of the page."""
    out = {}
    for output in content["outputs"]:
        if content["method"] == MORRIS:
            charts = [effect_chart(content, output)]
            charts += [] if content["is_grouped"] else [plane_chart(content, output), tornado_chart(content, output)]
        else:
            charts = [index_chart(content, output), tornado_chart(content, output)]
        out[output["name"]] = charts
    return out


def _caption(content: Plain, output: Plain, what: str, band: str) -> str:
    where = "an emulator of Workability's runs" if content["is_emulated"] else "Workability simulation"
    draft = f", one resident in {content['sample']}" if content["sample"] > 1 else ""
    return (
        f"{what}, {content['scenario']} less {content['baseline']}, {content['region']}, {content['n_months']} months "
        f"from {content['first_month']}{draft}. {band} Source: {where}, {content['n_runs']:,} runs of both arms."
    )


def _units(output: Plain) -> tuple[float, str]:
    """Return what figures are divided by, and their unit in words."""
    return (MILLION, "£ million") if output["kind"] == "pounds" else (1.0, str(output["unit"]))


def _scaled(value: float | None, by: float) -> float | None:
    return None if value is None else value / by


def _bars(
    rows: DataFrame, columns: tuple[str, ...], axis: str, has_two: bool, texts: tuple[str, str, str], name: str,
    table: DataFrame,
) -> Chart:  # fmt: skip
    """Return horizontal bars or points with intervals, the largest on top.

    Parameters
    ----------
    rows : DataFrame
        `label`, `mark` and the columns.
    columns : tuple of str
        Value, low and high.
    axis : str
        What the horizontal axis is.
    has_two : bool
        Whether each label has two marks, apart by shape and colour, instead of one bar.
    texts : tuple of str
        Title, caption and alternative text.
    name : str
        The chart's name.
    table : DataFrame
        The figures behind it.
    """
    value, low, high = columns
    order = list(dict.fromkeys(rows["label"]))
    marks = list(dict.fromkeys(rows["mark"]))

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        base = alt_.Chart(alt_.NamedData("rows"))
        y = alt_.Y("label:N").sort(order).title(None).axis(labelLimit=width // 2, ticks=False, domain=False)
        x = alt_.X(f"{value}:Q").title(axis).axis(format=",.4~g", tickCount=5, labelOverlap=True)
        legend = alt_.Legend(orient="top", direction="vertical", title=None, labelFontSize=size, labelLimit=400)
        domain = marks if has_two else list(FILLS)
        colours = [theme.PALETTE[0], theme.PALETTE[3]] if has_two else list(FILLS.values())
        colour = alt_.Color("mark:N").scale(domain=domain, range=colours).legend(legend)
        layers = [alt_.Chart(alt_.NamedData("first")).mark_rule(color=theme.INK).encode(x=alt_.datum(0))]
        if has_two:
            offset = alt_.YOffset("mark:N").sort(domain)
            shape = alt_.Shape("mark:N").scale(domain=domain, range=["circle", "diamond"]).legend(legend)
            line = base.mark_rule(strokeWidth=2).encode(x=alt_.X(f"{low}:Q").title(axis), x2=f"{high}:Q", y=y)
            point = base.mark_point(filled=True, size=70, opacity=1).encode(x=x, y=y, yOffset=offset)
            layers += [line.encode(yOffset=offset, color=colour), point.encode(color=colour, shape=shape)]
        else:
            bar = base.mark_bar(height={"band": 0.6}, stroke=theme.INK).encode(x=x, y=y, color=colour)
            line = base.mark_rule(color=theme.INK, strokeWidth=2).encode(x=f"{low}:Q", x2=f"{high}:Q", y=y)
            layers += [bar, line]
        step = max(24, size * (3 if has_two else 2))
        shown = alt_.layer(*layers).resolve_scale(color="shared", shape="shared")
        return shown.properties(width=max(140, width - width // 3), height=step * len(order))

    return chart_of(name, texts, draw, rows, table)


def effect_chart(content: Plain, output: Plain) -> Chart:
    """Return Morris' mean absolute effects with intervals, and what chance alone would give."""
    import pandas as pd

    by, unit = _units(output)
    every = pd.DataFrame(
        [
            {
                "label": title,
                "mark": CLEAR if is_clear(content, row) else UNCLEAR,
                **{key: _scaled(row[key], by) for key in ("mu_star", "low", "high")},
            }
            for title, row in ranked(content, output)
        ]
    )
    rows = every.head(SHOWN)
    title = finding(content, output)
    floor = figure(output["floor"], output["kind"])
    listed = "; ".join(f"{r['label']}: {r['mu_star']:.3g}" for r in rows.to_dict("records"))
    alt = f"Bar chart of mean absolute effects in {unit}. {title}. {listed}. Chance alone gives {floor}."
    caption = _caption(
        content, output, f"Mean absolute change of {in_words(output)} per whole range",
        f"Filled: clear of chance; lines: 95% interval over trajectories. Chance alone gives {floor} on average.",
    )  # fmt: skip
    heads = ["Factor", "Against chance", f"Effect, {unit}", "2.5%", "97.5%"]
    return _bars(
        rows, ("mu_star", "low", "high"), f"Mean absolute effect, {unit}", False, (title, caption, alt),
        f"{output['name']}_effects", every.set_axis(heads, axis=1),
    )  # fmt: skip


def readable(names: list[str], x: list[float], y: list[float]) -> list[str]:
    """Return the names of points, the first first, without those that would be written over an earlier one."""
    wide, high = (
        share * max([abs(value) for value in values], default=0.0) for share, values in zip(LABEL, (x, y), strict=True)
    )
    out: list[str] = []
    for place, name in enumerate(names):
        covered = any(out[k] and abs(x[k] - x[place]) < wide and abs(y[k] - y[place]) < high for k in range(place))
        out.append("" if covered else name)
    return out


def plane_chart(content: Plain, output: Plain) -> Chart:
    """Return Morris' plane: mean absolute effect against the spread of effects."""
    import pandas as pd

    by, unit = _units(output)
    every = pd.DataFrame(
        [
            {
                "label": title,
                "mark": CLEAR if is_clear(content, row) else UNCLEAR,
                "mu_star": _scaled(row["mu_star"], by),
                "sigma": _scaled(row["sigma"], by),
                "name": title if place < NAMED else "",
            }
            for place, (title, row) in enumerate(ranked(content, output))
        ]
    )
    every["name"] = readable(every["name"].tolist(), every["mu_star"].tolist(), every["sigma"].tolist())
    clear = int((every["mark"] == CLEAR).sum())
    title = f"{clear} of {len(every)} factors move {in_words(output)} by more than chance"
    listed = "; ".join(f"{r['label']}: {r['mu_star']:.3g} and {r['sigma']:.3g}" for r in every.to_dict("records"))
    alt = f"Scatter plot of mean absolute effect against spread of effects, {unit}. {title}. {listed}."
    caption = _caption(
        content, output, "Mean absolute effect (right: strong) and spread of effects (up: chance, bends, interactions)",
        "Circles: clear of chance; diamonds: not.",
    )  # fmt: skip

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        base = alt_.Chart(alt_.NamedData("rows"))
        x = (
            alt_.X("mu_star:Q")
            .title(f"Mean absolute effect, {unit}")
            .axis(format=",.4~g", tickCount=5, labelOverlap=True)
        )
        x = x.scale(domainMin=0, padding=20)
        y = alt_.Y("sigma:Q").title(f"Spread of effects, {unit}").axis(format=",.4~g", tickCount=5, labelOverlap=True)
        domain = [CLEAR, UNCLEAR]
        legend = alt_.Legend(orient="top", direction="vertical", title=None, labelFontSize=size, labelLimit=400)
        colour = alt_.Color("mark:N").scale(domain=domain, range=[theme.PALETTE[0], theme.PALETTE[3]]).legend(legend)
        shape = alt_.Shape("mark:N").scale(domain=domain, range=["circle", "diamond"]).legend(legend)
        point = base.mark_point(filled=True, size=80, opacity=1).encode(x=x, y=y, color=colour, shape=shape)
        text = base.mark_text(align="right", dx=-7, dy=-7, fontSize=size - 1, limit=width // 2)
        return alt_.layer(point, text.encode(x=x, y=y, text="name:N")).properties(width=width, height=height)

    table = every[["label", "mark", "mu_star", "sigma"]]
    heads = ["Factor", "Against chance", f"Mean absolute effect, {unit}", f"Spread of effects, {unit}"]
    return chart_of(f"{output['name']}_plane", (title, caption, alt), draw, every, table.set_axis(heads, axis=1))


def index_chart(content: Plain, output: Plain) -> Chart:
    """Return first-order and total indices with their 95% intervals."""
    import pandas as pd

    records = []
    for title, row in ranked(content, output):
        for mark, key in (("by itself", "first"), ("with all interactions", "total")):
            ends = {"value": row[key], "low": row[f"{key}_low"], "high": row[f"{key}_high"]}
            records.append({"label": title, "mark": mark, **ends})
    every = pd.DataFrame(records)
    rows = every.head(2 * SHOWN)
    title = finding(content, output)
    listed = "; ".join(
        f"{r['label']}, {r['mark']}: {index_text(r['value'], r['low'], r['high'])}"
        for r in rows.astype(object).where(rows.notna(), None).to_dict("records")
    )
    alt = f"Chart of Sobol indices with 95% intervals. {title}. {listed}."
    band = "Circles: by itself; diamonds: with all interactions; lines: 95% bootstrap interval."
    shown = rows[["value", "low", "high"]].astype(float)
    if ((shown < 0) | (shown > 1)).any(axis=None):
        band += " No true share is below 0 or above 1: an estimate that is shows too few runs."
    what = f"Share of the variance of {in_words(output)} left by chance"
    caption = _caption(content, output, what, band)
    heads = ["Factor", "Index", "Value", "2.5%", "97.5%"]
    return _bars(
        rows, ("value", "low", "high"), "Share of variance", True, (title, caption, alt),
        f"{output['name']}_indices", every.set_axis(heads, axis=1),
    )  # fmt: skip


def tornado_chart(content: Plain, output: Plain) -> Chart:
    """Return how far the output moves as each factor goes from low to high, with intervals, largest on top."""
    import pandas as pd

    by, unit = _units(output)
    if content["method"] == MORRIS:
        keys, found = ("mu", "mu_low", "mu_high"), output["rows"]
        what = "Mean change as a factor goes through its whole range, the others anywhere in theirs"
    else:
        keys, found = ("swing", "low", "high"), output["swings"]
        what = "Mean in the upper third of a factor's range less mean in the lower third, the others anywhere"
    records = []
    for factor, row in zip(content["factors"], found, strict=True):
        value, low, high = (row[key] for key in keys)
        away = low is not None and high is not None and (low > 0.0 or high < 0.0)
        records.append(
            {"label": factor["words"], "mark": CLEAR if away else UNCLEAR,
             "value": value, "low": low, "high": high}
        )  # fmt: skip
    records.sort(key=lambda row: -abs(row["value"] or 0.0))
    top = records[0]
    ends = interval(top["low"], top["high"], output["kind"])
    title = (
        f"From low to high, {top['label']} moves {in_words(output)} by {figure(top['value'], output['kind'])} ({ends})"
    )
    for row in records:
        row |= {key: _scaled(row[key], by) for key in ("value", "low", "high")}
    every = pd.DataFrame(records)
    rows = every.head(SHOWN)
    listed = "; ".join(f"{r['label']}: {r['value']:.3g}" for r in rows.to_dict("records") if r["value"] is not None)
    alt = f"Tornado chart in {unit}. {title}. {listed}."
    caption = _caption(content, output, what, "Filled: the 95% interval (line) leaves out zero.")
    heads = ["Factor", "Interval", f"Change, {unit}", "2.5%", "97.5%"]
    return _bars(
        rows, ("value", "low", "high"), f"Change, {unit}", False, (title, caption, alt),
        f"{output['name']}_tornado", every.set_axis(heads, axis=1),
    )  # fmt: skip
