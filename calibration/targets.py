"""The target table: what a region's figures say, what the baseline gives, and how far apart they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from calibration.levels import StockTargets
from calibration.measured import measure_run
from evidence.model import Region
from evidence.region_files import TARGET_COLUMNS
from scenarios.arm import ArmSpec
from simulation.model import RegionModel
from simulation.start import Start

SETTLED_MONTHS = 60
MEASURED_MONTHS = 12
SHARED = ("measure", "area", "role", "se", "unit", "source", "confidence")
"""Columns that a row takes from its target as they are."""
ACCEPTED_Z = 3.0
WITHIN, OUTSIDE, NOT_MEASURED = "within 3 SE", "outside 3 SE", "not measured"
"""Verdicts on a row."""


def measure(
    start: Start,
    arm: ArmSpec,
    places: tuple[str, ...],
    *,
    seed: int = 1,
    threads: int = 1,
    settled: int = SETTLED_MONTHS,
    progress: Callable[[int, int], None] | None = None,
) -> Mapping[tuple[str, str], float]:
    """Return the measures of a baseline's year after `settled` months.

    Parameters
    ----------
    start, arm : the region's start and its baseline.
    places : names of the Places, in order.
    seed, threads : of the run.
    settled : months run before the measured year.
    progress : called with (month, months).
    """
    total = settled + MEASURED_MONTHS
    model = RegionModel(start, arm, seed=seed, threads=threads, months=total)
    model.initialise()
    model.settle_everybody()
    tell = None if progress is None else lambda done: progress(done, total)
    measures = measure_run(model, places, settled, MEASURED_MONTHS, tell)
    model.release()
    return measures


def table(region: Region, values: Mapping[tuple[str, str], float], role: str = "fit") -> pd.DataFrame:
    """Return one row a target: observed, standard error, model, z and verdict (TARGET_COLUMNS).

    Parameters
    ----------
    region : with its targets.
    values : (measure, area) -> value, from `measure`.
    role : `fit` or `holdout`.
    """
    rows: list[dict[str, Any]] = []
    for target in region.targets:
        if target.role != role:
            continue
        model = values.get((target.measure, target.area))
        z = (model - target.value) / target.se if model is not None and target.se else np.nan
        verdict = NOT_MEASURED if model is None else (WITHIN if abs(z) <= ACCEPTED_Z else OUTSIDE)
        known = np.nan if model is None else model
        shared = {"target": target.name, **{name: getattr(target, name) for name in SHARED}}
        rows.append({**shared, "observed": target.value, "model": known, "z": z, "verdict": verdict})
    return pd.DataFrame(rows, columns=list(TARGET_COLUMNS))


def stock_targets(region: Region, sample: int = 1) -> StockTargets:
    """Return the stocks that levels hold: the activity margins, long-term sickness weighed with later figures.

    Where a Place has several figures of its long-term sickness rate among its fit targets, they are
    weighed by the inverse of their squared standard errors.

    Parameters
    ----------
    region : with margins and targets.
    sample : one resident in so many.
    """
    names = [p.name for p in region.places]
    margin = region.margins["activity"].pivot_table(index="area_name", columns="state", values="value", aggfunc="first")
    margin = margin.loc[names]
    heads = margin.sum(axis=1).to_numpy(float)
    sick = margin["long_term_sick"].to_numpy(float)
    fitted = [t for t in region.targets if t.role == "fit"]
    wanted = []
    for i, name in enumerate(names):
        figures = [t for t in fitted if t.measure == "long_term_sick_rate" and t.area == name]
        if not figures:
            wanted.append(sick[i])
            continue
        weight = np.array([1.0 / t.se**2 for t in figures])
        rate = float(weight @ np.array([t.value for t in figures]) / weight.sum()) / 100.0
        wanted.append(rate * heads[i])
    tight = [t.value for t in fitted if t.measure == "vacancies_per_unemployed"]
    return StockTargets(
        unemployed=margin["unemployed"].to_numpy(float) / sample,
        long_term_sick=np.array(wanted) / sample,
        inactive_other=margin["inactive_not_sick"].to_numpy(float) / sample,
        vacancies_per_unemployed=float(tight[0]),
    )
