"""The starting population: margins, structure, households and determinism, on small samples."""

from __future__ import annotations

import hashlib
from dataclasses import fields

import numpy as np
import pytest

from evidence import load_region, parameters
from scenarios.vocabulary import COHORTS, State
from simulation import employers as employer_columns
from simulation import residents as resident_columns
from simulation.population import Population, PopulationError, build
from simulation.residents import NEVER

REAL, INVENTED = "cheshire-merseyside", "eskermere"
IN_WORK = (State.EMPLOYED, State.ABSENT)


@pytest.fixture(scope="module", params=[(REAL, 50), (REAL, 1000), (INVENTED, 1), (INVENTED, 37)], ids=str)
def population(request: pytest.FixtureRequest) -> Population:
    region, sample = request.param
    return build(load_region(region), parameters(), sample)


@pytest.fixture(scope="module")
def draft() -> Population:
    return build(load_region(REAL), parameters(), 50)


def age_months(population: Population) -> np.ndarray:
    return -population.residents.birth.astype(int)


def test_columns_have_the_agreed_types(population: Population) -> None:
    n = len(population.residents)
    for name, (dtype, shape) in resident_columns.COLUMNS.items():
        column = getattr(population.residents, name)
        assert column.dtype == dtype, name
        assert column.shape == (n, *shape), name
    for name, dtype in employer_columns.COLUMNS.items():
        assert getattr(population.employers, name).dtype == dtype, name


def test_every_margin_is_met_within_a_person(population: Population) -> None:
    table = population.margins
    assert list(table.columns) == ["place", "margin", "category", "target", "drawn", "difference"]
    flows = table["margin"].isin(["commuting", "jobs (pattern)"])
    assert table.loc[~flows, "difference"].abs().max() <= 1
    assert table.loc[flows, "difference"].abs().max() <= 2.5
    assert (table["difference"] == table["drawn"] - table["target"]).all()


def test_places_add_up_to_the_region_at_the_scale_of_the_sample() -> None:
    region = load_region(REAL)
    heads = region.margins["population"]["value"].sum()
    activity = region.margins["activity"].groupby("state")["value"].sum()
    for sample in (50, 400, 1000):
        residents = build(region, parameters(), sample).residents
        assert len(residents) == round(heads / sample)
        for state, name in ((State.UNEMPLOYED, "unemployed"), (State.LONG_TERM_SICK, "long_term_sick")):
            assert abs((residents.state == state).sum() - activity[name] / sample) <= 1


def test_ages_lie_between_16_and_65(population: Population) -> None:
    age = age_months(population)
    assert age.min() >= 16 * 12
    assert age.max() < 65 * 12


def test_rows_stand_in_the_order_of_places_with_their_own_ids(population: Population) -> None:
    residents = population.residents
    assert (np.diff(residents.place.astype(int)) >= 0).all()
    assert (residents.id == np.arange(len(residents))).all()


def test_partners_point_at_each_other_and_share_home_and_children(population: Population) -> None:
    residents = population.residents
    rows = np.flatnonzero(residents.partner >= 0)
    other = residents.partner[rows]
    assert (residents.partner[other] == rows).all()
    assert (other != rows).all()
    for name in ("place", "deprivation", "tenure", "unit", "child_birth", "rent"):
        column = getattr(residents, name)
        assert (column[rows] == column[other]).all(), name


def test_a_unit_is_one_person_or_one_couple(population: Population) -> None:
    residents = population.residents
    _, sizes = np.unique(residents.unit, return_counts=True)
    assert sizes.max() <= 2
    assert (sizes == 2).sum() * 2 == (residents.partner >= 0).sum()


def test_children_are_under_16_and_younger_than_their_parents(population: Population) -> None:
    residents = population.residents
    births = residents.child_birth.astype(int)
    real = births != NEVER
    assert (births[real] <= 0).all()
    assert (births[real] > -16 * 12).all()
    gap = births - residents.birth[:, None]
    assert (gap[real] >= 16 * 12).all()
    first = np.where(real, births, 10_000)
    assert (np.diff(first, axis=1) >= 0).all()


def test_only_tenants_pay_rent(population: Population) -> None:
    residents = population.residents
    assert (residents.rent[residents.tenure == 0] == 0).all()
    assert (residents.rent[(residents.tenure > 0) & (residents.partner >= 0)] > 0).all()


def test_conditions_nest_and_limit(population: Population) -> None:
    residents = population.residents
    assert (residents.conditions[residents.severity > 0] != 0).all()
    assert (residents.diagnosed & ~residents.conditions == 0).all()
    assert (residents.declared & ~residents.diagnosed == 0).all()
    assert (residents.severity[residents.state == State.LONG_TERM_SICK] > 0).all()


def test_spells_began_after_the_16th_birthday(population: Population) -> None:
    residents = population.residents
    assert (residents.since <= 0).all()
    assert (residents.work_since <= residents.since).all()
    assert (residents.work_since >= residents.birth + 16 * 12).all()
    assert (residents.work_history < 1 << 24).all()


def test_neet_flag_is_for_the_young_out_of_work_and_study(population: Population) -> None:
    residents = population.residents
    flagged = (residents.cohort >> COHORTS.index("neet")) & 1 == 1
    assert (age_months(population)[flagged] < 25 * 12).all()
    assert not np.isin(residents.state[flagged], (*IN_WORK, State.STUDENT)).any()


def test_health_work_and_schooling_hang_together(draft: Population) -> None:
    residents = draft.residents
    work = np.isin(residents.state, IN_WORK)
    limited = residents.severity > 0
    n = limited.sum()
    assert abs(work[limited].mean() - 0.542) < 4 * np.sqrt(0.25 / n)
    assert work[~limited].mean() - work[limited].mean() > 0.22
    learning = residents.state != State.STUDENT
    idle = residents.state >= State.LONG_TERM_SICK
    by_level = [idle[learning & (residents.qualification == level)].mean() for level in range(4)]
    assert by_level == sorted(by_level, reverse=True)
    assert by_level[0] > 3.5 * by_level[3]
    sick = residents.state == State.LONG_TERM_SICK
    assert (residents.severity[sick] >= 2).mean() > 0.8
    assert (age_months(draft)[sick] >= 600).mean() > 0.55


def test_common_mental_illness_is_commoner_among_the_young_and_the_sick(draft: Population) -> None:
    residents = draft.residents
    ill = residents.conditions & 1 == 1
    young = age_months(draft) < 25 * 12
    assert abs(ill.mean() - 0.226) < 0.001
    assert abs(ill[young].mean() - 0.258) < 4 * np.sqrt(0.2 / young.sum())
    assert ill[residents.state == State.LONG_TERM_SICK].mean() > 2 * ill[np.isin(residents.state, IN_WORK)].mean()


def digest(population: Population) -> str:
    out = hashlib.sha256()
    for table in (population.residents, population.employers):
        for field in fields(table):
            out.update(getattr(table, field.name).tobytes())
    out.update(population.looks.commuting.tobytes())
    return out.hexdigest()


def test_the_same_inputs_give_the_same_bytes() -> None:
    region = load_region(REAL)
    assert digest(build(region, parameters(), 200)) == digest(build(region, parameters(), 200))


def test_a_variant_moves_people_between_activities_and_keeps_heads() -> None:
    region = load_region(REAL)
    central = build(region, parameters(), 500).residents
    literal = build(region, parameters(), 500, "further_inactive").residents
    assert len(central) == len(literal)
    other = [State.STUDENT, State.CARING, State.RETIRED, State.OTHER_INACTIVE]
    assert abs(np.isin(literal.state, other).sum() - 352_100 / 500) <= 1
    assert (literal.state == State.UNEMPLOYED).sum() == (central.state == State.UNEMPLOYED).sum()
    assert (literal.state == State.LONG_TERM_SICK).sum() == (central.state == State.LONG_TERM_SICK).sum()


@pytest.mark.parametrize("sample", [0, -1, 1001])
def test_a_sample_out_of_range_is_refused(sample: int) -> None:
    with pytest.raises(PopulationError, match="sample is"):
        build(load_region(INVENTED), parameters(), sample)


def test_an_unknown_variant_names_those_held() -> None:
    with pytest.raises(PopulationError, match="further_inactive"):
        build(load_region(REAL), parameters(), 1000, "optimistic")


def test_a_missing_row_names_file_place_and_category() -> None:
    from dataclasses import replace

    region = load_region(INVENTED)
    table = region.margins["sex"]
    broken = replace(region, margins={**region.margins, "sex": table[table["sex"] != "male"]})
    with pytest.raises(PopulationError, match=r"sex\.csv: no row for Quillhaven .*male"):
        build(broken, parameters(), 100)


def test_a_missing_process_is_named() -> None:
    with pytest.raises(PopulationError, match=r"population\.yaml"):
        build(load_region(INVENTED), {}, 100)
