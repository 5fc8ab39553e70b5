"""The check of the individual measures against sums over groups fixed before the policy; decides no figure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from results.groups import FIXED_LABELS, ITEMS
from results.pairing import PairedSeed
from results.statistics import Stat, ratio_statistic, statistic, student
from results.twins import (
    are_about_incentives,
    are_about_services,
    are_subsidised,
    incentive_words,
    service_words,
    twin_words,
)

COVERED = 0.95
"""The target group is the smallest set of labels of one dimension that holds this share of those who started."""
NARROW = 0.5
"""A target group above this share of all residents says nothing about the individual measure."""
NORMAL_LIMIT = 1.96
"""Two-sided 95% limit of the normal law, for one run."""
TWO_SIDED = 0.975


@dataclass(frozen=True)
class Alarm:
    """The gain of those who started, as twins show it, beside the net gain of the group that they come from.

    `gap` = group sum less individual measure, person-months: what the others of the same group gained.
    `noise` is how large a gap chance alone may make; `exceeds` says that the gap is larger.
    `drifted` says that twins were apart before the start more than the Monte Carlo error allows for.
    """

    dimension: str
    labels: tuple[str, ...]
    group_net: Stat | None
    treated_net: Stat | None
    gap: Stat | None
    noise: float
    exceeds: bool
    drifted: bool
    twins_apart: Stat
    text: str

    @property
    def flag(self) -> bool:
        """Return whether a reader must be warned."""
        return self.exceeds or self.drifted

    def as_dict(self) -> dict[str, object]:
        """Return the check as plain values for JSON."""
        stats = {"group_net": self.group_net, "treated_net": self.treated_net, "gap": self.gap}
        return {
            "flag": self.flag,
            "text": self.text,
            "dimension": self.dimension,
            "labels": list(self.labels),
            **{name: None if stat is None else stat.as_dict() for name, stat in stats.items()},
            "noise": None if np.isnan(self.noise) else self.noise,
            "twins_apart": self.twins_apart.as_dict(),
        }


def target_group(tables: dict[str, NDArray[np.int64]]) -> tuple[str, list[int], float]:
    """Return the dimension, labels and share of residents of the narrowest group that holds nearly all who started.

    Parameters
    ----------
    tables : dict
        Group tables summed over runs, by dimension.
    """
    best: tuple[str, list[int], float] = ("", [], 2.0)
    residents, treated = ITEMS.index("residents"), ITEMS.index("treated")
    for dimension in ("age_band", "health", "sex", "ethnicity", "deprivation"):
        if dimension not in tables:
            continue
        table = tables[dimension][:-1]
        heads, starters = table[:, residents], table[:, treated]
        if not starters.sum():
            continue
        rates = starters / np.maximum(heads, 1)
        order = np.argsort(-rates, kind="stable")
        reached = np.cumsum(starters[order]) >= COVERED * starters.sum()
        chosen = sorted(int(i) for i in order[: int(np.argmax(reached)) + 1])
        share = float(heads[chosen].sum() / heads.sum())
        if share < best[2]:
            best = (dimension, chosen, share)
    return best


def alarm_of(runs: list[PairedSeed], draws: NDArray[np.int64], n_seeds: int) -> Alarm:
    """Return the check over all runs of a comparison.

    Parameters
    ----------
    runs : list of PairedSeed
        The runs.
    draws : int64, shape (runs,)
        Draw of each run.
    n_seeds : int
        Number of different seeds.
    """
    words = service_words if are_about_services(runs) else incentive_words if are_about_incentives(runs) else None
    if words or are_subsidised(runs):
        nan = float("nan")
        none = Stat(nan, nan, nan, nan, nan, nan, len(np.unique(draws)), n_seeds, nan, "none")
        arms = runs[0].policy.arm, runs[0].baseline.arm
        text = words() if words else twin_words(*arms)
        return Alarm("", (), None, None, None, nan, False, False, none, text)
    tables = {name: np.sum([run.groups[name] for run in runs], axis=0) for name in runs[0].groups}
    dimension, chosen, share = target_group(tables)
    apart = [np.array([run.metrics[name] for run in runs]) for name in ("apart_at_start", "later_starts")]
    twins = ratio_statistic(apart[0], apart[1], draws, n_seeds)
    if not chosen or share > NARROW:
        text = (
            "No group fixed before the policy is narrow enough to check the individual measures against."
            if chosen
            else "Nobody started, so there is nothing to check."
        )
        return Alarm(dimension, (), None, None, None, float("nan"), False, False, twins, text)
    columns = {
        item: np.array([run.groups[dimension][chosen, ITEMS.index(item)].sum() for run in runs], np.float64)
        for item in ("net", "treated_net", "untreated_net", "untreated_squares")
    }
    stats = {item: statistic(columns[item], draws, n_seeds) for item in ("net", "treated_net", "untreated_net")}
    gap, n = stats["untreated_net"], len(runs)
    inner = float(np.sqrt(columns["untreated_squares"].sum())) / n
    noise = NORMAL_LIMIT * inner
    if n > 1:
        noise = max(noise, student(n, TWO_SIDED) * gap.mc_se)
    exceeds = bool(abs(gap.mean) > noise)
    drifted = drift(twins, stats["treated_net"], columns["treated_net"])
    labels = tuple(FIXED_LABELS[dimension][i] for i in chosen)
    text = wording(dimension, labels, gap, noise, exceeds, drifted, twins)
    return Alarm(dimension, labels, stats["net"], stats["treated_net"], gap, noise, exceeds, drifted, twins, text)


def drift(twins: Stat, treated: Stat, values: NDArray[np.float64]) -> bool:
    """Return whether twins apart before the start could move the individual gain by more than its Monte Carlo error.

    Parameters
    ----------
    twins : Stat
        Share of starts whose twin was in work the month before.
    treated : Stat
        Net gain of those who started.
    values : float64, shape (runs,)
        The same by run.
    """
    if np.isnan(twins.mean):
        return False
    half_width = student(len(values), TWO_SIDED) * treated.mc_se if len(values) > 1 else np.sqrt(abs(treated.mean))
    return bool(twins.mean * abs(treated.mean) > half_width)


def wording(
    dimension: str, labels: tuple[str, ...], gap: Stat, noise: float, exceeds: bool, drifted: bool, twins: Stat
) -> str:
    """Return the verdict for readers.

    Parameters
    ----------
    dimension, labels : str and tuple of str
        The target group.
    gap : Stat
        What others of the group gained.
    noise : float
        The gap that chance alone may make.
    exceeds, drifted : bool
        The two verdicts.
    twins : Stat
        Share of starts whose twin was in work the month before.
    """
    who = f"{dimension.replace('_', ' ')} {', '.join(label.replace('_', ' ') for label in labels)}"
    size = f"{abs(gap.mean):,.0f} person-months (chance alone may make {noise:,.0f})"
    share = (
        "" if np.isnan(twins.mean) else f" In the month before the start {twins.mean:.1%} of the twins were in work."
    )
    if not exceeds:
        text = f"The individual measures and the sum over residents of {who} agree: they differ by {size}.{share}"
    elif gap.mean < 0:
        text = (
            f"FLAG: residents of {who} gained less together than those of them who started: {size}. Others of the "
            f"group lost work to them, or twins drifted apart; read the group sums.{share}"
        )
    else:
        text = (
            f"FLAG: residents of {who} gained more together than those of them who started: {size}. The individual "
            f"measures are likely to understate the gain; read the group sums.{share}"
        )
    if drifted:
        text += " FLAG: that is more than the Monte Carlo error of the gain allows, so deadweight is overstated."
    return text
