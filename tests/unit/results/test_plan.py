"""A plan's claims: each is reproduced by its own arithmetic, beside its trap and the model's figures."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

import evidence
from evidence import plan_files
from evidence.unit_cost_editions import Edition, EditionCost
from results import plan_claims
from results.measures import purse_lines
from results.pairing import ledger_difference
from results.plan_claims import claim_rows, inputs_of, reproduce
from results.plan_data import COLUMN_WORDS, COLUMNS, findings, first_sentences, plain, tidy
from results.plan_model import ARITHMETIC, EMPTY_LINES, TOO_FEW, Books, before_programmes, low_pay_rows, model_figures
from results.plan_page import build_page
from scenarios.resolve import names
from simulation.ledger import LINE_INDEX
from tests.unit.results.plan_result import GROUP, alone, beside_a_run, geography, index, low_pay, plan, with_lines
from tests.unit.results.sample_run import seeds
from tests.unit.results.test_report import Page

PUBLISHED = {
    "fiscal-per-claimant": 8632,
    "all-per-claimant": 12568,
    "allowance-spending": 161e6,
    "mental-health-one-percent": 160_000,
    "mental-health-year-three": 800_000,
    "reoffending-tenth": 10_444_438,
    "domestic-abuse-tenth": 10e6,
    "pay-progression-return": 2.89,
    "low-pay-heads": 85_000,
}
BY_HAND = {
    "esa_fiscal": 7500 + 1132,
    "esa_all": 7500 + 1132 + 3936,
    "esa_fiscal_2015": 8632 * 75.1536 / 71.9294,
    "esa_fiscal_2024": 8632 * 100 / 71.9294,
    "esa_all_2024": 12568 * 100 / 71.9294,
    "esa_spend": 29_870 * 5390,
    "esa_wrong_way": 29_870 * 8632,
    "mental_health_1": 16e6 * 0.01,
    "mental_health_path": 16e6 * 0.05,
    "mental_health_sum": 16e6 * (-0.01 + 0 + 0.05),
    "reoffending_tenth": 104_444_380 * 0.1,
    "abuse_at_once": 639 * 3130 * 5,
    "abuse_ramp": 639 * 3130 * (0.2 + 0.4 + 0.6 + 0.8 + 1.0),
    "abuse_database": 639 * 2470 * 5,
    "abuse_database_2015": 639 * 2470 * 75.1536 / 66.89 * 5,
    "abuse_database_ramp": 639 * 2470 * 75.1536 / 66.89 * 3,
    "progression_return": 6.31 * 0.458,
    "progression_after_deadweight": 6.31 * 0.458 * 0.5,
    "low_pay_heads": 425_000 * 0.2,
    "low_pay_by_place": 97_300 * 0.18 + 164_700 * 0.2 + 190_400 * 0.21,
}
ROUNDED = {
    "esa_fiscal_2024": (12_001, 1),
    "esa_all_2024": (17_473, 1),
    "abuse_database": (7.9e6, 5e4),
    "abuse_database_2015": (8.9e6, 5e4),
}
"""Figures that the sources state in these roundings."""


@pytest.fixture(scope="module")
def result():
    return beside_a_run()


@pytest.fixture(scope="module")
def page(result):
    return build_page(result)


@pytest.mark.parametrize("row", alone().rows, ids=lambda row: row.claim.name)
def test_every_claim_is_reproduced_within_its_published_rounding(row):
    assert row.claim.published == PUBLISHED[row.claim.name]
    assert abs(row.found.value - row.claim.published) <= row.claim.within
    assert row.holds
    assert row.claim.within <= 0.01 * row.claim.published


@pytest.mark.parametrize("step", BY_HAND)
def test_every_step_is_the_sum_by_hand(step):
    assert reproduce(plan(), step, index()).value == pytest.approx(BY_HAND[step], rel=1e-12)


def test_no_step_is_without_a_sum_by_hand():
    shown = {row.claim.step for row in alone().rows} | {v.variant.step for row in alone().rows for v in row.variants}
    assert shown - {"esa_all_2015"} <= set(BY_HAND)


@pytest.mark.parametrize("step", ROUNDED)
def test_restated_figures_are_those_of_the_evidence(step):
    value, within = ROUNDED[step]
    assert reproduce(plan(), step, index()).value == pytest.approx(value, abs=within)


def test_mental_health_is_worse_in_year_1_nil_in_year_2_and_saves_from_year_3():
    found = reproduce(plan(), "mental_health_path", index())
    assert found.years == pytest.approx((-160_000, 0, 800_000))
    assert found.years_low == pytest.approx((-800_000, 0, 800_000))
    assert found.years_high == pytest.approx((0, 0, 800_000))
    assert found.value == found.low == found.high == found.years[-1]


def test_a_range_covers_the_ends_of_every_input_that_is_not_known():
    found = reproduce(plan(), "progression_after_deadweight", index())
    assert (found.low, found.high) == pytest.approx((6.31 * 0.32 * 0.2, 6.31 * 0.75 * 0.8))
    assert not reproduce(plan(), "esa_fiscal", index()).is_range


def test_a_sum_that_cannot_fail_says_so_and_others_do_not():
    implied = {row.claim.name for row in alone().rows if row.is_implied}
    assert implied == set(PUBLISHED) - {
        "fiscal-per-claimant", "mental-health-one-percent", "mental-health-year-three"
    }  # fmt: skip
    assert {item.name for item in inputs_of(plan(), "abuse_database_ramp")} == {
        "abuse_incidents", "tenth", "abuse_years", "abuse_cost_database"
    }  # fmt: skip


def test_a_claim_that_its_inputs_do_not_give_says_by_how_much():
    wrong = replace(plan(), claims=tuple(replace(c, published=c.published * 1.1) for c in plan().claims))
    rows = claim_rows(wrong, index())
    assert not any(row.holds for row in rows)
    assert plan_claims.difference_text(rows[0]) == "−£863"


def test_what_the_plan_itself_warns_of_stands_beside_the_figure():
    claims = {claim.name: claim for claim in plan().claims}
    assert "harm those who need help" in claims["domestic-abuse-tenth"].warning
    assert "warns against" in claims["all-per-claimant"].warning
    assert "mixes two definitions" in claims["allowance-spending"].trap
    for claim in claims.values():
        assert len(claim.trap) > 80 and len(claim.right) > 30
    for word in ("contacts", "cash", "overlaps"):
        assert word in claims["mental-health-one-percent"].trap
    assert "12.21" in claims["low-pay-heads"].trap and "17%" in claims["domestic-abuse-tenth"].trap


def test_every_operation_of_the_files_is_one_that_can_be_done():
    assert set(plan_files.OPERATIONS) == set(plan_claims.OPERATIONS) | {"restated"}
    assert plan().group in evidence.load_region("cheshire-merseyside").groups
    used = {name for step in plan().steps.values() for name in step.inputs}
    for claim in plan().claims:
        assert (claim.mechanism == "none") == (claim.scenario == "") and claim.scenario in ("", *names("scenario"))
    assert used <= set(plan().inputs) | set(plan().steps)


# --- the model's figures ---------------------------------------------------------------------------------------------


def figures(runs):
    return model_figures(plan(), runs, geography(), low_pay(geography()))


def of(found, claim, area=GROUP):
    return [figure for figure in found if figure.claim == claim and figure.area == area]


def test_lines_of_the_ledger_give_spending_a_year_in_the_plans_own_places_alone():
    runs = with_lines(seeds(), {"nhs_secondary_mental_health": (500_000, 480_000)})
    whole, part, saved = of(figures(runs), "mental-health-one-percent")
    assert whole.stat.mean == pytest.approx(2 * 5_000 * 12)
    assert part.stat.mean == pytest.approx(0.01 * whole.stat.mean) and part.label == "1% of it"
    assert saved.stat.mean == pytest.approx(2 * 200 * 12)
    region = of(figures(runs), "mental-health-one-percent", "Testland")
    assert region[0].stat.mean == pytest.approx(1.5 * whole.stat.mean)
    assert of(figures(runs), "mental-health-year-three")[1].label == "5% of it"


def test_spending_of_a_draft_is_counted_up_to_every_resident():
    runs = with_lines(seeds(), {"justice_police": (90_000, 90_000), "justice_courts": (10_000, 10_000)})
    draft = [
        replace(run, policy=replace(run.policy, sample=50), baseline=replace(run.baseline, sample=50)) for run in runs
    ]
    once, fifty = (of(figures(found), "reoffending-tenth")[0].stat.mean for found in (runs, draft))
    assert once == pytest.approx(2 * 1_000 * 12) and fifty == pytest.approx(50 * once)


def test_where_the_ledger_holds_nothing_there_is_no_figure():
    for claim in ("mental-health-one-percent", "reoffending-tenth", "allowance-spending"):
        (figure,) = of(figures(seeds()), claim)
        assert figure.stat is None and figure.note == EMPTY_LINES


def test_a_claim_without_a_mechanism_is_arithmetic_only():
    (figure,) = of(figures(seeds()), "domestic-abuse-tenth")
    assert figure.stat is None and figure.note == ARITHMETIC


def test_the_gain_for_a_year_in_work_is_the_ledgers_over_the_stocks():
    runs, area = seeds(), geography().whole
    book = Books(tuple(runs), area)
    programmes = set(purse_lines()) - set(before_programmes())
    assert LINE_INDEX["subsidy_wage"] in programmes and LINE_INDEX["income_tax"] not in programmes
    gain = 0.0
    for run in runs:
        pence = ledger_difference(run.policy, run.baseline).sum(axis=(0, 1))
        gain += sum(sign * int(pence[i]) for i, sign in before_programmes().items()) / 100
    years = sum(run.metrics["months_out_of_work_avoided"] for run in runs) / 12
    assert book.lines(before_programmes()).sum() == pytest.approx(gain)
    whole, *parts = [f for f in of(figures(runs), "fiscal-per-claimant", "Testland") if f.unit.endswith("in work")]
    if math.isnan(whole.stat.mean):
        assert whole.note == TOO_FEW
    else:
        assert years > 0 and whole.stat.mean == pytest.approx(gain / years)
        assert sum(part.stat.mean for part in parts) == pytest.approx(whole.stat.mean)


def test_two_equal_arms_give_no_ratio():
    same = [replace(run, policy=run.baseline) for run in seeds()]
    for claim in ("fiscal-per-claimant", "all-per-claimant", "pay-progression-return"):
        for figure in of(figures(same), claim):
            assert math.isnan(figure.stat.mean) and figure.note == TOO_FEW


def test_low_pay_counts_heads_below_each_line_in_each_area():
    rows = low_pay(geography())
    assert [row.line_pence for row in rows] == pytest.approx([1000.0, 1250.0])
    assert rows[0].heads == {GROUP: 1, "Testland": 1} and rows[1].heads == {GROUP: 2, "Testland": 3}
    assert low_pay_rows(np.zeros(0, np.int64), np.zeros(0, np.int64), (geography().whole,), 0.5, {})[0].heads == {
        "Testland": 0
    }


def test_a_region_without_the_plans_places_is_refused():
    from tests.unit.results.synthetic import three_places

    with pytest.raises(KeyError, match="Cheshire & Warrington"):
        model_figures(plan(), seeds(), three_places(), ())


# --- page, table, plain values ---------------------------------------------------------------------------------------


def test_the_table_holds_every_figure_once(result):
    table = tidy(result)
    assert list(table.columns) == list(COLUMNS) == list(COLUMN_WORDS)
    claims = table[table["row"] == "claim"]
    assert list(claims["claim"]) == list(PUBLISHED) and (claims["trap"] != "").all()
    assert (claims["area"] == GROUP).all()
    assert claims["difference"].to_numpy() == pytest.approx((claims["value"] - claims["published"]).to_numpy())
    assert len(table[table["row"] == "variant"]) == sum(len(row.variants) for row in result.rows)
    assert len(table[table["row"] == "model"]) == len(result.figures)
    assert not table.drop(columns=["published", "value", "low", "high", "difference"]).isna().any().any()


def test_plain_values_are_json_and_say_when_no_run_stands_beside(result):
    content = json.loads(json.dumps(plain(result)))
    assert content["run"] == "kickstart/0123" and all(claim["model"] for claim in content["claims"])
    bare = json.loads(json.dumps(plain(alone())))
    assert bare["run"] is None and all(not claim["model"] for claim in bare["claims"])
    notes = [claim["model_note"] for claim in bare["claims"]]
    assert notes.count(ARITHMETIC) == 1 and sum("workability run" in note for note in notes) == 8


def test_the_page_has_one_h1_landmarks_and_unique_ids(page):
    read = Page(page)
    assert read.open == []
    assert len(read.all("h1")) == len(read.all("main")) == len(read.all("header")) == len(read.all("footer")) == 1
    levels = [int(tag[1]) for tag, _ in read.tags if re.fullmatch("h[1-6]", tag)]
    assert all(b - a <= 1 for a, b in pairwise(levels))
    ids = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in read.all("a")} <= set(ids)
    assert "http" not in re.sub(r'"data:[^"]*"', "", page).replace("http://www.w3.org", "")


def test_the_page_shows_every_claim_with_trap_and_warning(result, page):
    from markupsafe import escape

    for row in result.rows:
        for words in (row.claim.title, row.claim.trap, row.claim.right, row.claim.warning):
            assert str(escape(words)) in page, row.claim.name
    assert str(escape(f"Holds for {GROUP}, 2015-18.")) in page
    assert page == build_page(result)
    assert "With a finished run" in build_page(alone()) and "not calibrated" in page.lower()


def test_findings_count_what_holds_and_repeat_every_warning(result):
    found = findings(result)
    assert found[0].startswith("9 of 9 claims") and "6 of them only because" in found[0]
    for row in result.rows:
        assert not row.claim.warning or row.claim.warning in found
    assert any(text.startswith("Arithmetic only") and "Domestic-abuse" in text for text in found)


def test_a_later_edition_stands_beside_the_claims_it_has_a_code_for():
    cost = EditionCost("E&E2.0", "A <title>", 9999.0, "Per claimant per year", "2021/22")
    found = replace(alone(), edition=Edition("v3.0", "mine.xlsx", "00", {"E&E2.0": cost}))
    words = {row.claim.name: found.edition_words(row) for row in found.rows}
    assert words["fiscal-per-claimant"] == "Unit cost E&E2.0 in edition v3.0: £9,999 in 2021/22 prices."
    assert words["domestic-abuse-tenth"] == "Edition v3.0 has no unit cost CR2.0."
    assert words["low-pay-heads"] == ""
    assert "9,999" in build_page(found)
    assert 9999.0 in set(tidy(found).loc[tidy(found)["row"] == "edition", "value"])


def test_a_text_is_cut_after_whole_sentences():
    text = "One two. Three four. Five."
    assert first_sentences(text, 100) == text
    assert first_sentences(text, 20) == "One two. Three four."
    assert first_sentences(text, 1) == "One two."
