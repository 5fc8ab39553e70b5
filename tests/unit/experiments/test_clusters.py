"""Tasks on a Dask cluster: the same bytes, nothing lost with a worker or the scheduler, and clear refusals."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from experiments.clusters import LOCAL, executor
from experiments.errors import InvalidRequest, MissingData, UnusableOutput
from experiments.requests import Request
from experiments.runner import Outcome, Task, run_many
from tests.unit.experiments.test_runner import FakeWork, Heard, files, tasks

pytestmark = pytest.mark.slow  # each cluster starts several interpreters


@dataclass(frozen=True)
class SlowWork(FakeWork):
    """Takes its time, so that a worker can be killed at it."""

    def __call__(self, task: Task, tick: object = None) -> None:
        time.sleep(0.3)
        super().__call__(task)


def run(work: FakeWork, n: int, address: str = LOCAL) -> tuple[Outcome, Heard]:
    heard = Heard()
    opened = executor(address, 2, Path(work.folder))
    return run_many(tasks(n), work, work.is_saved, workers=2, events=heard, cluster=opened), heard


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[tuple[str, list[int]]]:
    """Yield the address of a scheduler with workers in processes of their own, and all their numbers."""
    started = []
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}

    def start(*words: str) -> None:
        command = [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]]
        with (folder / f"{words[0]}-{len(started)}.log").open("w") as log:
            started.append(subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log))

    try:
        start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        found = None
        for _ in range(300):
            text = (folder / "scheduler-0.log").read_text()
            found = re.search(r"tcp://127\.0\.0\.1:(\d+)", text)
            if found:
                break
            time.sleep(0.1)
        assert found, text
        for _ in range(workers):
            start("worker", found[0], "--nthreads", "1", "--no-dashboard", "--no-nanny", "--host", "127.0.0.1")
        for number in range(1, workers + 1):
            for _ in range(300):
                if "Registered to" in (folder / f"worker-{number}.log").read_text():
                    break
                time.sleep(0.1)
        yield found[0], [process.pid for process in started]
    finally:
        for process in started:
            process.kill()
            process.wait()


def kill_at(folder: Path, n: int, process: int) -> None:
    """Kill a process as soon as a folder holds so many results."""

    def watch() -> None:
        while len(list(folder.glob("*.txt"))) < n:
            time.sleep(0.01)
        os.kill(process, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path


def test_a_local_cluster_gives_the_bytes_of_one_process(place: Path) -> None:
    (place / "alone").mkdir()
    alone = FakeWork(str(place / "alone"))
    run_many(tasks(6), alone, alone.is_saved)
    work = FakeWork(str(place / "out"), fails=(4,))
    outcome, heard = run(work, 6)
    assert outcome.finished and sorted(outcome.failed) == [Task(0, 4)] and len(outcome.saved) == 5
    assert heard.failures == ["draw 0 seed 4: ValueError: seed 4 is unlucky"]
    expected = files(place / "alone")
    del expected["4.txt"]
    assert files(place / "out") == expected
    again, _ = run(FakeWork(str(place / "out")), 6)
    assert [task.seed for task in again.finished] == [4] and len(again.already_done) == 5


def test_a_task_that_kills_every_worker_fails_alone(place: Path) -> None:
    outcome, _ = run(FakeWork(str(place / "out"), dies=(2,)), 6)
    assert sorted(outcome.failed) == [Task(0, 2)]
    assert "KilledWorker" in outcome.failed[Task(0, 2)]
    assert [task.seed for task in outcome.saved] == [0, 1, 3, 4, 5]


def test_a_killed_worker_of_a_remote_cluster_loses_nothing(place: Path) -> None:
    work = SlowWork(str(place / "out"))
    with cluster(place) as (address, numbers):
        kill_at(place / "out", 2, numbers[1])
        outcome, _ = run(work, 12, address)
    assert not outcome.failed and len(outcome.saved) == 12
    assert all(work.is_saved(task) for task in tasks(12))


def test_a_lost_scheduler_keeps_what_was_saved_and_the_rest_is_run_later(place: Path) -> None:
    work = SlowWork(str(place / "out"))
    with cluster(place) as (address, numbers):
        kill_at(place / "out", 4, numbers[0])
        outcome, _ = run(work, 40, address)
    assert outcome.failed and len(outcome.saved) >= 4
    assert set(outcome.failed.values()) == {"the cluster let it go: was its scheduler stopped?"}
    assert all(work.is_saved(task) for task in outcome.saved)
    kept = {path.name: path.stat().st_mtime_ns for path in (place / "out").iterdir()}
    later = run_many(tasks(40), work, work.is_saved)
    assert len(later.saved) == 40 and not later.failed
    assert all((place / "out" / name).stat().st_mtime_ns == when for name, when in kept.items()), "none is run twice"


def test_workers_that_do_not_see_the_folder_or_have_other_sources_are_refused(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cluster(place, workers=0) as (address, _), pytest.raises(InvalidRequest, match="has no workers"):
        run(FakeWork(str(place / "out")), 2, address)
    with cluster(place, workers=1) as (address, _):
        monkeypatch.setattr("experiments.clusters.source_hash", lambda: "other")
        with pytest.raises(MissingData, match=r"1 of 1 workers have other sources"):
            run(FakeWork(str(place / "out")), 2, address)
        monkeypatch.undo()
        monkeypatch.setattr("experiments.clusters._seen", _sees_nothing)
        with pytest.raises(UnusableOutput, match=r"1 of 1 workers do not see .*--out DIR"):
            run(FakeWork(str(place / "out")), 2, address)


def _sees_nothing(path: str) -> tuple[str, bool]:
    from experiments.version import source_hash

    return source_hash(), False


def test_no_scheduler_and_no_address_are_refused(place: Path) -> None:
    with pytest.raises(InvalidRequest, match=r"--cluster tcp://127\.0\.0\.1:9: no scheduler answers"):
        run(FakeWork(str(place / "out")), 2, "tcp://127.0.0.1:9")
    with pytest.raises(InvalidRequest, match="--cluster: found 'localhost'; write local"):
        Request("kickstart", cluster="localhost")
