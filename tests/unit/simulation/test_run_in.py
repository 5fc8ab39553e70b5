"""A draw's start: stationary like the one it came from, its own parameters in force, the base untouched."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scenarios.vocabulary import AGE_BAND_STARTS, STATES, State
from simulation.columns import Columns
from simulation.parameters import ParameterError
from simulation.residents import NEVER
from simulation.run_in import repay, start_for_draw
from simulation.start import Levels, Start
from tests.values import values
from tests.worlds import baseline, model_of, region_start, run, start_of, world

SAMPLE = 50


def of_the_region(base: Start, months: int = 60, threads: int = 1, **overrides: float) -> Start:
    from evidence import parameters

    named = tuple((key.replace("__", "."), value) for key, value in overrides.items())
    arm = baseline(parameters=named)
    return start_for_draw(base, parameters(), base.levels, arm, months=months, threads=threads)


def spread(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return how far two sets of counts of as many people are apart, in standard errors."""
    share = (a + b) / (a + b).sum()
    out: np.ndarray = np.abs(a - b) / np.sqrt(a.sum() * 2 * share * (1 - share))
    return out


def bands(c: Columns) -> np.ndarray:
    age = -c.birth.astype(np.int64)
    return np.bincount(np.searchsorted(np.array(AGE_BAND_STARTS) * 12, age, side="right") - 1)


def all_arrays(start: Start) -> dict[str, np.ndarray]:
    columns = {f"residents.{n}": a for n, a in start.columns._asdict().items()}
    firms = {f"employers.{n}": a for n, a in start.firms._asdict().items()}
    return columns | firms | {"tightness": start.tightness}


def same(a: Start, b: Start) -> bool:
    one, other = all_arrays(a), all_arrays(b)
    return all(np.array_equal(one[name], other[name]) for name in one)


def test_the_evidence_s_own_values_keep_the_stocks_of_the_start_they_came_from() -> None:
    base = region_start(SAMPLE, 120)
    before = {name: array.copy() for name, array in all_arrays(base).items()}
    found = of_the_region(base)
    for count in (lambda s: np.bincount(s.columns.state, minlength=len(STATES)), lambda s: bands(s.columns)):
        assert spread(count(base), count(found)).max() < 4.0
    couples = [np.array([(s.columns.partner >= 0).sum(), (s.columns.partner < 0).sum()]) for s in (base, found)]
    assert spread(*couples).max() < 4.0
    c = found.columns
    partner = c.partner[c.partner >= 0]
    assert np.array_equal(c.partner[partner], np.flatnonzero(c.partner >= 0)), "partners name each other"
    work = c.employer >= 0
    assert np.array_equal(np.bincount(c.employer[work], minlength=len(found.firms.size)), found.firms.filled)
    assert np.array_equal(work, c.state <= State.ABSENT)
    for name in ("birth", "since", "work_since", "claim_since"):
        column = getattr(c, name)
        assert column[column != NEVER].max() < 0, f"{name} lies before month 0"
    assert all(np.array_equal(before[name], array) for name, array in all_arrays(base).items()), "the base is kept"


def test_neither_threads_nor_the_number_of_the_draw_decide_a_start() -> None:
    base = start_of(world(600, 60), run_in=12)
    one = start_for_draw(base, values(), base.levels, baseline(), months=6)
    assert same(one, start_for_draw(base, values(), base.levels, baseline(), months=6, threads=2))
    numbered = start_for_draw(base, values(), base.levels, baseline(), months=6, draw=7)
    assert same(one, numbered)
    assert (one.draw, numbered.draw) == (0, 7)


def test_parameters_and_levels_of_the_draw_are_in_force() -> None:
    base = start_of(world(3000, 200), run_in=24)
    fewer = start_for_draw(
        base, values(), base.levels, baseline(parameters=(("separation.separation", 0.003),)), months=36
    )
    assert fewer.parameters.separation.separation == 0.003
    idle = [(s.columns.state == State.UNEMPLOYED).sum() for s in (base, fewer)]
    assert idle[1] < idle[0] - 4 * np.sqrt(2 * idle[0])
    sicker = Levels(base.levels.place * np.array([6.0, 1.0, 1.0]), base.levels.slots, base.levels.standard_shift)
    sick = [
        (start_for_draw(base, values(), levels, baseline(), months=36).columns.state == State.LONG_TERM_SICK).sum()
        for levels in (base.levels, sicker)
    ]
    assert sick[1] > sick[0] + 4 * np.sqrt(2 * sick[0])


def test_its_own_months_are_not_the_base_s_last_months_again() -> None:
    """Keyed draws that spared those who stayed must not spare them twice: a survivor loses his job as any other."""
    base, months = start_of(world(6000, 400), run_in=24), 12
    survivors = base.columns.id[(base.columns.employer >= 0) & (base.columns.hired <= -months)]
    later = run(model_of(base, seed=5), months).columns
    again = start_for_draw(base, values(), base.levels, baseline(), months=months).columns
    kept = []
    for c, first in ((later, 0), (again, -months)):
        held = np.isin(survivors, c.id[(c.employer >= 0) & (c.hired < first)])
        kept.append(np.array([held.sum(), (~held).sum()]))
    assert spread(*kept).max() < 4.0


def test_pay_moves_with_the_market_and_only_with_it() -> None:
    start = start_of(world(600, 60))
    c, p = start.columns, start.parameters.progression
    floor = np.zeros(66, np.int64)
    work = c.state <= State.ABSENT
    before = c.pay.copy()
    repay(c, p, p, floor, 0)
    assert np.array_equal(c.pay, before)
    repay(c, p, replace(p, median_hourly_pence=p.median_hourly_pence * 1.1), floor, 0)
    assert np.array_equal(c.pay[~work], before[~work])
    assert np.abs(c.pay[work] - 1.1 * before[work]).max() <= 0.5 + 1e-6
    repay(c, p, replace(p, median_hourly_pence=p.median_hourly_pence / 100), floor + 1200, 0)
    assert (c.pay[work] == 1200).all(), "the minimum wage holds"


def test_a_start_without_months_or_with_an_unknown_parameter_is_refused() -> None:
    base = start_of(world(600, 60))
    with pytest.raises(ValueError, match="at least one month"):
        start_for_draw(base, values(), base.levels, baseline(), months=0)
    with pytest.raises(ParameterError, match=r"separation\.seperation"):
        start_for_draw(base, values(), base.levels, baseline(parameters=(("separation.seperation", 0.1),)))
