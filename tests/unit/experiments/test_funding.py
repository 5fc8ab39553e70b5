"""The experiment on ring-fences: what is refused, that only bonds differ, and that resuming gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import simulation.run
from experiments.errors import InvalidRequest, MissingData, RunError, SomeRunsFailed, UnfitScenarios
from experiments.events import Events
from experiments.funding import FundingRequest, funding_plan, run_funding
from experiments.funding_arms import ArmKey, arm_of, parts_of
from experiments.funding_cost import estimate_of, months_of
from experiments.funding_shadow import FREED_SHARE, RINGS, freed
from experiments.requests import Request
from experiments.runner import Task, run_many
from results.funding_build import StudyFacts, study_of
from results.funding_counts import ArmCounts, counts_of, years_of
from results.funding_read import NOTHING
from results.geography import build
from results.store import COMPLETE, checksums
from scenarios.fund_specs import CONSTRAINTS
from simulation.funding.planning import Problem, solve
from simulation.run import simulate
from tests.funds import fund, funded
from tests.services import EASY_DOORS, OUT_OF_WORK, service, with_services
from tests.worlds import UNEMPLOYED, start_of, world

FEW = ("place", "lapse")


def asked(out: Path = Path("runs"), scenario: str = "ring-fenced", **changes: Any) -> FundingRequest:
    own = {key: changes.pop(key) for key in ("constraints", "allocators", "ends_only") if key in changes}
    terms: dict[str, Any] = {"n_seeds": 2, "sample": 400, "months": 6, "threads": 1, "workers": 1, "out": out}
    return FundingRequest(Request(scenario, **(terms | changes)), **({"constraints": FEW} | own))


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        ({"scenario": "services-today"}, UnfitScenarios, "Nothing limits the money in 'services-today'"),
        ({"scenario": "flexible"}, UnfitScenarios, "'flexible' has dropped eligibility"),
        ({"overrides": {"funding.drop": "[lapse]"}}, UnfitScenarios, "has dropped lapse already"),
        ({"constraints": ("plaice",)}, InvalidRequest, "--constraints plaice: unknown. Did you mean 'place'"),
        ({"constraints": ("place", "place")}, InvalidRequest, "named twice"),
        ({"constraints": ()}, InvalidRequest, "at least one of eligibility"),
        ({"allocators": ("hindsight",)}, InvalidRequest, "only stand beside others"),
        ({"allocators": ("lottery",)}, InvalidRequest, "--allocators lottery: unknown"),
        ({"ends_only": True}, InvalidRequest, "--constraints and --ends"),
        ({"n_draws": 2}, InvalidRequest, "--draws 2"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(words: dict[str, Any], error: type[RunError], said: str) -> None:
    with pytest.raises(error, match=said):
        funding_plan(asked(**words))


def test_the_arms_are_the_factorial_of_the_first_allocator_and_the_ends_of_the_others() -> None:
    whole = funding_plan(asked(constraints=tuple(CONSTRAINTS), allocators=("greedy", "proportional")))
    assert len(whole.arms) == 128 + 2
    assert whole.arms[0].constraints == frozenset(CONSTRAINTS) and whole.arms[127].constraints == frozenset()
    assert [arm.mask for arm in whole.arms[128:]] == [127, 0]
    few = funding_plan(asked())
    assert [arm.mask for arm in few.arms] == [3, 2, 1, 0, NOTHING]
    assert few.arms[-1].constraints == frozenset() and few.arms[3].constraints == frozenset(CONSTRAINTS) - set(FEW)
    ends = funding_plan(asked(constraints=tuple(CONSTRAINTS), ends_only=True))
    assert [arm.mask for arm in ends.arms] == [127, 0] and all(arm.is_end for arm in ends.arms)


def test_constraints_are_varied_in_the_order_of_reports() -> None:
    assert funding_plan(asked(constraints=("lapse", "place"))).content_hash == funding_plan(asked()).content_hash


def test_every_arm_of_every_seed_is_in_one_part() -> None:
    for sample, n_arms in ((1, 5), (400, 128), (400, 8)):
        parts = parts_of((Task(0, 1), Task(0, 2)), n_arms, sample)
        assert [i for part in parts if part.seed == 1 for i in range(part.first, part.end)] == list(range(n_arms))
        assert len({part.name for part in parts}) == len(parts)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A study that nothing disturbed."""
    return run_funding(asked(tmp_path_factory.mktemp("whole")))


def seed_bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "seeds").iterdir())}


class Counted:
    """The real engine, counting what it is asked for, and stopping or failing at one seed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, stops: int | None = None, fails: int | None = None) -> None:
        self.seeds: list[int] = []
        real: Callable[..., Any] = simulation.run.simulate

        def counted(start: Any, arms: Any, *, seed: int, **words: Any) -> Any:
            if len(arms) > 1:  # not the arm that is only timed
                self.seeds.append(seed)
                if seed == stops:
                    raise KeyboardInterrupt
                if seed == fails:
                    raise ArithmeticError("no such luck")
            return real(start, arms, seed=seed, **words)

        monkeypatch.setattr(simulation.run, "simulate", counted)


def test_a_stopped_study_resumes_with_what_is_missing_and_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: Any
) -> None:
    with monkeypatch.context() as patch:
        Counted(patch, stops=2)
        with pytest.raises(RunError, match="1 of 2 parts") as caught:
            run_funding(asked(tmp_path))
        assert caught.value.exit_code == 130
    with monkeypatch.context() as patch:
        resumed = Counted(patch)
        finished = run_funding(asked(tmp_path))
    assert resumed.seeds == [2]
    assert seed_bytes(finished.folder) == seed_bytes(whole.folder)
    assert _tables(finished.folder) == _tables(whole.folder)


def _tables(folder: Path) -> dict[str, str]:
    return {name: mark for name, mark in checksums(folder).items() if name != "manifest.json"}


def test_a_study_with_a_failed_seed_is_not_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Counted(monkeypatch, fails=1)
    with pytest.raises(SomeRunsFailed, match="draw 0 seed 1"):
        run_funding(asked(tmp_path))
    assert not list(tmp_path.rglob(COMPLETE)) and len(list(tmp_path.rglob("seeds/*.npz"))) == 1


@pytest.mark.parametrize("means", [{"threads": 2}, {"threads": 3}, {"workers": 2}])
def test_threads_and_processes_change_nothing(tmp_path: Path, means: dict[str, int], whole: Any) -> None:
    study = funding_plan(asked(tmp_path, **means))
    outcome = run_many(study.tasks, study.work, study.work.is_saved, workers=study.workers, threads=study.threads)
    assert not outcome.failed and len(outcome.finished) == 2
    made = seed_bytes(study.folder.path)
    assert made == {name: seed_bytes(whole.folder)[name] for name in made}


def test_a_finished_study_is_read_and_an_altered_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = {"n_seeds": 1, "constraints": ("lapse",), "months": 2}
    first = run_funding(asked(tmp_path, **words))
    heard: list[str] = []

    class Said(Events):
        def stage(self, text: str) -> None:
            heard.append(text)

    with monkeypatch.context() as patch:
        counted = Counted(patch)
        again = run_funding(asked(tmp_path, **words), Said())
    assert counted.seeds == [] and heard == [f"This study is finished already: {first.folder}"]
    assert again.as_dict() == json.loads(json.dumps(again.as_dict()))
    (first.folder / "value.csv").write_text("altered")
    with pytest.raises(MissingData, match=r"value\.csv"):
        run_funding(asked(tmp_path, **words))


def test_the_manifest_proves_that_only_bonds_differ(whole: Any) -> None:
    manifest = json.loads((whole.folder / "manifest.json").read_text())
    arms = manifest["arms"]
    assert len({arm["world"] for arm in arms}) == 1
    assert len({json.dumps({k: v for k, v in arm["funding"].items() if k != "drop"}) for arm in arms}) == 1
    assert [arm["funding"]["drop"] for arm in arms][:2] == [[], ["place"]]
    assert sorted(arms[-1]["funding"]["drop"]) == sorted(CONSTRAINTS) and arms[-1]["in_force"] == "none"
    totals = whole.study.totals
    assert (totals.groupby("year")["pounds"].nunique() == 1).all() and (totals["pounds"] > 0).all()


def test_the_world_of_the_manifest_sees_any_other_difference() -> None:
    study = funding_plan(asked())
    arm, key = study.plan.policy_arm, study.arms[0]
    assert arm_of(arm, key).funding == arm.funding
    assert replace(arm_of(arm, study.arms[-1]), funding=None, name="") == replace(arm, funding=None, name="")


def test_an_allocator_that_knows_the_future_stands_beside_others(tmp_path: Path) -> None:
    words = {"n_seeds": 1, "constraints": tuple(CONSTRAINTS), "ends_only": True, "months": 8}
    found = run_funding(asked(tmp_path, allocators=("linear_program", "hindsight"), **words))
    assert set(found.study.value["allocator"]) == {"linear_program", "hindsight"} and found.study.attribution.empty
    assert found.page.is_file() and "hindsight" in found.page.read_text()


def test_money_past_a_ring_plans_no_fewer_jobs_and_none_where_nothing_binds(whole: Any) -> None:
    shadow = whole.study.shadow
    assert set(shadow["constraint"]) == set(RINGS) and (shadow["mean"] >= 0).all()
    rng = np.random.Generator(np.random.PCG64(3))
    p = Problem(
        value=rng.random(6), demand=10 * rng.random(6), service=np.repeat([0, 1], 3), programme=np.array([0, 1]),
        may_pay=np.array([[True] * 3 + [False] * 3, [False] * 3 + [True] * 3]), cost=np.array([1e5, 2e5]),
        seats=np.array([50.0, 60.0]), money=np.array([1e6, 1e5]), line_room=np.array([[1e6, 0], [0, 1e5]]),
        beyond_room=np.array([1e6, 1e5]),
    )  # fmt: skip
    for f in (0, 1):
        same, pence = freed(p, f, "place", p.may_pay[f])
        assert solve(same)[1] == pytest.approx(solve(p)[1], rel=1e-9) and pence == FREED_SHARE * p.money[f]
        more, _ = freed(p, f, "programme", np.ones(6, bool))
        assert solve(more)[1] >= solve(p)[1] * (1 - 1e-12)


def test_an_estimate_names_time_memory_and_disk() -> None:
    told = funding_plan(asked()).as_dict()
    assert told["seconds"] > 0 and told["memory_bytes"] > 0 and told["disk_bytes"] > 0 and told["runs"] == 10


def test_the_time_told_grows_with_the_arms_and_what_is_saved_costs_nothing(whole: Any) -> None:
    study, done = funding_plan(asked()), funding_plan(asked(whole.folder.parents[1]))
    speed = {"first_come": 2.0, "hindsight": 3.0}
    assert months_of(study, study.tasks) == {"first_come": 2 * (study.plan.policy_arm.policy_month + 5 * 6)}
    gap = estimate_of(study, speed).seconds - estimate_of(done, speed).seconds
    assert gap == pytest.approx(2.0 * sum(months_of(study, study.tasks).values()))


# ---------------------------------------------------------------- a made region
def made(pounds: float, **changes: Any) -> tuple[list[ArmCounts], StudyFacts]:
    """Return the arms of a study of a made region over both seeds, with two funds of so many pounds a year."""
    arm = with_services(
        service("a", UNEMPLOYED, capacity=40, start_pence=50_000, month_pence=9_999),
        service("b", OUT_OF_WORK, capacity=60, start_pence=30_001, priority=3, length_months=4.0),
        policy_month=0, months=14,
    )  # fmt: skip
    arm = funded(arm, fund("one", pounds, **changes), fund("two", pounds, **changes))
    start = start_of(world(1500), **EASY_DOORS)
    full = frozenset(CONSTRAINTS)
    keys = [ArmKey("first_come", (1 << 7) - 1, full, True), ArmKey("first_come", 0, frozenset(), True)]
    counts = []
    for seed in (1, 2):
        outputs = simulate(start, tuple(arm_of(arm, key) for key in keys), seed=seed, before=replace(arm, funding=None))
        counts += [
            counts_of(o, k.allocator, k.mask, ["a", "b"], flows=True) for o, k in zip(outputs, keys, strict=True)
        ]
    where = build("made", "Made", [(f"P{i}", f"Place {i}") for i in range(3)])
    names = ("one", "two")
    facts = StudyFacts(
        tuple(CONSTRAINTS), ("first_come",), where, 14, 1, (1, 2), years_of(range(14)), names, ("a", "b"),
        dict.fromkeys(names, ""), {"a": "A", "b": "B"}, (), "made", "2026-04", "0", "",
    )  # fmt: skip
    return counts, facts


def test_rings_wide_enough_not_to_bind_are_worth_exactly_nothing() -> None:
    counts, facts = made(1e9)
    value = study_of(counts, facts).value
    assert (value["mean"] == 0).all() and (value["mc_se"] == 0).all()
    for one, other in zip(counts[::2], counts[1::2], strict=True):
        assert all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("place", "cohort", "flows"))


def test_rings_that_bind_are_worth_something_and_counts_agree_with_each_other() -> None:
    counts, facts = made(30_000, place_ids=(0,), lapses=True)
    study = study_of(counts, facts)
    value = study.value.set_index(["measure", "geography_code", "group"])["mean"]
    assert value["starts", "made", "all"] > 0
    arms = study.arms.set_index(["measure", "geography_code", "group", "mask", "seed"])["value"]
    by_group = study.arms[(study.arms["measure"] == "starts") & (study.arms["group"] != "all")]
    for (mask, seed), rows in by_group.groupby(["mask", "seed"]):  # type: ignore[misc]
        assert rows["value"].sum() == arms["starts", "made", "all", mask, seed]
        money = {n: arms[n, "made", "all", mask, seed] for n in ("granted", "paid", "lapsed", "left", "outstanding")}
        spent = sum(money.values()) - money["granted"]
        assert money["granted"] == pytest.approx(spent, abs=0.005)
