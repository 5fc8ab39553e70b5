"""Who may take part: a tree of `all`, `any`, `not` and comparisons, its array mask and its English.

A rule is data and never evaluated code. `scenarios.rule_grammar` reads it from YAML; a rule does not know
the region: Places are held as codes, with the words they were written in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.columns import COLUMNS, Column

Columns = Mapping[str, NDArray[Any]]
Mask = NDArray[np.bool_]
Allowed = dict[tuple[str, int], frozenset[int]]
"""(column, bit or -1) -> values that a rule leaves possible; a column not held is not restricted."""
RANGE_OPERATORS = ("at_least", "at_most", "below", "above", "between")
OPERATORS = ("is", "is_not", "in", *RANGE_OPERATORS, "has")


class Rule:
    """Base of the rule tree; immutable."""

    def mask(self, columns: Columns) -> Mask:
        """Return who meets the rule: bool, in the shape of the columns."""
        raise NotImplementedError

    def english(self) -> str:
        """Return the rule as a phrase that continues `residents who are ...`."""
        raise NotImplementedError

    def columns(self) -> frozenset[str]:
        """Return the names of the columns that the rule reads."""
        return frozenset(leaf.column for leaf in self.leaves())

    def leaves(self) -> Iterator[Compare]:
        """Yield the comparisons of the tree, in the order written."""
        raise NotImplementedError

    def allowed(self, negated: bool = False) -> Allowed:
        """Return per column the values that the rule (or its negation) leaves possible.

        Columns are looked at one by one, so an empty set proves a contradiction, while its absence proves
        nothing.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class Compare(Rule):
    """One comparison of a column with a value.

    Parameters
    ----------
    column
        A name of `scenarios.columns.COLUMNS`.
    operator
        One of OPERATORS.
    values
        Numbers or codes: one, two for `between` (both included), any number for `in` and `has` (any of them).
    words
        The values for people, for the English.
    """

    column: str
    operator: str
    values: tuple[int, ...]
    words: tuple[str, ...]

    def mask(self, columns: Columns) -> Mask:
        """Return who meets the comparison: bool, in the shape of the column."""
        data = columns[self.column]
        operator, values = self.operator, self.values
        if operator == "has":
            bits = sum(1 << value for value in set(values))
            return np.asarray((data & data.dtype.type(bits)) != 0)
        if operator == "in":
            return np.isin(data, values)
        if operator == "between":
            return np.asarray((data >= values[0]) & (data <= values[1]))
        compare = {
            "is": np.equal,
            "is_not": np.not_equal,
            "at_least": np.greater_equal,
            "at_most": np.less_equal,
            "below": np.less,
            "above": np.greater,
        }[operator]
        return np.asarray(compare(data, values[0]), dtype=np.bool_)

    def english(self) -> str:
        """Return the comparison as a phrase."""
        column = COLUMNS[self.column]
        if column.kind == "flag":
            wanted = bool(self.values[0]) == (self.operator == "is")
            return column.phrase if wanted else column.otherwise
        words = " or ".join(self.words)
        if self.operator in RANGE_OPERATORS:
            return column.phrase.format(_ordered_words(self, column))
        if column.kind == "number":
            words = f"{words} {column.unit}".strip()
        return ("not " if self.operator == "is_not" else "") + column.phrase.format(words)

    def leaves(self) -> Iterator[Compare]:
        """Yield the comparison itself."""
        yield self

    def bounds(self) -> tuple[int, int]:
        """Return the lowest and highest value (both included) that a range comparison or `is` allows."""
        column, value = COLUMNS[self.column], self.values
        low, high = column.low, column.high if column.kind == "number" else len(column.names) - 1
        return {
            "is": (value[0], value[0]),
            "at_least": (value[0], high),
            "above": (value[0] + 1, high),
            "at_most": (low, value[0]),
            "below": (low, value[0] - 1),
            "between": (value[0], value[-1]),
        }[self.operator]

    def allowed(self, negated: bool = False) -> Allowed:
        """Return the values that the comparison (or its negation) leaves possible."""
        column = COLUMNS[self.column]
        if self.operator == "has":
            if negated:
                return {(self.column, bit): frozenset({0}) for bit in self.values}
            return {(self.column, self.values[0]): frozenset({1})} if len(set(self.values)) == 1 else {}
        if self.operator in RANGE_OPERATORS:
            low, high = self.bounds()
            chosen = set(range(low, high + 1))
        else:
            chosen = set(self.values)
        if negated != (self.operator == "is_not"):
            chosen = _domain(column) - chosen
        return {(self.column, -1): frozenset(chosen)}


@dataclass(frozen=True)
class AllOf(Rule):
    """Every part must hold."""

    parts: tuple[Rule, ...]

    def mask(self, columns: Columns) -> Mask:
        """Return who meets every part: bool, in the shape of the columns."""
        found = self.parts[0].mask(columns)
        for part in self.parts[1:]:
            found &= part.mask(columns)
        return found

    def english(self) -> str:
        """Return the parts joined by commas, the two ends of one range written as one."""
        return ", ".join(part.english() for part in _merged(self))

    def leaves(self) -> Iterator[Compare]:
        """Yield the comparisons of every part."""
        for part in self.parts:
            yield from part.leaves()

    def allowed(self, negated: bool = False) -> Allowed:
        """Return the values that all parts (or the failure of one of them) leave possible."""
        found = [part.allowed(negated) for part in self.parts]
        return _either(found) if negated else _both(found)


@dataclass(frozen=True)
class AnyOf(Rule):
    """At least one part must hold."""

    parts: tuple[Rule, ...]

    def mask(self, columns: Columns) -> Mask:
        """Return who meets at least one part: bool, in the shape of the columns."""
        found = self.parts[0].mask(columns)
        for part in self.parts[1:]:
            found |= part.mask(columns)
        return found

    def english(self) -> str:
        """Return the parts joined by `or`."""
        return "either " + " or ".join(_bracketed(part) for part in self.parts)

    def leaves(self) -> Iterator[Compare]:
        """Yield the comparisons of every part."""
        for part in self.parts:
            yield from part.leaves()

    def allowed(self, negated: bool = False) -> Allowed:
        """Return the values that one of the parts (or the failure of all of them) leaves possible."""
        found = [part.allowed(negated) for part in self.parts]
        return _both(found) if negated else _either(found)


@dataclass(frozen=True)
class Not(Rule):
    """The part must not hold."""

    part: Rule

    def mask(self, columns: Columns) -> Mask:
        """Return who does not meet the part: bool, in the shape of the columns."""
        return ~self.part.mask(columns)

    def english(self) -> str:
        """Return the part with `not` before it."""
        return f"not {_bracketed(self.part, always=not isinstance(self.part, Compare))}"

    def leaves(self) -> Iterator[Compare]:
        """Yield the comparisons of the part."""
        yield from self.part.leaves()

    def allowed(self, negated: bool = False) -> Allowed:
        """Return the values that the failure of the part (or the part) leaves possible."""
        return self.part.allowed(not negated)


def _bracketed(rule: Rule, always: bool = False) -> str:
    return f"({rule.english()})" if always or isinstance(rule, AllOf | AnyOf) else rule.english()


def _domain(column: Column) -> set[int]:
    if column.kind == "number":
        return set(range(column.low, column.high + 1))
    if column.kind == "flag":
        return {0, 1}
    # The number of Places is not known here; any code beyond those written stands for the others.
    return set(range(len(column.names) if column.names else 1 << 8))


def _both(found: list[Allowed]) -> Allowed:
    merged: Allowed = {}
    for allowed in found:
        for key, values in allowed.items():
            merged[key] = merged[key] & values if key in merged else values
    return merged


def _either(found: list[Allowed]) -> Allowed:
    shared = set(found[0]).intersection(*found[1:])
    return {key: frozenset().union(*(allowed[key] for allowed in found)) for key in shared}


def _merged(rule: AllOf) -> list[Rule]:
    """Return the parts, with several range comparisons of one column joined into one where the first stood."""
    ranges: dict[str, Compare] = {}
    for part in rule.parts:
        if isinstance(part, Compare) and part.operator in RANGE_OPERATORS:
            before = ranges.get(part.column)
            low, high = part.bounds()
            if before is not None:
                low, high = max(low, before.bounds()[0]), min(high, before.bounds()[1])
                column = COLUMNS[part.column]
                words = tuple(column.title(column.names[v]) if column.names else str(v) for v in (low, high))
                part = Compare(part.column, "between", (low, high), words)
            ranges[part.column] = part
    out: list[Rule] = []
    for part in rule.parts:
        if isinstance(part, Compare) and part.operator in RANGE_OPERATORS:
            if part.column in ranges:
                out.append(ranges.pop(part.column))
        else:
            out.append(part)
    return out


def _ordered_words(leaf: Compare, column: Column) -> str:
    """Return a range as `18-24`, `6 months or more`, `under 12 months` and the like."""
    words = leaf.words
    unit = f" {column.unit}" if column.unit else ""
    if leaf.operator == "between":
        joined = "-".join(words) if all(word.isdigit() for word in words) else " to ".join(words)
        return f"{words[0] if words[0] == words[1] else joined}{unit}"
    return {
        "at_least": f"{words[0]}{unit} or more",
        "above": f"more than {words[0]}{unit}",
        "at_most": f"{words[0]}{unit} or less",
        "below": f"under {words[0]}{unit}",
    }[leaf.operator]
