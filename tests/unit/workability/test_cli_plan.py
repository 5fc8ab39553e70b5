"""The commands `plan`, `gm-export` and `unit-costs`: what they print, what they write, and every refusal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from results.partial import save_seed
from results.store import RunFolder, read_manifest, write_run
from tests.unit.results.sample_run import contents, seeds
from tests.unit.results.test_unit_cost_import import CSV, workbook
from tests.unit.workability.test_cli import workability

pytestmark = pytest.mark.slow  # each command starts Python anew

PLAN = "cheshire-warrington-2018"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("plan")


@pytest.fixture(scope="module")
def made(folder: Path) -> dict:
    done = workability("plan", PLAN, "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    found: dict = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def run(folder: Path) -> Path:
    """A finished run of made-up pairs."""
    made, pairs = contents(seeds()), seeds()
    store = RunFolder(folder / "runs", "kickstart", "0123456789abcdef")
    for pair in pairs:
        save_seed(store.path, pair)
    manifest = dict(made.manifest) | {
        "run_id": store.content_hash, "region": "eskermere", "sample": 1, "seeds": [0, 1, 2], "draws": [0],
        "scenario": "kickstart", "inputs": {},
    }  # fmt: skip
    path = write_run(store, type(made)(**{**vars(made), "manifest": manifest}))
    assert read_manifest(path)["region"] == "eskermere"
    return path


def test_a_plan_is_printed_with_trap_and_warning_and_kept(folder: Path, made: dict) -> None:
    done = workability("plan", PLAN, cwd=folder)
    assert done.returncode == 0
    words = " ".join(done.stdout.split())
    for word in (
        "£8,632",
        "£12,568",
        "up to £800,000",
        "more than £10,000,000",
        "£2.89",
        "85,000",
        "difference",
        "trap",
    ):
        assert word in words, word
    assert "harm those who need help" in words and "nowhere else" in words
    assert "workability run health-barriers" in words
    page = folder / done.stdout.strip().splitlines()[-1]
    assert page.is_file() and "finished already" in done.stderr
    assert {path.name for path in page.parent.iterdir()} == {
        "plan.html", "plan.csv", "plan.json", "dictionary.csv", "COMPLETE"
    }  # fmt: skip
    assert [claim["within_rounding"] for claim in made["claims"]] == [True] * 9
    assert made["run"] is None and made["page"].endswith("plan.html")


def test_the_same_plan_gives_the_same_bytes(folder: Path, made: dict, tmp_path: Path) -> None:
    again = json.loads(workability("plan", PLAN, "--json", cwd=tmp_path).stdout)
    for name in ("page", "table"):
        assert (tmp_path / again[name]).read_bytes() == (folder / made[name]).read_bytes()


def test_an_altered_page_is_refused(folder: Path, made: dict, tmp_path: Path) -> None:
    again = json.loads(workability("plan", PLAN, "--json", cwd=tmp_path).stdout)
    with (tmp_path / again["table"]).open("a") as stream:
        stream.write("x")
    done = workability("plan", PLAN, cwd=tmp_path)
    assert done.returncode == 4 and "plan.csv" in done.stderr and "Traceback" not in done.stderr


def test_a_run_of_another_region_is_refused(folder: Path, run: Path) -> None:
    done = workability("plan", PLAN, "kickstart", cwd=folder)
    assert done.returncode == 2 and "has no area 'Cheshire & Warrington'" in done.stderr


def test_a_run_is_written_in_the_tools_order(folder: Path, run: Path) -> None:
    done = workability("gm-export", "kickstart", "gm.csv", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "gm.csv: " in done.stdout and (folder / "gm-costs.csv").is_file()
    assert "our expectation" in (folder / "gm.csv").read_text(encoding="utf-8")
    done = workability("gm-export", run.as_posix(), "gm.xlsx", "--json", cwd=folder)
    assert json.loads(done.stdout)["rows"] > 6 and (folder / "gm.xlsx").is_file()


def test_an_edition_is_imported_and_used_by_plan_and_export(folder: Path, run: Path) -> None:
    workbook(folder / "database.xlsx")
    done = workability("unit-costs", "import", "database.xlsx", "--out", "v3.yaml", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "5 unit costs of edition v3.0; 7 rows left" in done.stdout
    assert "Left: " in done.stderr and "'Estimated Cost / Saving'" in done.stderr
    told = json.loads(workability("unit-costs", "import", "database.xlsx", "--json", cwd=folder).stdout)
    assert told["edition"] == "v3.0" and len(told["left"]) == 7
    found = json.loads(workability("plan", PLAN, "--unit-costs", "v3.yaml", "--json", cwd=folder).stdout)
    assert found["edition"] == "v3.0" and "£9,999" in found["claims"][0]["later_edition"]
    workability("gm-export", "kickstart", "new.csv", "--unit-costs", "v3.yaml", cwd=folder)
    assert ",v3.0," in (folder / "new.csv").read_text(encoding="utf-8")


def test_the_unit_costs_that_are_held_say_their_edition(folder: Path) -> None:
    done = workability("unit-costs", cwd=folder)
    assert done.returncode == 0 and "v1.4" in done.stdout and "£8,632" in done.stdout
    assert json.loads(workability("unit-costs", "--json", cwd=folder).stdout)["edition"].startswith("v1.4")


REFUSALS = [
    (("plan", "cheshire-warington-2018"), 2, "Did you mean 'cheshire-warrington-2018'"),
    (("plan", "../../etc/passwd"), 2, "Plans held: cheshire-warrington-2018"),
    (("plan",), 2, "Usage"),
    (("plan", PLAN, "nowhere"), 4, "Run a scenario first"),
    (("plan", PLAN, "--threads", "0"), 2, "--threads 0"),
    (("plan", PLAN, "--unit-costs", "missing.yaml"), 4, "there is no such file"),
    (("plan", PLAN, "--unit-costs", "broken.yaml"), 3, "Import your copy"),
    (("plan", PLAN, "--out", "a-file"), 2, "--out"),
    (("gm-export", "nowhere"), 4, "Run a scenario first"),
    (("gm-export", "kickstart", "gm.txt"), 2, "neither .csv nor .xlsx"),
    (("gm-export", "kickstart", "a-file/gm.csv"), 2, "cannot be written"),
    (("gm-export", "kickstart", "gm.csv", "--unit-costs", "broken.yaml"), 3, "Import your copy"),
    (("unit-costs", "import"), 2, "import FILE"),
    (("unit-costs", "export", "x"), 2, "import FILE"),
    (("unit-costs", "import", "missing.xlsx"), 4, "there is no such file"),
    (("unit-costs", "import", "costs.csv"), 3, "--edition"),
    (("unit-costs", "import", "a-file"), 3, "neither .xlsx nor .csv"),
    (("unit-costs", "import", "costs.csv", "--edition", "v9", "--out", "a-file/x.yaml"), 2, "cannot be written"),
]


@pytest.mark.parametrize(("words", "code", "message"), REFUSALS, ids=lambda value: str(value)[:40])
def test_refusals_name_what_is_wrong_and_write_nothing(
    folder: Path, run: Path, words: tuple[str, ...], code: int, message: str
) -> None:
    (folder / "a-file").write_text("not a folder", encoding="utf-8")
    (folder / "costs.csv").write_text(CSV, encoding="utf-8")
    (folder / "broken.yaml").write_text("edition: v3\n", encoding="utf-8")
    before = sorted(path.as_posix() for path in folder.rglob("*"))
    done = workability(*words, cwd=folder)
    assert done.returncode == code, done.stderr
    assert message in " ".join(done.stderr.split()) and "Traceback" not in done.stderr
    assert sorted(path.as_posix() for path in folder.rglob("*")) == before
