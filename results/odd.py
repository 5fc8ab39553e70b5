"""The summary of the model by the elements of the ODD protocol, for reports; the full text is in the documentation."""

from __future__ import annotations

SUMMARY: tuple[tuple[str, str], ...] = (
    (
        "Purpose and patterns",
        "To test employment programmes before anyone pays for them: who gains and loses work, at what cost and "
        "saving to which agency. The patterns it is judged by are the region's employment, unemployment, long-"
        "term sickness and sickness absence by Place, monthly moves between states, spells of unemployment, and "
        "vacancies per unemployed.",
    ),
    (
        "Entities, state variables and scales",
        "Every resident aged 16 to 64, with age, sex, ethnicity, qualification, deprivation, household, activity "
        "state and its duration, work history, job, health conditions and severity, cohort flags, barriers and "
        "benefit; every employer with industry, Place and job slots. One step is a month; Places are local "
        "authorities.",
    ),
    (
        "Process overview and scheduling",
        "Each month in this order: ageing and arrivals; health; exits from states; ends of subsidies; opening and "
        "closing of job slots; eligibility and offers; hiring; money; wellbeing; counts. Each step sees what the "
        "one before left.",
    ),
    (
        "Design concepts",
        "Jobs are finite: seekers look at a limited number of employers, employers rank applicants on expected "
        "net value, and each keeps the best for its open slots. Deadweight and displacement emerge from this and "
        "are counted, not assumed. Every draw is a hash of seed, resident, month and decision, so that both arms "
        "share their chance resident by resident.",
    ),
    (
        "Initialisation",
        "A synthetic population matched to published margins by Place, employers from business counts, commuting "
        "from the Census; spells so that the baseline starts without a transient. History up to the policy's "
        "start is shared.",
    ),
    (
        "Input data",
        "Regional margins, business counts, commuting, tax and benefit rules by financial year, and behavioural "
        "parameters, each with unit, interval, source and grade of confidence.",
    ),
    (
        "Submodels",
        "Health, sickness absence, separation, participation, search, hiring, slots, subsidies, tax and benefits. "
        "Hazards are functions of state, age, sex, health, qualification, history, duration and Place.",
    ),
)
"""Element, text."""
