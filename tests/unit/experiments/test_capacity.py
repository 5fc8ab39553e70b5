"""How many caseworkers: what is refused, what is searched, and that the number found is what a run would get."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.capacity import CapacityRequest, capacity_study, find_capacity, override
from experiments.capacity_search import Curve, answer_of, first_true, search
from experiments.errors import InvalidRequest, MissingData, RunError, UnfitScenarios
from experiments.plans import plan
from experiments.requests import Request
from results.capacity import MEASURES, waits_and_use
from results.store import COMPLETE
from simulation.clients import factor_of, places_of
from simulation.run import simulate
from tests.property.test_replay import stream
from tests.services import service
from tests.worlds import arrays_of, assert_same, baseline

LIFE_ROOMS = "life-rooms"


def asked(scenario: str = "services-today", programme: str = LIFE_ROOMS, **changes: Any) -> CapacityRequest:
    own = {key: changes.pop(key) for key in ("weeks", "share", "delivery") if key in changes}
    terms: dict[str, Any] = {"n_seeds": 2, "sample": 400, "months": 6, "threads": 1, "workers": 1}
    return CapacityRequest(Request(scenario, **(terms | changes)), programme, **own)


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        ({"programme": "life-room"}, InvalidRequest, "Did you mean 'life-rooms'"),
        ({"programme": "access-to-wrk"}, InvalidRequest, "connect-to-work-lcr"),
        ({"scenario": "kickstart"}, UnfitScenarios, "'kickstart' has no services"),
        ({"weeks": 0}, InvalidRequest, "--weeks 0"),
        ({"weeks": 52}, InvalidRequest, "fewer weeks"),
        ({"share": 1.0}, InvalidRequest, "--share 1"),
        ({"share": math.nan}, InvalidRequest, "--share nan"),
        ({"delivery": "both"}, InvalidRequest, "array or queue"),
        (
            {"overrides": {f"services.programmes.{LIFE_ROOMS}.running": "false"}},
            UnfitScenarios,
            "takes nobody in 'services-today'",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(words: dict[str, Any], error: type[RunError], said: str) -> None:
    with pytest.raises(error, match=said):
        capacity_study(asked(**words))


def test_the_least_number_is_found_wherever_it_lies() -> None:
    for most in (1, 2, 5, 64, 100):
        for least in range(1, most + 1):
            assert first_true(lambda n, least=least: n >= least, most) == least  # type: ignore[misc]
        assert first_true(lambda n: False, most) is None


def made_curve(seeds: int = 3, **changes: Any) -> Curve:
    spec = service(capacity=40, start_pence=10_000, month_pence=500, **changes)
    held = [stream(seed, n=400, months=24, length=60.0) for seed in range(seeds)]
    return Curve(held, range(seeds), (spec,), 4.0, 4, 1, baseline(0, 24))


def test_the_answer_is_the_least_number_that_reaches_the_share() -> None:
    curve = made_curve()
    found = answer_of(curve, search(curve, 0.9, 400), 0.9)
    assert found.number is not None and found.low is not None and found.high is not None
    assert found.low <= found.number <= found.high
    assert curve.at(found.number)["in_time"].mean >= 0.9 > curve.at(found.number - 1)["in_time"].mean
    shares = [stats["in_time"].mean for stats in found.rows.values()]
    assert list(found.rows) == sorted(found.rows) and shares == sorted(shares)
    assert {found.number, found.low, found.high, 4} <= set(found.rows) and set(found.rows[1]) == set(MEASURES)
    assert found.own == (4.0, 4.0)


def test_a_share_that_no_number_reaches_is_said_to_be_out_of_reach() -> None:
    curve = made_curve()
    found = answer_of(curve, search(curve, 0.9, 1), 0.9)
    assert found.number is None and found.rows


def test_costs_starts_and_use_are_those_of_the_places() -> None:
    curve = made_curve(seeds=1)
    stats = curve.at(100)
    assert stats["starts_year"].mean == stats["referrals_year"].mean == 200
    assert stats["in_time"].mean == 1 and stats["late"].mean == stats["gave_up"].mean == stats["mean_days"].mean == 0
    assert stats["cost_year"].mean > 200 * 100
    assert 0 < stats["in_use"].mean < 0.1
    assert math.isnan(stats["in_time"].p05)


def test_the_distributions_add_up_and_fall_into_the_right_bins() -> None:
    found = waits_and_use(np.array([0, 7, 8, 500]), np.array([0.0, 0.5, 1.0]), np.array([10, 10, 20]))
    assert [n for _, n in found["waits"]] == [0.25, 0.25, 0.25, 0, 0, 0, 0, 0.25]
    assert (
        dict(found["use"])["all"] == 0.5 and dict(found["use"])["50-60%"] == 0.25 and dict(found["use"])["none"] == 0.25
    )
    assert found["mean_use"] == 0.625


@pytest.mark.parametrize("changes", [{}, {"capacity": "2"}, {"capacity": "3", "ramp_months": "4"}])
def test_the_full_run_has_the_places_of_the_replay(changes: dict[str, str]) -> None:
    stem = f"services.programmes.{LIFE_ROOMS}"
    study = capacity_study(asked(overrides={f"{stem}.{key}": value for key, value in changes.items()}))
    for n in (1, 7, 40):
        overrides = {**study.request.study.overrides, **override(study, n)}
        arm = plan(Request("services-today", sample=400, months=6, overrides=overrides)).policy_arm
        assert arm.services is not None
        desks = [desk for desk in arm.services.services if desk.programme == LIFE_ROOMS]
        for month in range(arm.policy_month, arm.policy_month + 6):
            run = [places_of(desk, factor_of(desk, month), 400) for desk in desks]
            assert run == [places_of(desk, n / study.caseworkers, 400) for desk in study.desks]


def test_an_answer_is_kept_read_again_and_refused_when_altered(tmp_path: Path) -> None:
    request = asked(out=tmp_path, delivery="queue")
    first = find_capacity(request)
    assert {path.name for path in first.folder.iterdir()} == {
        "capacity.csv",
        "capacity.html",
        "capacity.json",
        COMPLETE,
    }
    again = find_capacity(request)
    assert again.as_dict() == json.loads(json.dumps(first.as_dict()))
    assert first.content["number"] and first.content["check"] and first.content["queue"]["n_waits"] > 0
    assert "caseworker" in first.content["answer"] and "held fixed" in first.page.read_text(encoding="utf-8")
    assert str(tmp_path) not in first.page.read_text(encoding="utf-8")
    (first.folder / "capacity.csv").write_text("changed")
    with pytest.raises(MissingData, match="not as it was written"):
        find_capacity(request)


def test_a_region_served_client_by_client_is_the_same_to_the_last_count() -> None:
    study = capacity_study(asked())
    outputs = []
    for how in ("array", "queue"):
        request = Request("services-today", n_seeds=1, sample=400, months=6, overrides={"services.delivery": how})
        planned = plan(request)
        start = study.work(study.plan).pair.start(0)
        outputs += simulate(start, (planned.policy_arm,), seed=3, before=planned.baseline_arm)
    assert outputs[0].services.sum() > 0
    assert_same(arrays_of(outputs[0]), arrays_of(outputs[1]))
