"""The gain from work: what it does to how hard people look for a job, and to whether they take one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.covariates import Floats


@dataclass(frozen=True)
class GainParameters:
    """Values of evidence/parameters/gain_from_work.yaml."""

    search_elasticity: float
    acceptance_elasticity: float
    usual_kept: float
    least_kept: float
    part_time_reach: float


def search_ratio(kept: Floats, p: GainParameters) -> Floats:
    """Return what search is multiplied with where a job would leave a share `kept` of its gross pay.

    It is 1 at the usual share, at which search was fitted; at an elasticity of 0 it is 1 everywhere.
    """
    return np.asarray((np.maximum(kept, p.least_kept) / p.usual_kept) ** p.search_elasticity, np.float64)


def highest_search_ratio(p: GainParameters) -> float:
    """Return the highest value of `search_ratio`: that of somebody who would keep everything."""
    return float(search_ratio(np.ones(1), p)[0])


def refusal(kept: Floats, p: GainParameters) -> Floats:
    """Return the share of jobs turned down because too little would be kept; 0 from the usual share on."""
    accepted = (np.maximum(kept, p.least_kept) / p.usual_kept) ** p.acceptance_elasticity
    return np.asarray(1.0 - np.minimum(accepted, 1.0), np.float64)
