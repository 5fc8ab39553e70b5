"""A run in the Greater Manchester tool's order: columns in order, rows multiply through, deadweight as measured."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pytest

import evidence
from evidence.unit_cost_editions import Edition, EditionCost
from results.gm_export import (
    BASES,
    BENEFIT_COLUMNS,
    COLUMN_NOTE,
    COST_COLUMNS,
    HELD_EDITION,
    NOT_ENTERED,
    GmError,
    benefit_frame,
    cost_frame,
    costs_path,
    notes_of,
    published_costs,
    write_gm,
)
from results.gm_outcomes import outcome_of, state_items, timing
from results.groups import FIXED_LABELS
from results.measures import PROGRAMME_LINES
from results.pairing import compare_arms, ledger_difference
from results.plan_model import before_programmes
from scenarios.vocabulary import STATES
from simulation.ledger import LINE_INDEX
from tests.unit.results.sample_run import seeds
from tests.unit.results.synthetic import service_pair

ORDER = (
    "outcome", "unit_cost_code", "basis", "agency", "value_type", "target_population", "engagement", "impact",
    "gross_outcomes", "deadweight", "net_outcomes", "unit_cost", "unit", "price_year", "total", "total_p05",
    "total_p95", "cashable_share", "cashable_total", "confidence", "optimism_bias", "lag_months", "drop_off_per_year",
    "edition", "note",
)  # fmt: skip


@pytest.fixture(scope="module")
def runs():
    return seeds()


@pytest.fixture(scope="module")
def costs():
    return published_costs(evidence.gm_outcomes(), evidence.unit_costs())


@pytest.fixture(scope="module")
def table(runs, costs):
    return benefit_frame(runs, evidence.gm_outcomes(), costs)


def test_the_columns_stand_in_the_tools_order(table):
    assert tuple(table.columns) == BENEFIT_COLUMNS == ORDER


def test_every_row_multiplies_through(table):
    product = table["target_population"] * table["engagement"] * table["impact"]
    product *= (1 - table["deadweight"]) * table["unit_cost"]
    assert product.to_numpy() == pytest.approx(table["total"].to_numpy(), rel=1e-9, abs=1e-6)
    gross = table["target_population"] * table["engagement"] * table["impact"]
    assert gross.to_numpy() == pytest.approx(table["gross_outcomes"].to_numpy())


def test_deadweight_is_that_of_the_pairs(runs):
    found = outcome_of("", FIXED_LABELS["state"], runs)
    dead = sum(run.metrics["deadweight_months"] for run in runs)
    arrivals = sum(int(run.groups["state"][-1][3]) for run in runs)
    assert (found.gross - found.net).sum() * 12 == pytest.approx(dead - arrivals)
    population, engagement, impact, deadweight = found.factors
    assert population * engagement * impact * (1 - deadweight) == pytest.approx(found.net.mean())
    assert 0 < deadweight < 1


def test_states_of_the_outcomes_are_those_of_the_group_table(runs):
    known = [state for outcome in evidence.gm_outcomes() for state in outcome.states]
    assert set(known) <= set(STATES) and len(known) == len(set(known))
    run = runs[0]
    parts = sum(state_items(run, [state])["residents"] for state in STATES)
    assert parts == state_items(run, STATES)["residents"] == run.groups["state"][:-1, 0].sum()


def test_published_rows_are_split_by_agency_and_say_their_edition(table):
    held = evidence.unit_costs()
    for outcome in evidence.gm_outcomes():
        rows = table[table["unit_cost_code"] == outcome.code]
        assert dict(zip(rows["agency"], rows["unit_cost"], strict=True)) == dict(held[outcome.unit_cost].agencies)
        assert rows["unit_cost"].sum() == held[outcome.unit_cost].value
        assert set(rows["edition"]) == {HELD_EDITION} and set(rows["price_year"]) == {"2012/13"}
        assert set(rows["cashable_share"]) == {NOT_ENTERED} and set(rows["value_type"]) == {"fiscal"}


def test_rows_of_the_ledger_add_up_to_the_purse_without_programmes(runs, table):
    rows = table[(table["basis"] == BASES[1]) & (table["value_type"] == "fiscal")]
    gain = np.mean(
        [
            sum(s * int(ledger_difference(r.policy, r.baseline)[..., i].sum()) for i, s in before_programmes().items())
            for r in runs
        ]
    )
    assert rows["total"].sum() == pytest.approx(gain / 100)
    assert (rows["unit_cost_code"] == "").all() and (rows["edition"] == "this run").all()
    pay = table[table["value_type"] == "economic"]
    assert len(pay) == 1 and pay["cashable_total"].iloc[0] == 0


def test_costs_are_programme_spending_by_funder(runs):
    spent = cost_frame(runs)
    assert tuple(spent.columns) == COST_COLUMNS
    lines = [LINE_INDEX[name] for name in PROGRAMME_LINES]
    pence = np.mean([ledger_difference(r.policy, r.baseline)[..., lines].sum() for r in runs])
    assert spent["total"].sum() == pytest.approx(pence / 100)
    assert set(spent["funder"]) == {"DWP"} and set(spent["cost_type"]) == {"revenue"}


def test_lag_is_the_month_of_most_additional_work_and_drop_off_lies_between_0_and_1(runs):
    lag, drop_off = timing(runs)
    assert 1 <= lag <= runs[0].horizon and 0 <= drop_off <= 1
    assert timing([replace(run, policy=run.baseline) for run in runs]) == (1, 0.0)


def test_a_run_of_services_alone_states_added_starts_and_no_deadweight(costs):
    runs = [compare_arms(*service_pair(seed=k)) for k in range(2)]
    assert not any(run.metrics["starts"] for run in runs)
    table = benefit_frame(runs, evidence.gm_outcomes(), costs)
    assert (table["deadweight"] == 0).all() and (table["gross_outcomes"] == table["net_outcomes"]).all()
    engaged = table["target_population"] * table["engagement"]
    there = (table["target_population"] > 0).to_numpy()
    assert there.sum() >= 5
    assert engaged[there].to_numpy() == pytest.approx(np.mean([run.metrics["service_starts"] for run in runs]))
    product = engaged * table["impact"] * table["unit_cost"]
    assert product.to_numpy() == pytest.approx(table["total"].to_numpy(), rel=1e-9, abs=1e-6)
    assert "do not add them up" in dict(notes_of(runs))["Engagement"]
    assert set(cost_frame(runs)["funder"]) == {"DWP"}


def test_a_run_in_which_nobody_takes_part_is_refused(runs, costs):
    idle = [replace(run, metrics=run.metrics | {"starts": 0.0}) for run in runs]
    with pytest.raises(GmError, match="nobody starts"):
        benefit_frame(idle, evidence.gm_outcomes(), costs)
    with pytest.raises(GmError, match="nobody starts"):
        benefit_frame([], evidence.gm_outcomes(), costs)


def test_a_later_edition_takes_the_place_of_what_is_held(runs):
    newer = EditionCost("E&E2.0", "t", 9999.0, "Per claimant per year", "2021/22", {"DWP": 8000.0, "NHS": 1999.0})
    bare = EditionCost("E&E1.0", "t", 700.0, "Per claimant per year", "2021/22")
    edition = Edition("v3.0", "mine.xlsx", "00", {"E&E2.0": newer, "E&E1.0": bare})
    outcomes = evidence.gm_outcomes()
    table = benefit_frame(runs, outcomes, published_costs(outcomes, evidence.unit_costs(), edition))
    rows = table[table["unit_cost_code"] == "E&E2.0"]
    assert list(rows["unit_cost"]) == [8000, 1999] and set(rows["edition"]) == {"v3.0"}
    assert list(table.loc[table["unit_cost_code"] == "E&E1.0", "agency"]) == ["not split"]
    assert set(table.loc[table["unit_cost_code"] == "E&E3.0", "edition"]) == {HELD_EDITION}


def test_the_csv_says_that_its_order_is_our_expectation_and_reads_back(runs, costs, tmp_path):
    path = tmp_path / "gm.csv"
    written = write_gm(runs, path, evidence.gm_outcomes(), costs)
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# Columns: {COLUMN_NOTE}\n") and "never add" in text and "not calibrated" in text
    back = pd.read_csv(io.StringIO(text), comment="#", keep_default_na=False)
    assert tuple(back.columns) == BENEFIT_COLUMNS and len(back) == len(written)
    assert back["total"].to_numpy() == pytest.approx(written["total"].to_numpy())
    spent = pd.read_csv(costs_path(path), comment="#")
    assert tuple(spent.columns) == COST_COLUMNS
    assert sorted(p.name for p in tmp_path.iterdir()) == ["gm-costs.csv", "gm.csv"]


def test_the_workbook_holds_benefits_costs_and_notes_byte_for_byte(runs, costs, tmp_path):
    paths = [tmp_path / name for name in ("a.xlsx", "b.XLSX")]
    for path in paths:
        write_gm(runs, path, evidence.gm_outcomes(), costs)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    book = openpyxl.load_workbook(paths[0])
    assert {"Benefits", "Costs"} <= set(book.sheetnames)
    words = " ".join(str(cell) for row in book["Notes"].iter_rows(values_only=True) for cell in row)
    assert COLUMN_NOTE in words


def test_another_ending_is_refused(runs, costs, tmp_path):
    with pytest.raises(GmError, match=r"\.csv nor \.xlsx"):
        write_gm(runs, tmp_path / "gm.txt", evidence.gm_outcomes(), costs)
    assert list(tmp_path.iterdir()) == []
