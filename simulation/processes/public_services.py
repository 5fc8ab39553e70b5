"""Contacts with public services: how often people in a state of health and a situation use the NHS, councils, justice.

Expected contacts a year, smooth over people who are alike: nobody's own contacts are drawn. Left out: children and
people of 65 and over, general practice beyond consultations, prescriptions, ambulances, community nursing, the cost
of offences to victims, and first offences.
"""

from __future__ import annotations  # constants of kernels

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulation.covariates import Floats

HEALTH_CONTACTS = (
    "gp_consultations",
    "emergency_attendances",
    "inpatient_episodes",
    "outpatient_attendances",
    "therapy_sessions",
    "mental_health_contacts",
    "mental_health_bed_days",
    "social_care_years",
)
"""Kinds of contact that health drives, in the order of the lists of the parameters."""
CONTACTS = (*HEALTH_CONTACTS, "homelessness_applications", "further_offences")
"""All kinds of contact; the last two concern people with experience of homelessness and of the justice system."""
LINES = (
    "nhs_gp",
    "nhs_emergency",
    "nhs_inpatient",
    "nhs_outpatient",
    "nhs_talking_therapies",
    "nhs_secondary_mental_health",
    "council_social_care",
    "council_homelessness",
    "justice_police",
    "justice_courts",
    "justice_prison_probation",
)
"""Lines of the ledger that the contacts are paid from."""
SITUATIONS = ("in_work", "sickness_absence", "unemployed", "long_term_sick", "other_inactive")
"""What somebody does; students, carers and the retired are among the other inactive."""
CONDITION_GROUPS = ("common_mental", "severe_mental", "physical", "learning_disability_autism", "substance")
"""Conditions told apart; severe mental illness stands for common mental illness beside it."""
_MONTHS = 12.0


@dataclass(frozen=True)
class PublicServicesParameters:
    """Values of evidence/parameters/public_services.yaml; contacts in the order of HEALTH_CONTACTS."""

    gp_consultations_level: float
    emergency_attendances_level: float
    inpatient_episodes_level: float
    outpatient_attendances_level: float
    therapy_sessions_level: float
    mental_health_contacts_level: float
    mental_health_bed_days_level: float
    social_care_years_level: float
    base: tuple[float, ...]
    by_condition: tuple[tuple[float, ...], ...]
    untreated_ratio: tuple[float, ...]
    severity_ratio: tuple[tuple[float, ...], ...]
    situation_ratio: tuple[tuple[float, ...], ...]
    homeless_ratio: tuple[float, ...]
    homelessness_applications: float
    homelessness_by_situation: tuple[float, ...]
    reoffending_rate: float
    offences_per_reoffender: float
    offending_recent_share: float
    offending_by_situation: tuple[float, ...]
    gp_consultation_cost: float
    emergency_attendance_cost: float
    inpatient_episode_cost: float
    outpatient_attendance_cost: float
    therapy_session_cost: float
    mental_health_contact_cost: float
    mental_health_bed_day_cost: float
    social_care_year_cost: float
    homelessness_application_cost: float
    arrest_cost: float
    arrests_per_offence: float
    court_cost_per_offence: float
    prison_year_cost: float
    prison_years_per_offence: float
    probation_cost_per_offence: float
    price_factor: tuple[float, ...]
    price_rise_since_2024: float


PRICE_YEARS = ("2006/07", "2009/10", "2010/11", "2011/12", "2013/14", "2024")
"""Price years of the unit costs, in the order of `price_factor`."""


@dataclass(frozen=True)
class Users:
    """People by what decides their use of services; arrays that broadcast against each other.

    `severity`: 0-3; `situation`: position in SITUATIONS; the rest are flags: a condition of each group of
    CONDITION_GROUPS, treatment that has begun, experience of the justice system and of homelessness.
    """

    severity: NDArray[np.int64]
    situation: NDArray[np.int64]
    conditions: tuple[NDArray[np.bool_], ...]
    is_treated: NDArray[np.bool_]
    has_justice_experience: NDArray[np.bool_]
    is_homeless: NDArray[np.bool_]


def further_offences(users: Users, p: PublicServicesParameters) -> Floats:
    """Return proven further offences a year, shape of the users: nobody without experience of the justice system.

    The share of that group whose risk is that of the first year after a caution, conviction or release, times the
    reoffending rate of that year, times offences of a reoffender; work lowers it.
    Source: reoffending_rate, offences_per_reoffender in evidence/parameters/public_services.yaml.
    """
    rate = p.offending_recent_share * p.reoffending_rate * p.offences_per_reoffender
    out: Floats = rate * np.asarray(p.offending_by_situation)[users.situation] * users.has_justice_experience
    return out


def contacts(users: Users, p: PublicServicesParameters) -> Floats:
    """Return expected contacts a year, shape (len(CONTACTS), *shape of the users).

    What everybody has, plus what each condition adds (less of it before treatment begins), times ratios of severity,
    situation and homelessness, and the level of the kind of contact. Social care is the share of a year on a package.
    """
    rows = []
    for k, kind in enumerate(HEALTH_CONTACTS):
        added = sum(x * has for x, has in zip(p.by_condition[k], users.conditions, strict=True))
        rate = p.base[k] + added * np.where(users.is_treated, 1.0, p.untreated_ratio[k])
        rate = rate * getattr(p, f"{kind}_level") * np.asarray(p.severity_ratio[k])[users.severity]
        rate = rate * np.asarray(p.situation_ratio[k])[users.situation]
        rows.append(rate * np.where(users.is_homeless, p.homeless_ratio[k], 1.0))
    homeless = np.asarray(p.homelessness_by_situation)[users.situation] * users.is_homeless
    rows.append(p.homelessness_applications * homeless)
    rows.append(further_offences(users, p))
    out: Floats = np.stack(np.broadcast_arrays(*rows)).astype(np.float64)
    return out


def unit_costs(p: PublicServicesParameters) -> Floats:
    """Return pounds of 2026/27 for one contact by line, shape (len(CONTACTS), len(LINES)).

    Each cost is brought from its own price year by the deflator, and from 2024 by an assumed rise of prices.
    """
    factor = {year: x * p.price_rise_since_2024 for year, x in zip(PRICE_YEARS, p.price_factor, strict=True)}
    prison = p.prison_years_per_offence * p.prison_year_cost * factor["2013/14"]
    pounds = {
        ("gp_consultations", "nhs_gp"): p.gp_consultation_cost * factor["2013/14"],
        ("emergency_attendances", "nhs_emergency"): p.emergency_attendance_cost * factor["2011/12"],
        ("inpatient_episodes", "nhs_inpatient"): p.inpatient_episode_cost * factor["2013/14"],
        ("outpatient_attendances", "nhs_outpatient"): p.outpatient_attendance_cost * factor["2013/14"],
        ("therapy_sessions", "nhs_talking_therapies"): p.therapy_session_cost * factor["2009/10"],
        ("mental_health_contacts", "nhs_secondary_mental_health"): p.mental_health_contact_cost * factor["2011/12"],
        ("mental_health_bed_days", "nhs_secondary_mental_health"): p.mental_health_bed_day_cost * factor["2011/12"],
        ("social_care_years", "council_social_care"): p.social_care_year_cost * factor["2024"],
        ("homelessness_applications", "council_homelessness"): p.homelessness_application_cost * factor["2010/11"],
        ("further_offences", "justice_police"): p.arrests_per_offence * p.arrest_cost * factor["2006/07"],
        ("further_offences", "justice_courts"): p.court_cost_per_offence * factor["2024"],
        ("further_offences", "justice_prison_probation"): prison + p.probation_cost_per_offence * factor["2024"],
    }
    out = np.zeros((len(CONTACTS), len(LINES)))
    for (contact, line), cost in pounds.items():
        out[CONTACTS.index(contact), LINES.index(line)] = cost
    return out


def monthly_pounds(users: Users, p: PublicServicesParameters) -> Floats:
    """Return expected pounds of 2026/27 a month by line, shape (len(LINES), *shape of the users)."""
    cost, used = unit_costs(p), contacts(users, p)
    rows = [
        sum((cost[k, i] * used[k] for k in range(len(CONTACTS))), np.zeros(used.shape[1:])) for i in range(len(LINES))
    ]
    out: Floats = np.stack(rows) / _MONTHS
    return out
