"""What one run of one arm leaves behind: monthly counts, the ledger, and one record a resident for pairing."""

from __future__ import annotations  # constants of kernels

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from simulation.funding.output import FundingOutput

FLOW_ITEMS = ("hires", "job_to_job", "separations", "absence_starts", "absence_returns", "arrivals", "leavers")
"""Monthly counts by Place beside the state-to-state moves."""
SUBSIDY_ITEMS = ("eligible", "reached", "started", "active", "finished", "kept", "dropped_out", "months_paid")
"""Monthly counts by subsidy and Place: people who meet the rule and look for work this month; of them, those
who hold an offer; starts; people in a subsidised job at the month's end; placements that reached their
length; of them, those kept on; placements left early; months of subsidy paid."""
SERVICE_ITEMS = (
    "referred",
    "rejected_rules",
    "rejected_money",
    "rejected_full",
    "rejected_triage",
    "withdrawn",
    "no_longer_eligible",
    "left_waiting",
    "started",
    "finished",
    "into_work",
    "dropped_out",
    "moved_on",
    "left",
    "placed",
    "lost",
    "waiting",
    "active",
    "days_waited",
)
"""Monthly counts by service and Place. Referred, and what became of it: shut out by the service's own rules, by its
funders', because the year's starts are used up, at the first conversation; gave up the wait, met the rules no longer,
left the region or the age range while waiting; started. Of those helped: finished without a new job, left for a job
that they found while being helped, dropped out, moved on to another service, left the region or the age range.
Placed in a job. Lost: rejected by rules, by money or by a full list, and not referred on. Waiting and being helped at
the month's end. Days waited by those who started."""
MICRO = 1_000_000
"""Expected contacts with public services are counted in millionths, so that their sums are exact."""
INCENTIVE_ITEMS = ("employers", "workers")
"""Monthly counts by incentive and Place: employers there who take part, workers living there whom it concerns and who
are paid for, both at the month's end."""
LIVE_GROUPS = ("place", "age_band", "sex", "ethnicity", "health", "state", "cohort", "deprivation", "unemployed_months")
"""Columns of `ResidentRecord.groups`, all taken at the start of the policy, before it can act."""
NEED_GROUPS = ("qualification", "conditions", "meets")
"""Further columns of it, for who needs help against who gets it: conditions as a bit mask; `meets`, where rules were
handed to the run, has bit k % 64 of word k // 64 set where the k-th of them holds, shape (residents, words)."""

SCORE_ITEMS = (
    "employed_disabled",
    "employed_others",
    "neet",
    "employed_learning_disability",
    "secure_living_wage",
    "long_term_sick",
    "low_income",
)
"""What the scorecard counts: residents in work with a work-limiting condition, among all with one; the same without
one; not in work and not studying, among those under 25; in work with a learning disability or autism, among all with
one; employees in secure jobs paid at least the real Living Wage, among residents in work; long-term sick, among all;
below the low-income line, among all."""


@dataclass(frozen=True)
class Scores:
    """Snapshots of the scorecard: at the end of the month before the policy, and of every twelfth month after it.

    Shapes: N snapshots, P Places. `months`: (N,) month numbers. `counts`: (N, P, len(SCORE_ITEMS), 2), residents
    who count and those they are counted among. `living_wage_pence`: the real Living Wage at each snapshot, pence an
    hour, (N,). `line_pence`: the low-income line, pence a month for a single adult, `line_share` of the median;
    `couple_needs`: a couple's needs relative to a single adult's.
    """

    months: NDArray[np.int16]
    counts: NDArray[np.int64]
    living_wage_pence: NDArray[np.int64]
    line_pence: int
    line_share: float
    couple_needs: float


@dataclass(frozen=True)
class ResidentRecord:
    """One row a resident: what pairing compares between two arms that share their draws.

    `work`, `unemployed` and `subsidised` hold a bit a policy month (bit t of word w is month 64 w + t; set
    where the resident was in that state at the month's end). `left` is the policy month in which the
    resident of the policy's start was replaced in his row (the horizon where he never was): bits from
    then on belong to his successor. `first_start` is the policy month of his first subsidised start, or -1;
    `start_subsidy` the index of that subsidy; `first_help` and `help_service` the same of a service.
    """

    work: NDArray[np.uint64]
    unemployed: NDArray[np.uint64]
    subsidised: NDArray[np.uint64]
    left: NDArray[np.int16]
    first_start: NDArray[np.int16]
    start_subsidy: NDArray[np.uint8]
    first_help: NDArray[np.int16]
    help_service: NDArray[np.uint8]
    groups: dict[str, NDArray[np.generic]]


@dataclass(frozen=True)
class RunOutput:
    """One arm of one run.

    Shapes: T months (history first, then the policy's horizon), P Places, A = P + areas outside the region,
    B age bands, X sexes, E ethnicities, H health (2), S states, K subsidies, L ledger lines. Stocks are at the
    month's end. Money is whole pence, nominal.
    """

    arm: str
    seed: int
    draw: int
    months: NDArray[np.int16]
    policy_month: int
    sample: int
    stocks: NDArray[np.int32]
    """(T, P, B, X, E, H, S)"""
    moves: NDArray[np.int32]
    """(T, P, S, S): residents who left state s for state t during the month."""
    flows: NDArray[np.int32]
    """(T, P, len(FLOW_ITEMS))"""
    claimants: NDArray[np.int32]
    """(T, P, B): people on Universal Credit who must look for work (the claimant-count definition)."""
    slots: NDArray[np.int64]
    """(T, A, 2): ordinary slots and filled ordinary slots."""
    places: NDArray[np.int64]
    """(T, A, 2): programme places and filled programme places."""
    satisfaction: NDArray[np.int64]
    """(T, P): sum of life satisfaction, tenths of a point."""
    subsidies: NDArray[np.int64]
    """(T, K, P, len(SUBSIDY_ITEMS))"""
    subsidy_names: tuple[str, ...]
    ledger: NDArray[np.int64]
    """(T, P, L): pence by line of `simulation.ledger.LINES`."""
    service_use: NDArray[np.int64]
    """(T, P, C): expected contacts with public services in the month, in millionths, for the C kinds of contact of
    `processes.public_services.CONTACTS`."""
    services: NDArray[np.int32]
    """(T, J, P, len(SERVICE_ITEMS)) for J services"""
    service_places: NDArray[np.int32]
    """(T, J): people that a service can help at once"""
    service_names: tuple[str, ...]
    state_hash: NDArray[np.uint64]
    """(T,): hash of the whole state at the month's end."""
    records: ResidentRecord | None
    seconds: float
    moves_by_age: NDArray[np.int32] | None = None
    """(T, P, B, S + 1, S + 1): moves by age band; index S is outside the region (arrivals, leavers)."""
    ageing: NDArray[np.int32] | None = None
    """(T, P, B, S): residents who grew into the age band, by state at the month's start."""
    incentives: NDArray[np.int64] | None = None
    """(T, I, P, len(INCENTIVE_ITEMS)) for I incentives to employers; None where the arm has none"""
    scores: Scores | None = None
    """snapshots of the scorecard; None where none was taken"""
    funding: FundingOutput | None = None
    """what became of the money of services; None where no funds bind them"""
