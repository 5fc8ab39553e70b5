"""The mean-field twin keeps count of people, answers hazards in the right direction, and meets its closed forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from calibration.twin import Twin, mix_of_entrants, path
from calibration.twin_cells import MONTHLY, Resolution
from calibration.twin_measured import twin_measures
from scenarios.vocabulary import AGE_BAND_STARTS, STATES, State
from simulation.covariates import Covariates, Transition
from simulation.parameters import ParameterError
from simulation.start import Start
from tests.worlds import NO_HIRING, healthy_for_good, nobody_leaves, only_transitions, start_of, world

PLACES = ("North", "South")
TO_WORKLESS, TO_SEARCH = 0.03, 0.05
FINE = Resolution(spells=dict.fromkeys(range(len(STATES)), MONTHLY))
IDLE, OUT = State.UNEMPLOYED, State.OTHER_INACTIVE


def constant(name: str, origin: State, destination: str, rate: float) -> Transition:
    def hazard(x: Covariates, _: Any) -> Any:
        return rate + 0.0 * x.age_band

    return Transition(name, origin, destination, hazard)


TWO = (constant("give_up", IDLE, "other_inactive", TO_WORKLESS), constant("search_again", OUT, "unemployed", TO_SEARCH))


@pytest.fixture(scope="module")
def start() -> Start:
    return start_of(world(2_000, 100, n_places=2))


@pytest.fixture(scope="module")
def before(start: Start) -> Mapping[tuple[str, str], float]:
    """The measures of the start as it is."""
    return measures(start)


@pytest.fixture
def only_two(monkeypatch: pytest.MonkeyPatch) -> Start:
    """People of 25 to 29, all unemployed at first, among whom only two constant hazards act."""
    only_transitions(monkeypatch, TWO)
    nobody_leaves(monkeypatch)
    healthy_for_good(monkeypatch)
    w = world(600, 20, n_places=2, n_outside=0)
    r = w.residents
    r.birth[:] = -(25 * 12) - np.arange(600) % (5 * 12)
    r.state[:], r.employer[:], r.since[:], r.work_since[:] = IDLE, -1, 0, 0
    w.employers.filled[:] = 0
    return start_of(w, **NO_HIRING)


def measures(start: Start, months: int = 2, **overrides: float) -> Mapping[tuple[str, str], float]:
    named = {key.replace("__", "."): value for key, value in overrides.items()}
    return twin_measures(start, named, start.levels, months, places=PLACES)


def test_people_and_slots_are_neither_made_nor_lost(start: Start) -> None:
    twin = Twin(start, start.levels)
    for _ in range(24):
        twin.step()
        assert abs(twin.stocks.sum() - start.n) < 1e-9 * start.n
        assert abs(twin.market.filled.sum() - twin.stocks[:, : State.ABSENT + 1].sum()) < 1e-9 * start.n
        assert min(x.min() for x in twin.people) > -1e-9
        assert (twin.market.slots >= twin.market.filled - 1e-9).all()
    residents = np.bincount(start.columns.place, minlength=2)
    np.testing.assert_allclose(twin.stocks.sum(axis=1), residents, rtol=1e-9)


def test_the_same_start_gives_the_same_path(start: Start) -> None:
    np.testing.assert_array_equal(path(start, start.levels, months=12), path(start, start.levels, months=12))


@pytest.mark.parametrize(
    ("changes", "measure", "sign"),
    [
        ({"separation__separation": 0.0115}, "employed_share", -1),
        ({"long_term_sickness__from_work": 0.002}, "long_term_sick", 1),
        ({"sickness_absence__onset": 0.004}, "signed_off", 1),
        ({"search__on_the_job": 0.08}, "hazard_UE", -1),  # people in work compete for the same slots
        ({"employer_choice__standard_shift": 200}, "hazard_UE", -1),
    ],
)
def test_measures_answer_a_parameter_in_the_right_direction(
    start: Start, before: Mapping[tuple[str, str], float], changes: dict[str, float], measure: str, sign: int
) -> None:
    was, now = before[measure, "region"], measures(start, **changes)[measure, "region"]
    assert sign * (now - was) > 1e-6 * abs(was)


def test_without_hazards_and_hiring_nobody_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    only_transitions(monkeypatch, ())
    nobody_leaves(monkeypatch)
    healthy_for_good(monkeypatch)
    w = world(600, 60, n_places=2)
    w.residents.birth[:] = -(36 * 12) - np.arange(600) % (8 * 12)
    start = start_of(w, **NO_HIRING)
    stocks = path(start, start.levels, months=12)
    first = Twin(start, start.levels).stocks
    np.testing.assert_allclose(stocks, np.broadcast_to(first, stocks.shape), rtol=0, atol=1e-9 * start.n)


def test_two_states_follow_their_closed_form_and_its_decay(only_two: Start) -> None:
    share = TO_SEARCH / (TO_SEARCH + TO_WORKLESS)
    months = np.arange(1, 61)
    wanted = share + (1 - share) * (1 - TO_SEARCH - TO_WORKLESS) ** months
    stocks = path(only_two, only_two.levels, months=60)
    np.testing.assert_allclose(stocks[:, :, IDLE].sum(axis=1) / only_two.n, wanted, rtol=1e-6)


def test_spells_under_a_constant_hazard_are_geometric(only_two: Start) -> None:
    twin = Twin(only_two, only_two.levels, resolution=FINE)
    for _ in range(30):
        twin.step()
    begun = twin.people[OUT].sum(axis=(0, 1, 2, 3))
    inflow = np.array([0.0, *path(only_two, only_two.levels, months=30)[:, :, IDLE].sum(axis=1)])
    inflow[0] = only_two.n
    wanted = TO_WORKLESS * inflow[:-1][::-1] * (1 - TO_SEARCH) ** np.arange(30)
    np.testing.assert_allclose(begun[:30], wanted, rtol=1e-6)


def test_kinds_among_entrants_are_those_that_leave_fastest(start: Start) -> None:
    mix = mix_of_entrants(start)
    assert abs(mix.sum() - 1.0) < 1e-12
    assert (np.diff(mix) > 0).all()


def test_every_measure_is_a_number_and_rates_lie_in_their_range(before: Mapping[tuple[str, str], float]) -> None:
    assert all(np.isfinite(v) for v in before.values())
    assert all(0 <= v <= 100 for (name, _), v in before.items() if name.startswith(("hazard", "employ", "absence")))
    shares = [v for (name, _), v in before.items() if name.startswith("unemployment_duration_share")]
    assert abs(sum(shares) - 100.0) < 1e-9


def test_an_unknown_parameter_is_named(start: Start) -> None:
    with pytest.raises(ParameterError, match=r"separation\.sparation"):
        twin_measures(start, {"separation.sparation": 0.01}, start.levels, 1, places=PLACES)


@pytest.mark.parametrize("ages", [(16, 18), (*AGE_BAND_STARTS, 20)], ids=["a band's start is missing", "not rising"])
def test_ages_must_hold_the_age_bands_and_rise(ages: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="age"):
        Resolution(ages=ages)


def test_bins_must_begin_at_nought() -> None:
    with pytest.raises(ValueError, match="employed"):
        Resolution(spells={**FINE.spells, State.EMPLOYED: (1, 2)})
