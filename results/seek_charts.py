"""The chart of a goal-seek: the target against one lever with its crossing, or against cost over every point tried."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from results import theme
from results.charts import Chart, chart_of
from results.seek_words import (
    NOWHERE,
    finding,
    headings,
    in_words,
    lever_text,
    lever_words,
    number_text,
    point_rows,
    stat_text,
    used_spread,
)

Plain = Mapping[str, Any]
MILLION = 1e6
SCALES = {"share": (100.0, "%"), "points": (100.0, "percentage points"), "pounds": (1e-6, "£ million")}
"""How a figure is written -> what it is multiplied by on an axis, and the unit there."""
SMALL_POUNDS = 1e5
"""Pounds below which an axis has pounds and not millions."""


def charts_of(content: Plain) -> list[Chart]:
    """Return the charts of an answer, in the order of the page."""
    return [lever_chart(content)] if len(content["levers"]) == 1 else [cost_chart(content)]


def _axis(content: Plain, shown: str, values: list[float]) -> tuple[float, str]:
    """Return what a figure is multiplied by on an axis, and its unit there."""
    if shown == "pounds" and max(map(abs, values), default=0.0) < SMALL_POUNDS:
        return 1.0, "£"
    return SCALES.get(shown, (1.0, content["target"]["unit"]))


def _caption(content: Plain, what: str) -> str:
    draft = f", one resident in {content['sample']}" if content["sample"] > 1 else ""
    status = content["calibration"] or "not calibrated"
    where = content["target"]["area"] if not content["target"]["is_whole"] else content["region"]
    return (
        f"{what}, {where}, {content['scenario']}, {content['n_months']} months from {content['first_month']}{draft}. "
        f"{content['n_runs']} run(s) at every value, on the same random numbers; {status}. "
        "Source: Workability simulation."
    )


def lever_chart(content: Plain) -> Chart:
    """Return the target's figure against the lever, with its 90% interval, the value wanted and the answer."""
    import pandas as pd

    (lever,) = content["levers"]
    target = content["target"]
    factor = 100.0 if lever["form"] == "share" else 1.0
    stats = [p["figures"][0] for p in content["points"]]
    by, unit = _axis(content, target["shown"], [s["mean"] for s in stats if s["mean"] is not None] + [target["value"]])
    rows = pd.DataFrame(
        [
            {"x": p["values"][0] * factor}
            | {key: None if s[key] is None else s[key] * by for key in ("mean", "p05", "p95")}
            for p, s in zip(content["points"], stats, strict=True)
        ]
    )
    listed = "; ".join(
        f"{lever_text(lever, p['values'][0])}: {stat_text(s, target['shown'])}"
        for p, s in zip(content["points"], stats, strict=True)
    )
    title = finding(content)
    alt = f"Line chart of {in_words(target['label'])} by {lever_words(lever)}. {title}. {listed}."
    wanted, wanted_words = target["value"] * by, f"wanted: {number_text(target['value'], target['shown'])}"
    spread, answer = used_spread(content), content["answer"]
    has_band = bool(rows["p05"].notna().any())
    mark = {"£": "£", "%": "%"}.get({"money": "£", "share": "%"}.get(lever["form"], ""), "")
    heading = f"{lever_words(lever)[:1].upper()}{lever_words(lever)[1:]}" + (f", {mark}" if mark else "")

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        domain = [lever["low"] * factor, lever["high"] * factor]
        x = alt_.X("x:Q").title(heading).axis(grid=False, tickCount=5, format=",.4~g").scale(domain=domain, zero=False)
        y = alt_.Y("mean:Q").title(unit).axis(format=",.4~g", tickCount=5).scale(zero=False)
        base = alt_.Chart(alt_.NamedData("rows")).encode(x=x)
        one = alt_.Chart(alt_.NamedData("first"))
        layers = []
        if spread is not None and answer is not None:
            ends = [
                max(domain[0], min(domain[1], (spread[name] * factor) if spread[name] is not None else outer))
                for name, outer in (("low", _outer(lever, spread, "low")), ("high", _outer(lever, spread, "high")))
            ]
            shade = one.mark_rect(color=theme.PALETTE[1], opacity=0.18)
            layers.append(shade.encode(x=alt_.datum(ends[0]), x2=alt_.datum(ends[1])))
        if has_band:
            band = base.mark_area(color=theme.PALETTE[0], opacity=0.22)
            layers.append(band.encode(y=alt_.Y("p05:Q").title(unit), y2="p95:Q"))
        line = base.mark_line(color=theme.PALETTE[0], strokeWidth=2.5, point=alt_.OverlayMarkDef(size=45))
        layers += [
            line.encode(y=y),
            one.mark_rule(color=theme.PALETTE[2], strokeDash=[6, 4], strokeWidth=1.5).encode(y=alt_.datum(wanted)),
            one.mark_text(align="right", baseline="bottom", dy=-3, fontSize=size, color=theme.PALETTE[2]).encode(
                x=alt_.value(width), y=alt_.datum(wanted), text=alt_.value(wanted_words)
            ),
        ]
        if answer is not None and content["crossings"]:
            at = answer[0] * factor
            is_left = at < sum(domain) / 2
            label = one.mark_text(
                align="left" if is_left else "right", baseline="top", dx=5 if is_left else -5, fontSize=size,
                color=theme.INK,
            )  # fmt: skip
            layers += [
                one.mark_rule(color=theme.INK, strokeDash=[2, 3], strokeWidth=1.5).encode(x=alt_.datum(at)),
                label.encode(
                    x=alt_.datum(at), y=alt_.value(2), text=alt_.value(f"answer: {lever_text(lever, answer[0])}")
                ),
            ]
        return alt_.layer(*layers).properties(width=width, height=height)

    shaded = "" if spread is None or answer is None else " Shaded from side to side: the answer's 90% interval."
    caption = _caption(content, f"{target['label']} by {lever_words(lever)}; band: 90% interval") + shaded
    table = pd.DataFrame(point_rows(content), columns=headings(content))
    return chart_of("seek", (title, caption, alt), draw, rows, table)


def _outer(lever: Plain, spread: Plain, name: str) -> float:
    """Return the end of the range beyond which an end of the interval lies, as the axis has it."""
    factor = 100.0 if lever["form"] == "share" else 1.0
    return float(lever["low"] if spread["outside"][name] < 0 else lever["high"]) * factor


def cost_chart(content: Plain) -> Chart:
    """Return every point tried by what it costs and what it brings, with the value wanted and the answer."""
    import pandas as pd

    target, least = content["target"], content["least"]
    names = [figure["name"] for figure in content["figures"]]
    row = names.index(least["name"], 1) if least["name"] in names[1:] else -1
    column = -1 if row >= 0 else [lever["key"] for lever in content["levers"]].index(least["name"])
    cost_shown = content["figures"][row]["shown"] if row >= 0 else "number"
    raw = [(p["figures"][0]["mean"], p["figures"][row]["mean"] if row >= 0 else p["values"][column])
           for p in content["points"]]  # fmt: skip
    known = [pair for pair in raw if pair[0] is not None and pair[1] is not None]
    by, unit = _axis(content, target["shown"], [a for a, _ in known] + [target["value"]])
    per, money = _axis(content, cost_shown, [b for _, b in known])
    money = f", {money}" if row >= 0 else ""
    best, edge = content["check"]["point"], content["frontier"]
    reached, missed, chosen = "reaches the target", "does not", "the answer" if content["answer"] else "the nearest"
    rows = pd.DataFrame(
        [
            {"cost": b * per, "figure": a * by, "edge": p["values"] in edge,
             "mark": chosen if p["values"] == best else reached if p["is_reached"] else missed}
            for p, (a, b) in zip(content["points"], raw, strict=True) if a is not None and b is not None
        ]
    )  # fmt: skip
    title = finding(content)
    label = in_words(least["label"])
    what = "reaches it" if content["status"] != NOWHERE else "comes nearest"
    alt = (
        f"Scatter chart of {in_words(target['label'])} by {label} over {len(rows)} points. {title}. "
        f"The point that {what} is marked; the table has every point."
    )
    wanted, wanted_words = target["value"] * by, f"wanted: {number_text(target['value'], target['shown'])}"

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        heading = f"{least['label']}{money}"
        x = alt_.X("cost:Q").title(heading).axis(tickCount=5, format=",.4~g").scale(zero=False)
        y = alt_.Y("figure:Q").title(unit).axis(format=",.4~g", tickCount=5).scale(zero=False)
        domain = [reached, missed, chosen]
        legend = alt_.Legend(orient="top", direction="vertical", title=None, labelFontSize=size, labelLimit=400)
        colour = alt_.Color("mark:N").legend(legend)
        colour = colour.scale(domain=domain, range=[theme.PALETTE[0], theme.QUIET, theme.PALETTE[3]])
        shape = alt_.Shape("mark:N").scale(domain=domain, range=["circle", "cross", "diamond"]).legend(legend)
        base, one = alt_.Chart(alt_.NamedData("rows")), alt_.Chart(alt_.NamedData("first"))
        edge_line = base.transform_filter("datum.edge").mark_line(color=theme.INK, strokeWidth=1, strokeDash=[3, 3])
        layers = [
            edge_line.encode(x=x, y=y),
            base.mark_point(filled=True, size=90, opacity=1).encode(x=x, y=y, color=colour, shape=shape),
            one.mark_rule(color=theme.PALETTE[2], strokeDash=[6, 4], strokeWidth=1.5).encode(y=alt_.datum(wanted)),
            one.mark_text(align="right", baseline="bottom", dy=-3, fontSize=size, color=theme.PALETTE[2]).encode(
                x=alt_.value(width), y=alt_.datum(wanted), text=alt_.value(wanted_words)
            ),
        ]
        return alt_.layer(*layers).properties(width=width, height=height)

    caption = _caption(content, f"{target['label']} by {label}; dashed: points that no other undercuts and outdoes")
    table = pd.DataFrame(point_rows(content), columns=headings(content))
    return chart_of("seek", (title, caption, alt), draw, rows, table)
