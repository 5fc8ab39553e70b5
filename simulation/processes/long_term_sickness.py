"""Inactivity because of long-term sickness: who falls into it and who looks for work again.

The road through sickness absence is in `sickness_absence`; direct hiring of long-term sick people who look
is in `search` and the hiring.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.vocabulary import State
from simulation.covariates import Covariates, Floats, Transition, by_health, pick


@dataclass(frozen=True)
class LongTermSicknessParameters:
    """Values of evidence/parameters/long_term_sickness.yaml."""

    from_work: float
    from_unemployment: float
    from_inactivity: float
    by_severity: tuple[float, ...]
    by_conditions: tuple[float, ...]
    health_gradient: float
    by_age_band: tuple[float, ...]
    by_qualification: tuple[float, ...]
    to_unemployed: float
    to_other_inactive: float
    exit_by_severity: tuple[float, ...]
    exit_decay: float


def _inflow(x: Covariates, p: LongTermSicknessParameters, rate: float) -> Floats:
    return (
        rate
        * by_health(x, p.by_severity, p.by_conditions, p.health_gradient)
        * pick(p.by_age_band, x.age_band)
        * pick(p.by_qualification, x.qualification)
    )


def from_work(x: Covariates, p: LongTermSicknessParameters) -> Floats:
    """Return the hazard of leaving work straight for long-term sickness, per month."""
    return _inflow(x, p, p.from_work)


def from_unemployment(x: Covariates, p: LongTermSicknessParameters) -> Floats:
    """Return the hazard of moving from unemployment to long-term sickness, per month."""
    return _inflow(x, p, p.from_unemployment)


def from_inactivity(x: Covariates, p: LongTermSicknessParameters) -> Floats:
    """Return the hazard of moving from another inactivity to long-term sickness, per month."""
    return _inflow(x, p, p.from_inactivity)


def to_unemployment(x: Covariates, p: LongTermSicknessParameters) -> Floats:
    """Return the hazard of starting to look for work in the first month of long-term sickness, per month."""
    return p.to_unemployed * pick(p.exit_by_severity, x.severity)


def to_other_inactivity(x: Covariates, p: LongTermSicknessParameters) -> Floats:
    """Return the hazard of becoming inactive for another reason, per month."""
    return p.to_other_inactive * pick(p.exit_by_severity, x.severity)


def exit_shape(spell: Floats, p: LongTermSicknessParameters) -> Floats:
    """Return both hazards relative to the first month, by completed months."""
    out: Floats = np.power(1.0 + spell / 6.0, -p.exit_decay)
    return out


def _inactive(state: State) -> Transition:
    return Transition(
        f"{state.name.lower()}_to_sickness", state, "long_term_sick", from_inactivity, None, "long_term_sick"
    )


TRANSITIONS = (
    Transition("work_to_sickness", State.EMPLOYED, "long_term_sick", from_work, None, "long_term_sick"),
    Transition(
        "unemployment_to_sickness", State.UNEMPLOYED, "long_term_sick", from_unemployment, None, "long_term_sick"
    ),
    _inactive(State.CARING),
    _inactive(State.OTHER_INACTIVE),
    Transition("sickness_to_unemployment", State.LONG_TERM_SICK, "unemployed", to_unemployment, exit_shape),
    Transition("sickness_to_inactivity", State.LONG_TERM_SICK, "other_inactive", to_other_inactivity, exit_shape),
)
