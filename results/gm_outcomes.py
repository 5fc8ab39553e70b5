"""Who took part in a run's policy and what came of it: engagement, impact, deadweight, lag and drop-off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from results.groups import FIXED_LABELS, ITEMS
from results.pairing import PairedSeed, service_counts
from results.plan_model import MONTHS_A_YEAR
from scenarios.vocabulary import IN_WORK

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """One outcome of a run over its seeds: who was there, who took part, and what came of it.

    `residents` and `engaged` in people, `gross` and `net` in years in work, all of shape (runs,), in the run's own
    sample count.
    """

    title: str
    residents: Floats
    engaged: Floats
    gross: Floats
    net: Floats

    @property
    def factors(self) -> tuple[float, float, float, float]:
        """Return population, engagement, impact and deadweight, ratios of means over runs."""
        residents, engaged, gross, net = (float(v.mean()) for v in (self.residents, self.engaged, self.gross, self.net))
        impact = gross / engaged if engaged else 0.0
        return residents, engaged / residents if residents else 0.0, impact, 1 - net / gross if gross else 0.0


def state_items(run: PairedSeed, states: Sequence[str]) -> dict[str, int]:
    """Return the items of the group table summed over states at the policy's start."""
    rows = [FIXED_LABELS["state"].index(state) for state in states]
    total = run.groups["state"][rows].sum(axis=0)
    return {item: int(total[i]) for i, item in enumerate(ITEMS)}


def outcome_of(title: str, states: Sequence[str], runs: Sequence[PairedSeed]) -> Outcome:
    """Return an outcome of residents of some states at the policy's start.

    With subsidised starts, net is what those who started gained and gross adds the subsidised months that their twins
    worked too. Without, those engaged are the added starts with services in all, shared by the state's part of
    residents, and gross equals net: the twins of clients are no measure there.

    Parameters
    ----------
    title : str
        Its name.
    states : sequence of str
        States at the policy's start.
    runs : sequence of PairedSeed
        The seeds.
    """
    items = [state_items(run, states) for run in runs]
    residents = np.array([item["residents"] for item in items], np.float64)
    if has_subsidised(runs):
        engaged = np.array([item["treated"] for item in items], np.float64)
        net = np.array([item["treated_net"] for item in items], np.float64) / MONTHS_A_YEAR
        dead = np.array([item["deadweight_months"] for item in items], np.float64) / MONTHS_A_YEAR
        return Outcome(title, residents, engaged, net + dead, net)
    net = np.array([item["net"] for item in items], np.float64) / MONTHS_A_YEAR
    return Outcome(title, residents, added_starts(runs), net, net)


def has_subsidised(runs: Sequence[PairedSeed]) -> bool:
    """Return whether any seed has a subsidised start."""
    return any(run.metrics["starts"] for run in runs)


def added_starts(runs: Sequence[PairedSeed]) -> Floats:
    """Return starts with services that the policy adds, one value a run; all its starts where it adds none."""
    both = np.array([[service_counts(p, "started").sum() for p in (r.policy, r.baseline)] for r in runs], np.float64)
    added = both[:, 0] - both[:, 1]
    return added if added.mean() > 0 else both[:, 0]


def timing(runs: Sequence[PairedSeed]) -> tuple[int, float]:
    """Return the month in which the mean number of additional residents in work is largest, and its fall a year after.

    The fall is the share lost in a year between that month and the last, 0 where the last month is the largest, 1 where
    nothing is left, so that it can stand in for the tool's drop-off.
    """
    series = []
    for run in runs:
        stocks = [panel.view().stock(*IN_WORK)[panel.start :].sum(axis=(1, 2)) for panel in (run.policy, run.baseline)]
        series.append(stocks[0] - stocks[1])
    mean = np.mean(series, axis=0)
    peak = int(mean.argmax())
    months = len(mean) - 1 - peak
    if months == 0 or mean[peak] <= 0:
        return peak + 1, 0.0
    left = max(0.0, float(mean[-1] / mean[peak]))
    return peak + 1, 1 - float(left ** (MONTHS_A_YEAR / months))
