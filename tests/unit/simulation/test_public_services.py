"""Contacts and their costs as functions of health and situation: order, price years, and published figures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import evidence
from simulation.care_classes import CARE_SHAPE, N_CARE, users_of_classes
from simulation.care_tables import care_table
from simulation.ledger import LINE_INDEX
from simulation.parameters import build
from simulation.processes import public_services as services
from simulation.processes.public_services import CONTACTS, LINES, SITUATIONS, PublicServicesParameters

SHIPPED: PublicServicesParameters = build(evidence.parameters()).public_services
NHS = slice(0, 6)
COSTS = {
    "gp_consultation_cost": "gp_consultation",
    "emergency_attendance_cost": "accident_emergency_attendance",
    "inpatient_episode_cost": "inpatient_episode",
    "outpatient_attendance_cost": "outpatient_attendance",
    "mental_health_contact_cost": "mental_health_community",
    "mental_health_bed_day_cost": "mental_health_bed_day",
    "homelessness_application_cost": "homelessness_application",
    "arrest_cost": "arrest_detained",
    "prison_year_cost": "prison_place",
}


def by_class(p: PublicServicesParameters) -> np.ndarray:
    """Return pence a month by what decides the class and line, the lines first."""
    return care_table(p)[:, : len(LINES)].T.reshape(len(LINES), *CARE_SHAPE)


def test_worse_severity_never_costs_or_uses_less() -> None:
    table = care_table(SHIPPED).T.reshape(-1, *CARE_SHAPE)
    assert (np.diff(table, axis=3) >= 0).all()
    nhs = table[NHS].sum(axis=0)
    assert (np.diff(nhs, axis=2) > 0).all()


def test_a_further_condition_never_costs_less() -> None:
    table = by_class(SHIPPED)
    for axis in (5, 6, 7):  # physical, learning disability, substance
        assert (np.diff(table, axis=axis) >= 0).all()
    none, common, severe = np.moveaxis(table, 4, 0)
    assert (common >= none).all() and (severe[NHS].sum(axis=0) > common[NHS].sum(axis=0)).all()


def test_work_lowers_use_at_the_same_health() -> None:
    table = by_class(SHIPPED)
    work, *others = (table[..., k] for k in range(len(SITUATIONS)))
    for other in others:
        assert (other >= work).all()


def test_cohorts_alone_commit_further_offences_and_apply_as_homeless() -> None:
    table = by_class(SHIPPED)
    justice = [LINES.index(name) for name in LINES if name.startswith("justice_")]
    assert not table[justice, 0].any() and (table[justice, 1] > 0).all()
    homeless = table[LINES.index("council_homelessness")]
    assert not homeless[:, 0].any() and (homeless[:, 1] > 0).all()


def test_further_offences_follow_the_published_rate_in_the_year_after_a_conviction() -> None:
    recent = replace(SHIPPED, offending_recent_share=1.0, offending_by_situation=(1.0,) * 5)
    found = services.further_offences(users_of_classes(), recent)
    assert set(np.round(found, 9)) == {0.0, round(0.255 * 2.9, 9)}


def test_moving_into_long_term_sickness_costs_the_nhs_what_is_published() -> None:
    """£910 a head in 2022 prices, of an average long-term sick resident; half to one and a half times is agreement."""
    users = users_of_classes()
    nhs = 12 * services.monthly_pounds(users, SHIPPED)[NHS].sum(axis=0).reshape(CARE_SHAPE)
    sick, works = (nhs[0, 0, ..., SITUATIONS.index(name)] for name in ("long_term_sick", "in_work"))
    extra = sick - works
    # severe limits and common mental illness with a physical condition, half of them in treatment: more than half of
    # the long-term sick are as limited as this
    typical = extra[3, 1, 1, 0, 0].mean()
    index = evidence.deflators().set_index("year")["index"]
    published = evidence.unit_costs()["nhs_cost_of_ill_health_inactivity"].value
    published *= index[2024] / index[2022] * SHIPPED.price_rise_since_2024
    assert 0.5 < typical / published < 1.5


@pytest.mark.parametrize(("name", "unit_cost"), COSTS.items())
def test_unit_costs_are_those_of_the_published_database(name: str, unit_cost: str) -> None:
    parameter, published = evidence.parameters()["public_services"][name], evidence.unit_costs()[unit_cost]
    assert parameter.value == published.value and parameter.source == published.source
    assert published.price_year in services.PRICE_YEARS and published.price_year in parameter.note


def test_prices_come_from_the_deflator() -> None:
    index = evidence.deflators().set_index("year")["index"]
    for year, factor in zip(services.PRICE_YEARS, SHIPPED.price_factor, strict=True):
        first = int(year[:4])
        level = 0.75 * index[first] + 0.25 * index[first + 1] if "/" in year else index[first]
        assert factor == pytest.approx(index[2024] / level, abs=5e-5)


@pytest.mark.parametrize(("name", "unit_cost"), COSTS.items())
def test_each_cost_is_brought_from_its_own_price_year(name: str, unit_cost: str) -> None:
    dearer = replace(SHIPPED, **{name: getattr(SHIPPED, name) + 1.0})
    more = services.unit_costs(dearer) - services.unit_costs(SHIPPED)
    year = evidence.unit_costs()[unit_cost].price_year
    pound = SHIPPED.price_factor[services.PRICE_YEARS.index(year)] * SHIPPED.price_rise_since_2024
    pound *= {"arrest_cost": SHIPPED.arrests_per_offence, "prison_year_cost": SHIPPED.prison_years_per_offence}.get(
        name, 1
    )
    assert np.count_nonzero(more) == 1 and more.sum() == pytest.approx(pound)


@given(st.sampled_from(LINES), st.floats(0.0, 4.0))
def test_contacts_scale_money(line: str, factor: float) -> None:
    few = replace(SHIPPED, base=(0.0,) * 8)
    assert set(LINE_INDEX) >= set(LINES)
    rates = {"base": few.base, "by_condition": tuple(tuple(x * factor for x in row) for row in few.by_condition)}
    users, k = users_of_classes(), LINES.index(line)
    one = services.monthly_pounds(users, few)[k]
    scaled = services.monthly_pounds(users, replace(few, **rates))[k]
    of_health = not line.startswith(("justice", "council_homelessness"))
    np.testing.assert_allclose(scaled, one * (factor if of_health else 1.0), rtol=1e-9, atol=1e-9)


def test_pence_are_contacts_times_costs_rounded_once() -> None:
    table, users = care_table(SHIPPED), users_of_classes()
    exact = 100 / 12 * services.unit_costs(SHIPPED).T @ services.contacts(users, SHIPPED)
    assert table.shape == (N_CARE, len(LINES) + len(CONTACTS)) and (table >= 0).all()
    assert np.abs(table[:, : len(LINES)].T - exact).max() <= 0.5 + 1e-6


def test_a_scenario_scales_a_rate_and_refuses_a_name_that_is_none() -> None:
    halved = build(evidence.parameters(), {"public_services.inpatient_episodes_level": 0.5}).public_services
    both = (services.contacts(users_of_classes(), p)[CONTACTS.index("inpatient_episodes")] for p in (halved, SHIPPED))
    np.testing.assert_allclose(2 * next(both), next(both))
    with pytest.raises(ValueError, match=r"public_services\.bases"):
        build(evidence.parameters(), {"public_services.bases": 0.5})
