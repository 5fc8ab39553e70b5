"""Tables of the validation scorecard, and its head for a report; computes no figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from results.rivals import RIVALS
from results.tables import Table, table_of
from results.validation import DOUBTFUL, FAILS, NOT_MEASURED, Validation, ValidationRow
from results.validation_words import (
    ROLE_WORDS,
    coverage_sentence,
    first_lines,
    full_label,
    interval,
    label_of,
    quantity,
    score_text,
    sentence,
    signed,
)

HEADINGS = (
    *("Figure", "Area", "Period", "Unit", "Published (standard error)", "Predicted: median (90% interval)"),
    *("50% interval", "Residual", "Verdict", "Score", "Score of the last value", "Score of the twin", "Source"),
)
NUMBERS = (4, 5, 6, 7, 9, 10, 11)
MET = {True: "met", False: "not met", None: "cannot be told"}


@dataclass(frozen=True)
class ValidationHead:
    """What a report says of a region's posterior: the verdict, what fails, and the figures that do not agree."""

    verdict: str
    lines: tuple[str, ...]
    demands: Table
    reasons: Table | None


def head_of(found: Validation, verdict: str, beside: Sequence[str] = ()) -> ValidationHead:
    """Return the head of a scorecard for a report.

    Parameters
    ----------
    found : Validation
        The scorecard.
    verdict : str
        The verdict on the whole, other evidence included.
    beside : sequence of str
        Sentences on other evidence that fails, and on what sets the posterior apart from today's evidence.
    """
    lines = (coverage_sentence(found), *first_lines(found), *beside)
    return ValidationHead(verdict, lines, demand_table(found), reason_table(found))


def demand_table(found: Validation) -> Table:
    """Return the demands on the whole."""
    rows = [[demand.name, demand.wanted, demand.found, MET[demand.is_met]] for demand in found.demands]
    return table_of("Demands on the scorecard as a whole", ["Demand", "Wanted", "Found", "Verdict"], rows)


def reason_table(found: Validation) -> Table | None:
    """Return every figure that does not agree, with its reason and remedy; None where all agree."""
    rows = []
    for verdict in (FAILS, DOUBTFUL, NOT_MEASURED):
        for row in found.with_verdict(verdict):
            reason = sentence(row.reason) or "No reason is known."
            numbers = [f"{quantity(row.target.value)}", f"{quantity(row.p50)} ({interval(row)})", signed(row.residual)]
            if not row.is_measured:
                numbers[1:] = ["not measured", "none"]
            remedy = sentence(row.remedy) or "None is named."
            rows.append([full_label(row), verdict, *numbers, row.target.unit, reason, remedy])
    headings = ["Figure", "Verdict", "Published", "Predicted (90% interval)", "Residual", "Unit", "Reason", "Remedy"]
    return table_of("Figures that do not agree, those that fail first", headings, rows, (2, 3, 4)) if rows else None


def row_table(rows: Sequence[ValidationRow], caption: str) -> Table:
    """Return one row a figure."""
    cells = []
    for row in rows:
        target = row.target
        head = [label_of(row), target.area, target.period, target.unit]
        published = f"{quantity(target.value)} ({quantity(target.se)})"
        if row.is_measured:
            numbers = [f"{quantity(row.p50)} ({interval(row)})", interval(row, "p25", "p75"), signed(row.residual)]
            scores = [f"{value:.2f}" if value == value else "none" for value in (row.score, *map(row.error, RIVALS))]
        else:
            numbers, scores = ["not measured", "none", "none"], ["none"] * 3
        cells.append([*head, published, *numbers, row.verdict, *scores, f"{target.source} ({target.confidence})"])
    return table_of(caption, HEADINGS, cells, NUMBERS)


def rival_table(found: Validation) -> Table:
    """Return mean scores of the model and the rivals, by role."""
    rows = [
        [f"{rival}, {words}", *score_text(found, role, rival)] for role, words in ROLE_WORDS.items() for rival in RIVALS
    ]
    headings = ["Rival and figures", "Figures compared", "Model's mean score", "Rival's mean score", "Model better by"]
    caption = "Mean scores (CRPS), standard errors of the published figures; lower is better"
    return table_of(caption, headings, rows, (1, 2, 3, 4))
