"""Which parameters the model can hold: every hazard must fit its segment of the unit interval, every shape [0, 1]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from simulation.covariates import GRID, SPELL_CAP, Covariates
from simulation.parameters import build
from simulation.registry import PROCESSES, parameters_of, transitions
from simulation.thresholds import N_SEGMENTS, SEGMENTS


def is_supported(
    values: Mapping[str, Mapping[str, Any]], overrides: Mapping[str, float], process: str | None = None
) -> bool:
    """Return whether the model can hold these parameters.

    Parameters
    ----------
    values : process -> name -> parameter.
    overrides : 'process.name' -> value.
    process : the one process to look at, where no other is overridden; None for all.
    """
    held = parameters_of(build(values, overrides))
    mesh, months = Covariates.mesh(), np.arange(SPELL_CAP + 1, dtype=float)
    for transition in transitions() if process is None else PROCESSES[process].TRANSITIONS:
        hazard = np.broadcast_to(transition.hazard(mesh, held[transition.name]), GRID[1:])
        first, end = SEGMENTS[transition.destination]
        if not np.all(np.isfinite(hazard)) or hazard.max() > (end - first) / N_SEGMENTS:
            return False
        shape = None if transition.shape is None else transition.shape(months, held[transition.name])
        if shape is not None and (shape.min() < 0.0 or shape.max() > 1.0 + 1e-12):
            return False
    return True
