"""Every page in a browser at desktop and phone width: nothing clipped, nothing fetched, nothing in anybody's way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(
    params=[
        "report",
        "service_map",
        "funding",
        "savings",
        "savings_plan",
        "validation",
        "diagnostics",
        "screening",
        "shares_of_variance",
        "decision",
        "one_lever",
        "several_levers",
    ]
)
def html(request: pytest.FixtureRequest) -> Path:
    found: Path = request.getfixturevalue(request.param)
    return found


def test_only_the_file_itself_is_fetched_and_the_browser_does_not_complain(page: Any, html: Path) -> None:
    assert [url for url in page.asked if not url.startswith("data:")] == [html.as_uri()]
    assert page.complaints == []


def test_the_page_is_no_wider_than_the_window(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_what_is_wider_than_the_window_scrolls_by_itself_and_can_be_reached_by_keyboard(page: Any) -> None:
    wide = """[...document.querySelectorAll('main *')].filter(e => e.scrollWidth > e.clientWidth + 1
        && getComputedStyle(e).display !== 'inline' && e.clientWidth > 1)
        .filter(e => !(['auto', 'scroll'].includes(getComputedStyle(e).overflowX) && e.tabIndex >= 0))
        .map(e => e.tagName + '.' + e.className)"""
    assert page.evaluate(wide) == []


def test_every_table_opens_with_its_data(page: Any) -> None:
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("[...document.querySelectorAll('details')].every(d => d.open)")
    assert page.evaluate("[...document.querySelectorAll('details table')].every(t => t.rows.length > 1)")


def test_the_rules_of_accessibility_hold(page: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="`make test-pages` installs it")
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
