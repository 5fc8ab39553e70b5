"""Markers by folder, a cache and a working folder of their own, and the switch that rewrites golden files."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

FOLDER_MARKERS = ("unit", "property", "statistical", "golden", "pages", "release")
HERE = Path(__file__).parent

os.environ.setdefault("NUMBA_NUM_THREADS", "4")  # tests of 1, 2 and 4 threads need four, whatever the machine has
os.environ.setdefault("WORKABILITY_CACHE", str(Path(tempfile.gettempdir()) / f"workability-tests-{os.getuid()}"))
os.environ["NO_COLOR"] = "1"
os.environ["WORKABILITY_DRAW"] = "0"  # draws of a posterior are for the tests about them
os.environ.pop("FORCE_COLOR", None)

from experiments.algebra import one_thread_of_algebra  # noqa: E402  NumPy comes later

one_thread_of_algebra()

from experiments.first_compile import compiled_alongside  # noqa: E402  the cache's place comes first
from experiments.folders import keep_compiled_code  # noqa: E402

keep_compiled_code()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files anew instead of comparing")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile once, before pytest-xdist's workers start: each of them would compile the same."""
    config = session.config
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        with compiled_alongside("cheshire-merseyside"):
            pass


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        parts = item.path.relative_to(HERE).parts if item.path.is_relative_to(HERE) else ()
        if parts and parts[0] in FOLDER_MARKERS:
            item.add_marker(parts[0])


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written anew."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder for one test; compiled code stays where it is."""
    monkeypatch.setenv("WORKABILITY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"
