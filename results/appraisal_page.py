"""The page of an appraisal: self-contained, every picture with its table, every figure with how it was made."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from results.appraisal import Appraisal
from results.appraisal_charts import cumulative_chart, who_chart
from results.appraisal_figures import EXCHEQUER, SOCIETY
from results.appraisal_tables import (
    cash_table,
    cost_table,
    lines_table,
    measured_table,
    place_table,
    ratio_table,
    sensitivity_table,
    switch_table,
    who_table,
    year_table,
)
from results.appraisal_words import (
    capital,
    caveats,
    chance,
    choice_lines,
    name_of,
    payback_sentence,
    ratio_sentence,
    ratio_text,
    span,
    value_sentence,
    wellbeing_sentence,
    who_sentence,
)
from results.charts import Chart
from results.display import interval_text, value_text
from results.lookup import records
from results.prices import last_rule_year
from results.report import render, seeds_words
from results.summary import Headline
from results.tables import Table, chart_table, table_of

SECTIONS = (
    ("answer", "The answer"),
    ("who", "Who pays and who gains"),
    ("when", "When"),
    ("cash", "How much is cash"),
    ("jobs", "What a job costs"),
    ("wellbeing", "Wellbeing"),
    ("sure", "How sure"),
    ("made", "How it is made"),
    ("again", "Reproduce"),
)
HIDDEN = ("years", "cumulative")
"""Tables whose figures all come about in the same way, named once each below."""


@dataclass(frozen=True)
class SavingsPage:
    """Everything that the page shows."""

    headline: Headline
    appraisal: Appraisal
    run_id: str
    command: str


def pictures(page: SavingsPage) -> tuple[Chart, Chart]:
    """Return the pictures of who pays and of when."""
    place, caution = page.headline.geography.title, page.headline.caution
    return who_chart(page.appraisal, place, caution), cumulative_chart(page.appraisal, place, caution)


def build_page(page: SavingsPage) -> str:
    """Return the page as HTML text; the same content gives the same text."""
    return render("savings.html", context_of(page))


def context_of(page: SavingsPage) -> dict[str, Any]:
    """Return every value the page's template reads."""
    headline, appraisal = page.headline, page.appraisal
    who, cumulative = ({"chart": chart, "table": chart_table(chart)} for chart in pictures(page))
    status = f"{capital(headline.caution)}." if headline.caution else "Calibrated."
    return {
        "title": f"Who pays and who gains: {headline.policy_words}, {headline.geography.title}",
        "subtitle": (
            f"{capital(headline.title)}, {span(appraisal)} from {headline.months[0]}, {seeds_words(headline)}, "
            f"{headline.n_draws} draw(s) of parameters; {appraisal.rulebook_title}, {appraisal.base_year} prices."
        ),
        "changed": headline.changed_words,
        "status": status,
        "caveats": caveats(appraisal, headline.caution),
        "sections": SECTIONS,
        "cards": cards_of(appraisal),
        "findings": [f"{who_sentence(appraisal)}.", value_sentence(appraisal), ratio_sentence(appraisal)],
        "who": who,
        "cumulative": cumulative,
        "who_table": who_table(appraisal),
        "ratio_table": ratio_table(appraisal),
        "year_table": year_table(appraisal),
        "place_table": place_table(appraisal),
        "cash_table": cash_table(appraisal),
        "cost_table": cost_table(appraisal),
        "measured_table": measured_table(appraisal),
        "twin_words": headline.twin_words,
        "wellbeing": wellbeing_sentence(appraisal),
        "chances": (
            f"Net present value is above zero in {chance(appraisal, EXCHEQUER)} for the exchequer and in "
            f"{chance(appraisal, SOCIETY)} for society. {payback_sentence(appraisal)}"
        ),
        "switch_table": switch_table(appraisal),
        "sensitivity_table": sensitivity_table(appraisal),
        "choices": choice_lines(appraisal),
        "rule_year": last_rule_year(),
        "how_table": how_table(appraisal),
        "term_table": term_table(),
        "lines_table": lines_table(),
        "command": page.command,
        "run_id": page.run_id,
    }


def cards_of(appraisal: Appraisal) -> list[dict[str, str]]:
    """Return the headline cards: label, value, range."""
    cards = []
    for name in (EXCHEQUER, SOCIETY):
        stat = appraisal.value(name)
        cards.append(
            {
                "label": f"Net present value: {name_of(name)[:1].lower()}{name_of(name)[1:]}",
                "value": value_text(stat, "pounds"),
                "range": f"90% interval {interval_text(stat, 'pounds')}".replace("90% interval no", "no"),
            }
        )
    for item, label in (("ratio", "Back to the exchequer for each £1"), ("cash_ratio", "In cash for each £1")):
        figure, _, rest = ratio_text(appraisal.stat("perspectives", perspective=EXCHEQUER, item=item)).partition(" (")
        cards.append({"label": label, "value": figure, "range": f"90% interval {rest.rstrip(')')}" if rest else ""})
    back, early, late = (_month(appraisal.stat("payback", item=item).mean) for item in ("mean_path", "early", "late"))
    edges = f"90% band: {early} to {late}" if appraisal.n_runs > 1 else "no interval"
    cards.append({"label": f"Payback within {span(appraisal)}", "value": capital(back), "range": edges})
    return cards


def _month(month: float) -> str:
    """Return a month of payback in as few words as a card has room for."""
    return "none" if math.isnan(month) else "at once" if month == 0 else f"month {month:.0f}"


def how_table(appraisal: Appraisal) -> Table:
    """Return how each kind of figure is computed, once each."""
    seen: dict[tuple[str, str], None] = {}
    for r in records(appraisal.frame):
        kind = str(r["table"]) if r["table"] in HIDDEN else f"{r['table']}: {str(r['item']).replace('_', ' ')}"
        seen[kind, str(r["how"])] = None
    return table_of("How each figure is computed", ("Figure", "Computed as"), [list(pair) for pair in seen])


def term_table() -> Table:
    """Return the terms of an appraisal with unit, interval, confidence and source."""
    from evidence.registry import appraisal_terms, sources

    published = sources()
    rows = []
    for name, term in appraisal_terms().items():
        rows.append(
            [
                name.replace("_", " "),
                _text(term.value),
                term.unit,
                "none" if term.interval_95 is None else _text(term.interval_95),
                term.confidence,
                published[term.source].title,
            ]
        )
    heads = ("Term", "Value", "Unit", "95% interval", "Confidence", "Source")
    return table_of("Terms of the appraisal", heads, rows)


def _text(value: object) -> str:
    """Return a value of the evidence as text, lists with commas."""
    if isinstance(value, tuple):
        return ", ".join(f"({_text(v)})" if isinstance(v, tuple) else _text(v) for v in value)
    return f"{value:,.6g}" if isinstance(value, float) else str(value)
