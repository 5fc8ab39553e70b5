"""What a file downloaded from Nomis says, cell by cell: its rows, and what one cell means; no measure is known here."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from experiments.errors import InvalidData

MAX_BYTES = 20_000_000
"""Largest file that is read; a download of every area and year is far smaller."""
MAX_LINES, MAX_COLUMNS = 200_000, 2_000
SHOWN = 60
"""Characters of a file's own text that a message repeats."""

SYMBOLS = {
    "!": "not available: the group sampled is nobody or disclosive (0-2)",
    "*": "unreliable: the group sampled is small (3-9)",
    "~": "the estimate is less than 500",
    "-": "these figures are missing",
    "#": "the sample is too small for a reliable estimate",
    ":": "not available",
    "..": "not available",
    "x": "not available",
    "": "the cell is blank",
}
"""What Nomis puts in place of a figure, and what it means."""
UNRELIABLE = "marked unreliable (a small sample)"
_NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII)
_FLAGGED = re.compile(rf"({_NUMBER.pattern})\s*([*#~!†§]+)", re.ASCII)
_MARKS = "†§ \t"


@dataclass(frozen=True)
class Cell:
    """One cell: its number, or why it has none (`missing`), or the text that is neither (`wrong`)."""

    value: float | None = None
    missing: str = ""
    wrong: str = ""
    unreliable: bool = False


@dataclass(frozen=True)
class Reading:
    """Everything a file says of one item, area and period.

    `cells` has some of: percent, conf, number, number_conf, numerator, denominator. A `conf` is half the width of the
    95% interval. `item` is Nomis's name of what is measured, `section` names a table of a labour market profile.
    `group` is what the row is restricted to, empty for everybody aged 16 to 64 or an item that says so itself.
    """

    line: int
    area: str
    code: str
    period: str
    item: str
    section: str
    group: str
    cells: Mapping[str, Cell]


@dataclass(frozen=True)
class Download:
    """A file as read: what it is, when it was taken from Nomis (empty if it does not say), and its readings."""

    title: str
    retrieved: str
    readings: tuple[Reading, ...]


Row = tuple[int, list[str]]
"""Line number, and cells without blanks around them."""


def shown(text: str) -> str:
    """Return a file's own text as a message may repeat it: printable, on one line, shortened."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= SHOWN else plain[: SHOWN - 3] + "..."


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a CSV file.

    Raises
    ------
    InvalidData
        If it is missing, too large, no text, or no sound CSV.
    """
    name = shown(path.name)
    if path.exists() and not path.is_file():
        raise InvalidData(f"{name}: is no file. Name a CSV file downloaded from Nomis.")
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as problem:
        message = f"{name}: cannot be read ({problem.strerror or problem}). Name a CSV file downloaded from Nomis."
        raise InvalidData(message) from None
    if len(content) > MAX_BYTES:
        raise InvalidData(f"{name}: has more than {MAX_BYTES:,} bytes; download fewer areas, dates or variables.")
    start = content[:200].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    for mark, what in ((b"pk\x03\x04", "a workbook or archive"), (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
                       (b"%pdf", "a PDF"), (b"<", "a web page"), (b"{", "JSON")):  # fmt: skip
        if start.startswith(mark):
            raise InvalidData(f"{name}: is {what}, not a CSV file. On Nomis choose the format 'CSV' (comma separated).")
    if b"\0" in content:
        raise InvalidData(f"{name}: holds zero bytes, so it is no plain text. On Nomis choose the format 'CSV'.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    rows: list[Row] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            if len(cells) > MAX_COLUMNS:
                raise InvalidData(
                    f"{name}: line {reader.line_num} has {len(cells)} columns; at most {MAX_COLUMNS} are read."
                )
            rows.append((reader.line_num, [cell.strip() for cell in cells]))
            if len(rows) > MAX_LINES:
                raise InvalidData(
                    f"{name}: has more than {MAX_LINES:,} lines; download fewer areas, dates or variables."
                )
    except csv.Error as problem:
        raise InvalidData(
            f"{name}: line {reader.line_num} is no sound CSV ({problem}). Download the file again."
        ) from None
    return rows


def cell(text: str) -> Cell:
    """Return what one cell says; a formula or any other text is `wrong`, never worked out."""
    plain = text.strip(_MARKS)
    if plain.lower() in SYMBOLS:
        return Cell(missing=SYMBOLS[plain.lower()], unreliable=plain == "*")
    flagged = _FLAGGED.fullmatch(plain)
    if flagged:
        return Cell(float(flagged[1].replace(",", "")), unreliable=bool(set(flagged[2]) & set("*#")))
    if _NUMBER.fullmatch(plain):
        return Cell(float(plain.replace(",", "")))
    return Cell(wrong=text)


def with_status(found: Cell, status: str) -> Cell:
    """Return a cell as the observation's status, in Nomis's words, has it."""
    words = status.casefold()
    if "unreliable" in words:
        return Cell(found.value, found.missing and UNRELIABLE, found.wrong, unreliable=True)
    if "not available" in words or "less than 500" in words or "missing" in words or "disclosive" in words:
        return Cell(missing=shown(status))
    return found
