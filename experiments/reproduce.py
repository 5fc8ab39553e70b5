"""A finished run made again from what its folder holds, and compared with it byte by byte."""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments import run_folder
from experiments.errors import Differs, MissingData
from experiments.events import Events
from experiments.paired import execute
from experiments.plans import Plan, plan
from experiments.requests import Request
from experiments.runner import Task
from results.store import COMPLETE, RunFolder, compare_folders, read_manifest, runs_of


@dataclass(frozen=True)
class Verdict:
    """Whether a repeated run gave the same bytes."""

    run_id: str
    n_files: int
    different: tuple[str, ...]
    other_versions: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict as plain values for JSON."""
        return {
            "run_id": self.run_id,
            "identical": not self.different,
            "files": self.n_files,
            "different": list(self.different),
            "other_versions": list(self.other_versions),
        }

    def sentence(self) -> str:
        """Return the verdict in words."""
        if not self.different:
            return f"Reproduced {self.run_id}: all {self.n_files} files are the same, byte for byte."
        text = f"Not reproduced {self.run_id}: {len(self.different)} of {self.n_files} files differ: "
        text += ", ".join(self.different[:8]) + ("." if len(self.different) <= 8 else " and others.")
        if self.other_versions:
            text += f" It was made with other versions: {', '.join(self.other_versions)}."
        return text

    def raise_if_different(self) -> None:
        """Raise the error that ends a command with the code of a failed check."""
        if self.different:
            raise Differs(self.sentence())


def reproduce(
    folder: Path, events: Events | None = None, *, threads: int | None = None, workers: int | None = None
) -> Verdict:
    """Run a finished run again in a folder that is thrown away, and compare the bytes.

    Parameters
    ----------
    folder : Path
        The finished run; it stays as it is.
    events : Events or None
        Who hears of progress.
    threads, workers : int or None
        Means of the repeated run; its bytes must not depend on them.

    Raises
    ------
    MissingData
        If the run did not finish, was altered, or rests on evidence or code that is no longer there.
    """
    manifest = read_manifest(folder)
    run_folder.refuse_if_altered(folder)
    with tempfile.TemporaryDirectory(prefix="workability-") as name:
        study = plan_again(folder, manifest, Path(name), threads, workers)
        store = RunFolder(Path(name), str(manifest["study"]), study.content_hash)
        started = time.time()
        outcome = execute(study, store.path, events or Events())
        run_folder.publish(study, outcome, started, store, run_folder.documents_from(folder))
        different = compare_folders(folder, store.path)
        n_files = len(json.loads((folder / COMPLETE).read_text(encoding="utf-8")))
    now = run_folder.versions()
    others = tuple(f"{k} {v} (here {now.get(k)})" for k, v in manifest["versions"].items() if now.get(k) != v)
    return Verdict(folder.name, n_files, tuple(different), others)


def plan_again(folder: Path, manifest: dict[str, Any], out: Path, threads: int | None, workers: int | None) -> Plan:
    """Return the study that a run folder describes.

    Parameters
    ----------
    folder : Path
        The finished run.
    manifest : dict
        Its manifest.
    out : Path
        Where the repeated run goes.
    threads, workers : int or None
        Means of the repeated run.

    Raises
    ------
    MissingData
        If the evidence or the code has changed since.
    """
    runs = tuple(Task(draw, seed) for draw, seed in runs_of(manifest))
    study = plan(
        Request(
            str(folder / run_folder.RESOLVED_FILE),
            against=str(folder / run_folder.BASELINE_FILE),
            runs=runs,
            sample=manifest["sample"],
            threads=threads,
            workers=workers,
            out=out,
            event_log=bool(manifest["inputs"].get("event_log")),
        )
    )
    stale = [key for key, value in manifest["inputs"].items() if study.inputs.get(key) != json.loads(json.dumps(value))]
    if stale:
        raise MissingData(
            f"{folder}: made from other inputs than are here now ({', '.join(sorted(stale))}). Install the version "
            f"that made it, {manifest['versions']['workability']} with model {manifest['inputs']['model']}, or run "
            "the scenario anew."
        )
    return study
