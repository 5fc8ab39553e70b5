"""The command `targets`: what `import` and `check` print, write and refuse."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evidence.registry import PACKAGED
from tests.unit.workability.test_cli import ROOT, workability

pytestmark = pytest.mark.slow  # each command starts Python anew

DATA = ROOT / "tests" / "data" / "nomis"
IMPORTS = ("targets", "import")


def test_a_dry_run_says_what_it_took_and_left_and_writes_nothing(tmp_path: Path) -> None:
    shutil.copy(DATA / "aps_number_percent.csv", tmp_path / "nomis.csv")
    done = workability(*IMPORTS, "nomis.csv", "--dry-run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "employment_rate_2024_01_to_2024_12[Halton]" in done.stdout and "2.092" in done.stdout
    assert "line 11 " in done.stderr and "too small for a reliable estimate" in done.stderr
    assert "line 12 " in done.stderr and "Bolton" in done.stderr
    assert "2 fitted figures of earlier periods stay" in done.stderr and "--supersede" in done.stderr
    assert "Nothing was written" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["nomis.csv"]


def test_an_import_to_a_file_of_its_own_names_it_and_does_so_once(tmp_path: Path) -> None:
    done = workability(
        *IMPORTS, str(DATA / "aps_variables.csv"), "--role", "holdout", "--out", "new.yaml", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-2:] == ["new.yaml", "new-sources.yaml"]
    assert {path.name for path in tmp_path.iterdir()} == {"new.yaml", "new-sources.yaml"}
    before = (tmp_path / "new.yaml").read_bytes()
    again = workability(*IMPORTS, str(DATA / "aps_variables.csv"), "--out", "new.yaml", cwd=tmp_path)
    assert again.returncode == 2 and "there already" in again.stderr
    assert (tmp_path / "new.yaml").read_bytes() == before


def test_the_same_as_json_has_every_line_that_was_left(tmp_path: Path) -> None:
    done = workability(*IMPORTS, str(DATA / "aps_variables.csv"), "--dry-run", "--json", cwd=tmp_path)
    told = json.loads(done.stdout)
    assert len(told["taken"]) == 24 and told["retrieved"] == "2025-04-15" and told["written"] == []
    assert len(told["left"]) == 9 + 3 + 3 * 4
    assert {"line", "what", "reason"} == set(told["left"][0])


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the evidence as a package of its own, which a command then takes for the packaged one."""
    folder = tmp_path_factory.mktemp("packages")
    shutil.copytree(PACKAGED, folder / "evidence", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def with_evidence(packages: Path, *words: str) -> subprocess.CompletedProcess[str]:
    settings = {**os.environ, "PYTHONPATH": f"{packages}{os.pathsep}{ROOT}", "NO_COLOR": "1"}
    code = "import sys; from workability.cli import main; sys.argv = ['workability', *sys.argv[1:]]; main()"
    command = [sys.executable, "-P", "-c", code, *words]
    return subprocess.run(command, cwd=packages, env=settings, capture_output=True, text=True, timeout=60, check=False)


def test_an_import_says_that_a_fit_is_due_and_a_contradiction_then_fails_the_check(packages: Path) -> None:
    assert with_evidence(packages, "targets", "check").returncode == 0
    file = packages / "nomis.csv"
    file.write_bytes((DATA / "aps_number_percent.csv").read_bytes().replace(b"76.5,4.1", b"46.5,4.1"))
    done = with_evidence(packages, *IMPORTS, "nomis.csv")
    assert done.returncode == 0, done.stderr
    assert "Figures changed: run workability calibrate cheshire-merseyside" in done.stderr
    assert "Contradiction: employment_rate[Halton] (77, SE 2.5, 2021-10/2022-09) and " in done.stderr
    assert done.stdout.split()[-2:] == [
        f"evidence/regions/cheshire-merseyside/{n}.yaml" for n in ("targets", "sources")
    ]
    failed = with_evidence(packages, "targets", "check")
    assert failed.returncode == 6 and "NOT ACCEPTED" in failed.stdout and "known_conflicts.yaml" in failed.stderr
    assert "short-term sickness" in " ".join(failed.stdout.split())


def test_targets_that_cannot_be_read_are_invalid_data(packages: Path) -> None:
    path = packages / "evidence" / "regions" / "eskermere" / "targets.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("72.5", "172.5"), encoding="utf-8")
    done = with_evidence(packages, "targets", "check", "--region", "eskermere")
    assert done.returncode == 3 and "from 0 to 100" in done.stderr and "Traceback" not in done.stderr


def test_the_check_lists_what_is_accepted_and_why(tmp_path: Path) -> None:
    done = workability("targets", "check", "--json", cwd=tmp_path)
    told = json.loads(done.stdout)
    assert done.returncode == 0 and {one["area"] for one in told} == {"Knowsley", "Halton"}
    none = workability("targets", "check", "--region", "eskermere", cwd=tmp_path)
    assert none.returncode == 0 and "no target contradicts another" in none.stdout


REFUSALS = [
    ((*IMPORTS,), 2, "Usage"),
    ((*IMPORTS, "none.csv"), 3, "cannot be read"),
    ((*IMPORTS, "ages.csv"), 3, "no download from Nomis that is known here; it begins 'name,age'"),
    ((*IMPORTS, "good.csv", "--region", "eskermere"), 3, "Wanted are employment"),
    ((*IMPORTS, "good.csv", "--region", "../eskermere"), 4, "no such region"),
    ((*IMPORTS, "good.csv", "--role", "both"), 2, "fit or holdout"),
    ((*IMPORTS, "good.csv", "--out", "targets.txt"), 2, "ends in .yaml"),
    ((*IMPORTS, "good.csv", "--out", "ages.csv/new.yaml"), 2, "cannot be written"),
    (("targets", "check", "--region", "eskermre"), 4, "Did you mean 'eskermere'?"),
    (("targets", "imprt", "good.csv"), 2, "No such command"),
]


@pytest.mark.parametrize(("words", "code", "message"), REFUSALS, ids=lambda value: str(value)[:50])
def test_refusals_name_what_is_wrong_and_write_nothing(
    tmp_path: Path, words: tuple[str, ...], code: int, message: str
) -> None:
    (tmp_path / "ages.csv").write_text("name,age\nAnn,3\n")
    shutil.copy(DATA / "aps_number_percent.csv", tmp_path / "good.csv")
    done = workability(*words, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert message in " ".join(done.stderr.split()) and "Traceback" not in done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"ages.csv", "good.csv"}


@pytest.mark.parametrize("command", ["import", "check"])
def test_help_opens_with_an_example_and_ends_with_where_output_goes(tmp_path: Path, command: str) -> None:
    text = workability("targets", command, "--help", cwd=tmp_path).stdout
    assert f"Example: workability targets {command}" in text and text.index("Example:") < text.index("Options")
    assert "Output:" in " ".join(text.split())[-200:]
