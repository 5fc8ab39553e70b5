"""A user's own edition of the unit-cost database, as `workability unit-costs import` wrote it; it computes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evidence import loading
from evidence.errors import EvidenceError

CODE = re.compile(r"[A-Z]{1,4}(?:&[A-Z]{1,4})?\d{1,3}(?:\.\d{1,3}){0,4}")
"""A cost code: `E&E2.0.1`, `HE14.0`."""
PRICE_YEAR = re.compile(r"(?:19|20)\d\d(?:/\d\d)?")
MAX_COSTS = 5000
MAX_POUNDS = 1e9
TEXT_CHARACTERS = 200
HEAD_KEYS = ("edition", "file", "sha256", "costs")
COST_REQUIRED = ("title", "value", "unit", "price_year")
COST_OPTIONAL = ("agencies", "economic", "social")


@dataclass(frozen=True)
class EditionCost:
    """One unit cost in pounds of its price year; `agencies` splits the fiscal part, empty where it is not known."""

    code: str
    title: str
    value: float
    unit: str
    price_year: str
    agencies: Mapping[str, float] = field(default_factory=dict)
    economic: float | None = None
    social: float | None = None


@dataclass(frozen=True)
class Edition:
    """An edition of the database: its name, the file it was taken from, and its costs by code."""

    name: str
    file: str
    sha256: str
    costs: Mapping[str, EditionCost]


def read_edition(path: Path) -> Edition:
    """Return the unit costs of an imported edition.

    Raises
    ------
    EvidenceError
        If the file is not what the import writes.
    """
    file = loading.show(path.parent, path)
    raw = loading.mapping(loading.read_yaml(path.parent, path), file, "")
    loading.check_keys(raw, file, "", HEAD_KEYS)
    listed = loading.mapping(raw["costs"], file, "costs")
    if not 1 <= len(listed) <= MAX_COSTS:
        raise EvidenceError(file, "costs", f"found {len(listed)} costs; 1 to {MAX_COSTS} are allowed")
    text = {key: loading.text(raw, key, file, "")[:TEXT_CHARACTERS] for key in ("edition", "file", "sha256")}
    costs = {code: _cost(code, loading.mapping(item, file, f"costs.{code}"), file) for code, item in listed.items()}
    return Edition(text["edition"], text["file"], text["sha256"], costs)


def _cost(code: str, entry: Mapping[str, object], file: str) -> EditionCost:
    """Return one checked cost.

    Parameters
    ----------
    code, entry : its code and what was read.
    file : for messages.
    """
    key = f"costs.{code}"
    if not CODE.fullmatch(code):
        raise EvidenceError(file, key, "is no cost code; write it as in the database, such as E&E2.0")
    loading.check_keys(entry, file, key, COST_REQUIRED, COST_OPTIONAL)
    year = loading.text(entry, "price_year", file, key)
    if not PRICE_YEAR.fullmatch(year):
        raise EvidenceError(file, f"{key}.price_year", f"found '{year}'; write a year as 2012/13 or 2012")
    agencies = {
        agency[:TEXT_CHARACTERS]: _pounds(value, file, f"{key}.agencies.{agency}")
        for agency, value in loading.mapping(entry.get("agencies") or {}, file, f"{key}.agencies").items()
    }
    value = _pounds(entry["value"], file, f"{key}.value")
    if sum(agencies.values()) > value + 1:  # published parts are rounded to the pound
        raise EvidenceError(file, f"{key}.agencies", f"sum to {sum(agencies.values())}, above the cost of {value}")
    wider = {
        name: None if entry.get(name) is None else _pounds(entry[name], file, f"{key}.{name}")
        for name in ("economic", "social")
    }
    title, unit = (loading.text(entry, name, file, key)[:TEXT_CHARACTERS] for name in ("title", "unit"))
    return EditionCost(code, title, value, unit, year, agencies, **wider)


def _pounds(found: object, file: str, key: str) -> float:
    """Return an amount from 0 to MAX_POUNDS."""
    value = float(loading.number(found, file, key))
    if not 0 <= value <= MAX_POUNDS:
        raise EvidenceError(file, key, f"found {value}; 0 to {MAX_POUNDS:,.0f} pounds are allowed")
    return value
