"""The answer of a sensitivity analysis on disk: a folder complete only with its marker, never overwritten."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from results.charts import write_charts
from results.columns import parquet_bytes
from results.files import write_bytes, write_json, write_text
from results.sensitivity_charts import charts_of
from results.sensitivity_page import build_page
from results.store import COMPLETE, RunFolder, checksums, csv_text

if TYPE_CHECKING:
    from pandas import DataFrame

PAGE, TABLE, CONTENT, RUNS, FACTORS = (
    "sensitivity.html",
    "indices.csv",
    "sensitivity.json",
    "runs.parquet",
    "factors.csv",
)
CHARTS = "charts"


def write_sensitivity(folder: RunFolder, content: dict[str, Any], lines: DataFrame) -> None:
    """Write page, tables, charts and content of an answer, then its marker.

    Parameters
    ----------
    folder : RunFolder
        Where it is kept.
    content : dict
        The answer as plain values.
    lines : DataFrame
        Every run, one line a vector and seed.

    Raises
    ------
    StoreError
        If the folder is already complete.
    """
    import pandas as pd

    path = folder.unwritten()
    charts = charts_of(content)
    write_text(path / TABLE, csv_text(index_frame(content)))
    write_text(path / FACTORS, csv_text(pd.DataFrame(content["factors"])))
    write_bytes(path / RUNS, parquet_bytes(lines))
    write_json(path / CONTENT, content)
    write_charts(path / CHARTS, [chart for charts_here in charts.values() for chart in charts_here])
    write_text(path / PAGE, build_page(content, charts))
    write_json(path / COMPLETE, checksums(path))


def index_frame(content: dict[str, Any]) -> DataFrame:
    """Return every index of every output, one row a label."""
    import pandas as pd

    rows = []
    for output in content["outputs"]:
        for label, row in zip(content["labels"], output["rows"], strict=True):
            rows.append({"output": output["name"], "unit": output["unit"], **label, **row, "chance": output["chance"]})
    return pd.DataFrame(rows)


def read_sensitivity(path: Path) -> dict[str, Any]:
    """Return the plain values of a finished answer."""
    found: dict[str, Any] = json.loads((path / CONTENT).read_text(encoding="utf-8"))
    return found
