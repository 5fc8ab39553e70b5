"""What can be told of a posterior without a run: widths, correlations, ranks, recovery and drift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from results.predictive import Floats, holm, joint_band, uniform_p

if TYPE_CHECKING:
    from pandas import DataFrame

FLAGGED_FROM = 0.9
"""Posterior over prior standard deviation above which the targets say next to nothing of a parameter."""
STRONGEST_PAIRS = 6
"""Pairs of parameters that are drawn."""
LISTED_PAIRS = 20
"""Pairs of parameters that stand in the table."""
RANK_BINS = 10
RANKS_LEVEL = 0.01
"""Ranks are refused as uniform below this chance, after Holm's adjustment for the number of parameters."""
RECOVERY_LEVEL = 0.99
"""Level of the band that the counts of all parameters must lie in together."""
RECOVERY_SHARE = 0.90
TARP = "tarp"
"""Name under which the ranks of TARP stand: shares of draws nearer to a random point than the truth is."""
TARP_STEPS = 20
FARTHEST_MEANS = 0.25
"""Standard deviations by which two posteriors may differ in the mean of an output and still agree."""
SD_RATIOS = (0.8, 1.25)
"""Between which the ratio of their standard deviations must lie."""
FRESH_LOSS = 0.05
"""Share by which a fit may lose on fresh seeds."""


@dataclass(frozen=True)
class Width:
    """Prior and posterior of one parameter; a factor on the evidence where the parameter is a list."""

    parameter: str
    prior_mean: float
    prior_sd: float
    mean: float
    sd: float
    p05: float
    p95: float

    @property
    def ratio(self) -> float:
        """Return posterior over prior standard deviation; not a number without a prior that varies."""
        return self.sd / self.prior_sd if self.prior_sd > 0 else float("nan")

    @property
    def is_flagged(self) -> bool:
        """Return whether the targets say next to nothing of it."""
        return self.ratio > FLAGGED_FROM


@dataclass(frozen=True)
class Pair:
    """Correlation of two parameters over the draws."""

    first: str
    second: str
    correlation: float


@dataclass(frozen=True)
class Ranks:
    """Simulation-based calibration of one parameter: counts of ranks by bin, their evenness after Holm's steps."""

    parameter: str
    n: int
    counts: tuple[int, ...]
    p: float
    adjusted_p: float

    @property
    def is_uniform(self) -> bool:
        """Return whether the ranks may be uniform."""
        return self.adjusted_p > RANKS_LEVEL


@dataclass(frozen=True)
class TarpPoint:
    """One point of the TARP curve: coverage found at a credibility, and the band that a true posterior stays in."""

    credibility: float
    coverage: float
    low: float
    high: float

    @property
    def is_inside(self) -> bool:
        """Return whether the curve is in its band here."""
        return self.low <= self.coverage <= self.high


@dataclass(frozen=True)
class Recovery:
    """How many synthetic truths the 90% interval of a parameter holds, and how many it may."""

    parameter: str
    inside: int
    n: int
    least: int
    most: int

    @property
    def is_inside(self) -> bool:
        """Return whether the count lies in its band."""
        return self.least <= self.inside <= self.most


@dataclass(frozen=True)
class Drift:
    """A stock in a run without policy: its mean at the first and the last month, and its furthest point."""

    state: str
    first: float
    last: float
    low: float
    high: float
    months: int

    @property
    def change(self) -> float:
        """Return the change from first to last month as a share of the first."""
        return self.last / self.first - 1 if self.first else float("nan")

    @property
    def is_clear(self) -> bool:
        """Return whether the last month's 90% interval leaves out the first month's mean."""
        return not self.low <= self.first <= self.high


@dataclass(frozen=True)
class Agreement:
    """One output by the posterior and by approximate Bayesian computation."""

    output: str
    unit: str
    mean: float
    sd: float
    other_mean: float
    other_sd: float

    @property
    def gap(self) -> float:
        """Return by how much the other's mean is higher, in standard deviations of the posterior."""
        return (self.other_mean - self.mean) / self.sd if self.sd > 0 else float("nan")

    @property
    def ratio(self) -> float:
        """Return the other's standard deviation over the posterior's."""
        return self.other_sd / self.sd if self.sd > 0 else float("nan")

    @property
    def agrees(self) -> bool:
        """Return whether the two agree."""
        return abs(self.gap) <= FARTHEST_MEANS and SD_RATIOS[0] <= self.ratio <= SD_RATIOS[1]


@dataclass(frozen=True)
class FreshLoss:
    """Mean loss of some draws as the fit ran them and on fresh seeds, with the standard error of the difference."""

    draws: int
    fitted: float
    fresh: float
    error: float

    @property
    def more(self) -> float:
        """Return by what share the loss is higher on fresh seeds."""
        return self.fresh / self.fitted - 1

    @property
    def is_inside(self) -> bool:
        """Return whether no more is lost than may be."""
        return self.more <= FRESH_LOSS


def widths(prior: DataFrame, draws: DataFrame) -> tuple[Width, ...]:
    """Return prior and posterior of every parameter that both have, the least informed first.

    Parameters
    ----------
    prior, draws : DataFrame
        A column a parameter, float64; draws may have more columns.
    """
    out = []
    for name in (name for name in prior.columns if name in draws.columns):
        before, after = prior[name].to_numpy(float), draws[name].to_numpy(float)
        low, high = np.quantile(after, (0.05, 0.95))
        moments = (before.mean(), before.std(ddof=1), after.mean(), after.std(ddof=1), low, high)
        out.append(Width(str(name), *map(float, moments)))
    return tuple(sorted(out, key=lambda width: (-np.nan_to_num(width.ratio), width.parameter)))


def pairs(draws: DataFrame, parameters: Sequence[str]) -> tuple[Pair, ...]:
    """Return the correlation of every pair of parameters that vary over the draws, the strongest first.

    Parameters
    ----------
    draws : DataFrame
        A column a parameter, float64.
    parameters : sequence of str
        Which columns.
    """
    moving = [name for name in parameters if draws[name].std(ddof=1) > 0]
    if len(moving) < 2:
        return ()
    table = np.corrcoef(draws[moving].to_numpy(float), rowvar=False)
    found = [Pair(a, b, float(table[i, k])) for (i, a), (k, b) in combinations(enumerate(moving), 2)]
    return tuple(sorted(found, key=lambda pair: (-abs(pair.correlation), pair.first, pair.second)))


def ranks(shares: Mapping[str, Floats]) -> tuple[Ranks, ...]:
    """Return the evenness of the ranks of each parameter, in the order given.

    Parameters
    ----------
    shares : mapping
        Parameter -> the share of the posterior's draws below the truth, a number in [0, 1] a synthetic truth.
    """
    found = {name: uniform_p(values, RANK_BINS) for name, values in shares.items()}
    adjusted = holm([p for p, _ in found.values()])
    return tuple(
        Ranks(name, len(shares[name]), tuple(map(int, counts)), p, after)
        for (name, (p, counts)), after in zip(found.items(), adjusted, strict=True)
    )


def tarp_curve(shares: Floats) -> tuple[TarpPoint, ...]:
    """Return the coverage of random-point regions by their credibility, with a joint band by the Kolmogorov law.

    Parameters
    ----------
    shares : float64, shape (truths,)
        The share of draws nearer to the truth's random point than the truth, in [0, 1].
    """
    from scipy.special import smirnovi

    half = float(smirnovi(len(shares), RANKS_LEVEL / 2))  # the two sides together: both at once is next to impossible
    levels = [k / TARP_STEPS for k in range(1, TARP_STEPS)]
    return tuple(
        TarpPoint(level, float((shares <= level).mean()), max(0.0, level - half), min(1.0, level + half))
        for level in levels
    )


def recovery(table: DataFrame) -> tuple[Recovery, ...]:
    """Return how many truths each parameter's interval holds, with the band that all counts lie in together.

    Parameters
    ----------
    table : DataFrame
        A row a parameter and synthetic truth: parameter, truth, p05, p95.
    """
    groups = list(table.groupby("parameter", sort=False))
    out = []
    for name, part in groups:
        inside = int(((part["p05"] <= part["truth"]) & (part["truth"] <= part["p95"])).sum())
        out.append(
            Recovery(str(name), inside, len(part), *joint_band(len(part), RECOVERY_SHARE, len(groups), RECOVERY_LEVEL))
        )
    return tuple(out)


def agreements(table: DataFrame) -> tuple[Agreement, ...]:
    """Return each output by two posteriors, in the order given.

    Parameters
    ----------
    table : DataFrame
        output, unit, mean, sd, abc_mean, abc_sd.
    """
    columns = ["output", "unit", "mean", "sd", "abc_mean", "abc_sd"]
    return tuple(
        Agreement(str(row[0]), str(row[1]), *map(float, row[2:])) for row in table[columns].itertuples(index=False)
    )


def fresh_loss(table: DataFrame) -> FreshLoss:
    """Return how much a fit loses on fresh seeds.

    Parameters
    ----------
    table : DataFrame
        A row a draw: fitted, fresh; two rows or more.
    """
    apart = (table["fresh"] - table["fitted"]).to_numpy(float)
    fitted, fresh = (float(table[name].mean()) for name in ("fitted", "fresh"))
    return FreshLoss(len(table), fitted, fresh, float(apart.std(ddof=1) / np.sqrt(len(apart))))


def drifts(table: DataFrame) -> tuple[Drift, ...]:
    """Return how every stock moves in a run without policy, in the order given.

    Parameters
    ----------
    table : DataFrame
        month, state, mean, p05, p95.
    """
    out = []
    for state, part in table.groupby("state", sort=False):
        rows = part.sort_values("month")
        first, last = rows.iloc[0], rows.iloc[-1]
        span = int(last["month"] - first["month"])
        ends = [float(first["mean"]), float(last["mean"]), float(last["p05"]), float(last["p95"])]
        out.append(Drift(str(state), ends[0], ends[1], ends[2], ends[3], span))
    return tuple(out)


def full_difference(sample: Floats, full: Floats) -> tuple[float, float, float]:
    """Return mean at full scale less mean on the sample, its standard error, and the ratio of the two deviations.

    Parameters
    ----------
    sample, full : float64, shape (draws,)
        What the model gives of one figure under draws on the sample and with every resident; numbers only.
    """
    error = float(np.sqrt(sample.var(ddof=1) / len(sample) + full.var(ddof=1) / len(full)))
    spread = float(sample.std(ddof=1))
    ratio = float(full.std(ddof=1)) / spread if spread > 0 else float("nan")
    return float(full.mean() - sample.mean()), error, ratio
