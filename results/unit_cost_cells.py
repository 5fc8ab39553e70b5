"""Opening a stranger's workbook or CSV of unit costs as plain cells: no formula is worked out, nothing is fetched."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MAX_BYTES, MAX_UNPACKED, MAX_PARTS = 20 << 20, 200 << 20, 2000
MAX_SHEETS, MAX_ROWS, MAX_COLUMNS, MAX_CELL = 60, 20_000, 60, 2000
MACRO_PARTS = ("vbaproject.bin", "/macrosheets/", "/activex/", "/embeddings/")
FORMULA = "="
"""What a cell with a formula is read as; its result is never used."""
Cell = str | float | None


class UnitCostFileError(ValueError):
    """A file of unit costs that cannot be used; the message says what was found, what is allowed and how to mend it."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name and its rows of plain cells, each with its row number in the file."""

    name: str
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]


def read_sheets(name: str, content: bytes) -> tuple[Sheet, ...]:
    """Return the sheets of a workbook, or a CSV as one sheet.

    Parameters
    ----------
    name : str
        The file's name; its ending says what it is.
    content : bytes
        The file.

    Raises
    ------
    UnitCostFileError
        If it is too large, neither kind, holds macros, or cannot be read.
    """
    ending = name.lower().rpartition(".")[2]
    if len(content) > MAX_BYTES:
        raise UnitCostFileError(
            f"{name} has {len(content) / 1e6:,.0f} MB; at most {MAX_BYTES >> 20} are read. Keep only the cost sheets."
        )
    if ending == "csv":
        return (Sheet(name, tuple(_csv_rows(name, content))),)
    if ending != "xlsx":
        raise UnitCostFileError(f"{name} ends in neither .xlsx nor .csv. Save it as one of these, without macros.")
    _check_package(name, content)
    return tuple(_workbook(name, content))


def _csv_rows(name: str, content: bytes) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    """Yield row number and cells of a CSV."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise UnitCostFileError(f"{name}: byte {problem.start} is not UTF-8. Save it as 'CSV UTF-8'.") from None
    if "\0" in text:
        raise UnitCostFileError(f"{name} is no text file. Save the table as CSV (UTF-8).")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            if reader.line_num > MAX_ROWS:
                raise UnitCostFileError(f"{name} has more than {MAX_ROWS:,} rows. Keep only the table of costs.")
            yield reader.line_num, tuple(_plain(cell) for cell in row[:MAX_COLUMNS])
    except csv.Error as problem:
        raise UnitCostFileError(f"{name}, line {reader.line_num}: no sound CSV: {problem}. Save it again.") from None


def _check_package(name: str, content: bytes) -> None:
    """Refuse a workbook that is none, is packed to burst, or brings macros, objects or entities with it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise UnitCostFileError(f"{name} unpacks to far more than a table of costs. Save a plain copy of it.")
            for part in parts:
                word = f"/{part.filename.lower()}"
                if any(mark in word for mark in MACRO_PARTS):
                    raise UnitCostFileError(f"{name} holds macros or embedded objects. Save a copy as plain .xlsx.")
                if word.endswith((".xml", ".rels")):
                    with package.open(part) as stream:
                        if b"<!DOCTYPE" in stream.read(4096).upper():
                            raise UnitCostFileError(f"{name} defines entities of its own. Save a plain copy of it.")
            if "[Content_Types].xml" not in package.namelist():
                raise UnitCostFileError(f"{name} is no Excel workbook. Save the table as .xlsx or .csv.")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as problem:
        raise UnitCostFileError(
            f"{name} cannot be opened as a workbook ({problem}). Is it protected by a password? Save a plain copy."
        ) from None


def _workbook(name: str, content: bytes) -> Iterator[Sheet]:
    """Yield every sheet of a workbook whose package was checked."""
    import warnings

    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and print settings, which are not read
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
            if len(book.sheetnames) > MAX_SHEETS:
                raise UnitCostFileError(f"{name} has {len(book.sheetnames)} sheets; at most {MAX_SHEETS} are read.")
            n_rows = 0
            for sheet in book.worksheets:
                rows: list[tuple[int, tuple[Cell, ...]]] = []
                for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), 1):
                    n_rows += 1
                    if n_rows > MAX_ROWS:
                        raise UnitCostFileError(f"{name} has more than {MAX_ROWS:,} rows. Keep only the cost sheets.")
                    rows.append((number, tuple(_plain(cell) for cell in row)))
                yield Sheet(str(sheet.title), tuple(rows))
    except UnitCostFileError:
        raise
    except Exception as problem:  # openpyxl raises nearly anything on a workbook that is not sound
        raise UnitCostFileError(
            f"{name} is no sound workbook ({type(problem).__name__}). Open and save it again as .xlsx, or as CSV."
        ) from None


def _plain(cell: object) -> Cell:
    """Return a cell as number or text on one line; a formula as FORMULA alone, an empty cell as None."""
    if cell is None or isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return float(cell) if abs(cell) < 1e300 else None
    if not isinstance(cell, str):
        # dates, errors, array formulas and the like are not what a table of costs is read for
        return FORMULA if "Formula" in type(cell).__name__ else str(cell)[:MAX_CELL]
    text = "".join(c if c.isprintable() else " " for c in cell[:MAX_CELL])
    text = " ".join(text.split())
    return FORMULA if text.startswith("=") else text or None


def head_text(cell: Cell) -> str:
    """Return a heading in small letters without anything but letters, digits and single spaces."""
    if not isinstance(cell, str):
        return ""
    return " ".join("".join(c if c.isalnum() else " " for c in cell.casefold()).split())


def heads(cells: Sequence[Cell]) -> list[str]:
    """Return the headings of a row."""
    return [head_text(cell) for cell in cells]
