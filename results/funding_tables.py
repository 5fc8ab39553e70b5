"""The tables of a funding study's page: value, parts of constraints, shadow prices, funds, losers and totals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from results.funding_measures import (
    GAIN,
    LESS,
    LOSS,
    MORE,
    allocator_words,
    figure,
    good,
    measure_of,
    ring,
    signed,
    verdict,
)
from results.funding_read import ALL, ARMS, FLEXIBLE, HINDSIGHT, REST, RING_FENCED, SUMS, Figures
from results.funding_words import exact_pounds, whole_pounds
from results.lookup import records
from results.statistics import Stat
from results.tables import Table, cell_text, table_of

if TYPE_CHECKING:
    from pandas import DataFrame, Series

TOLD = {GAIN: "gain", LOSS: "loss", MORE: "rises", LESS: "falls"}
FLOWS_SHOWN = 40
ITEM_WORDS = {
    "granted": "Granted",
    "administration": "Administration and bids",
    "promised": "Promised",
    "paid": "Paid",
    "returned": "Came back",
    "lapsed": "Lost unspent",
    "left": "Left at the year's end",
    "outstanding": "Promised, not yet paid",
}


def verdict_words(stat: Stat | None, name: str) -> str:
    """Return what can be told of one change, in a word or two."""
    found = good(stat, name)
    return TOLD.get(found, found)


def measures_of(figures: Figures) -> list[str]:
    """Return every measure of the study in the order of the value table, sums before their parts."""
    counted = [str(name) for name in dict.fromkeys(figures.study.value["measure"])]
    names = [figures.primary, *(name for name in SUMS if figures.value(name) is not None), *counted]
    return list(dict.fromkeys(names))


def value_table(figures: Figures) -> Table:
    """Return each measure under both arms and its difference, with intervals."""
    rows = []
    for name in measures_of(figures):
        measure, stat = measure_of(name), figures.value(name)
        levels = [figure(figures.level(name, which), measure.kind) for which in ARMS]
        rows.append([measure.label, signed(stat, measure.kind), verdict_words(stat, name), *levels])
    caption = (
        f"What flexibility changes by measure, with 90% intervals; money allocated: {allocator_words(figures.main)}"
    )
    heads = ["Measure", "Flexible less ring-fenced", "Told", "Ring-fenced", "Flexible"]
    return table_of(caption, heads, rows, (1, 3, 4))


def allocator_table(figures: Figures) -> Table:
    """Return flexible less ring-fenced of each measure under every allocator, with intervals."""
    names = [*figures.allocators, *(a for a in figures.study.allocators if a not in figures.allocators)]
    rows = []
    for name in measures_of(figures):
        kind = measure_of(name).kind
        rows.append([measure_of(name).label, *(signed(figures.value(name, a), kind) for a in names)])
    heads = ["Measure", *(_capital(allocator_words(a)) for a in names)]
    return table_of(
        "Flexible less ring-fenced under each allocator, with 90% intervals", heads, rows, range(1, 1 + len(names))
    )


def ring_table(figures: Figures, name: str) -> Table:
    """Return the Shapley value of each constraint with its first and last effects, with intervals.

    Parameters
    ----------
    figures : Figures
        A study.
    name : str
        The measure.
    """
    measure, parts = measure_of(name), figures.attribution(name)
    rows = []
    for key, stat in parts.items():
        effects = [signed(found(name, key), measure.kind) for found in (figures.first, figures.last)]
        effects = ["last of all", effects[1]] if key == REST else effects
        rows.append([ring(key), signed(stat, measure.kind), verdict_words(stat, name), *effects])
    rows.append(["All together", signed(figures.value(name), measure.kind), verdict_words(figures.value(name), name),
                 "does not add up", "does not add up"])  # fmt: skip
    heads = ["Constraint dropped", "Shapley value", "Told", "Dropped first, alone", "Dropped last"]
    return table_of(f"{measure.label}: what each constraint costs, with 90% intervals", heads, rows, (1, 3, 4))


def part_table(figures: Figures) -> Table:
    """Return the Shapley value of every constraint for every measure, with intervals."""
    names = [name for name in measures_of(figures) if figures.attribution(name)]
    rings = list(dict.fromkeys(key for name in names for key in figures.attribution(name)))
    rows = []
    for name in names:
        parts, kind = figures.attribution(name), measure_of(name).kind
        rows.append([measure_of(name).label, *(signed(parts.get(key), kind) for key in rings)])
    heads = ["Measure", *(ring(key) for key in rings)]
    return table_of(
        "Shapley value of each constraint by measure, with 90% intervals", heads, rows, range(1, len(heads))
    )


def fund_title(figures: Figures, name: Any) -> str:
    """Return a fund's name for readers."""
    return "All funds" if name == "all" else figures.study.fund_titles.get(str(name), str(name))


def number_text(value: float) -> str:
    """Return a figure of any unit to three digits, with a true minus sign."""
    return "not defined" if math.isnan(value) else cell_text(float(value))


def price_text(row: dict[str, Any]) -> str:
    """Return a shadow price with its interval."""
    if math.isnan(row["mean"]):
        return "not defined"
    ends = [number_text(row[key]) for key in ("p05", "p95")]
    interval = "no interval" if "not defined" in ends else f"{ends[0]} to {ends[1]}"
    return f"{number_text(row['mean'])} ({interval})"


def shadow_rows(figures: Figures) -> list[dict[str, Any]]:
    """Return the shadow prices of the headline's allocator, or of the first that has any."""
    frame = figures.study.shadow
    for name in (figures.main, *figures.study.allocators):
        chosen = records(frame[frame["allocator"] == name])
        if chosen:
            return chosen
    return []


def shadow_table(figures: Figures) -> Table:
    """Return the gain at the margin of each ring and fund, with intervals."""
    found = shadow_rows(figures)
    rows = [
        [ring(str(row["constraint"])), fund_title(figures, row["fund"]), price_text(row), str(row["unit"])]
        for row in found
    ]
    allocator = allocator_words(str(found[0]["allocator"])) if found else allocator_words(figures.main)
    caption = f"What easing each ring a little gains; money allocated: {allocator}"
    return table_of(caption, ["Ring", "Fund", "Gain at the margin", "Unit"], rows, (2,))


def shadow_words(figures: Figures) -> list[str]:
    """Return which ring pinches most at the margin, which have no price, and the method."""
    found = [row for row in shadow_rows(figures) if not math.isnan(row["mean"])]
    if not found:
        return ["No gain at the margin was worked out."]
    over_all = [row for row in found if row["fund"] == ALL] or found
    out = [_pinching(figures, over_all, "The ring that pinches most at the margin")]
    single = [row for row in found if row["fund"] != ALL]
    if single and over_all is not found:
        out.append(_pinching(figures, single, "Of single funds"))
    missing = [ring(name) for name in figures.study.constraints if name not in {row["constraint"] for row in found}]
    if missing:
        out.append(f"Without a price at the margin: {', '.join(name[:1].lower() + name[1:] for name in missing)}.")
    methods = list(dict.fromkeys(str(row["method"]) for row in found if "method" in row))
    if methods:
        out.append(f"Method: {'; '.join(methods)}.")
    return out


def _pinching(figures: Figures, rows: Sequence[dict[str, Any]], head: str) -> str:
    """Return the largest price of each unit in words.

    Parameters
    ----------
    figures : Figures
        A study.
    rows : sequence of dict
        Prices.
    head : str
        How the sentence begins.
    """
    parts = []
    for unit in dict.fromkeys(str(row["unit"]) for row in rows):
        row = max((r for r in rows if str(r["unit"]) == unit), key=lambda r: abs(r["mean"]))
        where = "" if row["fund"] == ALL else f" of {fund_title(figures, row['fund'])}"
        name = ring(str(row["constraint"]))
        text = f"{name[:1].lower()}{name[1:]}{where}, {price_text(row)} {unit}"
        if math.isnan(row["p05"]):
            text += ", from one run"
        elif row["p05"] <= 0 <= row["p95"]:
            text += ", which may be nothing"
        parts.append(text)
    return f"{head}: {'; '.join(parts)}."


def year_table(figures: Figures) -> Table:
    """Return every item of all funds together by year and arm, pounds."""
    funds = figures.study.funds
    return _fund_rows(figures, funds.assign(fund="all"), "All funds by financial year, pounds, means over runs")


def fund_table(figures: Figures) -> Table:
    """Return every item by fund, year and arm, pounds."""
    return _fund_rows(figures, figures.study.funds, "Each fund by financial year, pounds, means over runs")


def _fund_rows(figures: Figures, frame: DataFrame, caption: str) -> Table:
    chosen = frame[frame["allocator"] == figures.main]
    items = [item for item in ITEM_WORDS if item in set(chosen["item"])]
    wide = chosen.pivot_table(
        index=["fund", "year", "arm"], columns="item", values="pounds", aggfunc="sum", fill_value=0
    )
    wide = wide.reset_index()
    wide["rank"] = wide["arm"].map({arm: i for i, arm in enumerate(ARMS)})
    wide["title"] = wide["fund"].map(lambda name: fund_title(figures, name))
    rows = [
        [row["title"], str(row["year"]), str(row["arm"]), *(whole_pounds(float(row[item])) for item in items)]
        for row in records(wide.sort_values(["title", "year", "rank"], kind="stable"))
    ]
    heads = ["Fund", "Year", "Money", *(ITEM_WORDS[item] for item in items)]
    return table_of(caption, heads, rows, range(3, len(heads)))


def flow_table(figures: Figures) -> Table | None:
    """Return the largest flows from fund through programme to group under both arms, None where there are none."""
    flows = figures.study.flows
    chosen = flows[flows["allocator"] == figures.main]
    if chosen.empty:
        return None
    keys = ["fund", "programme", "group"]
    made = {
        (value, arm): chosen[chosen["arm"] == arm].groupby(keys, sort=False)[value].sum()
        for value in ("starts", "pounds")
        for arm in ARMS
    }
    size = (made["pounds", RING_FENCED].abs()).add(made["pounds", FLEXIBLE].abs(), fill_value=0.0)
    order: list[tuple[str, str, str]] = size.sort_values(ascending=False, kind="stable").index.tolist()
    titles, rows = figures.study.programme_titles, []
    for key in order[:FLOWS_SHOWN]:
        cells = [f"{float(made['starts', arm].get(key, 0.0)):,.0f}" for arm in ARMS]
        cells += [whole_pounds(float(made["pounds", arm].get(key, 0.0))) for arm in ARMS]
        fund, programme, group = key
        rows.append([fund_title(figures, fund), titles.get(programme, programme), group, *cells])
    n = len(order)
    some = f"the {FLOWS_SHOWN} largest of {n:,} flows" if n > FLOWS_SHOWN else f"all {n} flows"
    heads = ["Fund", "Programme", "Group at the start", "Starts, ring-fenced", "Starts, flexible", "Money, ring-fenced",
             "Money, flexible"]  # fmt: skip
    return table_of(f"Money from fund through programme to group, {some}, means over runs", heads, rows, range(3, 7))


def place_table(figures: Figures, wanted: Sequence[str] = ()) -> Table | None:
    """Return the value of flexibility by Place and area group, with intervals, None where it was not counted.

    Parameters
    ----------
    figures : Figures
        A study.
    wanted : sequence of str
        The measures; every one unless given.
    """
    names = [name for name in measures_of(figures) if figures.areas(name) and (not wanted or name in wanted)]
    by = {name: dict([*figures.areas(name), *figures.areas(name, "group")]) for name in names}
    areas = list(dict.fromkeys(area for found in by.values() for area in found))
    rows = []
    for area in areas:
        told = verdict_words(by.get(figures.primary, {}).get(area), figures.primary)
        rows.append([area, told, *(signed(by[name].get(area), measure_of(name).kind) for name in names)])
    heads = ["Area", "Told", *(measure_of(name).label for name in names)]
    some = "" if wanted else ", every measure counted there"
    caption = (
        f"Flexible less ring-fenced by Place{some}, with 90% intervals; told by {measure_of(figures.primary).thing}"
    )
    return table_of(caption, heads, rows, range(2, len(heads))) if names else None


def group_tables(figures: Figures) -> list[Table]:
    """Return the value of flexibility by group of residents, with intervals; measures of the same groups together."""
    together: dict[tuple[str, ...], list[str]] = {}
    for name in measures_of(figures):
        if groups := figures.groups(name):
            together.setdefault(tuple(group for group, _ in groups), []).append(name)
    out = []
    for groups_, names in together.items():
        by = {name: dict(figures.groups(name)) for name in names}
        main = figures.primary if figures.primary in names else names[0]
        rows = [
            [_capital(group), verdict_words(by[main][group], main),
             *(signed(by[name][group], measure_of(name).kind) for name in names)]
            for group in groups_
        ]  # fmt: skip
        labels = [measure_of(name).label for name in names]
        caption = f"Flexible less ring-fenced by group, with 90% intervals; told by {measure_of(main).thing}"
        out.append(table_of(caption, ["Group", "Told", *labels], rows, range(2, 2 + len(names))))
    return out


def totals(figures: Figures) -> list[tuple[str, int, float, float]]:
    """Return period, number of arms, and the least and most pounds granted to an arm; by year where that was kept."""
    kept = figures.study.totals
    if kept is not None and not kept.empty:
        years = sorted({str(year) for year in kept["year"]})
        parts = [(year, kept[kept["year"].astype(str) == year]) for year in years]
        return [
            (year, len(part[["allocator", "mask"]].drop_duplicates()), *_ends_of(part["pounds"]))
            for year, part in parts
        ]
    rows = figures.region[figures.region["measure"] == "granted"]
    if rows.empty:
        return []
    return [("All months", len(rows[["allocator", "mask"]].drop_duplicates()), *_ends_of(rows["value"]))]


def _ends_of(values: Series) -> tuple[float, float]:
    return round(float(values.min()), 2), round(float(values.max()), 2)


def totals_words(figures: Figures) -> str:
    """Return whether every arm had the same money."""
    found = totals(figures)
    if not found:
        return "What the arms were granted was not recorded, so it cannot be shown that they had the same money."
    worst = max(found, key=lambda row: row[3] - row[2])
    if worst[2] == worst[3]:
        whole = exact_pounds(sum(row[2] for row in found))
        each = f", the same in each of {len(found)} financial years" if len(found) > 1 else ""
        return (
            f"Each of the {worst[1]} arms was granted {whole} over {figures.study.months} months, to the penny{each}."
        )
    return (
        f"The arms did not have the same money: in {worst[0]} the least was granted {exact_pounds(worst[2])}, the most "
        f"{exact_pounds(worst[3])}, {exact_pounds(worst[3] - worst[2])} apart. No figure of this page compares like "
        "with like."
    )


def totals_table(figures: Figures) -> Table:
    """Return the least and most money granted to an arm, by financial year where that was kept, to the penny."""
    rows = [
        [period, str(n), exact_pounds(low), exact_pounds(high), exact_pounds(high - low)]
        for period, n, low, high in totals(figures)
    ]
    heads = ["Financial year", "Arms", "Least granted", "Most granted", "Difference"]
    return table_of("Money granted to the arms, to the penny", heads, rows, (1, 2, 3, 4))


def regret_table(figures: Figures) -> Table | None:
    """Return what hindsight would reach above each allocator with flexible money, None where it was not run."""
    if HINDSIGHT not in figures.study.allocators:
        return None
    names = figures.present([figures.primary, "months_out_of_work", "purse"])
    rows = [
        [_capital(allocator_words(a)), *(signed(figures.regret(name, a), measure_of(name).kind) for name in names)]
        for a in figures.allocators
    ]
    heads = ["Money allocated", *(measure_of(name).label for name in names)]
    caption = "What hindsight would reach above each allocator, flexible money, with 90% intervals"
    return table_of(caption, heads, rows, range(1, len(heads)))


def tables_of(items: Sequence[Table | None]) -> list[Table]:
    """Return those tables that there are and that have rows."""
    return [table for table in items if table is not None and table.rows]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def is_told(stat: Stat | None, name: str) -> bool:
    """Return whether a change can be told from none."""
    return verdict(stat, measure_of(name).kind) in (MORE, LESS)
