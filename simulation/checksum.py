"""A hash of the whole state that does not depend on the order of rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulation.compiling import kernel
from simulation.streams import GOLDEN, U64, mix


@kernel
def _residents(c: Any, lo: int, hi: int) -> Any:
    total = U64(0)
    for i in range(lo, hi):
        h = mix(U64(c.id[i]) * GOLDEN + U64(c.state[i]))
        h = mix(h + (U64(c.since[i] + 40000) << U64(32)) + U64(c.employer[i] + 1))
        h = mix(h + (U64(c.pay[i]) << U64(40)) + (U64(c.conditions[i]) << U64(32)) + (U64(c.severity[i]) << U64(24)))
        h = mix(h + (U64(c.programme[i]) << U64(8)) + U64(c.benefit[i]) + (U64(c.award[i]) << U64(16)))
        h = mix(h + (U64(c.birth[i] + 40000) << U64(16)) + U64(c.qualification[i]) + (U64(c.gross[i]) << U64(32)))
        total += h
    return total


@kernel
def _firms(slots: Any, filled: Any, places: Any) -> Any:
    total = U64(0)
    for e in range(slots.size):
        held = U64(0)
        for k in range(places.shape[0]):
            held += U64(places[k, e])
        total += mix(U64(e) * GOLDEN + (U64(slots[e]) << U64(32)) + U64(filled[e]) + (held << U64(48)))
    return total


def state_hash(c: Any, firms: Any) -> np.uint64:
    """Return the hash of all residents and employers."""
    total = int(_residents(c, 0, c.id.size)) + int(_firms(firms.slots, firms.filled, firms.places))
    return np.uint64(total & 0xFFFFFFFFFFFFFFFF)
