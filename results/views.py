"""Every finished run under a folder as one database: DuckDB views over the Parquet files, nothing copied."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from results.store import COMPLETE, RESULTS, StoreError, read_manifest, runs_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TABLES = ("monthly", "effects", "summary", "services")
"""Names of the views; each has a column `run`, the content hash of the run that a row is of."""
RUN_COLUMNS = ("run", "scenario", "baseline", "sample", "n_runs", "calibration", "is_current")


def database(root: Path, model: str) -> DuckDBPyConnection:
    """Return a database in memory over the finished runs under a folder.

    The view `runs` has a row a run; `monthly`, `effects`, `summary` and `services` hold the rows of all of them, and
    are there if any run has the table.

    Parameters
    ----------
    root : Path
        Where runs are kept.
    model : str
        Hash of the present sources and evidence; `runs.is_current` says which runs were made by them.

    Raises
    ------
    StoreError
        If no run under the folder is finished, or a manifest is damaged.
    """
    import duckdb
    import pandas as pd

    folders = sorted(marker.parent for marker in root.glob(f"*/*/{COMPLETE}"))
    if not folders:
        raise StoreError(f"no finished run under '{root.name}': run a scenario first")
    rows = []
    for folder in folders:
        manifest = read_manifest(folder)
        inputs, n_runs = manifest["inputs"], len(runs_of(manifest))
        said = [manifest[name] for name in ("scenario", "baseline", "sample")]
        rows.append((folder.name, *said, n_runs, str(inputs.get("calibration", "")), inputs.get("model") == model))
    connection = duckdb.connect()
    connection.register("_runs", pd.DataFrame(rows, columns=list(RUN_COLUMNS)))
    connection.execute("create table runs as select * from _runs")
    connection.unregister("_runs")
    for name in TABLES:
        files = [path for folder in folders if (path := folder / RESULTS / f"{name}.parquet").is_file()]
        if files:
            listed = ", ".join("'" + path.as_posix().replace("'", "''") + "'" for path in files)
            connection.execute(
                f"create view {name} as select parse_path(filename)[-3] as run, * exclude (filename) "
                f"from read_parquet([{listed}], union_by_name = true, filename = true)"
            )
    return connection
