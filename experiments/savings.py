"""The appraisal of a finished run: found, checked, appraised by the reader's choices, and written beside the runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments import run_folder
from experiments.errors import InvalidRequest, MissingData, UnusableOutput
from results.appraisal import appraise
from results.appraisal_page import SavingsPage
from results.appraisal_store import as_dict, choices_hash, write_savings
from results.appraisal_terms import AppraisalError, Choices, check
from results.geography import slug
from results.store import read_manifest


@dataclass(frozen=True)
class SavingsRequest:
    """What is appraised, by which choices, and where the answer goes."""

    run: str
    choices: Choices
    runs: Path
    """folder under which runs are found"""
    out: Path
    """folder under which answers are kept"""
    options: tuple[str, ...] = ()
    """the choices as they were typed, to repeat the command"""


@dataclass(frozen=True)
class Savings:
    """A finished appraisal and its files."""

    page: SavingsPage
    files: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        return as_dict(self.page, self.files)


def find(request: SavingsRequest) -> Path:
    """Return the run's folder, looked for under the folder of runs and then under that of answers.

    Raises
    ------
    MissingData
        If it is under neither.
    """
    try:
        return run_folder.find(request.run, request.runs)
    except MissingData:
        if not (request.out / slug(request.run)).is_dir():
            raise
        return run_folder.find(request.run, request.out)


def appraise_run(request: SavingsRequest) -> Savings:
    """Return the appraisal of a finished run, written to `<out>/<scenario>/<run>-<choices>/`.

    Raises
    ------
    InvalidRequest
        If a choice cannot be.
    MissingData
        If there is no such run, it did not finish, or it is not what was written.
    """
    try:
        choices = check(request.choices)
    except AppraisalError as problem:
        raise InvalidRequest(str(problem)) from problem
    folder = find(request)
    run_folder.refuse_if_altered(folder)
    pairs = run_folder.pairs_of(folder)
    headline = run_folder.headline_from(folder, pairs)
    try:
        appraisal = appraise(pairs, headline.geography, choices)
    except AppraisalError as problem:
        raise InvalidRequest(str(problem)) from problem
    manifest = read_manifest(folder)
    command = " ".join(("workability savings", request.run, *request.options))
    page = SavingsPage(headline, appraisal, folder.name, f"{manifest['command']}\n{command}")
    target = request.out / slug(str(manifest["scenario"])) / f"{folder.name}-{choices_hash(appraisal)}"
    try:
        files = write_savings(target, page)
    except OSError as problem:
        reason = problem.strerror or problem
        raise UnusableOutput(f"{target} cannot be written ({reason}); name another --out folder.") from problem
    return Savings(page, files)
