"""The folder of one study: filled from its saved seeds, found again by name, and read back."""

from __future__ import annotations

import json
import os
import platform
import time
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from evidence.model import ScoreTarget
from experiments.errors import MissingData
from experiments.plans import Plan, shipped_region
from experiments.quality import quality_rows
from experiments.runner import Outcome
from experiments.target_table import table_for
from experiments.version import __version__
from experiments.words import Documents, documents_of, report_data, services_of
from results.files import write_text
from results.geography import geography_of, slug
from results.partial import load_seeds, read_seeds, seed_path
from results.services import ServiceFacts
from results.store import (
    COMPLETE,
    LATEST,
    RunContents,
    RunFolder,
    altered,
    calibration_of,
    latest,
    read_manifest,
    runs_of,
    write_run,
)
from results.summary import Headline, summarise
from scenarios.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from results.pairing import PairedSeed

VERSIONED = (
    "numpy",
    "numba",
    "llvmlite",
    "pandas",
    "scipy",
    "pyarrow",
    "mesa",
    "xlsxwriter",
    "altair",
    "vl-convert-python",
)
"""Packages whose version may show in the bytes of a run folder."""
RESOLVED_FILE, DIFFERENCE_FILE, BASELINE_FILE = "scenario.resolved.yaml", "scenario.diff.yaml", "baseline.resolved.yaml"
LOG_FILE = "log.jsonl"


def is_complete(folder: Path) -> bool:
    """Return whether the folder's marker is there and may be read."""
    try:
        return (folder / COMPLETE).is_file()
    except OSError:  # a folder that may not be entered, or no name of one: whoever writes there says so
        return False


def refuse_if_altered(folder: Path) -> None:
    """Check a finished run against the checksums in its marker.

    Raises
    ------
    MissingData
        If it did not finish, or a file of it is missing, new or not what was written.
    """
    if not is_complete(folder):
        raise MissingData(f"{folder}: the run did not finish; run the scenario again to resume it.")
    changed = altered(folder)
    if changed:
        raise MissingData(
            f"{folder}: not as it was written: {', '.join(changed[:5])}. "
            "Run the scenario again with another --out DIR, or restore the files."
        )


def publish(
    study: Plan, outcome: Outcome, started: float, store: RunFolder, documents: Documents | None = None
) -> Headline:
    """Fill a study's folder from its saved seeds and return its headline.

    Where some seeds failed, everything is written but the marker, so that the same command tries them again.

    Parameters
    ----------
    study : Plan
        The study.
    outcome : Outcome
        What became of its runs.
    started : float
        When it began, seconds since 1970.
    store : RunFolder
        The folder.
    documents : Documents or None
        What the study says of itself, where it repeats another.
    """
    said = documents or documents_of(study)
    pairs = read_seeds([seed_path(store.path, task.seed, task.draw) for task in outcome.saved], store.path)
    where = geography_of(study.region)
    wanted = study.region.score_targets
    context = said.context or ""
    headline = summarise(
        pairs,
        where,
        calibration=study.drawn.words,
        context=context,
        changed=said.changed,
        score_targets=wanted,
        services=services_of(study),
    )
    manifest = manifest_of(study, said)
    write_text(store.path / BASELINE_FILE, said.baseline)
    targets = table_for(study)
    contents = RunContents(
        headline=headline,
        seeds=pairs,
        report=report_data(study, said, headline, manifest, len(outcome.failed)),
        manifest=manifest,
        circumstances=circumstances_of(study, outcome, started),
        resolved_yaml=said.resolved,
        diff_yaml=said.difference,
        qa_rows=quality_rows(pairs, headline, len(study.request.tasks), targets),
        targets=targets.rows if targets else None,
        log_lines=log_lines(store.path),
    )
    write_run(store, contents)
    if outcome.failed:
        (store.path / COMPLETE).unlink()
    return headline


def documents_from(folder: Path) -> Documents:
    """Return what a finished run says of itself."""
    manifest = read_manifest(folder)
    texts = [(folder / name).read_text(encoding="utf-8") for name in (RESOLVED_FILE, BASELINE_FILE, DIFFERENCE_FILE)]
    return Documents(manifest["study"], manifest["command"], manifest["context"], tuple(manifest["changed"]), *texts)


def log_lines(folder: Path) -> list[dict[str, Any]]:
    """Return the log so far; a line cut short by a crash is left out."""
    path = folder / LOG_FILE
    found = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else []:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def manifest_of(study: Plan, said: Documents) -> dict[str, Any]:
    """Return what the same figures need again: inputs with their hashes, seeds and versions; no path, no time."""
    services = [asdict(fact) for fact in services_of(study)]
    return {
        "run_id": study.content_hash,
        "study": said.study,
        "command": said.command,
        "scenario": study.policy_arm.name,
        "baseline": study.baseline_arm.name,
        "context": said.context,
        "changed": list(said.changed),
        "region": study.policy.scenario.region,
        "sample": study.request.sample,
        "seeds": study.inputs["seeds"],
        "draws": study.inputs["draws"],
        "calibrated": bool(study.drawn.words),
        "inputs": study.inputs,
        "score_targets": [asdict(target) for target in study.region.score_targets],
        **({"services": services} if services else {}),
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """Return name -> version of what may show in a run folder's bytes."""
    found = {"workability": __version__, "python": platform.python_version()}
    for name in VERSIONED:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    return found


def circumstances_of(study: Plan, outcome: Outcome, started: float) -> dict[str, Any]:
    """Return on what machine, when and how fast the study ran; outside every hash.

    Parameters
    ----------
    study : Plan
        The study.
    outcome : Outcome
        What became of its runs.
    started : float
        When it began, seconds since 1970.
    """
    return {
        "started": time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(started)),
        "seconds": max(0.0, round(time.time() - started, 2)),  # a clock that was set back would make it negative
        "seconds_in_runs": round(outcome.seconds, 2),
        "runs_made": len(outcome.finished),
        "runs_found_on_disk": len(outcome.already_done),
        "runs_failed": {task.name: reason for task, reason in sorted(outcome.failed.items())},
        "workers": study.workers,
        "threads": study.threads,
        "machine": {
            "system": platform.system(),
            "release": platform.release(),
            "processor": platform.machine(),
            "cores": os.cpu_count(),
            "memory_bytes": psutil.virtual_memory().total,
        },
    }


def find(text: str, out: Path) -> Path:
    """Return a run folder by its path, its scenario's name (the run finished last), or `latest`.

    Raises
    ------
    MissingData
        If there is none.
    """
    direct = Path(text)
    if (direct / "manifest.json").is_file():
        return direct
    if text == LATEST and (out / LATEST).is_file():
        return latest(out)
    runs = sorted((out / slug(text)).glob("*/manifest.json"), key=lambda path: path.stat().st_mtime)
    if runs:
        return runs[-1].parent
    known = sorted({path.parent.parent.name for path in out.glob("*/*/manifest.json")})
    there = (
        f"Runs under {out}: {', '.join(known)}.{nearest(text, known)}" if known else f"There are no runs under {out}."
    )
    raise MissingData(f"No finished run '{text}'. {there} Run a scenario first: workability run NAME.")


def seeds_of(manifest: Mapping[str, Any]) -> dict[int, list[int]]:
    """Return the seeds of each draw that a run's manifest names."""
    out: dict[int, list[int]] = {}
    for draw, seed in runs_of(manifest):
        out.setdefault(draw, []).append(seed)
    return out


def pairs_of(folder: Path) -> list[PairedSeed]:
    """Return the saved seeds that a finished run's figures rest on.

    Raises
    ------
    MissingData
        If a seed is missing or damaged.
    """
    manifest = read_manifest(folder)
    pairs: list[PairedSeed] = []
    for draw, seeds in seeds_of(manifest).items():
        found = load_seeds(folder, seeds, draw)
        lost = sorted(set(seeds) - set(found))
        if lost and is_complete(folder):
            raise MissingData(
                f"{folder}: seeds {', '.join(map(str, lost))} are missing or damaged. "
                "Delete the folder and run the scenario again."
            )
        pairs += found.values()
    if not pairs:
        raise MissingData(f"{folder}: it holds no finished seed. Run the scenario again.")
    return pairs


def headline_of(folder: Path) -> Headline:
    """Return the headline of a finished run, from its seeds.

    Raises
    ------
    MissingData
        If a seed is missing or damaged.
    """
    return headline_from(folder, pairs_of(folder))


def headline_from(folder: Path, pairs: Sequence[PairedSeed]) -> Headline:
    """Return the headline of a finished run from its seeds, where they are read already.

    Parameters
    ----------
    folder : Path
        The run's folder.
    pairs : sequence of PairedSeed
        Its seeds.
    """
    manifest = read_manifest(folder)
    where = geography_of(shipped_region(str(manifest["region"])))
    context, changed = manifest["context"] or "", manifest.get("changed", ())
    wanted = tuple(ScoreTarget(**entry) for entry in manifest.get("score_targets", ()))
    services = tuple(ServiceFacts(**entry) for entry in manifest.get("services", ()))
    return summarise(
        pairs,
        where,
        calibration=calibration_of(manifest),
        context=context,
        changed=changed,
        score_targets=wanted,
        services=services,
    )
