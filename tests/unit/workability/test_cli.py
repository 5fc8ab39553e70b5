"""The command line: helps that cost nothing, clear messages, documented exit codes, nothing left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
COMMANDS = (
    "run",
    "compare",
    "scenarios",
    "check",
    "reproduce",
    "explain",
    "report",
    "gaps",
    "capacity",
    "funding",
    "savings",
    "audit",
    "plan",
    "gm-export",
    "unit-costs",
    "taxben",
    "validate",
    "targets",
    "assumptions",
    "sensitivity",
    "decide",
    "seek",
    "doctor",
)
HEAVY = ("numpy", "numba", "pandas", "scipy", "altair", "pyarrow", "duckdb", "mesa", "rich", "simulation")
HELPS = """
import io, sys, contextlib
from workability.cli import app
for words in {words!r}:
    text = io.StringIO()
    sys.argv = ["workability", *words]
    with contextlib.redirect_stdout(text):
        try:
            app()
        except SystemExit as end:
            assert end.code == 0, (words, end.code)
    print("=====", *words)
    print(text.getvalue())
print("HEAVY", *[name for name in {heavy!r} if name in sys.modules])
"""


def workability(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    settings = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **environment}
    command = [sys.executable, "-m", "workability", *words]
    return subprocess.run(command, cwd=cwd, env=settings, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def helps() -> dict[str, str]:
    words = [[], ["--help"], ["--version"], *([command, "--help"] for command in COMMANDS)]
    code = HELPS.format(words=words, heavy=HEAVY)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    parts = done.stdout.split("=====")[1:]
    found = {part.partition("\n")[0].strip(): part.partition("\n")[2] for part in parts}
    found["heavy"] = done.stdout.rpartition("HEAVY")[2].strip()
    found["nothing"] = found.pop("")
    return found


def test_no_help_imports_a_heavy_library(helps: dict[str, str]) -> None:
    assert helps["heavy"] == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_help_opens_with_an_example_and_ends_with_where_output_goes(helps: dict[str, str], command: str) -> None:
    text = helps[f"{command} --help"]
    assert f"Example: workability {command}" in text
    assert text.index("Example:") < text.index("Options:")
    last = " ".join(text.split())[-220:]
    assert "Output:" in last


def test_help_lists_every_command_and_the_exit_codes(helps: dict[str, str]) -> None:
    for command in COMMANDS:
        assert f"  {command} " in helps["--help"]
    assert "130 interrupted" in " ".join(helps["--help"].split())


def test_without_arguments_it_asks_which_question_one_has(helps: dict[str, str]) -> None:
    assert "Which question do you have?" in helps["nothing"]
    for command in COMMANDS:
        assert f"workability {command}" in helps["nothing"]


REFUSALS = [
    (("run", "kickstrt"), 3, "Did you mean 'kickstart'"),
    (("run", "kickstart", "--sample", "0.3"), 2, "1:50"),
    (("run", "kickstart", "--seeds", "0"), 2, "--seeds 0"),
    (("run", "kickstart", "--seeds", "many"), 2, "--seeds"),
    (("run", "kickstart", "--threads", "0"), 2, "--threads 0"),
    (("run", "kickstart", "--workers", "0"), 2, "--workers 0"),
    (("run", "kickstart", "--sample", "abc"), 2, "--sample abc"),
    (("run", "kickstart", "--start", "2099-01", "--months", "12", "--dry-run"), 2, "2035-12"),
    (("run", "kickstart", "--set", "horizon.start=2099-01", "--dry-run"), 3, "key 'horizon.start'"),
    (("targets", "--threads", "0"), 2, "--threads 0"),
    (("targets", "--margins", "--measure"), 2, "keep one"),
    (("run", "kickstart", "--draws", "0"), 2, "--draws 0"),
    (("run", "kickstart", "--draws", "2", "--draw", "1"), 2, "keep one"),
    (("compare", "baseline", "kickstart", "--draw", "0,1"), 2, "evidence's own values"),
    (("run", "kickstart", "--draw", "two"), 2, "whole numbers"),
    (("run", "kickstart", "--set", "region=eskermere", "--draws", "5"), 4, "workability calibrate eskermere"),
    (("run", "kickstart", "--start", "2026-13"), 2, "2026-13"),
    (("run", "kickstart", "--start", "2019-01"), 2, "2019-01"),
    (("run", "kickstart", "--months", "0"), 2, "--months 0"),
    (("run", "kickstart", "--set", "nonsense"), 2, "key=value"),
    (("run", "kickstart", "--set", "context=weak-demnd"), 3, "Did you mean 'weak-demand'"),
    (("run", "kickstart", "--set", "subsidies.kickstart.hours_weeks=30"), 3, "hours_week"),
    (("run", "kickstart", "--months", "12", "--set", "horizon.months=12"), 2, "keep one"),
    (("run", "missing.yaml"), 3, "missing.yaml"),
    (("run", "../../etc/passwd.yaml"), 3, "passwd.yaml"),
    (("compare", "kickstart"), 2, "Usage"),
    (("compare", "kickstart", "jobs-guarantee", "--set", "subsidies.other.hours_week=3"), 3, "other"),
    (("check", "kickstrt"), 3, "Did you mean 'kickstart'"),
    (("scenarios", "show", "a", "b"), 2, "one scenario"),
    (("explain", "kickstart"), 4, "Run a scenario first"),
    (("report", "kickstart"), 4, "Run a scenario first"),
    (("reproduce", "nowhere"), 4, "Run a scenario first"),
    (("targets", "--region", "eskermre"), 4, "Did you mean 'eskermere'?"),
    (("gaps", "--region", "eskermre"), 4, "Did you mean 'eskermere'?"),
    (("gaps", "--region", "../eskermere"), 4, "no such region"),
    (("gaps", "--sample", "1:2000"), 2, "the thinnest is 1:1000"),
    (("gaps", "--sample", "many"), 2, "1:50"),
    (("gaps", "--threads", "0"), 2, "--threads 0"),
    (("gaps", "--run", "services-today"), 4, "Run a scenario first"),
    (("savings", "kickstart"), 4, "Run a scenario first"),
    (("savings", "kickstart", "--rulebook", "green-book-2025"), 2, "held are green-book-2022, green-book-2026"),
    (("savings", "kickstart", "--persistence", "-1"), 2, "give 0"),
    (("savings", "kickstart", "--persistence", "many"), 2, "--persistence"),
    (("savings", "kickstart", "--weights", "nan"), 2, "from 0 to 5"),
    (("savings", "kickstart", "--excess-burden"), 2, "green-book-2022"),
    (("savings", "kickstart", "--base-year", "2026"), 2, "financial year"),
    (("nonsense",), 2, "No such command"),
    (("run", "kickstart", "--nonsense"), 2, "No such option"),
]


@pytest.mark.parametrize(
    ("words", "code", "message"), REFUSALS, ids=lambda value: " ".join(value)[:60] if isinstance(value, tuple) else ""
)
def test_bad_input_gets_one_message_a_documented_code_and_leaves_nothing(
    tmp_path: Path, words: tuple[str, ...], code: int, message: str
) -> None:
    done = workability(*words, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [("run", "kickstart"), ("gaps", "--region", "eskermere")], ids=lambda words: words[0])
@pytest.mark.parametrize("out", ["taken", "taken/below", "long" * 80])
def test_a_folder_that_cannot_be_written_is_refused_before_anything_runs(
    tmp_path: Path, words: tuple[str, ...], out: str
) -> None:
    (tmp_path / "taken").write_text("a file")
    done = workability(*words, "--sample", "1:1000", "--out", out, cwd=tmp_path)
    assert done.returncode == 2
    assert "--out DIR" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_verbose_shows_where_an_error_happened(tmp_path: Path) -> None:
    done = workability("check", "kickstrt", "--verbose", cwd=tmp_path)
    assert done.returncode == 3
    assert "Traceback" in done.stderr


def test_a_dry_run_says_what_would_run_and_writes_nothing(tmp_path: Path) -> None:
    done = workability("run", "kickstart", "--sample", "1:1000", "--dry-run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for word in ("kickstart", "baseline", "memory", "disk", "not calibrated", "2026-04"):
        assert word in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_json_is_json_and_alone_on_standard_output(tmp_path: Path) -> None:
    plan = workability("run", "kickstart", "--sample", "1:1000", "--dry-run", "--json", cwd=tmp_path)
    assert json.loads(plan.stdout)["calibrated"] is False
    library = json.loads(workability("scenarios", "--json", cwd=tmp_path).stdout)
    assert {"baseline", "kickstart"} <= {entry["name"] for entry in library}
    shown = json.loads(workability("scenarios", "kickstart", "--json", cwd=tmp_path).stdout)
    assert shown["origins"]["subsidies.kickstart.hours_week"].startswith("scenarios/library/")


def test_the_stored_table_against_published_figures_is_shown_at_once(tmp_path: Path) -> None:
    shown = workability("targets", "--region", "eskermere", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    for word in ("not calibrated", "Published", "Verdict", "hazard_UE", "lie within 3 standard errors"):
        assert word in shown.stdout
    rows = json.loads(workability("targets", "--region", "eskermere", "--json", cwd=tmp_path).stdout)
    assert {"target", "model", "z", "verdict"} <= set(rows[0])
    assert list(tmp_path.iterdir()) == []


def test_every_margin_of_the_population_is_shown_beside_its_target(tmp_path: Path) -> None:
    words = ("targets", "--margins", "--region", "eskermere", "--sample", "1:20")
    shown = workability(*words, cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    rows = json.loads(workability(*words, "--json", cwd=tmp_path).stdout)
    assert set(rows[0]) == {"place", "margin", "category", "target", "drawn", "difference"}
    for word in ("Target", "Difference", *{row["margin"] for row in rows}, *{row["place"] for row in rows}):
        assert word in shown.stdout
    assert f"of {len(rows):,} targets are met to within a person" in shown.stdout.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_beats_the_environment(tmp_path: Path) -> None:
    variable = {"WORKABILITY_SET_SUBSIDIES__KICKSTART__HOURS_WEEK": "20"}
    words = ("check", "kickstart", "--show-origin", "--json")
    shown = json.loads(workability(*words, cwd=tmp_path, **variable).stdout)
    assert shown["scenario"]["subsidies"][0]["hours_week"] == 20
    assert shown["origins"]["subsidies.kickstart.hours_week"] == "environment"
    over = ("--set", "subsidies.kickstart.hours_week=30")
    shown = json.loads(workability(*words, *over, cwd=tmp_path, **variable).stdout)
    assert shown["scenario"]["subsidies"][0]["hours_week"] == 30
    assert shown["origins"]["subsidies.kickstart.hours_week"] == "command line"
