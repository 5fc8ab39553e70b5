"""Tables as Parquet, written as they are made; knows nothing of what they hold.

A table of a thousand runs does not fit into memory, so parts of it come one after another and leave in groups of rows.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import pyarrow as pa
    from pandas import DataFrame

ROW_GROUP = 1 << 20
"""Rows of a group: what a reader must at least hold, and a writer at most."""


def write_parquet(file: BinaryIO, parts: Iterable[DataFrame]) -> None:
    """Write a table's parts, at least one, into an open file as zstd Parquet; the same rows give the same bytes.

    How the rows come in parts makes no difference, and a part without rows counts only where no other has any. Words
    are stored as plain text; pandas' own metadata is left out.

    Raises
    ------
    ValueError
        If there is no part, or a part's columns are not those of the first.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    waiting: list[pa.Table] = []
    n_waiting = 0
    writer: pq.ParquetWriter | None = None
    try:
        for part in map(plain_table, _with_rows(parts)):
            if writer is None:
                writer = pq.ParquetWriter(
                    file,
                    part.schema,
                    compression="zstd",
                    compression_level=9,
                    version="2.6",
                    store_schema=False,
                    write_statistics=True,
                )
            elif part.schema != writer.schema:
                raise ValueError(f"a part has columns {part.schema.names}, the first one {writer.schema.names}")
            waiting.append(part)
            n_waiting += len(part)
            while n_waiting >= ROW_GROUP:
                rows = pa.concat_tables(waiting)
                writer.write_table(rows.slice(0, ROW_GROUP).combine_chunks(), row_group_size=ROW_GROUP)
                waiting, n_waiting = [rows.slice(ROW_GROUP).combine_chunks()], n_waiting - ROW_GROUP
        if writer is None:
            raise ValueError("a table has no part")
        if n_waiting:
            writer.write_table(pa.concat_tables(waiting).combine_chunks(), row_group_size=ROW_GROUP)
    finally:
        if writer is not None:
            writer.close()


def parquet_bytes(table: DataFrame) -> bytes:
    """Return a table that fits into memory as the bytes of such a file."""
    file = io.BytesIO()
    write_parquet(file, [table])
    return file.getvalue()


def _with_rows(parts: Iterable[DataFrame]) -> Iterator[DataFrame]:
    """Yield the parts that have rows; where none has, the first: a column without a value knows no type."""
    empty: DataFrame | None = None
    found = False
    for part in parts:
        if len(part):
            found = True
            yield part
        elif empty is None:
            empty = part
    if not found and empty is not None:
        yield empty


def plain_table(frame: DataFrame) -> pa.Table:
    """Return a frame as an Arrow table with words as plain text and without pandas' metadata."""
    import pyarrow as pa

    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    fields = [pa.field(f.name, pa.string()) if pa.types.is_dictionary(f.type) else f for f in table.schema]
    return table.cast(pa.schema(fields))
