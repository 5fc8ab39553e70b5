"""Run folders: same bytes, never overwritten, altered files seen, killed runs resumed."""

from __future__ import annotations

import json
import logging
import re
import shutil

import numpy as np
import pytest

from results.geography import slug
from results.partial import load_seeds, save_seed, seed_path
from results.store import (
    COMPLETE,
    RunFolder,
    StoreError,
    altered,
    compare_folders,
    latest,
    read_manifest,
    read_table,
    write_run,
)
from results.tidy import COLUMNS
from tests.unit.results.sample_run import contents, seeds


@pytest.fixture(scope="module")
def runs():
    return seeds()


@pytest.fixture(scope="module")
def folder(tmp_path_factory, runs):
    place = RunFolder(tmp_path_factory.mktemp("out"), "Kickstart", "abc123")
    write_run(place, contents(runs))
    return place


def test_writing_twice_gives_the_same_bytes(folder, runs, tmp_path):
    again = RunFolder(tmp_path, "Kickstart", "abc123")
    write_run(again, contents(runs))
    assert compare_folders(folder.path, again.path) == []
    assert (folder.path / COMPLETE).read_bytes() == (again.path / COMPLETE).read_bytes()


def test_the_folder_holds_what_it_should_and_is_complete(folder):
    names = {p.relative_to(folder.path).as_posix() for p in folder.path.rglob("*")}
    assert {
        "manifest.json", "circumstances.json", "scenario.resolved.yaml", "scenario.diff.yaml", "summary.csv",
        "dictionary.csv", "workbook.xlsx", "report.html", "qa_log.csv", "log.jsonl", "results/monthly.parquet",
        "results/effects.parquet", "results/summary.parquet", "charts/difference-in-work.svg",
        "target_table.csv", "equity.csv", "charts/difference-in-work.png", "charts/difference-in-work.csv", COMPLETE,
    } <= names  # fmt: skip
    assert folder.is_complete and altered(folder.path) == []
    assert latest(folder.root) == folder.path
    assert read_manifest(folder.path)["content_hash"] == "abc123"
    for path in folder.path.rglob("*"):
        if path.is_file():
            assert str(folder.root).encode() not in path.read_bytes(), path.name


def test_a_complete_run_is_never_overwritten(folder, runs):
    with pytest.raises(StoreError, match="complete"):
        write_run(folder, contents(runs))


def test_an_altered_artefact_is_named(folder, tmp_path):
    place = RunFolder(tmp_path, "k", "h")
    shutil.copytree(folder.path, place.path)
    (place.path / "summary.csv").write_text("nothing")
    (place.path / "circumstances.json").write_text("{}")
    assert altered(place.path) == ["summary.csv"]
    (place.path / COMPLETE).unlink()
    with pytest.raises(StoreError, match="did not finish"):
        altered(place.path)


def test_the_tidy_table_has_the_schema_and_no_blank(folder):
    table = read_table(folder.path)
    assert tuple(table.columns) == COLUMNS
    assert not table.isna().any().any()
    assert (table[list(COLUMNS[:-1])] != "").all().all()
    assert table["period"].str.fullmatch(r"\d{4}-\d{2}").all()
    assert not table.duplicated(list(COLUMNS[:-1])).any()
    by_age = read_table(folder.path, measure="in_work", scenario="kickstart", seed=1, geography_name="Testland")
    whole = by_age[by_age["age_band"].eq("all") & by_age["sex"].eq("all") & by_age["ethnicity"].eq("all")]
    whole = whole[whole["health"] == "all"].set_index("period")["value"]
    ages = by_age[by_age["age_band"] != "all"].groupby("period")["value"].sum()
    assert (whole.sort_index() == ages.sort_index()).all()


def test_reading_refuses_what_is_not_there(folder, tmp_path):
    with pytest.raises(StoreError, match="no table 'x'"):
        read_table(folder.path, "x")
    with pytest.raises(StoreError, match="no column 'colour'"):
        read_table(folder.path, colour="red")
    with pytest.raises(StoreError, match="no table"):
        read_table(folder.path, "../results/monthly")
    with pytest.raises(StoreError, match="no finished run"):
        latest(tmp_path)
    (tmp_path / "latest").write_text("../somewhere")
    with pytest.raises(StoreError, match="no run"):
        latest(tmp_path)


def test_a_finished_seed_comes_back_as_it_was(runs, tmp_path):
    for run in runs:
        save_seed(tmp_path, run)
    back = load_seeds(tmp_path)
    assert list(back) == [0, 1, 2]
    for run in runs:
        other = back[run.seed]
        assert other.metrics == run.metrics and list(other.metrics) == list(run.metrics)
        assert all((other.groups[k] == v).all() for k, v in run.groups.items())
        for arm in ("policy", "baseline"):
            mine, theirs = getattr(run, arm), getattr(other, arm)
            assert (mine.ledger == theirs.ledger).all() and (mine.state_hash == theirs.state_hash).all()
            assert mine.subsidy_names == theirs.subsidy_names and mine.arm == theirs.arm
            assert all((theirs.stocks[k] == v).all() for k, v in mine.stocks.items())
    before = seed_path(tmp_path, 1).read_bytes()
    assert save_seed(tmp_path, back[1]).read_bytes() == before


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "text"])
def test_a_damaged_seed_is_ignored_with_a_warning(runs, tmp_path, caplog, damage):
    for run in runs[:2]:
        save_seed(tmp_path, run)
    path = seed_path(tmp_path, 1)
    raw = bytearray(path.read_bytes())
    if damage == "flip":
        raw[len(raw) // 2] ^= 1
    changed = {"cut": bytes(raw[:-20]), "flip": bytes(raw), "empty": b"", "text": b"not an archive" * 9}[damage]
    path.write_bytes(changed)
    with caplog.at_level(logging.WARNING):
        assert list(load_seeds(tmp_path, [0, 1, 7])) == [0]
    assert "run again" in caplog.text


def test_a_resumed_run_gives_the_same_folder(folder, runs, tmp_path):
    place = RunFolder(tmp_path, "Kickstart", "abc123")
    for run in runs:
        save_seed(place.path, run)
    write_run(place, contents(list(load_seeds(place.path).values())))
    assert compare_folders(folder.path, place.path) == []


def test_headline_json_is_strict_and_says_it_is_not_calibrated(folder):
    found = json.loads((folder.path / "headline.json").read_text(), parse_constant=lambda x: pytest.fail(x))
    assert found["status"] == "not calibrated"
    assert found["figures"]["net"]["p05"] <= found["figures"]["net"]["mean"] <= found["figures"]["net"]["p95"]
    assert np.isfinite(found["figures"]["net"]["mc_se"])


def test_a_scenario_name_can_not_leave_the_root(tmp_path):
    assert re.fullmatch(r"[a-z0-9-]+", slug("../../etc/Passwd & co"))
    assert RunFolder(tmp_path, "../x", "h").path.parent.parent == tmp_path
