"""The command `run` from start to end at sample scale: what it writes, returns at once and saves when stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SMALL = ("run", "kickstart", "--set", "region=eskermere", "--sample", "1:60", "--months", "6", "--workers", "1")
DEADLINE_SECONDS = 120


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "workability", *words]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}


def workability(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words), cwd=cwd, env=environment(), capture_output=True, text=True, timeout=300, check=False
    )


def test_run_explain_report_and_a_second_run_that_repeats_nothing(tmp_path: Path) -> None:
    done = workability(*SMALL, "--seeds", "2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "not calibrated" in done.stdout
    assert "Additional residents in work" in done.stdout
    report = Path(done.stderr.strip().splitlines()[-1].removeprefix("Report: "))
    assert (tmp_path / report).is_file()

    again = workability(*SMALL, "--seeds", "2", "--json", "--quiet", cwd=tmp_path)
    assert again.stderr == ""
    found = json.loads(again.stdout)
    assert found["folder"] == report.parent.as_posix()
    assert found["calibrated"] is False
    assert found["seeds"] == [1, 2]

    assert workability("report", "kickstart", cwd=tmp_path).stdout.strip() == report.as_posix()
    assert "Eligible" in workability("explain", "kickstart", cwd=tmp_path).stdout
    assert json.loads(workability("explain", "kickstart", "--json", cwd=tmp_path).stdout)

    (tmp_path / report).write_text("altered")
    spoilt = workability("report", "kickstart", cwd=tmp_path)
    assert spoilt.returncode == 4
    assert "report.html" in spoilt.stderr


@pytest.mark.slow
def test_a_context_and_other_changes_are_named_beside_the_figures(tmp_path: Path) -> None:
    words = (*SMALL, "--seeds", "1", "--set", "context=weak-demand", "--set", "subsidies.kickstart.hours_week=30")
    done = workability(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "kickstart on weak-demand against baseline" in done.stdout
    line = "region = eskermere, subsidies.kickstart.hours_week = 30"
    assert f"Changed: {line}" in done.stdout
    folder = next(tmp_path.glob("runs/*/*/COMPLETE")).parent
    head = (folder / "report.html").read_text().partition('<section id="answer"')[0]
    assert "on weak-demand" in head and f"Changed: {line}" in head
    columns = (folder / "summary.csv").read_text().splitlines()[0].split(",")
    assert columns[:4] == ["scenario", "baseline", "context", "changed"]
    assert workability("reproduce", "kickstart", cwd=tmp_path).returncode == 0


def test_ctrl_c_keeps_what_is_finished_and_names_the_command_that_goes_on(tmp_path: Path) -> None:
    words = (*SMALL, "--seeds", "400")
    running = subprocess.Popen(
        command(*words), cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    end = time.monotonic() + DEADLINE_SECONDS
    while not list(tmp_path.glob("runs/*/*/seeds/*.npz")) and time.monotonic() < end:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, messages = running.communicate(timeout=60)
    assert running.returncode == 130, messages
    assert "runs are saved" in messages
    assert f"To go on: workability {' '.join(words)}" in messages
    assert "Traceback" not in messages
    assert list(tmp_path.glob("runs/*/*/seeds/*.npz"))
    assert not list(tmp_path.glob("runs/*/*/COMPLETE"))
    assert not list(tmp_path.glob("runs/*/*/seeds/.*"))


@pytest.mark.slow
def test_the_event_log_is_written_and_not_written_twice(tmp_path: Path) -> None:
    words = ("run", "kickstart", "--sample", "1:1000", "--seeds", "1", "--months", "6", "--events")
    told = workability(*words, "--dry-run", cwd=tmp_path)
    assert told.returncode == 0 and "event logs of about" in " ".join(told.stdout.split())
    assert not list(tmp_path.iterdir())
    done = workability(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "event logs of about" in done.stderr
    found = sorted(tmp_path.glob("runs/kickstart/*/events/*"))
    assert [path.name for path in found] == ["seed-1-draw-0-baseline.parquet", "seed-1-draw-0-kickstart.parquet"]
    written = [path.stat().st_mtime_ns for path in found]
    again = workability(*words, cwd=tmp_path)
    assert again.returncode == 0 and "finished already" in again.stderr
    assert [path.stat().st_mtime_ns for path in found] == written


@pytest.mark.slow
def test_savings_of_a_run_are_printed_written_and_the_same_again(tmp_path: Path) -> None:
    assert workability(*SMALL, "--seeds", "2", "--quiet", cwd=tmp_path).returncode == 0
    before = {path: path.read_bytes() for path in (tmp_path / "runs").rglob("*") if path.is_file()}
    done = workability("savings", "kickstart", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for words in ("Who pays and who gains", "Exchequer in all", "Net present value", "not calibrated", "Extrapolated"):
        assert words in done.stdout, words
    page = tmp_path / done.stdout.strip().splitlines()[-1]
    assert page.name == "savings.html" and page.is_file()
    assert {"savings.csv", "savings.xlsx"} <= {path.name for path in page.parent.iterdir()}
    first = page.read_bytes()
    assert workability("savings", "kickstart", cwd=tmp_path).stdout == done.stdout and page.read_bytes() == first

    older = workability("savings", "kickstart", "--rulebook", "green-book-2022", "--json", cwd=tmp_path)
    found = json.loads(older.stdout)
    assert found["rulebook"] == "green-book-2022"
    other = tmp_path / found["files"]["savings.html"]
    assert other.is_file() and other != page
    assert "--rulebook green-book-2022" in other.read_text()
    no_incomes = workability("savings", "kickstart", "--weights", "1.3", cwd=tmp_path)
    assert no_incomes.returncode == 2 and "leave --weights out" in no_incomes.stderr

    runs = {path: path.read_bytes() for path in (tmp_path / "runs").rglob("*") if path.is_file()}
    assert runs == before
    next((tmp_path / "runs").glob("*/*/summary.csv")).write_text("altered")
    spoilt = workability("savings", "kickstart", cwd=tmp_path)
    assert spoilt.returncode == 4 and "summary.csv" in spoilt.stderr
