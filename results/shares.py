"""Shares, ratios of shares and their intervals from counts; knows nothing of what is counted."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def wilson(part: ArrayLike, whole: ArrayLike, level: float) -> tuple[Floats, Floats]:
    """Return the ends of Wilson's score interval of a binomial share; 0 and 1 where nothing was counted.

    Source: E. B. Wilson (1927), Probable inference, the law of succession, and statistical inference.

    Parameters
    ----------
    part, whole : counts, of any shapes that go together; part at most whole.
    level : chance that the interval holds the share, in (0, 1).
    """
    from scipy.special import ndtri

    x, n = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    z2 = float(ndtri((1 + level) / 2)) ** 2
    safe = np.where(n > 0, n, 1.0)
    centre = (x + z2 / 2) / (safe + z2)
    half = np.sqrt(z2) / (safe + z2) * np.sqrt(np.maximum(x * (safe - x) / safe + z2 / 4, 0))
    low = np.where(x <= 0, 0.0, np.clip(centre - half, 0, 1))
    high = np.where(x >= safe, 1.0, np.clip(centre + half, 0, 1))
    return np.where(n > 0, low, 0.0), np.where(n > 0, high, 1.0)


def ratio_interval(
    share: ArrayLike,
    share_ends: tuple[ArrayLike, ArrayLike],
    other: ArrayLike,
    other_ends: tuple[ArrayLike, ArrayLike] | None = None,
) -> tuple[Floats, Floats]:
    """Return the ends of the ratio of two independent shares from their own intervals; not numbers where other is 0.

    The squared distances of ends and estimate add up as variances do (MOVER). An upper end without bound is infinite.
    Source: A. Donner and G. Y. Zou (2012), Closed-form confidence intervals for functions of the normal mean and
    standard deviation, equation for a ratio.

    Parameters
    ----------
    share, share_ends : numerator and the ends of its interval.
    other, other_ends : denominator and the ends of its interval; None where it is known.
    """
    p, (low, high) = np.asarray(share, float), (np.asarray(end, float) for end in share_ends)
    q = np.asarray(other, float)
    below, above = (q, q) if other_ends is None else (np.asarray(end, float) for end in other_ends)
    with np.errstate(divide="ignore", invalid="ignore"):
        product = p * q
        inner = product**2 - low * above * (2 * p - low) * (2 * q - above)
        first = (product - np.sqrt(np.maximum(inner, 0))) / (above * (2 * q - above))
        outer = product**2 - high * below * (2 * p - high) * (2 * q - below)
        last = (product + np.sqrt(np.maximum(outer, 0))) / (below * (2 * q - below))
        first = np.where(2 * q > above, first, low / above)
        last = np.where(below > 0, last, np.inf)
    missing = ~(q > 0)
    return np.where(missing, np.nan, np.maximum(first, 0.0)), np.where(missing, np.nan, last)
