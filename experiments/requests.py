"""What is asked of a paired study, before anything is loaded: options checked and put into one frozen object."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from experiments.clusters import LOCAL, check_address
from experiments.errors import InvalidRequest
from experiments.runner import Task
from scenarios.schema import LATEST_START, MAX_MONTHS
from scenarios.vocabulary import month_name, parse_month

MAX_SAMPLE = 1000
"""The thinnest sample: one resident in so many; below it a Place holds too few people to show anything."""
MAX_SEEDS = 100_000
DEFAULT_SEEDS = 8
MAX_AT_ONCE = 1024
"""Most processes, and most threads of each."""
DRAW_VARIABLE = "WORKABILITY_DRAW"
"""Environment variable that stands for --draw where neither --draw nor --draws is given."""


@dataclass(frozen=True)
class Request:
    """One paired study: a scenario against another, on which draws and seeds, and with what means."""

    scenario: str
    against: str | None = None
    """what it is compared with; None = the baseline that the scenario names"""
    n_seeds: int | None = None
    """seeds of each draw; None = DEFAULT_SEEDS runs, or one for each draw that is asked for"""
    seed: int = 1
    n_draws: int | None = None
    """draws 1 to so many of the posterior; None = as many as there are seeds, where the region has one"""
    draws: tuple[int, ...] | None = None
    """exactly these draws; (0,) is the evidence's own values"""
    runs: tuple[Task, ...] = ()
    """every run, once draws and seeds are settled"""
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
    cluster: str | None = None
    """where runs are computed: None = processes of this one, `local` or the address of a Dask scheduler"""
    copy_to: str | None = None
    """a folder of any file system that fsspec knows, to which results are copied as they are made"""
    out: Path = Path("runs")
    event_log: bool = False
    """whether to keep every payment's changes; such a run has a folder of its own and the same figures"""

    def __post_init__(self) -> None:
        """Take the draws that the environment names where none is asked for, and refuse what cannot be run."""
        named = os.environ.get(DRAW_VARIABLE)
        if named and self.n_draws is None and self.draws is None and not self.runs:
            object.__setattr__(self, "draws", parse_draws([named]))
        _between("--seeds", self.seeds, 1, MAX_SEEDS)
        _between("--seed", self.seed, 0, 2**63 - 1 - MAX_SEEDS)
        _between("--sample", self.sample, 1, MAX_SAMPLE)
        check_threads(self.threads)
        if self.workers is not None:
            _between("--workers", self.workers, 1, MAX_AT_ONCE)
        if self.cluster is not None:
            check_address(self.cluster)
        if self.months is not None:
            _between("--months", self.months, 1, MAX_MONTHS)
        if self.start is not None:
            _check_start(self.start)
        if self.n_draws is not None:
            _between("--draws", self.n_draws, 1, MAX_SEEDS)
        _check_draws(self.n_draws, self.draws)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Every run of the study; of the evidence's own values until a posterior's draws are settled."""
        return self.runs or tuple(Task(0, self.seed + i) for i in range(self.seeds))

    @property
    def seeds(self) -> int:
        """Number of seeds, as asked or by default."""
        return DEFAULT_SEEDS if self.n_seeds is None else self.n_seeds

    @property
    def needs_posterior(self) -> bool:
        """Whether any run may be a draw of the posterior."""
        return any(task.draw for task in self.runs) if self.runs else self.draws != (0,)

    def means(self, most: int) -> tuple[int, int]:
        """Return workers and threads of each: as asked, else a process for each run as far as cores and memory go.

        Runs side by side leave no core idle; the threads of one run wait for each other in every month.

        Parameters
        ----------
        most : int
            Processes whose memory fits at once.
        """
        cores = usable_cores()
        workers = self.workers
        if self.cluster not in (None, LOCAL):  # how many there are, and the cores of each, is not known here
            return workers or min(cores, len(self.tasks)), self.threads or 1
        if workers is None:
            n_runs = len(self.tasks)
            room = min(cores // (self.threads or 1), n_runs, most)
            workers = max(1, room) if n_runs > 2 else 1
        return workers, self.threads or max(1, cores // workers)


def usable_cores() -> int:
    """Return the number of cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _between(option: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise InvalidRequest(f"{option} {value}: give a whole number from {low} to {high}.")


def _check_draws(n_draws: int | None, draws: tuple[int, ...] | None) -> None:
    """Refuse draws that contradict each other."""
    if draws is None:
        return
    if n_draws is not None:
        raise InvalidRequest("--draw and --draws both say which draws to run; keep one.")
    if not draws:
        raise InvalidRequest("--draw: name at least one draw, such as --draw 3 or --draw 1,5,9.")
    for i, number in enumerate(draws):
        _between("--draw", number, 0, MAX_SEEDS)
        if number in draws[:i]:
            raise InvalidRequest(f"--draw {number}: it is named twice; keep one.")
    if 0 in draws and len(draws) > 1:
        raise InvalidRequest(
            "--draw 0 stands beside others: it is no draw of the posterior but the evidence's own values, and a mean "
            "over both says nothing. Run it by itself."
        )


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


def parse_draws(words: list[str]) -> tuple[int, ...] | None:
    """Return the numbers of repeated `--draw K` or `--draw 1,5,9`; None without any.

    Raises
    ------
    InvalidRequest
        If a word is no whole number.
    """
    parts = [part.strip() for word in words for part in word.split(",")]
    wrong = [part for part in parts if not re.fullmatch(r"\d{1,9}", part, re.ASCII)]
    if wrong:
        raise InvalidRequest(f"--draw {wrong[0][:40]}: give whole numbers, such as --draw 3 or --draw 1,5,9.")
    return tuple(map(int, parts)) or None


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
