"""What a funding study takes: timed on some months of one arm before it starts, and kept for the next study."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from experiments import estimate as cost
from experiments.estimate import Estimate
from experiments.folders import cache_folder
from experiments.funding_arms import HINDSIGHT, Part, arm_of, arms_at_once
from results.files import write_text

if TYPE_CHECKING:
    from experiments.funding import FundingPlan
    from experiments.funding_arms import ArmsWork
    from experiments.runner import Task

ARM_BYTES = 450
"""A further arm of a part: the copy of every resident and his record."""
SAVED_BYTES = 60_000
"""The saved counts of an arm."""
TABLE_BYTES = 400 * 60
"""An arm's rows in the table of all arms."""
TRIED_MONTHS = 7
"""Months of an arm that are timed; the first is not, since it may compile."""
PRICES_SECONDS = 25
"""Prices at the margin of one seed over 60 months, which hang on the number of funds and not of residents."""
PAGE_SECONDS = 10
"""Tables, page and workbook."""
PROCESS_SECONDS = 10
"""Until another process has read the libraries, the compiled code and the residents."""
PLANNER = "linear_program"
SPEED = "funding_speed.json"


def measured_seconds(work: ArmsWork, part: Part, study: FundingPlan) -> dict[str, float]:
    """Return seconds that a month of an arm takes by allocator, timed on a few months of one arm of each.

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
    one_of = {key.allocator: key for key in reversed(study.arms) if key.allocator != HINDSIGHT}
    arms = {name: replace(arm_of(pair.policy, key), name=name, months=months) for name, key in one_of.items()}
    base = replace(pair.baseline, months=months)
    clock: dict[str, list[float]] = {name: [] for name in arms}

    def heard(stage: str, done: int, total: int) -> None:
        if stage in clock:
            clock[stage].append(time.perf_counter())

    simulate(pair.start(part.draw), tuple(arms.values()), seed=part.seed, threads=1, progress=heard, before=base)
    found = {name: (at[-1] - at[0]) / max(1, len(at) - 1) for name, at in clock.items()}
    return found | {HINDSIGHT: found.get(PLANNER, max(found.values()))}


def estimate_of(study: FundingPlan, month_seconds: Mapping[str, float] | None) -> Estimate:
    """Return what a study is expected to take.

    Parameters
    ----------
    study : FundingPlan
        The study.
    month_seconds : mapping or None
        Seconds of a month of an arm by allocator, None where nothing was timed: what earlier studies took, or a guess.
    """
    request, n = study.request.study, study.plan.n_residents
    missing = [task for task in study.tasks if not study.work.is_saved(task)]
    months = months_of(study, missing)
    total = max(1, sum(months.values()))
    known = _speeds().get(str(n)) if month_seconds is None else None
    guess = cost.estimate(n, n_runs=1, run_months=total, workers=1, threads=1)  # what any run takes
    at_once = arms_at_once(request.sample)
    if month_seconds is not None:
        seconds = sum(month_seconds[name] * many for name, many in months.items())
    else:
        seconds = guess.seconds if known is None else known * total
    if not study.request.ends_only:
        seconds += PRICES_SECONDS * len(request.tasks) * study.plan.policy_arm.months / 60
    side_by_side = min(study.workers, max(1, len(missing))) * min(study.threads, at_once)
    n_arms = len(study.arms) * len(request.tasks)
    return Estimate(
        memory_bytes=study.workers * (cost.BASE_BYTES + n * (cost.RESIDENT_BYTES + ARM_BYTES * max(0, at_once - 1))),
        free_bytes=guess.free_bytes,
        disk_bytes=n_arms * (SAVED_BYTES + TABLE_BYTES) + cost.REPORT_BYTES,
        seconds=seconds / side_by_side + PAGE_SECONDS + (PROCESS_SECONDS if study.workers > 1 else 0),
        is_measured=month_seconds is not None or known is not None,
    )


def months_of(study: FundingPlan, parts: Iterable[Task]) -> dict[str, int]:
    """Return the months that parts of the work run, by allocator; one that knows the future runs everything twice.

    Parameters
    ----------
    study : FundingPlan
        The study.
    parts : iterable of Task
        The parts.
    """
    arm, out = study.plan.policy_arm, dict[str, int]()
    for part in parts:
        assert isinstance(part, Part)
        keys = study.arms[part.first : part.end]
        for i, key in enumerate(keys):
            many = (arm.months + (0 if i else arm.policy_month)) * (2 if key.allocator == HINDSIGHT else 1)
            out[key.allocator] = out.get(key.allocator, 0) + many
    return out


def keep_speed(study: FundingPlan, month_seconds: Mapping[str, float]) -> None:
    """Keep how long a month of an arm took, for the estimate of a study that has timed nothing yet."""
    mean = sum(month_seconds.values()) / len(month_seconds)
    with contextlib.suppress(OSError):
        write_text(cache_folder() / SPEED, json.dumps(_speeds() | {str(study.plan.n_residents): mean}))


def _speeds() -> dict[str, float]:
    """Return residents of a run -> seconds of a thread for a month of an arm, as earlier studies timed it."""
    try:
        found = json.loads((cache_folder() / SPEED).read_text(encoding="utf-8"))
        return {str(int(n)): float(seconds) for n, seconds in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
