"""Running and writing what belongs to a region's `fitted` folder: levels, and the table against its targets."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from ruamel.yaml import YAML

from calibration.levels import DIGITS, fit
from calibration.solve import redrawn
from calibration.targets import MEASURED_MONTHS, NOT_MEASURED, SETTLED_MONTHS, measure, stock_targets, table
from evidence import load_region, parameters
from evidence.known import ROLES
from evidence.model import Region
from evidence.region_files import LEVELS as LEVELS_FILE
from evidence.region_files import TARGET_FACTS, TARGET_TABLE
from experiments.cache import cached_start, parameters_hash
from results.files import write_text
from results.store import csv_text
from scenarios.arm import arm
from scenarios.resolve import resolve
from simulation.start import Levels
from simulation.thresholds import LEVELS


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


def yaml_text(content: Mapping[str, Any], first_line: str) -> str:
    """Return content as YAML under a line of comment."""
    stream = io.StringIO()
    YAML().dump(dict(content), stream)
    return f"# {first_line}\n{stream.getvalue()}"


def write(folder: Path, content: Mapping[str, Any]) -> Path:
    """Write `fitted/levels.yaml` of a region's folder at one stroke; return its path."""
    target = folder / LEVELS_FILE
    write_text(target, yaml_text(content, "Written by the fit of levels; do not edit."))
    return target


def write_targets(folder: Path, table: pd.DataFrame, facts: Mapping[str, Any]) -> Path:
    """Write the table of the model against its targets and how it was measured; return the table's path.

    Parameters
    ----------
    folder : the region's folder.
    table : rows of `calibration.targets.table`; the model's figures are kept to six significant digits.
    facts : seed, sample, months settled and measured, hashes of parameters and region.
    """
    kept = table.assign(model=[float(f"{x:.6g}") for x in table["model"]], z=table["z"].round(3) + 0.0)  # no minus zero
    write_text(folder / TARGET_TABLE, csv_text(kept))
    write_text(folder / TARGET_FACTS, yaml_text(facts, "How target_table.csv was measured; do not edit."))
    return folder / TARGET_TABLE


def measure_region(
    name: str,
    *,
    sample: int = 1,
    seed: int = 1,
    threads: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the baseline beside every published figure that the model has a measure of, and how it was measured.

    Parameters
    ----------
    name : the region.
    sample, seed, threads : one resident in so many; seed; threads.
    progress : called with (month, months).
    """
    region, values = load_region(name), parameters()
    baseline = arm(resolve("baseline", {"region": name}))
    start = cached_start(region, values, baseline, sample=sample, draw=0, threads=threads)
    places = tuple(place.name for place in region.places)
    measures = measure(start, baseline, places, seed=seed, threads=threads, progress=progress)
    parts = [table(region, measures, role) for role in ROLES]
    rows = pd.concat([part for part in parts if len(part)], ignore_index=True)
    facts = {
        "seed": seed,
        "sample": sample,
        "settled_months": SETTLED_MONTHS,
        "measured_months": MEASURED_MONTHS,
        "parameters": parameters_hash(values),
        "region": region.folder_hash,
    }
    return rows[rows["verdict"] != NOT_MEASURED].reset_index(drop=True), facts


def fit_region(name: str, *, months: int = 360, sample: int = 1, threads: int = 2) -> dict[str, Any]:
    """Return the fitted levels of a region, beginning from those it has.

    Parameters
    ----------
    name : the region.
    months : length of the controlled run.
    sample, threads : one resident in so many; threads.
    """
    region, values = load_region(name), parameters()
    baseline = arm(resolve("baseline", {"region": name}))
    base = cached_start(region, values, baseline, sample=sample, draw=0, threads=threads)
    start = redrawn(base, values, {}, base.levels, months)
    levels = fit(start, stock_targets(region, sample), months=months, averaged=months // 3, threads=threads)
    return as_mapping(region, levels, months, sample)
