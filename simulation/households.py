"""Benefit units: couples, children, tenure and rent; it leaves out other adults in the home.

Couples share Place, deprivation, tenure and children. Older residents' partners beyond 64 are not modelled, so
their partners appear single. Units are formed in the starting population and again at the end of the run-in, in whose
years nobody is born and nobody moves in together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import SEXES, TENURES, State
from simulation.population_targets import Numbers, Targets
from simulation.raking import Floats, Ints, stream
from simulation.residents import MAX_CHILDREN, NEVER, NO_ROW


@dataclass(frozen=True)
class Homes:
    """What benefit units are formed by; shares but for ages in months and rents in pounds a month.

    `married` (P) relative to the region, `rent` (P, 2) of social and private tenants, `partnered` (bands, sexes),
    `parents` (2, 2, bands) by the parent's being a woman or in a couple, and alone, `parents_by_state` (2, states),
    `number` of children (4), `spacing` of births (2), `householder` (bands), `sorting` (2).
    """

    married: Floats
    rent: Floats
    partnered: Floats
    same_sex: float
    age_spread: float
    sorting: Floats
    parents: Floats
    parents_by_state: Floats
    oldest_child: int
    youngest_parent: int
    number: Floats
    spacing: Floats
    rent_spread: float
    householder: Floats


def homes_of(numbers: Numbers, targets: Targets) -> Homes:
    """Return what a region's benefit units are formed by."""
    return Homes(
        married=targets.married / np.average(targets.married, weights=targets.heads),
        rent=targets.rent,
        partnered=numbers.array("partnered"),
        same_sex=numbers.number("same_sex_couples"),
        age_spread=numbers.number("partner_age_sd") * 12,
        sorting=numbers.array("partner_sorting"),
        parents=numbers.array("parent_share"),
        parents_by_state=numbers.array("parent_by_state"),
        oldest_child=int(numbers.number("child_age_limit")) * 12,
        youngest_parent=int(numbers.number("youngest_parent_age")) * 12,
        number=numbers.array("children_number"),
        spacing=numbers.array("birth_spacing"),
        rent_spread=numbers.number("rent_spread"),
        householder=numbers.array("householder"),
    )


def form_units(residents: Any, homes: Homes, band: NDArray[np.uint8]) -> None:
    """Fill partner, unit, children and rent of all residents, in place.

    Parameters
    ----------
    residents
        `Residents` or the engine's `Columns` at month 0, with place, birth, sex, deprivation, tenure, qualification
        and state filled.
    homes
        What units are formed by.
    band
        Age band of each resident.
    """
    _pair(residents, homes, band)
    own = np.arange(len(band), dtype=np.int64)
    partner = np.where(residents.partner >= 0, residents.partner, own)
    residents.unit[:] = np.minimum(own, partner)
    _give_children(residents, homes, band)
    _set_rent(residents, homes, band)


def _pair(residents: Any, homes: Homes, band: NDArray[np.uint8]) -> None:
    """Pair residents within Place, deprivation and tenure in the order of age, women with men and a few alike."""
    rng = stream("partners")
    n = len(band)
    chance = homes.partnered[band, residents.sex] * homes.married[residents.place]
    home = (residents.place.astype(np.int64) * 5 + residents.deprivation) * len(TENURES) + residents.tenure
    wants = rng.random(n) < chance
    same = wants & (rng.random(n) < homes.same_sex)
    spread = homes.age_spread / np.sqrt(2.0)
    age = -residents.birth + rng.normal(0.0, spread, n)
    idle, step = homes.sorting
    age += idle * (residents.state > State.ABSENT) - step * residents.qualification
    women = _ordered(wants & ~same & (residents.sex == 0), home, age)
    men = _ordered(wants & ~same & (residents.sex == 1), home, age)
    a, b = _match(women, men, home, rng)
    pairs = [(a, b)]
    for sex in range(len(SEXES)):
        pool = _ordered(same & (residents.sex == sex), home, age)
        pairs.append(_match_within(pool, home))
    first = np.concatenate([pair[0] for pair in pairs])
    second = np.concatenate([pair[1] for pair in pairs])
    residents.partner[:] = NO_ROW
    residents.partner[first] = second
    residents.partner[second] = first


def _ordered(mask: NDArray[np.bool_], home: Ints, age: NDArray[np.float64]) -> Ints:
    """Return the rows of the mask sorted by home and then by age."""
    rows = np.flatnonzero(mask)
    return rows[np.lexsort((age[rows], home[rows]))]


def _match(women: Ints, men: Ints, home: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return couples: in each home group as many as the rarer sex allows, the surplus left out at random."""
    n_groups = int(home.max()) + 1
    counts = [np.bincount(home[rows], minlength=n_groups) for rows in (women, men)]
    couples = np.minimum(*counts)
    kept = []
    for rows, count in zip((women, men), counts, strict=True):
        group = home[rows]
        order = np.lexsort((rng.random(len(rows)), group))
        start = np.concatenate([[0], np.cumsum(count)[:-1]])
        rank = np.empty(len(rows), np.int64)
        rank[order] = np.arange(len(rows)) - start[group[order]]
        kept.append(rows[rank < couples[group]])
    return kept[0], kept[1]


def _match_within(rows: Ints, home: Ints) -> tuple[Ints, Ints]:
    """Return couples of neighbours in an ordered list that share the home group; the odd one stays alone."""
    group = home[rows]
    start = np.searchsorted(group, group, side="left")
    place = np.arange(len(rows)) - start
    first = np.flatnonzero((place[:-1] % 2 == 0) & (group[:-1] == group[1:])) if len(rows) > 1 else np.zeros(0, int)
    return rows[first], rows[first + 1]


def _give_children(residents: Any, homes: Homes, band: NDArray[np.uint8]) -> None:
    """Draw children under the age limit: of women, of men alone, and of couples of men; partners share them."""
    rng = stream("children")
    n = len(band)
    rows = np.arange(n)
    alone = residents.partner < 0
    woman = residents.sex == 0
    partner = np.where(alone, rows, residents.partner)
    two_alike = ~alone & (residents.sex == residents.sex[partner])
    leads = alone | (woman & ~two_alike) | (two_alike & (rows < partner))
    share = homes.parents
    chance = np.where(woman | ~alone, share[0][np.where(alone, 1, 0), band], share[1][np.where(alone, 1, 0), band])
    chance *= homes.parents_by_state[np.where(alone, 1, 0), residents.state]
    parents = np.flatnonzero(leads & (rng.random(n) < chance))
    births = _births(residents, partner, parents, homes, rng)
    residents.child_birth[:] = NEVER
    residents.child_birth[parents] = births
    couples = parents[~alone[parents]]
    residents.child_birth[partner[couples]] = residents.child_birth[couples]


def _births(residents: Any, partner: Ints, parents: Ints, homes: Homes, rng: np.random.Generator) -> NDArray[np.int16]:
    """Return birth months of the children of each parent, oldest first, shape (parents, 4), NEVER where none.

    No child is older than the limit, or born before the younger of its parents was old enough.
    """
    younger = np.minimum(-residents.birth[parents], -residents.birth[partner[parents]]).astype(np.int64)
    oldest = np.minimum(homes.oldest_child, younger - homes.youngest_parent + 1)
    number = rng.choice(MAX_CHILDREN, len(parents), p=homes.number) + 1
    low, high = homes.spacing.astype(int)
    age = np.floor(rng.random(len(parents)) * np.maximum(oldest, 1)).astype(np.int64)
    out = np.full((len(parents), MAX_CHILDREN), NEVER, np.int16)
    for child in range(MAX_CHILDREN):
        given = (number > child) & (age >= 0) & (oldest > 0)
        out[given, child] = -age[given]
        age -= rng.integers(low, high + 1, len(parents))
    return out


def _set_rent(residents: Any, homes: Homes, band: NDArray[np.uint8]) -> None:
    """Set the rent of tenants in pounds a month, the same for partners; others in a home pay none."""
    rng = stream("rent")
    n = len(band)
    rented = residents.tenure > 0
    middle = homes.rent[residents.place, np.where(rented, residents.tenure - 1, 0)]
    rent = middle * np.exp(rng.normal(0.0, homes.rent_spread, n))
    pays = rng.random(n) < homes.householder[band]
    single = residents.partner < 0
    head = np.where(single, np.arange(n), residents.unit).astype(np.int64)
    residents.rent[:] = np.where(rented & (pays | ~single), np.round(rent[head]), 0)
