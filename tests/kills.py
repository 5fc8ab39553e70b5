"""Hard kills of a study: the runner, a worker, or whoever is about to rename a file; and what must be left of it."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from results.files import digest_of

ROOT = Path(__file__).parents[1]
SEEDS = 40
AGAIN = 0.6
"""Chance that a study that outlived the death of a worker is struck once more."""
EARLY = 0.15
"""Share of the blows that fall while a study starts."""
BETWEEN, WRITING = 0.3, 4.0
"""Longest wait of a blow, in seconds: among the runs, and at the start and the end of a study."""
STUDY = ("run", "kickstart", "--set", "region=eskermere", "--sample", "1:200", "--months", "2", "--draw", "0",
         "--seeds", str(SEEDS), "--workers", "2", "--quiet", "--out")  # fmt: skip
CHANGING = ("circumstances.json", "log.jsonl")
"""Files of a run that hold times of day."""
DYING = """
import os, random, signal
_replace, _left = os.replace, [int(os.environ["KILL_AT_RENAME"])]
_before = random.Random(os.getpid()).random() < 0.5

def die():
    told = os.open(os.environ["KILLED"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(told, b".")
    os.kill(os.getpid(), signal.SIGKILL)

def replace(*args, **named):
    _left[0] -= 1
    if _left[0] == 0 and _before:
        die()
    _replace(*args, **named)
    if _left[0] == 0:
        die()

if _left[0] > 0:
    os.replace = replace
"""
"""A module that every interpreter of the study loads first: it kills its own process at its nth rename, and says so."""


@dataclass
class Tally:
    """Kills by kind, studies brought to their end in spite of them, and everything that was wrong."""

    kills: Counter[str] = field(default_factory=Counter)
    studies: int = 0
    lost: list[str] = field(default_factory=list)
    redone: list[str] = field(default_factory=list)
    corrupt: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """What was done and found, in a line."""
        kinds = ", ".join(f"{n} of {kind}" for kind, n in sorted(self.kills.items()))
        return (
            f"{self.kills.total()} hard kills ({kinds}) over {self.studies} studies: {len(self.lost)} results lost, "
            f"{len(self.redone)} computed twice, {len(self.corrupt)} corrupt or different"
        )


def content(folder: Path) -> dict[str, str]:
    """Return the digest of every file of a run that holds no time of day, by its path, hidden files too."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in CHANGING)
    return {path.relative_to(folder).as_posix(): digest_of(path) for path in files}


def saved(folder: Path) -> dict[str, tuple[int, str]]:
    """Return time and digest of the finished seeds of a study."""
    found = {}
    for path in folder.glob("kickstart/*/seeds/*.npz"):
        found[path.name] = (path.stat().st_mtime_ns, digest_of(path))
    return found


def start(out: Path, place: Path, at_rename: int = 0) -> subprocess.Popen[bytes]:
    """Start the study into a folder, in a process group of its own."""
    (place / "sitecustomize.py").write_text(DYING, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": f"{place}:{ROOT}", "KILL_AT_RENAME": str(at_rename)}
    environment["KILLED"] = str(died_at_rename(place))
    command = [sys.executable, "-m", "workability", *STUDY, str(out)]
    with (place / "output.txt").open("ab") as heard:
        return subprocess.Popen(command, cwd=place, env=environment, stdout=heard, stderr=heard, start_new_session=True)


def died_at_rename(place: Path) -> Path:
    """Return the file to which whoever dies at a rename adds a byte."""
    return place / "died-at-rename"


def end(process: subprocess.Popen[bytes]) -> None:
    """Wait for a study's process and end whatever it left behind, as a machine that stops would."""
    process.wait(timeout=300)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def strike(process: subprocess.Popen[bytes], kind: str, out: Path, seeds: int, after: float) -> bool:
    """Kill the runner or one of its workers; return whether there was anything to kill.

    Parameters
    ----------
    process : the runner.
    kind : which of them.
    out, seeds, after : the blow falls so many seconds after a folder holds so many results.
    """
    while process.poll() is None and len(list(out.glob("kickstart/*/seeds/*.npz"))) < seeds:
        time.sleep(0.02)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=after)
    if process.poll() is not None:
        return False
    victim = process.pid
    if kind == "a worker":
        workers = [child.pid for child in psutil.Process(process.pid).children() if _is_worker(child)]
        if not workers:
            return False
        victim = workers[0]
    try:
        os.kill(victim, signal.SIGKILL)
    except ProcessLookupError:  # it has ended meanwhile
        return False
    return True


def _is_worker(child: psutil.Process) -> bool:
    """Return whether a child of the runner computes; one that has just ended doesn't."""
    try:
        command = " ".join(child.cmdline())
    except psutil.NoSuchProcess:  # also a zombie
        return False
    return "spawn_main" in command and "resource_tracker" not in command


def hard_kills(n: int, place: Path, seed: int) -> Tally:
    """Kill studies n times at random moments, each time starting them again, and say what was wrong afterwards.

    Parameters
    ----------
    n : kills.
    place : an empty folder.
    seed : of the moments.
    """
    rng, tally = random.Random(seed), Tally()
    whole = start(place / "whole", place)
    end(whole)
    assert whole.returncode == 0, (place / "output.txt").read_text()
    (reference,) = (path for path in (place / "whole" / "kickstart").iterdir() if path.is_dir())
    wanted = content(reference)
    while tally.kills.total() < n:
        out = place / f"study-{tally.studies}"
        before: dict[str, tuple[int, str]] = {}
        while True:
            kind = rng.choice(("the runner", "a worker", "whoever renames")) if tally.kills.total() < n else ""
            process = start(out, place, rng.randint(1, SEEDS // 2) if kind == "whoever renames" else 0)
            # some blows fall while it starts, most among the runs, some while it writes what came of them
            seeds = 0 if rng.random() < EARLY else len(before) + rng.randint(1, SEEDS // 3)
            while kind in ("the runner", "a worker"):
                after = rng.uniform(0.0, WRITING if seeds > SEEDS or not seeds else BETWEEN)
                if not strike(process, kind, out, min(seeds, SEEDS), after):
                    break
                tally.kills[kind] += 1
                seeds += rng.randint(1, SEEDS // 3)
                kind = rng.choice(("the runner", "a worker")) if rng.random() < AGAIN else ""
            end(process)
            if died_at_rename(place).exists():
                tally.kills["whoever renames"] += died_at_rename(place).stat().st_size
                died_at_rename(place).unlink()
            now = saved(out)
            tally.lost += [f"{out.name}/{name}" for name in before if name not in now]
            tally.redone += [f"{out.name}/{name}" for name in before if name in now and now[name] != before[name]]
            before = now
            if process.returncode == 0:
                break
        found = content(out / "kickstart" / reference.name)
        apart = {name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name)}
        tally.corrupt += [f"{out.name}/{name}" for name in sorted(apart)]
        tally.studies += 1
    return tally
