"""The service map as a study: made once, kept whole, never overwritten, refused where it cannot be made."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evidence import EvidenceError
from experiments.errors import InvalidRequest, MissingData
from experiments.events import Events
from experiments.service_map import FinishedMap, MapRequest, make_map
from results.files import write_json, write_text
from results.store import COMPLETE, RunFolder, StoreError, altered, checksums

FILES = {"gaps.csv", "gaps.xlsx", "gaps.html", "map.json", "dictionary.csv", COMPLETE}


class Heard(Events):
    def __init__(self) -> None:
        self.told: list[str] = []

    def stage(self, text: str) -> None:
        self.told.append(text)


def request(out: Path) -> MapRequest:
    return MapRequest("eskermere", sample=100, out=out, threads=1)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> FinishedMap:
    return make_map(request(tmp_path_factory.mktemp("maps")))


def test_the_folder_holds_every_artefact_and_no_path_of_the_machine(made: FinishedMap) -> None:
    assert {path.name for path in made.folder.iterdir()} == FILES
    assert altered(made.folder) == []
    assert made.folder.parent.name == "eskermere"
    for name in ("gaps.csv", "gaps.html", "map.json"):
        text = (made.folder / name).read_text(encoding="utf-8")
        assert str(made.folder.parent.parent) not in text and "/home/" not in text
    assert made.as_dict()["page"].endswith("gaps.html")
    json.dumps(made.as_dict())


def test_a_finished_map_is_read_and_not_made_again(made: FinishedMap) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in made.folder.iterdir()}
    heard = Heard()
    again = make_map(request(made.folder.parent.parent), heard)
    assert again.content == made.content and again.folder == made.folder
    assert {path.name: path.stat().st_mtime_ns for path in made.folder.iterdir()} == before
    assert "finished already" in heard.told[0]


def test_another_folder_gets_the_same_bytes_and_an_unfinished_one_is_made_whole(
    made: FinishedMap, tmp_path: Path
) -> None:
    half = request(tmp_path).folder.path
    half.mkdir(parents=True)
    (half / "gaps.csv").write_text("cut short")
    other = make_map(request(tmp_path))
    assert other.folder == half
    for name in FILES:
        assert (other.folder / name).read_bytes() == (made.folder / name).read_bytes(), name


def test_an_altered_map_is_refused_and_left_as_it_is(made: FinishedMap, tmp_path: Path) -> None:
    other = make_map(request(tmp_path))
    (other.folder / "gaps.csv").write_text("changed")
    with pytest.raises(MissingData, match="not as it was written"):
        make_map(request(tmp_path))
    assert (other.folder / "gaps.csv").read_text() == "changed"


def test_a_complete_folder_is_never_written_over(made: FinishedMap) -> None:
    from results.gaps_store import write_map

    with pytest.raises(StoreError, match="is complete"):
        write_map(request(made.folder.parent.parent).folder, None, None, ())  # type: ignore[arg-type]


def test_the_hash_depends_on_what_decides_a_figure_and_on_nothing_else(tmp_path: Path) -> None:
    plain = request(tmp_path).content_hash
    assert MapRequest("eskermere", sample=100, out=tmp_path / "elsewhere", threads=2).content_hash == plain
    others = {MapRequest("eskermere", sample=50).content_hash, MapRequest("cheshire-merseyside", 100).content_hash}
    assert len({plain} | others) == 3


def test_a_page_that_reads_differently_is_another_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = request(tmp_path).content_hash
    (tmp_path / "gaps.html").write_text("another page")
    monkeypatch.setattr("results.report.PAGES", tmp_path)
    assert request(tmp_path).content_hash != plain


def finished_run(runs: Path, run_id: str, region: str = "eskermere", *, services: bool = True) -> str:
    """Write as much of a finished run as a map asks for, and return its folder."""
    folder = RunFolder(runs, "some-services", run_id).path
    policy = {"services": {"catalogue": "today"} if services else None}
    (folder / "results").mkdir(parents=True)
    write_text(folder / "results" / "services.parquet", "counts")
    write_json(folder / "manifest.json", {"run_id": run_id, "region": region, "scenario": "some-services",
                                          "inputs": {"policy": policy}})  # fmt: skip
    write_json(folder / COMPLETE, checksums(folder))
    return folder.as_posix()


def test_another_run_beside_it_is_another_map(tmp_path: Path) -> None:
    folders = [finished_run(tmp_path, run_id) for run_id in ("aaaa", "bbbb")]
    hashes = {replace(request(tmp_path), run=folder).content_hash for folder in (*folders, None)}
    assert len(hashes) == 3
    by_name = replace(request(tmp_path), run="some-services", runs=tmp_path).content_hash
    assert by_name in hashes - {request(tmp_path).content_hash}


def test_a_run_that_cannot_stand_beside_the_map_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    runs, out = tmp_path / "runs", tmp_path / "maps"
    asked = replace(request(out), runs=runs)
    with pytest.raises(MissingData, match=r"No finished run 'some-services'.*Run a scenario first"):
        make_map(replace(asked, run="some-services"))
    other = finished_run(runs, "aaaa", "cheshire-merseyside")
    with pytest.raises(InvalidRequest, match=r"region 'cheshire-merseyside', the map of 'eskermere'\. Give --region"):
        make_map(replace(asked, run=other))
    with pytest.raises(InvalidRequest, match="has no services"):
        make_map(replace(asked, run=finished_run(runs, "bbbb", services=False)))
    changed = finished_run(runs, "cccc")
    (Path(changed) / "results" / "services.parquet").write_text("other counts")
    with pytest.raises(MissingData, match="not as it was written"):
        make_map(replace(asked, run=changed))
    assert not out.exists()


@pytest.mark.parametrize("sample", [0, -1, 1001])
def test_a_sample_out_of_range_is_refused(sample: int) -> None:
    with pytest.raises(InvalidRequest, match="1 to 1000"):
        MapRequest("eskermere", sample=sample)


@pytest.mark.parametrize("region", ["eskermre", "../eskermere", "", "eskermere/services"])
def test_an_unknown_region_is_refused_before_anything_is_written(tmp_path: Path, region: str) -> None:
    with pytest.raises(EvidenceError, match="no such region"):
        make_map(MapRequest(region, sample=100, out=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_the_population_is_named(made: FinishedMap) -> None:
    words = made.content["population"]
    assert "every run" in words and "one resident in 100" in words and "not calibrated" in words
    assert made.content["sample"] == 100 and "--sample 1:100" in made.content["command"]
