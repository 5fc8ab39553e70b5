"""The worlds that replications run in: the evidence's own values, or draws of the region's posterior."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import evidence
from evidence.model import Draw, Region
from experiments.cache import cached_draw_start, cached_start
from experiments.errors import MissingData
from experiments.posterior import refuse_if_stale
from scenarios.arm import ArmSpec
from simulation.start import Start

CENTRAL = 0
"""Number of the draw that is the evidence's own values."""


@dataclass(frozen=True)
class Drawn:
    """One draw: its number and, but for the evidence's own values, what the posterior has under it."""

    number: int
    draw: Draw | None = None

    @property
    def overrides(self) -> tuple[tuple[str, float], ...]:
        """Return 'process.name' and value of the draw's parameters."""
        return self.draw.parameters if self.draw else ()


def draws_of(region: Region, parameters: Mapping[str, Mapping[str, Any]], n: int) -> tuple[Drawn, ...]:
    """Return the first n draws of a region's posterior, or draw 0 alone where there is none or none is asked for.

    Parameters
    ----------
    region : the region.
    parameters : process -> name -> parameter of the evidence.
    n : number of draws; 0 for the evidence's own values.

    Raises
    ------
    MissingData
        If the posterior has fewer draws, or was made for other evidence or another model.
    """
    posterior = evidence.posterior(region) if n else None
    if posterior is None:
        return (Drawn(CENTRAL),)
    refuse_if_stale(posterior, region, parameters)
    if n > len(posterior.draws):
        raise MissingData(f"The posterior of {region.name} has {len(posterior.draws)} draws, {n} are asked for.")
    return tuple(Drawn(draw.number, draw) for draw in posterior.draws[:n])


def start_of(
    region: Region, parameters: Mapping[str, Mapping[str, Any]], base: ArmSpec, drawn: Drawn, sample: int, threads: int
) -> Start:
    """Return the stationary start of a region under a draw, kept on disk.

    Parameters
    ----------
    region, parameters : the region and the evidence's values.
    base : the arm without policy.
    drawn : the draw.
    sample, threads : one resident in so many; threads, on which the result does not depend.
    """
    start = cached_start(region, parameters, base, sample=sample, draw=CENTRAL, threads=threads)
    if drawn.draw is None:
        return start
    return cached_draw_start(start, region, parameters, base, drawn.draw, threads=threads)
