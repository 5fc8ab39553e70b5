"""A decision between options: what is refused, what the answer says on made-up figures, and a whole one on disk."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments import paired
from experiments.decision import decide, decision_study
from experiments.decision_request import DecisionRequest, option_overrides, parse_weights
from experiments.errors import InvalidRequest, MissingData, UnfitScenarios
from experiments.requests import Request
from results.decision import NOTHING
from results.store import COMPLETE
from tests.decisions import OPTIONS, REGION, made_content, made_figures, request, study_on_draws


@pytest.fixture(scope="module")
def content() -> dict[str, Any]:
    return made_content(60)


def test_probabilities_add_up_to_one_and_hold_their_interval(content: dict[str, Any]) -> None:
    for rows in content["best"].values():
        assert sum(row["share"] for row in rows) == pytest.approx(1.0)
        assert all(row["low"] <= row["share"] <= row["high"] for row in rows)
        assert [option["name"] for option in content["options"]] == [*OPTIONS, NOTHING]


def test_the_option_with_the_least_expected_regret_is_the_best_on_the_mean(content: dict[str, Any]) -> None:
    means = [row["mean"] for row in content["best"]["exchequer"]]
    regret = [row["mean"] for row in content["regret"]]
    assert int(np.argmin(regret)) == int(np.argmax(means))
    assert all(row["mean"] <= row["most"] for row in content["regret"])


def test_information_is_told_by_group_within_perfect_information(content: dict[str, Any]) -> None:
    found = content["information"]
    perfect = found["perfect"]["value"]
    assert found["status"] == "given" and all(0 <= row["value"] <= perfect for row in found["groups"])
    # the made-up value hangs on the onset of sickness absence alone
    assert found["groups"][0]["name"] == "sickness-absence" and found["groups"][0]["is_clear"]
    assert found["groups"][0]["value"] > 0.8 * perfect
    assert sum(len(row["parameters"]) for row in found["groups"]) == 5
    assert perfect < min(row["mean"] for row in content["regret"])  # regret holds what chance does too


def test_a_box_says_when_an_option_pays_back_in_policy_words(content: dict[str, Any]) -> None:
    box = next(b for b in content["boxes"] if b["option"] == "kickstart" and b["of"] == "outcomes")
    assert box["status"] == "found" and [limit["name"] for limit in box["limits"]] == ["displacement"]
    assert box["limits"][0]["high"] == pytest.approx(0.5, abs=0.05)
    assert "pays back for the exchequer when displacement < " in box["finding"]
    other = next(b for b in content["boxes"] if b["option"] == "kickstart" and b["of"] == "parameters")
    assert other["status"] == "found" and "sickness absence: onset >" in other["finding"]


def test_without_draws_there_is_no_value_of_information_and_it_says_so() -> None:
    found = made_content(0)
    assert found["information"]["status"] == "no posterior" and found["information"]["perfect"] is None
    assert "not calibrated" in found["caveats"][0] and found["status"].startswith("Not calibrated")
    assert all(box["of"] == "outcomes" for box in found["boxes"])
    assert any("cannot be told: the region is not calibrated" in text for text in found["findings"])


@pytest.mark.parametrize(
    ("n", "status", "said"), [(1, "one draw", "from one draw"), (20, "few draws", "20 draws are too few")]
)
def test_too_few_draws_are_told_in_words_without_a_number(n: int, status: str, said: str) -> None:
    found = made_content(n)
    assert found["information"] == {**found["information"], "status": status, "perfect": None, "groups": []}
    assert any(said in text for text in found["findings"])


def test_options_in_another_order_change_nothing_but_order(content: dict[str, Any]) -> None:
    study = study_on_draws(60, options=OPTIONS[::-1])
    tasks = sorted((task.draw, task.seed) for task in study.plans[0].request.tasks)
    random = np.random.default_rng(0)
    x = np.array([dict(draw.parameters)["sickness_absence.onset"] for draw in study.plans[0].drawn.draws])
    known, noise = (x - x.mean()) / x.std(), random.normal(0.0, 1e5, (2, len(tasks)))
    figures = [
        made_figures("jobs-guarantee", tasks, 2e5 - 3e5 * known + noise[1], 0.5),
        made_figures("kickstart", tasks, 1e6 * known + noise[0], 1.0),
    ]
    other = made_content(60, figures=figures, options=OPTIONS[::-1])
    swapped = [1, 0, 2]
    for name, rows in content["best"].items():
        assert [other["best"][name][k] for k in swapped] == rows
    assert [other["regret"][k] for k in swapped] == content["regret"]
    assert other["information"]["perfect"]["raw"] == pytest.approx(content["information"]["perfect"]["raw"])
    assert [row["name"] for row in other["information"]["groups"]] == [
        row["name"] for row in content["information"]["groups"]
    ]
    for key in ("ranks", "totals", "first_shares"):
        assert [other["criteria"][key][k] for k in swapped] == pytest.approx(content["criteria"][key])
    assert {b["finding"] for b in other["boxes"]} == {b["finding"] for b in content["boxes"]}


def test_an_option_identical_to_another_has_half_of_its_probability() -> None:
    study = study_on_draws(60)
    tasks = sorted((task.draw, task.seed) for task in study.plans[0].request.tasks)
    worth = np.full(60, 1e6)
    found = made_content(60, figures=[made_figures(name, tasks, worth) for name in OPTIONS])
    assert [row["share"] for row in found["best"]["exchequer"]] == [0.5, 0.5, 0.0]
    assert found["criteria"]["beaten_by"][:2] == [[], []] and found["criteria"]["ranks"][:2] == [1, 1]
    assert "are equally best on the mean" in found["finding"]


def test_doing_nothing_is_chosen_where_every_option_loses() -> None:
    study = study_on_draws(60)
    tasks = sorted((task.draw, task.seed) for task in study.plans[0].request.tasks)
    lost = -1e6 - np.arange(60.0)
    found = made_content(60, figures=[made_figures(name, tasks, lost) for name in OPTIONS])
    assert found["best"]["exchequer"][-1] == {**found["best"]["exchequer"][-1], "share": 1.0, "is_best": True}
    assert found["finding"].startswith("For the exchequer, doing nothing is best on the mean, and best in 100%")
    assert found["information"]["perfect"]["value"] == 0.0
    assert {box["status"] for box in found["boxes"]} == {"never"}


def test_one_option_is_held_against_doing_nothing() -> None:
    found = made_content(40, options=("kickstart",))
    assert [option["name"] for option in found["options"]] == ["kickstart", NOTHING]
    assert len(found["best"]["society"]) == 2


def test_weights_change_totals_and_ranks_and_nothing_else(content: dict[str, Any]) -> None:
    found = made_content(60, weights=parse_weights("jobs=2,fiscal=1"))
    assert found["criteria"]["weights"] == {"jobs": 2.0, "fiscal": 1.0, "equity": 0.0, "wellbeing": 0.0}
    scored = np.array(found["criteria"]["scores"])
    assert found["criteria"]["totals"] == pytest.approx(((2 * scored[:, 0] + scored[:, 1]) / 3).tolist())
    assert found["criteria"]["equal_totals"] == content["criteria"]["totals"]
    assert {k: found[k] for k in ("best", "regret", "boxes")} == {k: content[k] for k in ("best", "regret", "boxes")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("jobs", "write criterion=weight"),
        ("job=1", "there is no criterion 'job'; there are jobs, fiscal, equity, wellbeing. Did you mean 'jobs'?"),
        ("jobs=-1", "give a number from 0"),
        ("jobs=many", "give a number from 0"),
        ("jobs=nan", "give a number from 0"),
        ("jobs=1e12", "give a number from 0"),
        ("jobs=0,fiscal=0", "every weight is 0"),
        ("jobs=1,jobs=2", "'jobs' is weighed twice"),
    ],
)
def test_weights_that_cannot_be_are_refused(text: str, said: str) -> None:
    with pytest.raises(InvalidRequest, match=r"^--weights") as caught:
        parse_weights(text)
    assert said in str(caught.value) and caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"options": ()}, "Name at least one option"),
        ({"options": ("kickstart", "kickstart")}, "'kickstart' is named twice"),
        ({"options": tuple(f"o{k}" for k in range(13))}, "give 12 at most"),
        ({"value": "profit"}, "--value profit: write exchequer, society or society-wellbeing"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_read(changes: dict[str, Any], said: str) -> None:
    plain: dict[str, Any] = {"options": OPTIONS, "study": Request("kickstart")}
    with pytest.raises(InvalidRequest) as caught:
        DecisionRequest(**(plain | changes))
    assert said in str(caught.value) and caught.value.exit_code == 2


def test_the_baseline_is_no_option(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="doing nothing is always among the options"):
        decision_study(request(tmp_path, options=("kickstart", "baseline")))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("horizon: {start: 2027-04}", "start 2026-04"),
        ("horizon: {months: 24}", "number of months"),
        ("region: cheshire-merseyside", "region"),
        ("baseline: jobs-guarantee", "baseline"),
    ],
)
def test_options_that_share_no_world_are_refused(tmp_path: Path, lines: str, said: str) -> None:
    own = tmp_path / "mine.yaml"
    own.write_text(f"name: mine\ntitle: Mine\nextends: kickstart\n{lines}\n", encoding="utf-8")
    other = tmp_path / "other.yaml"
    other.write_text(f"name: other\ntitle: Other\nextends: kickstart\nregion: {REGION}\n", encoding="utf-8")
    text = own.read_text(encoding="utf-8")
    if not lines.startswith("region"):
        own.write_text(f"{text}region: {REGION}\n", encoding="utf-8")
    asked = request(tmp_path, options=(str(other), str(own)), months=None, overrides={})
    with pytest.raises(UnfitScenarios, match=f"has {said}") as caught:
        decision_study(asked)
    assert caught.value.exit_code == 3 and "'other'" in str(caught.value) and "'mine'" in str(caught.value)


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    paths = []
    for folder in ("a", "b"):
        path = tmp_path / folder / "mine.yaml"
        path.parent.mkdir()
        path.write_text("name: mine\ntitle: Mine\nextends: kickstart\n", encoding="utf-8")
        paths.append(str(path))
    with pytest.raises(InvalidRequest, match="are both named 'mine'"):
        decision_study(request(tmp_path, options=tuple(paths)))


def test_what_is_set_goes_to_the_options_that_have_it() -> None:
    key = "subsidies.kickstart.hours_week"
    assert option_overrides(OPTIONS, {"region": REGION, key: "30"}) == [
        {"region": REGION, key: "30"},
        {"region": REGION},
    ]
    with pytest.raises(UnfitScenarios, match="none of kickstart, jobs-guarantee has"):
        option_overrides(OPTIONS, {"subsidies.nobody.hours_week": "30"})


def test_draws_of_a_region_without_a_posterior_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match="is not calibrated") as caught:
        decision_study(request(tmp_path, n_draws=40))
    assert caught.value.exit_code == 4


def test_each_option_takes_the_same_draws_and_seeds() -> None:
    study = study_on_draws(40, n_seeds=2)
    tasks = [[(task.draw, task.seed) for task in plan.request.tasks] for plan in study.plans]
    assert tasks[0] == tasks[1] and len(tasks[0]) == 80
    assert study.request.command == (
        "workability decide kickstart jobs-guarantee --draws 40 --seeds 2 --seed 1 --sample 1:60 --months 6 "
        f"--set region={REGION}"
    )


def test_a_dry_run_tells_runs_time_and_folders_and_writes_nothing(tmp_path: Path) -> None:
    found = decision_study(request(tmp_path, n_seeds=3))
    plan = json.loads(json.dumps(found.as_dict()))
    assert [(one["name"], one["runs"], one["finished"]) for one in plan["options"]] == [(o, 3, False) for o in OPTIONS]
    assert plan["seconds"] == pytest.approx(sum(one["seconds"] for one in plan["options"]), abs=0.2)
    assert "2 of 2 options to run, 6 runs of both arms" in found.sentence()
    assert list(tmp_path.iterdir()) == []


def test_what_is_judged_or_weighed_otherwise_is_another_answer_on_the_same_runs(tmp_path: Path) -> None:
    first = decision_study(request(tmp_path))
    for changes in ({"value": "society"}, {"weights": parse_weights("jobs=1")}):
        other = decision_study(request(tmp_path, **changes))
        assert other.content_hash != first.content_hash
        assert [plan.folder for plan in other.plans] == [plan.folder for plan in first.plans]


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_a_decision_uses_finished_runs_and_is_the_same_to_the_byte(tmp_path: Path) -> None:
    asked = request(tmp_path, n_seeds=2)
    study = decision_study(asked)
    finished = paired.run(study.plans[1].request)  # as `workability run jobs-guarantee` leaves it
    made = {path: path.stat().st_mtime_ns for path in finished.folder.rglob("*") if path.is_file()}
    found = decide(asked)
    assert {path: path.stat().st_mtime_ns for path in made} == made
    assert found.content["n_runs"] == 2 and found.content["information"]["status"] == "no posterior"
    assert decide(asked).content == found.content  # read, not made again
    before = bytes_in(found.folder)
    assert {"decision.html", "decision.json", "options.csv", "ranking.csv", "runs.parquet", COMPLETE} <= set(before)
    assert not any(str(tmp_path).encode() in content for content in before.values())
    net = finished.headline.stats["net"].mean
    jobs = next(one for one in found.content["measures"] if one["name"] == "jobs")
    assert jobs["stats"][1]["mean"] == net
    assert json.loads(before["decision.json"]) == found.content

    (found.folder / COMPLETE).unlink()
    assert bytes_in(decide(asked).folder) == before
    (found.folder / "options.csv").write_text("altered", encoding="utf-8")
    with pytest.raises(MissingData, match=r"not as it was written: options\.csv"):
        decide(asked)

    other = decide(replace(asked, options=OPTIONS[::-1]))  # no run is made: the order of options decides none
    assert other.content["best"]["exchequer"][0] == found.content["best"]["exchequer"][1]
    assert sum(1 for _ in (tmp_path / "runs").glob("*/*/manifest.json")) == 2
