"""The service map on disk: a folder of its own, complete only with its marker, never overwritten."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from results.files import write_bytes, write_json, write_text
from results.gaps import ServiceMap
from results.gaps_book import gaps_book
from results.gaps_data import MapFacts, plain
from results.gaps_frame import dictionary, tidy
from results.gaps_page import build_page
from results.store import COMPLETE, RunFolder, checksums, csv_text

PAGE, MAP = "gaps.html", "map.json"


def write_map(folder: RunFolder, found: ServiceMap, facts: MapFacts, tiles: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Write every artefact of a service map, then its marker; return the map as plain values.

    Parameters
    ----------
    folder : RunFolder
        Where it is kept.
    found, facts : ServiceMap, MapFacts
        The counts, and what they were made from.
    tiles : sequence of sequences of str
        Rows of the schematic map.

    Raises
    ------
    StoreError
        If the folder is already complete.
    """
    path, content = folder.unwritten(), plain(found, facts)
    write_text(path / "gaps.csv", csv_text(tidy(found, facts.run_id)))
    write_text(path / "dictionary.csv", csv_text(dictionary(with_run=found.delivery is not None)))
    write_bytes(path / "gaps.xlsx", gaps_book(found, facts))
    write_text(path / MAP, json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n")
    write_text(path / PAGE, build_page(found, facts, tiles))
    write_json(path / COMPLETE, checksums(path))
    return content


def read_map(path: Path) -> dict[str, Any]:
    """Return the plain values of a finished map."""
    found: dict[str, Any] = json.loads((path / MAP).read_text(encoding="utf-8"))
    return found
