"""Draws are independent, even and never collide (`verification.md`, 7, 8)."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kstest

from simulation.streams import GOLDEN, Purpose, draws, key, root
from tests.evidence_for import holm
from tests.plain.draws import Draws, noise

N = 200_000
MONTH = 17


def halves(purpose: Purpose, month: int = MONTH, seed: int = 11) -> list[NDArray[np.float64]]:
    """Return the low and high half of N residents' draws, as numbers in [0, 1)."""
    h = draws(key(root(seed, 0), month, purpose), np.arange(N))
    return [(h & np.uint64(0xFFFFFFFF)).astype(float) / 2**32, (h >> np.uint64(32)).astype(float) / 2**32]


def test_every_pair_of_streams_is_uncorrelated() -> None:
    streams = {(p.name, half): x for p in Purpose for half, x in zip(("low", "high"), halves(p), strict=True)}
    streams |= {("MONTH", f"low, month {m}"): halves(Purpose.MONTH, m)[0] for m in (MONTH + 1, MONTH + 12)}
    streams |= {("MONTH", "low, next seed"): halves(Purpose.MONTH, seed=12)[0]}
    streams |= {("MONTH", "low, next resident"): np.roll(halves(Purpose.MONTH)[0], 1)}
    unit = {name: (x - x.mean()) / (x.std() * np.sqrt(N)) for name, x in streams.items()}
    wrong = [(a, b) for a, b in combinations(unit, 2) if abs(unit[a] @ unit[b]) >= 4 / np.sqrt(N)]
    assert not wrong


def test_every_stream_is_even() -> None:
    streams = [(p.name, x) for p in Purpose for x in halves(p)]
    adjusted = holm([kstest(x, "uniform").pvalue for _, x in streams])
    assert min(adjusted) > 1e-4, [name for (name, _), p in zip(streams, adjusted, strict=True) if p <= 1e-4]


def test_every_bit_of_a_draw_is_a_fair_coin() -> None:
    h = draws(key(root(3, 0), MONTH, Purpose.LOOK), np.arange(N))
    share = np.array([((h >> np.uint64(bit)) & np.uint64(1)).mean() for bit in range(64)])
    assert (np.abs(share - 0.5) < 4 * 0.5 / np.sqrt(N)).all()


def test_a_million_keys_do_not_collide() -> None:
    n_months, purposes = 526, list(Purpose)
    keys = {
        int(key(r, month, purpose))
        for r, month, purpose in product(
            [root(s, d) for s in range(10) for d in range(10)], range(-120, n_months - 120), purposes
        )
    }
    assert len(keys) == 100 * n_months * len(purposes) > 999_000


def test_draws_of_a_million_residents_do_not_collide() -> None:
    assert len(np.unique(draws(key(root(0, 0), 5, Purpose.MONTH), np.arange(1_000_000)))) == 1_000_000
    generations = np.arange(1000)[:, None] + (np.arange(60)[None, :] << 26)
    assert len(np.unique(draws(key(root(0, 0), 5, Purpose.MONTH), generations.ravel()))) == generations.size


def test_draws_are_those_of_plain_python() -> None:
    plain = Draws(2**40 + 3, 5)
    for month, purpose in product((-120, -1, 1, 74), Purpose):
        ours = draws(key(root(2**40 + 3, 5), month, purpose), np.array([0, 1, 2**32 - 1]))
        assert ours.tolist() == [plain.of(month, purpose, who) for who in (0, 1, 2**32 - 1)]


def test_noise_of_a_value_has_mean_zero_and_standard_deviation_150() -> None:
    h = draws(key(root(1, 0), MONTH, Purpose.VALUE), np.arange(N))
    points = np.array([noise(int(x)) for x in h[:50_000]], float)
    assert abs(points.mean()) < 4 * 150 / np.sqrt(len(points)) + 1
    assert abs(points.std() - 150) < 4 * 150 / np.sqrt(2 * len(points)) + 1
    assert int(GOLDEN) % 2 == 1
