"""The cohort rows of the service map: every one readable, and refused where it says nothing or too much."""

from __future__ import annotations

import pytest

import evidence
from scenarios.errors import ScenarioError
from scenarios.needs import LABEL, load_needs, needs_of
from scenarios.region_names import region_names
from scenarios.safe_yaml import parse

REGION = "cheshire-merseyside"
NAMED = {
    *("young-mental-ill-health", "carers", "care-leavers", "justice-experience", "refugees", "over-50s-skills-gaps"),
    *("socially-isolated", "women-facing-barriers", "inactive-carers", "substance-dependence", "homeless", "veterans"),
    *("rural", "poor-quality-work", "unemployed-under-6-months", "long-term-unemployed", "long-term-sick"),
    *("signed-off-sick", "disabled-in-work", "neet", "learning-disability-autism", "severe-mental-illness"),
}
ROW = "a: {name: A, need: {column: state, is: unemployed}, reason: why}\n"


def read(text: str):
    return needs_of(parse(text, LABEL), region_names(REGION), evidence.sources())


def test_every_cohort_that_the_documents_name_has_a_row_and_the_reference_comes_first() -> None:
    rows = load_needs(REGION)
    assert rows[0].slug == "out-of-work" and rows[0].rule is not None
    assert {row.slug for row in rows} == NAMED | {"out-of-work"}


def test_every_row_says_why_and_reads_as_english() -> None:
    for row in load_needs(REGION):
        assert row.reason and "\n" not in row.reason
        assert (row.rule is None) == bool(row.not_computed), row.slug
        if row.rule is not None:
            assert "_" not in row.rule.english(), row.slug
        assert row.source is None or row.source in evidence.sources()


def test_only_what_the_evidence_cannot_say_is_left_out() -> None:
    assert [row.slug for row in load_needs(REGION) if row.rule is None] == ["rural"]


def test_the_rows_are_the_same_in_every_region() -> None:
    assert load_needs("eskermere") == load_needs(REGION)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: {name: A, reason: why}\n", "either 'need' or 'not_computed'"),
        ("a: {name: A, need: {column: sex, is: male}, not_computed: because, reason: why}\n", "either 'need'"),
        ("a: {name: A, need: {column: sex, is: male}}\n", "reason"),
        ("a: {name: A, need: {column: sexx, is: male}, reason: why}\n", "Did you mean 'sex'?"),
        ("a: {name: A, need: {column: sex, is: male}, reason: why, source: nowhere}\n", "not a known source"),
        ("a: {name: A, need: {column: sex, is: male}, reason: why, colour: red}\n", "colour"),
        ("A b: {name: A, need: {column: sex, is: male}, reason: why}\n", "cannot be a name"),
        (ROW + "b: {name: a, need: {column: sex, is: male}, reason: why}\n", "already the name of 'a'"),
        ("".join(ROW.replace("a:", f"a{i}:").replace("name: A", f"name: A{i}") for i in range(65)), "at most 64"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_with_the_reason(text: str, says: str) -> None:
    with pytest.raises(ScenarioError) as found:
        read(text)
    assert says in str(found.value) and str(found.value).startswith(LABEL)
    assert "\n" not in str(found.value)
