"""Twenty hard kills; three hundred before a release, in `tests/release`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kills import hard_kills


@pytest.mark.slow  # every kill is followed by a new start
def test_twenty_hard_kills_lose_nothing(tmp_path: Path) -> None:
    tally = hard_kills(20, tmp_path, seed=20)
    assert not tally.lost and not tally.redone and not tally.corrupt, tally.words
