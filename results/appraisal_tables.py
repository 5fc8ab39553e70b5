"""The figures of an appraisal as tables for pages and terminals; computes none."""

from __future__ import annotations

import math

from results.appraisal import Appraisal, line_table
from results.appraisal_figures import EXCHEQUER, PUBLIC, SOCIETY
from results.appraisal_outcomes import PER
from results.appraisal_prices import BASES
from results.appraisal_switch import SWITCHES, UNCLEAR
from results.appraisal_words import moved, name_of, ratio_text
from results.display import both, share
from results.lookup import records, stat_of
from results.statistics import Stat
from results.tables import Table, table_of

HEADS_WHO = ("Account", "Net, prices of each month", "Net, real", "Net present value")
HEADS_RATIO = ("Account", "Spent on programmes", "What follows", "What follows for each £1", "In cash for each £1")


def shown_perspectives(appraisal: Appraisal) -> tuple[str, ...]:
    """Return agencies whose money moves, the exchequer, other accounts whose money moves, and society."""
    with_money = moved(appraisal)
    public = [name for name in with_money if name in PUBLIC]
    return (*public, EXCHEQUER, *(name for name in with_money if name not in PUBLIC), SOCIETY)


def who_rows(appraisal: Appraisal) -> list[list[str]]:
    """Return a row a perspective: net in three price bases."""
    return [
        [name_of(name), *(both(appraisal.value(name, base), "pounds") for base in BASES)]
        for name in shown_perspectives(appraisal)
    ]


def ratio_rows(appraisal: Appraisal) -> list[list[str]]:
    """Return spending, what follows, ratio and cash ratio of those who spend on programmes."""
    rows = []
    for name in shown_perspectives(appraisal):
        found = {r["item"]: stat_of(r) for r in records(appraisal.rows("perspectives", perspective=name))}
        if "cost" not in found or not found["cost"].is_other_than_zero:
            continue
        cells = [both(found[item], "pounds") for item in ("cost", "benefit")]
        cells += [ratio_text(found[item]) if item in found else "no cash" for item in ("ratio", "cash_ratio")]
        rows.append([name_of(name), *cells])
    return rows


def ratio_table(appraisal: Appraisal) -> Table:
    """Return what those who spend on programmes have for it."""
    caption = f"Benefits for costs, present value in {appraisal.base_year} prices with 90% intervals"
    empty = [["Nobody spends on a programme", *["none"] * (len(HEADS_RATIO) - 1)]]
    return table_of(caption, HEADS_RATIO, ratio_rows(appraisal) or empty, range(1, len(HEADS_RATIO)))


def who_table(appraisal: Appraisal) -> Table:
    """Return who pays and who gains."""
    caption = (
        f"Who pays and who gains, policy less baseline, pounds with 90% intervals; real and present value in "
        f"{appraisal.base_year} prices"
    )
    return table_of(caption, HEADS_WHO, who_rows(appraisal), range(1, len(HEADS_WHO)))


def cash_table(appraisal: Appraisal) -> Table:
    """Return gross benefit, avoided demand and cash of the exchequer and each agency."""
    items = ("gross", "avoided_demand", "cash", "net_cash")
    rows = [
        [name_of(name), *(both(appraisal.stat("cash", perspective=name, item=item), "pounds") for item in items)]
        for name in shown_perspectives(appraisal)
        if name in PUBLIC
    ]
    heads = ("Agency", "Gross benefit", "Avoided demand", "Cash", "Cash less programmes")
    return table_of("From gross benefit to cash, present value with 90% intervals", heads, rows, range(1, 5))


def year_table(appraisal: Appraisal, base: str = "real") -> Table:
    """Return financial year by agency and cashability."""
    frame = appraisal.rows("years", price_base=base)
    years = [*appraisal.years, "all"]
    cells = {(r["perspective"], r["cashable"], r["financial_year"]): stat_of(r) for r in records(frame)}
    rows = []
    for name in shown_perspectives(appraisal):
        for cashable in ("cashable", "not cashable"):
            stats = [cells[name, cashable, year] for year in years] if name in PUBLIC else []
            if any(stat.is_other_than_zero for stat in stats):
                rows.append([f"{name_of(name)}, {cashable}", *(both(stat, "pounds") for stat in stats)])
    marked = [f"{year}{' (extrapolated)' if year in appraisal.extrapolated else ''}" for year in appraisal.years]
    heads = ["Agency", *marked, "All years"]
    caption = (
        f"Net gain by financial year, agency and cashability, pounds in {appraisal.base_year} prices, undiscounted"
    )
    return table_of(caption, heads, rows or [["No agency", *["£0"] * (len(heads) - 1)]], range(1, len(heads)))


def cost_table(appraisal: Appraisal) -> Table:
    """Return what a participant, a start, a lasting job and a year in work cost."""
    rows = []
    for month in dict.fromkeys(appraisal.rows("counts")["month"]):
        for item, (words, unit) in PER.items():
            count = appraisal.stat("counts", item=item, month=month)
            costs = [appraisal.stat("costs", perspective=who, item=item, month=month) for who in ("programme", "net")]
            number = f"{count.mean:,.0f}" if math.isnan(count.p05) else both(count, "count")
            cells = ["not clear" if math.isnan(stat.mean) else both(stat, "pounds") for stat in costs]
            rows.append([f"{words[:1].upper()}{words[1:]}, by month {month}", number.replace("-", "−"), unit, *cells])
    heads = (
        "For each",
        "How many, policy less baseline",
        "Counted in",
        "Spending on programmes",
        "Net cost to exchequer",
    )
    caption = f"What each costs, pounds in {appraisal.base_year} prices, undiscounted, with 90% intervals"
    return table_of(caption, heads, rows, (1, 3, 4))


def switch_text(stat: Stat, unit: str) -> str:
    """Return a switching value with its interval, or that there is none."""
    if math.isnan(stat.mean):
        return "not clear" if stat.interval == UNCLEAR else "none"
    form = share if unit == "share" else _plain
    end = f"{form(stat.p05)} to {form(stat.p95)}" if not math.isnan(stat.p05) else "no interval"
    return f"{form(stat.mean)} ({end})"


def _plain(value: float) -> str:
    return f"{value:,.1f}".replace("-", "−")


def switch_table(appraisal: Appraisal) -> Table:
    """Return at which value of each thing the exchequer's and society's value is nil, beside what was measured."""
    rows = []
    for item, (words, unit) in SWITCHES.items():
        cells = []
        for perspective in (EXCHEQUER, SOCIETY):
            found = records(appraisal.rows("switching", perspective=perspective, item=item))
            cells.append(switch_text(stat_of(found[0]), unit) if found else "not measured")
        measured = records(appraisal.rows("switching", perspective=EXCHEQUER, item=f"{item}_measured"))
        if not measured:
            continue
        now = stat_of(measured[0])
        fixed = f"{now.mean:g}, the case shown" if math.isnan(now.p05) else switch_text(now, unit)
        rows.append([words, unit, fixed, *cells])
    heads = ("What", "Unit", "As measured", "Exchequer's value is nil at", "Society's value is nil at")
    caption = (
        "Switching values with 90% intervals; none: no value within 0 to 100%, or within 60 years, makes it nil; not "
        "clear: it would rest on a single run"
    )
    return table_of(caption, heads, rows, (2, 3, 4))


def sensitivity_table(appraisal: Appraisal) -> Table:
    """Return net present value with one thing changed at a time."""
    words = list(dict.fromkeys(appraisal.rows("sensitivity")["item"]))
    rows = [
        [
            f"{text[:1].upper()}{text[1:]}",
            *(both(appraisal.stat("sensitivity", perspective=p, item=text), "pounds") for p in (EXCHEQUER, SOCIETY)),
        ]
        for text in words
    ]
    heads = ("One thing changed", "Exchequer", "Society, wellbeing apart")
    return table_of("Net present value when one thing is assumed otherwise, with 90% intervals", heads, rows, (1, 2))


def place_table(appraisal: Appraisal) -> Table:
    """Return net present value to the exchequer and to residents by Place."""
    names = list(dict.fromkeys(appraisal.rows("places")["item"]))
    rows = [
        [
            str(name),
            *(both(appraisal.stat("places", perspective=p, item=name), "pounds") for p in (EXCHEQUER, "residents")),
        ]
        for name in names
    ]
    heads = ("Place", "Exchequer, on account of its residents", "Residents")
    return table_of("Net present value by the Place where residents live, with 90% intervals", heads, rows, (1, 2))


def measured_table(appraisal: Appraisal) -> Table:
    """Return deadweight and displacement as the paired run measured them; no row where it measured neither."""
    rows = []
    for item in ("deadweight", "displacement"):
        found = records(appraisal.rows("switching", perspective=EXCHEQUER, item=f"{item}_measured"))
        if found:
            rows.append([SWITCHES[item][0], both(stat_of(found[0]), "share"), "two arms on the same random numbers"])
    heads = ("Figure", "As measured, with 90% interval", "How")
    return table_of("Deadweight and displacement", heads, rows, (1,))


def lines_table() -> Table:
    """Return on what each ledger line rests."""
    rows = []
    for r in records(line_table()):
        shares = [
            f"{share(r[f'{name}_share'])}"
            + (
                ""
                if r[f"{name}_low"] == r[f"{name}_high"]
                else f" ({share(r[f'{name}_low'])} to {share(r[f'{name}_high'])})"
            )
            for name in ("marginal", "cashable")
        ]
        prices = "each year's" if r["prices"] == "year" else str(r["prices"])
        rows.append([r["label"], r["basis"], prices, r["grade"], r["society"], *shares])
    heads = ("Line", "Basis", "Prices", "Grade", "To society", "Marginal share", "Cashable share")
    return table_of("Every line of the ledger: what its amount rests on", heads, rows, (5, 6))
