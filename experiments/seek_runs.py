"""The runs of a goal-seek: values that share a history and a baseline run together, each run saved and never redone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from experiments import estimate as cost
from experiments.errors import Interrupted, SomeRunsFailed
from experiments.events import Events
from experiments.folders import compiled_code, drop_old_compiled_code, is_compiled
from experiments.paired import PairWork, work_of
from experiments.plans import Plan, cautions
from experiments.posterior import CENTRAL
from experiments.runner import Task, run_many
from experiments.seek_study import Point, SeekStudy
from results.pairing import PairedSeed, compare_arms
from results.partial import read_seed, save_seed, seed_path
from results.seek_target import Figure
from results.seek_values import Valued, table_of

Floats = NDArray[np.float64]
Tick = Callable[[str, int, int], None]


@dataclass(frozen=True)
class SeekWork:
    """Runs one seed of several points and saves each as a pair; small enough to be sent to another process.

    `at_once`: points that run on one history and one baseline.
    """

    pairs: tuple[PairWork, ...]
    at_once: int

    def __call__(self, task: Task, tick: Tick | None = None) -> None:
        """Run what of a seed is not saved yet."""
        from simulation.run import simulate

        missing = [pair for pair in self.pairs if not pair.is_saved(task)]
        while missing:
            first = missing[0]
            together = [pair for pair in missing if pair.baseline == first.baseline][: self.at_once]
            arms = (first.baseline, *(pair.policy for pair in together))
            outputs = simulate(first.start(task.draw), arms, seed=task.seed, threads=first.threads, progress=tick)
            for pair, output in zip(together, outputs[1:], strict=True):
                save_seed(pair.folder, compare_arms(output, outputs[0]))
            missing = [pair for pair in missing if pair not in together]

    def is_saved(self, task: Task) -> bool:
        """Return whether every point of a seed is on disk and sound."""
        return all(pair.is_saved(task) for pair in self.pairs)

    def only(self, task: Task) -> SeekWork:
        """Return the same work with the draw of one task alone, which is less to send to another process."""
        return replace(self, pairs=tuple(pair.only(task) for pair in self.pairs))

    def make_ready(self, workers: int) -> None:
        """Make the start of every baseline once, before any process asks for it."""
        done: list[PairWork] = []
        for pair in self.pairs:
            if all(pair.baseline != other.baseline for other in done):
                pair.make_ready(workers)
                done.append(pair)


class Bench:
    """Makes the runs of points and takes figures off them.

    Parameters
    ----------
    study : SeekStudy
        The question.
    events : Events
        Who hears of progress.
    """

    def __init__(self, study: SeekStudy, events: Events) -> None:
        self._study, self._events = study, events
        self._pairs: dict[Point, PairWork] = {}
        self._has_told = False

    def pair(self, point: Point) -> PairWork:
        """Return the work of one point."""
        key = self._study.simulated(point)
        if key not in self._pairs:
            planned = self._study.plan_at(point)
            self._pairs[key] = replace(work_of(planned, self._study.runs_folder(planned)), questions=None)
        return self._pairs[key]

    def run(self, points: Sequence[Point], tasks: Sequence[Task]) -> None:
        """Make the runs of points that are not saved yet.

        Parameters
        ----------
        points : sequence of Point
            The points.
        tasks : sequence of Task
            Draws and seeds.

        Raises
        ------
        Interrupted, SomeRunsFailed
            If the user stopped it, or a run failed; what was finished is kept.
        """
        pairs = tuple(dict.fromkeys(self.pair(point) for point in points))
        work = SeekWork(pairs, self._study.arms_at_once)
        missing = [task for task in tasks if not work.is_saved(task)]
        if not missing:
            return
        planned = self._study.plan
        self._tell(planned)
        was_compiled, before = is_compiled(), compiled_code()
        if not was_compiled:
            self._events.stage("First run of this version from this folder: compiling takes about a minute more, once.")
            drop_old_compiled_code()
        is_whole = not any(pair.is_saved(task) for pair in pairs for task in tasks)
        try:
            if any(task.draw == CENTRAL for task in missing) or planned.workers > 1:
                work.make_ready(planned.workers)
        except KeyboardInterrupt:
            raise Interrupted("Interrupted while the population was made; finished runs are kept.") from None
        outcome = run_many(
            tasks, work, work.is_saved, workers=planned.workers, threads=planned.threads, events=self._events,
            first_alone=not was_compiled,
        )  # fmt: skip
        if outcome.interrupted:
            raise Interrupted(
                f"Interrupted. {len(outcome.saved)} of the {len(tasks)} runs under way are saved in "
                f"{pairs[0].folder.parent}, with those before them, and will not be repeated."
            )
        if outcome.failed:
            task, reason = next(iter(sorted(outcome.failed.items())))
            raise SomeRunsFailed(
                f"{len(outcome.failed)} of {len(tasks)} runs failed, so nothing can be told of "
                f"{_named(self._study, points)}; the others are kept. First, {task.name}: {reason} If a value of a "
                "lever is the cause, narrow its range."
            )
        if is_whole and outcome.finished and compiled_code() == before:
            self._remember(pairs, len(outcome.finished), outcome.seconds)

    def _remember(self, pairs: Sequence[PairWork], n_tasks: int, seconds: float) -> None:
        """Keep how long runs took, for the next estimate."""
        planned, at_once = self._study.plan, self._study.arms_at_once
        shares = -(-len(pairs) // at_once)  # times that history and baseline were run
        arm = planned.policy_arm
        months = shares * (arm.policy_month + arm.months) + len(pairs) * arm.months
        each = seconds / -(-n_tasks // planned.workers)
        cost.remember(planned.n_residents, months, planned.threads, each, None)

    def _tell(self, planned: Plan) -> None:
        if self._has_told:
            return
        self._has_told = True
        for caution in cautions(planned):
            self._events.warn(caution)

    def values(self, point: Point, tasks: Sequence[Task], figures: Sequence[Figure]) -> tuple[Floats, Floats]:
        """Return numerators and denominators of figures at a point whose runs are there, each (figures, runs)."""
        runs = [self.read(point, task) for task in tasks]
        return table_of(runs, figures, self._study.geography, self._study.worth(point))

    def without(self, point: Point, task: Task, figure: Figure) -> tuple[float, float]:
        """Return numerator and denominator of a level in the baseline's arm of one run."""
        valued = Valued(self.read(point, task), self._study.geography, self._study.worth(point))
        return valued.parts(figure, is_without=True)

    def read(self, point: Point, task: Task) -> PairedSeed:
        """Return one saved run of a point."""
        return read_seed(seed_path(self.pair(point).folder, task.seed, task.draw))


def _named(study: SeekStudy, points: Sequence[Point]) -> str:
    """Return the levers with their values at points, the first few."""
    shown = [
        ", ".join(f"{lever.key}={lever.text(x)}" for lever, x in zip(study.levers, point, strict=True))
        for point in points[:3]
    ]
    return "; ".join(shown) + (" and others" if len(points) > 3 else "")
