"""A scenario against another on shared draws: runs what is missing, keeps every finished seed, fills the run folder."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments import clusters
from experiments import estimate as cost
from experiments.copies import Copy
from experiments.errors import DiskFull, Interrupted, RunError, SomeRunsFailed
from experiments.events import Events, Log
from experiments.folders import compiled_code, drop_old_compiled_code, is_compiled, only_writer, usable_folder
from experiments.plans import Plan, cautions, plan, shipped_parameters, shipped_region
from experiments.posterior import CENTRAL
from experiments.requests import Request
from experiments.runner import Outcome, Task, run_many
from results.pairing import compare_arms
from results.partial import read_seed, save_seed, seed_path
from results.summary import NOT_CALIBRATED

if TYPE_CHECKING:
    from evidence.model import Draw
    from results.equity import Questions
    from results.summary import Headline
    from scenarios.arm import ArmSpec
    from simulation.run import Observe
    from simulation.start import Start

Tick = Callable[[str, int, int], None]

__all__ = ["Finished", "PairWork", "plan", "run"]


@lru_cache(maxsize=1)
def _start(region: str, variant: str | None, baseline: ArmSpec, sample: int, threads: int) -> Start:
    """Return the stationary start of the evidence's own values, kept in this process for the runs that follow."""
    from experiments.cache import cached_start

    return cached_start(
        shipped_region(region),
        shipped_parameters(),
        baseline,
        sample=sample,
        draw=CENTRAL,
        threads=threads,
        variant=variant,
    )


@lru_cache(maxsize=1)
def _draw_start(region: str, variant: str | None, baseline: ArmSpec, sample: int, draw: Draw, threads: int) -> Start:
    """Return the start of a draw of the posterior, kept in this process for the seeds that follow."""
    from experiments.cache import cached_draw_start

    return cached_draw_start(
        _start(region, variant, baseline, sample, threads),
        shipped_region(region),
        shipped_parameters(),
        baseline,
        draw,
        threads=threads,
        variant=variant,
    )


@dataclass(frozen=True)
class PairWork:
    """Runs both arms of one seed and saves what differs; small enough to be sent to another process."""

    folder: Path
    region: str
    variant: str | None
    policy: ArmSpec
    baseline: ArmSpec
    sample: int
    threads: int
    questions: Questions | None = None
    """what residents are held against at the policy's start"""
    event_log: bool = False
    """whether to keep every payment's changes too"""
    draws: tuple[Draw, ...] = ()
    """draws of the posterior that tasks name by number"""
    copy: Copy | None = None
    """where each result is copied to as well"""

    def start(self, draw: int) -> Start:
        """Return the start that every seed of a draw shares."""
        if draw == CENTRAL:
            return _start(self.region, self.variant, self.baseline, self.sample, self.threads)
        found = next(known for known in self.draws if known.number == draw)
        return _draw_start(self.region, self.variant, self.baseline, self.sample, found, self.threads)

    def make_ready(self, workers: int) -> None:
        """Make the start of the evidence's own values once, on the threads of all workers, before any asks for it.

        A draw's own start is made from it, when its run begins.
        """
        replace(self, threads=self.threads * workers).start(CENTRAL)
        if workers > 1:
            _start.cache_clear()  # each of them reads it from the cache

    def __call__(self, task: Task, tick: Tick | None = None) -> None:
        """Run one seed of both arms and save the pair."""
        from simulation.run import simulate

        arms = (self.baseline, self.policy)
        start, rules = self.start(task.draw), self.questions.rules if self.questions else ()
        with self._observer(task) as observe:
            outputs = simulate(
                start, arms, seed=task.seed, threads=self.threads, progress=tick, rules=rules, observe=observe
            )
        path = save_seed(self.folder, compare_arms(outputs[1], outputs[0], self.questions))
        if self.copy is not None:
            self.copy.put_seed(path)

    def only(self, task: Task) -> PairWork:
        """Return the same work with the draw of one task alone, which is less to send to another process."""
        return replace(self, draws=tuple(draw for draw in self.draws if draw.number == task.draw))

    def _observer(self, task: Task) -> AbstractContextManager[Observe | None]:
        """Return what keeps the event logs of a run, None where none are wanted; they are there before the seed is."""
        if not self.event_log:
            return nullcontext()
        from experiments.event_files import EventFiles

        places = tuple(place.code for place in shipped_region(self.region).places)
        return EventFiles(self.folder, task.seed, task.draw, places)

    def _has_events(self, task: Task) -> bool:
        from experiments.event_files import event_path, is_sound

        arms = (self.baseline.name, self.policy.name)
        return all(is_sound(event_path(self.folder, task.seed, task.draw, arm)) for arm in arms)

    def is_saved(self, task: Task) -> bool:
        """Return whether the seed, with its event logs where they are wanted, is on disk and sound."""
        path = seed_path(self.folder, task.seed, task.draw)
        if not path.is_file():
            return False
        try:
            read_seed(path)
        except (ValueError, OSError, KeyError, TypeError):
            return False
        return not self.event_log or self._has_events(task)


@dataclass(frozen=True)
class Finished:
    """A study on disk: its folder, its headline, and the seeds that failed."""

    folder: Path
    headline: Headline
    failed: dict[Task, str]
    was_complete: bool
    """whether everything was there before"""

    def as_dict(self) -> dict[str, Any]:
        """Return the headline and where it is kept, as plain values for JSON."""
        return {
            "run_id": self.folder.name,
            "folder": self.folder.as_posix(),
            "failed_seeds": [{"draw": t.draw, "seed": t.seed, "reason": why} for t, why in self.failed.items()],
            **self.headline.as_dict(),
        }

    def raise_if_some_failed(self) -> None:
        """Raise the error that ends a command with the code for some failed runs."""
        if self.failed:
            names = ", ".join(task.name for task in self.failed)
            raise SomeRunsFailed(
                f"{len(self.failed)} run(s) failed and are left out of every figure: {names}. "
                f"The reasons are in {self.folder / 'log.jsonl'}; the same command tries them again."
            )


def work_of(study: Plan, folder: Path) -> PairWork:
    """Return the work of a study, saved into a folder."""
    from results.equity import questions_of
    from scenarios.needs import load_needs

    region = study.policy.scenario.region
    return PairWork(
        folder,
        region,
        study.variant,
        study.policy_arm,
        study.baseline_arm,
        study.request.sample,
        study.threads,
        questions_of(study.policy_arm, load_needs(region)),
        study.request.event_log,
        study.drawn.draws,
        copy_of(study),
    )


def copy_of(study: Plan) -> Copy | None:
    """Return where a study is copied to, None where nowhere."""
    if study.request.copy_to is None:
        return None
    return Copy(study.request.copy_to, study.folder.relative_to(study.store.root).as_posix())


def run(request: Request, events: Events | None = None, *, fresh: bool = False) -> Finished:
    """Return the finished study that a request asks for, running only what is not on disk.

    Parameters
    ----------
    request : Request
        What is asked.
    events : Events or None
        Who hears of progress.
    fresh : bool
        Run everything again, even what is finished, and compare the bytes.

    Raises
    ------
    RunError
        If it cannot start, was interrupted, no run succeeded, a fresh run differs, or a finished run was altered.
    """
    heard = events or Events()
    study = plan(request)
    copy = copy_of(study)
    if copy is not None:
        copy.refuse_if_out_of_reach()
    finished = _run(study, copy, heard, fresh)
    if copy is not None:
        heard.stage(f"Copied {copy.put_all(finished.folder)} files to {copy.url}.")
    return finished


def _run(study: Plan, copy: Copy | None, heard: Events, fresh: bool) -> Finished:
    """Return the finished study; what its copy holds is fetched in place of being run."""
    from experiments import run_folder

    request = study.request
    if fresh and run_folder.is_complete(study.folder):
        from experiments.reproduce import reproduce

        reproduce(study.folder, heard, threads=study.threads, workers=study.workers).raise_if_different()
        return Finished(study.folder, run_folder.headline_of(study.folder), {}, True)
    if run_folder.is_complete(study.folder):
        run_folder.refuse_if_altered(study.folder)
        heard.stage(f"This run is finished already: {study.folder}")
        return Finished(study.folder, run_folder.headline_of(study.folder), {}, True)
    cost.refuse_if_too_large(study.estimate, request.sample, study.workers)
    usable_folder(study.folder)
    cost.refuse_if_disk_is_full(study.estimate, study.folder, request.sample)
    started = time.time()
    with only_writer(study.folder):
        log = Log(study.folder / run_folder.LOG_FILE, study.content_hash, heard)
        n_fetched = 0 if copy is None else copy.fetch(study.folder, request.tasks)
        if n_fetched:
            log.stage(f"Fetched {n_fetched} results from the copy.")
        outcome = execute(study, study.folder, log)
        log.stage("Writing tables, workbook and report.")
        headline = run_folder.publish(study, outcome, started, study.store)
    return Finished(study.folder, headline, outcome.failed, False)


def execute(study: Plan, folder: Path, events: Events) -> Outcome:
    """Run the study's missing seeds into a folder and return what became of them.

    Parameters
    ----------
    study : Plan
        The study.
    folder : Path
        Where seeds are kept.
    events : Events
        Who hears of progress.

    Raises
    ------
    Interrupted, DiskFull, RunError
        If the user stopped it, the disk is full, or not one run succeeded.
    """
    work, address = work_of(study, folder), study.request.cluster
    missing = [task for task in study.request.tasks if not work.is_saved(task)]
    before = compiled_code()
    setup_seconds = _set_up(study, work, missing, events)
    outcome = run_many(
        study.request.tasks,
        work,
        work.is_saved,
        workers=study.workers,
        threads=study.threads,
        events=events,
        first_alone=not is_compiled(),  # the start compiles all that takes long, unless it came from the cache
        cluster=None if address is None else clusters.executor(address, study.workers, folder),
    )
    if outcome.interrupted:
        raise Interrupted(
            f"Interrupted. {len(outcome.saved)} of {len(study.request.tasks)} runs are saved in {folder} "
            "and will not be repeated."
        )
    if outcome.disk_full:
        raise DiskFull(
            f"The disk that holds {folder} is full. {len(outcome.saved)} of {len(study.request.tasks)} runs are saved "
            "and will not be repeated. Make room, and give the same command again."
        )
    if not outcome.saved:
        reasons = "; ".join(sorted(set(outcome.failed.values())))
        raise RunError(f"Every run failed: {reasons}. The log is {folder / 'log.jsonl'}.")
    # the time of compiling, or of keeping an event log, says nothing of the next run
    if outcome.finished and compiled_code() == before and not study.request.event_log:
        n_rounds = -(-len(outcome.finished) // study.workers)
        seconds = outcome.seconds / n_rounds
        cost.remember(study.n_residents, study.run_months, study.threads, seconds, setup_seconds)
    return outcome


def _set_up(study: Plan, work: PairWork, missing: list[Task], events: Events) -> float | None:
    """Build population and first start once, before any worker asks for them; return seconds where they were made."""
    if not missing:
        return None
    if not is_compiled():
        events.stage("First run of this version from this folder: compiling takes about a minute more, this once.")
        drop_old_compiled_code()
    sample = study.request.sample
    scale = "every resident" if sample == 1 else f"one resident in {sample}: a draft"
    context = f" on {study.policy.context}" if study.policy.context else ""
    status = study.drawn.words or NOT_CALIBRATED
    events.stage(f"{study.policy_arm.name}{context} against {study.baseline_arm.name}, {scale}; {status}.")
    for caution in cautions(study):
        events.warn(caution)
    events.stage(f"Expected: {study.estimate.sentence()}.")
    began = time.perf_counter()
    try:
        work.make_ready(study.workers)
    except KeyboardInterrupt:
        raise Interrupted("Interrupted while the population was made; no run was finished yet.") from None
    seconds = time.perf_counter() - began
    return seconds if seconds > 1 else None
