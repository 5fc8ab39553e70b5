"""Resolving: who beats whom, where each value came from, baselines, contexts, and writing it back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.arm import arm
from scenarios.errors import ScenarioError
from scenarios.render import difference, difference_yaml, to_yaml
from scenarios.resolve import baseline_of, names, resolve
from tests.unit.scenarios.conftest import SUBSIDY, Write


def test_an_alternative_states_only_its_differences(write: Write) -> None:
    path = write("extends: kickstart\nsubsidies:\n  - name: kickstart\n    hours_week: 30\n")
    mine, kickstart = resolve(path), resolve("kickstart")
    assert [c.key for c in difference(kickstart, mine)] == ["subsidies.kickstart.hours_week"]
    assert mine.scenario.name == "mine"
    assert mine.chain == ("mine.yaml", "scenarios/library/kickstart.yaml", "scenarios/library/baseline.yaml")


def test_each_value_remembers_its_origin(write: Write) -> None:
    write("extends: kickstart\nhorizon:\n  months: 48\n", "parent.yaml")
    path = write("extends: parent.yaml\nsubsidies:\n  - name: kickstart\n    hours_week: 30\n    length: 26 weeks\n")
    found = resolve(
        path,
        {"subsidies.kickstart.employer_take_up": "0.1"},
        environment={"WORKABILITY_SET_SUBSIDIES__KICKSTART__DROP_OUT": "0.02", "OTHER": "x"},
    )
    origins = found.origins
    assert origins["subsidies.kickstart.employer_take_up"] == "command line"
    assert origins["subsidies.kickstart.drop_out"] == "environment"
    assert origins["subsidies.kickstart.hours_week"] == "mine.yaml:4"
    assert origins["subsidies.kickstart.length"] == "mine.yaml:5"
    assert "subsidies.kickstart.length_months" not in origins
    assert origins["horizon.months"] == "parent.yaml:3"
    assert origins["horizon.start"].startswith("scenarios/library/baseline.yaml:")
    assert origins["subsidies.kickstart.start_payment"].startswith("scenarios/library/kickstart.yaml:")
    assert not any(str(path.parent) in origin for origin in origins.values())
    assert found.sources["subsidies.kickstart.start_payment"] == "kickstart_nao_setup_2021"
    assert found.sources["subsidies.kickstart.eligibility.all[3].at_least"] == "assumption"
    assert found.intervals["subsidies.kickstart.participant_take_up"] == (0.4, 0.7)
    assert "subsidies.kickstart.employer_take_up" not in found.sources


LEVELS = ("months in a parent", "months in the file", "months in the environment", "months on the command line")


@settings(max_examples=16, deadline=None)
@given(st.sets(st.sampled_from(range(4))))
def test_the_nearest_level_wins(tmp_path_factory: pytest.TempPathFactory, levels: set[int]) -> None:
    folder = tmp_path_factory.mktemp("levels")
    months = {level: 20 + level for level in levels}
    horizon = [f"horizon: {{months: {months[k]}}}\n" if k in months else "" for k in range(2)]
    (folder / "parent.yaml").write_text(horizon[0] + "title: x\n")
    (folder / "mine.yaml").write_text("extends: parent.yaml\n" + horizon[1])
    environment = {"WORKABILITY_SET_HORIZON__MONTHS": str(months[2])} if 2 in months else {}
    overrides = {"horizon.months": str(months[3])} if 3 in months else {}
    found = resolve(folder / "mine.yaml", overrides, environment=environment)
    assert found.scenario.horizon.months == (months[max(levels)] if levels else 60)
    assert found.scenario.title == "mine"


def test_the_packaged_defaults_lie_beneath_a_file_that_extends_nothing(write: Write) -> None:
    found = resolve(write("title: Nothing else\n"))
    assert found.scenario.region == "cheshire-merseyside"
    assert found.scenario.horizon.start == "2026-04"
    assert found.scenario.subsidies == ()


@pytest.mark.parametrize("name", names("scenario"))
@pytest.mark.parametrize("context", [None, "weak-demand"])
def test_writing_it_out_and_resolving_again_changes_nothing(write: Write, name: str, context: str | None) -> None:
    first = resolve(name, {"horizon.months": "36"}, context)
    text = to_yaml(first)
    second = resolve(write(text))
    assert second.scenario == first.scenario
    assert second.chain == ("mine.yaml",)
    assert (second.sources, second.intervals) == (first.sources, first.intervals)
    assert arm(second) == arm(first)
    assert difference(first, second) == ()
    third = resolve(write(to_yaml(second), "third.yaml"))
    assert third.scenario == first.scenario
    assert to_yaml(third).splitlines()[1:] == to_yaml(second).splitlines()[1:]


WORDS = st.one_of(
    st.sampled_from(
        ["nan", "no", "1e3", "+5", "~", "null", "2026-04", "£1,500", "a: b", "# x", "0x1F", "- a", "{a}", " a "]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=100),
)


@settings(max_examples=100, deadline=None)
@given(title=WORDS, lines=st.lists(WORDS, max_size=3))
def test_any_words_survive_being_written_out(
    tmp_path_factory: pytest.TempPathFactory, title: str, lines: list[str]
) -> None:
    path = tmp_path_factory.mktemp("words") / "mine.yaml"
    description = "\n".join(lines)
    quoted = [json.dumps(text, ensure_ascii=False) for text in (title, description)]
    path.write_text(f"title: {quoted[0]}\ndescription: {quoted[1]}\n", encoding="utf-8")
    first = resolve(path)
    assert (first.scenario.title, first.scenario.description) == (title, description)
    path.write_text(to_yaml(first), encoding="utf-8")
    assert resolve(path).scenario == first.scenario


def test_a_value_set_to_nothing_is_taken_away(write: Write) -> None:
    found = resolve(write("extends: kickstart\nsubsidies:\n  - name: kickstart\n    cap_starts:\n"))
    assert found.scenario.subsidies[0].cap_starts is None
    assert arm(found).subsidies[0].cap_starts is None
    with pytest.raises(ScenarioError, match="'hours_week' is missing"):
        resolve(write("extends: kickstart\nsubsidies:\n  - name: kickstart\n    hours_week: null\n"))


def test_the_nearer_of_two_keys_that_say_the_same_stays(write: Write) -> None:
    found = resolve(write("extends: kickstart\nsubsidies:\n  - name: kickstart\n    end: 2026-12\n"))
    assert found.scenario.subsidies[0].window_months is None
    assert (arm(found).subsidies[0].start_month, arm(found).subsidies[0].end_month) == (15, 24)


def demand_of(context: str) -> float:
    return resolve(context).scenario.labour_demand[0].multiplier


def test_contexts_reach_both_arms_and_overrides_of_subsidies_only_one() -> None:
    found = resolve(
        "kickstart",
        {
            "context": "weak-demand",
            "subsidies.kickstart.hours_week": "20",
            "horizon.months": "24",
            "horizon.start": "2027-01",
            "minimum_wage": "[{from: 2027-06, multiplier: 1.05}]",
        },
        environment={"WORKABILITY_SET_SUBSIDIES__KICKSTART__DROP_OUT": "0.02"},
    )
    policy, base = arm(found), arm(baseline_of(found))
    assert found.context == "weak-demand"
    assert base.name == "baseline" and base.subsidies == ()
    assert policy.demand == base.demand == ((24, demand_of("weak-demand")),)
    assert policy.minimum_wage == base.minimum_wage == ((29, 1.05),)
    assert (policy.policy_month, policy.months) == (base.policy_month, base.months) == (24, 24)
    assert (policy.subsidies[0].start_month, policy.subsidies[0].end_month) == (24, 48)
    assert {change.key.split(".")[0] for change in difference(baseline_of(found), found)} == {"subsidies"}


def test_a_context_can_be_named_in_the_file_and_beaten(write: Write) -> None:
    path = write("extends: kickstart\ncontext: weak-demand\nlabour_demand: [{multiplier: 0.5}]\n")
    assert resolve(path).scenario.labour_demand[0].multiplier == demand_of("weak-demand")
    other = resolve(path, {"context": "strong-demand"}).scenario
    assert other.labour_demand[0].multiplier == demand_of("strong-demand")
    assert resolve(path, context="strong-demand").context == "strong-demand"
    assert resolve(path, {"labour_demand": "[{multiplier: 0.8}]"}).scenario.labour_demand[0].multiplier == 0.8
    assert baseline_of(resolve(path)).scenario.labour_demand[0].multiplier == demand_of("weak-demand")


def test_a_policy_of_the_file_itself_is_not_the_baselines(write: Write) -> None:
    found = resolve(write("minimum_wage: [{multiplier: 1.2}]\n"))
    assert arm(found).minimum_wage == ((15, 1.2),)
    assert arm(baseline_of(found)).minimum_wage == ()


def test_a_baseline_and_a_context_beside_the_file(write: Write) -> None:
    write("title: Mine\nlabour_demand: [{multiplier: 0.99}]\n", "base.yaml")
    write("kind: context\nminimum_wage: [{multiplier: 1.02}]\n", "folder/world.yaml")
    path = write("extends: kickstart\nbaseline: base.yaml\ncontext: folder/world.yaml\n")
    base = baseline_of(resolve(path))
    assert base.scenario.name == "base"
    assert base.scenario.labour_demand[0].multiplier == 0.99
    assert base.scenario.minimum_wage[0].multiplier == 1.02
    assert base.chain[0] == "folder/world.yaml"


def test_subsidies_of_a_chain_are_joined_by_name(write: Write) -> None:
    path = write(SUBSIDY.replace("baseline", "kickstart"))
    assert [subsidy.name for subsidy in arm(resolve(path)).subsidies] == ["kickstart", "trial"]


def test_differences_are_written_for_people() -> None:
    kickstart = resolve("kickstart", {"subsidies.kickstart.start_payment": "£2,000"})
    text = difference_yaml(resolve("kickstart"), kickstart)
    assert "subsidies.kickstart.start_payment:\n  from: £1,500\n  to: £2,000\n  origin: command line\n" in text


def test_parameters_may_be_written_flat_or_nested(write: Write) -> None:
    from scenarios.region_names import parameter_names

    known = sorted(parameter_names().units)
    if not known:
        pytest.skip("no parameters in the evidence")
    process, name = known[0].split(".")
    flat = resolve(write(f"parameters: {{{process}.{name}: 0.5}}\n"))
    nested = resolve(write(f"parameters: {{{process}: {{{name}: 0.5}}}}\n", "other.yaml"))
    override = resolve("baseline", {f"parameters.{process}.{name}": "0.5"})
    for found in (flat, nested, override):
        assert arm(found).parameters == ((f"{process}.{name}", 0.5),)
    assert arm(baseline_of(override)).parameters == ((f"{process}.{name}", 0.5),)
    assert arm(baseline_of(flat)).parameters == ()


def test_paths_and_names_are_told_apart(write: Write) -> None:
    path = write("title: Here\n")
    assert resolve(path).scenario == resolve(str(path)).scenario
    with pytest.raises(ScenarioError, match="Did you mean 'kickstart'"):
        resolve("kickstrat")
    with pytest.raises(ScenarioError, match="no such file"):
        resolve(Path("nowhere.yaml"))
    for name in ("../kickstart", "/etc/passwd", "", "library/kickstart", "\x00"):
        with pytest.raises(ScenarioError, match="not a known scenario"):
            resolve(name)
