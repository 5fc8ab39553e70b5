"""Everything fixed in one evaluation of the mean-field twin: hazards, ageing, health and arrivals as probabilities.

No hazard is written here: all come from the thresholds that a run reads, made anew for other parameters or levels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import SimpleNamespace
from typing import Any

import numpy as np

from calibration.twin_cells import (
    KINDS,
    N_HEALTH,
    N_SEXES,
    N_STATES,
    N_TRAITS,
    Bools,
    Floats,
    Resolution,
    age_group_of,
    completed,
    health_of,
)
from calibration.twin_health import health_moves, mixes, treated_shares
from scenarios.vocabulary import AGE_BANDS, State
from simulation.claiming_tables import search_by_keep
from simulation.columns import Columns
from simulation.covariates import GRID, SPELL_CAP
from simulation.model_tables import YEARS, donors, heads_by_age, promotion
from simulation.parameters import Parameters, build
from simulation.processes import demography
from simulation.start import Levels, Start, tables_of
from simulation.thresholds import DESTINATIONS, N_SEGMENTS, ONE, SEGMENTS, Tables

_UNIT = 2.0**32
SEARCH, RISE = DESTINATIONS.index("search"), DESTINATIONS.index("pay_rise")
LEADS_TO = {
    "long_term_sick": State.LONG_TERM_SICK,
    "sickness_absence": State.ABSENT,
    "unemployed": State.UNEMPLOYED,
    "student": State.STUDENT,
    "caring": State.CARING,
    "retired": State.RETIRED,
    "other_inactive": State.OTHER_INACTIVE,
}
"""State that a destination of the exit tables leads to; search and a pay rise lead nowhere by themselves."""
LEADS_TO_COLUMN = {state: DESTINATIONS.index(name) for name, state in LEADS_TO.items()}
"""Number of the destination that leads to a state."""


@dataclass(frozen=True)
class Exits:
    """Monthly moves out of one state.

    `columns`: destinations (numbers of DESTINATIONS) that anybody takes; `width`: highest probability of each by cell,
    shape (places, types, sexes, health, columns); `shape`: factor by bin, shape (bins, columns); `stays`: probability
    of leaving for none of them but search and a pay rise, shape of the state's array.
    """

    columns: tuple[int, ...]
    width: Floats
    shape: Floats
    stays: Floats

    def part(self, column: int) -> tuple[Floats, Floats] | None:
        """Return width and shape of one destination, or None if nobody takes it."""
        if column not in self.columns:
            return None
        k = self.columns.index(column)
        return self.width[..., k], self.shape[:, k]


@dataclass(frozen=True)
class TwinTables:
    """What does not change from month to month.

    `ageing`: shares of a type that are in each type a month later, leavers taken out, shape (places, types, types);
    `health`: by age group and group of `processes.health.GROUPS`, transposed for use, (types, groups, from, to);
    `arrivals`: shares of a Place's arrivals by type, sex, health and state, shape (places, types, sexes, health,
    states); `exits` by state; `long_unemployed`: bins of unemployment that count as long for health.
    """

    parameters: Parameters
    ageing: Floats
    health: Floats
    arrivals: Floats
    exits: tuple[Exits, ...]
    long_unemployed: Bools


def parameters_with(start: Start, overrides: Mapping[str, float]) -> Parameters:
    """Return the start's parameters with some replaced, as `simulation.parameters.build` replaces them.

    Raises
    ------
    ParameterError
        If a name does not exist.
    """
    values = {
        process.name: {
            f.name: SimpleNamespace(value=getattr(getattr(start.parameters, process.name), f.name))
            for f in fields(getattr(start.parameters, process.name))
        }
        for process in fields(Parameters)
    }
    return build(values, overrides)


def twin_tables(start: Start, parameters: Parameters, levels: Levels, resolution: Resolution) -> TwinTables:
    """Return the tables of one evaluation.

    Parameters
    ----------
    start : a start; its residents give mixes, arrivals and ageing.
    parameters, levels : values of the processes and what fits them to the region.
    resolution : ages and spells.
    """
    t = tables_of(start.donor, start.n_places, parameters, levels)
    c = start.columns
    band = resolution.bands[age_group_of(c, resolution)]
    moves = health_moves(t, parameters, mixes(c, band), treated_shares(c))
    by_type = np.repeat(moves[resolution.bands], N_TRAITS, axis=0)
    begins = np.array(resolution.spells[State.UNEMPLOYED])
    return TwinTables(
        parameters=parameters,
        ageing=_ageing(start, t, parameters, resolution),
        health=np.ascontiguousarray(by_type.swapaxes(-1, -2)),
        arrivals=_arrivals(start, parameters, resolution),
        exits=tuple(_exits(start, t, parameters, resolution, state) for state in range(N_STATES)),
        long_unemployed=begins + 1 >= parameters.health.long_unemployment_months,
    )


def _ageing(start: Start, t: Tables, p: Parameters, resolution: Resolution) -> Floats:
    """Return the ageing matrices: heads spread over the years of a group as in the population the tables come from."""
    heads = demography.smoothed(heads_by_age(start.donor, start.n_places), p.demography)
    group = resolution.group_of_year()
    gains = promotion(start.donor, start.n_places) / _UNIT
    out = np.zeros((start.n_places, resolution.n_ages, N_TRAITS, resolution.n_ages, N_TRAITS))
    trait = np.arange(N_TRAITS)
    bands = resolution.bands
    for g in range(resolution.n_ages):
        years = np.flatnonzero(group == g)
        here = np.maximum(heads[:, years], 1e-9)
        leaves = (here * t.leave[:, years] / _UNIT).sum(axis=1) / here.sum(axis=1)
        ages = here[:, -1] / 12.0 / here.sum(axis=1) * (1.0 - leaves)
        out[:, g, trait, g, trait] = (1.0 - leaves - ages)[:, None]
        if g + 1 == resolution.n_ages:
            continue
        gain = gains[:, bands[g + 1]] if bands[g + 1] != bands[g] else np.zeros((start.n_places, N_TRAITS))
        gain = np.where(trait < N_TRAITS - 1, gain, 0.0)
        out[:, g, trait, g + 1, trait] = ages[:, None] * (1.0 - gain)
        out[:, g, trait[:-1], g + 1, trait[1:]] = (ages[:, None] * gain)[:, :-1]
    n = resolution.n_ages * N_TRAITS
    flat = out.reshape(start.n_places, n, n)
    return np.ascontiguousarray(flat.swapaxes(1, 2))


def _arrivals(start: Start, p: Parameters, resolution: Resolution) -> Floats:
    """Return the mix of arrivals: keyed donors of the Place and age; those of people in work arrive unemployed."""
    c, n = start.donor, start.n_places
    ages = demography.arrival_ages(demography.smoothed(heads_by_age(c, n), p.demography))
    offset, rows = donors(c, n)
    state = np.where(c.state >= State.LONG_TERM_SICK, c.state, State.UNEMPLOYED)
    health = health_of(c)
    group = resolution.group_of_year()
    out = np.zeros((n, resolution.n_ages * N_TRAITS, N_SEXES, N_HEALTH, N_STATES))
    for place in range(n):
        for year in range(YEARS):
            at = place * YEARS + year
            who = rows[offset[at] : offset[at + 1]]
            if who.size:
                type_ = group[year] * N_TRAITS + c.qualification[who]
                np.add.at(out[place], (type_, c.sex[who], health[who], state[who]), ages[place, year] / who.size)
    shares: Floats = out / np.maximum(out.sum(axis=(1, 2, 3, 4), keepdims=True), 1e-300)
    return shares


def bin_weights(c: Columns, state: int, resolution: Resolution) -> Floats:
    """Return the share of each completed month within its bin of a state, shape (bins, SPELL_CAP + 1).

    As among the starting residents, each month counting one person more so that no bin is empty.
    """
    months = completed(c)[c.state == state]
    heads = np.bincount(months, minlength=SPELL_CAP + 1) + 1.0
    begins = resolution.spells[state]
    of = resolution.bin_of(state, np.arange(SPELL_CAP + 1))
    out = (of[None, :] == np.arange(len(begins))[:, None]) * heads[None, :]
    return np.asarray(out / out.sum(axis=1, keepdims=True), np.float64)


def _exits(start: Start, t: Tables, p: Parameters, resolution: Resolution, state: int) -> Exits:
    """Return the exits of one state; a threshold never reaches beyond its destination's segments."""
    n_types = resolution.n_ages * N_TRAITS
    width = t.exit_width.reshape(*GRID, len(DESTINATIONS))[state] / _UNIT  # band, sex, qualification, health...
    width = width.reshape(len(AGE_BANDS), N_SEXES, N_TRAITS, N_HEALTH, len(DESTINATIONS))[resolution.bands]
    width = width.transpose(0, 2, 1, 3, 4).reshape(n_types, N_SEXES, N_HEALTH, len(DESTINATIONS))
    level = t.exit_level[:, state] / ONE
    width = width[None] * level[:, None, None, None, :]
    if state > State.ABSENT:
        keep = start.columns.keep[start.columns.state == state]
        width[..., SEARCH] *= search_by_keep(p.gain_from_work)[keep].mean() / ONE if keep.size else 1.0
    spell = np.minimum(np.arange(SPELL_CAP + 1) + 1, SPELL_CAP)  # a spell's first month is complete when it is drawn on
    shape = bin_weights(start.columns, state, resolution) @ (t.exit_shape[state].T[spell] / ONE)
    if state == State.EMPLOYED:
        insecure = shape.copy()
        insecure[:, LEADS_TO_COLUMN[State.UNEMPLOYED]] *= t.insecure_ratio
        shape = np.concatenate([shape, insecure])
    if state == State.UNEMPLOYED:
        shape = np.repeat(shape, KINDS, axis=0)
    width = np.minimum(width, _largest(state))
    columns = tuple(int(d) for d in np.flatnonzero(width.reshape(-1, width.shape[-1]).max(axis=0) > 0))
    width, shape = np.ascontiguousarray(width[..., columns]), np.ascontiguousarray(shape[:, columns])
    stays = np.ones(resolution.shape(start.n_places, state))
    for k, column in enumerate(columns):
        if column in (SEARCH, RISE) and state != State.ABSENT:
            continue
        stays -= width[..., k, None] * shape[:, k]
    return Exits(columns, width, shape, stays)


def _largest(state: int) -> Any:
    """Return the share of the unit interval that each destination's segments take, shape (destinations,)."""
    names = ["return_to_work" if state == State.ABSENT and d == "search" else d for d in DESTINATIONS]
    return np.array([SEGMENTS[name][1] - SEGMENTS[name][0] for name in names]) / N_SEGMENTS
