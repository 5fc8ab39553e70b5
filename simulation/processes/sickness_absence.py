"""Sickness absence of a month or more: who is signed off, who returns, who loses the job.

Shorter absences do not change a resident's state; their hours are a share by health in `absence_hours`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.vocabulary import State
from simulation.covariates import Covariates, Floats, Transition, by_health, pick


@dataclass(frozen=True)
class AbsenceParameters:
    """Values of evidence/parameters/sickness_absence.yaml."""

    onset: float
    onset_by_severity: tuple[float, ...]
    onset_by_conditions: tuple[float, ...]
    health_gradient: float
    onset_by_sex: tuple[float, ...]
    return_first_month: float
    return_decay: float
    return_by_severity: tuple[float, ...]
    job_loss: float
    to_long_term_sick: float
    to_long_term_sick_by_severity: tuple[float, ...]
    short_absence_hours: tuple[float, ...]


def onset_hazard(x: Covariates, p: AbsenceParameters) -> Floats:
    """Return the hazard of a certified absence of a month or more, per month in work."""
    return (
        p.onset
        * by_health(x, p.onset_by_severity, p.onset_by_conditions, p.health_gradient)
        * pick(p.onset_by_sex, x.sex)
    )


def return_hazard(x: Covariates, p: AbsenceParameters) -> Floats:
    """Return the hazard of going back to work in the first month of absence, per month."""
    return p.return_first_month * pick(p.return_by_severity, x.severity)


def return_shape(spell: Floats, p: AbsenceParameters) -> Floats:
    """Return the return hazard relative to the first month: a power of completed months of absence."""
    out: Floats = np.power(1.0 + spell, -p.return_decay)
    return out


def job_loss_hazard(x: Covariates, p: AbsenceParameters) -> Floats:
    """Return the hazard of losing the job while signed off and looking for another, per month."""
    return p.job_loss * np.ones_like(x.age_band, dtype=float)


def long_term_sick_hazard(x: Covariates, p: AbsenceParameters) -> Floats:
    """Return the hazard of leaving the job for long-term sickness while signed off, per month."""
    return p.to_long_term_sick * pick(p.to_long_term_sick_by_severity, x.severity)


def long_term_sick_shape(spell: Floats, p: AbsenceParameters) -> Floats:
    """Return the share of that hazard by completed months: it builds up over the first half-year."""
    return np.minimum(1.0, (1.0 + spell) / 6.0)


TRANSITIONS = (
    Transition("absence_onset", State.EMPLOYED, "sickness_absence", onset_hazard),
    Transition("return_to_work", State.ABSENT, "return_to_work", return_hazard, return_shape),
    Transition("job_loss_in_absence", State.ABSENT, "unemployed", job_loss_hazard),
    Transition(
        "long_term_sick_from_absence",
        State.ABSENT,
        "long_term_sick",
        long_term_sick_hazard,
        long_term_sick_shape,
        "long_term_sick",
    ),
)
