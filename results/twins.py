"""Which figures need a twin without any subsidy; where the baseline has subsidies of its own they are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from results.metrics import Metric, metrics_for, milestones
from results.pairing import PairedSeed, subsidy_count
from results.statistics import Stat, ratio_statistic, statistic

NEED_FREE_TWINS = (
    "deadweight_months",
    "deadweight",
    "treated_net",
    "untreated_net",
    "displacement",
    "later_starts",
    "apart_at_start",
    "twins_apart",
)
"""Figures, and items of groups, that mean something only where the twins of those who started get no subsidy."""
SUBSIDY_ITEMS_OF_GROUPS = ("treated", "subsidised_months")
"""Items of groups that count those who started a subsidised job."""
SUBSIDY_ONLY = ("starts", "subsidised_months", "programme_cost", "cost_per_person_month")
SUBSIDY_ONLY_AT = ("programme_cost_{m}", "cost_per_additional_job_{m}")
"""Figures that mean something only where an arm has subsidies."""
LEVELS = ("starts", "subsidised_months")
"""Figures of the policy arm itself, no differences."""
BASELINE_STARTS = "starts_of_baseline"


def baseline_starts(run: PairedSeed) -> float:
    """Return the subsidised starts of the baseline arm."""
    return float(subsidy_count(run.baseline, "started"))


def are_subsidised(runs: Sequence[PairedSeed]) -> bool:
    """Return whether the baseline arm has subsidies of its own, taken up or not."""
    return any(run.baseline.subsidy_names for run in runs)


def has_services(runs: Sequence[PairedSeed]) -> bool:
    """Return whether either arm has services."""
    return any(run.has_services for run in runs)


def has_incentives(runs: Sequence[PairedSeed]) -> bool:
    """Return whether either arm has incentives to employers."""
    return any(run.has_incentives for run in runs)


def are_about_services(runs: Sequence[PairedSeed]) -> bool:
    """Return whether the arms have services, and neither a subsidy nor an incentive to employers."""
    paid = any(run.policy.subsidy_names or run.baseline.subsidy_names for run in runs)
    return has_services(runs) and not paid and not has_incentives(runs)


def are_about_incentives(runs: Sequence[PairedSeed]) -> bool:
    """Return whether the arms have incentives to employers and no subsidy."""
    paid = any(run.policy.subsidy_names or run.baseline.subsidy_names for run in runs)
    return has_incentives(runs) and not paid


def left_out(runs: Sequence[PairedSeed]) -> frozenset[str]:
    """Return the figures, and items of groups, that mean nothing in this comparison."""
    if are_about_services(runs):
        dated = (name.format(m=m) for name in SUBSIDY_ONLY_AT for m in milestones(runs[0].horizon))
        return frozenset((*NEED_FREE_TWINS, *SUBSIDY_ITEMS_OF_GROUPS, *SUBSIDY_ONLY, *dated))
    if are_about_incentives(runs):
        return frozenset((*NEED_FREE_TWINS, *SUBSIDY_ITEMS_OF_GROUPS, *LEVELS))
    return frozenset(NEED_FREE_TWINS if are_subsidised(runs) else ())


def metrics_of(runs: Sequence[PairedSeed]) -> dict[str, Metric]:
    """Return name -> metric of what a comparison can show, in the order of the summary.

    Where the baseline has subsidies of its own, levels carry the name of their arm, and both arms' starts stand
    side by side.
    """
    unfit = left_out(runs)
    metrics = metrics_for(runs[0].horizon, has_services(runs), has_incentives(runs))
    found = {n: m for n, m in metrics.items() if n not in unfit}
    if not are_subsidised(runs):
        return found
    out: dict[str, Metric] = {}
    for name, metric in found.items():
        out[name] = replace(metric, label=f"{metric.label} of {runs[0].policy.arm}") if name in LEVELS else metric
        if name == "starts":
            label = f"{metric.label} of {runs[0].baseline.arm}"
            out[BASELINE_STARTS] = replace(metric, name=BASELINE_STARTS, label=label)
    return out


def metric_statistic(metric: Metric, runs: Sequence[PairedSeed], draws: NDArray[np.int64], n_seeds: int) -> Stat:
    """Return one figure over runs; ratios are formed from sums, not averaged.

    Parameters
    ----------
    metric : Metric
        Which figure.
    runs : sequence of PairedSeed
        The runs.
    draws : int64, shape (runs,)
        Draw of each run.
    n_seeds : int
        Number of different seeds.
    """
    if metric.name == BASELINE_STARTS:
        return statistic(np.array([baseline_starts(run) for run in runs]), draws, n_seeds)
    if metric.ratio is None:
        return statistic(np.array([run.metrics[metric.name] for run in runs]), draws, n_seeds)
    above, below = (np.array([run.metrics[part] for run in runs]) for part in metric.ratio)
    return ratio_statistic(metric.sign * above, below, draws, n_seeds)


def twin_words(policy: str, baseline: str) -> str:
    """Return why deadweight and displacement are not shown, and how each is measured."""
    alone = policy.removesuffix("-changed").removesuffix("-again")
    second = alone if alone == baseline else policy
    commands = " and ".join(f"`workability run {name}`" for name in dict.fromkeys((baseline, second)))
    return (
        f"Deadweight and displacement are not given here, because {baseline} has subsidies of its own: "
        f"both are measured against baseline by {commands}."
    )


def incentive_words() -> str:
    """Return why deadweight and displacement are not shown where the arms have incentives to employers alone."""
    return (
        "Deadweight and displacement of subsidised jobs are not given here, because neither arm subsidises a job. What "
        "the incentives do to work is the net difference between the two arms, person by person."
    )


def service_words() -> str:
    """Return why deadweight and displacement are not shown where the arms have services alone."""
    return (
        "Deadweight and displacement of subsidised jobs are not given here, because neither arm has a subsidy. What "
        "the change of services does to work is the net difference between the two arms, person by person."
    )
