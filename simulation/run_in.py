"""Running a region in until it is stationary: shared by the cold start of the evidence and the warm one of a draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.arm import ArmSpec
from scenarios.vocabulary import AGE_BAND_STARTS, IN_WORK
from simulation.columns import Columns, Firms
from simulation.families import families_of
from simulation.households import Homes
from simulation.model import RegionModel
from simulation.parameters import build as build_parameters
from simulation.processes import progression
from simulation.processes.progression import ProgressionParameters
from simulation.start import Levels, Start, claims_as_old_as_spells, new_units, shift_calendar, tables_of

QUIET = ArmSpec("run-in", (), (), (), (), 10_000, 1)
"""The arm of a run-in: no policy, ever."""
TIGHTNESS_MONTHS = 24
"""Last months of a run-in whose mean tightness is what employers take for normal."""
DRAW_MONTHS = 60
"""Months from the evidence's stationary start to a draw's: long enough to renew nearly all spells of unemployment and
of absence, and cheap enough to be made for every draw of a study."""
DRAW_SEED = 1
"""Seed of a draw's run-in. It must not be the base start's own, 0: whoever has stayed where he was through the base's
last months was spared by just the keyed draws that he would meet again."""
HIGHEST_PAY = 60_000
"""Pence an hour that the column of pay still holds."""


def settle(model: RegionModel, months: int) -> None:
    """Run a model in for so many months, and let its start's tightness be the mean of the last of them."""
    kept: list[NDArray[np.float64]] = []
    for month in range(months):
        model.step()
        if month >= months - TIGHTNESS_MONTHS:
            kept.append(model.tightness.copy())
    if kept:
        model.start.tightness = np.mean(kept, axis=0)


def form_homes(model: RegionModel, homes: Homes) -> None:
    """Form the benefit units of month 0 anew, with their claims and the rates at which families change (in place)."""
    start = model.start
    start.homes, start.local_rents = homes, homes.rent[:, 1]
    new_units(start.columns, homes, start.tables.band)
    start.families = families_of(start.columns, start.tables.band, start.tables.leave)
    model.settle_everybody()
    claims_as_old_as_spells(start.columns)


def repay(
    c: Columns, before: ProgressionParameters, after: ProgressionParameters, floor: NDArray[np.int64], month: int
) -> None:
    """Move everybody's pay as the market's pay for his qualification, age and ability moves (in place).

    Parameters
    ----------
    c : residents' columns, pay written.
    before, after : parameters that the pay was made under, and those that it is wanted under.
    floor : minimum wage by year of age, pence an hour.
    month : month number.
    """
    work = np.flatnonzero(np.isin(c.state, [int(s) for s in IN_WORK]))
    age = month - c.birth[work].astype(np.int64)
    band = np.searchsorted(np.array(AGE_BAND_STARTS) * 12, age, side="right") - 1
    ability = np.clip(c.ability[work].astype(int), -400, 400) + 400
    market = progression.market_pay(after) / progression.market_pay(before)
    factor = progression.ability_factor(after) / progression.ability_factor(before)
    if np.all(market == 1.0) and np.all(factor == 1.0):
        return
    pay = np.rint(c.pay[work] * np.round(market[c.qualification[work], band] * factor[ability], 9)).astype(np.int64)
    c.pay[work] = np.minimum(np.maximum(pay, floor[age // 12]), HIGHEST_PAY)


def start_for_draw(
    base: Start,
    parameters: Mapping[str, Mapping[str, Any]],
    levels: Levels,
    arm: ArmSpec,
    *,
    months: int = DRAW_MONTHS,
    threads: int = 1,
    draw: int = 0,
) -> Start:
    """Return a start under other parameters and levels, run in for a few years from a stationary one.

    The people, employers and homes are the base's at month 0; thresholds, levels and all that follows from
    parameters are the draw's. Nothing of the base is written.

    Parameters
    ----------
    base : stationary start of the evidence's own values, of the same evidence, law and sample.
    parameters : process -> name -> Parameter; the arm's overrides replace their values.
    levels : the draw's levels.
    arm : the baseline arm; only its overrides of parameters matter here.
    months : months of run-in, at least 1.
    threads : threads; the result does not depend on it.
    draw : number of the draw, which enters the keys of a run, not those of the run-in.

    Raises
    ------
    ValueError
        If there is no month to run.
    simulation.parameters.ParameterError
        If an override does not exist or is of the wrong kind.
    """
    if months < 1:
        raise ValueError(f"months is {months}; a draw's start needs at least one month of run-in")
    values = build_parameters(parameters, dict(arm.parameters))
    columns = Columns._make(a.copy() for a in base.columns)
    start = replace(
        base,
        columns=columns,
        firms=Firms._make(a.copy() for a in base.firms),
        tables=tables_of(base.donor, base.n_places, values, levels),
        parameters=values,
        levels=levels,
        draw=0,
        tightness=np.zeros(base.n_areas),
        visit=None,
        families=None,
    )
    shift_calendar(columns, months)
    model = RegionModel(start, QUIET, seed=DRAW_SEED, threads=threads, first_month=-months, months=months, copy=False)
    repay(columns, base.parameters.progression, values.progression, model.rates.minimum_wage, -months)
    model.initialise()
    model.settle_everybody()
    settle(model, months)
    if base.homes is not None:
        form_homes(model, base.homes)
    model.release()
    start.draw = draw
    return start
