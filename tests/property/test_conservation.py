"""Nothing is made or lost: residents, slots, placements and pence (`verification.md`, 11, 12, 14, 17)."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.ledger import ACCOUNTS, LINES, balances
from simulation.output import SUBSIDY_ITEMS
from tests.checks import check_benefits, check_slots, check_stocks, run_checked
from tests.worlds import baseline, living_in, model_of, region_start, run, start_of, subsidy, with_subsidies, world


def test_a_baseline_conserves_everything() -> None:
    run_checked(model_of(start_of(world(500)), baseline(), months=24), 24)


@pytest.mark.parametrize("places", ["additional", "any_vacancy", "both"])
@pytest.mark.parametrize("payer", ["DWP", "combined_authority"])
def test_a_subsidy_conserves_everything(places: str, payer: str) -> None:
    offer = subsidy(places=places, payer=payer, months=3, end_month=12, employer_take_up=1.0)
    model = run_checked(
        model_of(start_of(world(500), employer_choice__refill_rate=0.3), with_subsidies(offer), months=18), 18
    )
    counts = model.rows.subsidies.sum(axis=(0, 1, 2))
    assert all(counts[SUBSIDY_ITEMS.index(item)] > 0 for item in ("started", "finished", "dropped_out"))


def test_two_subsidies_and_changing_rules_conserve_everything() -> None:
    arm = with_subsidies(
        subsidy("north", living_in(0), places="both", marginal_only=True, monthly_pence=5000, wage_share=0.5),
        subsidy("south", living_in(1, 2), payer="combined_authority", wage_share=0.0, cap_active=5),
        demand=((2, 0.9), (9, 1.1)),
        minimum_wage=((5, 1.1),),
    )
    run_checked(model_of(start_of(world(500, seed=4)), arm, months=20), 20)


def test_a_world_after_its_run_in_conserves_everything() -> None:
    run_checked(model_of(start_of(world(500), run_in=30), with_subsidies(subsidy()), months=14), 14)


def test_the_shipped_region_conserves_residents_and_slots() -> None:
    model = model_of(region_start(200), with_subsidies(subsidy(places="both")), months=6)
    for month in range(6):
        run(model, 1)
        check_stocks(model, month)
        check_slots(model)
        check_benefits(model)


def test_every_line_of_the_ledger_is_double_entry() -> None:
    for i, line in enumerate(LINES):
        assert line.payer in ACCOUNTS
        assert line.payee in ACCOUNTS
        assert line.payer != line.payee
        one = np.zeros(len(LINES), np.int64)
        one[i] = 100
        moved = balances(one)
        assert moved[line.payer] == -100
        assert moved[line.payee] == 100
        assert sum(moved.values()) == 0
