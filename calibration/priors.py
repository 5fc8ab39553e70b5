"""Priors: each uncertain parameter's law from its evidence interval, and the standard scale on which the fit works.

On the standard scale every prior is a standard normal, cut off at a few standard deviations. A parameter that is a
table is varied by one factor on all of it, as wide as `interval_ratio_95` says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import norm, qmc

from evidence.calibration_files import Calibrating
from evidence.model import Parameter

Floats = NDArray[np.float64]
HALF_WIDTH = float(norm.ppf(0.975))
"""Standard deviations from the middle to an end of a 95% interval."""
QUARTER = 0.25
"""Middle of the half unit that is rounded to a whole number at an end of its range."""
DIGITS = 6
"""Significant digits of a parameter's value in a draw."""


@dataclass(frozen=True)
class Prior:
    """The law of one parameter between the ends of its 95% interval.

    `law`: `lognormal`, `logitnormal` for shares, or `uniform` where the evidence says so, or where the interval begins
    at zero or ends at the whole, since then nothing says how near to that end the value may be. `is_whole`: the model
    takes whole numbers only. `is_factor`: the value multiplies a table.
    """

    name: str
    law: str
    low: float
    high: float
    is_whole: bool = False
    is_factor: bool = False

    def values(self, z: Floats) -> Floats:
        """Return values of the parameter at places on the standard scale, any shape."""
        out = self.unrounded(z)
        return np.rint(out) if self.is_whole else significant(out)

    def unrounded(self, z: Floats) -> Floats:
        """Return the same before a whole number is made of it, or six digits."""
        if self.law == "uniform":
            out = self.low + (self.high - self.low) * norm.cdf(z)
        else:
            into, back = (np.log, np.exp) if self.law == "lognormal" else (logit, expit)
            low, high = float(into(self.low)), float(into(self.high))
            out = back((low + high) / 2.0 + z * (high - low) / (2.0 * HALF_WIDTH))
        return np.asarray(out, float)

    def places(self, values: Floats) -> Floats:
        """Return places on the standard scale at which the parameter has these values, any shape.

        Whole numbers at an end stand for the half of a unit inside it.
        """
        x = np.asarray(values, float)
        if self.is_whole:
            x = np.clip(x, self.low + QUARTER, self.high - QUARTER)
        if self.law == "uniform":
            return np.asarray(norm.ppf((x - self.low) / (self.high - self.low)), float)
        into = np.log if self.law == "lognormal" else logit
        low, high = float(into(self.low)), float(into(self.high))
        return np.asarray((into(x) - (low + high) / 2.0) / (high - low) * 2.0 * HALF_WIDTH, float)


def significant(x: Floats) -> Floats:
    """Return numbers rounded to DIGITS significant digits, so that a table of draws says exactly what was run."""
    out: Floats = np.array([float(f"{value:.{DIGITS}g}") for value in np.ravel(x)]).reshape(np.shape(x))
    return out


def prior_of(process: str, item: Parameter) -> Prior:
    """Return the prior of a parameter.

    Parameters
    ----------
    process : its process.
    item : with `interval_95`, or `interval_ratio_95` where it is a table.

    Raises
    ------
    ValueError
        If it has no interval, or one for each element of a table.
    """
    name = f"{process}.{item.name}"
    is_factor = isinstance(item.value, tuple)
    bounds = item.interval_ratio_95 if is_factor else item.interval_95
    if not isinstance(bounds, tuple) or len(bounds) != 2 or not all(isinstance(end, int | float) for end in bounds):
        raise ValueError(f"{name} has no pair of bounds to make a prior of; give interval_95 or interval_ratio_95")
    low, high = (float(end) for end in bounds if isinstance(end, int | float))
    is_share = item.unit == "share" and not is_factor
    if low <= 0.0 or item.distribution == "uniform" or (is_share and high >= 1.0):
        law = "uniform"
    elif is_share:
        law = "logitnormal"
    else:
        law = "lognormal"
    return Prior(name, law, low, high, isinstance(item.value, int), is_factor)


def priors(parameters: Mapping[str, Mapping[str, Parameter]], names: Sequence[str]) -> tuple[Prior, ...]:
    """Return the priors of parameters named `process.name`, in that order."""
    out = []
    for name in names:
        process, _, short = name.partition(".")
        out.append(prior_of(process, parameters[process][short]))
    return tuple(out)


def all_priors(parameters: Mapping[str, Mapping[str, Parameter]], what: Calibrating) -> tuple[Prior, ...]:
    """Return the priors of every varied parameter: those that targets see first, then those of policy."""
    return priors(parameters, (*what.vary, *what.policy))


def spread_out(n: int, dimensions: int, reach: float, seed: int) -> Floats:
    """Return n places of the prior on the standard scale, spread out by a Latin hypercube, shape (n, dimensions).

    Parameters
    ----------
    n, dimensions : how many places, of how many coordinates.
    reach : standard deviations at which the normal is cut off.
    seed : of the hypercube.
    """
    share = qmc.LatinHypercube(dimensions, rng=np.random.default_rng(seed)).random(n)
    edge = norm.cdf(-reach)
    out: Floats = norm.ppf(edge + share * (1.0 - 2.0 * edge))
    return out


def overrides(known: Sequence[Prior], z: Floats) -> dict[str, float]:
    """Return 'process.name' -> value at one place on the standard scale, shape (parameters,)."""
    return {prior.name: float(prior.values(np.asarray(at))) for prior, at in zip(known, z, strict=True)}
