"""Other truths than the shipped ones, fitted again on the shipped bank."""

from __future__ import annotations

import numpy as np

from calibration.recovery import SEED, TRUTHS, recover_shipped
from calibration.shipped_bank import shipped_bank
from results.diagnostics import TARP, ranks, recovery, tarp_curve


def test_two_hundred_other_truths_are_recovered() -> None:
    intervals, table = recover_shipped(shipped_bank("cheshire-merseyside"), n=TRUTHS, seed=SEED + 1, workers=2)
    found = recovery(intervals)
    assert [one.parameter for one in found if not one.is_inside] == []
    shares = {str(name): part["rank"].to_numpy(float) for name, part in table.groupby("parameter", sort=False)}
    curve = shares.pop(TARP)
    assert [one.parameter for one in ranks(shares) if not one.is_uniform] == []
    assert all(point.is_inside for point in tarp_curve(np.asarray(curve)))
