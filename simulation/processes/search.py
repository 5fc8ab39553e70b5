"""Search: who looks for a job without being unemployed, and how many employers a seeker looks at a month."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from scenarios.vocabulary import State
from simulation.covariates import Covariates, Floats, Transition, pick


@dataclass(frozen=True)
class SearchParameters:
    """Values of evidence/parameters/search.yaml."""

    on_the_job: float
    on_the_job_by_age_band: tuple[float, ...]
    on_the_job_tenure_decay: float
    long_term_sick: float
    long_term_sick_by_severity: tuple[float, ...]
    student: tuple[float, ...]
    caring: tuple[float, ...]
    retired: tuple[float, ...]
    other_inactive: tuple[float, ...]
    by_qualification: tuple[float, ...]
    inactive_decay: float
    looks: tuple[int, ...]
    looks_by_cohort: tuple[int, ...]
    own_sector: float


def on_the_job(x: Covariates, p: SearchParameters) -> Floats:
    """Return the share of people in work who look for another job in a month."""
    return p.on_the_job * pick(p.on_the_job_by_age_band, x.age_band)


def tenure_shape(spell: Floats, p: SearchParameters) -> Floats:
    """Return the search on the job relative to the first month in it."""
    out: Floats = np.exp(-p.on_the_job_tenure_decay * spell)
    return out


def long_term_sick(x: Covariates, p: SearchParameters) -> Floats:
    """Return the share of long-term sick people who look in a month."""
    return p.long_term_sick * pick(p.long_term_sick_by_severity, x.severity)


def inactive(reason: str, x: Covariates, p: SearchParameters) -> Floats:
    """Return the share of people inactive for one reason who look in a month.

    Parameters
    ----------
    reason : name of the state.
    x : covariates.
    p : parameters.
    """
    return pick(getattr(p, reason), x.age_band) * pick(p.by_qualification, x.qualification)


def inactive_shape(spell: Floats, p: SearchParameters) -> Floats:
    """Return that share relative to the first month of inactivity."""
    out: Floats = np.exp(-p.inactive_decay * spell)
    return out


TRANSITIONS = (
    Transition("search_on_the_job", State.EMPLOYED, "search", on_the_job, tenure_shape),
    Transition("search_long_term_sick", State.LONG_TERM_SICK, "search", long_term_sick, inactive_shape),
    Transition("search_student", State.STUDENT, "search", partial(inactive, "student"), inactive_shape),
    Transition("search_caring", State.CARING, "search", partial(inactive, "caring"), inactive_shape),
    Transition("search_retired", State.RETIRED, "search", partial(inactive, "retired"), inactive_shape),
    Transition("search_other", State.OTHER_INACTIVE, "search", partial(inactive, "other_inactive"), inactive_shape),
)
