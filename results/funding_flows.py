"""Charts of where the money of a funding study goes, and of what is left unspent; means over runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from results import theme
from results.charts import Chart, chart_of
from results.funding_charts import caption_of, label_axis
from results.funding_measures import figure
from results.funding_read import ARMS, FLEXIBLE, RING_FENCED, Figures
from results.funding_words import listed, plain_pounds
from results.lookup import records
from simulation.funding.cells import STATES

if TYPE_CHECKING:
    from pandas import DataFrame, Series

OTHERS = "All others"
LARGEST = 9
"""Funds and programmes drawn by name; the rest are drawn together."""
PEOPLE = {
    "in work": "people in work",
    "unemployed": "unemployed people",
    "long-term sick": "long-term sick people",
    "other inactive": "other inactive people",
}
LABEL_CHARS, LINE_CHARS = 36, 24


def unspent_rows(figures: Figures) -> DataFrame:
    """Return money lost, and carried on at the year's end, by year and arm, pounds; means over runs."""
    funds = figures.study.funds
    chosen = funds[(funds["allocator"] == figures.main) & funds["item"].isin(["lapsed", "left"])]
    wide = chosen.pivot_table(index=["year", "arm"], columns="item", values="pounds", aggfunc="sum", fill_value=0.0)
    wide = wide.reindex(columns=["lapsed", "left"], fill_value=0.0).reset_index()
    wide["rank"] = wide["arm"].map({arm: i for i, arm in enumerate(ARMS)})
    out: DataFrame = wide.sort_values(["year", "rank"]).drop(columns="rank").reset_index(drop=True)
    out.columns.name = None
    return out


def unspent_chart(figures: Figures) -> Chart | None:
    """Return money lost, and carried on, by financial year and arm; None where funds were not recorded."""
    import pandas as pd

    wide = unspent_rows(figures)
    if wide.empty:
        return None
    fenced, free = (figure(figures.level("lapsed", arm), "pounds") for arm in ARMS)
    title = f"With rings {fenced} is lost unspent over all years, without them {free}"
    kinds = {"lapsed": "lost unspent", "left": "not promised, carried on"}
    rows = pd.DataFrame(
        [
            {"label": f"{row['year']}, {row['arm']}", "kind": words, "value": row[item] / 1e6, "nth": nth}
            for row in records(wide)
            for nth, (item, words) in enumerate(kinds.items())
        ]
    )
    order = list(dict.fromkeys(rows["label"]))
    alt = f"Stacked bars by year and arm. {title}. " + "; ".join(
        f"{row['year']}, {row['arm']}: {plain_pounds(row['lapsed'])} lost, {plain_pounds(row['left'])} carried on"
        for row in records(wide)
    )
    heads = ["Financial year", "Money", "Lost unspent, £", "Not promised at the year's end, £"]
    table = wide[["year", "arm", "lapsed", "left"]].round(0).set_axis(heads, axis=1)
    caption = caption_of(figures, "Money lost, and money carried on at the year's end, all funds", "")
    domain = list(kinds.values())
    draw = stacked(order, domain, [theme.PALETTE[2], theme.PALETTE[1]], "£ million")
    return chart_of("funding_unspent", (title, caption, alt), draw, rows, table)


def stacked(order: list[str], domain: list[str], colours: Sequence[str], axis: str) -> Any:
    """Return the drawing of stacked bars in an order; parts are told apart by a white line and their order too.

    Parameters
    ----------
    order : list of str
        Labels from the top.
    domain : list of str
        Parts, in the order in which they are stacked.
    colours : sequence of str
        Their colours.
    axis : str
        Title of the axis.
    """

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        is_wide = width >= theme.WIDE[0]
        y = alt_.Y("label:N").sort(order).title(None)
        y = y.axis(**label_axis(width, size))
        x = alt_.X("value:Q").stack("zero").title(axis).axis(format=",.4~g", tickCount=6 if is_wide else 3)
        legend = alt_.Legend(orient="top", title=None, labelFontSize=size, columns=len(domain) if is_wide else 2)
        colour = alt_.Color("kind:N").scale(domain=domain, range=list(colours)).legend(legend)
        bars = alt_.Chart(alt_.NamedData("rows")).mark_bar(height={"band": 0.7}, stroke="#FFFFFF", strokeWidth=1)
        room = width - 290 if is_wide else width - 105
        step = max(24, size * 2) if is_wide else 44 if max(map(len, order)) > LINE_CHARS else 28
        return bars.encode(x=x, y=y, color=colour, order="nth:Q").properties(width=room, height=step * len(order))

    return draw


def short(labels: Series) -> Series:
    """Return labels cut to a length at which they can be read beside bars; those cut alike are numbered."""
    cut = {text: text if len(text) <= LABEL_CHARS else f"{text[:LABEL_CHARS].rstrip(' (,')}…" for text in set(labels)}
    same: dict[str, list[str]] = {}
    for text in sorted(cut):
        same.setdefault(cut[text], []).append(text)
    names = {text: words if len(texts) == 1 else f"{words} {i}" for words, texts in same.items()
             for i, text in enumerate(texts, 1)}  # fmt: skip
    return labels.map(names)


def flow_rows(figures: Figures, key: str) -> DataFrame:
    """Return pounds promised by fund or programme, arm and what people do; the largest by name, the rest together.

    Parameters
    ----------
    figures : Figures
        A study.
    key : str
        `fund` or `programme`.
    """
    flows = figures.study.flows
    chosen = flows[flows["allocator"] == figures.main]
    titles = figures.study.fund_titles if key == "fund" else figures.study.programme_titles
    size = chosen.groupby(key)["pounds"].sum().sort_values(ascending=False, kind="stable")
    named = list(size.index[:LARGEST]) if len(size) > LARGEST + 1 else list(size.index)
    label = chosen[key].map(lambda name: titles.get(name, name) if name in named else OTHERS)
    state = chosen["group"].map(lambda group: str(group).partition(", ")[0])
    made = chosen.assign(label=label, state=state).groupby(["label", "arm", "state"], sort=False)["pounds"].sum()
    out: DataFrame = made.reset_index()
    rank = {titles.get(name, name): i for i, name in enumerate(named)}
    out["rank"] = out["label"].map(lambda text: rank.get(text, len(rank)))
    out["second"] = out["arm"].map({arm: i for i, arm in enumerate(ARMS)})
    out["nth"] = out["state"].map(lambda text: STATES.index(text) if text in STATES else len(STATES))
    return out.sort_values(["rank", "second", "nth"], kind="stable").reset_index(drop=True)


def flow_chart(figures: Figures, key: str) -> Chart | None:
    """Return where the money goes by fund or programme and what people do, in both arms; None without flows."""
    import pandas as pd

    found = flow_rows(figures, key)
    if found.empty or not found["pounds"].sum():
        return None
    states = [name for name in STATES if name in set(found["state"])]
    states += sorted(set(found["state"]) - set(states))
    found = found.assign(nth=found["state"].map({name: i for i, name in enumerate(states)}))
    rows = pd.DataFrame(
        {
            "label": short(found["label"]) + ", " + found["arm"],
            "kind": found["state"],
            "value": found["pounds"] / 1e6,
            "nth": found["nth"],
        }
    )
    title = flow_title(found, key)
    sums = found.groupby(["label", "arm"], sort=False)["pounds"].sum().reset_index()
    alt = f"Stacked bars by {key}, arm and what people do. {title}. " + "; ".join(
        f"{row['label']}, {row['arm']}: {plain_pounds(row['pounds'])}" for row in records(sums)
    )
    wide = found.pivot_table(index=["rank", "label", "second", "arm"], columns="state", values="pounds", fill_value=0.0)
    wide = wide[states].reset_index().drop(columns=["rank", "second"]).round(0)
    table = wide.set_axis([key.capitalize(), "Money", *(f"{s.capitalize()}, £" for s in states)], axis=1)
    colours = [*theme.PALETTE, *[theme.QUIET] * len(states)][: len(states)]
    draw = stacked(list(dict.fromkeys(rows["label"])), states, colours, "Promised to clients, £ million")
    caption = caption_of(figures, f"Money promised at clients' starts by {key} and what clients did", "")
    return chart_of(f"funding_flow_{key}", (title, caption, alt), draw, rows, table)


def flow_title(found: DataFrame, key: str) -> str:
    """Return the finding: whose money, or which programme's, moves most."""
    sums = found.pivot_table(index="label", columns="arm", values="pounds", aggfunc="sum", fill_value=0.0, sort=False)
    if not set(ARMS) <= set(sums.columns):
        return f"Where the money goes, by {key}"
    moved = (sums[FLEXIBLE] - sums[RING_FENCED]).drop(OTHERS, errors="ignore")
    if key == "fund":
        states = found.pivot_table(index="state", columns="arm", values="pounds", aggfunc="sum", fill_value=0.0)
        moved = (states[FLEXIBLE] - states[RING_FENCED]).rename(index=lambda name: PEOPLE.get(str(name), str(name)))
    moved = moved.sort_index()
    up, down = str(moved.idxmax()), str(moved.idxmin())
    most, least = float(moved[up]), float(moved[down])
    parts = [f"{plain_pounds(most)} more goes to {up}"] if most > 0 else []
    parts += [f"{plain_pounds(-least)} less to {down}" if parts else f"{plain_pounds(-least)} less goes to {down}"
              ] if least < 0 else []  # fmt: skip
    return f"On average, without rings, {listed(parts)}" if parts else f"Without rings no {key}'s money goes elsewhere"
