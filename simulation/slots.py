"""Step 5 of the month: leavers' slots, and employers who open and close slots and programme places.

Every employer rounds with one keyed draw a month, so a rate a little higher changes few of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from simulation.compiling import kernel
from simulation.streams import draw, high, low
from simulation.visit import DISABILITY, PLACE_CLOSED, PLACE_KEPT, SLOT_CLOSED, UNIT

RATE_ONE = 1 << 32
"""1.0 of a monthly share in 32-bit fixed point."""


@kernel
def join_lists(lists: Any, firms: Any, block: int, n_blocks: int) -> int:
    """Join the blocks' lists in row order and settle the leavers' slots; return the number of seekers.

    Parameters
    ----------
    lists, firms : lists of the month and employers' columns, both written.
    block, n_blocks : rows of a block and their number.
    """
    slots, filled = firms.slots, firms.filled
    places, places_filled = firms.places, firms.places_filled
    leaver, fates = lists.leaver, lists.fate
    seekers = 0
    for b in range(n_blocks):
        lo = b * block
        for a in range(lo, lo + lists.n_leavers[b]):
            e = leaver[a]
            fate = fates[a]
            if fate >= PLACE_KEPT:
                k = fate - PLACE_KEPT
                places[k, e] -= 1
                places_filled[k, e] -= 1
                slots[e] += 1
                filled[e] += 1
            elif fate >= PLACE_CLOSED:
                k = fate - PLACE_CLOSED
                places[k, e] -= 1
                places_filled[k, e] -= 1
            else:
                filled[e] -= 1
                if fate == SLOT_CLOSED:
                    slots[e] -= 1
        for a in range(lo, lo + lists.n_lookers[b]):
            lists.seeker[seekers] = lists.looker[a]
            lists.seeker_facts[seekers] = lists.facts[a]
            seekers += 1
    return seekers


@kernel
def join_changed(lists: Any, block: int, n_blocks: int, n_hired: int) -> int:
    """Merge the blocks' lists of changed rows and the hired into one in row order, nobody twice; return its length.

    Parameters
    ----------
    lists : lists of the month, written; the hired are in row order.
    block, n_blocks : rows of a block and their number.
    n_hired : length of the list of the hired.
    """
    due, why, hired = lists.due, lists.due_reason, lists.hired
    n, h = 0, 0
    for b in range(n_blocks):
        for a in range(b * block, b * block + lists.n_changed[b]):
            i, reason = lists.changed[a], lists.reason[a]
            while h < n_hired and hired[h] <= i:
                if hired[h] < i:
                    due[n], why[n] = hired[h], UNIT
                    n += 1
                elif reason == DISABILITY:
                    reason = np.uint8(UNIT)
                h += 1
            due[n], why[n] = i, reason
            n += 1
    for a in range(h, n_hired):
        due[n], why[n] = hired[a], UNIT
        n += 1
    return n


@kernel
def open_and_close(firms: Any, key_slots: Any, close: int, rates: Any, first: int, end: int) -> None:
    """Open and close the slots of employers first..end-1.

    Parameters
    ----------
    firms : employers' columns, written.
    key_slots : the month's key.
    close : share of vacant slots that close, 32-bit fixed point.
    rates : share of missing slots opened, by area, 32-bit fixed point, int64.
    first, end : range of employers.
    """
    slots, filled, target, opened, area = firms.slots, firms.filled, firms.target, firms.open, firms.area
    for e in range(first, end):
        h = draw(key_slots, e)
        vacant = np.int64(slots[e]) - filled[e]
        if vacant > 0:
            gone = min(vacant, (vacant * close + low(h)) >> 32)
            excess = np.int64(slots[e]) - gone - target[e]
            if excess > 0:
                gone = min(vacant, gone + excess)
            slots[e] -= gone
        gap = np.int64(target[e]) - slots[e]
        if gap > 0:
            slots[e] += (gap * rates[area[e]] + high(h)) >> 32
        opened[e] = 1 if slots[e] > filled[e] else 0


@kernel
def open_places(firms: Any, keys_places: Any, close: int, refill: int, offered: Any, first: int, end: int) -> None:
    """Open and close the programme places of employers first..end-1, in answer to the slots still missing.

    Parameters
    ----------
    firms : employers' columns, written.
    keys_places : the month's key of each subsidy.
    close : share of vacant places that close, 32-bit fixed point.
    refill : share of missing slots opened before any answer to cost, 32-bit fixed point.
    offered : answer of places to each subsidy's relative net cost, 16-bit fixed point; -1 where the
        programme is closed, shape (subsidies,).
    first, end : range of employers.
    """
    slots, target, joins = firms.slots, firms.target, firms.joins
    places, places_filled = firms.places, firms.places_filled
    for e in range(first, end):
        gap = np.int64(target[e]) - slots[e]
        for k in range(offered.size):
            spare = np.int64(places[k, e]) - places_filled[k, e]
            if offered[k] < 0:
                places[k, e] -= spare
                continue
            if joins[k, e] == 0:
                continue
            g = draw(keys_places[k], e)
            if spare > 0:
                places[k, e] -= min(spare, (spare * close + high(g)) >> 32)
            if gap > 0:
                wanted = (((gap * refill) >> 8) * offered[k]) >> 8
                wanted = ((wanted >> 8) * (np.int64(joins[k, e]) + 1)) >> 8
                places[k, e] += (wanted + low(g)) >> 32


@kernel
def count_slots(
    area: Any, slots: Any, filled: Any, places: Any, places_filled: Any, slot_row: Any, place_row: Any
) -> None:
    """Add up slots and programme places, open and filled, by area.

    Parameters
    ----------
    area, slots, filled : columns of the employers.
    places, places_filled : programme places, shape (subsidies, employers).
    slot_row, place_row : the month's rows, shape (areas, 2), written.
    """
    for e in range(area.size):
        a = area[e]
        slot_row[a, 0] += slots[e]
        slot_row[a, 1] += filled[e]
        for k in range(places.shape[0]):
            place_row[a, 0] += places[k, e]
            place_row[a, 1] += places_filled[k, e]
