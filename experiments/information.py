"""What it would be worth to know more before deciding: perfect information on all parameters, and on groups of them.

The value of knowing some parameters is what deciding by the expected value given them gains over deciding now (Strong,
Oakley and Brennan, 2014: a regression of each option's value on the parameters). Only the regression surface is
decided by, so that the chance of seeds, which no study could tell beforehand, is not counted as knowledge.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from results.decision import ties_shared

Floats = NDArray[np.float64]
FEWEST_DRAWS = 30
"""With fewer draws no value of information is given: a surface over parameters could not be told from chance."""
LEARNING = 200
"""Draws on which a surface's smoothness is found; its heights are found on all."""
FOLDS = 10
SAMPLES = 200
"""Surfaces that agree with the runs, drawn to say how surely a value is known."""
SMOOTHEST, ROUGHEST = 10.0, 1.0
"""Bounds of a length scale in distances between two draws: rougher surfaces could not be told from chance."""
CLEAR = 2.0
"""Standard errors from which a value counts as told apart from zero."""


@dataclass(frozen=True)
class Surface:
    """The expected value of one option given some parameters, at each draw.

    `mean`: shape (n,); `root`: lower triangle L with L L' the posterior covariance; `left_out`: what is expected of a
    draw from the other draws.
    """

    mean: Floats
    root: Floats
    left_out: Floats
    residual: Floats


@dataclass(frozen=True)
class Information:
    """The value of knowing some parameters before deciding, in the unit of the options' values.

    `value`: held between 0 and the value of perfect information; `raw`: as estimated; `error`: its standard error, from
    the number of draws and from the regression; `left_out`: what deciding by the surface gained on draws that it was
    not learned from, less deciding now; `best`: share of draws in which each option is worth most given the parameters,
    chance left out, doing nothing last.
    """

    value: float
    raw: float
    error: float
    left_out: float
    best: tuple[float, ...]

    @property
    def is_clear(self) -> bool:
        """Return whether the value is told apart from zero, on draws left out too."""
        return self.raw > CLEAR * self.error and self.left_out > 0

    @property
    def is_held(self) -> bool:
        """Return whether noise put the estimate above the value of perfect information."""
        return self.raw > self.value


def standardised(x: Floats) -> Floats:
    """Return the columns that vary with mean 0, scaled so that two draws are about 1.4 apart whatever their number."""
    moving = x[:, np.ptp(x, axis=0) > 0]
    if not moving.shape[1]:
        return moving
    return np.asarray((moving - moving.mean(axis=0)) / moving.std(axis=0) / np.sqrt(moving.shape[1]), np.float64)


def surface(x: Floats, y: Floats) -> Surface:
    """Return the expected value of one option given parameters: a line and a smooth bend, chance left as noise.

    Parameters
    ----------
    x : float64, shape (n, parameters)
        Parameters by draw, as from `standardised`.
    y : float64, shape (n,)
        Value by draw, mean over its seeds.
    """
    n, centre, scale = len(y), float(y.mean()), float(y.std())
    if scale == 0 or not x.shape[1]:
        flat = np.full(n, centre)
        return Surface(flat, np.zeros((n, n)), flat, y - flat)
    unit = (y - centre) / scale
    signal, noise = _covariance(x, unit)
    inverse = np.linalg.inv(signal + noise * np.eye(n))
    weights = inverse @ unit
    spread = signal - signal @ inverse @ signal
    values, vectors = np.linalg.eigh((spread + spread.T) / 2)
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    left_out = np.empty(n)
    for fold in range(min(FOLDS, n)):
        block = np.arange(n) % FOLDS == fold
        left_out[block] = unit[block] - np.linalg.solve(inverse[np.ix_(block, block)], weights[block])
    mean = signal @ weights
    return Surface(centre + scale * mean, scale * root, centre + scale * left_out, scale * (unit - mean))


def _covariance(x: Floats, unit: Floats) -> tuple[Floats, float]:
    """Return the covariance of the surface at all draws, and the variance of chance, by marginal likelihood."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, WhiteKernel

    line = ConstantKernel(0.3, (1e-4, 10.0)) * DotProduct(0.0, "fixed")
    bend = ConstantKernel(0.1, (1e-4, 10.0)) * RBF(3.0, (ROUGHEST, SMOOTHEST))
    process = GaussianProcessRegressor(line + bend + WhiteKernel(0.5, (1e-5, 2.0)), random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a variance at its lower bound is none
        process.fit(x[:LEARNING], unit[:LEARNING])
    found = process.kernel_
    return np.asarray(found.k1(x), np.float64), float(found.k2.noise_level)


def information(
    x: Floats, values: Floats, most: float | None = None, surfaces: Sequence[Surface] | None = None
) -> Information:
    """Return the value of knowing some parameters before deciding between options, doing nothing (0) among them.

    Parameters
    ----------
    x : float64, shape (draws, parameters)
        The parameters that would be known.
    values : float64, shape (draws, options)
        Value of each option, mean over seeds; without doing nothing.
    most : float, optional
        The value of perfect information, which no part exceeds.
    surfaces : sequence of Surface, optional
        Surfaces by option, where they are known already.
    """
    z = standardised(np.asarray(x, np.float64))
    found = list(surfaces) if surfaces is not None else [surface(z, column) for column in values.T]
    n = len(values)
    mean = _with_nothing(np.stack([one.mean for one in found], axis=1))
    best_now = int(mean.mean(axis=0).argmax())
    gains = mean.max(axis=1) - mean[:, best_now]
    raw = float(gains.mean())
    sampling = float(gains.std(ddof=1) / np.sqrt(n))
    regression = _regression_error(found)
    chosen = _with_nothing(np.stack([one.left_out for one in found], axis=1)).argmax(axis=1)
    own = _with_nothing(values)
    left_out = float(own[np.arange(n), chosen].mean() - own.mean(axis=0).max())
    value = raw if most is None else min(raw, most)
    shares = ties_shared(np.roll(mean, -1, axis=1)).mean(axis=0)
    return Information(value, raw, float(np.hypot(sampling, regression)), left_out, tuple(shares.tolist()))


def _with_nothing(values: Floats) -> Floats:
    """Return values with a column of zeros for doing nothing in front, so that a tie goes to it."""
    return np.concatenate([np.zeros((len(values), 1)), values], axis=1)


def _regression_error(surfaces: Sequence[Surface]) -> float:
    """Return the standard deviation of the value over surfaces that agree with the runs.

    Options share their seeds, and so the errors of their surfaces: these are as correlated as what the surfaces leave.
    """
    n, k = len(surfaces[0].mean), len(surfaces)
    left = np.stack([one.residual for one in surfaces])
    size = np.sqrt((left**2).sum(axis=1))
    together = left @ left.T / np.outer(np.where(size > 0, size, 1.0), np.where(size > 0, size, 1.0))
    np.fill_diagonal(together, 1.0)
    values, vectors = np.linalg.eigh(together)
    mix = vectors * np.sqrt(np.clip(values, 0.0, None))
    random = np.random.Generator(np.random.PCG64(0))
    out = np.empty(SAMPLES)
    means = np.stack([one.mean for one in surfaces], axis=1)
    for i in range(SAMPLES):
        z = random.standard_normal((n, k)) @ mix.T
        drawn = means + np.stack([one.root @ z[:, j] for j, one in enumerate(surfaces)], axis=1)
        drawn = _with_nothing(drawn)
        out[i] = drawn.max(axis=1).mean() - drawn.mean(axis=0).max()
    return float(out.std(ddof=1))
