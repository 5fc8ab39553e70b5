"""Taking a later edition of the unit-cost database from a user's own copy, and telling what was taken and left."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evidence.unit_cost_editions import CODE, MAX_POUNDS, TEXT_CHARACTERS, EditionCost
from results.files import digest, write_text
from results.unit_cost_cells import FORMULA, MAX_BYTES, Cell, Sheet, UnitCostFileError, heads, read_sheets

HEADS: Mapping[str, tuple[str, ...]] = {
    "code": (r"(unit )?(cost )?(code|ref|reference|reference code|code number)",),
    "value": (r"estimated (cost|saving)( .*)?", r"(fiscal )?(unit )?cost( saving)?|fiscal( value)?|value"),
    "price_year": (r"(year|price year|price base|price base year|cost year|year of (cost|prices|data)|base year)",),
    "title": (r"(cost|saving|cost saving|outcome) (details?|description)( .*)?", r"description", r"details?|outcome"),
    "unit": (r"(unit|units|unit of measurement|unit of measure|basis)",),
    "agency": (r"(agency|agency 1|main agency|lead agency|agency bearing .*|who bears .*)",),
    "agency_2": (r"(agency 2|agency detail|agency sub.*|agency breakdown|second agency|further agency)",),
    "economic": (r"(estimated )?economic( value| cost| saving| benefit)?( .*)?",),
    "social": (r"(estimated )?social( value| cost| saving| benefit)?( .*)?",),
}
"""Column -> headings it may have, matched whole in small letters without punctuation; earlier patterns go first."""
NEEDED = ("code", "value", "price_year")
HEAD_ROWS = 60
YEAR = re.compile(r"((?:19|20)\d\d)(?:\s?[-/–]\s?(?:20)?(\d\d))?(?!\d)")
VERSION = re.compile(r"\b(?:v|version|edition)[ .]?(\d{1,2}(?:\.\d{1,2})+)", re.IGNORECASE)
AMOUNT = re.compile(r"£?\s?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?")
SEVERAL = ("", "multiple", "various", "several", "all")
MOST_LISTED = 40


@dataclass(frozen=True)
class Left:
    """A row that was not taken: where it stands and why."""

    where: str
    reason: str


@dataclass(frozen=True)
class Imported:
    """What was taken from a file: the edition's name, its costs by code, and what was left."""

    edition: str
    file: str
    sha256: str
    costs: Mapping[str, EditionCost]
    left: tuple[Left, ...]
    columns: Mapping[str, Mapping[str, str]]
    """sheet -> column -> heading that it was read from"""


@dataclass(frozen=True)
class _Row:
    code: str
    title: str
    value: float
    unit: str
    price_year: str
    agency: str
    economic: float | None
    social: float | None


def import_unit_costs(path: Path, edition: str = "") -> Imported:
    """Return the unit costs of a user's copy of the database.

    Formulas are never worked out: a row whose cost or year is one is left. Of a cost that several agencies bear, the
    split is taken from its parts (E&E2.0.1 of E&E2.0) where they add up to it.

    Parameters
    ----------
    path : Path
        A .xlsx or .csv file.
    edition : str
        What to call it; found in the file or its name where empty.

    Raises
    ------
    UnitCostFileError
        If the file cannot be used, holds no table of costs, or does not say which edition it is.
    OSError
        If it cannot be read.
    """
    with path.open("rb") as stream:
        content = stream.read(MAX_BYTES + 1)
    sheets = read_sheets(path.name, content)
    rows: dict[str, _Row] = {}
    left: list[Left] = []
    columns: dict[str, dict[str, str]] = {}
    for sheet in sheets:
        found = _head_row(sheet)
        if found is None:
            continue
        at, positions = found
        columns[sheet.name] = {name: _heading(sheet, at, i) for name, i in positions.items()}
        for number, cells in sheet.rows[at + 1 :]:
            where = f"{sheet.name}, row {number}"
            _take(cells, positions, where, rows, left)
    if not columns:
        raise UnitCostFileError(
            f"{path.name} has no table of unit costs: no sheet has columns for {', '.join(NEEDED)} in its first "
            f"{HEAD_ROWS} rows. Headings may be 'Code', 'Cost/Saving detail', 'Unit', 'Agency', 'Estimated Cost / "
            "Saving', 'Year'."
        )
    if not rows:
        reasons = "; ".join(f"{item.where}: {item.reason}" for item in left[:3])
        raise UnitCostFileError(f"{path.name}: no row could be taken. {reasons or 'The tables are empty'}.")
    named = edition.strip() or _edition(sheets, columns, path.name)
    if not named:
        raise UnitCostFileError(f"{path.name} does not say which edition it is. Name it with --edition 'v3.0'.")
    return Imported(
        named[:TEXT_CHARACTERS], path.name, digest(content), _costs(list(rows.values())), tuple(left), columns
    )


def _head_row(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    """Return the index of the row of headings and column -> position, None where the sheet has no table of costs.

    Headings may stand in one row or, as merged cells often do, in two rows below each other.
    """
    for at, (_, cells) in enumerate(sheet.rows[:HEAD_ROWS]):
        words = heads(cells)
        below = heads(sheet.rows[at + 1][1]) if at + 1 < len(sheet.rows) else []
        width = max(len(words), len(below))
        words, below = (line + [""] * (width - len(line)) for line in (words, below))
        for last, line in ((at, words), (at + 1, [word or under for word, under in zip(words, below, strict=True)])):
            found = _positions(line)
            if all(name in found for name in NEEDED):
                return last, found
    return None


def _positions(words: Sequence[str]) -> dict[str, int]:
    """Return column -> position of the headings that are known."""
    found: dict[str, int] = {}
    for name, patterns in HEADS.items():
        fits = [
            i
            for pattern in patterns
            for i, word in enumerate(words)
            if word and i not in found.values() and re.fullmatch(pattern, word)
        ]
        if fits:
            found[name] = fits[0]
    return found


def _heading(sheet: Sheet, at: int, column: int) -> str:
    """Return a heading as it stands in the file, from the row of headings or the one above it."""
    for row in (at, at - 1):
        cells = sheet.rows[row][1] if row >= 0 else ()
        if column < len(cells) and cells[column] is not None:
            return str(cells[column])
    return ""


def _take(
    cells: Sequence[Cell], columns: Mapping[str, int], where: str, rows: dict[str, _Row], left: list[Left]
) -> None:
    """Add one row to those taken, or to those left with the reason; rows without a code are headings and notes.

    Parameters
    ----------
    cells, columns : the row's cells, and the position of each column.
    where : sheet and row, for the reason.
    rows, left : what was taken by code and what was left; one of them grows.
    """

    def cell(name: str) -> Cell:
        i = columns.get(name)
        return None if i is None or i >= len(cells) else cells[i]

    code = str(cell("code") or "").replace(" ", "").upper()
    if not code or (isinstance(cell("code"), str) and not CODE.fullmatch(code) and cell("value") is None):
        return
    reason = ""
    value, year = _amount(cell("value")), _year(cell("price_year"))
    if not CODE.fullmatch(code):
        reason = f"'{code[:20]}' is no cost code"
    elif code in rows:
        reason = f"{code} stands there twice; the first is kept"
    elif cell("value") == FORMULA or cell("price_year") == FORMULA:
        reason = f"{code}: cost or year is a formula, which is not worked out"
    elif value is None:
        reason = f"{code}: the cost is no amount from £0 to £{MAX_POUNDS:,.0f}"
    elif year is None:
        reason = f"{code}: the price year is no year such as 2012/13"
    if reason or value is None or year is None:
        left.append(Left(where, reason))
        return
    words = [_words(cell(name)) for name in ("title", "unit", "agency")]
    wider = [_amount(cell(name)) for name in ("economic", "social")]
    rows[code] = _Row(code, words[0] or code, value, words[1] or "not stated", year, words[2], wider[0], wider[1])


def _words(cell: Cell) -> str:
    """Return a text that is safe in any table: shortened, and never beginning like a formula."""
    text = "" if cell is None or cell == FORMULA else f"{cell:g}" if isinstance(cell, float) else cell
    return text.lstrip("=+-@\t ")[:TEXT_CHARACTERS]


def _amount(cell: Cell) -> float | None:
    """Return pounds of a number, or of a text such as £9,800; None for anything else."""
    if isinstance(cell, str):
        found = AMOUNT.fullmatch(cell.strip())
        cell = float(found[1].replace(",", "") + (found[2] or "")) if found else None
    if cell is None or not 0 <= cell <= MAX_POUNDS:
        return None
    return float(cell)


def _year(cell: Cell) -> str | None:
    """Return a price year as 2012/13 or 2012, None for anything else."""
    if isinstance(cell, float):
        return f"{cell:.0f}" if 1980 <= cell <= 2100 and cell.is_integer() else None
    found = YEAR.match(cell or "")
    if not found:
        return None
    if found[2] and (int(found[1]) + 1) % 100 != int(found[2]):
        return None
    return f"{found[1]}/{found[2]}" if found[2] else found[1]


def _edition(sheets: Sequence[Sheet], tables: Mapping[str, object], name: str) -> str:
    """Return the edition that a sheet without a table of costs, or else the file's name, speaks of."""
    for sheet in sheets:
        if sheet.name in tables:
            continue
        for _, cells in sheet.rows[:HEAD_ROWS]:
            for cell in cells:
                found = VERSION.search(cell) if isinstance(cell, str) else None
                if found:
                    return f"v{found[1]}"
    found = VERSION.search(re.sub(r"[-_ ](?=\d)", ".", re.sub(r"[-_ ]v", " v", name, flags=re.IGNORECASE)))
    return f"v{found[1]}" if found else ""


def _costs(rows: Sequence[_Row]) -> dict[str, EditionCost]:
    """Return the costs by code, each with its split where its parts add up to it."""
    out = {}
    for row in rows:
        parts = [part for part in rows if part.code.rpartition(".")[0] == row.code]
        named = [part for part in parts if part.agency.casefold() not in SEVERAL]
        split: dict[str, float] = {}
        for part in named:
            split[part.agency] = split.get(part.agency, 0.0) + part.value
        if not split or abs(sum(split.values()) - row.value) > 1:
            split = {} if row.agency.casefold() in SEVERAL else {row.agency: row.value}
        terms = (row.code, row.title, row.value, row.unit, row.price_year)
        out[row.code] = EditionCost(*terms, split, row.economic, row.social)
    return out


def edition_text(found: Imported) -> str:
    """Return an imported edition as YAML text, which `evidence.unit_cost_editions.read_edition` reads back."""
    lines = [
        f"# Unit costs of the Greater Manchester database, edition {_one_line(found.edition)}, from a user's copy.",
        "# Each stands in pounds of its own price year. Its licence is that of the copy.",
        f"edition: {_quoted(found.edition)}",
        f"file: {_quoted(found.file)}",
        f"sha256: {_quoted(found.sha256)}",
        "costs:",
    ]
    for code, cost in found.costs.items():
        parts = [
            f"title: {_quoted(cost.title)}",
            f"value: {cost.value!r}",
            f"unit: {_quoted(cost.unit)}",
            f"price_year: {_quoted(cost.price_year)}",
        ]
        if cost.agencies:
            split = ", ".join(f"{_quoted(agency)}: {value!r}" for agency, value in cost.agencies.items())
            parts.append(f"agencies: {{{split}}}")
        for name, value in (("economic", cost.economic), ("social", cost.social)):
            if value is not None:
                parts.append(f"{name}: {value!r}")
        lines.append(f"  {_quoted(code)}: {{{', '.join(parts)}}}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Return a text in double quotes that YAML and JSON read alike."""
    return json.dumps(_one_line(text), ensure_ascii=True)


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def write_edition(found: Imported, path: Path) -> None:
    """Write an imported edition whole."""
    write_text(path, edition_text(found))
