"""What the columns of a table of households mean: words and numbers to the facts of benefit units, or a refusal.

A cell is refused with its file, row, column, value and what is allowed. Each column is read once a distinct value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from scenarios.errors import listing, nearest, shown
from scenarios.vocabulary import AGE_MAX_YEARS, AGE_MIN_YEARS
from simulation.taxben.households import MOST_CHILDREN, NOBODY, WORK, WORK_AND_ACTIVITY

Ints = NDArray[np.int64]
ADULT = ("age", "status", "hours_week", "hourly_pay")
FIRST = tuple(f"adult1_{name}" for name in ADULT)
SECOND = tuple(f"adult2_{name}" for name in ADULT)
REQUIRED = (
    "id", *FIRST, *SECOND, "child_ages", "tenure", "rent_month", "pip_daily_living", "pip_mobility", "childcare_month",
)  # fmt: skip
OPTIONAL = (
    "local_allowance_month", "health_claim", "carers", "pip_2_daily_living", "pip_2_mobility", "new_style_1",
    "new_style_2", "disabled_children_lower", "disabled_children_higher",
)  # fmt: skip
EMPTY = ("", "nan", "none", "na", "n/a", "null", "<na>")
"""What a cell may hold that says nothing."""
STATUSES = {
    "employed": (True, 0),
    "unemployed": (False, 0),
    "lcwra": (False, WORK_AND_ACTIVITY),
    "lcwra_working": (True, WORK_AND_ACTIVITY),
    "lcw": (False, WORK),
    "lcw_working": (True, WORK),
}
"""Word -> whether the adult works, and the limited capability."""
TENURES = {"owner": 0, "social_rent": 1, "private_rent": 2}
GRADES = {"none": 0, "standard": 1, "enhanced": 2}
CLAIMS = {"existing": 0, "new": 1}
NEW_STYLE = {"personal": 0, "support": 1, "work_related": 2}
MOST_HOURS, MOST_PAY, MOST_MONEY, MOST_AGE_OF_CHILD, LONGEST_ID = 168, 10_000, 1_000_000, 19, 100
WEEKS, PENCE = 52, 100
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)


class HouseholdsError(ValueError):
    """A table of households that cannot be assessed; the message says where, what was found and what is allowed."""


class _Bad(ValueError):
    """What is wrong with a cell: what is allowed, and how to mend it."""


@dataclass(frozen=True)
class Table:
    """Cells by column as they were given, each row's number, and whether that is a `line` or a `row`."""

    name: str
    heads: Sequence[str]
    columns: Sequence[NDArray[Any]]
    numbers: Sequence[int]
    counted: str

    def where(self, row: int) -> str:
        """Return file and row for a message."""
        return f"{self.name}, {self.counted} {self.numbers[row]}"


@dataclass(frozen=True)
class Facts:
    """The facts of each household, checked one by one: columns by name, whole numbers unless said otherwise.

    `pay` and `hours` are floats (pounds, hours), shape (n, 2); `children` ages, eldest first, -1 for none,
    shape (n, most children).
    """

    ids: NDArray[np.object_]
    age: Ints
    works: NDArray[np.bool_]
    limited: Ints
    hours: NDArray[np.float64]
    pay: NDArray[np.float64]
    children: Ints
    tenure: Ints
    rent: Ints
    local_allowance: Ints
    childcare: Ints
    carers: Ints
    new_claim: Ints
    daily: Ints
    mobility: Ints
    new_style: Ints
    disabled: Ints


class Reader:
    """Reads a table's columns one by one; `unknown` lists columns that mean nothing here."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.n = len(table.numbers)
        self._at, self.unknown = _positions(table)

    def read(self, name: str, parse: Callable[[str], Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
        """Return the meanings of a column's distinct values, and for each row which it is; a missing column is empty.

        Parameters
        ----------
        name : column.
        parse : from a cell's text to what it means; raises `_Bad`.
        """
        import pandas as pd

        if name in self._at:
            cells = np.asarray(self.table.columns[self._at[name]])
            codes, distinct = pd.factorize(cells, use_na_sentinel=False)
        else:
            codes, distinct = np.zeros(self.n, np.intp), np.array([""], object)
        meanings = np.empty(len(distinct), object)
        for k, cell in enumerate(distinct):
            text = "" if cell is None or cell is pd.NA or cell != cell else str(cell).strip()
            try:
                meanings[k] = parse(text)
            except _Bad as problem:
                self.refuse(int((codes == k).argmax()), name, str(problem))
        return meanings, codes

    def ints(self, name: str, parse: Callable[[str], int]) -> Ints:
        """Return a column as whole numbers; see `read`."""
        meanings, codes = self.read(name, parse)
        return meanings.astype(np.int64)[codes]

    def floats(self, name: str, parse: Callable[[str], float]) -> NDArray[np.float64]:
        """Return a column as numbers; see `read`."""
        meanings, codes = self.read(name, parse)
        return meanings.astype(np.float64)[codes]

    def refuse(self, row: int, name: str, problem: str) -> NoReturn:
        """Raise the error of one cell.

        Parameters
        ----------
        row : number from 0.
        name : column.
        problem : what is allowed, and how to mend it.
        """
        cell = self.table.columns[self._at[name]][row] if name in self._at else None
        found = shown(str(cell)) if cell is not None and cell == cell and str(cell).strip() else "empty"
        raise HouseholdsError(f"{self.table.where(row)}: {name} is {found}. {problem}")

    def refuse_any(self, wrong: NDArray[np.bool_], name: str, problem: str) -> None:
        """Raise the error of the first row that is wrong, if there is one; parameters as in `refuse`."""
        if wrong.any():
            self.refuse(int(wrong.argmax()), name, problem)


def _positions(table: Table) -> tuple[dict[str, int], list[str]]:
    """Return column -> position, and the columns that are none of ours."""
    known = (*REQUIRED, *OPTIONAL)
    found: dict[str, int] = {}
    unknown: list[str] = []
    for i, head in enumerate(table.heads):
        word = str(head).strip().casefold()
        if word in found:
            raise HouseholdsError(f"{table.name}: column {shown(word)} stands twice. Keep one.")
        if word in known:
            found[word] = i
        else:
            unknown.append(str(head))
    lone = not any(name in found for name in SECOND)
    lost = [name for name in REQUIRED if name not in found and not (lone and name in SECOND)]
    if lost:
        near = [head for head in unknown if nearest(head, [lost[0]])]
        hint = f" Is {shown(near[0])} meant?" if near else ""
        raise HouseholdsError(f"{table.name}: no column '{lost[0]}'.{hint} Columns: {listing(REQUIRED)}. Add it.")
    for head in unknown:
        hint = nearest(head, [name for name in OPTIONAL if name not in found])
        if "Did you mean" in hint:
            raise HouseholdsError(f"{table.name}: unknown column {shown(head)}.{hint} Rename or delete it.")
    return found, unknown


def _number(text: str, least: int, most: int, unit: str) -> float:
    """Return a number within limits; nothing counts as 0.

    Parameters
    ----------
    text : the cell.
    least, most : limits, both allowed.
    unit : what it counts, for the message.
    """
    if text.casefold() in EMPTY:
        return 0.0
    allowed = f"Allowed: {unit} from {least:,} to {most:,}, written like 12.5, without signs or commas."
    if not _NUMBER.fullmatch(text):
        raise _Bad(f"{allowed} Write a number.")
    value = float(text)
    if not math.isfinite(value) or not least <= value <= most:
        raise _Bad(f"{allowed} Correct it.")
    return value


def _whole(text: str, least: int, most: int, unit: str) -> int:
    """Return a whole number within limits; parameters as in `_number`."""
    try:
        value = _number(text, least, most, unit)
    except _Bad:
        value = math.nan
    if value % 1 != 0:
        raise _Bad(f"Allowed: whole {unit} from {least} to {most}. Correct it.")
    return int(value)


def _age(text: str) -> int:
    """Return an adult's age in years, 0 where nothing is said."""
    if text.casefold() in EMPTY or text in ("0", "0.0"):
        return 0
    return _whole(text, AGE_MIN_YEARS, AGE_MAX_YEARS - 1, "years")


def _pence(text: str) -> int:
    """Return pence of pounds a month."""
    return round(_number(text, 0, MOST_MONEY, "pounds a month") * PENCE)


def _optional_pence(text: str) -> int:
    """Return pence of pounds a month, -1 where nothing is said."""
    return -1 if text.casefold() in EMPTY else _pence(text)


def _word(known: dict[str, Any], empty: Any = None) -> Callable[[str], Any]:
    """Return a reader of words in any case; an empty cell means `empty`, unless that is None."""

    def parse(text: str) -> Any:
        folded = text.casefold()
        if folded in known:
            return known[folded]
        if folded in EMPTY and empty is not None:
            return empty
        raise _Bad(f"{nearest(text, known).strip()} Allowed: {', '.join(known)}. Correct it.".strip())

    return parse


def _ages(text: str) -> tuple[int, ...]:
    """Return the ages of children, eldest first."""
    if text.casefold() in EMPTY:
        return ()
    words = text.split()
    if len(words) > MOST_CHILDREN:
        raise _Bad(f"Allowed: at most {MOST_CHILDREN} children. Correct it.")
    try:
        ages = [_whole(word, 0, MOST_AGE_OF_CHILD, "years") for word in words]
    except _Bad:
        raise _Bad(
            f"Allowed: ages in whole years from 0 to {MOST_AGE_OF_CHILD}, separated by spaces, or nothing. Correct it."
        ) from None
    return tuple(sorted(ages, reverse=True))


def _padded(ages: NDArray[Any]) -> Ints:
    """Return tuples of ages as an array, -1 after the youngest."""
    out = np.full((len(ages), max(1, max(map(len, ages), default=1))), -1, np.int64)
    for k, found in enumerate(ages):
        out[k, : len(found)] = found
    return out


def _id(text: str) -> str:
    """Return a household's id."""
    if not text or len(text) > LONGEST_ID or not text.isprintable():
        raise _Bad(f"Allowed: 1 to {LONGEST_ID} printable characters, each id once. Give every household one.")
    return text


def read_facts(reader: Reader) -> Facts:
    """Return the facts of every household after checking each cell, and the households as wholes.

    Raises
    ------
    HouseholdsError
        For the first cell that cannot be read, or household that cannot exist.
    """
    from results.household_checks import check_households

    meanings, codes = reader.read("id", _id)
    if len(meanings) < reader.n or len(set(meanings)) < reader.n:
        ids = meanings[codes]
        seen: set[str] = set()
        for row, name in enumerate(ids):
            if name in seen:
                reader.refuse(row, "id", "The id stands twice. Give every household its own.")
            seen.add(name)
    status = np.column_stack(
        [reader.ints(name, _word({word: k for k, word in enumerate(STATUSES)}, -1)) for name in (FIRST[1], SECOND[1])]
    )
    works = np.array([*(works for works, _ in STATUSES.values()), False])[status]
    limited = np.array([*(limited for _, limited in STATUSES.values()), 0], np.int64)[status]
    pairs = {name: (FIRST[k], SECOND[k]) for k, name in enumerate(ADULT)}
    age = np.column_stack([reader.ints(name, _age) for name in pairs["age"]])
    hours = np.column_stack(
        [reader.floats(name, lambda t: _number(t, 0, MOST_HOURS, "hours a week")) for name in pairs["hours_week"]]
    )
    pay = np.column_stack(
        [reader.floats(name, lambda t: _number(t, 0, MOST_PAY, "pounds an hour")) for name in pairs["hourly_pay"]]
    )
    ages, code = reader.read("child_ages", _ages)
    facts = Facts(
        ids=meanings[codes],
        age=age,
        works=works,
        limited=limited,
        hours=hours,
        pay=pay,
        children=_padded(ages)[code],
        tenure=reader.ints("tenure", _word(TENURES)),
        rent=reader.ints("rent_month", _optional_pence),
        local_allowance=reader.ints("local_allowance_month", _optional_pence),
        childcare=reader.ints("childcare_month", _pence),
        carers=reader.ints("carers", lambda text: _whole(text, 0, 2, "carers")),
        new_claim=reader.ints("health_claim", _word(CLAIMS, 0)),
        daily=np.column_stack(
            [reader.ints(name, _word(GRADES, 0)) for name in ("pip_daily_living", "pip_2_daily_living")]
        ),
        mobility=np.column_stack([reader.ints(name, _word(GRADES, 0)) for name in ("pip_mobility", "pip_2_mobility")]),
        new_style=np.column_stack(
            [reader.ints(name, _word(NEW_STYLE, NOBODY)) for name in ("new_style_1", "new_style_2")]
        ),
        disabled=np.column_stack(
            [
                reader.ints(name, lambda text: _whole(text, 0, MOST_CHILDREN, "children"))
                for name in ("disabled_children_lower", "disabled_children_higher")
            ]
        ),
    )
    check_households(reader, facts, status >= 0)
    return facts
