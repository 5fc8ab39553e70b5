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

from calibration.levels import BOUNDS, StockTargets, fit
from calibration.measured import measure_run
from evidence.calibration_files import FitConventions
from scenarios.vocabulary import State
from simulation.columns import Columns, Firms
from simulation.covariates import GRID, SPELL_CAP
from simulation.model import RegionModel
from simulation.parameters import build
from simulation.run_in import QUIET
from simulation.start import Levels, Start, shift_calendar, tables_of
from simulation.thresholds import CLASS_OF_BITS, DESTINATIONS, LEVELS, ONE

Measures = Mapping[tuple[str, str], float]


@dataclass(frozen=True)
class Solved:
    """What one design gave: its levels, and (measure, area) -> value with the levels frozen."""

    levels: Levels
    measures: Measures


def redrawn(
    base: Start,
    values: Mapping[str, Mapping[str, Any]],
    overrides: Mapping[str, float],
    levels: Levels,
    months: int,
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
        tightness=np.zeros(base.n_areas),  # employers take any tightness for normal until levels are found
        families=None,
    )


def expected_moves(start: Start, month: int) -> NDArray[np.float64]:
    """Return expected moves of a month that each level scales, at levels of 1, shape (places, levels).

    Parameters
    ----------
    start : residents and thresholds.
    month : the calendar month of the columns.
    """
    c, t = start.columns, start.tables
    state, band = c.state.astype(np.int64), t.band[month - c.birth.astype(np.int64)].astype(np.int64)
    cell = band
    for size, code in zip(GRID[2:], (c.sex, c.qualification, c.severity, CLASS_OF_BITS[c.conditions]), strict=True):
        cell = cell * size + code
    cell += state * int(np.prod(GRID[1:]))
    begun = np.where(state == State.EMPLOYED, c.hired, c.since).astype(np.int64)
    spell = np.clip(month - begun, 0, SPELL_CAP)
    out = np.zeros((start.n_places, len(LEVELS)))
    for d in range(len(DESTINATIONS)):
        level = t.level_of[state, d]
        hazard = t.exit_width[cell, d] / 2.0**32 * t.exit_shape[state, d, spell] / ONE
        if DESTINATIONS[d] == "unemployed":
            hazard = np.where((state == State.EMPLOYED) & (c.insecure == 1), hazard * t.insecure_ratio, hazard)
        for k in range(len(LEVELS)):
            out[:, k] += np.bincount(c.place[level == k], weights=hazard[level == k], minlength=start.n_places)
    return out


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
    seed, threads : of the run; seed 0 is the base start's own and would spare the same people twice.
    """
    ahead = how.controlled_months
    start = redrawn(base, values, overrides, base.levels, ahead)
    before = replace(start, tables=base.tables)
    guess = base.levels.place * expected_moves(before, -ahead) / np.maximum(expected_moves(start, -ahead), 1e-9)
    start = redrawn(base, values, overrides, replace(base.levels, place=np.clip(guess, *BOUNDS)), ahead)
    levels = fit(start, targets, months=ahead, averaged=how.averaged_months, seed=seed, threads=threads)
    length = how.settled_months + how.measured_months
    after = RegionModel(start, QUIET, seed=seed, threads=threads, months=length, copy=False)
    after.initialise()
    after.settle_everybody()
    measures = measure_run(after, places, how.settled_months, how.measured_months)
    after.release()
    return Solved(levels, measures)
