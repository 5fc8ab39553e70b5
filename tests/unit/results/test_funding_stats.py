"""Shares of constraints and paired differences: what must add up does so exactly, whatever the arms came to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.funding_build import StudyFacts, UnequalMoney, keys_of, study_of
from results.funding_counts import ArmCounts, cohort_measures, place_measures, read_arms, save_arms
from results.funding_lines import loser_rows, losers, share_rows, value_rows
from results.funding_read import FLEXIBLE, NOTHING, REST, RING_FENCED
from results.funding_stats import all_masks, first_effects, last_effects, shapley, words_of
from results.funding_store import read_study, table_text, write_study
from results.geography import build
from results.groups import FIXED_LABELS
from results.store import RunFolder
from scenarios.fund_specs import CONSTRAINTS
from simulation.funding.cells import N_GROUPS
from simulation.funding.purses import FUND_ITEMS

MONTHS, PLACES, FUNDS, PROGRAMMES = 13, 3, 2, 2
CORE = ("eligibility", "place", "lapse")
WHOLE = "made"
games = st.integers(1, 4).flatmap(
    lambda n: st.lists(st.integers(-(10**12), 10**12), min_size=1 << n, max_size=1 << n).map(lambda v: (n, v))
)


def as_game(values: list[int]) -> dict[int, Any]:
    return {mask: np.array([value]) for mask, value in enumerate(values)}


@given(games)
def test_the_shares_add_up_to_the_whole_exactly(game: tuple[int, list[int]]) -> None:
    n, values = game
    shares = shapley(as_game(values), n)
    assert shares.sum() == factorial(n) * (values[0] - values[-1])


@given(games)
def test_a_constraint_that_changes_nothing_has_no_share(game: tuple[int, list[int]]) -> None:
    n, values = game
    dummy = {mask: np.array([values[mask % (1 << n)]]) for mask in range(1 << (n + 1))}  # the last factor never matters
    shares = shapley(dummy, n + 1)
    assert shares[n] == 0
    assert np.array_equal(shares[:n], (n + 1) * shapley(as_game(values), n))


@given(st.integers(2, 4), st.data())
def test_constraints_that_nothing_tells_apart_have_the_same_share(n: int, data: st.DataObject) -> None:
    by_size = data.draw(st.lists(st.integers(-1000, 1000), min_size=n + 1, max_size=n + 1))
    shares = shapley({mask: np.array([by_size[mask.bit_count()]]) for mask in range(1 << n)}, n)
    assert len(set(shares[:, 0].tolist())) == 1


@given(games)
def test_swapping_the_arms_turns_every_sign(game: tuple[int, list[int]]) -> None:
    n, values = game
    turned = as_game(values[::-1])  # in force and dropped change places
    assert np.array_equal(shapley(turned, n), -shapley(as_game(values), n))
    assert np.array_equal(first_effects(turned, n), -last_effects(as_game(values), n))


@given(games)
def test_a_share_is_the_mean_of_the_gains_over_all_orders(game: tuple[int, list[int]]) -> None:
    n, values = game
    total = [0] * n
    for size in range(n):
        for dropped in combinations(range(n), size):
            for i in set(range(n)) - set(dropped):
                before = (1 << n) - 1 - sum(1 << j for j in dropped)
                total[i] += factorial(size) * factorial(n - size - 1) * (values[before ^ (1 << i)] - values[before])
    assert shapley(as_game(values), n)[:, 0].tolist() == total


def test_an_arm_that_is_missing_is_named() -> None:
    with pytest.raises(ValueError, match=r"1 arms are missing.*\[2\]"):
        shapley({0: np.zeros(1), 1: np.zeros(1), 3: np.zeros(1)}, 2)  # type: ignore[dict-item]


def test_masks_in_words() -> None:
    rest = tuple(name for name in CONSTRAINTS if name not in CORE)
    assert words_of(0b111, CORE, rest) == "+".join(CONSTRAINTS)
    assert words_of(0b010, CORE) == "place"
    assert words_of(0, CORE) == words_of(NOTHING, CORE, rest) == "none"
    assert all_masks(2) == (3, 2, 1, 0)


# ---------------------------------------------------------------- the tables of a made study
def facts(constraints: tuple[str, ...] = CORE, seeds: tuple[int, ...] = (1, 2, 3)) -> StudyFacts:
    places = [(f"P{i}", f"Place {i}") for i in range(PLACES)]
    return StudyFacts(
        constraints=constraints,
        allocators=("first_come",),
        geography=build(WHOLE, "Made", places, {"Two of them": ("Place 0", "Place 1")}),
        months=MONTHS,
        sample=1,
        seeds=seeds,
        years=("2026/27", "2027/28"),
        fund_names=("a", "b"),
        programmes=("x", "y"),
        fund_titles={"a": "Fund A", "b": "Fund B"},
        programme_titles={"x": "X", "y": "Y"},
        assumptions=("None holds.",),
        scenario="made",
        first_month="2026-04",
        run_id="0" * 16,
        command="workability funding made",
    )


def arm(mask: int, seed: int, allocator: str = "first_come", value: Callable[..., Any] | None = None) -> ArmCounts:
    """Return the counts of an arm made of whole random numbers, or of what a function of its shape gives."""
    rng = np.random.Generator(np.random.PCG64(1000 * seed + mask + 2))

    def made(*shape: int) -> Any:
        return rng.integers(0, 10**6, shape) if value is None else value(*shape)

    money = made(2, FUNDS, len(FUND_ITEMS))
    money[:, :, FUND_ITEMS.index("granted")] = [[100, 200], [300, 401]]
    n_cohorts = len(FIXED_LABELS["cohort"])
    return ArmCounts(
        allocator, mask, seed, 0,
        place=made(len(place_measures(MONTHS)), PLACES), starts=made(PLACES, N_GROUPS),
        cohort=made(len(cohort_measures(MONTHS)), n_cohorts), money=money,
        flows=made(2, FUNDS, PROGRAMMES, N_GROUPS),
    )  # fmt: skip


def arms(masks: tuple[int, ...] = (*all_masks(3), NOTHING), seeds: tuple[int, ...] = (1, 2, 3)) -> list[ArmCounts]:
    return [arm(mask, seed) for seed in seeds for mask in masks]


def test_parts_and_places_add_up_in_every_seed() -> None:
    for seed in (1, 2, 3):  # one seed alone: a mean would hide what does not add up
        study = study_of(arms(seeds=(seed,)), facts(seeds=(seed,)))
        value = study.value.set_index(["measure", "geography_code", "group"])["mean"]
        for name in place_measures(MONTHS):
            places = [value[name, f"P{i}", "all"] for i in range(PLACES)]
            assert sum(places) == pytest.approx(value[name, WHOLE, "all"], rel=1e-12)
            assert sum(places[:2]) == pytest.approx(value[name, "two-of-them", "all"], rel=1e-12)
        parts = study.attribution.groupby("measure")["mean"].sum()
        for name in parts.index:
            assert parts[name] == pytest.approx(value[name, WHOLE, "all"], rel=1e-9, abs=1e-9)
        assert set(study.attribution["constraint"]) == {*CORE, REST}


def test_the_value_turns_with_the_arms() -> None:
    swap = {0b111: NOTHING, NOTHING: 0b111}
    there = study_of(arms(), facts())
    back = study_of([replace(each, mask=swap.get(each.mask, each.mask)) for each in arms()], facts())
    assert np.array_equal(there.value["mean"], -back.value["mean"])
    assert np.array_equal(there.value["mc_se"], back.value["mc_se"])
    assert np.allclose(there.value["p05"], -back.value["p95"], rtol=1e-12, atol=0)


def test_arms_with_other_money_are_refused_with_the_difference_in_pounds() -> None:
    odd = arm(0, 2)
    odd.money[1, 0, FUND_ITEMS.index("granted")] += 12_345
    rest = [each for each in arms() if (each.mask, each.seed) != (0, 2)]
    with pytest.raises(UnequalMoney, match=r"2027/28.*a difference of £123\.45"):
        study_of([*rest, odd], facts())


def test_a_seed_that_lacks_an_arm_is_refused() -> None:
    with pytest.raises(ValueError, match="lack an arm"):
        study_of(arms()[:-1], facts())


def test_equal_arms_are_worth_exactly_nothing() -> None:
    same = [arm(mask, 7, value=lambda *shape: np.ones(shape, np.int64)) for mask in (*all_masks(3), NOTHING)]
    study = study_of(same, facts(seeds=(7,)))
    assert (study.value["mean"] == 0).all() and (study.attribution[["mean", "first", "last"]] == 0).all(axis=None)
    assert losers(study, "months_in_work").empty


def test_the_ends_alone_have_a_value_and_no_parts() -> None:
    whole = facts(tuple(CONSTRAINTS))
    study = study_of(arms((whole.ringed, whole.flexible)), whole)
    assert whole.flexible == 0 and study.attribution.empty and len(study.value) == len(keys_of(whole))
    assert set(study.funds["arm"]) == {RING_FENCED, FLEXIBLE} and share_rows(study) == []


def test_the_order_in_which_arms_come_does_not_matter() -> None:
    one, other = study_of(arms(), facts()), study_of(arms()[::-1], facts())
    for name in ("arms", "value", "attribution", "funds", "flows", "totals"):
        assert table_text(getattr(one, name)) == table_text(getattr(other, name))


def test_a_study_comes_back_from_disk_as_it_was(tmp_path: Any) -> None:
    study = study_of(arms(), facts())
    path = write_study(RunFolder(tmp_path, "funding", "1"), study, {"inputs": {}})
    found = read_study(path)
    for name in ("arms", "value", "attribution", "funds", "flows", "totals", "shadow"):
        assert table_text(getattr(found, name)) == table_text(getattr(study, name))
    assert [area.code for area in found.geography.areas] == [area.code for area in study.geography.areas]
    assert (found.constraints, found.seeds, found.fund_titles) == (study.constraints, study.seeds, study.fund_titles)
    words = (path / "dictionary.csv").read_text().splitlines()
    assert not [line for line in words if line.count(",") < 4 or (",," in line and line.split(",")[2] == "")]


def test_arms_come_back_from_disk_and_a_damaged_file_is_refused(tmp_path: Any) -> None:
    path, two = tmp_path / "x.npz", arms()[:2]
    save_arms(path, two)
    for mine, other in zip(read_arms(path), two, strict=True):
        assert (mine.allocator, mine.mask, mine.seed) == (other.allocator, other.mask, other.seed)
        assert np.array_equal(mine.place, other.place) and np.array_equal(mine.flows, other.flows)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match="checksum"):
        read_arms(path)


def test_the_lines_for_a_terminal_say_who_loses() -> None:
    study = study_of(arms(), facts())
    worse = losers(study, "months_in_work")
    assert (worse["mean"] < 0).all() and worse["mean"].is_monotonic_increasing
    assert (losers(study, "waiting")["mean"] > 0).all()
    assert len(loser_rows(study)) == min(12, len(worse)) and len(share_rows(study)) == 4
    assert len(value_rows(study, "first_come")) == len(place_measures(MONTHS)) + len(FUND_ITEMS)
