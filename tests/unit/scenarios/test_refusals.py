"""Scenario files that are refused: each message names file, line, key, value, what is allowed and the mend."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scenarios.arm import arm
from scenarios.errors import ScenarioError
from scenarios.resolve import resolve
from tests.unit.scenarios.conftest import SUBSIDY, Refused, Write

TOP = {
    "subsidys: []\n": ("line 1, key 'subsidys'", "Did you mean 'subsidies'?"),
    "horizon: {month: 12}\n": ("key 'horizon.month'", "Did you mean 'months'?"),
    "horizon: {months: 0}\n": ("key 'horizon.months'", "1 to 240"),
    "horizon: {months: 241}\n": ("'241'", "1 to 240"),
    "horizon: {months: 1000000000000}\n": ("'1000000000000'", "1 to 240"),
    "horizon: {months: -5}\n": ("'-5'", "1 to 240"),
    "horizon: {months: 12.5}\n": ("'12.5'", "whole number"),
    "horizon: {months: twelve}\n": ("'twelve'", "whole number"),
    "horizon: {months: true}\n": ("'true'", "whole number"),
    "horizon: 12\n": ("'horizon' holds '12'", "start, months"),
    "horizon: {start: 2024-12}\n": ("'2024-12'", "Allowed: 2025-01 to 2035-12. Move the start."),
    "horizon: {start: 2090-04}\n": ("line 1, key 'horizon.start'", "'2090-04'", "Allowed: 2025-01 to 2035-12"),
    "horizon: {start: 2026-13}\n": ("'2026-13'", "YYYY-MM"),
    "horizon: {start: 2026-04-01}\n": ("'2026-04-01'", "write the month alone, '2026-04'"),
    "region: cheshire-mersyside\n": ("not a known region", "Did you mean 'cheshire-merseyside'?"),
    "region: ../../etc\n": ("'../../etc'", "cannot be a name"),
    "variant: nonsense\n": ("variant", "not a known variant"),
    "name: ../../escape\n": ("'../../escape'", "cannot be a name"),
    "name: Kickstart\n": ("'Kickstart'", "small letters"),
    "name: kickstаrt\n": ("kickst", "cyrillic small letter a"),
    "name: 5\n": ("'5'", "cannot be a name"),
    "title: [a]\n": ("key 'title'", "text"),
    f"title: {'x' * 200}\n": ("key 'title'", "120 characters"),
    "title: ''\n": ("key 'title'", "120 characters"),
    "kind: contxt\n": ("key 'kind'", "Did you mean 'context'?"),
    "labour_demand: 0.9\n": ("key 'labour_demand'", "list"),
    "labour_demand: [0.9]\n": ("labour_demand[0]", "key"),
    "labour_demand: [{multiplyer: 0.9}]\n": ("labour_demand[0]", "Did you mean 'multiplier'?"),
    "labour_demand: [{from: 2026-04}]\n": ("labour_demand[0]", "'multiplier' is missing"),
    "labour_demand: [{multiplier: -1}]\n": ("labour_demand[0].multiplier", "0.2 to 5"),
    "labour_demand: [{multiplier: '0.9'}]\n": ("labour_demand[0].multiplier", "number"),
    "labour_demand: [{from: 2031-04, multiplier: 0.9}]\n": ("2031-04", "2025-01 to 2031-03"),
    "labour_demand: [{from: 2024-12, multiplier: 0.9}]\n": ("2024-12", "2025-01 to 2031-03"),
    "labour_demand: [{from: 2026-05, multiplier: 1}, {multiplier: 1}]\n": ("labour_demand[1].from", "rising order"),
    "minimum_wage: [{from: 2026-05, multiplier: 1}, {from: 2026-05, multiplier: 1}]\n": (
        "minimum_wage[1]",
        "each once",
    ),
    "labour_demand: [{multiplier: {value: 0.9, source: nosuch}}]\n": ("source", "not a known source"),
    "labour_demand: [{multiplier: {value: 0.9}}]\n": ("multiplier", "has no source"),
    "labour_demand: [{multiplier: {value: 0.9, source: assumption, interval_95: [1, 2]}}]\n": (
        "interval",
        "does not hold",
    ),
    "labour_demand: [{multiplier: {value: 0.9, source: assumption, note: 5}}]\n": ("note", "not a text"),
    "labour_demand: [{multiplier: {value: 0.9, source: assumption, confidence: hi}}]\n": ("confidence", "high"),
    "labour_demand: [{multiplier: {value: 0.9, source: assumption, unit: x}}]\n": ("unit", "interval_95"),
    "parameters: {hireing.slot: 1}\n": ("key 'parameters", "not a known parameter"),
    "parameters: {public_services.reoffending_rate: 1.5}\n": ("reoffending_rate", "0 to 1"),
    "parameters: {public_services.inpatient_episodes_level: -1}\n": ("inpatient_episodes_level", "0 to 100"),
    "parameters: {public_services.prison_year_cost: 1000000000}\n": ("prison_year_cost", "0 to 100,000"),
    "parameters: {public_services.base: 2}\n": ("public_services.base", "single number"),
    "parameters: 5\n": ("'parameters' holds '5'", "process.name"),
    "subsidies: {name: x}\n": ("'subsidies' holds", "list of subsidies"),
    "subsidies: [{title: x}]\n": ("subsidies[0]", "has no name"),
    "subsidies: [{name: a}, {name: a}]\n": ("subsidies[1]", "each name once"),
    "subsidies: [{name: a b}]\n": ("subsidies[0].name", "cannot be a name"),
    "subsidies: [{name: trial}]\n": ("subsidies.trial", "'eligibility' is missing"),
    "extends: kickstrat\n": ("line 1, key 'extends'", "Did you mean 'kickstart'?"),
    "extends: ../other.yaml\n": ("'../other.yaml'", "leaves the scenario's folder"),
    "extends: a/../../other.yaml\n": ("key 'extends'", "leaves the scenario's folder"),
    "extends: /etc/passwd.yaml\n": ("'/etc/passwd.yaml'", "leaves the scenario's folder"),
    "extends: ~/x.yaml\n": ("key 'extends'", "leaves the scenario's folder"),
    "extends: 'C:\\x.yaml'\n": ("key 'extends'", "leaves the scenario's folder"),
    "extends: missing.yaml\n": ("'missing.yaml' does not exist", "mine.yaml"),
    "extends: mine.yaml\n": ("key 'extends'", "circle"),
    "extends: weak-demand\n": ("weak-demand", "context: weak-demand"),
    "extends: [a]\n": ("key 'extends'", "a shipped name"),
    "context: kickstart\n": ("scenario, not a context", "weak-demand"),
    "context: week-demand\n": ("key 'context'", "Did you mean 'weak-demand'?"),
    "context: ../world.yaml\n": ("key 'context'", "leaves the scenario's folder"),
    "kind: context\nhorizon: {months: 12}\n": ("line 2, key 'horizon.months'", "a context cannot set 'horizon'"),
    "kind: context\nsubsidies: [{name: a}]\n": ("subsidies.a", "a context cannot set 'subsidies'"),
    "kind: context\nextends: kickstart\n": ("'kickstart' is a scenario", "weak-demand"),
    "subsidy_defaults: {employer_takeup: 0.1}\n": ("employer_takeup", "Did you mean 'employer_take_up'?"),
}


@pytest.mark.parametrize("text", list(TOP))
def test_a_bad_key_or_value_at_the_top(refused: Refused, text: str) -> None:
    message = refused(text)
    for says in TOP[text]:
        assert says in message


BODY = {
    "hours_wek: 25": ("line 8, key 'subsidies.trial.hours_wek'", "Did you mean 'hours_week'?"),
    "hours_week: 60": ("line 8, key 'subsidies.trial.hours_week'", "1 to 48"),
    "hours_week: 0": ("'0'", "1 to 48"),
    "hours_week: 25 hours": ("'25 hours'", "whole number"),
    "wage_share: 30": ("'30'", "write 0.30"),
    "employer_take_up: 30%": ("'30%'", "write 0.30"),
    "employer_take_up: -0.1": ("'-0.1'", "0 to 1"),
    "drop_out: 1.5": ("drop_out", "0 to 1"),
    "start_payment: 1500": ("'1500'", "£1,500"),
    "start_payment: $1500": ("another unit", "£1,500"),
    "start_payment: 1500 EUR": ("another unit", "£1,500"),
    "budget: 4.5m": ("budget", "£4.5m"),
    "budget: {value: 100, source: assumption}": ("budget", "£1,500"),
    "budget: £100\n    start_payment: £1,500": ("does not pay for one placement", "at least £1,500"),
    "budget: £900\n    covers: wage\n    wage_share: 1": ("does not pay for one placement", "unit of the budget"),
    "covers: wage": ("wage_share is 0", "a share above 0"),
    "covers: employment_cost\n    wage_share: 0": ("wage_share is 0", "covers: nothing"),
    "wage_share: 0.5": ("'covers' is nothing", "covers: wage"),
    "covers: everything": ("'everything'", "employment_cost"),
    "payer: dwp": ("payer", "Did you mean 'DWP'?"),
    "places: any_vacancies": ("places", "Did you mean 'any_vacancy'?"),
    "marginal_only: yes": ("'yes'", "true or false"),
    "cap_starts_month: 200": ("more than the 100 starts", "at most 100"),
    "cap_active: 101": ("more than the 100 starts", "Lower 'cap_active'"),
    "cap_active: -1": ("'-1'", "0 to 10,000,000"),
    "cap_active: 1000000000000": ("'1000000000000'", "0 to 10,000,000"),
    "employer_places: [Liverpol]": ("employer_places", "Did you mean 'Liverpool'?"),
    "employer_places: []": ("empty", "Places or area groups"),
    "employer_places: Liverpool": ("employer_places", "a list"),
    "employer_sectors: [retial]": ("employer_sectors", "Did you mean 'retail'?"),
    "employer_sectors: []": ("empty", "sectors"),
    "priority_cohorts: [care_lever]": ("priority_cohorts", "Did you mean 'care_leaver'?"),
    "start: 2026-03": ("'2026-03' is before the policy begins", "2026-04 or later"),
    "start: 2031-04": ("after the end of the run", "2026-04 to 2031-03"),
    "end: 2027-03": ("say the same thing", "Delete one"),
    "length_months: 0": ("length_months", "1 to 60"),
    "length: 6": ("length", "26 weeks"),
    "length: 9 years": ("length", "26 weeks"),
    "length: 90 months": ("too long", "1 to 60"),
    "keep_bonus: 5000": ("keep_bonus", "-1,000 to 1,000"),
    "title: |\n      two\n      lines": ("title", "120 characters"),
}


@pytest.mark.parametrize("text", list(BODY))
def test_a_bad_key_or_value_of_a_subsidy(refused: Refused, text: str) -> None:
    message = refused(f"{SUBSIDY}    {text}\n")
    for says in BODY[text]:
        assert says in message


def test_an_end_before_the_start_is_refused(refused: Refused) -> None:
    message = refused(SUBSIDY.replace("window_months: 12", "end: 2026-03"))
    assert "line 6, key 'subsidies.trial.end': '2026-03' is before the first month, 2026-04" in message


def test_rules_are_refused_with_their_own_line(refused: Refused) -> None:
    rule = "{column: age_years, between: [18, 24]}"
    message = refused(
        SUBSIDY.replace(rule, "\n      all:\n        - {column: age_years, at_least: 25}\n        - {column: aeg}")
    )
    assert "line 8, key 'subsidies.trial.eligibility.all[1].column'" in message
    message = refused(SUBSIDY.replace(rule, "{column: place, is: Atlantis}"))
    assert "'Atlantis' is not a known Place of the region 'cheshire-merseyside'" in message
    message = refused(
        SUBSIDY.replace(rule, "{all: [{column: age_years, at_least: 25}, {column: age_years, below: 20}]}")
    )
    assert "contradict each other" in message
    assert "'eligibility' is missing" in refused(SUBSIDY.replace(f"    eligibility: {rule}\n", ""))


OVERRIDES = {
    "subsidies.trail.hours_week": ("25", "Did you mean 'trial'?"),
    "subsidies.trial.hours_wek": ("25", "Did you mean 'subsidies.trial.hours_week'?"),
    "horizon.month": ("12", "Did you mean 'horizon.months'?"),
    "horizon.months": ("a lot", "whole number"),
    "context": ("week-demand", "Did you mean 'weak-demand'?"),
    "extends": ("kickstart", "not a known key to override"),
    "parameters.slot": ("1", "parameters.<process>.<name>"),
    "parameters.no.such": ("1", "not a known parameter"),
    "": ("1", "not a known key"),
    "region": ("../x", "cannot be a name"),
    "labour_demand": ("[{multiplier: &a 1}]", "anchors"),
    "subsidies.trial.drop_out": (".nan", "finite"),
    "subsidies.trial.budget": ("9" * 400, "too long"),
}


@pytest.mark.parametrize("key", list(OVERRIDES))
def test_a_bad_override(write: Write, key: str) -> None:
    value, says = OVERRIDES[key]
    with pytest.raises(ScenarioError) as found:
        resolve(write(SUBSIDY), {key: value})
    assert says in str(found.value)
    assert "command line" in str(found.value)


def test_an_override_that_looks_like_code_stays_a_text(write: Write) -> None:
    assert resolve(write(SUBSIDY), {"title": "!!python/name:os.system"}).scenario.title == "!!python/name:os.system"


def test_an_override_of_a_subsidy_where_there_is_none() -> None:
    with pytest.raises(ScenarioError, match="has no subsidies"):
        resolve("baseline", {"subsidies.kickstart.hours_week": "30"})


def test_an_unknown_environment_variable_is_named() -> None:
    with pytest.raises(ScenarioError, match=r"WORKABILITY_SET_HORIZON__MONTH:.*Did you mean 'horizon.months'"):
        resolve("kickstart", environment={"WORKABILITY_SET_HORIZON__MONTH": "12"})


def test_links_that_leave_the_folder_are_refused(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "secret.yaml").write_text("title: Secret\n")
    (inside / "link.yaml").symlink_to(outside / "secret.yaml")
    (inside / "folder").symlink_to(outside)
    (inside / "loop.yaml").symlink_to(inside / "loop.yaml")
    (inside / "fine.yaml").symlink_to(inside / "real.yaml")
    (inside / "real.yaml").write_text("horizon: {months: 7}\n")
    os.mkfifo(inside / "pipe.yaml")
    for name, says in (
        ("link.yaml", "link that leaves"),
        ("folder/secret.yaml", "link that leaves"),
        ("loop.yaml", "loop.yaml"),
        ("pipe.yaml", "not an ordinary file"),
    ):
        (inside / "mine.yaml").write_text(f"extends: {name}\n")
        with pytest.raises(ScenarioError, match=says) as found:
            resolve(inside / "mine.yaml")
        assert "Secret" not in str(found.value)
    (inside / "mine.yaml").write_text("extends: fine.yaml\n")
    assert resolve(inside / "mine.yaml").scenario.horizon.months == 7


def test_circles_and_long_chains_are_refused(write: Write) -> None:
    write("extends: b.yaml\n", "a.yaml")
    with pytest.raises(ScenarioError, match=r"circle: b.yaml > a.yaml > b.yaml"):
        resolve(write("extends: a.yaml\n", "b.yaml"))
    for i in range(20):
        write(f"extends: s{i + 1}.yaml\n", f"s{i}.yaml")
    with pytest.raises(ScenarioError, match="longer than 10 files"):
        resolve(write("extends: s1.yaml\n", "s0.yaml"))


def test_a_context_is_no_arm() -> None:
    with pytest.raises(ScenarioError, match="cannot be run by itself"):
        arm(resolve("weak-demand"))
    with pytest.raises(ScenarioError, match="itself a context"):
        resolve("weak-demand", context="strong-demand")


def test_too_many_subsidies_are_refused(refused: Refused) -> None:
    one = SUBSIDY.partition("subsidies:\n")[2]
    text = SUBSIDY + "".join(one.replace("trial", f"trial-{i}") for i in range(20))
    assert "21 subsidies" in refused(text)


def test_nothing_is_written_by_a_refusal(refused: Refused, tmp_path: Path) -> None:
    refused("name: ../../escape\n")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yaml"]


def test_a_budget_or_cap_of_nothing_is_a_subsidy_that_never_pays(write: Write) -> None:
    found = arm(
        resolve(write(SUBSIDY + "    budget: £0\n    start_payment: £1,500\n"), {"subsidies.trial.cap_starts": "0"})
    )
    assert (found.subsidies[0].budget_pence, found.subsidies[0].cap_starts) == (0, 0)
