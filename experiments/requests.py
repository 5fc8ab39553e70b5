"""What is asked of a paired study, before anything is loaded: options checked and put into one frozen object."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from experiments.errors import InvalidRequest
from experiments.runner import Task
from scenarios.schema import LATEST_START, MAX_MONTHS
from scenarios.vocabulary import month_name, parse_month

MAX_SAMPLE = 1000
"""The thinnest sample: one resident in so many; below it a Place holds too few people to show anything."""
MAX_SEEDS = 100_000
MAX_AT_ONCE = 1024
"""Most processes, and most threads of each."""
SMALL_SAMPLE = 20
"""From this sample on a run is short enough that processes beat threads."""


@dataclass(frozen=True)
class Request:
    """One paired study: a scenario against another, on which draws and seeds, and with what means."""

    scenario: str
    against: str | None = None
    """what it is compared with; None = the baseline that the scenario names"""
    n_seeds: int = 8
    seed: int = 1
    n_draws: int = 1
    sample: int = 1
    start: str | None = None
    months: int | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)
    against_overrides: Mapping[str, str] | None = None
    """values changed in `against`; None = those of `overrides` that concern it"""
    environment: Mapping[str, str] = field(default_factory=dict)
    """environment variables, of which WORKABILITY_SET_... are overrides too"""
    threads: int | None = None
    workers: int | None = None
    out: Path = Path("runs")
    event_log: bool = False
    """whether to keep every payment's changes; such a run has a folder of its own and the same figures"""

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        _between("--seeds", self.n_seeds, 1, MAX_SEEDS)
        _between("--seed", self.seed, 0, 2**63 - 1 - self.n_seeds)
        _between("--sample", self.sample, 1, MAX_SAMPLE)
        check_threads(self.threads)
        if self.workers is not None:
            _between("--workers", self.workers, 1, MAX_AT_ONCE)
        if self.months is not None:
            _between("--months", self.months, 1, MAX_MONTHS)
        if self.start is not None:
            _check_start(self.start)
        if self.n_draws != 1:
            raise InvalidRequest(
                f"--draws {self.n_draws}: nothing is calibrated yet, so there are no draws of what is not known. "
                "Leave --draws out; more --seeds show the spread that chance alone makes."
            )

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Every run of the study."""
        return tuple(Task(0, self.seed + i) for i in range(self.n_seeds))

    def means(self) -> tuple[int, int]:
        """Return workers and threads of each: as asked, else processes for small samples and threads for large."""
        cores = usable_cores()
        workers = self.workers
        if workers is None:
            workers = min(cores, self.n_seeds) if self.sample >= SMALL_SAMPLE and self.n_seeds > 2 else 1
        return workers, self.threads or max(1, cores // workers)


def usable_cores() -> int:
    """Return the number of cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _between(option: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise InvalidRequest(f"{option} {value}: give a whole number from {low} to {high}.")


def check_threads(threads: int | None) -> None:
    """Refuse a number of threads that no machine has; None is as many as there are cores.

    Raises
    ------
    InvalidRequest
        If it is below 1 or beyond any machine.
    """
    if threads is not None:
        _between("--threads", threads, 1, MAX_AT_ONCE)


def _check_start(text: str) -> None:
    """Refuse a start that is not a month, or one that a scenario could not have."""
    try:
        is_allowed = 0 <= parse_month(text) <= parse_month(LATEST_START)
    except ValueError:
        is_allowed = False
    if not is_allowed:
        raise InvalidRequest(
            f"--start {text[:20]}: give a month from {month_name(0)} to {LATEST_START}, written as 2026-04 is."
        )


def parse_sample(text: str) -> int:
    """Return k of a sample of one resident in k, written as `1:50`, `50` or `0.02`.

    Raises
    ------
    InvalidRequest
        If the text is none of these, or is thinner than 1:1000.
    """
    wrong = InvalidRequest(
        f"--sample {text}: write 1:1 for every resident, or 1:50 (also 50 or 0.02) for one in fifty; "
        f"the thinnest is 1:{MAX_SAMPLE}."
    )
    found = re.fullmatch(r"\s*(?:(\d{1,6}):(\d{1,6})|(\d{0,6}(?:\.\d{1,9})?))\s*", text, re.ASCII)
    if found is None or not any(found.groups()):
        raise wrong
    one, rest, number = found.groups()
    share = Fraction(number) if number else Fraction(int(one), int(rest) or 1) * bool(int(rest))
    if share == 0:
        raise wrong
    k = share if number and share >= 1 else 1 / share
    if k.denominator != 1 or not 1 <= k <= MAX_SAMPLE:
        raise wrong
    return int(k)


def parse_overrides(pairs: list[str]) -> dict[str, str]:
    """Return key -> value of repeated `key=value` options.

    Raises
    ------
    InvalidRequest
        If a pair has no `=`, no key, or its key stands twice.
    """
    found: dict[str, str] = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        key = key.strip()
        if not sign or not key:
            raise InvalidRequest(f"--set {pair}: write key=value, for example --set context=weak-demand.")
        if key in found:
            raise InvalidRequest(f"--set {pair}: '{key}' is set twice; keep one.")
        found[key] = value.strip()
    return found
