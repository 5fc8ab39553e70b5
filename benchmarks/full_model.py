"""Measurements of the whole model: every process, hiring, ledger and observation, on the real region.

The start of the region (population and run-in) is taken from the cache or made once, and is not timed; what is
timed is what a study repeats: the months of its arms.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import workability  # noqa: F401  it puts the compiled code into our cache folder
from experiments.cache import cached_start
from experiments.plans import shipped_parameters, shipped_region
from scenarios.arm import ArmSpec, arm
from scenarios.resolve import resolve
from simulation.run import simulate

if TYPE_CHECKING:
    from benchmarks.child import Measure
    from simulation.start import Start

REGION = "cheshire-merseyside"
MONTHS = 60
RUNS_TOGETHER, PER_TURN = 8, 5
SMALL = 1000
"""Sample of the run that shows what compiling costs: 1 in so many residents."""


def start_of(sample: int, threads: int = 1) -> Start:
    """Return the stationary start of the region at 1:`sample`."""
    baseline = arm(resolve("baseline"))
    return cached_start(shipped_region(REGION), shipped_parameters(), baseline, sample=sample, draw=0, threads=threads)


def immediate() -> ArmSpec:
    """Return the baseline without the months before the policy: 60 months in all."""
    return replace(arm(resolve("baseline")), policy_month=0, months=MONTHS)


def paired(sample: int, threads: int) -> tuple[dict[str, Any], Measure]:
    """Return the measurement of a subsidy beside its baseline: the two arms, apart from their shared history.

    Parameters
    ----------
    sample, threads : 1 for every resident, and threads of the run.
    """
    begun = time.perf_counter()
    start = start_of(sample, threads)
    arms = (arm(resolve("baseline")), arm(resolve("kickstart")))
    simulate(start_of(SMALL), tuple(replace(one, months=1) for one in arms), seed=0, threads=threads)
    said = {"start_s": time.perf_counter() - begun, "residents": start.n}

    def measure() -> dict[str, Any]:
        forked = [0.0]

        def note(stage: str, done: int, total: int) -> None:
            if stage == "history" and done == total:
                forked[0] = time.perf_counter()

        before = time.perf_counter()
        simulate(start, arms, seed=1, threads=threads, progress=note)
        end = time.perf_counter()
        rate = start.n * sum(one.months for one in arms) / (end - forked[0])
        history = start.n * arms[0].policy_month / (forked[0] - before)
        return {"rates": [rate], "history_rate": history, "whole_s": end - before}

    return said, measure


def single(sample: int) -> tuple[dict[str, Any], Measure]:
    """Return the measurement of small warm runs of 60 months on one thread, milliseconds each."""
    start, one = start_of(sample), immediate()
    simulate(start, (one,), seed=0)

    def measure() -> dict[str, Any]:
        times = []
        for seed in range(PER_TURN):
            before = time.perf_counter()
            simulate(start, (one,), seed=seed)
            times.append((time.perf_counter() - before) * 1000)
        return {"milliseconds": times}

    return {"residents": start.n}, measure


_KEPT: dict[int, Start] = {}


def _keep(sample: int) -> None:
    _KEPT[sample] = start_of(sample)
    simulate(_KEPT[sample], (immediate(),), seed=0)


def _one_run(task: tuple[int, int]) -> int:
    sample, seed = task
    return int(simulate(_KEPT[sample], (immediate(),), seed=seed)[0].stocks[-1].sum())


def workers(sample: int) -> tuple[dict[str, Any], Measure]:
    """Return the measurement of eight runs on one and on two spawned workers that stay warm."""
    pools = [
        ProcessPoolExecutor(n, mp_context=get_context("spawn"), initializer=_keep, initargs=(sample,)) for n in (1, 2)
    ]
    tasks = [(sample, seed) for seed in range(RUNS_TOGETHER)]
    for pool in pools:
        list(pool.map(_one_run, tasks))

    def measure() -> dict[str, Any]:
        seconds = []
        for pool in pools:
            before = time.perf_counter()
            list(pool.map(_one_run, tasks))
            seconds.append(time.perf_counter() - before)
        return {"one_worker_s": seconds[0], "two_workers_s": seconds[1]}

    return {"runs": RUNS_TOGETHER}, measure


def help_text() -> tuple[dict[str, Any], Measure]:
    """Return the measurement of `workability --help`, seconds of the whole process."""

    def measure() -> dict[str, Any]:
        before = time.perf_counter()
        subprocess.run([sys.executable, "-m", "workability", "--help"], check=True, capture_output=True)
        return {"seconds": time.perf_counter() - before}

    return {}, measure


_SMALL_RUN = "from benchmarks import full_model; full_model.small_run()"


def small_run() -> None:
    """Run 60 months of a small sample, from nothing."""
    simulate(start_of(SMALL), (immediate(),), seed=0)


def compiling() -> tuple[dict[str, Any], Measure]:
    """Return the measurement of the first small run on a machine (it compiles) and of the second (it does not)."""

    def measure() -> dict[str, Any]:
        seconds = []
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, "NUMBA_CACHE_DIR": folder}
            for _ in range(2):
                before = time.perf_counter()
                subprocess.run([sys.executable, "-c", _SMALL_RUN], check=True, capture_output=True, env=environment)
                seconds.append(time.perf_counter() - before)
        return {"first_s": seconds[0], "second_s": seconds[1]}

    return {}, measure
