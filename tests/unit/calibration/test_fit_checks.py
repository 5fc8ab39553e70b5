"""What was checked of the shipped fit: recovery, ranks, the cross-check and fresh seeds, as the files say it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

import evidence
from evidence.fit_registry import validation_inputs
from evidence.validation_files import CROSS_CHECK, FRESH, RANKS, RECOVERY
from results.diagnostics import TARP, agreements, fresh_loss, ranks, recovery, tarp_curve

REGION = "cheshire-merseyside"
TRUTHS = 200


@pytest.fixture(scope="module")
def tables() -> Mapping[str, pd.DataFrame]:
    found = validation_inputs(evidence.load_region(REGION))
    assert found is not None
    return found.tables


def shares(table: pd.DataFrame) -> dict[str, np.ndarray]:
    return {str(name): part["rank"].to_numpy(float) for name, part in table.groupby("parameter", sort=False)}


def test_nine_in_ten_intervals_hold_their_truth_for_every_parameter(tables: Mapping[str, pd.DataFrame]) -> None:
    found = recovery(tables[RECOVERY])
    assert {one.parameter for one in found} == set(evidence.calibrating().vary)
    assert all(one.n == TRUTHS for one in found)
    assert [one.parameter for one in found if not one.is_inside] == []
    # the band of 20 parameters is the property's own; that of more is a little wider
    assert (found[0].least, found[0].most) == pytest.approx((164, 193), abs=2)


def test_ranks_are_even_and_the_tarp_curve_is_in_its_band(tables: Mapping[str, pd.DataFrame]) -> None:
    found = shares(tables[RANKS])
    curve = found.pop(TARP)
    assert len(curve) == TRUTHS and all(len(one) == TRUTHS for one in found.values())
    assert [one.parameter for one in ranks(found) if not one.is_uniform] == []
    assert all(point.is_inside for point in tarp_curve(curve))


def test_both_tables_are_of_the_same_fits(tables: Mapping[str, pd.DataFrame]) -> None:
    # a truth outside its 90% interval has a rank outside the middle 90%, but where draws are few and lie at an end
    found = shares(tables[RANKS])
    for name, part in tables[RECOVERY].groupby("parameter", sort=False):
        inside = ((part["p05"] <= part["truth"]) & (part["truth"] <= part["p95"])).to_numpy()
        middle = (found[str(name)] >= 0.05) & (found[str(name)] <= 0.95)
        assert (inside != middle).sum() <= 2


def test_both_posteriors_say_the_same_of_policy(tables: Mapping[str, pd.DataFrame]) -> None:
    found = agreements(tables[CROSS_CHECK])
    assert any("Kickstart" in one.output for one in found) and len(found) >= 10
    assert [one.output for one in found if not one.agrees] == []
    assert tables[CROSS_CHECK]["effective"].iloc[0] >= 100  # else the means themselves are not known to a tenth


def test_the_fit_does_not_lean_on_its_seeds(tables: Mapping[str, pd.DataFrame]) -> None:
    table = tables[FRESH]
    found = fresh_loss(table)
    assert found.draws == 40 and len(set(table["draw"])) == 40
    assert not np.array_equal(table["fitted"], table["fresh"])
    assert found.is_inside
