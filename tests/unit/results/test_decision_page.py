"""The page of a decision: the card first, every chart with its finding and table, and what must be known."""

from __future__ import annotations

import json
import re
from typing import Any

import pandas as pd
import pytest

from results.decision_card import card_of
from results.decision_charts import charts_of
from results.decision_page import NOTHING_FOUND, build_page, information_table
from results.decision_store import information_frame, option_frame, ranking_frame
from results.decision_words import MOST_CAVEATS, with_words
from tests.decisions import OPTIONS, made_content


@pytest.fixture(scope="module")
def content() -> dict[str, Any]:
    return made_content(40)


@pytest.fixture(scope="module")
def page(content: dict[str, Any]) -> str:
    return build_page(content, charts_of(content))


def test_every_chart_has_its_finding_its_words_and_its_table_on_the_page(content: dict[str, Any], page: str) -> None:
    charts = charts_of(content)
    assert set(charts) == {"value", "jobs", "best", "information"}
    assert build_page(content, charts) == page
    for chart in charts.values():
        assert chart.title in page and chart.caption.replace("'", "&#39;") in page
        assert len(chart.table) >= len(content["options"])
    assert page.count("<img") == len(charts) == page.count("Data of this chart")
    assert "http" not in re.sub(r"http://www\.w3\.org|data:[^\"]*", "", page)


def test_the_card_comes_first_with_the_caveats_that_matter_and_no_mean_alone(
    content: dict[str, Any], page: str
) -> None:
    card = card_of(content)
    assert page.index('id="card"') < page.index('id="worth"')
    assert 0 < len(card["caveats"]) <= MOST_CAVEATS and all(c.replace("'", "&#39;") in page for c in card["caveats"])
    for row in card["table"].rows[:-1]:
        assert all(re.search(r"\(.+\)", cell) for cell in row[1:]), row
    assert card["answer"].startswith("For the exchequer, ") and "%" in card["answer"]
    assert any("its value is nil at displacement of" in line for line in card["turning"])


def test_without_scripts_the_page_shows_the_table_and_hides_the_sliders(content: dict[str, Any], page: str) -> None:
    form = re.search(r'<form id="weigh"[^>]*>', page)
    assert form is not None and " hidden" in form.group()
    assert "totals and ranks with equal weights" in page
    data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL).group(1))  # type: ignore[union-attr]
    assert data["scores"] == content["criteria"]["scores"]
    assert all(f'<label for="weight-{one["name"]}">' in page for one in data["criteria"])


def test_words_of_a_title_cannot_break_out_of_the_page(content: dict[str, Any]) -> None:
    changed = json.loads(json.dumps(content))
    changed["options"][0]["title"] = "</script><script>alert(1)</script>"
    text = build_page(with_words(changed), charts_of(content))
    assert "<script>alert" not in text


def test_a_flat_surface_is_not_shown_as_an_exact_nought(content: dict[str, Any]) -> None:
    changed = json.loads(json.dumps(content))
    changed["information"]["groups"][-1] |= {"value": 0.0, "raw": 0.0, "error": 0.0, "is_clear": False}
    table = information_table(changed)
    assert table is not None and table.rows[-1][1] == NOTHING_FOUND
    assert "standard error" in table.rows[0][1]


def test_where_information_is_not_told_there_is_neither_chart_nor_table() -> None:
    found = made_content(0)
    text = build_page(found, charts_of(found))
    assert "decision_information" not in {chart.name for chart in charts_of(found).values()}
    assert information_table(found) is None and "cannot be told: the region is not calibrated" in text
    assert found["caveats"][0] in text


def test_an_option_that_never_pays_back_is_said_to_once(content: dict[str, Any]) -> None:
    changed = json.loads(json.dumps(content))
    for box in changed["boxes"]:
        box |= {"status": "never", "limits": []}
    said = build_page(with_words(changed), charts_of(content)).count("so no limits are sought.</li>")
    assert said == len(OPTIONS) < len(changed["boxes"])


def test_tables_on_disk_hold_every_option_and_measure(content: dict[str, Any]) -> None:
    options = option_frame(content)
    assert set(options["option"]) == {*OPTIONS, "nothing"} and options.groupby("option").size().nunique() == 1
    judged = options[options["measure"] == "exchequer"]
    assert judged["best_share"].sum() == pytest.approx(1.0) and judged["regret_mean"].notna().all()
    ranking = ranking_frame(content)
    assert sorted(ranking["rank"])[0] == 1 and ranking["first_share_of_weights"].sum() == pytest.approx(1.0)
    known = information_frame(content)
    assert known["group"].iloc[0] == "all" and (known["value"] <= known["value"].iloc[0]).all()
    assert not pd.isna(known["error"]).any()
