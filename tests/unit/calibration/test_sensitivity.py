"""A sensitivity analysis from question to page: what is refused, what is kept, and that nothing is lost or mixed up."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import evidence
from calibration.batches import parquet
from calibration.priors import prior_of
from calibration.sensitivity import analyse_sensitivity
from calibration.sensitivity_emulator import emulated
from calibration.sensitivity_factors import choice_factor, prior_factor, within_posterior, z_of
from calibration.sensitivity_request import SensitivityRequest
from calibration.sensitivity_runs import results_of
from calibration.sensitivity_study import sensitivity_study
from calibration.sensitivity_vectors import HELD, Support, held_values, levels_for
from experiments.errors import InvalidData, InvalidRequest, MissingData, RunError, UnfitScenarios
from experiments.estimate import MEGABYTE, REPORT_BYTES
from experiments.requests import Request
from experiments.sensitivity_analysis import NO_CHANCE
from experiments.sensitivity_design import MORRIS, SOBOL, Space, morris_design, spread_design
from results.store import COMPLETE
from scenarios.errors import ScenarioError

TAKE_UP = "subsidies.kickstart.participant_take_up"
FEW = ("separation.separation", "employer_choice.subsidy_points")


def asked(out: Path = Path("nowhere"), method: str = MORRIS, **changes: Any) -> SensitivityRequest:
    of_study = ("scenario", "overrides", "n_seeds", "seed", "workers", "months")
    own = {key: changes.pop(key) for key in of_study if key in changes}
    terms: dict[str, Any] = {"sample": 50, "months": 3, "threads": 1, "workers": 1, "overrides": {}, "draws": (0,)}
    terms |= own
    terms["overrides"] = {"region": "eskermere", **terms["overrides"]}
    study = Request(terms.pop("scenario", "kickstart"), out=out, **terms)
    wanted: dict[str, Any] = {"samples": 2, "only": FEW}
    return SensitivityRequest(study, method, **(wanted | changes))


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        ({"method": "fast"}, InvalidRequest, "--method fast: write morris or sobol"),
        ({"within": "both"}, InvalidRequest, "--within both"),
        ({"within": "posterior"}, MissingData, "'eskermere' is not calibrated"),
        ({"levels": "rule"}, MissingData, "'eskermere' has no bank of designs"),
        ({"emulator": True}, InvalidRequest, "--emulator is for --method sobol"),
        ({"second_order": True}, InvalidRequest, "--second-order is for --method sobol"),
        ({"samples": 1}, InvalidRequest, "--samples 1"),
        ({"method": SOBOL, "samples": 48}, InvalidRequest, "ask for 32 or 64"),
        ({"budget": 0}, InvalidRequest, "--budget 0"),
        ({"budget": 9}, InvalidRequest, "take 10 runs, so nothing was started"),
        ({"n_seeds": 65}, InvalidRequest, "--seeds 65"),
        ({"vary": ("separation.separation=0.01..0.005",)}, InvalidRequest, "reversed or empty.*0.005..0.01"),
        ({"vary": ("separation.separation=0.01",)}, InvalidRequest, "write two numbers"),
        ({"vary": ("separation.separation=nan..1",)}, InvalidRequest, "must be finite"),
        ({"vary": ("separation.separation=0.005..0.9",)}, InvalidRequest, "process 'separation' has hazards that the"),
        ({"vary": ("separation.insecure=1..2",)}, InvalidRequest, "Did you mean 'separation.insecure_ratio'"),
        ({"vary": ("search.on_the_job=0.5..1.5",)}, InvalidRequest, "is a share"),
        ({"vary": ("horizon.months=6..12",)}, InvalidRequest, "decides what is compared"),
        ({"vary": (f"{TAKE_UP}=0.5..1.5",), "only": ()}, ScenarioError, "participant_take_up"),
        ({"vary": ("health.recovery=1..2", "health.recovery=1..3"), "only": ()}, InvalidRequest, "a factor twice"),
        (
            {"vary": (f"{TAKE_UP}=0.4..0.6",), "overrides": {TAKE_UP: "0.5"}, "only": ()},
            InvalidRequest,
            "contradict each other",
        ),
        ({"choose": ("context",)}, InvalidRequest, "at least two values"),
        ({"choose": ("context=weak-demand,weak-demand",)}, InvalidRequest, "name each value once"),
        ({"choose": ("context=weak-demand,weak-demnd",), "only": ()}, ScenarioError, "weak-demnd"),
        ({"only": ("separation.seperation",)}, InvalidRequest, "Did you mean 'separation.separation'"),
        ({"only": ("separation.separation",)}, InvalidRequest, "at least two factors"),
        ({"outputs": ("jobs",)}, InvalidRequest, "--output jobs: no figure.*net_public_flow"),
        (
            {"overrides": {"parameters.separation.separation": "0.006"}, "vary": ("separation.separation",)},
            UnfitScenarios,
            "is set by the scenario",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(
    words: dict[str, Any], error: type[RunError | ScenarioError], said: str
) -> None:
    with pytest.raises(error, match=said):
        sensitivity_study(asked(**words))


def test_groups_of_a_file_that_names_unknown_parameters_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "groups.yaml"
    path.write_text("jobs: {title: Jobs, parameters: [separation.*, jobs.lost]}", encoding="utf-8")
    with pytest.raises(InvalidData, match=r"groups.yaml: 'jobs.parameters\[1\]': 'jobs.lost' names no parameter"):
        sensitivity_study(asked(groups=str(path)))


def test_groups_and_factors_are_what_was_asked_for() -> None:
    study = sensitivity_study(asked(groups="policy", only=(), vary=("health.recovery=0.8..1.2", TAKE_UP)))
    assert len(study.space.labels) == 9 and study.space.labels[-1] == TAKE_UP  # the shipped eight, and one by itself
    assert study.space.groups is not None
    assert study.space.groups[study.space.names.index("health.recovery")] == "long-term-sickness"
    factor = next(f for f in study.factors if f.name == TAKE_UP)
    assert (factor.low, factor.high) == (0.4, 0.7)  # the interval that the scenario's file gives
    assert study.levels == HELD and study.outputs == ("net", "additional_jobs_3", "starts", "net_public_flow")
    narrow = sensitivity_study(asked(groups="policy", only=("how-many-jobs", "separation.*")))
    assert narrow.space.labels == ("losing-a-job", "how-many-jobs")


def test_shares_of_a_law_stand_for_its_quantiles() -> None:
    values = evidence.parameters()
    factor = prior_factor("separation.separation", values, 2.5)
    ends = factor.values(np.array([0.0, 1.0]), MORRIS)
    assert ends == pytest.approx([factor.low, factor.high], rel=1e-5)  # Morris walks over the 95% interval
    wider = factor.values(np.array([0.0, 1.0]), SOBOL)
    assert wider[0] < factor.low and wider[1] > factor.high
    drawn = within_posterior(factor, [0.005, 0.007, 0.006])
    assert drawn.values(np.array([0.0, 0.5, 1.0]), SOBOL) == pytest.approx([0.005, 0.006, 0.007])
    choice = choice_factor("context=a,b,c")
    assert choice.values(np.array([0.0, 0.34, 0.99, 1.0]), SOBOL).tolist() == [0, 1, 2, 2]


@pytest.mark.parametrize("name", ["separation.separation", "search.on_the_job", "gain_from_work.search_elasticity"])
def test_the_standard_scale_of_a_value_leads_back_to_it(name: str) -> None:
    process, _, short = name.partition(".")
    prior = prior_of(process, evidence.parameters()[process][short])
    z = np.array([-2.0, -0.3, 0.0, 1.7])
    assert z_of(prior, prior.values(z), 2.5) == pytest.approx(z, abs=1e-4)


def test_a_vector_that_the_model_cannot_hold_is_drawn_in_and_no_other() -> None:
    study = sensitivity_study(asked(only=("separation.*", "health.worsening"), samples=10))
    design = study.design(10)
    values, pulled = held_values(design, study.factors, study.support)
    raw = np.stack([f.values(design.u[:, k], MORRIS) for k, f in enumerate(study.factors)], axis=1)
    again = Support(study.region.values)
    assert 0 < (pulled > 0).sum() < len(pulled)
    for row in range(len(design)):
        mine = {f.name: v for f, v in zip(study.factors, values[row], strict=True) if f.name.startswith("separation.")}
        designed = {f.name: v for f, v in zip(study.factors, raw[row], strict=True) if f.name.startswith("separation.")}
        assert again.holds("separation", mine)
        assert again.holds("separation", designed) == (pulled[row] == 0.0) == (mine == designed)


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_analysis_is_kept_resumed_and_the_same_to_the_byte(tmp_path: Path) -> None:
    request = asked(tmp_path / "one", vary=(TAKE_UP,), samples=4)
    found = analyse_sensitivity(request)
    study = sensitivity_study(request)
    runs = study.runs_folder
    before, times = bytes_in(found.folder), {p.name: p.stat().st_mtime_ns for p in runs.iterdir()}
    assert analyse_sensitivity(request).content == found.content  # read, not made again
    assert {p.name: p.stat().st_mtime_ns for p in runs.iterdir()} == times

    (found.folder / COMPLETE).unlink()
    (runs / "batch-00001.parquet").unlink()
    mixed = pd.read_parquet(runs / "batch-00000.parquet")
    (runs / "batch-00000.parquet").write_bytes(parquet(mixed.iloc[::-1].reset_index(drop=True)))
    analyse_sensitivity(request)  # what is lost or out of order is run again
    assert bytes_in(found.folder) == before

    other = analyse_sensitivity(asked(tmp_path / "two", vary=(TAKE_UP,), samples=4))
    assert other.folder.name == found.folder.name and bytes_in(other.folder) == before

    (found.folder / "indices.csv").write_text("altered", encoding="utf-8")
    with pytest.raises(MissingData, match=r"not as it was written: indices\.csv"):
        analyse_sensitivity(request)


def test_more_samples_add_to_the_runs_that_are_there(tmp_path: Path) -> None:
    request = asked(tmp_path, samples=4)
    first = analyse_sensitivity(request)
    runs = sensitivity_study(request).runs_folder
    kept = runs / "batch-00000.parquet"
    made = kept.stat().st_mtime_ns
    more = analyse_sensitivity(replace(request, samples=8))
    assert more.folder != first.folder and kept.stat().st_mtime_ns == made
    lines, fewer = (pd.read_parquet(found.folder / "runs.parquet") for found in (more, first))
    pd.testing.assert_frame_equal(lines.iloc[: len(fewer)], fewer)
    study = sensitivity_study(replace(request, samples=8))
    taken = sum(path.stat().st_size for folder in (runs, more.folder) for path in folder.rglob("*") if path.is_file())
    assert taken < study.estimate.disk_bytes < study.runs(8) * MEGABYTE + REPORT_BYTES, (
        "a line of figures is kept a run"
    )
    assert lines["seed"].is_unique and len(lines) == study.runs(8)


def test_sobol_adds_samples_until_the_budget_ends_and_says_so(tmp_path: Path) -> None:
    request = asked(
        tmp_path, SOBOL, samples=2, budget=25, only=("employer_choice.cost_elasticity",), outputs=("net",),
        choose=("context=weak-demand,strong-demand",), vary=(TAKE_UP,),
    )  # fmt: skip
    found = analyse_sensitivity(request)
    content = found.content
    assert content["stop"] == "budget" and content["n_blocks"] == 4 and content["n_runs"] == 24
    assert "the budget of 25 runs ended at 4 base samples" in content["stop_words"]
    page = found.page.read_text(encoding="utf-8")
    assert "weak-demand, strong-demand" in page and content["outputs"][0]["finding"] in page.replace("&#39;", "'")
    assert json.loads((found.folder / "sensitivity.json").read_text(encoding="utf-8")) == content
    table = pd.read_csv(found.folder / "indices.csv")
    assert table["name"].tolist() == ["employer_choice.cost_elasticity", TAKE_UP, "context"]
    assert set(table["output"]) == {"net"}


def test_seeds_of_a_vector_are_averaged_and_tell_what_chance_does(tmp_path: Path) -> None:
    found = analyse_sensitivity(asked(tmp_path, n_seeds=3, outputs=("starts",)))
    lines = pd.read_parquet(found.folder / "runs.parquet")
    assert lines.groupby("row").size().eq(3).all() and lines["seed"].is_unique
    y, each, _ = results_of(lines, "starts", 3)
    assert found.content["outputs"][0]["mean"] == pytest.approx(y.mean())
    inside = np.mean([values.var(ddof=1) for values in each]) / 3
    assert found.content["outputs"][0]["chance_sd"] == pytest.approx(np.sqrt(inside))


def test_an_emulator_stands_in_and_is_labelled(tmp_path: Path) -> None:
    found = analyse_sensitivity(asked(tmp_path, SOBOL, emulator=True, samples=24, outputs=("starts",)))
    content = found.content
    assert content["is_emulated"] and content["notes"][0].startswith("Subsidised starts: indices on an emulator")
    page = found.page.read_text(encoding="utf-8")
    assert "on an emulator" in page and "an emulator of Workability" in page


def test_an_emulator_of_a_linear_toy_gives_its_indices() -> None:
    names = ("separation.separation", "health.worsening", "search.on_the_job")
    factors = tuple(prior_factor(name, evidence.parameters(), 2.5) for name in names)
    design = spread_design(Space(names), 128, seed=0)
    y = 4.0 * design.u[:, 0] - 2.0 * design.u[:, 1]
    made = emulated(design, y, NO_CHANCE, factors, Space(names), second_order=True, width=0.05)
    assert made.explained > 0.98 and made.possible == 1.0 and made.found.width <= 0.05
    assert made.found.total.value == pytest.approx([0.8, 0.2, 0.0], abs=0.05)


@pytest.mark.slow
def test_levels_follow_the_rule_of_the_calibration() -> None:
    request = asked(only=("separation.separation", "health.worsening"), overrides={"region": "cheshire-merseyside"})
    study = sensitivity_study(request)
    values = np.array([[0.005, 1.0], [0.009, 1.0]])
    low, high = levels_for(study.region, study.factors, values, study.levels)
    assert low.place.shape == (len(study.region.places), 3) and not np.array_equal(low.place, high.place)
    assert low.slots != high.slots or low.standard_shift != high.standard_shift


def test_sample_ids_do_not_depend_on_how_the_design_is_stored() -> None:
    design = morris_design(Space(("a", "b")), 3, seed=0)
    assert len(set(design.ids())) == len(design) == 9
