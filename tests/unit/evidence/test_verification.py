"""The map from properties to tests: each property has tests that exist, or the reason why it has none."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from evidence.errors import EvidenceError
from evidence.verification import COLUMNS, FILE, GROUPS, N_PROPERTIES, Property, properties

ROOT = Path(__file__).parents[3]


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_every_property_has_tests_or_says_why_not() -> None:
    found = properties()
    assert [item.number for item in found] == list(range(1, N_PROPERTIES + 1))
    assert all(item.tests or item.note for item in found)
    assert [item.group for item in found] == sorted(item.group for item in found)
    assert {item.group for item in found} == set(GROUPS)


@pytest.mark.parametrize("item", properties(), ids=lambda item: str(item.number))
def test_every_test_named_exists(item: Property) -> None:
    for test in item.tests:
        file, _, name = test.partition("::")
        assert (ROOT / file).is_file(), test
        assert name.startswith("test_"), test
        assert name in names_in(file), test


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("\n2,A,", "\n1,A,"), "found 1; rows go from 1"),
        (lambda text: text.replace("\n2,A,", "\n2,Z,"), "row 3.group"),
        (lambda text: text.rsplit("\n56,", 1)[0] + "\n", "there are 55 rows"),
        (lambda text: "\n".join(text.splitlines()[:1]) + "\n1,A,Same,,\n", "there is no test"),
        (lambda text: "\n".join(text.splitlines()[:1]) + "\n1,A,Same,test_x,\n", "write each test as"),
        (lambda text: text.replace(",note\n", "\n", 1), "note"),
    ],
)
def test_a_broken_map_is_refused(tmp_path: Path, change: Callable[[str], str], said: str) -> None:
    text = (ROOT / "evidence" / FILE).read_text(encoding="utf-8")
    assert text.splitlines()[0] == ",".join(COLUMNS)
    (tmp_path / FILE).write_text(change(text), encoding="utf-8")
    with pytest.raises(EvidenceError, match=said):
        properties(tmp_path)
