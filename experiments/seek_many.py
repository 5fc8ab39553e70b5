"""Several levers: the cheapest point found that reaches a target, by a spread of points and a search among them.

The search is COBYQA (Ragonneau and Zhang 2023), which needs no derivatives and keeps to bounds and constraints;
`scipy.optimize` has it. It finds a good point and proves nothing, so the answer is the best of those that were tried.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.seek_levers import Lever

Floats = NDArray[np.float64]
Point = tuple[float, ...]
Evaluate = Callable[[Sequence[Point]], Sequence[tuple[Floats, float]]]
"""Points -> for each, how far every run is beyond the target, shape (runs,), and its cost."""
SPREAD_SHARE = 0.4
"""Share of the budget that is spread over the space before the search begins."""
MOST_CORNERS = 3
"""With so many levers at most, every corner of the space is among the points."""
FIRST_RADIUS, LAST_RADIUS = 0.2, 0.005
"""First and last step of the search, as shares of each range."""
PROPOSALS = 20
"""Proposals of the search for each evaluation left; most of the last ones are values that were tried."""


class _BudgetSpent(Exception):
    """Every evaluation of the budget is made."""


@dataclass
class Points:
    """Every point that was tried: how far its runs are beyond the target, and what it costs."""

    levers: tuple[Lever, ...]
    evaluate: Evaluate
    budget: int
    beyond: dict[Point, Floats] = field(default_factory=dict)
    cost: dict[Point, float] = field(default_factory=dict)

    @property
    def left(self) -> int:
        """Return how many more points may be tried."""
        return self.budget - len(self.beyond)

    def snap(self, point: Sequence[float]) -> Point:
        """Return the nearest point that is told apart."""
        return tuple(lever.snap(x) for lever, x in zip(self.levers, point, strict=True))

    def at(self, points: Sequence[Point]) -> None:
        """Try the points that are new, as far as the budget goes."""
        new = [p for p in dict.fromkeys(points) if p not in self.beyond][: self.left]
        for point, (beyond, cost) in zip(new, self.evaluate(new) if new else (), strict=True):
            self.beyond[point], self.cost[point] = beyond, cost

    def mean(self, point: Point) -> float:
        """Return how far the mean over runs is beyond the target; below every number where it is not defined."""
        mean = float(self.beyond[point].mean())
        return -math.inf if math.isnan(mean) else mean

    @property
    def reaching(self) -> list[Point]:
        """Return the points that reach the target on the mean, the cheapest first."""
        found = [p for p in self.beyond if self.mean(p) >= 0]
        return sorted(found, key=lambda p: (self.cost[p], p))

    @property
    def best(self) -> Point:
        """Return the cheapest point that reaches the target, or the one that comes nearest."""
        reaching = self.reaching
        return reaching[0] if reaching else max(self.beyond, key=lambda p: (self.mean(p), p))

    @property
    def frontier(self) -> list[Point]:
        """Return the points that no other both undercuts and outdoes, from the cheapest on."""
        kept: list[Point] = []
        for point in sorted(self.beyond, key=lambda p: (self.cost[p], -self.mean(p), p)):
            if math.isfinite(self.mean(point)) and (not kept or self.mean(point) > self.mean(kept[-1])):
                kept.append(point)
        return kept


def first_points(levers: Sequence[Lever], n: int, seed: int) -> list[Point]:
    """Return the middle of the space, its corners where there are few levers, and an even spread in between.

    Parameters
    ----------
    levers : sequence of Lever
        The levers.
    n : int
        How many points, at most.
    seed : int
        Seed of the spread.
    """
    from scipy.stats import qmc

    ends = [(lever.low, lever.high) for lever in levers]
    low, high = np.array(ends).T
    points = [tuple((low + (high - low) / 2).tolist())]
    points += list(product(*ends)) if len(levers) <= MOST_CORNERS else [tuple(low.tolist()), tuple(high.tolist())]
    sobol = qmc.Sobol(len(levers), rng=np.random.default_rng(np.random.SeedSequence([seed, len(levers)])))
    more = sobol.random_base2(max(1, math.ceil(math.log2(max(2, n)))))
    points += [tuple(row) for row in (low + (high - low) * more).tolist()]
    return points[:n]


def search_many(points: Points, seed: int) -> None:
    """Try points until the budget is spent or the search has ended: first spread out, then towards the cheapest.

    Where none of the spread reaches the target, one that does is sought first.

    Parameters
    ----------
    points : Points
        Where runs are made; it holds everything that was tried afterwards.
    seed : int
        Seed of the spread.
    """
    n = max(2 * len(points.levers) + 1, math.ceil(SPREAD_SHARE * points.budget))
    points.at([points.snap(p) for p in first_points(points.levers, n, seed)])
    try:
        if not points.reaching:
            _minimise(points, is_reaching=False)
        if points.reaching:
            _minimise(points, is_reaching=True)
    except _BudgetSpent:
        return


def _minimise(points: Points, is_reaching: bool) -> None:
    """Let COBYQA look for the cheapest point that reaches the target, or for one that reaches it at all.

    Raises
    ------
    _BudgetSpent
        If it asks for a point when none may be tried any more.
    """
    from scipy.optimize import Bounds, NonlinearConstraint, minimize

    low = np.array([lever.low for lever in points.levers])
    width = np.array([lever.high for lever in points.levers]) - low
    reach = _scale([points.mean(p) for p in points.beyond])
    price = _scale(list(points.cost.values()))

    def tried(z: Any) -> Point:
        point = points.snap((low + width * np.clip(z, 0.0, 1.0)).tolist())
        if point not in points.beyond:
            if points.left <= 0:
                raise _BudgetSpent
            points.at([point])
        return point

    def beyond(z: Any) -> float:
        return max(-10.0, points.mean(tried(z)) / reach)  # a point without a value counts as far from the target

    def cost(z: Any) -> float:
        return points.cost[tried(z)] / price

    start = (np.array(points.best) - low) / width
    dimensions = len(points.levers)
    options = {
        "maxfev": PROPOSALS * max(1, points.left),
        "initial_tr_radius": FIRST_RADIUS,
        "final_tr_radius": LAST_RADIUS,
    }
    bounds = Bounds(np.zeros(dimensions), np.ones(dimensions))
    if is_reaching:
        within: Any = NonlinearConstraint(beyond, 0.0, np.inf)
        minimize(cost, start, method="COBYQA", bounds=bounds, constraints=within, options=options)
    else:
        stop: Any = {**options, "f_target": 0.0}
        minimize(lambda z: -beyond(z), start, method="COBYQA", bounds=bounds, options=stop)


def _scale(values: Sequence[float]) -> float:
    """Return the spread of finite values, 1 where there is none, so that both sides of the search are of one size."""
    finite = [v for v in values if math.isfinite(v)]
    spread = max(finite) - min(finite) if finite else 0.0
    return spread if spread > 0 else 1.0


def by_draw(points: Points, draws: NDArray[np.int64]) -> list[Point | None]:
    """Return for every draw the cheapest point tried that reaches the target on the mean over its seeds; None: none.

    Costs are those of the mean over all runs: what a draw itself would make them is not looked at.

    Parameters
    ----------
    points : Points
        What was tried.
    draws : int64, shape (runs,)
        Draw of each run.
    """
    found: list[Point | None] = []
    for number in np.unique(draws):
        mine = draws == number
        reached = [p for p, beyond in points.beyond.items() if float(beyond[mine].mean()) >= 0]
        found.append(min(reached, key=lambda p: (points.cost[p], p)) if reached else None)
    return found
