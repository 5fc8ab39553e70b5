"""How strongly counts speak against a stated probability: Bayes factors and joint bands (`verification.md`, head)."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln

LIMIT = 100.0
"""A Bayes factor against the stated law above which a test fails."""


def bayes_factor(events: int, trials: int, stated: float) -> float:
    """Return the Bayes factor of 'any probability' (uniform prior) against the stated one, given counts.

    Parameters
    ----------
    events, trials : how often it happened, of how many.
    stated : the probability that should hold.
    """
    if stated in (0.0, 1.0):
        return 0.0 if events == trials * stated else np.inf
    any_law = betaln(events + 1, trials - events + 1)
    this_law = events * np.log(stated) + (trials - events) * np.log1p(-stated)
    return float(np.exp(min(any_law - this_law, 700.0)))


def joint_z(n_comparisons: int, level: float = 0.01) -> float:
    """Return the half-width, in standard errors, of bands that hold jointly at 1 - level over some comparisons."""
    return NormalDist().inv_cdf(1 - level / (2 * n_comparisons))


def outside_band(
    observed: NDArray[np.float64], expected: NDArray[np.float64], variance: NDArray[np.float64], slack: float = 0.5
) -> list[tuple[int, ...]]:
    """Return the indices of counts outside the joint 99% band round their expectation.

    Parameters
    ----------
    observed, expected, variance : counts, their means and variances, one shape.
    slack : continuity: half a count.
    """
    width = joint_z(observed.size) * np.sqrt(np.maximum(variance, 0.0)) + slack
    return [tuple(int(x) for x in index) for index in np.argwhere(np.abs(observed - expected) > width)]


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for their number by Holm's method, in the order given."""
    order = np.argsort(p_values)
    adjusted, highest = np.empty(len(p_values)), 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return [float(p) for p in adjusted]
