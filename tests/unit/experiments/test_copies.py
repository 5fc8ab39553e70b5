"""A study copied to other storage as it goes: the same files there, and nothing run that lies there already."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from experiments import paired
from experiments.copies import Copy
from experiments.errors import InvalidRequest, MissingData, RunError
from results.store import checksums
from tests.unit.experiments.test_paired import Counted, request


@pytest.fixture(params=["memory", "file"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "file":
        yield f"file://{tmp_path}/there"
        return
    yield "memory://studies"
    fsspec.filesystem("memory").store.clear()


def there(url: str) -> dict[str, bytes]:
    system, root = fsspec.core.url_to_fs(url)
    return {name.removeprefix(root).strip("/"): system.cat_file(name) for name in system.find(root)}


def test_a_study_is_copied_as_it_goes_and_goes_on_elsewhere_from_the_copy(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        Counted(patch, stops=3)
        with pytest.raises(RunError, match="2 of 3 runs are saved"):
            paired.run(request(tmp_path / "one", copy_to=url))
    assert sum("/seeds/" in name for name in there(url)) == 2  # each as it was made
    shutil.rmtree(tmp_path / "one")  # the machine is gone
    with monkeypatch.context() as patch:
        counted = Counted(patch)
        finished = paired.run(request(tmp_path / "two", copy_to=url))
    assert counted.seeds == [3]
    study = finished.folder.relative_to(tmp_path / "two").as_posix()
    here = {
        p.relative_to(finished.folder).as_posix(): p.read_bytes() for p in finished.folder.rglob("*") if p.is_file()
    }
    assert there(url) == {f"{study}/{name}": content for name, content in here.items()}
    with monkeypatch.context() as patch:
        counted = Counted(patch)
        again = paired.run(request(tmp_path / "three", copy_to=url))
    assert counted.seeds == [] and checksums(again.folder) == checksums(finished.folder)


def test_a_result_that_was_cut_short_there_is_run_again_and_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"file://{tmp_path}/there"
    finished = paired.run(request(tmp_path / "one", n_seeds=2, copy_to=url))
    whole = there(url)
    system, root = fsspec.core.url_to_fs(url)
    (name,) = [name for name in whole if "/seeds/" in name and name.endswith("2.npz")]
    system.pipe_file(f"{root}/{name}", whole[name][:1000])
    counted = Counted(monkeypatch)
    again = paired.run(request(tmp_path / "two", n_seeds=2, copy_to=url))
    assert counted.seeds == [2] and checksums(again.folder) == checksums(finished.folder)
    assert there(url)[name] == whole[name]


@pytest.mark.parametrize(
    ("to", "told"),
    [
        ("nosuch://bucket/x", "cannot be used"),
        ("file:///proc/nowhere/studies", "cannot be written to"),
    ],
)
def test_a_place_out_of_reach_is_refused_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str, told: str
) -> None:
    counted = Counted(monkeypatch)
    with pytest.raises(InvalidRequest, match=told):
        paired.run(request(tmp_path, copy_to=to))
    assert counted.seeds == []


def test_a_copy_that_breaks_off_loses_nothing_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "k" / "h"
    folder.mkdir(parents=True)
    for name in ("a.txt", "b.txt", "COMPLETE"):
        (folder / name).write_text(name)

    class Breaks:
        """Takes one file and then is gone."""

        taken: list[str] = []  # noqa: RUF012

        def find(self, root: str, detail: bool) -> dict[str, Any]:
            return {}

        def makedirs(self, path: str, exist_ok: bool) -> None:
            pass

        def pipe_file(self, path: str, content: bytes) -> None:
            if self.taken:
                raise ConnectionError("gone")
            self.taken.append(path)

    copy = Copy("memory://studies", "k/h")
    copy.__dict__["_there"] = (Breaks(), "studies/k/h")
    with pytest.raises(MissingData, match=r"is finished, but its copy .* is not .*gone.*same command"):
        copy.put_all(folder)
    assert Breaks.taken == ["studies/k/h/a.txt"]
    with pytest.raises(InvalidRequest, match="cannot be written to"):
        copy.refuse_if_out_of_reach()
