"""Reading a shipped bank back, and asking for checks of a fit: what cannot be checked says why and how to mend it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration import __main__ as command
from calibration import shipped_bank as banks
from calibration.policy_line import chosen, levels_of_design
from calibration.shipped_bank import shipped_bank
from experiments.errors import MissingData
from simulation.thresholds import LEVELS

REGION = "cheshire-merseyside"


def test_the_shipped_bank_is_read_back() -> None:
    bank = shipped_bank(REGION)
    rows = bank.frame()
    assert {"wave", "design", "seed"} <= set(rows.columns) and len(rows) > 500
    assert shipped_bank(REGION) == bank


def test_designs_of_the_policy_are_the_last_of_the_last_wave_with_their_levels() -> None:
    bank = shipped_bank(REGION)
    rows, places = chosen(bank, 5), bank.study.places
    assert set(rows["wave"]) == {bank.frame()["wave"].max()}
    levels = levels_of_design(rows.iloc[0], places)
    assert levels.place.shape == (len(places), len(LEVELS))
    assert levels.place[2, 1] == rows[f"level.{LEVELS[1]}[{places[2]}]"].iloc[0]
    assert levels.slots == rows["slots"].iloc[0] and isinstance(levels.standard_shift, int)
    with pytest.raises(MissingData, match="100000 are asked for"):
        chosen(bank, 100_000)


def test_a_region_without_a_bank_is_refused_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    for option in ("--recovery", "--cross-check", "--checks", "--fresh-seeds"):
        with pytest.raises(SystemExit) as caught:
            command.main(["eskermere", option])
        assert caught.value.code == 4
        said = capsys.readouterr().err
        assert "workability calibrate eskermere" in said and "Traceback" not in said


def test_an_unknown_region_is_refused_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        command.main(["nowhere", "--recovery"])
    assert caught.value.code == 4
    assert "nowhere" in capsys.readouterr().err


def test_a_bank_of_other_parameters_or_a_broken_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bank.parquet"
    shipped_bank(REGION).frame().drop(columns="z.search.student").to_parquet(path)
    monkeypatch.setattr(banks, "_path", lambda region: path)
    with pytest.raises(MissingData, match=r"column 'z\.search\.student' is missing") as caught:
        shipped_bank(REGION)
    assert "workability calibrate" in str(caught.value)
    path.write_bytes(b"PAR1 and no more")
    with pytest.raises(MissingData, match="cannot be read"):
        shipped_bank(REGION)


def test_another_bank_has_another_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bank = shipped_bank(REGION)
    rows: pd.DataFrame = bank.frame()
    rows["seed"] = rows["seed"] + np.int64(1)
    rows.to_parquet(tmp_path / "bank.parquet")
    monkeypatch.setattr(banks, "_path", lambda region: tmp_path / "bank.parquet")
    assert shipped_bank(REGION).key != bank.key
