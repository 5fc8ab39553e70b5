"""The same inputs give the same bytes, whatever the threads, blocks, horizon or stops (`verification.md`, 1, 2, 9)."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from simulation.model import RegionModel
from simulation.run import simulate
from tests.worlds import (
    arrays_of,
    assert_same,
    baseline,
    model_of,
    region_start,
    run,
    start_of,
    state_of,
    subsidy,
    with_subsidies,
    world,
)  # fmt: skip

MONTHS = 12
POLICY = with_subsidies(subsidy(places="both", months=3), policy_month=0, months=MONTHS)
ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
from tests.worlds import model_of, run, start_of, subsidy, with_subsidies, world
model = run(model_of(start_of(world(400)), with_subsidies(subsidy(places="both", months=3)), hashing=True), 10)
print([int(h) for h in model.rows.state_hash[:10]], int(model.rows.ledger.sum()))
"""


def region_model(threads: int = 1, block: int = 16384) -> RegionModel:
    return run(model_of(region_start(200), POLICY, threads=threads, block=block, hashing=True, recording=True), MONTHS)


def test_same_inputs_twice_give_the_same_arrays_and_hashes() -> None:
    start, arms = start_of(world(400)), (baseline(), with_subsidies(subsidy(places="both")))
    first, second = (simulate(start, arms, seed=7, hashing=True) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        assert_same(arrays_of(a), arrays_of(b))
        assert a.state_hash.all()
        assert len(np.unique(a.state_hash)) == len(a.state_hash)


def test_another_seed_or_draw_gives_another_run_and_zero_is_a_seed() -> None:
    w = world(400)
    hashes = set()
    for seed, draw in ((0, 0), (1, 0), (0, 1), (2**32, 0), (2**63 - 1, 0)):
        model = run(model_of(start_of(w, draw=draw), seed=seed, hashing=True), 3)
        hashes.add(int(model.rows.state_hash[2]))
    assert len(hashes) == 5


def test_a_start_is_the_same_twice_and_running_does_not_change_it() -> None:
    start, again = (start_of(world(300), run_in=8) for _ in range(2))
    before = {name: getattr(start.columns, name).copy() for name in start.columns._fields}
    assert_same(before, again.columns._asdict())
    run(model_of(start, POLICY), 6)
    assert_same(before, start.columns._asdict())
    assert_same(start.firms._asdict(), again.firms._asdict())


@pytest.mark.parametrize("threads", [2, 4])
def test_threads_change_nothing(threads: int) -> None:
    one, many = region_model(block=1024), region_model(threads, block=1024)
    assert_same(vars(one.rows), vars(many.rows))
    assert_same(state_of(one), state_of(many))
    assert_same(one.recorder._asdict(), many.recorder._asdict())


@pytest.mark.parametrize("block", [1024, 1777, 5003])
def test_the_size_of_blocks_changes_nothing(block: int) -> None:
    one, other = region_model(), region_model(2, block)
    assert_same(vars(one.rows), vars(other.rows))
    assert_same(state_of(one), state_of(other))
    assert_same(one.recorder._asdict(), other.recorder._asdict())


def test_threads_of_simulate_change_nothing() -> None:
    start, arms = region_start(200), (baseline(2, 6), with_subsidies(subsidy(), policy_month=2, months=6))
    runs = [simulate(start, arms, seed=3, threads=threads, hashing=True) for threads in (1, 2, 4)]
    for other in runs[1:]:
        for a, b in zip(runs[0], other, strict=True):
            assert_same(arrays_of(a), arrays_of(b))


def test_a_short_run_is_the_beginning_of_a_long_one() -> None:
    start = region_start(200)
    short, long = (run(model_of(start, POLICY, months=months, hashing=True), months) for months in (24, 60))
    for name, rows in vars(short.rows).items():
        assert np.array_equal(rows, vars(long.rows)[name][:24]), name


@pytest.mark.parametrize("month", [0, 1, 5, 15, 17])
def test_stopping_between_history_and_arm_changes_nothing(month: int) -> None:
    start, total = start_of(world(400)), 18
    whole = run(model_of(start, baseline(), hashing=True), total).rows
    (parted,) = simulate(start, (baseline(month, total - month),), seed=1, hashing=True)
    for name in ("stocks", "flows", "ageing", "claimants", "slots", "places", "satisfaction", "ledger", "state_hash"):
        assert np.array_equal(getattr(parted, name), getattr(whole, name)[:total]), name
    assert np.array_equal(parted.moves_by_age, whole.moves[:total])


@pytest.mark.parametrize("month", [1, 4, 9])
def test_a_saved_model_goes_on_as_if_it_had_not_stopped(month: int) -> None:
    model = run(model_of(start_of(world(400)), POLICY, recording=True, hashing=True), month)
    saved = copy.deepcopy(model)
    run(model, MONTHS - month)
    run(saved, MONTHS - month)
    assert saved.month == model.month == MONTHS
    assert_same(vars(model.rows), vars(saved.rows))
    assert_same(state_of(model), state_of(saved))
    assert_same(model.recorder._asdict(), saved.recorder._asdict())


def _elsewhere(**environment: str) -> str:
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=env, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_another_process_gives_the_same_hashes() -> None:
    assert _elsewhere(PYTHONHASHSEED="1") == _elsewhere(PYTHONHASHSEED="2")


@pytest.mark.slow
def test_code_compiled_for_any_processor_gives_the_same_hashes(tmp_path: Path) -> None:
    generic = _elsewhere(NUMBA_CPU_NAME="generic", NUMBA_CACHE_DIR=str(tmp_path))
    assert generic == _elsewhere()
