"""Catalogues that are refused: each message names file, line, key, value, what is allowed and the mend."""

from __future__ import annotations

import pytest

from evidence.model import Source
from scenarios.errors import ScenarioError
from scenarios.programmes import Catalogue, catalogue_of, load_catalogue
from scenarios.region_names import RegionNames
from scenarios.safe_yaml import parse

REGION = RegionNames("vale", ("Upton", "Lowton"), {"Both": ("Upton", "Lowton")})
SOURCES = {
    name: Source(name, name, "an office", "2024", "", "", "open", "2026-11") for name in ("survey", "assumption")
}
COACHING = """\
coaching:
  name: Coaching
  items: [A1]
  kind: key_worker_support
  status: running
  places: [Upton]
  tier: local
  lead: local_authority
  funders: [council]
  pillar: preparation
  eligibility: {column: age_years, at_least: 18}
  exclusions:
    - {rule: {column: state, in: [employed, sickness_absence]}, reason: out_of_work_only}
  channels: [jobcentre, outreach]
  priority: [care_leaver]
  capacity:
    caseworkers: {value: 4, unit: caseworkers, interval_95: [2, 8], source: survey, confidence: low}
    caseload: {value: 25, unit: participants per caseworker, interval_95: [20, 30], source: survey, confidence: low}
  length_months: {value: 6, unit: months, interval_95: [3, 9], source: assumption, confidence: assumption}
  cost:
    per_start: {value: 1700, unit: pounds per start, interval_95: [1000, 2600], source: survey, confidence: low}
  reserved:
    - cohort: care_leaver
      places: {value: 10, unit: starts per year, interval_95: [8, 12], source: survey, confidence: low}
  cap: {value: 60, unit: starts per year, interval_95: [40, 80], source: survey, confidence: low}
"""
MENTORING = (
    COACHING.partition("  reserved:")[0]
    .replace("coaching:", "mentoring:")
    .replace("name: Coaching", "name: Mentoring")
    .replace("[A1]", "[A2]")
    .replace("kind: key_worker_support", "kind: youth_mentoring")
)
FILES = {
    "services/upton.yaml": COACHING,
    "services/lowton.yaml": MENTORING,
    "services/funders.yaml": """\
council: {name: The council, kind: local_authority, status: running}
grant:
  {name: A grant, kind: national_government, status: running, eligibility: {column: state, is: caring}, source: survey}
""",
    "services/inventory.yaml": """\
ids: [A1, A2, A3, A4]
items:
  A3: {name: A directory, treatment: channel, target: outreach}
  A4: {name: A strategy, treatment: not_simulated, reason: nobody takes part in it}
unused_kinds: {travel_help: nobody offers it}
""",
}
UPTON, LOWTON, POTS, LIST = FILES


def load(files: dict[str, str]) -> Catalogue:
    return catalogue_of([parse(text, name) for name, text in files.items()], REGION, SOURCES)


def refused(files: dict[str, str]) -> ScenarioError:
    with pytest.raises(ScenarioError) as found:
        load(files)
    assert "\n" not in str(found.value)
    return found.value


def test_the_catalogue_of_these_tests_is_whole() -> None:
    found = load(FILES)
    assert [programme.slug for programme in found.programmes] == ["coaching", "mentoring"]
    assert found.english("coaching") == (
        "Coaching: key-worker support (running, local, preparation), led by the council, in Upton. "
        "Takes residents: aged 18 or more. Shuts out residents: employed or off work sick (out of work only). "
        "Ways in: the Jobcentre, outreach by the voluntary sector. First served: care leaver. "
        "10 starts a year are kept for residents: in a cohort (care leaver). Paid by: The council."
    )


ELIGIBLE = "{column: age_years, at_least: 18}"
RULE = "{column: state, in: [employed, sickness_absence]}"
BROKEN = [
    # file, text, its replacement, key named, words of the message
    (UPTON, "kind: key_worker_support", "kind: key_worker_suport", "coaching.kind", "'key_worker_support'?"),
    (UPTON, "status: running", "status: runing", "coaching.status", "Did you mean 'running'?"),
    (UPTON, "tier: local", "tier: locale", "coaching.tier", "Did you mean 'local'?"),
    (UPTON, "lead: local_authority", "lead: council", "coaching.lead", "not a known lead"),
    (UPTON, "pillar: preparation", "pillar: prep", "coaching.pillar", "preparation, prevention"),
    (UPTON, "places: [Upton]", "places: [Uptown]", "coaching.places[0]", "Did you mean 'Upton'?"),
    (UPTON, "places: [Upton]", "places: [Upton, Both]", "coaching.places", "a Place stands here twice"),
    (UPTON, "places: [Upton]", "places: Upton", "coaching.places", "'all', or Upton, Lowton, Both"),
    (UPTON, "places: [Upton]", "places: []", "coaching.places", "no list of Places"),
    (UPTON, "funders: [council]", "funders: []", "coaching.funders", "nobody pays for 'coaching'"),
    (UPTON, "funders: [council]", "funders: [counsil]", "coaching.funders[0]", "Did you mean 'council'?"),
    (UPTON, "channels: [jobcentre, outreach]", "channels: []", "coaching.channels", "names no channel"),
    (UPTON, "[jobcentre, outreach]", "[jobcenter]", "coaching.channels[0]", "Did you mean 'jobcentre'?"),
    (UPTON, "[jobcentre, outreach]", "[outreach, outreach]", "coaching.channels[1]", "stands here twice"),
    (UPTON, "priority: [care_leaver]", "priority: [care_lever]", "coaching.priority[0]", "Did you mean 'care_leaver'?"),
    (UPTON, "cohort: care_leaver", "cohort: care_lever", "coaching.reserved[0].cohort", "Did you mean 'care_leaver'?"),
    (UPTON, "cohort: care_leaver", "note: x", "coaching.reserved[0].note", "cohort, rule, places"),
    (UPTON, "    - cohort: care_leaver\n      places", "    - places", "coaching.reserved[0]", "'cohort' or 'rule'"),
    (UPTON, "cap: {value: 60", "cap: {value: 9", "coaching.cap.interval_95", "does not contain 9"),
    (UPTON, "cap: {value: 60, unit: starts per year, interval_95: [40", "cap: {value: 9, unit: starts per year,"
     " interval_95: [4", "coaching.cap", "9 starts a year are fewer than the 10 that are kept"),
    (UPTON, "name: Coaching", "name: mentoring", "coaching.name", "already the name of 'mentoring'"),
    (UPTON, "  name: Coaching\n", "", "coaching.name", "is missing"),
    (UPTON, "  eligibility:", "  eligibilty:", "coaching.eligibilty", "Did you mean 'eligibility'?"),
    (UPTON, "reason: out_of_work_only", "reason: out_of_work", "coaching.exclusions[0].reason", "'out_of_work_only'?"),
    (UPTON, "reason: out_of_work_only", "why: x", "coaching.exclusions[0].why", "rule, reason"),
    (UPTON, ELIGIBLE, "{column: age_yeers, at_least: 18}", "coaching.eligibility.column", "Did you mean 'age_years'?"),
    (UPTON, ELIGIBLE, "{column: sex, at_least: 18}", "coaching.eligibility.at_least", "cannot compare 'sex'"),
    (UPTON, ELIGIBLE, "{column: age_years, above: 30, below: 20}", "coaching.eligibility", "contradict each other"),
    (UPTON, ELIGIBLE, "{column: place, is: Lowton}", "coaching.eligibility", "on 'place' let nobody in"),
    (UPTON, ELIGIBLE, RULE, "coaching.eligibility", "on 'state' let nobody in"),
    (UPTON, ELIGIBLE, "{column: state, is: caring}", "coaching.exclusions[0].rule", "shuts out nobody"),
    (UPTON, ELIGIBLE, "{not: {column: cohort, has: care_leaver}}", "coaching.reserved[0]", "kept for nobody"),
    (UPTON, "funders: [council]\n  pillar: preparation\n  eligibility: {column: age_years, at_least: 18}",
     "funders: [grant]\n  pillar: preparation\n  eligibility: {column: state, is_not: caring}",
     "coaching.funders[0]", "the money of 'grant' may go to nobody"),
    (UPTON, "source: survey", "source: survy", "coaching.capacity.caseworkers.source", "Did you mean 'survey'?"),
    (UPTON, ", interval_95: [2, 8]", "", "coaching.capacity.caseworkers.interval_95", "is missing"),
    (UPTON, "unit: caseworkers", "unit: persons", "coaching.capacity.caseworkers.unit", "Write 'caseworkers'"),
    (UPTON, "unit: months", "unit: monts", "coaching.length_months.unit", "Did you mean 'months'?"),
    (UPTON, "interval_95: [3, 9]", "interval_95: [3, 90]", "coaching.length_months.interval_95", "0 to 60 (months)"),
    (UPTON, "value: 6", "value: six", "coaching.length_months.value", "'six' is not one number"),
    (UPTON, "value: 6,", "valeu: 6,", "coaching.length_months.valeu", "Did you mean 'value'?"),
    (UPTON, "confidence: assumption", "confidence: high", "coaching.length_months.confidence", "assumption has both"),
    (UPTON, "    per_start:", "    per_stat:", "coaching.cost.per_stat", "Did you mean 'per_start'?"),
    (UPTON, "cost:\n    per_start: {value: 1700, unit: pounds per start, interval_95: [1000, 2600], source: survey,"
     " confidence: low}", "cost: {}", "coaching.cost", "no cost is given"),
    (UPTON, "items: [A1]", "items: []", "coaching", "stands for no item"),
    (UPTON, "items: [A1]", "items: [A9]", "coaching.items[0]", "not a known item"),
    (UPTON, "items: [A1]", "items: [A1, A1]", "coaching.items[1]", "already placed"),
    (LOWTON, "items: [A2]", "items: [A1]", "mentoring.items[0]", "the item 'A1' is already placed in services/upton"),
    (LOWTON, "mentoring:", "coaching:", "coaching", "already stands in services/lowton.yaml:1"),
    (LOWTON, "mentoring:", "Mentoring:", "Mentoring", "cannot be a name"),
    (LOWTON, "kind: youth_mentoring", "kind: key_worker_support", "coaching", "repeats 'mentoring'"),
    (LIST, "A3: {", "A2: {", "items.A2", "the item 'A2' is already placed in services/lowton.yaml:3"),
    (LIST, "ids: [A1, A2, A3, A4]", "ids: [A1, A2, A3, A4, A5]", "ids", "not placed: A5"),
    (LIST, "ids: [A1, A2, A3, A4]", "ids: [A1, A2, A3, A4, A4]", "ids[4]", "stands here twice"),
    (LIST, "treatment: channel", "treatment: chanel", "items.A3.treatment", "Did you mean 'channel'?"),
    (LIST, "target: outreach", "target: outrech", "items.A3.target", "Did you mean 'outreach'?"),
    (LIST, ", target: outreach", "", "items.A3.target", "has no target"),
    (LIST, "reason: nobody", "target: outreach, reason: nobody", "items.A4.target", "no use for a target"),
    (LIST, "channel, target: outreach", "fund, target: grnt", "items.A3.target", "Did you mean 'grant'?"),
    (LIST, "channel, target: outreach", "subsidy, target: kickstrt", "items.A3.target", "Did you mean 'kickstart'?"),
    (LIST, "travel_help", "travel_hlp", "unused_kinds.travel_hlp", "Did you mean 'travel_help'?"),
    (LIST, "travel_help", "youth_mentoring", "unused_kinds.youth_mentoring", "is used by a programme"),
    (LIST, "unused_kinds:", "unused_kind:", "unused_kind", "Did you mean 'unused_kinds'?"),
    (POTS, "kind: local_authority", "kind: local_autority", "council.kind", "Did you mean 'local_authority'?"),
    (POTS, ", source: survey", "", "grant.source", "nothing states the rule"),
    (POTS, "source: survey", "source: survy", "grant.source", "Did you mean 'survey'?"),
    (POTS, "column: state, is: caring", "column: state, is: carring", "grant.eligibility.is", "Did you mean 'caring'?"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "key", "says"), BROKEN)
def test_a_bad_entry_gives_one_message_naming_file_line_and_key(
    file: str, old: str, new: str, key: str, says: str
) -> None:
    assert old in FILES[file]
    found = refused(FILES | {file: FILES[file].replace(old, new, 1)})
    assert says in str(found)
    assert found.key == key
    assert found.file in FILES and found.line is not None


@pytest.mark.parametrize("name", [POTS, LIST])
def test_a_missing_file_is_named(name: str) -> None:
    assert str(refused({file: text for file, text in FILES.items() if file != name})).startswith(f"{name}: the file is")


def test_a_rule_nested_too_deeply_is_refused() -> None:
    deep = ELIGIBLE
    for _ in range(17):
        deep = f"{{not: {deep}}}"
    assert "nested more than 16 deep" in str(refused(FILES | {UPTON: COACHING.replace(ELIGIBLE, deep)}))


def test_an_empty_entry_is_refused() -> None:
    found = refused(FILES | {UPTON: "coaching:\n"})
    assert found.key == "coaching" and found.line == 1 and "keys and values" in str(found)


def test_an_unknown_region_is_refused() -> None:
    with pytest.raises(ScenarioError, match="Did you mean 'eskermere'"):
        load_catalogue("eskermer")
