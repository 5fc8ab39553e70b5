"""Reading groups of parameters for a sensitivity analysis; it does not say which parameters are varied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from evidence import loading
from evidence.errors import EvidenceError

SHIPPED = Path("sensitivity") / "groups.yaml"


@dataclass(frozen=True)
class Group:
    """Parameters that are varied together: `names` as `process.name`, in the order of the evidence."""

    name: str
    title: str
    names: tuple[str, ...]


def read_groups(root: Path, path: Path, every: Sequence[str]) -> tuple[Group, ...]:
    """Return the groups of a file.

    Parameters
    ----------
    root
        The evidence folder, by which the file is named in messages.
    path
        The file: name of a group -> `title` and `parameters`, whose names may end in `*`.
    every
        Names that there are, as `process.name`.

    Raises
    ------
    EvidenceError
        If a group names an unknown parameter, or two groups name the same one.
    """
    file = loading.show(root, path)
    raw = loading.mapping(loading.read_yaml(root, path), file, "")
    if not raw:
        raise EvidenceError(file, "", "it names no group; write at least one, with title and parameters")
    taken: dict[str, str] = {}
    out = []
    for name, item in raw.items():
        entry = loading.mapping(item, file, name)
        loading.check_keys(entry, file, name, ("title", "parameters"))
        found = _members(entry, file, name, every)
        for member in found:
            if member in taken:
                raise EvidenceError(
                    file, f"{name}.parameters", f"'{member}' stands in '{taken[member]}' too; keep one of the two"
                )
            taken[member] = name
        out.append(Group(name, loading.text(entry, "title", file, name), found))
    return tuple(out)


def _members(entry: Mapping[str, object], file: str, name: str, every: Sequence[str]) -> tuple[str, ...]:
    """Return the names that a group's patterns match, in the order of the evidence."""
    key = f"{name}.parameters"
    found: set[str] = set()
    for position, pattern in enumerate(loading.sequence(entry["parameters"], file, key)):
        matched = [known for known in every if fnmatchcase(known, str(pattern))]
        if not matched:
            near = loading.nearest(str(pattern), every)
            raise EvidenceError(
                file, f"{key}[{position}]", f"'{pattern}' names no parameter; write process.name, or process.*.{near}"
            )
        found.update(matched)
    return tuple(known for known in every if known in found)
