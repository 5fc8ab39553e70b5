"""What a machine can do to a study: a full disk, a clock set back, no memory left. Nothing that was saved is lost."""

from __future__ import annotations

import errno
import itertools
import json
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from experiments import estimate, paired
from experiments.errors import DiskFull, InvalidRequest
from experiments.runner import Outcome, Task, run_many
from results import files
from results.store import checksums
from tests.unit.experiments.test_paired import Counted, request, seed_bytes
from tests.unit.experiments.test_runner import FakeWork, Tick, tasks
from workability.guard import guarded

__all__ = ["whole"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> paired.Finished:
    """A study that nothing disturbed."""
    return paired.run(request(tmp_path_factory.mktemp("whole")))


def fill_disk_at(patch: pytest.MonkeyPatch, name: str) -> None:
    """Let the disk be full when a file of this name is written; half of it is there by then."""
    real = os.fsync

    def fsync(handle: int) -> None:
        if Path(f"/proc/self/fd/{handle}").readlink().name.startswith(f".{name}."):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    patch.setattr(files.os, "fsync", fsync)


def test_a_full_disk_stops_a_study_which_goes_on_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: paired.Finished
) -> None:
    with monkeypatch.context() as patch:
        fill_disk_at(patch, whole.folder.joinpath("seeds").glob("*2.npz").__next__().name)
        counted = Counted(patch)
        with pytest.raises(DiskFull, match=r"is full\. 1 of 3 runs are saved .*Make room") as caught:
            paired.run(request(tmp_path))
    assert caught.value.exit_code == 5 and counted.seeds == [1, 2]  # the third was not begun
    assert not list(tmp_path.rglob("*.part"))
    with monkeypatch.context() as patch:
        counted = Counted(patch)
        finished = paired.run(request(tmp_path))
    assert counted.seeds == [2, 3]
    assert seed_bytes(finished.folder) == seed_bytes(whole.folder)
    assert checksums(finished.folder) == checksums(whole.folder)


@pytest.mark.parametrize("name", ["monthly.parquet", "COMPLETE"])
def test_a_disk_that_fills_while_the_report_is_written_loses_no_run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    whole: paired.Finished,
    name: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with monkeypatch.context() as patch:
        fill_disk_at(patch, name)
        with pytest.raises(SystemExit) as caught:
            guarded(lambda: paired.run(request(tmp_path)))()
    assert caught.value.code == 5
    told = capsys.readouterr().err
    assert "the disk is full" in told and "Make room" in told and "Traceback" not in told
    assert not list(tmp_path.rglob("*.part"))
    with monkeypatch.context() as patch:
        counted = Counted(patch)
        finished = paired.run(request(tmp_path))
    assert counted.seeds == []
    assert checksums(finished.folder) == checksums(whole.folder)


@dataclass(frozen=True)
class FullWork(FakeWork):
    """Finds the disk full on some seeds, and no memory on others."""

    full: tuple[int, ...] = ()
    starved: tuple[int, ...] = ()

    def __call__(self, task: Task, tick: Tick | None = None) -> None:
        if task.seed in self.full:
            raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))
        if task.seed in self.starved:
            raise MemoryError
        super().__call__(task, tick)


def run(work: FullWork, n: int, workers: int) -> Outcome:
    return run_many(tasks(n), work, work.is_saved, workers=workers)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_where_a_result_finds_no_room_those_after_it_are_not_begun(tmp_path: Path, workers: int) -> None:
    outcome = run(FullWork(str(tmp_path), full=(3,)), 40, workers)
    assert outcome.disk_full and not outcome.interrupted and not outcome.failed
    saved = [task.seed for task in outcome.saved]
    assert 3 not in saved and (workers > 1 or saved == [0, 1, 2])  # another process may be some tasks ahead
    assert run(FullWork(str(tmp_path)), 40, workers).saved == tasks(40)


def test_a_run_without_memory_fails_alone_and_says_what_to_do(tmp_path: Path) -> None:
    outcome = run(FullWork(str(tmp_path), starved=(1,)), 3, 1)
    assert [task.seed for task in outcome.saved] == [0, 2]
    assert "fewer --workers" in outcome.failed[Task(0, 1)]


def test_a_clock_that_is_set_back_changes_no_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: paired.Finished
) -> None:
    now = itertools.count(time.time(), -3600.0)
    monkeypatch.setattr(time, "time", lambda: next(now))
    finished = paired.run(request(tmp_path))
    assert checksums(finished.folder) == checksums(whole.folder)
    told = json.loads((finished.folder / "circumstances.json").read_text(encoding="utf-8"))
    assert told["seconds"] >= 0 and told["seconds_in_runs"] > 0


@pytest.mark.parametrize(("event_log", "mend"), [(False, "fewer --draws or --seeds"), (True, "leave --events out")])
def test_a_study_that_does_not_fit_the_disk_is_not_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, event_log: bool, mend: str
) -> None:
    counted = Counted(monkeypatch)
    free: Any = psutil.disk_usage(str(tmp_path))
    monkeypatch.setattr(estimate.psutil, "disk_usage", lambda path: free._replace(free=1 << 20))
    with pytest.raises(InvalidRequest, match=f"so it was not started.*{mend}"):
        paired.run(replace(request(tmp_path), event_log=event_log))
    assert counted.seeds == []
