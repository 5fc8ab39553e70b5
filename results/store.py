"""A run on disk: the folder, its artefacts, its completion marker, and reading it back; starts no run.

The same content gives the same bytes. Machine, times and log stand in files that no checksum covers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from results.columns import write_parquet
from results.files import digest_of, whole_file, write_bytes, write_json, write_text
from results.geography import Geography, slug
from results.pairing import PairedSeed
from results.scorecard_words import rows_frame
from results.summary import Headline
from results.tidy import dictionary_table, effects_table, monthly_table, summary_table
from results.tidy_services import service_table
from results.twins import has_services

if TYPE_CHECKING:
    from pandas import DataFrame

    from results.panel import Panel
    from results.report import ReportData

COMPLETE = "COMPLETE"
LATEST = "latest"
RESULTS = "results"
OUTSIDE_HASHES = ("circumstances.json", "log.jsonl", COMPLETE)
"""Files that may differ between two runs of the same inputs."""
MEMORY_PARTS = ("seeds",)
"""Folders of partial results, kept for resuming and outside the comparison of two runs."""
CSV_DIGITS = "%.10g"
QA_COLUMNS = ("id", "check", "type", "threshold", "result", "evidence", "severity", "who", "when", "sign_off")


class StoreError(ValueError):
    """A run folder that may not be written or can't be read."""


@dataclass(frozen=True)
class RunFolder:
    """Where one run is kept: `<root>/<scenario>/<content hash>/`."""

    root: Path
    scenario: str
    content_hash: str

    @property
    def path(self) -> Path:
        """Return the folder."""
        return self.root / slug(self.scenario) / self.content_hash

    @property
    def is_complete(self) -> bool:
        """Return whether the completion marker is there."""
        return (self.path / COMPLETE).is_file()

    def unwritten(self) -> Path:
        """Return the folder to write into.

        Raises
        ------
        StoreError
            If it is complete already.
        """
        if self.is_complete:
            raise StoreError(f"{self.scenario}/{self.content_hash} is complete; read it, or name another --out folder")
        return self.path

    @property
    def report(self) -> Path:
        """Return the report's path."""
        return self.path / "report.html"


@dataclass(frozen=True)
class RunContents:
    """Everything a finished run leaves behind.

    `manifest` (versions, hashes, seeds) is covered by the checksums; `circumstances` (machine, times) is not.
    `qa_rows` are rows of the quality-assurance log by QA_COLUMNS. `targets` is the region's table of the baseline
    against published figures, None where there is none.
    """

    headline: Headline
    seeds: Sequence[PairedSeed]
    report: ReportData
    manifest: dict[str, Any]
    circumstances: dict[str, Any]
    resolved_yaml: str
    diff_yaml: str
    qa_rows: Sequence[dict[str, str]] = ()
    log_lines: Sequence[dict[str, Any]] = ()
    warnings: Sequence[str] = field(default_factory=tuple)
    targets: DataFrame | None = None


def csv_text(table: DataFrame) -> str:
    """Return a table as CSV with line feeds and a fixed number of digits."""
    return str(table.to_csv(index=False, float_format=CSV_DIGITS, lineterminator="\n"))


def write_run(folder: RunFolder, contents: RunContents) -> Path:
    """Write every artefact of a finished run, then its marker, then the pointer to it; return the folder.

    Raises
    ------
    StoreError
        If the run is already complete: it is never overwritten.
    """
    from results.charts import run_charts, write_charts
    from results.report import build_report
    from results.workbook import workbook_bytes

    path, headline = folder.unwritten(), contents.headline
    geography = headline.geography
    summary = summary_table(headline)
    tables = result_tables(contents.seeds, geography, folder.content_hash)
    for name, parts in {**tables, "summary": iter([summary])}.items():
        with whole_file(path / RESULTS / f"{name}.parquet") as file:
            write_parquet(file, parts)
    write_text(path / "summary.csv", csv_text(summary))
    write_text(
        path / "dictionary.csv",
        csv_text(dictionary_table(headline.horizon, headline.services is not None, headline.has_incentives)),
    )
    write_text(path / "scenario.resolved.yaml", contents.resolved_yaml)
    write_text(path / "scenario.diff.yaml", contents.diff_yaml)
    write_json(path / "manifest.json", {**contents.manifest, "content_hash": folder.content_hash})
    write_json(path / "headline.json", headline.as_dict())
    write_text(path / "qa_log.csv", qa_text(contents.qa_rows))
    if contents.targets is not None:
        write_text(path / "target_table.csv", csv_text(contents.targets))
    if headline.scorecard is not None:
        write_text(path / "scorecard.csv", csv_text(rows_frame(headline.scorecard)))
    if headline.equity is not None:
        write_text(path / "equity.csv", csv_text(headline.equity))
    charts = run_charts(headline)
    write_charts(path / "charts", charts)
    write_bytes(path / "workbook.xlsx", workbook_bytes(headline, contents.manifest))
    write_text(path / "report.html", build_report(contents.report, charts))
    write_json(path / "circumstances.json", contents.circumstances)
    lines = [json.dumps(line, sort_keys=True, ensure_ascii=False) for line in contents.log_lines]
    write_text(path / "log.jsonl", "".join(f"{line}\n" for line in lines))
    finish(folder)
    return path


def result_tables(
    seeds: Sequence[PairedSeed], geography: Geography, content_hash: str
) -> dict[str, Iterator[DataFrame]]:
    """Return the tidy tables of a run, each as its parts, which are made one after another.

    They are `monthly` (both arms, every seed), `effects` (paired figures by seed) and, where either arm has services,
    `services` (both arms, every seed).

    Parameters
    ----------
    seeds : sequence of PairedSeed
        The finished seeds.
    geography : Geography
        The areas.
    content_hash : str
        Hash of everything that decides the figures.
    """
    ordered = sorted(seeds, key=lambda run: (run.draw, run.seed))

    def of_arms(table: Callable[[Sequence[Panel], Geography, str], DataFrame]) -> Iterator[DataFrame]:
        return (table([arm], geography, content_hash) for run in ordered for arm in (run.baseline, run.policy))

    tables = {"monthly": of_arms(monthly_table), "effects": iter([effects_table(ordered, geography, content_hash)])}
    return tables | ({"services": of_arms(service_table)} if has_services(ordered) else {})


def qa_text(rows: Sequence[dict[str, str]]) -> str:
    """Return the quality-assurance log as CSV."""
    import pandas as pd

    return csv_text(pd.DataFrame(list(rows), columns=list(QA_COLUMNS)))


def checksums(folder: Path) -> dict[str, str]:
    """Return relative path -> SHA-256 of every artefact that the same inputs must give again."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        is_covered = name not in OUTSIDE_HASHES and name.split("/")[0] not in MEMORY_PARTS
        if path.is_file() and is_covered and not path.name.endswith(".part"):
            found[name] = digest_of(path)
    return found


def finish(folder: RunFolder) -> None:
    """Write the marker, which holds the checksum of every artefact, and point `latest` at the run."""
    write_json(folder.path / COMPLETE, checksums(folder.path))
    write_text(folder.root / LATEST, f"{slug(folder.scenario)}/{folder.content_hash}\n")


def altered(folder: Path) -> list[str]:
    """Return the artefacts of a complete run that are missing, new or not what was written.

    Raises
    ------
    StoreError
        If the run is not complete.
    """
    marker = folder / COMPLETE
    if not marker.is_file():
        raise StoreError(f"{folder.name} has no {COMPLETE} marker: the run did not finish; run it again to resume it")
    return different(json.loads(marker.read_text(encoding="utf-8")), checksums(folder))


def different(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """Return the names whose checksum differs or is on one side only."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def compare_folders(one: Path, other: Path) -> list[str]:
    """Return the artefacts that differ in bytes between two runs."""
    return different(checksums(one), checksums(other))


def latest(root: Path) -> Path:
    """Return the folder of the run finished last.

    Raises
    ------
    StoreError
        If there is none, or the pointer leads nowhere.
    """
    pointer = root / LATEST
    if not pointer.is_file():
        raise StoreError(f"no finished run under '{root.name}': run a scenario first")
    name = pointer.read_text(encoding="utf-8").strip()
    parts = name.split("/")
    path = root.joinpath(*parts)
    if len(parts) != 2 or ".." in parts or not path.is_dir():
        raise StoreError(f"the pointer '{root.name}/{LATEST}' names '{name}', which is no run; delete the pointer")
    return path


def read_table(folder: Path, name: str = "monthly", **where: str | int | Sequence[str | int]) -> DataFrame:
    """Return rows of a run's tidy table through DuckDB.

    Parameters
    ----------
    folder : Path
        A run folder.
    name : str
        `monthly`, `effects`, `summary`, or `services` where the run has some.
    **where
        Column -> value, or a sequence of values, that rows must have.

    Raises
    ------
    StoreError
        If the table or a column does not exist.
    """
    import duckdb

    path = folder / RESULTS / f"{name}.parquet"
    if Path(name).name != name or not path.is_file():
        known = ", ".join(sorted(p.stem for p in (folder / RESULTS).glob("*.parquet")))
        raise StoreError(f"run {folder.name} has no table '{name}'; tables: {known or 'none'}")
    with duckdb.connect() as connection:
        columns = connection.execute("select * from read_parquet(?) limit 0", [str(path)]).df().columns
        tests, values = [], []
        for column, wanted in where.items():
            if column not in columns:
                raise StoreError(f"table '{name}' has no column '{column}'; columns: {', '.join(columns)}")
            allowed = [wanted] if isinstance(wanted, str | int) else list(wanted)
            tests.append(f'"{column}" in ({", ".join("?" * len(allowed))})')
            values += allowed
        condition = f" where {' and '.join(tests)}" if tests else ""
        return connection.execute(f"select * from read_parquet(?){condition}", [str(path), *values]).df()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return a run's manifest.

    Raises
    ------
    StoreError
        If there is none or it is damaged.
    """
    path = folder / "manifest.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise StoreError(f"{folder.name}/manifest.json can't be read: {problem}; run the scenario again") from problem
    return found


def runs_of(manifest: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Return draw and seed of every run that a manifest names; without draws of a posterior, its seeds."""
    named = manifest["inputs"].get("runs") or [(draw, seed) for draw in manifest["draws"] for seed in manifest["seeds"]]
    return [(int(draw), int(seed)) for draw, seed in named]


def calibration_of(manifest: Mapping[str, Any]) -> str:
    """Return what a run says of the posterior behind it; empty where it took the evidence's own values."""
    return str(manifest["inputs"].get("calibration", ""))
