"""Who claims what, as the integers that the settlement reads, and what the gain from work does, by percent kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulation.columns import NO_GAIN
from simulation.processes.gain_from_work import GainParameters, refusal, search_ratio
from simulation.taxben.law import NO_LOCAL_ALLOWANCE
from simulation.taxben.units import Claiming
from simulation.thresholds import ONE, threshold

if TYPE_CHECKING:
    from scenarios.arm import BenefitsSpec
    from simulation.parameters import Parameters

NEVER_BEGINS = 1 << 20
"""Run month past every run's end."""


def claiming_tables(
    p: Parameters, local_rents: NDArray[np.float64] | None, benefits: Sequence[BenefitsSpec] = ()
) -> Claiming:
    """Return the integers of claiming.

    Parameters
    ----------
    p : parameters.
    local_rents : middle of private rents, pounds a month by Place; None where they are not known.
    benefits : what a scenario changes of the law, from its policy month on.
    """
    x = p.claiming
    trials = [change for change in benefits if change.trial_months]
    levels = np.cumsum(x.pip_levels) / np.sum(x.pip_levels)

    def share(value: float) -> int:
        return int(threshold(np.array([value]))[0])

    def pence(pounds: float) -> int:
        return round(pounds * 100)

    if local_rents is None:
        allowance = np.full(256, NO_LOCAL_ALLOWANCE, np.int64)
    else:
        allowance = np.rint(local_rents * x.local_allowance * 100).astype(np.int64)
    return Claiming(
        take_up=share(x.take_up),
        must_look=share(x.must_look_inactive),
        contributory=share(x.contributory_take_up),
        contribution_months=int(x.contribution_months),
        jsa_months=int(x.jobseekers_months),
        pip=threshold(np.minimum(np.array(x.pip_by_severity, float), 1.0)).astype(np.int64),
        pip_level=threshold(levels).astype(np.int64),
        carer=share(x.carer_element_share),
        childcare=share(x.formal_childcare),
        childcare_until=int(x.childcare_age),
        childcare_cost=pence(x.childcare_pounds),
        keeps_element=share(x.keeps_health_element),
        element_months=int(x.health_element_months),
        trial_months=trials[0].trial_months if trials else 0,
        trial_from=trials[0].from_month if trials else NEVER_BEGINS,
        local_allowance=allowance,
        tax_support=pence(x.council_tax_support_pounds),
        tax_support_taper=round(x.council_tax_support_taper * 10000),
        child_benefit=share(x.child_benefit_take_up),
        handling=pence(x.claim_pounds),
        new_claim=pence(x.new_claim_pounds),
        part_time_reach=round(p.gain_from_work.part_time_reach * ONE),
    )


def search_by_keep(p: GainParameters) -> NDArray[np.int64]:
    """Return what the gain from work multiplies search with by `Columns.keep`, 16-bit fixed point, shape (256,)."""
    ratio = np.rint(search_ratio(np.minimum(np.arange(NO_GAIN + 1), 100) / 100, p) * ONE).astype(np.int64)
    ratio[NO_GAIN] = ONE
    return ratio


def refusal_by_keep(p: GainParameters) -> NDArray[np.int64]:
    """Return the 32-bit threshold of turning a job down by `Columns.keep`, shape (256,)."""
    chance = threshold(refusal(np.minimum(np.arange(NO_GAIN + 1), 100) / 100, p)).astype(np.int64)
    chance[NO_GAIN] = 0
    return chance
