"""One forced job moves few lives, for years (`verification.md`, 6)."""

from __future__ import annotations

import numpy as np
import pytest

from tests.evidence_for import joint_z
from tests.paired import ever_different
from tests.worlds import region_start

CASES, MONTHS, MOST = 24, 60, 100


@pytest.mark.slow
def test_one_forced_job_at_1_in_10_changes_fewer_than_100_lives_in_60_months() -> None:
    """On average over the cases, less the error of that average; the release suite has more cases."""
    start = region_start(10, 24)
    moved = [ever_different(start, case, MONTHS, threads=2) for case in range(CASES)]
    error = np.std(moved, ddof=1) / np.sqrt(CASES)
    assert np.mean(moved) - joint_z(1) * error < MOST, (
        f"mean {np.mean(moved):.0f}; ever in another state, by case: {moved}"
    )
    assert max(moved) > 0


def test_one_forced_job_in_a_draft_stays_local_for_a_year() -> None:
    start = region_start(100)
    moved = [ever_different(start, case, 12) for case in range(8)]
    assert np.mean(moved) < MOST / 5, f"ever in another state, by case: {moved}"
