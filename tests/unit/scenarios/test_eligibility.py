"""The rule tree: its mask against a plain evaluation, its English, and the rules that are refused."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from scenarios.columns import COLUMNS, Column
from scenarios.eligibility import Compare, Rule
from scenarios.errors import ScenarioError, Spot
from scenarios.region_names import RegionNames
from scenarios.rule_grammar import parse_rule

REGION = RegionNames("test", ("Northport", "Southwick", "Easton"), {"Coast": ("Northport", "Southwick")})
SPOT = Spot("rule.yaml", "eligibility")
N_ROWS = 64


def parsed(tree: Any) -> Rule:
    return parse_rule(tree, REGION, SPOT)


def rows(seed: int) -> dict[str, NDArray[Any]]:
    """Return random columns over their whole range, in narrow dtypes like the engine's."""
    rng = np.random.Generator(np.random.PCG64(seed))
    columns: dict[str, NDArray[Any]] = {}
    for name, column in COLUMNS.items():
        if column.kind == "number":
            columns[name] = rng.integers(column.low, column.high + 1, N_ROWS).astype(np.int16)
        elif column.kind == "flag":
            columns[name] = rng.integers(0, 2, N_ROWS).astype(np.bool_)
        elif column.kind == "mask":
            columns[name] = rng.integers(0, 1 << len(column.names), N_ROWS).astype(np.uint16)
        else:
            columns[name] = rng.integers(0, len(column.names or REGION.places), N_ROWS).astype(np.uint8)
    return columns


def holds(tree: Any, row: dict[str, int]) -> bool:
    """Evaluate a tree of plain data for one resident, without NumPy or the classes under test."""
    if "all" in tree:
        return all(holds(part, row) for part in tree["all"])
    if "any" in tree:
        return any(holds(part, row) for part in tree["any"])
    if "not" in tree:
        return not holds(tree["not"], row)
    column = COLUMNS[tree["column"]]
    return all(compares(column, key, value, row[column.name]) for key, value in tree.items() if key != "column")


def compares(column: Column, operator: str, value: Any, found: int) -> bool:
    names = column.names or REGION.places
    values = value if isinstance(value, list) else [value]
    codes: list[int] = []
    for item in values:
        if column.kind in ("number", "flag"):
            codes.append(int(item))
        elif item in REGION.groups:
            codes += [names.index(place) for place in REGION.groups[item]]
        else:
            codes.append(names.index(item))
    if operator == "has":
        return any(found >> code & 1 for code in codes)
    return {
        "is": found in codes,
        "is_not": found not in codes,
        "in": found in codes,
        "at_least": found >= codes[0],
        "at_most": found <= codes[0],
        "below": found < codes[0],
        "above": found > codes[0],
        "between": codes[0] <= found <= codes[-1],
    }[operator]


@st.composite
def comparisons(draw: st.DrawFn) -> dict[str, Any]:
    column = COLUMNS[draw(st.sampled_from(list(COLUMNS)))]
    if column.kind == "flag":
        return {"column": column.name, draw(st.sampled_from(["is", "is_not"])): draw(st.booleans())}
    if column.kind == "number":
        values: Any = st.integers(column.low, column.high)
    else:
        values = st.sampled_from(column.names or (*REGION.places, "Coast"))
    if column.kind == "mask":
        return {"column": column.name, "has": draw(st.one_of(values, st.lists(values, min_size=1, max_size=3)))}
    ranged = column.kind == "number" or column.ordered
    operators = ["is", "is_not", "in"] + (["at_least", "at_most", "between"] if ranged else [])
    operator = draw(st.sampled_from(operators))
    if operator == "in":
        return {"column": column.name, operator: draw(st.lists(values, min_size=1, max_size=3))}
    if operator == "between":
        order = column.names.index if column.names else int
        return {"column": column.name, operator: sorted(draw(st.tuples(values, values)), key=order)}
    value = draw(values)
    if operator == "is_not" and value == "Coast":
        operator = "is"
    return {"column": column.name, operator: value}


TREES = st.recursive(
    comparisons(),
    lambda parts: st.one_of(
        st.fixed_dictionaries({"all": st.lists(parts, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(parts, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": parts}),
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(TREES, st.integers(0, 2**32))
def test_the_mask_agrees_with_a_plain_evaluation_row_by_row(tree: Any, seed: int) -> None:
    columns = rows(seed)
    table = [{name: int(values[i]) for name, values in columns.items()} for i in range(N_ROWS)]
    expected = [holds(tree, row) for row in table]
    try:
        rule = parsed(tree)
    except ScenarioError as problem:
        # A rule is refused as contradictory only if (a part of) it never holds; and here nothing else is wrong.
        assert "contradict" in str(problem)
        return
    before = {name: values.copy() for name, values in columns.items()}
    found = rule.mask(columns)
    assert found.dtype == np.bool_ and found.shape == (N_ROWS,)
    assert found.tolist() == expected
    assert all((before[name] == values).all() for name, values in columns.items())


def mentions(column: Column) -> set[str]:
    """Return texts of which one must be in the English of a rule on this column."""
    if column.kind == "flag":
        return {column.phrase, column.otherwise}
    fixed = {part.strip() for part in column.phrase.split("{}") if part.strip()}
    if column.unit:
        return {column.unit}
    return fixed or {column.title(name) for name in column.names}


@settings(max_examples=200, deadline=None)
@given(TREES)
def test_the_english_mentions_every_column(tree: Any) -> None:
    try:
        rule = parsed(tree)
    except ScenarioError:
        return
    text = rule.english()
    for name in rule.columns():
        assert any(word in text for word in mentions(COLUMNS[name])), (name, text)
    assert "_" not in text


@settings(max_examples=100, deadline=None)
@given(TREES, st.integers(0, 2**32))
def test_a_refused_rule_lets_nobody_in_or_holds_a_part_that_does(tree: Any, seed: int) -> None:
    try:
        parsed(tree)
    except ScenarioError:
        columns = rows(seed)
        table = [{name: int(values[i]) for name, values in columns.items()} for i in range(N_ROWS)]
        assert any(not any(holds(part, row) for row in table) for part in parts_of(tree))


def parts_of(tree: Any) -> list[Any]:
    inner = tree.get("all") or tree.get("any") or ([tree["not"]] if "not" in tree else [])
    return [tree, *itertools.chain.from_iterable(parts_of(part) for part in inner)]


def test_the_english_of_the_issue() -> None:
    rule = parsed(
        {
            "all": [
                {"column": "age_years", "at_least": 18},
                {"column": "age_years", "at_most": 24},
                {"column": "on_universal_credit", "is": True},
                {"column": "state", "is": "unemployed"},
                {"column": "spell_months", "at_least": 6},
            ]
        }
    )
    assert rule.english() == "aged 18-24, on Universal Credit, unemployed, for 6 months or more"
    assert rule.columns() == {"age_years", "on_universal_credit", "state", "spell_months"}


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        ({"column": "place", "in": ["Coast"]}, "living in Coast"),
        ({"column": "place", "is": "Coast"}, "living in Coast"),
        ({"not": {"column": "age_years", "below": 25}}, "not aged under 25"),
        ({"column": "severity", "at_least": 2}, "with a work limitation (moderate or more)"),
        ({"column": "cohort", "has": ["care_leaver", "neet"]}, "in a cohort (care leaver or neet)"),
        (
            {"any": [{"column": "is_parent", "is": True}, {"column": "state", "is": "caring"}]},
            "either a parent or caring",
        ),
        ({"column": "age_years", "at_least": 18, "below": 25}, "aged 18-24"),
        ({"column": "n_conditions", "at_least": 1}, "with 1 health conditions or more"),
    ],
)
def test_english(tree: Any, text: str) -> None:
    assert parsed(tree).english() == text


@pytest.mark.parametrize(
    ("tree", "says"),
    [
        (
            {"all": [{"column": "age_years", "at_least": 25}, {"column": "age_years", "below": 20}]},
            "'age_years' contradict",
        ),
        ({"column": "age_years", "at_least": 25, "below": 20}, "contradict"),
        ({"all": [{"column": "state", "is": "employed"}, {"column": "state", "is": "caring"}]}, "'state' contradict"),
        ({"all": [{"column": "is_parent", "is": True}, {"not": {"column": "is_parent", "is": True}}]}, "contradict"),
        (
            {"all": [{"column": "cohort", "has": "neet"}, {"not": {"column": "cohort", "has": ["neet", "carer"]}}]},
            "'cohort' (neet) contradict",
        ),
        (
            {
                "all": [
                    {"any": [{"column": "age_years", "is": 18}, {"column": "age_years", "is": 20}]},
                    {"not": {"column": "age_years", "between": [18, 24]}},
                ]
            },
            "contradict",
        ),
        ({"all": [{"column": "place", "is": "Coast"}, {"column": "place", "is": "Easton"}]}, "'place' contradict"),
        ({"not": {"column": "age_years", "between": [16, 65]}}, "contradict"),
        ({"any": []}, "empty 'any'"),
        ({"all": []}, "empty 'all'"),
        ({}, "not a rule"),
        ("age >= 18", "not a rule"),
        (None, "not a rule"),
        ({"column": "age_yeers", "is": 18}, "Did you mean 'age_years'?"),
        ({"column": "age_years", "at_leest": 18}, "Did you mean 'at_least'?"),
        ({"column": "state", "is": "unemployd"}, "Did you mean 'unemployed'?"),
        ({"column": "place", "in": ["Northprot"]}, "Did you mean 'Northport'?"),
        ({"column": "cohort", "has": "care_lever"}, "Did you mean 'care_leaver'?"),
        ({"al": [{"column": "sex", "is": "male"}]}, "Did you mean 'all'?"),
        ({"column": "sex", "is": 1}, "female, male"),
        ({"column": "age_years", "is": 12}, "16 to 65"),
        ({"column": "age_years", "below": 16}, "no resident can be below"),
        ({"column": "age_years", "is": 18.5}, "whole number"),
        ({"column": "age_years", "is": 10**12}, "out of range"),
        ({"column": "spell_months", "at_least": -1}, "out of range"),
        ({"column": "age_years", "is": True}, "whole number"),
        ({"column": "age_years", "is": [18, 19]}, "Use 'in'"),
        ({"column": "age_years", "in": []}, "at least one"),
        ({"column": "age_years", "between": [24, 18]}, "backwards"),
        ({"column": "age_years", "between": 18}, "[lowest, highest]"),
        ({"column": "sex", "at_least": "male"}, "cannot compare"),
        ({"column": "cohort", "is": "neet"}, "cannot compare"),
        ({"column": "is_parent", "is": "yes"}, "neither true nor false"),
        ({"column": "age_years"}, "compared with nothing"),
        ({"at_least": 18}, "has no column"),
        ({"all": [{"column": "sex", "is": "male"}], "any": [{"column": "sex", "is": "male"}]}, "side by side"),
        ({"all": {"column": "sex", "is": "male"}}, "a list of rules"),
        ({"column": "__class__", "is": "x"}, "not a known column"),
        ({"column": {"a": 1}, "is": 1}, "not a known column"),
        ({"column": "state", "is": "unempIoyed".replace("I", "І")}, "look like the usual letters"),
    ],
)
def test_unusable_rules_are_refused_with_the_reason(tree: Any, says: str) -> None:
    with pytest.raises(ScenarioError) as found:
        parsed(tree)
    assert says in str(found.value)
    assert str(found.value).startswith("rule.yaml, key 'eligibility")


def test_a_rule_nested_too_deeply_is_refused() -> None:
    tree: Any = {"column": "sex", "is": "male"}
    for _ in range(1000):
        tree = {"not": tree}
    with pytest.raises(ScenarioError, match="nested more than"):
        parsed(tree)


def test_no_column_is_read_that_the_rule_does_not_name() -> None:
    rule = Compare("sex", "is", (1,), ("male",))
    assert rule.mask({"sex": np.array([0, 1], np.uint8)}).tolist() == [False, True]
    with pytest.raises(KeyError):
        rule.mask({})
