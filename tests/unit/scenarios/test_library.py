"""What ships: every scenario resolves, cites its numbers, and says what the schemes' own documents say."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from typing import Any

import pytest

from scenarios import chain, safe_yaml
from scenarios.arm import ArmSpec, BenefitsSpec, SubsidySpec, arm
from scenarios.fund_specs import CONSTRAINTS
from scenarios.json_schema import json_schema
from scenarios.resolve import baseline_of, names, resolve

SHIPPED = {
    "baseline",
    "kickstart",
    "kickstart-additional",
    "jobs-guarantee",
    "young-persons-guarantee",
    "health-barriers",
    "marginal-jobs",
    "weak-demand",
    "strong-demand",
    "minimum-wage-step",
    "services-today",
    "front-door",
    "ips-doubled",
    "retention-known",
    "any-work-status",
    "link-workers",
    "anchor-recruitment",
    "waits-halved",
    "early-absence-help",
    "connect-to-work-half",
    "sme-incentives",
    "ring-fenced",
    "flexible",
    "pay-progression",
    "mental-health-earlier",
    "reoffending-support",
}


def only(name: str) -> SubsidySpec:
    (subsidy,) = arm(resolve(name)).subsidies
    return subsidy


def test_the_library_holds_what_it_should() -> None:
    assert set(names()) >= SHIPPED
    assert names()[0] == "baseline"
    assert set(names("context")) | set(names("scenario")) == set(names())
    for name in names():
        assert resolve(name).scenario.name == name


@pytest.mark.parametrize("name", names("scenario"))
def test_any_policy_runs_on_any_context(name: str) -> None:
    for context in names("context"):
        found = resolve(name, context=context)
        policy, base = arm(found), arm(baseline_of(found))
        assert (policy.demand, policy.minimum_wage) == (base.demand, base.minimum_wage)
        assert policy.demand or policy.minimum_wage
        assert pickle.loads(pickle.dumps(policy)) == policy
        assert isinstance(hash(policy), int)


def numbers(value: Any, key: str) -> list[str]:
    """Return the keys of numbers and amounts that stand in a file without a source."""
    if isinstance(value, dict):
        if "value" in value:
            return []
        return [found for part, item in value.items() for found in numbers(item, f"{key}.{part}")]
    if isinstance(value, list):
        return [found for i, item in enumerate(value) for found in numbers(item, f"{key}[{i}]")]
    if isinstance(value, bool) or value is None:
        return []
    return [key] if isinstance(value, int | float) or "£" in value else []


@pytest.mark.parametrize("name", names())
def test_every_number_that_ships_cites_a_source(name: str) -> None:
    data = safe_yaml.read(chain.LIBRARY / f"{name}.yaml").data
    definitions = {"horizon.start", "horizon.months"}
    bare = [key for part, value in data.items() for key in numbers(value, part) if part not in ("title", "description")]
    # Ages are the scheme's own words, stated in its description; the horizon is the run's, not the world's.
    assert [key for key in bare if key not in definitions and "between[" not in key] == []
    found = resolve(name)
    for key, sourced in found.sourced.items():
        if sourced.source == "assumption" and sourced.confidence != "definition":
            assert sourced.interval_95 is not None, key


def test_kickstart() -> None:
    spec = only("kickstart")
    assert spec.eligibility.english().startswith("aged 16-24, on Universal Credit")
    assert (spec.months, spec.hours_week, spec.wage_share, spec.covers_employment_cost) == (6, 25, 1.0, True)
    assert (spec.start_pence, spec.payer, spec.places) == (150_000, "DWP", "both")
    assert (spec.start_month, spec.end_month) == (15, 39)
    assert only("kickstart-additional") == replace(spec, places="additional")


def test_jobs_guarantee() -> None:
    spec = only("jobs-guarantee")
    assert "aged 18-21" in spec.eligibility.english()
    assert "claiming for 18 months or more" in spec.eligibility.english()
    assert (spec.support_pence, spec.administration_pence, spec.start_pence) == (225_000, 40_000, 25_000)
    assert (spec.months, spec.hours_week, spec.wage_share, spec.covers_employment_cost) == (6, 25, 1.0, True)


def test_young_persons_guarantee() -> None:
    spec = only("young-persons-guarantee")
    assert spec.start_pence + spec.end_pence == 300_000
    assert (spec.hours_week, spec.payer, spec.places) == (30, "combined_authority", "any_vacancy")
    region = resolve("young-persons-guarantee").region
    assert spec.place_ids is not None
    assert {region.places[i] for i in spec.place_ids} == set(region.groups["Liverpool City Region"])
    assert spec.priority_cohorts
    assert spec.budget_pence == 79_500_000


def test_health_barriers_are_of_any_age() -> None:
    spec = only("health-barriers")
    assert "age_years" not in spec.eligibility.columns()
    assert "severity" in spec.eligibility.columns()


def test_marginal_jobs_differ_from_kickstart_in_what_they_say() -> None:
    spec = only("marginal-jobs")
    assert spec.marginal_only and spec.places == "any_vacancy"
    assert spec.eligibility == only("kickstart").eligibility


def test_the_baseline_has_no_policy() -> None:
    spec = arm(resolve("baseline"))
    assert spec == ArmSpec("baseline", (), (), (), (), 15, 60)
    assert baseline_of(resolve("baseline")).scenario == resolve("baseline").scenario


def test_changes_of_benefits() -> None:
    assert arm(resolve("work-trial")).benefits == (BenefitsSpec(15, 0, 6),)
    assert arm(resolve("higher-work-allowance")).benefits == (BenefitsSpec(15, 20_000, 0),)
    assert arm(resolve("baseline")).benefits == ()


def test_no_file_speaks_of_deadweight_or_displacement() -> None:
    for path in chain.LIBRARY.glob("*.yaml"):
        text = path.read_text(encoding="utf-8").lower()
        assert "deadweight" not in text and "displacement" not in text


def test_the_json_schema_knows_every_key_of_the_library() -> None:
    schema = json_schema()
    assert json.loads(json.dumps(schema)) == schema
    subsidy = schema["$defs"]["Subsidy"]["properties"]
    for name in names():
        data = safe_yaml.read(chain.LIBRARY / f"{name}.yaml").data
        assert set(data) <= set(schema["properties"])
        for item in data.get("subsidies", []):
            assert set(item) <= set(subsidy)
        section = data.get("services", {})
        assert set(section) <= set(schema["$defs"]["Services"]["properties"])
        for item in section.get("programmes", {}).values():
            assert set(item) <= set(schema["$defs"]["ProgrammeChange"]["properties"])
        funding = data.get("funding", {})
        assert set(funding) <= set(schema["$defs"]["Funding"]["properties"])
    assert "required" not in schema
    assert set(schema["$defs"]["Funding"]["properties"]["drop"]["anyOf"][0]["items"]["enum"]) == set(CONSTRAINTS)
    services = schema["$defs"]["Services"]["properties"]
    assert services["contacts"]["properties"]["jobcentre"]["anyOf"][0] == {
        "maximum": 20,
        "minimum": 0,
        "type": "number",
    }
    assert services["front_door"]["anyOf"][1] == {"$ref": "#/$defs/Source"}
    assert "age_limit" in services["lift"]["anyOf"][0]["items"]["enum"]
    assert subsidy["hours_week"]["anyOf"][1] == {"$ref": "#/$defs/Source"}
