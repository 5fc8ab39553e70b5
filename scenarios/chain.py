"""Finds scenario files: the shipped library, files beside one another, and what each of them extends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from scenarios import safe_yaml
from scenarios.errors import Spot, shown
from scenarios.layers import Layer, flatten, named

LIBRARY = Path(__file__).parent / "library"
LIBRARY_LABEL = "scenarios/library"
DEFAULTS = "baseline"
"""Shipped scenario whose values lie beneath every other."""
MAX_CHAIN = 10
_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True)
class Source:
    """One scenario file.

    `root` is the folder that its relative names may not leave, None for the library. `label` names the file in
    results (no folder of the machine in it), `shown_as` in messages.
    """

    path: Path
    root: Path | None
    label: str
    shown_as: str
    name: str


@dataclass(frozen=True)
class Link:
    """One file of a chain, as a layer."""

    source: Source
    layer: Layer

    def text(self, key: str) -> Any:
        """Return the file's own value of a top key, None when it has none."""
        entry = self.layer.get(key)
        return None if entry is None else entry.value


def library_names() -> list[str]:
    """Return the names of the shipped scenarios and contexts, sorted, the baseline first."""
    found = sorted(path.stem for path in LIBRARY.glob("*.yaml"))
    return sorted(found, key=lambda name: (name != DEFAULTS, name))


def find(name_or_path: str | Path) -> Source:
    """Return the file of a shipped name or of a path as a user gives it.

    Raises
    ------
    ScenarioError
        If it is neither.
    """
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or text.lower().endswith(_SUFFIXES):
        path = Path(text)
        return Source(path, path.parent, path.name, text, path.stem)
    names = library_names()
    if text not in names:
        raise Spot("scenario").unknown(
            text[:200], "scenario", names, "Give one of these names, or the path of a file that ends in .yaml"
        )
    return _shipped(text)


def _shipped(name: str) -> Source:
    label = f"{LIBRARY_LABEL}/{name}.yaml"
    return Source(LIBRARY / f"{name}.yaml", None, label, label, name)


def relative(name: Any, source: Source, spot: Spot) -> Source:
    """Return the file that another file names: a shipped name, or a file in the same folder or below it.

    Parameters
    ----------
    name
        What was written.
    source
        The file it was written in.
    spot
        Where.

    Raises
    ------
    ScenarioError
        If the name leaves the folder or names nothing.
    """
    if not isinstance(name, str) or not name:
        raise spot.error(f"{shown(name)} is not a scenario", "a shipped name, or a file such as other.yaml", "Name one")
    if not name.lower().endswith(_SUFFIXES):
        if name not in library_names():
            raise spot.unknown(name[:200], "shipped scenario", library_names(), "For a file write its ending, .yaml")
        return _shipped(name)
    inside = "a file in this folder or below it, written like other.yaml or folder/other.yaml"
    if source.root is None:
        raise spot.error(f"a shipped scenario names the file {shown(name)}", "a shipped name")
    parts = PurePosixPath(name).parts
    if ".." in parts or name.startswith(("/", "~")) or re.search(r"[\\:\x00]", name):
        raise spot.error(f"{shown(name)} leaves the scenario's folder", inside, "Copy the file into the folder")
    path = source.path.parent / name
    root = source.root.resolve()
    try:
        real = path.resolve()
    except (OSError, RuntimeError):
        raise spot.error(f"{shown(name)} cannot be followed", inside, "Check the file and its links") from None
    if not real.is_relative_to(root):
        raise spot.error(
            f"{shown(name)} is a link that leaves the scenario's folder", inside, "Copy the file into the folder"
        )
    if not real.is_file():
        what = "is not an ordinary file" if real.exists() else "does not exist"
        near = sorted(other.name for other in path.parent.glob("*.y*ml"))[:200] if path.parent.is_dir() else []
        raise spot.error(f"the file {shown(name)} {what}", inside, f"Files here: {', '.join(near) or 'none'}")
    label = str(PurePosixPath(source.label).parent / name)
    return Source(path, source.root, label, str(path), PurePosixPath(name).stem)


def load(source: Source, kind: str | None = None, asked: Spot | None = None) -> list[Link]:
    """Return a file and all it extends, the nearest first, without the packaged defaults beneath.

    Parameters
    ----------
    source
        The file to begin with.
    kind
        `scenario` or `context` that is wanted; None takes either.
    asked
        Where the file was named, None when the user named it.

    Raises
    ------
    ScenarioError
        If a file cannot be used, the chain runs in a circle or is too long, or a file is of the other kind.
    """
    links: list[Link] = []
    seen: list[Path] = []
    following: Source | None = source
    while following is not None:
        real = following.path.resolve()
        if real in seen:
            circle = " > ".join([*(link.source.label for link in links), following.label])
            raise _extends_spot(links[-1]).error(
                f"the chain of 'extends' runs in a circle: {circle}", "a chain that ends", "Delete one of the 'extends'"
            )
        if len(links) >= MAX_CHAIN:
            raise _extends_spot(links[-1]).error(
                f"the chain of 'extends' is longer than {MAX_CHAIN} files", f"at most {MAX_CHAIN}", "Join some of them"
            )
        seen.append(real)
        document = safe_yaml.read(following.path, following.shown_as)
        link = Link(following, flatten(document))
        links.append(link)
        kind = _check_kind(link, document.spot, kind, asked)
        if "name" in link.layer:
            named(link.text("name"), link.layer["name"].spot)
        extends = link.text("extends")
        asked = _extends_spot(link) if "extends" in link.layer else None
        following = None if extends is None or asked is None else relative(extends, following, asked)
    return links


def _extends_spot(link: Link) -> Spot:
    return link.layer["extends"].spot


def _check_kind(link: Link, spot: Spot, wanted: str | None, asked: Spot | None) -> str:
    kind = link.text("kind") or "scenario"
    where = link.layer["kind"].spot if "kind" in link.layer else spot
    if kind not in ("scenario", "context"):
        raise where.unknown(str(kind)[:200], "kind", ("scenario", "context"))
    if wanted is not None and kind != wanted:
        where = asked or where
        if wanted == "context":
            names = [name for name in library_names() if is_context(name)]
            raise where.error(f"'{link.source.name}' is a scenario, not a context", ", ".join(names), "Name a context")
        raise where.error(
            f"'{link.source.name}' is a context, which cannot be extended or compared as a scenario",
            "a scenario",
            f"Use it with 'context: {link.source.name}' or '--set context={link.source.name}'",
        )
    return str(kind)


def is_context(name: str) -> bool:
    """Return whether a shipped name is a context."""
    return safe_yaml.read(LIBRARY / f"{name}.yaml", f"{LIBRARY_LABEL}/{name}.yaml").data.get("kind") == "context"
