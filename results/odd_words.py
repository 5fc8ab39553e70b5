"""What each column of residents and employers means, in a line; names and types come from the code itself."""

from __future__ import annotations

RESIDENT_WORDS: dict[str, str] = {
    # who
    "id": "number of the person; whoever takes over the row has another",
    "place": "Place of residence",
    "birth": "month of birth",
    "sex": "sex",
    "ethnicity": "ethnic group",
    "qualification": "highest qualification",
    "deprivation": "national quintile of the neighbourhood's deprivation, 1 the most deprived",
    "cohort": "flags of the cohorts he belongs to",
    "barriers": "flags: transport, childcare",
    "ability": "what employers value beyond what is listed here, points (standard deviation 100); also moves pay",
    # household
    "unit": "row of the head of his benefit unit",
    "partner": "row of his partner, -1 without one",
    "child_birth": "months of birth of up to four children under the age limit, eldest first",
    "tenure": "owner, social or private tenant",
    "rent": "pounds a month",
    # activity
    "state": "activity state, exactly one of eight",
    "since": "month in which the present spell began",
    "work_history": "which of the 24 months before the last move in or out of work were spent in work",
    "work_since": "month of the last move in or out of work",
    # job
    "employer": "row of the employer, -1 without one",
    "hired": "month in which the present job began",
    "slot": "0 in an ordinary slot, else the subsidy whose programme place he holds, + 1",
    "hours": "hours a week",
    "pay": "pence an hour",
    "insecure": "1 on a temporary or zero-hours contract",
    "sector": "industry of the job, or of the last one",
    # health
    "conditions": "flags of the conditions he has",
    "diagnosed": "flags of those diagnosed",
    "declared": "flags of those an employer knows of",
    "severity": "how far health limits work, 0 to 3",
    "treatment": "month in which treatment begins or began",
    # benefit and programmes
    "benefit": "kind of Universal Credit claim",
    "claim_since": "month in which the claim began",
    "programme": "subsidy of the present job, + 1",
    "programme_since": "month in which that placement began",
    "completed": "flags of subsidies completed",
    "satisfaction": "life satisfaction, tenths of a point on the scale from 0 to 10",
    # the engine's own
    "timer": "month of the next visit that is due: a birthday, a child's, a term of an award",
    "exit_class": "class that bounds the chance of leaving the state, for speed only",
    "health_class": "class that bounds the chance of a change of health, for speed only",
    "gross": "pay of the job, pence a month",
    "gross_kind": "what sort of pay that is: wage, young worker's, self-employment, sick pay",
    "award": "Universal Credit of the benefit unit, pence a month, kept at its head",
    "unit_flows": "what the benefit unit is paid by ledger line, pence a month, kept at its head",
    "pip": "levels of Personal Independence Payment: three times daily living, plus mobility",
    "contributory": "kind of new-style benefit",
    "limited": "kind of health element of Universal Credit, 0 without",
    "keep": "percent of a job's gross pay that would be left to him, out of work",
    "offer": "subsidy offered this month, + 1",
    "cell": "cell of the counts that he is in",
    "child_until": "month in which the youngest child turns 18",
    "counted": "age band under which he counts as a claimant, + 1",
    "help": "service whose effect he carries, + 1",
    "help_since": "month in which that help began",
    "help_state": "flags: waits for a service, is helped, has completed one, is to be placed in a job now",
    "care": "class of use of public services",
}
"""Column of residents -> meaning."""

EMPLOYER_WORDS: dict[str, str] = {
    "area": "Place, or area outside the region",
    "sector": "industry",
    "kind": "enterprise, public body, self-employment of a Place and industry, or a workplace outside the region",
    "size": "slots in normal times",
    "slots": "ordinary slots now",
    "filled": "of them, filled",
    "standard": "hiring standard: points that an applicant must reach",
    "premium": "pay relative to the market, per mille",
    "inclusive": "1 where the perceived risk of ill health is discounted",
    "part_time": "part-time jobs, percent",
    "insecure": "insecure contracts, percent",
    "target": "slots wanted: size times demand, less what a higher minimum wage costs",
    "open": "1 where an ordinary slot is vacant",
    "places": "programme places, by subsidy",
    "places_filled": "of them, filled",
    "joins": "share of the employer's establishments that take part, by subsidy",
    "headcount": "slots and places filled when the policy began",
}
"""Column of employers -> meaning."""
