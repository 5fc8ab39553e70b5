"""Runs in batches, each saved whole: what a fit has run is found again, whatever stopped it."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from experiments.runner import Task
from results.files import write_bytes

if TYPE_CHECKING:
    from calibration.bank import Study


def parquet(frame: pd.DataFrame) -> bytes:
    """Return a frame as the bytes of a Parquet file."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, compression="zstd", index=False)
    return buffer.getvalue()


@dataclass(frozen=True)
class Batches(ABC):
    """Runs numbered from 0, some of them a batch; made again in every process that works.

    `folder`: where batches are kept; `sample`: one resident in so many; `threads` of a run; `batch`: runs of a batch.
    """

    study: Study
    folder: Path
    sample: int
    threads: int
    batch: int

    @property
    @abstractmethod
    def n(self) -> int:
        """Return the number of runs."""

    @abstractmethod
    def run(self, i: int) -> dict[str, float]:
        """Return the row of one run."""

    def path(self, task: Task) -> Path:
        """Return the file of a batch."""
        return self.folder / f"batch-{task.draw:04d}.parquet"

    def rows(self, task: Task) -> range:
        """Return the runs of a batch."""
        return range(task.draw * self.batch, min((task.draw + 1) * self.batch, self.n))

    def is_saved(self, task: Task) -> bool:
        """Return whether a batch is on disk and whole."""
        try:
            return len(pd.read_parquet(self.path(task))) == len(self.rows(task))
        except (OSError, ValueError):
            return False

    def __call__(self, task: Task, tick: Callable[[str, int, int], None] | None = None) -> object:
        """Run and save a batch; `tick` hears of every run."""
        rows: list[dict[str, float]] = []
        for i in self.rows(task):
            rows.append(self.run(i))
            if tick is not None:
                tick("runs", len(rows), len(self.rows(task)))
        write_bytes(self.path(task), parquet(pd.DataFrame(rows)))
        return None

    def tasks(self) -> list[Task]:
        """Return the batches."""
        return [Task(k, 0) for k in range(-(-self.n // self.batch))]

    def frame(self) -> pd.DataFrame:
        """Return all runs that are saved, in order."""
        return pd.concat([pd.read_parquet(self.path(task)) for task in self.tasks()], ignore_index=True)
