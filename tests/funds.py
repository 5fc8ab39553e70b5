"""Funds made by hand for tests, and the money of a model counted again from its clients."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from scenarios.arm import ArmSpec
from scenarios.fund_specs import CONSTRAINTS, FundingSpec, FundSpec
from simulation.funding.purses import FUND_ITEMS
from simulation.model import RegionModel

FUND_ITEM = {name: i for i, name in enumerate(FUND_ITEMS)}
ALL = frozenset(CONSTRAINTS)
FREE: frozenset[str] = frozenset()


def fund(name: str = "pot", pounds: float = 1_000_000, years: int = 4, **changes: Any) -> FundSpec:
    """Return a fund of so many pounds a year that binds nobody, open all the time.

    Parameters
    ----------
    name, pounds : its name, its amount of each year.
    years : financial years, the first of which begins in month 0.
    **changes : other fields of `FundSpec`.
    """
    amounts = tuple((12 * year, round(100 * pounds)) for year in range(years))
    terms: dict[str, Any] = {"title": name, "kind": "local_authority", "opens": ((0, 12 * years),)}
    return FundSpec(name=name, amounts=amounts, **(terms | changes))


def funded(arm: ArmSpec, *funds: FundSpec, **changes: Any) -> ArmSpec:
    """Return an arm whose services live on these funds; `changes` are fields of `FundingSpec`."""
    return replace(arm, funding=FundingSpec(tuple(sorted(funds, key=lambda f: f.name)), **changes))


def check_money(model: RegionModel, month: int) -> None:
    """No purse is negative, none loses a penny, and what is promised is what clients were promised and not paid."""
    money = model.services.money
    items, live = money.output.items[: month - money.first + 1], money.services and model.services.live
    sums, now = items.sum(axis=0), items[-1]
    left, outstanding = now[:, FUND_ITEM["left"]], now[:, FUND_ITEM["outstanding"]]
    assert (items >= 0).all()
    spent = sums[:, FUND_ITEM["administration"]] + sums[:, FUND_ITEM["paid"]] + sums[:, FUND_ITEM["lapsed"]]
    assert np.array_equal(sums[:, FUND_ITEM["granted"]], spent + left + outstanding)
    open_promises = (
        sums[:, FUND_ITEM["promised"]] - sums[:, FUND_ITEM["paid"]] - sums[:, FUND_ITEM["returned"]]
    )  # fmt: skip
    assert np.array_equal(open_promises, outstanding)
    again = np.zeros(len(money.funds), np.int64)
    match = money.terms.match
    for x in np.flatnonzero((live.since >= 0) & (live.fund >= 0)).tolist():
        f, g, promised, paid = (int(column[x]) for column in (live.fund, live.partner, live.promised, live.paid))
        theirs = (promised * int(match[f]) >> 16) - (paid * int(match[f]) >> 16) if g >= 0 else 0
        again[f] += promised - paid - theirs
        if g >= 0:
            again[g] += theirs
    assert np.array_equal(again, outstanding)
