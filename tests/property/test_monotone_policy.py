"""More money never does less of what it pays for (`verification.md`, 21 to 23)."""

from __future__ import annotations

from dataclasses import replace
from math import comb

import numpy as np

from scenarios.arm import SubsidySpec
from scenarios.vocabulary import State
from simulation.ledger import LINE_INDEX
from simulation.model import RegionModel
from simulation.model_tables import Limits
from simulation.output import SUBSIDY_ITEMS
from tests.worlds import model_of, run, start_of, subsidy, with_subsidies, world

STARTED = SUBSIDY_ITEMS.index("started")
MONTHS, SEEDS = 18, 60
START = start_of(world(1500, 150, vacancies=0.03), employer_choice__refill_rate=0.2)
SUBSIDY_LINES = [LINE_INDEX[f"subsidy_{part}"] for part in ("wage", "grant", "support", "administration")]


def fewest_good(n: int, share: float = 0.95, level: float = 0.01) -> int:
    """Return the fewest successes of n that do not reject a true share of successes at a level."""
    tail, k = 0.0, -1
    while tail <= level:
        k += 1
        tail += comb(n, k) * share**k * (1 - share) ** (n - k)
    return k


def after(offer: SubsidySpec, seed: int) -> RegionModel:
    return run(model_of(START, with_subsidies(offer), seed=seed, months=MONTHS), MONTHS)


def starts(model: RegionModel) -> int:
    return int(model.rows.subsidies[..., STARTED].sum())


def test_a_higher_subsidy_hardly_ever_lowers_starts() -> None:
    for places in ("additional", "any_vacancy"):
        offer = subsidy(places=places, wage_share=0.3, start_pence=0, end_pence=0, employer_take_up=0.5)
        low, high = ([starts(after(replace(offer, wage_share=s), seed)) for seed in range(SEEDS)] for s in (0.3, 1.0))
        good = sum(b >= a for a, b in zip(low, high, strict=True))
        assert good >= fewest_good(SEEDS), f"{places}: {good} of {SEEDS}"
        assert sum(high) > sum(low)


def test_twice_the_budget_never_spends_more_than_twice_and_never_starts_fewer() -> None:
    once = 8_000_000
    fewer = 0
    for seed in range(SEEDS):
        single, double = (after(subsidy(budget_pence=budget), seed) for budget in (once, 2 * once))
        spent = [int(m.rows.ledger[..., SUBSIDY_LINES].sum()) for m in (single, double)]
        assert 0 < spent[0] <= once
        assert spent[1] <= 2 * once
        fewer += starts(double) < starts(single)
    assert fewer == 0


def test_caps_hold_every_month() -> None:
    model = after(subsidy(cap_starts=30, cap_starts_month=4, cap_active=12, places="both"), 3)
    started = model.rows.subsidies[:, 0, :, STARTED].sum(axis=1)
    active = model.rows.subsidies[:, 0, :, SUBSIDY_ITEMS.index("active")].sum(axis=1)
    assert started.sum() == 30 or started.sum() > 20
    assert started.sum() <= 30
    assert started.max() <= 4
    assert active.max() <= 12


def test_budgets_hold_for_each_of_two_subsidies() -> None:
    """Each subsidy has its own payer, so that the ledger tells their spending apart."""
    once = 5_000_000
    offers = subsidy("national", budget_pence=once), subsidy("local", budget_pence=once, payer="combined_authority")
    start = start_of(world(1500, 150), employer_choice__refill_rate=0.2)
    model = run(model_of(start, with_subsidies(*offers), months=40), 40)
    local = [LINE_INDEX[f"local_subsidy_{part}"] for part in ("wage", "grant", "support", "administration")]
    for lines in (SUBSIDY_LINES, local):
        assert 0 < model.rows.ledger[..., lines].sum() <= once


def test_with_one_application_each_ranking_decides_who_is_hired_and_not_how_many() -> None:
    """One look a seeker and no standards: what counts is which employers are looked at."""
    same = {"search__looks": (1,) * 8, "search__looks_by_cohort": (0,) * 10, "search__on_the_job": 0.0}
    blind = {
        "employer_choice__ability_weight": 0.0, "employer_choice__qualification_points": (0,) * 4,
        "employer_choice__severity_penalty": (0,) * 4, "employer_choice__condition_penalty": (0,) * 6,
        "employer_choice__cohort_penalty": (0,) * 10, "employer_choice__duration_penalty": 0,
        "employer_choice__history_points": 0,
    }  # fmt: skip
    steep = {"employer_choice__ability_weight": 3.0, "employer_choice__duration_penalty": 40}
    w = world(1500, 60, vacancies=0.02)
    no_standard = Limits(no_standard=1)
    ranked, random = (start_of(w, limits=no_standard, **same, **extra) for extra in (steep, blind))
    who_differs = 0
    for seed in range(20):
        a, b = run(model_of(ranked, seed=seed), 1), run(model_of(random, seed=seed), 1)
        assert np.array_equal(a.firms.filled, b.firms.filled)
        assert a.rows.flows[0, :, 0].sum() == b.rows.flows[0, :, 0].sum() > 0
        who_differs += int(((a.columns.state != b.columns.state) & (a.columns.state == State.EMPLOYED)).sum())
    assert who_differs > 0
