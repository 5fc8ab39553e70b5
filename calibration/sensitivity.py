"""A sensitivity analysis from question to page: runs what is missing, adds samples while they help, writes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from calibration.batches import parquet
from calibration.sensitivity_content import content_of
from calibration.sensitivity_emulator import Emulated, emulated
from calibration.sensitivity_request import SensitivityRequest
from calibration.sensitivity_runs import VECTORS, VectorWork, results_of
from calibration.sensitivity_study import SensitivityStudy, sensitivity_study
from calibration.sensitivity_vectors import ID, PULLED, vector_table
from experiments import estimate as cost
from experiments.answers import Answer, is_finished
from experiments.errors import Interrupted, SomeRunsFailed
from experiments.events import Events
from experiments.folders import compiled_code, drop_old_compiled_code, is_compiled, only_writer, usable_folder
from experiments.runner import run_many
from experiments.sensitivity_analysis import Chance, MorrisFound, SobolFound, chance_of, morris, sobol
from experiments.sensitivity_design import MORRIS, SOBOL, Design, refuse_if_out_of_order
from results.files import write_bytes
from results.sensitivity_store import PAGE, read_sensitivity, write_sensitivity

WIDTH = 0.05
"""Width of a 95% interval at which an index is settled."""
SETTLED, BUDGET, FIXED = "settled", "budget", "fixed"
"""Why no more samples were added: every interval is narrow, the budget is used up, or the method adds none."""


@dataclass(frozen=True)
class Analysed:
    """One output: its results by vector, what chance does to it, and its indices."""

    y: np.ndarray
    chance: Chance
    found: MorrisFound | SobolFound
    emulated: Emulated | None = None


@dataclass(frozen=True)
class FinishedSensitivity(Answer):
    """An answer on disk: its folder and its content as plain values."""

    page_name = PAGE


def analyse_sensitivity(request: SensitivityRequest, events: Events | None = None) -> FinishedSensitivity:
    """Return the finished answer to a question; one that is there is read, not made again.

    Parameters
    ----------
    request : SensitivityRequest
        What is asked.
    events : Events or None
        Who hears of progress.

    Raises
    ------
    RunError, ScenarioError, EvidenceError
        If it cannot be asked, runs failed or were interrupted, or a finished answer is not as it was written.
    """
    heard = events or Events()
    study = sensitivity_study(request)
    folder = study.folder
    if is_finished(folder.path, "answer", heard):
        return FinishedSensitivity(folder.path, read_sensitivity(folder.path))
    cost.refuse_if_too_large(study.estimate, request.study.sample, study.means()[0])
    usable_folder(folder.path)
    usable_folder(study.runs_folder)
    with only_writer(study.runs_folder):
        design, work, stop = _run(study, heard)
        heard.stage("Computing indices.")
        lines = work.frame()
        found = {output: _analysed(study, design, lines, output) for output in study.outputs}
        pulled = work.vectors()[PULLED].to_numpy(float)[: len(design)]
        content = content_of(study, design, found, stop, int((pulled > 0).sum()), len(lines))
        write_sensitivity(folder, content, lines)
    return FinishedSensitivity(folder.path, content)


def _run(study: SensitivityStudy, events: Events) -> tuple[Design, VectorWork, str]:
    """Run the first samples, then twice as many for as long as that helps and the budget allows."""
    samples = study.samples
    events.stage(
        f"{study.kind.capitalize()} over {len(study.space.labels)} factors or groups, {study.runs(samples)} runs of "
        f"both arms. Expected: {study.estimate.sentence()}."
    )
    while True:
        design = study.design(samples)
        work = _completed(study, design, events)
        if study.kind != SOBOL:
            return design, work, FIXED
        width = _analysed(study, design, work.frame(), study.outputs[0]).found.width  # type: ignore[union-attr]
        if width <= WIDTH:
            return design, work, SETTLED
        if study.runs(2 * samples) > study.budget:
            return design, work, BUDGET
        samples *= 2
        events.stage(f"The widest interval is {width:.2f}; going on to {samples} base samples.")


def _completed(study: SensitivityStudy, design: Design, events: Events) -> VectorWork:
    """Run the vectors of a design that are not saved yet.

    Raises
    ------
    Interrupted, SomeRunsFailed
        If the user stopped it, or a batch failed.
    """
    work = study.work(len(design))
    path = study.runs_folder / VECTORS
    if not _is_listed(path, design):
        events.stage("Finding levels and values that the model can hold for every vector.")
        table = vector_table(design, study.factors, study.region, study.support, study.levels)
        write_bytes(path, parquet(table))
    workers, threads = study.means()
    was_compiled, before = is_compiled(), compiled_code()
    if not was_compiled:
        events.stage("First run of this version from this folder: compiling takes about a minute more, this once.")
        drop_old_compiled_code()
    if not all(work.is_saved(task) for task in work.tasks()):
        work.prepare()
    outcome = run_many(
        work.tasks(), work, work.is_saved, workers=workers, threads=threads, events=events,
        first_alone=not was_compiled,
    )  # fmt: skip
    if outcome.interrupted:
        raise Interrupted(
            f"Interrupted. {len(outcome.saved)} of {len(work.tasks())} batches are kept and will not be repeated."
        )
    if outcome.failed:
        task, reason = next(iter(sorted(outcome.failed.items())))
        raise SomeRunsFailed(
            f"{len(outcome.failed)} of {len(work.tasks())} batches failed, so no index was computed; the others are "
            f"kept. First, batch {task.draw}: {reason}"
        )
    if outcome.finished and compiled_code() == before:
        made = len(outcome.finished) * len(work.frame()) / max(1, len(work.tasks()))
        months = study.estimate_months
        cost.remember(study.plan.n_residents, months, threads, outcome.seconds * workers / max(1.0, made), None)
    return work


def _is_listed(path: Path, design: Design) -> bool:
    """Return whether the vectors of a design, or of one that begins with it, are listed."""
    try:
        found = pd.read_parquet(path, columns=[ID])[ID].tolist()
    except (OSError, ValueError):
        return False
    return found[: len(design)] == design.ids()


def _analysed(study: SensitivityStudy, design: Design, lines: pd.DataFrame, output: str) -> Analysed:
    """Return one output's indices; lines that are not in the design's order are refused."""
    y, each, ids = results_of(lines, output, study.request.n_seeds)
    refuse_if_out_of_order(design, ids)
    chance, seed = chance_of(each, study.request.n_seeds), study.request.study.seed
    if study.kind == MORRIS:
        return Analysed(y, chance, morris(design, y, chance, seed))
    if study.kind == SOBOL:
        return Analysed(y, chance, sobol(design, y, chance, seed))
    made = emulated(design, y, chance, study.factors, study.space, True, WIDTH)
    return Analysed(y, chance, made.found, made)
