"""Writing and running the fit of levels: `python -m calibration REGION`."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from calibration.levels import fit
from calibration.targets import stock_targets
from evidence import load_region, parameters, rule_years, rules
from evidence.model import Region
from simulation.population import build
from simulation.run import levels_of
from simulation.start import Levels
from simulation.thresholds import LEVELS

DIGITS = 4


def as_mapping(region: Region, levels: Levels, months: int, sample: int) -> dict[str, Any]:
    """Return the content of `fitted/levels.yaml`: levels by Place, and what they were fitted to and how.

    Parameters
    ----------
    region, levels : the region and its fitted levels.
    months, sample : length of the controlled run; one resident in so many.
    """
    names = [place.name for place in region.places]
    targets = "|".join(f"{t.name}={t.value}" for t in region.targets if t.role == "fit")
    return {
        "place": {
            level: {name: round(float(levels.place[i, k]), DIGITS) for i, name in enumerate(names)}
            for k, level in enumerate(LEVELS)
        },
        "slots": round(levels.slots, DIGITS),
        "standard_shift": levels.standard_shift,
        "fitted": {
            "targets": hashlib.sha256(targets.encode()).hexdigest()[:16],
            "months": months,
            "sample": sample,
            "seed": 0,
            "note": "tuned so that stocks stay at their targets; no uncertainty; replaced by a posterior later",
        },
    }


def write(folder: Path, content: dict[str, Any]) -> Path:
    """Write `fitted/levels.yaml` of a region's folder at one stroke; return its path."""
    target = folder / "fitted" / "levels.yaml"
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8") as file:
        file.write("# Written by the fit of levels; do not edit.\n")
        YAML().dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(target)
    return target


def fit_region(name: str, *, months: int = 360, sample: int = 1, threads: int = 2) -> dict[str, Any]:
    """Return the fitted levels of a region, beginning from those it has.

    Parameters
    ----------
    name : the region.
    months : length of the controlled run.
    sample, threads : one resident in so many; threads.
    """
    region, values = load_region(name), parameters()
    population = build(region, values, sample)
    levels = fit(
        population, values, {year: rules(year) for year in rule_years()}, stock_targets(region, sample),
        first=levels_of(region.levels, tuple(p.name for p in region.places)),
        months=months, averaged=months // 3, sample=sample, threads=threads,
    )  # fmt: skip
    return as_mapping(region, levels, months, sample)
