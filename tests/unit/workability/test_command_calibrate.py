"""The command calibrate: a dry run tells the plan, and what cannot be is refused with its exit code."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner, Result

from workability.cli import app
from workability.guard import BAD_USAGE, DONE, MISSING


def calibrate(*words: str) -> Result:
    return CliRunner().invoke(app, ["calibrate", *words])


def test_a_dry_run_says_what_it_would_do_and_runs_nothing() -> None:
    told = calibrate("eskermere", "--dry-run", "--json", "--waves", "100,80", "--sample", "1:10")
    assert told.exit_code == DONE
    plan = json.loads(told.stdout)
    assert plan["region"] == "eskermere"
    assert plan["waves"] == [100, 80]
    assert plan["seconds"] > 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nowhere"], MISSING, "no such region"),
        (["eskermere", "--waves", "3,x"], BAD_USAGE, "--waves"),
        (["eskermere", "--waves", "3,3"], BAD_USAGE, "two for each parameter"),
        (["eskermere", "--draws", "10"], BAD_USAGE, "500 draws"),
        (["eskermere", "--sample", "half"], BAD_USAGE, "sample"),
    ],
)
def test_what_cannot_be_is_refused_with_its_code(words: list[str], code: int, said: str) -> None:
    ended = calibrate(*words, "--dry-run")
    assert ended.exit_code == code
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
