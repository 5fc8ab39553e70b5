"""Whether the model agrees with a published figure: its own interval over draws and seeds, and the figure's error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtrit

from evidence.model import Parameter

AGREES, FAILS, UNDECIDED = "agrees", "fails", "undecided"
"""`undecided`: it would fail without the chance of the model's own seeds, so that more seeds have to decide."""
COVERED = 0.9
"""Share of the predictive interval that a published figure has to lie in."""
UPPER = (1.0 + COVERED) / 2.0
_NORMAL_95 = float(ndtri(0.975))


@dataclass(frozen=True)
class Prediction:
    """What the model says: mean, a 90% interval over draws and the chance of seeds, and the mean's Monte Carlo error.

    With one draw only, the interval holds chance alone. `spread` is the half width of the 90% interval between draws.
    """

    mean: float
    p05: float
    p95: float
    spread: float
    mc_se: float
    n_draws: int
    n_runs: int


def predict(groups: Sequence[int], values: Sequence[float]) -> Prediction:
    """Return the prediction of runs whose draws are told apart from their seeds.

    The spread between draws is what is left of the draws' means once the chance of their seeds is taken off, so that
    few people in a run don't widen the interval for good.

    Parameters
    ----------
    groups : the draw of each run.
    values : what each run says; runs without a value (NaN) are left out.

    Raises
    ------
    ValueError
        If fewer than two runs have a value.
    """
    every = np.asarray(values, float)
    of = np.asarray(groups)[~np.isnan(every)]
    known = every[~np.isnan(every)]
    if known.size < 2:
        raise ValueError(f"{known.size} of {every.size} runs have a value; two at least are needed: run more seeds")
    names = np.unique(of)
    means = np.array([known[of == name].mean() for name in names])
    sizes = np.array([(of == name).sum() for name in names])
    within = sum(float(((known[of == name] - mean) ** 2).sum()) for name, mean in zip(names, means, strict=True))
    free = known.size - names.size
    chance = within / free * float((1.0 / sizes).mean()) if free else 0.0  # variance of one draw's mean
    spread = float(means.var(ddof=1)) if names.size > 1 else 0.0
    between = max(0.0, spread - chance)
    # With one seed a draw the two can't be told apart, and all of it is taken for the draws'.
    mc_se = float(np.sqrt((chance if free else spread) / names.size))
    wide = np.sqrt(between + mc_se**2)
    t = float(stdtrit(names.size - 1 if names.size > 1 else known.size - 1, UPPER))
    mean = float(means.mean())
    return Prediction(
        mean, mean - t * wide, mean + t * wide, t * float(np.sqrt(between)), mc_se, names.size, known.size
    )


def error_of(parameter: Parameter) -> float:
    """Return the standard error that a published figure's 95% interval stands for, in its unit.

    Raises
    ------
    ValueError
        If the figure has no such interval.
    """
    if parameter.interval_95 is None:
        raise ValueError(f"{parameter.name} has no interval_95 in evidence/replications.yaml; add it")
    low, high = (float(end) for end in parameter.interval_95)  # type: ignore[union-attr, arg-type]
    return (high - low) / (2.0 * _NORMAL_95)


def verdict(observed: float, se: float, prediction: Prediction) -> str:
    """Return whether the published figure lies in the model's 90% interval, widened by the figure's own error.

    Parameters
    ----------
    observed, se : published figure and its standard error.
    prediction : of the model, in the same unit.
    """
    own = float(ndtri(UPPER)) * se
    apart = abs(observed - prediction.mean)
    if apart > float(np.hypot(prediction.p95 - prediction.mean, own)):
        return FAILS
    return AGREES if apart <= float(np.hypot(prediction.spread, own)) else UNDECIDED
