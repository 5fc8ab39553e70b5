"""What a visit reads beside the thresholds: integer parameters by name, and small scalar helpers."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import AGE_BANDS, ETHNICITIES, HEALTH, SEXES, STATES
from simulation.compiling import scalar
from simulation.streams import U64
from simulation.thresholds import ALWAYS_CLASS, FIRST_OTHER, TENURE_BUCKETS

VALUES = (
    "diagnosis",
    "declared_share",
    "treatment_wait_months",
    "treated_recovery_ratio",
    "long_unemployment_months",
    "insecure_ratio",
    "slot_closes",
    "pay_rise",
    "duration_penalty",
    "duration_cap_months",
    "history_points",
    "standard_shift",
    "no_standard",
    "ability_weight",
    "placed_looks",
    "placed_points",
    "jsa_months",
    "childcare_until",
    "element_months",
    "trial_months",
    "sick_pay_months",
)
"""Names of the entries of `Visit.values`: 32-bit thresholds for shares and hazards, 16-bit fixed point for
ratios, points for penalties, months for spells."""
(
    DIAGNOSIS,
    DECLARED,
    WAIT,
    TREATED,
    LONG_UNEMPLOYMENT,
    INSECURE_RATIO,
    SLOT_CLOSES,
    PAY_RISE,
    DURATION_PENALTY,
    DURATION_CAP,
    HISTORY_POINTS,
    STANDARD_SHIFT,
    NO_STANDARD,
    ABILITY_WEIGHT,
    PLACED_LOOKS,
    PLACED_POINTS,
    JSA_MONTHS,
    CHILDCARE_UNTIL,
    ELEMENT_MONTHS,
    TRIAL_MONTHS,
    SICK_PAY_MONTHS,
) = range(len(VALUES))

CELL_SHAPE = (len(AGE_BANDS), len(SEXES), len(ETHNICITIES), len(HEALTH), len(STATES))
N_BANDS, N_SEXES, N_ETHNICITIES, N_HEALTH, N_STATES = CELL_SHAPE
OUTSIDE = N_STATES
"""Origin of arrivals and destination of leavers in the table of moves."""
_SECOND_TENURE, _THIRD_TENURE = TENURE_BUCKETS[1:]
EXIT, HEALTH_EVENT, DUE = 1, 2, 4
"""Why a resident is visited (bits)."""
CHANGED, REPLACED, MONEY, LEFT, SEEKS = 8, 16, 32, 64, 128
"""What the visit did: his record changes, he is an arrival, his payments may change, a slot was left, he looks."""
UNIT, NEWCOMER, DISABILITY = 0, 1, 2
"""Why a resident's payments may change: his unit's do; an arrival has his row; his severity alone changed."""
SLOT_OPEN, SLOT_CLOSED, PLACE_CLOSED, PLACE_KEPT = 0, 1, 2, 16
"""What a leaver's slot does; programme places add the subsidy's index to the last two."""
ENDED = 128
"""Value of the programme column between the end of a subsidised job and the record step, which clears it."""
MAX_SUBSIDIES = PLACE_KEPT - PLACE_CLOSED


class Keys(NamedTuple):
    """Keys of the month's draws that the pass uses, uint64 each; `wellbeing`, `disclosure` stay for good."""

    month: np.uint64
    fate: np.uint64
    arrival: np.uint64
    keep: np.uint64
    treatment: np.uint64
    skill: np.uint64
    disclosure: np.uint64
    wellbeing: np.uint64
    help: np.uint64


class Visit(NamedTuple):
    """Integer parameters of the visit.

    `values` as named in VALUES; penalties and points in points; `limiting` the 32-bit threshold that onset
    limits work, by condition; `promotion` thresholds of gaining the next qualification on growing up, by
    Place, age band entered and qualification; `arrival_age` cumulative 32-bit thresholds by Place and year of
    age; donors are rows of the starting population by Place and year; `satisfaction` tenths by state and
    severity, `satisfaction_levels` 256 quantiles of people's own level; three by subsidy; the rest by service:
    `help_ratio` what help multiplies hazards with by Place, months since it began and effect
    (`processes.help_effects.RATIOS`), 16-bit fixed point; `lock_in` the same of looks while being helped;
    `help_until` months after which there is no effect left; `help_satisfaction` tenths while being helped. `offers`:
    bits of what each employer offers under an incentive, of no length where the arm has none; `offer_ratio` what that
    multiplies hazards with by state, group of workers and destination, 16-bit fixed point. `search_by_keep`: what the
    gain from work multiplies looks and search with, by `Columns.keep`, 16-bit fixed point. `care`: what a resident
    costs and uses a month by class of service use, as from `care_tables.care_table`.
    """

    values: NDArray[np.int64]
    qualification_points: NDArray[np.int64]
    severity_penalty: NDArray[np.int64]
    condition_penalty: NDArray[np.int64]
    cohort_penalty: NDArray[np.int64]
    cohort_looks: NDArray[np.int64]
    looks: NDArray[np.int64]
    limiting: NDArray[np.uint32]
    class_of_bits: NDArray[np.uint8]
    promotion: NDArray[np.uint32]
    arrival_age: NDArray[np.uint32]
    donor_offset: NDArray[np.int64]
    donor_row: NDArray[np.int32]
    satisfaction: NDArray[np.int64]
    satisfaction_levels: NDArray[np.uint8]
    on_programme: NDArray[np.int64]
    placement_months: NDArray[np.int64]
    drop_out: NDArray[np.uint32]
    keep_bonus: NDArray[np.int64]
    help_ratio: NDArray[np.uint32]
    lock_in: NDArray[np.int64]
    help_until: NDArray[np.int64]
    help_satisfaction: NDArray[np.int64]
    offers: NDArray[np.uint8]
    offer_ratio: NDArray[np.int64]
    search_by_keep: NDArray[np.int64]
    care: NDArray[np.int64]


class Counters(NamedTuple):
    """Counts of one lane of the pass; the month adds the lanes.

    `cells`: residents by Place and CELL_SHAPE; `moves`: by Place, age band, state left and state entered
    (OUTSIDE included); `ageing`: by Place, age band entered and state; `flows`, `satisfaction`: by Place;
    `subsidies`: by subsidy, Place and item; `care`: changes of what residents cost the NHS, councils
    and justice and of their contacts, by Place and column of `Visit.care`.
    """

    cells: NDArray[np.int32]
    moves: NDArray[np.int32]
    ageing: NDArray[np.int32]
    flows: NDArray[np.int32]
    satisfaction: NDArray[np.int64]
    subsidies: NDArray[np.int64]
    care: NDArray[np.int64]


@scalar
def cell_of(place: Any, band: Any, sex: Any, ethnicity: Any, severity: Any, state: Any) -> Any:
    """Return the flat index of a resident's cell in `Counters.cells`.

    Parameters
    ----------
    place, band, sex, ethnicity, state : codes.
    severity : 0-3; any work-limiting condition counts as one.
    """
    limited = np.int64(1) if severity > 0 else np.int64(0)
    index = (np.int64(place) * N_BANDS + band) * N_SEXES + sex
    return ((index * N_ETHNICITIES + ethnicity) * N_HEALTH + limited) * N_STATES + state


@scalar
def exit_class_of(
    state: Any, band: Any, severity: Any, conditions: Any,
    qualification: Any, insecure: Any, tenure: Any, programme: Any,  # or the service
) -> Any:  # fmt: skip
    """Return the row of the bound table for exits.

    Parameters
    ----------
    state, band, severity, qualification, insecure, programme : codes of the resident's columns.
    conditions : condition class.
    tenure : months in the job.
    """
    if programme > 0 or state == 1 or state == 2:
        return np.uint16(ALWAYS_CLASS)
    index = (np.int64(band) * 4 + severity) * 6 + conditions
    if state > 2:
        return np.uint16(FIRST_OTHER + (np.int64(state) - 3) * (N_BANDS * 24) + index)
    bucket = 0 if tenure < _SECOND_TENURE else (1 if tenure < _THIRD_TENURE else 2)
    return np.uint16(((index * 4 + qualification) * 2 + insecure) * 3 + bucket)


@scalar
def health_class_of(band: Any, severity: Any, conditions: Any, diagnosed: Any) -> Any:
    """Return the row of the bound table for health.

    Parameters
    ----------
    band, severity : codes.
    conditions, diagnosed : bit masks.
    """
    group = 0 if band < 2 else (1 if band == 2 else (2 if band < 5 else 3))
    bits = (conditions & 1) | ((conditions >> 2 & 1) << 1) | ((conditions >> 3 & 1) << 2)
    if conditions & 0b11110010:
        bits |= 8
    missed = 1 if diagnosed != conditions else 0
    return np.uint16(((group * 4 + severity) * 2 + missed) * 16 + bits)


@scalar
def worked_of_24(history: Any, since: Any, working: Any, month: Any) -> Any:
    """Return the bit mask of the last 24 months in work, bit 0 the latest, as of `month`.

    Parameters
    ----------
    history : months in work before `since`, bit 0 the latest.
    since : month in which the present spell in or out of work began.
    working : whether it is a spell in work.
    month : month number.
    """
    months = min(np.int64(24), np.int64(month) - np.int64(since))
    out = np.int64(history) << months
    if working:
        out |= (np.int64(1) << months) - 1
    return out & 0xFFFFFF


@scalar
def bit_count(x: Any) -> Any:
    """Return the number of bits set in a 24-bit mask."""
    z = U64(x)
    z = z - ((z >> U64(1)) & U64(0x5555555555555555))
    z = (z & U64(0x3333333333333333)) + ((z >> U64(2)) & U64(0x3333333333333333))
    z = (z + (z >> U64(4))) & U64(0x0F0F0F0F0F0F0F0F)
    return np.int64((z * U64(0x0101010101010101)) >> U64(56))
