"""Means, intervals and Monte Carlo errors over seeds and draws; knows nothing of what the figures mean."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
QUANTILE_NAMES = ("p05", "p25", "p50", "p75", "p95")
MANY_RUNS = 20
"""From this number of runs (of draws, where there are several) on, percentiles are read off them themselves."""
OVER_DRAWS = "prediction"
"""Interval of fewer draws than that: of what another draw of the posterior would give, not of the mean."""
STAT_COLUMNS = ("mean", *QUANTILE_NAMES, "n_draws", "n_seeds", "mc_se", "interval")
STAT_WORDS = {
    "mean": "mean over runs; a ratio is the ratio of two means",
    "p05": "lower end of the 90% interval: see interval",
    "p25": "lower end of the 50% interval: see interval",
    "p50": "middle of the interval: the mean itself where interval is t, the median of the runs where it is quantiles",
    "p75": "upper end of the 50% interval: see interval",
    "p95": "upper end of the 90% interval: see interval",
    "n_draws": "number of draws of uncertain parameters",
    "n_seeds": "number of seeds",
    "mc_se": "Monte Carlo standard error of the mean, from chance alone",
    "interval": f"what p05 to p95 are: t = Student's t interval of the mean (fewer than {MANY_RUNS} runs), quantiles = "
    f"percentiles over the runs, {OVER_DRAWS} = Student's t interval of what one more draw of the posterior would give "
    f"(fewer than {MANY_RUNS} draws); over several draws each counts by its mean over seeds; none = one run or no "
    "interval, so p05 to p95 are blank",
}
"""What each column of a statistic is, for readers of the files."""


@dataclass(frozen=True)
class Stat:
    """A figure over runs: mean, percentiles, number of draws and seeds, Monte Carlo standard error of the mean.

    `interval` says what p05 to p95 hold: `t` = Student's t interval of the mean over few seeds (no parameter
    uncertainty), so that p50 is the mean; `prediction` = the interval of what another draw would give, from few draws;
    `quantiles` = percentiles over runs, or over draws where there are several; `none` = one run, so the percentiles are
    not numbers.
    """

    mean: float
    p05: float
    p25: float
    p50: float
    p75: float
    p95: float
    n_draws: int
    n_seeds: int
    mc_se: float
    interval: str

    def as_dict(self) -> dict[str, float | int | str | None]:
        """Return the fields with not-a-number as None, for JSON."""
        return {k: None if isinstance(v, float) and np.isnan(v) else v for k, v in asdict(self).items()}

    @property
    def is_clear(self) -> bool:
        """Return whether the interval leaves out zero."""
        return self.p05 > 0 or self.p95 < 0

    @property
    def is_other_than_zero(self) -> bool:
        """Return whether any run may differ from zero."""
        return bool(self.mean or (not np.isnan(self.p05) and (self.p05 or self.p95)))


def student(n: int, probability: float) -> float:
    """Return a quantile of Student's t with n - 1 degrees of freedom."""
    from scipy.special import stdtrit

    return float(stdtrit(n - 1, probability))


def standard_error(values: Floats, draws: NDArray[np.int64]) -> Floats:
    """Return the Monte Carlo standard error of the mean over runs, along the first axis.

    Where draws of uncertain parameters have several seeds each, only the spread within draws counts; where
    each has one seed, the two can't be told apart and the whole spread is taken, which is too much.

    Parameters
    ----------
    values : float64, shape (runs, ...)
        One value a run.
    draws : int64, shape (runs,)
        Draw of each run.
    """
    n = len(values)
    if n < 2:
        return np.full(values.shape[1:], np.nan)
    labels, index = np.unique(draws, return_inverse=True)
    if 1 < len(labels) < n:
        squares = np.zeros(values.shape[1:])
        for k in range(len(labels)):
            inside = values[index == k]
            squares += ((inside - inside.mean(axis=0)) ** 2).sum(axis=0)
        return np.asarray(np.sqrt(squares / (n - len(labels)) / n), np.float64)
    return np.asarray(values.std(axis=0, ddof=1) / np.sqrt(n), np.float64)


def describe(values: Floats, draws: NDArray[np.int64]) -> dict[str, Floats]:
    """Return mean, percentiles and mc_se along the first axis, by name of the column.

    Parameters
    ----------
    values : float64, shape (runs, ...)
        One value a run.
    draws : int64, shape (runs,)
        Draw of each run.
    """
    out = {"mean": np.asarray(values.mean(axis=0), np.float64), "mc_se": standard_error(values, draws)}
    labels, index = np.unique(draws, return_inverse=True)
    has_draws = len(labels) > 1
    if has_draws:  # each draw counts once, and chance is averaged out where it has several seeds
        values = np.stack([values[index == k].mean(axis=0) for k in range(len(labels))])
    n = len(values)
    if n >= MANY_RUNS:
        for name, q in zip(QUANTILE_NAMES, QUANTILES, strict=True):
            out[name] = np.asarray(np.quantile(values, q, axis=0), np.float64)
        return out
    spread = np.full(values.shape[1:], np.nan) if n < 2 else values.std(axis=0, ddof=1) / np.sqrt(n)
    if has_draws:
        spread = spread * np.sqrt(n + 1.0)  # of another draw round the mean of these
    for name, q in zip(QUANTILE_NAMES, QUANTILES, strict=True):
        out[name] = out["mean"] + (student(n, q) * spread if n > 1 else spread)
    return out


def interval_kind(n_runs: int, n_draws: int = 1) -> str:
    """Return what p05 to p95 hold for this number of runs and draws: `none`, `t`, `prediction` or `quantiles`."""
    if n_draws > 1:
        return OVER_DRAWS if n_draws < MANY_RUNS else "quantiles"
    return "none" if n_runs < 2 else "t" if n_runs < MANY_RUNS else "quantiles"


def interval_words(kind: str, n_runs: int) -> str:
    """Return how an interval is to be read, as a phrase."""
    if kind == "none":
        return "one run, so no interval"
    if kind == "t":
        return f"90% interval of the mean over {n_runs} seeds (Student's t); parameter uncertainty not included"
    if kind == OVER_DRAWS:
        return f"90% interval of another draw of the posterior, from {n_runs} runs (Student's t); chance included"
    return f"nine in ten of {n_runs} runs"


def statistic(values: Floats, draws: NDArray[np.int64], n_seeds: int) -> Stat:
    """Return the statistic of one value a run.

    Parameters
    ----------
    values : float64, shape (runs,)
        One value a run.
    draws : int64, shape (runs,)
        Draw of each run.
    n_seeds : int
        Number of different seeds.
    """
    parts = {k: float(v) for k, v in describe(np.asarray(values, np.float64), draws).items()}
    n_draws = len(np.unique(draws))
    return Stat(**parts, n_draws=n_draws, n_seeds=n_seeds, interval=interval_kind(len(values), n_draws))


def ratio_statistic(above: Floats, below: Floats, draws: NDArray[np.int64], n_seeds: int) -> Stat:
    """Return the ratio of two means; its spread by the delta method, so that a small denominator in one run is no harm.

    Not a number throughout where the denominator's mean is 0; an interval is given only where the denominator
    is clearly apart from 0 over the runs.

    Parameters
    ----------
    above, below : float64, shape (runs,)
        Numerator and denominator of each run.
    draws : int64, shape (runs,)
        Draw of each run.
    n_seeds : int
        Number of different seeds.
    """
    n, n_draws = len(above), len(np.unique(draws))
    nan = float("nan")
    empty = Stat(nan, nan, nan, nan, nan, nan, n_draws, n_seeds, nan, "none")
    if below.mean() == 0:
        return empty
    ratio = above.mean() / below.mean() + 0.0
    denominator = statistic(below, draws, n_seeds)
    if n < 2 or not denominator.is_clear:
        alone = Stat(ratio, nan, nan, nan, nan, nan, n_draws, n_seeds, nan, "none")
        return alone if n < 2 else empty
    part = (above - ratio * below) / below.mean()
    around = statistic(part, draws, n_seeds)
    moved = {name: getattr(around, name) + ratio for name in QUANTILE_NAMES}
    return Stat(mean=ratio, **moved, n_draws=n_draws, n_seeds=n_seeds, mc_se=around.mc_se, interval=around.interval)
