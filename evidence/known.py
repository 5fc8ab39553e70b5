"""The words evidence files may use for units, confidence, roles and measures; it holds no values."""

from __future__ import annotations

CONFIDENCES = ("high", "medium", "low", "derived", "proxy", "assumption", "definition")
"""Grades of a value; `assumption` is a judgement without a source, `definition` a code or a threshold of ours."""

ASSUMPTION = "assumption"
"""Id of the source of every value that no publication gives, and the grade that goes with it."""

DEFINITION = "definition"

DISTRIBUTIONS = ("normal", "lognormal", "beta", "gamma", "uniform", "triangular", "fixed")

ROLES = ("fit", "holdout")

REGION = "region"
"""Area of a target that concerns the whole region."""

DURATION_BANDS = ("0-3m", "3-6m", "6-12m", "1-2y", "2-3y", "3-4y", "4-5y", "5y+")

MEASURES = (
    "population",
    "employed_share",
    "unemployed",
    "long_term_sick",
    "inactive_other",
    "signed_off",
    "employment_rate",
    "inactivity_rate",
    "long_term_sick_rate",
    "sick_to_work_12m",
    "leave_work_limiting_year",
    "absence_rate_with_condition",
    "absence_rate_without_condition",
    "employment_rate_disabled",
    "employment_gap_disabled",
    "hazard_EU",
    "hazard_EI",
    "hazard_UE",
    "hazard_UI",
    "hazard_IE",
    "hazard_IU",
    "ue_ratio_short_long",
    *(f"unemployment_duration_share[{band}]" for band in DURATION_BANDS),
    "exit_ratio_1_condition",
    "exit_ratio_2_conditions",
    "exit_ratio_3_conditions",
    "vacancies_per_unemployed",
)
"""Measures that a target may name; the model provides each of them under the same name."""

UNIT_WORDS = (
    # people, jobs and things counted
    "persons", "residents", "employees", "households", "heads", "participants", "claimants", "starts", "employers",
    "enterprises", "establishments", "jobs", "vacancies", "slots", "looks", "applications", "places", "children",
    "conditions", "programmes", "claims", "contacts", "count", "person", "employer", "seeker", "job", "start",
    "contact", "attendance", "episode", "consultation", "incident", "arrest", "eviction", "application", "bed day",
    "vacancy", "slot", "claim", "claimant", "child", "participant", "household", "employee", "look", "placement",
    # money
    "pounds", "pence", "million pounds", "pound",
    # time
    "hours", "days", "weeks", "months", "years", "hour", "day", "week", "month", "quarter", "year",
    # proportions and pure numbers
    "share", "percent", "percentage points", "ratio", "rate ratio", "hazard ratio", "odds ratio", "risk ratio",
    "multiplier", "elasticity", "exponent", "probability", "log odds", "index", "none", "code", "weight",
    # scores
    "points", "score", "standard deviations", "standardised mean difference", "life satisfaction points",
)  # fmt: skip
"""Words a unit is made of: one word, or words joined by `per` (`per month`, `pounds per week`), or `percent of ...`."""
