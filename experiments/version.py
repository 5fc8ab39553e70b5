"""The version of the distribution, and a hash of its sources; nothing else, so that it costs nothing to import."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

__version__ = "0.1.0"

ROOT = Path(__file__).resolve().parent.parent
MODEL_PACKAGES = ("scenarios", "simulation")
"""Packages whose sources decide the figures of a run; the rest only reads inputs, arranges and shows."""


@cache
def source_hash(packages: tuple[str, ...] = MODEL_PACKAGES) -> str:
    """Return 16 hex digits over the names and bytes of every Python file of the packages."""
    digest = hashlib.sha256()
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            digest.update(path.relative_to(ROOT).as_posix().encode())
            digest.update(b"\0")
            digest.update(path.read_bytes())
            digest.update(b"\0")
    return digest.hexdigest()[:16]


IMPORTS = re.compile(rb"^(?:from|import) +((?:scenarios|simulation)(?:\.\w+)*)", re.MULTILINE)


@cache
def compiled_hash() -> str:
    """Return 16 hex digits over every file whose content can end up in compiled code.

    Those are the files that use numba and, since constants are compiled in, whatever they import of ours.
    """
    texts = {path: path.read_bytes() for package in MODEL_PACKAGES for path in (ROOT / package).rglob("*.py")}
    waiting = [path for path, text in texts.items() if b"numba" in text]
    found = set()
    while waiting:
        path = waiting.pop()
        if path in found or path not in texts:
            continue
        found.add(path)
        for name in IMPORTS.findall(texts[path]):
            stem = ROOT.joinpath(*name.decode().split("."))
            waiting += [stem.with_suffix(".py"), stem / "__init__.py"]
    digest = hashlib.sha256()
    for path in sorted(found):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + texts[path] + b"\0")
    return digest.hexdigest()[:16]
