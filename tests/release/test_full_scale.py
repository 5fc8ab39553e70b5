"""What needs the whole region or many runs, before a release (`verification.md`, 6, 10, 24)."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.vocabulary import State
from simulation.run import simulate
from simulation.start import RUN_IN_MONTHS
from tests.evidence_for import joint_z
from tests.paired import effects, ever_different, kickstart, variance_ratio
from tests.worlds import arrays_of, assert_same, baseline, model_of, region_start, run

RATIO, MOST = 0.2, 100
POINTS = 0.002
"""0.2 percentage points."""


def test_one_forced_job_at_1_in_10_changes_fewer_than_100_lives_on_average() -> None:
    start = region_start(10, 60)
    moved = [ever_different(start, case, 60, threads=2) for case in range(100, 200)]
    assert np.mean(moved) < MOST, f"mean {np.mean(moved):.0f}, by case: {sorted(moved)}"


@pytest.mark.parametrize(("sample", "seeds"), [(10, 40), (1, 24)])
def test_pairing_cuts_the_variance_of_the_kickstart_effect_five_fold(sample: int, seeds: int) -> None:
    ratio = variance_ratio(effects(region_start(sample, 60), seeds, 60, threads=2))
    assert ratio <= RATIO, f"variance ratio {ratio:.3f} at 1:{sample}"


def test_the_baseline_starts_without_a_transient() -> None:
    """Each stock of the region moves by less than 1.5% of itself in the first 12 months, mean of three seeds."""
    start, moved = region_start(1, RUN_IN_MONTHS), []
    for seed in range(3):
        model = run(model_of(start, seed=seed, months=13, threads=2), 13)
        stocks = model.rows.stocks.sum(axis=(1, 2, 3, 4, 5)).astype(float)
        groups = np.column_stack([stocks[:, :2].sum(axis=1), stocks[:, 2:4], stocks[:, 4:].sum(axis=1)])
        moved.append(groups[12] / groups[0] - 1.0)
        model.release()
    worst = np.abs(np.mean(moved, axis=0))
    assert (worst < 0.015).all(), f"in work, unemployed, long-term sick, other inactive: {worst}"


def rates(sample: int, seeds: int, months: int = 36) -> np.ndarray:
    """Return shares of residents in work, unemployed and long-term sick, mean of the last year, by seed."""
    start, out = region_start(sample, 60), []
    for seed in range(seeds):
        model = run(model_of(start, seed=seed, months=months, threads=2), months)
        stocks = model.rows.stocks[-12:].sum(axis=(0, 1, 2, 3, 4, 5)) / (12 * start.n)
        out.append([stocks[:2].sum(), stocks[State.UNEMPLOYED], stocks[State.LONG_TERM_SICK]])
        model.release()
    return np.array(out)


def test_rates_do_not_depend_on_the_scale() -> None:
    samples = {100: 60, 10: 12, 1: 3}
    by_scale = {sample: rates(sample, seeds) for sample, seeds in samples.items()}
    whole = by_scale[1].mean(axis=0)
    for sample in (100, 10):
        draft = by_scale[sample]
        error = draft.std(axis=0, ddof=1) / np.sqrt(len(draft)) + by_scale[1].std(axis=0, ddof=1) / np.sqrt(
            len(by_scale[1])
        )
        assert (np.abs(draft.mean(axis=0) - whole) < POINTS + joint_z(6) * error).all(), f"1:{sample}"


def test_effects_do_not_depend_on_the_scale() -> None:
    """Person-months in work gained in 24 months, per resident."""
    found = {}
    for sample, seeds in ((100, 100), (10, 16), (1, 4)):
        start = region_start(sample, 60)
        gain = np.diff(effects(start, seeds, 24, threads=2), axis=1)[:, 0] / start.n
        found[sample] = gain.mean(), gain.std(ddof=1) / np.sqrt(seeds)
    whole, error = found[1]
    for sample in (100, 10):
        mean, own_error = found[sample]
        assert abs(mean - whole) < 0.1 * abs(whole) + joint_z(2) * np.hypot(error, own_error), f"1:{sample}: {found}"


def test_threads_change_nothing_at_full_scale() -> None:
    arms = kickstart(6)
    runs = [simulate(region_start(1, 12), arms, seed=1, threads=threads, hashing=True) for threads in (1, 2, 4)]
    for other in runs[1:]:
        for a, b in zip(runs[0], other, strict=True):
            assert_same(arrays_of(a), arrays_of(b))


def test_a_null_programme_changes_not_one_byte_at_full_scale() -> None:
    from dataclasses import replace

    base, policy = kickstart(12)
    nothing = replace(policy, subsidies=tuple(replace(s, cap_starts=0) for s in policy.subsidies))
    first, second = simulate(region_start(1, 12), (base, nothing), seed=1, threads=2, hashing=True)
    assert_same(arrays_of(first), {**arrays_of(second), "subsidies": first.subsidies})


def test_two_horizons_agree_at_full_scale() -> None:
    start = region_start(1, 12)
    (short,), (long,) = (simulate(start, (baseline(2, months),), seed=2, threads=2, hashing=True) for months in (6, 18))
    assert np.array_equal(short.state_hash, long.state_hash[:8])
