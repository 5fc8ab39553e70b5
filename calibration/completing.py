"""Running what of a set of runs is not saved yet, and refusing to go on without all of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from experiments.errors import Interrupted, SomeRunsFailed
from experiments.events import Events
from experiments.runner import Outcome, Task, Work, run_many


def complete(
    tasks: Sequence[Task],
    work: Work,
    is_saved: Callable[[Task], bool],
    workers: int,
    heard: Events,
    first_alone: bool = True,
) -> Outcome:
    """Run the batches that are not saved yet and return what became of them.

    Parameters
    ----------
    tasks : the batches.
    work, is_saved : what runs one and saves it; whether one is on disk and whole.
    workers : processes, on which no result depends.
    heard : hears of progress.
    first_alone : run the first batch before there are other processes, which then find what it compiled.

    Raises
    ------
    Interrupted, SomeRunsFailed
        If the user stopped or batches failed; what is finished is kept.
    """
    outcome = run_many(tasks, work, is_saved, workers=workers, events=heard, first_alone=first_alone)
    if outcome.interrupted:
        raise Interrupted(f"{len(outcome.saved)} of {len(tasks)} batches are saved; the same command goes on there.")
    if outcome.failed:
        task, reason = next(iter(sorted(outcome.failed.items())))
        raise SomeRunsFailed(f"{len(outcome.failed)} of {len(tasks)} batches failed; first, {task.name}: {reason}")
    return outcome
