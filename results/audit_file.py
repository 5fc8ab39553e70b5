"""A service's own client counts: the template, the reading of a filled one, and every refusal; no one person's data.

Nothing of the file but counts goes on: groups are matched to the model's codes and only the codes are kept.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from results.equity import CONDITION, LABELS, PLACE
from scenarios.errors import listing, nearest, shown

MAX_BYTES, MAX_ROWS, MAX_COUNT = 1 << 20, 1000, 10_000_000
SMALLEST_SHOWN = 5
"""Counts below this are neither asked for nor shown."""
SUPPRESSED = (1, SMALLEST_SHOWN - 1)
"""What a suppressed count may be."""
NOT_KNOWN = "not_known"
DIMENSION, GROUP, CLIENTS, OUTCOMES = "dimension", "group", "clients", "starts_or_outcomes"
HEADINGS = (DIMENSION, GROUP, CLIENTS, OUTCOMES)
MARKS = ("", "*", "<5", "< 5", "c", "[c]")
"""How a suppressed count may be written."""
PERSONAL_WORDS = (
    *("name", "forename", "surname", "nino", "insurance", "dob", "birth", "postcode", "postal", "address", "email"),
    *("phone", "telephone", "mobile", "nhs", "uprn", "id", "identifier", "reference", "urn", "passport"),
)
_PERSONAL = re.compile(
    r"\b[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|\S+@\S+"
    r"|\b\d{1,2}[/.-]\d{1,2}[/.-](19|20)\d\d\b|\b(19|20)\d\d-\d\d-\d\d\b|\b\d{3} ?\d{3} ?\d{4}\b",
    re.IGNORECASE,
)
"""National Insurance number, postcode, e-mail address, a date, an NHS number."""
Range = tuple[int, int]
"""Least and most that a count may be; the two are equal where it is known."""


class ClientsError(ValueError):
    """A file of client counts that cannot be used; the message never repeats what may be personal."""


@dataclass(frozen=True)
class Cell:
    """One group's counts; `outcomes` is None where none were given."""

    clients: Range
    outcomes: Range | None


@dataclass(frozen=True)
class Clients:
    """A file's counts: dimension -> label -> cell, in the model's codes; Places by number, those left out missing."""

    cells: dict[str, dict[str, Cell]]
    total: Range


def template(places: Sequence[str]) -> str:
    """Return the template as text: how to fill it, then one row a group with the counts left open."""
    lines = [
        "# Counts of a service's clients by group, for: workability audit CLIENTS.csv. Lines with # are notes.",
        "# Counts only, never a row a person: no name, National Insurance number, date of birth, postcode or address.",
        "# clients: whole number of people in a period of your choice, each counted once in every dimension.",
        f"# {OUTCOMES}: of them, those who started, or reached your outcome. Leave the column out if you have none.",
        "# Counts of 1 to 4: write <5 (or *, or leave it empty). Nought is 0. Hide no other count.",
        f"# {NOT_KNOWN}: clients whose group you don't know; they are left out of the shares.",
        "# Delete a dimension that you don't hold. Keep every group of one that you keep, 0 where there is nobody.",
        "# place: delete the rows of Places that you don't serve; need is then counted in the others.",
        f"# {CONDITION}: a client may stand in several rows, which need not add up. deprivation: 1 is most deprived.",
        ",".join(HEADINGS),
    ]
    rows = [(PLACE, name) for name in places] + [(PLACE, NOT_KNOWN)]
    for dimension, labels in LABELS.items():
        rows += [(dimension, label) for label in (*labels, NOT_KNOWN)]
    return "\n".join(lines + [f"{dimension},{label},," for dimension, label in rows]) + "\n"


def read_clients(path: Path, places: Sequence[str], codes: Sequence[str] = ()) -> Clients:
    """Return the counts of a file.

    Parameters
    ----------
    path : the file.
    places, codes : names and codes of the region's Places by number.

    Raises
    ------
    ClientsError
        If it is too large, no table of counts, holds what looks personal, or its counts cannot be.
    """
    name = shown(path.name)
    with path.open("rb") as stream:
        raw = stream.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise ClientsError(f"{name} is larger than 1 MB. A table of counts has some {len(LABELS) * 8} rows; give that.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ClientsError(f"{name} is not text in UTF-8. Save it as 'CSV UTF-8' and give that file.") from None
    if "\0" in text:
        raise ClientsError(f"{name} is no text file. Save the table as CSV (UTF-8) and give that file.")
    lines = [(i, line) for i, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")]
    if len(lines) < 2:
        raise ClientsError(f"{name} holds no counts. Fill in the template: workability audit --template.")
    if len(lines) > MAX_ROWS:
        raise ClientsError(f"{name} has {len(lines)} rows; a table of counts has at most {MAX_ROWS}, one a group.")
    try:
        rows = list(csv.reader(io.StringIO("\n".join(line for _, line in lines)), strict=True))
    except csv.Error as problem:
        raise ClientsError(f"{name} is no sound CSV: {problem}. Save the table as CSV again.") from None
    if len(rows) != len(lines):
        raise ClientsError(f"{name}: a cell goes over a line's end. Write each row on one line.")
    columns = _columns(rows[0], name)
    cells: dict[str, dict[str, Cell]] = {}
    for (number, _), row in zip(lines[1:], rows[1:], strict=True):
        _add_row(cells, columns, row, f"{name}, line {number}", places, codes)
    return Clients(cells, _check_whole(cells, name))


def _columns(heads: Sequence[str], name: str) -> dict[str, int]:
    """Return column -> position, refusing what is personal, unknown, twice or missing."""
    found: dict[str, int] = {}
    for i, head in enumerate(heads):
        word = head.strip().casefold()
        parts = re.split(r"[^a-z]+", word)
        if any(part in PERSONAL_WORDS for part in parts) or _PERSONAL.search(head):
            raise ClientsError(
                f"{name}: column {i + 1} looks personal, and was not read. An audit takes counts by group only: "
                f"{', '.join(HEADINGS)}. Delete the column, count the clients by group, and give that."
            )
        if word not in HEADINGS:
            hint = nearest(word, HEADINGS)
            raise ClientsError(
                f"{name}: unknown column {shown(head)}.{hint} Columns: {', '.join(HEADINGS)}. Rename it."
            )
        if word in found:
            raise ClientsError(f"{name}: column '{word}' stands twice. Keep one.")
        found[word] = i
    lost = [head for head in HEADINGS[:3] if head not in found]
    if lost:
        raise ClientsError(f"{name}: no column '{lost[0]}'. Columns: {', '.join(HEADINGS)} (the last if you have it).")
    return found


def _add_row(
    cells: dict[str, dict[str, Cell]],
    columns: dict[str, int],
    row: Sequence[str],
    where: str,
    places: Sequence[str],
    codes: Sequence[str],
) -> None:
    """Add one row's counts to the cells.

    Parameters
    ----------
    cells : dimension -> label -> cell; grows.
    columns, row : positions of the columns, the row's cells.
    where : file and line, for messages.
    places, codes : names and codes of the region's Places.
    """
    if len(row) != len(columns):
        raise ClientsError(f"{where}: {len(row)} cells under {len(columns)} headings. Write one cell a column.")
    for i, cell in enumerate(row):
        if _PERSONAL.search(cell):
            raise ClientsError(
                f"{where}: cell {i + 1} looks like a personal detail, and is not repeated here. An audit takes counts "
                "by group only. Delete what concerns single people."
            )
    values = {name: row[i].strip() for name, i in columns.items()}
    dimension, known = values[DIMENSION].casefold(), (PLACE, *LABELS)
    if dimension not in known:
        hint = nearest(values[DIMENSION], known)
        raise ClientsError(f"{where}: unknown dimension {shown(values[DIMENSION])}.{hint} Allowed: {', '.join(known)}.")
    label = _label(dimension, values[GROUP], where, places, codes)
    if label in cells.setdefault(dimension, {}):
        raise ClientsError(f"{where}: {dimension} {shown(values[GROUP])} stands twice. Keep one row a group.")
    clients = _count(values[CLIENTS], where, CLIENTS)
    outcomes = _count(values[OUTCOMES], where, OUTCOMES) if OUTCOMES in values else None
    if outcomes is not None and clients == (0, 0) and values[OUTCOMES] in MARKS:
        outcomes = (0, 0)
    if outcomes is not None and outcomes[0] > clients[1]:
        raise ClientsError(
            f"{where}: {OUTCOMES} is {values[OUTCOMES]}, more than the {values[CLIENTS] or '<5'} clients. Correct one."
        )
    cells[dimension][label] = Cell(clients, outcomes)


def _label(dimension: str, text: str, where: str, places: Sequence[str], codes: Sequence[str]) -> str:
    """Return the model's code of a group; a Place is a number as text."""
    folded = text.casefold()
    if folded == NOT_KNOWN:
        return NOT_KNOWN
    known = list(places) if dimension == PLACE else list(LABELS[dimension])
    for i, name in enumerate(known):
        if folded == name.casefold() or (dimension == PLACE and codes and folded == codes[i].casefold()):
            return str(i) if dimension == PLACE else name
    raise ClientsError(
        f"{where}: unknown group {shown(text)} of {dimension}.{nearest(text, known)} Allowed: "
        f"{listing([*known, NOT_KNOWN])}."
    )


def _count(text: str, where: str, column: str) -> Range:
    """Return the least and the most that a count may be."""
    if text.casefold() in MARKS:
        return SUPPRESSED
    plain = text.replace(",", "")
    allowed = "Allowed: a whole number from 0, or <5, * or nothing for 1 to 4."
    if re.fullmatch(r"-\s*\d+(\.\d*)?", plain, re.ASCII):
        raise ClientsError(f"{where}: {column} is {shown(text)}, below nought. {allowed} Correct it.")
    if re.fullmatch(r"\d*\.\d+", plain, re.ASCII) and float(plain) % 1:
        raise ClientsError(f"{where}: {column} is {shown(text)}, no whole number. {allowed} Give people, not shares.")
    if not re.fullmatch(r"\d{1,9}(\.0+)?", plain, re.ASCII):
        raise ClientsError(f"{where}: {column} is {shown(text)}, no count. {allowed} Correct it.")
    value = int(plain.partition(".")[0])
    if value > MAX_COUNT:
        raise ClientsError(f"{where}: {column} is {shown(text)}; at most {MAX_COUNT:,} is allowed. Correct it.")
    return (value, value)


def _check_whole(cells: dict[str, dict[str, Cell]], name: str) -> Range:
    """Return the range of the number of clients, refusing dimensions that contradict each other.

    Parameters
    ----------
    cells : dimension -> label -> cell.
    name : the file, for messages.
    """
    totals: dict[str, Range] = {}
    for dimension, groups in cells.items():
        expected = LABELS.get(dimension, ())
        lost = [label for label in expected if label not in groups]
        if lost:
            raise ClientsError(
                f"{name}: {dimension} lacks the group '{lost[0]}'. Give every group of a dimension, 0 where there is "
                "nobody, or delete the dimension."
            )
        if dimension != CONDITION:
            totals[dimension] = (sum(c.clients[0] for c in groups.values()), sum(c.clients[1] for c in groups.values()))
    if not totals:
        raise ClientsError(
            f"{name}: only '{CONDITION}', whose groups overlap. Add a dimension that adds up, such as sex."
        )
    low, high = max(t[0] for t in totals.values()), min(t[1] for t in totals.values())
    if low > high:
        most = max(totals, key=lambda d: totals[d][0])
        least = min(totals, key=lambda d: totals[d][1])
        raise ClientsError(
            f"{name}: {most} adds up to at least {totals[most][0]:,} clients and {least} to at most "
            f"{totals[least][1]:,}, more apart than suppressed counts allow. Count each client once in each dimension; "
            f"write those of unknown group under {NOT_KNOWN}."
        )
    over = [label for label, cell in cells.get(CONDITION, {}).items() if cell.clients[0] > high]
    if over:
        raise ClientsError(
            f"{name}: {CONDITION} '{over[0]}' has more clients than there are in all, {high:,}. Correct it."
        )
    if high == 0 or all(c.clients in ((0, 0), SUPPRESSED) for groups in cells.values() for c in groups.values()):
        raise ClientsError(
            f"{name}: no group has {SMALLEST_SHOWN} clients or more, so nothing can be told. Add a period."
        )
    return (low, high)
