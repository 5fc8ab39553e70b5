"""Groups of residents fixed before the policy, and what each gained and lost; leaves out why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from results.bits import Words, at, before, count
from scenarios.vocabulary import AGE_BANDS, COHORTS, DEPRIVATION, ETHNICITIES, HEALTH, SEXES, STATES, State
from simulation.output import LIVE_GROUPS, ResidentRecord

Ints = NDArray[np.int64]

ARRIVALS = "arrivals"
"""Label of everybody who came after the policy began; the last row of every table."""
NO_FLAG = "none_of_these"
UNEMPLOYED_BINS = (6, 12)
"""Completed months of unemployment at which a new group begins."""
UNEMPLOYED_LABELS = ("not_unemployed", "under_6_months", "6_to_11_months", "12_months_or_more")
ITEMS = (
    "residents",
    "treated",
    "subsidised_months",
    "deadweight_months",
    "gained",
    "lost",
    "net",
    "treated_net",
    "untreated_net",
    "untreated_squares",
)
"""Columns of a group table: residents; of them, those who started; person-months for the next seven; the sum of
squared differences of those who never started, from which the noise of their sum is judged."""
FIXED_LABELS: dict[str, tuple[str, ...]] = {
    "age_band": AGE_BANDS,
    "sex": SEXES,
    "ethnicity": ETHNICITIES,
    "health": HEALTH,
    "state": STATES,
    "cohort": (*COHORTS, NO_FLAG),
    "deprivation": DEPRIVATION,
    "unemployed_months": UNEMPLOYED_LABELS,
}
OVERLAPPING = ("cohort",)
"""Dimensions in which a resident may stand in several rows, so that the rows don't add up to the region."""


@dataclass(frozen=True)
class Lives:
    """One row a life: what it did under both arms. Successors in a row are lives of their own."""

    policy: Words
    baseline: Words
    subsidised: Words
    """of the policy arm"""
    shared: Words
    """months in which both arms have the same person in the row"""
    treated: NDArray[np.bool_]
    is_arrival: bool


def lives_of(policy: ResidentRecord, baseline: ResidentRecord, horizon: int) -> tuple[Lives, Lives]:
    """Return the residents of the policy's start and their successors, row by row.

    Parameters
    ----------
    policy, baseline : ResidentRecord
        Records with month bits of shape (n, words).
    horizon : int
        Policy months.
    """
    n_words = policy.work.shape[1]
    inside = before(np.array([horizon]), n_words)
    own_p, own_b = before(policy.left, n_words) & inside, before(baseline.left, n_words) & inside
    later_p, later_b = ~own_p & inside, ~own_b & inside
    same_exit = (policy.left == baseline.left)[:, None]

    def started(record: ResidentRecord, own: Words, arrival: bool) -> NDArray[np.bool_]:
        within = (record.first_start >= record.left) if arrival else (record.first_start < record.left)
        return (record.first_start >= 0) & within | (record.subsidised & own).any(axis=1)

    def lives(in_p: Words, in_b: Words, shared: Words, arrival: bool) -> Lives:
        return Lives(
            policy=policy.work & in_p,
            baseline=baseline.work & in_b,
            subsidised=policy.subsidised & in_p,
            shared=shared,
            treated=started(policy, in_p, arrival) | started(baseline, in_b, arrival),
            is_arrival=arrival,
        )

    both_later = np.where(same_exit, later_p & later_b, np.uint64(0))
    return lives(own_p, own_b, own_p & own_b, False), lives(later_p, later_b, both_later, True)


def life_table(lives: Lives) -> tuple[NDArray[np.intp], Ints]:
    """Return the rows in which anything happened and their items, shape (rows, len(ITEMS) - 1), without residents."""
    gained = count(lives.policy & ~lives.baseline)
    lost = count(lives.baseline & ~lives.policy)
    subsidised = count(lives.subsidised)
    rows = np.flatnonzero((gained > 0) | (lost > 0) | (subsidised > 0) | lives.treated)
    gained, lost, subsidised, treated = gained[rows], lost[rows], subsidised[rows], lives.treated[rows]
    dead = count((lives.subsidised & lives.baseline & lives.shared)[rows])
    net = gained - lost
    untreated = np.where(treated, 0, net)
    columns = [treated.astype(np.int64), subsidised, dead, gained, lost, net, net - untreated, untreated, untreated**2]
    return rows, np.stack(columns, axis=1)


def codes_of(dimension: str, groups: dict[str, NDArray[np.generic]], n_places: int) -> tuple[Ints, int]:
    """Return each resident's code in a dimension and the number of codes (bit masks are handled apart).

    Parameters
    ----------
    dimension : str
        One of `simulation.output.LIVE_GROUPS`.
    groups : dict
        Group columns of the record.
    n_places : int
        Number of Places.
    """
    values = np.asarray(groups[dimension]).astype(np.int64)
    if dimension == "unemployed_months":
        is_unemployed = np.asarray(groups["state"]).astype(np.int64) == State.UNEMPLOYED
        return np.where(is_unemployed, 1 + np.digitize(values, UNEMPLOYED_BINS), 0), len(UNEMPLOYED_LABELS)
    return values, n_places if dimension == "place" else len(FIXED_LABELS[dimension])


def sums_by(codes: Ints, n_codes: int, rows: NDArray[np.intp], items: Ints) -> Ints:
    """Return items by code, shape (n_codes, len(ITEMS)); exact integers.

    Parameters
    ----------
    codes : int64, shape (n,)
        Code of every resident.
    n_codes : int
        Number of codes.
    rows : intp
        Residents to whom something happened.
    items : int64, shape (rows, items)
        What happened to them.
    """
    out = np.zeros((n_codes, len(ITEMS)), np.int64)
    out[:, 0] = np.bincount(codes, minlength=n_codes)
    np.add.at(out[:, 1:], codes[rows], items)
    return out


def group_tables(
    residents: Lives, arrivals: Lives, groups: dict[str, NDArray[np.generic]], n_places: int
) -> dict[str, Ints]:
    """Return dimension -> table (labels, then arrivals; ITEMS).

    Parameters
    ----------
    residents, arrivals : Lives
        As from `lives_of`.
    groups : dict
        Group columns taken at the policy's start.
    n_places : int
        Number of Places.
    """
    rows, items = life_table(residents)
    _, late = life_table(arrivals)
    last = np.concatenate([[0], late.sum(axis=0)])[None, :]
    out: dict[str, Ints] = {}
    for dimension in LIVE_GROUPS:
        if dimension not in groups:
            continue
        if dimension == "cohort":
            table = cohort_table(np.asarray(groups["cohort"]).astype(np.int64), rows, items)
        else:
            codes, n_codes = codes_of(dimension, groups, n_places)
            table = sums_by(codes, n_codes, rows, items)
        out[dimension] = np.concatenate([table, last])
    return out


def cohort_table(masks: Ints, rows: NDArray[np.intp], items: Ints) -> Ints:
    """Return items by cohort flag, a resident counted under each flag that he carries, then those without any."""
    out = np.zeros((len(COHORTS) + 1, len(ITEMS)), np.int64)
    for bit in range(len(COHORTS)):
        carries = (masks >> bit) & 1
        out[bit, 0] = carries.sum()
        out[bit, 1:] = items[carries[rows] == 1].sum(axis=0)
    out[-1, 0] = (masks == 0).sum()
    out[-1, 1:] = items[masks[rows] == 0].sum(axis=0)
    return out


def winners_and_losers(residents: Lives, arrivals: Lives) -> tuple[int, int]:
    """Return the number of people with more and with fewer months in work under the policy arm."""
    more, fewer = 0, 0
    for lives in (residents, arrivals):
        net = count(lives.policy) - count(lives.baseline)
        more, fewer = more + int((net > 0).sum()), fewer + int((net < 0).sum())
    return more, fewer


def twins_apart(policy: ResidentRecord, baseline: ResidentRecord) -> tuple[int, int]:
    """Return starts after the first policy month, and those whose twin was in work in the month before.

    The starter was out of work then, by selection. A twin in work at that time has drifted away for reasons
    that the start cannot have caused, and the individual measures read him as deadweight.
    """
    rows = np.flatnonzero((policy.first_start > 0) & (policy.first_start < np.minimum(policy.left, baseline.left)))
    months = policy.first_start[rows].astype(np.int64) - 1
    apart = at(baseline.work[rows], months) & ~at(policy.work[rows], months)
    return len(rows), int(apart.sum())


def labels_of(dimension: str, place_names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the labels of a group table's rows."""
    return (*(place_names if dimension == "place" else FIXED_LABELS[dimension]), ARRIVALS)
