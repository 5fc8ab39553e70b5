"""Event logs in a run folder: whole or not there, in a folder of their own, and added up as docs/events.md says."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

import simulation.run
from experiments import estimate as cost
from experiments import paired
from experiments.errors import InvalidRequest, MissingData, RunError
from experiments.event_files import EventFiles, event_path, is_sound
from experiments.requests import Request
from results.partial import read_seed, seed_path
from results.store import checksums, read_manifest, read_table
from simulation.event_log import N_STANDING
from simulation.ledger import LINES
from workability import notebook

pytestmark = pytest.mark.slow  # each command starts Python anew

PAGE = (Path(__file__).parents[3] / "docs" / "events.md").read_text(encoding="utf-8")
PANDAS = re.findall(r"```python\n(.*?)```", PAGE, re.S)[0]
DUCKDB, ONE_RESIDENT = re.findall(r"```sql\n(.*?)```", PAGE, re.S)
MONTHS = 15


def request(out: Path, **changes: Any) -> Request:
    plain = Request(
        "kickstart", n_seeds=1, sample=60, months=MONTHS, threads=1, workers=1, out=out,
        overrides={"region": "eskermere"}, event_log=True,
    )  # fmt: skip
    return replace(plain, **changes)


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> paired.Finished:
    return paired.run(request(tmp_path_factory.mktemp("logged")))


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "events").iterdir())


def ledger_of(folder: Path, arm: str) -> pd.DataFrame:
    """Return the ledger of the policy's months that the run saved, pence: Place and line by month."""
    pair = read_seed(seed_path(folder, 1))
    panel = pair.baseline if arm == "baseline" else pair.policy
    codes = [place.code for place in paired.shipped_region("eskermere").places]
    names = [line.name for line in LINES]
    pence = panel.ledger[panel.start :].transpose(1, 2, 0).reshape(-1, MONTHS)
    index = pd.MultiIndex.from_product([codes, names], names=["place", "line"])
    return pd.DataFrame(pence, index, pd.Index(panel.months[panel.start :].astype(int), name="month"))


@pytest.mark.parametrize("arm", ["baseline", "kickstart"])
def test_the_page_s_ten_lines_give_the_ledger(logged: paired.Finished, arm: str) -> None:
    path = event_path(logged.folder, 1, 0, arm)
    names: dict[str, Any] = {"path": path}
    exec(PANDAS, names)
    wanted = ledger_of(logged.folder, arm)
    found = names["ledger"].reindex(wanted.index, fill_value=0)
    assert found.columns.tolist() == wanted.columns.tolist()
    assert names["ledger"].sum().sum() == wanted.sum().sum() > 0
    assert np.array_equal(found.to_numpy(), wanted.to_numpy())


def test_the_page_s_query_gives_each_month_of_the_ledger(logged: paired.Finished) -> None:
    path, wanted = event_path(logged.folder, 1, 0, "kickstart"), ledger_of(logged.folder, "kickstart")
    for month in (wanted.columns[0], wanted.columns[-1]):
        query = DUCKDB.replace("FILE", str(path)).replace("MONTH", str(month))
        found = duckdb.sql(query).df().set_index(["place", "line"]).pence
        assert np.array_equal(found.reindex(wanted.index, fill_value=0).to_numpy(), wanted[month].to_numpy())


def test_the_log_adds_up_to_the_published_pounds(logged: paired.Finished) -> None:
    names: dict[str, Any] = {"path": event_path(logged.folder, 1, 0, "kickstart")}
    exec(PANDAS, names)
    pounds = names["ledger"].loc[pd.IndexSlice[:, "income_tax"], :].sum() / 100
    rows = read_table(logged.folder, measure="income_tax", scenario="kickstart", geography_code="eskermere")
    dates = pd.read_parquet(names["path"], columns=["month", "date"]).drop_duplicates().set_index("date").month
    published = rows.set_index(rows.period.map(dates)).value
    assert np.allclose(published.loc[pounds.index].to_numpy(), pounds.to_numpy())


def test_one_resident_s_rows_follow_him(logged: paired.Finished) -> None:
    path = event_path(logged.folder, 1, 0, "baseline")
    log = pd.read_parquet(path)
    assert list(log.columns) == re.findall(r"^\| `(\w+)` \|", PAGE, re.M)
    assert set(log.kind) == {"from_now_on", "once"} and log[log.kind == "once"].resident.isna().all()
    who = int(log[log.kind == "from_now_on"].resident.mode()[0])
    mine = duckdb.sql(ONE_RESIDENT.replace("FILE", str(path)).replace("NUMBER", str(who))).df()
    assert len(mine) == (log.resident == who).sum() > 1 and mine.date.is_monotonic_increasing


def test_the_files_are_listed_and_change_no_figure(logged: paired.Finished, tmp_path: Path) -> None:
    listed = json.loads((logged.folder / "COMPLETE").read_text(encoding="utf-8"))
    wanted = ["seed-1-draw-0-baseline.parquet", "seed-1-draw-0-kickstart.parquet"]
    assert files(logged.folder) == wanted and {f"events/{name}" for name in wanted} <= set(listed)
    plain = paired.run(request(tmp_path, event_log=False))
    assert seed_path(plain.folder, 1).read_bytes() == seed_path(logged.folder, 1).read_bytes()
    assert plain.folder.name != logged.folder.name and not (plain.folder / "events").exists()
    inputs = read_manifest(logged.folder)["inputs"]
    assert inputs.pop("event_log") is True and inputs == read_manifest(plain.folder)["inputs"]
    assert "--events" in read_manifest(logged.folder)["command"]


def test_run_again_gives_the_same_bytes(logged: paired.Finished) -> None:
    assert paired.run(request(logged.folder.parents[1]), fresh=True).was_complete  # raises where a byte differs


def test_what_is_missing_or_cut_short_is_made_again(
    logged: paired.Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, seeds = simulation.run.simulate, []

    def counted(*given: Any, seed: int, **options: Any) -> Any:
        seeds.append(seed)
        return real(*given, seed=seed, **options)

    monkeypatch.setattr(simulation.run, "simulate", counted)
    finished = paired.run(request(tmp_path))
    path = event_path(finished.folder, 1, 0, "kickstart")
    path.write_bytes(path.read_bytes()[:-100])
    assert not is_sound(path) and not is_sound(tmp_path / "none.parquet")
    with pytest.raises(MissingData, match="seed-1-draw-0-kickstart"):
        paired.run(request(tmp_path))
    (finished.folder / "COMPLETE").unlink()
    again = paired.run(request(tmp_path))
    assert seeds == [1, 1] and checksums(again.folder) == checksums(logged.folder)


def test_a_stopped_run_leaves_nothing_of_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = EventFiles.__call__
    calls = []

    def stops(self: EventFiles, model: Any) -> None:
        calls.append(model.month)
        if len(calls) > MONTHS + 4:
            raise KeyboardInterrupt
        real(self, model)

    monkeypatch.setattr(EventFiles, "__call__", stops)
    with pytest.raises(RunError) as caught:
        paired.run(request(tmp_path))
    assert caught.value.exit_code == 130
    assert not list(tmp_path.rglob("events/*")) and not list(tmp_path.rglob("events/.*"))


def test_memory_and_disk_are_told_and_refused_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_log, plain = (paired.plan(request(tmp_path, event_log=on)).estimate for on in (True, False))
    assert with_log.memory_bytes > plain.memory_bytes and with_log.disk_bytes > plain.disk_bytes
    assert "event logs of about" in with_log.sentence() and "event logs" not in plain.sentence()
    assert cost.EVENT_RESIDENT_BYTES >= 2 * 4 * (N_STANDING + 1)
    monkeypatch.setattr(cost, "EVENT_ROW_BYTES", 1e12)
    with pytest.raises(InvalidRequest, match="leave --events out"):
        paired.run(request(tmp_path))
    monkeypatch.setattr(cost, "EVENT_BASE_BYTES", 1 << 60)
    with pytest.raises(InvalidRequest, match="Without --events it takes less"):
        paired.run(request(tmp_path))
    assert not list(tmp_path.rglob("*.npz"))


def test_keeping_a_log_does_not_teach_how_long_other_runs_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(cost, "remember", lambda *facts: told.append(facts))
    for on in (True, False):
        paired.run(request(tmp_path, months=2, event_log=on))
        assert bool(told) is not on


def test_a_notebook_asks_for_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Request] = []
    monkeypatch.setattr("workability.notebook.run_paired", lambda request, events: asked.append(request))
    for on in (True, False):
        notebook.run(["baseline", "kickstart"], out=tmp_path, event_log=on)
    assert [request.event_log for request in asked] == [True, False]


def test_the_expected_size_is_near_what_is_written(logged: paired.Finished, tmp_path: Path) -> None:
    expected = paired.plan(request(tmp_path)).estimate.event_rows
    for name in files(logged.folder):
        path = logged.folder / "events" / name
        rows = len(pd.read_parquet(path, columns=["month"]))
        assert expected / 2 < rows < expected * 2
        assert path.stat().st_size < 2 * rows * cost.EVENT_ROW_BYTES
