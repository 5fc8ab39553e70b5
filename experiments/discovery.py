"""Scenario boxes: under which limits on parameters or measured outcomes an option pays back (PRIM).

The patient rule induction method of Friedman and Fisher (1999), with coverage and density as Bryant and Lempert (2010)
use them: thin slices are peeled off for as long as few runs are left, and of all boxes on that path the one is kept
that covers many of the runs that pay back and holds few others. What chance alone would find is told by shuffling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
FEWEST_ROWS = 30
"""With fewer rows no box is sought."""
FEWEST_OF_EACH = 5
"""Nor where fewer rows than this pay back, or fail to."""
SLICE = 0.08
"""Share of the rows left that one peel removes."""
SMALLEST = 0.1
"""Share of all rows that a box holds at least."""
SHUFFLES = 99
CHANCE = 0.05
"""Above this probability a limit, or a box, counts as found by chance."""


@dataclass(frozen=True)
class Limit:
    """A limit of a box: the name's value is at least `low` and at most `high`, either of which may be missing.

    `chance`: probability that a box without the limit would be as dense by chance (a quasi-p-value).
    """

    name: str
    low: float | None = None
    high: float | None = None
    chance: float = 0.0


@dataclass(frozen=True)
class Box:
    """Limits with what they hold.

    `coverage`: share of the rows of interest that lie inside; `density`: share of the rows inside that are of interest;
    `base`: their share of all rows; `mass`: share of all rows inside; `chance`: how often a box as good is found among
    shuffled rows.
    """

    limits: tuple[Limit, ...]
    coverage: float
    density: float
    base: float
    mass: float
    chance: float

    @property
    def explains(self) -> bool:
        """Return whether the box says more than chance would."""
        return bool(self.limits) and self.chance <= CHANCE


@dataclass
class _Bounds:
    """A box while it is sought: low and high by column, minus and plus infinity where there is no limit."""

    low: Floats
    high: Floats
    inside: Flags = field(repr=False)

    def copy(self) -> _Bounds:
        return _Bounds(self.low.copy(), self.high.copy(), self.inside.copy())


def is_enough(hits: Flags) -> bool:
    """Return whether there are enough rows of either kind to seek a box."""
    return len(hits) >= FEWEST_ROWS and min(int(hits.sum()), int((~hits).sum())) >= FEWEST_OF_EACH


def find_box(x: Floats, hits: Flags, names: Sequence[str]) -> Box:
    """Return the box that best tells rows of interest from others.

    Parameters
    ----------
    x : float64, shape (rows, names)
        What limits may be set on.
    hits : bool, shape (rows,)
        Rows of interest; enough of either kind (`is_enough`).
    names : sequence of str
        Names of the columns.
    """
    bounds = _sought(x, hits)
    score = _score(bounds.inside, hits)
    random = np.random.Generator(np.random.PCG64(0))
    as_good = 0
    for _ in range(SHUFFLES):
        shuffled = random.permutation(hits)
        as_good += _score(_sought(x, shuffled).inside, shuffled) >= score
    limits = _kept(x, hits, bounds, names)
    inside = _inside(x, names, limits)
    return Box(
        limits,
        coverage=float(hits[inside].sum() / hits.sum()),
        density=float(hits[inside].mean()),
        base=float(hits.mean()),
        mass=float(inside.mean()),
        chance=(1 + as_good) / (1 + SHUFFLES),
    )


def _score(inside: Flags, hits: Flags) -> float:
    """Return the harmonic mean of coverage and density."""
    found = float(hits[inside].sum())
    return 2 * found / (float(hits.sum()) + float(inside.sum()))


def _sought(x: Floats, hits: Flags) -> _Bounds:
    """Return the best box on the path of peels, pasted out again where that helps."""
    n, p = x.shape
    box = _Bounds(np.full(p, -np.inf), np.full(p, np.inf), np.ones(n, bool))
    best, best_score = box, _score(box.inside, hits)
    while (peeled := _peeled(x, hits, box)) is not None:
        box = peeled
        score = _score(box.inside, hits)
        if score >= best_score:
            best, best_score = box, score
    return _pasted(x, hits, best, best_score)


def _peeled(x: Floats, hits: Flags, box: _Bounds) -> _Bounds | None:
    """Return the box without the thin slice whose loss raises its density most; None where nothing is left to peel."""
    rows = np.flatnonzero(box.inside)
    n, least = len(rows), max(2, int(np.ceil(SMALLEST * len(hits))))
    thin = max(1, int(SLICE * n))
    if n - thin < least or hits[rows].all():
        return None
    mine, good = x[rows], hits[rows]
    ordered = np.sort(mine, axis=0)
    best: tuple[float, int, bool, float] | None = None
    for is_low, edges in ((True, ordered[thin]), (False, ordered[n - thin - 1])):
        kept = mine >= edges if is_low else mine <= edges
        counts = kept.sum(axis=0)
        density = (good[:, None] & kept).sum(axis=0) / np.maximum(counts, 1)
        density[(counts < least) | (counts == n)] = -1.0
        column = int(density.argmax())
        if density[column] >= 0 and (best is None or density[column] > best[0]):
            best = float(density[column]), column, is_low, float(edges[column])
    if best is None:
        return None
    _, column, is_low, edge = best
    out = box.copy()
    if is_low:
        out.low[column] = edge
        out.inside &= x[:, column] >= edge
    else:
        out.high[column] = edge
        out.inside &= x[:, column] <= edge
    return out


def _pasted(x: Floats, hits: Flags, box: _Bounds, score: float) -> _Bounds:
    """Return the box with limits moved out or in, a row at a time, while that tells rows apart better."""
    improved = True
    while improved:
        improved = False
        for column in range(x.shape[1]):
            for is_low in (True, False):
                for move in (_wider, _narrower):
                    moved = move(x, box, column, is_low)
                    if moved is not None and (found := _score(moved.inside, hits)) > score:
                        box, score, improved = moved, found, True
    return box


def _wider(x: Floats, box: _Bounds, column: int, is_low: bool) -> _Bounds | None:
    """Return the box with one limit moved out to the next row that all others let in; None where there is none."""
    limit = box.low[column] if is_low else box.high[column]
    if not np.isfinite(limit):
        return None
    others = box.copy()
    (others.low if is_low else others.high)[column] = -np.inf if is_low else np.inf
    let_in = _within(x, others)
    beyond = x[let_in & (x[:, column] < limit if is_low else x[:, column] > limit), column]
    if not len(beyond):
        return None
    (others.low if is_low else others.high)[column] = beyond.max() if is_low else beyond.min()
    others.inside = _within(x, others)
    return others


def _narrower(x: Floats, box: _Bounds, column: int, is_low: bool) -> _Bounds | None:
    """Return the box with one limit moved in to the next row inside; None where there is none, or no limit."""
    if not np.isfinite(box.low[column] if is_low else box.high[column]):
        return None
    own = np.unique(x[box.inside, column])
    if len(own) < 2 or (len(x) * SMALLEST) > box.inside.sum() - 1:
        return None
    out = box.copy()
    (out.low if is_low else out.high)[column] = own[1] if is_low else own[-2]
    out.inside = _within(x, out)
    return out


def _within(x: Floats, box: _Bounds) -> Flags:
    return np.asarray(((x >= box.low) & (x <= box.high)).all(axis=1))


def _kept(x: Floats, hits: Flags, box: _Bounds, names: Sequence[str]) -> tuple[Limit, ...]:
    """Return the limits of a box that chance does not explain, the least certain dropped one after the other."""
    limits = [
        Limit(
            name,
            low=_between(x[:, k], float(box.low[k]), True),
            high=_between(x[:, k], float(box.high[k]), False),
        )
        for k, name in enumerate(names)
        if np.isfinite(box.low[k]) or np.isfinite(box.high[k])
    ]
    while limits:
        tested = [replace(one, chance=_quasi_p(x, hits, names, limits, one)) for one in limits]
        worst = max(tested, key=lambda one: one.chance)
        if worst.chance <= CHANCE:
            return tuple(sorted(tested, key=lambda one: (one.chance, one.name)))
        limits = [one for one in tested if one.name != worst.name]
    return ()


def _between(column: Floats, edge: float, is_low: bool) -> float | None:
    """Return the middle between a limit's row and the next one outside, so that it falls on no row; None for none."""
    if not np.isfinite(edge):
        return None
    beyond = column[column < edge] if is_low else column[column > edge]
    if not len(beyond):
        return None
    return (edge + float(beyond.max() if is_low else beyond.min())) / 2


def _inside(x: Floats, names: Sequence[str], limits: Sequence[Limit]) -> Flags:
    """Return the rows that all limits let in."""
    out = np.ones(len(x), bool)
    for limit in limits:
        column = x[:, list(names).index(limit.name)]
        out &= (column >= (-np.inf if limit.low is None else limit.low)) & (
            column <= (np.inf if limit.high is None else limit.high)
        )
    return out


def _quasi_p(x: Floats, hits: Flags, names: Sequence[str], limits: Sequence[Limit], one: Limit) -> float:
    """Return the probability that a limit adds as much by chance: of as many hits inside at the density without it."""
    from scipy.stats import binom

    with_it = _inside(x, names, limits)
    without = _inside(x, names, [other for other in limits if other.name != one.name])
    return float(binom.sf(int(hits[with_it].sum()) - 1, int(with_it.sum()), float(hits[without].mean())))
