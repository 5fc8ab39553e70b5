"""Plans of comparisons of money: only what binds it differs, and arms with other totals are refused."""

from __future__ import annotations

import pytest

from experiments.errors import UnfitScenarios
from experiments.plans import Plan, plan
from experiments.requests import Request
from experiments.run_folder import manifest_of
from experiments.words import documents_of, money_lines, parameters_of
from scenarios.errors import ScenarioError


def planned(scenario: str, against: str | None = None, **overrides: str) -> Plan:
    return plan(Request(scenario, against, overrides=overrides, sample=1000, n_seeds=1))


@pytest.mark.parametrize("overrides", [{}, {"funding.allocator": "greedy", "funding.funds.nhs.amount": "2"}])
def test_the_manifest_shows_that_only_the_constraints_differ(overrides: dict[str, str]) -> None:
    found = planned("flexible", **overrides)
    inputs = manifest_of(found, documents_of(found))["inputs"]
    policy, base = inputs["policy"], inputs["baseline"]
    assert {key for key in policy if policy[key] != base[key]} == {"name", "funding"}
    money, other = policy["funding"], base["funding"]
    assert {key for key in money if money[key] != other[key]} == {"regime"}
    step = planned("ring-fenced", **{"funding.drop": "[place, lapse]"}, **overrides)
    policy, base = step.inputs["policy"], step.inputs["baseline"]
    assert {key for key in policy if policy[key] != base[key]} == {"funding"}
    assert {key for key in policy["funding"] if policy["funding"][key] != base["funding"][key]} == {"drop"}


def test_funds_decide_a_study_only_where_money_is_limited() -> None:
    assert "funds" not in planned("front-door").inputs and "funding" not in planned("front-door").inputs["policy"]
    found = planned("flexible")
    assert found.inputs["funds"] == planned("ring-fenced").inputs["funds"]
    names = parameters_of(found)["Parameter"]
    assert {"funding.staff_leave", "funds.nhs.amounts.later"} <= set(names)
    assert not any(name.startswith("fund") for name in parameters_of(planned("front-door"))["Parameter"])
    assert len(money_lines(found.policy_arm, found.baseline_arm)) == 2


def test_a_comparison_of_two_scenarios_gives_both_the_same_money() -> None:
    found = planned("flexible", "ring-fenced", **{"funding.amount": "0.5"})
    arms = found.policy_arm.funding, found.baseline_arm.funding
    assert arms[0] is not None and arms[1] is not None and arms[0].funds == arms[1].funds
    found = planned("front-door", "ips-doubled", **{"funding.regime": "ring-fenced"})
    assert found.policy_arm.funding == found.baseline_arm.funding is not None
    found = planned("ring-fenced", "ring-fenced", **{"funding.regime": "flexible"})
    assert found.policy_arm.funding == found.baseline_arm.funding
    with pytest.raises(UnfitScenarios, match=r"services\.catalogue"):
        planned("ring-fenced", "kickstart")


def test_arms_with_and_without_a_limit_are_refused() -> None:
    with pytest.raises(ScenarioError, match="'ring-fenced' limits the money of services and 'front-door' does not"):
        planned("front-door", "ring-fenced")
