"""Which draws of a region's posterior a study runs, and whether the posterior was made for the model as it is here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from experiments.cache import hash_of, parameters_hash
from experiments.errors import InvalidRequest, MissingData
from experiments.runner import Task
from simulation.version import MODEL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evidence.model import Draw, Parameter, Posterior, Region
    from experiments.requests import Request

CENTRAL = 0
"""Number of the draw that is the evidence's own values."""


@dataclass(frozen=True)
class Drawn:
    """The draws of a posterior that a study runs; none of them where it runs the evidence's own values."""

    draws: tuple[Draw, ...] = ()
    targets_inside: int = 0
    targets_measured: int = 0

    @property
    def words(self) -> str:
        """Return what every output says of a calibrated study; empty for the evidence's own values."""
        if not self.draws:
            return ""
        n = len(self.draws)
        parts = [f"{n} {'draws' if n > 1 else 'draw'} of the posterior"]
        if self.targets_measured:
            parts.append(f"{self.targets_inside} of {self.targets_measured} targets inside their 90% interval")
        return f"calibrated ({'; '.join(parts)})"

    def inputs(self, tasks: tuple[Task, ...]) -> dict[str, Any]:
        """Return what decides a figure or a word beside the seeds, for the hash of a study; empty without draws."""
        if not self.draws:
            return {}
        return {
            "posterior": {str(draw.number): draw_hash(draw) for draw in self.draws},
            "runs": [[task.draw, task.seed] for task in sorted(tasks)],
            "calibration": self.words,
        }


def draw_hash(draw: Draw) -> str:
    """Return 16 hex digits over the content of a draw; its number is left out."""
    return hash_of(*draw.content)


def targets_hash(region: Region) -> str:
    """Return 16 hex digits over name, value and standard error of the figures that a region is fitted to."""
    return hash_of(sorted((t.name, t.value, t.se) for t in region.targets if t.role == "fit"))


def departures(posterior: Posterior, region: Region, parameters: Mapping[str, Mapping[str, Parameter]]) -> list[str]:
    """Return what of a posterior's origin is not as it is here, a phrase each; empty where nothing is.

    Parameters
    ----------
    posterior : Posterior
        The posterior.
    region : Region
        Its region, as it is now.
    parameters : Mapping
        Process -> name -> parameter, as the evidence has them now.
    """
    pairs = (
        ("the fit targets of the region", posterior.targets, targets_hash(region)),
        ("the parameters of the evidence", posterior.parameters, parameters_hash(parameters)),
        ("the model", str(posterior.model), str(MODEL)),
    )
    return [f"{what} ({then} then, {now} now)" for what, then, now in pairs if then != now]


def refuse_if_stale(posterior: Posterior, region: Region, parameters: Mapping[str, Mapping[str, Parameter]]) -> None:
    """Refuse a posterior that was made for other evidence or another model.

    Raises
    ------
    MissingData
        If it was; the message names everything that differs.
    """
    apart = departures(posterior, region, parameters)
    if apart:
        raise MissingData(
            f"regions/{region.name}/fitted/posterior.csv was made for other inputs than are here: {', '.join(apart)}. "
            f"Fit it again: workability calibrate {region.name}. To run the evidence's own values without it, add "
            "--draw 0."
        )


def settled(
    request: Request, region: Region, parameters: Mapping[str, Mapping[str, Parameter]]
) -> tuple[Request, Drawn]:
    """Return the request with every run named, and the draws that these take.

    Without `--draw` or `--draws`, a region with a posterior has as many runs as seeds, each with a draw of its own.

    Parameters
    ----------
    request : Request
        What is asked.
    region : Region
        The region.
    parameters : Mapping
        Process -> name -> parameter, as the evidence has them now.

    Raises
    ------
    MissingData, InvalidRequest, evidence.errors.EvidenceError
        If the region has no posterior, one that does not fit, a broken one, or fewer draws than are asked for.
    """
    from evidence.fit_registry import posterior as posterior_of

    if not request.needs_posterior:
        return request, Drawn()
    posterior = posterior_of(region)
    if posterior is None:
        if request.n_draws is None and request.draws is None and not request.runs:
            return request, Drawn()
        raise MissingData(
            f"{option_of(request)}: the region '{region.name}' is not calibrated, so there are no draws of what is not "
            f"known. Fit it: workability calibrate {region.name}; or leave the option out, or write --draw 0."
        )
    refuse_if_stale(posterior, region, parameters)
    n = len(posterior.draws)
    tasks = request.runs or paired(request, n)
    highest = max(task.draw for task in tasks)
    if highest > n:
        raise InvalidRequest(
            f"{option_of(request)}: the posterior of '{region.name}' has draws 1 to {n}. Ask for {n} at most."
        )
    used = tuple(posterior.draws[number - 1] for number in sorted({task.draw for task in tasks}))
    check_parameters(used, parameters)
    return replace(request, runs=tasks), Drawn(used, posterior.targets_inside, posterior.targets_measured)


def paired(request: Request, n: int) -> tuple[Task, ...]:
    """Return the runs of a request on a posterior.

    A draw has the seed that stands at its own place, so that it gives the same run in any study with the same first
    seed; where both `--seeds` and draws are asked for, every draw has every seed.

    Parameters
    ----------
    request : Request
        What is asked.
    n : int
        Draws of the posterior.
    """
    first = request.seed
    if request.n_draws is None and request.draws is None:
        return tuple(Task(i % n + 1, first + i) for i in range(request.seeds))
    numbers = request.draws or tuple(range(1, (request.n_draws or 1) + 1))
    if request.n_seeds is None:
        return tuple(Task(number, first + number - 1) for number in numbers)
    return tuple(Task(number, first + i) for number in numbers for i in range(request.n_seeds))


def option_of(request: Request) -> str:
    """Return the option that asked for draws, as it was typed."""
    if request.draws is not None:
        return f"--draw {','.join(map(str, request.draws))[:60]}"
    return f"--draws {request.n_draws}" if request.n_draws is not None else "the draws of this run"


def check_parameters(draws: tuple[Draw, ...], parameters: Mapping[str, Mapping[str, Parameter]]) -> None:
    """Refuse draws of parameters that the model does not take, and parts of a number where it counts in whole ones.

    Raises
    ------
    MissingData
        If one is unknown to the model or of the wrong kind.
    """
    from simulation.parameters import ParameterError, build

    for draw in draws:
        for name, value in draw.parameters:
            process, _, own = name.partition(".")
            if isinstance(parameters[process][own].value, int) and value != int(value):
                raise MissingData(
                    f"fitted/posterior.csv: draw {draw.number} has {value:g} for {name}, which takes whole numbers. "
                    "Fit the region again: workability calibrate."
                )
    try:
        build(parameters, dict(draws[0].parameters))
    except ParameterError as problem:
        raise MissingData(f"fitted/posterior.csv: {problem} Fit the region again: workability calibrate.") from None
