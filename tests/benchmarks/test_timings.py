"""Timings of small pieces, collected by `make bench` only: they time, and check that what is timed is right."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest

from benchmarks import bm1, passes
from tests.worlds import baseline, model_of, start_of, world

pytestmark = pytest.mark.skipif("WORKABILITY_BENCH" not in os.environ, reason="timings run in `make bench`")
RESIDENTS, MONTHS = 100_000, 12


def test_our_pass_computes_the_common_workload_whatever_its_threads(benchmark: Any) -> None:
    people = bm1.population(RESIDENTS, bm1.GATE_SEED)
    two = passes.Model(people, MONTHS, 1, threads=2)
    two.run()

    def ready() -> tuple[tuple[passes.Model], dict[str, Any]]:
        return (passes.Model(people, MONTHS, 1),), {}

    seen: list[passes.Model] = []

    def run(model: passes.Model) -> None:
        model.run()
        seen.append(model)

    benchmark.pedantic(run, setup=ready, rounds=5, warmup_rounds=1)
    bm1.check_counts(seen[-1].counts(), RESIDENTS, MONTHS)
    assert np.array_equal(seen[-1].counts(), two.counts())


def test_a_month_of_a_small_region(benchmark: Any) -> None:
    model = model_of(start_of(world()), baseline())
    benchmark.pedantic(model.step, rounds=50, warmup_rounds=1)
    assert model.month == model.first_month + 51
