"""A decision on disk: a folder complete only with its marker, never overwritten."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from results.charts import write_charts
from results.columns import parquet_bytes
from results.decision import NOTHING
from results.decision_charts import charts_of
from results.decision_figures import OptionFigures
from results.decision_page import build_page
from results.files import write_bytes, write_json, write_text
from results.store import COMPLETE, RunFolder, checksums, csv_text

if TYPE_CHECKING:
    from pandas import DataFrame

PAGE, CONTENT, TABLE, RANKING, KNOWLEDGE, RUNS = (
    "decision.html",
    "decision.json",
    "options.csv",
    "ranking.csv",
    "information.csv",
    "runs.parquet",
)
CHARTS = "charts"


def write_decision(folder: RunFolder, content: dict[str, Any], figures: Sequence[OptionFigures]) -> None:
    """Write page, tables, charts and content of a decision, then its marker.

    Parameters
    ----------
    folder : RunFolder
        Where it is kept.
    content : dict
        The answer as plain values.
    figures : sequence of OptionFigures
        The figures of each option, by run.

    Raises
    ------
    StoreError
        If the folder is already complete.
    """
    path = folder.unwritten()
    charts = charts_of(content)
    write_text(path / TABLE, csv_text(option_frame(content)))
    write_text(path / RANKING, csv_text(ranking_frame(content)))
    if content["information"]["perfect"] is not None:
        write_text(path / KNOWLEDGE, csv_text(information_frame(content)))
    write_bytes(path / RUNS, parquet_bytes(run_frame(figures)))
    write_json(path / CONTENT, content)
    write_charts(path / CHARTS, list(charts.values()))
    write_text(path / PAGE, build_page(content, charts))
    write_json(path / COMPLETE, checksums(path))


def option_frame(content: dict[str, Any]) -> DataFrame:
    """Return one row an option and measure: its statistic, and for values how often it is best; regret for one."""
    import pandas as pd

    rows = []
    for k, option in enumerate(content["options"]):
        for found in content["measures"]:
            stat = {} if option["name"] == NOTHING else dict(found["stats"][k])
            best = content["best"].get(found["name"])
            more = {} if best is None else {f"best_{name}": best[k][name] for name in ("share", "low", "high")}
            regret = content["regret"][k] if found["name"] == content["value"] else {}
            rows.append(
                {
                    "option": option["name"], "measure": found["name"], "unit": found["unit"],
                    **(stat or {"mean": 0.0}), **more, **{f"regret_{name}": value for name, value in regret.items()},
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def ranking_frame(content: dict[str, Any]) -> DataFrame:
    """Return one row an option: means and scores by criterion, totals, ranks, and who beats it."""
    import pandas as pd

    found, rows = content["criteria"], []
    for k, option in enumerate(content["options"]):
        means = {f"mean_{name}": found["means"][k][j] for j, name in enumerate(found["names"])}
        scored = {f"score_{name}": found["scores"][k][j] for j, name in enumerate(found["names"])}
        rows.append(
            {
                "option": option["name"], **means, **scored, "total": found["totals"][k], "rank": found["ranks"][k],
                "total_equal_weights": found["equal_totals"][k], "rank_equal_weights": found["equal_ranks"][k],
                "first_share_of_weights": found["first_shares"][k], "beaten_by": ", ".join(found["beaten_by"][k]),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def information_frame(content: dict[str, Any]) -> DataFrame:
    """Return the value of perfect information and that of every group, pounds."""
    import pandas as pd

    found = content["information"]
    rows = [{"group": "all", "title": "Every parameter", **found["perfect"], "parameters": "all"}]
    rows += [{"group": row["name"], **row, "parameters": ", ".join(row["parameters"])} for row in found["groups"]]
    columns = ["group", "title", "value", "error", "raw", "left_out", "is_clear", "is_held", "parameters"]
    return pd.DataFrame(rows)[columns]


def run_frame(figures: Sequence[OptionFigures]) -> DataFrame:
    """Return one row an option, draw and seed: every measure, and measured outcomes as counts."""
    import pandas as pd

    parts = []
    for one in figures:
        outcomes = {
            f"{name}_{end}": counts[i]
            for name, counts in one.outcomes.items()
            for i, end in enumerate(("above", "below"))
        }
        columns = {"option": one.name, "draw": one.draws, "seed": one.seeds, **one.values, **outcomes}
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def read_decision(path: Path) -> dict[str, Any]:
    """Return the plain values of a finished decision."""
    found: dict[str, Any] = json.loads((path / CONTENT).read_text(encoding="utf-8"))
    return found
