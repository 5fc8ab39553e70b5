"""Runs the engine and the plain model side by side and compares everything they hold, month by month."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from scenarios.arm import ArmSpec
from simulation.model import RegionModel
from simulation.output import SUBSIDY_ITEMS
from tests.plain.model import PlainModel
from tests.plain.money import SEARCHING
from tests.plain.tables import Person, band_of
from tests.worlds import World, model_of, start_of

COLUMNS = (
    "id", "place", "birth", "sex", "ethnicity", "qualification", "deprivation", "cohort", "barriers", "ability",
    "partner",
    "tenure", "state", "since", "work_history", "work_since", "employer", "hired", "slot", "hours", "pay", "insecure",
    "sector",
    "conditions", "diagnosed", "declared", "severity", "treatment", "benefit", "claim_since", "programme",
    "programme_since",
    "completed", "satisfaction", "gross", "award", "pip", "limited", "contributory", "keep",
)  # fmt: skip
ITEMS = ("started", "active", "finished", "kept", "dropped_out")


def differences(model: RegionModel, plain: PlainModel, month: int) -> list[str]:
    """Return what differs between the two models, in words; empty if they agree."""
    out = []
    for name in COLUMNS:
        ours = np.array([person[name] for person in plain.people], np.int64)
        theirs = getattr(model.columns, name).astype(np.int64)
        for row in np.flatnonzero(ours != theirs)[:3]:
            out.append(f"month {month}, row {row}: {name} is {theirs[row]}, plain Python has {ours[row]}")
    for name in ("slots", "filled", "target"):
        ours = np.array([employer[name] for employer in plain.employers])
        for e in np.flatnonzero(ours != getattr(model.firms, name))[:3]:
            out.append(
                f"month {month}, employer {e}: {name} is {getattr(model.firms, name)[e]}, plain Python has {ours[e]}"
            )
    for name in ("places", "places_filled"):
        ours = np.array([employer[name] for employer in plain.employers]).T
        if not np.array_equal(ours, getattr(model.firms, name)):
            out.append(f"month {month}: {name} differ")
    if not np.array_equal(model.rows.ledger[month], np.array(plain.ledger)):
        out.append(f"month {month}: ledger differs by {(model.rows.ledger[month] - np.array(plain.ledger)).tolist()}")
    looking = np.zeros_like(model.rows.claimants[month])
    for person in plain.people:
        looking[person["place"], band_of(month - person["birth"])] += person["benefit"] == SEARCHING
    if not np.array_equal(model.rows.claimants[month], looking):
        out.append(f"month {month}: claimants differ")
    for k in range(len(plain.arm.subsidies)):
        for item in ITEMS:
            counted = int(model.rows.subsidies[month, k, :, SUBSIDY_ITEMS.index(item)].sum())
            if counted != plain.counts[item, k]:
                out.append(f"month {month}: {item} is {counted}, plain Python has {plain.counts[item, k]}")
    return out


def assert_agree(
    w: World,
    arm: ArmSpec,
    *,
    months: int,
    seed: int = 1,
    rules_of_offers: tuple[Callable[[Person, int], bool], ...] = (),
    **changes: Any,
) -> None:
    """Check that both models agree in every column of every month, and that something happened.

    Parameters
    ----------
    w, arm : the world and the policy.
    months, seed : how long, and the seed of the draws.
    rules_of_offers : each subsidy's rule once more, of a person and a month.
    changes : parameters, as for `start_of`.
    """
    start = start_of(w, **changes)
    start.tightness[:] = 0.5
    plain = PlainModel(start, w.commuting, arm, seed, rules_of_offers)
    model = model_of(start, arm, months=months, seed=seed)
    for month in range(months):
        model.step()
        plain.step()
        wrong = differences(model, plain, month)
        assert not wrong, "\n".join(wrong[:20])
    assert model.rows.flows[:months, :, 0].sum() > 0
    if arm.subsidies:
        assert model.rows.subsidies[:months, :, :, SUBSIDY_ITEMS.index("started")].sum() > 0
