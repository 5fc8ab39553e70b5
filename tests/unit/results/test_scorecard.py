"""The strategy scorecard: ratios of sums, paired differences, and a verdict only where the interval gives one."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import load_region
from evidence.known import SCORE_MEASURES
from results.measures import series
from results.partial import read_seed, save_seed
from results.report import build_report
from results.scorecard import MEASURES, MET, NO_TARGET, NOT_MET, OPEN, judged_at, share_of, verdict_of
from results.scorecard_words import level_text, rows_frame, target_text, words_of
from results.statistics import Stat
from results.store import RunFolder, write_run
from results.summary import summarise
from results.tidy import summary_table
from results.workbook import workbook_bytes
from simulation.output import SCORE_ITEMS
from tests.unit.results.sample_run import contents, score_targets, seeds
from tests.unit.results.synthetic import three_places


@pytest.fixture(scope="module")
def runs():
    return seeds(4)


@pytest.fixture(scope="module")
def card(runs):
    found = summarise(runs, three_places(), score_targets=score_targets()).scorecard
    assert found is not None
    return found


def test_evidence_and_results_know_the_same_measures() -> None:
    assert list(MEASURES) == list(SCORE_MEASURES)
    assert {m.item for m in MEASURES.values()} | {m.less for m in MEASURES.values()} - {""} == set(SCORE_ITEMS)
    assert all((SCORE_MEASURES[m.name][0] == "percentage points") == m.is_gap for m in MEASURES.values())


def between(low: float, high: float) -> Stat:
    """Return a statistic with this interval."""
    middle = (low + high) / 2
    return Stat(middle, low, middle, middle, middle, high, 1, 4, 0.01, "t")


@given(
    st.lists(st.integers(-200, 200), min_size=2, max_size=2),
    st.sampled_from(["at_least", "at_most"]),
    st.integers(0, 100),
)
def test_a_verdict_is_given_only_if_the_whole_interval_is_on_one_side_and_turns_with_the_sign(
    ends: list[int], direction: str, shift: int
) -> None:
    low, high = sorted(ends)
    found = verdict_of(between(low, high), direction)
    good = [end >= 0 if direction == "at_least" else end <= 0 for end in ends]
    assert found == (MET if all(good) else NOT_MET if not any(good) else OPEN)
    other = "at_most" if direction == "at_least" else "at_least"
    assert verdict_of(between(-high, -low), other) == found
    better = shift if direction == "at_least" else -shift
    order = [NOT_MET, OPEN, MET]
    assert order.index(verdict_of(between(low + better, high + better), direction)) >= order.index(found)


def test_one_run_gives_no_verdict(runs) -> None:
    card = summarise(runs[:1], three_places(), score_targets=score_targets()).scorecard
    assert card is not None
    assert {row.verdict for row in card.rows} == {OPEN, NO_TARGET}


def test_the_region_is_the_ratio_of_sums_over_its_places_and_agrees_with_the_monthly_measures(runs, card) -> None:
    frame = card.frame
    for row in frame[frame["arm"] == "policy"].itertuples():
        assert row.mean == pytest.approx(
            np.mean([expected(run.policy, row.measure, row.geography_name, row.period) for run in runs])
        )
    for name, other in (
        ("disability_employment_gap", "employment_gap_disabled"),
        ("long_term_sick", "long_term_sick_rate"),
    ):
        part = frame[(frame["measure"] == name) & (frame["arm"] == "baseline") & (frame["level"] == "region")]
        at = runs[0].baseline.scores.months - runs[0].baseline.months[0]
        assert part["mean"].to_numpy() == pytest.approx(
            np.mean([series(other, run.baseline)[at] for run in runs], axis=0)
        )


def expected(panel, name: str, area: str, period: str) -> float:
    """Return a measure of one arm from its counts, in the plainest way."""
    year, month = map(int, period.split("-"))
    at = panel.scores.months.tolist().index((year - 2025) * 12 + month - 1)
    places = three_places().find(area).places
    counts = dict(zip(SCORE_ITEMS, panel.scores.counts[at, places].sum(axis=0).tolist(), strict=True))
    measure = MEASURES[name]
    rate = counts[measure.item][0] / counts[measure.item][1]
    return rate - counts[measure.less][0] / counts[measure.less][1] if measure.less else rate


def test_arms_share_the_start_and_the_difference_is_paired(card) -> None:
    frame = card.frame.set_index(["measure", "geography_name", "period", "arm"])["mean"].unstack("arm")
    assert frame["difference"].to_numpy() == pytest.approx((frame["policy"] - frame["baseline"]).to_numpy())
    first = card.frame["period"].min()
    assert (frame.xs(first, level="period")["difference"] == 0).all()
    assert (frame["difference"] != 0).any()


def test_every_measure_has_a_row_and_targets_have_theirs(card) -> None:
    named = [(row.measure.name, row.area, row.target is not None) for row in card.rows]
    assert ("disability_employment_gap", "Testland", True) in named
    assert ("learning_disability_employment", "Testland", False) in named
    assert ("learning_disability_employment", "Midham", True) in named
    assert [row.measure.name for row in card.rows if row.area == "Testland"] == list(MEASURES)
    for row in card.rows:
        assert (row.verdict == NO_TARGET) == (row.target is None)


def test_a_target_relative_to_the_start_moves_with_it(runs, card) -> None:
    row = next(row for row in card.rows if row.area == "Midham")
    assert row.aim.mean == pytest.approx(1.2 * row.start.mean)
    easy = replace(score_targets()[1], value=0.0)
    found = summarise(runs, three_places(), score_targets=[easy]).scorecard
    assert next(row for row in found.rows if row.target).verdict == MET
    assert "120% of the start" in target_text(row)


def test_a_target_is_judged_at_the_yearly_snapshot_nearest_to_its_date() -> None:
    target = score_targets()[0]
    periods = ["2026-03", "2027-03", "2028-03", "2029-03"]
    found = [
        judged_at(replace(target, due=due), periods) for due in ("2020-01", "2026-04", "2028-02", "2028-10", "2040-01")
    ]
    assert found == [1, 1, 2, 3, 3]
    assert judged_at(None, periods) == 3
    assert judged_at(target, periods[:1]) == 0


def test_a_run_under_a_year_says_so_and_judges_nothing(runs) -> None:
    def cut(panel):
        scores = panel.scores
        return replace(panel, scores=replace(scores, months=scores.months[:1], counts=scores.counts[:1],
                                             living_wage_pence=scores.living_wage_pence[:1]))  # fmt: skip

    short = [replace(run, policy=cut(run.policy), baseline=cut(run.baseline)) for run in runs]
    card = summarise(short, three_places(), score_targets=score_targets()).scorecard
    assert {row.verdict for row in card.rows} == {OPEN, NO_TARGET}
    assert "shorter than a year" in words_of(card)[-1]


def test_nobody_to_count_among_is_not_a_number() -> None:
    assert np.isnan(share_of(np.zeros((1, 2), np.int64))).all()
    assert level_text(float("nan"), MEASURES["neet"]) == "not defined"


def test_runs_without_snapshots_have_no_scorecard(runs) -> None:
    bare = [replace(r, policy=replace(r.policy, scores=None), baseline=replace(r.baseline, scores=None)) for r in runs]
    made = contents(bare)
    assert made.headline.scorecard is None
    assert made.headline.as_dict()["scorecard"] == []
    assert "kept no snapshots" in build_report(made.report)
    assert (summary_table(made.headline)["table"] != "scorecard").all()


def test_a_saved_seed_keeps_its_snapshots(runs, tmp_path: Path) -> None:
    bare = replace(runs[1], policy=replace(runs[1].policy, scores=None))
    again, without = (read_seed(save_seed(tmp_path, seed)) for seed in (runs[0], bare))
    assert without.policy.scores is None
    for name, value in vars(runs[0].policy.scores).items():
        found = getattr(again.policy.scores, name)
        assert np.array_equal(found, value)
        assert getattr(found, "dtype", None) == getattr(value, "dtype", None)


def test_the_scorecard_reaches_every_output(runs, tmp_path: Path) -> None:
    made = contents(runs)
    folder = RunFolder(tmp_path, "kickstart", "0" * 16)
    path = write_run(folder, made)
    card = made.headline.scorecard
    rows = list(csv.DictReader(io.StringIO((path / "scorecard.csv").read_text(encoding="utf-8"))))
    assert [row["verdict"] for row in rows] == [row.verdict for row in card.rows]
    said = json.loads((path / "headline.json").read_text(encoding="utf-8"))["scorecard"]
    assert [row["measure"] for row in said] == [row.measure.name for row in card.rows]
    assert said[0]["policy"] == pytest.approx(card.rows[0].policy.mean)
    table = summary_table(made.headline)
    part = table[table["table"] == "scorecard"]
    assert len(part) == len(card.frame)
    assert set(part["label"]) == {"policy", "baseline", "difference"}
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(made.headline)))
    assert {"Scorecard", "Scorecard by year"} <= set(book.sheetnames)
    assert book["Scorecard"].max_row == 2 + len(card.rows)
    page = (path / "report.html").read_text(encoding="utf-8")
    assert 'id="scorecard"' in page
    assert "half of &lt;the UK&#39;s&gt; gap" in page
    assert "no published poverty rate" in page


def test_files_and_words_do_not_lose_a_row(card) -> None:
    frame = rows_frame(card)
    assert len(frame) == len(card.rows)
    assert frame.drop(columns=["target", "policy_p05"]).notna().all().all()
    assert any("ends before" in line for line in words_of(card))


def test_the_shipped_targets_belong_to_measures_of_the_scorecard() -> None:
    targets = load_region("cheshire-merseyside").score_targets
    assert {target.measure for target in targets} == set(MEASURES)
    assert load_region("eskermere").score_targets == ()
