"""Tax and benefits of a user's own households: from a frame or a CSV file to a frame of pounds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evidence.registry import rule_years, rules, uprating
from experiments.errors import InvalidData, InvalidRequest, MissingData, UnusableOutput
from scenarios.errors import listing, shown

if TYPE_CHECKING:
    from pandas import DataFrame

    from results.household_columns import Table
    from simulation.taxben.rates import Rates

MONTHS = 12
_YEAR = re.compile(r"(\d{4})[/-](\d{2}|\d{4})", re.ASCII)


@dataclass(frozen=True)
class YearRates:
    """Rates of a financial year; `label` names the year they are of, and says where they are extrapolated."""

    year: str
    rates: Rates
    label: str
    extrapolated: bool


@dataclass(frozen=True)
class Assessment:
    """Assessed households in pounds (`frame`), what changes how to read them (`warnings`), and `notes` on the input."""

    frame: DataFrame
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


def year_rates(year: str) -> YearRates:
    """Return the rates of a financial year (`2025/26`), extrapolated after the last year held.

    Raises
    ------
    InvalidRequest
        If the text is no financial year, or rates of it are neither held nor extrapolated.
    """
    from simulation.taxben.rates import NEW_HEALTH_ELEMENT_FROM, rates_of
    from simulation.taxben.uprating import rules_after

    held, indices = rule_years(), uprating()
    last = str(indices["last_year"].value)
    known = f"Held: {listing(held)}; later years to {last} are extrapolated."
    match = _YEAR.fullmatch(year.strip())
    if match is None or int(match[2]) % 100 != (int(match[1]) + 1) % 100:
        raise InvalidRequest(f"--year {shown(year)} is no financial year. Write it like 2025/26. {known}")
    wanted = f"{match[1]}/{int(match[2]) % 100:02d}"
    if wanted in held:
        return YearRates(wanted, rates_of(rules(wanted), NEW_HEALTH_ELEMENT_FROM, 1.0), wanted, False)
    if not held or not held[-1] < wanted <= last:
        raise InvalidRequest(f"--year {shown(year)}: no rates are held for this year. {known}")
    raised = rules_after(rules(held[-1]), held[-1], wanted, indices)
    return YearRates(wanted, rates_of(raised, NEW_HEALTH_ELEMENT_FROM, 1.0), f"{held[-1]} uprated to {wanted}", True)


def assess(frame: DataFrame, year: str) -> DataFrame:
    """Return tax and benefits of households in pounds a year, one row a household in the order given.

    Parameters
    ----------
    frame : columns as in `workability taxben --template`; numbers or text, empty or missing where nothing is said.
    year : financial year, `2025/26`.

    Raises
    ------
    InvalidData, InvalidRequest
        If a household cannot exist or a cell cannot be read; if no rates are known for the year.
    """
    return _assessed(_table(frame), year, MONTHS).frame


def assess_monthly(frame: DataFrame, year: str) -> DataFrame:
    """Return the same in pounds a month; parameters and errors as in `assess`."""
    return _assessed(_table(frame), year, 1).frame


def assess_file(path: Path, year: str) -> Assessment:
    """Return the assessment of a CSV file of households, pounds a year.

    Raises
    ------
    InvalidData, InvalidRequest, MissingData
        If the file is none that can be read, a household cannot exist, or no rates are known for the year.
    """
    from results.household_columns import HouseholdsError
    from results.household_file import read_households

    year_rates(year)  # a wrong year is told before a large file is read
    try:
        if not path.is_file():
            raise MissingData(f"No file {shown(str(path))}. Make one: workability taxben --template > households.csv.")
        table = read_households(path)
    except HouseholdsError as problem:
        raise InvalidData(str(problem)) from None
    except OSError as problem:
        raise MissingData(f"{shown(path.name)} can't be read: {problem.strerror}. Check its rights.") from None
    return _assessed(table, year, MONTHS)


def template() -> str:
    """Return an example of a file of households, as CSV text with notes."""
    from results.household_file import TEMPLATE

    return TEMPLATE


def check_out(path: Path, households: Path | None = None) -> None:
    """Check that a file of results can be written there without losing the households it is made from, if any.

    Raises
    ------
    UnusableOutput
        If it is a folder, or the file of households itself.
    """
    if path.is_dir():
        raise UnusableOutput(f"--out: {path} is a folder. Name a CSV file in it.")
    if households is not None and path.exists() and households.exists() and path.samefile(households):
        raise UnusableOutput(f"--out: {path} is the file of households itself. Name another file.")


def write_table(frame: DataFrame, path: Path) -> None:
    """Write a result as CSV with two decimals, whole or not at all.

    Raises
    ------
    UnusableOutput
        If the file cannot be written.
    """
    from results.files import write_text

    try:
        write_text(path, frame.to_csv(index=False, float_format="%.2f", lineterminator="\n"))
    except OSError as error:
        raise UnusableOutput(
            f"--out: {path} cannot be written ({error.strerror or error}). Choose a file that you may write."
        ) from None


def _table(frame: DataFrame) -> Table:
    """Return a frame as a table of cells."""
    from results.household_columns import Table

    heads = [str(name) for name in frame.columns]
    columns = [frame.iloc[:, k].to_numpy() for k in range(len(heads))]
    return Table("the frame", heads, columns, range(1, len(frame) + 1), "row")


def _assessed(table: Table, year: str, months: int) -> Assessment:
    """Return the assessment of a table in pounds of so many months."""
    from results.household_columns import HouseholdsError, Reader, read_facts
    from results.household_money import frame_of, pence_of

    found = year_rates(year)
    try:
        reader = Reader(table)
        facts = read_facts(reader)
    except HouseholdsError as problem:
        raise InvalidData(str(problem)) from None
    pence = pence_of(facts, found.year, found.rates)
    warnings, notes = [], []
    if found.extrapolated:
        warnings.append(
            f"Rates of {found.year} are not law: {found.label} with assumed growth of prices and earnings "
            "(evidence/rules/uprating.yaml); column 'rules' says so in every row."
        )
    if reader.unknown:
        notes.append(f"Columns that are not known were not read: {listing(map(shown, reader.unknown))}.")
    unlimited = ((facts.tenure == 2) & (facts.local_allowance < 0)).sum()
    if unlimited:
        notes.append(
            f"{unlimited:,} household(s) rent privately without local_allowance_month: their rent counts in full."
        )
    return Assessment(frame_of(facts, pence, months, found.label), tuple(warnings), tuple(notes))
