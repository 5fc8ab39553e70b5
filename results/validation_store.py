"""A validation on disk: scorecard as page, table and data, and the page of diagnostics; complete with its marker."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from results import diagnostics_page, validation_page
from results.assurance import assurance_log
from results.files import write_json, write_text
from results.plain import plain
from results.store import COMPLETE, RunFolder, checksums, csv_text
from results.validation import Validation
from results.validation_page import ValidationPage
from results.validation_words import validation_frame

if TYPE_CHECKING:
    from evidence.verification import Property

PAGE, TABLE, CONTENT, DIAGNOSTICS = "validation.html", "scorecard.csv", "scorecard.json", "diagnostics.html"
LOG = "assurance_log.csv"


def plain_validation(page: ValidationPage) -> dict[str, Any]:
    """Return a scorecard as plain values: verdict, coverage, demands, rivals, and one row a figure."""
    return {
        "region": page.region,
        "verdict": "fails" if page.has_failed else "holds",
        "words": page.verdict,
        "departures": list(page.departures),
        "posterior": {key: page.facts[key] for key in ("model", "parameters", "targets", "n_draws", "sample", "seeds")},
        "coverage": {role: _coverage(page.found, role) for role in ("fit", "holdout")},
        "demands": [vars(demand) for demand in page.found.demands],
        "other_evidence": page.beside_failing,
        "figures": plain(validation_frame(page.found)),
    }


def _coverage(found: Validation, role: str) -> dict[str, Any] | None:
    """Return the coverage of a role; None where it has no figure."""
    cover, half = found.coverage(role), found.coverage(role, half=True)
    if not cover.n:
        return None
    return {
        "figures": cover.n,
        "inside_90": cover.inside,
        "inside_50": half.inside,
        "share_90": cover.share,
        "interval_95": [cover.low, cover.high],
    }


def write_validation(folder: RunFolder, page: ValidationPage, properties: Iterable[Property]) -> dict[str, Any]:
    """Write pages, table, assurance log and content of a validation, then its marker; return the content.

    Parameters
    ----------
    folder : RunFolder
        Where it is kept.
    page : ValidationPage
        What it shows.
    properties : iterable of Property
        What the model must be able to show, for the log.

    Raises
    ------
    StoreError
        If the folder is already complete.
    """
    path, content = folder.unwritten(), plain_validation(page)
    write_text(path / TABLE, csv_text(validation_frame(page.found)))
    checks = page.facts.get("checks") or {}
    log = assurance_log(page.found.rows, page.found.demands, checks, properties)
    write_text(path / LOG, csv_text(log))
    write_json(path / CONTENT, content)
    write_text(path / PAGE, validation_page.build_page(page))
    write_text(path / DIAGNOSTICS, diagnostics_page.build_page(page))
    write_json(path / COMPLETE, checksums(path))
    return content


def paths_of(folder: Path) -> dict[str, str]:
    """Return the files of a validation by what they are."""
    named = {"scorecard": PAGE, "table": TABLE, "diagnostics": DIAGNOSTICS, "data": CONTENT, "assurance": LOG}
    return {name: (folder / file).as_posix() for name, file in named.items()}
