"""Slack and tight labour markets: how tight a market is, and the labour demand at which it is as tight as asked.

What a market is like is taken from published vacancies per unemployed person; the multiplier of employers' jobs that
gives it is found by running the model without any policy. Nothing else of the period is put in here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import exp, log

import numpy as np

from experiments.errors import InvalidRequest
from scenarios.arm import ArmSpec
from scenarios.vocabulary import State
from simulation.model import RegionModel
from simulation.start import Start

SETTLING_MONTHS = 24
"""Months that a market is given to settle at another demand; tightness moves little after two years."""
AVERAGED_MONTHS = 12
STEPS = 10
"""Runs of a search at most; from a fair first guess three or four are enough."""
LOWEST, HIGHEST = 0.3, 6.0
"""Demand outside this range is not tried. It is wide since demand multiplies the jobs that employers want, not those
they have: where they open jobs slowly and close them fast, a multiple of what they want is a few more vacancies."""
CLOSE_ENOUGH = 0.03
"""Log distance from the tightness asked at which the search ends; a month's own noise at 1:50 is about as large."""
FAR_OFF = 0.15
"""Log distance at which the best of a search is still taken: about the width of the published figures."""
ANSWER, LEAST_ANSWER = 9.0, 1.0
"""Log tightness by log demand: at the evidence's own values, to begin from; and the flattest that a step is made by."""
LONGEST_STEP = log(2.0)
"""Most that demand is changed by at once, as a logarithm."""


class OutOfReach(InvalidRequest):
    """A market that no labour demand in the range of the model gives."""


def tightness(model: RegionModel) -> float:
    """Return vacancies per unemployed resident at the end of a model's last month."""
    idle = int((model.columns.state == State.UNEMPLOYED).sum())
    return float((model.firms.slots - model.firms.filled).sum()) / max(idle, 1)


def tightness_under(
    start: Start, arm: ArmSpec, demand: tuple[tuple[int, float], ...], first: int, months: int, threads: int = 1
) -> float:
    """Return mean vacancies per unemployed resident of months `first` to `months`, without policy.

    Parameters
    ----------
    start, arm : the region's start and its baseline.
    demand : run month and multiplier of every employer's jobs in normal times from then on.
    first, months : first month that counts, length of the run.
    threads : threads; the result does not depend on it.
    """
    alone = replace(arm, subsidies=(), demand=demand, services=None, funding=None, employers=(), benefits=())
    model = RegionModel(start, alone, seed=0, threads=threads, months=months)
    model.initialise()
    model.settle_everybody()
    found = []
    for month in range(months):
        model.step()
        if month >= first:
            found.append(tightness(model))
    model.release()
    return float(np.mean(found))


def settled_tightness(start: Start, arm: ArmSpec, demand: float, threads: int = 1) -> float:
    """Return vacancies per unemployed resident in the year after a market has settled, without policy.

    Parameters
    ----------
    start, arm : the region's start and its baseline.
    demand : multiplier of every employer's jobs in normal times.
    threads : threads; the result does not depend on it.
    """
    months = SETTLING_MONTHS + AVERAGED_MONTHS
    return tightness_under(start, arm, ((0, demand),), SETTLING_MONTHS, months, threads)


@dataclass
class Market:
    """How one market answers labour demand, and what is known of it so far.

    `answer`: multiplier of demand -> vacancies per unemployed person, which rise with it; a run each. `tried`: what has
    been run, so that the next market asked of the same region begins from a good guess.
    """

    answer: Callable[[float], float]
    tried: dict[float, float] = field(default_factory=dict)

    def demand_for(self, wanted: float) -> float:
        """Return the demand at which there are so many vacancies per unemployed person.

        Parameters
        ----------
        wanted : vacancies per unemployed person.

        Raises
        ------
        OutOfReach
            If no demand in the range of the model gives it.
        InvalidRequest
            If nobody can be asked for it.
        """
        if not wanted > 0:
            raise InvalidRequest(f"vacancies per unemployed person are {wanted:g}; they have to be more than 0.")
        if not self.tried:
            self._try(0.0)
        for _ in range(STEPS):
            at, error = self._nearest(wanted)
            if abs(error) < CLOSE_ENOUGH:
                break
            step = self._next(wanted)
            if exp(step) in self.tried:  # at the end of the range already
                break
            self._try(step)
        at, error = self._nearest(wanted)
        if abs(error) > FAR_OFF:
            low, high = min(self.tried), max(self.tried)
            raise OutOfReach(
                f"no labour demand between {LOWEST} and {HIGHEST} gives {wanted:g} vacancies per unemployed person: it "
                f"ranges from {self.tried[low]:.2f} at {low:.2f} to {self.tried[high]:.2f} at {high:.2f}. Ask for a "
                "market within that range."
            )
        return at

    def _try(self, log_demand: float) -> None:
        demand = exp(log_demand)
        self.tried[demand] = max(self.answer(demand), 1e-6)

    def _nearest(self, wanted: float) -> tuple[float, float]:
        """Return the tried demand that comes nearest, and its log error."""
        return min(((d, log(found / wanted)) for d, found in self.tried.items()), key=lambda pair: abs(pair[1]))

    def _next(self, wanted: float) -> float:
        """Return the log demand to try next: on the straight line through the two nearest, in logarithms."""
        points = sorted((log(d), log(found / wanted)) for d, found in self.tried.items())
        below, above = [p for p in points if p[1] < 0], [p for p in points if p[1] >= 0]
        if below and above:
            (x0, y0), (x1, y1) = below[-1], above[0]
            return x0 - y0 * (x1 - x0) / (y1 - y0)
        rising = below[::-1] or above
        x, y = rising[0]
        slope = (rising[1][1] - y) / (rising[1][0] - x) if len(rising) > 1 else ANSWER
        step = -y / min(max(slope, LEAST_ANSWER), ANSWER)
        return float(np.clip(x + np.clip(step, -LONGEST_STEP, LONGEST_STEP), log(LOWEST), log(HIGHEST)))


def demand_for(start: Start, arm: ArmSpec, wanted: float, threads: int = 1) -> float:
    """Return the multiplier of labour demand at which the market has so many vacancies per unemployed resident.

    Parameters
    ----------
    start, arm : the region's start and its baseline; demand of the arm is replaced.
    wanted : vacancies per unemployed resident.
    threads : threads; the result does not depend on it.

    Raises
    ------
    OutOfReach, InvalidRequest
        If no demand in the range of the model gives it, or it is not above 0.
    """
    return Market(lambda demand: settled_tightness(start, arm, demand, threads)).demand_for(wanted)


def settled_in(arm: ArmSpec, demand: tuple[tuple[int, float], ...], months: int) -> ArmSpec:
    """Return an arm whose policy begins after its market has settled, and which runs for some months.

    Parameters
    ----------
    arm : the arm; subsidies and services move with the policy's start.
    demand : multiplier of jobs by run month from the start of the history on.
    months : length of the arm.
    """
    by = SETTLING_MONTHS - arm.policy_month
    subsidies = tuple(replace(s, start_month=s.start_month + by, end_month=s.end_month + by) for s in arm.subsidies)
    return replace(arm, subsidies=subsidies, demand=demand, policy_month=SETTLING_MONTHS, months=months)
