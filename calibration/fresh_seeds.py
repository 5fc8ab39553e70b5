"""Whether a fit leans on the chance of its own seeds: shipped draws run once more on others, and their losses beside.

A draw's loss is the sum over the fitted figures of squared distances between what the run gives and what was
published, each in standard deviations of the figure: its standard error and the model's discrepancy together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import evidence
from calibration.bank import Study
from calibration.batches import Batches
from calibration.completing import complete
from calibration.draw_runs import DRAWS_A_BATCH
from calibration.matching import figures
from calibration.measured import measure_run
from evidence.fit_registry import validation_inputs
from evidence.model import Draw, Target
from evidence.validation_files import DRAW, FITTED, FRESH
from experiments.cache import hash_of, parameters_hash
from experiments.errors import MissingData
from experiments.events import Events
from experiments.folders import cache_folder
from experiments.posterior import draw_hash, refuse_if_stale
from experiments.version import source_hash
from results.files import digest_of, write_text
from results.store import csv_text
from simulation.model import RegionModel
from simulation.run import levels_of
from simulation.run_in import QUIET, start_for_draw

Floats = NDArray[np.float64]
DRAWS, SEED = 40, 200_000
"""Draws run once more, and the first of their seeds; no stage of a fit uses seeds from there on."""
DIGITS = 6


def run_shipped(study: Study, draw: Draw, seed: int, sample: int, threads: int = 1) -> dict[str, float]:
    """Return the measures of the years after the start of one shipped draw, as the fit ran it, on any seed.

    Parameters
    ----------
    study : of what.
    draw : as it is shipped.
    seed : of the run.
    sample, threads : one resident in so many; threads, on which the result does not depend.
    """
    how = study.what.fit
    arm = replace(study.baseline, parameters=draw.parameters)
    levels = levels_of(draw.level_content, study.places)
    start = start_for_draw(study.start(sample, threads), study.values, levels, arm, threads=threads)
    length = how.settled_months + how.measured_months
    model = RegionModel(start, QUIET, seed=seed, threads=threads, months=length, copy=False)
    model.initialise()
    model.settle_everybody()
    measures = measure_run(model, study.places, how.settled_months, how.measured_months)
    model.release()
    return {f"out.{measure}[{area}]": float(value) for (measure, area), value in measures.items()}


@dataclass(frozen=True)
class FreshWork(Batches):
    """Runs shipped draws once more, each on a seed of its own."""

    draws: tuple[Draw, ...]
    first_seed: int

    @property
    def n(self) -> int:
        """Return the number of draws."""
        return len(self.draws)

    def run(self, i: int) -> dict[str, float]:
        """Return the row of one draw."""
        draw = self.draws[i]
        measures = run_shipped(self.study, draw, self.first_seed + i, self.sample, self.threads)
        return {DRAW: draw.number, **measures}


def losses(study: Study, given: pd.DataFrame) -> Floats:
    """Return the loss of each row, shape (rows,).

    Parameters
    ----------
    study : whose fitted figures.
    given : a column a target, by its name, in its unit; targets without a measure have none, or nothing in it.
    """
    judged = figures(study.region.targets, study.law, study.what)
    discrepancy = dict(zip(judged.names, judged.discrepancy, strict=True))
    fitted: list[Target] = [
        t for t in study.region.targets if t.role == "fit" and t.name in given and given[t.name].notna().all()
    ]
    value = np.array([t.value for t in fitted])
    sd = np.array([np.hypot(t.se, discrepancy.get(t.name, 0.0)) for t in fitted])
    rows = given[[t.name for t in fitted]].to_numpy(float)
    return np.asarray((((rows - value) / sd) ** 2).sum(axis=1), float)


def fresh_losses(region: str, *, n: int = DRAWS, workers: int = 2, heard: Events | None = None) -> pd.DataFrame:
    """Return the loss of the first shipped draws as the fit ran them and on fresh seeds: draw, fitted, fresh.

    Parameters
    ----------
    region : a folder of the evidence.
    n : draws.
    workers : processes, on which no figure depends.
    heard : hears of progress.

    Raises
    ------
    MissingData
        If the region has no posterior, fewer draws, or one made for other evidence or another model.
    Interrupted, SomeRunsFailed
        If the user stopped or a batch failed; what is finished is kept.
    """
    study, told = Study(region), heard or Events()
    posterior = evidence.posterior(study.region)
    shipped = validation_inputs(study.region)
    if posterior is None or shipped is None:
        raise MissingData(f"{region} has no posterior to run once more; make one: workability calibrate {region}")
    refuse_if_stale(posterior, study.region, study.values)
    if n > len(posterior.draws):
        raise MissingData(f"The posterior of {region} has {len(posterior.draws)} draws, {n} are asked for.")
    draws, sample = posterior.draws[:n], int(str(shipped.facts["sample"]))
    how, here = study.what.fit, Path(__file__).parent
    key = hash_of(
        study.region.folder_hash, parameters_hash(study.values), source_hash(("scenarios", "simulation")),
        [digest_of(here / name) for name in ("fresh_seeds.py", "measured.py")], sample, how.settled_months,
        how.measured_months, [draw_hash(draw) for draw in draws], SEED,
    )  # fmt: skip
    folder = cache_folder() / "calibration" / f"{region}-fresh-{key}"
    work = FreshWork(study, folder, sample, 1, DRAWS_A_BATCH, draws, SEED)
    told.stage(f"Running {n} shipped draws on fresh seeds, {DRAWS_A_BATCH} a batch")
    complete(work.tasks(), work, work.is_saved, workers, told)
    columns = {f"out.{t.measure}[{t.area}]": t.name for t in study.region.targets}
    fresh = work.frame().rename(columns=columns)
    numbers = [draw.number for draw in draws]
    before = shipped.predictions.loc[numbers]
    both = [name for name in before.columns if name in fresh]
    return pd.DataFrame({DRAW: numbers, "fitted": losses(study, before[both]), "fresh": losses(study, fresh[both])})


def write(folder: Path, table: pd.DataFrame) -> Path:
    """Write the losses into a region's folder; return the path.

    Parameters
    ----------
    folder : the region's folder.
    table : as from `fresh_losses`.
    """
    shown = table.copy()
    for column in ("fitted", "fresh"):
        shown[column] = [float(f"{value:.{DIGITS}g}") for value in table[column]]
    write_text(folder / FITTED / FRESH, csv_text(shown))
    return folder / FITTED / FRESH
