"""Every process by itself: zero hazard no move, a higher one only adds, everybody accounted for (`style.md`, Tests)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scenarios.vocabulary import State
from simulation.covariates import Transition
from simulation.model import RegionModel
from simulation.processes import health as health_process
from simulation.registry import parameters_of, transitions
from simulation.start import Start
from simulation.streams import FIXED, Purpose, key
from tests.checks import run_checked
from tests.worlds import (
    NO_HIRING,
    assert_same,
    healthy_for_good,
    model_of,
    nobody_leaves,
    run,
    start_of,
    state_of,
    world,
)  # fmt: skip

NAMES = [t.name for t in transitions()]
DESTINATIONS = {
    "long_term_sick": State.LONG_TERM_SICK, "sickness_absence": State.ABSENT, "unemployed": State.UNEMPLOYED,
    "student": State.STUDENT, "caring": State.CARING, "retired": State.RETIRED, "other_inactive": State.OTHER_INACTIVE,
    "return_to_work": State.EMPLOYED,
}  # fmt: skip


def scaled(monkeypatch: pytest.MonkeyPatch, factors: dict[str, float], others: float) -> Start:
    """Return a start in which hazards are multiplied: those named by their factor, all others by `others`."""

    def times(t: Transition) -> Transition:
        factor = factors.get(t.name, others)
        return replace(t, hazard=lambda x, p: factor * t.hazard(x, p))

    changed = tuple(times(t) for t in transitions())
    with monkeypatch.context() as patch:
        patch.setattr("simulation.start.transitions", lambda: changed)
        patch.setattr("simulation.start.parameters_of", parameters_of)
        nobody_leaves(patch)
        w = world(1500)
        w.residents.birth[:] = np.maximum(w.residents.birth, -60 * 12)
        return start_of(w, **NO_HIRING)


def done(model: RegionModel, name: str) -> set[int]:
    """Return the id of everybody to whom a transition has happened in the model's first month."""
    t = next(t for t in transitions() if t.name == name)
    c, start = model.columns, model.start.columns
    was = start.state == t.origin
    if t.destination == "search":
        rows, facts = (getattr(model.lists, name)[: model.n_seekers] for name in ("seeker", "seeker_facts"))
        return {int(i) for i in c.id[rows[(facts >> 8) & 15 == t.origin]]}
    if t.destination == "pay_rise":
        return {int(i) for i in c.id[was & (c.pay > start.pay)]}
    return {int(i) for i in c.id[was & (c.state == DESTINATIONS[t.destination])]}


@pytest.mark.parametrize("name", NAMES)
def test_a_zero_hazard_moves_nobody_and_disturbs_no_other_process(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with_it = run(model_of(scaled(monkeypatch, {}, 1.0)), 1)
    without = run(model_of(scaled(monkeypatch, {name: 0.0}, 1.0)), 1)
    assert not done(without, name)
    for other in NAMES:
        if other != name:
            assert done(with_it, other) == done(without, other), other


@pytest.mark.parametrize("name", NAMES)
def test_a_higher_hazard_only_adds(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    low, high = (run(model_of(scaled(monkeypatch, {name: factor}, 0.0)), 1) for factor in (0.4, 0.9))
    assert done(low, name) <= done(high, name)
    again = run(model_of(scaled(monkeypatch, {name: 0.9}, 0.0)), 1)
    assert_same(state_of(again), state_of(high))


@pytest.mark.parametrize("name", NAMES)
def test_a_process_alone_accounts_for_everybody_and_moves_nobody_else(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = run_checked(model_of(scaled(monkeypatch, {name: 1.0}, 0.0), months=6), 6, every=3)
    t = next(t for t in transitions() if t.name == name)
    moves = model.rows.moves[:6].sum(axis=(0, 1, 2))
    moves[-1, :] = moves[:, -1] = 0
    if t.destination in DESTINATIONS:
        moves[t.origin, DESTINATIONS[t.destination]] = 0
    assert not moves.any()


def test_without_health_hazards_nobody_s_health_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    healthy_for_good(monkeypatch)
    nobody_leaves(monkeypatch)
    w = world(800)
    w.residents.birth[:] = np.maximum(w.residents.birth, -60 * 12)
    model = model_of(start_of(w, health__diagnosis=0.0))
    before = state_of(model)
    after = state_of(run(model, 12))
    for name in ("conditions", "severity", "diagnosed", "declared", "treatment"):
        assert np.array_equal(before[f"residents.{name}"], after[f"residents.{name}"]), name


@pytest.mark.parametrize("hazard", ["onset_hazard", "recovery_hazard", "worsening_hazard", "improvement_hazard"])
def test_each_health_hazard_moves_health_its_own_way(hazard: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = getattr(health_process, hazard)
    healthy_for_good(monkeypatch)
    monkeypatch.setattr(health_process, hazard, kept)
    nobody_leaves(monkeypatch)
    w = world(3000)
    w.residents.birth[:] = np.maximum(w.residents.birth, -60 * 12)
    model = model_of(start_of(w, health__diagnosis=0.0))
    c, start = run(model, 6).columns, model.start.columns
    gained, lost = (c.conditions & ~start.conditions).any(), (start.conditions & ~c.conditions).any()
    worse, better = (c.severity > start.severity).any(), (c.severity < start.severity).any()
    seen = {"onset_hazard": gained, "recovery_hazard": lost, "worsening_hazard": worse, "improvement_hazard": better}
    assert seen[hazard]
    assert gained == (hazard == "onset_hazard")
    assert lost == (hazard == "recovery_hazard")
    assert not (worse and hazard in ("recovery_hazard", "improvement_hazard"))
    assert not (better and hazard in ("onset_hazard", "worsening_hazard"))


def test_no_two_purposes_share_a_key() -> None:
    assert len({int(p) for p in Purpose}) == len(Purpose)
    keys = {int(key(12345, month, p)) for month in (FIXED, *range(-120, 75)) for p in Purpose}
    assert len(keys) == (len(range(-120, 75))) * len(Purpose)
