"""Levels: the factors by Place, of slots and of hiring standards at which a region's stocks stay where its figures say.

A controlled run-in moves them until stocks meet their targets; their mean over the last months is written to
`fitted/levels.yaml`. This is tuning by hand made repeatable, not a posterior: levels carry no uncertainty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import STATES, State
from simulation.model import RegionModel
from simulation.run_in import QUIET
from simulation.start import Levels, Start
from simulation.thresholds import LEVELS, with_levels
from simulation.visit import STANDARD_SHIFT

_SEPARATION = LEVELS.index("separation")
PROPORTIONAL, INTEGRAL = np.array([1.0, 1.0, 0.3]), np.array([0.05, 0.05, 0.02])
SHIFT_GAINS = (60.0, 5.0)
SLOT_GAINS = (0.06, 0.004)
BOUNDS = (0.1, 8.0)
FREE_MONTHS = 1
"""Months in which the controller only watches."""
CALM = 0.1
"""Strength of the proportional answers while levels are averaged: employers close slots faster than they open them, so
that slots which swing hold fewer vacancies than slots which rest at the same mean."""
DIGITS = 4
"""Decimals of a level."""


@dataclass(frozen=True)
class StockTargets:
    """Stocks to hold: residents by Place and state group, and vacancies per unemployed person in the region.

    `unemployed`, `long_term_sick`, `inactive_other`: persons at sample scale, shape (places,).
    """

    unemployed: NDArray[np.float64]
    long_term_sick: NDArray[np.float64]
    inactive_other: NDArray[np.float64]
    vacancies_per_unemployed: float


def stocks(model: RegionModel) -> NDArray[np.int64]:
    """Return residents by Place and state at the last month's end, shape (places, states)."""
    shaped = model.cells.reshape(model.start.n_places, -1, len(STATES))
    out: NDArray[np.int64] = shaped.sum(axis=1, dtype=np.int64)
    return out


def errors(model: RegionModel, targets: StockTargets) -> tuple[NDArray[np.float64], float, float]:
    """Return log errors by Place and level, of unemployment in the region, and of vacancies per unemployed.

    Positive where the stock is too low.
    """
    now = stocks(model).astype(float)
    sick, out = now[:, State.LONG_TERM_SICK], now[:, State.STUDENT :].sum(axis=1)
    idle = now[:, State.UNEMPLOYED]
    vacancies = float((model.firms.slots - model.firms.filled).sum())
    region = np.log(targets.unemployed.sum() / max(idle.sum(), 1.0))
    place = np.stack(
        [
            np.log(targets.long_term_sick / np.maximum(sick, 1.0)),
            np.log(targets.inactive_other / np.maximum(out, 1.0)),
            np.log(targets.unemployed / np.maximum(idle, 1.0)) - region,
        ],
        axis=1,
    )
    tight = np.log(targets.vacancies_per_unemployed / max(vacancies / max(idle.sum(), 1.0), 1e-3))
    return place, float(region), float(tight)


def fit(
    start: Start,
    targets: StockTargets,
    *,
    months: int = 360,
    averaged: int = 120,
    seed: int = 0,
    threads: int = 1,
    progress: Callable[[int, RegionModel, Levels], None] | None = None,
) -> Levels:
    """Return the levels at which the stocks stay on target, from a controlled run of `months`.

    Parameters
    ----------
    start : where the run begins, with the levels that it begins from; its columns, levels and normal tightness are
        those of the run's end afterwards.
    targets : the stocks to hold.
    months, averaged : length of the controlled run; the levels are the mean of so many last months.
    seed, threads : of the run.
    progress : called each month with the month, the model and the levels.
    """
    first = start.levels
    model = RegionModel(start, QUIET, seed=seed, threads=threads, first_month=-months, months=months, copy=False)
    model.initialise()
    model.settle_everybody()
    base = np.log(first.place)
    slots, shift = first.slots, float(first.standard_shift)
    kept: list[tuple[NDArray[np.float64], float, float]] = []
    normal: list[NDArray[np.float64]] = []
    own_shift = int(model.visit.values[STANDARD_SHIFT]) - first.standard_shift
    weights = targets.unemployed / targets.unemployed.sum()
    for month in range(months):
        model.step()
        if month < FREE_MONTHS:
            continue
        place, region, tight = errors(model, targets)
        strength = 1.0 if month < months - averaged else CALM
        base = np.clip(base + INTEGRAL * place, *np.log(BOUNDS))
        now = np.clip(base + strength * PROPORTIONAL * place, *np.log(BOUNDS))
        now[:, _SEPARATION] -= float(weights @ now[:, _SEPARATION])
        base[:, _SEPARATION] -= float(weights @ base[:, _SEPARATION])
        shift += SHIFT_GAINS[1] * region
        slots += SLOT_GAINS[1] * tight
        this_shift = shift + strength * SHIFT_GAINS[0] * region
        this_slots = slots + strength * SLOT_GAINS[0] * tight
        levels = Levels(np.exp(now), float(this_slots), round(this_shift))
        _apply(model, levels, own_shift)
        if month >= months - averaged:
            kept.append((now, this_slots, this_shift))
            normal.append(model.tightness.copy())
        if progress is not None:
            progress(month, model, levels)
    found = Levels(
        np.asarray(np.round(np.exp(np.mean([k[0] for k in kept], axis=0)), DIGITS), float),
        round(float(np.mean([k[1] for k in kept])), DIGITS),
        round(float(np.mean([k[2] for k in kept]))),
    )
    _apply(model, found, own_shift)
    start.tightness = np.mean(normal, axis=0)
    model.release()
    return found


def _apply(model: RegionModel, levels: Levels, own_shift: int) -> None:
    model.start.levels = levels
    model.start.tables = with_levels(model.start.tables, levels.place)
    model.visit.values[STANDARD_SHIFT] = own_shift + levels.standard_shift
    model.look_parameters = model.look_parameters._replace(shift=own_shift + levels.standard_shift)
    model._set_targets()
