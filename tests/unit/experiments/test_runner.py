"""Many runs: what is saved is never redone, a failure costs only itself, and processes change no byte."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from experiments.events import Events
from experiments.runner import Outcome, Task, run_many
from results.files import write_text

Tick = Callable[[str, int, int], None]


@dataclass(frozen=True)
class FakeWork:
    """Saves a hash of its task; fails, dies or is stopped on the seeds it is told to."""

    folder: str
    fails: tuple[int, ...] = ()
    dies: tuple[int, ...] = ()
    stopped_at: int | None = None

    def path(self, task: Task) -> Path:
        return Path(self.folder) / f"{task.seed}.txt"

    def content(self, task: Task) -> str:
        return hashlib.sha256(f"{task.draw},{task.seed}".encode()).hexdigest()

    def __call__(self, task: Task, tick: Tick | None = None) -> None:
        if task.seed == self.stopped_at:
            raise KeyboardInterrupt
        if task.seed in self.fails:
            raise ValueError(f"seed {task.seed} is unlucky")
        if task.seed in self.dies:
            os._exit(9)
        if tick is not None:
            tick("months", 1, 1)
        write_text(self.path(task), self.content(task))

    def is_saved(self, task: Task) -> bool:
        path = self.path(task)
        return path.is_file() and path.read_text() == self.content(task)


@dataclass(frozen=True)
class FallsSilent(FakeWork):
    """Saves its task; then the process that ran it answers nothing any more, not even that it should leave."""

    def __call__(self, task: Task, tick: Tick | None = None) -> None:
        super().__call__(task, tick)
        signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGSTOP))
        signal.setitimer(signal.ITIMER_REAL, 0.5)


class Heard(Events):
    def __init__(self) -> None:
        self.failures: list[str] = []
        self.saved: list[str] = []
        self.ended = False

    def failed(self, name: str, reason: str, trace: str) -> None:
        self.failures.append(f"{name}: {reason}")

    def finished(self, name: str, seconds: float) -> None:
        self.saved.append(name)

    def end(self) -> None:
        self.ended = True


def tasks(n: int) -> list[Task]:
    return [Task(0, seed) for seed in range(n)]


def run(work: FakeWork, n: int, workers: int = 1) -> tuple[Outcome, Heard]:
    heard = Heard()
    return run_many(tasks(n), work, work.is_saved, workers=workers, events=heard), heard


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_stopped_study_resumes_with_only_the_missing_seeds(tmp_path: Path) -> None:
    stopped, heard = run(FakeWork(str(tmp_path), stopped_at=2), 5)
    assert stopped.interrupted and heard.ended
    assert [t.seed for t in stopped.saved] == [0, 1]

    resumed, heard = run(FakeWork(str(tmp_path)), 5)
    assert [t.seed for t in resumed.already_done] == [0, 1]
    assert [t.seed for t in resumed.finished] == [2, 3, 4]
    assert not resumed.interrupted
    assert heard.saved == ["draw 0 seed 2", "draw 0 seed 3", "draw 0 seed 4"]


class Falls:
    """Is interrupted while it is destroyed, where Python drops whatever is raised."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)
        sum(range(10))  # the handler runs between two steps of Python


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_that_python_drops_stops_the_study_all_the_same(tmp_path: Path) -> None:
    work = FakeWork(str(tmp_path))

    def falling(task: Task, tick: Tick | None = None) -> None:
        if task.seed == 1:
            Falls()
        work(task, tick)

    outcome = run_many(tasks(4), falling, work.is_saved)
    assert outcome.interrupted
    assert [t.seed for t in outcome.saved] == [0, 1]


def test_a_stopped_and_resumed_study_leaves_the_same_bytes_as_one_never_stopped(tmp_path: Path) -> None:
    run(FakeWork(str(tmp_path / "stopped"), stopped_at=3), 6)
    run(FakeWork(str(tmp_path / "stopped")), 6)
    run(FakeWork(str(tmp_path / "whole")), 6)
    assert files(tmp_path / "stopped") == files(tmp_path / "whole")


def test_one_failed_seed_costs_only_itself_and_is_named(tmp_path: Path) -> None:
    outcome, heard = run(FakeWork(str(tmp_path), fails=(1,)), 4)
    assert [t.seed for t in outcome.finished] == [0, 2, 3]
    assert outcome.failed == {Task(0, 1): "ValueError: seed 1 is unlucky"}
    assert heard.failures == ["draw 0 seed 1: ValueError: seed 1 is unlucky"]


@pytest.mark.parametrize("damage", [b"", b"half of the wo"])
def test_a_damaged_result_is_made_again_and_the_others_are_left_alone(tmp_path: Path, damage: bytes) -> None:
    work = FakeWork(str(tmp_path))
    run(work, 3)
    whole = files(tmp_path)
    work.path(Task(0, 1)).write_bytes(damage)
    outcome, _ = run(work, 3)
    assert [t.seed for t in outcome.finished] == [1]
    assert files(tmp_path) == whole


def test_a_finished_study_runs_nothing(tmp_path: Path) -> None:
    run(FakeWork(str(tmp_path)), 3)
    outcome, _ = run(FakeWork(str(tmp_path), fails=(0, 1, 2)), 3)
    assert not outcome.finished and not outcome.failed
    assert len(outcome.already_done) == 3


def test_processes_leave_the_same_bytes_as_one_process(tmp_path: Path) -> None:
    run(FakeWork(str(tmp_path / "one")), 5)
    outcome, _ = run(FakeWork(str(tmp_path / "two"), fails=(9,)), 5, workers=2)
    assert [t.seed for t in outcome.saved] == [0, 1, 2, 3, 4]
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_a_worker_process_that_dies_costs_only_its_own_seed(tmp_path: Path) -> None:
    outcome, _ = run(FakeWork(str(tmp_path), dies=(1,)), 4, workers=2)
    assert [t.seed for t in outcome.saved] == [0, 2, 3]
    assert list(outcome.failed) == [Task(0, 1)]


class KilledWorker(Exception):
    """What a cluster says of a task whose worker died once too often."""


class Cluster(Executor):
    """Blames tasks that wait behind a task that kills its worker, as long as they are not alone."""

    def __init__(self, kills: int, blamed: tuple[int, ...]) -> None:
        self.kills, self.blamed = kills, blamed

    def submit(self, fn: Any, /, *words: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        seed = words[0].seed
        if seed == self.kills or seed in self.blamed:
            self.blamed = tuple(other for other in self.blamed if other != seed)
            future.set_exception(KilledWorker("died"))
        else:
            future.set_result(fn(*words, **named))
        return future


def test_a_worker_that_falls_silent_once_its_work_is_saved_is_not_waited_for(tmp_path: Path) -> None:
    slow = Heard()
    slow.finished = lambda *_: time.sleep(1.0)  # type: ignore[method-assign]
    work = FallsSilent(str(tmp_path))
    outcome = run_many(tasks(2), work, work.is_saved, workers=2, events=slow)
    assert not outcome.failed and sorted(outcome.finished) == tasks(2)


def test_what_waits_behind_a_task_that_kills_its_worker_does_not_fail_with_it(tmp_path: Path) -> None:
    work, heard = FakeWork(str(tmp_path)), Heard()
    wanted = [Task(0, seed) for seed in range(6)]
    outcome = run_many(wanted, work, work.is_saved, events=heard, cluster=nullcontext(Cluster(2, (1, 4))))
    assert list(outcome.failed) == [Task(0, 2)] and "KilledWorker" in outcome.failed[Task(0, 2)]
    assert heard.failures == ["draw 0 seed 2: KilledWorker: died"]
    assert [task.seed for task in outcome.saved] == [0, 1, 3, 4, 5]


def test_thread_counts_of_this_process_are_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    run(FakeWork(str(tmp_path)), 2, workers=2)
    assert os.environ["OMP_NUM_THREADS"] == "3"
    assert "OPENBLAS_NUM_THREADS" not in os.environ


@dataclass(frozen=True)
class NotedWork(FakeWork):
    """Saves in which process it ran, and what was saved when it began."""

    def __call__(self, task: Task, tick: Tick | None = None) -> None:
        there = sorted(path.stem for path in Path(self.folder).glob("*.txt"))
        write_text(self.path(task), f"{os.getpid()} {' '.join(there)}")

    def is_saved(self, task: Task) -> bool:
        return self.path(task).is_file()


def test_a_first_task_alone_is_saved_before_any_other_process_starts(tmp_path: Path) -> None:
    work = NotedWork(str(tmp_path))
    outcome = run_many(tasks(4), work, work.is_saved, workers=2, first_alone=True)
    assert len(outcome.finished) == 4
    first, *rest = [work.path(task).read_text().split() for task in tasks(4)]
    assert first == [str(os.getpid())]
    assert all(process != str(os.getpid()) and "0" in there for process, *there in rest)
