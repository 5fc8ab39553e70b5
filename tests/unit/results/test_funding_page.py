"""The page on flexible against ring-fenced money: its sentences follow its figures, and nothing stands without one."""

from __future__ import annotations

import io
import math
import re
from dataclasses import replace
from html import unescape
from itertools import pairwise

import openpyxl
import pytest

from results.funding_book import dictionary, funding_book, sheets_of
from results.funding_charts import allocator_chart
from results.funding_measures import MEASURES, clause, good, measure_of, ring, signed, verdict
from results.funding_page import WORD_JOINER, answers, build_page, context_of
from results.funding_read import Figures
from results.funding_tables import ring_table, shadow_words, totals_words, value_table
from results.funding_words import buys_words, depends_words, lose_words, ring_words, sure_words
from results.statistics import Stat
from scenarios.fund_specs import ALLOCATORS, CONSTRAINTS
from tests.unit.results.funding_study import FUNDS, GEOGRAPHY, Made, study_of
from tests.unit.results.test_report import Page

FEW = tuple(CONSTRAINTS)[3:6]
SMALL_STUDY = Made(constraints=FEW)


@pytest.fixture(scope="module")
def study():
    return study_of()


@pytest.fixture(scope="module")
def text(study):
    return build_page(study)


def figures_of(**changes) -> Figures:
    return Figures(study_of(replace(SMALL_STUDY, **changes)))


def words_of(figures: Figures) -> str:
    return " ".join(sentence for _, sentences in answers(figures) for sentence in sentences)


def stat(mean: float, low: float, high: float, error: float = 1.0) -> Stat:
    return Stat(mean, low, mean, mean, mean, high, 1, 10, error, "t" if low == low else "none")


def test_a_gain_is_told_with_its_interval():
    figures = figures_of(scale={"proportional": 1.0})
    found = answers(figures)[0][1][0]
    assert found.startswith("The same money without its rings buys")
    assert signed(figures.value("in_work_60"), "count").lstrip("+") in found
    assert "in proportion to need" in found


def test_a_loss_is_told_as_harm():
    assert "does harm" in answers(figures_of(scale={"proportional": -1.0}))[0][1][0]


def test_what_cannot_be_told_is_said_to_be_so():
    figures = figures_of(scale={"proportional": 0.02}, noise=2.0)
    assert "cannot be told" in answers(figures)[0][1][0] and "includes zero" in words_of(figures)
    assert "cannot be told" in sure_words(figures)


def test_one_run_gives_no_interval_and_no_certainty():
    figures = figures_of(n_seeds=1)
    assert "no ground for an interval" in sure_words(figures) and "can't be told" in words_of(figures)
    page = build_page(figures.study)
    assert "no interval" in page and not re.search(r"\bnan\b|\bNone\b", visible(page))


def test_rings_that_do_not_bind_change_nothing():
    figures = Figures(study_of(replace(SMALL_STUDY, scale={"proportional": 0.0}, noise=0.0)))
    assert "changes nothing" in answers(figures)[0][1][0]
    assert "no Place loses" in lose_words(figures)[0]
    build_page(figures.study)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (stat(100, 50, 150), "more"),
        (stat(-100, -150, -50), "less"),
        (stat(10, -50, 70), "cannot be told"),
        (stat(14, 0.3, 28, 5), "cannot be told"),
        (stat(0, 0, 0, 0), "no change"),
        (stat(5, math.nan, math.nan), "cannot be told"),
        (stat(math.nan, math.nan, math.nan), "nothing known"),
        (None, "nothing known"),
    ],
)
def test_a_change_is_told_only_where_its_interval_as_shown_leaves_out_zero(value, expected):
    assert verdict(value, "count") == expected
    assert ("no clear change" in clause(value, "starts")) == (expected == "cannot be told" and value.p05 == value.p05)


@pytest.mark.parametrize(("purse", "spent", "said"), [(-100, 100, True), (100, 100, False), (-100, -100, False)])
def test_money_that_lapses_is_said_to_count_as_saved(purse, spent, said):
    figures = figures_of()
    changed = {"purse": stat(purse, purse - 9, purse + 9), "service_cost": stat(spent, spent - 9, spent + 9)}
    figures.__dict__["values"] = figures.values | {
        (figures.main, name, figures.whole, "all"): value for name, value in changed.items()
    }
    assert any("counts as saved" in words for words in buys_words(figures)) == said


def test_less_of_what_is_bad_is_a_gain():
    assert good(stat(-100, -150, -50), "shut_out") == good(stat(100, 50, 150), "starts") == "gain"
    assert good(stat(-100, -150, -50), "starts") == good(stat(100, 50, 150), "shut_out") == "loss"
    assert good(stat(100, 50, 150), "service_cost") == "more"


def test_the_ring_that_costs_most_is_the_one_with_the_largest_part():
    figures = Figures(study_of())
    parts = figures.attribution("in_work_60")
    most = max(parts, key=lambda name: parts[name].mean)
    assert most == "lapse" and ring(most).lower() in ring_words(figures).lower().partition(".")[0]
    assert "dropping them does harm: earmarks for one place" in ring_words(figures).lower()
    assert ring_words(figures, "bounced").count("fewer referrals bounced") == 1


def test_without_parts_no_ring_is_named():
    study = study_of(SMALL_STUDY)
    figures = Figures(replace(study, attribution=study.attribution[:0]))
    assert "none can be named" in ring_words(figures)
    assert "Waterfall" not in build_page(figures.study)


def test_shapley_values_first_and_last_effects_stand_in_the_table():
    figures = figures_of()
    table = ring_table(figures, "in_work_60")
    assert [row[0] for row in table.rows] == [*(ring(name) for name in FEW), "All together"]
    for row, name in zip(table.rows, FEW, strict=False):
        shown = (
            figures.attribution("in_work_60")[name],
            figures.first("in_work_60", name),
            figures.last("in_work_60", name),
        )
        assert (row[1], row[3], row[4]) == tuple(signed(each, "count") for each in shown)


def test_losers_are_named_and_a_world_without_them_says_so():
    figures = figures_of()
    assert lose_words(figures)[0].startswith("One of 9 Places clearly loses. Cheshire East: ")
    assert "In work, aged 16 to 24: " in lose_words(figures)[1]
    none = figures_of(places=(0.11,) * 9, noise=0.02)
    assert lose_words(none)[0].endswith("no Place loses: all 9 gain.")
    unsure = lose_words(figures_of(noise=6.0))[0]
    assert "a loss can't be ruled out" in unsure


def test_allocators_under_which_freedom_does_harm_are_named():
    text = depends_words(figures_of())[0]
    assert (
        "does harm under 1" in text
        and "Freedom does harm where money is allocated by estimated value for money" in text
    )
    assert ALLOCATORS["hindsight"] not in text
    one = figures_of(scale={"greedy": 1.0})
    assert "Only one way" in depends_words(one)[0]
    assert allocator_chart(one, one.primary).title.endswith("flexibility gains (the one way tried)")


def test_the_table_of_values_holds_every_measure_with_both_arms(study):
    figures = Figures(study)
    rows = {row[0]: row for row in value_table(figures).rows}
    for name in dict.fromkeys(study.value["measure"]):
        row = rows[measure_of(name).label]
        assert row[1] == signed(figures.value(name), measure_of(name).kind)
        assert "not defined" not in row
    assert {measure_of(name).label for name in ("unspent", "turned_away")} <= set(rows)


@pytest.mark.parametrize("by_year", [True, False])
def test_the_same_money_is_proved_and_other_money_is_reported(study, by_year):
    study = study if by_year else replace(study, totals=None)
    assert "to the penny" in totals_words(Figures(study))
    name, column = ("totals", "pounds") if by_year else ("arms", "value")
    table = getattr(study, name).copy()
    row = table.index[table["measure"] == "granted"][0] if not by_year else 3
    table.loc[row, column] += 0.01
    words = totals_words(Figures(replace(study, **{name: table})))
    assert "did not have the same money" in words and "£0.01 apart" in words


def visible(text: str) -> str:
    bare = re.sub(r"<style>.*?</style>|data:image[^\"]*", "", text, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", " ", bare)).replace(WORD_JOINER, "")


def test_the_page_holds_every_area_fund_constraint_and_assumption(study, text):
    shown = visible(text)
    for words in (*(area.name for area in GEOGRAPHY.areas), *FUNDS.values(), *study.assumptions, study.command):
        assert words in shown
    assert all(ring(name) in shown for name in study.constraints)
    assert not re.search(r"\bnan\b|\bNone\b|undefined", shown)


def test_the_page_has_one_h1_landmarks_ids_and_headings_without_gaps(text):
    page = Page(text)
    assert page.open == []
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("header")) == len(page.all("footer")) == 1
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert all(b - a <= 1 for a, b in pairwise(levels))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in page.all("a")} <= set(ids)
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(a["alt"] for a in page.all("img"))
    assert not page.all("script") and not re.search(r"""(?:src|href)=["'](?:https?:)?//""", text)


def test_names_are_escaped(text):
    assert "Youth hubs &amp; &lt;guidance&gt;" in text and "<guidance>" not in text


def test_a_draft_says_that_it_is_one():
    assert any(
        "one resident in 20" in line for line in context_of(study_of(replace(SMALL_STUDY, sample=20)))["caveats"]
    )


def test_the_same_study_gives_the_same_page_and_workbook(study, text):
    assert build_page(study) == text
    assert funding_book(study) == funding_book(study)


def test_a_study_without_flows_shadow_or_places_still_has_a_page():
    study = study_of(SMALL_STUDY)
    value = study.value[study.value["geography_code"] == GEOGRAPHY.whole.code]
    bare = replace(study, flows=study.flows[:0], shadow=study.shadow[:0], value=value, assumptions=[])
    shown = visible(build_page(bare))
    assert "No gain at the margin" in shown and "was not counted, so it cannot be told" in shown
    assert not re.search(r"\bnan\b|\bNone\b", shown)


def test_the_workbook_has_no_blank_and_flags_small_counts(study):
    book = openpyxl.load_workbook(io.BytesIO(funding_book(study)))
    for sheet in book:
        table = next(iter(sheet.tables.values()))
        assert all(c.value not in (None, "") for row in sheet[table.ref] for c in row), sheet.title
    value = sheets_of(Figures(study))["Value"][1]
    people = value[value["measure"] == "starts"]
    small = people["mean"].abs().between(0, 10, inclusive="neither")
    assert (people.loc[small, "small_number"] == "[low]").all() and (people.loc[~small, "small_number"] == "none").all()
    assert (value.loc[value["measure"] == "purse", "small_number"] == "none").all()


def test_the_dictionary_explains_every_column_and_measure(study):
    found = dictionary(study)
    named = set(found["name"])
    for _, table in sheets_of(Figures(study)).values():
        if "description" not in table:
            assert set(table.columns) <= named
    assert set(study.value["measure"]) <= named and set(MEASURES) >= {"unspent", "turned_away"}
    assert (found["description"] != "").all()


def test_an_interval_is_never_shown_as_one_number_unless_it_is_one():
    assert signed(stat(1, -3, 5, 2), "count") == "+1 (−3 to 5)"
    assert signed(stat(-46, -52, -39, 5), "count") == "−46 (−52 to −39)"
    assert signed(stat(412, 260, 560, 90), "count") == "+400 (300 to 600)"
    assert signed(stat(7, 7, 7, 0), "count") == "+7 (in every run)"
    assert signed(stat(-160_000, -201_000, -112_000, 20_000), "pounds") == "−£160,000 (−£200,000 to −£110,000)"


def test_the_ring_that_pinches_most_is_named_with_its_method_and_those_without_a_price():
    study = study_of(SMALL_STUDY)
    shadow = study.shadow[study.shadow["constraint"] != "cycle"].assign(method="finite difference")
    words = shadow_words(Figures(replace(study, shadow=shadow)))
    assert words[0].startswith("The ring that pinches most at the margin: earmarks for programmes, 12 (9 to 15) jobs")
    assert "UK Shared Prosperity Fund (Knowsley), 1.4 (−0.2 to 3) pounds a pound, which may be nothing" in words[1]
    assert words[2:] == ["Without a price at the margin: gaps between cycles.", "Method: finite difference."]
