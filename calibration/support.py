"""Which parameters the model can hold: every hazard must fit its segment of the unit interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from simulation.covariates import GRID, Covariates
from simulation.parameters import build
from simulation.registry import parameters_of, transitions
from simulation.thresholds import N_SEGMENTS, SEGMENTS


def is_supported(values: Mapping[str, Mapping[str, Any]], overrides: Mapping[str, float]) -> bool:
    """Return whether the model can hold these parameters.

    Parameters
    ----------
    values : process -> name -> parameter.
    overrides : 'process.name' -> value.
    """
    held = parameters_of(build(values, overrides))
    mesh = Covariates.mesh()
    for transition in transitions():
        hazard = np.broadcast_to(transition.hazard(mesh, held[transition.name]), GRID[1:])
        first, end = SEGMENTS[transition.destination]
        if not np.all(np.isfinite(hazard)) or hazard.max() > (end - first) / N_SEGMENTS:
            return False
    return True
