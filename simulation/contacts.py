"""Step 6 of the month, first half: who asks for help at which door, and to which service he is referred.

A referral to a service that cannot take the resident may be lost; a single front door refers to whatever fits.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import State
from simulation.columns import HELPED, WAITING
from simulation.compiling import inlined, kernel
from simulation.streams import GOLDEN, U64, draw, draw2, high, low, mix

_ABSENT = int(State.ABSENT)
_EARLY = len(State)
NOWHERE = -1
CHUNK = 1024
RULES, MONEY, FULL = 1, 2, 3
"""Why a referral is rejected: shut out by the service's own rules or its funders', or the list is closed."""
RACE_BITS = 12
RACE_ONE = 1 << 28
_NONE = np.int64(1) << 62


class Doors(NamedTuple):
    """Integers of the doors: chances are 32-bit thresholds.

    `chance`: cumulative over channels, shape (rows, channels), rows as `processes.contact.contact_hazard` has them;
    `top`: the highest of it; `hard_to_reach`: bits of the cohorts; `absence_from`: completed months off sick from
    which work is spoken of; `take_up`, `knows`: by channel; `lost`, `front`: of a wrong referral, of contacts;
    `race`: quantiles of an exponential law, RACE_ONE is its mean.
    """

    chance: NDArray[np.int64]
    top: int
    hard_to_reach: int
    absence_from: int
    take_up: NDArray[np.int64]
    knows: NDArray[np.int64]
    lost: int
    front: int
    race: NDArray[np.int64]


class Offers(NamedTuple):
    """What a door needs of each service: `stream` number of its draws, `channels` bits, `places` this month.

    `aware`, `take_up`: 16-bit thresholds; `serves`: by Place; `money`: number of its funders' rule, -1 without one;
    `is_open`: whether the year still allows starts beyond its line.
    """

    stream: NDArray[np.uint64]
    channels: NDArray[np.int64]
    places: NDArray[np.int64]
    aware: NDArray[np.int64]
    take_up: NDArray[np.int64]
    serves: NDArray[np.uint8]
    money: NDArray[np.int64]
    is_open: NDArray[np.uint8]


@inlined
def row_of(c: Any, d: Any, i: int, month: int) -> Any:
    """Return a resident's row of the table of contacts.

    Parameters
    ----------
    c, d : residents' columns, the doors.
    i : row of the resident.
    month : month number.
    """
    state = np.int64(c.state[i])
    if state == _ABSENT and month - c.since[i] < d.absence_from:
        state = np.int64(_EARLY)
    far = np.int64(np.int64(c.cohort[i]) & d.hard_to_reach != 0)
    helped = np.int64(c.help_state[i] & HELPED != 0)
    return ((state * 4 + c.severity[i]) * 2 + far) * 2 + helped


@kernel
def ask(c: Any, d: Any, key: Any, month: int, first: int, end: int, rows: Any, channels: Any, drawn: Any) -> Any:
    """Write the residents among first..end-1 who let themselves be referred at a door, from position first on.

    The stages are apart so that the draws vectorise; few residents pass the first.

    Parameters
    ----------
    c, d : residents' columns, the doors.
    key, month : the month's key of contacts, month number.
    first, end : range of rows.
    rows, channels : the residents and where they ask, written.
    drawn : working space by row, written.

    Returns
    -------
    How many.
    """
    top = U64(d.top)
    n: Any = first
    for lo in range(first, end, CHUNK):
        size = min(CHUNK, end - lo)
        ids, h, found = c.id[lo : lo + size], drawn[lo : lo + size], rows[n:]
        for j in range(size):
            h[j] = mix(key + U64(ids[j]) * GOLDEN)
        m: Any = 0
        for j in range(size):
            found[m] = lo + j
            m += np.int64((h[j] & U64(0xFFFFFFFF)) < top)
        at: Any = n
        for x in range(n, n + m):
            i = rows[x]
            if c.help_state[i] & WAITING:
                continue
            row, z = row_of(c, d, i, month), drawn[i]
            u = low(z)
            for channel in range(d.chance.shape[1]):
                if u < d.chance[row, channel]:
                    if high(z) < d.take_up[channel]:
                        rows[at] = i
                        channels[at] = channel
                        at += 1
                    break
        n = at
    return n - first


@inlined
def has(masks: Any, x: int, rule: int) -> Any:
    """Return whether the x-th resident meets a rule, as 0 or 1.

    Parameters
    ----------
    masks : rules met, shape (residents, words).
    x, rule : which resident, which rule.
    """
    return np.int64((masks[x, rule >> 6] >> np.uint64(rule & 63)) & np.uint64(1))


@kernel
def refer(
    c: Any, d: Any, o: Any, service_key: Any, referral_key: Any, rules_key: Any, rows: Any, channels: Any, masks: Any,
    first: int, end: int, rejected: Any, reason: Any, referred: Any,
) -> None:  # fmt: skip
    """Choose the service of every resident at a door: the first in an exponential race of all that may be chosen.

    A door that knows the rules chooses among services that would take him and have room; one that does not, among all
    of its services in his Place. Service s wins with the share of its places; another service more or less moves nobody
    else but those it wins or held.

    Parameters
    ----------
    c, d, o : residents' columns, doors, services.
    service_key, referral_key, rules_key : the month's keys.
    rows, channels, masks : who asks, where, which rules they meet (own rules first).
    first, end : which of them.
    rejected, reason : service that could not take him and why, or NOWHERE; written.
    referred : service whose line he joins, or NOWHERE; written.
    """
    for x in range(first, end):
        rejected[x], referred[x], reason[x] = NOWHERE, NOWHERE, 0
        i = rows[x]
        who, place = c.id[i], c.place[i]
        h, way = draw(referral_key, who), 1 << np.int64(channels[x])
        front = high(h) < d.front
        best: Any = _NONE
        best_any: Any = _NONE
        fits: Any = np.int64(NOWHERE)
        fits_any: Any = np.int64(NOWHERE)
        accepts, accepts_any = False, False
        for s in range(o.places.size):
            if o.places[s] == 0 or o.serves[s, place] == 0 or (o.channels[s] & way == 0 and not front):
                continue
            g = draw2(service_key, who, o.stream[s])
            if (low(g) & 0xFFFF) >= o.aware[s] and not front:
                continue
            score = (d.race[high(g) >> (32 - RACE_BITS)] // o.places[s]) << 20 | (high(g) & 0xFFFFF)
            takes = has(masks, x, s) == 1 and (o.money[s] < 0 or has(masks, x, o.money[s]) == 1)
            if takes and o.is_open[s] == 1 and score < best:
                best, fits, accepts = score, np.int64(s), (low(g) >> 16) < o.take_up[s]
            if score < best_any:
                best_any, fits_any, accepts_any = score, np.int64(s), (low(g) >> 16) < o.take_up[s]
        if front or low(draw(rules_key, who)) < d.knows[channels[x]] or fits == fits_any:
            if fits >= 0 and accepts:
                referred[x] = fits
        elif fits_any >= 0 and accepts_any:
            rejected[x] = fits_any
            pays = o.money[fits_any] < 0 or has(masks, x, o.money[fits_any]) == 1
            reason[x] = RULES if has(masks, x, fits_any) == 0 else (FULL if pays else MONEY)
            if low(h) >= d.lost and fits >= 0 and accepts:
                referred[x] = fits
