"""Recorded referrals served again: as the run had it, never later with more places, and as Erlang has it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from simulation.delivery.desk import Clients, Referrals
from simulation.delivery.queue import Queue
from simulation.delivery.replay import FINISHED, GAVE_UP, HELPED, NOT_YET, Batch, Recording, recording, replay
from simulation.model import RegionModel
from simulation.output import SERVICE_ITEMS, RunOutput
from simulation.run import simulate
from tests.property.test_services import crowded
from tests.services import EASY_DOORS, with_services
from tests.worlds import start_of, world

NOBODY_YET = Clients(*(np.zeros(0, np.int64) for _ in range(8)))
MONTHS = 18


@pytest.fixture(scope="module")
def ran() -> tuple[RunOutput, int, Clients, list[Batch]]:
    """A run whose policy doubles one service, with all that reached its desks from the policy's start on."""
    base = with_services(*crowded(), months=MONTHS)
    doubled = [
        replace(s, steps=((3, 2.0),)) if s.name == "c-all" else s for s in base.services.services  # type: ignore[union-attr]
    ]  # fmt: skip
    policy = with_services(*doubled, months=MONTHS)
    batches: list[Batch] = []
    seen: list[tuple[int, Clients]] = []

    def begun(model: RegionModel) -> None:
        assert model.services is not None
        model.services.batches = batches
        seen.append((model.month, model.services.engine.clients()))

    (output,) = simulate(start_of(world(3000), **EASY_DOORS), (policy,), seed=2, before=base, begun=begun)
    return output, *seen[0], batches


def made(ran: Any, *desks: int) -> Recording:
    return recording(ran[1], ran[2], ran[3], desks, 0.0)


def by_month(output: RunOutput, desks: tuple[int, ...], item: str) -> list[int]:
    counts = output.services[output.policy_month :, :, :, SERVICE_ITEMS.index(item)][:, list(desks)]
    return [int(n) for n in counts.sum(axis=(1, 2))]


@pytest.mark.parametrize("desks", [(0,), (1,), (2,), (3,), (0, 2), (0, 1, 2, 3)])
def test_with_its_own_places_the_replay_is_the_run(ran: Any, desks: tuple[int, ...]) -> None:
    output, held = ran[0], made(ran, *desks)
    found = replay(held)
    assert found.active.tolist() == by_month(output, desks, "active")
    assert found.waiting.tolist() == by_month(output, desks, "waiting")
    for ticks, mask, item in (
        (found.started, found.started >= held.begin, "started"),
        (found.ended, found.became == GAVE_UP, "withdrawn"),
    ):
        months = np.bincount(ticks[mask] // 30 - held.first_month, minlength=MONTHS)
        assert months.tolist() == by_month(output, desks, item)
    days = (found.started - found.arrived)[found.started >= held.begin].sum()
    assert days == sum(by_month(output, desks, "days_waited"))


def test_running_only_the_policy_s_arm_gives_the_same_arm(ran: Any) -> None:
    base = with_services(*crowded(), months=MONTHS)
    doubled = [replace(s, steps=((3, 2.0),)) if s.name == "c-all" else s for s in crowded()]
    _, policy = simulate(start_of(world(3000), **EASY_DOORS), (base, with_services(*doubled, months=MONTHS)), seed=2)
    assert np.array_equal(policy.services, ran[0].services)
    assert np.array_equal(policy.stocks, ran[0].stocks)


def test_client_by_client_it_is_the_same_and_the_monitors_agree(ran: Any) -> None:
    held = made(ran, 0, 2)
    queue = Queue(held.begin, held.start, 2)
    found, plain = replay(held, engine=queue), replay(held)
    for name, column in vars(plain).items():
        assert np.array_equal(getattr(found, name), column), name
    began = (plain.started >= held.begin) | (plain.became == GAVE_UP)
    assert sum(queue.waits_of(d).size for d in range(2)) == began.sum()
    for d in range(2):
        taken, ticks = queue.taken_of(d)
        assert ticks.sum() == held.end - held.begin
        assert (taken * ticks).sum() == plain.busy_ticks[:, d].sum()


def stream(seed: int, n: int, months: int, length: float, patience: int = 1 << 37) -> Recording:
    """Return one desk's recording: referrals at even chance over some months, help of exponential length."""
    rng = np.random.Generator(np.random.PCG64(seed))
    tick = np.sort(rng.integers(0, 30 * months, n))
    people = Referrals(
        np.arange(n), tick, np.zeros(n, np.int64), np.full(n, patience),
        np.maximum(1, np.ceil(rng.exponential(length, n))).astype(np.int64), np.zeros(n, np.int64),
    )  # fmt: skip
    edges = np.searchsorted(tick, 30 * np.arange(months + 1))
    batches = [
        Batch(Referrals(*(column[a:b] for column in people)), np.array([1]), np.zeros(0, np.int64))  # type: ignore[index]
        for a, b in pairwise(edges)
    ]
    return recording(0, NOBODY_YET, batches, [0], 0.0)


@pytest.mark.parametrize("seed", range(20))
def test_where_nobody_gives_up_nobody_starts_later_with_more_places(seed: int) -> None:
    held = stream(seed, n=300, months=12, length=60.0)
    before = None
    for places in range(0, 121, 6):
        found = replay(held, np.full((12, 1), places))
        start = np.where(found.started == NOT_YET, held.end, found.started)
        assert before is None or (start <= before).all()
        before = start
    assert before is not None and (before == found.arrived).mean() > 0.9


def test_more_places_are_used_no_less_and_make_fewer_give_up(ran: Any) -> None:
    held = made(ran, 2)
    gave_up, busy = [], []
    for places in (0, 5, 10, 20, 40, 80, 2000):
        found = replay(held, np.full(held.places.shape, places))
        gave_up.append(int((found.became == GAVE_UP).sum()))
        busy.append(int(found.busy_ticks.sum()))
    assert gave_up == sorted(gave_up, reverse=True) and gave_up[-1] == 0
    assert busy == sorted(busy)


def test_a_replay_waits_as_erlang_says() -> None:
    """M/M/5 at load 3: 23.6% wait, for 0.118 mean lengths on average over all."""
    n, length, places, load = 6_000, 200.0, 5, 3.0
    months = int(n * length / load / 30)
    held = stream(7, n, months, length)
    found = replay(held, np.full((months, 1), places))
    served = (found.became == FINISHED) | (found.became == HELPED)
    wait = (found.started - found.arrived)[served] / length
    batches = np.array([part.mean() for part in np.array_split(wait, 40)])
    share = np.array([(part > 0).mean() for part in np.array_split(wait, 40)])
    for found_mean, expected in ((batches, 0.1181), (share, 0.2362)):
        error = found_mean.std(ddof=1) / np.sqrt(len(found_mean))
        assert abs(found_mean.mean() - expected) < 4 * error and error < 0.2 * expected
