"""How sure a crossing is: over seeds by resampling runs, over draws by each draw's own crossing; and what is chance.

Between values that were tried every curve is taken as straight.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from experiments.seek_levers import Lever
from experiments.seek_search import Crossing, Tried

Floats = NDArray[np.float64]
RESAMPLES = 2000
TAIL = 0.05
"""Share on each side of a 90% interval."""
LEVEL = 0.05
"""Level of the tests of what is chance, jointly over all pairs compared."""
BELOW, BEYOND = -math.inf, math.inf


@dataclass(frozen=True)
class Spread:
    """A distribution of crossings: 90% interval, median, and the shares that lie outside the range.

    `low`, `high`: infinite where that end lies outside; `unreachable`: share that reaches the target at no value tried;
    `everywhere`: share that reaches it at all of them; `values`: each crossing, infinite where there is none in the
    range.
    """

    low: float
    median: float
    high: float
    unreachable: float
    everywhere: float
    values: Floats


@dataclass(frozen=True)
class Shape:
    """What the curve of means looks like beside chance.

    `is_constant`: every run has the same value throughout; `is_flat`: no two values differ by more than chance gives;
    `turns`: whether the mean clearly rises between some values and clearly falls between others.
    """

    is_constant: bool
    is_flat: bool
    turns: bool


def expansion(n: int) -> float:
    """Return by what resampled means of n runs are moved apart, so that 90% intervals cover as Student's t does.

    Resampling n runs spreads their mean too little, by the square root of (n - 1) / n, and knows nothing of the
    uncertainty of that spread (Hesterberg 2015, What teachers should know about the bootstrap: expanded percentiles).
    """
    from scipy.special import ndtri, stdtrit

    return float(math.sqrt(n / (n - 1)) * stdtrit(n - 1, 1 - TAIL) / ndtri(1 - TAIL))


def resampled_means(beyond: Floats, seed: int, n_resamples: int = RESAMPLES) -> Floats:
    """Return means over runs drawn again with replacement, the same runs at every value, shape (resamples, values).

    Parameters
    ----------
    beyond : float64, shape (values, runs)
        How far each run is beyond the target.
    seed : int
        Seed of the resampling.
    n_resamples : int
        How many.
    """
    n = beyond.shape[1]
    rows = np.random.default_rng(np.random.SeedSequence([seed, n])).integers(0, n, (n_resamples, n))
    counts = np.zeros((n_resamples, n))
    np.add.at(counts, (np.arange(n_resamples)[:, None], rows), 1.0)
    centre = beyond.mean(axis=1)
    return np.asarray(centre + expansion(n) * (counts @ beyond.T / n - centre), np.float64)


def crossings_of_curves(x: Floats, curves: Floats, rises: bool, near: float, lever: Lever) -> Floats:
    """Return where each curve crosses zero in one direction, shape (curves,).

    Of several crossings the nearest to a given one counts. A curve that never crosses so is below the range where it
    reaches the target throughout and beyond it where it never does, or the other way round for a target that is
    reached below the crossing.

    Parameters
    ----------
    x : float64, shape (values,)
        Values of the lever, in order.
    curves : float64, shape (curves, values)
        How far beyond the target.
    rises : bool
        Whether the target is reached above the crossing.
    near : float
        The crossing of the mean.
    lever : Lever
        The lever.
    """
    reached = curves >= 0
    a, b = curves[:, :-1], curves[:, 1:]
    turns = (~reached[:, :-1] & reached[:, 1:]) if rises else (reached[:, :-1] & ~reached[:, 1:])
    change = np.where(turns, b - a, 1.0)
    at = x[:-1] + (x[1:] - x[:-1]) * np.where(turns, -a / change, 0.0)
    distance = np.where(turns, np.abs(at - near), np.inf)
    found = np.take_along_axis(at, distance.argmin(axis=1)[:, None], axis=1)[:, 0]
    if lever.form == "whole":
        found = np.ceil(found - 1e-9) if rises else np.floor(found + 1e-9)
    # without such a change of side, the end from which it is approached tells on which side the crossing lies
    end = reached[:, -1] if rises else reached[:, 0]
    outside = np.where(end, BELOW, BEYOND) if rises else np.where(end, BEYOND, BELOW)
    return np.asarray(np.where(turns.any(axis=1), found, outside), np.float64)


def spread_of(values: Floats, rises: bool) -> Spread:
    """Return the distribution of crossings.

    Parameters
    ----------
    values : float64, shape (curves,)
        As from `crossings_of_curves`.
    rises : bool
        Whether the target is reached above the crossing.
    """
    none, every = (BEYOND, BELOW) if rises else (BELOW, BEYOND)
    low, median, high = np.quantile(values, (TAIL, 0.5, 1 - TAIL), method="inverted_cdf").tolist()
    return Spread(low, median, high, float((values == none).mean()), float((values == every).mean()), values)


def over_seeds(tried: Tried, crossing: Crossing, lever: Lever, seed: int) -> Spread | None:
    """Return the distribution of a crossing over runs drawn again; None for one run, which shows no chance.

    Parameters
    ----------
    tried : Tried
        What was tried.
    crossing : Crossing
        The crossing.
    lever : Lever
        The lever.
    seed : int
        Seed of the resampling.
    """
    x, beyond = _defined(tried)
    if beyond.shape[1] < 2:
        return None
    curves = resampled_means(beyond, seed)
    return spread_of(crossings_of_curves(x, curves, crossing.rises, crossing.x, lever), crossing.rises)


def over_draws(tried: Tried, crossing: Crossing, lever: Lever, draws: NDArray[np.int64]) -> Spread | None:
    """Return the distribution of every draw's own crossing, on the mean over its seeds; None for a single draw.

    Parameters
    ----------
    tried : Tried
        What was tried.
    crossing : Crossing
        The crossing of the mean.
    lever : Lever
        The lever.
    draws : int64, shape (runs,)
        Draw of each run.
    """
    x, beyond = _defined(tried)
    numbers = np.unique(draws)
    if len(numbers) < 2:
        return None
    curves = np.array([beyond[:, draws == number].mean(axis=1) for number in numbers])
    return spread_of(crossings_of_curves(x, curves, crossing.rises, crossing.x, lever), crossing.rises)


def _defined(tried: Tried) -> tuple[Floats, Floats]:
    """Return values at which every run has a value, and how far each is beyond the target, (values, runs)."""
    beyond = tried.matrix
    kept = ~np.isnan(beyond).any(axis=1)
    return np.array(tried.values)[kept], beyond[kept]


def ends_to_try(spread: Spread | None, tried: Tried, lever: Lever) -> list[float]:
    """Return values at which the ends and the middle of an interval lie, where nothing near was tried.

    Parameters
    ----------
    spread : Spread or None
        The distribution.
    tried : Tried
        What was tried.
    lever : Lever
        The lever.
    """
    if spread is None:
        return []
    wanted = [lever.snap(x) for x in (spread.low, spread.high, spread.median) if math.isfinite(x)]
    return [x for x in dict.fromkeys(wanted) if min(abs(x - old) for old in tried.values) > lever.tolerance]


def shape_of(x: Sequence[float], beyond: Floats) -> Shape:
    """Return what the curve of means looks like beside chance: whether it is flat, and whether it turns.

    Runs of one seed at two values share their random numbers, so that their differences are tested pair by pair
    (Student's t, Bonferroni's rule over all pairs of values).

    Parameters
    ----------
    x : sequence of float
        Values of the lever, in order.
    beyond : float64, shape (values, runs)
        How far each run is beyond the target.
    """
    from scipy.special import stdtrit

    n = beyond.shape[1]
    is_constant = bool((beyond == beyond[:1]).all())
    if is_constant or n < 2:
        return Shape(is_constant, is_constant, False)
    pairs = list(combinations(range(len(x)), 2))
    limit = float(stdtrit(n - 1, 1 - LEVEL / 2 / len(pairs)))
    ups = downs = False
    for i, j in pairs:
        change = beyond[j] - beyond[i]
        error = change.std(ddof=1) / math.sqrt(n)
        is_clear = abs(change.mean()) > limit * error
        ups |= bool(is_clear and change.mean() > 0)
        downs |= bool(is_clear and change.mean() < 0)
    return Shape(False, not (ups or downs), ups and downs)
