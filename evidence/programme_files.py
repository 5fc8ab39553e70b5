"""Reading what is known of programmes: the effects of each kind, and where a region's services stand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from evidence import entries, known, loading
from evidence.errors import EvidenceError
from evidence.model import Parameter, Source

PREFIX = "programmes"
"""Folder below `parameters` with the effects of each kind of programme."""
SERVICES = "services"
"""Folder of a region that holds its catalogue of services."""


def effect_files(root: Path) -> tuple[Path, ...]:
    """Return the files of effects, one a kind of programme, sorted."""
    return tuple(sorted((root / "parameters" / PREFIX).glob("*.yaml")))


def service_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of a region's catalogue, sorted; none if the region has no services."""
    return tuple(sorted((folder / SERVICES).glob("*.yaml")))


def read_effects(root: Path, path: Path, sources: Mapping[str, Source]) -> dict[str, Parameter]:
    """Return the effects of one kind of programme by name.

    Parameters
    ----------
    root
        The evidence folder.
    path
        The kind's file.
    sources
        All publications by id.

    Raises
    ------
    EvidenceError
        If an effect is not one of `known.PROGRAMME_EFFECTS`, or has another unit, a list or a number out of bounds.
    """
    file = loading.show(root, path)
    found = entries.read_parameters(root, path, sources)
    for name, effect in found.items():
        loading.one_of(name, tuple(known.PROGRAMME_EFFECTS), file, name)
        unit, low, high = known.PROGRAMME_EFFECTS[name]
        if effect.unit != unit:
            raise EvidenceError(file, f"{name}.unit", f"found '{effect.unit}'; '{name}' is in '{unit}'")
        if isinstance(effect.value, str | tuple):
            raise EvidenceError(file, f"{name}.value", f"found {effect.value!r}; write one number")
        for key, value in (("value", effect.value), ("interval_95", effect.interval_95)):
            for number in entries.numbers(value) if value is not None else ():
                if not low <= number <= high:
                    raise EvidenceError(
                        file, f"{name}.{key}", f"{number} is out of range; allowed is {low:g} to {high:g}"
                    )
    return found
