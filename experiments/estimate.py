"""How much memory, disk and time a study will take, told before it starts, and refused if it cannot fit."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path

import psutil

from experiments.errors import InvalidRequest
from experiments.folders import cache_folder
from results.files import write_text

MEGABYTE = 1 << 20
BASE_BYTES = 450 * MEGABYTE
"""A process with its libraries and compiled code."""
RESIDENT_BYTES = 900
"""Columns, thresholds, the copy for a second arm, looks and the records for pairing, at their peak."""
DRAW_RESIDENT_BYTES = 180
"""The columns of the start that a draw's own was run in from, kept beside it."""
SAVED_BYTES = 5 * MEGABYTE
"""A saved run: both arms' monthly counts, compressed; their rows of a table; while it is made, the same unpacked."""
FIGURES_BYTES = 1 << 13
"""A run of which only a line of figures is kept."""
REPORT_BYTES = 10 * MEGABYTE
"""Tables, workbook and report of a study."""
EVENT_RESIDENT_BYTES = 256
"""What the event logs of two arms keep of a resident: what he was paid last month on each line, and whose it was."""
EVENT_BASE_BYTES = 200 * MEGABYTE
"""Rows of the event logs of two arms that wait to be written, and what writing them takes."""
EVENT_ROWS_AT_OPENING, EVENT_ROWS_A_MONTH, EVENT_ROWS_IN_APRIL = 8.5, 0.45, 1.5
"""Rows of the event log a resident: at its opening, in any month, and beside these where the rates of a year change."""
EVENT_ROW_BYTES, EVENT_ROW_SECONDS = 4.0, 0.5e-6
"""A row of the event log: compressed, and the time it takes."""
SPARE_SHARE = 0.9
"""Share of the memory free at the start that a study may plan with."""
NEAR_ENOUGH = 4
"""Ratio of residents up to which one timing tells of another: small runs spend their time on other things."""
DEFAULT_SPEED = 8e6
"""Resident-months a second and thread before this machine has been measured."""
DEFAULT_SETUP_SECONDS = 20e-6
"""Seconds a resident for the population and its start, before this machine has been measured."""


@dataclass(frozen=True)
class Estimate:
    """What a study is expected to take."""

    memory_bytes: int
    free_bytes: int
    disk_bytes: int
    seconds: float
    is_measured: bool
    """whether the time rests on earlier runs on this machine"""
    event_rows: int = 0
    """rows of one arm's event log; 0 where none is kept"""
    base_bytes: int = BASE_BYTES
    """memory of one process however few its residents"""

    def sentence(self) -> str:
        """Return the estimate in words."""
        basis = "from earlier runs here" if self.is_measured else "a guess until a run here has been timed"
        rows = round(self.event_rows, 2 - len(str(self.event_rows)))  # two digits: more would be a claim
        events = f", event logs of about {rows:,} rows for each arm and run" if rows else ""
        return (
            f"about {spoken_seconds(self.seconds)} ({basis}), {self.memory_bytes / MEGABYTE:,.0f} MB of memory "
            f"({self.free_bytes / MEGABYTE:,.0f} MB free), {self.disk_bytes / MEGABYTE:,.0f} MB of disk{events}"
        )


def spoken_seconds(seconds: float) -> str:
    """Return a duration as a person would say it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"


def estimate(
    n_residents: int,
    *,
    n_runs: int,
    run_months: int,
    workers: int,
    threads: int,
    event_months: int = 0,
    has_draws: bool = False,
    saved_bytes: int = SAVED_BYTES,
) -> Estimate:
    """Return what a study is expected to take.

    Parameters
    ----------
    n_residents : int
        Rows of one run, after sampling.
    n_runs : int
        Runs still to be made.
    run_months : int
        Months of one run over history and both arms.
    workers : int
        Processes.
    threads : int
        Threads of each.
    event_months : int
        Months that the event log of each of two arms covers; 0 where none is kept.
    has_draws : bool
        Whether runs take draws of a posterior.
    saved_bytes : int
        What is kept of a run.
    """
    measured = _measured_near(n_residents)
    speed = measured.get("resident_months_a_second_and_thread", DEFAULT_SPEED)
    setup = measured.get("setup_seconds_a_resident", DEFAULT_SETUP_SECONDS)
    work = n_residents * run_months * n_runs / (speed * threads * min(workers, max(1, n_runs)))
    base, resident, event_rows = BASE_BYTES, RESIDENT_BYTES + DRAW_RESIDENT_BYTES * has_draws, 0
    if event_months:
        base, resident = base + EVENT_BASE_BYTES, resident + EVENT_RESIDENT_BYTES
        changes = event_months * EVENT_ROWS_A_MONTH + -(-event_months // 12) * EVENT_ROWS_IN_APRIL
        event_rows = round(n_residents * (EVENT_ROWS_AT_OPENING + changes))
    return Estimate(
        memory_bytes=workers * (base + resident * n_residents),
        free_bytes=int(psutil.virtual_memory().available),
        disk_bytes=n_runs * (saved_bytes + round(2 * event_rows * EVENT_ROW_BYTES)) + REPORT_BYTES,
        seconds=work + setup * n_residents + 2 * event_rows * n_runs * EVENT_ROW_SECONDS / min(workers, max(1, n_runs)),
        is_measured=bool(measured),
        event_rows=event_rows,
        base_bytes=base,
    )


def fitting(alone: Estimate) -> int:
    """Return how many processes fit into the memory that is free, each as large as the only one of an estimate."""
    return int(alone.free_bytes * SPARE_SHARE // alone.memory_bytes)


def refuse_if_too_large(needed: Estimate, sample: int, workers: int) -> None:
    """Refuse a study whose memory does not fit.

    Raises
    ------
    InvalidRequest
        With the sample or the number of workers that would fit.
    """
    room = needed.free_bytes * SPARE_SHARE
    if needed.memory_bytes <= room:
        return
    each = needed.memory_bytes / workers
    variable = max(1.0, each - needed.base_bytes)
    mend = ""
    if workers > 1 and each <= room:
        mend = f" Use --workers {int(room // each)}."
    elif room > needed.base_bytes:
        thinner = max(sample + 1, -int(-variable * sample // (room - needed.base_bytes)))
        mend = f" Use --sample 1:{thinner} --workers 1."
    if needed.event_rows:
        mend += " Without --events it takes less."
    raise InvalidRequest(
        f"This study needs about {needed.memory_bytes / MEGABYTE:,.0f} MB of memory and "
        f"{needed.free_bytes / MEGABYTE:,.0f} MB are free, so it was not started.{mend or ' Close other programs.'}"
    )


def refuse_if_disk_is_full(needed: Estimate, folder: Path, sample: int) -> None:
    """Refuse a study that would not fit on the disk.

    Parameters
    ----------
    needed : Estimate
        What the study is expected to take.
    folder : Path
        The run folder, which is there.
    sample : int
        One resident in so many.

    Raises
    ------
    InvalidRequest
        With what would fit.
    """
    free = psutil.disk_usage(str(folder)).free
    room = free * SPARE_SHARE - REPORT_BYTES
    if needed.disk_bytes - REPORT_BYTES <= room:
        return
    if needed.event_rows:
        fitting = -(-sample * (needed.disk_bytes - REPORT_BYTES) // max(1, int(room)))
        mend = f"Use --sample 1:{fitting}, fewer --seeds or --months," if room > 0 else "Free some,"
        mend, name = f"{mend} choose another disk with --out DIR, or leave --events out.", "--events"
    else:
        mend, name = "Free some, use fewer --draws or --seeds, or choose another disk with --out DIR.", "--out"
    raise InvalidRequest(
        f"{name}: this study needs about {needed.disk_bytes / MEGABYTE:,.0f} MB of disk and "
        f"{free / MEGABYTE:,.0f} MB are free at {folder}, so it was not started. {mend}"
    )


def remember(n_residents: int, run_months: int, threads: int, run_seconds: float, setup_seconds: float | None) -> None:
    """Keep how fast this machine was, for the next estimate.

    Parameters
    ----------
    n_residents : int
        Rows of one run.
    run_months : int
        Months of one run over history and both arms.
    threads : int
        Threads it ran on.
    run_seconds : float
        Seconds one run took.
    setup_seconds : float or None
        Seconds the population and start took; None where they came from the cache.
    """
    everything = _measured()
    facts = everything.setdefault(str(n_residents), {})
    if run_seconds > 0:
        facts["resident_months_a_second_and_thread"] = n_residents * run_months / (run_seconds * threads)
    if setup_seconds is not None:
        facts["setup_seconds_a_resident"] = setup_seconds / n_residents
    with contextlib.suppress(OSError):
        write_text(cache_folder() / "speed.json", json.dumps(everything))


def _measured() -> dict[str, dict[str, float]]:
    """Return what earlier runs on this machine measured, by number of residents; empty where there is none."""
    try:
        found = json.loads((cache_folder() / "speed.json").read_text(encoding="utf-8"))
        return {str(int(n)): {str(k): float(v) for k, v in facts.items() if float(v) > 0} for n, facts in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _measured_near(n_residents: int) -> dict[str, float]:
    """Return what was measured on the nearest number of residents, if one is near enough to be told from."""
    everything = _measured()
    ratios = {n: max(int(n), n_residents) / max(1, min(int(n), n_residents)) for n in everything}
    nearest = min(ratios, key=lambda n: ratios[n], default=None)
    return everything[nearest] if nearest is not None and ratios[nearest] <= NEAR_ENOUGH else {}
