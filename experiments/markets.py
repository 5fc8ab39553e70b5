"""Slack and tight labour markets: how tight a market is, and the labour demand at which it is as tight as asked.

What a market is like is taken from published vacancies per unemployed person; the multiplier of employers' jobs that
gives it is found by running the model without any policy. Nothing else of the period is put in here.
"""

from __future__ import annotations

from dataclasses import replace
from math import log

import numpy as np

from experiments.errors import InvalidRequest
from scenarios.arm import ArmSpec
from scenarios.vocabulary import State
from simulation.model import RegionModel
from simulation.start import Start

SETTLING_MONTHS = 24
"""Months that a market is given to settle at another demand; tightness moves little after two years."""
AVERAGED_MONTHS = 12
STEPS = 7
LOWEST, HIGHEST = 0.6, 1.25
"""Demand outside this range is no market that the model was made for."""
CLOSE_ENOUGH = 0.03
"""Log distance from the tightness asked at which the search ends; a month's own noise at 1:50 is about as large."""


def tightness(model: RegionModel) -> float:
    """Return vacancies per unemployed resident at the end of a model's last month."""
    idle = int((model.columns.state == State.UNEMPLOYED).sum())
    return float((model.firms.slots - model.firms.filled).sum()) / max(idle, 1)


def settled_tightness(start: Start, arm: ArmSpec, demand: float, threads: int = 1) -> float:
    """Return vacancies per unemployed resident in the year after a market has settled, without policy.

    Parameters
    ----------
    start, arm : the region's start and its baseline.
    demand : multiplier of every employer's jobs in normal times.
    threads : threads; the result does not depend on it.
    """
    months = SETTLING_MONTHS + AVERAGED_MONTHS
    alone = replace(arm, subsidies=(), demand=((0, demand),), services=None, funding=None, employers=(), benefits=())
    model = RegionModel(start, alone, seed=0, threads=threads, months=months)
    model.initialise()
    model.settle_everybody()
    found = []
    for month in range(months):
        model.step()
        if month >= SETTLING_MONTHS:
            found.append(tightness(model))
    model.release()
    return float(np.mean(found))


def demand_for(start: Start, arm: ArmSpec, wanted: float, threads: int = 1) -> float:
    """Return the multiplier of labour demand at which the market has so many vacancies per unemployed resident.

    Parameters
    ----------
    start, arm : the region's start and its baseline; demand of the arm is replaced.
    wanted : vacancies per unemployed resident.
    threads : threads; the result does not depend on it.

    Raises
    ------
    InvalidRequest
        If no demand in the range of the model gives it.
    """
    if not wanted > 0:
        raise InvalidRequest(f"vacancies per unemployed person are {wanted:g}; they have to be more than 0.")
    low, high = LOWEST, HIGHEST
    ends = [settled_tightness(start, arm, demand, threads) for demand in (low, high)]
    if not ends[0] <= wanted <= ends[1]:
        raise InvalidRequest(
            f"no labour demand between {low} and {high} gives {wanted:g} vacancies per unemployed person: it ranges "
            f"from {ends[0]:.2f} to {ends[1]:.2f}. Ask for a market within that range."
        )
    best, apart = low, abs(log(ends[0] / wanted))
    for _ in range(STEPS):
        demand = (low + high) / 2
        error = log(settled_tightness(start, arm, demand, threads) / wanted)
        if abs(error) < apart:
            best, apart = demand, abs(error)
        if apart < CLOSE_ENOUGH:
            break
        low, high = (demand, high) if error < 0 else (low, demand)
    return best


def settled_in(arm: ArmSpec, demand: tuple[tuple[int, float], ...], months: int) -> ArmSpec:
    """Return an arm whose policy begins after its market has settled, and which runs for some months.

    Parameters
    ----------
    arm : the arm; subsidies and services move with the policy's start.
    demand : multiplier of jobs by run month from the start of the history on.
    months : length of the arm.
    """
    by = SETTLING_MONTHS - arm.policy_month
    subsidies = tuple(replace(s, start_month=s.start_month + by, end_month=s.end_month + by) for s in arm.subsidies)
    return replace(arm, subsidies=subsidies, demand=demand, policy_month=SETTLING_MONTHS, months=months)
