"""Threads inside one run: ranges of blocks on a small pool. Results do not depend on how many there are."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


class Lanes:
    """Runs a kernel over ranges of blocks, one range a thread; kernels release the interpreter lock."""

    def __init__(self, threads: int) -> None:
        self.n = max(1, threads)
        self._pool = ThreadPoolExecutor(self.n) if self.n > 1 else None

    def ranges(self, total: int) -> list[tuple[int, int]]:
        """Return the range of blocks of each lane, in order."""
        return [(total * lane // self.n, total * (lane + 1) // self.n) for lane in range(self.n)]

    def run(self, work: Callable[[int, int, int], None], total: int) -> None:
        """Call work(lane, first, end) for every lane and wait; exceptions are raised."""
        if self._pool is None:
            work(0, 0, total)
            return
        futures = [self._pool.submit(work, lane, *bounds) for lane, bounds in enumerate(self.ranges(total))]
        for future in futures:
            future.result()

    def close(self) -> None:
        """End the pool's threads."""
        if self._pool is not None:
            self._pool.shutdown()
