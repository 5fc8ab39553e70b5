"""Reads eligibility rules from plain data: checks columns, names, ranges and contradictions; reads no files."""

from __future__ import annotations

from typing import Any

from scenarios.columns import COLUMNS, Column
from scenarios.eligibility import OPERATORS, RANGE_OPERATORS, AllOf, AnyOf, Compare, Not, Rule
from scenarios.errors import Spot, listing, shown
from scenarios.region_names import RegionNames

MAX_RULE_DEPTH = 16
MAX_RULE_PARTS = 200
_COMBINERS = ("all", "any", "not")
_ALLOWED_OPERATORS = {
    "number": ("is", "is_not", "in", *RANGE_OPERATORS),
    "name": ("is", "is_not", "in"),
    "mask": ("has",),
    "flag": ("is", "is_not"),
}
_EXAMPLE = "{column: age_years, at_least: 18}"


def parse_rule(tree: Any, region: RegionNames, spot: Spot) -> Rule:
    """Return the rule that a tree of plain data describes.

    Parameters
    ----------
    tree
        Mappings and lists as read from YAML.
    region
        The names that `place` may take.
    spot
        Where the tree was written.

    Raises
    ------
    ScenarioError
        If a column, operator, name or value is not known, or if the rule contradicts itself.
    """
    rule = _node(tree, region, spot, 0)
    _refuse_contradiction(rule, spot)
    return rule


def _node(tree: Any, region: RegionNames, spot: Spot, depth: int) -> Rule:
    if depth > MAX_RULE_DEPTH:
        raise spot.error(
            f"the rule is nested more than {MAX_RULE_DEPTH} deep", f"at most {MAX_RULE_DEPTH}", "Flatten it"
        )
    if not isinstance(tree, dict) or not tree:
        raise spot.error(
            f"{shown(tree)} is not a rule", f"'all', 'any', 'not' or a comparison such as {_EXAMPLE}", "Write a rule"
        )
    if "column" in tree:
        return _comparison(tree, region, spot)
    if len(tree) > 1:
        raise spot.error(
            f"the keys {listing(map(str, tree))} stand side by side",
            "one of all, any, not; or a comparison with 'column'",
            "Put them as items under one 'all' or 'any'",
        )
    key, value = next(iter(tree.items()))
    if key in OPERATORS:
        raise spot.error(f"the comparison '{key}' has no column", f"for example {_EXAMPLE}", "Add 'column'")
    if key not in _COMBINERS:
        raise (spot / key).unknown(key, "part of a rule", (*_COMBINERS, "column"))
    if key == "not":
        return Not(_node(value, region, spot / key, depth + 1))
    if not isinstance(value, list):
        raise (spot / key).error(f"'{key}' holds {shown(value)}", "a list of rules", "Write the rules as list items")
    if not value:
        what = "lets nobody in" if key == "any" else "says nothing"
        raise (spot / key).error(f"an empty '{key}' {what}", "at least one rule", f"Add a rule such as {_EXAMPLE}")
    if len(value) > MAX_RULE_PARTS:
        raise (spot / key).error(
            f"'{key}' holds {len(value)} rules", f"at most {MAX_RULE_PARTS}", "Use 'in' with a list"
        )
    parts = tuple(_node(item, region, spot / key / i, depth + 1) for i, item in enumerate(value))
    for i, part in enumerate(parts):
        _refuse_contradiction(part, spot / key / i)
    return AllOf(parts) if key == "all" else AnyOf(parts)


def _comparison(tree: dict[str, Any], region: RegionNames, spot: Spot) -> Rule:
    name = tree["column"]
    if not isinstance(name, str) or name not in COLUMNS:
        text = name if isinstance(name, str) else shown(name)
        raise (spot / "column").unknown(text, "column", COLUMNS)
    column = COLUMNS[name]
    allowed = _operators(column)
    found = [key for key in tree if key != "column"]
    if not found:
        raise spot.error(f"'{name}' is compared with nothing", listing(allowed), f"Write for example {_EXAMPLE}")
    for key in found:
        if key not in OPERATORS:
            raise (spot / key).unknown(str(key), "comparison", allowed)
        if key not in allowed:
            raise (spot / key).error(
                f"'{key}' cannot compare '{name}', which holds {column.holds}", listing(allowed), "Use one of these"
            )
    leaves = tuple(_compare(column, key, tree[key], region, spot / key) for key in found)
    return leaves[0] if len(leaves) == 1 else AllOf(leaves)


def _operators(column: Column) -> tuple[str, ...]:
    return _ALLOWED_OPERATORS[column.kind] + (RANGE_OPERATORS if column.ordered else ())


def _compare(column: Column, operator: str, value: Any, region: RegionNames, spot: Spot) -> Compare:
    coded = [_coded(column, item, region, spot) for item in _items(operator, value, spot)]
    codes = tuple(code for found, _ in coded for code in found)
    words = tuple(word for _, word in coded)
    if len(codes) > 1 and operator == "is":
        # An area group stands for several Places.
        operator = "in"
    if len(codes) > 1 and operator == "is_not":
        raise spot.error(f"{shown(value)} stands for several Places", "one name", "Write it with 'in', under 'not'")
    leaf = Compare(column.name, operator, codes, words)
    if operator == "between" and codes[0] > codes[1]:
        raise spot.error(f"{shown(value)} runs backwards", "[lowest, highest], both included", "Swap the two")
    if operator in RANGE_OPERATORS and not next(iter(leaf.allowed().values())):
        raise spot.error(
            f"no resident can be {operator.replace('_', ' ')} {shown(value)}", column.holds, "Change the value"
        )
    return leaf


def _items(operator: str, value: Any, spot: Spot) -> list[Any]:
    """Return the values of a comparison as a list of the length that the operator needs."""
    if operator == "between":
        if not isinstance(value, list) or len(value) != 2:
            raise spot.error(f"'between' holds {shown(value)}", "[lowest, highest], both included", "Write two values")
        return value
    if operator == "in":
        if not isinstance(value, list) or not value:
            raise spot.error(f"'in' holds {shown(value)}", "a list of at least one value", "Write [one, other]")
        return value
    if operator == "has" and isinstance(value, list) and value:
        return value
    if isinstance(value, list | dict):
        raise spot.error(f"'{operator}' holds {shown(value)}", "one value", "Use 'in' for several values")
    return [value]


def _coded(column: Column, value: Any, region: RegionNames, spot: Spot) -> tuple[tuple[int, ...], str]:
    """Return the code of one written value (several for an area group) and the word for people."""
    if column.kind == "flag":
        if not isinstance(value, bool):
            raise spot.error(
                f"{shown(value)} is neither true nor false", "true, false", f"Write '{column.name}' is true"
            )
        return (int(value),), str(value).lower()
    if column.kind == "number":
        if isinstance(value, bool) or not isinstance(value, int):
            raise spot.error(f"{shown(value)} is not a whole number", column.holds, "Write a whole number")
        if not column.low <= value <= column.high:
            raise spot.error(f"{shown(value)} is out of range for '{column.name}'", column.holds, "Change the value")
        return (value,), str(value)
    if column.name == "place":
        return region.place_codes(value, spot), str(value)
    if column.ordered and isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(column.names):
        value = column.names[value]
    if not isinstance(value, str) or value not in column.names:
        text = value if isinstance(value, str) else shown(value)
        raise spot.unknown(text, f"value of '{column.name}'", column.names)
    return (column.names.index(value),), column.title(value)


def contradiction(rule: Rule) -> str | None:
    """Return the column (and name) on which the parts of a rule contradict each other, None if none is seen to."""
    for (name, bit), values in rule.allowed().items():
        if not values:
            return f"'{name}'" + (f" ({COLUMNS[name].names[bit]})" if bit >= 0 else "")
    return None


def _refuse_contradiction(rule: Rule, spot: Spot) -> None:
    what = contradiction(rule)
    if what is not None:
        raise spot.error(
            f"the conditions on {what} contradict each other, so nobody could ever meet the rule",
            COLUMNS[what.split("'")[1]].holds,
            "Change or delete one of them, or put them under 'any'",
        )
