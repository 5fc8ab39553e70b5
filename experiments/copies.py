"""A copy of a study on other storage, object stores among them: each result as it is made, the report at the end.

What is there already is fetched in place of being run again. An object that was cut short is found by its size or by
the checksum that a result carries.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from experiments.errors import InvalidRequest, MissingData
from experiments.runner import Task
from results.files import write_bytes
from results.partial import SEEDS, seed_path
from results.store import COMPLETE


@dataclass(frozen=True)
class Copy:
    """Where one study is copied to: a folder of a file system that fsspec knows. Small enough to be sent to workers."""

    url: str
    study: str
    """`<scenario>/<content hash>`"""

    @cached_property
    def _there(self) -> tuple[Any, str]:
        """The file system, and the study's folder on it.

        Raises
        ------
        InvalidRequest
            If no file system is known by that name, or its driver is not installed.
        """
        from fsspec.core import url_to_fs

        try:
            system, root = url_to_fs(self.url)
        except (ValueError, ImportError) as problem:
            raise InvalidRequest(
                f"--copy-to: '{self.url[:80]}' cannot be used ({problem}). Write a folder of an object store such as "
                "s3://bucket/studies (pip install s3fs), gs://bucket/studies (gcsfs), or file:///shared/studies."
            ) from None
        return system, f"{root.rstrip('/')}/{self.study}"

    def refuse_if_out_of_reach(self) -> None:
        """Raise InvalidRequest if the place cannot be written to, before anything is run."""
        system, root = self._there
        try:
            system.makedirs(root, exist_ok=True)
            system.pipe_file(f"{root}/.reached", b"")
            system.rm_file(f"{root}/.reached")
        except Exception as problem:  # every driver has errors of its own
            raise InvalidRequest(f"--copy-to: {self.url[:80]} cannot be written to ({_told(problem)}).") from None

    def fetch(self, folder: Path, tasks: tuple[Task, ...]) -> int:
        """Take results that lie there and not here, and return how many; whether they are sound is checked later."""
        system, root = self._there
        n_taken = 0
        with contextlib.suppress(FileNotFoundError):
            there = {Path(name).name for name in system.ls(f"{root}/{SEEDS}", detail=False)}
            for path in (seed_path(folder, task.seed, task.draw) for task in tasks):
                if path.name in there and not path.is_file():
                    write_bytes(path, system.cat_file(f"{root}/{SEEDS}/{path.name}"))
                    n_taken += 1
        return n_taken

    def put_seed(self, path: Path) -> None:
        """Copy one result; where that fails it is left for the end, since the result itself is safe."""
        with contextlib.suppress(Exception):  # every driver has errors of its own
            system, root = self._there
            system.makedirs(f"{root}/{SEEDS}", exist_ok=True)
            system.pipe_file(f"{root}/{SEEDS}/{path.name}", path.read_bytes())

    def put_all(self, folder: Path) -> int:
        """Copy what is not there yet and return how many files; the marker of a finished study comes last.

        Raises
        ------
        MissingData
            If something could not be copied; everything is kept here.
        """
        system, root = self._there
        files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(".")]
        files.sort(key=lambda path: path.name == COMPLETE)
        n_put = 0
        try:
            sizes = {
                name.removeprefix(root).lstrip("/"): int(about["size"])
                for name, about in system.find(root, detail=True).items()
            }
            for path in files:
                name, content = path.relative_to(folder).as_posix(), path.read_bytes()
                # a result of this name and size is this result; other files may have changed within their size
                if name.startswith(f"{SEEDS}/") and sizes.get(name) == len(content):
                    continue
                system.makedirs(f"{root}/{name}".rpartition("/")[0], exist_ok=True)
                system.pipe_file(f"{root}/{name}", content)
                n_put += 1
        except Exception as problem:  # every driver has errors of its own
            raise MissingData(
                f"--copy-to: {folder} is finished, but its copy at {self.url[:80]} is not ({_told(problem)}). "
                "Give the same command again to copy the rest."
            ) from None
        return n_put


def _told(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:200]
