"""Keyed hash draws: every random number is a pure function of (seed, draw, purpose, month, who).

There is no generator and no state, so a draw does not depend on what else was drawn, in which order or on
which thread. What is not here: the laws (inverse distribution functions), which belong to the processes.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from simulation.compiling import scalar

U64 = np.uint64
GOLDEN = U64(0x9E3779B97F4A7C15)
_M1 = U64(0xBF58476D1CE4E5B9)
_M2 = U64(0x94D049BB133111EB)
_MASK = (1 << 64) - 1
FIXED = 0
"""Month number used for draws that stay with a resident or an employer for good."""


class Purpose(IntEnum):
    """One hash each; a hash has two 32-bit halves, and every half serves one decision only."""

    MONTH = 0  # low: which exit, if any; high: which change of health, if any
    FATE = 1  # low: does the slot close with its leaver; high: drop-out of a subsidised job
    ARRIVAL = 2  # low: age on arrival; high: whose attributes the arrival has
    LOOK = 3  # low: commuting and sector of a look; high: position in the table of base slots
    VALUE = 4  # noise of an applicant's value to an employer; its own hash: ties
    CLOSE = 5  # low: closing vacant slots; high: opening slots
    PLACES = 6  # low: opening programme places; high: slots of leavers while demand is short
    PARTICIPATION = 7  # low: does an establishment take part; high: rounding of the number that do
    TAKE_UP = 8  # low: does an eligible resident take part
    LOTTERY = 9  # low and high: order of service where places are short
    KEEP = 10  # noise of the employer's second decision
    PAY = 11  # low: size of a pay rise; high: hours of a new job
    CLAIM = 12  # low: does a unit claim what it is entitled to; high: is an inactive claimant asked to look
    WELLBEING = 13  # low: a person's own level of life satisfaction
    TREATMENT = 14  # low: length of the wait for treatment; high: work-limiting severity on onset
    ACCEPT = 15  # low: whether the cost of getting to a job is too high; high: insecure contract
    SKILL = 16  # low: qualification gained on growing up; high: placement in the run-in
    RING = 17  # position on the ring of open slots (exact limits only)
    DISCLOSURE = 18  # low: whether a diagnosed condition is declared
    CONTACT = 19  # low: at which door, if any, a resident asks for help; high: does he let himself be referred
    REFERRAL = 20  # low: is a referral to the wrong service lost; high: does it come to the single front door
    RULES = 21  # low: does the door know who is eligible; high: does the first conversation turn him away
    SERVICE = 22  # by service. low: known or not, accepted or not; high: which of them
    WAIT = 23  # low: day of the referral; high: patience in the line
    HELP = 24  # low: length of help; high: how long until he would drop out
    LEARNING = 25  # low: does he gain a level; high: does he change sector, and into which
    PLACEMENT = 26  # low: is he placed in a job; high: rounding of a helped seeker's looks
    SITE = 27  # how far a service's effect lies from its mean in a Place
    JOINING = 28  # by incentive. low: does an employer join
    ALLOCATION = 29  # chances in an allocator that explores
    DISABILITY = 30  # low: has Personal Independence Payment, at his severity; high: at which level
    CONTRIBUTION = 31  # low: claims a new-style benefit; high: does his health element outlast the start of a job
    FAMILY = 32  # by unit. low: pays for childcare; high: claims Child Benefit
    CARER = 33  # low: has the carer element
    GAIN = 34  # low: turns a job down that would leave too little
    COUPLE = 35  # low: looks for somebody to move in with this year
    BIRTH = 36  # low: has a child this year; high: in which of the past twelve months
    ROUNDING = 37  # low: rounding of the slots that an employer wants, the same in every run


def _mix_py(z: int) -> int:
    z &= _MASK
    z = ((z ^ (z >> 30)) * int(_M1)) & _MASK
    z = ((z ^ (z >> 27)) * int(_M2)) & _MASK
    return z ^ (z >> 31)


def root(seed: int, draw: int) -> int:
    """Return the 64-bit root of all keys of one seed and one parameter draw."""
    g = int(GOLDEN)
    return _mix_py(_mix_py(seed + g) + g * (draw + 1))


def key(run_root: int, month: int, purpose: Purpose) -> np.uint64:
    """Return the 64-bit key of one month and purpose.

    Parameters
    ----------
    run_root : root of the run, from `root`.
    month : month number; negative in the run-in.
    purpose : which decision.
    """
    return U64(_mix_py(_month_root(run_root, month) + int(GOLDEN) * (int(purpose) + 1)))


@lru_cache(maxsize=1024)
def _month_root(run_root: int, month: int) -> int:
    return _mix_py(run_root + int(GOLDEN) * ((month & 0xFFFFFFFF) + 1))


def stream_of(name: str) -> int:
    """Return the number of a subsidy's own draws, 1..2**32 - 1: a hash of its name, whatever its place."""
    return crc32(name.encode()) or 1


def key_of(k: np.uint64, name: str) -> np.uint64:
    """Return the key of one subsidy's draws under the key of a purpose."""
    return U64(_mix_py(int(k) + stream_of(name) * int(GOLDEN)))


@scalar
def mix(z: Any) -> Any:
    """Return the splitmix64 finaliser of a uint64."""
    z = (z ^ (z >> U64(30))) * _M1
    z = (z ^ (z >> U64(27))) * _M2
    return z ^ (z >> U64(31))


@scalar
def draw(k: Any, who: Any) -> Any:
    """Return the 64-bit draw of one resident or employer under a key."""
    return mix(k + U64(who) * GOLDEN)


@scalar
def draw2(k: Any, who: Any, other: Any) -> Any:
    """Return the 64-bit draw of a pair, for example resident and employer, under a key.

    Parameters
    ----------
    k : key.
    who, other : the two ids.
    """
    return mix(mix(k + U64(who) * GOLDEN) + U64(other) * GOLDEN)


@scalar
def low(h: Any) -> Any:
    """Return the low 32-bit half of a draw, as int64."""
    return np.int64(h & U64(0xFFFFFFFF))


@scalar
def high(h: Any) -> Any:
    """Return the high 32-bit half of a draw, as int64."""
    return np.int64(h >> U64(32))


@scalar
def points(h: Any) -> Any:
    """Return noise of mean 0 and standard deviation 150 points from one draw.

    The sum of four 16-bit pieces, centred: close to normal, in integers, the same on every processor.
    """
    m = U64(0xFFFF)
    total = np.int64(h & m) + np.int64((h >> U64(16)) & m) + np.int64((h >> U64(32)) & m) + np.int64(h >> U64(48))
    return ((total - 131070) * 260) >> 16


def draws(k: np.uint64, who: NDArray[Any]) -> NDArray[np.uint64]:
    """Return the uint64 draws of many residents or employers, the same numbers as `draw` gives.

    Parameters
    ----------
    k : key, from `key`.
    who : integer ids, any shape.
    """
    with np.errstate(over="ignore"):
        z = who.astype(np.uint64) * GOLDEN + k
        z = (z ^ (z >> U64(30))) * _M1
        z = (z ^ (z >> U64(27))) * _M2
        out: NDArray[np.uint64] = z ^ (z >> U64(31))
    return out
