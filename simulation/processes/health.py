"""Health: conditions come and go, limit work more or less, are diagnosed, treated and declared.

Onset is not a parameter of its own: it is the rate that keeps each age band's prevalence, given how long a
condition lasts and how prevalence rises with age. Long unemployment and work change onset and recovery.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.vocabulary import AGE_BAND_STARTS, AGE_MAX_YEARS
from simulation.covariates import Floats

GROUPS = ("in_work", "unemployed_short", "unemployed_long", "long_term_sick", "other_inactive")
"""What the state does to health; unemployment counts as long from `long_unemployment_months` on."""


@dataclass(frozen=True)
class HealthParameters:
    """Values of evidence/parameters/health.yaml; conditions in the order of the vocabulary."""

    recovery: tuple[float, ...]
    onset_ratio: tuple[tuple[float, ...], ...]
    recovery_ratio: tuple[tuple[float, ...], ...]
    limiting_on_onset: tuple[float, ...]
    worsening: tuple[float, ...]
    improvement: tuple[float, ...]
    worsening_ratio: tuple[float, ...]
    improvement_ratio: tuple[float, ...]
    diagnosis: float
    declared_share: float
    treatment_wait_months: float
    treated_recovery_ratio: float
    long_unemployment_months: int


def recovery_hazard(p: HealthParameters) -> Floats:
    """Return the hazard of recovery, per month, shape (condition, group)."""
    out: Floats = np.asarray(p.recovery, float)[:, None] * np.asarray(p.recovery_ratio, float)
    return out


def onset_hazard(prevalence: Floats, p: HealthParameters) -> Floats:
    """Return the hazard of onset, per month, shape (condition, age band, group).

    In the average group prevalence is kept: what recovers among those who have the condition, plus the rise
    of prevalence over the band's years, falls on those who have not.

    Parameters
    ----------
    prevalence : share of residents with the condition, shape (condition, age band).
    p : parameters.
    """
    starts = np.array([*AGE_BAND_STARTS, AGE_MAX_YEARS], float)
    middle = (starts[:-1] + starts[1:]) / 2.0
    slope = np.gradient(prevalence, middle, axis=1) / 12.0
    keep = prevalence * np.asarray(p.recovery, float)[:, None] + np.maximum(slope, 0.0)
    base = keep / np.maximum(1.0 - prevalence, 1e-9)
    out: Floats = base[:, :, None] * np.asarray(p.onset_ratio, float)[:, None, :]
    return out


def worsening_hazard(p: HealthParameters) -> Floats:
    """Return the hazard of one step more work-limiting, per month, shape (severity, group)."""
    out: Floats = np.outer(p.worsening, p.worsening_ratio)
    return out


def improvement_hazard(p: HealthParameters) -> Floats:
    """Return the hazard of one step less work-limiting, per month, shape (severity, group)."""
    out: Floats = np.outer(p.improvement, p.improvement_ratio)
    return out
