"""What people are worth to employers as seekers and how they look, as means over the starting residents' cells.

Somebody's value, looks and reasons to turn a job down hang on more than a cell knows (ability, cohorts, barriers, what
a job would leave of pay). Among the unemployed, three kinds by chance of a job carry the lasting part of that, which is
what makes chances fall with duration; elsewhere a state's mean stands for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from calibration.twin_cells import KINDS, N_HEALTH, N_STATES, N_TRAITS, Floats, Ints, completed, health_of
from scenarios.vocabulary import State
from simulation.claiming_tables import refusal_by_keep, search_by_keep
from simulation.columns import Columns
from simulation.covariates import SPELL_CAP
from simulation.parameters import Parameters
from simulation.processes.employer_choice import value_before_health
from simulation.start import Levels, Start
from simulation.thresholds import CLASS_OF_BITS, ONE

NOISE = 150.0
"""Standard deviation of the noise of a value, points (`streams.points`)."""
_HISTORY = 24
_UNIT = 2.0**32


@dataclass(frozen=True)
class Seekers:
    """Means over the starting residents of what hiring asks of seekers.

    `own`: value apart from health and from what the spell does, by state and qualification; `seen`: penalty for health
    by health cell; `spell`: points by state and completed months; `looks` and `takes`: looks a month, and share of
    jobs not turned down for travel, childcare or too small a gain, by state; the same by kind of the unemployed in
    `kind_own`, a difference in points, `kind_looks` and `kind_takes`; `spread`: standard deviation of an unemployed
    person's own value round these means.
    """

    own: Floats
    seen: Floats
    spell: Floats
    looks: Floats
    takes: Floats
    kind_own: Floats
    kind_looks: Floats
    kind_takes: Floats
    spread: float

    def values(self, state: int, spell: Floats) -> Floats:
        """Return mean values before noise of a state, points, shape (qualifications, health, len(spell)).

        Parameters
        ----------
        state : state the seeker is in.
        spell : points for the spell, any number of bins.
        """
        out: Floats = self.own[state][:, None, None] - self.seen[None, :, None] + spell[None, None, :]
        return out


def standard_of(start: Start, p: Parameters, levels: Levels) -> tuple[float, float]:
    """Return mean and standard deviation of hiring standards over base slots, points.

    Parameters
    ----------
    start, p, levels : start, parameters and levels.
    """
    mean = float(np.average(start.firms.standard, weights=start.firms.size))
    variance = float(np.average((start.firms.standard - mean) ** 2, weights=start.firms.size))
    return mean + p.employer_choice.standard_shift + levels.standard_shift, float(np.sqrt(variance))


def kinds_of(start: Start) -> Ints:
    """Return the kind of each resident as a seeker, lowest chance first, shape (residents,); 0 unless unemployed.

    By the start's own parameters and levels, so that people are of the same kind whatever is tried on them.
    """
    c, p = start.columns, start.parameters
    value, health = _values(start, p)
    mean, spread = standard_of(start, p, start.levels)
    chance = ndtr((value - health - mean) / np.hypot(NOISE, spread)) * _looks(c, p) * _takes(start, p)
    out = np.zeros(start.n, np.int64)
    rows = np.flatnonzero(c.state == State.UNEMPLOYED)
    rank = np.argsort(np.lexsort((c.id[rows], chance[rows])))
    out[rows] = rank * KINDS // max(rows.size, 1)
    return out


def seekers_of(start: Start, p: Parameters, kind: Ints) -> Seekers:
    """Return what the starting residents would be worth as seekers, under some parameters.

    Parameters
    ----------
    start : a start; its residents at month 0.
    p : parameters.
    kind : from `kinds_of`.
    """
    c = start.columns
    whole, health = _values(start, p)
    months = completed(c)
    spell = _spell_points(c, p)
    rest = whole - spell[c.state, months]
    cell = health_of(c)
    seen = np.bincount(cell, health, N_HEALTH) / np.maximum(np.bincount(cell, minlength=N_HEALTH), 1)
    looks, takes = _looks(c, p), _takes(start, p)
    state_of = c.state.astype(np.int64)
    by_looks, by_takes = _means(state_of, looks, N_STATES, 1.0), _means(state_of, takes, N_STATES, 1.0)
    overall = _means(state_of, rest, N_STATES, 0.0)
    own = np.zeros((N_STATES, N_TRAITS))
    for state in range(N_STATES):
        for q in range(N_TRAITS):
            who = (c.state == state) & (c.qualification == q)
            own[state, q] = (rest[who].sum() + overall[state]) / (who.sum() + 1)
    idle = np.flatnonzero(c.state == State.UNEMPLOYED)
    left = rest[idle] - health[idle] - own[State.UNEMPLOYED, c.qualification[idle]] + seen[cell[idle]]
    kind_own = _means(kind[idle], left, KINDS, 0.0)
    return Seekers(
        own=own,
        seen=seen,
        spell=spell,
        looks=by_looks,
        takes=by_takes,
        kind_own=kind_own,
        kind_looks=_means(kind[idle], looks[idle], KINDS, by_looks[State.UNEMPLOYED]),
        kind_takes=_means(kind[idle], takes[idle], KINDS, by_takes[State.UNEMPLOYED]),
        spread=float((left - kind_own[kind[idle]]).std()) if idle.size else 0.0,
    )


def _means(of: Ints, value: Floats, n: int, otherwise: float) -> Floats:
    """Return the mean of values by code, shape (n,); `otherwise` where there is nobody."""
    heads = np.bincount(of, minlength=n)
    return np.where(heads > 0, np.bincount(of, value, n) / np.maximum(heads, 1), otherwise)


def _values(start: Start, p: Parameters) -> tuple[Floats, Floats]:
    """Return each resident's value before health as a seeker, and what employers take off for health, points."""
    c, choice = start.columns, p.employer_choice
    idle = c.state == State.UNEMPLOYED
    out = np.where(idle, completed(c) + 1, -c.work_since.astype(np.int64))
    out = np.where(c.state <= State.ABSENT, 0, np.maximum(out, 0))
    whole = value_before_health(
        c.ability.astype(float), c.qualification.astype(np.int64), _worked(c), out, c.cohort.astype(np.int64), choice
    )
    penalty = np.asarray(choice.severity_penalty, float)[c.severity]
    penalty += np.asarray(choice.condition_penalty, float)[CLASS_OF_BITS[c.declared]]
    inclusive = float(np.average(start.firms.inclusive, weights=start.firms.size))
    health = np.where(c.declared != 0, penalty, 0.0) * (1.0 - inclusive * (1.0 - choice.inclusive_discount))
    return whole, health


def _worked(c: Columns) -> Floats:
    """Return months in work of the last 24 of each resident, as of month 0, shape (residents,)."""
    since = np.clip(-c.work_since.astype(np.int64), 0, _HISTORY).astype(np.uint64)
    full = (np.uint64(1) << since) - np.uint64(1)
    mask = (c.work_history.astype(np.uint64) << since) | np.where(c.state <= State.ABSENT, full, np.uint64(0))
    out: Floats = np.bitwise_count(mask & np.uint64((1 << _HISTORY) - 1)).astype(np.float64)
    return out


def _spell_points(c: Columns, p: Parameters) -> Floats:
    """Return points by state and completed months: history and duration, shape (states, SPELL_CAP + 1).

    Of the 24 months before now those of the present spell are known; in the others people worked as large a share
    as among the starting residents of the state. People inactive have been out of work as long as those.
    """
    choice, months, worked = p.employer_choice, completed(c) + 1, _worked(c)
    spell = np.arange(SPELL_CAP + 1) + 1.0
    room = np.maximum(_HISTORY - spell, 0.0)
    out = np.zeros((N_STATES, SPELL_CAP + 1))
    for state in range(N_STATES):
        mine = c.state == state
        if not mine.any():
            continue
        if state <= State.ABSENT:
            out[state] = choice.history_points * worked[mine].mean()
            continue
        left = np.maximum(_HISTORY - months[mine], 0)
        share = worked[mine].sum() / max(left.sum(), 1)
        away = np.minimum(-c.work_since[mine].astype(np.int64), choice.duration_cap_months)
        gone = np.minimum(spell, choice.duration_cap_months) if state == State.UNEMPLOYED else away.mean()
        out[state] = choice.history_points * min(share, 1.0) * room - choice.duration_penalty * gone
    return out


def _looks(c: Columns, p: Parameters) -> Floats:
    """Return looks a month of each resident, the gain from work and cohorts included, shape (residents,)."""
    fewer = np.zeros(len(c.cohort))
    for k, change in enumerate(p.search.looks_by_cohort):
        fewer += change * (c.cohort >> k & 1).astype(float)
    looks = np.maximum(1.0, np.asarray(p.search.looks, float)[c.state] + fewer)
    return np.where(c.state == State.UNEMPLOYED, looks * search_by_keep(p.gain_from_work)[c.keep] / ONE, looks)


def _takes(start: Start, p: Parameters) -> Floats:
    """Return the share of jobs that each resident would not turn down, shape (residents,)."""
    c, choice = start.columns, p.employer_choice
    at_home = np.array([(row == place).mean() for place, row in enumerate(start.looks.area_of)])
    transport = np.where(c.barriers & 1, choice.transport_refusal * (1.0 - at_home[c.place]), 0.0)
    childcare = np.where(c.barriers & 2, choice.childcare_refusal, 0.0)
    gain = refusal_by_keep(p.gain_from_work)[c.keep] / _UNIT
    return np.asarray((1.0 - transport) * (1.0 - childcare) * (1.0 - gain), np.float64)
