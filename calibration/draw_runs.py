"""Running draws of the posterior: the region under each, un-aligned, and what every figure comes to there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibration.bank import Study, parquet
from calibration.measured import Measured
from calibration.priors import overrides
from experiments.runner import Task
from results.files import write_bytes
from scenarios.vocabulary import STATES
from simulation.model import RegionModel
from simulation.run_in import QUIET, start_for_draw
from simulation.start import Levels

Floats = NDArray[np.float64]
BATCH = 5
"""Draws of one batch."""


@dataclass(frozen=True)
class Draws:
    """Draws to run. `z`: places on the standard scale, shape (n, parameters); `levels` of each; `seeds`: (n,)."""

    z: Floats
    levels: tuple[Levels, ...]
    seeds: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of draws."""
        return len(self.z)

    def some(self, rows: Sequence[int] | NDArray[np.int64]) -> Draws:
        """Return some of the draws, in the order of `rows`."""
        return Draws(self.z[rows], tuple(self.levels[i] for i in rows), self.seeds[rows])


def run_draw(study: Study, draws: Draws, i: int, sample: int, threads: int) -> dict[str, float]:
    """Return the measures of one draw's years after its start, and the region's stocks by month.

    Parameters
    ----------
    study : of what.
    draws, i : the draws, and which.
    sample, threads : one resident in so many; threads.
    """
    how = study.what.fit
    given = tuple(sorted(overrides(study.priors, draws.z[i]).items()))
    arm = replace(study.baseline, parameters=given)
    start = start_for_draw(study.start(sample, threads), study.values, draws.levels[i], arm, threads=threads)
    length = how.settled_months + how.measured_months
    model = RegionModel(start, QUIET, seed=int(draws.seeds[i]), threads=threads, months=length, copy=False)
    model.initialise()
    model.settle_everybody()
    hours = start.parameters.sickness_absence.short_absence_hours
    seen = Measured(study.places, sample, (hours[0], hours[1]))
    row: dict[str, float] = {}
    for month in range(length):
        columns = seen.before(model) if month >= how.settled_months else None
        model.step()
        if columns is not None:
            seen.after(model, columns)
        stock = model.cells.reshape(-1, len(STATES)).sum(axis=0, dtype=np.int64) * sample
        row.update({f"stock.{month:03d}.{name.lower()}": float(n) for name, n in zip(STATES, stock, strict=True)})
    model.release()
    row.update({f"out.{measure}[{area}]": float(v) for (measure, area), v in seen.values().items()})
    return row


@dataclass(frozen=True)
class DrawWork:
    """Runs a batch of draws and saves it; made again in every process that works."""

    study: Study
    folder: Path
    draws: Draws
    sample: int
    threads: int = 1
    batch: int = BATCH

    def path(self, task: Task) -> Path:
        """Return the file of a batch."""
        return self.folder / f"draws-{task.draw:04d}.parquet"

    def rows(self, task: Task) -> range:
        """Return the draws of a batch."""
        return range(task.draw * self.batch, min((task.draw + 1) * self.batch, len(self.draws)))

    def is_saved(self, task: Task) -> bool:
        """Return whether a batch is on disk and whole."""
        try:
            return len(pd.read_parquet(self.path(task))) == len(self.rows(task))
        except (OSError, ValueError):
            return False

    def __call__(self, task: Task, tick: Callable[[str, int, int], None] | None = None) -> object:
        """Run and save the batch."""
        rows: list[dict[str, Any]] = []
        for i in self.rows(task):
            rows.append({"row": i, **run_draw(self.study, self.draws, i, self.sample, self.threads)})
            if tick is not None:
                tick("draws", len(rows), len(self.rows(task)))
        write_bytes(self.path(task), parquet(pd.DataFrame(rows)))
        return None

    def tasks(self) -> list[Task]:
        """Return the batches."""
        return [Task(k, 0) for k in range(-(-len(self.draws) // self.batch))]

    def frame(self) -> pd.DataFrame:
        """Return all draws that are saved, in order."""
        return pd.concat([pd.read_parquet(self.path(task)) for task in self.tasks()], ignore_index=True)


def drift(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the region's stocks without policy by month and state over draws, relative to the first month.

    Parameters
    ----------
    runs : rows of `run_draw`.
    """
    out = []
    for column in [str(name) for name in runs.columns if str(name).startswith("stock.")]:
        _, month, state = column.split(".")
        ratio = (runs[column] / runs[f"stock.000.{state}"].replace(0.0, np.nan)).to_numpy(float)
        low, high = np.nanquantile(ratio, [0.05, 0.95])
        out.append({"month": int(month), "state": state, "mean": np.nanmean(ratio), "p05": low, "p95": high})
    return pd.DataFrame(out)
