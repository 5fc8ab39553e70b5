"""Paired studies on the real engine at sample scale: resumed, repeated and in processes, always the same bytes."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import simulation.run
from experiments import paired, run_folder
from experiments.errors import BusyFolder, InvalidRequest, MissingData, RunError, SomeRunsFailed
from experiments.events import Events
from experiments.folders import only_writer
from experiments.reproduce import reproduce
from experiments.requests import Request
from results.partial import seed_path
from results.store import checksums

Simulate = Callable[..., Any]


def request(out: Path, **changes: Any) -> Request:
    plain = Request(
        "kickstart", n_seeds=3, sample=60, months=6, threads=1, workers=1, out=out, overrides={"region": "eskermere"}
    )
    return replace(plain, **changes)


class Counted:
    """The real engine, counting the seeds it is asked for, failing or stopping where it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fails: tuple[int, ...] = (), stops: int | None = None) -> None:
        self.seeds: list[int] = []
        real = simulation.run.simulate

        def simulate(*args: Any, seed: int, **kwargs: Any) -> Any:
            self.seeds.append(seed)
            if seed == stops:
                raise KeyboardInterrupt
            if seed in fails:
                raise ArithmeticError("no such luck")
            return real(*args, seed=seed, **kwargs)

        monkeypatch.setattr(simulation.run, "simulate", simulate)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> paired.Finished:
    """A study that nothing disturbed."""
    return paired.run(request(tmp_path_factory.mktemp("whole")))


def seed_bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "seeds").iterdir())}


def test_a_stopped_study_says_so_and_resumes_with_the_missing_seeds_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: paired.Finished
) -> None:
    with monkeypatch.context() as patch:
        stopped = Counted(patch, stops=3)
        with pytest.raises(RunError, match="2 of 3 runs are saved") as caught:
            paired.run(request(tmp_path))
    assert caught.value.exit_code == 130
    assert stopped.seeds == [1, 2, 3]
    with monkeypatch.context() as patch:
        resumed = Counted(patch)
        finished = paired.run(request(tmp_path))
    assert resumed.seeds == [3]
    assert seed_bytes(finished.folder) == seed_bytes(whole.folder)
    assert checksums(finished.folder) == checksums(whole.folder)


def test_a_finished_study_is_returned_without_running(whole: paired.Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counted(monkeypatch)
    again = paired.run(request(whole.folder.parents[1]))
    assert again.was_complete and counted.seeds == []
    assert again.as_dict() == whole.as_dict()


def test_one_failed_seed_is_listed_the_others_are_reported_and_it_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: paired.Finished
) -> None:
    with monkeypatch.context() as patch:
        Counted(patch, fails=(2,))
        finished = paired.run(request(tmp_path))
    assert [task.seed for task in finished.failed] == [2]
    assert finished.headline.seeds == (1, 3)
    assert not run_folder.is_complete(finished.folder)
    with pytest.raises(SomeRunsFailed, match="seed 2") as caught:
        finished.raise_if_some_failed()
    assert caught.value.exit_code == 5
    with monkeypatch.context() as patch:
        retried = Counted(patch)
        paired.run(request(tmp_path))
    assert retried.seeds == [2]
    assert run_folder.is_complete(finished.folder)
    assert seed_bytes(finished.folder) == seed_bytes(whole.folder)


def test_a_study_in_which_every_seed_fails_ends_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Counted(monkeypatch, fails=(1, 2, 3))
    with pytest.raises(RunError, match="no such luck"):
        paired.run(request(tmp_path))


def test_a_damaged_seed_file_is_redone_and_the_others_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: paired.Finished
) -> None:
    with monkeypatch.context() as patch:
        Counted(patch, stops=3)
        with pytest.raises(RunError):
            paired.run(request(tmp_path))
    folder = paired.plan(request(tmp_path)).folder
    damaged = seed_path(folder, 1)
    damaged.write_bytes(damaged.read_bytes()[:-100])
    half = damaged.with_name(".2.npz.99.part")  # of a writer that was killed
    half.write_bytes(b"half of it")
    counted = Counted(monkeypatch)
    paired.run(request(tmp_path))
    assert sorted(counted.seeds) == [1, 3]
    assert seed_bytes(folder) == seed_bytes(whole.folder)
    assert not half.exists()


def test_what_a_killed_worker_left_half_written_is_gone_when_the_study_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: paired.Finished
) -> None:
    execute = paired.execute
    half = seed_path(paired.plan(request(tmp_path)).folder, 1).with_name(".1.npz.99.part")

    def killed(study: Any, folder: Path, events: Events) -> Any:
        outcome = execute(study, folder, events)
        half.write_bytes(b"half of it")
        return outcome

    monkeypatch.setattr(paired, "execute", killed)
    found = paired.run(request(tmp_path))
    assert half.parent.is_dir() and not half.exists()
    assert seed_bytes(found.folder) == seed_bytes(whole.folder)


def test_the_content_hash_depends_on_what_decides_a_figure_and_on_nothing_else(tmp_path: Path) -> None:
    def content(out: Path = tmp_path, **changes: Any) -> str:
        return paired.plan(request(out, **changes)).content_hash

    plain = content()
    assert content(tmp_path / "elsewhere", threads=2, workers=2) == plain
    region = {"region": "eskermere"}
    others = {
        content(n_seeds=9),
        content(seed=2),
        content(sample=50),
        content(months=12),
        content(overrides={**region, "context": "weak-demand"}),
        content(overrides={**region, "subsidies.kickstart.hours_week": "30"}),
    }
    assert len(others | {plain}) == 7


def test_processes_and_threads_change_no_byte(tmp_path: Path, whole: paired.Finished) -> None:
    pool = paired.run(request(tmp_path / "pool", workers=2))
    assert checksums(pool.folder) == checksums(whole.folder)
    threads = paired.run(request(tmp_path / "threads", threads=2))
    assert checksums(threads.folder) == checksums(whole.folder)


def test_a_finished_run_is_reproduced_from_its_folder_to_the_byte(whole: paired.Finished) -> None:
    verdict = reproduce(whole.folder, threads=2, workers=1)
    assert verdict.different == ()
    assert verdict.n_files > 10


def test_an_altered_run_is_not_reproduced_but_named(tmp_path: Path, whole: paired.Finished) -> None:
    copy = tmp_path / whole.folder.name
    subprocess.run(["cp", "-r", str(whole.folder), str(copy)], check=True)
    (copy / "summary.csv").write_text("altered")
    with pytest.raises(MissingData, match=r"summary\.csv"):
        reproduce(copy)


def test_a_finished_run_that_was_altered_is_not_shown_again(tmp_path: Path, whole: paired.Finished) -> None:
    shutil.copytree(whole.folder, paired.plan(request(tmp_path)).folder)
    assert paired.run(request(tmp_path)).was_complete
    with (paired.plan(request(tmp_path)).folder / "summary.csv").open("ab") as file:
        file.write(b" ")
    with pytest.raises(MissingData, match=r"summary\.csv.*another --out") as caught:
        paired.run(request(tmp_path))
    assert caught.value.exit_code == 4


def test_no_artefact_holds_a_folder_of_this_machine_and_every_page_says_not_calibrated(whole: paired.Finished) -> None:
    out = str(whole.folder.parents[1]).encode()
    for path in whole.folder.rglob("*"):
        if path.is_file():
            assert out not in path.read_bytes(), path.name
    for name in ("report.html", "summary.csv", "headline.json"):
        assert b"not calibrated" in (whole.folder / name).read_bytes()
    assert json.loads((whole.folder / "manifest.json").read_text())["calibrated"] is False


def test_a_run_folder_sets_the_baseline_beside_published_figures(whole: paired.Finished) -> None:
    table = (whole.folder / "target_table.csv").read_text()
    assert "hazard_UE" in table and "verdict" in table
    assert "lie within 3 standard errors" in (whole.folder / "report.html").read_text()
    assert any(line.startswith("targets,") for line in (whole.folder / "qa_log.csv").read_text().splitlines())


def test_a_study_that_does_not_fit_the_memory_is_refused_with_one_that_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Little:
        available = 600 * (1 << 20)

    monkeypatch.setattr("experiments.estimate.psutil.virtual_memory", lambda: Little)
    with pytest.raises(InvalidRequest, match="--sample 1:") as caught:
        paired.run(request(tmp_path, sample=1, overrides={}))
    assert caught.value.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_listeners_hear_of_every_run(tmp_path: Path) -> None:
    class Heard(Events):
        def __init__(self) -> None:
            self.saved: list[str] = []
            self.months = 0

        def finished(self, name: str, seconds: float) -> None:
            self.saved.append(name)

        def tick(self, stage: str, done: int, total: int) -> None:
            self.months += 1

    heard = Heard()
    paired.run(request(tmp_path, n_seeds=2), heard)
    assert heard.saved == ["draw 0 seed 1", "draw 0 seed 2"]
    assert heard.months == 2 * (15 + 2 * 6)


@pytest.mark.parametrize("compiles", [False, True])
def test_the_time_of_a_run_that_compiled_is_not_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: paired.Finished, compiles: bool
) -> None:
    remembered: list[object] = []
    times = iter(range(9))
    monkeypatch.setattr(paired.cost, "remember", lambda *facts: remembered.append(facts))
    monkeypatch.setattr(paired, "compiled_code", lambda: frozenset({("pass", next(times) if compiles else 0)}))
    paired.run(request(tmp_path, n_seeds=1))
    assert bool(remembered) != compiles


def test_two_writers_of_one_folder_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with only_writer(folder), pytest.raises(BusyFolder, match="another process"), only_writer(folder):
        pass
