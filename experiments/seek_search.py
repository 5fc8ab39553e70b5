"""Where one lever reaches a target: a grid first, then every change of side narrowed, on the same seeds throughout.

With the same seeds at every value the mean over runs is a function of the lever. It need be neither smooth nor
monotone, so nothing is assumed of it between two values that were tried, but that a change of side lies there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from experiments.seek_levers import Lever

Floats = NDArray[np.float64]
Evaluate = Callable[[Sequence[float]], Sequence[Floats]]
"""Values of the lever -> for each, how far every run is beyond the target, shape (runs,); above 0 where reached."""
GRID = 5
"""Values of the first grid."""
ALL_VALUES = 7
"""A lever of so few values has all of them tried."""
SETTLED_ERRORS = 0.25
"""A value whose mean is within so many standard errors of the target is a crossing as far as chance can tell."""
MARGIN = 0.1
"""No value is tried nearer to an end of its bracket than this share of it, lest the other end never move."""
JUMP = 10.0
"""A bracket in which the mean changes so many times faster than over the whole range holds a step."""
CROSSED, EVERYWHERE, NOWHERE = "crossed", "everywhere", "nowhere"


@dataclass(frozen=True)
class Crossing:
    """A change of side between two values next to each other, and where in between the line through them crosses.

    `rises`: whether the target is reached above it; `is_step`: whether the mean jumps over the target, so that the
    value given is the end that reaches it; `is_settled`: whether it was narrowed as far as was wanted.
    """

    low: float
    high: float
    x: float
    rises: bool
    is_step: bool
    is_settled: bool


@dataclass
class Tried:
    """Every value of the lever that was tried, with its runs; spends evaluations of a budget.

    `beyond`: value -> how far every run is beyond the target, shape (runs,), not a number where it is not defined.
    """

    evaluate: Evaluate
    budget: int
    beyond: dict[float, Floats] = field(default_factory=dict)

    @property
    def left(self) -> int:
        """Return how many more values may be tried."""
        return self.budget - len(self.beyond)

    def at(self, values: Sequence[float]) -> int:
        """Try the values that are new, as far as the budget goes; return how many were."""
        new = [x for x in dict.fromkeys(values) if x not in self.beyond][: self.left]
        if new:
            self.beyond |= dict(zip(new, self.evaluate(new), strict=True))
        return len(new)

    @property
    def values(self) -> list[float]:
        """Return the values that were tried, in order."""
        return sorted(self.beyond)

    def mean(self, x: float) -> float:
        """Return how far the mean over runs is beyond the target; not a number where it is not defined."""
        return float(self.beyond[x].mean())

    def reaches(self, x: float) -> bool:
        """Return whether the mean over runs reaches the target."""
        return self.mean(x) >= 0

    def error(self, x: float) -> float:
        """Return the standard error of that mean; 0 for one run, which shows none."""
        runs = self.beyond[x]
        return float(runs.std(ddof=1) / math.sqrt(len(runs))) if len(runs) > 1 else 0.0

    @property
    def matrix(self) -> Floats:
        """Return how far every run is beyond the target, shape (values, runs)."""
        return np.array([self.beyond[x] for x in self.values])


def first_values(lever: Lever, most: int = GRID) -> list[float]:
    """Return the values of the first grid: all of them where there are few.

    Parameters
    ----------
    lever : Lever
        The lever.
    most : int
        How many, where there are more.
    """
    if lever.n_values <= ALL_VALUES:
        return sorted({lever.low, lever.high, *(lever.snap(lever.low + i * lever.step) for i in range(lever.n_values))})
    return sorted({lever.snap(x) for x in np.linspace(lever.low, lever.high, most).tolist()})


def crossings_of(tried: Tried, lever: Lever) -> list[Crossing]:
    """Return every change of side between two values that were tried next to each other, in order.

    Parameters
    ----------
    tried : Tried
        What was tried.
    lever : Lever
        The lever.
    """
    defined = [x for x in tried.values if not math.isnan(tried.mean(x))]
    means = [tried.mean(x) for x in defined]
    spread = max(means) - min(means) if means else 0.0
    found = []
    for a, b in pairwise(defined):
        if tried.reaches(a) == tried.reaches(b):
            continue
        rises, change = tried.reaches(b), abs(tried.mean(b) - tried.mean(a))
        is_narrow = b - a <= lever.tolerance * (1 + 1e-9)
        # values told apart by one step cannot be narrowed, whatever lies between them
        is_step = is_narrow and lever.form != "whole" and change > JUMP * spread * (b - a) / (lever.high - lever.low)
        near = min((a, b), key=lambda x: abs(tried.mean(x)))
        is_near = abs(tried.mean(near)) <= SETTLED_ERRORS * tried.error(near)
        line = a + (b - a) * -tried.mean(a) / (tried.mean(b) - tried.mean(a))
        x = (b if rises else a) if is_step else min(b, max(a, lever.snap(line, upwards=rises)))
        found.append(Crossing(a, b, x, rises, is_step, is_narrow or is_near))
    return found


def search(lever: Lever, tried: Tried) -> list[Crossing]:
    """Return every crossing that the grid shows, narrowed as far as the budget goes.

    Where no value reaches the target and the best lies inside the range, values beside it are tried too.

    Parameters
    ----------
    lever : Lever
        The lever.
    tried : Tried
        Where runs are made; it holds everything that was tried afterwards.
    """
    tried.at(first_values(lever))
    slow: dict[tuple[float, bool], int] = {}
    before: dict[tuple[float, bool], float] = {}
    while tried.left > 0:
        crossings = crossings_of(tried, lever)
        if not crossings:
            if tried.reaches(tried.values[0]) or not tried.at(_beside_best(lever, tried)):
                return []
            continue
        values = []
        for number, crossing in enumerate(crossings):
            if crossing.is_settled:
                continue
            key, width = (float(number), crossing.rises), crossing.high - crossing.low
            # a line that always falls near one end narrows slowly: every second time the middle is taken instead
            slow[key] = slow.get(key, 0) + 1 if width > before.get(key, math.inf) / 2 else 0
            before[key] = width
            values.append(_within(lever, tried, crossing, slow[key] > 0))
        if not tried.at(values):
            break
    return crossings_of(tried, lever)


def _within(lever: Lever, tried: Tried, crossing: Crossing, is_slow: bool) -> float:
    """Return the value to be tried next inside a crossing's bracket."""
    a, b = crossing.low, crossing.high
    share = -tried.mean(a) / (tried.mean(b) - tried.mean(a))
    share = 0.5 if is_slow else min(1 - MARGIN, max(MARGIN, share))
    x = lever.snap(a + (b - a) * share)
    if a < x < b:
        return x
    beside = lever.snap(a + lever.step) if x <= a else lever.snap(b - lever.step)
    return beside if a < beside < b else lever.snap((a + b) / 2)


def _beside_best(lever: Lever, tried: Tried) -> list[float]:
    """Return values halfway between the best value and its neighbours, as long as they are told apart."""
    values = [x for x in tried.values if not math.isnan(tried.mean(x))]
    if not values:
        return []
    best = values.index(max(values, key=tried.mean))
    if best in (0, len(values) - 1) or values[best + 1] - values[best - 1] <= 2 * lever.tolerance:
        return []
    halves = [lever.snap((values[best] + values[k]) / 2) for k in (best - 1, best + 1)]
    return [x for x in halves if x not in tried.beyond]


def status_of(tried: Tried, crossings: Sequence[Crossing]) -> str:
    """Return whether the target is reached on one side of a crossing, at every value tried, or at none."""
    if crossings:
        return CROSSED
    return EVERYWHERE if any(tried.reaches(x) for x in tried.values) else NOWHERE


def best_value(tried: Tried) -> float:
    """Return the value at which the mean over runs comes nearest to the target, or is furthest beyond it."""
    defined = [x for x in tried.values if not math.isnan(tried.mean(x))]
    return max(defined or tried.values, key=lambda x: tried.mean(x) if defined else 0.0)
