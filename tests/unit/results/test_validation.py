"""The validation scorecard: verdicts, coverage, demands and rivals on figures whose answer is known."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from evidence.model import Target
from evidence.validation_files import ScoreNote
from results.rivals import LAST_VALUE, TWIN, ends, last_values
from results.validation import AGREES, DOUBTFUL, FAILS, NOT_MEASURED, Validation, validate
from results.validation_words import (
    band_lines,
    first_lines,
    full_label,
    rule_lines,
    short_labels,
    validation_frame,
    verdict_sentence,
)

N = 400
SCORES = ndtri((np.arange(N) + 0.5) / N)
"""Draws spread as a normal, without chance."""


def target(name: str = "a", value: float = 10.0, role: str = "fit", se: float = 2.0, **changes: str) -> Target:
    words = {
        "measure": name,
        "area": "region",
        "period": "2024",
        "unit": "percent",
        "source": "s",
        "confidence": "high",
    }
    return Target(name=name, value=value, se=se, role=role, note="", **(words | changes))


def judged(residual: float, role: str = "fit", name: str = "a", **kept: object) -> Validation:
    """Return the scorecard of one figure that lies so many standard deviations below the mean of its prediction."""
    one = target(name, role=role)
    spread = 1.5
    draws = one.value + residual * math.hypot(spread, one.se) + spread * SCORES
    return validate([one], {name: draws}, **kept)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("residual", "verdict"),
    [(0.0, AGREES), (1.6, AGREES), (-1.6, AGREES), (1.7, DOUBTFUL), (-2.5, DOUBTFUL), (2.65, FAILS), (-9.0, FAILS)],
)
def test_a_normal_prediction_is_judged_by_its_90_and_99_percent_intervals(residual: float, verdict: str) -> None:
    row = judged(residual).rows[0]
    assert row.verdict == verdict
    assert row.residual == pytest.approx(residual, abs=0.02)
    assert row.place == pytest.approx(ndtr(-residual), abs=0.01)
    assert row.is_inside_half == (abs(residual) < 0.6745)


def test_a_figure_that_is_not_measured_counts_nowhere_but_is_named() -> None:
    found = validate([target("a"), target("b")], {"a": 10 + SCORES, "b": np.array([np.nan, 4.0])})
    assert found.rows[1].verdict == NOT_MEASURED
    assert found.coverage("fit").n == 1
    assert any("b" in line and "Not measured" in line for line in first_lines(found))
    assert math.isnan(found.rows[1].mean)


def test_calibration_and_hold_outs_are_counted_apart() -> None:
    targets = [target("a"), target("h", role="holdout"), target("b"), target("i", role="holdout", value=90.0)]
    found = validate(targets, dict.fromkeys("ahbi", 10 + SCORES))
    assert [row.target.name for row in found.rows] == ["a", "b", "h", "i"]
    fit, held = found.coverage("fit"), found.coverage("holdout")
    assert (fit.inside, fit.n, held.inside, held.n) == (2, 2, 1, 2)
    assert held.low < 0.5 < held.high


def many(n_inside: int, n: int, role: str) -> tuple[list[Target], dict[str, np.ndarray]]:
    targets = [target(f"{role}{k}", value=10.0 if k < n_inside else 15.0, role=role) for k in range(n)]
    return targets, {one.name: 10 + SCORES for one in targets}


@pytest.mark.parametrize(("n_inside", "met"), [(40, True), (39, False), (50, True)])
def test_four_in_five_fitted_figures_are_demanded(n_inside: int, met: bool) -> None:
    demand = validate(*many(n_inside, 50, "fit")).demands[0]
    assert demand.is_met is met
    assert f"{n_inside} of 50" in demand.found


@pytest.mark.parametrize(("n_inside", "met"), [(29, False), (30, True), (39, True), (40, False)])
def test_hold_outs_may_be_neither_too_few_nor_too_many(n_inside: int, met: bool) -> None:
    found = validate(*many(n_inside, 40, "holdout"))
    assert found.demands[1].is_met is met
    assert found.has_failed is not met


def test_one_failing_figure_fails_the_whole_and_is_named_first_with_its_reason() -> None:
    note = ScoreNote("hazard_*", "2013 was slack", "newer flows")
    found = judged(5.0, name="hazard_EU", notes=[note])
    assert found.has_failed
    assert verdict_sentence(found).startswith("The scorecard fails: 1 of 1 figures fails")
    failing = next(line for line in first_lines(found) if line.startswith("Fails:"))
    assert "flow from work to unemployment" in failing and "2013 was slack." in failing
    assert found.rows[0].remedy == "newer flows"


def test_without_rivals_or_hold_outs_a_demand_cannot_be_told_and_does_not_fail() -> None:
    found = judged(0.3)
    assert [demand.is_met for demand in found.demands] == [True, None, None, None]
    assert not found.has_failed
    assert verdict_sentence(found).startswith("The scorecard holds")


@pytest.mark.parametrize(("off", "met"), [(0.4, False), (8.0, True)])
def test_a_rival_must_be_beaten_by_a_tenth(off: float, met: bool) -> None:
    found = judged(0.2, role="holdout", twin={"a": 10.0 + off})
    compared = found.compare("holdout", TWIN)
    assert compared.other == pytest.approx(off / 2)
    demand = found.demands[3]
    assert demand.is_met is met and (compared.gain >= 0.1) is met
    assert found.compare("holdout", LAST_VALUE).n == 0


def test_the_mean_score_of_a_true_model_is_that_of_its_normal() -> None:
    # E CRPS of N(0, s) under its own law is s / sqrt(pi); in standard errors of the figure it is divided by se
    random, spread, se, n, few = np.random.default_rng(5), 1.0, 2.0, 150, SCORES[::4]
    sd = math.hypot(spread, se)
    targets = [target(f"t{k}", value=float(sd * random.standard_normal()), role="holdout", se=se) for k in range(n)]
    found = validate(targets, {one.name: spread * few for one in targets})
    scores = np.array([row.score for row in found.rows])
    assert abs(scores.mean() - sd / se / math.sqrt(math.pi)) < 4 * scores.std() / math.sqrt(n)


def test_the_last_value_is_the_latest_that_was_over_before() -> None:
    targets = [
        target("old", 1.0, measure="m", period="2019"),
        target("mean", 2.0, measure="m", period="2019/2021"),
        target("precise", 3.0, measure="m", period="2021-12", se=1.0),
        target("rolling", 4.0, measure="m", period="2021-10/2022-09"),
        target("now", 5.0, measure="m", period="2022-01/2022-12"),
        target("elsewhere", 6.0, measure="m", period="2021", area="Halton"),
        target("counted", 7.0, measure="m", period="2021", unit="persons"),
    ]
    found = last_values(targets)
    assert found == {"rolling": 1.0, "now": 3.0, "precise": 1.0}
    assert ends("2021-10/2022-09") == ("2021-10", "2022-09")
    assert ends("2020/2022") == ("2020-01", "2022-12")


def test_every_resident_is_counted_where_it_was_run() -> None:
    one, other = target("a"), target("b")
    draws = {"a": 10 + SCORES, "b": 10 + SCORES}
    found = validate([one, other], draws, full={"a": 30 + SCORES, "b": np.full(3, np.nan)})
    assert found.rows[0].full_inside is False and found.rows[1].full_inside is None
    cover = found.coverage("fit", full=True)
    assert (cover.inside, cover.n) == (0, 1)


def test_files_hold_every_figure_and_the_rule_names_its_thresholds() -> None:
    found = validate([target("a"), target("b")], {"a": 10 + SCORES})
    frame = validation_frame(found)
    assert list(frame["target"]) == ["a", "b"]
    assert frame["verdict"].tolist() == [AGREES, NOT_MEASURED]
    assert frame.loc[1, "inside_90"] == ""
    assert {"last_value", "mean_field_twin_crps", "p05", "p95", "reason"} <= set(frame.columns)
    rules = " ".join(rule_lines())
    assert all(text in rules for text in ("90%", "99%", "80%", "75% to 98%", "10%"))
    facts = {"n_draws": 400, "sample": 20, "settled_months": 60, "measured_months": 12}
    assert "one resident in 20 over 12 months after 60" in " ".join(band_lines(facts))


def test_labels_leave_out_what_all_share_unless_that_makes_two_alike() -> None:
    areas = [target("a", measure="inactivity_rate", area=area) for area in ("Halton", "Wirral")]
    found = validate(areas, {}).rows
    assert short_labels(found) == ["Halton", "Wirral"]
    twice = [replace(found[0], target=replace(areas[0], name="c")), found[0]]
    assert short_labels(twice) == [full_label(row) for row in twice]
    assert full_label(found[0]) == "inactivity rate, Halton, 2024"
