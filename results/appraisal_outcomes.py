"""When the exchequer has its money back, what a job costs, and what wellbeing is worth; deadweight is never entered.

Jobs and starts are differences between two arms on the same draws, so deadweight and displacement are in them already.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from results.appraisal_figures import EXCHEQUER, Row, Sums, row
from results.appraisal_flows import IS_PROGRAMME
from results.appraisal_prices import calendar_index, index_of
from results.appraisal_terms import MONTHS, Floats, ends, term
from results.job_spells import LENGTHS
from results.metrics import milestones
from results.pairing import PairedSeed, service_counts
from results.statistics import Stat, describe
from scenarios.vocabulary import IN_WORK
from simulation.ledger import AGENCIES
from simulation.output import SUBSIDY_ITEMS

PAYBACK = "month in which the running discounted sum of the exchequer is back at zero and stays there"
PER = {
    "participant": ("start with a subsidy or a service", "starts"),
    "job_starts": ("additional start in work", "spells"),
    "jobs_13_weeks": ("additional job of 13 weeks", "spells"),
    "jobs_26_weeks": ("additional job of 26 weeks", "spells"),
    "jobs_52_weeks": ("additional job of 52 weeks", "spells"),
    "year_of_work": ("additional year in work", "years"),
}
"""What a cost is for: its words, and the unit it is counted in."""


def payback_month(running: Floats) -> float:
    """Return the month, counted from 1, from which on a running sum is never below zero again.

    0 where it never is below zero; infinite where it still is at the end.

    Parameters
    ----------
    running : float64, shape (months,)
        Running sum of flows.
    """
    below = np.flatnonzero(running < 0)
    if not len(below):
        return 0.0
    last = int(below[-1]) + 1
    return float("inf") if last == len(running) else float(last + 1)


def payback_rows(sums: Sums) -> Iterator[Row]:
    """Yield the month of payback on the mean path and the edges of its 90% band, and the share of runs that pay back.

    A path that is below zero at the end has no month: its cell is empty, which reads `never within the horizon`.
    """
    flows = sums.flows
    running = np.cumsum(sums.net(EXCHEQUER) * flows.factors.of("discounted"), axis=1)
    path = describe(running, flows.draws)
    if flows.n_runs < 2:  # one run has no band, so that its edges are the run itself
        path = {**path, "p05": path["mean"], "p95": path["mean"]}
    for item, name in (("mean_path", "mean"), ("early", "p95"), ("late", "p05")):
        month = payback_month(path[name])
        stat = single(month if np.isfinite(month) else float("nan"), flows.draws, flows.n_seeds)
        yield row("payback", EXCHEQUER, item, "months", stat, price_base="discounted", how=PAYBACK)
    back = np.array([np.isfinite(payback_month(one)) for one in running], np.float64)
    how = "runs whose running sum is at or above zero in the last month, over all runs"
    yield row("payback", EXCHEQUER, "share_of_runs", "share", share_of(back, flows.draws, flows.n_seeds), how=how)


def single(value: float, draws: NDArray[np.int64], n_seeds: int) -> Stat:
    """Return a figure that has no interval of its own."""
    nan = float("nan")
    return Stat(value, nan, nan, nan, nan, nan, len(np.unique(draws)), n_seeds, nan, "none")


def share_of(hits: Floats, draws: NDArray[np.int64], n_seeds: int) -> Stat:
    """Return a share of runs with Wilson's 90% interval of what many more runs would give.

    Parameters
    ----------
    hits : float64, shape (runs,)
        1 where it holds, else 0.
    draws : int64, shape (runs,)
        Draw of each run.
    n_seeds : int
        Number of different seeds.
    """
    from scipy.special import ndtri

    n, p = len(hits), float(hits.mean())

    def end(probability: float) -> float:
        z = float(ndtri(probability))
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        reach = abs(z) / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return float(np.clip(middle + np.sign(z) * reach, 0, 1))

    return Stat(
        mean=p,
        p05=end(0.05),
        p25=end(0.25),
        p50=p,
        p75=end(0.75),
        p95=end(0.95),
        n_draws=len(np.unique(draws)),
        n_seeds=n_seeds,
        mc_se=float(np.sqrt(p * (1 - p) / n)),
        interval="wilson",
    )


def counts_for(runs: Sequence[PairedSeed], name: str, month: int) -> Floats:
    """Return how many of what a cost is for there are by the end of a policy month, policy less baseline, shape (R,).

    Parameters
    ----------
    runs : sequence of PairedSeed
        The runs.
    name : str
        One of PER.
    month : int
        A milestone of the runs.
    """
    if name in LENGTHS:
        return np.array([run.metrics[f"{name}_{month}"] for run in runs])
    found = []
    for run in runs:
        start = run.policy.start
        inside = slice(start, start + month)
        arms = (run.policy, run.baseline)
        if name == "participant":
            item = SUBSIDY_ITEMS.index("started")
            one, other = (
                float(arm.subsidies[inside, ..., item].sum()) + float(service_counts(arm, "started")[:month].sum())
                for arm in arms
            )
        else:
            one, other = (float(arm.view().stock(*IN_WORK)[inside].sum()) / MONTHS for arm in arms)
        found.append(one - other)
    return np.array(found)


def cost_rows(sums: Sums, runs: Sequence[PairedSeed]) -> Iterator[Row]:
    """Yield what the exchequer spends on programmes, and net of what follows, for each participant, start and job.

    Real, undiscounted, to the end of a milestone, and only to the end of the run: nothing after it is measured.
    """
    flows = sums.flows
    real = flows.factors.of("real")
    marks = milestones(flows.horizon)
    for month in dict.fromkeys((marks[len(marks) // 2 - 1], marks[-1])):
        spent = -sums.flows.of_accounts(AGENCIES, IS_PROGRAMME)[:, :month] @ real[:month]
        net = -sums.net(EXCHEQUER)[:, :month] @ real[:month]
        for name, (words, unit) in PER.items():
            number = counts_for(runs, name, month)
            how = f"policy less baseline, by month {month}"
            extra = {"month": month, "price_base": "all"}
            yield row("counts", EXCHEQUER, name, unit, sums.stat(number), **extra, how=how)
            for item, pounds, what in (
                ("programme", spent, "spending on programmes"),
                ("net", net, "net cost to the exchequer"),
            ):
                stat = sums.ratio(pounds, number if number.mean() > 0 else np.zeros(len(number)))
                how = f"{what} by month {month} over the {words}; none where that number is not clearly above zero"
                yield row("costs", item, name, "pounds", stat, month=month, price_base="real", how=how)


def wellbeing_rows(sums: Sums, runs: Sequence[PairedSeed]) -> Iterator[Row]:
    """Yield the change in wellbeing: point-years, those not of income (WELLBYs), and pounds, apart from every sum."""
    flows, terms = sums.flows, sums.flows.terms
    points = flows.satisfaction
    wellbys = points * terms.not_of_income
    price = index_of(terms.base_year, terms.price_growth) / calendar_index(terms.wellby_year, terms.price_growth)
    how = "life satisfaction summed over residents and months, policy less baseline, over 12"
    yield row("wellbeing", "residents", "point_years", "points times years", sums.stat(points.sum(axis=1)), how=how)
    how = "point-years times the share that does not come from income"
    yield row("wellbeing", "residents", "wellbys", "WELLBYs", sums.stat(wellbys.sum(axis=1)), how=how)
    discounted = wellbys @ flows.factors.health_discount
    low, high = ends(term("wellby"))
    for item, pounds in (("value", terms.wellby), ("value_low", low), ("value_high", high)):
        how = (
            f"WELLBYs at £{pounds:,.0f} in {terms.wellby_year} prices, brought to {terms.base_year} and discounted at "
            "the health rate; in no other sum, and no QALY beside it"
        )
        stat = sums.stat(discounted * pounds * price)
        yield row("wellbeing", "residents", item, "pounds", stat, price_base="discounted", how=how)
    years = counts_for(runs, "year_of_work", flows.horizon)
    gap = sums.ratio(points[:, : flows.horizon].sum(axis=1), years if years.mean() > 0 else np.zeros(len(years)))
    low, high = terms.wellbeing_gap
    how = f"point-years over additional years in work; unemployed against employed is {low:g} to {high:g} in surveys"
    yield row("wellbeing", "residents", "points_per_year_of_work", "points", gap, how=how)
