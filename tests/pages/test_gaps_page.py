"""The service map in a browser: what one chooses is what one sees, by keyboard too, and it is whole without scripts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from results.gaps_story import count_text, share_text


@pytest.fixture
def html(service_map: Path) -> Path:
    return service_map


def data(page: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(page.locator("#data").text_content())
    return found


def tile(page: Any, name: str) -> Any:
    return page.locator(".tiles li").filter(has=page.get_by_text(name, exact=True))


@pytest.mark.parametrize("dimension", ["pillar", "tier", "lead"])
def test_a_tile_counts_the_services_chosen_that_serve_its_place(page: Any, dimension: str) -> None:
    found = data(page)
    cut = next(i for i, cut in enumerate(found["cuts"]) if cut["dimension"] == dimension)
    page.select_option("#cut", str(cut))
    page.select_option("#cohort", "3")
    for place, area in enumerate(area for area in found["areas"] if area["level"] == "place"):
        among = [found["programmes"][k] for k in found["cuts"][cut]["programmes"]]
        n = sum(p["places"] == "all" or place in p["places"] for p in among)
        said = tile(page, area["name"]).locator(".total").text_content()
        assert said == f"{n} service" + ("" if n == 1 else "s")
    assert found["cuts"][cut]["title"] in page.locator("#shown").text_content()
    assert found["cohorts"][3]["name"] in page.locator("#shown").text_content()
    hidden = page.evaluate("[...document.querySelectorAll('.services > li')].filter(e => e.hidden).length")
    assert hidden == len(found["programmes"]) - len(found["cuts"][cut]["programmes"])


def test_choosing_back_and_forth_gives_the_first_page_again(page: Any) -> None:
    seen = (
        "[...document.querySelectorAll('main *')].map(e => e.className + '|' + e.textContent + '|' + e.hidden).join()"
    )
    first = page.evaluate(seen)
    for field, value in (("#cut", "2"), ("#cohort", "5"), ("#figure", "need"), ("#figure", "several")):
        page.select_option(field, value)
        assert page.evaluate(seen) != first
    for field, value in (("#cut", "0"), ("#cohort", "0"), ("#figure", "nothing")):
        page.select_option(field, value)
    assert page.evaluate(seen) == first
    assert page.complaints == []


def test_without_scripts_the_page_shows_the_same_figures(page: Any, browser: Any, html: Path) -> None:
    still = browser.new_context(java_script_enabled=False, viewport=page.viewport_size).new_page()
    still.goto(html.as_uri())
    for part in (".tiles", "#matrix-table", "#causes-table", ".services", "#map"):
        assert still.locator(part).text_content() == page.locator(part).text_content(), part
    assert not still.locator("#choose").is_visible()
    still.context.close()


def test_a_tile_opens_the_services_of_its_place_by_keyboard(page: Any) -> None:
    link = page.locator(".tiles a").first
    link.focus()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    place = page.locator(link.get_attribute("href"))
    page.wait_for_function("location.hash && document.querySelector(location.hash).open")
    assert place.locator("table").is_visible()


def test_the_choice_is_made_by_keyboard_and_told(page: Any) -> None:
    page.locator("#cut").focus()
    before = page.locator("#shown").text_content()
    page.keyboard.press("ArrowDown")
    page.wait_for_function("document.getElementById('cut').selectedIndex === 1")
    assert page.locator("#shown").text_content() != before
    assert page.locator("#shown").get_attribute("role") == "status"


def test_figures_chosen_are_rounded_as_those_of_the_tables(page: Any) -> None:
    found = data(page)
    whole = len(found["areas"]) - 1
    for cut in range(len(found["cuts"])):
        page.select_option("#cut", str(cut))
        shown = page.evaluate(
            "[...document.querySelectorAll('#matrix-table tbody tr')].map(r => r.cells[1].textContent)"
        )
        for cohort, text in zip(found["cohorts"], shown, strict=True):
            *some, nothing = cohort["status"][whole][cut]
            assert text == (share_text(nothing, sum(some) + nothing) if sum(some) + nothing else "none")
        counts = page.evaluate(
            "[...document.querySelectorAll('#causes-table tbody tr')].map(r => r.cells[1].textContent)"
        )
        assert counts == [count_text(cohort["status"][whole][cut][2]) for cohort in found["cohorts"]]
