"""The page of a goal-seek: the answer in words first, its chart with the table beside, and what must be known."""

from __future__ import annotations

from typing import Any

import pytest

from results.seek_charts import charts_of
from results.seek_page import build_page
from results.seek_store import answer_frame, point_frame
from results.seek_words import lever_text, number_text, point_rows
from tests.unit.results.seek_answer import HOURS, LEVER, answer, by_draws

CASES: dict[str, dict[str, Any]] = {
    "one lever": {},
    "level of a Place": {"target": "level"},
    "unreachable": {"status": "nowhere"},
    "everywhere": {"status": "everywhere"},
    "several levers": {"levers": 2},
    "several levers, unreachable": {"levers": 2, "status": "nowhere"},
    "draws": {"names_draws": True, "n_draws": 40, "by_draws": by_draws(40, 6), "calibration": "calibrated (40 draws)"},
}


@pytest.mark.parametrize("case", CASES)
def test_the_page_holds_the_finding_the_chart_and_its_table(case: str) -> None:
    content = answer(**CASES[case])
    charts = charts_of(content)
    page = build_page(content, charts)
    assert build_page(content, charts_of(content)) == page
    for text in (content["finding"], content["check_words"], charts[0].caption, *content["notes"]):
        assert text.replace("'", "&#39;") in page
    assert len(charts[0].table) == len(content["points"]) and page.count("<img") == 1
    assert ("not calibrated" in page.lower()) == (case != "draws")


def test_the_finding_says_value_side_and_interval() -> None:
    assert answer()["finding"] == (
        "Residents in work, change by 2027-03: 300 or more is reached with participant take up of kickstart from 42% "
        "(90% interval 34% to 55%)"
    )
    level = answer(target="level")
    assert level["finding"].startswith("Long-term sick residents over all residents, Stonemarl, 2027-03: 7.38% or less")
    assert level["without_words"] == "Without the policy the figure is 7.80% (7.70% to 7.90%)."
    far = answer(status="nowhere")
    assert "3,000 or more is unreachable within these levers" in far["finding"]
    assert far["nearest_words"].startswith("The nearest is 640 (580 to 700) with participant take up of kickstart 90%")
    several = answer(levers=2)
    assert several["finding"].endswith("with participant take up of kickstart 42% and hours week of kickstart 16")
    assert any("not proven to be the best" in note for note in several["notes"])


def test_draws_tell_in_how_many_of_them_nothing_reaches() -> None:
    content = answer(**CASES["draws"])
    assert "(90% interval 30% to beyond 90%)" in content["finding"]
    assert "in 6 of 40 draws the target is unreachable within the range" in content["draw_words"]
    several = answer(levers=2, n_draws=3, best_of_draws=[[0.3, 16.0], None, [0.5, 40.0]])
    assert several["draw_words"].startswith("In 1 of 3 draws no point that was tried reaches the target.")
    assert "take up of kickstart 30% to 50%" in several["draw_words"]


def test_what_is_odd_about_a_curve_is_said_before_all_else() -> None:
    crossing = {"low": 0.3, "high": 0.31, "x": 0.31, "rises": True, "is_step": True, "is_settled": True}
    other = {"low": 0.5, "high": 0.9, "x": 0.7, "rises": False, "is_step": False, "is_settled": False}
    turning = answer(
        crossings=[crossing, other], shape={"is_constant": False, "is_flat": False, "turns": True}, calibration="yes"
    )
    notes = turning["notes"]
    assert (
        notes[0].startswith("Not monotone") and "crossed 2 times: from 31% (between 30% and 31%); up to 70%" in notes[1]
    )
    assert "jumps over the target between 30% and 31%" in notes[2] and "budget ended before" in notes[3]
    flat = answer(shape={"is_constant": True, "is_flat": True, "turns": False}, calibration="yes")
    assert flat["notes"][0].startswith("The lever changes nothing")
    hidden = answer(shape={"is_constant": False, "is_flat": True, "turns": False})
    assert hidden["finding"].endswith("(90% interval 34% to 55%); no value that was tried stands out from chance")


def test_tables_hold_every_point_and_every_figure() -> None:
    content = answer(levers=2)
    points, fresh = point_frame(content), answer_frame(content)
    assert len(points) == 5 * 3 and points["subsidies.kickstart.hours_week"].nunique() == 2
    assert fresh["figure"].tolist() == ["in_work", "net_cost", "additional_jobs_12"]
    assert point_rows(content)[2][:2] == ["42%", "16"] and point_rows(content)[2][-1] == "42%"


def test_figures_and_levers_are_written_for_readers() -> None:
    assert number_text(0.0731, "share") == "7.31%" and number_text(-0.005, "points") == "−0.50 percentage points"
    assert number_text(-1_234_567.0, "pounds") == "−£1.23 million" and number_text(None, "count") == "not defined"
    assert number_text(0.4567, "number") == "0.457" and number_text(12_345.0, "count") == "12,345"
    assert lever_text(LEVER, 0.425) == "42.5%" and lever_text(HOURS, 25.0) == "25"
    assert lever_text({**LEVER, "form": "money"}, 1250.0) == "£1,250" and lever_text(LEVER, None) == "none"
