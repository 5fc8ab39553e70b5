"""The worth of one more job as a table: pounds a year by prior state, hours and trait, and what it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.job_values import PRIOR_STATES, JobValues
from simulation.taxben.moves import MOVE_ITEMS, N_EXCHEQUER

if TYPE_CHECKING:
    from pandas import DataFrame

EVERYBODY = "all"
FEWEST = 10
"""Fewest people of the sample behind a figure that is shown."""
POUNDS_A_YEAR = 12 / 100
COLUMNS = (
    "prior_state", "hours_week", "trait", "residents", "exchequer", "exchequer_p10", "exchequer_p90", *MOVE_ITEMS,
)  # fmt: skip
WORDS = {
    "unemployed_under_12_months": "unemployed, under 12 months",
    "unemployed_12_months_or_more": "unemployed, 12 months or more",
    "long_term_sick": "long-term sick",
    "caring": "caring",
    "other_inactive": "other inactive",
    EVERYBODY: "everybody out of work",
}


def value_frame(found: JobValues, sample: int) -> DataFrame:
    """Return one row a prior state (and all of them), weekly hours and trait (and none), in pounds a year.

    `residents` are those out of work, at full scale; `exchequer` is the mean gain of the public purse from one of them
    taking such a job, with the 10th and 90th percentile over residents; then the means of its parts, pay, and what the
    resident's unit keeps. Rows with fewer than ten people of the sample are left out.

    Parameters
    ----------
    found : what a job would change for each resident.
    sample : one resident in so many.
    """
    import pandas as pd

    pounds = found.pence * POUNDS_A_YEAR
    exchequer = pounds[..., :N_EXCHEQUER].sum(axis=2)
    everyone = np.ones(len(found.state), np.bool_)
    rows = []
    for position, name in enumerate((*PRIOR_STATES, EVERYBODY)):
        of_state = everyone if name == EVERYBODY else found.state == position
        for trait, holds in {EVERYBODY: everyone, **found.traits}.items():
            mine = of_state & holds
            if mine.sum() < FEWEST:
                continue
            for h, hours in enumerate(found.hours):
                low, high = np.percentile(exchequer[mine, h], (10, 90))
                means = pounds[mine, h].mean(axis=0)
                total = float(exchequer[mine, h].mean())
                band = (total, float(low), float(high))
                rows.append((name, hours, trait, int(mine.sum()) * sample, *band, *means.tolist()))
    return pd.DataFrame(rows, columns=list(COLUMNS))
