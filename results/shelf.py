"""Arrays of many runs in one file: the system holds in memory what of them is looked at, and drops it when it must."""

from __future__ import annotations

import contextlib
import mmap
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ALIGNED = 64
"""Bytes at whose multiples an array begins."""

Arrays = dict[str, NDArray[Any]]


def shelved(runs: Iterable[Arrays], folder: Path) -> list[Arrays]:
    """Return the arrays of runs, not to be written to, their content in a nameless file.

    Nothing is left of the file once the last array is gone, or when the process is killed.

    Parameters
    ----------
    runs : iterable of dict
        Taken one at a time.
    folder : Path
        On whose disk the file is; where it may not be written to, the file is where temporary files go.

    Raises
    ------
    OSError
        If the disk is full.
    """
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(tempfile.TemporaryFile(dir=folder))
        except OSError:
            file = stack.enter_context(tempfile.TemporaryFile())
        end = 0
        places: list[dict[str, tuple[int, NDArray[Any]]]] = []
        for arrays in runs:
            placed = {}
            for name, values in arrays.items():
                file.seek(end)
                file.write(np.ascontiguousarray(values).tobytes())
                # an array of the same type and shape that holds no memory
                placed[name] = (end, np.broadcast_to(np.empty((), values.dtype), values.shape))
                end += -(-values.nbytes // ALIGNED) * ALIGNED
            places.append(placed)
        file.truncate(end + 1)
        file.flush()
        whole = mmap.mmap(file.fileno(), end + 1, access=mmap.ACCESS_READ)
    return [
        {
            name: np.frombuffer(whole, like.dtype, like.size, at).reshape(like.shape)
            for name, (at, like) in placed.items()
        }
        for placed in places
    ]
