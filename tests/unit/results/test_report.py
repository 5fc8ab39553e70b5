"""The report and the workbook: accessible, self-contained, the same every time."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import openpyxl
import pytest

from results.charts import run_charts
from results.pairing import compare_arms
from results.report import build_report
from results.summary import summarise
from results.theme import PALETTE, png_of
from results.tidy import effects_table, summary_table
from results.workbook import NOT_A_NUMBER, workbook_bytes
from tests.unit.results.sample_run import contents, seeds
from tests.unit.results.synthetic import pair, three_places


class Page(HTMLParser):
    """Tags of a page with their attributes, and whether tags close in order."""

    VOID = frozenset({"meta", "img", "source", "br", "link", "input", "hr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, tag

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def made():
    return contents(seeds())


@pytest.fixture(scope="module")
def charts(made):
    return run_charts(made.headline)


@pytest.fixture(scope="module")
def text(made, charts):
    return build_report(made.report, charts)


def test_the_page_has_one_h1_landmarks_a_skip_link_and_a_language(text):
    page = Page(text)
    assert page.open == []
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("header")) == len(page.all("footer")) == 1
    assert page.all("html")[0]["lang"] == "en-GB"
    assert page.all("nav")[0]["aria-label"]
    links = [a["href"] for a in page.all("a")]
    assert links[0] == "#content"
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in links} <= set(ids)


def test_headings_do_not_skip_a_level(text):
    levels = [int(tag[1]) for tag, _ in Page(text).tags if re.fullmatch("h[1-6]", tag)]
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_the_page_loads_nothing_from_outside_and_runs_no_script(text):
    page = Page(text)
    assert not page.all("script") and not page.all("link") and not page.all("iframe")
    sources = [a["src"] for a in page.all("img")] + [a["srcset"] for a in page.all("source")]
    assert sources and all(source.startswith("data:image/svg+xml;base64,") for source in sources)
    assert "@import" not in text and not re.search(r"url\(", text)
    assert not re.search(r"""(?:src|href|srcset)=["'](?:https?:)?//""", text)


def test_every_picture_has_words_and_a_table_beside_it(text, charts):
    page = Page(text)
    pictures = page.all("img")
    assert len(pictures) == len(charts) and all(len(p["alt"] or "") > 40 for p in pictures)
    assert len(page.all("details")) >= len(pictures)
    assert len(page.all("caption")) == len(page.all("table"))
    assert all("scope" in th for th in page.all("th"))
    regions = [a for _, a in page.tags if a.get("role") == "region"]
    assert len(regions) == len(page.all("table")) and all(a["tabindex"] == "0" for a in regions)


def test_the_page_says_it_is_not_calibrated_and_escapes_what_it_is_given(text):
    assert text.count("ot calibrated") >= 3
    assert "&lt;on Universal Credit&gt;" in text and "<on Universal" not in text


def test_building_twice_gives_the_same_page(made, text):
    assert build_report(made.report) == text


def test_every_title_states_a_figure_or_that_nothing_changed(charts):
    for chart in charts:
        assert re.search(r"\d", chart.title) or chart.title.startswith(("No change", "Nobody")), chart.title
        assert "Source:" in chart.caption and "Testland" in chart.caption and "2026-04" in chart.caption


def test_colours_stand_out_from_white():
    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    assert len(PALETTE) <= 4
    assert all(1.05 / (light(colour) + 0.05) >= 3 for colour in PALETTE)


def test_charts_become_png(charts):
    assert png_of(charts[0].file_svg).startswith(b"\x89PNG")


def test_one_seed_gives_a_page_without_intervals(made):
    headline = summarise(seeds(1), three_places())
    page = build_report(replace(made.report, headline=headline, parameters=None, targets=None))
    assert "no interval" in page and not re.search(r"\bnan\b|\bNone\b", page)


def test_a_policy_that_does_nothing_makes_a_page(made):
    headline = summarise([compare_arms(*pair(seed=k, null=True)) for k in range(2)], three_places())
    page = build_report(replace(made.report, headline=headline))
    assert "Nobody gained or lost work" in page and "not defined" in page


def test_the_workbook_can_be_read_and_has_one_marked_up_table_a_sheet(made):
    content = workbook_bytes(made.headline, made.manifest)
    assert content == workbook_bytes(made.headline, made.manifest)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames[:3] == ["Cover", "Contents", "Notes"]
    assert {"Money by year", "Headline", "Places"} <= set(book.sheetnames)
    for sheet in book:
        assert len(sheet.tables) == 1 and not sheet.merged_cells.ranges
        table = next(iter(sheet.tables.values()))
        cells = [cell.value for row in sheet[table.ref] for cell in row]
        assert all(value is not None and value != "" for value in cells), sheet.title
    money = book["Money by year"]
    headers = [cell.value for cell in money[2]]
    assert headers[:4] == ["financial_year", "agency", "public_purse", "cashable"]
    listed = [row[0].value for row in book["Contents"].iter_rows(min_row=3)]
    assert listed == book.sheetnames[2:]


def test_context_and_changes_are_named_in_the_head_the_workbook_and_the_summary(made):
    changed = ("subsidies.kickstart.hours_week = 30", "region = eskermere")
    headline = replace(made.headline, context="weak-demand", changed=changed)
    title = f"{headline.policy} on weak-demand against {headline.baseline}"
    assert headline.title == title and made.headline.title == f"{headline.policy} against {headline.baseline}"
    head = build_report(replace(made.report, headline=headline), []).partition('<section id="answer"')[0]
    line = "subsidies.kickstart.hours_week = 30, region = eskermere"
    assert title[1:] in head and f"<p>Changed: {line}</p>" in head
    cover = openpyxl.load_workbook(io.BytesIO(workbook_bytes(headline)))["Cover"]
    rows = dict(cover.iter_rows(min_row=3, values_only=True))
    assert (cover["A1"].value, rows["Context"], rows["Changed"]) == (title, "weak-demand", line)
    table = summary_table(headline)
    assert set(table["context"]) == {"weak-demand"} and set(table["changed"]) == {line}
    plain = summary_table(made.headline)
    assert set(plain["context"]) == {""} == set(plain["changed"])


def test_a_baseline_with_subsidies_leaves_out_what_needs_twins_without_any(made, capsys):
    from results.explain import chain_text
    from workability.show import show_headline

    policies = [pair(seed=k)[0] for k in range(3)]
    runs = [compare_arms(policy, replace(policy, arm="wage-offer")) for policy in policies]
    headline = summarise(runs, three_places())
    left_out = {"deadweight", "deadweight_months", "displacement", "treated_net", "untreated_net", "twins_apart"}
    assert not left_out & {*headline.stats, *headline.metrics, *headline.groups["item"]}
    assert not left_out & {name.removeprefix("effect_") for name in effects_table(runs, three_places(), "0")["measure"]}
    assert {"deadweight", "displacement"} <= set(
        made.headline.stats
    ) and "starts_of_baseline" not in made.headline.stats
    assert headline.metrics["starts"].label == "Subsidised starts of kickstart"
    assert headline.metrics["starts_of_baseline"].label == "Subsidised starts of wage-offer"
    assert headline.stats["starts_of_baseline"] == headline.stats["starts"]
    show_headline(headline, colour=False)
    page = build_report(replace(made.report, headline=headline))
    for text in (capsys.readouterr().out, page):
        assert "`workability run wage-offer` and `workability run kickstart`" in " ".join(text.split())
        assert "as measured is" not in text and "Displacement as measured" not in text
    assert "the twin worked" not in chain_text(headline)
    assert workbook_bytes(headline)


@pytest.mark.parametrize("n", [40, 600])
def test_money_of_few_people_is_flagged_in_the_workbook(n):
    runs = seeds(2, n=n)
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(summarise(runs, three_places()))))
    starts = sum(run.metrics["starts"] for run in runs) / 2
    changed = sum(run.metrics["winners"] + run.metrics["losers"] for run in runs) / 2
    for name in ("Money by year", "Ledger lines"):
        head, *rows = book[name].iter_rows(min_row=2, values_only=True)
        found = [dict(zip(head, row, strict=True)) for row in rows]
        for row in found:
            assert (row["small_number"] == "[low]") == (row["people_behind"] < 10 and row["mean"] != 0)
            assert row["financial_year"] != "all" or row["people_behind"] in (starts, changed)
        assert {row["small_number"] for row in found if row["mean"]} == {"[low]" if n == 40 else "none"}


def test_page_terminal_and_workbook_say_at_which_rates_money_is(made, text, capsys):
    from workability.show import show_headline

    words = "at 2026/27 rates and pay, not uprated afterwards"
    assert made.headline.price_words == words
    assumed = text.partition('id="assumed"')[2].partition("</section>")[0]
    assert words in text and "nominal" not in text.lower() and "Pay never grows" in assumed
    show_headline(made.headline, colour=False)
    assert f"Money {words}" in capsys.readouterr().out
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(made.headline)))
    assert all(words in book[name]["A1"].value for name in ("Money by year", "Ledger lines"))


def test_small_counts_are_flagged_in_the_workbook(made):
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(made.headline)))
    rows = list(book["Headline"].iter_rows(min_row=2, values_only=True))
    columns = {name: i for i, name in enumerate(rows[0])}
    for row in rows[1:]:
        mean, flag = row[columns["mean"]], row[columns["small_number"]]
        is_small = mean != NOT_A_NUMBER and 0 < abs(mean) < 10 and row[columns["unit"]] in ("residents", "starts")
        assert (flag == "[low]") == is_small
