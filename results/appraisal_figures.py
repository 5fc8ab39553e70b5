"""Who pays and who gains: sums of flows by perspective, price base, financial year and cashability, with intervals.

Every sum is formed within a run before anything is averaged; a ratio is the ratio of two means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from results.appraisal_flows import IS_PROGRAMME, Flows
from results.appraisal_prices import BASES
from results.appraisal_terms import Floats
from results.statistics import Stat, describe, interval_kind, ratio_statistic, statistic
from simulation.ledger import ACCOUNTS, AGENCIES

EXCHEQUER, SOCIETY = "exchequer", "society"
PERSPECTIVES: dict[str, tuple[str, ...]] = {
    EXCHEQUER: AGENCIES,
    **{agency: (agency,) for agency in AGENCIES},
    **{account: (account,) for account in ACCOUNTS if account not in AGENCIES},
    SOCIETY: (),
}
"""Perspective -> accounts that it sums; society sums none, since transfers are left out of it."""
PUBLIC = (EXCHEQUER, *AGENCIES)
KEYS = ("table", "perspective", "item", "financial_year", "cashable", "month", "price_base", "unit", "how")
"""Columns of a figure before those of its statistic."""
ALL = "all"
Row = dict[str, Any]


def row(table: str, perspective: str, item: str, unit: str, stat: Stat, **extra: object) -> Row:
    """Return one figure; dimensions that it does not have hold `all`.

    Parameters
    ----------
    table, perspective, item : str
        What it is.
    unit : str
        Its unit.
    stat : Stat
        Its value over runs.
    **extra
        Further columns of KEYS.
    """
    keys: Row = dict.fromkeys(KEYS, ALL) | {"table": table, "perspective": perspective, "item": item, "unit": unit}
    return keys | {"how": ""} | extra | vars(stat)


class Sums:
    """Sums and ratios over the runs of one comparison."""

    def __init__(self, flows: Flows) -> None:
        self.flows = flows

    def stat(self, values: Floats) -> Stat:
        """Return the statistic of one value a run."""
        return statistic(np.asarray(values, np.float64) + 0.0, self.flows.draws, self.flows.n_seeds)

    def ratio(self, above: Floats, below: Floats) -> Stat:
        """Return the ratio of two means."""
        return ratio_statistic(above, below, self.flows.draws, self.flows.n_seeds)

    def net(self, perspective: str) -> Floats:
        """Return the net gain of a perspective by month, pounds of the ledger, shape (R, N)."""
        if perspective == SOCIETY:
            return self.flows.of_society()
        if perspective == "residents":
            return self.flows.of_residents()
        return self.flows.of_accounts(PERSPECTIVES[perspective])

    def cost(self, perspective: str, base: str = "discounted") -> Floats:
        """Return what a perspective spends on what is tried, shape (R,)."""
        flows = self.flows
        if perspective == SOCIETY:
            return -flows.worth(flows.of_society(IS_PROGRAMME), base) + 0.0
        return -flows.worth(flows.of_accounts(PERSPECTIVES[perspective], IS_PROGRAMME), base) + 0.0

    def value(self, perspective: str, base: str = "discounted") -> Floats:
        """Return the net value of a perspective, shape (R,)."""
        return self.flows.worth(self.net(perspective), base)


HOW_NET = {
    "nominal": "receipts less payments, policy less baseline, in prices of each month",
    "real": "the same in prices of the base year",
    "discounted": "the same discounted month by month to the policy's first month: the net present value",
}
HOW_SOCIETY = (
    "wages and employer National Insurance of additional work, less resources of programmes and services; transfers "
    "left out; wellbeing apart"
)


def perspective_rows(sums: Sums) -> Iterator[Row]:
    """Yield what each perspective gains, what it spends on what is tried, and the ratio of the rest to that."""
    for perspective in PERSPECTIVES:
        net = sums.net(perspective)
        for base in BASES:
            how = f"{HOW_SOCIETY}; {HOW_NET[base]}" if perspective == SOCIETY else HOW_NET[base]
            stat = sums.stat(sums.flows.worth(net, base))
            yield row("perspectives", perspective, "net", "pounds", stat, price_base=base, how=how)
        if perspective not in (*PUBLIC, SOCIETY):
            continue
        cost = sums.cost(perspective)
        benefit = sums.value(perspective) + cost
        base = "discounted"
        how = "spending on programmes, policy less baseline"
        yield row("perspectives", perspective, "cost", "pounds", sums.stat(cost), price_base=base, how=how)
        how = "net present value plus that spending"
        yield row("perspectives", perspective, "benefit", "pounds", sums.stat(benefit), price_base=base, how=how)
        ratio = _return(sums, benefit, cost)
        how = "benefit over cost: mean over mean; none where the cost is not clearly above zero"
        yield row("perspectives", perspective, "ratio", "pounds per pound", ratio, price_base=base, how=how)
        if perspective in PUBLIC:
            cash = cash_of(sums, perspective)
            how = "cashable part of the benefit over cost; the rest frees capacity, not money"
            stat = _return(sums, cash, cost)
            yield row("perspectives", perspective, "cash_ratio", "pounds per pound", stat, price_base=base, how=how)


def _return(sums: Sums, above: Floats, cost: Floats) -> Stat:
    """Return a ratio to a cost; none where the cost is not above zero on the mean."""
    return sums.ratio(above, cost if cost.mean() > 0 else np.zeros(len(cost)))


def cash_of(sums: Sums, perspective: str, base: str = "discounted") -> Floats:
    """Return the cashable part of what follows from what is tried, programme spending left out, shape (R,)."""
    shares = sums.flows.terms.cashable * ~IS_PROGRAMME
    return sums.flows.worth(sums.flows.of_accounts(PERSPECTIVES[perspective], shares), base)


def cash_rows(sums: Sums) -> Iterator[Row]:
    """Yield, for the exchequer and each agency, gross benefit, avoided demand and cash, and cash less programmes."""
    flows, base = sums.flows, "discounted"
    for perspective in PUBLIC:
        accounts = PERSPECTIVES[perspective]
        gross = flows.worth(flows.of_accounts(accounts, ~IS_PROGRAMME), base)
        freed = flows.worth(flows.of_accounts(accounts, flows.terms.marginal * ~IS_PROGRAMME), base)
        cash, cost = cash_of(sums, perspective), sums.cost(perspective)
        for item, values, how in (
            ("gross", gross, "all lines but programmes, at full amounts and average costs"),
            ("avoided_demand", freed, "the same times each line's marginal share"),
            ("cash", cash, "the same times each line's cashable share"),
            ("net_cash", cash - cost, "cash less spending on programmes"),
        ):
            yield row("cash", perspective, item, "pounds", sums.stat(values), price_base=base, how=how)


def year_rows(sums: Sums) -> Iterator[Row]:
    """Yield what each agency gains by financial year, cashable or not, in every price base."""
    flows = sums.flows
    years = np.array(flows.factors.years)
    cash = np.where(IS_PROGRAMME, 1.0, flows.terms.cashable)
    parts = {
        (perspective, label): flows.of_accounts(PERSPECTIVES[perspective], share)
        for perspective in PUBLIC
        for label, share in (("cashable", cash), ("not cashable", 1 - cash))
    }
    how = "lines times their cashable share, or the rest of it; spending on programmes is cash"
    for year in (*dict.fromkeys(flows.factors.years), ALL):
        inside = (years == year) if year != ALL else np.ones(len(years), bool)
        for (perspective, label), flow in parts.items():
            for base in BASES:
                stat = sums.stat(flow[:, inside] @ flows.factors.of(base)[inside])
                extra = {"financial_year": year, "cashable": label, "price_base": base, "how": how}
                yield row("years", perspective, "net", "pounds", stat, **extra)


def place_rows(sums: Sums, names: Sequence[str]) -> Iterator[Row]:
    """Yield the net present value of the exchequer and of residents by the Place where residents live.

    Parameters
    ----------
    sums : Sums
        The flows.
    names : sequence of str
        Names of the Places.
    """
    flows = sums.flows
    worth = flows.factors.of("discounted")
    how = "receipts less payments on account of residents of the Place, unweighted, discounted"
    for perspective, by_place in ((EXCHEQUER, flows.exchequer_by_place), ("residents", flows.residents_by_place)):
        for i, name in enumerate(names):
            stat = sums.stat(by_place[..., i] @ worth)
            yield row("places", perspective, name, "pounds", stat, price_base="discounted", how=how)


def cumulative_rows(sums: Sums) -> Iterator[Row]:
    """Yield the running sum of discounted flows of the exchequer and of society by month."""
    flows = sums.flows
    for perspective in (EXCHEQUER, SOCIETY):
        running = np.cumsum(sums.net(perspective) * flows.factors.of("discounted"), axis=1)
        columns = describe(running, flows.draws)
        n_draws = len(np.unique(flows.draws))
        kind = interval_kind(flows.n_runs, n_draws)
        for month in range(running.shape[1]):
            stat = Stat(
                **{name: float(values[month]) for name, values in columns.items()},
                n_draws=n_draws,
                n_seeds=flows.n_seeds,
                interval=kind,
            )
            extra: Mapping[str, object] = {"month": month + 1, "price_base": "discounted"}
            how = "running sum of discounted flows"
            yield row("cumulative", perspective, "net", "pounds", stat, **extra, how=how)
