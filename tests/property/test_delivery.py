"""Delivery: conservation, order, wind-down and the two engines against each other (`verification.md`, 13, 36 to 39)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from simulation.delivery.caseload import Caseload
from simulation.delivery.desk import TICKS_A_MONTH, Engine, Period, Referrals
from simulation.delivery.queue import Queue
from tests.desks import Month, months, referrals, run, together

ENGINES = (Caseload, Queue)
NOBODY = np.zeros(0, np.int64)
engines = pytest.mark.parametrize("engine", ENGINES, ids=["array", "salabim"])
Make = Callable[[], Engine]


def as_text(period: Period) -> str:
    return repr({name: getattr(period, name) for name in Period.__dataclass_fields__})


@pytest.mark.parametrize("seed", range(50))
def test_both_engines_start_the_same_clients_at_the_same_tick(seed: int) -> None:
    plan = months(seed)
    for array, client_by_client in zip(run(Caseload(), plan), run(Queue(), plan), strict=True):
        assert as_text(array) == as_text(client_by_client)


@pytest.mark.parametrize("seed", range(8))
def test_many_desks_at_once_are_as_many_single_ones(seed: int) -> None:
    plans = [months(1000 * seed + d) for d in range(4)]
    alone = [run(Caseload(), plan) for plan in plans]
    array, queue = Caseload(), Queue(desks=4)
    for t, by_desk in enumerate(zip(*plans, strict=True)):
        joined = together([month.referrals for month in by_desk])
        removed = np.concatenate([month.removed * 4 + d for d, month in enumerate(by_desk)])
        places = np.array([month.places for month in by_desk])
        until = TICKS_A_MONTH * (t + 1)
        period = array.advance(joined, places, removed, until)
        assert as_text(period) == as_text(queue.advance(joined, places, removed, until))
        if t == 5:  # handed over in mid-run, half of it through the other engine
            array, queue = Caseload(until, queue.clients()), Queue(until, array.clients(), 4)
        for d, single in enumerate(alone):
            begun = period.started.client[period.started.client % 4 == d] // 4
            assert begun.tolist() == single[t].started.client.tolist()
            assert period.queue_ticks[d] == single[t].queue_ticks[0]
            assert period.busy_ticks[d] == single[t].busy_ticks[0]


def held_in(seed: int, plan: list[Month]) -> list[np.ndarray]:
    """Return whom to hold each month: some of those who came so far, most of them for several months."""
    rng = np.random.Generator(np.random.PCG64(seed))
    known = np.cumsum([month.referrals.client.size for month in plan])
    lot = rng.random(int(known[-1]) if known.size else 0)
    return [np.flatnonzero((lot[:n] + 0.05 * rng.random(n)) % 1 < 0.4) for n in known.tolist()]


@pytest.mark.parametrize("seed", range(300, 340))
def test_both_engines_hold_the_same_clients_in_the_line(seed: int) -> None:
    plan = months(seed)
    array, queue, waiting = Caseload(), Queue(is_held=True), set[int]()
    for t, (month, held) in enumerate(zip(plan, held_in(seed, plan), strict=True)):
        until = TICKS_A_MONTH * (t + 1)
        period = array.advance(month.referrals, month.places, month.removed, until, held)
        assert as_text(period) == as_text(queue.advance(month.referrals, month.places, month.removed, until, held))
        assert not set(period.started.client.tolist()) & set(held.tolist())
        waiting |= set(period.waiting.tolist())
        if t == 5:
            array, queue = Caseload(until, queue.clients()), Queue(until, array.clients(), is_held=True)
    assert waiting


@pytest.mark.parametrize("seed", range(340, 348))
def test_holding_nobody_changes_nothing(seed: int) -> None:
    plan = months(seed)
    plain, array, queue = Caseload(), Caseload(), Queue(is_held=True)
    for t, month in enumerate(plan):
        until = TICKS_A_MONTH * (t + 1)
        period = plain.advance(month.referrals, month.places, month.removed, until)
        for engine in (array, queue):
            free = engine.advance(month.referrals, month.places, month.removed, until, NOBODY)
            assert as_text(period) == as_text(free)


@engines
@pytest.mark.parametrize("seed", range(100, 106))
def test_everybody_referred_waits_started_withdrew_or_was_taken_off(engine: Make, seed: int) -> None:
    plan = months(seed)
    referred = started = withdrawn = removed = finished = off = 0
    for month, period in zip(plan, run(engine(), plan), strict=True):
        referred += month.referrals.client.size
        started += period.started.client.size
        withdrawn += period.withdrawn.client.size
        removed += period.removed_waiting.client.size
        finished += period.finished.client.size
        off += period.removed_active.client.size
        assert referred == period.waiting.size + started + withdrawn + removed
        assert started == period.active.size + finished + off
    assert started > 0


@engines
@pytest.mark.parametrize("seed", range(200, 206))
def test_the_line_s_area_is_the_sum_of_all_waits(engine: Make, seed: int) -> None:
    plan = months(seed)
    arrived = {int(c): int(t) for month in plan for c, t in zip(*month.referrals[:2], strict=True)}
    left: dict[int, int] = {}
    area = 0
    for period in run(engine(), plan):
        area += int(period.queue_ticks.sum())
        for kind in (period.started, period.withdrawn, period.removed_waiting):
            left.update(zip(kind.client.tolist(), kind.tick.tolist(), strict=True))
    end = TICKS_A_MONTH * len(plan)
    assert area == sum(left.get(client, end) - tick for client, tick in arrived.items())


@engines
@pytest.mark.parametrize("seed", range(300, 306))
def test_nobody_overtakes_inside_a_priority_class_and_places_are_never_exceeded(engine: Make, seed: int) -> None:
    plan = months(seed)
    order = {int(c): n for n, c in enumerate(c for month in plan for c in month.referrals.client)}
    rank = {
        int(c): int(p) for month in plan for c, p in zip(month.referrals.client, month.referrals.priority, strict=True)
    }
    latest = dict.fromkeys(range(3), -1)
    helped: set[int] = set()
    for month, period in zip(plan, run(engine(), plan), strict=True):
        helped -= set(period.removed_active.client.tolist())
        moves = [(int(t), 0, int(c)) for c, t in zip(*period.finished, strict=True)]
        moves += [(int(t), 1, int(c)) for c, t in zip(*period.started, strict=True)]
        begun = [m[2] for m in sorted(moves) if m[1]]
        for _, starts, client in sorted(moves):
            if starts:
                helped.add(client)
                assert len(helped) <= month.places
            else:
                helped.remove(client)
        for client in sorted(begun, key=order.__getitem__):
            assert order[client] > latest[rank[client]]
        for client in begun:
            latest[rank[client]] = max(latest[rank[client]], order[client])
        assert helped == set(period.active.tolist())


@engines
def test_without_places_nobody_starts_and_everybody_gives_up_in_time(engine: Make) -> None:
    desk = engine()
    first = desk.advance(referrals((1, 3, 0, 10, 5), (2, 4, 0, 40, 5)), 0, NOBODY, 30)
    assert first.withdrawn.client.tolist() == [1]
    assert first.withdrawn.tick.tolist() == [13]
    second = desk.advance(Referrals.none(), 0, NOBODY, 60)
    assert second.withdrawn.tick.tolist() == [44]
    assert first.started.client.size == second.started.client.size == 0
    assert [first.queue_ticks.tolist(), second.queue_ticks.tolist()] == [[10 + 26], [14]]


@engines
def test_a_desk_that_winds_down_finishes_whom_it_helps(engine: Make) -> None:
    desk = engine()
    people = referrals(*((n, 0, 0, 1000, 50 + n) for n in range(6)))
    assert desk.advance(people, 4, NOBODY, 30).active.tolist() == [0, 1, 2, 3]
    shut = desk.advance(Referrals.none(), 0, NOBODY, 60)
    assert shut.finished.tick.tolist() == [50, 51, 52, 53]
    assert shut.waiting.tolist() == [4, 5]
    assert shut.started.client.size == 0
    again = desk.advance(Referrals.none(), 1, NOBODY, 120)
    assert again.started.client.tolist() == [4, 5]
    assert again.started.tick.tolist() == [60, 114]


@engines
def test_a_desk_that_grows_starts_as_many_as_it_has_places(engine: Make) -> None:
    desk = engine()
    curve = [0, 2, 5, 9]
    people = referrals(*((n, 0, 0, 10_000, 10_000) for n in range(20)))
    for month, places in enumerate(curve):
        period = desk.advance(people if month == 0 else Referrals.none(), places, NOBODY, 30 * (month + 1))
        assert period.active.size == places


@engines
def test_priority_goes_first_and_equals_in_order(engine: Make) -> None:
    people = referrals((1, 0, 1, 99, 10), (2, 1, 1, 99, 10), (3, 2, 0, 99, 10), (4, 3, 0, 99, 10))
    period = engine().advance(people, 1, NOBODY, 60)
    assert period.started.client.tolist() == [1, 3, 4, 2]
    assert period.started.tick.tolist() == [0, 10, 20, 30]


@engines
def test_splitting_time_into_other_periods_changes_nothing(engine: Make) -> None:
    plan = [Month(month.referrals, 7, NOBODY) for month in months(7)]
    whole = Referrals(
        *(np.concatenate(columns) for columns in zip(*(month.referrals[:5] for month in plan), strict=True))
    )
    at_once = engine().advance(whole, 7, NOBODY, TICKS_A_MONTH * len(plan))
    by_month = run(engine(), plan)
    for name in ("started", "finished", "withdrawn"):
        for field in ("client", "tick"):
            parts = [getattr(getattr(period, name), field) for period in by_month]
            assert np.concatenate(parts).tolist() == getattr(getattr(at_once, name), field).tolist()


@engines
@pytest.mark.parametrize(
    ("people", "places", "until", "said"),
    [
        (referrals((1, 40, 0, 5, 5)), 1, 30, "from 0 to 29"),
        (referrals((1, 9, 0, 5, 5), (2, 3, 0, 5, 5)), 1, 30, "in order"),
        (referrals((1, 3, 0, 0, 5)), 1, 30, "1 tick or more"),
        (referrals((1, 3, 0, 5, 0)), 1, 30, "1 tick or more"),
        (referrals((1, 3, 0, 5, 5), (1, 4, 0, 5, 5)), 1, 30, "only once"),
        (Referrals.none(), -1, 30, "0 or more"),
        (Referrals.none(), 1, 0, "end after"),
    ],
)
def test_a_desk_refuses_what_it_cannot_take(
    engine: Make, people: Referrals, places: int, until: int, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        engine().advance(people, places, NOBODY, until)
