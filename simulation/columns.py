"""The arrays that the compiled functions share, grouped into named tuples of one allocation each.

Named tuples keep the kernels' signatures readable; every array is allocated once before a run.
"""

from __future__ import annotations  # constants of kernels

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulation.employers import COLUMNS as EMPLOYER_COLUMNS
from simulation.employers import Employers
from simulation.residents import COLUMNS, NEVER, Residents

BLOCK = 16384
"""Rows of one block of the pass; results do not depend on it."""
SEEKERS_A_TASK, MAX_LOOKS = 256, 64
"""Seekers whose looks are worked out together; looks of one seeker in a month at most (six bits hold them)."""
CHILD_MONTHS = 18 * 12
"""Age at which a child no longer counts."""
UNIT_FLOWS = 12
"""Payments kept beside a benefit unit's head, `taxben.units` names them."""
NO_GAIN = 255
"""Value of `keep` of residents whose gain from work is not worked out: those in work, and arrivals in their month."""
WAITING, HELPED, COMPLETED, PLACED = 1, 2, 4, 8
"""Bits of `help_state`: in a service's line; being helped; has finished some service; to be placed in a job now."""
MAX_APPLICATIONS = 16
"""Longest list of applications of one seeker in one month."""


class Columns(NamedTuple):
    """Residents' columns as the kernels see them: COLUMNS of `residents` and those of the engine's own.

    `timer`: month of the next visit that is due: a birthday that changes the age band, the 65th, a child's, a job's
    passing into another class of tenure; `exit_class`, `health_class`: rows of the bound tables; `gross`: pence a
    month from the job and `gross_kind` what sort; `award`: pence a month of Universal Credit of the unit, kept at its
    head like `unit_flows`, shape (residents, UNIT_FLOWS), what the unit is paid by ledger line; `pip`: three times the
    level of daily living plus that of mobility; `contributory`: kind of new-style benefit; `limited`: kind of health
    element (`taxben.law`), 0 for none; `keep`: percent of a job's gross pay that would be left to somebody out of
    work, or NO_GAIN; `offer`: subsidy offered this month, index + 1; `cell`: where the resident is counted in
    `Counters.cells`; `child_until`: month in which the youngest child turns 18; `counted`: age band, + 1, under which
    he counts as a claimant; `help`: service whose effect he carries, index + 1, and `help_since` when it began;
    `help_state`: bits of WAITING, HELPED, COMPLETED and PLACED; `care`: class of service use under which he is counted
    in `Counters.care`.
    """

    id: NDArray[np.uint32]
    place: NDArray[np.uint8]
    birth: NDArray[np.int16]
    sex: NDArray[np.uint8]
    ethnicity: NDArray[np.uint8]
    qualification: NDArray[np.uint8]
    deprivation: NDArray[np.uint8]
    cohort: NDArray[np.uint16]
    barriers: NDArray[np.uint8]
    ability: NDArray[np.int16]
    unit: NDArray[np.uint32]
    partner: NDArray[np.int32]
    child_birth: NDArray[np.int16]
    tenure: NDArray[np.uint8]
    rent: NDArray[np.uint16]
    state: NDArray[np.uint8]
    since: NDArray[np.int16]
    work_history: NDArray[np.uint32]
    work_since: NDArray[np.int16]
    employer: NDArray[np.int32]
    hired: NDArray[np.int16]
    slot: NDArray[np.uint8]
    hours: NDArray[np.uint8]
    pay: NDArray[np.uint16]
    insecure: NDArray[np.uint8]
    sector: NDArray[np.uint8]
    conditions: NDArray[np.uint8]
    diagnosed: NDArray[np.uint8]
    declared: NDArray[np.uint8]
    severity: NDArray[np.uint8]
    treatment: NDArray[np.int16]
    benefit: NDArray[np.uint8]
    claim_since: NDArray[np.int16]
    programme: NDArray[np.uint8]
    programme_since: NDArray[np.int16]
    completed: NDArray[np.uint8]
    satisfaction: NDArray[np.uint8]
    timer: NDArray[np.int16]
    exit_class: NDArray[np.uint16]
    health_class: NDArray[np.uint16]
    gross: NDArray[np.int32]
    gross_kind: NDArray[np.uint8]
    award: NDArray[np.int32]
    unit_flows: NDArray[np.int32]
    pip: NDArray[np.uint8]
    contributory: NDArray[np.uint8]
    limited: NDArray[np.uint8]
    keep: NDArray[np.uint8]
    offer: NDArray[np.uint8]
    cell: NDArray[np.int32]
    child_until: NDArray[np.int16]
    counted: NDArray[np.uint8]
    help: NDArray[np.uint8]
    help_since: NDArray[np.int16]
    help_state: NDArray[np.uint8]
    care: NDArray[np.uint16]


class Firms(NamedTuple):
    """Employers' columns as the kernels see them, and the slots and places of this month.

    `target`: slots wanted; `open`: 1 where an ordinary slot is open; `places`, `places_filled`: programme
    places by subsidy, shape (subsidies, employers); `joins`: share of the employer's establishments that take
    part, 16-bit, same shape; `headcount`: filled slots and places when the policy began.
    """

    area: NDArray[np.uint8]
    sector: NDArray[np.uint8]
    kind: NDArray[np.uint8]
    size: NDArray[np.int32]
    slots: NDArray[np.int32]
    filled: NDArray[np.int32]
    standard: NDArray[np.int16]
    premium: NDArray[np.int16]
    inclusive: NDArray[np.uint8]
    part_time: NDArray[np.uint8]
    insecure: NDArray[np.uint8]
    target: NDArray[np.int32]
    open: NDArray[np.uint8]
    places: NDArray[np.int32]
    places_filled: NDArray[np.int32]
    joins: NDArray[np.uint16]
    headcount: NDArray[np.int32]


class Record(NamedTuple):
    """One record a resident for pairing: bits of policy months, and when he left or started.

    Shapes: (residents, words) for the bits, (residents,) for the rest.
    """

    work: NDArray[np.uint64]
    unemployed: NDArray[np.uint64]
    subsidised: NDArray[np.uint64]
    left: NDArray[np.int16]
    first_start: NDArray[np.int16]
    start_subsidy: NDArray[np.uint8]
    first_help: NDArray[np.int16]
    help_service: NDArray[np.uint8]


class Lists(NamedTuple):
    """Lists of the month: those that the pass writes at block positions, then those joined in row order.

    `due`, `due_reason`: whose payments may have changed, and why; each resident once.
    """

    hit: NDArray[np.uint8]
    events: NDArray[np.uint32]
    why: NDArray[np.uint8]
    hashes: NDArray[np.uint64]
    n_events: NDArray[np.int64]
    changed: NDArray[np.uint32]
    reason: NDArray[np.uint8]
    n_changed: NDArray[np.int64]
    leaver: NDArray[np.int32]
    fate: NDArray[np.uint8]
    n_leavers: NDArray[np.int64]
    looker: NDArray[np.uint32]
    facts: NDArray[np.int64]
    n_lookers: NDArray[np.int64]
    seeker: NDArray[np.uint32]
    seeker_facts: NDArray[np.int64]
    hired: NDArray[np.uint32]
    due: NDArray[np.uint32]
    due_reason: NDArray[np.uint8]


class Matching(NamedTuple):
    """Working arrays of looks and matching; nodes are employers' slots or places.

    `node`, `rank`: applications one after another; `begin`, `applications`: where a seeker's are and how many.
    """

    node: NDArray[np.int32]
    rank: NDArray[np.int64]
    begin: NDArray[np.int32]
    applications: NDArray[np.int32]
    position: NDArray[np.int32]
    got: NDArray[np.int32]
    offset: NDArray[np.int64]
    held: NDArray[np.int32]
    best_rank: NDArray[np.int64]
    best_seeker: NDArray[np.int32]


class Looking(NamedTuple):
    """Working space of one lane for the looks of SEEKERS_A_TASK seekers."""

    drawn: NDArray[np.uint64]
    who: NDArray[np.int32]
    slot: NDArray[np.int32]
    door: NDArray[np.int32]


@dataclass
class Arrays:
    """Everything that changes in a run of one arm."""

    residents: Columns
    firms: Firms
    record: Record

    def copy(self) -> Arrays:
        """Return a deep copy."""
        return Arrays(
            Columns._make(a.copy() for a in self.residents),
            Firms._make(a.copy() for a in self.firms),
            Record._make(a.copy() for a in self.record),
        )


def columns_of(residents: Residents) -> Columns:
    """Return copies of the residents' columns with the engine's own columns added, zero."""
    n = len(residents)
    return Columns(
        **{name: np.ascontiguousarray(getattr(residents, name)).copy() for name in COLUMNS},
        timer=np.full(n, NEVER, np.int16),
        exit_class=np.zeros(n, np.uint16),
        health_class=np.zeros(n, np.uint16),
        gross=np.zeros(n, np.int32),
        gross_kind=np.zeros(n, np.uint8),
        award=np.zeros(n, np.int32),
        unit_flows=np.zeros((n, UNIT_FLOWS), np.int32),
        pip=np.zeros(n, np.uint8),
        contributory=np.zeros(n, np.uint8),
        limited=np.zeros(n, np.uint8),
        keep=np.full(n, NO_GAIN, np.uint8),
        offer=np.zeros(n, np.uint8),
        cell=np.zeros(n, np.int32),
        child_until=children_until(residents.child_birth),
        counted=np.zeros(n, np.uint8),
        help=np.zeros(n, np.uint8),
        help_since=np.full(n, NEVER, np.int16),
        help_state=np.zeros(n, np.uint8),
        care=np.zeros(n, np.uint16),
    )


def children_until(child_birth: NDArray[np.int16]) -> NDArray[np.int16]:
    """Return the month in which the youngest child turns 18, NEVER without children, of births (residents, 4)."""
    youngest = child_birth.max(axis=1).astype(np.int32)
    return np.where(youngest == NEVER, NEVER, youngest + CHILD_MONTHS).astype(np.int16)


def firms_of(employers: Employers, n_subsidies: int) -> Firms:
    """Return copies of the employers' columns with places for each subsidy, zero."""
    n, k = len(employers), n_subsidies
    shared = [name for name in EMPLOYER_COLUMNS if name not in ("places", "places_filled")]  # those are by subsidy here
    return Firms(
        **{name: getattr(employers, name).copy() for name in shared},
        target=employers.size.copy(),
        open=np.zeros(n, np.uint8),
        places=np.zeros((k, n), np.int32),
        places_filled=np.zeros((k, n), np.int32),
        joins=np.zeros((k, n), np.uint16),
        headcount=np.zeros(n, np.int32),
    )


def empty_record(n: int, months: int) -> Record:
    """Return the record of n residents over a policy horizon."""
    words = max(1, (months + 63) // 64)
    return Record(
        work=np.zeros((n, words), np.uint64),
        unemployed=np.zeros((n, words), np.uint64),
        subsidised=np.zeros((n, words), np.uint64),
        left=np.full(n, months, np.int16),
        first_start=np.full(n, -1, np.int16),
        start_subsidy=np.zeros(n, np.uint8),
        first_help=np.full(n, -1, np.int16),
        help_service=np.zeros(n, np.uint8),
    )


def empty_lists(n: int) -> Lists:
    """Return the lists of a month for n residents."""
    blocks = (n + 1023) // 1024
    return Lists(
        hit=np.zeros(n, np.uint8),
        events=np.zeros(n, np.uint32),
        why=np.zeros(n, np.uint8),
        hashes=np.zeros(n, np.uint64),
        n_events=np.zeros(blocks, np.int64),
        changed=np.zeros(n, np.uint32),
        reason=np.zeros(n, np.uint8),
        n_changed=np.zeros(blocks, np.int64),
        leaver=np.zeros(n, np.int32),
        fate=np.zeros(n, np.uint8),
        n_leavers=np.zeros(blocks, np.int64),
        looker=np.zeros(n, np.uint32),
        facts=np.zeros(n, np.int64),
        n_lookers=np.zeros(blocks, np.int64),
        seeker=np.zeros(n, np.uint32),
        seeker_facts=np.zeros(n, np.int64),
        hired=np.zeros(n, np.uint32),
        due=np.zeros(n, np.uint32),
        due_reason=np.zeros(n, np.uint8),
    )


def empty_matching(n_seekers: int, n_nodes: int, n_open: int) -> Matching:
    """Return working arrays for so many seekers, nodes and open slots.

    Parameters
    ----------
    n_seekers, n_nodes, n_open : seekers, employers and programmes they can apply to, open slots and places.
    """
    return Matching(
        node=np.zeros(n_seekers * MAX_APPLICATIONS, np.int32),
        rank=np.zeros(n_seekers * MAX_APPLICATIONS, np.int64),
        begin=np.zeros(n_seekers, np.int32),
        applications=np.zeros(n_seekers, np.int32),
        position=np.zeros(n_seekers, np.int32),
        got=np.zeros(n_seekers, np.int32),
        offset=np.zeros(n_nodes, np.int64),
        held=np.zeros(n_nodes, np.int32),
        best_rank=np.zeros(n_open, np.int64),
        best_seeker=np.zeros(n_open, np.int32),
    )


def empty_looking() -> Looking:
    """Return the working space of one lane."""
    n = SEEKERS_A_TASK * MAX_LOOKS + 1
    return Looking(np.zeros(n, np.uint64), np.zeros(n, np.int32), np.zeros(n, np.int32), np.zeros(n, np.int32))
