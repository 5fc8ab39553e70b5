"""The bank of designs: every place of the prior at which the model was run, what it was given and what it gave.

A design is a place on the standard scale of the parameters, stocks by Place and a tightness. Designs run in batches,
each saved whole, so that a fit that is stopped goes on where it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from calibration.batches import Batches
from calibration.priors import Prior, all_priors, overrides
from calibration.solve import solve
from calibration.stocks import KINDS, StockLaw, stock_law, stock_targets_of
from evidence import calibrating, load_region, parameters
from evidence.calibration_files import Calibrating
from evidence.model import Parameter, Region, Target
from experiments.cache import cached_start
from scenarios.arm import ArmSpec, arm
from scenarios.resolve import resolve
from simulation.start import Start
from simulation.thresholds import LEVELS

Floats = NDArray[np.float64]
DESIGNS_A_BATCH = 8
"""Some seconds of work, so that little is lost and little time goes into starting."""


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
class DesignWork(Batches):
    """Runs designs."""

    designs: Designs

    @property
    def n(self) -> int:
        """Return the number of designs."""
        return len(self.designs)

    def run(self, i: int) -> dict[str, float]:
        """Return the bank's row of one design."""
        return {"design": i, **run_design(self.study, self.designs, i, self.sample, self.threads)}
