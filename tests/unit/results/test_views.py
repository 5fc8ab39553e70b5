"""Every finished run under a folder as one database."""

from dataclasses import replace

import pytest

from results.store import RunFolder, StoreError, write_run
from results.views import RUN_COLUMNS, database
from tests.unit.results.sample_run import contents, seeds


def manifest_of(name, model):
    plain = {"scenario": name, "baseline": "baseline", "sample": 50, "draws": [0], "seeds": [0, 1, 2]}
    return {**plain, "inputs": {"model": model, "calibration": "not calibrated"}}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root, runs = tmp_path_factory.mktemp("it's out"), seeds()
    for name, code, model in (("kickstart", "aaa", "now"), ("guarantee", "bbb", "before")):
        write_run(RunFolder(root, name, code), replace(contents(runs), manifest=manifest_of(name, model)))
    (root / "kickstart" / "half").mkdir()  # a run that did not finish
    return root


def test_every_finished_run_has_a_row_and_those_of_other_code_are_told_apart(root):
    found = database(root, "now").execute("select * from runs order by run").df()
    assert tuple(found.columns) == RUN_COLUMNS
    assert found.run.tolist() == ["aaa", "bbb"] and found.scenario.tolist() == ["kickstart", "guarantee"]
    assert found.is_current.tolist() == [True, False] and found.n_runs.tolist() == [3, 3]


def test_views_hold_the_rows_of_all_runs(root):
    views = database(root, "now")
    rows = views.execute(
        "select run, count(*) n, count(distinct seed) seeds from monthly group by run order by run"
    ).df()
    assert rows.run.tolist() == ["aaa", "bbb"] and rows.seeds.tolist() == [3, 3] and rows.n[0] == rows.n[1] > 1000
    both = "select count(distinct run) from effects join runs using (run) where is_current"
    assert views.execute(both).fetchone() == (1,)
    assert views.execute("select count(*) from summary").fetchone()[0] > 0


def test_a_folder_without_finished_runs_is_refused(tmp_path):
    with pytest.raises(StoreError, match="no finished run"):
        database(tmp_path, "now")
