"""Step 7, second half: employers keep their best applicants (deferred acceptance), and the hires.

Orders are strict (value, then a keyed tie, then the id), so the outcome does not depend on the order of
proposing, on rows or on threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from scenarios.vocabulary import State
from simulation.compiling import inlined, kernel, scalar
from simulation.looks import joins_in
from simulation.streams import draw, high, low
from simulation.visit import worked_of_24

_EMPLOYED, _ABSENT = int(State.EMPLOYED), int(State.ABSENT)
HIRES, JOB_TO_JOB, STARTED = 0, 1, 2


@scalar
def worse(rank_a: Any, id_a: Any, rank_b: Any, id_b: Any) -> Any:
    """Return whether applicant a comes after b: lower rank, or the same rank and the higher id.

    Parameters
    ----------
    rank_a, id_a : rank and id of one applicant.
    rank_b, id_b : of the other.
    """
    return rank_a < rank_b or (rank_a == rank_b and id_a > id_b)


@kernel
def sift_up(ranks: Any, who: Any, ids: Any, at: int, n: int, r: int, s: int) -> None:
    """Add seeker s with rank r to the heap of n holders that begins at `at`; its root is the worst.

    Parameters
    ----------
    ranks, who : ranks and seekers of all heaps, written.
    ids : ids of the seekers.
    at, n : where the heap begins and how many it holds.
    r, s : rank and number of the seeker.
    """
    x = n
    while x > 0:
        y = (x - 1) >> 1
        if not worse(r, ids[s], ranks[at + y], ids[who[at + y]]):
            break
        ranks[at + x] = ranks[at + y]
        who[at + x] = who[at + y]
        x = y
    ranks[at + x] = r
    who[at + x] = s


@kernel
def replace_worst(ranks: Any, who: Any, ids: Any, at: int, n: int, r: int, s: int) -> int:
    """Put seeker s into the full heap in place of its worst holder; return that holder.

    Parameters
    ----------
    ranks, who : ranks and seekers of all heaps, written.
    ids : ids of the seekers.
    at, n : where the heap begins and how many it holds.
    r, s : rank and number of the seeker.
    """
    out = who[at]
    x = 0
    while True:
        y = 2 * x + 1
        if y >= n:
            break
        if y + 1 < n and worse(ranks[at + y + 1], ids[who[at + y + 1]], ranks[at + y], ids[who[at + y]]):
            y += 1
        if not worse(ranks[at + y], ids[who[at + y]], r, ids[s]):
            break
        ranks[at + x] = ranks[at + y]
        who[at + x] = who[at + y]
        x = y
    ranks[at + x] = r
    who[at + x] = s
    return int(out)


@kernel
def prepare_nodes(firms: Any, m: Any) -> int:
    """Give each employer's slots, then each subsidy's places, room in the heaps; return the total open."""
    n = firms.slots.size
    total = 0
    for e in range(n):
        m.offset[e] = total
        m.held[e] = 0
        total += max(firms.slots[e] - firms.filled[e], 0)
    for k in range(firms.places.shape[0]):
        for e in range(n):
            m.offset[(k + 1) * n + e] = total
            m.held[(k + 1) * n + e] = 0
            total += max(firms.places[k, e] - firms.places_filled[k, e], 0)
    return total


@kernel
def match(c: Any, firms: Any, m: Any, seeker: Any, ids: Any, n_seekers: int, backwards: int, unlimited: int) -> int:
    """Match seekers to nodes by deferred acceptance; write the node or -1 into m.got; return the proposals.

    Parameters
    ----------
    c, firms, m : columns of residents and employers, working arrays.
    seeker : rows of the seekers; `ids` receives their ids, shape (n_seekers,).
    n_seekers : how many seekers.
    backwards : 1 to propose in reverse order (the outcome is the same; tests show it).
    unlimited : 1 if every employer takes every applicant (exact limit).
    """
    n = firms.slots.size
    position, got, begin, node, rank = m.position, m.got, m.begin, m.node, m.rank
    offset, held, ranks, who = m.offset, m.held, m.best_rank, m.best_seeker
    for s in range(n_seekers):
        ids[s] = c.id[seeker[s]]
        position[s] = begin[s]
        got[s] = -1
    proposals = 0
    for turn in range(n_seekers):
        s = n_seekers - 1 - turn if backwards else turn
        while position[s] < begin[s] + m.applications[s]:
            x, r = node[position[s]], rank[position[s]]
            position[s] += 1
            proposals += 1
            if unlimited:
                got[s] = x
                break
            if x < n:
                room = firms.slots[x] - firms.filled[x]
            else:
                room = firms.places[x // n - 1, x % n] - firms.places_filled[x // n - 1, x % n]
            if held[x] < room:
                sift_up(ranks, who, ids, offset[x], held[x], r, s)
                held[x] += 1
                got[s] = x
                break
            if worse(r, ids[s], ranks[offset[x]], ids[who[offset[x]]]):
                continue
            out = replace_worst(ranks, who, ids, offset[x], held[x], r, s)
            got[s] = x
            got[out] = -1
            s = out
    return proposals


@inlined
def take_job(c: Any, firms: Any, t: Any, pay: Any, keys: Any, i: int, e: int, month: int) -> None:
    """Give resident i a job at employer e: pay by qualification, age, ability and employer; hours; contract.

    Parameters
    ----------
    c : residents' columns, written.
    firms : employers' columns.
    t : thresholds.
    pay : integers of pay.
    keys : keys of the month's draws.
    i, e : row of the resident, number of the employer.
    month : month number.
    """
    band = np.int64(t.band[month - c.birth[i]])
    market = pay.market[c.qualification[i], band] * pay.ability[c.ability[i] + 400] * (1000 + firms.premium[e])
    wage = max(market // (1000 * 65536), pay.floor[(month - c.birth[i]) // 12])
    c.pay[i] = min(wage, 60000)
    h = draw(keys.pay, c.id[i])
    c.hours[i] = pay.part_time if high(h) * 100 >> 32 < firms.part_time[e] else pay.full_time
    c.insecure[i] = 1 if low(h) * 100 >> 32 < firms.insecure[e] else 0
    c.sector[i] = firms.sector[e]
    c.employer[i] = e
    c.hired[i] = month


@inlined
def subsidise(
    c: Any, firms: Any, p: Any, counters: Any, rec: Any, keys: Any, i: int, x: int, month: int, policy: int
) -> None:
    """Make the new job of resident i a subsidised one if he holds an offer and the employer takes part.

    Its own pay and hours stay in his columns: they come into force if he is kept.

    Parameters
    ----------
    c : residents' columns, written.
    firms : employers' columns.
    p : integers of looks.
    counters, rec : counts and pairing record, written.
    keys : keys of the month's draws.
    i, x : row of the resident, node he was matched to.
    month, policy : month number; policy month, negative before the policy.
    """
    n = firms.slots.size
    e = x % n
    k = np.int64(c.offer[i]) - 1
    if k < 0:
        return
    if x < n:
        if p.in_vacancies[k] == 0 or p.place_mask[k, firms.area[e]] == 0 or p.sector_mask[k, firms.sector[e]] == 0:
            return
        if (p.marginal[k] == 1 and firms.filled[e] <= firms.headcount[e]) or not joins_in(
            keys.participation, firms.joins[k, e], e, c.id[i]
        ):
            return
    else:
        c.slot[i] = k + 1
    c.programme[i] = k + 1
    c.programme_since[i] = month
    counters.subsidies[k, c.place[i], STARTED] += 1
    if policy >= 0 and rec.first_start[i] < 0 and policy < rec.left[i]:
        rec.first_start[i] = policy
        rec.start_subsidy[i] = k


@kernel
def hire(
    c: Any, firms: Any, t: Any, p: Any, pay: Any, m: Any, lists: Any, counters: Any, rec: Any, keys: Any,
    n_seekers: int, month: int, policy: int,
) -> int:  # fmt: skip
    """Turn matches into jobs; list the hired for the record step; return how many.

    Parameters
    ----------
    c, firms, t, p, pay, m, lists, counters, rec, keys : columns, tables and lists of the month.
    n_seekers, month, policy : number of seekers, month number, policy month (negative before the policy).
    """
    n = firms.slots.size
    hired = 0
    for s in range(n_seekers):
        x = np.int64(m.got[s])
        if x < 0:
            continue
        i = lists.seeker[s]
        e = x % n
        state = np.int64(c.state[i])
        lists.hired[hired] = i
        hired += 1
        if state == _EMPLOYED:
            firms.filled[c.employer[i]] -= 1
            if p.unlimited == 1:
                firms.slots[c.employer[i]] -= 1
            counters.flows[c.place[i], JOB_TO_JOB] += 1
        else:
            band = np.int64(t.band[month - c.birth[i]])
            counters.moves[c.place[i], band, state, _EMPLOYED] += 1
            c.work_history[i] = worked_of_24(c.work_history[i], c.work_since[i], False, month)
            c.work_since[i] = month
            c.since[i] = month
        counters.flows[c.place[i], HIRES] += 1
        if x < n:
            firms.filled[e] += 1
            if p.unlimited == 1:
                firms.slots[e] += 1
        else:
            firms.places_filled[x // n - 1, e] += 1
            if p.unlimited == 1:
                firms.places[x // n - 1, e] += 1
        c.slot[i] = 0
        c.state[i] = _EMPLOYED
        take_job(c, firms, t, pay, keys, i, e, month)
    for s in range(n_seekers):
        x = np.int64(m.got[s])
        if x >= 0:
            i = lists.seeker[s]
            subsidise(c, firms, p, counters, rec, keys, i, x, month, policy)
            c.offer[i] = 0
    return hired
