"""What a resident costs the NHS, councils and justice a month, written a second time from the description.

Plain Python, sharing no code with the engine: contacts a year by health and situation, times pounds of 2026/27.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from tests.plain.tables import Person, ten_digits

IN_WORK, ABSENT, UNEMPLOYED, LONG_TERM_SICK, OTHERS = range(5)
UNSET = -32768
COLUMNS = ("severity", "conditions", "treatment", "state", "cohort")
"""What decides use."""
NHS = (
    "nhs_gp", "nhs_emergency", "nhs_inpatient", "nhs_outpatient", "nhs_talking_therapies",
    "nhs_secondary_mental_health", "nhs_secondary_mental_health", "council_social_care",
)  # fmt: skip

KINDS = (
    "gp_consultations", "emergency_attendances", "inpatient_episodes", "outpatient_attendances", "therapy_sessions",
    "mental_health_contacts", "mental_health_bed_days", "social_care_years",
)  # fmt: skip


def key_of(person: Person, month: int) -> tuple[int, ...]:
    """Return what decides a resident's use of services: severity, conditions, treatment, situation, cohorts."""
    bits, flags = person["conditions"], person["cohort"]
    common, severe = bits & 1, bits >> 1 & 1
    groups = (
        common if not severe else 0,
        severe,
        int(any(bits >> k & 1 for k in (2, 3, 4, 7))),
        bits >> 5 & 1,
        bits >> 6 & 1,
    )
    treated = person["treatment"] != UNSET and person["treatment"] <= month
    situation = person["state"] if person["state"] < OTHERS else OTHERS
    return (person["severity"], *groups, int(treated), situation, flags >> 1 & 1, flags >> 5 & 1)


def contacts_a_year(key: tuple[int, ...], p: Any) -> list[float]:
    """Return expected contacts a year by kind, homelessness applications and further offences last."""
    severity, *rest = key
    groups, (treated, situation, justice, homeless) = rest[:5], rest[5:]
    out = []
    for k, kind in enumerate(KINDS):
        added = 0.0
        for has, more in zip(groups, p.by_condition[k], strict=True):
            added += more if has else 0.0
        rate = p.base[k] + (added if treated else added * p.untreated_ratio[k])
        rate *= getattr(p, f"{kind}_level") * p.severity_ratio[k][severity] * p.situation_ratio[k][situation]
        out.append(rate * p.homeless_ratio[k] if homeless else rate)
    out.append(p.homelessness_applications * p.homelessness_by_situation[situation] if homeless else 0.0)
    further = p.reoffending_rate * p.offences_per_reoffender * p.offending_recent_share
    out.append(further * p.offending_by_situation[situation] if justice else 0.0)
    return out


@cache
def pence(key: tuple[int, ...], p: Any) -> dict[str, int]:
    """Return whole pence a month by line of the ledger, each rounded once."""
    prices = [x * p.price_rise_since_2024 for x in p.price_factor]
    costs = (
        p.gp_consultation_cost * prices[4], p.emergency_attendance_cost * prices[3],
        p.inpatient_episode_cost * prices[4], p.outpatient_attendance_cost * prices[4],
        p.therapy_session_cost * prices[1], p.mental_health_contact_cost * prices[3],
        p.mental_health_bed_day_cost * prices[3], p.social_care_year_cost * prices[5],
    )  # fmt: skip
    used = contacts_a_year(key, p)
    pounds: dict[str, float] = {}
    for line, cost, contacts in zip(NHS, costs, used, strict=False):
        pounds[line] = pounds.get(line, 0.0) + cost * contacts
    pounds["council_homelessness"] = used[8] * p.homelessness_application_cost * prices[2]
    pounds["justice_police"] = used[9] * p.arrests_per_offence * p.arrest_cost * prices[0]
    pounds["justice_courts"] = used[9] * p.court_cost_per_offence * prices[5]
    custody = p.prison_years_per_offence * p.prison_year_cost * prices[4]
    pounds["justice_prison_probation"] = used[9] * (custody + p.probation_cost_per_offence * prices[5])
    return {line: round(ten_digits(100 * amount / 12)) for line, amount in pounds.items()}
