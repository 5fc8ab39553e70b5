"""A region's register: by width before a calibration, by its designs afterwards, and what cannot be read is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.assumptions import DESIGN_BANK, all_parameters, region_register, write_register
from experiments.errors import InvalidRequest, MissingData, UnusableOutput
from results.assumption_register import BY_BANK, BY_WIDTH
from results.odd_tables import REGION as SHIPPED

REGION = "eskermere"
VARIED = ("search.own_sector", "separation.separation", "employer_choice.ability_weight")


def write_bank(root: Path, **columns: object) -> None:
    path = root / REGION / DESIGN_BANK
    path.parent.mkdir(parents=True)
    x = np.random.default_rng(0).uniform(0.0, 1.0, (50, len(VARIED)))
    bank = pd.DataFrame(x, columns=[f"z.{name}" for name in VARIED])
    bank["out.hazard_EU[region]"] = x @ np.array([1.0, 0.0, -3.0])
    bank["out.hazard_UE[region]"] = x @ np.array([9.0, 0.0, 1.0])
    bank.assign(wave=1, seed=1, design=range(len(x)), **columns).to_parquet(path)


def test_without_designs_it_is_ranked_by_width(tmp_path: Path) -> None:
    frame = region_register(REGION, root=tmp_path)
    assert not (frame["ranked_by"] == BY_BANK).any()
    assert {key.split(".")[0] for key in frame["parameter"]} >= {"search", "programmes", "funding", "appraisal"}


def test_with_designs_what_they_varied_comes_first_by_what_it_moves(tmp_path: Path) -> None:
    write_bank(tmp_path)
    assert all_parameters()["separation.separation"].confidence == "derived"  # varied, but not an assumption
    frame = region_register(REGION, ("hazard_EU",), root=tmp_path)
    assert list(frame["parameter"][:2]) == ["employer_choice.ability_weight", "search.own_sector"]
    assert list(frame["ranked_by"][:3]) == [BY_BANK, BY_BANK, BY_WIDTH]
    assert region_register(REGION, root=tmp_path)["most_moved"].iloc[0] in ("hazard_EU", "hazard_UE")
    assert list(region_register(REGION, ("hazard_UE",), root=tmp_path)["parameter"][:1]) == ["search.own_sector"]


def test_outputs_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="has no bank of designs yet"):
        region_register(REGION, ("hazard_EU",), root=tmp_path)
    write_bank(tmp_path)
    with pytest.raises(InvalidRequest, match="--output jobs: the bank of eskermere holds hazard_EU, hazard_UE"):
        region_register(REGION, ("jobs",), root=tmp_path)


def test_a_bank_that_cannot_be_used_is_refused_with_how_to_mend_it(tmp_path: Path) -> None:
    write_bank(tmp_path, **{f"z.{name}": 1.0 for name in VARIED})
    with pytest.raises(MissingData, match=r"design_bank.parquet: no parameter varies.*calibration again"):
        region_register(REGION, root=tmp_path)
    (tmp_path / REGION / DESIGN_BANK).write_bytes(b"no table")
    with pytest.raises(MissingData, match=r"design_bank.parquet: cannot be read"):
        region_register(REGION, root=tmp_path)


def test_the_register_of_the_documentation_is_the_shipped_region_s(tmp_path: Path) -> None:
    write_register(region_register(SHIPPED), tmp_path / "register.csv")
    held = (Path(__file__).parents[3] / "docs" / "assumptions.csv").read_text(encoding="utf-8")
    assert (tmp_path / "register.csv").read_text(encoding="utf-8") == held, "stale; run python tools/odd_tables.py"


def test_a_register_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UnusableOutput, match="cannot be written"):
        write_register(pd.DataFrame(), tmp_path / "file" / "register.csv")
