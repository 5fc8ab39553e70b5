"""A plan's claims and the model's figures beside them, as plain values and as a tidy table; computes no figure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evidence.plan_files import SavingsPlan
from evidence.unit_cost_editions import Edition
from results.display import both
from results.plan_claims import (
    ClaimRow,
    amount,
    difference_text,
    found_text,
    published_text,
)
from results.plan_model import ARITHMETIC, ModelFigure

if TYPE_CHECKING:
    from pandas import DataFrame

STATUS = "not calibrated"
COLUMNS = (
    "plan", "claim", "row", "label", "area", "period", "unit", "column", "bound", "published", "value", "low", "high",
    "difference", "basis", "note", "trap", "source",
)  # fmt: skip
COLUMN_WORDS = {
    "plan": "name of the plan",
    "claim": "name of the claim",
    "row": "claim = published and given back; variant = counted another way; edition = unit cost of a later edition; "
    "model = figure of the run",
    "label": "what the figure is",
    "area": "area that the figure holds for; never carry it to another",
    "period": "time that the figure holds for",
    "unit": "unit of published, value, low, high and difference",
    "column": "fiscal, fiscal and economic, or people",
    "bound": "whether the published figure is exact, a most or a least",
    "published": "the plan's figure",
    "value": "given back by the arithmetic, or the mean over runs",
    "low": "lower end: over inputs that are not known for claims and variants, of the 90% interval for the model",
    "high": "upper end of the same",
    "difference": "value less published",
    "basis": "whether an input is itself implied by the claim, so that the sum cannot fail",
    "note": "what belongs beside the figure",
    "trap": "what to watch",
    "source": "id of the publication, or the run's folder",
}


@dataclass(frozen=True)
class PlanFacts:
    """What a plan's page was made from: the command, the run beside it (empty without), and its status."""

    command: str
    run: str = ""
    run_words: str = ""
    sample: int = 1
    status: str = STATUS
    """whether the run is calibrated, in words"""


@dataclass(frozen=True)
class PlanResult:
    """A plan, its claims given back, and the model's figures (empty without a run)."""

    plan: SavingsPlan
    rows: tuple[ClaimRow, ...]
    figures: tuple[ModelFigure, ...]
    facts: PlanFacts
    edition: Edition | None = None

    def figures_of(self, claim: str) -> tuple[ModelFigure, ...]:
        """Return the model's figures beside a claim."""
        return tuple(figure for figure in self.figures if figure.claim == claim)

    def model_words(self, row: ClaimRow) -> str:
        """Return how to see the model's own figure, or that there is none; empty where a run stands beside."""
        if self.facts.run:
            return ""
        if not row.claim.scenario:
            return ARITHMETIC
        return f"The model's own figure, of the nearest question: workability run {row.claim.scenario}"

    def edition_words(self, row: ClaimRow) -> str:
        """Return what a user's own edition has for the claim's unit cost, empty where it has nothing."""
        code = row.claim.code
        if self.edition is None or not code:
            return ""
        cost = self.edition.costs.get(code)
        if cost is None:
            return f"Edition {self.edition.name} has no unit cost {code}."
        shown = amount(cost.value, "pounds")
        return f"Unit cost {code} in edition {self.edition.name}: {shown} in {cost.price_year} prices."


def figure_text(figure: ModelFigure) -> str:
    """Return a figure of the model with its interval, or why there is none."""
    stat = figure.stat
    if stat is None or math.isnan(stat.mean):
        return figure.note
    if figure.kind == "pence":
        ends = "no interval" if math.isnan(stat.p05) else f"{_pence(stat.p05)} to {_pence(stat.p95)}"
        return f"{_pence(stat.mean)} ({ends})"
    return both(stat, figure.kind)


def _pence(value: float) -> str:
    return f"{'−' if round(value, 2) < 0 else ''}£{abs(value):,.2f}"


def plain(result: PlanResult) -> dict[str, Any]:
    """Return everything as plain values for JSON."""
    plan = result.plan
    return {
        "plan": plan.name,
        "title": plan.title,
        "area": plan.group,
        "period": plan.period,
        "source": {"id": plan.source.id, "title": plan.source.title, "date": plan.source.date},
        "run": result.facts.run or None,
        "status": result.facts.status if result.facts.run else None,
        "edition": None if result.edition is None else result.edition.name,
        "claims": [_claim(result, row) for row in result.rows],
    }


def _claim(result: PlanResult, row: ClaimRow) -> dict[str, Any]:
    """Return one claim as plain values."""
    claim = row.claim
    return {
        "name": claim.name,
        "title": claim.title,
        "unit": claim.unit,
        "column": claim.column,
        "bound": claim.bound,
        "published": claim.published,
        "published_text": published_text(claim),
        "reproduced": row.found.value,
        "reproduced_text": found_text(row.found, claim.unit),
        "difference_text": difference_text(row),
        "low": row.found.low,
        "high": row.found.high,
        "years": list(row.found.years),
        "difference": row.difference,
        "within_rounding": row.holds,
        "basis": row.basis,
        "right": claim.right,
        "trap": claim.trap,
        "warning": claim.warning or None,
        "holds_for": f"{result.plan.group}, {result.plan.period}",
        "later_edition": result.edition_words(row) or None,
        "inputs": [
            {"name": item.name, "value": item.value, "unit": item.unit, "period": item.period,
             "price_year": item.price_year or None, "implied": item.is_implied, "source": item.source,
             "interval_95": item.interval_95, "note": item.note}
            for item in row.inputs
        ],
        "variants": [
            {"title": v.variant.title, "value": v.found.value, "low": v.found.low, "high": v.found.high,
             "ratio": v.ratio, "note": v.variant.note}
            for v in row.variants
        ],
        "model": [_figure(figure) for figure in result.figures_of(claim.name)],
        "model_note": result.model_words(row),
    }  # fmt: skip


def _figure(figure: ModelFigure) -> dict[str, Any]:
    """Return a figure of the model as plain values; percentiles that are no numbers become None."""
    stat = None if figure.stat is None or math.isnan(figure.stat.mean) else figure.stat.as_dict()
    words = {"label": figure.label, "area": figure.area, "unit": figure.unit, "note": figure.note}
    return {**words, "text": figure_text(figure), "stat": stat}


def tidy(result: PlanResult) -> DataFrame:
    """Return one figure a row, by COLUMNS."""
    import pandas as pd

    plan, nan = result.plan, float("nan")
    rows: list[dict[str, object]] = []
    for row in result.rows:
        claim = row.claim
        shared = {"plan": plan.name, "claim": claim.name, "area": plan.group, "period": plan.period,
                  "unit": claim.unit, "column": claim.column, "bound": claim.bound, "published": claim.published,
                  "trap": claim.trap, "source": plan.source.id}  # fmt: skip
        found = {"value": row.found.value, "low": row.found.low, "high": row.found.high}
        rows.append(shared | found | {"row": "claim", "label": claim.title, "difference": row.difference,
                                      "basis": row.basis, "note": claim.warning})  # fmt: skip
        for v in row.variants:
            found = {"value": v.found.value, "low": v.found.low, "high": v.found.high}
            rows.append(shared | found | {"row": "variant", "label": v.variant.title, "note": v.variant.note,
                                          "difference": v.found.value - claim.published})  # fmt: skip
        words, edition = result.edition_words(row), result.edition
        cost = None if edition is None else edition.costs.get(claim.code)
        if words:
            value = nan if cost is None else cost.value
            rows.append(shared | {"row": "edition", "label": words, "value": value, "low": value, "high": value,
                                  "note": "" if cost is None else f"prices of {cost.price_year}"})  # fmt: skip
        for figure in result.figures_of(claim.name):
            stat = figure.stat
            found = {"value": nan, "low": nan, "high": nan}
            if stat is not None:
                found = {"value": stat.mean, "low": stat.p05, "high": stat.p95}
            rows.append({"plan": plan.name, "claim": claim.name, "row": "model", "label": figure.label,
                         "area": figure.area, "period": result.facts.run_words, "unit": figure.unit,
                         "note": figure.note, "source": result.facts.run, **found})  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    numbers = ("published", "value", "low", "high", "difference")
    return table.fillna(dict.fromkeys((name for name in COLUMNS if name not in numbers), ""))


def dictionary() -> DataFrame:
    """Return what every column of the table is."""
    import pandas as pd

    return pd.DataFrame(list(COLUMN_WORDS.items()), columns=["column", "words"])


def shown_rows(content: Mapping[str, Any], most: int, of_model: bool = False) -> list[tuple[str, ...]]:
    """Return rows for a terminal from plain values: one a claim, or one a figure of the model.

    Parameters
    ----------
    content : mapping
        As from `plain`.
    most : int
        Characters of what to watch; the rest is on the page.
    of_model : bool
        Whether the model's figures are wanted.
    """
    if of_model:
        return [
            (claim["title"], figure["label"], figure["area"], figure["text"])
            for claim in content["claims"]
            for figure in claim["model"]
        ]
    return [
        (claim["title"], *(claim[f"{name}_text"] for name in ("published", "reproduced", "difference")),
         first_sentences(claim["trap"], most))
        for claim in content["claims"]
    ]  # fmt: skip


def first_sentences(text: str, most: int) -> str:
    """Return as many whole sentences of a text as fit into so many characters, one at least."""
    sentences = text.split(". ")
    kept = sentences[0]
    for sentence in sentences[1:]:
        if len(kept) + len(sentence) > most:
            return f"{kept}."
        kept = f"{kept}. {sentence}"
    return kept


def findings(result: PlanResult) -> list[str]:
    """Return what a reader should take away, a sentence each."""
    rows, plan = result.rows, result.plan
    held = sum(row.holds for row in rows)
    implied = sum(row.is_implied and row.holds for row in rows)
    out = [
        f"{held} of {len(rows)} claims are reproduced within their published rounding; {implied} of them only because "
        "a figure that nobody published is taken from the claim itself.",
        f"Every figure holds for {plan.group} around {plan.period}, and for nowhere else.",
    ]
    apart = [v for row in rows for v in row.variants]
    if apart:
        ratios = [v.ratio for v in apart]
        out.append(
            f"Counted in another way the claims come to {min(ratios):.2f} to {max(ratios):.2f} times what is published."
        )
    out += [row.claim.warning for row in rows if row.claim.warning]
    bare = [row.claim.title for row in rows if row.claim.mechanism == "none"]
    if bare:
        out.append(f"Arithmetic only, because the model has no mechanism for it: {'; '.join(bare)}.")
    return out


def source_words(result: PlanResult, ids: Sequence[str]) -> str:
    """Return ids of sources once each, in order."""
    return ", ".join(dict.fromkeys(ids)) or result.plan.source.id
