"""The page of a plan's claims: self-contained, whole as tables, every claim with its trap beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evidence.plan_files import PlanInput
from results.charts import Chart
from results.files import write_json, write_text
from results.plan_charts import plan_charts
from results.plan_claims import ClaimRow, amount, difference_text, found_text, published_text
from results.plan_data import PlanResult, dictionary, figure_text, findings, plain, source_words, tidy
from results.report import capital, render
from results.store import COMPLETE, RunFolder, checksums, csv_text
from results.tables import Table, chart_table, table_of

PAGE, TABLE, CONTENT = "plan.html", "plan.csv", "plan.json"
SECTIONS = (
    ("answer", "The answer"),
    ("claims", "Claims and their arithmetic"),
    ("pictures", "In pictures"),
    ("each", "Each claim"),
    ("method", "How it is made"),
)


def claims_table(result: PlanResult) -> Table:
    """Return one row a claim: published, given back, difference, what the sum rests on, what to watch."""
    rows = []
    for row in result.rows:
        cells = [published_text(row.claim), found_text(row.found, row.claim.unit), difference_text(row)]
        rows.append([row.claim.title, row.claim.unit, *cells, row.claim.column, row.basis, row.claim.trap])
    heads = ["Claim", "Unit", "Published", "Reproduced", "Difference", "Column", "The sum", "Watch"]
    plan = result.plan
    return table_of(f"Claims of {plan.title}, {plan.group}, {plan.period}", heads, rows, (2, 3, 4))


def input_value(item: PlanInput) -> str:
    """Return an input's value with its interval where it has one."""
    shown = f"{item.value:g}%" if item.unit == "percent" else amount(item.value, item.unit)
    if item.interval_95 is None:
        return shown
    low, high = (f"{end:g}%" if item.unit == "percent" else amount(end, item.unit) for end in item.interval_95)
    return f"{shown} ({low} to {high})".replace("-", "−")


def input_table(row: ClaimRow) -> Table:
    """Return what a claim is reproduced from."""
    rows = [
        [item.name.replace("_", " "), input_value(item), item.unit, item.period, item.price_year or "none",
         "implied by the claim" if item.is_implied else item.source, item.note or "none"]
        for item in row.inputs
    ]  # fmt: skip
    heads = ["Input", "Value", "Unit", "Period", "Price year", "Source", "Note"]
    return table_of(f"Inputs: {row.claim.title}", heads, rows, (1,))


def variant_table(row: ClaimRow) -> Table | None:
    """Return a claim counted in other ways, None where there are none."""
    rows = [
        [v.variant.title, found_text(v.found, row.claim.unit), f"{v.ratio:.2f}", v.variant.note] for v in row.variants
    ]
    heads = ["Counted another way", "Figure", "Times the published figure", "Note"]
    return table_of(f"Counted another way: {row.claim.title}", heads, rows, (1, 2)) if rows else None


def model_table(result: PlanResult, row: ClaimRow) -> Table | None:
    """Return the model's own figures beside a claim, None without a run."""
    figures = result.figures_of(row.claim.name)
    rows = []
    for figure in figures:
        shown = figure_text(figure)
        value = "no figure" if shown == figure.note else shown
        rows.append([figure.label, figure.area, value, figure.unit or "none", figure.note or "none"])
    heads = ["The model's own figure", "Area", "Value with 90% interval", "Unit", "Note"]
    return table_of(f"The model beside: {row.claim.title}", heads, rows, (2,)) if rows else None


def cards_of(result: PlanResult) -> list[dict[str, str]]:
    """Return the headline cards: label, value, range."""
    rows = result.rows
    held, implied = [row for row in rows if row.holds], [row for row in rows if row.is_implied]
    with_model = [row for row in rows if row.claim.mechanism != "none"]
    return [
        {"label": "Claims", "value": str(len(rows)), "range": f"{result.plan.group}, {result.plan.period}"},
        {"label": "Reproduced", "value": str(len(held)), "range": "within the published rounding"},
        {"label": "Sums that cannot fail", "value": str(len(implied)), "range": "an input is implied by the claim"},
        {
            "label": "With a mechanism in the model",
            "value": str(len(with_model)),
            "range": "the rest is arithmetic only",
        },
    ]


def context_of(result: PlanResult, charts: Sequence[Chart]) -> dict[str, Any]:
    """Return every value the page's template reads."""
    plan, facts = result.plan, result.facts
    caveats = [
        f"Every figure holds for {plan.group}, {plan.period}. It says nothing of other Places or years.",
        "Reproducing a claim shows what it is made of, not that the saving would come or that it could be cashed.",
    ]
    if facts.run:
        caveats.append(
            f"The model's figures are of one run and {facts.status}; they answer the nearest question, not the same."
        )
    ids = [plan.source.id, *(item.source for row in result.rows for item in row.inputs)]
    return {
        "title": f"What the plan claims: {plan.group}",
        "subtitle": f"{plan.title}: each claim, the arithmetic that reproduces it, and what to watch.",
        "about": plan.about,
        "status": f"{capital(facts.status)}."
        if facts.run
        else "Arithmetic on published figures; no run stands beside it.",
        "caveats": caveats,
        "sections": SECTIONS,
        "cards": cards_of(result),
        "findings": findings(result),
        "claims_table": claims_table(result),
        "charts": [{"chart": chart, "table": chart_table(chart)} for chart in charts],
        "claims": [
            {
                "id": row.claim.name,
                "title": row.claim.title,
                "published": published_text(row.claim),
                "found": found_text(row.found, row.claim.unit),
                "unit": row.claim.unit,
                "basis": row.basis,
                "right": row.claim.right,
                "trap": row.claim.trap,
                "warning": row.claim.warning,
                "edition": result.edition_words(row),
                "inputs": input_table(row),
                "variants": variant_table(row),
                "model": model_table(result, row),
                "model_words": result.model_words(row),
                "scenario": row.claim.scenario,
            }
            for row in result.rows
        ],
        "holds_for": f"{plan.group}, {plan.period}",
        "run": facts.run,
        "run_words": facts.run_words,
        "sources": source_words(result, ids),
        "command": facts.command,
    }


def build_page(result: PlanResult) -> str:
    """Return the page as HTML text; the same plan and run give the same text."""
    return render("plan.html", context_of(result, plan_charts(result)))


def write_plan(folder: RunFolder, result: PlanResult) -> dict[str, Any]:
    """Write page, table and plain values of a plan, then the marker; return the plain values.

    Raises
    ------
    StoreError
        If the folder is already complete.
    """
    path, content = folder.unwritten(), plain(result)
    write_text(path / TABLE, csv_text(tidy(result)))
    write_text(path / "dictionary.csv", csv_text(dictionary()))
    write_json(path / CONTENT, content)
    write_text(path / PAGE, build_page(result))
    write_json(path / COMPLETE, checksums(path))
    return content
