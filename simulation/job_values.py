"""What one more job would be worth to the exchequer, resident by resident, at a month of a run; it changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import State
from simulation.processes.public_services import LINES
from simulation.taxben.moves import MOVE_ITEMS, move_into_work

if TYPE_CHECKING:
    from simulation.model import RegionModel

LONG_MONTHS = 12
"""Months from which unemployment counts as long here."""
WORKING_AGE = 18 * 12
PRIOR_STATES = (
    "unemployed_under_12_months",
    "unemployed_12_months_or_more",
    "long_term_sick",
    "caring",
    "other_inactive",
)


@dataclass(frozen=True)
class JobValues:
    """Residents out of work from 18 on, and what a job would change; N residents, H hours.

    `state`: position in PRIOR_STATES, (N,); `traits`: name -> whether it holds of each, (N,); `pence`: a month, gains
    positive, (N, H, len(MOVE_ITEMS)).
    """

    hours: tuple[int, ...]
    state: NDArray[np.int64]
    traits: dict[str, NDArray[np.bool_]]
    pence: NDArray[np.int64]


def job_values(model: RegionModel, hours: tuple[int, ...]) -> JobValues:
    """Return what a job of each of these weekly hours would change for everybody out of work.

    Parameters
    ----------
    model : a model between two months, its payments settled.
    hours : weekly hours.
    """
    c, month = model.columns, model.month - 1
    spell = month - c.since.astype(np.int64)
    kind = np.select(
        [
            (c.state == State.UNEMPLOYED) & (spell < LONG_MONTHS),
            c.state == State.UNEMPLOYED,
            c.state == State.LONG_TERM_SICK,
            c.state == State.CARING,
            c.state == State.OTHER_INACTIVE,
        ],
        range(len(PRIOR_STATES)),
        -1,
    )
    rows = np.flatnonzero((kind >= 0) & (month - c.birth.astype(np.int64) >= WORKING_AGE))
    care = np.ascontiguousarray(model.visit.care[:, : len(LINES)])
    pence = np.zeros((rows.size, len(hours), len(MOVE_ITEMS)), np.int64)
    for h, hour in enumerate(hours):
        part = np.zeros((rows.size, len(MOVE_ITEMS)), np.int64)
        move_into_work(
            c, rows, hour, month, model.rates, model.pay, model.accounts.claiming, model.accounts.keys(model),
            model.start.tables.band, care, part,
        )  # fmt: skip
        pence[:, h] = part
    partner = np.maximum(c.partner[rows], 0)
    claims = c.award[rows] + np.where(c.partner[rows] >= 0, c.award[partner], 0) > 0
    traits = {
        "on_universal_credit": claims,
        "not_on_universal_credit": ~claims,
        "alone": c.partner[rows] < 0,
        "with_a_partner_in_work": (c.partner[rows] >= 0) & (c.state[partner] <= State.ABSENT),
        "with_a_partner_out_of_work": (c.partner[rows] >= 0) & (c.state[partner] > State.ABSENT),
        "with_children": c.child_until[rows] > month,
        "without_children": c.child_until[rows] <= month,
        "social_tenant": c.tenure[rows] == 1,
        "private_tenant": c.tenure[rows] == 2,
        "owner": c.tenure[rows] == 0,
    }
    return JobValues(hours, kind[rows].astype(np.int64), traits, pence)
