"""Draws of a posterior in paired studies: which run by default, what they say of themselves, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evidence.model import Posterior
from experiments import paired, run_folder
from experiments.errors import InvalidRequest, MissingData
from experiments.events import Events
from experiments.paired import execute
from experiments.plans import Plan, cautions, plan, shipped_parameters, shipped_region
from experiments.posterior import Drawn, draw_hash
from experiments.posterior import paired as paired_tasks
from experiments.reproduce import plan_again, reproduce
from experiments.requests import DRAW_VARIABLE, Request, parse_draws
from experiments.runner import Task
from experiments.words import documents_of
from results.partial import seed_path
from tests.posteriors import some_posterior

REGION = "eskermere"
WORDS = "calibrated (3 draws of the posterior; 55 of 66 targets inside their 90% interval)"


@pytest.fixture(autouse=True)
def no_draw_named_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DRAW_VARIABLE)


def request(out: Path, **changes: Any) -> Request:
    plain = Request("kickstart", sample=60, months=6, threads=1, workers=1, out=out, overrides={"region": REGION})
    return replace(plain, **changes)


def posterior(n: int = 5, **changes: Any) -> Posterior:
    return replace(some_posterior(shipped_region(REGION), shipped_parameters(), n), **changes)


def ship(monkeypatch: pytest.MonkeyPatch, found: Posterior | None) -> None:
    """Let the region have a posterior."""
    monkeypatch.setattr("evidence.fit_registry.posterior", lambda region, root=None: found)


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> Posterior:
    found = posterior()
    ship(monkeypatch, found)
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> paired.Finished:
    """A study of three draws, each with the seed of its number."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(DRAW_VARIABLE)  # a module's fixture comes before the one above
        ship(patch, posterior())
        return paired.run(request(tmp_path_factory.mktemp("whole"), n_seeds=3))


def write_resolved(folder: Path, study: Plan) -> None:
    """Write the files of a finished run that repeating it reads."""
    said = documents_of(study)
    (folder / run_folder.RESOLVED_FILE).write_text(said.resolved, encoding="utf-8")
    (folder / run_folder.BASELINE_FILE).write_text(said.baseline, encoding="utf-8")


def tasks(asked: Request) -> list[tuple[int, int]]:
    return [(task.draw, task.seed) for task in plan(asked).request.tasks]


def test_by_default_each_seed_takes_a_draw_of_its_own(tmp_path: Path, shipped: Posterior) -> None:
    assert tasks(request(tmp_path)) == [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (1, 6), (2, 7), (3, 8)]
    assert tasks(request(tmp_path, n_seeds=2, seed=11)) == [(1, 11), (2, 12)]


@pytest.mark.parametrize(
    ("asked", "runs"),
    [
        ({"n_draws": 3}, [(1, 1), (2, 2), (3, 3)]),
        ({"n_draws": 2, "n_seeds": 2}, [(1, 1), (1, 2), (2, 1), (2, 2)]),
        ({"draws": (4,)}, [(4, 4)]),
        ({"draws": (5, 2), "seed": 10}, [(5, 14), (2, 11)]),
        ({"draws": (0,), "n_seeds": 2}, [(0, 1), (0, 2)]),
    ],
)
def test_draws_and_seeds_are_what_was_asked_for(
    tmp_path: Path, shipped: Posterior, asked: dict[str, Any], runs: list[tuple[int, int]]
) -> None:
    assert tasks(request(tmp_path, **asked)) == runs


def test_a_draw_alone_has_the_run_that_it_has_among_others(shipped: Posterior) -> None:
    for n in (1, 4, 9):
        among = {task.draw: task for task in paired_tasks(request(Path(), n_draws=n, seed=3), 20)}
        assert all(paired_tasks(request(Path(), draws=(k,), seed=3), 20) == (among[k],) for k in among)


def test_the_evidence_s_own_values_give_the_study_that_a_region_without_posterior_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship(monkeypatch, None)
    before = plan(request(tmp_path, n_seeds=2))
    ship(monkeypatch, posterior(model=99))
    after = plan(request(tmp_path, n_seeds=2, draws=(0,)))
    assert after.inputs == before.inputs and after.content_hash == before.content_hash
    assert not after.as_dict()["calibrated"] and after.drawn == Drawn()


@pytest.mark.slow  # a whole study with its report
def test_every_artefact_of_a_calibrated_study_says_so_and_none_the_contrary(whole: paired.Finished) -> None:
    for name in ("report.html", "summary.csv", "headline.json"):
        text = (whole.folder / name).read_text(encoding="utf-8")
        assert WORDS in text or WORDS.capitalize() in text, name
        assert "not calibrated" not in text.casefold(), name
    manifest = json.loads((whole.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["calibrated"] is True and manifest["draws"] == [1, 2, 3]
    draws = posterior().draws
    assert manifest["inputs"]["posterior"] == {str(k): draw_hash(draws[k - 1]) for k in (1, 2, 3)}
    assert manifest["inputs"]["runs"] == [[1, 1], [2, 2], [3, 3]]
    assert json.loads((whole.folder / "headline.json").read_text())["calibrated"] is True
    assert whole.headline.caution.startswith(WORDS) and whole.headline.n_draws == 3
    assert whole.headline.stats["net"].interval == "prediction"


def test_a_lone_draw_gives_the_bytes_that_it_gives_among_others(tmp_path: Path, shipped: Posterior) -> None:
    studies = plan(request(tmp_path, n_draws=2)), plan(request(tmp_path, draws=(2,)))
    for study, name in zip(studies, ("both", "alone"), strict=True):
        execute(study, tmp_path / name, Events())
    both, alone = (tmp_path / name for name in ("both", "alone"))
    assert seed_path(both, 2, 2).read_bytes() == seed_path(alone, 2, 2).read_bytes()
    assert not seed_path(alone, 1, 1).exists()
    assert studies[1].drawn.words.startswith("calibrated (1 draw of the posterior")


@pytest.mark.slow  # a whole study with its report, twice
def test_a_calibrated_study_is_made_again_to_the_byte(whole: paired.Finished, shipped: Posterior) -> None:
    assert reproduce(whole.folder, threads=1, workers=1).different == ()


def test_a_refit_is_another_study_and_the_old_one_cannot_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship(monkeypatch, posterior())
    before = plan(request(tmp_path, n_seeds=3))
    manifest = run_folder.manifest_of(before, documents_of(before))
    refit = posterior()
    other = replace(refit.draws[1], slots=refit.draws[1].slots * 1.01)
    refit = replace(refit, draws=(refit.draws[0], other, *refit.draws[2:]))
    ship(monkeypatch, refit)
    assert plan(request(tmp_path, n_seeds=3)).content_hash != before.content_hash
    write_resolved(tmp_path, before)
    with pytest.raises(MissingData, match=r"other inputs .*posterior"):
        plan_again(tmp_path, manifest, tmp_path, 1, 1)
    ship(monkeypatch, replace(refit, draws=(*posterior().draws[:3], *refit.draws[3:])))
    assert plan(request(tmp_path, n_seeds=3)).content_hash == before.content_hash, (
        "draws that do not run decide nothing"
    )


def test_a_posterior_made_for_other_inputs_is_refused_and_names_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases: dict[str, dict[str, Any]] = {
        "the fit targets of the region": {"targets": "0" * 16},
        "the parameters of the evidence": {"parameters": "0" * 16},
        "the model": {"model": 0},
    }
    for words, changed in cases.items():
        ship(monkeypatch, posterior(**changed))
        with pytest.raises(MissingData, match=words) as caught:
            plan(request(tmp_path))
        assert caught.value.exit_code == 4
        assert "workability calibrate eskermere" in str(caught.value) and "--draw 0" in str(caught.value)
        assert not any(f"{other} (" in str(caught.value) for other in set(cases) - {words}), "only what differs"


def test_what_the_posterior_does_not_hold_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ship(monkeypatch, posterior())
    too_many: tuple[dict[str, Any], ...] = ({"n_draws": 6}, {"draws": (1, 6)})
    for asked in too_many:
        with pytest.raises(InvalidRequest, match="draws 1 to 5"):
            plan(request(tmp_path, **asked))
    wrong = posterior(1)
    draw = replace(wrong.draws[0], parameters=(("population.birth_spacing", 1.0),))
    ship(monkeypatch, replace(wrong, draws=(draw,)))
    with pytest.raises(MissingData, match=r"population\.birth_spacing"):
        plan(request(tmp_path))
    draw = replace(wrong.draws[0], parameters=(("employer_choice.duration_penalty", 2.5),))
    ship(monkeypatch, replace(wrong, draws=(draw,)))
    with pytest.raises(MissingData, match=r"draw 1 has 2\.5 for employer_choice\.duration_penalty, which takes whole"):
        plan(request(tmp_path))
    ship(monkeypatch, None)
    for asked in too_many:
        with pytest.raises(MissingData, match="not calibrated") as caught:
            plan(request(tmp_path, **asked))
        assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    "asked", [{"draws": (0, 1)}, {"draws": (2, 2)}, {"draws": (-1,)}, {"draws": ()}, {"draws": (1,), "n_draws": 2},
              {"n_draws": 0}],
)  # fmt: skip
def test_draws_that_contradict_each_other_are_refused(tmp_path: Path, asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest, match="--draw"):
        request(tmp_path, **asked)


def test_numbers_of_draws_are_read_as_typed() -> None:
    assert parse_draws([]) is None
    assert parse_draws(["1,5", "9"]) == (1, 5, 9)
    for words in (["x"], ["1,"], ["-2"], ["1.5"]):
        with pytest.raises(InvalidRequest, match="whole numbers"):
            parse_draws(words)


def test_what_the_scenario_sets_wins_over_the_draw_and_is_said(tmp_path: Path, shipped: Posterior) -> None:
    changed = {"region": REGION, "parameters.separation.separation": "0.004"}
    study = plan(request(tmp_path, n_seeds=1, overrides=changed))
    assert any("separation.separation is set by the scenario" in text for text in cautions(study))
    start = paired.work_of(study, tmp_path).start(1)
    assert start.parameters.separation.separation == 0.004
    drawn = dict(shipped.draws[0].parameters)
    assert start.parameters.sickness_absence.onset == drawn["sickness_absence.onset"]
    place = shipped.draws[0].levels[0][2]
    assert start.levels.place[0, 0] == place and start.draw == 1
    assert cautions(plan(request(tmp_path, n_seeds=1))) == ()


def test_a_cached_draw_is_found_by_its_content_whatever_its_number(
    tmp_path: Path, shipped: Posterior, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = paired.work_of(plan(request(tmp_path, n_draws=1)), tmp_path).start(1)
    same = replace(shipped.draws[0], number=2)
    ship(monkeypatch, replace(shipped, draws=(shipped.draws[1], same)))
    monkeypatch.setattr("simulation.run_in.start_for_draw", None)
    again = paired.work_of(plan(request(tmp_path, draws=(2,))), tmp_path).start(2)
    assert (first.draw, again.draw) == (1, 2)
    for name in first.columns._fields:
        assert np.array_equal(getattr(first.columns, name), getattr(again.columns, name)), name
    assert again.donor is paired.work_of(plan(request(tmp_path, draws=(0,))), tmp_path).start(0).donor


def test_tasks_are_sorted_by_draw_then_seed() -> None:
    assert Drawn(posterior(1).draws).inputs((Task(2, 1), Task(1, 2)))["runs"] == [[1, 2], [2, 1]]
