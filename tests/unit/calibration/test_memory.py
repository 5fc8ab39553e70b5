"""A fit runs thousands of models in a few processes: none of them may stay in memory once it has been measured."""

from __future__ import annotations

from dataclasses import replace

import mesa
import numpy as np

import evidence
from calibration.bank import Study
from calibration.levels import FREE_MONTHS, StockTargets
from calibration.solve import solve
from calibration.targets import measure
from simulation.run_in import QUIET
from tests.worlds import start_of, world

PLACES = ("North", "South")


def test_models_of_a_fit_are_let_go_of_once_they_are_measured() -> None:
    start = start_of(world(2_000, 100, n_places=2))
    targets = StockTargets(np.full(2, 50.0), np.full(2, 60.0), np.full(2, 150.0), 0.5)
    how = Study("cheshire-merseyside").what.fit
    short = replace(how, controlled_months=FREE_MONTHS + 2, averaged_months=2, settled_months=1, measured_months=12)
    held = len(mesa.Agent._ids)
    found = solve(start, evidence.parameters(), {}, targets, PLACES, short, seed=1)
    assert found.measures
    assert measure(start, QUIET, PLACES, seed=1, settled=1)
    assert len(mesa.Agent._ids) == held
