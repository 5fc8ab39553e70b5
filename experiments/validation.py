"""The validation of a region's shipped posterior: read, judged, and written; runs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.answers import is_finished
from experiments.cache import hash_of
from experiments.errors import MissingData, ValidationFails
from experiments.events import Events
from experiments.folders import only_writer, usable_folder
from experiments.plans import shipped_parameters, shipped_region
from experiments.posterior import departures, refuse_if_stale
from experiments.version import __version__, source_hash
from results.store import RunFolder

if TYPE_CHECKING:
    from evidence.model import Region
    from evidence.validation_files import PosteriorFiles
    from results.validation_page import ValidationPage
    from results.validation_tables import ValidationHead

FORMAT = 1
"""Raise it when the same inputs would fill a folder with other content."""
DEFAULT_REGION = "cheshire-merseyside"


@dataclass(frozen=True)
class ValidationRequest:
    """Which region's posterior is validated, and under which folder the answer is kept."""

    region: str = DEFAULT_REGION
    out: Path = Path("validation")

    @cached_property
    def content_hash(self) -> str:
        """16 hex digits over everything that decides a figure or a word of the answer."""
        from evidence.fit_registry import validation_digest
        from results.report import PAGES

        region = shipped_region(self.region)
        pages = [(path.name, path.read_text(encoding="utf-8")) for path in sorted(PAGES.iterdir()) if path.is_file()]
        code = source_hash(("evidence", "results", "experiments"))
        return hash_of("validation", FORMAT, validation_digest(self.region), region.targets, pages, code, __version__)

    @property
    def folder(self) -> RunFolder:
        """Where the answer is kept."""
        return RunFolder(self.out, self.region, self.content_hash)


@dataclass(frozen=True)
class FinishedValidation:
    """A validation on disk: its folder, and its content as plain values."""

    folder: Path
    content: dict[str, Any]
    page: ValidationPage

    def as_dict(self) -> dict[str, Any]:
        """Return the content and its files, for JSON."""
        from results.validation_store import paths_of

        return {"files": paths_of(self.folder), **self.content}

    def raise_if_failed(self) -> None:
        """End with the exit code of a failed check where the scorecard fails.

        Raises
        ------
        ValidationFails
            If it does.
        """
        if self.page.has_failed:
            raise ValidationFails(f"{self.page.verdict} Why: {(self.folder / 'validation.html').as_posix()}")


def page_of(region: Region, files: PosteriorFiles, apart: Sequence[str] = ()) -> ValidationPage:
    """Return everything that the pages of a region's validation show.

    Parameters
    ----------
    region : Region
        The region.
    files : PosteriorFiles
        What its posterior is and predicts.
    apart : Sequence of str
        What sets the posterior apart from today's evidence.
    """
    import numpy as np

    from results.validation import validate
    from results.validation_page import ValidationPage

    def columns(frame: Any) -> dict[str, Any]:
        return {} if frame is None else {str(name): frame[name].to_numpy(np.float64) for name in frame.columns}

    found = validate(
        region.targets, columns(files.predictions), full=columns(files.full), twin=files.twin, notes=files.notes
    )
    return ValidationPage(
        region.name,
        region.title,
        found,
        files.facts,
        files.draws,
        files.parameters,
        files.prior,
        files.predictions,
        files.full,
        files.tables,
        tuple(apart),
    )


def validation_head(region: Region) -> ValidationHead | None:
    """Return the head of a region's scorecard for a report, with what sets it apart; None without a posterior."""
    from evidence.fit_registry import posterior as posterior_of
    from evidence.fit_registry import validation_inputs
    from results.validation_tables import head_of

    files, posterior = validation_inputs(region), posterior_of(region)
    if files is None or posterior is None:
        return None
    apart = departures(posterior, region, shipped_parameters())
    page = page_of(region, files, [f"The posterior was made for other inputs: {', '.join(apart)}."] if apart else ())
    return head_of(page.found, page.verdict, (*page.beside_failing, *page.departures))


def validate_region(request: ValidationRequest) -> FinishedValidation:
    """Return the validation of a region's shipped posterior, written to `<out>/<region>/<hash>/`.

    Raises
    ------
    MissingData
        If the region has no posterior, it is of other evidence or another model, or a finished answer was altered.
    evidence.errors.EvidenceError
        If the region or a file of its posterior cannot be used.
    """
    from evidence.fit_registry import posterior as posterior_of
    from evidence.fit_registry import validation_inputs
    from evidence.verification import properties
    from results.validation_store import plain_validation, write_validation

    region = shipped_region(request.region)
    files, posterior = validation_inputs(region), posterior_of(region)
    if files is None or posterior is None:
        raise MissingData(
            f"{request.region}: the region has no posterior yet, so there is nothing to validate. Fit it first: "
            f"workability calibrate {request.region}. The evidence's own values against published figures: "
            "workability targets."
        )
    refuse_if_stale(posterior, region, shipped_parameters())
    page, folder = page_of(region, files), request.folder
    if is_finished(folder.path, "scorecard", Events()):
        return FinishedValidation(folder.path, plain_validation(page), page)
    usable_folder(folder.path)
    with only_writer(folder.path):
        content = write_validation(folder, page, properties())
    return FinishedValidation(folder.path, content, page)
