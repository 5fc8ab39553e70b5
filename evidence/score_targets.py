"""Reading the targets of a region's strategy scorecard: what is wanted of a measure, where, and by when."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from evidence import entries, known, loading
from evidence.errors import EvidenceError
from evidence.model import ScoreTarget, Source

FILE = Path("scorecard.yaml")
REQUIRED = ("measure", "value", "unit", "direction", "due", "source", "confidence")
MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
LARGEST = {known.OF_THE_START: 1000.0}
"""Largest value of a unit; 100 for the others."""


def read(root: Path, path: Path, sources: Mapping[str, Source], areas: Sequence[str]) -> tuple[ScoreTarget, ...]:
    """Return a region's targets in the order of its file; none if it has no such file.

    Parameters
    ----------
    root
        The evidence folder.
    path
        The region's `scorecard.yaml`.
    sources
        All publications by id.
    areas
        Names that an area may have: the region, its groups and its Places.

    Raises
    ------
    EvidenceError
        If an entry is broken, or two want something of the same measure in the same area.
    """
    if not path.exists():
        return ()
    file = loading.show(root, path)
    raw = loading.mapping(loading.read_yaml(root, path), file, "")
    targets = [_target(name, loading.mapping(entry, file, name), sources, areas, file) for name, entry in raw.items()]
    seen: dict[tuple[str, str], str] = {}
    for target in targets:
        first = seen.setdefault((target.measure, target.area), target.name)
        if first != target.name:
            message = f"'{first}' is a target for {target.measure} in {target.area} already; keep one of the two"
            raise EvidenceError(file, target.name, message)
    return tuple(targets)


def _target(
    name: str, entry: Mapping[str, object], sources: Mapping[str, Source], areas: Sequence[str], file: str
) -> ScoreTarget:
    loading.check_keys(entry, file, name, REQUIRED, ("area", "note"))
    words = {field: loading.text(entry, field, file, name) for field in (*REQUIRED, "area", "note") if field != "value"}
    words["area"] = words["area"] or known.REGION
    loading.one_of(words["measure"], list(known.SCORE_MEASURES), file, f"{name}.measure")
    loading.one_of(words["area"], areas, file, f"{name}.area")
    unit, direction = known.SCORE_MEASURES[words["measure"]]
    loading.one_of(words["unit"], (unit, known.OF_THE_START), file, f"{name}.unit")
    loading.one_of(words["direction"], (direction,), file, f"{name}.direction")
    if not MONTH.fullmatch(words["due"]):
        message = f"found '{words['due']}'; write the month by whose end it is due as YYYY-MM, for example 2030-12"
        raise EvidenceError(file, f"{name}.due", message)
    entries.check_source(words["source"], sources, file, f"{name}.source")
    entries.check_grade(words["confidence"], words["source"], file, name)
    value, most = float(loading.number(entry["value"], file, f"{name}.value")), LARGEST.get(words["unit"], 100.0)
    if not 0 <= value <= most:
        message = f"found {value:g}; in {words['unit']} write a number from 0 to {most:g}"
        raise EvidenceError(file, f"{name}.value", message)
    return ScoreTarget(name=name, value=value, **words)
