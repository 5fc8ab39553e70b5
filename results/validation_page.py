"""The page of the validation scorecard: the verdict first, then every figure, calibration and hold-outs apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from results.charts import Chart
from results.report import render
from results.rivals import LAST_VALUE, RIVALS, TWIN
from results.tables import Table, cell_text, chart_table, frame_table, table_of
from results.validation import (
    CRPS_GAIN,
    FAILS,
    FIT_SHARE,
    HOLDOUT_SHARES,
    Validation,
)
from results.validation_charts import residual_chart
from results.validation_tables import demand_table, reason_table, rival_table, row_table
from results.validation_words import (
    ROLE_WORDS,
    band_lines,
    coverage_sentence,
    first_lines,
    row_sentence,
    rule_lines,
    verdict_sentence,
)

if TYPE_CHECKING:
    from pandas import DataFrame

BESIDE = {
    "evaluations.csv": "A published evaluation that informs the parameters of policy",
    "replications.csv": "Published evaluations, replicated without refitting",
    "backcast.csv": "Back-cast from 2014",
}
"""Further evidence beside the scorecard, by the file that holds it."""
EVALUATED = ("name", "figure", "verdict", "observed", "mean", "p05", "p95", "unit", "period", "note")
"""Columns by which a table is known to be one of published evaluations."""
LONGEST = 40
"""Rows of further evidence above which a table is folded."""
SECTIONS = (
    ("answer", "Verdict"),
    ("reasons", "Where it fails, and why"),
    ("fit", "Fitted figures"),
    ("holdout", "Hold-outs"),
    ("rivals", "Against two rivals"),
    ("beside", "Other evidence"),
    ("method", "How to read it"),
    ("reproduce", "Reproduce"),
)


@dataclass(frozen=True)
class ValidationPage:
    """Everything that the two pages of a validation show.

    `facts`: the content of `posterior.yaml`. `tables`: further files by name, as `evidence.validation_files` reads
    them. `departures`: sentences on what sets the posterior apart from today's model, empty where nothing does.
    """

    region: str
    title: str
    found: Validation
    facts: Mapping[str, Any]
    draws: DataFrame
    parameters: Sequence[str]
    prior: DataFrame | None = None
    predictions: DataFrame | None = None
    full: DataFrame | None = None
    tables: Mapping[str, DataFrame] = field(default_factory=dict)
    departures: Sequence[str] = ()

    @property
    def beside(self) -> dict[str, DataFrame]:
        """Return replications and back-cast, by heading, as far as they were made."""
        return {heading: self.tables[name] for name, heading in BESIDE.items() if name in self.tables}

    @property
    def beside_failing(self) -> list[str]:
        """Return a sentence for each of those in which something fails."""
        out = []
        for heading, table in self.beside.items():
            failing = int((table["verdict"] == FAILS).sum())
            if failing:
                out.append(f"{heading}: {failing} of {len(table)} fail.")
        return out

    @property
    def has_failed(self) -> bool:
        """Return whether the scorecard, a replication or the back-cast fails."""
        return self.found.has_failed or bool(self.beside_failing)

    @property
    def verdict(self) -> str:
        """Return the verdict in one sentence."""
        if self.found.has_failed or not self.beside_failing:
            return verdict_sentence(self.found)
        return f"The scorecard holds, but other evidence fails: {' '.join(self.beside_failing)}"


def build_page(page: ValidationPage) -> str:
    """Return the scorecard as HTML text; the same content gives the same text."""
    return render("validation.html", context_of(page))


def context_of(page: ValidationPage) -> dict[str, Any]:
    """Return every value that the template reads."""
    found = page.found
    charts = {role: residual_chart(found, role) for role in ROLE_WORDS if found.of(role)}
    return {
        "title": f"Validation scorecard: {page.title}",
        "subtitle": f"What {page.facts['n_draws']} draws of the posterior predict of every figure, un-aligned.",
        "status": page.verdict,
        "caveats": [*first_lines(found), *page.beside_failing, *page.departures],
        "sections": SECTIONS,
        "cards": cards_of(found),
        "coverage": coverage_sentence(found),
        "demand_table": demand_table(found),
        "rules": rule_lines(),
        "reasons": reason_table(found),
        "roles": [role_part(found, role, charts.get(role)) for role in ROLE_WORDS],
        "rival_table": rival_table(found),
        "rival_words": rival_words(),
        "beside": [beside_part(heading, table) for heading, table in page.beside.items()],
        "bands": band_lines(page.facts),
        "full_words": full_words(found),
        "command": f"workability validate --region {page.region}",
    }


def beside_part(heading: str, table: DataFrame) -> dict[str, Any]:
    """Return further evidence as a table; a long one by measure, with its rows to fold out."""
    if table.columns.isin(EVALUATED).sum() == len(EVALUATED):
        return {"table": evaluation_table(heading, table), "folded": None}
    rows = frame_table(heading, table)
    if len(table) <= LONGEST or "measure" not in table:
        return {"table": rows, "folded": None}
    counts = table.groupby(["measure", "role", "verdict"]).size().unstack(fill_value=0).reset_index()
    return {"table": frame_table(f"{heading}: how many figures agree", counts), "folded": rows}


def evaluation_table(heading: str, table: DataFrame) -> Table:
    """Return published evaluations beside what the model gives, the verdict before what explains it."""
    columns = ["Evaluation", "Figure", "Verdict", "Published", "Model: mean (90% interval)", "Unit", "Period", "Note"]
    rows = []
    for row in table.to_dict("records"):
        mean, low, high = (cell_text(float(row[name])) for name in ("mean", "p05", "p95"))
        rows.append(
            [row["name"], str(row["figure"]).replace("_", " "), row["verdict"], cell_text(float(row["observed"])),
             f"{mean} ({low} to {high})", row["unit"], row["period"], row["note"]]
        )  # fmt: skip
    return table_of(heading, columns, rows, [3, 4])


def cards_of(found: Validation) -> list[dict[str, str]]:
    """Return the headline cards: label, value, range."""
    least, most = HOLDOUT_SHARES
    wanted = {"fit": f"wanted: at least {FIT_SHARE:.0%}", "holdout": f"wanted: {least:.0%} to {most:.0%}"}
    cards = []
    for role, words in ROLE_WORDS.items():
        cover = found.coverage(role)
        if cover.n:
            cards.append(
                {
                    "label": f"{words[:1].upper()}{words[1:]} inside their 90% interval",
                    "value": f"{cover.inside} of {cover.n}",
                    "range": f"{cover.share:.0%}, 95% interval {cover.low:.0%} to {cover.high:.0%}; {wanted[role]}",
                }
            )
    cards.append(
        {
            "label": "Figures that fail",
            "value": str(len(found.with_verdict(FAILS))),
            "range": "outside their 99% interval",
        }
    )
    for rival in RIVALS:
        compared = found.compare("holdout", rival)
        if compared.n:
            cards.append(
                {
                    "label": f"Score on hold-outs against the {rival}",
                    "value": "none" if math.isnan(compared.gain) else f"{compared.gain:+.0%}".replace("-", "−"),
                    "range": f"{compared.n} figures; above zero the model is better; wanted: at least +{CRPS_GAIN:.0%}",
                }
            )
    return cards


def role_part(found: Validation, role: str, chart: Chart | None) -> dict[str, Any]:
    """Return a role's heading, finding, picture and table."""
    heading = {"fit": "Calibration: the figures the model was fitted to", "holdout": "Hold-outs: figures it never saw"}
    rows = [row for row in found.rows if row.target.role == role]
    return {
        "id": role,
        "heading": heading[role],
        "words": role_words(found, role),
        "chart": chart,
        "chart_table": chart_table(chart) if chart else None,
        "table": row_table(rows, f"Every one of the {ROLE_WORDS[role]}, published against predicted") if rows else None,
    }


def role_words(found: Validation, role: str) -> str:
    """Return what came out for a role in two sentences."""
    cover, half = found.coverage(role), found.coverage(role, half=True)
    if not cover.n:
        return f"There are no {ROLE_WORDS[role]}."
    text = (
        f"{cover.inside} of {cover.n} {ROLE_WORDS[role]} ({cover.share:.0%}; {cover.low:.0%} to {cover.high:.0%}) lie "
        f"inside their 90% interval and {half.inside} ({half.share:.0%}) inside their 50% interval."
    )
    outside = [row for row in found.of(role) if not row.is_inside]
    if not outside:
        return text
    worst = max(outside, key=lambda row: abs(row.residual))
    return f"{text} Furthest off: {row_sentence(worst)}"


def rival_words() -> list[str]:
    """Return what the rivals are."""
    return [
        f"The {LAST_VALUE} is the latest figure of the same measure and area whose period was over before the "
        "figure's own began. It may be a hold-out, which the model has not seen; the model has seen later fitted "
        "figures, which the last value has not.",
        f"The {TWIN} is the model in expected values at the evidence's own parameters, without chance and without fit.",
        "Both name one number and no spread, so their score is their distance from the figure.",
    ]


def full_words(found: Validation) -> str:
    """Return what the draws with every resident say, empty where there are none."""
    parts = []
    for role, words in ROLE_WORDS.items():
        cover = found.coverage(role, full=True)
        if cover.n:
            parts.append(f"{cover.inside} of {cover.n} {words}")
    if not parts:
        return ""
    return f"By the draws that were also run with every resident, on fresh seeds, {' and '.join(parts)} lie inside."
