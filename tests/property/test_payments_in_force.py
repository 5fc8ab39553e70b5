"""Payments are brought up to date only for people to whom something happened, and yet nobody's are ever out of date."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scenarios.arm import ArmSpec, BenefitsSpec
from scenarios.vocabulary import State
from simulation.model import RegionModel
from tests.worlds import baseline, model_of, region_start, subsidy, with_subsidies

PAYMENTS = (
    "gross", "gross_kind", "pip", "limited", "contributory", "award", "unit_flows", "keep", "benefit", "counted",
)  # fmt: skip
MONTHS = 26
"""Two Aprils among them, with new rates and new families."""
ARMS = {
    "baseline": baseline(0, MONTHS),
    "subsidy": with_subsidies(subsidy(places="both"), policy_month=0, months=MONTHS),
    "trial": baseline(0, MONTHS, benefits=(BenefitsSpec(2, 10_000, 5),)),
}


def out_of_date(model: RegionModel) -> dict[str, int]:
    """Return how many residents' payments differ from a settlement of everybody, by column; the model stays."""
    accounts = model.accounts
    totals = (accounts.standing, accounts.posted, accounts.claimants, accounts.flows)
    columns = {name: column.copy() for name, column in model.columns._asdict().items()}
    kept = [array.copy() for array in totals]
    accounts.settle_everybody(model)
    n = {name: int((columns[name] != getattr(model.columns, name)).sum()) for name in PAYMENTS}
    n |= {"standing": int((kept[0] != totals[0]).sum()), "claimants": int((kept[2] != totals[2]).sum())}
    for name, column in columns.items():
        getattr(model.columns, name)[:] = column
    for array, before in zip(totals, kept, strict=True):
        array[:] = before
    return {name: number for name, number in n.items() if number}


@pytest.mark.parametrize("name", ARMS)
def test_everybody_s_payments_are_as_if_all_were_settled_every_month(name: str, monkeypatch: Any) -> None:
    arm: ArmSpec = ARMS[name]
    model = model_of(region_start(), arm)
    settled, wrong, sick_pay_ended, gained_in_work = [], [], 0, 0
    settle, pay = type(model.accounts)._settle, type(model.accounts).pay

    def counted(self: Any, model: RegionModel, rows: Any, reason: Any, n: int) -> None:
        settled.append(n)
        settle(self, model, rows, reason, n)

    def paid(self: Any, model: RegionModel) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(type(model.accounts), "_settle", counted)
            pay(self, model)
        wrong.append(out_of_date(model))

    monkeypatch.setattr(type(model.accounts), "pay", paid)
    for month in range(MONTHS):
        model.step()
        c = model.columns
        sick_pay_ended += int(((c.state == State.ABSENT) & (month - c.since == model.rates.sick_pay_months)).sum())
        gained_in_work += int(((c.state == State.EMPLOYED) & (c.limited > 0)).sum())
        assert wrong[-1] == {}, f"month {month}"
    assert sick_pay_ended > 0
    assert gained_in_work > 0
    assert np.median(settled) < model.start.n / 8, (
        "few people are settled in a month; those in subsidised jobs always are"
    )
