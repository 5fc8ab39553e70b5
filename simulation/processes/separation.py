"""Job loss and quits into unemployment. Moves from job to job come out of search and hiring, not from here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.vocabulary import State
from simulation.covariates import Covariates, Floats, Transition, by_health, pick


@dataclass(frozen=True)
class SeparationParameters:
    """Values of evidence/parameters/separation.yaml."""

    separation: float
    by_age_band: tuple[float, ...]
    by_qualification: tuple[float, ...]
    by_severity: tuple[float, ...]
    by_conditions: tuple[float, ...]
    health_gradient: float
    tenure_decay: float
    tenure_floor: float
    insecure_ratio: float
    slot_closes: float


def separation_hazard(x: Covariates, p: SeparationParameters) -> Floats:
    """Return the hazard of losing or leaving a job for unemployment in its first month, per month."""
    return (
        p.separation
        * p.insecure_ratio
        * pick(p.by_age_band, x.age_band)
        * pick(p.by_qualification, x.qualification)
        * by_health(x, p.by_severity, p.by_conditions, p.health_gradient)
    )


def tenure_shape(tenure: Floats, p: SeparationParameters) -> Floats:
    """Return the hazard of a secure job relative to the first month of an insecure one, by months of tenure."""
    decline = p.tenure_floor + (1.0 - p.tenure_floor) * np.exp(-p.tenure_decay * tenure)
    return decline / p.insecure_ratio


TRANSITIONS = (Transition("separation", State.EMPLOYED, "unemployed", separation_hazard, tenure_shape, "separation"),)
