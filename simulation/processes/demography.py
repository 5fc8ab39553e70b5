"""Ageing, leaving and arriving: the age structure of each Place stays what the population estimate says.

A resident leaves at 65, and earlier at the rate at which the Place's cohort shrinks from one year of age to
the next; an arrival takes the row, at 16 or at an age at which the cohort grows. Deaths are part of the
leavers. A change of the age structure over time is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.vocabulary import AGE_MAX_YEARS, AGE_MIN_YEARS
from simulation.covariates import Floats

AGES = AGE_MAX_YEARS - AGE_MIN_YEARS


@dataclass(frozen=True)
class DemographyParameters:
    """Values of evidence/parameters/demography.yaml."""

    smoothing_years: int


def smoothed(heads: Floats, p: DemographyParameters) -> Floats:
    """Return residents by year of age averaged over `smoothing_years` (fewer at the ends), shape (places, 49)."""
    half = p.smoothing_years // 2
    out = np.empty_like(heads, dtype=float)
    for year in range(heads.shape[1]):
        reach = min(half, year, heads.shape[1] - 1 - year)
        out[:, year] = heads[:, year - reach : year + reach + 1].mean(axis=1)
    return out


def leaving_hazard(heads: Floats) -> Floats:
    """Return the hazard of leaving the region before 65, per month, by Place and year of age.

    Parameters
    ----------
    heads : residents by single year of age 16-64, shape (places, 49).
    """
    following = np.concatenate([heads[:, 1:], heads[:, -1:]], axis=1)
    lost = np.clip(1.0 - following / np.maximum(heads, 1.0), 0.0, 0.9)
    return -np.log1p(-lost) / 12.0


def arrival_ages(heads: Floats) -> Floats:
    """Return the distribution of the age on arrival, shape (places, 49), rows summing to 1.

    Parameters
    ----------
    heads : residents by single year of age 16-64, shape (places, 49).
    """
    growth = np.maximum(np.diff(heads, axis=1), 0.0)
    flow = np.concatenate([heads[:, :1], growth], axis=1)
    out: Floats = flow / flow.sum(axis=1, keepdims=True)
    return out
