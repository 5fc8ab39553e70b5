"""Figures of a target evaluated on runs: a numerator and a denominator a run, so that ratios are formed of means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from results.appraisal_figures import EXCHEQUER, Sums
from results.appraisal_flows import IS_PROGRAMME, flows_of
from results.appraisal_outcomes import counts_for
from results.appraisal_terms import Choices, Terms, check, terms_of
from results.geography import Geography
from results.measures import MEASURES
from results.metrics import metrics_for, milestones
from results.pairing import PairedSeed
from results.panel import Panel
from results.seek_target import DIFFERENCE, JOBS, LEVEL, METRIC, MONEY, NET_COST, Figure
from simulation.ledger import AGENCIES

Floats = NDArray[np.float64]
RETENTION = "appraisal.retention"
PRICES = {f"appraisal.price_per_{name}": counted for name, counted in JOBS.items() if name.endswith("_week_job")}
"""Lever of the appraisal -> the jobs that a price is paid for, in place of spending on programmes."""
APPRAISED = (RETENTION, *PRICES)
"""Levers that change what runs are worth, and no run."""


@dataclass(frozen=True)
class Worth:
    """How runs are valued: the appraiser's choices, and values of levers of the appraisal."""

    choices: Choices = field(default_factory=Choices)
    levers: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def terms(self) -> Terms:
        """Return the numbers of the appraisal, retention as the lever has it."""
        terms = terms_of(self.choices)
        kept = self.levers.get(RETENTION)
        return terms if kept is None else replace(terms, survival=kept)


@dataclass
class Valued:
    """One run and what it is worth; flows are worked out once, when a figure asks for them."""

    run: PairedSeed
    geography: Geography
    worth: Worth

    @cached_property
    def sums(self) -> Sums:
        """Return the sums of the run's flows."""
        return Sums(flows_of([self.run], self.geography, self.worth.choices, self.worth.terms))

    def parts(self, figure: Figure, is_without: bool = False) -> tuple[float, float]:
        """Return numerator and denominator of a figure at full scale; the denominator is 1 where it is no ratio.

        Parameters
        ----------
        figure : Figure
            Which.
        is_without : bool
            Whether to take a level from the baseline's arm.
        """
        scale = self.run.policy.sample if figure.is_count else 1
        if figure.kind in (LEVEL, DIFFERENCE):
            above, below = self._measured(figure, is_without)
        elif figure.kind == METRIC:
            above, below = self._counted(figure)
        elif figure.kind == MONEY:
            above, below = self._money(figure), 1.0
        else:
            above, below = self._money_each(figure)
        return above * scale, below

    def _measured(self, figure: Figure, is_without: bool) -> tuple[float, float]:
        places = next(area.places for area in self.geography.areas if area.code == figure.area)

        def at(panel: Panel) -> tuple[float, float]:
            quantity = MEASURES[figure.name].function(panel.view())
            row = panel.start + figure.month - 1
            if quantity.denominator is None or quantity.less is not None:
                return float(quantity.over(places)[row, 0]), 1.0
            parts = (quantity.numerator, quantity.denominator)
            above, below = (float(np.asarray(part)[row, places].sum()) for part in parts)
            return above, below

        if figure.kind == LEVEL:
            return at(self.run.baseline if is_without else self.run.policy)
        (above, below), (other, others) = at(self.run.policy), at(self.run.baseline)
        if not below or not others:
            return float("nan"), 1.0
        return above / below - other / others, 1.0

    def _counted(self, figure: Figure) -> tuple[float, float]:
        run = self.run
        metric = metrics_for(run.horizon, run.has_services, run.has_incentives)[figure.name]
        if metric.ratio is None:
            return run.metrics[figure.name], 1.0
        return metric.sign * run.metrics[metric.ratio[0]], run.metrics[metric.ratio[1]]

    def _money(self, figure: Figure) -> float:
        """Return a present value, pounds of the sample, to the figure's month; the last takes in what lasts longer."""
        flows = self.sums.flows
        until = slice(None) if figure.month == flows.horizon else slice(0, figure.month)
        factors = flows.factors.of("discounted")[until]
        who = EXCHEQUER if figure.name == NET_COST else figure.name.removeprefix("net_")
        if who == EXCHEQUER and figure.area != self.geography.whole.code:
            column = [place.code for place in self.geography.places].index(figure.area)
            return float(flows.exchequer_by_place[0, until, column] @ factors)
        if who == EXCHEQUER and (priced := [key for key in PRICES if key in self.worth.levers]):
            value = float(flows.of_accounts(AGENCIES, ~IS_PROGRAMME)[0, until] @ factors)
            value -= sum(self._paid(PRICES[key], self.worth.levers[key], figure.month) for key in priced)
        else:
            value = float(self.sums.net(who)[0, until] @ factors)
        return -value if figure.name == NET_COST else value

    def _paid(self, counted: str, price: float, month: int) -> float:
        """Return the present value of a price for each additional job, paid at the milestone by which it has lasted."""
        paid, before = 0.0, 0.0
        for mark in (mark for mark in milestones(self.run.horizon) if mark <= month):
            jobs = self.run.metrics[f"{counted}_{mark}"]
            paid += price * (jobs - before) * float(self.sums.flows.factors.discount[mark - 1])
            before = jobs
        return paid

    def _money_each(self, figure: Figure) -> tuple[float, float]:
        flows, name = self.sums.flows, figure.name
        real = flows.factors.of("real")[: figure.month]
        is_net = name.startswith("net_")
        flow = self.sums.net(EXCHEQUER) if is_net else flows.of_accounts(AGENCIES, IS_PROGRAMME)
        number = float(counts_for([self.run], JOBS[name.partition("cost_per_")[2]], figure.month)[0])
        return float(-flow[0, : figure.month] @ real), number


def worth_of(persistence_years: int, levers: Mapping[str, float]) -> Worth:
    """Return how runs are valued.

    Parameters
    ----------
    persistence_years : int
        Years for which what the last year changed goes on.
    levers : mapping
        Lever of the appraisal -> value.

    Raises
    ------
    results.appraisal_terms.AppraisalError
        If the years are out of bounds.
    """
    return Worth(check(Choices(persistence_years=persistence_years)), dict(levers))


def table_of(
    runs: Sequence[PairedSeed], figures: Sequence[Figure], geography: Geography, worth: Worth
) -> tuple[Floats, Floats]:
    """Return numerators and denominators of figures, each of shape (figures, runs).

    Parameters
    ----------
    runs : sequence of PairedSeed
        The runs.
    figures : sequence of Figure
        The figures.
    geography : Geography
        The region's areas.
    worth : Worth
        How they are valued.
    """
    found = np.empty((2, len(figures), len(runs)))
    for column, run in enumerate(runs):
        valued = Valued(run, geography, worth)
        for row, figure in enumerate(figures):
            found[:, row, column] = valued.parts(figure)
    return found[0], found[1]
