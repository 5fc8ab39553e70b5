"""The services of a scenario: what is changed of the catalogue, when, and what the engine is given of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evidence
from scenarios.arm import ArmSpec, arm
from scenarios.eligibility import AllOf
from scenarios.errors import Spot
from scenarios.programme_specs import as_number
from scenarios.programme_words import CHANNELS
from scenarios.programmes import catalogue_of, load_catalogue
from scenarios.region_names import publications, region_names, service_files
from scenarios.render import difference, to_yaml
from scenarios.resolve import baseline_of, names, resolve
from scenarios.safe_yaml import read
from scenarios.schema import Horizon
from scenarios.service_capacity import Window, factors, peak
from scenarios.service_schema import ProgrammeChange, Services
from scenarios.service_specs import SAME, ServiceSpec, ServicesSpec
from scenarios.services import services_of
from tests.unit.scenarios.conftest import Write

REGION = "cheshire-merseyside"
START, MONTHS = 15, 60
TODAY = {"services.catalogue": "today"}
IPS, KNOWSLEY = "ips-in-primary-care", "knowsley-works-apprenticeships"
EVERYTHING = """\
extends: services-today
services:
  front_door: {value: 0.5, interval_95: [0.2, 0.8], source: assumption, note: some}
  delivery: queue
  contacts: {jobcentre: 1.2, link_worker: {value: 2, interval_95: [1, 3], source: assumption}}
  hard_to_reach: {outreach: 1.5}
  absence_help_from_months: 1
  treatment_wait: 0.5
  lift: [out_of_work_only]
  lift_funders_rules: true
  open_channels: [link_worker]
  programmes:
    ips-in-primary-care:
      {capacity: 2, take_up: 0.5, awareness: 1, from: 2026-10, until: 2027-09, ramp_months: 3,
       lift: [out_of_work_only], channels: [outreach], length_months: 4.5}
    widening-access: {running: true}
    ips: {running: false}
"""


def services(name: str | Path, overrides: Mapping[str, str] | None = None) -> ServicesSpec:
    found = arm(resolve(name, overrides)).services
    assert found is not None
    return found


def desk(found: ServicesSpec, name: str) -> ServiceSpec:
    return next(each for each in found.services if each.name == name)


def of_programme(slug: str, **changes: Any) -> ServiceSpec:
    text = {f"services.programmes.{slug}.{key}": str(value) for key, value in changes.items()}
    return desk(services("services-today", text), slug)


@pytest.fixture(scope="module")
def today() -> ServicesSpec:
    return services("services-today")


@pytest.mark.parametrize("name", names("scenario"))
def test_an_arm_has_services_only_where_a_scenario_says_so(name: str) -> None:
    found = resolve(name)
    policy, base = arm(found), arm(baseline_of(found))
    is_of_services = found.scenario.services.catalogue == "today"
    assert (policy.services is not None) == (base.services is not None) == is_of_services
    if is_of_services:
        assert base == replace(arm(resolve("services-today")), name=base.name, funding=base.funding)
        assert (policy.funding is not None) == (base.funding is not None) == (found.scenario.funding.regime != "none")
        assert hash(policy) == hash(arm(resolve(name)))
        assert (policy.services != base.services) == (name not in ("services-today", "ring-fenced", "flexible"))


def test_an_arm_without_services_is_what_it_was() -> None:
    assert arm(resolve("baseline")) == ArmSpec("baseline", (), (), (), (), START, MONTHS)
    assert resolve("kickstart").scenario.services == Services.model_validate({})
    assert arm(resolve("kickstart", {"services.catalogue": "none"})) == arm(resolve("kickstart"))


def test_today_holds_every_running_programme_as_the_catalogue_has_it(today: ServicesSpec) -> None:
    catalogue = load_catalogue(REGION)
    assert {each.programme for each in today.services} == {programme.slug for programme in catalogue.running}
    assert [each.name for each in today.services] == sorted(each.name for each in today.services)
    assert replace(today, services=()) == ServicesSpec()
    effects = evidence.programme_effects()
    for each in today.services:
        programme = catalogue[each.programme]
        assert each.place_ids == programme.place_ids
        assert each.steps == () and each.take_up == 1 and each.awareness is None
        assert each.effect == {name: as_number(number) for name, number in effects[each.kind].items()}
        assert [channel for i, channel in enumerate(CHANNELS) if each.channels >> i & 1] == sorted(
            programme.channels, key=list(CHANNELS).index
        )
        assert each.payer == catalogue.funders[programme.funders[0]].kind
        assert each.start_pence == round(100 * as_number(programme.costs["per_start"])) if each.start_pence else True


def test_reserved_places_come_out_of_the_programmes_capacity_and_cap(today: ServicesSpec) -> None:
    programme = load_catalogue(REGION)[KNOWSLEY]
    parts = [each for each in today.services if each.programme == KNOWSLEY]
    assert [each.name for each in parts] == [KNOWSLEY, f"{KNOWSLEY}+1", f"{KNOWSLEY}+2"]
    whole = as_number(programme.caseworkers) * as_number(programme.caseload)
    assert sum(each.capacity for each in parts) == pytest.approx(whole)
    # 10 starts a year of 15 months each are 12.5 people at once.
    assert [each.capacity for each in parts[1:]] == [12.5, 12.5]
    assert [each.cap_year for each in parts] == [100, 10, 10]
    assert parts[1].rule == AllOf((programme.takes, programme.reserved[0].rule))
    longer = services("services-today", {f"services.programmes.{KNOWSLEY}.length_months": "60"})
    held = [each.capacity for each in longer.services if each.programme == KNOWSLEY]
    assert held == [40.0, 40.0] and sum(held) == whole  # 50 each would not fit


def test_a_larger_programme_may_start_more_people_a_year() -> None:
    assert of_programme("connect-to-work-lcr").cap_year == 4000
    assert of_programme("connect-to-work-lcr", capacity=2).cap_year == 8000
    parts = services("services-today", {f"services.programmes.{KNOWSLEY}.capacity": "0.5"}).services
    assert [each.cap_year for each in parts if each.programme == KNOWSLEY] == [50, 5, 5]


def test_whoever_is_no_longer_shut_out_is_taken(today: ServicesSpec) -> None:
    ips = load_catalogue(REGION)[IPS]
    assert desk(today, IPS).rule == ips.takes
    assert [exclusion.reason for exclusion in ips.exclusions] == ["out_of_work_only"]
    assert desk(services("any-work-status"), IPS).rule == ips.taking({"out_of_work_only"})
    assert desk(services("services-today", {"services.lift": "[claimants_only]"}), IPS).rule == ips.takes
    assert ips.taking({"out_of_work_only"}) != ips.takes
    assert of_programme(IPS, lift="[out_of_work_only]").rule == ips.taking({"out_of_work_only"})
    assert any(each.money for each in today.services)
    free = services("services-today", {"services.lift_funders_rules": "true"})
    assert not any(each.money for each in free.services)


def test_ways_in_replace_the_catalogues_and_open_channels_add_to_them() -> None:
    bit = {channel: 1 << i for i, channel in enumerate(CHANNELS)}
    overrides = {f"services.programmes.{IPS}.channels": "[outreach]", "services.open_channels": "[link_worker]"}
    assert desk(services("services-today", overrides), IPS).channels == bit["outreach"] | bit["link_worker"]
    assert all(each.channels & bit["link_worker"] for each in services("link-workers").services)
    assert services("link-workers").contacts == (1.0, 1.0, 2.0, 1.0, 1.0, 1.0)
    assert services("front-door").front_door == 1.0 and services("front-door").contacts == SAME


def steps(is_running: bool, months: Window, **changes: Any) -> tuple[tuple[int, float], ...]:
    return factors(is_running, ProgrammeChange.model_validate(changes), months)


def test_a_change_of_capacity_begins_with_the_policy() -> None:
    assert of_programme(IPS, capacity=2).steps == ((START, 2.0),)
    assert of_programme(IPS, capacity=1).steps == ()
    assert of_programme(IPS, running="false").steps == ((START, 0.0),)
    opened = {"services.programmes.widening-access.running": "true"}
    assert desk(services("services-today", opened), "widening-access").steps == ((0, 0.0), (START, 1.0))
    assert of_programme(IPS, capacity=2).cap_year is None


def test_ramps_worked_out_by_hand() -> None:
    whole = Window(15, None, 75)
    assert steps(True, whole, capacity=4, ramp_months=3) == ((15, 2.0), (16, 3.0), (17, 4.0))
    assert steps(True, whole, capacity=4, ramp_months=1) == steps(True, whole, capacity=4) == ((15, 4.0),)
    assert steps(False, whole, running=True, ramp_months=2) == ((0, 0.0), (15, 0.5), (16, 1.0))
    assert steps(True, whole, running=False, ramp_months=4) == ((15, 0.75), (16, 0.5), (17, 0.25), (18, 0.0))
    part = Window(20, 29, 75)
    assert steps(True, part, capacity=2) == ((20, 2.0), (30, 1.0))
    assert steps(False, part, running=True, capacity=3, ramp_months=3) == (
        *((0, 0.0), (20, 1.0), (21, 2.0), (22, 3.0)),
        *((30, 2.0), (31, 1.0), (32, 0.0)),
    )
    # The last month comes before the ramp is whole, so the way back begins lower.
    assert steps(True, Window(20, 21, 75), capacity=5, ramp_months=4) == (
        *((20, 2.0), (21, 3.0)),
        *((22, 2.5), (23, 2.0), (24, 1.5), (25, 1.0)),
    )
    assert steps(True, Window(20, 29, 30), capacity=2) == ((20, 2.0),)
    assert steps(False, Window(0, None, 60), running=True) == ()
    assert steps(False, Window(0, None, 60)) == ((0, 0.0),)
    assert [peak(((0, 0.0), (15, 0.5), (20, 3.0)), month) for month in (0, 15, 30)] == [3.0, 3.0, 3.0]
    assert [peak(((15, 0.5),), month) for month in (0, 15, 40)] == [1.0, 0.5, 0.5]


@settings(max_examples=200)
@given(
    is_running=st.booleans(),
    running=st.sampled_from([True, False, None]),
    capacity=st.sampled_from([None, 0.0, 0.3, 1.0, 7.0]),
    ramp=st.integers(0, 12),
    first=st.integers(1, 40),
    length=st.none() | st.integers(1, 40),
)
def test_capacity_never_leaves_what_was_and_what_is_asked(
    is_running: bool, running: bool | None, capacity: float | None, ramp: int, first: int, length: int | None
) -> None:
    change = {"running": running, "capacity": capacity, "ramp_months": ramp}
    after = 200
    found = steps(is_running, Window(first, None if length is None else first + length - 1, after), **change)
    before = float(is_running)
    runs = is_running if running is None else running
    asked = (1.0 if capacity is None else capacity) if runs else 0.0
    months = [month for month, _ in found]
    assert months == sorted(set(months))
    assert all(min(before, asked) <= factor <= max(before, asked) for _, factor in found)
    assert all(month >= first for month, _ in found if (month, _) != (0, 0.0))
    last = found[-1][1] if found else 1.0
    assert last == (asked if length is None else before)


def test_writing_it_out_and_resolving_again_changes_nothing(write: Write) -> None:
    first = resolve(write(EVERYTHING))
    second = resolve(write(to_yaml(first), "second.yaml"))
    assert second.scenario.services == first.scenario.services
    assert arm(replace_name(second)) == arm(replace_name(first))
    assert (second.sources, second.intervals) == (first.sources, first.intervals)
    assert difference(first, second) == ()
    assert first.intervals["services.contacts.link_worker"] == (1, 3)
    changed = {change.key: (change.before, change.after) for change in difference(resolve("services-today"), first)}
    assert changed["services.front_door"] == (0.0, 0.5)
    assert changed[f"services.programmes.{IPS}.capacity"] == (None, 2)
    assert changed[f"services.programmes.{IPS}.from"] == (None, "2026-10")
    assert all(key.startswith("services.") for key in changed)


def replace_name(found: Any) -> Any:
    return replace(found, scenario=found.scenario.model_copy(update={"name": "same"}))


def test_every_key_reaches_the_engine(write: Write) -> None:
    found = services(write(EVERYTHING))
    assert (found.delivery, found.front_door, found.absence_help_from, found.treatment_wait) == ("queue", 0.5, 1, 0.5)
    assert found.contacts == (1.2, 1.0, 2.0, 1.0, 1.0, 1.0) and found.reach == (1.0, 1.0, 1.0, 1.0, 1.5, 1.0)
    ips = desk(found, IPS)
    assert (ips.take_up, ips.awareness, ips.length_months) == (0.5, 1.0, 4.5)
    assert [month for month, _ in ips.steps] == [21, 22, 23, 33, 34, 35]
    assert desk(found, "ips").steps == ((START, 0.0),)
    assert desk(found, "widening-access").steps == ((0, 0.0), (START, 1.0))


def test_the_order_of_files_and_keys_is_no_matter(write: Write) -> None:
    documents = [read(path, shown_as) for path, shown_as in service_files(REGION)]
    horizon = Horizon(start="2026-04", months=MONTHS)
    section = Services.model_validate({"catalogue": "today", "programmes": {IPS: {"capacity": 2}}})
    found = [
        services_of(
            section,
            horizon,
            catalogue_of(order, region_names(REGION), publications()),
            evidence.programme_effects(),
            lambda key: Spot("here", key),
        )
        for order in (documents, documents[::-1])
    ]
    assert found[0] == found[1] == services("ips-doubled")
    changes = ["ips: {capacity: 2}", f"{IPS}: {{take_up: 0.5}}"]
    texts = [
        "extends: services-today\nservices:\n  programmes:\n    " + "\n    ".join(c) for c in (changes, changes[::-1])
    ]
    assert services(write(texts[0])) == services(write(texts[1], "other.yaml"))


def test_overrides_and_the_environment_beat_the_file(write: Write) -> None:
    variables = {
        "WORKABILITY_SET_SERVICES__PROGRAMMES__IPS_IN_PRIMARY_CARE__CAPACITY": "3",
        "WORKABILITY_SET_SERVICES__HARD_TO_REACH__OUTREACH": "4",
        "WORKABILITY_SET_SERVICES__FRONT_DOOR": "0.1",
    }
    found = resolve(write(EVERYTHING), {"services.front_door": "0.9"}, environment=variables)
    assert found.scenario.services.programmes[IPS].capacity == 3
    assert found.scenario.services.hard_to_reach == {"outreach": 4}
    assert found.scenario.services.front_door == 0.9
    assert found.origins["services.front_door"] == "command line"
    assert found.origins[f"services.programmes.{IPS}.capacity"] == "environment"
    assert found.origins[f"services.programmes.{IPS}.from"] == "mine.yaml:14"


def test_the_baseline_shares_the_catalogue_and_the_delivery_and_nothing_else() -> None:
    overrides = {**TODAY, "services.delivery": "queue", "services.front_door": "1"}
    found = resolve("kickstart", overrides)
    policy, base = arm(found).services, arm(baseline_of(found)).services
    assert policy is not None and base is not None
    assert (policy.delivery, policy.front_door) == ("queue", 1.0)
    assert (base.delivery, base.front_door) == ("queue", 0.0)
    assert base.services == policy.services
    variables = {"WORKABILITY_SET_SERVICES__CATALOGUE": "today", "WORKABILITY_SET_SERVICES__FRONT_DOOR": "1"}
    found = resolve("kickstart", environment=variables)
    base = arm(baseline_of(found)).services
    assert base is not None and base.front_door == 0.0


def test_a_baseline_keeps_the_services_of_its_own_file(write: Write) -> None:
    write("extends: services-today\nservices: {front_door: 0.2}\n", "base.yaml")
    found = resolve(write("extends: services-today\nbaseline: base.yaml\nservices: {front_door: 0.9}\n"))
    base = arm(baseline_of(found)).services
    assert base is not None and base.front_door == 0.2


def test_shipped_scenarios_change_what_they_say(today: ServicesSpec) -> None:
    assert desk(services("ips-doubled"), IPS).steps == ((START, 2.0),)
    known = desk(services("retention-known"), "retention-service")
    assert known.awareness == 1.0 and known.channels > desk(today, "retention-service").channels
    anchor = desk(services("anchor-recruitment"), "widening-access")
    assert anchor.cap_year == 200 and anchor.steps[0] == (0, 0.0) and anchor.steps[-1] == (START + 5, 4.0)
    assert services("waits-halved") == replace(today, treatment_wait=0.5)
    early = services("early-absence-help")
    assert early.absence_help_from == 1
    assert desk(early, "anchor-vocational-rehabilitation").steps[-1] == (START + 5, 1.0)
    half = services("connect-to-work-half")
    lower = {each.programme for each in half.services if each.take_up == 0.5}
    assert lower == {"connect-to-work-lcr", "connect-to-work-cheshire-and-warrington"}
