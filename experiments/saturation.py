"""The saturation experiment: more and more of the unemployed are helped to search, and the rest is watched.

In randomly chosen Places none, a quarter, half, three quarters or all of those unemployed at the start get help to
search, in a slack and in a tight market. What happens to the untreated is nobody's assumption: it comes out of slots,
looks and employers' choices. Places at nought are no clean control, since people commute.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr

from evidence.fit_registry import replications
from evidence.model import Parameter
from experiments.cache import cached_start
from experiments.markets import settled_in
from experiments.plans import shipped_parameters, shipped_region
from experiments.trials import Floats, helping, lottery, paired_trial
from scenarios.arm import ArmSpec, arm
from scenarios.resolve import resolve
from scenarios.vocabulary import State
from simulation.model import RegionModel
from simulation.start import Start

SATURATIONS = (0.0, 0.25, 0.5, 0.75, 1.0)
TRIAL_MONTHS = 9
OUTCOME_MONTHS = (7, 8, 9)
"""The outcome is the mean of these months: the share in work of those unemployed at the start."""
TREATED, UNTREATED = "treated", "untreated"
GROUPS = (UNTREATED, TREATED)
SLACK, TIGHT = "weak-demand", "strong-demand"
"""The markets are the library's two contexts of labour demand."""
COLUMNS = ("market", "saturation", "group", "change", "se", "n_seeds", "residents")
FORM = "key_worker_support"
"""The kind of programme that stands for help to search; it lends its form, none of its effects."""


@dataclass(frozen=True)
class SeedResult:
    """One seed in one market.

    `change`: mean change of the outcome against the twin, percentage points; `residents`: how many it is the mean of;
    both of shape (saturations, groups), without a number where there is nobody. `unemployed`: share of those in work
    or unemployed at the start, percent.
    """

    change: Floats
    residents: NDArray[np.int64]
    unemployed: float


def shares_by_place(model: RegionModel) -> Floats:
    """Return each Place's saturation: levels are dealt to Places in the order of a draw, as evenly as they go.

    With fewer levels than Places, some levels are dealt twice; which, is part of the draw.
    """
    n = model.start.n_places
    order = np.argsort(lottery(model, "order of Places", np.arange(n, dtype=np.uint32)), kind="stable")
    levels = np.argsort(lottery(model, "order of saturations", np.arange(len(SATURATIONS), dtype=np.uint32)))
    shares = np.empty(n)
    shares[order] = np.array(SATURATIONS)[levels[np.arange(n) % len(SATURATIONS)]]
    return shares


def one_seed(start: Start, base: ArmSpec, looks_ratio: float, *, seed: int, threads: int = 1) -> SeedResult:
    """Return what one seed says: everybody unemployed at the start against his twin.

    Parameters
    ----------
    start, base : the region's start; the arm without policy, in its market.
    looks_ratio : what help multiplies the looks of the unemployed with.
    seed, threads : of the run.
    """
    service = helping("search_help", FORM, {"job_entry_ratio": looks_ratio}, float(TRIAL_MONTHS))
    found: dict[str, NDArray[np.float64]] = {}

    def choose(model: RegionModel) -> NDArray[np.bool_]:
        c = model.columns
        idle = c.state == State.UNEMPLOYED
        share = shares_by_place(model)[c.place]
        found["share"], found["idle"] = share, idle.astype(float)
        found["rate"] = np.array([100.0 * idle.sum() / max(1, (c.state <= State.UNEMPLOYED).sum())])
        helped: NDArray[np.bool_] = idle & (lottery(model, "who is helped", c.id) < share)
        return helped

    twin, trial, helped = paired_trial(start, base, service, choose, seed=seed, threads=threads)
    gain = np.zeros(start.n)
    stayed = np.ones(start.n, bool)
    for month in OUTCOME_MONTHS:
        gain += trial.work[month].astype(float) - twin.work[month]
        stayed &= trial.here[month] & twin.here[month]
    who = (found["idle"] > 0) & stayed
    change = np.full((len(SATURATIONS), len(GROUPS)), np.nan)
    residents = np.zeros(change.shape, np.int64)
    for i, level in enumerate(SATURATIONS):
        for k, is_helped in enumerate((False, True)):
            rows = who & (found["share"] == level) & (helped == is_helped)
            residents[i, k] = int(rows.sum())
            if residents[i, k]:
                change[i, k] = 100.0 * float(gain[rows].mean()) / len(OUTCOME_MONTHS)
    return SeedResult(change, residents, float(found["rate"][0]))


def run_markets(
    start: Start,
    base: ArmSpec,
    demands: Mapping[str, float],
    parameter: Parameter,
    seeds: Sequence[int],
    *,
    threads: int = 1,
    progress: Callable[[str, int], None] | None = None,
) -> dict[str, list[SeedResult]]:
    """Return the results of every seed by market; a seed deals the same levels to the same Places in every market.

    Parameters
    ----------
    start, base : the region's start and its baseline.
    demands : name of a market -> multiplier of employers' jobs.
    parameter : `saturation_looks_ratio` of the evidence.
    seeds, threads : of the runs.
    progress : called with the market and the seed after each.
    """
    ratio = float(parameter.value)  # type: ignore[arg-type]
    out: dict[str, list[SeedResult]] = {name: [] for name in demands}
    for name, demand in demands.items():
        arm = settled_in(base, ((0, demand),), TRIAL_MONTHS)
        for seed in seeds:
            out[name].append(one_seed(start, arm, ratio, seed=seed, threads=threads))
            if progress is not None:
                progress(name, seed)
    return out


def table(results: Mapping[str, Sequence[SeedResult]]) -> pd.DataFrame:
    """Return mean change against twins by market, saturation and group, percentage points, with its error (COLUMNS).

    Seeds weigh alike; the standard error is over seeds.
    """
    rows = []
    for market, found in results.items():
        change = np.stack([r.change for r in found])
        heads = np.stack([r.residents for r in found])
        for i, level in enumerate(SATURATIONS):
            for k, group in enumerate(GROUPS):
                known = change[:, i, k][~np.isnan(change[:, i, k])]
                if known.size:
                    se = float(known.std(ddof=1) / np.sqrt(known.size)) if known.size > 1 else np.nan
                    rows.append((market, level, group, float(known.mean()), se, known.size, heads[:, i, k].mean()))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def slopes(found: Sequence[SeedResult]) -> Floats:
    """Return, by seed, the slope of the untreated's change on saturation, points per 100 percent; NaN where unknown.

    Levels weigh by how many untreated residents they hold.
    """
    out = np.full(len(found), np.nan)
    x = np.array(SATURATIONS)
    for seed, result in enumerate(found):
        y, weight = result.change[:, 0], result.residents[:, 0].astype(float)
        known = ~np.isnan(y)
        if known.sum() > 1:
            w = weight[known] / weight[known].sum()
            centred = x[known] - w @ x[known]
            out[seed] = float((w * centred) @ y[known] / ((w * centred) @ centred))
    return out


def losses(found: Sequence[SeedResult]) -> Floats:
    """Return, by seed, what the untreated of all Places lost, percentage points; a loss is positive."""
    out = np.full(len(found), np.nan)
    for seed, result in enumerate(found):
        y, weight = result.change[:, 0], result.residents[:, 0].astype(float)
        known = ~np.isnan(y)
        if known.any():
            out[seed] = -float(weight[known] @ y[known] / weight[known].sum())
    return out


def probability_positive(values: Floats) -> tuple[float, float, float]:
    """Return the probability that the mean of independent values is above 0, that mean and its standard error.

    The probability is Student's, under a flat prior; values that are no number are left out.

    Raises
    ------
    ValueError
        If fewer than two values are left, or they don't vary.
    """
    known = values[~np.isnan(values)]
    if known.size < 2 or known.std() == 0.0:
        raise ValueError(f"{known.size} values that vary are needed, 2 at least; run more seeds")
    mean, se = float(known.mean()), float(known.std(ddof=1) / np.sqrt(known.size))
    return float(stdtr(known.size - 1, mean / se)), mean, se


def findings(results: Mapping[str, Sequence[SeedResult]], slack: str, tight: str) -> pd.DataFrame:
    """Return what the experiment is run for, a row each: probability, mean and standard error, percentage points.

    Rows: in each market, harm grows with saturation; the untreated lose; and the untreated lose more in the slack
    market than in the tight one, seed by seed.

    Parameters
    ----------
    results : from `run_markets`.
    slack, tight : names of the two markets that are compared.
    """
    rows = []
    for market, found in results.items():
        rows.append((f"harm grows with saturation ({market})", *probability_positive(-slopes(found))))
        rows.append((f"the untreated lose ({market})", *probability_positive(losses(found))))
    more = losses(results[slack]) - losses(results[tight])
    rows.append((f"the untreated lose more ({slack} against {tight})", *probability_positive(more)))
    return pd.DataFrame(rows, columns=["finding", "probability", "mean", "se"])


def experiment(
    region: str,
    *,
    sample: int,
    n_seeds: int,
    seed: int = 1,
    threads: int = 1,
    progress: Callable[[str], None] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the table and the findings of the whole experiment in a region, on the evidence's own values.

    Parameters
    ----------
    region : name of the region.
    sample, threads : one resident in so many; threads, on which the result does not depend.
    n_seeds, seed : number of seeds, the first seed.
    progress : called with a sentence as work goes on.
    """
    base = replace(arm(resolve("baseline", {"region": region})), services=None, funding=None)
    start = cached_start(shipped_region(region), shipped_parameters(), base, sample=sample, draw=0, threads=threads)
    demands = {name: resolve("baseline", context=name).scenario.labour_demand[0].multiplier for name in (SLACK, TIGHT)}

    def heard(market: str, done: int) -> None:
        if progress is not None:
            progress(f"saturation in {market}, seed {done}")

    results = run_markets(
        start, base, demands, replications()["saturation_looks_ratio"], range(seed, seed + n_seeds), threads=threads,
        progress=heard,
    )  # fmt: skip
    return table(results), findings(results, SLACK, TIGHT)
