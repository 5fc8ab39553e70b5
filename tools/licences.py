"""Check that every package a run needs is under a permissive licence, and list them."""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PERMISSIVE = re.compile(
    r"\b(MIT|BSD|0BSD|ISC|Apache|PSF|Python Software Foundation|PSFL|MPL|Mozilla|HPND|MIT-CMU|Zlib|Unlicense"
    r"|CC0|PSF-2\.0|Python-2\.0)\b",
    re.IGNORECASE,
)
COPYLEFT = re.compile(r"\b(?:A|L)?GPL|GNU\b|Affero", re.IGNORECASE)
# MPL 2.0 is copyleft file by file only: using the package unchanged asks nothing of ours.


def needed(root: str) -> dict[str, Distribution]:
    """Return every distribution that `root` needs to run, by canonical name."""
    found: dict[str, Distribution] = {}
    waiting = [root]
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue
        for line in found[name].requires or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    return found


def licence(package: Distribution) -> str:
    """Return the licence a distribution states: its expression, classifiers or first line of the licence field."""
    meta = package.metadata
    if meta.get("License-Expression"):
        return str(meta["License-Expression"])
    classifiers = [c.split("::")[-1].strip() for c in meta.get_all("Classifier") or [] if c.startswith("License ::")]
    stated = [c for c in classifiers if c != "OSI Approved"]
    return ", ".join(stated) or (str(meta.get("License") or "").strip().splitlines() or [""])[0]


def permissive(text: str) -> bool:
    """Return whether a stated licence offers a permissive choice."""
    choices = re.split(r"\s+OR\s+", text)
    return any(PERMISSIVE.search(choice) and not COPYLEFT.search(choice) for choice in choices)


def from_files(package: Distribution) -> str:
    """Return the first line that names a licence in the distribution's licence files, or ''."""
    for path in package.files or []:
        if re.search(r"licen[cs]e|copying", path.name, re.IGNORECASE) and path.suffix != ".py":
            text = str(path.read_text()) if path.locate().exists() else ""
            if "Permission is hereby granted, free of charge" in text:
                return "MIT (text)"
            if "Redistribution and use in source and binary forms" in text:
                return "BSD (text)"
            if "Apache License" in text:
                return "Apache (text)"
    return ""


def main() -> int:
    """Print name, version and licence of every package; return 1 if one is not permissive."""
    bad = []
    for name, package in sorted(needed("workability").items()):
        stated = licence(package)
        if not permissive(stated):
            stated = from_files(package) or stated or "not stated"
        if not permissive(stated):
            bad.append(name)
        print(f"{name:28} {package.version:16} {stated[:70]}")
    if bad:
        print(f"Not under a permissive licence: {', '.join(bad)}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
