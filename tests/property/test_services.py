"""Services in the month: what is conserved, who starts, what changes nobody (`verification.md`, 2, 5, 9, 11, 13)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import t

from scenarios.eligibility import AllOf, Compare, Not
from simulation.columns import HELPED, WAITING
from simulation.doors import READERS
from simulation.ledger import LINE_INDEX
from simulation.model import RegionModel
from simulation.output import SERVICE_ITEMS
from simulation.run import simulate
from tests.services import ANYBODY, EASY_DOORS, OUT_OF_WORK, service, with_services
from tests.worlds import (
    NOBODY,
    UNEMPLOYED,
    arrays_of,
    assert_same,
    baseline,
    differing,
    model_of,
    run,
    start_of,
    state_of,
    world,
)  # fmt: skip

ITEM = {name: i for i, name in enumerate(SERVICE_ITEMS)}
REJECTED = ("rejected_rules", "rejected_money", "rejected_full", "rejected_triage")
ENDED_WAITING = ("withdrawn", "no_longer_eligible", "left_waiting")
ENDED_HELP = ("finished", "into_work", "dropped_out", "moved_on", "left")
OF_HELP = ("residents.help", "residents.help_since", "residents.help_state", "residents.exit_class")
SICK = Compare("state", "is", (3,), ("long_term_sick",))
IN_PLACE_0 = Compare("place", "in", (0,), ("0",))
WAITS = {"attrition_waiting": 0.2, "drop_out": 0.1}


def crowded() -> tuple[Any, ...]:
    """Return services that turn people away for every reason there is."""
    return (
        service("a-jobs", AllOf((UNEMPLOYED, IN_PLACE_0)), place_ids=(0,), capacity=6, effects=WAITS, priority=3),
        service("b-sick", SICK, money=Compare("age_years", "below", (40,), ("40",)), capacity=4, effects=WAITS),
        service("c-all", OUT_OF_WORK, capacity=15, cap_year=20, effects=WAITS, length_months=2.0),
        service("d-other", AllOf((ANYBODY, Not(Compare("on_programme", "is", (1,), ("true",))))), capacity=8),
    )


def totals(model: RegionModel, item: str) -> np.ndarray:
    """Return cumulative counts of an item by month, service and Place."""
    return np.cumsum(model.rows.services[..., ITEM[item]].astype(np.int64), axis=0)


@pytest.fixture(scope="module")
def busy() -> RegionModel:
    doors = EASY_DOORS | {"doors__knows_rules": (0.3,) * 6, "doors__triage_rejection": 0.1, "doors__awareness": 0.8}
    return run(model_of(start_of(world(3000), **doors), with_services(*crowded()), months=30), 30)


def test_referred_is_waiting_started_rejected_or_withdrawn(busy: RegionModel) -> None:
    now = busy.rows.services
    ended = sum(totals(busy, item) for item in (*REJECTED, *ENDED_WAITING))
    assert (totals(busy, "referred") == ended + totals(busy, "started") + now[..., ITEM["waiting"]]).all()
    for item in ("referred", "started", "waiting", *REJECTED, *ENDED_WAITING[:2]):
        assert now[..., ITEM[item]].any(), item


def test_started_is_active_or_ended(busy: RegionModel) -> None:
    ended = sum(totals(busy, item) for item in ENDED_HELP)
    assert (totals(busy, "started") == ended + busy.rows.services[..., ITEM["active"]]).all()


def test_columns_agree_with_the_books(busy: RegionModel) -> None:
    c, live = busy.columns, busy.services.live
    helped = live.since >= 0
    assert set(np.flatnonzero(c.help_state & WAITING)) == set(live.row[~helped])
    mine = helped & (c.help[live.row] == live.service + 1) & (c.help_since[live.row] == live.since)
    assert set(np.flatnonzero(c.help_state & HELPED)) == set(live.row[mine])
    assert np.unique(live.row[~helped]).size == (~helped).sum()
    assert np.unique(live.row[mine]).size == mine.sum() > 10


def test_caseload_is_never_above_its_places_nor_starts_above_the_cap(busy: RegionModel) -> None:
    rows = busy.rows
    assert (rows.services[..., ITEM["active"]].sum(axis=2) <= rows.service_places).all()
    by_year = rows.services[:, 2, :, ITEM["started"]].sum(axis=1)
    assert [by_year[:12].sum(), by_year[12:24].sum()] == [20, 20]


def test_nobody_starts_what_he_is_not_eligible_for() -> None:
    doors = EASY_DOORS | {"doors__knows_rules": (0.0,) * 6, "doors__lost": 0.0}
    arm = with_services(*crowded())
    model = model_of(start_of(world(2000), **doors), arm, months=24)
    step, started = model.services.step, 0

    def checked(m: RegionModel, policy: int) -> None:
        nonlocal started
        c, everybody = m.columns, np.arange(m.start.n, dtype=np.uint32)
        may = []
        for s in arm.services.services:
            rules = [s.rule] + ([s.money] if s.money else [])
            ok = [r.mask({n: READERS[n](c, everybody, m.month) for n in r.columns()}) for r in rules]
            may.append(np.logical_and.reduce(ok))
        step(m, policy)
        now = np.flatnonzero((c.help_since == m.month) & (c.help > 0))
        started += now.size
        assert all(may[c.help[i] - 1][i] for i in now)

    model.services.step = checked
    run(model, 24)
    assert started > 100


def test_a_service_without_places_changes_not_one_byte() -> None:
    start = start_of(world(800), **EASY_DOORS)
    none = run(model_of(start, baseline(), months=18), 18)
    empty = run(model_of(start, with_services(service(capacity=0, effects={"job_entry_ratio": 3.0})), months=18), 18)
    assert_same(state_of(none), state_of(empty))
    assert not empty.rows.services.any()


def test_a_service_that_takes_nobody_changes_not_one_byte() -> None:
    start = start_of(world(800), **EASY_DOORS)
    none = run(model_of(start, baseline(), months=18), 18)
    shut = run(model_of(start, with_services(service(rule=NOBODY)), months=18), 18)
    assert_same(state_of(none), state_of(shut))


def test_a_service_without_places_beside_others_moves_nobody() -> None:
    start = start_of(world(1500), **EASY_DOORS)
    few = run(model_of(start, with_services(*crowded()[1:]), months=18), 18)
    more = run(model_of(start, with_services(replace(crowded()[0], capacity=0), *crowded()[1:]), months=18), 18)
    others, same = state_of(few), state_of(more)
    same["residents.help"] = np.where(same["residents.help"] > 0, same["residents.help"] - 1, 0).astype(np.uint8)
    assert_same(others, same)
    assert np.array_equal(few.rows.services, more.rows.services[:, 1:])


def test_help_without_effect_changes_no_labour_or_health() -> None:
    start = start_of(world(1500), wellbeing__on_programme=0.0, **EASY_DOORS)
    none = run(model_of(start, baseline(), months=24), 24)
    helped = run(model_of(start, with_services(service(start_pence=100_00, month_pence=10_00)), months=24), 24)
    assert helped.rows.services[..., ITEM["started"]].sum() > 1000
    assert not differing(none, helped).any()
    changed = [name for name, value in state_of(none).items() if not np.array_equal(value, state_of(helped)[name])]
    assert set(changed) <= set(OF_HELP)
    lines = (none.rows.ledger != helped.rows.ledger).any(axis=(0, 1))
    assert lines.sum() == 1


def test_the_order_of_services_does_not_matter() -> None:
    start = start_of(world(1500), **EASY_DOORS)
    spec = with_services(*crowded()).services
    backwards = baseline(services=replace(spec, services=spec.services[::-1]))
    a = run(model_of(start, baseline(services=spec), months=18), 18)
    b = run(model_of(start, backwards, months=18), 18)
    assert np.array_equal(a.rows.services, b.rows.services[:, ::-1])
    assert_same(state_of(a), state_of(b), but=("residents.help",))


@pytest.mark.parametrize("threads", [2, 4])
def test_threads_and_blocks_change_nothing(threads: int) -> None:
    start = start_of(world(1500), **EASY_DOORS)
    arm = with_services(*crowded(), service("e", effects={"job_entry_ratio": 1.7, "recovery_ratio": 1.5}))
    one = run(model_of(start, arm, months=18), 18)
    more = run(model_of(start, arm, months=18, threads=threads, block=1024), 18)
    assert_same(state_of(one), state_of(more))
    assert np.array_equal(one.rows.services, more.rows.services)


def test_the_paired_arms_go_on_from_a_history_with_clients() -> None:
    start = start_of(world(1500), **EASY_DOORS)
    arm = with_services(*crowded(), policy_month=6, months=12)
    closed = replace(arm, name="closed", services=replace(arm.services, services=arm.services.services[1:]))
    base, same, without = simulate(start, (arm, replace(arm, name="same"), closed), seed=3)
    assert_same(arrays_of(base), arrays_of(same))
    whole = run(model_of(start, arm, months=18, seed=3), 18)
    assert np.array_equal(base.services, whole.rows.services)
    assert without.service_names == base.service_names
    shut = without.services[6:, 0]
    assert not shut[..., ITEM["started"]].any()
    assert not without.service_places[6:, 0].any()
    active = base.services[5, 0, :, ITEM["active"]].sum()
    ended = sum(shut[..., ITEM[item]].sum() for item in ENDED_HELP)
    assert active == ended + shut[-1, :, ITEM["active"]].sum()
    assert active > 0


def test_salabim_s_desks_start_the_same_clients_as_the_array_in_a_run() -> None:
    start = start_of(world(800), **EASY_DOORS)
    array = with_services(*crowded(), policy_month=4, months=8)
    queue = replace(array, name="queue", services=replace(array.services, delivery="queue"))
    a, b = simulate(start, (array, queue), seed=3)
    assert_same(arrays_of(a), arrays_of(b))
    assert a.services[..., ITEM["started"]].sum() > 50


def test_a_ramp_and_a_wind_down_follow_the_curve() -> None:
    start = start_of(world(1500), **EASY_DOORS)
    steps = ((2, 0.0), (4, 0.5), (6, 1.0), (10, 0.25))
    model = run(model_of(start, with_services(service(capacity=40, steps=steps, length_months=30.0)), months=14), 14)
    assert model.rows.service_places[:, 0].tolist() == [40] * 2 + [0] * 2 + [20] * 2 + [40] * 4 + [10] * 4
    active = model.rows.services[..., ITEM["active"]].sum(axis=(1, 2))
    left = model.rows.services[..., [ITEM[i] for i in ENDED_HELP]].sum(axis=(1, 2, 3))
    started = model.rows.services[..., ITEM["started"]].sum(axis=(1, 2))
    assert (active[1:] == active[:-1] + started[1:] - left[1:]).all()
    assert started[2:4].sum() == 0 == started[10:12].sum()


def test_twice_the_places_never_start_fewer_nor_cost_more_than_twice() -> None:
    """Never fewer in any seed; at most twice as many but for chance, since how long each client stays is drawn."""
    start = start_of(world(1500), **EASY_DOORS)
    beyond: list[list[float]] = []
    for seed in range(8):
        starts, spent = [], []
        for capacity in (5, 10):
            one = service("few", OUT_OF_WORK, capacity=capacity, effects=WAITS, start_pence=1000_00, month_pence=50_00)
            model = run(model_of(start, with_services(one), months=24, seed=seed), 24)
            starts.append(int(model.rows.services[..., ITEM["started"]].sum()))
            spent.append(int(model.rows.ledger[..., LINE_INDEX["service_other_funders"]].sum()))
        assert 0 < starts[0] <= starts[1]
        assert spent[0] <= spent[1]
        beyond.append([starts[1] - 2 * starts[0], spent[1] - 2 * spent[0]])
    error = np.std(beyond, axis=0, ddof=1) / np.sqrt(len(beyond))
    assert (np.mean(beyond, axis=0) <= t.ppf(0.995, len(beyond) - 1) * error).all()


@pytest.mark.parametrize("lost", [0.0, 1.0])
def test_a_front_door_loses_nobody_whom_a_service_would_take(lost: float) -> None:
    doors = EASY_DOORS | {"doors__knows_rules": (0.0,) * 6, "doors__lost": lost}
    start = start_of(world(2000), **doors)
    services = (service("jobs", UNEMPLOYED), service("sick", SICK), service("young", IN_PLACE_0, place_ids=(0,)))
    today, front = (
        run(model_of(start, with_services(*services, front_door=share), months=12), 12).rows.services
        for share in (0.0, 1.0)
    )
    for item in ("rejected_rules", "rejected_money", "lost"):
        assert not front[..., ITEM[item]].any()
    assert today[..., ITEM["rejected_rules"]].sum() > 0
    if lost == 1.0:
        assert (today[..., ITEM["lost"]] == today[..., ITEM["rejected_rules"]]).all()
    right = [t[..., ITEM["referred"]].sum() - t[..., ITEM["rejected_rules"]].sum() for t in (today, front)]
    assert right[1] > right[0] if lost else right[1] == right[0]  # who is always referred on needs no front door


def test_channels_reach_whom_they_are_said_to_reach() -> None:
    contact = tuple((0.1,) * 8 if channel == 4 else (0.0,) * 8 for channel in range(6))
    far = {"doors__hard_to_reach": (1.0, 1.0, 1.0, 1.0, 3.0, 1.0), "doors__hard_to_reach_cohorts": (1,) + (0,) * 9}
    start = start_of(world(6000), **(EASY_DOORS | far | {"doors__contact": contact}))
    for channels, reached in ((1 << 4, True), (63 - (1 << 4), False)):
        model = run(model_of(start, with_services(service(channels=channels)), months=1), 1)
        helped = model.columns.help > 0
        assert helped.any() == reached
        if reached:
            care = model.columns.cohort & 1 > 0
            assert 2.0 < helped[care].mean() / helped[~care].mean() < 4.0
