"""The bank of designs: every place of the prior at which the model was run, what it was given and what it gave.

A design is a place on the standard scale of the parameters, stocks by Place and a tightness. Designs run in batches,
each saved whole, so that a fit that is stopped goes on where it was.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibration.priors import Prior, all_priors, overrides
from calibration.solve import solve
from calibration.stocks import KINDS, StockLaw, stock_law, stock_targets_of
from evidence import calibrating, load_region, parameters
from evidence.calibration_files import Calibrating
from evidence.model import Parameter, Region, Target
from experiments.cache import cached_start
from experiments.runner import Task
from results.files import write_bytes
from scenarios.arm import ArmSpec, arm
from scenarios.resolve import resolve
from simulation.start import Start
from simulation.thresholds import LEVELS

Floats = NDArray[np.float64]
BATCH = 8
"""Designs of one batch: some seconds of work, so that little is lost and little time goes into starting."""


@dataclass(frozen=True)
class Study:
    """What a fit is of: a region and the evidence, by name, so that any process can make it again."""

    name: str

    @cached_property
    def region(self) -> Region:
        """The region's evidence."""
        return load_region(self.name)

    @cached_property
    def values(self) -> Mapping[str, Mapping[str, Parameter]]:
        """Parameters of the evidence."""
        return parameters()

    @cached_property
    def what(self) -> Calibrating:
        """What is varied and held, and how the fit works."""
        return calibrating()

    @cached_property
    def priors(self) -> tuple[Prior, ...]:
        """Every varied parameter: those that targets see, then those of policy."""
        return all_priors(self.values, self.what)

    @cached_property
    def law(self) -> StockLaw:
        """What figures say of the stocks."""
        return stock_law(self.region)

    @cached_property
    def baseline(self) -> ArmSpec:
        """The region without policy."""
        return arm(resolve("baseline", {"region": self.name}))

    @property
    def places(self) -> tuple[str, ...]:
        """Names of the Places."""
        return tuple(place.name for place in self.region.places)

    @property
    def n_seen(self) -> int:
        """Number of parameters that targets see."""
        return len(self.what.vary)

    @cached_property
    def tightness(self) -> Target:
        """The target of vacancies per unemployed person."""
        return next(t for t in self.region.targets if t.role == "fit" and t.measure == "vacancies_per_unemployed")

    def start(self, sample: int, threads: int = 1) -> Start:
        """Return the region's stationary start at the evidence's own values."""
        return cached_start(self.region, self.values, self.baseline, sample=sample, draw=0, threads=threads)


def stock_columns(places: Sequence[str]) -> list[str]:
    """Return names of the stocks of a design, in the order of the law."""
    return [f"stock.{kind}[{place}]" for kind in KINDS for place in places]


def level_columns(places: Sequence[str]) -> list[str]:
    """Return names of the levels, in the order of a raveled (levels, places) table, then slots and the standard."""
    return [f"level.{level}[{place}]" for level in LEVELS for place in places] + ["slots", "standard_shift"]


@dataclass(frozen=True)
class Designs:
    """Places to run. `z`: (n, parameters); `stocks`: (n, 3 x places) persons; `tightness`, `seeds`: (n,)."""

    z: Floats
    stocks: Floats
    tightness: Floats
    seeds: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of designs."""
        return len(self.z)


def run_design(study: Study, designs: Designs, i: int, sample: int, threads: int = 1) -> dict[str, float]:
    """Return one row of the bank: seed, places on the standard scale, stocks asked for, levels and measures.

    Parameters
    ----------
    study : of what.
    designs, i : the designs, and which.
    sample, threads : one resident in so many; threads.
    """
    given = overrides(study.priors, designs.z[i])
    targets = stock_targets_of(study.law, designs.stocks[i], float(designs.tightness[i]), sample)
    seed = int(designs.seeds[i])
    found = solve(
        study.start(sample, threads),
        study.values,
        given,
        targets,
        study.places,
        study.what.fit,
        seed=seed,
        threads=threads,
    )
    row: dict[str, float] = {"seed": seed}
    row.update({f"z.{prior.name}": float(z) for prior, z in zip(study.priors, designs.z[i], strict=True)})
    row.update(zip(stock_columns(study.places), map(float, designs.stocks[i]), strict=True))
    row["asked.vacancies_per_unemployed"] = float(designs.tightness[i])
    levels = [*found.levels.place.T.ravel(), found.levels.slots, found.levels.standard_shift]
    row.update(zip(level_columns(study.places), map(float, levels), strict=True))
    row.update({f"out.{measure}[{area}]": float(v) for (measure, area), v in found.measures.items()})
    return row


@dataclass(frozen=True)
class DesignWork:
    """Runs one batch of designs and saves it; made again in every process that works."""

    study: Study
    folder: Path
    designs: Designs
    sample: int
    threads: int = 1

    def path(self, task: Task) -> Path:
        """Return the file of a batch."""
        return self.folder / f"batch-{task.draw:04d}.parquet"

    def is_saved(self, task: Task) -> bool:
        """Return whether a batch is on disk and whole."""
        try:
            return len(pd.read_parquet(self.path(task))) == len(self.rows(task))
        except (OSError, ValueError):
            return False

    def rows(self, task: Task) -> range:
        """Return the designs of a batch."""
        return range(task.draw * BATCH, min((task.draw + 1) * BATCH, len(self.designs)))

    def __call__(self, task: Task, tick: Callable[[str, int, int], None] | None = None) -> object:
        """Run and save the batch."""
        rows: list[dict[str, Any]] = []
        for i in self.rows(task):
            rows.append({"design": i, **run_design(self.study, self.designs, i, self.sample, self.threads)})
            if tick is not None:
                tick("designs", len(rows), len(self.rows(task)))
        write_bytes(self.path(task), parquet(pd.DataFrame(rows)))
        return None

    def tasks(self) -> list[Task]:
        """Return the batches."""
        return [Task(k, 0) for k in range(-(-len(self.designs) // BATCH))]

    def frame(self) -> pd.DataFrame:
        """Return all designs that are saved, in order."""
        return pd.concat([pd.read_parquet(self.path(task)) for task in self.tasks()], ignore_index=True)


def parquet(frame: pd.DataFrame) -> bytes:
    """Return a frame as the bytes of a Parquet file."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, compression="zstd", index=False)
    return buffer.getvalue()
