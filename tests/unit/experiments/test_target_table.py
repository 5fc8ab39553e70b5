"""The stored table of the baseline against published figures: what it says of itself and of a study."""

from __future__ import annotations

from dataclasses import replace

import pytest

import evidence
from experiments.errors import MissingData
from experiments.plans import plan
from experiments.quality import quality_rows
from experiments.requests import Request
from experiments.target_table import HEADINGS, TargetTable, stored, table_for, table_hash, target_table
from results.summary import summarise
from tests.unit.results.sample_run import seeds
from tests.unit.results.synthetic import three_places

REGION = evidence.load_region("eskermere")
PARAMETERS = evidence.parameters()
FRESH = replace(REGION, fitted_facts={**REGION.fitted_facts, "region": REGION.folder_hash})


def found(**changes: object) -> TargetTable:
    table = target_table(FRESH, PARAMETERS, **changes)  # type: ignore[arg-type]
    assert table is not None
    return table


def test_the_invented_region_shows_how_a_table_looks() -> None:
    table = stored("eskermere")
    assert list(table.frame().columns) == list(HEADINGS.values())
    assert len(table.frame()) == len(REGION.targets)
    assert f"of {len(REGION.targets)} fitted figures lie within 3 standard errors" in table.words()
    assert "every resident, seed 1, over 12 months after 60 months" in table.words()


def test_other_parameters_overrides_readings_or_regions_set_a_table_apart() -> None:
    same = replace(FRESH, fitted_facts={**FRESH.fitted_facts, "parameters": "other"})
    plain = target_table(same, PARAMETERS)
    assert plain is not None and "have changed since" in plain.departures[0]
    n_plain = len(found().departures)
    assert "search.looks" in found(overrides=["search.looks"]).words()
    assert "'another'" in found(variant="another").words()
    assert len(found(overrides=["search.looks"], variant="another").departures) == n_plain + 2
    moved = target_table(replace(FRESH, folder_hash="other"), PARAMETERS)
    assert moved is not None and len(moved.departures) == n_plain + 1


def test_a_study_that_sets_a_parameter_is_told_apart_and_every_study_knows_its_table() -> None:
    overrides = {"region": "eskermere", "parameters.search.on_the_job": "0.05"}
    study = plan(Request("kickstart", sample=500, months=6, overrides=overrides))
    table = table_for(study)
    assert table is not None and "search.on_the_job" in table.words()
    assert study.inputs["target_table"] == table_hash(REGION)


def test_a_region_without_a_table_has_none_and_says_how_to_make_one(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = replace(REGION, fitted_targets=None, fitted_facts={})
    assert target_table(bare, PARAMETERS) is None and table_hash(bare) is None
    monkeypatch.setattr("experiments.plans.shipped_region", lambda name: bare)
    with pytest.raises(MissingData, match="python -m calibration eskermere --targets"):
        stored("eskermere")


def test_the_quality_log_has_a_row_on_the_table() -> None:
    pairs = seeds(n_seeds=2)
    headline = summarise(pairs, three_places())
    current = replace(found(), departures=())
    for table, passed in ((current, True), (replace(current, departures=("Apart.",)), False), (None, False)):
        row = quality_rows(pairs, headline, 2, table)[-1]
        assert row["id"] == "targets"
        assert row["result"].startswith("pass" if passed else "FAIL")
