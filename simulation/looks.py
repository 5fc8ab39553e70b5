"""Step 7, first half: each seeker looks at a fixed number of employers and applies where a slot is open.

Looks are drawn by stable weights (base slots, commuting, industry) and do not depend on who has a vacancy:
a closed door wastes the look. That is what keeps paired runs paired.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulation.columns import HELPED, MAX_APPLICATIONS, SEEKERS_A_TASK
from simulation.compiling import inlined, kernel, scalar
from simulation.processes.employer_offers import ADJUSTMENTS, FLEXIBLE
from simulation.streams import GOLDEN, U64, draw, draw2, high, low, mix, points

N_AREA_BITS = 10
_AREA_MASK = (1 << N_AREA_BITS) - 1
_ADVISER = 1000


class LookTables(NamedTuple):
    """Where looks go: fixed for a run.

    `area_of`: area by Place and ten bits of a draw; `first`, `size`: range of base slots in `employer_of` of
    an area, 0 all of them, 1 those of an industry (all if it has none), shape (areas, industries, 2);
    `employer_of`: employer of each base slot, one more for looks at an area without any.
    """

    area_of: NDArray[np.uint8]
    first: NDArray[np.int32]
    size: NDArray[np.int32]
    employer_of: NDArray[np.int32]


class LookParameters(NamedTuple):
    """Integers of looks and values.

    `own_sector`: share of looks in the seeker's own industry, ten bits; `adviser_looks`: looks of an adviser
    for a free place; `inclusive`: health counted by inclusive employers, 16-bit fixed point; refusals are
    32-bit thresholds; `shift`: added to every hiring standard; `subsidy_points`, `in_vacancies`,
    `in_places`, `marginal`, `place_mask`, `sector_mask`, `stream` (number of its draws): by subsidy; then
    two that switch on the exact limits; the month, and what services change, by service: `refusal` chance of
    turning a job down by months since help began, `ranking` points and `health_seen` share of the penalty for
    health at anchor employers or, with `at_home`, at those of the seeker's Place; 16-bit fixed point; `offers` of each
    employer under an incentive (no length without one), and the share of the penalty for health that is left where
    they adjust work, of refusals for childcare where their hours are flexible; 32-bit thresholds of turning a job down
    by what it would leave (`Columns.keep`).
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
    month: int
    refusal: NDArray[np.uint32]
    ranking: NDArray[np.int64]
    health_seen: NDArray[np.int64]
    at_home: NDArray[np.uint8]
    offers: NDArray[np.uint8]
    adjusted_health: int
    flexible_refusal: int
    refusal_by_keep: NDArray[np.int64]


class HiringKeys(NamedTuple):
    """Keys of the month's looks, values and jobs, uint64 each; `participation` stays for good."""

    look: np.uint64
    value: np.uint64
    accept: np.uint64
    participation: np.uint64
    pay: np.uint64
    gain: np.uint64


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
def range_of(h: Any, place: Any, sector: Any, area_of: Any, own_sector: Any) -> Any:
    """Return the area that a draw looks in, and 1 if it looks in the seeker's own industry.

    Parameters
    ----------
    h : the look's draw.
    place, sector : the seeker's Place and industry.
    area_of, own_sector : where looks go; share of looks in the own industry, ten bits.
    """
    q = np.int64(area_of[place, np.int64(h & U64(_AREA_MASK))])
    return q, np.int64(np.int64((h >> U64(N_AREA_BITS)) & U64(_AREA_MASK)) < own_sector)


@inlined
def penalty_at(firms: Any, p: Any, facts: int, e: int) -> Any:
    """Return the points that an employer takes off an applicant for the ill health that he sees.

    Parameters
    ----------
    firms : employers' columns.
    p : integers of looks and values.
    facts : the seeker's word from `facts_of`.
    e : number of the employer.
    """
    health = ((facts >> 25) & 127) << 2
    if firms.inclusive[e] == 1:
        health = (health * p.inclusive) >> 16
    if p.offers.size > 0 and p.offers[e] & ADJUSTMENTS:
        health = (health * p.adjusted_health) >> 16
    return health


@inlined
def adviser(c: Any, firms: Any, tables: Any, p: Any, m: Any, keys: Any, at: int, i: int, facts: int, k: int) -> int:
    """Put the first free programme place that an adviser finds at the head of a list; return the list's length.

    Parameters
    ----------
    c : residents' columns.
    firms : employers' columns.
    tables, p : where looks go; integers of looks and values.
    m : working arrays, written.
    keys : keys of the month's draws.
    at, i : where the seeker's list begins, his row.
    facts : the seeker's word from `facts_of`.
    k : the subsidy he holds an offer of.
    """
    h0 = draw(keys.look, c.id[i])
    place, sector = facts & 255, (facts >> 12) & 31
    n_firms = firms.slots.size
    for j in range(p.adviser_looks):
        h = mix(h0 + U64(_ADVISER + j) * GOLDEN)
        q, own = range_of(h, place, sector, tables.area_of, p.own_sector)
        size = np.int64(tables.size[q, sector, own])
        e = np.int64(tables.employer_of[tables.first[q, sector, own] + ((high(h) * size) >> 32)])
        if size == 0 or firms.places[k, e] <= firms.places_filled[k, e]:
            continue
        z = draw2(keys.value, c.id[i], U64(e) + (p.stream[k] << U64(32)))
        value = (facts >> 32) - penalty_at(firms, p, facts, e) + p.subsidy_points[k] + points(z)
        if p.no_standard == 0 and value < firms.standard[e] + p.shift:
            return 0
        m.node[at] = e + (k + 1) * n_firms
        m.rank[at] = (value << 32) | np.int64(mix(z) >> U64(33))
        return 1
    return 0


@inlined
def look_around(ids: Any, lists: Any, tables: Any, p: Any, w: Any, key: Any, first: int, end: int) -> Any:
    """Write the base slots that seekers first..end-1 look at; return how many looks.

    Parameters
    ----------
    ids : residents' ids.
    lists, tables, p : the month's seekers, where looks go, integers of looks.
    w : working space of a lane, written: slot looked at and who looks, in order.
    key : the month's key of looks.
    first, end : range of seekers.
    """
    area_of, starts, sizes, own_share = tables.area_of, tables.first, tables.size, p.own_sector
    slot, who, drawn = w.slot, w.who, w.drawn
    nowhere = np.int64(tables.employer_of.size - 1)
    n: Any = 0
    for s in range(first, end):
        facts = lists.seeker_facts[s]
        h0 = draw(key, ids[lists.seeker[s]])
        for j in range((facts >> 17) & 63):
            drawn[n] = h0 + U64(j + 1) * GOLDEN
            who[n] = s
            n += 1
    for x in range(n):
        drawn[x] = mix(drawn[x])
    for x in range(n):
        h, facts = drawn[x], lists.seeker_facts[who[x]]
        sector = (facts >> 12) & 31
        q, own = range_of(h, facts & 255, sector, area_of, own_share)
        size = np.int64(sizes[q, sector, own])
        slot[x] = starts[q, sector, own] + ((high(h) * size) >> 32) if size > 0 else nowhere
    return n


@inlined
def open_doors(firms: Any, tables: Any, w: Any, unlimited: int, n: int) -> Any:
    """Keep the looks that find an open slot, in order; return how many.

    Parameters
    ----------
    firms, tables : employers' columns, where looks go.
    w : working space, written: employer found and who looks.
    unlimited : 1 if every slot is open.
    n : how many looks.
    """
    opened, employer_of, slot, who, door = firms.open, tables.employer_of, w.slot, w.who, w.door
    nowhere = employer_of.size - 1
    found: Any = 0
    for x in range(n):  # no branch depends on what is found: the processor would guess it wrong and wait
        e = employer_of[slot[x]]
        door[found] = e
        who[found] = who[x]
        found += np.int64((slot[x] != nowhere) & ((opened[e] != 0) | (unlimited != 0)))
    return found


@inlined
def turns_down(c: Any, p: Any, i: int, e: int, barriers: int, away: bool, cost: Any) -> Any:
    """Return whether a job costs a seeker too much to get to, in travel or childcare; help may lower the chance.

    Parameters
    ----------
    c : residents' columns.
    p : integers of looks and values.
    i, e : his row, number of the employer.
    barriers, away : bits of what holds him back; whether the employer is in another area than his Place.
    cost : draw of the pair.
    """
    transport, childcare = np.int64(p.transport), np.int64(p.childcare)
    if c.help[i] > 0:
        months = min(np.int64(p.month) - c.help_since[i], p.refusal.shape[1] - 1)
        ratio = np.int64(p.refusal[np.int64(c.help[i]) - 1, months])
        transport, childcare = (transport * ratio) >> 16, (childcare * ratio) >> 16
    if p.offers.size > 0 and p.offers[e] & FLEXIBLE:
        childcare = (childcare * p.flexible_refusal) >> 16
    return (barriers & 1 and away and low(cost) < transport) or (barriers & 2 and high(cost) < childcare)


@kernel
def apply(c: Any, firms: Any, tables: Any, p: Any, lists: Any, m: Any, w: Any, keys: Any, first: int, end: int) -> None:
    """Write the applications of seekers first..end-1: employers in order of looking, and ranks there.

    The three stages of a few hundred seekers are apart so that the processor fetches many employers at once.

    Parameters
    ----------
    c, firms : columns of residents and employers.
    tables, p : where looks go; integers of looks and values.
    lists, keys : the month's seekers and keys.
    m, w : working arrays of the matching and of this lane, written.
    first, end : range of seekers.
    """
    standard, inclusive, areas = firms.standard, firms.inclusive, firms.area
    joins, filled, headcount, sectors = firms.joins, firms.filled, firms.headcount, firms.sector
    node, rank, begin, applications = m.node, m.rank, m.begin, m.applications
    value_key, accept_key, join_key, gain_key = keys.value, keys.accept, keys.participation, keys.gain
    for lo in range(first, end, SEEKERS_A_TASK):
        hi = min(end, lo + SEEKERS_A_TASK)
        found = open_doors(firms, tables, w, p.unlimited, look_around(c.id, lists, tables, p, w, keys.look, lo, hi))
        at: Any = lo * MAX_APPLICATIONS
        x = 0
        for s in range(lo, hi):
            begin[s] = at
            i = lists.seeker[s]
            k = np.int64(c.offer[i]) - 1
            n: Any = 0
            if k >= 0 and p.in_places[k] == 1:
                n = adviser(c, firms, tables, p, m, keys, at, i, lists.seeker_facts[s], k)
            while x < found and w.who[x] == s:
                e = np.int64(w.door[x])
                x += 1
                if n >= MAX_APPLICATIONS or e == c.employer[i]:
                    continue
                known = False
                for a in range(at, at + n):
                    known = known or node[a] == e
                if known:
                    continue
                facts, who = lists.seeker_facts[s], c.id[i]
                barriers = (facts >> 23) & 3
                away = areas[e] != facts & 255
                if barriers > 0 and turns_down(c, p, i, e, barriers, away, draw2(accept_key, who, e)):
                    continue
                refuses = p.refusal_by_keep[c.keep[i]]
                if refuses > 0 and low(draw2(gain_key, who, e)) < refuses:
                    continue
                z = draw2(value_key, who, e)
                health = penalty_at(firms, p, facts, e)
                bonus: Any = 0
                if c.help_state[i] & HELPED:
                    served = np.int64(c.help[i]) - 1
                    if inclusive[e] == 1 or (p.at_home[served] == 1 and areas[e] == facts & 255):
                        health = (health * p.health_seen[served]) >> 16
                        bonus = p.ranking[served]
                value = (facts >> 32) - health + points(z) + bonus
                if (
                    k >= 0
                    and p.in_vacancies[k] == 1
                    and (p.marginal[k] == 0 or filled[e] >= headcount[e])
                    and p.place_mask[k, areas[e]] == 1
                    and p.sector_mask[k, sectors[e]] == 1
                    and joins_in(join_key, joins[k, e], e, who)
                ):
                    value += p.subsidy_points[k]
                if value < standard[e] + p.shift and p.no_standard == 0:
                    continue
                node[at + n] = e
                rank[at + n] = (value << 32) | np.int64(mix(z) >> U64(33))
                n += 1
            applications[s] = n
            at += n
