"""Groups of parameters for a sensitivity analysis: the shipped file is whole, and what cannot be is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import evidence
from evidence import EvidenceError
from evidence.registry import PACKAGED
from evidence.sensitivity_files import SHIPPED, read_groups

EVERY = [f"{process}.{name}" for process, group in evidence.parameters().items() for name in group]


def test_every_varied_parameter_stands_in_one_group_of_the_shipped_file() -> None:
    groups = read_groups(PACKAGED, PACKAGED / SHIPPED, EVERY)
    what = evidence.calibrating()
    held = [name for group in groups for name in group.names]
    assert not {*what.vary, *what.policy} - set(held)
    assert len(groups) == 8 and all(group.title for group in groups)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: {title: A, parameters: [separation.seperation]}", r"'a.parameters\[0\]': .*Did you mean 'separation.sep"),
        ("a: {title: A, parameters: [health.*]}\nb: {title: B, parameters: [health.worsening]}", "stands in 'a' too"),
        ("a: {parameters: [health.*]}", "a.title"),
        ("a: {title: A, parameters: [health.*], colour: red}", "unknown key"),
        ("{}", "names no group"),
        ("[a]", "write a mapping"),
        ("a: &x {title: A, parameters: [health.*]}\nb: *x", "alias"),
    ],
)
def test_groups_that_cannot_be_are_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "groups.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EvidenceError, match=said):
        read_groups(PACKAGED, path, EVERY)
