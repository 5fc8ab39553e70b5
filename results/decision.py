"""Which of several options is best: probabilities, regret, dominance, and rankings by weighted criteria; runs nothing.

Rows are draws (their mean over seeds), or seeds where there is one draw; columns are options, doing nothing among them
with a value of 0 in every row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from results.statistics import student

Floats = NDArray[np.float64]
NOTHING = "nothing"
"""Name of the option of doing nothing."""
STEPS = 20
"""Weights are tried in all splits into so many equal steps: 5% each."""


def by_draw(values: Floats, draws: NDArray[np.int64]) -> Floats:
    """Return means over the seeds of each draw, shape (draws, ...); the runs themselves where there is one draw.

    Parameters
    ----------
    values : float64, shape (runs, ...)
        One value a run.
    draws : int64, shape (runs,)
        Draw of each run.
    """
    labels, index = np.unique(draws, return_inverse=True)
    if len(labels) < 2:
        return values
    return np.stack([values[index == k].mean(axis=0) for k in range(len(labels))])


def ties_shared(values: Floats) -> Floats:
    """Return 1 where an option is best in a row, shared between those that tie, shape (rows, options)."""
    best = values == values.max(axis=1, keepdims=True)
    return np.asarray(best / best.sum(axis=1, keepdims=True), np.float64)


def regrets(values: Floats) -> Floats:
    """Return by how much each option falls short of the best one of its row, shape (rows, options)."""
    return np.asarray(values.max(axis=1, keepdims=True) - values, np.float64)


@dataclass(frozen=True)
class Regret:
    """The regret of one option: its mean with both ends of the mean's 90% interval, 95th percentile and maximum.

    The ends are not numbers where there is one row.
    """

    mean: float
    low: float
    high: float
    p95: float
    most: float


def regret_of(column: Floats) -> Regret:
    """Return the regret of one option from its regrets by row, shape (rows,)."""
    n, mean = len(column), float(column.mean())
    reach = student(n, 0.95) * float(column.std(ddof=1)) / np.sqrt(n) if n > 1 else np.nan
    return Regret(mean, max(0.0, mean - reach) if n > 1 else reach, mean + reach, float(np.quantile(column, 0.95)),
                  float(column.max()))  # fmt: skip


def scores(values: Floats) -> Floats:
    """Return criteria from 0 (the worst option) to 1 (the best), 0 where all options are the same.

    Parameters
    ----------
    values : float64, shape (options, criteria)
        Higher is better.
    """
    low, high = values.min(axis=0), values.max(axis=0)
    width = np.where(high > low, high - low, 1.0)
    return np.asarray((values - low) / width, np.float64)


def totals(scored: Floats, weights: Sequence[float]) -> Floats:
    """Return the weighted mean score of each option, shape (options,); weights need not sum to 1."""
    w = np.asarray(weights, np.float64)
    return np.asarray(scored @ (w / w.sum()), np.float64)


def ranks(totalled: Floats) -> list[int]:
    """Return the rank of each option, 1 for the highest total; equal totals have the same rank."""
    rounded = np.round(totalled, 12)  # sums in another order may differ in the last bit
    return [1 + int((rounded > value).sum()) for value in rounded]


def dominators(values: Floats) -> list[list[int]]:
    """Return, for each option, those that are at least as good on every criterion and better on one."""
    n = len(values)
    return [
        [j for j in range(n) if j != i and (values[j] >= values[i]).all() and (values[j] > values[i]).any()]
        for i in range(n)
    ]


def splits(n_criteria: int, steps: int = STEPS) -> Floats:
    """Return every split of weights in equal steps, shape (splits, criteria); rows sum to 1."""
    if n_criteria == 1:
        return np.ones((1, 1))
    bars = np.array(list(combinations(range(steps + n_criteria - 1), n_criteria - 1)), np.int64)
    edges = np.concatenate([np.full((len(bars), 1), -1), bars, np.full((len(bars), 1), steps + n_criteria - 1)], axis=1)
    return np.asarray((np.diff(edges, axis=1) - 1) / steps, np.float64)


def first_shares(scored: Floats) -> Floats:
    """Return the share of all splits of weights under which each option comes first, ties shared, shape (options,)."""
    every = splits(scored.shape[1]) @ scored.T
    return np.asarray(ties_shared(np.round(every, 12)).mean(axis=0), np.float64)
