"""Once a year, in April: who moves in together, and births; couples that part are left out.

Rates are those that keep couples and infants as they are in the starting population. They depend on sex, age and
whether one has a partner, on nothing that a policy moves, so twins stay the same families.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import AGE_BAND_STARTS, AGE_BANDS, AGE_MAX_YEARS, SEXES, TENURES
from simulation.columns import Columns, children_until
from simulation.recording import record
from simulation.residents import MAX_CHILDREN, NEVER
from simulation.streams import FIXED, Purpose, draws, key
from simulation.thresholds import threshold

if TYPE_CHECKING:
    from simulation.model import RegionModel

APRIL, MONTHS = 3, 12
FEMALE = SEXES.index("female")
YEARS_IN_BAND = np.diff([*AGE_BAND_STARTS, AGE_MAX_YEARS])


@dataclass(frozen=True)
class Families:
    """32-bit thresholds of a year: `couple` of moving in with somebody (sexes, age bands), `birth` (2, age bands).

    The first row of births is without a partner, the second with one.
    """

    couple: NDArray[np.int64]
    birth: NDArray[np.int64]


def families_of(c: Columns, band: NDArray[np.uint8], leave: NDArray[np.uint32]) -> Families:
    """Return the yearly rates that keep couples by age, and infants by their mother's age, as they stand at month 0.

    Whoever leaves the region ends a couple, and who arrives is alone, so twice as many must move in as would by age.

    Parameters
    ----------
    c : residents' columns at month 0.
    band : age band by months of age.
    leave : 32-bit thresholds of leaving the region in a month, shape (places, years of age).
    """
    age, n = band[-c.birth.astype(np.int64)].astype(np.int64), len(AGE_BANDS)
    paired = c.partner >= 0
    group = c.sex.astype(np.int64) * n + age
    share = np.bincount(group[paired], minlength=2 * n) / np.maximum(np.bincount(group, minlength=2 * n), 1)
    alone = 1.0 - share.reshape(2, n)
    years = (YEARS_IN_BAND[:-1] + YEARS_IN_BAND[1:]) / 2
    stays = np.ones((2, n))
    stays[:, :-1] = np.minimum(alone[:, 1:] / np.maximum(alone[:, :-1], 1e-9), 1.0) ** (1 / years)
    year_of_band = np.searchsorted(AGE_BAND_STARTS, AGE_BAND_STARTS[0] + np.arange(leave.shape[1]), side="right") - 1
    leaving = np.bincount(year_of_band, leave.mean(axis=0) / 2.0**32) / np.bincount(year_of_band)
    lost = 2 * (1.0 - (1.0 - leaving) ** MONTHS) * (1.0 - alone) / np.maximum(alone, 1e-9)
    women = c.sex == FEMALE
    infant = (c.child_birth > -MONTHS).any(axis=1)
    group = paired.astype(np.int64) * n + age
    births = np.bincount(group[women & infant], minlength=2 * n) / np.maximum(
        np.bincount(group[women], minlength=2 * n), 1
    )
    moves_in = np.minimum(1.0 - stays + lost, 1.0)
    return Families(threshold(moves_in).astype(np.int64), threshold(births.reshape(2, n)).astype(np.int64))


def step(model: RegionModel, families: Families, policy: int) -> None:
    """Form the year's new couples, let the year's children be born, and bring records and payments up to date.

    Parameters
    ----------
    model : the model in April, written.
    families : the year's rates.
    policy : policy month, negative before the policy's start.
    """
    c, month = model.columns, model.month
    band = model.start.tables.band[month - c.birth.astype(np.int64)].astype(np.int64)
    rows = np.union1d(
        move_in(c, families, band, key(model.root, month, Purpose.COUPLE)),
        give_birth(c, families, band, month, key(model.root, month, Purpose.BIRTH)),
    ).astype(np.uint32)
    record(  # as of last month's end: the pass still has to visit whom this month's birthdays concern
        c, model.start.tables, model.visit, rows, model.recorder, model.counters[0],
        key(model.root, FIXED, Purpose.WELLBEING), month - 1, policy, rows.size,
    )  # fmt: skip
    model.accounts.settle_some(model, rows)


def move_in(c: Columns, families: Families, band: NDArray[np.int64], k: np.uint64) -> NDArray[np.int64]:
    """Pair singles who look for a partner this year, within Place and tenure by age; return their rows.

    Parameters
    ----------
    c : residents' columns, written.
    families : the year's rates.
    band : age band of each resident.
    k : the year's key of couples.
    """
    alone = np.flatnonzero(c.partner < 0)
    low = (draws(k, c.id[alone]) & np.uint64(0xFFFFFFFF)).astype(np.int64)
    looks = alone[low < families.couple[c.sex[alone], band[alone]]]
    home = c.place[looks].astype(np.int64) * len(TENURES) + c.tenure[looks]
    order = np.lexsort((c.id[looks], -c.birth[looks].astype(np.int64), home))
    looks, home = looks[order], home[order]
    women = c.sex[looks] == FEMALE
    a, b = _side_by_side(looks[women], home[women], looks[~women], home[~women])
    c.partner[a], c.partner[b] = b, a
    c.unit[a] = c.unit[b] = np.minimum(c.unit[a], c.unit[b])
    children = np.sort(np.concatenate([c.child_birth[a], c.child_birth[b]], axis=1), axis=1)
    youngest = children[:, -MAX_CHILDREN:]  # NEVER sorts first, and births are wanted eldest first with NEVER behind
    filled = np.argsort(youngest == NEVER, axis=1, kind="stable")
    c.child_birth[a] = c.child_birth[b] = np.take_along_axis(youngest, filled, axis=1)
    c.child_until[a] = c.child_until[b] = children_until(c.child_birth[a])
    c.rent[a] = c.rent[b] = np.maximum(c.rent[a], c.rent[b])
    return np.concatenate([a, b])


def _side_by_side(
    women: NDArray[np.int64], their_home: NDArray[np.int64], men: NDArray[np.int64], his_home: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return couples: the first woman of a group with its first man, and so on, as many as the rarer sex allows."""
    n = int(max(their_home.max(initial=0), his_home.max(initial=0))) + 1
    counts = [np.bincount(home, minlength=n) for home in (their_home, his_home)]
    couples, kept = np.minimum(*counts), []
    for rows, home, count in ((women, their_home, counts[0]), (men, his_home, counts[1])):
        first = np.concatenate([[0], np.cumsum(count)[:-1]])
        kept.append(rows[np.arange(rows.size) - first[home] < couples[home]])
    return kept[0], kept[1]


def give_birth(c: Columns, families: Families, band: NDArray[np.int64], month: int, k: np.uint64) -> NDArray[np.int64]:
    """Let children of the past year be born to women who have room for one; return the rows of their parents.

    Parameters
    ----------
    c : residents' columns, written.
    families : the year's rates.
    band : age band of each resident.
    month : month number.
    k : the year's key of births.
    """
    women = np.flatnonzero(c.sex == FEMALE)
    h = draws(k, c.id[women])
    paired = (c.partner[women] >= 0).astype(np.int64)
    born = (h & np.uint64(0xFFFFFFFF)).astype(np.int64) < families.birth[paired, band[women]]
    women, h = women[born], h[born]
    partner = c.partner[women]
    first = (partner < 0) | (c.sex[partner] != FEMALE) | (c.id[women] < c.id[partner])  # one birth for two women
    spaced = c.child_birth[women].max(axis=1) <= month - 2 * MONTHS  # a year at least between two children
    able = first & spaced & (c.child_birth[women, -1] == NEVER)
    mothers, h = women[able], h[able]
    slot = (c.child_birth[mothers] != NEVER).sum(axis=1)
    when = month - ((h >> np.uint64(32)) * np.uint64(MONTHS) >> np.uint64(32)).astype(np.int64)
    c.child_birth[mothers, slot] = when
    fathers = c.partner[mothers].astype(np.int64)
    c.child_birth[fathers[fathers >= 0]] = c.child_birth[mothers[fathers >= 0]]
    parents = np.concatenate([mothers, fathers[fathers >= 0]])
    c.child_until[parents] = children_until(c.child_birth[parents])
    return parents


def is_due(month: int) -> bool:
    """Return whether families change in a month: in April, from the first one of the run on."""
    return month >= 0 and month % MONTHS == APRIL
