"""Moves between unemployment and inactivity that are not about health: study, caring, retirement, giving up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from scenarios.vocabulary import State
from simulation.covariates import Covariates, Floats, Transition, pick

REASONS = {
    "student": State.STUDENT,
    "caring": State.CARING,
    "retired": State.RETIRED,
    "other_inactive": State.OTHER_INACTIVE,
}


@dataclass(frozen=True)
class ParticipationParameters:
    """Values of evidence/parameters/participation.yaml; tuples by age band unless the name says otherwise."""

    employed_to_student: tuple[float, ...]
    employed_to_caring: tuple[float, ...]
    employed_to_retired: tuple[float, ...]
    employed_to_other_inactive: tuple[float, ...]
    unemployed_ratio: float
    caring_by_sex: tuple[float, ...]
    giving_up_build_up: float
    exit_by_severity: tuple[float, ...]
    student_to_unemployed: tuple[float, ...]
    caring_to_unemployed: tuple[float, ...]
    retired_to_unemployed: tuple[float, ...]
    other_inactive_to_unemployed: tuple[float, ...]
    return_by_qualification: tuple[float, ...]
    inactive_decay: float


def _leave(x: Covariates, p: ParticipationParameters, reason: str, ratio: float) -> Floats:
    rate = pick(getattr(p, f"employed_to_{reason}"), x.age_band) * ratio
    if reason == "caring":
        rate = rate * pick(p.caring_by_sex, x.sex)
    return rate * pick(p.exit_by_severity, x.severity)


def from_work(reason: str, x: Covariates, p: ParticipationParameters) -> Floats:
    """Return the hazard of leaving work for one reason of inactivity, per month.

    Parameters
    ----------
    reason : one of REASONS.
    x : covariates.
    p : parameters.
    """
    return _leave(x, p, reason, 1.0)


def from_unemployment(reason: str, x: Covariates, p: ParticipationParameters) -> Floats:
    """Return the hazard of giving up looking, for one reason, per month once the spell is long.

    Parameters
    ----------
    reason : one of REASONS.
    x : covariates.
    p : parameters.
    """
    return _leave(x, p, reason, p.unemployed_ratio)


def giving_up_shape(spell: Floats, p: ParticipationParameters) -> Floats:
    """Return the share of that hazard by completed months of unemployment, rising from `giving_up_build_up`."""
    return p.giving_up_build_up + (1.0 - p.giving_up_build_up) * np.minimum(1.0, spell / 12.0)


def to_unemployment(reason: str, x: Covariates, p: ParticipationParameters) -> Floats:
    """Return the hazard of starting to look for work after one reason of inactivity, per month.

    Parameters
    ----------
    reason : one of REASONS.
    x : covariates.
    p : parameters.
    """
    rate = pick(getattr(p, f"{reason}_to_unemployed"), x.age_band) * pick(p.return_by_qualification, x.qualification)
    return rate * pick(p.exit_by_severity, 0 * x.severity)


def return_shape(spell: Floats, p: ParticipationParameters) -> Floats:
    """Return that hazard relative to the first month, by completed months of inactivity."""
    out: Floats = np.exp(-p.inactive_decay * spell)
    return out


def _transitions() -> tuple[Transition, ...]:
    out: list[Transition] = []
    for reason, state in REASONS.items():
        out += [
            Transition(f"work_to_{reason}", State.EMPLOYED, reason, partial(from_work, reason), None, "inactive"),
            Transition(
                f"unemployment_to_{reason}",
                State.UNEMPLOYED,
                reason,
                partial(from_unemployment, reason),
                giving_up_shape,
                "inactive",
            ),
            Transition(
                f"{reason}_to_unemployment", state, "unemployed", partial(to_unemployment, reason), return_shape
            ),
        ]
    return tuple(out)


TRANSITIONS = _transitions()
