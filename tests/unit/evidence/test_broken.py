"""A broken file is refused with one line that names the file and the key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import evidence
from evidence import EvidenceError, loading

Change = Callable[[str, str, str], Path]

SEARCH, TARGETS, PLACES = "parameters/search.yaml", "regions/vale/targets.yaml", "regions/vale/places.yaml"
TENURE, VARIANTS, COSTS = "regions/vale/margins/tenure.csv", "regions/vale/variants.yaml", "unit_costs.yaml"
TABLE, FACTS = "regions/vale/fitted/target_table.csv", "regions/vale/fitted/target_table.yaml"
SCORES, CONFLICTS = "regions/vale/scorecard.yaml", "regions/vale/known_conflicts.yaml"
LEDGER, APPRAISAL, INCOMES = "ledger.yaml", "appraisal.yaml", "disposable_income.csv"

BROKEN = [
    # file, text, its replacement, key named, words of the message
    (SEARCH, "source: survey, confidence: low", "source: survy, confidence: low", "hazard_by_age.source", "'survey'"),
    (SEARCH, "interval_95: [3, 9]", "interval_95: [7, 9]", "looks.interval_95", "does not contain 6"),
    (SEARCH, "interval_95: [3, 9]", "interval_95: [9, 3]", "looks.interval_95", "swap"),
    (SEARCH, "interval_95: [3, 9]", "interval_95: [3]", "looks.interval_95", "[lower, upper]"),
    (SEARCH, "interval_95: [3, 9], ", "", "looks.interval_95", "is missing"),
    (SEARCH, "[0.8, 1.25]", "[1.1, 1.25]", "hazard_by_age.interval_ratio_95", "does not contain 1"),
    (SEARCH, "confidence: assumption", "confidence: high", "looks.confidence", "an assumption has both"),
    (SEARCH, "source: assumption, ", "source: survey, ", "looks.confidence", "an assumption has both"),
    (SEARCH, "confidence: low", "confidence: lowish", "hazard_by_age.confidence", "Did you mean 'low'?"),
    (SEARCH, "unit: weeks", "unit: wekes", "threshold.unit", "unknown unit"),
    (SEARCH, "unit: weeks, ", "", "threshold.unit", "is missing"),
    (SEARCH, "value: 4", "valeu: 4", "threshold.valeu", "Did you mean 'value'?"),
    (SEARCH, "value: 4", "value: .nan", "threshold.value", "finite"),
    (SEARCH, "value: 4", "value: []", "threshold.value", "empty"),
    (SEARCH, "[0.1, 0.2]", "[0.1, [0.2]]", "hazard_by_age.by", "deeper"),
    (SEARCH, "by: [age_band]", "by: [age_band, sex]", "hazard_by_age.by", "axis 'sex'"),
    (SEARCH, "threshold:", "looks:", "looks", "repeated on line"),
    (SEARCH, "threshold: {", "threshold: {{", "", "not valid YAML"),
    ("sources.yaml", "publisher: An office, ", "", "survey.publisher", "is missing"),
    ("sources.yaml", "assumption: {", "survey: {", "survey", "repeated"),
    ("regions/vale/sources.yaml", "census:", "survey:", "survey", "already used"),
    ("rules/2025-26.yaml", "source: survey", "source: law", "minimum_wage.age_21_plus.source", "no sources.yaml"),
    ("rules/uprating.yaml", "[0, 5]", "[3, 5]", "prices_growth.interval_95", "does not contain 2"),
    ("deflators.csv", "2024,100", "2023,100", "2023", "twice"),
    ("deflators.csv", "index,survey", "index,surveys", "row 2.source", "Did you mean 'survey'?"),
    (COSTS, "NHS: 140", "NHS: 150", "contact.agencies", "above the cost"),
    (LEDGER, "value: 0.1", "value: 0.6", "visits.cashable_share.interval_95", "does not contain"),
    (
        LEDGER,
        "value: 0.4, unit: share, interval_95: [0.1",
        "value: 0.05, unit: share, interval_95: [0.01",
        "visits.cashable_share",
        "above the marginal share",
    ),
    (LEDGER, "[0.1, 0.8]", "[0.1, 1.8]", "visits.marginal_share", "0 to 1"),
    (LEDGER, "basis: average", "basis: avrage", "visits.basis", "Did you mean 'average'?"),
    (LEDGER, "society: resource", "society: nothing", "visits.society", "allowed are"),
    (LEDGER, '"2013/14"', "13", "visits.prices", "price year"),
    (APPRAISAL, "[0, 31]", "[1, 31]", "rulebooks.plain-book.discount_from_year", "ascend from 0"),
    (APPRAISAL, "[3.5, 3.0]", "[3.5]", "rulebooks.plain-book.discount_rate", "one each"),
    (APPRAISAL, "[3.5, 3.0]", "[350, 3.0]", "rulebooks.plain-book.discount_rate", "0 to 20"),
    (
        APPRAISAL,
        "    sensitivity_years:",
        "    sensitivity_age:",
        "rulebooks.plain-book.sensitivity_age",
        "unknown key",
    ),
    (APPRAISAL, "  allowance_share", "  allowance", "terms.allowance", "Did you mean 'allowance_share'?"),
    (APPRAISAL, "unit: elasticity", "unit: share", "terms.weight_elasticity.unit", "'elasticity'"),
    (APPRAISAL, "[1, 1.1, 1.2, 1.4]", "[1, 1.1]", "terms.bias_costs.value", "give 4"),
    (
        INCOMES,
        "X1,Upton,20000",
        "X1,Upton,20000,pounds per person per year,,,2023,survey,high,\nX1,Upton,20000",
        "X1",
        "twice",
    ),
    (PLACES, "outside: [Elsewhere]", "outside: [Upton]", "places.name", "twice"),
    (PLACES, "[Upton, Lowton]", "[Upton, Lowtown]", "groups.Both", "Did you mean 'Lowton'?"),
    (PLACES, "title: The Vale\n", "", "title", "is missing"),
    (TARGETS, "se: 2.5", "se: 0", "employment_rate[Upton].se", "above 0"),
    (TARGETS, "role: fit", "role: fitt", "employment_rate[Upton].role", "Did you mean 'fit'?"),
    (TARGETS, "Lowton: 71.0", "Lawton: 71.0", "employment_rate[Lawton].area", "Did you mean 'Lowton'?"),
    (TARGETS, "unemployed:", "unemployeds:", "unemployeds.measure", "Did you mean 'unemployed'?"),
    (TARGETS, "value: 100", "value: many", "unemployed.value", "finite number"),
    (TARGETS, "Upton: 75.0", "Upton: 175.0", "employment_rate[Upton].value", "from 0 to 100"),
    (TARGETS, "Upton: 75.0", "Upton: -5", "employment_rate[Upton].value", "from 0 to 100"),
    (TARGETS, "value: 100", "value: -1", "unemployed.value", "of 0 or more"),
    (
        TARGETS,
        "unemployed:",
        "other: {measure: unemployed, area: region, value: 9, se: 1, period: '2022', unit: persons, "
        "role: fit, source: survey, confidence: high}\nunemployed:",
        "unemployed",
        "says what 'other' says",
    ),
    (CONFLICTS, "two_figures", "two_figure", "sick.kind", "Did you mean 'two_figures'?"),
    (CONFLICTS, "employment_rate", "employment", "sick.measure", "Did you mean"),
    (CONFLICTS, "area: Upton", "area: Uptown", "sick.area", "Did you mean 'Upton'?"),
    (CONFLICTS, '["2022", "2024"]', "[2022]", "sick.periods", "in quotes"),
    (CONFLICTS, '["2022", "2024"]', "2022", "sick.periods", "write a list"),
    (CONFLICTS, ", reason: another question", "", "sick.reason", "is missing"),
    (VARIANTS, "{unemployed:", "{employed:", "more.overrides.employed", "allowed are"),
    (VARIANTS, "{value: 150}", "{valeu: 150}", "more.overrides.unemployed.valeu", "Did you mean 'value'?"),
    (TENURE, "owner,60", "owner,70", "row 2.value", "does not contain"),
    (TENURE, "owner,60", "owner,", "row 2.value", "blank"),
    (TENURE, "owner,60", "owner,sixty", "row 2.value", "'sixty'"),
    (TENURE, "2021,census,high,\nX1", "2021,cens,high,\nX1", "row 2.source", "Did you mean 'census'?"),
    (TENURE, "area_code,", "code,", "area_code", "the column is missing"),
    (TABLE, "verdict", "verdikt", "verdict", "the column is missing"),
    (TABLE, "confidence\n", "confidence,more\n", "more", "no such column"),
    (TABLE, ",104,", ",many,", "row 2.model", "finite number"),
    (TABLE, ",0.4,", ",,", "row 2.z", "finite number"),
    (TABLE, "survey", "survy", "row 2.source", "Did you mean 'survey'?"),
    (SCORES, "{measure: neet, value", "{measure: neat, value", "rest.measure", "Did you mean 'neet'?"),
    (SCORES, "value: 10", "value: 110", "rest.value", "from 0 to 100"),
    (SCORES, "value: 10", "value: ten", "rest.value", "finite number"),
    (SCORES, "value: 90", "value: -1", "upton.value", "from 0 to 1000"),
    (SCORES, "unit: percent,", "unit: points,", "rest.unit", "percent of the start"),
    (SCORES, "at_most", "at_least", "rest.direction", "allowed are at_most"),
    (SCORES, "due: 2030-12", "due: 2030-13", "rest.due", "YYYY-MM"),
    (SCORES, "due: 2030-12, ", "", "rest.due", "is missing"),
    (SCORES, "area: Upton", "area: Uptown", "upton.area", "Did you mean 'Upton'?"),
    (SCORES, "area: Upton, ", "", "upton", "keep one of the two"),
    (SCORES, "source: survey", "source: survy", "rest.source", "Did you mean 'survey'?"),
    (SCORES, "confidence: high", "confidence: assumption", "rest.confidence", "an assumption has both"),
    (SCORES, "note: a wish", "nte: a wish", "upton.nte", "Did you mean 'note'?"),
    (FACTS, "seed: 1, ", "", "seed", "is missing"),
    (FACTS, "sample: 1", "smaple: 1", "smaple", "Did you mean 'sample'?"),
]


@pytest.mark.parametrize(("file", "old", "new", "key", "words"), BROKEN)
def test_a_broken_file_gives_one_error_naming_file_and_key(
    change: Change, file: str, old: str, new: str, key: str, words: str
) -> None:
    root = change(file, old, new)
    with pytest.raises(EvidenceError) as caught:
        evidence.verify(root)
    assert caught.value.file == file
    if key:
        assert caught.value.key == key
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(root) not in str(caught.value)


def test_a_repeated_key_is_refused_rather_than_the_last_taken(root: Path) -> None:
    (root / SEARCH).write_text("looks: {unit: looks}\nlooks: {unit: looks}\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match="repeated on line 2") as caught:
        evidence.parameters(root)
    assert caught.value.key == "looks"


def test_an_alias_is_refused(root: Path) -> None:
    (root / SEARCH).write_text("a: &bomb [1, 2]\nb: *bomb\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match="alias on line 2"):
        evidence.parameters(root)


def test_a_tag_that_would_run_code_is_refused(root: Path) -> None:
    (root / SEARCH).write_text("a: !!python/object/apply:os.getcwd []\n", encoding="utf-8")
    with pytest.raises(EvidenceError) as caught:
        evidence.parameters(root)
    assert caught.value.file == SEARCH


def test_a_huge_file_is_refused_before_it_is_parsed(root: Path) -> None:
    (root / SEARCH).write_bytes(b"#" * (loading.MAX_BYTES + 1))
    with pytest.raises(EvidenceError, match="bytes"):
        evidence.parameters(root)


def test_a_file_that_is_not_text_is_refused(root: Path) -> None:
    (root / SEARCH).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(EvidenceError, match="UTF-8"):
        evidence.parameters(root)


NEEDED = [
    *("places.yaml", "targets.yaml", "employers.csv", "commuting.csv"),
    *("fitted/target_table.csv", "fitted/target_table.yaml"),
]


@pytest.mark.parametrize("file", NEEDED)
def test_a_region_without_one_of_its_files_is_refused(root: Path, file: str) -> None:
    (root / "regions/vale" / file).unlink()
    with pytest.raises(EvidenceError):
        evidence.load_region("vale", root)


def test_an_empty_table_is_refused(root: Path) -> None:
    (root / "regions/vale/employers.csv").write_text("", encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"employers\.csv"):
        evidence.load_region("vale", root)


def test_an_unknown_region_or_year_lists_those_held(root: Path) -> None:
    with pytest.raises(EvidenceError, match="Did you mean 'vale'"):
        evidence.load_region("vael", root)
    with pytest.raises(EvidenceError, match="2025/26"):
        evidence.rules("1999/00", root)


def test_a_region_name_cannot_leave_the_folder(root: Path) -> None:
    with pytest.raises(EvidenceError, match="no such region"):
        evidence.load_region("../regions/vale", root)


def test_a_target_of_the_scorecard_can_be_edited_without_another_region(change: Change, root: Path) -> None:
    before = evidence.load_region("vale", root)
    change(SCORES, "value: 10", "value: 11")
    after = evidence.load_region("vale", root)
    assert [target.value for target in (*before.score_targets, *after.score_targets)] == [10, 90, 11, 90]
    assert before.folder_hash == after.folder_hash


def test_a_region_without_a_scorecard_has_no_target(root: Path) -> None:
    (root / SCORES).unlink()
    assert evidence.load_region("vale", root).score_targets == ()
