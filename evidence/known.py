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
    "economic_activity_rate",
    "unemployment_rate",
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

CONFLICT_KINDS = ("two_figures", "region_total", "shares", "part_of_whole")
"""Ways in which targets contradict each other: two figures of the same thing, Places against the region, shares of one
whole that do not add up, and a part above its whole."""

SCORE_MEASURES: dict[str, tuple[str, str]] = {
    "disability_employment_gap": ("percentage points", "at_most"),
    "neet": ("percent", "at_most"),
    "learning_disability_employment": ("percent", "at_least"),
    "secure_living_wage": ("percent", "at_least"),
    "long_term_sick": ("percent", "at_most"),
    "low_income": ("percent", "at_most"),
}
"""Measures of the strategy scorecard that a region may set a target for: the unit, and on which side a target lies."""

OF_THE_START = "percent of the start"
"""Unit of a target that is a multiple of the measure's own value when the policy began."""

UNIT_WORDS = (
    # people, jobs and things counted
    "persons", "residents", "employees", "households", "heads", "participants", "claimants", "starts", "employers",
    "enterprises", "establishments", "jobs", "vacancies", "slots", "looks", "applications", "places", "children",
    "conditions", "programmes", "claims", "contacts", "count", "person", "employer", "seeker", "job", "start",
    "contact", "attendance", "episode", "consultation", "incident", "arrest", "eviction", "application", "bed day",
    "vacancy", "slot", "claim", "claimant", "child", "participant", "household", "employee", "look", "placement",
    "caseworkers", "caseworker", "outcome", "session", "offences", "offence",
    # money
    "pounds", "pence", "million pounds", "pound",
    # time
    "hours", "days", "weeks", "months", "years", "hour", "day", "week", "month", "quarter", "year",
    # proportions and pure numbers
    "share", "percent", "percentage points", "ratio", "rate ratio", "hazard ratio", "odds ratio", "risk ratio",
    "multiplier", "elasticity", "exponent", "probability", "log odds", "log ratio", "index", "none", "code", "weight",
    # scores
    "points", "score", "standard deviations", "standardised mean difference", "life satisfaction points",
)  # fmt: skip
"""Words a unit is made of: one word, or words joined by `per` (`per month`, `pounds per week`), or `percent of ...`."""

PROGRAMME_EFFECTS: dict[str, tuple[str, float, float]] = {
    "job_entry_ratio": ("hazard ratio", 0.1, 20),
    "looks_ratio_while_on": ("ratio", 0, 1),
    "retention_ratio": ("hazard ratio", 0.1, 10),
    "absence_return_ratio": ("hazard ratio", 0.1, 10),
    "recovery_ratio": ("hazard ratio", 0.1, 10),
    "sick_exit_ratio": ("hazard ratio", 0.1, 10),
    "qualification_gain": ("share", 0, 1),
    "sector_change": ("share", 0, 1),
    "refusal_ratio": ("ratio", 0, 5),
    "ranking_points": ("points", -300, 300),
    "health_penalty_ratio": ("ratio", 0, 5),
    "conversion": ("share", 0, 1),
    "wellbeing_points": ("life satisfaction points", -5, 5),
    "income_pounds_month": ("pounds per month", 0, 2000),
    "effect_delay_months": ("months", 0, 60),
    "effect_half_life_months": ("months", 0.5, 600),
    "drop_out": ("per month", 0, 1),
    "attrition_waiting": ("per month", 0, 1),
    "completion_months": ("months", 0, 60),
    "site_sd": ("log ratio", 0, 2),
}
"""What a kind of programme may change: the unit, and the lowest and highest number that value and interval may hold.

Ratios multiply a monthly hazard (job entry, leaving work, return from absence, recovery, leaving work for long-term
sickness), the looks of a client while on the programme, the chance that he refuses a job, or what an employer takes off
for ill health. Shares are of those who finish: gaining a level, changing sector, staying in the job that the programme
gave. Drop-out and attrition are monthly. `site_sd` spreads the log of the effect between Places.
"""

LINE_BASES = ("rules", "average", "price")
"""How the amount of a ledger line comes about: by law or contract, as cases times an average cost, by a programme."""

LINE_GRADES = ("high", "medium", "low", "assumption")
"""Grades of evidence behind a ledger line, in the order of the multipliers for optimism bias."""

LINE_KINDS = ("transfer", "output", "resource", "subsidy")
"""What a ledger line is to society; a subsidy is a resource or, by choice, a transfer."""

APPRAISAL_TERMS: dict[str, tuple[str, float, float, int]] = {
    "price_growth": ("percent per year", -5, 20, 1),
    "wellby": ("pounds per life satisfaction points per year", 0, 100_000, 1),
    "wellby_price_year": ("year", 1990, 2100, 1),
    "wellbeing_not_of_income": ("share", 0, 1, 1),
    "wellbeing_gap": ("life satisfaction points", 0, 5, 1),
    "weight_elasticity": ("elasticity", 0, 5, 1),
    "bias_costs": ("multiplier", 1, 5, len(LINE_GRADES)),
    "bias_benefits": ("multiplier", 0, 1, len(LINE_GRADES)),
    "yearly_survival": ("share", 0, 1, 1),
    "retention_years": ("years", 1, 60, 1),
    "allowance_share": ("share", 0, 1, 1),
}
"""Terms of an appraisal: the unit, the lowest and highest number that value and interval may hold, how many numbers."""
