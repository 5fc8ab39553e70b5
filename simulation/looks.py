"""Step 7, first half: each seeker looks at a fixed number of employers and applies where a slot is open.

Looks are drawn by stable weights (base slots, commuting, industry) and do not depend on who has a vacancy:
a closed door wastes the look. That is what keeps paired runs paired.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulation.columns import MAX_APPLICATIONS
from simulation.compiling import inlined, kernel, scalar
from simulation.streams import GOLDEN, U64, draw, draw2, high, low, mix, points

N_AREA_BITS = 10
_AREA_MASK = (1 << N_AREA_BITS) - 1
_ADVISER = 1000


class LookTables(NamedTuple):
    """Where looks go: fixed for a run.

    `area_of`: area by Place and ten bits of a draw; `start`: first base slot of an area's industry in
    `employer_of`, shape (areas, industries + 1); `employer_of`: employer of each base slot.
    """

    area_of: NDArray[np.uint8]
    start: NDArray[np.int64]
    employer_of: NDArray[np.int32]


class LookParameters(NamedTuple):
    """Integers of looks and values.

    `own_sector`: share of looks in the seeker's own industry, ten bits; `adviser_looks`: looks of an adviser
    for a free place; `inclusive`: health counted by inclusive employers, 16-bit fixed point; refusals are
    32-bit thresholds; `shift`: added to every hiring standard; `subsidy_points`, `in_vacancies`,
    `in_places`, `marginal`, `place_mask`, `sector_mask`, `stream` (number of its draws): by subsidy; the last
    two switch on the exact limits.
    """

    own_sector: int
    adviser_looks: int
    inclusive: int
    transport: int
    childcare: int
    shift: int
    subsidy_points: NDArray[np.int64]
    in_vacancies: NDArray[np.uint8]
    in_places: NDArray[np.uint8]
    marginal: NDArray[np.uint8]
    place_mask: NDArray[np.uint8]
    sector_mask: NDArray[np.uint8]
    stream: NDArray[np.uint64]
    unlimited: int
    no_standard: int


@scalar
def joins_in(key: Any, share: Any, e: Any, who: Any) -> Any:
    """Return whether the establishment of employer e that a resident applies to takes part.

    Parameters
    ----------
    key : key of participation.
    share : share of the employer's establishments that take part, 16-bit; 65535 is all of them.
    e, who : number of the employer, id of the resident.
    """
    if share == 0:
        return False
    return share == 65535 or np.int64(draw2(key, e, who) >> U64(48)) < share


@scalar
def look_at(h: Any, place: Any, sector: Any, area_of: Any, start: Any, employer_of: Any, own_sector: Any) -> Any:
    """Return the employer that a draw looks at, or -1 where the area has none in reach.

    Parameters
    ----------
    h : the look's draw.
    place, sector : the seeker's Place and industry.
    area_of, start, employer_of : where looks go (`LookTables`).
    own_sector : share of looks in the own industry, ten bits.
    """
    q = np.int64(area_of[place, np.int64(h & U64(_AREA_MASK))])
    first, last = start[q, 0], start[q, start.shape[1] - 1]
    if np.int64((h >> U64(N_AREA_BITS)) & U64(_AREA_MASK)) < own_sector and start[q, sector + 1] > start[q, sector]:
        first, last = start[q, sector], start[q, sector + 1]
    if last == first:
        return np.int64(-1)
    return np.int64(employer_of[first + ((high(h) * (last - first)) >> 32)])


@inlined
def adviser(c: Any, firms: Any, tables: Any, p: Any, m: Any, keys: Any, s: int, i: int, facts: int, k: int) -> int:
    """Put the first free programme place that an adviser finds on seeker s's list; return the list's length.

    Parameters
    ----------
    c : residents' columns.
    firms : employers' columns.
    tables, p : where looks go; integers of looks and values.
    m : working arrays, written.
    keys : keys of the month's draws.
    s, i : number of the seeker and his row.
    facts : the seeker's word from `facts_of`.
    k : the subsidy he holds an offer of.
    """
    h0 = draw(keys.look, c.id[i])
    place, sector = facts & 255, (facts >> 12) & 31
    n_firms = firms.slots.size
    for j in range(p.adviser_looks):
        h = mix(h0 + U64(_ADVISER + j) * GOLDEN)
        e = look_at(h, place, sector, tables.area_of, tables.start, tables.employer_of, p.own_sector)
        if e < 0 or firms.places[k, e] <= firms.places_filled[k, e]:
            continue
        z = draw2(keys.value, c.id[i], U64(e) + (p.stream[k] << U64(32)))
        health = ((facts >> 25) & 127) << 2
        if firms.inclusive[e] == 1:
            health = (health * p.inclusive) >> 16
        value = (facts >> 32) - health + p.subsidy_points[k] + points(z)
        if p.no_standard == 0 and value < firms.standard[e] + p.shift:
            return 0
        m.node[s, 0] = e + (k + 1) * n_firms
        m.rank[s, 0] = (value << 32) | np.int64(mix(z) >> U64(33))
        return 1
    return 0


@kernel
def apply(
    c: Any, firms: Any, tables: Any, p: Any, lists: Any, m: Any, keys: Any, lane: int, first: int, end: int
) -> None:
    """Write the applications of seekers first..end-1: employers in order of looking, and ranks there.

    Parameters
    ----------
    c, firms : columns of residents and employers.
    tables, p : where looks go; integers of looks and values.
    lists, keys : the month's seekers and keys.
    m, lane : working arrays, written, and which of the working spaces to use.
    first, end : range of seekers.
    """
    area_of, start, employer_of = tables.area_of, tables.start, tables.employer_of
    opened, standard, inclusive, areas = firms.open, firms.standard, firms.inclusive, firms.area
    joins, filled, headcount, sectors = firms.joins, firms.filled, firms.headcount, firms.sector
    ids, offers, employers = c.id, c.offer, c.employer
    seeker, seeker_facts = lists.seeker, lists.seeker_facts
    node, rank, applications, doors = m.node, m.rank, m.applications, m.doors[lane]
    own, shift, no_standard, unlimited = p.own_sector, p.shift, p.no_standard, p.unlimited
    look_key, value_key, accept_key, join_key = keys.look, keys.value, keys.accept, keys.participation
    last_column, end_of_slots = start.shape[1] - 1, employer_of.size - 1
    for s in range(first, end):
        i = seeker[s]
        facts = seeker_facts[s]
        who = ids[i]
        place, sector = facts & 255, (facts >> 12) & 31
        k = np.int64(offers[i]) - 1
        n = 0
        if k >= 0 and p.in_places[k] == 1:
            n = adviser(c, firms, tables, p, m, keys, s, i, facts, k)
        value0, health0 = facts >> 32, ((facts >> 25) & 127) << 2
        barriers = (facts >> 23) & 3
        present = employers[i]
        h0 = draw(look_key, who)
        n_doors: Any = 0
        for j in range((facts >> 17) & 63):  # no branch depends on the draw: the processor would guess it wrong
            h = mix(h0 + U64(j + 1) * GOLDEN)
            q = np.int64(area_of[place, np.int64(h & U64(_AREA_MASK))])
            whole, own_part = start[q, 0], start[q, sector]
            whole_size, own_size = start[q, last_column] - whole, start[q, sector + 1] - own_part
            at_home = (np.int64((h >> U64(N_AREA_BITS)) & U64(_AREA_MASK)) < own) & (own_size > 0)
            base, size = own_part if at_home else whole, own_size if at_home else whole_size
            e = np.int64(employer_of[min(base + ((high(h) * size) >> 32), end_of_slots)])
            doors[n_doors] = e
            n_doors += np.int64((size > 0) & ((opened[e] != 0) | (unlimited != 0)) & (e != present))
        for d in range(n_doors):
            if n >= MAX_APPLICATIONS:
                break
            e = np.int64(doors[d])
            known = False
            for a in range(n):
                known = known or node[s, a] == e
            if known:
                continue
            if barriers > 0:
                cost = draw2(accept_key, who, e)
                if (barriers & 1 and areas[e] != place and low(cost) < p.transport) or (
                    barriers & 2 and high(cost) < p.childcare
                ):
                    continue
            z = draw2(value_key, who, e)
            health = (health0 * p.inclusive) >> 16 if inclusive[e] == 1 else health0
            value = value0 - health + points(z)
            if (
                k >= 0
                and p.in_vacancies[k] == 1
                and (p.marginal[k] == 0 or filled[e] >= headcount[e])
                and p.place_mask[k, areas[e]] == 1
                and p.sector_mask[k, sectors[e]] == 1
                and joins_in(join_key, joins[k, e], e, who)
            ):
                value += p.subsidy_points[k]
            if value < standard[e] + shift and no_standard == 0:
                continue
            node[s, n] = e
            rank[s, n] = (value << 32) | np.int64(mix(z) >> U64(33))
            n += 1
        applications[s] = n
