"""Independent subsidies do not disturb one another's draws (`verification.md`, 3)."""

from __future__ import annotations

import numpy as np
import pytest

from simulation import registry
from tests.worlds import assert_same, living_in, model_of, run, start_of, state_of, subsidy, with_subsidies, world

HERE = subsidy("here", living_in(0), place_ids=(0,), places="both", months=3)
THERE = subsidy("there", living_in(1), place_ids=(1,), months=5, hours_week=30)
NULL = subsidy("null", cap_starts=0)
BY_SUBSIDY = (
    "employers.places", "employers.places_filled", "employers.joins", "residents.slot", "residents.programme",
    "residents.offer",    "residents.completed",
)  # fmt: skip


def lives(*offers: object, months: int = 12) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return everybody's state after a run, without the subsidies' own numbering, and the ledger."""
    model = run(model_of(start_of(world(600), employer_choice__refill_rate=0.3), with_subsidies(*offers)), months)  # type: ignore[arg-type]
    state = {name: array for name, array in state_of(model).items() if name not in BY_SUBSIDY}
    return state, model.rows.ledger[:months]


def test_the_order_of_independent_subsidies_changes_nothing() -> None:
    straight, ledger = lives(HERE, THERE)
    mixed, other = lives(THERE, HERE)
    assert_same(straight, mixed)
    assert np.array_equal(ledger, other)


def test_a_null_subsidy_in_front_changes_nothing() -> None:
    alone, ledger = lives(HERE)
    behind, other = lives(NULL, HERE)
    assert_same(alone, behind)
    assert np.array_equal(ledger, other)


def test_the_order_of_registered_processes_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    straight, ledger = lives(HERE)
    monkeypatch.setattr(registry, "PROCESSES", dict(reversed(registry.PROCESSES.items())))
    mixed, other = lives(HERE)
    assert_same(straight, mixed)
    assert np.array_equal(ledger, other)
