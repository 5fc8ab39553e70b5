"""Hard kills lose, repeat and damage nothing, and a resumed study has the manifest of a whole one (53)."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.kills import hard_kills


def test_three_hundred_hard_kills_lose_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tally = hard_kills(300, tmp_path, seed=53)
    with capsys.disabled():
        sys.stdout.write(f"\n{tally.words}\n")
    assert not tally.lost and not tally.redone and not tally.corrupt, tally.words
    assert len(tally.kills) == 3 and tally.kills.total() >= 300
