"""Where things are kept between runs: the cache folder, the compiled code, and files written whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from experiments.errors import BusyFolder, UnusableOutput
from experiments.version import ROOT, compiled_hash
from results.files import remove_parts, sync_folder

KEPT_COMPILED = 3
"""Compiled code of this many versions of the sources is kept."""
EVERY_RUN_USES = ("simulation/monthly_pass.py", "simulation/hiring.py", "simulation/taxben/flows.py")
"""Sources of kernels without which no run ends: once these are compiled, so is nearly everything."""


def cache_folder() -> Path:
    """Return the folder of things that can be made again: `WORKABILITY_CACHE`, or the user's cache folder."""
    chosen = os.environ.get("WORKABILITY_CACHE")
    if chosen:
        return Path(chosen)
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("workability", appauthor=False))


def compiled_folder() -> Path:
    """Return the folder of compiled code for the present sources.

    numba looks only at the file of each function, not at what the function calls, so every version of the
    sources gets a folder of its own.
    """
    return cache_folder() / "compiled" / compiled_hash()


def keep_compiled_code() -> None:
    """Point numba's cache at our folder unless the user chose one; call it before numba is imported."""
    if "NUMBA_CACHE_DIR" not in os.environ:
        os.environ["NUMBA_CACHE_DIR"] = str(compiled_folder())


def is_compiled() -> bool:
    """Return whether the code of this checkout has been compiled on this machine before.

    numba keeps compiled code by the path of its source too, so what another checkout compiled is of no use here.
    """
    try:
        return all(any(_own_folder(path).glob(f"{path.stem}.*.nbi")) for path in map(ROOT.joinpath, EVERY_RUN_USES))
    except ImportError:  # without numba nothing is compiled
        return False


def compiled_code() -> frozenset[tuple[str, int]]:
    """Return name and time of every piece of this checkout's compiled code; more after a run means it compiled."""
    folders = {_own_folder(path) for path in (ROOT / "simulation").rglob("*.py")}
    files = [path for folder in folders for path in folder.glob("*.nbc")]
    return frozenset((f"{path.parent.name}/{path.name}", path.stat().st_mtime_ns) for path in files)


def _own_folder(source: Path) -> Path:
    """Return the folder in which numba keeps what it compiled from a source file of this checkout."""
    from numba import config
    from numba.core import caching

    import simulation.compiling  # noqa: F401  it settles where numba keeps code

    settings: Any = config  # numba's annotations know neither its settings nor its caching
    locator: Any = caching.UserProvidedCacheLocator
    return Path(settings.CACHE_DIR, locator.get_suitable_cache_subpath(str(source)))


def drop_old_compiled_code() -> None:
    """Remove the compiled code of all but the latest few versions of the sources."""
    parent = cache_folder() / "compiled"
    if not parent.is_dir():
        return
    folders = sorted((p for p in parent.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime, reverse=True)
    for folder in folders[KEPT_COMPILED:]:
        if folder != compiled_folder():
            shutil.rmtree(folder, ignore_errors=True)


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file so that it is there whole or not at all, even if the machine stops.

    Parameters
    ----------
    path : Path
        The file; its folder is made if it is missing.
    write : Callable
        Writes the bytes to the open file it is handed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
        sync_folder(path.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold the folder for one process; the lock goes with the process, however it ends.

    What writers that were killed left half written in it is removed, before and after.

    Raises
    ------
    BusyFolder
        If another process holds it.
    """
    try:
        import fcntl
    except ImportError:  # not a POSIX system: the store's whole-file writes still keep every file sound
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f".{folder.name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BusyFolder(
                f"{folder}: another process is writing this run. Wait for it, or choose another folder with --out."
            ) from None
        remove_parts(folder)
        try:
            yield
        finally:
            remove_parts(folder)


def usable_folder(folder: Path) -> None:
    """Check that a folder for output exists or can be made, and can be written to.

    Raises
    ------
    UnusableOutput
        If it cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UnusableOutput(
            f"--out: {folder} cannot be written to ({error.strerror or error}). "
            "Choose a folder that you may write to with --out DIR."
        ) from None
