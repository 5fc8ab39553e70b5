"""The answer of a goal-seek on disk: a folder complete only with its marker, never overwritten."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from results.charts import write_charts
from results.files import write_json, write_text
from results.seek_charts import charts_of
from results.seek_page import build_page
from results.store import COMPLETE, RunFolder, checksums, csv_text

if TYPE_CHECKING:
    from pandas import DataFrame

PAGE, POINTS, ANSWER, CONTENT, CHARTS = "seek.html", "points.csv", "answer.csv", "seek.json", "charts"


def write_seek(folder: RunFolder, content: dict[str, Any]) -> None:
    """Write page, tables, chart and content of an answer, then its marker.

    Parameters
    ----------
    folder : RunFolder
        Where it is kept.
    content : dict
        The answer as plain values, with its sentences.

    Raises
    ------
    StoreError
        If the folder is already complete.
    """
    path = folder.unwritten()
    charts = charts_of(content)
    write_text(path / POINTS, csv_text(point_frame(content)))
    write_text(path / ANSWER, csv_text(answer_frame(content)))
    write_json(path / CONTENT, content)
    write_charts(path / CHARTS, charts)
    write_text(path / PAGE, build_page(content, charts))
    write_json(path / COMPLETE, checksums(path))


def point_frame(content: dict[str, Any]) -> DataFrame:
    """Return every figure at every point tried, one row a point and figure."""
    import pandas as pd

    keys = [lever["key"] for lever in content["levers"]]
    rows = [
        {
            **dict(zip(keys, point["values"], strict=True)),
            "figure": figure["name"],
            "label": figure["label"],
            "unit": figure["unit"],
            **stat,
            "is_reached": point["is_reached"],
            "share_reaching": point["share_reaching"],
        }
        for point in content["points"]
        for figure, stat in zip(content["figures"], point["figures"], strict=True)
    ]
    return pd.DataFrame(rows)


def answer_frame(content: dict[str, Any]) -> DataFrame:
    """Return every figure of the point that was run on fresh seeds, one row a figure."""
    import pandas as pd

    keys = [lever["key"] for lever in content["levers"]]
    check = content["check"]
    rows = [
        {**dict(zip(keys, check["point"], strict=True)), "figure": figure["name"], "label": figure["label"],
         "unit": figure["unit"], **stat}
        for figure, stat in zip(content["figures"], check["figures"], strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def read_seek(path: Path) -> dict[str, Any]:
    """Return the plain values of a finished answer."""
    found: dict[str, Any] = json.loads((path / CONTENT).read_text(encoding="utf-8"))
    return found
