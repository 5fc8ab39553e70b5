"""Without interactions every stock follows the mean-field twin, the region's own people included.

`verification.md`, 29; `test_mean_field` holds the same against a rewrite of the hazards in plain Python.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from calibration.twin import path
from calibration.twin_cells import Resolution
from calibration.twin_tables import parameters_with
from simulation.model_tables import Limits
from simulation.start import Start, tables_of
from tests.evidence_for import outside_band
from tests.worlds import model_of, region_start

SAMPLE, MONTHS = 50, 60
FINE = Resolution(ages=(*range(16, 22), 23, 25, 30, 35, 40, 45, *range(50, 60, 2), *range(60, 65)))
"""Ages told apart finely: within a group they are spread evenly, which matters most where people retire."""
ALONE = {
    "gain_from_work.search_elasticity": 0.0,
    "gain_from_work.acceptance_elasticity": 0.0,
    "employer_choice.transport_refusal": 0.0,
    "employer_choice.childcare_refusal": 0.0,
    "employer_choice.tightness_elasticity": 0.0,
}
NOBODY = {"employer_choice.standard_shift": 20_000.0}


def alone(always_hired: bool) -> tuple[Start, dict[str, float]]:
    """Return the region's start with every interaction off, and the parameters that switch it off."""
    start = region_start(SAMPLE)
    changes = ALONE if always_hired else ALONE | NOBODY
    p = parameters_with(start, changes)
    limits = Limits(unlimited=1, no_standard=1) if always_hired else Limits()
    tables = tables_of(start.donor, start.n_places, p, start.levels)
    return replace(start, parameters=p, limits=limits, tables=tables, visit=None), changes


@pytest.mark.slow
@pytest.mark.parametrize("always_hired", [False, True], ids=["nobody is hired", "every seeker is hired"])
def test_the_regions_stocks_stay_inside_the_joint_band_round_the_twin(always_hired: bool) -> None:
    start, changes = alone(always_hired)
    model = model_of(start, months=MONTHS)
    for _ in range(MONTHS):
        model.step()
    observed = model.rows.stocks.sum(axis=(2, 3, 4, 5)).astype(float)
    expected = path(start, start.levels, changes, MONTHS, FINE)
    heads = expected.sum(axis=2, keepdims=True)
    np.testing.assert_allclose(heads, observed.sum(axis=2, keepdims=True), rtol=1e-9)
    region = observed.sum(axis=1), expected.sum(axis=1)
    share = expected / heads
    assert not outside_band(observed, expected, expected * (1 - share))
    assert not outside_band(*region, region[1] * (1 - region[1] / start.n))
