"""Running draws of the posterior: the region under each, un-aligned, and what every figure comes to there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibration.bank import Study
from calibration.batches import Batches
from calibration.measured import measure_run
from calibration.priors import overrides
from scenarios.vocabulary import STATES
from simulation.model import RegionModel
from simulation.run_in import QUIET, start_for_draw
from simulation.start import Levels

Floats = NDArray[np.float64]
DRAWS_A_BATCH = 5
"""Draws of one batch on a sample; with every resident a draw is a batch."""


@dataclass(frozen=True)
class Draws:
    """Draws to run. `z`: places on the standard scale, shape (n, parameters); `levels` of each; `seeds`: (n,)."""

    z: Floats
    levels: tuple[Levels, ...]
    seeds: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of draws."""
        return len(self.z)

    def some(self, rows: Sequence[int]) -> Draws:
        """Return some of the draws, in the order of `rows`."""
        return Draws(self.z[list(rows)], tuple(self.levels[i] for i in rows), self.seeds[list(rows)])

    def on_seeds_from(self, first: int) -> Draws:
        """Return the same draws on seeds of their own, beginning with `first`."""
        return Draws(self.z, self.levels, np.arange(first, first + len(self)))


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
    row: dict[str, float] = {}

    def count(done: int) -> None:
        stock = model.cells.reshape(-1, len(STATES)).sum(axis=0, dtype=np.int64) * sample
        row.update({f"stock.{done - 1:03d}.{name.lower()}": float(n) for name, n in zip(STATES, stock, strict=True)})

    measures = measure_run(model, study.places, how.settled_months, how.measured_months, count)
    model.release()
    row.update({f"out.{measure}[{area}]": float(value) for (measure, area), value in measures.items()})
    return row


@dataclass(frozen=True)
class DrawWork(Batches):
    """Runs draws."""

    draws: Draws

    @property
    def n(self) -> int:
        """Return the number of draws."""
        return len(self.draws)

    def run(self, i: int) -> dict[str, float]:
        """Return the row of one draw."""
        return {"row": i, **run_draw(self.study, self.draws, i, self.sample, self.threads)}


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
