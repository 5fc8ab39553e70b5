"""Who is settled in a month: the changed and the hired in row order, each once; what asking for memory leaves alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation.columns import empty_lists
from simulation.compiling import ask_ahead, kernel
from simulation.slots import join_changed
from simulation.visit import DISABILITY, NEWCOMER, UNIT

ROWS, BLOCK = 4000, 1024


@pytest.mark.parametrize("seed", range(20))
def test_changed_and_hired_are_merged_in_row_order_nobody_twice(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lists = empty_lists(ROWS)
    share_changed, share_hired = rng.choice([0.0, 0.1, 0.5, 1.0], 2)
    changed = np.flatnonzero(rng.random(ROWS) < share_changed)
    hired = np.flatnonzero(rng.random(ROWS) < share_hired)
    reasons = dict(zip(changed.tolist(), rng.choice([UNIT, NEWCOMER, DISABILITY], changed.size).tolist(), strict=True))
    n_blocks = -(-ROWS // BLOCK)
    for b in range(n_blocks):
        inside = changed[(changed >= b * BLOCK) & (changed < (b + 1) * BLOCK)]
        lists.n_changed[b] = inside.size
        lists.changed[b * BLOCK :][: inside.size] = inside
        lists.reason[b * BLOCK :][: inside.size] = [reasons[i] for i in inside.tolist()]
    lists.hired[: hired.size] = hired

    n = join_changed(lists, BLOCK, n_blocks, hired.size)

    wanted = reasons.copy()
    for i in hired.tolist():  # a job changes what the unit is paid; an arrival stays one, whatever else happens
        wanted[i] = NEWCOMER if reasons.get(i) == NEWCOMER else UNIT
    assert lists.due[:n].tolist() == sorted(wanted)
    assert dict(zip(lists.due[:n].tolist(), lists.due_reason[:n].tolist(), strict=True)) == wanted


def _sum_asking(array: Any, ahead: int) -> Any:
    total = 0
    for i in range(array.shape[0]):
        ask_ahead((array, array[:, 0]), i + ahead)
        total += array[i, -1]
    return total


@pytest.mark.parametrize("ahead", [0, 1, 7, 10_000_000])
def test_asking_ahead_changes_nothing_and_may_reach_beyond_the_end(ahead: int) -> None:
    array = np.arange(3000, dtype=np.int32).reshape(-1, 12)
    before = array.copy()
    assert kernel(_sum_asking)(array, ahead) == int(before[:, -1].sum())
    np.testing.assert_array_equal(array, before)
