"""Inside employment: what a job pays, how pay rises, how hours and contracts are drawn on hiring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.vocabulary import State
from simulation.covariates import Covariates, Floats, Transition, pick


@dataclass(frozen=True)
class ProgressionParameters:
    """Values of evidence/parameters/progression.yaml."""

    median_hourly_pence: float
    pay_by_qualification: tuple[float, ...]
    pay_by_age_band: tuple[float, ...]
    pay_by_ability: float
    rise_per_month: float
    rise_by_age_band: tuple[float, ...]
    rise_share: float
    full_time_hours: int
    part_time_hours: int


def market_pay(p: ProgressionParameters) -> Floats:
    """Return the market's hourly pay of average ability, pence, shape (qualification, age band)."""
    return p.median_hourly_pence * np.outer(np.asarray(p.pay_by_qualification), np.asarray(p.pay_by_age_band))


def ability_factor(p: ProgressionParameters) -> Floats:
    """Return the pay of ability -400..400 relative to average ability, shape (801,)."""
    out: Floats = np.exp(p.pay_by_ability * np.arange(-400, 401) / 100.0)
    return out


def pay_rise_hazard(x: Covariates, p: ProgressionParameters) -> Floats:
    """Return the hazard of a pay rise of `rise_share` while staying in the job, per month."""
    return p.rise_per_month * pick(p.rise_by_age_band, x.age_band)


TRANSITIONS = (Transition("pay_rise", State.EMPLOYED, "pay_rise", pay_rise_hazard),)
