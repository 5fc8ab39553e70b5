"""One design of the calibration: parameters and stocks in, solved levels and the model's measures out.

The levels that hold the stocks are found by a controlled run from the region's stationary start; then they are frozen,
the run goes on by itself, and everything that targets speak of is measured there: un-aligned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.levels import StockTargets, fit
from calibration.measured import Measured
from evidence.calibration_files import FitConventions
from simulation.columns import Columns, Firms
from simulation.model import RegionModel
from simulation.parameters import build
from simulation.start import Levels, Start, shift_calendar, tables_of

Measures = Mapping[tuple[str, str], float]


@dataclass(frozen=True)
class Solved:
    """What one design gave: its levels, and (measure, area) -> value with the levels frozen."""

    levels: Levels
    measures: Measures


def redrawn(
    base: Start, values: Mapping[str, Mapping[str, Any]], overrides: Mapping[str, float], levels: Levels, months: int
) -> Start:
    """Return a start under other parameters and levels, so many months before month 0.

    Parameters
    ----------
    base : the stationary start of the evidence's own values.
    values : process -> name -> parameter.
    overrides : 'process.name' -> value.
    levels : levels to begin from.
    months : by which the calendar is moved back, so that residents are as old at month 0 as those of `base`.
    """
    p = build(values, overrides)
    columns = Columns._make(a.copy() for a in base.columns)
    shift_calendar(columns, months)
    return replace(
        base,
        columns=columns,
        firms=Firms._make(a.copy() for a in base.firms),
        tables=tables_of(base.donor, base.n_places, p, levels),
        parameters=p,
        levels=levels,
        visit=None,
        tightness=base.tightness.copy(),
        families=None,
    )


def measured_after(model: RegionModel, places: tuple[str, ...], settled: int, months: int) -> Measures:
    """Return the measures of `months` after `settled` months more of a model.

    Parameters
    ----------
    model : goes on from where it stands; its rows must have room.
    places : names of the Places.
    settled, months : lengths.
    """
    hours = model.start.parameters.sickness_absence.short_absence_hours
    seen = Measured(places, model.start.sample, (hours[0], hours[1]))
    for month in range(settled + months):
        columns = seen.before(model) if month >= settled else None
        model.step()
        if columns is not None:
            seen.after(model, columns)
    model.lanes.close()
    return seen.values()


def solve(
    base: Start,
    values: Mapping[str, Mapping[str, Any]],
    overrides: Mapping[str, float],
    targets: StockTargets,
    places: tuple[str, ...],
    how: FitConventions,
    *,
    seed: int,
    threads: int = 1,
) -> Solved:
    """Return the levels of one design and what the model gives with them.

    Parameters
    ----------
    base : stationary start at the sample of the fit.
    values, overrides : parameters of the evidence and the design's own values.
    targets : the stocks to hold, at sample scale.
    places : names of the Places.
    how : lengths of the runs.
    seed, threads : of the run.
    """
    start = redrawn(base, values, overrides, base.levels, how.controlled_months)
    levels, model = fit(
        start, targets, months=how.controlled_months, averaged=how.averaged_months, seed=seed, threads=threads
    )
    levels = Levels(np.round(levels.place, 4), round(levels.slots, 4), levels.standard_shift)
    start.levels = levels
    after = RegionModel(
        start,
        model.arm,
        seed=seed,
        threads=threads,
        first_month=0,
        months=how.settled_months + how.measured_months,
        copy=False,
    )
    after.tightness = model.tightness.copy()
    after.initialise()
    after.settle_everybody()
    return Solved(levels, measured_after(after, places, how.settled_months, how.measured_months))


def frozen(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return levels as they are stored: four decimals."""
    return np.round(levels, 4)
