"""The start of a run: a population put to work in the model's own terms, and run in until it is stationary."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import AGE_BAND_STARTS, IN_WORK, Benefit
from simulation.columns import Columns, Firms, children_until, columns_of, firms_of
from simulation.employers import Employers
from simulation.families import Families
from simulation.households import Homes, form_units
from simulation.looks import LookTables
from simulation.model_tables import Limits, heads_by_age, look_tables, prevalence
from simulation.parameters import Parameters
from simulation.processes import demography, gain_from_work, progression
from simulation.registry import parameters_of, transitions
from simulation.residents import NEVER, Residents
from simulation.thresholds import LEVELS, ONE, Tables, tabulate
from simulation.visit import Visit

RUN_IN_MONTHS = 120
"""Months of run-in before the first month; what drift remains is measured by `calibration.levels`."""


@dataclass(frozen=True)
class Levels:
    """What fits the region's stocks to its figures: factors of hazards by Place, of slots, and a shift.

    `place`: shape (places, len(LEVELS)); `slots`: multiplier of every employer's size; `standard_shift`:
    points added to every hiring standard, beside the parameter of that name.
    """

    place: NDArray[np.float64]
    slots: float = 1.0
    standard_shift: int = 0

    @classmethod
    def neutral(cls, n_places: int) -> Levels:
        """Return levels that change nothing."""
        return cls(np.ones((n_places, len(LEVELS))))


@dataclass
class Start:
    """Everything a run begins from: the state at month 0 and what stays fixed.

    `local_rents`: middle of private rents by Place, pounds a month; None where they are not known. `families`: yearly
    rates of moving in and of births; None leaves families as they are. `homes`: what benefit units were formed by.
    """

    columns: Columns
    firms: Firms
    donor: Columns
    tables: Tables
    looks: LookTables
    parameters: Parameters
    levels: Levels
    rules: dict[str, Any]
    n_places: int
    n_areas: int
    sample: int
    draw: int
    tightness: NDArray[np.float64]
    limits: Limits = field(default_factory=Limits)
    visit: Visit | None = None
    local_rents: NDArray[np.float64] | None = None
    families: Families | None = None
    homes: Homes | None = None

    @property
    def n(self) -> int:
        """Number of residents."""
        return len(self.columns.id)


def shift_calendar(c: Columns, months: int) -> None:
    """Move every calendar column back by some months (in place)."""
    names = ("birth", "since", "work_since", "hired", "treatment", "claim_since", "programme_since", "child_until")
    for name in (*names, "child_birth"):
        column = getattr(c, name)
        column[column != NEVER] -= months


def new_units(c: Columns, homes: Homes, band: NDArray[np.uint8]) -> None:
    """Form benefit units anew at month 0 and put partners into neighbouring rows, all in place.

    In the years of the run-in nobody is born and nobody moves in together.

    Parameters
    ----------
    c : residents' columns.
    homes : what units are formed by.
    band : age band by months of age.
    """
    form_units(c, homes, band[-c.birth.astype(np.int64)])
    c.child_until[:] = children_until(c.child_birth)
    own = np.arange(len(c.id))
    order = np.argsort(c.place.astype(np.int64) << 33 | c.unit.astype(np.int64) << 1 | (c.unit != own))
    row = np.empty(len(order), np.int32)
    row[order] = np.arange(len(order), dtype=np.int32)
    c.partner[:] = np.where(c.partner >= 0, row[c.partner], c.partner)
    c.unit[:] = row[c.unit]
    for column in c:
        column[:] = column[order]


def claims_as_old_as_spells(c: Columns) -> None:
    """Let claims of units just formed be as old as their members' spells (in place)."""
    new = (c.benefit != int(Benefit.NONE)) & (c.claim_since == -1)
    c.claim_since[new] = np.minimum(c.since[new], -1)


def first_pay(c: Columns, employers: Employers, p: Parameters, floor: NDArray[np.int64]) -> None:
    """Give everybody in work the market's pay for his job (in place), pence an hour.

    Parameters
    ----------
    c : residents' columns, pay and hiring month written.
    employers : the employers.
    p : parameters.
    floor : minimum wage by year of age, pence an hour.
    """
    work = np.isin(c.state, [int(s) for s in IN_WORK])
    band = np.searchsorted(np.array(AGE_BAND_STARTS) * 12, -c.birth.astype(np.int64), side="right") - 1
    market = np.rint(progression.market_pay(p.progression)).astype(np.int64)
    ability = np.rint(progression.ability_factor(p.progression) * ONE).astype(np.int64)
    i = np.flatnonzero(work)
    pay = market[c.qualification[i], band[i]] * ability[np.clip(c.ability[i].astype(int), -400, 400) + 400]
    pay = pay * (1000 + employers.premium[c.employer[i]].astype(np.int64)) // (1000 * ONE)
    years = -c.birth[i].astype(np.int64) // 12
    c.pay[i] = np.minimum(np.maximum(pay, floor[years]), 60000)
    c.hired[i] = np.where(c.work_since[i] != NEVER, c.work_since[i], c.since[i])


def tables_of(c: Columns, n_places: int, p: Parameters, levels: Levels) -> Tables:
    """Return the thresholds of a starting population under some levels.

    Parameters
    ----------
    c : columns of the starting population.
    n_places : number of Places.
    p, levels : parameters and levels.
    """
    return tabulate(
        transitions(),
        parameters_of(p),
        p.health,
        prevalence(c),
        demography.leaving_hazard(demography.smoothed(heads_by_age(c, n_places), p.demography)),
        levels.place,
        p.separation.insecure_ratio,
        gain_from_work.highest_search_ratio(p.gain_from_work),
    )


def raw_start(
    residents: Residents,
    employers: Employers,
    commuting: NDArray[np.float64],
    parameters: Parameters,
    levels: Levels,
    rules: dict[str, Any],
    *,
    sample: int,
    draw: int,
    limits: Limits | None = None,
) -> Start:
    """Return a start without run-in.

    Parameters
    ----------
    residents, employers : the starting population at month 0.
    commuting : share of each Place's workers by area of work, shape (places, areas).
    parameters, levels : values of the processes, and what fits them to the region.
    rules : financial year -> tax, benefit and wage rules (`evidence.registry.rules`).
    sample, draw : one resident in so many; number of the parameter draw.
    limits : switches of the exact limits, for tests.
    """
    n_places, n_areas = commuting.shape
    residents = residents.copy()
    np.clip(residents.ability, -400, 400, out=residents.ability)  # the pay table ends there: four standard deviations
    c = columns_of(residents)
    return Start(
        columns=c,
        firms=firms_of(employers, 0),
        donor=columns_of(residents),
        tables=tables_of(c, n_places, parameters, levels),
        looks=look_tables(employers.area, employers.sector, employers.size, commuting),
        parameters=parameters,
        levels=levels,
        rules=rules,
        n_places=n_places,
        n_areas=n_areas,
        sample=sample,
        draw=draw,
        tightness=np.zeros(n_areas),
        limits=limits or Limits(),
    )
