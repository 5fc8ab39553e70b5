"""Parquet written in parts: the same rows, the same bytes, and never more in memory than a group of rows."""

import io

import pandas as pd
import pyarrow.parquet as pq
import pytest

from results import columns
from results.columns import parquet_bytes, write_parquet


def table(n, first=0):
    rows = range(first, first + n)
    words = pd.Categorical([("work", "sick", "no word of before")[i % 3 if i > 50 else 0] for i in rows])
    return pd.DataFrame({"seed": list(rows), "state": words, "value": [i / 7 for i in rows]})


def written(*parts):
    file = io.BytesIO()
    write_parquet(file, parts)
    return file.getvalue()


@pytest.mark.parametrize("sizes", [(100,), (30, 70), (99, 1), (10,) * 10, (0, 100), (33, 0, 67)])
def test_how_rows_come_in_parts_makes_no_difference(sizes, monkeypatch):
    monkeypatch.setattr(columns, "ROW_GROUP", 32)
    parts, first = [], 0
    for n in sizes:
        parts.append(table(n, first))
        first += n
    content = written(*parts)
    assert content == written(table(100)) == parquet_bytes(table(100))
    file = pq.ParquetFile(io.BytesIO(content))
    assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [32, 32, 32, 4]
    back = file.read().to_pandas()
    assert back.state.tolist() == table(100).state.tolist() and back.value.tolist() == table(100).value.tolist()


def test_a_table_without_rows_keeps_its_columns():
    file = pq.read_table(io.BytesIO(written(table(0), table(0))))
    assert file.num_rows == 0 and file.column_names == ["seed", "state", "value"]


def test_parts_of_other_columns_and_no_parts_at_all_are_refused():
    with pytest.raises(ValueError, match="a part has columns"):
        written(table(5), table(5).rename(columns={"value": "amount"}))
    with pytest.raises(ValueError, match="no part"):
        written()


def test_parts_are_taken_one_at_a_time(monkeypatch):
    monkeypatch.setattr(columns, "ROW_GROUP", 32)
    file, sizes = io.BytesIO(), []

    def parts():
        for k in range(20):
            sizes.append(file.tell())
            yield table(32, 32 * k)

    write_parquet(file, parts())
    assert sizes == sorted(sizes) and sizes[10] > sizes[2] > 0  # what came before has left already
