"""Reading how money is appraised: what each ledger line is worth, rulebooks of discounting, and the other terms."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from pathlib import Path

from evidence import entries, known, loading
from evidence.errors import EvidenceError
from evidence.model import LineFacts, Parameter, Rulebook, Source

LEDGER, APPRAISAL = "ledger.yaml", "appraisal.yaml"
LINE_REQUIRED = ("basis", "prices", "grade", "society", "marginal_share", "cashable_share")
RULEBOOK_REQUIRED = ("title", "discount_from_year", "discount_rate", "health_discount_rate")
RULEBOOK_OPTIONAL = ("sensitivity_rate", "sensitivity_years", "excess_burden")
YEAR = "year"
"""Prices of a line that follow the rates of each year."""
PRICE_YEAR = re.compile(r"\d{4}(/\d{2})?")
MAX_RATE = 20.0
"""Highest discount rate, percent a year, that is taken for one."""


def read_ledger(root: Path, path: Path, sources: Mapping[str, Source]) -> dict[str, LineFacts]:
    """Return what each ledger line is worth to an appraiser, by the line's name.

    Parameters
    ----------
    root
        The evidence folder.
    path
        The file.
    sources
        All publications by id.

    Raises
    ------
    EvidenceError
        If a word is unknown, a share lies outside 0 to 1, or more is cashable than is marginal.
    """
    file = loading.show(root, path)
    return {
        name: _line(loading.mapping(raw, file, name), name, sources, file)
        for name, raw in loading.mapping(loading.read_yaml(root, path), file, "").items()
    }


def _line(entry: Mapping[str, object], name: str, sources: Mapping[str, Source], file: str) -> LineFacts:
    loading.check_keys(entry, file, name, LINE_REQUIRED, ("note",))
    words = {key: loading.text(entry, key, file, name) for key in ("basis", "prices", "grade", "society", "note")}
    loading.one_of(words["basis"], known.LINE_BASES, file, f"{name}.basis")
    loading.one_of(words["grade"], known.LINE_GRADES, file, f"{name}.grade")
    loading.one_of(words["society"], known.LINE_KINDS, file, f"{name}.society")
    if words["prices"] != YEAR and not PRICE_YEAR.fullmatch(words["prices"]):
        message = f"found '{words['prices']}'; write '{YEAR}' or a price year such as 2013 or \"2013/14\""
        raise EvidenceError(file, f"{name}.prices", message)
    shares = {}
    for key in ("marginal_share", "cashable_share"):
        where = f"{name}.{key}"
        share = entries.read_parameter(loading.mapping(entry[key], file, where), key, sources, file, where)
        _within(share, 0, 1, file, where)
        shares[key] = share
    marginal, cashable = (float(entries.numbers(shares[key].value)[0]) for key in ("marginal_share", "cashable_share"))
    if cashable > marginal:
        message = f"{cashable} is above the marginal share of {marginal}; only what use frees can be taken out in cash"
        raise EvidenceError(file, f"{name}.cashable_share", message)
    return LineFacts(
        name, words["basis"], words["prices"], words["grade"], words["society"], **shares, note=words["note"]
    )


def _within(parameter: Parameter, low: float, high: float, file: str, key: str) -> None:
    """Raise an EvidenceError unless a parameter is numbers within bounds, interval included."""
    if isinstance(parameter.value, str) or not entries.numbers(parameter.value):
        raise EvidenceError(file, f"{key}.value", f"found {parameter.value!r}; write a number")
    found = entries.numbers(parameter.value) + (
        [] if parameter.interval_95 is None else entries.numbers(parameter.interval_95)
    )
    for number in found:
        if not low <= number <= high:
            raise EvidenceError(file, key, f"{number} is out of range; allowed is {low:g} to {high:g}")


def read_rulebooks(root: Path, path: Path, sources: Mapping[str, Source]) -> dict[str, Rulebook]:
    """Return the rulebooks held, by name.

    Parameters
    ----------
    root
        The evidence folder.
    path
        The file.
    sources
        All publications by id.

    Raises
    ------
    EvidenceError
        If a rate is missing, no number or out of bounds, or the rates do not match the years in which they begin.
    """
    file = loading.show(root, path)
    found = {}
    for name, raw in _section(root, path, "rulebooks").items():
        key = f"rulebooks.{name}"
        entry = loading.mapping(raw, file, key)
        loading.check_keys(entry, file, key, RULEBOOK_REQUIRED, RULEBOOK_OPTIONAL)
        parts = {
            part: entries.read_parameter(
                loading.mapping(entry[part], file, f"{key}.{part}"), part, sources, file, f"{key}.{part}", False
            )
            for part in (*RULEBOOK_REQUIRED[1:], *RULEBOOK_OPTIONAL)
            if entry.get(part) is not None
        }
        _check_rates(parts, file, key)
        found[name] = Rulebook(
            name,
            loading.text(entry, "title", file, key),
            *(parts[part] for part in RULEBOOK_REQUIRED[1:]),
            *(parts.get(part) for part in RULEBOOK_OPTIONAL),
        )
    return found


def _check_rates(parts: Mapping[str, Parameter], file: str, key: str) -> None:
    """Check that years ascend from 0 and every rate has as many steps, and that a sensitivity says when it applies."""
    years = entries.numbers(parts["discount_from_year"].value)
    if not years or years[0] != 0 or any(b <= a for a, b in itertools.pairwise(years)):
        raise EvidenceError(file, f"{key}.discount_from_year", f"found {years}; write years that ascend from 0")
    for name, part in parts.items():
        if not name.endswith("_rate"):
            continue
        _within(part, 0, MAX_RATE, file, f"{key}.{name}")
        if len(entries.numbers(part.value)) != len(years):
            message = f"has {len(entries.numbers(part.value))} steps and discount_from_year {len(years)}; give one each"
            raise EvidenceError(file, f"{key}.{name}", message)
    if ("sensitivity_rate" in parts) != ("sensitivity_years" in parts):
        raise EvidenceError(file, key, "sensitivity_rate and sensitivity_years belong together; give both or neither")


def read_terms(root: Path, path: Path, sources: Mapping[str, Source]) -> dict[str, Parameter]:
    """Return the terms of an appraisal beside the rulebook, by name.

    Parameters
    ----------
    root
        The evidence folder.
    path
        The file.
    sources
        All publications by id.

    Raises
    ------
    EvidenceError
        If a term is missing, unknown, in another unit, or out of bounds.
    """
    file = loading.show(root, path)
    section = _section(root, path, "terms")
    loading.check_keys(section, file, "terms", tuple(known.APPRAISAL_TERMS))
    found = {}
    for name, raw in section.items():
        key = f"terms.{name}"
        term = entries.read_parameter(loading.mapping(raw, file, key), name, sources, file, key)
        unit, low, high, length = known.APPRAISAL_TERMS[name]
        if term.unit != unit:
            raise EvidenceError(file, f"{key}.unit", f"found '{term.unit}'; '{name}' is in '{unit}'")
        _within(term, low, high, file, key)
        if len(entries.numbers(term.value)) != length:
            raise EvidenceError(file, f"{key}.value", f"has {len(entries.numbers(term.value))} numbers; give {length}")
        found[name] = term
    return found


def _section(root: Path, path: Path, name: str) -> Mapping[str, object]:
    """Return one of the two sections of the appraisal's file."""
    file = loading.show(root, path)
    whole = loading.mapping(loading.read_yaml(root, path), file, "")
    loading.check_keys(whole, file, "", ("rulebooks", "terms"))
    return loading.mapping(whole[name], file, name)
