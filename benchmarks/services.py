"""What the whole catalogue of services costs: months with it and months without it, in turn, on the same region.

Both models are past their first months, so that lines and caseloads are as full as they get. The start is not timed.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from benchmarks.full_model import start_of
from scenarios.arm import ArmSpec, arm
from scenarios.resolve import resolve
from simulation.model import RegionModel

if TYPE_CHECKING:
    from benchmarks.child import Measure

FILLING, PER_TURN, TURNS = 12, 6, 40


def services(sample: int, threads: int) -> tuple[dict[str, Any], Measure]:
    """Return the measurement: seconds of each of some months without services and with today's.

    Parameters
    ----------
    sample, threads : 1 for every resident, and threads of both models.
    """
    start = start_of(sample, threads)

    def model(name: str) -> RegionModel:
        one: ArmSpec = replace(arm(resolve(name)), policy_month=0)
        made = RegionModel(start, one, seed=1, threads=threads, months=FILLING + PER_TURN * TURNS)
        made.initialise()
        made.settle_everybody()
        for _ in range(FILLING):
            made.step()
        return made

    plain, served = model("baseline"), model("services-today")

    def measure() -> dict[str, Any]:
        seconds: tuple[list[float], list[float]] = ([], [])
        for _ in range(PER_TURN):
            for one, times in zip((plain, served), seconds, strict=True):
                before = time.perf_counter()
                one.step()
                times.append(time.perf_counter() - before)
        return {"without_s": seconds[0], "with_s": seconds[1]}

    return {"residents": start.n, "services": len(served.services.names) if served.services else 0}, measure
