"""The report in a browser at desktop and phone width: its pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def html(report: Path) -> Path:
    return report


def test_every_picture_is_drawn_and_no_larger_than_its_place(page: Any) -> None:
    sizes = page.evaluate(
        "[...document.images].map(i => [i.naturalWidth, i.clientWidth, i.closest('figure').clientWidth, i.alt.length])"
    )
    assert sizes
    for natural, shown, room, words in sizes:
        assert natural > 0
        assert shown <= room + 1
        assert words > 0
