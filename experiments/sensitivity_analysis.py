"""Indices from the runs of a design: Morris' effects and Sobol's shares of variance, chance told apart.

Every vector is run on a seed of its own, so that chance is independent between vectors and its variance, known from
vectors that were run twice, can be taken out of what two vectors differ by. Estimators are SALib's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from experiments.sensitivity_design import LEVELS, STEP, Design

Floats = NDArray[np.float64]
RESAMPLES = 500
LARGE, FEW_RESAMPLES = 4096, 200
"""From so many base samples on, which an emulator allows, so many resamples do."""
LEVEL = 0.95
FALSE_ALARM = 0.05
"""Chance that Morris' test calls any factor at all influential where none is."""


@dataclass(frozen=True)
class Chance:
    """What the seed does to one output. `variance`: of a vector's result; `pairs`: its terms, one a repeated vector."""

    variance: float
    terms: Floats

    def resampled(self, rng: np.random.Generator, n: int) -> Floats:
        """Return n bootstrap values of the variance."""
        if not len(self.terms):
            return np.full(n, self.variance)
        return np.asarray(self.terms[rng.integers(len(self.terms), size=(n, len(self.terms)))].mean(axis=1), float)


NO_CHANCE = Chance(0.0, np.zeros(0))
"""Of an output without chance, such as an emulator's mean."""


def chance_of(results: list[Floats], n_seeds: int) -> Chance:
    """Return the variance that the seed alone gives a vector's mean over its seeds.

    Parameters
    ----------
    results : list of float64
        Results of each vector on its seeds; those with one alone say nothing.
    n_seeds : int
        Seeds that a vector's result is the mean of.
    """
    terms = np.array([values.var(ddof=1) / n_seeds for values in results if len(values) > 1])
    return Chance(float(terms.mean()) if len(terms) else 0.0, terms)


@dataclass(frozen=True)
class MorrisFound:
    """Morris' measures of one output by label, per step over the whole law; shape (labels,) each.

    `mu`, `sigma`: mean and standard deviation of the effects (not a number for groups); `mu_star` with its 95%
    interval; `effect`: root mean square with chance taken out; `p`: of a test that there is no effect but chance;
    `is_clear` after Holm's correction over labels. `floor`: what chance alone makes of mu_star. `share`: of chance in
    the variance over the design. `first`: share of resamples in which the label with the largest mu_star stays first.
    """

    mu: Floats
    mu_low: Floats
    mu_high: Floats
    mu_star: Floats
    low: Floats
    high: Floats
    sigma: Floats
    effect: Floats
    p: Floats
    is_clear: NDArray[np.bool_]
    floor: float
    share: float
    first: float


def effects_of(design: Design, y: Floats) -> tuple[Floats, Floats]:
    """Return absolute and signed elementary effects, per law, shape (trajectories, labels); groups have no sign.

    Parameters
    ----------
    design : Design
        Morris' design.
    y : float64, shape (rows,)
        The output.
    """
    n, labels = design.n_blocks, design.space.labels
    u, shaped = design.u.reshape(n, design.block, -1), y.reshape(n, design.block)
    moved = np.diff(u, axis=1)
    first = np.argmax(np.abs(moved) > 1e-9, axis=2)
    label = design.space.membership[first]
    change = np.diff(shaped, axis=1) / STEP
    size, signed = np.zeros((n, len(labels))), np.full((n, len(labels)), np.nan)
    rows = np.arange(n)[:, None]
    size[rows, label] = np.abs(change)
    if design.space.groups is None:
        signed[rows, label] = change * np.sign(np.take_along_axis(moved, first[..., None], axis=2)[..., 0])
    return size, signed


def morris(design: Design, y: Floats, chance: Chance, seed: int) -> MorrisFound:
    """Return Morris' measures.

    Parameters
    ----------
    design : Design
        The design that was run.
    y : float64, shape (rows,)
        Output of each row, in its order.
    chance : Chance
        What the seed does to the output.
    seed : int
        Of the resamples.
    """
    from SALib.analyze import morris as salib

    rng = np.random.default_rng(seed)
    found = salib.analyze(
        design.space.problem(), design.u, np.asarray(y, float), num_levels=LEVELS, num_resamples=2, seed=rng
    )
    size, signed = effects_of(design, y)
    n = len(size)
    resampled = size[rng.integers(n, size=(RESAMPLES, n))].mean(axis=1)
    low, high = np.quantile(resampled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    noise = 2.0 * chance.variance / STEP**2
    square = np.mean(size**2, axis=0)
    p = _no_effect(square, noise, n, len(chance.terms))
    star = np.asarray(found["mu_star"], float)
    half = stats.t.ppf((1 + LEVEL) / 2, max(n - 1, 1)) * signed.std(axis=0, ddof=1) / np.sqrt(n) if n > 1 else np.inf
    spread = float(np.var(y))
    grouped = design.space.groups is not None
    empty = np.full(len(star), np.nan)
    return MorrisFound(
        mu=empty if grouped else np.asarray(found["mu"], float),
        mu_low=signed.mean(axis=0) - half,
        mu_high=signed.mean(axis=0) + half,
        mu_star=star,
        low=low,
        high=high,
        sigma=empty if grouped else np.asarray(found["sigma"], float),
        effect=np.sqrt(np.maximum(0.0, square - noise)),
        p=p,
        is_clear=holm(p, FALSE_ALARM),
        floor=float(np.sqrt(2.0 * noise / np.pi)),
        share=min(1.0, chance.variance / spread) if spread else 0.0,
        first=float(np.mean(resampled.argmax(axis=1) == star.argmax())),
    )


def _no_effect(square: Floats, noise: float, n: int, pairs: int) -> Floats:
    """Return the probability of so large a mean square by chance alone: an F test against the repeated vectors."""
    if noise <= 0.0:
        return np.where(square > 0.0, 0.0, 1.0)
    return np.asarray(stats.f.sf(square / noise, n, pairs), float)


def holm(p: Floats, level: float) -> NDArray[np.bool_]:
    """Return which of several tests reject by Holm's rule at a joint level."""
    order = np.argsort(p, kind="stable")
    passes = p[order] <= level / (len(p) - np.arange(len(p)))
    passes = np.logical_and.accumulate(passes)
    out = np.zeros(len(p), bool)
    out[order] = passes
    return out


@dataclass(frozen=True)
class Index:
    """Sobol indices by label with their 95% bootstrap intervals, shape (labels,) each."""

    value: Floats
    low: Floats
    high: Floats

    @property
    def width(self) -> float:
        """Return the widest interval."""
        return float(np.max(self.high - self.low)) if len(self.value) else 0.0


@dataclass(frozen=True)
class SobolFound:
    """Shares of one output's variance.

    `first`, `total`: of the variance that is left once chance is taken out; `first_raw`: of all variance of a run,
    chance with it; `pairs`: interaction of two labels, empty without; `pair_labels`: their positions. `share`, with
    interval: of chance in the variance of a run. `spread`: standard deviation of the output over the whole design.
    `swing`: the output in the upper third of each factor's law less that in the lower, with its standard error.
    """

    first: Index
    total: Index
    first_raw: Index
    pairs: Index
    pair_labels: tuple[tuple[int, int], ...]
    share: float
    share_low: float
    share_high: float
    mean: float
    spread: float
    swing: Floats
    swing_se: Floats

    @property
    def width(self) -> float:
        """Return the widest interval of a first-order or total index; infinite where one cannot be told."""
        both = max(self.first.width, self.total.width)
        return both if np.isfinite(both) else float("inf")


def sobol(design: Design, y: Floats, chance: Chance, seed: int) -> SobolFound:
    """Return first-order, total and (where the design has them) second-order indices.

    Chance is independent between the vectors, so that it adds its variance to half the mean square of two results and
    nothing to the mean of products: a total index loses it above and below, a first-order index below only.

    Parameters
    ----------
    design : Design
        Saltelli's design that was run.
    y : float64, shape (rows,)
        Output of each row, in its order.
    chance : Chance
        What the seed does to the output.
    seed : int
        Of the resamples.
    """
    from SALib.analyze import sobol as salib

    labels, n = design.space.labels, design.n_blocks
    rng = np.random.default_rng(seed)
    resamples = FEW_RESAMPLES if n >= LARGE else RESAMPLES
    spread = float(np.std(y))
    if spread == 0.0:
        return _without_variance(design, y, 0.0)
    unit = (y - y.mean()) / spread
    a, b, ab, ba = salib.separate_output_values(unit, len(labels), n, design.second_order)
    if np.ptp(np.concatenate([a, b])) == 0.0:  # too few samples: only their mixtures moved
        return _without_variance(design, y, float("nan"))
    rows = rng.integers(n, size=(n, resamples))
    own = np.var(np.concatenate([a, b]))
    again = np.var(np.concatenate([a[rows], b[rows]]), axis=0)
    share = chance.variance / spread**2 / own
    drawn = chance.resampled(rng, resamples) / spread**2
    shares = np.divide(
        drawn, again, out=np.ones(resamples), where=again > 0.0
    )  # a resample that never moves tells nothing
    made: dict[str, list[tuple[float, Floats]]] = {"first": [], "total": [], "raw": [], "pairs": []}
    pairs = [(j, k) for j in range(len(labels)) for k in range(j + 1, len(labels))] if design.second_order else []
    for j in range(len(labels)):
        s = float(salib.first_order(a, ab[:, j], b)), salib.first_order(a[rows], ab[rows, j], b[rows])
        t = float(salib.total_order(a, ab[:, j], b)), salib.total_order(a[rows], ab[rows, j], b[rows])
        made["raw"].append(s)
        made["first"].append((_part(s[0], share), _parts(s[1], shares)))
        made["total"].append((_part(t[0] - share, share), _parts(t[1] - shares, shares)))
    for j, k in pairs:
        s2 = float(salib.second_order(a, ab[:, j], ab[:, k], ba[:, j], b))
        s2s = salib.second_order(a[rows], ab[rows, j], ab[rows, k], ba[rows, j], b[rows])
        made["pairs"].append((_part(s2, share), _parts(s2s, shares)))
    swing, swing_se = _swing(design, y)
    low, high = np.quantile(shares, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return SobolFound(
        _index(made["first"]), _index(made["total"]), _index(made["raw"]), _index(made["pairs"]), tuple(pairs),
        min(1.0, share), float(min(1.0, low)), float(min(1.0, high)), float(y.mean()), spread, swing, swing_se,
    )  # fmt: skip


def _part(value: float, share: float) -> float:
    """Return an index as a share of what chance leaves; not a number where chance leaves nothing."""
    return value / (1.0 - share) if share < 1.0 else float("nan")


def _parts(values: Floats, shares: Floats) -> Floats:
    return np.where(shares < 1.0, values / np.where(shares < 1.0, 1.0 - shares, 1.0), np.inf)


def _index(made: list[tuple[float, Floats]]) -> Index:
    """Return values and quantiles of their resamples; where chance left nothing in some, an end is infinite."""
    if not made:
        return Index(np.zeros(0), np.zeros(0), np.zeros(0))
    value = np.array([v for v, _ in made])
    ordered = np.sort(np.stack([r for _, r in made]), axis=1)
    n = ordered.shape[1]
    lost = np.isinf(ordered).any(axis=1)
    low = ordered[:, int((1 - LEVEL) / 2 * (n - 1))]
    high = ordered[:, -1 - int((1 - LEVEL) / 2 * (n - 1))]
    return Index(value, np.where(lost & np.isinf(high), -np.inf, low), high)


def _swing(design: Design, y: Floats) -> tuple[Floats, Floats]:
    """Return the output at high less at low values of each factor, and its standard error, shape (factors,) each."""
    place = np.arange(len(y)) % design.block
    free = (place == 0) | (place == design.block - 1)  # the two independent samples; the rest repeats their columns
    out, errors = np.zeros(design.u.shape[1]), np.zeros(design.u.shape[1])
    for k in range(design.u.shape[1]):
        u = design.u[:, k]
        high, low = y[free & (u > 2 / 3)], y[free & (u < 1 / 3)]
        if len(high) < 2 or len(low) < 2:
            out[k] = errors[k] = np.nan
            continue
        out[k] = high.mean() - low.mean()
        errors[k] = np.sqrt(high.var(ddof=1) / len(high) + low.var(ddof=1) / len(low))
    return out, errors


def _without_variance(design: Design, y: Floats, value: float) -> SobolFound:
    """Return indices where the two samples never move: 0 if no vector does, else not a number, for none can be told."""
    n, k = len(design.space.labels), design.u.shape[1]
    every = Index(np.full(n, value), np.full(n, value), np.full(n, value))
    none = Index(np.zeros(0), np.zeros(0), np.zeros(0))
    share, swings = value, np.full(k, value)
    return SobolFound(
        every, every, every, none, (), share, share, share, float(y.mean()), float(y.std()), swings, swings
    )
