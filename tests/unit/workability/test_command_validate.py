"""The command `validate`: its exit codes say whether the scorecard holds, fails, or cannot be made."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import evidence.registry
from evidence.registry import PACKAGED, load_region
from experiments.cache import parameters_hash
from experiments.plans import shipped_parameters
from experiments.posterior import targets_hash
from experiments.validation import validation_head
from tests.fitted_regions import write
from workability.cli import app

REGION = "eskermere"


def validate(*words: str) -> Result:
    return CliRunner().invoke(app, ["validate", "--region", REGION, *words])


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Evidence that may be written to, in the place of the shipped."""
    copy = tmp_path / "evidence"
    shutil.copytree(PACKAGED, copy, ignore=shutil.ignore_patterns("cheshire-merseyside"))
    monkeypatch.setattr(evidence.registry, "PACKAGED", copy)
    monkeypatch.setattr("results.theme.svg_of", lambda spec: "<svg/>")  # pictures have tests in a browser
    monkeypatch.chdir(tmp_path)
    yield copy


def fit(root: Path, shift: dict[str, float] | None = None, stale: bool = False) -> None:
    region = load_region(REGION, root)
    every = {target.name: 0.3 for target in region.targets} | (shift or {})
    made_for = ("0" * 16 if stale else parameters_hash(shipped_parameters()), targets_hash(region))
    write(root / "regions" / REGION, region.targets, n_draws=20, shift=every, optional=False, made_for=made_for)


def test_a_scorecard_that_holds_ends_with_0_and_is_kept(root: Path) -> None:
    fit(root)
    done = validate()
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("The scorecard holds")
    page, diagnostics, table = (Path(line) for line in done.stdout.splitlines()[-3:])
    assert page.name == "validation.html" and all(path.is_file() for path in (page, diagnostics, table))
    written = page.stat().st_mtime_ns
    assert validate().exit_code == 0 and page.stat().st_mtime_ns == written
    page.write_text("altered", encoding="utf-8")
    spoilt = validate()
    assert spoilt.exit_code == 4 and "not as it was written: validation.html" in spoilt.stderr


def test_a_scorecard_that_fails_says_so_first_and_ends_with_6(root: Path) -> None:
    fit(root, {"hazard_EU": 8.0})
    done = validate("--no-colour")
    assert done.exit_code == 6
    assert done.stdout.startswith("The scorecard fails: 1 of")
    assert "flow from work to unemployment" in done.stdout.splitlines()[1] + done.stdout.splitlines()[2]
    assert done.stderr.startswith("Error: The scorecard fails") and "Traceback" not in done.stderr
    assert validate("--no-fail").exit_code == 0


def test_json_has_every_figure_and_the_files(root: Path) -> None:
    fit(root, {"hazard_EU": 8.0})
    done = validate("--json", "--no-fail", "--out", "kept")
    content = json.loads(done.stdout)
    assert content["verdict"] == "fails"
    assert len(content["figures"]) == len(load_region(REGION, root).targets)
    assert content["files"]["scorecard"].startswith("kept/eskermere/")
    assert Path(content["files"]["table"]).is_file()


def test_the_page_is_opened_where_there_is_a_browser(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fit(root)
    asked: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: bool(asked.append(address)))
    done = validate("--open")
    assert asked[0].startswith("file://") and asked[0].endswith("validation.html")
    assert done.exit_code == 0 and "open validation/eskermere/" in done.stderr


def test_no_posterior_a_stale_one_and_a_broken_one_end_with_4(root: Path) -> None:
    without = validate()
    assert without.exit_code == 4 and "workability calibrate eskermere" in without.stderr
    fit(root, stale=True)
    stale = validate()
    assert stale.exit_code == 4 and "the parameters of the evidence" in stale.stderr
    fit(root)
    path = root / "regions" / REGION / "fitted" / "posterior_targets.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("hazard_EU", "hazard_EX"), encoding="utf-8")
    broken = validate()
    assert broken.exit_code == 4
    assert "posterior_targets.csv" in broken.stderr and "Did you mean" in broken.stderr
    assert validate("--region", "nowhere").exit_code == 4


def test_changed_targets_make_a_posterior_stale(root: Path) -> None:
    fit(root)
    region = load_region(REGION, root)
    assert validation_head(region) is not None
    moved = replace(region, targets=(replace(region.targets[0], value=1.0), *region.targets[1:]))
    assert targets_hash(moved) != targets_hash(region)
    head = validation_head(moved)
    assert head is not None and "the fit targets of the region" in head.lines[-1]
    held = replace(region, targets=(*region.targets, replace(region.targets[0], name="new", role="holdout")))
    assert targets_hash(held) == targets_hash(region)
