"""A desk with endless patience is the queue M/M/c: Erlang's share who wait and mean wait (`verification.md`, 35)."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from simulation.delivery.caseload import Caseload
from simulation.delivery.desk import Referrals

MEAN = 100_000
"""Ticks of mean help: so many that rounding to whole ticks is no matter."""
PERIOD = 12_000
"""Mean lengths of help in one period; the first is left out, because the desk begins empty."""
PERIODS, LEVEL = 241, 0.9975
"""Periods; 99% for the four figures together."""


def waits(places: int, load: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return share waiting and mean wait by period, shape (periods, 2), and demand and length less expected, same."""
    rng = np.random.Generator(np.random.PCG64(seed))
    desk, found, drawn = Caseload(), [], []
    for period in range(PERIODS):
        n = rng.poisson(load * PERIOD)
        first = period * PERIOD * MEAN
        tick = first + np.sort(rng.integers(0, PERIOD * MEAN, n))
        length = np.maximum(1, rng.exponential(MEAN, n).astype(np.int64))
        people = Referrals(np.arange(n) + (period << 24), tick, np.zeros(n, np.int64), np.full(n, 1 << 37), length)
        done = desk.advance(people, places, np.zeros(0, np.int64), first + PERIOD * MEAN)
        here = done.started.client >> 24 == period
        wait = (done.started.tick[here] - tick[done.started.client[here] & 0xFFFFFF]) / MEAN
        found.append(((wait > 0).mean(), wait.mean()))
        drawn.append((n / PERIOD - load, length.mean() / MEAN - 1.0))
    return np.array(found[1:]), np.array(drawn[1:])


@pytest.mark.slow
@pytest.mark.parametrize(("places", "load", "share", "mean"), [(20, 18.0, 0.5508, 0.2754), (25, 23.75, 0.7284, 0.5827)])
def test_waiting_is_erlang_s(places: int, load: float, share: float, mean: float) -> None:
    found, drawn = waits(places, load, seed=places)
    controls = np.column_stack([np.ones(len(drawn)), drawn])  # their expectation is known, so they explain chance away
    inverse = np.linalg.inv(controls.T @ controls)
    for by_period, expected in ((found[:, 0], share), (found[:, 1], mean)):
        effect = inverse @ controls.T @ by_period
        rest = by_period - controls @ effect
        free = len(rest) - controls.shape[1]
        half = t.ppf(0.5 + LEVEL / 2, free) * np.sqrt(rest @ rest / free * inverse[0, 0])
        assert half <= 0.02 * expected
        assert abs(effect[0] - expected) < half + 5e-5
