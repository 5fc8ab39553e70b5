"""The page on flexible against ring-fenced money: two minutes for a director, then every table; self-contained."""

from __future__ import annotations

from typing import Any

from results.charts import Chart
from results.funding_charts import allocator_chart, place_chart, waterfall
from results.funding_data import STATUS, FundingStudy
from results.funding_flows import flow_chart, unspent_chart
from results.funding_measures import (
    GAIN,
    LOSS,
    MORE,
    SAME,
    UNSURE,
    allocator_words,
    good,
    measure_of,
    signed,
    verdict,
)
from results.funding_read import HINDSIGHT, Figures
from results.funding_tables import (
    allocator_table,
    flow_table,
    fund_table,
    group_tables,
    measures_of,
    part_table,
    place_table,
    regret_table,
    ring_table,
    shadow_table,
    shadow_words,
    tables_of,
    totals_table,
    totals_words,
    value_table,
    year_table,
)
from results.funding_words import (
    HEAD,
    allocator_in,
    assumption_texts,
    buys_words,
    caveats,
    depends_words,
    lose_words,
    regret_words,
    ring_words,
    rings_of,
    sure_words,
)
from results.geography import slug
from results.report import capital, render
from results.statistics import Stat
from results.store import csv_text
from results.tables import chart_table

SECTIONS = (
    ("answer", "The answer"),
    ("rings", "What each ring costs"),
    ("losers", "Who would lose"),
    ("allocators", "Other ways to allocate"),
    ("money", "Where the money goes"),
    ("value", "Every measure"),
    ("shadow", "At the margin"),
    ("totals", "The same money"),
    ("assumed", "Assumptions"),
    ("method", "How it is counted"),
    ("again", "Reproduce"),
)
PAGE, BOOK = "report.html", "funding.xlsx"
FLOW_KEYS = ("fund", "programme")
WORD_JOINER = "\u2060"
"""Keeps a minus sign on the line of its pounds."""
CARD_LABELS = {
    "months_out_of_work": "Person-months out of work",
    "wellbeing": "Wellbeing, points × years",
    "purse": "Public purse",
    "unspent": "Money unspent",
    "turned_away": "Person-months in line, turned away",
}


def build_page(study: FundingStudy) -> str:
    """Return the page as HTML text; the same study gives the same text."""
    return render("funding.html", context_of(study)).replace("−£", f"−{WORD_JOINER}£")


def artefacts(study: FundingStudy) -> dict[str, str | bytes]:
    """Return page, workbook and charts by file name."""
    from results.funding_book import funding_book

    out: dict[str, str | bytes] = {PAGE: build_page(study), BOOK: funding_book(study)}
    for chart in charts_of(Figures(study)):
        name = slug(chart.name)
        out[f"charts/{name}.svg"] = chart.file_svg
        out[f"charts/{name}.csv"] = csv_text(chart.table)
    return out


def charts_of(figures: Figures) -> list[Chart]:
    """Return every chart of the page."""
    names = [figures.primary, *figures.present(["purse"])]
    made = [waterfall(figures, name) for name in names]
    made += [place_chart(figures), *(allocator_chart(figures, name) for name in names)]
    made += [unspent_chart(figures), *(flow_chart(figures, key) for key in FLOW_KEYS)]
    return [chart for chart in made if chart is not None]


def context_of(study: FundingStudy) -> dict[str, Any]:
    """Return every value the page's template reads."""
    figures = Figures(study)
    names = [figures.primary, *figures.present(["purse"])]
    flows = flow_table(figures)
    return {
        "title": f"Flexible against ring-fenced money: {study.geography.title}",
        "subtitle": (
            f"The same residents, services, prices and money, {months_words(study)}; only the rings around the money "
            f"differ. {runs_words(figures)}, money allocated {allocator_in(figures.main)}."
        ),
        "status": f"{'Calibrated' if study.calibrated else capital(STATUS)}.",
        "caveats": caveats(figures),
        "sections": SECTIONS,
        "answers": answers(figures),
        "cards": cards_of(figures),
        "ring_words": [ring_words(figures, name) for name in names],
        "ring_charts": _shown([waterfall(figures, name) for name in names]),
        "ring_tables": tables_of([ring_table(figures, name) for name in names if figures.attribution(name)]),
        "part_table": part_table(figures),
        "rings": rings_of(study.constraints),
        "lose_words": lose_words(figures),
        "place_charts": _shown([place_chart(figures)]),
        "place_tables": tables_of([place_table(figures, (figures.primary, *HEAD, "starts"))]),
        "every_place": tables_of([place_table(figures)]),
        "group_tables": group_tables(figures),
        "n_places": len(study.geography.places),
        "depends_words": depends_words(figures)[0],
        "regret_words": regret_words(figures),
        "allocator_charts": _shown([allocator_chart(figures, name) for name in names]),
        "allocator_tables": tables_of([allocator_table(figures), regret_table(figures)]),
        "money_charts": _shown([unspent_chart(figures), *(flow_chart(figures, key) for key in FLOW_KEYS)]),
        "flow_tables": tables_of([flows]),
        "year_table": year_table(figures),
        "fund_table": fund_table(figures),
        "value_table": value_table(figures),
        "shadow_words": shadow_words(figures),
        "shadow_tables": tables_of([shadow_table(figures)]),
        "totals_words": totals_words(figures),
        "totals_tables": tables_of([totals_table(figures)]),
        "assumptions": assumption_texts(study.assumptions),
        "allocators": [(allocator_words(a), a == HINDSIGHT) for a in study.allocators],
        "measures": [(measure_of(name).label, measure_of(name).what) for name in measures_of(figures)],
        "n_arms": 1 << len(study.constraints),
        "interval_words": figures.interval_words,
        "command": study.command,
        "run_id": study.run_id,
    }


def months_words(study: FundingStudy) -> str:
    """Return the policy's months in words."""
    return f"{study.months} months" + (f" from {study.first_month}" if study.first_month else "")


def runs_words(figures: Figures) -> str:
    """Return the number of runs in words."""
    return "One run" if len(figures.runs) == 1 else f"{len(figures.runs)} runs"


def answers(figures: Figures) -> list[tuple[str, list[str]]]:
    """Return the questions of the first screen, each with its sentences."""
    return [
        ("What flexibility buys", buys_words(figures)),
        ("How sure we are", [sure_words(figures)]),
        ("Which ring costs most", [ring_words(figures)]),
        ("Who would lose", lose_words(figures)),
        ("What the answer depends on", depends_words(figures)),
    ]


def cards_of(figures: Figures) -> list[dict[str, str]]:
    """Return the headline cards: label, change, interval and what can be told of it."""
    names = [figures.primary, *figures.present(HEAD)]
    return [card_of(CARD_LABELS.get(name, measure_of(name).label), figures.value(name), name) for name in names]


def card_of(label: str, stat: Stat | None, name: str) -> dict[str, str]:
    """Return one card.

    Parameters
    ----------
    label : str
        Its label.
    stat : Stat or None
        The change.
    name : str
        The measure.
    """
    measure = measure_of(name)
    shown = signed(stat, measure.kind)
    value, _, rest = shown.partition(" (")
    told = {GAIN: "better", LOSS: "worse", SAME: "no change", UNSURE: "cannot be told from zero"}
    found = good(stat, name)
    words = told.get(found, "more" if verdict(stat, measure.kind) == MORE else "not known")
    interval = rest.rstrip(")") if rest else ""
    return {"label": label, "value": value, "range": f"{interval}; {words}" if interval else words}


def _shown(charts: list[Chart | None]) -> list[dict[str, Any]]:
    return [{"chart": chart, "table": chart_table(chart)} for chart in charts if chart is not None]
