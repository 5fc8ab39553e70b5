"""Steps 3 and 4 of the month: exits from every state, who looks for a job, and the ends of subsidies."""

from __future__ import annotations

from typing import Any

import numpy as np

from scenarios.vocabulary import State
from simulation.columns import HELPED, PLACED
from simulation.compiling import inlined, scalar
from simulation.covariates import SPELL_CAP
from simulation.offers import offered
from simulation.processes.help_effects import ENTRY, RETENTION, RETURN, SICK_EXIT
from simulation.streams import draw, draw2, high, low, points
from simulation.thresholds import SEGMENT_BITS
from simulation.visit import (
    ABILITY_WEIGHT,
    CHANGED,
    DURATION_CAP,
    DURATION_PENALTY,
    ENDED,
    HISTORY_POINTS,
    INSECURE_RATIO,
    JSA_MONTHS,
    LEFT,
    MONEY,
    NO_STANDARD,
    PAY_RISE,
    PLACE_CLOSED,
    PLACE_KEPT,
    PLACED_LOOKS,
    PLACED_POINTS,
    SEEKS,
    SICK_PAY_MONTHS,
    SLOT_CLOSED,
    SLOT_CLOSES,
    SLOT_OPEN,
    STANDARD_SHIFT,
    bit_count,
    worked_of_24,
)

_EMPLOYED, _ABSENT, _UNEMPLOYED = int(State.EMPLOYED), int(State.ABSENT), int(State.UNEMPLOYED)
_LTS, _STUDENT = int(State.LONG_TERM_SICK), int(State.STUDENT)
_D_LTS, _D_ABSENT, _D_UNEMPLOYED, _D_SEARCH, _D_RISE = 0, 1, 2, 7, 8
_PAY_MAX = 60000
STAYS, LOOKS, RISES = -1, -2, -3
SEPARATIONS, ABSENCES, RETURNS = 2, 3, 4
FINISHED, KEPT, DROPPED = 4, 5, 6


@scalar
def state_of(destination: Any, state: Any) -> Any:
    """Return the state a destination leads to."""
    if destination == _D_LTS:
        return _LTS
    if destination == _D_ABSENT:
        return _ABSENT
    if destination == _D_UNEMPLOYED:
        return _UNEMPLOYED
    return _STUDENT + destination - 3


@inlined
def helped(c: Any, v: Any, i: int, effect: int, month: int) -> Any:
    """Return what the help that a resident has or had multiplies a hazard with, 16-bit fixed point.

    Parameters
    ----------
    c : residents' columns; he carries an effect.
    v : visit parameters.
    i, effect : row, effect of `processes.help_effects`.
    month : month number.
    """
    months = min(np.int64(month) - c.help_since[i], v.help_ratio.shape[2] - 1)
    return np.int64(v.help_ratio[np.int64(c.help[i]) - 1, c.place[i], months, effect])


@inlined
def has_faded(c: Any, v: Any, i: int, month: int) -> Any:
    """Return whether nothing is left of the effect that a resident carries.

    Parameters
    ----------
    c : residents' columns; he carries an effect.
    v : visit parameters.
    i : row.
    month : month number.
    """
    return np.int64(month) - c.help_since[i] >= v.help_until[np.int64(c.help[i]) - 1]


@inlined
def exit_of(c: Any, t: Any, v: Any, i: int, u: int, month: int) -> Any:
    """Return the state a resident moves to this month, STAYS, LOOKS for a job, or RISES in pay.

    Parameters
    ----------
    c : residents' columns; pay and contract are written on a rise.
    t, v : thresholds, visit parameters.
    i : row.
    u : the month's draw for exits, 32 bits.
    month : month number.
    """
    s = np.int64(c.state[i])
    d = np.int64(t.destination[s, u >> SEGMENT_BITS])
    if d < 0:
        return STAYS
    band = np.int64(t.band[month - c.birth[i]])
    row = ((s * 7 + band) * 2 + c.sex[i]) * 4 + c.qualification[i]
    row = (row * 4 + c.severity[i]) * 6 + v.class_of_bits[c.conditions[i]]
    begun = c.hired[i] if s == _EMPLOYED else c.since[i]
    spell = min(max(np.int64(month) - begun, 0), SPELL_CAP)
    width = (np.int64(t.exit_width[row, d]) * np.int64(t.exit_shape[s, d, spell])) >> 16
    width = (width * np.int64(t.exit_level[c.place[i], s, d])) >> 16
    if d == _D_UNEMPLOYED and s == _EMPLOYED and c.insecure[i] == 1:
        width = (width * v.values[INSECURE_RATIO]) >> 16
    if d == _D_SEARCH and s > _ABSENT:
        width = (width * v.search_by_keep[c.keep[i]]) >> 16
    if c.help[i] > 0:
        if d == _D_SEARCH:
            width = (width * helped(c, v, i, RETURN if s == _ABSENT else ENTRY, month)) >> 16
        elif s <= _ABSENT and d == _D_LTS:
            width = (width * helped(c, v, i, SICK_EXIT, month)) >> 16
        elif s <= _ABSENT and d == _D_UNEMPLOYED:
            width = (width * helped(c, v, i, RETENTION, month)) >> 16
    if v.offers.size > 0 and s <= _ABSENT:
        width = (width * offered(c, v, i, s, d)) >> 16
    if u - np.int64(t.offset[s, d]) >= width:
        return STAYS
    if d == _D_SEARCH:
        return _EMPLOYED if s == _ABSENT else LOOKS
    if d == _D_RISE:
        c.pay[i] = min(_PAY_MAX, (np.int64(c.pay[i]) * v.values[PAY_RISE]) >> 16)
        c.insecure[i] = 0
        return RISES
    return state_of(d, s)


@inlined
def value_of(c: Any, v: Any, i: int, month: int) -> Any:
    """Return a resident's value to an employer without health and noise, points.

    Parameters
    ----------
    c : residents' columns.
    v : visit parameters.
    i : row.
    month : month number.
    """
    working = c.state[i] <= _ABSENT
    mask = worked_of_24(c.work_history[i], c.work_since[i], working, month)
    value = ((np.int64(c.ability[i]) * v.values[ABILITY_WEIGHT]) >> 16) + v.qualification_points[c.qualification[i]]
    value += v.values[HISTORY_POINTS] * bit_count(mask) - v.cohort_penalty[c.cohort[i]]
    if not working:
        out = min(np.int64(month) - c.work_since[i], v.values[DURATION_CAP])
        if c.state[i] == _UNEMPLOYED:
            out = min(np.int64(month) - c.since[i], v.values[DURATION_CAP])
        value -= v.values[DURATION_PENALTY] * out
    return value


@inlined
def looks_of(c: Any, v: Any, key: Any, i: int, month: int) -> Any:
    """Return how many employers a seeker looks at this month; his gain from work and help move it, rounded by a draw.

    Parameters
    ----------
    c : residents' columns.
    v : visit parameters.
    key : the month's key of rounding.
    i : row.
    month : month number.
    """
    looks = max(np.int64(1), v.looks[c.state[i]] + v.cohort_looks[c.cohort[i]])
    if c.help_state[i] & PLACED:
        return v.values[PLACED_LOOKS]
    ratio = np.int64(1 << 16)
    if c.state[i] == _UNEMPLOYED:  # who is inactive searches more or less often instead
        ratio = v.search_by_keep[c.keep[i]]
    if c.help[i] > 0:
        if c.state[i] == _UNEMPLOYED:
            ratio = (ratio * helped(c, v, i, ENTRY, month)) >> 16
        if c.help_state[i] & HELPED:
            ratio = (ratio * v.lock_in[np.int64(c.help[i]) - 1]) >> 16
    if ratio == 1 << 16:
        return looks
    return min(np.int64(63), (looks * ratio + (high(draw(key, c.id[i])) >> 16)) >> 16)


@inlined
def facts_of(c: Any, v: Any, key: Any, i: int, month: int) -> Any:
    """Return what hiring needs of a seeker in one word: value, health seen, barriers, looks, sector, state, Place.

    Parameters
    ----------
    c : residents' columns.
    v : visit parameters.
    key : the month's key of rounding.
    i : row.
    month : month number.
    """
    health: Any = np.int64(0)
    if c.declared[i] != 0:
        health = v.severity_penalty[c.severity[i]] + v.condition_penalty[v.class_of_bits[c.declared[i]]]
    value = value_of(c, v, i, month)
    if c.help_state[i] & PLACED:
        value += v.values[PLACED_POINTS]
    looks = looks_of(c, v, key, i, month)
    word = (value << 32) | (min(health >> 2, 127) << 25) | (np.int64(c.barriers[i] & 3) << 23)
    return word | (looks << 17) | (np.int64(c.sector[i]) << 12) | (np.int64(c.state[i]) << 8) | np.int64(c.place[i])


@inlined
def end_of_subsidy(c: Any, firms: Any, v: Any, counters: Any, keys: Any, i: int, month: int) -> Any:
    """Settle a subsidised job: return the leaver's fate, PLACE_KEPT + index if kept in a place, or STAYS.

    Parameters
    ----------
    c : residents' columns, written.
    firms : employers' columns.
    v : visit parameters.
    counters : counts of this lane, written.
    keys : keys of the month's draws.
    i : row.
    month : month number.
    """
    k = np.int64(c.programme[i]) - 1
    p = np.int64(c.place[i])
    if high(draw(keys.fate, c.id[i])) < v.drop_out[k]:
        counters.subsidies[k, p, DROPPED] += 1
        return PLACE_CLOSED + k if c.slot[i] > 0 else SLOT_OPEN
    if np.int64(month) - c.programme_since[i] < v.placement_months[k]:
        return STAYS
    counters.subsidies[k, p, FINISHED] += 1
    c.completed[i] |= np.uint8(1 << (k & 7))
    employer = c.employer[i]
    value = value_of(c, v, i, month) + v.keep_bonus[k] + points(draw2(keys.keep, c.id[i], employer))
    if value < firms.standard[employer] + v.values[STANDARD_SHIFT] and v.values[NO_STANDARD] == 0:
        return PLACE_CLOSED + k if c.slot[i] > 0 else SLOT_OPEN
    counters.subsidies[k, p, KEPT] += 1
    c.programme[i] = ENDED
    if c.slot[i] > 0:
        c.slot[i] = 0
        return PLACE_KEPT + k
    return STAYS


@inlined
def leave_job(c: Any, v: Any, lists: Any, keys: Any, i: int, fate: int, at: int) -> None:
    """Note that a resident leaves his slot; his own draw decides whether an ordinary slot closes with him.

    Parameters
    ----------
    c : residents' columns, written.
    v : visit parameters.
    lists : the leavers, written.
    keys : keys of the month's draws.
    i : row.
    fate : what becomes of the slot; negative if a draw decides.
    at : position in the list of leavers.
    """
    if fate < 0:
        fate = PLACE_CLOSED + c.slot[i] - 1 if c.slot[i] > 0 else SLOT_OPEN
        if fate == SLOT_OPEN and low(draw(keys.fate, c.id[i])) < v.values[SLOT_CLOSES]:
            fate = SLOT_CLOSED
    lists.leaver[at] = c.employer[i]
    lists.fate[at] = fate
    c.employer[i] = -1
    c.slot[i] = 0
    if c.programme[i] > 0:
        c.programme[i] = ENDED


@inlined
def move(c: Any, t: Any, counters: Any, i: int, s: int, to: int, month: int) -> None:
    """Put a resident into another state and count the move.

    Parameters
    ----------
    c : residents' columns, written.
    t : thresholds.
    counters : counts of this lane, written.
    i : row.
    s, to : state left and state entered.
    month : month number.
    """
    band = np.int64(t.band[month - c.birth[i]])
    counters.moves[c.place[i], band, s, to] += 1
    if to == _ABSENT:
        counters.flows[c.place[i], ABSENCES] += 1
    elif s == _ABSENT and to == _EMPLOYED:
        counters.flows[c.place[i], RETURNS] += 1
    if to > _ABSENT and s <= _ABSENT:
        c.work_history[i] = worked_of_24(c.work_history[i], c.work_since[i], True, month)
        c.work_since[i] = month
    c.state[i] = to
    c.since[i] = month


@inlined
def leave(
    c: Any, firms: Any, t: Any, v: Any, lists: Any, counters: Any, keys: Any, i: int, why: int, u: int, month: int,
    at: int,
) -> Any:  # fmt: skip
    """Apply a resident's exit and the end of his subsidy; return why he is now visited.

    Parameters
    ----------
    c : residents' columns, written.
    firms : employers' columns.
    t, v : thresholds, visit parameters.
    lists : the leavers, written.
    counters : counts of this lane, written.
    keys : keys of the month's draws.
    i, why : row, why he is visited.
    u : the month's draw for exits, 32 bits.
    month : month number.
    at : position of the next leaver from a slot.
    """
    s = np.int64(c.state[i])
    to = exit_of(c, t, v, i, u, month)
    spell = np.int64(month) - c.since[i]
    if s == _ABSENT and spell == v.values[SICK_PAY_MONTHS]:
        why |= MONEY
    if s == _UNEMPLOYED and c.contributory[i] > 0 and spell == v.values[JSA_MONTHS]:
        why |= MONEY
    if to == RISES:
        why |= CHANGED | MONEY
    if s <= _ABSENT and (to > _ABSENT or c.programme[i] > 0):
        why |= CHANGED | MONEY
        fate = STAYS
        if to <= _ABSENT:
            fate = end_of_subsidy(c, firms, v, counters, keys, i, month)
            if fate >= PLACE_KEPT:
                lists.leaver[at] = c.employer[i]
                lists.fate[at] = fate
                why |= LEFT
            elif fate >= 0:
                to = _UNEMPLOYED
        if to > _ABSENT:
            if c.programme[i] > 0 and fate == STAYS:
                counters.subsidies[c.programme[i] - 1, c.place[i], DROPPED] += 1
            leave_job(c, v, lists, keys, i, fate, at)
            why |= LEFT
            counters.flows[c.place[i], SEPARATIONS] += 1
    if to >= 0 and to != s:
        move(c, t, counters, i, s, to, month)
        why |= CHANGED | MONEY
    if (to == LOOKS or c.help_state[i] & PLACED) and c.programme[i] == 0 and c.state[i] != _ABSENT:
        why |= SEEKS
    if c.help[i] > 0 and c.help_state[i] & HELPED == 0 and has_faded(c, v, i, month):
        c.help[i] = 0
        why |= CHANGED
    return why
