"""The answer about one programme's caseworkers on disk: a folder complete only with its marker, never overwritten."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from results.capacity import CapacityFound
from results.capacity_page import build_page
from results.capacity_words import CapacityFacts, frame, plain
from results.files import write_json, write_text
from results.store import COMPLETE, RunFolder, checksums, csv_text

PAGE, TABLE, CONTENT = "capacity.html", "capacity.csv", "capacity.json"


def write_capacity(folder: RunFolder, found: CapacityFound, facts: CapacityFacts) -> dict[str, Any]:
    """Write page, table and content of an answer, then its marker; return the content as plain values.

    Parameters
    ----------
    folder : RunFolder
        Where it is kept.
    found, facts : CapacityFound, CapacityFacts
        The answer, and what it is about.

    Raises
    ------
    StoreError
        If the folder is already complete.
    """
    path, content = folder.unwritten(), plain(found, facts)
    write_text(path / TABLE, csv_text(frame(content)))
    write_json(path / CONTENT, content)
    write_text(path / PAGE, build_page(content))
    write_json(path / COMPLETE, checksums(path))
    return content


def read_capacity(path: Path) -> dict[str, Any]:
    """Return the plain values of a finished answer."""
    found: dict[str, Any] = json.loads((path / CONTENT).read_text(encoding="utf-8"))
    return found
