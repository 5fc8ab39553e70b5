"""The service map of a region: who is in need, what would take them and what shuts them out, as counts.

Counts are of residents as they are when a run starts, by what rules and money allow. Whom services reached, who waits
and who started is known only of a finished run, which a map may hold beside its own counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from results.access import CAUSES, LIFTS, NO_SERVICE, SEVERAL_RULES, Access
from results.geography import Area, Geography
from scenarios.needs import Need
from scenarios.programme_specs import Catalogue, Programme
from scenarios.programme_words import LEADS, PILLARS, TIERS
from simulation.eligibility_pass import has_bit

if TYPE_CHECKING:
    from results.gaps_run import Delivery

Counts = NDArray[np.int64]
ALL = "all"
EMPLOYER = "employer"
ONE, SEVERAL = 0, 1
FIRST_CAUSE = 2
N_STATUSES = FIRST_CAUSE + len(CAUSES)
"""What a resident in need may be: eligible for one, for several, or for nothing by one of the causes."""
DIMENSIONS = ("pillar", "tier", "lead", "way_in")
"""Ways to cut the catalogue; one at a time."""


@dataclass(frozen=True)
class Cut:
    """Some of the running programmes, by one dimension: `programmes` are their positions."""

    dimension: str
    value: str
    title: str
    programmes: tuple[int, ...]

    @property
    def key(self) -> str:
        """Return a name of the cut that no other has."""
        return self.value if self.dimension == ALL else f"{self.dimension}:{self.value}"


@dataclass(frozen=True)
class ServiceMap:
    """The counts, shape by shape; areas are sums over Places.

    `residents`: (Places,). `status`: (needs, Places, cuts, N_STATUSES). `lifted`: (needs, Places, LIFTS), those whom
    nothing takes and something would if one kind of rule were lifted everywhere; they overlap. `open_to`: (programmes,
    1 + needs, Places), whom each would take: of everybody, then of those in need by each row. `delivery`: what the
    programmes did in a finished run, None where none was named.
    """

    geography: Geography
    catalogue: Catalogue
    needs: tuple[Need, ...]
    cuts: tuple[Cut, ...]
    residents: Counts
    status: Counts
    lifted: Counts
    open_to: Counts
    delivery: Delivery | None = None

    @property
    def programmes(self) -> tuple[Programme, ...]:
        """The running programmes, in the order of the masks."""
        return self.catalogue.running

    @property
    def rows(self) -> tuple[int, ...]:
        """Positions of the needs that are computed; the first is the reference."""
        return tuple(i for i, need in enumerate(self.needs) if need.rule is not None)

    def of(self, need: int, area: Area, cut: int = 0) -> Standing:
        """Return how those in need stand in an area towards the programmes of a cut."""
        return Standing(self.status[need, area.places, cut].sum(axis=0))

    def served_by(self, place: int, cut: int = 0) -> tuple[int, ...]:
        """Return the positions of a cut's programmes that serve a Place."""
        programmes = self.programmes
        chosen = self.cuts[cut].programmes
        return tuple(k for k in chosen if (ids := programmes[k].place_ids) is None or place in ids)


@dataclass(frozen=True)
class Standing:
    """Residents in need by what is open to them."""

    counts: Counts

    @property
    def in_need(self) -> int:
        """All of them."""
        return int(self.counts.sum())

    @property
    def several(self) -> int:
        """Those whom two or more programmes would take."""
        return int(self.counts[SEVERAL])

    @property
    def something(self) -> int:
        """Those whom a programme would take."""
        return int(self.counts[ONE] + self.counts[SEVERAL])

    @property
    def nothing(self) -> int:
        """Those whom none would take."""
        return self.in_need - self.something

    @property
    def causes(self) -> dict[str, int]:
        """Those whom none would take, by what shuts them out."""
        return dict(zip(CAUSES, self.counts[FIRST_CAUSE:].tolist(), strict=True))


def cuts_of(programmes: Sequence[Programme]) -> tuple[Cut, ...]:
    """Return all programmes, then those of each pillar, tier, leading sector and way in.

    The last cut leaves out programmes that only an employer can open: no rule sees at whom one works.
    """
    every = range(len(programmes))
    leads = [lead for lead in LEADS if any(p.lead == lead for p in programmes)]
    out = [Cut(ALL, ALL, "all services", tuple(every))]
    out += [
        Cut("pillar", name, f"pillar: {words}", tuple(k for k in every if programmes[k].pillar == name))
        for name, words in PILLARS.items()
    ]
    out += [Cut("tier", name, f"tier: {name}", tuple(k for k in every if programmes[k].tier == name)) for name in TIERS]
    out += [
        Cut("lead", name, f"led by {LEADS[name]}", tuple(k for k in every if programmes[k].lead == name))
        for name in leads
    ]
    open_doors = tuple(k for k in every if programmes[k].channels != (EMPLOYER,))
    return (*out, Cut("way_in", "not_employer_only", "with a way in besides the employer", open_doors))


def service_map(access: Access, place: NDArray[Any], geography: Geography, catalogue: Catalogue) -> ServiceMap:
    """Return the counts of the service map.

    Parameters
    ----------
    access : who is in need and what would take whom.
    place : Place of every resident.
    geography : the region's areas.
    catalogue : the catalogue that `access` was made with.
    """
    n_places, cuts = len(geography.places), cuts_of(access.programmes)
    n_needs = len(access.needs)
    place = place.astype(np.int64)
    rows = np.flatnonzero(access.in_need.any(axis=1))
    inside = Access(
        access.programmes,
        access.needs,
        access.serves[rows],
        access.takes[rows],
        {name: mask[rows] for name, mask in access.lifted.items()},
        access.in_need[rows],
    )
    here = place[rows]
    members = [np.flatnonzero(inside.needy(i)) for i in range(n_needs)]
    status = np.zeros((n_needs, n_places, len(cuts), N_STATUSES), np.int64)
    for j, cut in enumerate(cuts):
        code = here * N_STATUSES + statuses(inside, cut.programmes)
        for i, who in enumerate(members):
            status[i, :, j] = _count(code[who], n_places, N_STATUSES)
    nothing = inside.number_of(cuts[0].programmes) == 0
    lifted = np.zeros((n_needs, n_places, len(LIFTS)), np.int64)
    for j, name in enumerate(LIFTS):
        if name in inside.lifted:
            helped = nothing & inside.any_of(inside.lifted[name], cuts[0].programmes)
            for i, who in enumerate(members):
                lifted[i, :, j] = np.bincount(here[who[helped[who]]], minlength=n_places)
    open_to = np.zeros((len(access.programmes), 1 + n_needs, n_places), np.int64)
    for k in range(len(access.programmes)):
        open_to[k, 0] = np.bincount(place[has_bit(access.takes, k)], minlength=n_places)
        taken = has_bit(inside.takes, k)
        for i, who in enumerate(members):
            open_to[k, 1 + i] = np.bincount(here[who[taken[who]]], minlength=n_places)
    residents = np.bincount(place, minlength=n_places)
    return ServiceMap(geography, catalogue, access.needs, cuts, residents, status, lifted, open_to)


def statuses(access: Access, chosen: Sequence[int]) -> NDArray[np.int64]:
    """Return how each resident stands towards some programmes: ONE, SEVERAL, or FIRST_CAUSE + position of the cause.

    Where nothing takes him the cause is the first of these that holds: none of the programmes serves his Place; one
    would take him if funders' rules were lifted; if exclusions for one reason were (in the order of the reasons); if
    he lived elsewhere; if the services' own eligibility were lifted; else more than one rule is in the way of each.
    """
    names = list(CAUSES)
    taken = access.number_of(chosen)
    out = np.full(len(taken), FIRST_CAUSE + names.index(SEVERAL_RULES), np.int64)
    for name in reversed(LIFTS):
        if name in access.lifted:
            out[access.any_of(access.lifted[name], chosen)] = FIRST_CAUSE + names.index(name)
    out[~access.any_of(access.serves, chosen)] = FIRST_CAUSE + names.index(NO_SERVICE)
    out[taken == 1] = ONE
    out[taken > 1] = SEVERAL
    return out


def _count(code: NDArray[np.int64], n_places: int, width: int) -> Counts:
    """Return how often each code occurs, shape (Places, width)."""
    return np.bincount(code, minlength=n_places * width).reshape(n_places, width)
