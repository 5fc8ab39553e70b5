"""The page of a decision in a browser: sliders weigh the shown scores, by keyboard; the card prints on one sheet."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from results.decision import ranks, totals

A4_WIDTH, A4_HEIGHT = 703, 1031
"""CSS pixels of an A4 sheet inside margins of 12 mm."""


@pytest.fixture
def html(decision: Path) -> Path:
    return decision


def data(page: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(page.locator("#data").text_content())
    return found


def shown(page: Any) -> dict[str, tuple[float, int]]:
    rows = page.evaluate(
        "[...document.querySelectorAll('#weigh-rows tr')].map(r => [...r.cells].map(c => c.textContent))"
    )
    return {name: (float(total), int(rank)) for name, total, rank in rows}


def expected(found: dict[str, Any], weights: list[float]) -> dict[str, tuple[float, int]]:
    total = totals(np.array(found["scores"]), weights)
    return dict(zip(found["options"], zip(total.tolist(), ranks(total), strict=True), strict=True))


def assert_same(one: dict[str, tuple[float, int]], other: dict[str, tuple[float, int]]) -> None:
    assert one.keys() == other.keys()
    for name, (total, rank) in one.items():
        assert math.isclose(total, other[name][0], abs_tol=0.0051) and rank == other[name][1], name


def test_sliders_weigh_the_shown_scores_by_keyboard_and_go_back(page: Any) -> None:
    found = data(page)
    assert_same(shown(page), expected(found, [1.0] * 4))
    page.focus("#weight-jobs")
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.focus("#weight-wellbeing")
    page.keyboard.press("Home")
    assert_same(shown(page), expected(found, [15.0, 100.0, 100.0, 0.0]))
    assert page.get_attribute("#weight-jobs", "aria-valuetext") == "7% of all weight"
    assert page.locator("#weigh-said").text_content().startswith("First with these weights: ")
    for name in ("jobs", "fiscal", "equity"):
        page.focus(f"#weight-{name}")
        page.keyboard.press("Home")
    assert "Every weight is 0" in page.locator("#weigh-said").text_content() and shown(page) == {}
    page.locator("#weigh-equal").press("Enter")
    assert_same(shown(page), expected(found, [1.0] * 4))


def test_without_scripts_the_table_of_the_weights_is_there_and_no_slider(browser: Any, html: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(html.as_uri())
    assert not page.locator("#weigh").is_visible()
    assert page.get_by_text("totals and ranks with equal weights").is_visible()
    context.close()


def test_the_card_prints_on_one_sheet(browser: Any, html: Path) -> None:
    page = browser.new_page(viewport={"width": A4_WIDTH, "height": A4_HEIGHT})
    page.emulate_media(media="print")
    page.goto(html.as_uri())
    assert page.evaluate("document.getElementById('card').getBoundingClientRect().bottom") <= A4_HEIGHT
    wide = (
        "[...document.querySelectorAll('#card *')].filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1)"
    )
    assert page.evaluate(f"{wide}.map(e => e.tagName)") == []
    page.close()
