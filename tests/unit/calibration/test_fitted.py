"""What calibration writes into a region's folder is what the evidence hands over afterwards."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import evidence
from calibration import __main__ as command
from calibration.fitted import measure_region, write_targets
from calibration.targets import NOT_MEASURED, WITHIN, table
from evidence.region_files import LEVELS, TARGET_COLUMNS
from evidence.registry import PACKAGED
from experiments.cache import parameters_hash

REGION = "eskermere"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the evidence that may be written to."""
    shutil.copytree(PACKAGED, tmp_path / "evidence")
    return tmp_path / "evidence"


@pytest.fixture(scope="module")
def measured() -> tuple[pd.DataFrame, dict[str, object]]:
    return measure_region(REGION, sample=60, threads=1)


def test_the_table_has_every_target_that_the_model_measures(measured: tuple[pd.DataFrame, dict[str, object]]) -> None:
    rows, _ = measured
    assert tuple(rows.columns) == TARGET_COLUMNS
    assert set(rows["target"]) == {target.name for target in evidence.load_region(REGION).targets}
    assert np.isfinite(rows["model"]).all()
    assert ((rows["z"].abs() <= 3) == (rows["verdict"] == WITHIN)).all()


def test_what_is_written_is_read_back_and_changes_no_run(
    root: Path, measured: tuple[pd.DataFrame, dict[str, object]]
) -> None:
    before = evidence.load_region(REGION, root)
    rows, facts = measured
    write_targets(root / "regions" / REGION, rows.assign(observed=rows["observed"] + 1), facts)
    after = evidence.load_region(REGION, root)
    assert after.folder_hash == before.folder_hash
    assert after.fitted_targets is not None
    assert list(after.fitted_targets["observed"]) == list(rows["observed"] + 1)
    np.testing.assert_allclose(after.fitted_targets["model"], rows["model"], rtol=1e-5)
    assert dict(after.fitted_facts) == facts
    assert facts["parameters"] == parameters_hash(evidence.parameters())
    assert facts["region"] == before.folder_hash


def test_a_figure_without_a_measure_says_so() -> None:
    region = evidence.load_region(REGION)
    assert set(table(region, {})["verdict"]) == {NOT_MEASURED}


@pytest.mark.parametrize("words", [[REGION, "24", "--threads", "1"], [REGION, "--targets", "--threads", "1"]])
def test_the_command_names_the_file_that_it_wrote(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    monkeypatch.setattr(command.evidence, "__file__", str(root / "__init__.py"))
    levels = (root / "regions" / REGION / LEVELS).read_bytes()
    command.main(words)
    written = capsys.readouterr().out.strip()
    assert (root.parent / written).is_file()
    assert written.endswith("fitted/target_table.csv" if "--targets" in words else "fitted/levels.yaml")
    assert ((root / "regions" / REGION / LEVELS).read_bytes() == levels) == ("--targets" in words)
    evidence.load_region(REGION, root)
