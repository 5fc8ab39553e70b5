"""Writing files whole or not at all, and telling whether one was altered; knows nothing of what they hold."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to disk, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file to be written so that a reader sees the old content or the new, never a part.

    It is a temporary file, flushed and renamed at the end; after an error nothing of it is left.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    with whole_file(path) as handle:
        handle.write(content)


def remove_parts(folder: Path) -> None:
    """Remove what writers left half written in a folder when they were killed; nobody may be writing there."""
    for path in folder.rglob(".*.part"):
        path.unlink(missing_ok=True)


def write_text(path: Path, content: str) -> None:
    """Write a text file whole, UTF-8 with line feeds."""
    write_bytes(path, content.encode("utf-8"))


def write_json(path: Path, content: object) -> None:
    """Write JSON whole, keys sorted, so that the same content gives the same bytes."""
    write_text(path, json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n")


def digest(content: bytes) -> str:
    """Return the SHA-256 of some bytes as hex."""
    return hashlib.sha256(content).hexdigest()


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file as hex."""
    with path.open("rb") as file:  # not read whole: an event log may be larger than the memory
        return hashlib.file_digest(file, "sha256").hexdigest()
