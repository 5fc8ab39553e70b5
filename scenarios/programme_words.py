"""The words of the catalogue of services: kinds of programme, ways in, who leads and pays; holds no numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ActsOn = Literal["client", "employer"]


@dataclass(frozen=True)
class Kind:
    """One kind of programme: its title, whether it changes the client or the employer, and what it does.

    `keeps_workers`: help goes on in a job. `job`: when some clients are placed in a job, at the start or the end.
    """

    title: str
    acts_on: ActsOn
    does: str
    keeps_workers: bool = False
    job: Literal["", "start", "end"] = ""


KINDS: dict[str, Kind] = {
    "ips_severe_mental": Kind(
        "individual placement and support for severe mental illness", "client", "more job finding, longer tenure"
    ),
    "ips_primary_care": Kind(
        "individual placement and support in primary care", "client", "job finding, by an effect drawn per Place"
    ),
    "supported_employment": Kind(
        "supported employment for learning disability and autism", "client", "job finding and tenure in carved jobs"
    ),
    "skills_training": Kind("skills training", "client", "a level or another sector, with fewer looks at first"),
    "financed_retraining": Kind("retraining paid for", "client", "a level or another sector, after a long time"),
    "key_worker_support": Kind("key-worker support", "client", "some more job finding"),
    "intensive_outreach": Kind("intensive outreach", "client", "wellbeing first, job finding later"),
    "supported_internship": Kind(
        "supported internship", "client", "a year at an employer that may become a job", job="end"
    ),
    "apprenticeship": Kind(
        "apprenticeship", "client", "a job with training, a level at the end", keeps_workers=True, job="start"
    ),
    "youth_mentoring": Kind("youth mentoring", "client", "wellbeing and some more job finding"),
    "volunteering": Kind("volunteering", "client", "wellbeing; a step towards a job"),
    "advice_on_prescription": Kind("advice on prescription", "client", "income and wellbeing, not jobs"),
    "work_and_health_advice": Kind(
        "work and health advice", "client", "an earlier return from sickness absence", keeps_workers=True
    ),
    "workplace_retention": Kind(
        "workplace retention", "client", "fewer exits from the job one has", keeps_workers=True
    ),
    "early_opportunities": Kind("early opportunities", "employer", "another ranking of applicants by anchor employers"),
    "employer_training": Kind(
        "training of employers", "employer", "hiring and keeping, centred on no effect", keeps_workers=True
    ),
    "workplace_adjustment": Kind(
        "workplace adjustment", "employer", "fewer exits to sickness, quicker return", keeps_workers=True
    ),
    "flexible_hours": Kind("flexible hours", "employer", "fewer exits, fewer refusals", keeps_workers=True),
    "first_refusal_vacancies": Kind(
        "vacancies with first refusal", "employer", "clients first in some vacancies", job="start"
    ),
    "travel_help": Kind("help with travel", "client", "fewer refusals where travel holds back"),
    "childcare_help": Kind("help with childcare", "client", "fewer refusals where childcare holds back"),
    "connect_to_work": Kind("Connect to Work", "client", "job finding, by an effect drawn per Place"),
}
"""Each is a treatment of its own, with its effects in `evidence/parameters/programmes/<kind>.yaml`."""

CHANNELS: dict[str, str] = {
    "jobcentre": "the Jobcentre",
    "primary_care": "primary care",
    "link_worker": "link workers",
    "employer": "employers",
    "outreach": "outreach by the voluntary sector",
    "self_referral": "coming by oneself",
}
EVERY_CHANNEL = "all"
"""Target of an item that stands for all ways in at once."""
TIERS = ("local", "regional", "national")
LEADS: dict[str, str] = {
    "local_authority": "the council",
    "combined_authority": "the combined authority",
    "nhs": "the NHS",
    "dwp": "the Department for Work and Pensions",
    "voluntary": "the voluntary sector",
    "employer": "employers",
    "provider": "a contracted provider",
    "partnership": "a partnership",
    "not_stated": "a body that the documents don't state",
}
PILLARS: dict[str, str] = {
    "preparation": "preparation",
    "prevention": "prevention",
    "early_intervention": "early intervention",
    "longer_term_change": "longer-term change",
}
STATUSES = ("running", "pilot", "planned", "ended")
RUNNING = ("running", "pilot")
"""Statuses of programmes that take clients now; the others take part in a scenario that says so."""
EXCLUSION_REASONS: dict[str, str] = {
    "out_of_work_only": "out of work only",
    "in_work_only": "in work only",
    "not_on_another_programme": "not on another programme",
    "condition_needed": "a health condition is needed",
    "no_condition_allowed": "no health condition is allowed",
    "diagnosis_needed": "a diagnosis is needed",
    "declared_condition_needed": "the condition has to be declared",
    "claimants_only": "claimants only",
    "not_in_education": "not in education",
    "age_limit": "outside the age band",
    "residents_only": "residents only",
}
FUNDER_KINDS = (
    "national_government",
    "combined_authority",
    "local_authority",
    "nhs",
    "european",
    "charity",
    "employer",
    "developer",
    "social_investor",
    "partnership",
    "not_stated",
)
FUNDER_STATUSES = ("running", "planned", "ended")
PROGRAMME = "programme"
TREATMENTS = ("channel", "employer_attribute", "fund", "subsidy", "not_simulated")
"""What becomes of an item of the documents that is no programme."""
EMPLOYER_ATTRIBUTES: dict[str, str] = {
    "disability_confident": "member of Disability Confident",
    "fair_employment_charter": "signed the Fair Employment Charter",
    "anchor_institution": "anchor institution",
    "healthy_workplace_charter": "signed a healthy workplace charter",
    "hidden_disabilities_sunflower": "recognises hidden disabilities",
    "reports_employment_practice": "reports on employment of disabled people",
}
COST_UNITS: dict[str, str] = {
    "per_start": "pounds per start",
    "per_month": "pounds per month",
    "per_outcome": "pounds per outcome",
}
