"""Bookkeeping after a resident's month: cells, classes, satisfaction and the bits that pairing compares."""

from __future__ import annotations

from typing import Any

import numpy as np

from scenarios.vocabulary import State
from simulation.compiling import kernel, scalar
from simulation.streams import U64, draw
from simulation.thresholds import ALWAYS_CLASS
from simulation.visit import Counters, cell_of, exit_class_of, health_class_of

_ABSENT, _UNEMPLOYED = int(State.ABSENT), int(State.UNEMPLOYED)
_ONES = U64(0xFFFFFFFFFFFFFFFF)


@scalar
def set_from(bits: Any, i: Any, month: Any, on: Any) -> None:
    """Set or clear the bits of row i from a policy month on."""
    word = month >> 6
    mask = _ONES << U64(month & 63)
    for w in range(word, bits.shape[1]):
        if on:
            bits[i, w] |= mask
        else:
            bits[i, w] &= ~mask
        mask = _ONES


@kernel
def record(
    c: Any, t: Any, v: Any, rows: Any, old_state: Any, old_cell: Any, replaced: Any, rec: Any, counters: Any,
    wellbeing: Any, month: int, policy: int, lo: int, m: int,
) -> None:  # fmt: skip
    """Bring cells, classes, satisfaction and the pairing record up to date for rows[lo:lo + m].

    Parameters
    ----------
    c, t, v, rec, counters : columns, thresholds, visit parameters, pairing record, counts of this lane.
    rows, old_state, old_cell, replaced : the visited rows and what they were before the step.
    wellbeing : key of people's own level of satisfaction.
    month, policy : month number; policy month, negative before the policy's start.
    lo, m : range of the lists.
    """
    for e in range(lo, lo + m):
        i = rows[e]
        s = np.int64(c.state[i])
        band = np.int64(t.band[month - c.birth[i]])
        cell = cell_of(c.place[i], band, c.sex[i], c.ethnicity[i], c.severity[i], s)
        before = np.int64(old_state[e])
        if cell != old_cell[e]:
            counters.cells[old_cell[e]] -= 1
            counters.cells[cell] += 1
        was_subsidised = c.exit_class[i] == ALWAYS_CLASS
        c.exit_class[i] = exit_class_of(s, band, c.severity[i], c.programme[i])
        c.health_class[i] = health_class_of(band, c.severity[i], c.conditions[i])
        own = np.int64(v.satisfaction_levels[draw(wellbeing, c.id[i]) & U64(255)])
        effect = v.satisfaction[s, c.severity[i]]
        if c.programme[i] > 0:
            effect += v.on_programme[0]
        level = min(np.int64(100), max(np.int64(0), own + effect))
        counters.satisfaction[c.place[i]] += level - np.int64(c.satisfaction[i])
        c.satisfaction[i] = level
        if policy >= 0:
            if (before <= _ABSENT) != (s <= _ABSENT):
                set_from(rec.work, i, policy, s <= _ABSENT)
            if (before == _UNEMPLOYED) != (s == _UNEMPLOYED):
                set_from(rec.unemployed, i, policy, s == _UNEMPLOYED)
            if was_subsidised != (c.programme[i] > 0):
                set_from(rec.subsidised, i, policy, c.programme[i] > 0)


__all__ = ["Counters", "record", "set_from"]
