"""The report in a browser at desktop and phone width: nothing clipped, nothing fetched, nothing in anybody's way."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from results.charts import run_charts
from results.report import build_report
from tests.unit.results.sample_run import contents, seeds

playwright = pytest.importorskip("playwright.sync_api", reason="`make test-pages` installs it")
WIDTHS = {"desktop": 1280, "phone": 390}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = contents(seeds())
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(build_report(made.report, run_charts(made.headline)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=WIDTHS.values(), ids=WIDTHS.keys())
def page(request: pytest.FixtureRequest, browser: Any, report: Path) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": request.param, "height": 900})
    page.asked, page.complaints = [], []
    page.on("request", lambda asked: page.asked.append(asked.url))
    page.on("console", lambda said: page.complaints.append(said.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(report.as_uri())
    yield page
    page.close()


def test_only_the_file_itself_is_fetched_and_the_browser_does_not_complain(page: Any, report: Path) -> None:
    assert [url for url in page.asked if not url.startswith("data:")] == [report.as_uri()]
    assert page.complaints == []


def test_the_page_is_no_wider_than_the_window(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_what_is_wider_than_the_window_scrolls_by_itself_and_can_be_reached_by_keyboard(page: Any) -> None:
    wide = """[...document.querySelectorAll('main *')].filter(e => e.scrollWidth > e.clientWidth + 1
        && getComputedStyle(e).display !== 'inline' && e.clientWidth > 1)
        .filter(e => !(['auto', 'scroll'].includes(getComputedStyle(e).overflowX) && e.tabIndex >= 0))
        .map(e => e.tagName + '.' + e.className)"""
    assert page.evaluate(wide) == []


def test_every_picture_is_drawn_and_no_larger_than_its_place(page: Any) -> None:
    sizes = page.evaluate(
        "[...document.images].map(i => [i.naturalWidth, i.clientWidth, i.closest('figure').clientWidth, i.alt.length])"
    )
    assert sizes
    for natural, shown, room, words in sizes:
        assert natural > 0
        assert shown <= room + 1
        assert words > 0


def test_every_table_opens_with_its_data(page: Any) -> None:
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("[...document.querySelectorAll('details')].every(d => d.open)")
    assert page.evaluate("[...document.querySelectorAll('details table')].every(t => t.rows.length > 1)")


def test_the_rules_of_accessibility_hold(page: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="`make test-pages` installs it")
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
