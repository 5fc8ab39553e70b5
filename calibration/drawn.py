"""Draws for a replication: the evidence's own values with the fitted levels, or those of a posterior."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evidence.model import Region
from experiments.cache import cached_population, cached_start, shipped_rules
from experiments.errors import MissingData
from scenarios.arm import ArmSpec
from simulation.run import levels_of, prepare
from simulation.start import Levels, Start
from simulation.thresholds import LEVELS

POSTERIOR = Path("fitted") / "posterior.csv"


@dataclass(frozen=True)
class Drawn:
    """One draw: its number, its parameters `process.name` -> value, and its levels."""

    number: int
    overrides: tuple[tuple[str, float], ...]
    levels: Levels


def draws_of(region: Region, folder: Path, n: int) -> tuple[Drawn, ...]:
    """Return the first n draws of a region's posterior, or draw 0 alone where there is none or none is asked for.

    Parameters
    ----------
    region : the region.
    folder : its folder under evidence/regions.
    n : number of draws; 0 for the evidence's own values.

    Raises
    ------
    MissingData
        If the posterior has fewer draws, or lacks a column of levels.
    """
    names = tuple(place.name for place in region.places)
    path = folder / POSTERIOR
    if n == 0 or not path.is_file():
        return (Drawn(0, (), levels_of(region.levels, names)),)
    table = pd.read_csv(path)
    wanted = ["draw", "slots", "standard_shift", *(f"level.{level}[{name}]" for level in LEVELS for name in names)]
    missing = [column for column in wanted if column not in table]
    if missing:
        raise MissingData(
            f"{POSTERIOR.as_posix()} of {region.name} has no column {', '.join(missing[:3])}; "
            f"make it anew: workability calibrate {region.name}"
        )
    if n > len(table):
        raise MissingData(f"{POSTERIOR.as_posix()} of {region.name} has {len(table)} draws, {n} are asked for.")
    parameters = [str(column) for column in table if column not in wanted]
    return tuple(_drawn(row, parameters, names) for row in table.head(n).to_dict(orient="records"))


def _drawn(row: Mapping[Any, Any], parameters: list[str], places: tuple[str, ...]) -> Drawn:
    place = np.array([[float(row[f"level.{level}[{name}]"]) for level in LEVELS] for name in places])
    levels = Levels(place, float(row["slots"]), int(row["standard_shift"]))
    return Drawn(int(row["draw"]), tuple((name, float(row[name])) for name in parameters), levels)


def start_of(
    region: Region, parameters: Mapping[str, Mapping[str, Any]], base: ArmSpec, drawn: Drawn, sample: int, threads: int
) -> Start:
    """Return the stationary start of a region under a draw; that of draw 0 is kept on disk.

    Parameters
    ----------
    region, parameters : the region and the evidence's values.
    base : the arm without policy.
    drawn : the draw.
    sample, threads : one resident in so many; threads, on which the result does not depend.
    """
    if drawn.number == 0:
        return cached_start(region, parameters, base, sample=sample, draw=0, threads=threads)
    return prepare(
        cached_population(region, parameters, sample, None),
        parameters,
        drawn.levels,
        shipped_rules(),
        replace(base, parameters=tuple(sorted({**dict(drawn.overrides), **dict(base.parameters)}.items()))),
        sample=sample,
        draw=drawn.number,
        threads=threads,
    )
