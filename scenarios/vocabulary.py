"""The words shared by YAML files and the engine: codes, column names and units.

A code is the position of its name in the tuple; both directions are used everywhere, so nothing else may
define a second list of states, conditions, flags or sectors.
"""

from __future__ import annotations

from enum import IntEnum

EPOCH_YEAR = 2025
"""Month 0 of every run is January of this year (the date of the regional evidence)."""


class State(IntEnum):
    """Activity state of a resident; exactly one at a time."""

    EMPLOYED = 0
    ABSENT = 1
    UNEMPLOYED = 2
    LONG_TERM_SICK = 3
    STUDENT = 4
    CARING = 5
    RETIRED = 6
    OTHER_INACTIVE = 7


STATES = (
    "employed",
    "sickness_absence",
    "unemployed",
    "long_term_sick",
    "student",
    "caring",
    "retired",
    "other_inactive",
)
IN_WORK = (State.EMPLOYED, State.ABSENT)
INACTIVE_OTHER = (State.STUDENT, State.CARING, State.RETIRED, State.OTHER_INACTIVE)

AGE_MIN_YEARS, AGE_MAX_YEARS = 16, 65
AGE_BANDS = ("16-17", "18-20", "21-24", "25-34", "35-49", "50-59", "60-64")
AGE_BAND_STARTS = (16, 18, 21, 25, 35, 50, 60)
SEXES = ("female", "male")
ETHNICITIES = ("white", "asian", "black", "mixed", "other")
QUALIFICATIONS = ("none", "level_1_2", "level_3", "level_4_plus")
HEALTH = ("no_work_limiting_condition", "work_limiting_condition")
"""Output dimension: severity 0 against severity 1-3."""
SEVERITIES = ("not_limiting", "mild", "moderate", "severe")
DEPRIVATION = ("1", "2", "3", "4", "5")
"""National quintile of the neighbourhood's deprivation; 1 is the most deprived fifth."""
TENURES = ("owner", "social_rent", "private_rent")

CONDITIONS = (
    "common_mental",
    "severe_mental",
    "musculoskeletal",
    "cardio_respiratory",
    "neurological",
    "learning_disability_autism",
    "substance",
    "other",
)
COHORTS = (
    "care_leaver",
    "justice_experience",
    "carer",
    "refugee",
    "veteran",
    "homeless",
    "neet",
    "socially_isolated",
    "poor_literacy",
    "digitally_excluded",
)
BARRIERS = ("transport", "childcare")


class Benefit(IntEnum):
    """Benefit status of a resident (of the claim he is part of)."""

    NONE = 0
    UC_SEARCHING = 1
    UC_HEALTH = 2
    UC_WORKING = 3
    UC_OTHER = 4


BENEFITS = ("none", "uc_searching", "uc_health", "uc_working", "uc_other")

SECTORS = (
    "agriculture",
    "utilities",
    "manufacturing",
    "construction",
    "motor_trades",
    "wholesale",
    "retail",
    "transport",
    "accommodation_food",
    "information",
    "finance",
    "property",
    "professional",
    "business_support",
    "public_administration",
    "education",
    "health",
    "arts_other",
)


class EmployerKind(IntEnum):
    """What a row of the employers' table stands for."""

    ENTERPRISE = 0
    PUBLIC_BODY = 1
    SELF_EMPLOYMENT = 2
    OUTSIDE = 3


def month_index(year: int, month: int) -> int:
    """Return the run's month number of a calendar month (0 = January of EPOCH_YEAR)."""
    return (year - EPOCH_YEAR) * 12 + month - 1


def month_name(index: int) -> str:
    """Return `YYYY-MM` of a run's month number."""
    year, month = divmod(index, 12)
    return f"{EPOCH_YEAR + year:04d}-{month + 1:02d}"


def parse_month(text: str) -> int:
    """Return the month number of `YYYY-MM`.

    Raises
    ------
    ValueError
        If the text is not a calendar month.
    """
    year, _, month = text.partition("-")
    if len(year) != 4 or len(month) != 2 or not (year + month).isdigit() or not 1 <= int(month) <= 12:
        raise ValueError(f"'{text}' is not a month; write it as YYYY-MM, for example 2026-04")
    return month_index(int(year), int(month))
