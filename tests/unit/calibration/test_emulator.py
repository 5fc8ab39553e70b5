"""Emulators know lines exactly, bend where the model bends, and say how wrong they are."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.emulator import fit_emulator, fit_output

N, D = 240, 8


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    return np.random.default_rng(5).standard_normal((N, D))


def test_a_line_is_found_and_its_error_is_the_noise(x: np.ndarray) -> None:
    rng = np.random.default_rng(6)
    slope = np.arange(1.0, D + 1)
    y = 3.0 + x @ slope + 0.5 * rng.standard_normal(N)
    found = fit_output(x, y, smooth=False)
    new = rng.standard_normal((500, D))
    error = found.mean(new) - (3.0 + new @ slope)
    assert np.sqrt(np.mean(error**2)) < 0.5  # far below the slope of any input
    assert 0.45 < found.error < 0.75  # noise, and what 17 coefficients cost over 192 rows of each fold
    assert found.share > 0.99


def test_the_process_finds_a_bend_that_the_line_cannot(x: np.ndarray) -> None:
    y = 2.0 * np.sin(1.5 * x[:, 0]) + x[:, 1]
    line, smooth = fit_output(x, y, smooth=False), fit_output(x, y)
    assert smooth.error < 0.5 * line.error
    assert 0 in smooth.active


def test_the_error_on_designs_left_out_is_the_error_on_new_ones(x: np.ndarray) -> None:
    rng = np.random.default_rng(8)

    def truth(z: np.ndarray) -> np.ndarray:
        return np.exp(0.4 * z[:, 0]) + z[:, 1] * z[:, 2]

    found = fit_output(x, truth(x) + 0.2 * rng.standard_normal(N))
    new = rng.standard_normal((4000, D))
    outside = np.sqrt(np.mean((found.mean(new) - truth(new) - 0.2 * rng.standard_normal(4000)) ** 2))
    assert found.error == pytest.approx(outside, rel=0.35)


def test_noise_is_found_from_designs_run_twice() -> None:
    rng = np.random.default_rng(9)
    x = np.repeat(rng.standard_normal((300, 3)), 2, axis=0)
    level = 5.0 + x[:, 0]
    y = level + np.exp(-1.0 + 0.5 * (level - 5.0)) * rng.standard_normal(600)
    twins = [(2 * k, 2 * k + 1) for k in range(300)]
    found = fit_emulator(x, y[:, None], ["y"], [False], twins, smooth=False)
    at, slope = found.noise[0]
    assert at == pytest.approx(-1.0, abs=0.25)  # 300 pairs: sd of a log scale is 1.1 / sqrt(300), times 4
    assert slope == pytest.approx(0.5, abs=0.3)


def test_logarithms_go_in_and_come_back(x: np.ndarray) -> None:
    y = np.exp(1.0 + 0.3 * x[:, 0])
    found = fit_emulator(x, np.column_stack([y, x[:, 1]]), ["rate", "share"], [True, False], [(0, 0)], smooth=False)
    means = found.back(found.means(x))
    np.testing.assert_allclose(means[:, 0], y, rtol=0.02)
    np.testing.assert_allclose(found.back(found.onto(np.array([2.0, -3.0]))), [2.0, -3.0])


def test_an_output_that_is_not_finite_is_named(x: np.ndarray) -> None:
    y = np.ones((N, 2))
    y[3, 1] = np.nan
    with pytest.raises(ValueError, match="not finite in some design: broken"):
        fit_emulator(x, y, ["good", "broken"], [False, False], [(0, 1)])
