"""Which figures need a twin without any subsidy; where the baseline has subsidies of its own they are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from results.metrics import Metric, metrics_for
from results.pairing import PairedSeed, subsidy_count

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
LEVELS = ("starts", "subsidised_months")
"""Figures of the policy arm itself, no differences."""
BASELINE_STARTS = "starts_of_baseline"


def baseline_starts(run: PairedSeed) -> float:
    """Return the subsidised starts of the baseline arm."""
    return float(subsidy_count(run.baseline, "started"))


def are_subsidised(runs: Sequence[PairedSeed]) -> bool:
    """Return whether the baseline arm has subsidies of its own, taken up or not."""
    return any(run.baseline.subsidy_names for run in runs)


def metrics_of(runs: Sequence[PairedSeed]) -> dict[str, Metric]:
    """Return name -> metric of what a comparison can show, in the order of the summary.

    Where the baseline has subsidies of its own, levels carry the name of their arm, and both arms' starts stand
    side by side.
    """
    found = metrics_for(runs[0].horizon)
    if not are_subsidised(runs):
        return found
    out: dict[str, Metric] = {}
    for name, metric in found.items():
        if name in NEED_FREE_TWINS:
            continue
        out[name] = replace(metric, label=f"{metric.label} of {runs[0].policy.arm}") if name in LEVELS else metric
        if name == "starts":
            label = f"{metric.label} of {runs[0].baseline.arm}"
            out[BASELINE_STARTS] = replace(metric, name=BASELINE_STARTS, label=label)
    return out


def twin_words(policy: str, baseline: str) -> str:
    """Return why deadweight and displacement are not shown, and how each is measured."""
    alone = policy.removesuffix("-changed").removesuffix("-again")
    second = alone if alone == baseline else policy
    commands = " and ".join(f"`workability run {name}`" for name in dict.fromkeys((baseline, second)))
    return (
        f"Deadweight and displacement are not given here, because {baseline} has subsidies of its own: "
        f"both are measured against baseline by {commands}."
    )
