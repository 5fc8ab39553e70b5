"""Claiming benefits: who claims what he is entitled to, who must look for work, and what a claim rests on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ClaimingParameters:
    """Values of evidence/parameters/claiming.yaml."""

    take_up: float
    must_look_inactive: float
    pip_by_severity: tuple[float, ...]
    pip_levels: tuple[float, ...]
    contributory_take_up: float
    contribution_months: int
    jobseekers_months: int
    carer_element_share: float
    formal_childcare: float
    childcare_age: int
    childcare_pounds: float
    keeps_health_element: float
    health_element_months: int
    local_allowance: float
    council_tax_support_pounds: float
    council_tax_support_taper: float
    child_benefit_take_up: float
    claim_pounds: float
    new_claim_pounds: float
