"""Plans of comparisons with services: which overrides go where, what is hashed, and pairs without a shared history."""

from __future__ import annotations

from typing import Any

import pytest

from experiments.cache import parameters_hash
from experiments.errors import UnfitScenarios
from experiments.plans import Plan, plan, shipped_effects
from experiments.requests import Request

TODAY = {"services.catalogue": "today"}
IPS = "services.programmes.ips-in-primary-care.capacity"


def planned(scenario: str, against: str | None = None, **overrides: str) -> Plan:
    return plan(Request(scenario, against, overrides=overrides, sample=1000, n_seeds=1))


def services_of(found: Plan) -> tuple[Any, Any]:
    return found.policy_arm.services, found.baseline_arm.services


def test_the_effects_of_programmes_decide_a_study_only_where_there_are_services() -> None:
    assert "programme_effects" not in planned("kickstart").inputs
    assert planned("front-door").inputs["programme_effects"] == parameters_hash(shipped_effects())
    assert planned("kickstart", **TODAY).inputs["programme_effects"] == parameters_hash(shipped_effects())


def test_another_change_of_services_is_another_study() -> None:
    hashes = {planned("front-door", **{"services.front_door": share}).content_hash for share in ("0.2", "0.4")}
    assert len(hashes | {planned("front-door").content_hash, planned("services-today").content_hash}) == 4


def test_changes_of_services_go_to_the_policy_and_the_catalogue_to_both() -> None:
    policy, base = services_of(planned("kickstart", **TODAY, **{"services.front_door": "1"}))
    assert (policy.front_door, base.front_door) == (1.0, 0.0)
    policy, base = services_of(planned("ips-doubled", "services-today", **{"services.front_door": "1"}))
    assert (policy.front_door, base.front_door) == (1.0, 0.0)
    policy, base = services_of(planned("kickstart", "baseline", **TODAY))
    assert policy == base is not None


def test_a_change_that_a_scenario_has_is_changed_there() -> None:
    policy, base = services_of(planned("services-today", "front-door", **{"services.front_door": "0.5"}))
    assert (policy.front_door, base.front_door) == (0.0, 0.5)
    policy, base = services_of(planned("services-today", "ips-doubled", **{IPS: "3"}))
    assert [desk.steps for desk in base.services if desk.steps] == [((15, 3.0),)]
    assert not any(desk.steps for desk in policy.services)


@pytest.mark.parametrize(
    ("scenario", "against", "words"),
    [
        ("front-door", "baseline", "services.catalogue 'today' and 'baseline' has 'none'"),
        ("kickstart", "services-today", "services.catalogue 'none' and 'services-today' has 'today'"),
    ],
)
def test_arms_with_and_without_services_share_no_history(scenario: str, against: str, words: str) -> None:
    with pytest.raises(UnfitScenarios, match=words) as found:
        planned(scenario, against)
    assert "--set services.catalogue=VALUE" in str(found.value)
