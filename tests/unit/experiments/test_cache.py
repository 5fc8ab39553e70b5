"""Cached starts: what is read is what was written, and a damaged entry is made anew."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import cache
from experiments.cache import cached, hash_of, load, save, trim
from simulation.employers import Employers
from simulation.residents import Residents


def residents(n: int = 50) -> Residents:
    made = Residents.empty(n)
    made.pay[:] = np.arange(n)
    return made


def test_columns_survive_with_dtype_and_shape(tmp_path: Path) -> None:
    made = residents()
    save(tmp_path / "x.npz", made)
    read = load(tmp_path / "x.npz")
    for name, column in made.columns().items():
        again = getattr(read, name)
        assert again.dtype == column.dtype
        np.testing.assert_array_equal(again, column)


def test_frames_mappings_and_plain_values_survive(tmp_path: Path) -> None:
    frame = pd.DataFrame({"place": ["Halton", "Wirral"], "value": [1, 2], "share": [0.5, 0.25]})
    value = {"frame": frame, "pair": (1, "two", None), "list": [np.int16(3), True], 4: {"nested": Employers.empty(2)}}
    save(tmp_path / "x.npz", value)
    read = load(tmp_path / "x.npz")
    pd.testing.assert_frame_equal(read["frame"], frame)
    assert read["pair"] == (1, "two", None)
    assert read["list"] == [3, True] and read["list"][0].dtype == np.int16
    assert len(read[4]["nested"]) == 2


def test_a_class_from_elsewhere_is_refused(tmp_path: Path) -> None:
    @dataclasses.dataclass
    class Foreign:
        x: int

    with pytest.raises(TypeError, match="cannot be cached"):
        save(tmp_path / "x.npz", Foreign(1))
    assert list(tmp_path.iterdir()) == []


def test_the_second_use_reads_the_first(own_cache: Path) -> None:
    made: list[int] = []

    def make() -> Residents:
        made.append(1)
        return residents()

    for _ in range(2):
        assert len(cached("population", "abc", make)) == 50
    assert len(made) == 1


@pytest.mark.parametrize("cut", [0, 10, 2000, -30])
def test_a_truncated_entry_is_made_again(own_cache: Path, cut: int) -> None:
    cached("population", "abc", residents)
    path = own_cache / "population" / "abc.npz"
    path.write_bytes(path.read_bytes()[:cut])
    assert len(cached("population", "abc", residents)) == 50
    assert len(load(path)) == 50


def test_an_altered_entry_is_made_again(own_cache: Path) -> None:
    cached("population", "abc", residents)
    path = own_cache / "population" / "abc.npz"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))
    np.testing.assert_array_equal(cached("population", "abc", residents).pay, np.arange(50))


def test_the_cache_stays_below_its_cap(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKABILITY_CACHE_GB", "0.00004")
    for key in ("a", "b", "c", "d", "e", "f", "g", "h"):
        cached("population", key, residents)
    trim()
    sizes = [p.stat().st_size for p in own_cache.glob("*/*.npz")]
    assert sum(sizes) <= 0.00004 * cache.GIGABYTE
    assert (own_cache / "population" / "h.npz").is_file()


def test_hashes_tell_values_apart_and_ignore_the_order_of_keys() -> None:
    assert hash_of({"a": 1, "b": 2}) == hash_of({"b": 2, "a": 1})
    assert hash_of(1) != hash_of("1") != hash_of(1.5)
