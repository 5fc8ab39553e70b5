"""What a funding study takes: timed on some months of one arm before it starts, and kept for the next study."""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from experiments import estimate as cost
from experiments.estimate import Estimate
from experiments.folders import cache_folder
from experiments.funding_arms import Part, arm_of, arms_at_once
from results.files import write_text

if TYPE_CHECKING:
    from experiments.funding import FundingPlan
    from experiments.funding_arms import ArmsWork
    from experiments.runner import Outcome

ARM_BYTES = 450
"""A further arm of a part: the copy of every resident and his record."""
SAVED_BYTES = 60_000
"""The saved counts of an arm."""
TABLE_BYTES = 400 * 110
"""An arm's rows in the table of all arms."""
TRIED_MONTHS = 7
"""Months of an arm that are timed; the first is not, since it may compile."""
SPEED = "funding_speed.json"


def measured_seconds(work: ArmsWork, part: Part, study: FundingPlan) -> float:
    """Return seconds that a month of an arm takes, timed on a few months of the first one.

    Parameters
    ----------
    work : ArmsWork
        The study's work.
    part : Part
        Whose draw and seed to take.
    study : FundingPlan
        The study.
    """
    from simulation.run import simulate

    pair = work.pair
    months = min(TRIED_MONTHS, pair.policy.months)
    arm = replace(arm_of(pair.policy, study.arms[0]), months=months)
    base = replace(pair.baseline, months=months)
    clock: list[float] = []

    def heard(stage: str, done: int, total: int) -> None:
        if stage != "history" or done == total:
            clock.append(time.perf_counter())

    simulate(pair.start(part.draw), (arm,), seed=part.seed, threads=pair.threads, progress=heard, before=base)
    steps = [b - a for a, b in pairwise(clock)]
    return median(steps[1:] or steps or [0.0])


def estimate_of(study: FundingPlan, month_seconds: float | None) -> Estimate:
    """Return what a study is expected to take.

    Parameters
    ----------
    study : FundingPlan
        The study.
    month_seconds : float or None
        Seconds of a month of an arm, None where nothing was timed: what earlier studies took, or a guess.
    """
    arm, n = study.plan.policy_arm, study.plan.n_residents
    missing = [task for task in study.tasks if not study.work.is_saved(task)]
    months = sum(arm.policy_month + (task.end - task.first) * arm.months for task in missing)
    known = _speeds().get(str(n)) if month_seconds is None else None
    guess = cost.estimate(
        n, n_runs=1, run_months=max(1, months), workers=1, threads=study.threads
    )  # what any run takes
    workers = min(study.workers, max(1, len(missing)))
    at_once = arms_at_once(study.request.study.sample)
    if month_seconds is not None:
        seconds = month_seconds * months / workers
    elif known is not None:
        seconds = known * months / (workers * study.threads)
    else:
        seconds = guess.seconds / workers
    n_arms = len(study.arms) * len(study.request.study.tasks)
    return Estimate(
        memory_bytes=study.workers * (cost.BASE_BYTES + n * (cost.RESIDENT_BYTES + ARM_BYTES * max(0, at_once - 1))),
        free_bytes=guess.free_bytes,
        disk_bytes=n_arms * (SAVED_BYTES + TABLE_BYTES) + cost.REPORT_BYTES,
        seconds=seconds,
        is_measured=month_seconds is not None or known is not None,
    )


def keep_speed(study: FundingPlan, outcome: Outcome) -> None:
    """Keep how long a month of an arm took, for the next estimate."""
    arm = study.plan.policy_arm
    parts = [task for task in outcome.finished if isinstance(task, Part)]
    months = sum(arm.policy_month + (task.end - task.first) * arm.months for task in parts)
    if not months:
        return
    workers = min(study.workers, len(parts))
    everything = _speeds() | {str(study.plan.n_residents): outcome.seconds * workers * study.threads / months}
    with contextlib.suppress(OSError):
        write_text(cache_folder() / SPEED, json.dumps(everything))


def _speeds() -> dict[str, float]:
    """Return residents of a run -> seconds of a thread for a month of an arm, as earlier studies took."""
    try:
        found = json.loads((cache_folder() / SPEED).read_text(encoding="utf-8"))
        return {str(int(n)): float(seconds) for n, seconds in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
