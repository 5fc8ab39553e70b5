"""The first run of a version: its slowest kernels are compiled in processes of their own while the population is made.

Numba holds one lock while it compiles, so only processes compile side by side; what they compile is kept on disk.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from experiments.folders import is_compiled
from experiments.requests import usable_cores
from experiments.runner import leave_interrupts_to_parent
from experiments.version import ROOT

SAMPLE = 1000
"""One resident in so many, the fewest there can be: every kernel is called once."""
A_SUBSIDY = "kickstart"
"""A scenario of the library whose month calls what subsidies are paid with."""


@contextmanager
def compiled_alongside(region: str) -> Iterator[None]:
    """Compile what every run uses while the caller does something else, and wait for it at the end.

    Nothing happens where it is compiled already or there is one core; a process that fails costs only time.

    Parameters
    ----------
    region : str
        A region of the evidence.
    """
    if is_compiled() or usable_cores() < 2:
        yield
        return
    helpers = [beside(work.__name__, region) for work in (compile_payments, compile_month)]
    try:
        yield
        for helper in helpers:
            helper.wait()
    finally:
        for helper in helpers:
            helper.terminate()


def beside(work: str, region: str) -> subprocess.Popen[bytes]:
    """Start one of the functions below in an interpreter of its own.

    It is no process of multiprocessing's, which would run the caller's script again from its first line.
    """
    code = f"from experiments.first_compile import {work}; {work}({region!r})"
    way = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    nothing = subprocess.DEVNULL
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": way},
        stdin=nothing,
        stdout=nothing,
        stderr=nothing,
    )


def compile_payments(region: str) -> None:
    """Compile the record of residents and the settlement of their payments, then what a policy adds to a month.

    A start without a run-in needs the first two, which take so long that the rest is ready no later than the month.
    """
    leave_interrupts_to_parent()
    from evidence.registry import load_region, parameters, rule_years, rules
    from scenarios.arm import arm
    from scenarios.resolve import resolve
    from simulation.model import RegionModel
    from simulation.population import build
    from simulation.run import groups_at, levels_of, prepare
    from simulation.scorecard import Scorecard

    folder, values = load_region(region), parameters()
    start = prepare(
        build(folder, values, SAMPLE),
        values,
        levels_of(folder.levels, tuple(place.name for place in folder.places)),
        {year: rules(year) for year in rule_years()},
        arm(resolve("baseline", {"region": region})),
        sample=SAMPLE,
        run_in=0,
    )
    policy = arm(resolve(A_SUBSIDY, {"region": region}))
    model = RegionModel(start, policy, months=1, recording=True)
    groups_at(model, [subsidy.eligibility for subsidy in policy.subsidies])
    Scorecard.begun(model)
    model.accounts.pay(model)


def compile_month(region: str) -> None:
    """Compile a month from the pass on; by the time it comes to payments, the other process has compiled them."""
    leave_interrupts_to_parent()
    from evidence.registry import load_region, parameters, rule_years, rules
    from scenarios.arm import ArmSpec
    from simulation.model import RegionModel
    from simulation.parameters import build as build_parameters
    from simulation.population import build
    from simulation.run import levels_of
    from simulation.start import raw_start

    folder, values = load_region(region), parameters()
    population = build(folder, values, SAMPLE)
    start = raw_start(
        population.residents,
        population.employers,
        population.looks.commuting,
        build_parameters(values, {}),
        levels_of(folder.levels, tuple(place.name for place in folder.places)),
        {year: rules(year) for year in rule_years()},
        sample=SAMPLE,
        draw=0,
    )
    RegionModel(start, ArmSpec("first month", (), (), (), (), 10_000, 1), months=1).step()
