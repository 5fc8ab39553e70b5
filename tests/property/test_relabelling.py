"""Names carry no meaning: other labels, mapped back, give the same run (`verification.md`, 25)."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.worlds import (
    World,
    assert_same,
    living_in,
    model_of,
    run,
    start_of,
    state_of,
    subsidy,
    with_subsidies,
    world,
)  # fmt: skip

MONTHS = 15


def uneven(w: World) -> World:
    """Return a world in which no two areas draw the same share of a Place's commuters."""
    rng = np.random.Generator(np.random.PCG64(9))
    w.commuting *= rng.uniform(0.2, 1.0, w.commuting.shape)
    w.commuting /= w.commuting.sum(axis=1, keepdims=True)
    return w


def with_areas(w: World, places: np.ndarray, outside: np.ndarray) -> World:
    """Return the world with Place p called places[p], and outside areas renumbered in the same way."""
    new = np.concatenate([places, w.n_places + outside])
    out = w.copy()
    out.residents.place[:] = places[w.residents.place]
    out.employers.area[:] = new[w.employers.area]
    out.commuting[np.ix_(places, new)] = w.commuting
    return out


def test_relabelled_places_and_areas_give_the_same_run() -> None:
    w = uneven(world(600, n_places=4, n_outside=2))
    places, outside = np.array([2, 0, 3, 1]), np.array([1, 0])
    first = run(model_of(start_of(w), with_subsidies(subsidy(rule=living_in(0, 1), place_ids=(0, 1)))), MONTHS)
    renamed = with_subsidies(subsidy(rule=living_in(2, 0), place_ids=(2, 0)))
    second = run(model_of(start_of(with_areas(w, places, outside)), renamed), MONTHS)
    for name in ("stocks", "moves", "ageing", "flows", "claimants", "satisfaction", "ledger"):
        assert np.array_equal(getattr(first.rows, name)[:MONTHS], getattr(second.rows, name)[:MONTHS][:, places]), name
    a, b = state_of(first), state_of(second)
    for name in a:
        if name not in ("residents.place", "residents.cell", "employers.area", "cells", "satisfaction", "tightness"):
            assert np.array_equal(a[name], b[name]), name


def six_years_later(rules: dict[str, Any]) -> dict[str, Any]:
    """Return a year's rules with the one date in them six years later."""
    credit = dict(rules["universal_credit"])
    credit["child_protected_before"] = SimpleNamespace(value="2023-04-06")
    return {**rules, "universal_credit": credit}


def test_a_calendar_that_begins_in_another_year_gives_the_same_run(monkeypatch: pytest.MonkeyPatch) -> None:
    start = start_of(world(500))
    arm = with_subsidies(subsidy(months=3))
    first = run(model_of(start, arm, hashing=True), MONTHS)
    monkeypatch.setattr("simulation.taxben.rates.EPOCH_YEAR", 2031)
    later = {f"{int(year[:4]) + 6}/{int(year[5:]) + 6}": six_years_later(rules) for year, rules in start.rules.items()}
    second = run(model_of(replace(start, rules=later), arm, hashing=True), MONTHS)
    assert_same(vars(first.rows), vars(second.rows))
    assert_same(state_of(first), state_of(second))


def test_names_of_subsidies_for_people_change_nothing() -> None:
    start = start_of(world(500))
    offer = subsidy(months=3, places="both")
    plain, titled = (run(model_of(start, with_subsidies(o)), 8) for o in (offer, replace(offer, title="Another title")))
    assert_same(state_of(plain), state_of(titled))


def test_labels_of_units_and_ethnicity_that_no_rule_reads_change_nothing() -> None:
    w = world(500)
    other = w.copy()
    other.residents.unit[:] = w.residents.unit[::-1]
    other.residents.ethnicity[:] = (w.residents.ethnicity + 1) % 5
    a, b = (run(model_of(start_of(x), with_subsidies(subsidy())), 10) for x in (w, other))
    but = ("residents.unit", "residents.ethnicity", "residents.cell", "cells")
    assert_same(state_of(a), state_of(b), but)
