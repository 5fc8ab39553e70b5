"""A funding study on disk: tables as CSV, its facts and proof in the manifest, complete only with its marker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from results.files import write_bytes, write_json, write_text
from results.funding_counts import measures_of
from results.funding_data import FundingStudy
from results.geography import Area, Geography
from results.statistics import STAT_WORDS
from results.store import COMPLETE, RunFolder, StoreError, checksums, read_manifest
from scenarios.fund_specs import ALLOCATORS, CONSTRAINTS

if TYPE_CHECKING:
    from pandas import DataFrame

DIGITS = "%.15g"
"""Digits of figures in the tables: enough for the pence of a region's public purse."""
TABLES = ("arms", "value", "attribution", "funds", "flows", "shadow", "totals")
PARTICULARS = "study"
COLUMN_WORDS = {
    "allocator": "who shares the money out: one of " + "; ".join(f"{k} ({v})" for k, v in ALLOCATORS.items()),
    "mask": "which constraints are in force, as a number: bit i is set where the i-th factor is; -1 = none at all",
    "in_force": "constraints in force, joined by +",
    "seed": "seed of the run",
    "draw": "draw of uncertain parameters",
    "measure": "what is measured: see the rows of measures below",
    "geography_code": "code of the area: the region, an area group or a Place",
    "group": "all; a group of residents at their start; or a cohort of the policy's start",
    "value": "the figure of the arm itself, in the sample: people, pounds, or points x years",
    "constraint": "what binds money: " + "; ".join(f"{k} ({v})" for k, v in CONSTRAINTS.items())
    + "; 'not varied' = those that the study did not vary, dropped together after the others",
    "first": "gain from dropping this constraint alone from ring-fenced money, mean over runs",
    "last": "gain from dropping this constraint after all others of the study, mean over runs",
    "arm": "ring-fenced (everything in force) or flexible (nothing in force)",
    "fund": "name of the fund, or all",
    "year": "financial year",
    "item": "what became of the money; left and outstanding are what stands at the year's end",
    "pounds": "pounds in the sample, mean over seeds",
    "programme": "slug of the programme",
    "starts": "starts paid for, mean over seeds",
    "unit": "unit of the shadow price",
    "method": "how the shadow price was found",
}  # fmt: skip


def table_text(table: DataFrame) -> str:
    """Return a table as CSV with line feeds and enough digits to read every figure back."""
    return str(table.to_csv(index=False, float_format=DIGITS, lineterminator="\n"))


def dictionary(study: FundingStudy) -> DataFrame:
    """Return what every column and every measure of the tables is."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for name in TABLES:
        for column in getattr(study, name).columns:
            end = column.rpartition("_")
            words = COLUMN_WORDS.get(column) or STAT_WORDS.get(column)
            if words is None and end[0] in ("first", "last"):
                words = f"{'lower' if end[2] == 'p05' else 'upper'} end of the 90% interval of '{end[0]}'"
            rows.append({"table": name, "name": column, "what": words or "", "unit": "", "better": ""})
    for name, measure in measures_of(study.months).items():
        rows.append(
            {"table": "measures", "name": name, "what": measure.label, "unit": measure.unit, "better": measure.better}
        )
    return pd.DataFrame(rows)


def plain_facts(study: FundingStudy) -> dict[str, Any]:
    """Return what a study is about, beside its tables, as plain values."""
    out = {each.name: getattr(study, each.name) for each in fields(FundingStudy) if each.name not in TABLES}
    where = study.geography
    areas = [
        {"code": a.code, "name": a.name, "level": a.level, "places": [int(i) for i in a.places]} for a in where.areas
    ]
    return out | {"geography": {"region": where.region, "title": where.title, "areas": areas}}


def facts_of(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that `plain_facts` described."""
    where = plain["geography"]
    areas = tuple(Area(a["code"], a["name"], a["level"], np.array(a["places"], np.intp)) for a in where["areas"])
    out = {key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()}
    return out | {"geography": Geography(where["region"], where["title"], areas)}


def write_study(folder: RunFolder, study: FundingStudy, manifest: Mapping[str, Any]) -> Path:
    """Write every artefact of a study, page, workbook and charts among them, then its marker; return the folder.

    Parameters
    ----------
    folder : RunFolder
        Where it is kept.
    study : FundingStudy
        The study.
    manifest : mapping
        Inputs, and what proves that only constraints differ between the arms.

    Raises
    ------
    StoreError
        If the folder is already complete.
    """
    from results.funding_page import artefacts

    path = folder.unwritten()
    for name in TABLES:
        write_text(path / f"{name}.csv", table_text(getattr(study, name)))
    write_text(path / "dictionary.csv", table_text(dictionary(study)))
    write_json(path / "manifest.json", {**manifest, PARTICULARS: plain_facts(study)})
    for name, content in artefacts(study).items():
        write_bytes(path / name, content.encode() if isinstance(content, str) else content)
    write_json(path / COMPLETE, checksums(path))
    return path


def read_study(path: Path) -> FundingStudy:
    """Return the study of a finished folder.

    Raises
    ------
    StoreError
        If it did not finish, or a table is missing.
    """
    import pandas as pd

    if not (path / COMPLETE).is_file():
        raise StoreError(f"{path.name} has no {COMPLETE} marker: the study did not finish; run it again to resume it")
    facts = facts_of(read_manifest(path)[PARTICULARS])
    tables: dict[str, Any] = {}
    for name in TABLES:
        try:
            tables[name] = pd.read_csv(path / f"{name}.csv", keep_default_na=False, na_values=[""])
        except OSError as problem:
            raise StoreError(f"{path.name}/{name}.csv can't be read: {problem}") from problem
    return FundingStudy(**facts, **tables)
