"""What employers who join an incentive offer beyond today's, how many join, and what it does to leaving and hiring.

What employers offer already is inside the measured hazards, so only those who join act. Who is concerned and by how
much is said here; the pass multiplies hazards with it for as long as the employer takes part.
"""

from __future__ import annotations  # constants of kernels

from dataclasses import dataclass

import numpy as np

from scenarios.vocabulary import State

OFFERS = ("adjustments", "flexible_hours")
ADJUSTMENTS, FLEXIBLE = 1, 2
"""Bits of what an employer offers."""
ADJUSTED, FLEXIBLE_SICK, FLEXIBLE_CARER = 1, 2, 4
"""Bits of what concerns a worker: adjustments for a declared condition, flexible hours for one, and for a carer."""
N_GROUPS = 8
_POUNDS = 100
_LEAVING = ("unemployed", "long_term_sick", "caring", "other_inactive")
_LEAVING_TO_CARE = ("unemployed", "caring", "other_inactive")


@dataclass(frozen=True)
class EmployerOfferParameters:
    """Values of evidence/parameters/employer_offers.yaml."""

    take_up: float
    take_up_per_100_pounds: float
    adjusted_absence: float
    adjusted_sick_exit: float
    adjusted_job_loss: float
    adjusted_return: float
    adjusted_health_penalty: float
    flexible_sick_leaving: float
    flexible_carer_leaving: float
    flexible_refusal: float


def share_that_joins(payment_pence: int, p: EmployerOfferParameters) -> float:
    """Return the share of eligible employers who join at a payment a month and worker: exponential in it, at most 1."""
    hundreds = payment_pence / (100 * _POUNDS)
    return float(min(1.0, p.take_up * np.exp(p.take_up_per_100_pounds * hundreds)))


def hazard_ratio(group: int, origin: State, destination: str, p: EmployerOfferParameters) -> float:
    """Return what an employer's offers multiply a worker's hazard with, 1 where they leave it alone.

    Both offers act side by side. Flexible hours act on a carer with a condition once, by the stronger of the two.

    Parameters
    ----------
    group : bits of what concerns the worker.
    origin : employed or absent.
    destination : destination of `thresholds.DESTINATIONS`; from absence, `search` is the return to work.
    p : parameters.
    """
    out = 1.0
    if group & ADJUSTED:
        out *= {
            (State.EMPLOYED, "sickness_absence"): p.adjusted_absence,
            (State.EMPLOYED, "long_term_sick"): p.adjusted_sick_exit,
            (State.ABSENT, "long_term_sick"): p.adjusted_sick_exit,
            (State.EMPLOYED, "unemployed"): p.adjusted_job_loss,
            (State.ABSENT, "unemployed"): p.adjusted_job_loss,
            (State.ABSENT, "search"): p.adjusted_return,
        }.get((origin, destination), 1.0)
    leaving = [1.0]
    if group & FLEXIBLE_SICK and destination in _LEAVING:
        leaving.append(p.flexible_sick_leaving)
    if group & FLEXIBLE_CARER and destination in _LEAVING_TO_CARE:
        leaving.append(p.flexible_carer_leaving)
    return out * min(leaving)
