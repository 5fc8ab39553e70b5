"""What draws of a model say of one published figure: quantiles, place in the distribution, score; knows no figure.

A draw's prediction of what would be published is normal round what the model gives under the draw, with the published
figure's own standard error. Over draws this is a mixture of normals with equal weights, so nothing is sampled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float64]

HALVINGS = 200
"""Most halvings of the bracket that holds a quantile; it is then as narrow as numbers are."""
REACH = 12.0
"""Standard errors beyond the outermost draws within which every quantile lies that is asked for."""


def mixture_cdf(draws: Floats, se: float, at: Floats) -> Floats:
    """Return the chance that a figure lies at or below each point, shape of `at`.

    Parameters
    ----------
    draws : float64, shape (draws,)
        What the model gives under each draw.
    se : float
        Standard error of the published figure, above 0.
    at : float64
        Points.
    """
    from scipy.special import ndtr

    return np.asarray(ndtr((np.asarray(at)[..., None] - draws) / se).mean(axis=-1), np.float64)


def mixture_quantiles(draws: Floats, se: float, probabilities: Sequence[float]) -> Floats:
    """Return quantiles of the predicted figure, shape (probabilities,).

    Parameters
    ----------
    draws : float64, shape (draws,)
        What the model gives under each draw.
    se : float
        Standard error of the published figure, above 0.
    probabilities : sequence of float
        Between 0 and 1, both left out.
    """
    wanted = np.asarray(probabilities, np.float64)
    low = np.full(len(wanted), draws.min() - REACH * se)
    high = np.full(len(wanted), draws.max() + REACH * se)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if ((middle == low) | (middle == high)).all():
            break
        below = mixture_cdf(draws, se, middle) < wanted
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2, np.float64)


def _mean_distance(mean: Floats, sd: float) -> Floats:
    """Return the expected absolute value of normals with these means and one standard deviation."""
    from scipy.special import ndtr

    z = mean / sd
    density = np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    return np.asarray(2 * sd * density + mean * (2 * ndtr(z) - 1), np.float64)


def crps_mixture(draws: Floats, se: float, observed: float) -> float:
    """Return the continuous ranked probability score of a mixture of normals, in the figure's unit; lower is better.

    Parameters
    ----------
    draws : float64, shape (draws,)
        What the model gives under each draw.
    se : float
        Standard error of the published figure, above 0.
    observed : float
        The published figure.

    Notes
    -----
    Closed form of Grimit, Gneiting, Berrocal and Johnson (2006), Quarterly Journal of the Royal Meteorological Society
    132, 2925-2942: the mean distance of prediction and figure less half the mean distance of two predictions.
    """
    from_figure = _mean_distance(observed - draws, se).mean()
    apart = _mean_distance(draws[:, None] - draws[None, :], se * float(np.sqrt(2))).mean()
    return float(from_figure - apart / 2)


def crps_normal(mean: float, sd: float, observed: float) -> float:
    """Return the score of one normal prediction, in the unit of the figure.

    Parameters
    ----------
    mean, sd : float
        Of the prediction; the deviation is above 0.
    observed : float
        The published figure.
    """
    from scipy.special import ndtr

    z = (observed - mean) / sd
    density = np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    return float(sd * (z * (2 * ndtr(z) - 1) + 2 * density - 1 / np.sqrt(np.pi)))


def binomial_interval(inside: int, n: int, level: float) -> tuple[float, float]:
    """Return the exact (Clopper-Pearson) interval of a share; not numbers where nothing was counted.

    Parameters
    ----------
    inside, n : int
        Successes and trials.
    level : float
        Such as 0.95.
    """
    from scipy.special import betaincinv

    if n == 0:
        return float("nan"), float("nan")
    tail = (1 - level) / 2
    low = 0.0 if inside == 0 else float(betaincinv(inside, n - inside + 1, tail))
    high = 1.0 if inside == n else float(betaincinv(inside + 1, n - inside, 1 - tail))
    return low, high


def joint_band(n: int, share: float, n_counts: int, level: float) -> tuple[int, int]:
    """Return the least and most of n trials that each of several counts may have, all of them together with `level`.

    Each count is binomial; the level of one is that of all to the power of one over their number (Šidák).

    Parameters
    ----------
    n : int
        Trials of each count.
    share : float
        Chance of success.
    n_counts : int
        Number of counts.
    level : float
        Such as 0.99.
    """
    from scipy.special import bdtr

    tail = (1 - level ** (1 / n_counts)) / 2
    below = bdtr(np.arange(n + 1), n, share)
    return int(np.argmax(below >= tail)), int(np.argmax(1 - below <= tail))


def uniform_p(ranks: Floats, n_bins: int) -> tuple[float, NDArray[np.int64]]:
    """Return the chance of counts as uneven as those of some ranks if they are uniform (chi-squared), and the counts.

    Parameters
    ----------
    ranks : float64, shape (trials,)
        Each in [0, 1].
    n_bins : int
        Number of bins of equal width.
    """
    from scipy.special import chdtrc

    counts = np.bincount(np.minimum((ranks * n_bins).astype(np.int64), n_bins - 1), minlength=n_bins)
    expected = len(ranks) / n_bins
    return float(chdtrc(n_bins - 1, ((counts - expected) ** 2 / expected).sum())), counts


def holm(values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for their number by Holm's steps, in the order given."""
    order = np.argsort(np.asarray(values, np.float64), kind="stable")
    out, highest = [0.0] * len(values), 0.0
    for step, k in enumerate(order):
        highest = max(highest, min(1.0, (len(values) - step) * values[int(k)]))
        out[int(k)] = highest
    return out
