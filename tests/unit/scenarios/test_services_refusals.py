"""Refusals of the services section: file, key, value, what is allowed and how to mend it."""

from __future__ import annotations

import pytest

from scenarios.errors import ScenarioError
from scenarios.resolve import resolve
from tests.unit.scenarios.conftest import Refused, Write

IPS = "ips-in-primary-care"


def with_(text: str) -> str:
    return f"extends: services-today\nservices:\n  {text}\n"


def of(slug: str, change: str) -> str:
    return with_(f"programmes: {{{slug}: {{{change}}}}}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (with_("fornt_door: 1"), ["line 3", "'services.fornt_door'", "Did you mean 'front_door'?"]),
        (with_("front_door: 50%"), ["'services.front_door'", "percentage", "0.50"]),
        (with_("catalogue: todya"), ["'services.catalogue'", "Did you mean 'today'?", "none, today"]),
        (with_("delivery: queues"), ["Did you mean 'queue'?"]),
        (with_("contacts: {jobcenter: 2}"), ["'services.contacts.jobcenter'", "Did you mean 'jobcentre'?"]),
        (with_("contacts: {jobcentre: 21}"), ["'services.contacts.jobcentre'", "'21' is out of range", "0 to 20"]),
        (with_("contacts: 2"), ["'contacts' holds '2'", "jobcentre"]),
        (with_("treatment_wait: 5.1"), ["'5.1' is out of range", "0 to 5"]),
        (with_("absence_help_from_months: 25"), ["'25' is out of range", "0 to 24"]),
        (with_("absence_help_from_months: 1.5"), ["'1.5' is not a whole number"]),
        (with_("lift: [out_of_work]"), ["'services.lift[0]'", "Did you mean 'out_of_work_only'?"]),
        (with_("lift: [age_limit, age_limit]"), ["stands here twice"]),
        (with_("open_channels: [outrech]"), ["'services.open_channels[0]'", "Did you mean 'outreach'?"]),
        (with_("lift_funders_rules: 1"), ["'1' is not true or false"]),
        (of("ips-in-primary-cre", "capacity: 2"), ["line 3", "Did you mean 'ips-in-primary-care'?"]),
        (of("IPS", "capacity: 2"), ["'IPS' is no programme"]),
        (of(IPS, "capcity: 2"), [f"'services.programmes.{IPS}.capcity'", "Did you mean 'capacity'?"]),
        (of(IPS, "capacity: -0.1"), [f"'services.programmes.{IPS}.capacity'", "'-0.1' is out of range", "0 to 100"]),
        (of(IPS, "capacity: 2, from: 2027-13"), ["'2027-13' is not a month"]),
        (of(IPS, "capacity: 2, from: 2026-03"), ["'2026-03' is outside the horizon", "2026-04 to 2031-03"]),
        (of(IPS, "capacity: 2, from: 2031-04"), ["'2031-04' is outside the horizon"]),
        (of(IPS, "capacity: 2, from: 2027-02, until: 2027-01"), ["before the first month, 2027-02", "'until'"]),
        (of(IPS, "from: 2027-02"), ["'from' says when", "Add one of them"]),
        (of(IPS, "ramp_months: -1, capacity: 2"), ["'-1' is out of range", "0 to 60"]),
        (of(IPS, "running: false, capacity: 2"), ["the capacity is 2 while 'running' is false", "Delete one"]),
        (of("widening-access", "capacity: 2"), ["planned and takes no clients", "running: true"]),
        (of(IPS, "lift: [in_work_only]"), ["shuts nobody out for the reason 'in_work_only'", "out_of_work_only"]),
        (of(IPS, "channels: []"), ["names no channel", "jobcentre"]),
        (of(IPS, "channels: [jobcenter]"), ["Did you mean 'jobcentre'?"]),
        (of(IPS, ""), [f"'{IPS}' holds '(empty)'", "capacity"]),
        ("services: {front_door: 1}\n", ["'front_door' would have no effect", "services.catalogue to today"]),
        (with_("catalogue: today") + "region: eskermere\n", ["'eskermere' has no catalogue", "cheshire-merseyside"]),
        ("kind: context\nservices: {catalogue: today}\n", ["a context cannot set 'services'"]),
    ],
)
def test_refusals_name_the_key_and_the_mend(refused: Refused, text: str, words: list[str]) -> None:
    message = refused(text)
    for word in words:
        assert word in message, message


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("services", ["not a known key to override"]),
        ("services.programmes", ["names no key of a programme", "services.programmes.<programme>.<key>"]),
        (f"services.programmes.{IPS}", ["names no key of a programme"]),
        (f"services.programmes.{IPS}.capcity", ["Did you mean 'capacity'?"]),
        ("services.programmes.ips-in-primary-cre.capacity", ["Did you mean 'ips-in-primary-care'?"]),
        ("services.contacts.jobcenter", ["Did you mean 'services.contacts.jobcentre'?"]),
    ],
)
def test_refusals_of_overrides(key: str, words: list[str]) -> None:
    with pytest.raises(ScenarioError) as found:
        resolve("services-today", {key: "2"})
    assert str(found.value).startswith("command line, key 'services")
    for word in words:
        assert word in str(found.value)


def test_a_variable_of_the_environment_is_refused_by_its_programme() -> None:
    variables = {"WORKABILITY_SET_SERVICES__PROGRAMMES__IPS_IN_PRIMARY_CRE__CAPACITY": "2"}
    with pytest.raises(ScenarioError, match="Did you mean 'ips-in-primary-care'"):
        resolve("services-today", environment=variables)


def test_a_nearer_file_can_take_a_change_away(write: Write) -> None:
    path = write(f"extends: ips-doubled\nservices: {{programmes: {{{IPS}: {{capacity: null}}}}}}\n")
    assert resolve(path).scenario.services.programmes == {}
