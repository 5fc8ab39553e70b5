"""The grid of covariates over which hazards are tabulated, and the words for one transition."""

from __future__ import annotations  # constants of kernels

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import AGE_BANDS, QUALIFICATIONS, SEVERITIES, SEXES, STATES

Floats = NDArray[np.float64]
CONDITION_CLASSES = ("none", "one_physical", "common_mental_only", "two", "three_or_more", "severe_mental")
"""Summary of a resident's conditions for hazards; severe mental illness comes before the count."""
SPELL_CAP = 60
"""Months of a spell after which no hazard changes any more."""
GRID = (len(STATES), len(AGE_BANDS), len(SEXES), len(QUALIFICATIONS), len(SEVERITIES), len(CONDITION_CLASSES))
"""Shape of one destination's table: state, age band, sex, qualification, severity, condition class."""


@dataclass(frozen=True)
class Covariates:
    """Open mesh over the grid: each array has one axis of length > 1 and broadcasts with the others.

    `age_band`, `sex`, `qualification`, `severity`, `conditions` are codes of `scenarios.vocabulary` (the
    last of CONDITION_CLASSES). The state is the transition's origin and the spell its shape, so neither is
    an axis here.
    """

    age_band: NDArray[np.int64]
    sex: NDArray[np.int64]
    qualification: NDArray[np.int64]
    severity: NDArray[np.int64]
    conditions: NDArray[np.int64]

    @classmethod
    def mesh(cls) -> Covariates:
        """Return the full grid."""
        axes = [np.arange(n) for n in GRID[1:]]
        return cls(*np.meshgrid(*axes, indexing="ij", sparse=True))


@dataclass(frozen=True)
class Transition:
    """One hazard: who may move where, at which monthly rate.

    `hazard(x, p)` gives the rate per month at the spell length where it is highest, broadcast over the
    covariates; `shape(spell, p)` the factor in [0, 1] by completed months of the spell, shape
    (SPELL_CAP + 1,), or None for a constant. `level` names the Place level that scales it, or None.
    """

    name: str
    origin: int
    destination: str
    hazard: Callable[[Covariates, Any], Floats]
    shape: Callable[[Floats, Any], Floats] | None = None
    level: str | None = None


def pick(values: Any, index: NDArray[np.int64]) -> Floats:
    """Return values[index] as float64: one factor for each code of a covariate."""
    out: Floats = np.asarray(values, float)[index]
    return out


def by_health(x: Covariates, severity: Any, conditions: Any, gradient: float) -> Floats:
    """Return the product of a table by severity and one by conditions, its steepness to the power of `gradient`.

    The highest product stays as it is: a steeper gradient spares the healthy, a flatter one does not.

    Parameters
    ----------
    x : covariates.
    severity, conditions : factors by severity and by condition class.
    gradient : 0 is no difference by health, 1 the tables as they stand.
    """
    top = max(severity) * max(conditions)
    product = pick(severity, x.severity) * pick(conditions, x.conditions)
    return product if gradient == 1.0 else top * (product / top) ** gradient


def ten_digits(x: Floats) -> Floats:
    """Return numbers rounded to ten significant digits, so that every processor makes the same integer of them."""
    x = np.asarray(x, float)
    x = np.where(np.abs(x) < 1e-200, 0.0, x)  # the power below would overflow
    power = np.power(10.0, 9 - np.floor(np.log10(np.where(x > 1e-30, x, 1.0))))
    out: Floats = np.rint(x * power) / power
    return out
