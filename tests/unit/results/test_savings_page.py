"""The page, the table and the workbook of an appraisal: they say the figures, and nothing that the figures do not."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from results.appraisal_charts import cumulative_chart, who_chart
from results.appraisal_page import SavingsPage, build_page
from results.appraisal_store import as_dict, choices_hash, tidy, workbook, write_savings
from results.appraisal_tables import cost_table, ratio_table, switch_table, who_table
from results.appraisal_terms import Choices
from results.appraisal_words import caveats, payback_sentence, ratio_sentence, value_sentence, verdict, who_sentence
from results.display import both
from results.statistics import Stat
from results.theme import PALETTE
from tests.unit.results.savings_page import savings_page


@pytest.fixture(scope="module")
def page() -> SavingsPage:
    return savings_page()


def test_the_page_holds_every_figure_of_who_pays_and_escapes_every_text(page: SavingsPage) -> None:
    text = build_page(page)
    for perspective in ("exchequer", "DWP", "residents", "society"):
        shown = both(page.appraisal.value(perspective), "pounds")
        assert all(part in text for part in shown.rstrip(")").split(" (")), perspective
    assert "workability run &lt;x&gt;" in text and "run <x>" not in text
    assert "http://" not in text.replace("http://www.w3.org", "") and "https://" not in text


def test_the_same_figures_give_the_same_page_and_workbook(page: SavingsPage) -> None:
    assert build_page(page) == build_page(page)
    assert workbook(page) == workbook(page)


def test_nothing_is_judged_by_a_ratio_of_one_and_no_colour_means_good_or_bad(page: SavingsPage) -> None:
    text = build_page(page)
    assert "one below 1 is not poor value" in ratio_sentence(page.appraisal)
    assert not {"value for money", "poor value for", "high value"} & set(text.lower().split("."))
    chart = who_chart(page.appraisal, "Here", "")
    used = {colour for colour in (*PALETTE, "#505A5F") if colour.lower() in chart.wide.lower()}
    assert used == {PALETTE[0], PALETTE[3], "#505A5F"}  # accounts, their intervals, sums; gains and costs alike


def test_pictures_state_the_finding_and_hold_their_figures(page: SavingsPage) -> None:
    who, cumulative = who_chart(page.appraisal, "Here", "draft"), cumulative_chart(page.appraisal, "Here", "draft")
    assert who.title == who_sentence(page.appraisal)
    assert "Extrapolated" in who.caption and "Draft" in who.caption and "90% interval" in who.caption
    assert both(page.appraisal.value("exchequer"), "pounds") in who.alt
    assert len(cumulative.table) == 24 and cumulative.title == payback_sentence(page.appraisal).rstrip(".")


def test_the_sheet_for_business_cases_is_financial_year_by_agency_by_cashability(page: SavingsPage) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(page)))
    assert book.sheetnames[:4] == ["Cover", "Contents", "Notes", "Year agency cashable"]
    rows = list(book["Year agency cashable"].iter_rows(min_row=2, values_only=True))
    head = list(rows[0])
    assert head[:5] == ["financial_year", "agency", "cashable", "price_base", "extrapolated"]
    frame = pd.DataFrame(rows[1:], columns=head)
    wanted = frame[(frame["agency"] == "exchequer") & (frame["price_base"] == "discounted")]
    by_year = wanted[wanted["financial_year"] != "all"]
    assert by_year["mean"].sum() == pytest.approx(page.appraisal.value("exchequer").mean)
    assert set(by_year["extrapolated"]) == {"yes"}
    for sheet in book:
        assert all(cell is not None for row in sheet.iter_rows(min_row=2, values_only=True) for cell in row), (
            sheet.title
        )


def test_the_table_is_tidy_and_says_run_rulebook_status_and_what_is_extrapolated(page: SavingsPage) -> None:
    table = tidy(page.appraisal, "abc123", "not calibrated")
    assert set(table["run_id"]) == {"abc123"} and set(table["rulebook"]) == {"green-book-2026"}
    assert set(table["status"]) == {"not calibrated"}
    keys = ["table", "perspective", "item", "financial_year", "cashable", "month", "price_base"]
    assert not table.duplicated(keys).any()
    assert set(table["extrapolated"]) == {"yes"}
    assert not table[[*keys, "unit", "how"]].isna().any().any()


def test_files_are_written_whole_and_other_choices_have_another_folder(page: SavingsPage, tmp_path: Path) -> None:
    files = write_savings(tmp_path, page)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["charts", "savings.csv", "savings.html", "savings.xlsx"]
    assert list(files) == ["savings.html", "savings.csv", "savings.xlsx"]
    assert len(list((tmp_path / "charts").iterdir())) == 6
    other = replace(page.appraisal, choices=replace(page.appraisal.choices, optimism=True))
    assert choices_hash(other) != choices_hash(page.appraisal)


def test_the_json_has_every_figure_and_is_json(page: SavingsPage) -> None:
    found = json.loads(json.dumps(as_dict(page, {}), allow_nan=False))
    assert len(found["figures"]) == len(page.appraisal.frame)
    assert found["choices"]["rulebook"] == "green-book-2026" and found["extrapolated"]


def stat(mean: float, low: float, high: float) -> Stat:
    return Stat(mean, low, low, mean, high, high, 1, 4, 1.0, "t")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (stat(100, 50, 150), "the NHS gains £100 (£50 to £150)"),
        (stat(-100, -150, -50), "the NHS pays £100 (£50 to £150) net"),
        (stat(10, -50, 70), "the NHS has no clear gain or cost, £10 (−£50 to £70)"),
        (stat(0, 0, 0), "the NHS neither pays nor gains"),
    ],
)
def test_a_gain_is_said_to_be_one_only_where_its_interval_leaves_out_zero(value: Stat, words: str) -> None:
    assert verdict("NHS", value) == words


def test_a_page_of_one_run_has_no_interval_and_says_so() -> None:
    alone = savings_page(n_seeds=1)
    assert "no interval" in build_page(alone)
    assert "1 of 1 runs" in value_sentence(alone.appraisal) or "0 of 1 runs" in value_sentence(alone.appraisal)


def test_choices_are_told_on_the_page() -> None:
    text = build_page(savings_page(Choices(persistence_years=5, weights=1.3, optimism=True)))
    for words in ("5 years after them", "elasticity 1.3", "Costs are put up"):
        assert words in text, words


def test_no_table_is_empty_and_caveats_open_with_the_gravest(page: SavingsPage) -> None:
    for table in (who_table, ratio_table, cost_table, switch_table):
        assert table(page.appraisal).rows
    lines = caveats(page.appraisal, "not calibrated; draft on a 1:50 sample")
    assert lines[0].startswith("The model is not calibrated") and any("Extrapolated" in line for line in lines)
