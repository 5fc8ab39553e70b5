"""The three forms of a Nomis download: a table of a query, the list of its interface, and a labour market profile."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from calibration.nomis_cells import Cell, Download, Reading, Row, cell, read_rows, shown, with_status
from experiments.errors import InvalidData

_TAKEN = re.compile(r"from nomis on (\d{1,2}) ([a-z]+) (\d{4})", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"([a-z]{3,9})[ -](\d{4})"
_PERIOD = re.compile(rf"{_MONTH} ?(?:-|–|to) ?{_MONTH}", re.IGNORECASE)
_YEAR_TO = re.compile(rf"(?:12 months|year) (?:to|ending) {_MONTH}", re.IGNORECASE)
_AREA_HEAD = re.compile(
    r"(area|geography|local authorit\w+|countr\w+|regions?|count\w+|unitary|combined authorit\w+|ualad|uacounty)"
    r"\b.*"
)
_SUB = {
    "number": "number", "numbers": "number", "value": "number", "count": "number", "level": "number",
    "numerator": "numerator", "denominator": "denominator",
    "%": "percent", "percent": "percent", "percentage": "percent", "variable": "percent", "rate": "percent",
}  # fmt: skip
_CONF = re.compile(r"(conf\b.*|confidence.*|95% ?(ci|conf).*)")
_FLAGS = re.compile(r"(flags?|status|obs_status.*)( ?\d*)?")
_PROFILE_HEAD = re.compile(r"(.+?) ?\((levels?|numbers?|%|percent)\)", re.IGNORECASE)
_EVERYBODY = re.compile(
    r"(all|total|both|persons?|people|all persons?|all people|both sexes|aged 16[- ](to )?64|16-64|.*aged 16 to 64)"
)
_ITEM_HEADS = ("variable", "cell")
_META_GROUPS = ("sex", "c_sex", "gender", "age", "ethnicity", "ethnic group")


def read_download(path: Path) -> Download:
    """Return what a file downloaded from Nomis says.

    Raises
    ------
    InvalidData
        If it cannot be read or is in none of the forms of a Nomis download.
    """
    rows = read_rows(path)
    filled = [(line, cells) for line, cells in rows if any(cells)]
    name = shown(path.name)
    if not filled:
        raise InvalidData(f"{name}: is empty. Name a CSV file downloaded from Nomis.")
    head = [word.upper() for word in filled[0][1]]
    taken = next((found for _, cells in filled[:20] for word in cells if (found := _TAKEN.search(word))), None)
    retrieved = _day(taken) if taken else ""
    if "OBS_VALUE" in head:
        return Download("Nomis interface, list of observations", retrieved, tuple(_list(filled, name)))
    title = shown(filled[0][1][0])
    if any("labour market profile" in word.casefold() for _, cells in filled[:5] for word in cells):
        return Download(title, retrieved, tuple(_profile(filled)))
    readings = tuple(_query(rows))
    if not readings:
        first = "; ".join(f"'{shown(','.join(cells))}'" for _, cells in filled[:2])
        raise InvalidData(
            f"{name}: is no download from Nomis that is known here; it begins {first}. Known are a query of the Annual "
            "Population Survey (a table that begins 'local authority: ...' or 'Area'), the list of its interface "
            "(a column OBS_VALUE), and a labour market profile."
        )
    return Download(title, retrieved, readings)


def period_of(text: str) -> str | None:
    """Return a period as 2024-01/2024-12, 2024-03 or 2024; None if it is none."""
    text = text.strip()
    if re.fullmatch(r"(19|20)\d\d", text):
        return text
    found = _PERIOD.fullmatch(text)
    if found:
        first, last = _month(found[1], found[2]), _month(found[3], found[4])
        return f"{first}/{last}" if first and last and first <= last else None
    ending = _YEAR_TO.fullmatch(text)
    if ending and (last := _month(ending[1], ending[2])):
        year, month = int(last[:4]), int(last[5:])
        return f"{year - (month < 12)}-{month % 12 + 1:02d}/{last}"
    single = re.fullmatch(_MONTH, text, re.IGNORECASE)
    return _month(single[1], single[2]) if single else None


def _month(name: str, year: str) -> str | None:
    """Return 2024-03 of March 2024, None for no month."""
    short = name[:3].lower()
    return f"{year}-{_MONTHS.index(short) + 1:02d}" if short in _MONTHS else None


def _day(found: re.Match[str]) -> str:
    """Return the day a file was taken from Nomis as 2025-04-15, or its words where it is no day."""
    month = _month(found[2], found[3])
    return f"{month}-{int(found[1]):02d}" if month else found[0]


# The list of the interface


def _list(filled: Sequence[Row], name: str) -> Iterator[Reading]:
    """Yield the readings of a list with one observation a line, joined by item, area and period."""
    head = [word.upper() for word in filled[0][1]]
    place = {word: i for i, word in enumerate(head)}
    item = next((word for word in ("VARIABLE_NAME", "CELL_NAME") if word in place), "")
    for needed in (item or "VARIABLE_NAME", "DATE_NAME", "GEOGRAPHY_NAME", "MEASURES_NAME"):
        if needed not in place:
            raise InvalidData(
                f"{name}: the column {needed} is missing; found {shown(', '.join(head))}. Add it to 'select=' of the "
                "address, or download without 'select='."
            )
    joined: dict[tuple[str, ...], tuple[int, dict[str, Cell]]] = {}
    for line, cells in filled[1:]:

        def get(word: str, cells: Sequence[str] = cells) -> str:
            i = place.get(word)
            return cells[i] if i is not None and i < len(cells) else ""

        groups = [get(f"{word.upper()}_NAME") for word in _META_GROUPS]
        group = next((word for word in groups if word and not _EVERYBODY.fullmatch(word.casefold())), "")
        key = (get("GEOGRAPHY_NAME"), get("GEOGRAPHY_CODE"), get("DATE_NAME"), get(item), group)
        kind = _kind(get("MEASURES_NAME"), "VARIABLE" in item)
        first, found = joined.setdefault(key, (line, {}))
        if kind in found:
            raise InvalidData(
                f"{name}: lines {first} and {line} both give {shown(get('MEASURES_NAME'))} of {shown(get(item))} for "
                f"{shown(key[0])}, {shown(key[2])}; keep one of the two."
            )
        found[kind] = with_status(cell(get("OBS_VALUE")), get("OBS_STATUS_NAME"))
    for (area, code, period, what, group), (line, found) in joined.items():
        yield Reading(line, area, code, period, what, "", group, found)


def _kind(measures: str, of_variables: bool) -> str:
    """Return which cell of a reading an observation is: a variable is in percent, a cell of a table in persons."""
    words = measures.casefold()
    if words.startswith("conf"):
        return "conf" if of_variables else "number_conf"
    if words in ("numerator", "denominator"):
        return words
    return "percent" if of_variables or words.startswith(("percent", "%")) else "number"


# A table of a query


def _query(rows: Sequence[Row]) -> Iterator[Reading]:
    """Yield the readings of tables below title lines; there may be a table a date.

    A row is an area, a date or an item, a column an item or a date; the lines above the table say what is in neither.
    """
    meta: dict[str, str] = {}
    columns: list[tuple[str, str]] = []
    rows_are, after_data, header = "", False, False
    for line, cells in rows:
        words = [word for word in cells if word]
        if not words:
            header, after_data = header and not after_data, False
            continue
        if header and not after_data and not cells[0] and all(_sub(word) for word in words):
            columns = _columns(cells, columns)
            continue
        if not header:
            key = cells[0].rstrip(": ").casefold()
            if _is_head(cells):
                rows_are = "date" if key == "date" else "item" if key in _ITEM_HEADS else "area"
                header, after_data, columns = True, False, _columns(cells, [])
            elif len(words) == 2 and (cells[0].endswith(":") or key in ("date", "geography", *_ITEM_HEADS)):
                meta[key] = words[1]
            continue
        if len(words) == 1:
            header = False  # a footnote: the table is over
            continue
        after_data = True
        yield from _wide(line, cells, columns, meta, rows_are)


def _is_head(cells: Sequence[str]) -> bool:
    """Return whether a row is the heading of a table: a kind of area and items, or Date and several columns."""
    words = [word for word in cells[1:] if word]
    first = cells[0].rstrip(": ").casefold()
    if first in _ITEM_HEADS:
        return bool(words) and all(_sub(word) or period_of(word) for word in words)
    if first == "date":
        return len(words) > 1 or (len(words) == 1 and period_of(words[0]) is None and not cells[0].endswith(":"))
    return bool(_AREA_HEAD.fullmatch(first)) and bool(words) and not cells[0].endswith(":") and first != "geography"


def _sub(word: str) -> str:
    """Return which cell of a reading a column below an item is; empty if the word is none of them."""
    word = word.casefold().strip()
    return "conf" if _CONF.fullmatch(word) else "flag" if _FLAGS.fullmatch(word) else _SUB.get(word, "")


def _columns(cells: Sequence[str], first: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return (item, kind) of each column; an item holds on to the right until the next one begins.

    The kind of a column that only names its item is `main`. An empty item is named by the lines above the table.

    Parameters
    ----------
    cells : the row of headings, or the second row of them.
    first : what the first row of headings says, where this is the second; else empty.
    """
    out: list[tuple[str, str]] = []
    item, before = "", ""
    for i, word in enumerate(cells):
        kind = _sub(word)
        if first:
            above = first[i] if i < len(first) else (item, "")
            if above[1] == "code":
                kind = "code"
            if above[0] != item:
                item, before = above[0], ""
        elif i and word and not kind:
            kind = "code" if word.casefold() in ("mnemonic", "code") else "main"
            item, before = ("" if kind == "code" else word), ""
        if kind == "conf" and before == "number":
            kind = "number_conf"
        out.append((item, kind if i else ""))
        before = kind or before
    return out


def _wide(
    line: int, cells: Sequence[str], columns: Sequence[tuple[str, str]], meta: Mapping[str, str], rows_are: str
) -> Iterator[Reading]:
    """Yield one reading an item, or a date, of a row.

    Parameters
    ----------
    line, cells : the row.
    columns : item, or date, and kind of each column.
    meta : what the lines above the table say.
    rows_are : area, date or item.
    """
    group = next(
        (meta[key] for key in _META_GROUPS if key in meta and not _EVERYBODY.fullmatch(meta[key].casefold())), ""
    )
    code = ""
    items: dict[str, dict[str, Cell]] = {}
    for (item, kind), word in zip(columns, cells, strict=False):
        if kind == "code":
            code = word
        elif kind == "flag" and items.get(item):
            last = next(reversed(items[item]))
            items[item][last] = with_status(items[item][last], {"*": "unreliable", "#": "unreliable"}.get(word, word))
        elif kind and kind != "flag":
            items.setdefault(item, {})[kind] = cell(word)
    above = {"area": meta.get("geography", ""), "date": meta.get("date", ""),
             "item": next((meta[key] for key in _ITEM_HEADS if key in meta), "")}  # fmt: skip
    for head, found in items.items():
        said = above | {rows_are: cells[0]}
        if head:
            said["date" if period_of(head) else "item"] = head
        yield Reading(line, said["area"], code, said["date"], said["item"], "", group, found)


# A labour market profile


def _profile(filled: Sequence[Row]) -> Iterator[Reading]:
    """Yield the readings of a profile's tables: an item a row with number and percent a column, or a date a row."""
    section, period, title, group, by_date = "", "", "", "", False
    heads: list[tuple[str, str]] = []
    for line, cells in filled:
        words = [word for word in cells if word]
        found = [_PROFILE_HEAD.fullmatch(word) for word in cells[1:]]
        if any(found):
            heads = [(m[1], _SUB.get(m[2].casefold(), "number")) if m else ("", "") for m in found]
            by_date, group = cells[0].casefold() == "date", ""
            if title:
                section, period = title, ""
        elif len(words) == 1:
            dated = re.fullmatch(r"(.+?) ?\(([^()]*\d{4})\)", words[0])
            name = words[0].strip(" †§").casefold()
            if dated and period_of(dated[2]):
                section, period, title, heads = dated[1].casefold(), dated[2], "", []
            elif name in ("all people", "males", "females"):
                group = "" if name == "all people" else name
            else:
                title = name
        elif heads and cells[0]:
            areas: dict[str, dict[str, Cell]] = {}
            for (area, kind), word in zip(heads, cells[1:], strict=False):
                if area:
                    areas.setdefault(area, {})[kind] = cell(word)
            for area, values in areas.items():
                what, when = (section, cells[0]) if by_date else (cells[0], period)
                yield Reading(line, area, "", when, what, section, group, values)
