"""BM1 in C with AVX-512, where a compiler and the instructions are there: the practical limit that ratios refer to."""

from __future__ import annotations

import ctypes
import hashlib
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import bm1
from benchmarks.passes import month_keys

SOURCE = Path(__file__).with_name("kernel.c")
COLUMNS = ("place", "health", "qual", "state", "dur", "ben", "age")


def available() -> bool:
    """Return whether the reference can be built and run here."""
    flags = Path("/proc/cpuinfo")
    words = set(flags.read_text().split()) if flags.exists() else set()
    return shutil.which("gcc") is not None and {"avx512f", "avx512dq", "avx512bw", "avx512vl"} <= words


def _library() -> ctypes.CDLL:
    name = "bm1-" + hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:12] + ".so"
    folder = Path(tempfile.mkdtemp(prefix="workability-bench-"))
    built = folder / name
    subprocess.run(
        ["gcc", "-O3", "-march=native", "-shared", "-fPIC", "-o", str(built), str(SOURCE)],
        check=True,
        capture_output=True,
    )
    library = ctypes.CDLL(str(built))
    shutil.rmtree(folder)
    return library


def _tables() -> NDArray[np.uint8]:
    def up(p: NDArray[np.float64]) -> NDArray[np.uint32]:
        return np.minimum(np.ceil(p * 2.0**32), 2**32 - 1).astype(np.uint32)

    either = bm1.WORSE + bm1.BETTER
    health = np.zeros(32, np.uint32)
    health[: either.size] = up(either.ravel())
    cumulative = bm1.CUMULATIVE
    parts = (
        bm1.WORSE, either, cumulative, bm1.DECAY, bm1.ON_BENEFIT, bm1.QUALIFICATION, up(cumulative[..., -1]), health,
    )  # fmt: skip
    return np.frombuffer(b"".join(np.ascontiguousarray(part).tobytes() for part in parts), np.uint8).copy()


class Model:
    """BM1 in C; residents beyond a multiple of 16 a thread would be left out, so their number must divide by it."""

    def __init__(self, p: bm1.Population, months: int, seed: int, threads: int = 1) -> None:
        self.p, self.months, self.threads, self.n = p, months, threads, len(p["age"])
        if self.n % (16 * threads):
            raise ValueError(f"the C reference takes a multiple of {16 * threads} residents, not {self.n}")
        self.library, self.tables = _library(), _tables()
        self.keys = np.ascontiguousarray(month_keys(seed, months))
        self.pointers = (ctypes.c_void_p * len(COLUMNS))(*(p[name].ctypes.data for name in COLUMNS))
        self.out = np.zeros((threads, months, bm1.N_PLACES, bm1.N_STATES), np.int64)

    def _run_range(self, lane: int) -> None:
        lo, hi = self.n * lane // self.threads, self.n * (lane + 1) // self.threads
        pointer = ctypes.c_void_p
        self.library.run(
            self.pointers, pointer(self.tables.ctypes.data), ctypes.c_int64(lo), ctypes.c_int64(hi), self.months,
            pointer(self.keys.ctypes.data), pointer(self.out[lane].ctypes.data),
        )  # fmt: skip

    def run(self) -> None:
        """Step all months; the C code runs outside the interpreter's lock."""
        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(self._run_range, range(self.threads)))

    def counts(self) -> NDArray[np.int64]:
        """Return residents by month, place and state."""
        out: NDArray[np.int64] = self.out.sum(axis=0)
        return out

    def final(self) -> dict[str, Any]:
        """Return the columns."""
        return {name: self.p[name] for name in ("state", "health", "dur", "ben", "age", "qual")}
