"""Life satisfaction (0-10): a person's own level, lower out of work and with a work-limiting condition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.covariates import Floats


@dataclass(frozen=True)
class WellbeingParameters:
    """Values of evidence/parameters/wellbeing.yaml."""

    mean: float
    standard_deviation: float
    by_state: tuple[float, ...]
    by_severity: tuple[float, ...]
    on_programme: float


def effect_tenths(p: WellbeingParameters) -> Floats:
    """Return the difference from a person's own level, tenths of a point, shape (state, severity)."""
    out: Floats = np.rint(10.0 * (np.asarray(p.by_state)[:, None] + np.asarray(p.by_severity)[None, :]))
    return out
