"""The one way to run many: each task is computed once, saved whole, and never lost to another task's failure.

It knows nothing of what a task does: a task is handed to a function that computes and saves it, and another
function says whether it is already saved and sound.
"""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from experiments.events import Events

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
"""What the system says when a disk, or a user's share of it, is full."""
KILLED = "KilledWorker"
"""What a cluster raises of a task whose worker died once too often."""


@dataclass(frozen=True, order=True)
class Task:
    """One run: which draw of what is not known, and which seed."""

    draw: int
    seed: int

    @property
    def name(self) -> str:
        """Short name for people and logs."""
        return f"draw {self.draw} seed {self.seed}"


class Work(Protocol):
    """Computes a task and saves its result whole; picklable where tasks run in other processes."""

    def __call__(self, task: Task, tick: Callable[[str, int, int], None] | None = None) -> object:
        """Compute and save the task; `tick` hears stage, months done and months in all."""


@dataclass
class Outcome:
    """What became of the tasks."""

    finished: list[Task] = field(default_factory=list)
    already_done: list[Task] = field(default_factory=list)
    failed: dict[Task, str] = field(default_factory=dict)
    interrupted: bool = False
    disk_full: bool = False
    """whether it was given up since there was no room for a result"""
    seconds: float = 0.0

    @property
    def saved(self) -> list[Task]:
        """Every task whose result is on disk, in order."""
        return sorted([*self.finished, *self.already_done])


@dataclass(frozen=True)
class _Report:
    """What a worker process sends back: no result, which is on disk, but how it went."""

    seconds: float
    reason: str = ""
    trace: str = ""
    disk_full: bool = False


class _DiskFull(Exception):
    """No room for a result, nor for those to come."""


def run_many(
    tasks: Sequence[Task],
    work: Work,
    is_saved: Callable[[Task], bool],
    *,
    workers: int = 1,
    threads: int = 1,
    events: Events | None = None,
    first_alone: bool = False,
    cluster: AbstractContextManager[Executor] | None = None,
) -> Outcome:
    """Run every task that is not saved yet and return what became of each.

    Parameters
    ----------
    tasks : Sequence[Task]
        What is wanted; a task named twice runs once.
    work : Work
        Computes and saves one task.
    is_saved : Callable[[Task], bool]
        Whether a task's result is on disk and sound.
    workers : int
        Processes; 1 runs in this process.
    threads : int
        Threads of each process.
    events : Events or None
        Who hears of progress.
    first_alone : bool
        Run the first task in this process before there are others, which then find what it compiled.
    cluster : context manager or None
        Opens what runs tasks elsewhere, in place of processes of this one.
    """
    heard = events or Events()
    outcome = Outcome()
    started = time.perf_counter()
    wanted = sorted(set(tasks))
    outcome.already_done = [task for task in wanted if is_saved(task)]
    missing = [task for task in wanted if task not in set(outcome.already_done)]
    heard.begin(len(wanted), len(outcome.already_done))
    try:
        n_apart = len(missing) - first_alone if workers > 1 or cluster else 0
        n_here = len(missing) - n_apart if n_apart > 1 or cluster else len(missing)
        with _remembered_interrupt() as asked:
            for task in missing[:n_here]:
                _note(task, _attempt(work, task, heard.tick), outcome, heard)
                if asked:
                    raise KeyboardInterrupt
        if missing[n_here:] and cluster is not None:
            with _environment(threads), cluster as executor:
                suspects = _collect(executor, missing[n_here:], work, outcome, heard)
                for task in _without_result(suspects, outcome):
                    if not is_saved(task):
                        _collect(executor, [task], work, outcome, heard, alone=True)
            outcome.finished += [task for task in _without_result(missing, outcome) if is_saved(task)]
            for task in [task for task in outcome.failed if is_saved(task)]:  # its worker died after it had saved
                del outcome.failed[task]
                outcome.finished.append(task)
        elif missing[n_here:]:
            _in_processes(missing[n_here:], work, min(workers, n_apart), threads, outcome, heard)
    except (KeyboardInterrupt, _DiskFull) as stopped:
        outcome.disk_full = isinstance(stopped, _DiskFull)
        outcome.interrupted = not outcome.disk_full
        outcome.finished += [
            task for task in missing if task not in outcome.finished and task not in outcome.failed and is_saved(task)
        ]
    finally:
        outcome.seconds = time.perf_counter() - started
        heard.end()
    return outcome


def _attempt(work: Work, task: Task, tick: Callable[[str, int, int], None] | None = None) -> _Report:
    """Run one task and return how it went; no error of the task leaves this function."""
    started = time.perf_counter()
    try:
        work(task, tick)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        if isinstance(error, MemoryError):
            reason += " (the machine ran out of memory: use fewer --workers, or a smaller --sample)"
        disk_full = isinstance(error, OSError) and error.errno in NO_ROOM
        return _Report(time.perf_counter() - started, reason, traceback.format_exc(), disk_full)
    return _Report(time.perf_counter() - started)


def _note(task: Task, report: _Report, outcome: Outcome, events: Events) -> None:
    """Enter a report in the outcome and tell the listener.

    Raises
    ------
    _DiskFull
        If there was no room for the result: the task is left for the next time, and those after it are not begun.
    """
    if report.disk_full:
        raise _DiskFull
    if report.reason:
        outcome.failed[task] = report.reason
        events.failed(task.name, report.reason, report.trace)
    else:
        outcome.finished.append(task)
        events.finished(task.name, report.seconds)


@contextmanager
def _environment(threads: int) -> Iterator[None]:
    """Set the thread counts that child processes read when they import their libraries, then put them back."""
    wanted = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": str(threads)}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _remembered_interrupt() -> Iterator[list[int]]:
    """Yield a list that holds Ctrl-C once it was pressed, beside the exception.

    The exception alone can be lost: Python drops what is raised inside a destructor or a callback of the collector.
    """
    asked: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def remember(number: int, frame: object) -> None:
        asked.append(number)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, remember)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


def leave_interrupts_to_parent() -> None:
    """Ignore Ctrl-C in a worker: the parent decides what is saved and what stops."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _pool(workers: int) -> ProcessPoolExecutor:
    """Return a pool of fresh interpreters; forked ones would share numba's threads with this process."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=leave_interrupts_to_parent)


def _stop(pool: ProcessPoolExecutor) -> None:
    """End a pool at once; tasks half done leave nothing on disk."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()
    for process in processes:
        process.join(timeout=5)


def _in_processes(tasks: list[Task], work: Work, workers: int, threads: int, outcome: Outcome, events: Events) -> None:
    """Run tasks in a pool; if a worker dies, run what was under way one by one, so that only the culprit fails."""
    left = tasks
    with _environment(threads):
        while left:
            try:
                _drain(left, work, min(workers, len(left)), outcome, events)
            except BrokenProcessPool:
                events.warn("A worker process died (out of memory?); what was under way is run again, one at a time.")
                # A pool hands tasks out in order, so those under way are the first that have no result.
                for task in _without_result(left, outcome)[:workers]:
                    try:
                        _drain([task], work, 1, outcome, events)
                    except BrokenProcessPool:
                        reason = "the process running it died; the machine may have run out of memory"
                        _note(task, _Report(0.0, reason), outcome, events)
            left = _without_result(left, outcome)


def _without_result(tasks: list[Task], outcome: Outcome) -> list[Task]:
    """Return the tasks that neither finished nor failed, in their order."""
    return [task for task in tasks if task not in outcome.finished and task not in outcome.failed]


def _drain(tasks: list[Task], work: Work, workers: int, outcome: Outcome, events: Events) -> None:
    """Run tasks in one pool and note each as it ends."""
    pool = _pool(workers)
    try:
        _collect(pool, tasks, work, outcome, events)
    finally:
        _stop(pool)  # asked to leave by themselves, workers would be waited for for ever if one is killed just then


def _part_of(work: Work, task: Task) -> Work:
    """Return what of the work one task needs, where the work can say so: all of it, sent with each task, is much."""
    part: Callable[[Task], Work] | None = getattr(work, "only", None)
    return work if part is None else part(task)


def _collect(
    executor: Executor, tasks: list[Task], work: Work, outcome: Outcome, events: Events, *, alone: bool = False
) -> list[Task]:
    """Hand tasks to an executor and note each as it ends; where it was not run to its end, why.

    Returned are, unless they run `alone`, tasks that workers of a cluster died of: whatever waits on a worker behind a
    task that kills it is blamed as well.

    Raises
    ------
    BrokenProcessPool
        If a process of a pool died; what it was at is not known.
    """
    suspects: list[Task] = []
    waiting: dict[Future[_Report], Task] = {
        executor.submit(partial(_attempt, _part_of(work, task)), task): task for task in tasks
    }
    while waiting:
        ended, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for future in sorted(ended, key=lambda f: waiting[f]):
            try:
                report = future.result()
            except BrokenProcessPool:
                raise
            except CancelledError:
                report = _Report(0.0, "the cluster let it go: was its scheduler stopped?")
            except Exception as problem:  # a cluster's own trouble, such as a task that killed every worker
                if type(problem).__name__ == KILLED and not alone:
                    suspects.append(waiting.pop(future))
                    continue
                report = _Report(0.0, f"{type(problem).__name__}: {problem}")
            _note(waiting.pop(future), report, outcome, events)
    return sorted(suspects)
