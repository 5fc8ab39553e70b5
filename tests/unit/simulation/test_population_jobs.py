"""Employers and who works where at the start: one slot a worker, sizes, vacancies and commuting."""

from __future__ import annotations

import numpy as np
import pytest

from evidence import load_region, parameters
from scenarios.vocabulary import SECTORS, EmployerKind, State
from simulation.employer_stock import closed_sizes, power_law
from simulation.employment import commuting_shares
from simulation.population import Population, build
from simulation.population_targets import Numbers

REAL, INVENTED = "cheshire-merseyside", "eskermere"


@pytest.fixture(scope="module", params=[(REAL, 50), (REAL, 1000), (INVENTED, 1), (INVENTED, 100)], ids=str)
def population(request: pytest.FixtureRequest) -> Population:
    region, sample = request.param
    return build(load_region(region), parameters(), sample)


def test_everybody_in_work_holds_one_slot_and_nobody_else_does(population: Population) -> None:
    residents, employers = population.residents, population.employers
    working = residents.state <= State.ABSENT
    assert (residents.employer[working] >= 0).all()
    assert (residents.employer[~working] == -1).all()
    held = np.bincount(residents.employer[working], minlength=len(employers))
    assert (held == employers.filled).all()
    assert (residents.sector[working] == employers.sector[residents.employer[working]]).all()


def test_filled_never_exceeds_slots(population: Population) -> None:
    employers = population.employers
    assert (employers.filled >= 0).all()
    assert (employers.filled <= employers.slots).all()
    assert (employers.size == employers.slots).all()
    assert (employers.size > 0).all()
    assert not employers.places.any()


def test_vacancies_follow_the_unemployed(population: Population) -> None:
    employers = population.employers
    unemployed = (population.residents.state == State.UNEMPLOYED).sum()
    assert (employers.slots - employers.filled).sum() == round(0.52 * unemployed)


def test_self_employment_is_in_the_own_place_and_full(population: Population) -> None:
    residents, employers = population.residents, population.employers
    own = employers.kind == EmployerKind.SELF_EMPLOYMENT
    assert (employers.filled[own] == employers.slots[own]).all()
    working = np.flatnonzero(residents.state <= State.ABSENT)
    theirs = working[own[residents.employer[working]]]
    assert (employers.area[residents.employer[theirs]] == residents.place[theirs]).all()


def test_outside_rows_lie_beyond_the_places(population: Population) -> None:
    employers = population.employers
    n_places = int(population.residents.place.max()) + 1
    outside = employers.kind == EmployerKind.OUTSIDE
    assert (employers.area[outside] >= n_places).all()
    assert (employers.area[~outside] < n_places).all()
    assert population.looks.commuting.shape[0] == n_places
    assert np.allclose(population.looks.commuting.sum(axis=1), 1.0)


def test_no_employer_dominates_its_place_in_a_draft() -> None:
    employers = build(load_region(REAL), parameters(), 50).employers
    jobs = np.bincount(employers.area, weights=employers.slots)
    assert (employers.size / jobs[employers.area]).max() < 0.05


def test_public_bodies_are_public_sectors_and_inclusive(population: Population) -> None:
    employers = population.employers
    public = employers.kind == EmployerKind.PUBLIC_BODY
    names = {SECTORS[sector] for sector in np.unique(employers.sector[public])}
    assert names <= {"public_administration", "education", "health"}
    assert employers.inclusive[public].all()


def test_part_time_and_full_time_hours_are_set_for_workers_only(population: Population) -> None:
    residents = population.residents
    working = residents.state <= State.ABSENT
    assert (residents.hours[working] >= 10).all()
    assert (residents.hours[~working] == 0).all()
    assert (residents.pay == 0).all()


def test_jobs_in_a_place_follow_the_published_jobs() -> None:
    region = load_region(REAL)
    in_work = np.full(len(region.places), 100_000.0)
    shares = commuting_shares(region, Numbers(parameters()), in_work)
    assert np.allclose(shares.sum(axis=1), 1.0)
    liverpool = [place.name for place in region.places].index("Liverpool")
    assert shares[:, : len(region.places)].sum(axis=0).argmax() == liverpool


@pytest.mark.parametrize(("n", "total", "cap"), [(10, 55, 20), (10, 3, 20), (2, 100, 7), (0, 12, 5), (5, 0, 5)])
def test_closed_sizes_add_up_within_the_cap(n: int, total: int, cap: int) -> None:
    sizes = closed_sizes(power_law(n, 1.0, 50.0, 1.7), total, cap)
    assert sizes.sum() == total
    assert total == 0 or (sizes.min() >= 1 and sizes.max() <= cap)


def test_power_law_sizes_rise_within_their_bounds() -> None:
    sizes = power_law(200, 10.0, 49.0, 2.0)
    assert (np.diff(sizes) > 0).all()
    assert sizes[0] > 10
    assert sizes[-1] < 49
    assert np.allclose(power_law(3, 1.0, 8.0, 1.0), 8.0 ** np.array([1 / 6, 0.5, 5 / 6]))
