"""How employers rank applicants and open or close slots, and what a seeker does not accept.

Values are points; 100 points are one standard deviation of ability. The noise of a value has a standard
deviation of 150 points (`streams.points`). There is no number here for what a subsidy displaces or would
have happened anyway: both come out of slots, ranks and looks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.covariates import Floats, ten_digits


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


def value_without_noise(
    ability: Floats, qualification: Floats, severity: Floats, months_out: Floats, p: EmployerParameters
) -> Floats:
    """Return an applicant's value to an employer that does not discount health, points.

    Parameters
    ----------
    ability : points, sd 100.
    qualification, severity : codes; severity as declared to the employer.
    months_out : completed months without work.
    p : parameters.
    """
    points = np.asarray(p.qualification_points, float)[qualification.astype(int)]
    health = np.asarray(p.severity_penalty, float)[severity.astype(int)]
    return p.ability_weight * ability + points - health - p.duration_penalty * np.minimum(months_out, p.duration_cap_months)


def opening_rate(tightness: Floats, normal: Floats, p: EmployerParameters) -> Floats:
    """Return the share of missing slots that employers open in a month, by area.

    Tightness is vacancies per unemployed resident, smoothed; `normal` its value before any policy. Rounded
    to ten significant digits so that every processor turns it into the same integer threshold.
    """
    ratio = np.where(normal > 0, tightness / np.where(normal > 0, normal, 1.0), 1.0)
    rate = p.refill_rate * np.power(np.maximum(ratio, 1e-6), -p.tightness_elasticity)
    return ten_digits(np.minimum(rate, p.rate_cap))
