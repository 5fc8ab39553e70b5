"""The notebook interface: frozen scenarios in, frames with intervals out."""

from __future__ import annotations

from pathlib import Path

import pytest

import workability as w
from experiments.errors import InvalidRequest
from results.appraisal_terms import AppraisalError
from scenarios.errors import ScenarioError


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> w.Comparison:
    base = w.Scenario.load("baseline").with_(region="eskermere")
    tried = w.Scenario.load("kickstart").with_(region="eskermere", length_months=4)
    return w.run([base, tried], seeds=2, sample=60, months=6, workers=1, out=tmp_path_factory.mktemp("runs"))


def test_a_scenario_is_frozen_and_changed_into_another() -> None:
    scenario = w.Scenario.load("kickstart")
    changed = scenario.with_(length_months=4)
    assert changed.resolved.scenario.subsidies[0].length_months == 4
    assert scenario.resolved.scenario.subsidies[0].length_months == 6
    with pytest.raises(AttributeError):
        scenario.source = "baseline"  # type: ignore[misc]


def test_an_unknown_scenario_or_key_is_refused_at_once() -> None:
    with pytest.raises(ScenarioError, match="Did you mean 'kickstart'"):
        w.Scenario.load("kickstrt")
    with pytest.raises(ScenarioError):
        w.Scenario.load("kickstart").with_(lengths_months=4)


def test_a_run_needs_a_baseline_and_one_alternative() -> None:
    with pytest.raises(InvalidRequest, match="baseline first"):
        w.run(["kickstart"])


@pytest.mark.parametrize(("by", "n"), [("region", 1), ("area", 2), ("place", 3)])
def test_a_measure_is_compared_by_area_with_intervals(comparison: w.Comparison, by: str, n: int) -> None:
    frame = comparison.compare("employed", by=by)
    assert frame[by].nunique() == n
    assert len(frame) == n * 6
    assert {"period", "mean", "p05", "p95", "mc_se", "n_seeds"} <= set(frame.columns)
    assert (frame["n_seeds"] == 2).all()


def test_places_add_up_to_the_region(comparison: w.Comparison) -> None:
    places = comparison.compare("in_work", by="place").groupby("period")["mean"].sum()
    region = comparison.compare("in_work").set_index("period")["mean"]
    assert (places - region).abs().max() < 1e-9


def test_an_unknown_measure_is_refused_with_the_nearest(comparison: w.Comparison) -> None:
    with pytest.raises(KeyError, match="employed"):
        comparison.compare("emploied")
    with pytest.raises(KeyError, match="place"):
        comparison.compare("in_work", by="shoe_size")


def test_the_headline_the_chain_and_the_page_say_what_they_are(comparison: w.Comparison, tmp_path: Path) -> None:
    assert {"figure", "mean", "p05", "p95"} <= set(comparison.headline().columns)
    assert "not calibrated" in comparison.status
    assert "not calibrated" in comparison._repr_html_()
    assert len(comparison.explain()) > 5
    assert comparison.to_excel(tmp_path / "out.xlsx").stat().st_size > 1000
    with pytest.raises(FileExistsError):
        comparison.to_excel(tmp_path / "out.xlsx")
    assert comparison.report.is_file()
    assert not comparison.to_frame("monthly", measure="in_work").empty


def test_a_comparison_is_appraised_by_any_rulebook_held(comparison: w.Comparison) -> None:
    central, later = comparison.appraise(), comparison.appraise(persistence_years=2)
    assert central.value().mean == comparison.summary().appraisal.value().mean
    assert len(later.rows("cumulative", perspective="exchequer")) == 6 + 24
    assert "green-book-2026" in repr(central) and len(repr(central)) < 200
    with pytest.raises(AppraisalError, match="green-book-2022"):
        comparison.appraise(rulebook="green-book-1999")


def test_a_result_is_printed_in_a_few_words_with_its_status(comparison: w.Comparison) -> None:
    for shown in (repr(comparison), repr(comparison.summary())):
        assert "kickstart against baseline: 6 months, 2 seed(s)" in shown
        assert "not calibrated" in shown
        assert len(shown.splitlines()) <= 3 and len(shown) < 500
    assert comparison.folder.name in repr(comparison)
    assert len(repr(comparison.finished)) < 1000


def test_two_versions_of_one_scenario_can_be_compared(tmp_path: Path) -> None:
    plain = w.Scenario.load("kickstart").with_(region="eskermere")
    shorter = plain.with_(length_months=3)
    found = w.run([plain, shorter], seeds=1, sample=60, months=3, workers=1, out=tmp_path)
    assert (found.summary().baseline, found.summary().policy) == ("kickstart", "kickstart-changed")


def test_a_name_that_is_not_there_lists_those_that_are() -> None:
    with pytest.raises(AttributeError, match="Scenario"):
        w.nonsense  # noqa: B018
    assert set(dir(w)) == set(w.__all__)
