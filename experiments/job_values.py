"""What one more job is worth to the exchequer, by who takes it and its hours, in the baseline at a scenario's start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.cache import cached_start
from experiments.errors import InvalidRequest
from experiments.estimate import estimate, refuse_if_too_large
from experiments.events import Events
from experiments.folders import is_compiled
from experiments.plans import residents_of, shipped_parameters, shipped_region
from experiments.requests import MAX_SAMPLE, check_threads, usable_cores
from results.job_value_tables import value_frame

if TYPE_CHECKING:
    from pandas import DataFrame

HOURS = (16, 25, 37)
"""Weekly hours shown unless others are asked for."""
MOST_HOURS = 60


@dataclass(frozen=True)
class ValueRequest:
    """Which scenario's world, on one resident in how many, at which weekly hours."""

    scenario: str = "baseline"
    sample: int = 10
    hours: tuple[int, ...] = HOURS
    seed: int = 1
    threads: int | None = None

    def __post_init__(self) -> None:
        """Refuse hours, samples and threads that are out of range."""
        if not 1 <= self.sample <= MAX_SAMPLE:
            raise InvalidRequest(f"--sample {self.sample}: give a whole number from 1 to {MAX_SAMPLE}.")
        if not self.hours or any(not 1 <= hour <= MOST_HOURS for hour in self.hours):
            given = ",".join(map(str, self.hours))
            raise InvalidRequest(f"--hours {given}: give whole hours a week, 1 to {MOST_HOURS}.")
        check_threads(self.threads)


def parse_hours(text: str) -> tuple[int, ...]:
    """Return weekly hours written as `16,25,37`, in rising order, each once.

    Raises
    ------
    InvalidRequest
        If a part is no whole number.
    """
    try:
        return tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        message = f"--hours {text!r}: give whole hours a week with commas between, for example 16,25,37."
        raise InvalidRequest(message) from None


def values(request: ValueRequest, events: Events | None = None) -> DataFrame:
    """Return what one more job is worth, pounds a year, by prior state, hours and trait.

    Columns as in `results.job_value_tables.value_frame`.

    Raises
    ------
    InvalidRequest, RunError
        If something is out of range, or the memory would not be enough.
    """
    from scenarios.arm import arm
    from scenarios.resolve import baseline_of, resolve
    from simulation.job_values import job_values
    from simulation.model import RegionModel

    heard, found = events or Events(), resolve(request.scenario)
    base = arm(baseline_of(found))
    region, parameters = shipped_region(found.scenario.region), shipped_parameters()
    threads = request.threads or usable_cores()
    if not is_compiled():
        heard.stage("First run of this version from this folder: compiling takes about a minute more, this once.")
    n_residents = residents_of(region) // request.sample
    months = base.policy_month + 1
    cost = estimate(n_residents, n_runs=1, run_months=months, workers=1, threads=threads)
    refuse_if_too_large(cost, request.sample, 1)
    start = cached_start(
        region, parameters, base, sample=request.sample, draw=0, threads=threads, variant=found.scenario.variant
    )
    model = RegionModel(start, base, seed=request.seed, threads=threads, months=months)
    model.initialise()
    model.settle_everybody()
    for _ in range(months):
        model.step()
    frame = value_frame(job_values(model, request.hours), request.sample)
    model.release()
    return frame
