"""Every payment of a month: who pays, who receives, what for. Whole pence.

A line says once which accounts it moves money between, so each posting is double entry and a month sums to
zero over the accounts. What a line is worth to an appraiser is decided in `results`, not here.
"""

from __future__ import annotations  # constants of kernels

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

AGENCIES = ("DWP", "HMRC", "NHS", "local_authorities", "combined_authority", "justice")
"""Accounts inside the public purse that the lines of this module use."""
ACCOUNTS = (*AGENCIES, "employers", "residents", "other_funders", "providers")
SERVICE_PAYERS = {
    "national_government": "DWP",
    "nhs": "NHS",
    "local_authority": "local_authorities",
    "combined_authority": "combined_authority",
    "employer": "employers",
}
"""Kind of a service's funder -> account that pays; every other kind pays from `other_funders`."""
OTHER_FUNDERS = "other_funders"
INCENTIVE_LINES = {
    "DWP": "subsidy_incentive",
    "combined_authority": "local_subsidy_incentive",
    "local_authorities": "council_subsidy_incentive",
}
"""Payer of an incentive to employers -> the line of its payments."""


@dataclass(frozen=True)
class Line:
    """One kind of payment: its payer, its payee and how much of it is cash to the public purse."""

    name: str
    payer: str
    payee: str
    cashable: bool
    label: str


LINES = (
    Line("wages", "employers", "residents", False, "Wages"),
    Line("income_tax", "residents", "HMRC", True, "Income tax"),
    Line("employee_ni", "residents", "HMRC", True, "Employee National Insurance"),
    Line("employer_ni", "employers", "HMRC", True, "Employer National Insurance"),
    Line("statutory_sick_pay", "employers", "residents", False, "Statutory Sick Pay"),
    Line("uc_standard", "DWP", "residents", True, "Universal Credit: standard allowance"),
    Line("uc_health", "DWP", "residents", True, "Universal Credit: health element"),
    Line("uc_child", "DWP", "residents", True, "Universal Credit: children"),
    Line("uc_carer", "DWP", "residents", True, "Universal Credit: carers"),
    Line("uc_housing", "DWP", "residents", True, "Universal Credit: housing"),
    Line("uc_childcare", "DWP", "residents", True, "Universal Credit: childcare"),
    Line(
        "uc_taken_for_income", "residents", "DWP", True, "Universal Credit taken away for earnings and other benefits"
    ),
    Line("uc_taken_by_cap", "residents", "DWP", True, "Universal Credit taken away by the benefit cap"),
    Line("new_style_jsa", "DWP", "residents", True, "New-style Jobseeker's Allowance"),
    Line("new_style_esa", "DWP", "residents", True, "New-style Employment and Support Allowance"),
    Line("pip", "DWP", "residents", True, "Personal Independence Payment"),
    Line("claim_handling", "DWP", "providers", False, "Handling of claims"),
    Line("child_benefit", "HMRC", "residents", True, "Child Benefit"),
    Line("child_benefit_charge", "residents", "HMRC", True, "High Income Child Benefit Charge"),
    Line("council_tax_support", "local_authorities", "residents", True, "Council tax support"),
    Line("nhs_gp", "NHS", "providers", False, "General practice"),
    Line("nhs_emergency", "NHS", "providers", False, "Accident and emergency"),
    Line("nhs_inpatient", "NHS", "providers", False, "Hospital stays"),
    Line("nhs_outpatient", "NHS", "providers", False, "Hospital outpatients"),
    Line("nhs_talking_therapies", "NHS", "providers", False, "Talking therapies"),
    Line("nhs_secondary_mental_health", "NHS", "providers", False, "Secondary mental health care"),
    Line("council_social_care", "local_authorities", "providers", False, "Social care"),
    Line("council_homelessness", "local_authorities", "providers", False, "Homelessness"),
    Line("justice_police", "justice", "providers", False, "Police, of further offences"),
    Line("justice_courts", "justice", "providers", False, "Courts, of further offences"),
    Line("justice_prison_probation", "justice", "providers", False, "Prison and probation, of further offences"),
    Line("subsidy_wage", "DWP", "employers", True, "Subsidy: wage and employment cost"),
    Line("subsidy_grant", "DWP", "employers", True, "Subsidy: payments for a start"),
    Line("subsidy_support", "DWP", "residents", True, "Subsidy: wraparound support"),
    Line("subsidy_administration", "DWP", "employers", True, "Subsidy: administration"),
    Line("local_subsidy_wage", "combined_authority", "employers", True, "Local subsidy: wage and employment cost"),
    Line("local_subsidy_grant", "combined_authority", "employers", True, "Local subsidy: payments for a start"),
    Line("local_subsidy_support", "combined_authority", "residents", True, "Local subsidy: wraparound support"),
    Line("local_subsidy_administration", "combined_authority", "employers", True, "Local subsidy: administration"),
    Line("service_DWP", "DWP", "providers", True, "Services paid by national government"),
    Line("service_NHS", "NHS", "providers", True, "Services paid by the NHS"),
    Line("service_local_authorities", "local_authorities", "providers", True, "Services paid by councils"),
    Line(
        "service_combined_authority", "combined_authority", "providers", True, "Services paid by combined authorities"
    ),
    Line("service_employers", "employers", "providers", False, "Services paid by employers"),
    Line("service_other_funders", "other_funders", "providers", False, "Services paid by others, or payer not stated"),
    Line("advice_income", "DWP", "residents", True, "Benefits claimed after advice"),
    Line("subsidy_incentive", "DWP", "employers", True, "Incentive to employers for adjustments and flexible hours"),
    Line(
        "local_subsidy_incentive",
        "combined_authority",
        "employers",
        True,
        "Incentive of combined authorities to employers for adjustments and flexible hours",
    ),
    Line(
        "council_subsidy_incentive",
        "local_authorities",
        "employers",
        True,
        "Incentive of councils to employers for adjustments and flexible hours",
    ),
)
LINE_INDEX = {line.name: i for i, line in enumerate(LINES)}


def balances(pence: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    """Return the change of every account: pence received less pence paid.

    Parameters
    ----------
    pence : int64, shape (..., len(LINES))
        Payments by line.
    """
    out = {account: np.zeros(pence.shape[:-1], np.int64) for account in ACCOUNTS}
    for i, line in enumerate(LINES):
        out[line.payer] -= pence[..., i]
        out[line.payee] += pence[..., i]
    return out
