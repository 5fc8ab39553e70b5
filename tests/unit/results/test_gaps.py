"""The service map as table, workbook, plain values and page: whole without scripts, and it says what it counts."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from itertools import pairwise

import openpyxl
import pytest

from results.gaps import ALL
from results.gaps_book import gaps_book
from results.gaps_data import MapFacts, plain
from results.gaps_frame import COLUMN_WORDS, COLUMNS, MEASURES, tidy
from results.gaps_page import SHADES, STEPS, build_page, shade
from results.gaps_story import WHO_COULD, count_text, findings, share_text
from scenarios.programme_specs import Catalogue
from tests.property.test_service_map import GEOGRAPHY, NAMES, WHOLE, mapped, residents
from tests.unit.results.test_report import Page

FACTS = MapFacts("0123456789abcdef", "The population is <made up>.", 50, "workability gaps --sample 1:50")
TILES = (tuple(NAMES[:5]), (*NAMES[5:], ""))


@pytest.fixture(scope="module")
def found():
    return mapped(residents(11, 4000), WHOLE)[1]


@pytest.fixture(scope="module")
def bare():
    return mapped(residents(11, 400), Catalogue(WHOLE.region))[1]


@pytest.fixture(scope="module")
def text(found):
    return build_page(found, FACTS, TILES)


def test_the_table_is_tidy_and_adds_up(found):
    table = tidy(found, "run")
    assert list(table.columns) == list(COLUMNS) == list(COLUMN_WORDS)
    assert not table.duplicated(list(COLUMNS[:-3])).any() and (table.drop(columns="value") != "").all().all()
    assert set(table["measure"]) <= set(MEASURES)
    keys = ["cohort", "pillar", "tier", "lead", "way_in", "programme", "cause", "measure"]
    places = table[table["geography_code"].str.startswith("X")].groupby(keys)["value"].sum()
    region = table[table["geography_code"] == GEOGRAPHY.region].set_index(keys)["value"]
    assert (places.reindex(region.index) == region).all()
    small = table["value"].between(1, 9)
    assert (table.loc[small, "small_number"] == "[low]").all() and (table.loc[~small, "small_number"] == "none").all()


def test_shut_out_adds_up_to_those_eligible_for_nothing(found):
    table = tidy(found, "run")
    keys = ["geography_code", "cohort", "pillar", "tier", "lead", "way_in"]
    nothing = table[table["measure"] == "eligible_for_nothing"].set_index(keys)["value"]
    shut_out = table[table["measure"] == "shut_out"].groupby(keys)["value"].sum()
    assert (shut_out.reindex(nothing.index, fill_value=0) == nothing).all()


def test_plain_values_are_json_and_hold_the_same_counts(found):
    content = json.loads(json.dumps(plain(found, FACTS)))
    assert content["calibrated"] is False and content["what"] == WHO_COULD
    for row, i in zip(content["cohorts"], found.rows, strict=True):
        for a, area in enumerate(GEOGRAPHY.areas):
            for j in range(len(found.cuts)):
                now = found.of(i, area, j)
                assert sum(row["status"][a][j]) == now.in_need and sum(row["causes"][a][j]) == now.nothing
    assert [row["slug"] for row in content["not_computed"]] == ["rural"]


def test_the_page_has_one_h1_landmarks_and_headings_without_gaps(text):
    page = Page(text)
    assert page.open == []
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("header")) == len(page.all("footer")) == 1
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert all(b - a <= 1 for a, b in pairwise(levels))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [a["href"] for a in page.all("a")]
    assert {link[1:] for link in links} <= set(ids)
    labelled = [a["for"] for a in page.all("label")]
    assert labelled == [a["id"] for a in page.all("select")]


def test_every_table_has_a_caption_and_scopes_and_can_be_scrolled_by_keyboard(text):
    page = Page(text)
    assert len(page.all("caption")) == len(page.all("table"))
    assert all("scope" in th for th in page.all("th"))
    regions = [a for _, a in page.tags if a.get("role") == "region"]
    assert len(regions) == len(page.all("table")) and all(a["tabindex"] == "0" for a in regions)


def test_the_page_loads_nothing_and_is_whole_without_its_script(text, found):
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", text)
    assert "@import" not in text and not re.search(r"url\(|fetch\(|XMLHttpRequest|eval\(", text)
    still = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    for programme in found.programmes:
        assert programme.name in still.replace("&#39;", "'").replace("&amp;", "&")
    for need in found.needs:
        assert need.name in still
    form = next(a for tag, a in Page(still).tags if tag == "form")
    assert "hidden" in form
    assert still.count("data-cause=") >= 22 and still.count("data-area=") == 22 * (1 + len(NAMES))


def test_the_data_of_the_script_cannot_end_it(text):
    inside = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert inside and "<" not in inside.group(1)
    assert json.loads(inside.group(1))["population"] == FACTS.population
    assert "&lt;made up&gt;" in text


def test_the_page_says_that_it_shows_who_could_and_that_it_is_a_draft(text):
    still = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert WHO_COULD in still and "one resident in 50" in still and "ot calibrated" in still
    assert "Not computed: the evidence holds no rurality" in still


def test_the_same_map_gives_the_same_page_and_workbook(found, text):
    assert build_page(found, FACTS, TILES) == text
    assert gaps_book(found, FACTS) == gaps_book(found, FACTS)


def test_a_region_without_services_makes_a_page_and_a_workbook(bare):
    page = build_page(bare, FACTS, TILES)
    assert "holds no running service" in page and not re.search(r"\bnan\b|\bNone\b", page)
    assert len(findings(bare)) == 1
    book = openpyxl.load_workbook(io.BytesIO(gaps_book(bare, FACTS)))
    assert "By lead" in book.sheetnames


def test_the_workbook_has_one_marked_up_table_a_sheet_and_no_blank(found):
    book = openpyxl.load_workbook(io.BytesIO(gaps_book(found, FACTS)))
    assert book.sheetnames[:4] == ["Cover", "Contents", "Notes", "Cohorts"]
    for sheet in book:
        assert len(sheet.tables) == 1 and not sheet.merged_cells.ranges
        table = next(iter(sheet.tables.values()))
        cells = [cell.value for row in sheet[table.ref] for cell in row]
        assert all(value is not None and value != "" for value in cells), sheet.title
    rows = list(book["Cohorts"].iter_rows(min_row=2, values_only=True))
    columns = {name: i for i, name in enumerate(rows[0])}
    names = ("in_need", "eligible_for_something", "eligible_for_several", "eligible_for_nothing")
    for row in rows[1:]:
        is_small = any(0 < row[columns[name]] < 10 for name in names)
        assert (row[columns["small_number"]] == "[low]") == is_small


def test_the_findings_name_what_they_count(found):
    told = findings(found)
    assert all(sentence.endswith(".") and "nan" not in sentence for sentence in told)
    assert str(len(found.programmes)) in told[0]


def test_small_counts_are_not_told(found):
    assert [count_text(n) for n in (0, 1, 9, 10, 14, 12_345)] == ["0", "under 10", "under 10", "10", "10", "12,340"]
    told = [share_text(*pair) for pair in ((0, 0), (1, 9), (0, 50), (1, 10_000), (999, 1000), (50, 50), (1, 20))]
    assert told == ["nobody in need", "under 10 in need", "0%", "under 0.1%", "over 99%", "100%", "5.0%"]


def test_shades_are_apart_in_lightness_and_read_on_their_ground():
    from results.report import PAGES

    css = (PAGES / "gaps.css").read_text(encoding="utf-8")
    pairs = re.findall(r"^\.s\d \{ background: (#\w+); color: (#\w+); \}", css, re.MULTILINE)
    assert len(pairs) == len(SHADES) == len(STEPS) + 1
    grounds = [light(ground) for ground, _ in pairs]
    assert all(a > b for a, b in pairwise(grounds))
    for ground, ink in pairs:
        high, low = sorted((light(ground), light(ink)), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5, ground


def light(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_shade_grows_with_the_share():
    assert [shade(n, 100) for n in (0, 1, 6, 20, 40, 70, 100)] == [0, 1, 2, 3, 4, 5, 5] and shade(0, 0) == 0


def test_what_is_cut_by_all_is_everything(found):
    assert found.cuts[0].key == ALL and found.cuts[0].programmes == tuple(range(len(found.programmes)))


def test_a_full_sample_is_no_draft(found):
    page = build_page(found, replace(FACTS, sample=1), TILES)
    assert "draft on one resident" not in page
