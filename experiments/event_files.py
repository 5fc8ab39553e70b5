"""Event logs on disk: one Parquet file for each arm and seed, written month by month and there whole or not at all.

What the columns mean, and how the ledger is added up again, stands in docs/events.md.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from results.files import sync_folder
from results.geography import slug
from scenarios.vocabulary import month_name
from simulation.ledger import LINES

if TYPE_CHECKING:
    from simulation.event_log import EventLog, LogRows
    from simulation.model import RegionModel

FOLDER = "events"
STANDING, ONCE = "from_now_on", "once"
"""Values of `kind`."""
ROW_GROUP = 1 << 20
"""Rows kept in memory for one arm before they are written; a month's last rows are written at its end."""
_WORDS = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema([
    pa.field("month", pa.int32(), nullable=False),
    pa.field("date", _WORDS, nullable=False),
    pa.field("resident", pa.uint32()),
    pa.field("place", _WORDS, nullable=False),
    pa.field("line", _WORDS, nullable=False),
    pa.field("kind", _WORDS, nullable=False),
    pa.field("pence", pa.int64(), nullable=False),
])  # fmt: skip


def event_path(folder: Path, seed: int, draw: int, arm: str) -> Path:
    """Return where the event log of one arm of one run is kept inside a run folder."""
    return folder / FOLDER / f"seed-{seed}-draw-{draw}-{slug(arm)}.parquet"


def is_sound(path: Path) -> bool:
    """Return whether there is an event log whose end can be read; a file cut short has none."""
    try:
        return bool(pq.read_schema(path).names == SCHEMA.names)
    except (OSError, pa.ArrowException):
        return False


class _Writer:
    """Writes the log of one arm to a file beside its place, which takes the place when it is finished."""

    def __init__(self, path: Path, places: tuple[str, ...], log: EventLog) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._part = path, path.with_name(f".{path.name}.part")
        self._names = {"place": pa.array(places), "line": pa.array([line.name for line in LINES])}
        self._log = log
        self._file = self._part.open("wb")
        self._parquet = pq.ParquetWriter(
            self._file, SCHEMA, compression="zstd", compression_level=3, version="2.6", store_schema=False
        )
        self._waiting: list[Any] = []
        self._n_waiting = 0

    def month(self, model: RegionModel) -> None:
        for rows in self._log.rows(model):
            self._waiting.append(self._batch(rows))
            self._n_waiting += len(rows.pence)
            if self._n_waiting >= ROW_GROUP:
                self._flush()
        self._flush()

    def _batch(self, rows: LogRows) -> Any:
        n = len(rows.pence)

        def word(text: str) -> Any:
            return pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, np.int32)), pa.array([text]))

        def named(column: str, codes: np.ndarray[Any, Any]) -> Any:
            return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), self._names[column])

        nobody = rows.resident is None
        columns = [
            pa.array(np.full(n, rows.month, np.int32)),
            word(month_name(rows.month)),
            pa.nulls(n, pa.uint32()) if nobody else pa.array(rows.resident),
            named("place", rows.place),
            named("line", rows.line),
            word(ONCE if nobody else STANDING),
            pa.array(rows.pence),
        ]
        return pa.Table.from_arrays(columns, schema=SCHEMA)

    def _flush(self) -> None:
        if self._waiting:
            table = pa.concat_tables(self._waiting).unify_dictionaries().combine_chunks()
            self._parquet.write_table(table, row_group_size=2 * ROW_GROUP)
        self._waiting, self._n_waiting = [], 0

    def finish(self) -> None:
        self._parquet.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._part.replace(self._path)
        sync_folder(self._path.parent)

    def discard(self) -> None:
        """Throw away what was written; the library cannot leave a file without writing its end."""
        self._parquet.close()
        self._file.close()
        self._part.unlink(missing_ok=True)


class EventFiles:
    """Keeps the event logs of the arms of one run, as `simulate` observes them; the files appear when it ends well."""

    def __init__(self, folder: Path, seed: int, draw: int, places: tuple[str, ...]) -> None:
        """Take where the files go and what they are named by.

        Parameters
        ----------
        folder : Path
            The run folder.
        seed, draw : int
            Seed of the run, draw of what is not known.
        places : tuple of str
            Codes of the Places by index.
        """
        self._folder, self._seed, self._draw, self._places = folder, seed, draw, places
        self._writers: dict[str, _Writer] = {}

    def __call__(self, model: RegionModel) -> None:
        """Write what changed in the month that an arm's model has just ended; at the first call, its opening."""
        from simulation.event_log import EventLog

        arm = model.arm.name
        if arm not in self._writers:
            path = event_path(self._folder, self._seed, self._draw, arm)
            self._writers[arm] = _Writer(path, self._places, EventLog(model))
        self._writers[arm].month(model)

    def __enter__(self) -> EventFiles:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put the files in their places, or leave nothing of them where the run failed or was stopped."""
        for writer in self._writers.values():
            if kind is None:
                writer.finish()
            else:
                writer.discard()
