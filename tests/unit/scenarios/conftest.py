"""A folder in which a test writes scenario files, and the check that every refusal passes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios.errors import ScenarioError
from scenarios.resolve import resolve

Write = Callable[..., Path]
Refused = Callable[..., str]

SUBSIDY = """\
name: mine
extends: baseline
subsidies:
  - name: trial
    eligibility: {column: age_years, between: [18, 24]}
    window_months: 12
    cap_starts: 100
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(text: str, name: str = "mine.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return _write


@pytest.fixture
def refused(write: Write) -> Refused:
    """Return the message with which a file is refused: one line, naming the file."""

    def _refused(text: str, **overrides: str) -> str:
        path = write(text)
        with pytest.raises(ScenarioError) as found:
            resolve(path, {key.replace("__", "."): value for key, value in overrides.items()})
        message = str(found.value)
        assert "\n" not in message
        assert str(path) in message or "command line" in message
        return message

    return _refused
