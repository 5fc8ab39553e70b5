"""Reading which contradictions between a region's targets are known and accepted, and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evidence import known, loading
from evidence.errors import EvidenceError
from evidence.model import KnownConflict

FILE = Path("known_conflicts.yaml")
REQUIRED = ("kind", "measure", "area", "periods", "reason")


def read(root: Path, path: Path, areas: Sequence[str]) -> tuple[KnownConflict, ...]:
    """Return a region's known contradictions in the order of its file; none if it has no such file.

    Parameters
    ----------
    root
        The evidence folder.
    path
        The region's `known_conflicts.yaml`.
    areas
        Names that an area may have: the region, its groups and its Places.

    Raises
    ------
    EvidenceError
        If an entry is broken.
    """
    if not path.exists():
        return ()
    file = loading.show(root, path)
    found = []
    for name, raw in loading.mapping(loading.read_yaml(root, path), file, "").items():
        entry = loading.mapping(raw, file, name)
        loading.check_keys(entry, file, name, REQUIRED)
        words = {field: loading.text(entry, field, file, name) for field in REQUIRED if field != "periods"}
        loading.one_of(words["kind"], known.CONFLICT_KINDS, file, f"{name}.kind")
        loading.one_of(words["measure"], known.MEASURES, file, f"{name}.measure")
        loading.one_of(words["area"], areas, file, f"{name}.area")
        periods = loading.sequence(entry["periods"], file, f"{name}.periods")
        for period in periods:
            if not isinstance(period, str):
                message = f"found {period!r}; write each period in quotes, as the target has it"
                raise EvidenceError(file, f"{name}.periods", message)
        found.append(KnownConflict(name=name, periods=frozenset(str(period) for period in periods), **words))
    return tuple(found)
