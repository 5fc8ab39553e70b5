"""Keyed draws in Python's own whole numbers: splitmix64 of (seed, draw, month, purpose, who)."""

from __future__ import annotations

from simulation.streams import Purpose

STEP = 0x9E3779B97F4A7C15
ALL = (1 << 64) - 1


def mix(z: int) -> int:
    """Return the splitmix64 finaliser of a 64-bit number."""
    z &= ALL
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & ALL
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & ALL
    return z ^ (z >> 31)


def low(h: int) -> int:
    """Return the low 32 bits."""
    return h & 0xFFFFFFFF


def high(h: int) -> int:
    """Return the high 32 bits."""
    return h >> 32


def noise(h: int) -> int:
    """Return noise of standard deviation 150 points: four 16-bit pieces summed, centred and scaled."""
    return ((sum((h >> shift) & 0xFFFF for shift in (0, 16, 32, 48)) - 131070) * 260) >> 16


class Draws:
    """The draws of one run."""

    def __init__(self, seed: int, draw: int) -> None:
        self.keys: dict[tuple[int, int], int] = {}
        self.root = mix(mix(seed + STEP) + STEP * (draw + 1))

    def key(self, month: int, purpose: Purpose) -> int:
        """Return the key of a month and purpose; month 0 for draws that stay for good."""
        if (month, purpose) not in self.keys:
            inner = mix(self.root + STEP * ((month & 0xFFFFFFFF) + 1))
            self.keys[month, purpose] = mix(inner + STEP * (int(purpose) + 1))
        return self.keys[month, purpose]

    def of(self, month: int, purpose: Purpose, who: int, other: int | None = None) -> int:
        """Return the draw of somebody, or of a pair."""
        h = mix(self.key(month, purpose) + who * STEP)
        return h if other is None else mix(h + other * STEP)
