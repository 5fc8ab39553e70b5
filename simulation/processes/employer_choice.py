"""How employers rank applicants and open or close slots, and what a seeker does not accept.

Values are points; 100 points are one standard deviation of ability. The noise of a value has a standard
deviation of 150 points (`streams.points`). There is no number here for what a subsidy displaces or would
have happened anyway: both come out of slots, ranks and looks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulation.covariates import Floats, ten_digits

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class EmployerParameters:
    """Values of evidence/parameters/employer_choice.yaml."""

    ability_weight: float
    qualification_points: tuple[int, ...]
    severity_penalty: tuple[int, ...]
    condition_penalty: tuple[int, ...]
    inclusive_discount: float
    duration_penalty: int
    duration_cap_months: int
    history_points: int
    cohort_penalty: tuple[int, ...]
    standard_shift: int
    subsidy_points: float
    keep_bonus: int
    refill_rate: float
    close_rate: float
    tightness_elasticity: float
    cost_elasticity: float
    tightness_smoothing: float
    rate_cap: float
    low_paid_share: tuple[float, ...]
    establishment_slots: int
    adviser_looks: int
    transport_refusal: float
    childcare_refusal: float


def value_before_health(
    ability: Floats,
    qualification: Codes,
    months_worked: Floats,
    months_out: Floats,
    cohorts: Codes,
    p: EmployerParameters,
) -> Floats:
    """Return an applicant's value to an employer before what is seen of health and before noise, points.

    Parameters
    ----------
    ability : points, sd 100.
    qualification : code of the vocabulary.
    months_worked : months in work of the last 24.
    months_out : completed months without work; 0 for people in work.
    cohorts : bit mask of the vocabulary's cohorts.
    p : parameters.
    """
    value = p.ability_weight * ability + np.asarray(p.qualification_points, float)[qualification]
    for k, penalty in enumerate(p.cohort_penalty):
        value = value - penalty * (cohorts >> k & 1)
    out: Floats = (
        value + p.history_points * months_worked - p.duration_penalty * np.minimum(months_out, p.duration_cap_months)
    )
    return out


def opening_rate(tightness: Floats, normal: Floats, p: EmployerParameters) -> Floats:
    """Return the share of missing slots that employers open in a month, by area.

    Rounded to ten significant digits so that every processor turns it into the same integer threshold.

    Parameters
    ----------
    tightness : vacancies per unemployed resident, smoothed, by area.
    normal : its value before any policy.
    p : parameters.
    """
    ratio = np.where(normal > 0, tightness / np.where(normal > 0, normal, 1.0), 1.0)
    rate = p.refill_rate * np.power(np.maximum(ratio, 1e-6), -p.tightness_elasticity)
    return ten_digits(np.minimum(rate, p.rate_cap))
