"""Step 2 of the month: onset, worsening, recovery, diagnosis and the wait for treatment."""

from __future__ import annotations

from typing import Any

import numpy as np

from scenarios.vocabulary import CONDITIONS, State
from simulation.compiling import inlined, scalar
from simulation.pass_exits import helped
from simulation.processes.help_effects import RECOVERY
from simulation.streams import draw, high, low
from simulation.thresholds import BETTER_SEGMENT, DIAGNOSIS_SEGMENT, SEGMENT_BITS, WORSE_SEGMENT
from simulation.visit import DECLARED, DIAGNOSIS, LONG_UNEMPLOYMENT, TREATED, WAIT

_NEVER = -32768
_ABSENT, _UNEMPLOYED, _LTS = int(State.ABSENT), int(State.UNEMPLOYED), int(State.LONG_TERM_SICK)
_N = len(CONDITIONS)


@scalar
def health_group(state: Any, spell: Any, long_months: Any) -> Any:
    """Return the group of `processes.health.GROUPS` that a state and its duration belong to.

    Parameters
    ----------
    state : code of the state.
    spell : completed months in it.
    long_months : months from which unemployment is long.
    """
    if state <= _ABSENT:
        return 0
    if state == _UNEMPLOYED:
        return 2 if spell >= long_months else 1
    return 3 if state == _LTS else 4


@scalar
def position_in(u: Any, segment: Any) -> Any:
    """Return a draw's position behind the start of a segment."""
    return u - (np.int64(segment) << SEGMENT_BITS)


@inlined
def toggle(c: Any, t: Any, v: Any, keys: Any, i: int, u: int, group: int, band: int, month: int) -> None:
    """Let the condition that a draw names come or go.

    Parameters
    ----------
    c : residents' columns, written.
    t, v : thresholds, visit parameters.
    keys : keys of the month's draws.
    i : row.
    u : the month's draw for health, 32 bits.
    group, band : group of `health_group`, age band.
    month : month number.
    """
    k = u >> SEGMENT_BITS
    bit = np.uint8(1 << k)
    position = position_in(u, k)
    if c.conditions[i] & bit:
        width = np.int64(t.recovery[k, group])
        if c.treatment[i] != _NEVER and c.treatment[i] <= month:
            width = (width * v.values[TREATED]) >> 16
        if c.help[i] > 0:
            width = (width * helped(c, v, i, RECOVERY, month)) >> 16
        if position < width:
            keep = np.uint8(~bit & 0xFF)
            c.conditions[i] &= keep
            c.diagnosed[i] &= keep
            c.declared[i] &= keep
            if c.conditions[i] == 0:
                c.severity[i] = 0
                c.treatment[i] = _NEVER
    elif position < t.onset[k, band, group]:
        c.conditions[i] |= bit
        if c.severity[i] < 3 and high(draw(keys.treatment, c.id[i])) < v.limiting[k]:
            c.severity[i] += 1


@inlined
def diagnose(c: Any, v: Any, keys: Any, i: int, month: int) -> None:
    """Diagnose every condition of a resident; draw whether he declares it and how long treatment takes to start.

    Parameters
    ----------
    c : residents' columns, written.
    v : visit parameters.
    keys : keys of the month's draws.
    i : row.
    month : month number.
    """
    c.diagnosed[i] = c.conditions[i]
    wait = (low(draw(keys.treatment, c.id[i])) * (2 * v.values[WAIT] + 1)) >> 32
    c.treatment[i] = month + wait
    if low(draw(keys.disclosure, c.id[i])) < v.values[DECLARED]:
        c.declared[i] = c.diagnosed[i]


@inlined
def change_health(c: Any, t: Any, v: Any, keys: Any, i: int, u: int, month: int) -> Any:
    """Apply a resident's change of health this month, at most one; return whether there was any.

    Parameters
    ----------
    c : residents' columns, written.
    t, v : thresholds, visit parameters.
    keys : keys of the month's draws.
    i : row.
    u : the month's draw for health, 32 bits.
    month : month number.
    """
    segment = u >> SEGMENT_BITS
    before = (np.int64(c.conditions[i]) << 10) | (np.int64(c.diagnosed[i]) << 2) | c.severity[i]
    if segment <= DIAGNOSIS_SEGMENT and (segment < _N or c.conditions[i] != 0):
        band = np.int64(t.band[month - c.birth[i]])
        group = health_group(c.state[i], np.int64(month) - c.since[i], v.values[LONG_UNEMPLOYMENT])
        if segment < _N:
            toggle(c, t, v, keys, i, u, group, band, month)
        elif segment < BETTER_SEGMENT:
            if c.severity[i] < 3 and position_in(u, WORSE_SEGMENT) < t.worse[c.severity[i], group]:
                c.severity[i] += 1
        elif segment < DIAGNOSIS_SEGMENT:
            if c.severity[i] > 0 and position_in(u, BETTER_SEGMENT) < t.better[c.severity[i], group]:
                c.severity[i] -= 1
        elif c.diagnosed[i] != c.conditions[i] and position_in(u, DIAGNOSIS_SEGMENT) < v.values[DIAGNOSIS]:
            diagnose(c, v, keys, i, month)
    return before != (np.int64(c.conditions[i]) << 10) | (np.int64(c.diagnosed[i]) << 2) | c.severity[i]
