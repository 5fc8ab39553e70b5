"""Twenty hard kills lose, repeat and damage nothing; three hundred before a release (tests/release/test_kills.py)."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.kills import hard_kills


@pytest.mark.slow
def test_twenty_hard_kills_lose_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tally = hard_kills(20, tmp_path, seed=20)
    with capsys.disabled():
        sys.stdout.write(f"\n{tally.words}\n")
    assert not tally.lost and not tally.redone and not tally.corrupt, tally.words
