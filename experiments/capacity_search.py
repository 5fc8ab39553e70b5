"""From recorded referrals to a number of caseworkers: one replay a number and seed, each made once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from results.capacity import CapacityFound, CapacityTerms, Values, measures_of, spread
from results.statistics import Stat

if TYPE_CHECKING:
    from scenarios.arm import ArmSpec
    from scenarios.service_specs import ServiceSpec
    from simulation.delivery.replay import Recording

GRID = 12
"""Numbers of the curve, beside those that the answer names."""
BEYOND = 1.3
"""How far the curve goes on beyond the largest number named."""
TARGET = "in_time"


@dataclass
class Curve:
    """Every measure of a programme as a function of its caseworkers, over seeds; replays on demand.

    Parameters
    ----------
    made, seeds
        A recording a seed.
    desks
        The programme's desks, in the order of the recordings.
    caseworkers
        Of the catalogue, whole region.
    weeks, sample
        Longest wait in time; one resident in so many.
    arm
        The arm that was recorded.
    """

    made: Sequence[Recording]
    seeds: Sequence[int]
    desks: Sequence[ServiceSpec]
    caseworkers: float
    weeks: int
    sample: int
    arm: ArmSpec
    known: dict[int, dict[str, Stat]] = field(default_factory=dict)

    @property
    def terms(self) -> CapacityTerms:
        """What turns a replay into figures; desks of a programme have the same costs."""
        one = self.desks[0]
        return CapacityTerms(self.weeks, self.sample, (one.start_pence, one.month_pence, one.outcome_pence))

    @property
    def own(self) -> tuple[float, float]:
        """Fewest and most caseworkers that the scenario itself has in the policy's months."""
        from simulation.clients import factor_of

        first = self.arm.policy_month
        held = [self.caseworkers * factor_of(self.desks[0], first + t) for t in range(self.arm.months)]
        return min(held), max(held)

    def places(self, n: int) -> NDArray[np.int64]:
        """Return the places of n caseworkers in the sample, shape (months, desks)."""
        from simulation.clients import places_of

        by_desk = [places_of(desk, n / self.caseworkers, self.sample) for desk in self.desks]
        return np.tile(np.array(by_desk, np.int64), (self.arm.months, 1))

    def at(self, n: int) -> dict[str, Stat]:
        """Return every measure with n caseworkers."""
        if n not in self.known:
            self.known[n] = self._spread(self.made, [self.places(n)] * len(self.made))
        return self.known[n]

    def as_run(self, made: Sequence[Recording]) -> dict[str, Stat]:
        """Return every measure of recordings with the places that their runs had."""
        return self._spread(made, [part.places for part in made])

    def _spread(self, made: Sequence[Recording], places: Sequence[NDArray[np.int64]]) -> dict[str, Stat]:
        from simulation.delivery.replay import replay

        values: list[Values] = [
            measures_of(part, replay(part, room), room, self.terms) for part, room in zip(made, places, strict=True)
        ]
        return spread(np.array(values), self.seeds)


@dataclass(frozen=True)
class Range:
    """Fewest caseworkers that reach the share: by the mean over seeds, by the interval's upper and its lower end."""

    number: int | None
    low: int | None
    high: int | None


def first_true(test: Callable[[int], bool], most: int) -> int | None:
    """Return the least whole number from 1 to `most` for which a test that never turns false again holds."""
    high = 1
    while not test(high):
        if high >= most:
            return None
        high = min(2 * high, most)
    low = high // 2  # the test failed there, or it is 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if test(middle) else (middle, high)
    return high


def search(curve: Curve, share: float, most: int) -> Range:
    """Return the fewest caseworkers that start a share of referrals in time.

    Parameters
    ----------
    curve : Curve
        The programme.
    share : float
        Share wanted.
    most : int
        Most caseworkers tried.
    """
    number = first_true(lambda n: curve.at(n)[TARGET].mean >= share, most)
    if number is None or len(curve.seeds) < 2:
        return Range(number, None, None)
    return Range(
        number,
        first_true(lambda n: curve.at(n)[TARGET].p95 >= share, most),
        first_true(lambda n: curve.at(n)[TARGET].p05 >= share, most),
    )


def answer_of(curve: Curve, reached: Range, share: float) -> CapacityFound:
    """Return the answer with its curve; a number counts only if every larger one tried reaches the share too.

    Parameters
    ----------
    curve : Curve
        The programme.
    reached : Range
        From `search`.
    share : float
        Share wanted.
    """
    low, high = curve.own
    named = [n for n in (reached.number, reached.low, reached.high) if n is not None]
    top = int(np.ceil(max([*named, high, 3]) * BEYOND))
    for n in {*np.unique(np.rint(np.geomspace(1, top, GRID)).astype(int)).tolist(), *named}:
        curve.at(n)
    if reached.number is not None:
        for n in (reached.number - 1, reached.number + 1):
            curve.at(max(1, n))
    if low == high and low == int(low) and low >= 1:
        curve.at(int(low))
    numbers = [n for n in sorted(curve.known) if n <= top]
    failing = [n for n in numbers if not curve.at(n)[TARGET].mean >= share]
    number = reached.number
    if number is not None and failing and max(failing) > number:
        number = next((n for n in numbers if n > max(failing)), None)
    return CapacityFound(
        number=number,
        low=reached.low,
        high=None if reached.high is None or number is None else max(reached.high, number),
        own=curve.own,
        rows={n: curve.at(n) for n in _thinned(numbers, {*named, number, int(low)})},
        places={n: int(curve.places(n)[0].sum()) for n in numbers},
        as_it_is=curve.as_run(curve.made),
    )


def _thinned(numbers: Sequence[int], named: set[int | None]) -> list[int]:
    """Return the numbers without those that a search left close beside others: at most a tenth apart, not named."""
    kept: list[int] = []
    for n in numbers:
        near = {n - 1, n + 1} & named
        if n in named or near or not kept or n >= kept[-1] * 1.1:
            kept.append(n)
    return kept
