"""Arrays in a file are the same arrays, outside the process's own memory, and leave no file."""

from pathlib import Path

import numpy as np
import psutil
import pytest

from results.shelf import shelved

ARRAYS = {
    "counts": np.arange(24, dtype=np.int64).reshape(2, 3, 4),
    "bytes": np.array([7, 250], np.uint8),
    "nothing": np.empty((0, 5), np.float64),
    "months": np.arange(5, dtype=np.int16),
    "backwards": np.arange(6.0)[::-1],
    "one": np.array(3.5),
}


def test_arrays_come_back_as_they_were(tmp_path):
    wanted = [{name: values + np.asarray(k, values.dtype) for name, values in ARRAYS.items()} for k in range(3)]
    back = shelved(iter(wanted), tmp_path)
    for mine, its in zip(wanted, back, strict=True):
        assert list(its) == list(mine)
        for name, values in mine.items():
            assert its[name].dtype == values.dtype and its[name].shape == values.shape
            assert np.array_equal(its[name], values)
    assert not list(tmp_path.iterdir())


def test_they_cannot_be_written_to_and_need_no_writable_folder(tmp_path):
    (back,) = shelved([ARRAYS], tmp_path / "no such folder")
    with pytest.raises(ValueError, match="read-only"):
        back["counts"][0] = 1
    assert shelved([], tmp_path) == []


def test_the_process_holds_none_of_it_itself(tmp_path):
    def own():
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith("RssAnon"))

    before, peak = own(), 0

    def runs():
        nonlocal peak
        for k in range(60):
            yield {"values": np.full(1 << 17, k, np.int64)}  # 1 MiB each
            peak = max(peak, own())

    kept = shelved(runs(), tmp_path)
    assert [int(arrays["values"].sum()) >> 17 for arrays in kept] == list(range(60))
    assert max(peak, own()) - before < 20 << 20
    assert psutil.Process().num_fds() < 200
