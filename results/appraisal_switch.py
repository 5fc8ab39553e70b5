"""What would have to be true for value to be nil, and how often it is positive; solved from what the run measured.

What follows from a programme is taken to be proportional to the months of work that it adds, and its cost to stay.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from results.appraisal_figures import EXCHEQUER, SOCIETY, Row, Sums, row
from results.appraisal_flows import IS_PROGRAMME
from results.appraisal_outcomes import counts_for, share_of, single
from results.appraisal_prices import discount_factors
from results.appraisal_terms import MONTHS, Floats
from results.pairing import PairedSeed
from results.statistics import QUANTILE_NAMES, QUANTILES, Stat, student
from results.twins import left_out
from simulation.ledger import AGENCIES

LONGEST_YEARS = 60
"""Years after the run up to which it is sought how long effects must last."""
HALVINGS = 60
NONE = float("nan")
UNCLEAR = "unclear"
"""Kind of interval of a figure that leaving out one run would leave without a value."""
SWITCHES: dict[str, tuple[str, str]] = {
    "multiple": ("What follows, as a multiple of what was measured", "multiple"),
    "months_per_participant": ("Months of additional work for each participant", "months"),
    "deadweight": ("Deadweight", "share"),
    "displacement": ("Displacement", "share"),
    "months_after": ("Months that the last year's effect must go on in full after the run", "months"),
    "retention": ("Share of the last year's effect kept each year after the run", "share"),
}
"""Switching value -> its words and unit."""

PARTS = {
    "deadweight": ("deadweight_months", "subsidised_months"),
    "displacement": ("untreated_net", "treated_net"),
}
"""Share -> the counts that it is a ratio of."""
HOW = {
    "multiple": "programme spending over what follows from it",
    "months_per_participant": "months measured times that multiple",
    "deadweight": "what follows shrinks with the share of subsidised months in which the twin worked anyway",
    "displacement": "what follows shrinks with what others lose over what participants gain",
    "months_after": "the run's value plus its last year's monthly gain, undiminished, discounted",
    "retention": "the run's value plus its last year's monthly gain, fading each year for as long as the evidence says",
}


def needed_multiple(net: float, cost: float) -> float:
    """Return by what multiple the rest of a net value must change for the value to be nil; NaN where nothing can."""
    benefit = net + cost
    return cost / benefit if cost > 0 and benefit > 0 else NONE


def needed_share(net: float, cost: float, now: float) -> float:
    """Return the deadweight (or displacement) at which a net value is nil, given that measured; NaN outside 0 to 1.

    Parameters
    ----------
    net, cost : float
        Net value, and the programme's cost in it.
    now : float
        The share as measured.
    """
    found = 1 - (1 - now) * needed_multiple(net, cost)
    return found if 0 <= found <= 1 else NONE


def needed_months(net: float, level: float, discount: Floats) -> float:
    """Return for how many months after the run a level must go on for a net value to be nil.

    NaN where the value is above zero already, the level is not above zero, or all months do not suffice.

    Parameters
    ----------
    net : float
        Value of the run itself.
    level : float
        Gain a month after the run.
    discount : float64, shape (months,)
        Present value of a pound in each of those months.
    """
    if net >= 0 or level <= 0:
        return NONE
    running = np.concatenate([[0.0], np.cumsum(level * discount)])
    if running[-1] < -net:
        return NONE
    whole = int(np.searchsorted(running, -net, side="left")) - 1
    return whole + float((-net - running[whole]) / (running[whole + 1] - running[whole]))


def after_run(level: float, survival: float, discount: Floats) -> float:
    """Return the present value of a level that fades after the run."""
    fading = survival ** (np.arange(1, len(discount) + 1) / MONTHS)
    return float(level * (fading * discount).sum())


def needed_retention(net: float, level: float, discount: Floats) -> float:
    """Return the yearly share kept after the run at which a net value is nil; NaN where none from 0 to 1 does it.

    Parameters
    ----------
    net, level, discount
        As for `needed_months`.
    """
    if net >= 0 or level <= 0 or net + after_run(level, 1.0, discount) < 0:
        return NONE
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if net + after_run(level, middle, discount) < 0 else (low, middle)
    return (low + high) / 2


def jackknife(sums: Sums, solve: Callable[..., float], *values: Floats) -> Stat:
    """Return a figure of means over runs, its interval from leaving out each run in turn.

    Not a number where leaving out one run leaves no figure: then it rests on that run alone.

    Parameters
    ----------
    sums : Sums
        Whose runs they are.
    solve : callable
        Means -> figure; not a number where there is none.
    *values : float64, shape (R,)
        What it is a figure of.
    """
    flows, n = sums.flows, sums.flows.n_runs
    centre = solve(*(float(v.mean()) for v in values))
    if math.isnan(centre) or n < 3:
        return single(centre, flows.draws, flows.n_seeds)
    others = np.arange(n)
    left = np.array([solve(*(float(v[others != i].mean()) for v in values)) for i in range(n)])
    if np.isnan(left).any():
        return replace(single(NONE, flows.draws, flows.n_seeds), interval=UNCLEAR)
    error = float(np.sqrt((n - 1) / n * ((left - left.mean()) ** 2).sum()))
    ends = {name: centre + student(n, q) * error for name, q in zip(QUANTILE_NAMES, QUANTILES, strict=True)}
    return Stat(centre, **ends, n_draws=len(np.unique(flows.draws)), n_seeds=flows.n_seeds, mc_se=error, interval="t")


def switching_rows(sums: Sums, runs: Sequence[PairedSeed]) -> Iterator[Row]:
    """Yield, for the exchequer and for society, each switching value with what was measured."""
    flows = sums.flows
    unfit = left_out(runs)
    starts = counts_for(runs, "participant", flows.horizon)
    months = counts_for(runs, "year_of_work", flows.horizon) * MONTHS
    parts = {
        name: np.array([run.metrics[name] for run in runs]) for name in (*PARTS["deadweight"], *PARTS["displacement"])
    }
    table = "switching"
    for perspective in (EXCHEQUER, SOCIETY):
        net, cost = sums.value(perspective), sums.cost(perspective)

        def emit(item: str, stat: Stat, measured: Stat, perspective: str = perspective) -> Iterator[Row]:
            unit = SWITCHES[item][1]
            yield row(
                table,
                perspective,
                item,
                unit,
                stat,
                how=f"{HOW[item]}; empty: no such value makes it nil, or it would rest on one run (unclear)",
            )
            yield row(table, perspective, f"{item}_measured", unit, measured, how="as measured by the paired run")

        yield from emit(
            "multiple", jackknife(sums, needed_multiple, net, cost), single(1.0, flows.draws, flows.n_seeds)
        )
        if starts.mean() > 0 and months.mean() > 0:
            stat = jackknife(sums, _needed_work, net, cost, months, starts)
            yield from emit("months_per_participant", stat, sums.ratio(months, starts))
        for item, (above, below) in PARTS.items():
            if item in unfit or parts[below].mean() <= 0:
                continue
            sign = -1.0 if item == "displacement" else 1.0
            solve = _share_solver(sign)
            stat = jackknife(sums, solve, net, cost, parts[above], parts[below])
            yield from emit(item, stat, sums.ratio(sign * parts[above], parts[below]))
        yield from _lasting(sums, perspective, emit)


def _needed_work(net: float, cost: float, months: float, starts: float) -> float:
    return months / starts * needed_multiple(net, cost) if starts > 0 else NONE


def _share_solver(sign: float) -> Callable[[float, float, float, float], float]:
    def solve(net: float, cost: float, above: float, below: float) -> float:
        return needed_share(net, cost, sign * above / below) if below > 0 else NONE

    return solve


def run_parts(sums: Sums, perspective: str) -> tuple[Floats, Floats]:
    """Return the value of the run itself and the monthly gain of its last year but for programmes, shapes (R,)."""
    flows = sums.flows
    own = slice(0, flows.horizon)
    real = flows.factors.real[own]
    net = (sums.net(perspective)[:, own] * real) @ flows.factors.discount[own]
    if perspective == SOCIETY:
        after = sums.net(perspective) - flows.of_society(IS_PROGRAMME)
    else:
        after = flows.of_accounts(AGENCIES, ~IS_PROGRAMME)
    return net, (after[:, own] * real)[:, -MONTHS:].mean(axis=1)


def _lasting(sums: Sums, perspective: str, emit: Callable[[str, Stat, Stat], Iterator[Row]]) -> Iterator[Row]:
    """Yield how long, or how much of it, the last year's effect must last after the run."""
    flows, terms = sums.flows, sums.flows.terms
    net, level = run_parts(sums, perspective)
    n_months = flows.horizon + MONTHS * LONGEST_YEARS
    later = discount_factors(n_months, terms.rulebook.discount_rate, terms.rulebook.discount_from_year)[flows.horizon :]
    years = later[: MONTHS * terms.retention_years]
    nothing = single(0.0, flows.draws, flows.n_seeds)
    yield from emit("months_after", jackknife(sums, lambda n, g: needed_months(n, g, later), net, level), nothing)
    yield from emit("retention", jackknife(sums, lambda n, g: needed_retention(n, g, years), net, level), nothing)


def probability_rows(sums: Sums) -> Iterator[Row]:
    """Yield the share of runs in which net present value is above zero."""
    flows = sums.flows
    for perspective in (EXCHEQUER, SOCIETY):
        hits = (sums.value(perspective) > 0).astype(np.float64)
        how = "runs with a net present value above zero over all runs; interval by Wilson's formula"
        stat = share_of(hits, flows.draws, flows.n_seeds)
        yield row("probability", perspective, "positive", "share", stat, price_base="discounted", how=how)
