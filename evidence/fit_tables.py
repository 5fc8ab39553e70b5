"""Reading CSV tables that a calibration wrote: head and rows as text, and the number in a cell, with what is wrong."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence

from evidence.errors import EvidenceError

WRITTEN = "it is written by `workability calibrate`: restore it or calibrate again"


def table_rows(text: str, file: str, needed: Sequence[str] = ()) -> tuple[list[str], list[list[str]]]:
    """Return the head of a CSV text and its rows, the first of which is line 2; each is as long as the head.

    Parameters
    ----------
    text, file
        The content, and how the file is named in messages.
    needed
        Columns that must be there.

    Raises
    ------
    EvidenceError
        If it is no table, has no row, or a column is missing or there twice.
    """
    try:
        lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True))
    except csv.Error as error:
        raise EvidenceError(file, "", f"is no CSV table: {error}; {WRITTEN}") from None
    if len(lines) < 2:
        raise EvidenceError(file, "", f"the table has no rows, no draw; {WRITTEN}")
    head, rows = lines[0], lines[1:]
    for name in head:
        if head.count(name) > 1:
            raise EvidenceError(file, name, "the column is there twice; keep one")
    for name in needed:
        if name not in head:
            raise EvidenceError(file, name, f"the column is missing; found {', '.join(head[:8])}; {WRITTEN}")
    for number, row in enumerate(rows, 2):
        if len(row) != len(head):
            message = f"found {len(row)} cells under {len(head)} headings; {WRITTEN}"
            raise EvidenceError(file, f"row {number}", message)
    return head, rows


def number(cell: str, file: str, key: str, blanks: bool = False) -> float:
    """Return a cell's finite number; not a number where it is empty and may be.

    Parameters
    ----------
    cell
        Its text.
    file, key
        The file, and where in it the cell stands, for messages.
    blanks
        Whether it may be empty: not measured.
    """
    if blanks and not cell.strip():
        return math.nan
    try:
        found = float(cell)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        allowed = "a finite number, or leave it empty where it was not measured" if blanks else "a finite number"
        raise EvidenceError(file, key, f"found '{cell[:40]}'; write {allowed}. {WRITTEN[0].upper()}{WRITTEN[1:]}")
    return found
