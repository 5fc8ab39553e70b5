"""Who starts and who succeeds against who is in need, counted by group in one run; judges nothing.

Groups are those of the policy's start. A start is a resident's first under the policy in any subsidy, or in any
service; people who came to the region later are left out, for nobody knows what they were at its start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from results.bits import as_rows, at
from scenarios.arm import ArmSpec
from scenarios.columns import COLUMNS
from scenarios.eligibility import AllOf, Rule
from scenarios.needs import Need
from scenarios.vocabulary import AGE_BANDS, CONDITIONS, DEPRIVATION, ETHNICITIES, HEALTH, QUALIFICATIONS, SEXES
from simulation.output import ResidentRecord, RunOutput

Ints = NDArray[np.int64]

ALL, NEED, PLACE, CONDITION = "all", "need", "place", "condition"
EVERYTHING = "all programmes"
"""The programme of whoever starts anywhere."""
OWN_RULE = "own rule"
"""The need of those whom a programme's own rule, and its funders', would take at the policy's start."""
NO_CONDITION = "no_condition"
MONTHS_AFTER = 12
"""Months after the start at which work is looked at, or the last month of the run if that is sooner."""
EQUITY_ITEMS = ("in_need", "starters", "starters_in_need", "followed", "in_work")
"""Counted by group: residents in need; who started; of them, those in need at the policy's start, and
those still living here when work is looked at; of the last, those at work."""
LABELS: dict[str, tuple[str, ...]] = {
    "age_band": AGE_BANDS,
    "sex": SEXES,
    "ethnicity": ETHNICITIES,
    "deprivation": DEPRIVATION,
    "qualification": QUALIFICATIONS,
    "health": HEALTH,
    CONDITION: (*CONDITIONS, NO_CONDITION),
}
"""Dimension -> codes of its groups, beside Place and need, which a region and a file of needs name."""
OVERLAPPING = (CONDITION, NEED)
"""Dimensions in which a resident may stand in several groups."""
BLOCK = 1 << 12
"""Rows counted at once: few enough that single precision counts them exactly, and that they stay close at hand."""


@dataclass(frozen=True)
class Questions:
    """What a run is asked: `needs` slug -> name of the computed rows of need, `programmes` of the policy arm by name.

    `rules` are held against every resident at the policy's start: the needs' first, then the programmes'.
    """

    needs: Mapping[str, str]
    programmes: tuple[str, ...]
    rules: tuple[Rule, ...]


def questions_of(arm: ArmSpec, needs: Sequence[Need]) -> Questions:
    """Return what a run of a policy arm is asked: each need, and each of its programmes' own rules."""
    rules: dict[str, Rule] = {need.slug: need.rule for need in needs if need.rule is not None}
    own: dict[str, Rule] = {subsidy.name: subsidy.eligibility for subsidy in arm.subsidies}
    for service in arm.services.services if arm.services is not None else ():
        own[service.name] = service.rule if service.money is None else AllOf((service.rule, service.money))
    names = {need.slug: need.name for need in needs if need.slug in rules}
    return Questions(names, tuple(own), (*rules.values(), *own.values()))


@dataclass(frozen=True)
class EquityCounts:
    """The counts of one run: `pairs` of programme and need, `groups` of dimension and label, the whole first.

    `needs`: slug of a need -> its name. `counts`: int64, shape (pairs, groups, EQUITY_ITEMS). Labels of Places are
    their numbers.
    """

    pairs: tuple[tuple[str, str], ...]
    groups: tuple[tuple[str, str], ...]
    needs: Mapping[str, str]
    counts: Ints


def group_names(n_places: int, needs: Sequence[str] = ()) -> tuple[tuple[str, str], ...]:
    """Return dimension and label of every group that is counted, in order, the whole first."""
    out = [(ALL, ALL), *((PLACE, str(i)) for i in range(n_places))]
    out += [(dimension, label) for dimension, labels in LABELS.items() for label in labels]
    return (*out, *((NEED, name) for name in needs))


def members(groups: Mapping[str, NDArray[np.generic]], n_places: int, n_needs: int = 0) -> NDArray[np.float32]:
    """Return who belongs to which group as zeros and ones, shape (residents, groups); rows as `group_names` has them.

    Parameters
    ----------
    groups : columns of some residents, as in `ResidentRecord.groups`.
    n_places : number of Places.
    n_needs : bits of `meets` that are needs.
    """
    conditions = np.asarray(groups["conditions"], np.uint8)
    n, width = len(conditions), len(group_names(n_places)) + n_needs
    out = np.zeros((n, width), np.float32)
    out[:, 0] = 1
    first, begin = 1, np.arange(0, n * width, width)
    for dimension, n_codes in ((PLACE, n_places), *((name, len(labels)) for name, labels in LABELS.items())):
        if dimension == CONDITION:
            last = first + len(CONDITIONS)
            out[:, first:last] = _bits(conditions, len(CONDITIONS))
            out[:, last] = conditions == 0
        else:
            out.reshape(-1)[begin + first + np.asarray(groups[dimension])] = 1
        first += n_codes
    if n_needs:
        out[:, first:] = _bits(groups["meets"], n_needs)
    return out


def _bits(masks: NDArray[np.generic], n_bits: int) -> NDArray[np.float32]:
    """Return the lowest bits of each row's words as zeros and ones, shape (rows, n_bits)."""
    words = np.ascontiguousarray(masks if masks.ndim > 1 else masks[:, None])
    small = words.astype(words.dtype.newbyteorder("<"), copy=False).view(np.uint8)
    return np.asarray(np.unpackbits(small, axis=1, count=n_bits, bitorder="little"), np.float32)


def starts_of(output: RunOutput, record: ResidentRecord) -> list[tuple[str, NDArray[np.intp], Ints]]:
    """Return by programme, everything first, the rows of those who started and the policy month of each start.

    Parameters
    ----------
    output, record : a run, and its record of residents.
    """
    found = []
    whole = np.full(len(record.left), np.iinfo(np.int16).max, np.int64)
    for names, month, index in (
        (output.subsidy_names, record.first_start, record.start_subsidy),
        (output.service_names, record.first_help, record.help_service),
    ):
        rows = np.flatnonzero(month >= 0)
        whole[rows] = np.minimum(whole[rows], month[rows])
        for k, name in enumerate(names):
            chosen = rows[index[rows] == k]
            found.append((name, chosen, month[chosen].astype(np.int64)))
    rows = np.flatnonzero(whole < np.iinfo(np.int16).max)
    return [(EVERYTHING, rows, whole[rows]), *found]


def count_equity(output: RunOutput, questions: Questions) -> EquityCounts | None:
    """Return the counts of a policy arm; None where it has no programme, or the run kept nothing to count them by.

    Parameters
    ----------
    output : the run of the policy arm.
    questions : what its residents were held against.
    """
    record = output.records
    if record is None or "meets" not in record.groups or not questions.programmes:
        return None
    n_places, n_needs = output.stocks.shape[1], len(questions.needs)
    need = _need_counts(record.groups, n_places, n_needs, len(questions.rules))
    horizon = len(output.months) - int(np.searchsorted(output.months, output.policy_month))
    work = as_rows(record.work, len(record.left))
    by_name: dict[str, tuple[Ints, Ints]] = {}
    for name, rows, month in starts_of(output, record):
        looked = np.minimum(month + MONTHS_AFTER, horizon - 1)
        followed = looked < record.left[rows]
        flags = np.stack([np.ones(len(rows), bool), followed, followed & at(work[rows], looked)], axis=1)
        who = members({k: v[rows] for k, v in record.groups.items()}, n_places, n_needs)
        meets = _bits(record.groups["meets"][rows], len(questions.rules))
        by_name[name] = _sums(who, flags), _sums(who, meets)
    reference = next(iter(questions.needs))
    pairs = [(EVERYTHING, slug) for slug in questions.needs]
    columns = list(range(n_needs))
    for k, name in enumerate(questions.programmes):
        pairs += [(name, OWN_RULE), (name, reference)]
        columns += [n_needs + k, 0]
    parts = []
    for (name, _), c in zip(pairs, columns, strict=True):
        own, met = by_name[name]
        parts.append(np.column_stack([need[:, c], own[:, 0], met[:, c], own[:, 1:]]))
    return EquityCounts(
        tuple(pairs), group_names(n_places, tuple(questions.needs)), dict(questions.needs), np.stack(parts)
    )


def _sums(who: NDArray[np.float32], flags: NDArray[Any]) -> Ints:
    """Return how many of each group carry each flag, shape (groups, flags)."""
    return np.rint(who.astype(np.float64).T @ flags.astype(np.float64)).astype(np.int64)


def _need_counts(groups: Mapping[str, NDArray[np.generic]], n_places: int, n_needs: int, n_rules: int) -> Ints:
    """Return how many of each group meet each rule, shape (groups, rules).

    Parameters
    ----------
    groups : columns of all residents.
    n_places, n_needs, n_rules : numbers of Places, of needs, and of rules.
    """
    n = len(groups["meets"])
    out = np.zeros((len(group_names(n_places)) + n_needs, n_rules), np.int64)
    used = {name: groups[name] for name in (PLACE, *LABELS, "conditions", "meets") if name in groups}
    for first in range(0, n, BLOCK):
        rows = {name: column[first : first + BLOCK] for name, column in used.items()}
        out += np.rint(members(rows, n_places, n_needs).T @ _bits(rows["meets"], n_rules)).astype(np.int64)
    return out


def title_of(dimension: str, label: str, places: Sequence[str], needs: Mapping[str, str]) -> str:
    """Return a group as readers know it.

    Parameters
    ----------
    dimension, label : as in `EquityCounts.groups`.
    places : names of the Places by number.
    needs : names of the needs by slug.
    """
    if dimension == PLACE:
        return places[int(label)]
    if dimension == NEED:
        return needs.get(label, label)
    if dimension == "qualification":
        return COLUMNS["qualification"].title(label)
    if dimension == "deprivation":
        return f"fifth {label}" + (" (most deprived)" if label == "1" else "")
    return label.replace("_", " ")


DIMENSION_TITLES: dict[str, str] = {
    ALL: "everybody",
    PLACE: "Place",
    "age_band": "age",
    "sex": "sex",
    "ethnicity": "ethnicity",
    "deprivation": "deprivation",
    "qualification": "qualification",
    "health": "work-limiting condition",
    CONDITION: "condition (they overlap)",
    NEED: "cohort in need (they overlap)",
}
"""Dimensions as readers know them."""
