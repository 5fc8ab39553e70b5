"""Command `doctor`: whether this machine is fit for a run, and what to do where it is not."""

from __future__ import annotations

import importlib.util
import json
import platform
import sys
from pathlib import Path

from workability import options as o
from workability.guard import CHECK_FAILED, guarded

NEEDED = (
    "numpy", "numba", "mesa", "pandas", "scipy", "salabim", "greenlet", "SALib", "pyarrow", "duckdb", "pydantic",
    "ruamel.yaml", "typer", "rich", "altair", "vl_convert", "jinja2", "xlsxwriter", "openpyxl", "psutil",
)  # fmt: skip
GIGABYTE = 1 << 30
FULL_SCALE_BYTES = 2.5 * GIGABYTE
"""Memory that a run of every resident may take."""
SMALL_DISK_BYTES = 1 * GIGABYTE


@guarded
def doctor(
    as_json: o.JsonOption = False, verbose: o.VerboseOption = False, no_colour: o.NoColourOption = False
) -> None:
    """Check this machine: interpreter, packages, cores, memory, disk, caches, and the shipped evidence.

    Example: workability doctor
    """
    from workability import terminal

    found = [*_machine(), *_packages(), *_folders(), *_evidence()]
    if as_json:
        records = [{"check": name, "ok": ok, "found": text} for name, ok, text in found]
        terminal.data(json.dumps(records, indent=2, ensure_ascii=False))
    else:
        rows = [(name, "ok" if ok else "NOT OK", text) for name, ok, text in found]
        terminal.table("This machine", ("check", "", "found"), rows, colour=not no_colour)
    if not all(ok for _, ok, _ in found):
        raise SystemExit(CHECK_FAILED)


Finding = tuple[str, bool, str]


def _machine() -> list[Finding]:
    """Return findings on the interpreter, cores and memory."""
    import psutil

    from experiments.requests import usable_cores

    memory = psutil.virtual_memory()
    enough = memory.available >= FULL_SCALE_BYTES
    advice = "" if enough else "; a run of every resident needs about 2.5 GB: use --sample 1:10"
    return [
        ("Python", sys.version_info >= (3, 11), platform.python_version()),
        ("cores", True, f"{usable_cores()} usable ({platform.machine()})"),
        ("memory", enough, f"{memory.available / GIGABYTE:.1f} GB free of {memory.total / GIGABYTE:.1f} GB{advice}"),
    ]


def _packages() -> list[Finding]:
    """Return whether every package that a run needs can be found; none is imported."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    text = f"missing: {', '.join(missing)}; install them with 'make run'" if missing else f"all {len(NEEDED)} found"
    return [("packages", not missing, text)]


def _folders() -> list[Finding]:
    """Return whether the cache can be written, what is in it, and whether there is room for runs."""
    import shutil
    import tempfile

    from experiments.folders import cache_folder, is_compiled

    cache = cache_folder()
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=cache):
            pass
        size = sum(path.stat().st_size for path in cache.rglob("*") if path.is_file())
        writable, text = True, f"{cache}: {size / GIGABYTE:.2f} GB"
    except OSError as error:
        writable, text = False, f"{cache}: {error.strerror}; choose another with WORKABILITY_CACHE"
    free = shutil.disk_usage(Path.cwd()).free
    return [
        ("cache", writable, text),
        ("compiled code", True, "there" if is_compiled() else "not yet; the first run compiles it"),
        ("disk", free > SMALL_DISK_BYTES, f"{free / GIGABYTE:.1f} GB free in this folder"),
    ]


def _evidence() -> list[Finding]:
    """Return whether the shipped evidence and scenarios can be read."""
    from evidence.errors import EvidenceError
    from evidence.fit_registry import verify
    from scenarios.errors import ScenarioError
    from scenarios.resolve import names, resolve

    found: list[Finding] = []
    try:
        verify()
        found.append(("evidence", True, "every file reads and every source exists"))
    except EvidenceError as error:
        found.append(("evidence", False, str(error)))
    try:
        library = names()
        for name in library:
            resolve(name)
        found.append(("scenarios", True, f"{len(library)} in the library, all valid"))
    except (ScenarioError, EvidenceError) as error:
        found.append(("scenarios", False, str(error)))
    return found
