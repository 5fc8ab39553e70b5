"""Emulators: what the model would give at parameters that were not run, and how sure that is.

Each output is a straight line in all inputs (Bayesian ridge) plus a Gaussian process of what the line leaves, over the
few inputs that matter most to it. The noise of a single run is emulated too, as a power of the output's mean, from
designs that were run twice.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.linear_model import BayesianRidge

Floats = NDArray[np.float64]
ACTIVE = 6
"""Inputs of an output's Gaussian process: those with the steepest line or curve. More slow it and gain nothing."""
FOLDS = 5
SMOOTHEST, ROUGHEST = 30.0, 0.7
"""Bounds of a length scale, in standard deviations of an input: above the first a line, below the last noise."""


@dataclass(frozen=True)
class Output:
    """One emulated output on the scale it was fitted on."""

    line: BayesianRidge
    active: NDArray[np.int64]
    process: GaussianProcessRegressor | None
    centre: float
    scale: float
    error: float
    """root mean square error on designs left out, simulation noise included, on the output's scale"""
    share: float
    """share of the variance of designs left out that is explained"""

    def mean(self, x: Floats) -> Floats:
        """Return the expected output at inputs, shape (n,), for x of shape (n, inputs)."""
        return self.centre + self.scale * (np.asarray(self.line.predict(features(x)), float) + self.bend(x))

    def bend(self, x: Floats) -> Floats | float:
        """Return what the process adds to the line, in standard deviations of the output."""
        if self.process is None:
            return 0.0
        near = self.process.kernel_(x[:, self.active], self.process.X_train_)
        added = near @ self.process.alpha_.ravel() * self.process._y_train_std + self.process._y_train_mean
        return np.asarray(added, float)


def features(x: Floats) -> Floats:
    """Return inputs and their squares, shape (n, 2 x inputs): what the line sees."""
    return np.concatenate([x, x**2 - 1.0], axis=1)


def _fitted(
    x: Floats, y: Floats, smooth: bool
) -> tuple[BayesianRidge, NDArray[np.int64], GaussianProcessRegressor | None]:
    """Return the line, the active inputs and the process of what the line leaves."""
    line = BayesianRidge().fit(features(x), y)
    steep = np.hypot(line.coef_[: x.shape[1]], line.coef_[x.shape[1] :])
    active = np.sort(np.argsort(-steep, kind="stable")[:ACTIVE]).astype(np.int64)
    if not smooth:
        return line, active, None
    left = y - line.predict(features(x))
    kernel = ConstantKernel(0.3, (1e-3, 10.0)) * RBF(np.full(len(active), 4.0), (ROUGHEST, SMOOTHEST))
    kernel = kernel + WhiteKernel(0.5, (1e-3, 2.0))
    process = GaussianProcessRegressor(kernel, normalize_y=True, n_restarts_optimizer=0, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a length scale at its bound is a straight line
        process.fit(x[:, active], left)
    return line, active, process


def _folds(n: int) -> NDArray[np.int64]:
    return np.arange(n) % FOLDS


def fit_output(x: Floats, y: Floats, smooth: bool = True) -> Output:
    """Return the emulator of one output.

    Parameters
    ----------
    x : inputs, shape (designs, inputs).
    y : output on the scale to emulate, shape (designs,).
    smooth : with a Gaussian process of what the line leaves.
    """
    centre, scale = float(np.mean(y)), max(float(np.std(y)), 1e-12)
    unit = (y - centre) / scale
    line, active, process = _fitted(x, unit, smooth)
    left_out = np.zeros(len(unit))
    for fold in range(FOLDS):
        rest = _folds(len(unit)) != fold
        part, _, _ = _fitted(x[rest], unit[rest], smooth=False)
        trial = part.predict(features(x[~rest]))
        if process is not None:  # length scales as found on all designs; only the data are left out
            rough = GaussianProcessRegressor(process.kernel_, optimizer=None, normalize_y=True)
            rough.fit(x[rest][:, active], unit[rest] - part.predict(features(x[rest])))
            trial = trial + rough.predict(x[~rest][:, active])
        left_out[~rest] = trial
    error = float(np.sqrt(np.mean((unit - left_out) ** 2)))
    return Output(line, active, process, centre, scale, error * scale, 1.0 - error**2)


@dataclass(frozen=True)
class Emulator:
    """Emulators of several outputs. `logs`: whether an output is emulated as a logarithm."""

    names: tuple[str, ...]
    logs: NDArray[np.bool_]
    outputs: tuple[Output, ...]
    noise: tuple[tuple[float, float], ...]
    """log standard deviation of a run's noise on the emulated scale: at the mean output, and per unit of it"""

    def means(self, x: Floats) -> Floats:
        """Return expected outputs on their own scale of emulation, shape (n, outputs)."""
        lines = features(x) @ self._slopes + self._intercepts
        if any(output.process is not None for output in self.outputs):
            lines = lines + np.stack([np.broadcast_to(output.bend(x), len(x)) for output in self.outputs], axis=1)
        return np.asarray(self._centres + self._scales * lines, float)

    def tilts(self, x: Floats) -> Floats:
        """Return derivatives of the lines by the inputs at one place, shape (outputs, inputs), processes left out.

        Parameters
        ----------
        x : inputs, shape (inputs,).
        """
        return np.asarray(
            self._scales[:, None] * (self._slopes[: len(x)] + 2.0 * x[:, None] * self._slopes[len(x) :]).T
        )

    @cached_property
    def _slopes(self) -> Floats:
        return np.stack([output.line.coef_ for output in self.outputs], axis=1)

    @cached_property
    def _intercepts(self) -> Floats:
        return np.array([output.line.intercept_ for output in self.outputs])

    @cached_property
    def _scales(self) -> Floats:
        return np.array([output.scale for output in self.outputs])

    @cached_property
    def _centres(self) -> Floats:
        return np.array([output.centre for output in self.outputs])

    def errors(self) -> Floats:
        """Return root mean square errors on designs left out, on the scale of emulation, shape (outputs,)."""
        return np.array([output.error for output in self.outputs])

    def noise_sd(self, means: Floats) -> Floats:
        """Return the standard deviation of one run's noise at these means, same shape."""
        at, slope = np.array(self.noise).T
        return np.asarray(np.exp(at + slope * (means - self._centres)), float)

    def onto(self, values: Floats) -> Floats:
        """Return outputs in their own units on the scale of emulation."""
        return np.where(self.logs, np.log(np.maximum(values, 1e-12)), values)

    def back(self, values: Floats) -> Floats:
        """Return outputs on the scale of emulation in their own units."""
        return np.where(self.logs, np.exp(np.where(self.logs, values, 0.0)), values)


def _noise(means: Floats, halves: Floats, centre: float) -> tuple[float, float]:
    """Return log noise at the centre and its slope, from half differences of designs run twice.

    The logarithm of a squared standard normal has mean -1.27; adding it back makes the fit one of the variance.
    """
    logs = 0.5 * (np.log(np.maximum(2.0 * halves**2, 1e-30)) + 1.27)
    keep = halves != 0.0
    if keep.sum() < 10:
        return float(np.log(max(np.sqrt(2.0 * np.mean(halves**2)), 1e-12))), 0.0
    line = BayesianRidge().fit((means[keep] - centre)[:, None], logs[keep])
    return float(line.intercept_), float(line.coef_[0])


def fit_emulator(
    x: Floats,
    y: Floats,
    names: Sequence[str],
    logs: Sequence[bool],
    twins: Sequence[tuple[int, int]],
    smooth: bool = True,
) -> Emulator:
    """Return emulators of all outputs.

    Parameters
    ----------
    x : inputs, shape (designs, inputs), on scales of about a standard deviation each.
    y : outputs in their own units, shape (designs, outputs), finite.
    names, logs : of the outputs; whether each is emulated as a logarithm.
    twins : pairs of rows with the same design and another seed, for the noise.
    smooth : with Gaussian processes beside the lines.

    Raises
    ------
    ValueError
        If an output is not finite somewhere; the message names it.
    """
    flags = np.array(logs, bool)
    bad = [name for name, column in zip(names, y.T, strict=True) if not np.isfinite(column).all()]
    if bad:
        raise ValueError(f"outputs that are not finite in some design: {', '.join(bad)}")
    scaled = np.where(flags, np.log(np.maximum(y, 1e-12)), y)
    outputs, noise = [], []
    a, b = (np.array([pair[k] for pair in twins], np.int64) for k in range(2))
    for k in range(len(names)):
        outputs.append(fit_output(x, scaled[:, k], smooth))
        halves = (scaled[a, k] - scaled[b, k]) / 2.0
        noise.append(_noise((scaled[a, k] + scaled[b, k]) / 2.0, halves, outputs[-1].centre))
    return Emulator(tuple(names), flags, tuple(outputs), tuple(noise))
