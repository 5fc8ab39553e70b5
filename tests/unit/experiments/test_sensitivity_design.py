"""Designs and indices: known answers, the part of chance, and an order that cannot be lost."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from experiments.errors import MissingData
from experiments.sensitivity_analysis import (
    NO_CHANCE,
    Chance,
    chance_of,
    effects_of,
    holm,
    morris,
    sobol,
)
from experiments.sensitivity_design import (
    Design,
    Space,
    morris_design,
    refuse_if_out_of_order,
    sobol_design,
    spread_design,
)
from tests.evidence_for import joint_z

Floats = NDArray[np.float64]
THREE = Space(("a", "b", "c"))
TWO_GROUPS = Space(("a", "b", "c"), ("x", "y", "x"))
ISHIGAMI_FIRST = np.array([0.31390519, 0.44241114, 0.0])
ISHIGAMI_TOTAL = np.array([0.55758886, 0.44241114, 0.24368366])
"""Closed forms for a = 7 and b = 0.1 (Ishigami and Homma 1990)."""


def ishigami(u: Floats) -> Floats:
    x = (2.0 * u - 1.0) * np.pi
    return np.asarray(np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]), float)


def linear(u: Floats) -> Floats:
    return np.asarray(1.0 + 4.0 * u[:, 0] - 2.0 * u[:, 1], float)


def test_sobol_finds_the_indices_of_ishigami() -> None:
    design = sobol_design(THREE, 2048, seed=0, second_order=True)
    found = sobol(design, ishigami(design.u), NO_CHANCE, seed=0)
    assert (found.first.low <= ISHIGAMI_FIRST).all() and (found.first.high >= ISHIGAMI_FIRST).all()
    assert (found.total.low <= ISHIGAMI_TOTAL).all() and (found.total.high >= ISHIGAMI_TOTAL).all()
    assert found.pair_labels == ((0, 1), (0, 2), (1, 2))
    between = np.array([0.0, 0.24368366, 0.0])
    assert (found.pairs.low <= between).all() and (between <= found.pairs.high).all()
    assert found.share == 0.0 and found.width < 0.2


def test_chance_is_taken_out_of_the_indices_and_told_apart() -> None:
    design = sobol_design(THREE, 4096, seed=3)
    rng = np.random.default_rng(8)
    clean = ishigami(design.u)
    noise = 1.5 * clean.std()
    y, again = (clean + noise * rng.standard_normal(len(clean)) for _ in range(2))
    results = [
        np.array([a, b]) if twice else np.array([a]) for a, b, twice in zip(y, again, design.repeated, strict=True)
    ]
    found = sobol(design, y, chance_of(results, 1), seed=1)
    assert (found.first.low <= ISHIGAMI_FIRST).all() and (found.first.high >= ISHIGAMI_FIRST).all()
    assert (found.total.low <= ISHIGAMI_TOTAL).all() and (found.total.high >= ISHIGAMI_TOTAL).all()
    share = noise**2 / (noise**2 + clean.var())
    assert found.share_low <= share <= found.share_high
    assert found.first_raw.value[1] == pytest.approx(found.first.value[1] * (1 - found.share))


def test_a_linear_toy_comes_out_exactly() -> None:
    design = morris_design(THREE, 6, seed=0)
    found = morris(design, linear(design.u), NO_CHANCE, seed=0)
    assert found.mu == pytest.approx([4.0, -2.0, 0.0]) and found.mu_star == pytest.approx([4.0, 2.0, 0.0])
    assert found.sigma == pytest.approx([0.0, 0.0, 0.0], abs=1e-12)
    assert found.low == pytest.approx(found.high) and found.effect == pytest.approx(found.mu_star)
    assert found.is_clear.tolist() == [True, True, False] and found.first == 1.0


def test_groups_have_the_indices_of_what_is_in_them() -> None:
    walk = morris_design(TWO_GROUPS, 200, seed=2)
    found = morris(walk, linear(walk.u), NO_CHANCE, seed=0)
    assert found.mu_star == pytest.approx([4.0, 2.0]) and np.isnan(found.mu).all()
    design = sobol_design(TWO_GROUPS, 2048, seed=1)
    shares = sobol(design, linear(design.u), NO_CHANCE, seed=0)
    assert (shares.first.low <= [0.8, 0.2]).all() and (shares.first.high >= [0.8, 0.2]).all()
    assert shares.swing[0] > 0 > shares.swing[1] and abs(shares.swing[2]) < 5 * shares.swing_se[2]


def test_estimators_are_those_of_salib() -> None:
    from SALib.analyze import sobol as salib

    design = sobol_design(THREE, 64, seed=4, second_order=True)
    y = ishigami(design.u)
    theirs = salib.analyze(THREE.problem(), y, calc_second_order=True, seed=1)
    found = sobol(design, y, NO_CHANCE, seed=1)
    assert found.first.value == pytest.approx(theirs["S1"]) and found.total.value == pytest.approx(theirs["ST"])
    assert found.pairs.value == pytest.approx(theirs["S2"][np.triu_indices(3, 1)])
    walk = morris_design(THREE, 5, seed=4)
    size, signed = effects_of(walk, ishigami(walk.u))
    measured = morris(walk, ishigami(walk.u), NO_CHANCE, seed=1)
    assert size.mean(axis=0) == pytest.approx(measured.mu_star) and signed.mean(axis=0) == pytest.approx(measured.mu)


def test_pure_chance_is_called_influence_no_more_often_than_it_may_be() -> None:
    rng, n = np.random.default_rng(11), 200
    alarms = 0
    for trial in range(n):
        design = morris_design(THREE, 20, seed=trial)
        y, again = rng.standard_normal((2, len(design)))
        twice = [np.array([a, b]) for a, b, r in zip(y, again, design.repeated, strict=True) if r]
        alarms += bool(morris(design, y, chance_of(twice, 1), seed=0).is_clear.any())
    assert alarms <= n * 0.05 + joint_z(1) * np.sqrt(n * 0.05 * 0.95)


def test_holm_stops_at_the_first_that_does_not_pass() -> None:
    assert holm(np.array([0.04, 0.001, 0.03]), 0.05).tolist() == [False, True, False]
    assert holm(np.array([0.02, 0.001, 0.021]), 0.05).tolist() == [True, True, True]


@pytest.mark.parametrize(
    "make",
    [
        lambda n: morris_design(THREE, n, 0),
        lambda n: morris_design(TWO_GROUPS, n, 0),
        lambda n: sobol_design(THREE, n, 0),
        lambda n: sobol_design(TWO_GROUPS, n, 7, second_order=True),
        lambda n: spread_design(THREE, n, 0),
    ],
)
def test_a_longer_design_begins_with_the_shorter_one(make: Callable[[int], Design]) -> None:
    short, long = make(8), make(16)
    assert np.array_equal(short.u, long.u[: len(short)]) and short.ids() == long.ids()[: len(short)]
    assert np.array_equal(short.repeated, long.repeated[: len(short)]) and long.repeated.any()
    assert len(long) == 2 * len(short) == long.n_blocks * long.block


def test_seed_0_is_a_seed() -> None:
    one, same, other = (morris_design(THREE, 4, seed) for seed in (0, 0, 1))
    assert np.array_equal(one.u, same.u) and not np.array_equal(one.u, other.u)
    first, again, third = (sobol_design(THREE, 4, seed) for seed in (0, 0, 1))
    assert np.array_equal(first.u, again.u) and not np.array_equal(first.u, third.u)
    y = ishigami(first.u)
    assert sobol(first, y, NO_CHANCE, 0).total.low.tolist() == sobol(again, y, NO_CHANCE, 0).total.low.tolist()


def test_results_in_another_order_are_refused() -> None:
    design = sobol_design(THREE, 4, seed=0)
    ids = design.ids()
    refuse_if_out_of_order(design, ids)
    with pytest.raises(MissingData, match=r"Row 0 of the results has the sample id .*it is row 19 of the design"):
        refuse_if_out_of_order(design, ids[::-1])
    with pytest.raises(MissingData, match="it is of another design"):
        refuse_if_out_of_order(design, sobol_design(THREE, 4, seed=1).ids())
    with pytest.raises(MissingData, match="20 rows and the results 19"):
        refuse_if_out_of_order(design, ids[:-1])


def test_a_sequence_that_is_not_balanced_is_refused() -> None:
    with pytest.raises(ValueError, match="powers of two"):
        sobol_design(THREE, 48, seed=0)


def test_an_output_that_never_moves_has_no_indices() -> None:
    design = sobol_design(THREE, 8, seed=0)
    found = sobol(design, np.ones(len(design)), NO_CHANCE, seed=0)
    assert not found.first.value.any() and not found.total.value.any() and found.share == 0.0


def test_indices_cannot_be_told_where_only_mixtures_of_the_samples_move() -> None:
    design = sobol_design(THREE, 4, seed=0)
    y = np.zeros(len(design))
    y[1] = 1.0
    found = sobol(design, y, NO_CHANCE, seed=0)
    assert np.isnan(found.first.value).all() and np.isnan(found.total.low).all() and np.isinf(found.width)


def test_where_chance_is_all_an_index_cannot_be_told() -> None:
    design = sobol_design(THREE, 16, seed=0)
    rng = np.random.default_rng(0)
    y = rng.standard_normal(len(design))
    found = sobol(design, y, Chance(2.0, np.full(8, 2.0)), seed=0)
    assert found.share == 1.0 and np.isnan(found.total.value).all() and np.isinf(found.width)
