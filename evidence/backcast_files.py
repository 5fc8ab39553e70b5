"""Reading what a back-cast of a region starts from and is judged by: its inputs, and the Places' series."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from evidence import entries, loading
from evidence.errors import EvidenceError
from evidence.model import Parameter, Source
from evidence.region_files import BACKCAST

if TYPE_CHECKING:
    from pandas import DataFrame

SERIES_COLUMNS = ("measure", "area_code", "area", "year", "value", "se", "unit", "source", "note")
MEASURES = ("employment_rate", "inactivity_rate", "unemployment_rate", "long_term_sick_rate")
"""All in percent; unemployment of active residents, the others of all."""
INPUTS = ("vacancies_per_unemployed", "limiting_conditions_growth", "first_year")


def read_backcast(
    root: Path, folder: Path, sources: Mapping[str, Source], places: tuple[str, ...]
) -> tuple[Mapping[str, Parameter], DataFrame]:
    """Return the inputs of a region's back-cast by name, and the series, a row a measure, Place and year.

    Parameters
    ----------
    root, folder
        The evidence and the region's folder.
    sources
        All publications by id.
    places
        Names of the region's Places.

    Raises
    ------
    EvidenceError
        If a file is missing, an input or column is missing, or a row cannot be used.
    """
    for name in BACKCAST:
        if not (folder / name).is_file():
            message = (
                "is missing; a region without it has no back-cast. Add it as in evidence/regions/cheshire-merseyside"
            )
            raise EvidenceError(loading.show(root, folder / name), "", message)
    inputs = entries.read_parameters(root, folder / BACKCAST[0], sources)
    file = loading.show(root, folder / BACKCAST[0])
    for name in INPUTS:
        if name not in inputs:
            raise EvidenceError(file, name, "is missing; add it")
    return inputs, _series(
        root, folder / BACKCAST[1], sources, places, int(entries.numbers(inputs["first_year"].value)[0])
    )


def _series(
    root: Path, path: Path, sources: Mapping[str, Source], places: tuple[str, ...], first_year: int
) -> DataFrame:
    import pandas as pd

    file = loading.show(root, path)
    table = pd.read_csv(path, dtype={"area_code": str, "note": str}, keep_default_na=True)
    if tuple(table.columns) != SERIES_COLUMNS:
        raise EvidenceError(file, "", f"found columns {', '.join(table.columns)}; write {', '.join(SERIES_COLUMNS)}")
    for i, row in enumerate(table.to_dict(orient="records"), 2):
        where = f"line {i}"
        loading.one_of(str(row["measure"]), MEASURES, file, f"{where}.measure")
        loading.one_of(str(row["area"]), places, file, f"{where}.area")
        entries.check_source(str(row["source"]), sources, file, f"{where}.source")
        if not 0 < float(row["value"]) < 100:
            raise EvidenceError(file, f"{where}.value", f"found {row['value']}; write a percentage between 0 and 100")
        if not float(row["se"]) > 0:
            raise EvidenceError(file, f"{where}.se", f"found {row['se']}; write a standard error above 0")
        if int(row["year"]) < first_year:
            raise EvidenceError(file, f"{where}.year", f"found {row['year']}; the back-cast begins in {first_year}")
    twice = table[table.duplicated(["measure", "area", "year"])]
    if len(twice):
        first = twice.to_dict(orient="records")[0]
        message = f"{first['measure']} of {first['area']} in {first['year']} twice"
        raise EvidenceError(file, f"line {twice.index[0] + 2}", message)
    start = table[table["year"] == first_year]
    for measure in MEASURES:
        missing = sorted(set(places) - set(start.loc[start["measure"] == measure, "area"]))
        if missing:
            raise EvidenceError(file, measure, f"has no figure of {first_year} for {', '.join(missing)}; add it")
    return table.assign(note=table["note"].fillna(""))
