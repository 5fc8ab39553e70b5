"""Who gets the money of a month. Every allocator sees management data only: starts, jobs and lines, two months old.

An allocator returns a rank of every cell (lower is served first) and what each fund leaves to each cell; either may be
missing. The purses' own limits hold whatever it says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulation.funding.planning import Problem, solve
from simulation.streams import draws

Pence = NDArray[np.int64]
Shares = NDArray[np.float64]
LAG = 2
"""Data of a month are seen two months later."""
QUARTER = 3
LATELY = 12
"""Months over which starts are averaged."""
_PIECES_SD = 65536 / 3**0.5
DRAWS = 64


@dataclass
class Data:
    """What services report each month by cell, shape (months, C) each: starts, jobs found, and people in line."""

    started: NDArray[np.int64]
    jobs: NDArray[np.int64]
    waiting: NDArray[np.int64]

    @classmethod
    def empty(cls, months: int, n_cells: int) -> Data:
        """Return no reports for so many months."""
        return cls(*(np.zeros((months, n_cells), np.int64) for _ in range(3)))

    def before(self, t: int) -> Data:
        """Return what is seen in month t: the reports up to month t - LAG."""
        end = max(0, t - LAG + 1)
        return Data(self.started[:end], self.jobs[:end], self.waiting[:end])


class Situation(NamedTuple):
    """What an allocator knows. F funds, S services, C cells.

    `t`: months since the money began; `data`: reports that it can see; `service`: of each cell, (C,); `may_pay`:
    whether a fund may pay in a cell, (F, C); `cost`: pence of a start, (S,); `seats`: starts that each service can
    make in a month, (S,); `ahead`: months up to the next financial year; `pace`, `left`: of the purses, (F,);
    `line_room`: what is left of each programme's line, (F, programmes); `beyond_room`: what may still go beyond the
    lines, (F,); `programme`: of each service, (S,); `expected`: share of starts that end in a job before there are
    data, and how many starts it weighs; `key`: of the month's draws.
    """

    t: int
    data: Data
    service: NDArray[np.int64]
    may_pay: NDArray[np.bool_]
    cost: Pence
    seats: Shares
    ahead: int
    pace: Pence
    left: Pence
    line_room: Pence
    beyond_room: Pence
    programme: NDArray[np.int64]
    expected: tuple[float, float]
    key: np.uint64


@dataclass(frozen=True)
class Plan:
    """What an allocator decides. `rank`: of each cell, (C,), or None; `credit`: pence by fund and cell, or None.

    `keeps`: whether the credit is what is left of an earlier plan; `objective`: jobs that a plan expects, or None.
    """

    rank: NDArray[np.float64] | None = None
    credit: Pence | None = None
    keeps: bool = False
    objective: float | None = None


Allocator = Callable[[Situation], Plan]


def seats_of(s: Situation) -> Shares:
    """Return the starts that services can make in a month, spread evenly over their cells."""
    out: Shares = (s.seats / np.bincount(s.service, minlength=s.seats.size).clip(1))[s.service]
    return out


def lately_of(s: Situation) -> Shares:
    """Return starts a month by cell as lately reported; what services can make, where nothing is reported yet."""
    if not len(s.data.started):
        return seats_of(s)
    return np.asarray(s.data.started[-LATELY:].mean(axis=0), np.float64)


def need_of(s: Situation) -> Shares:
    """Return people in need by cell: those in line and a month's starts, and a little wherever there are seats."""
    return lines_of(s) + lately_of(s) + 1e-3 * seats_of(s)


def success_of(s: Situation) -> tuple[Shares, Shares]:
    """Return the estimated share of starts that end in a job by cell, and its standard error.

    The reports of a cell are weighed against those of its service, and these against what is expected of any service.
    """
    share, weight = s.expected
    started, jobs = s.data.started.sum(axis=0).astype(float), s.data.jobs.sum(axis=0).astype(float)
    by = np.array([np.bincount(s.service, weights=x, minlength=s.seats.size) for x in (started, jobs)])
    of_service = (by[1] + share * weight) / (by[0] + weight)
    base = of_service[s.service]
    mean: Shares = np.minimum((jobs + base * weight) / (started + weight), 1.0)
    error: Shares = np.sqrt(mean * (1.0 - mean) / (started + weight + 1.0))
    return mean, error


def divided(pence: Pence, weights: Shares) -> Pence:
    """Return amounts divided by weights, in whole pence and exactly; shape (F, C).

    Parameters
    ----------
    pence : of each fund, (F,); what is negative divides into nothing.
    weights : (F, C), not negative.
    """
    total = weights.sum(axis=1, keepdims=True)
    share = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    edges = np.rint(np.cumsum(share, axis=1) * np.maximum(pence, 0)[:, None]).astype(np.int64)
    out: Pence = np.diff(edges, axis=1, prepend=0)
    return out


def first_come(s: Situation) -> Plan:
    """Return no plan: whoever came first is served first."""
    return Plan()


def proportional(s: Situation) -> Plan:
    """Return the month's money divided in proportion to need, by what a start costs."""
    weight = need_of(s) * s.cost[s.service]
    return Plan(credit=divided(s.pace, np.where(s.may_pay, weight, 0.0)))


def greedy(s: Situation) -> Plan:
    """Return the cells in order of jobs expected for a pound."""
    mean, _ = success_of(s)
    return Plan(rank=-mean / np.maximum(s.cost[s.service], 1))


def linear_program(s: Situation) -> Plan:
    """Return the money of the rest of the year as a linear program on forecasts divides it, made anew every quarter.

    In a quarter's last month whoever came first may have what the plan did not use.
    """
    if s.t % QUARTER:
        return Plan(keeps=s.t % QUARTER < QUARTER - 1)
    return planned(s, forecast(s))


def lines_of(s: Situation) -> Shares:
    """Return the people in line by cell as last reported."""
    return s.data.waiting[-1].astype(float) if len(s.data.waiting) else np.zeros(s.service.size)


def forecast(s: Situation) -> Shares:
    """Return the people who could start in the rest of the year, by cell: those in line, and more as lately."""
    return lines_of(s) + s.ahead * lately_of(s)


def problem_of(s: Situation, demand: Shares) -> Problem:
    """Return the linear program of the rest of the year.

    Parameters
    ----------
    s : the situation.
    demand : people who could start in that time by cell.
    """
    return Problem(
        value=success_of(s)[0],
        demand=demand,
        service=s.service,
        programme=s.programme,
        may_pay=s.may_pay,
        cost=s.cost.astype(float),
        seats=s.seats * s.ahead,
        money=s.left.astype(float),
        line_room=s.line_room.astype(float),
        beyond_room=s.beyond_room.astype(float),
    )


def planned(s: Situation, demand: Shares) -> Plan:
    """Return the plan of a linear program for the rest of the year.

    Parameters
    ----------
    s : the situation.
    demand : people who could start in that time by cell.
    """
    problem = problem_of(s, demand)
    starts, objective = solve(problem)
    pence = np.floor(np.round(starts, 6) * s.cost[s.service]).astype(np.int64)  # the solver's last digits are noise
    return Plan(credit=pence, objective=objective)


def exploring(s: Situation) -> Plan:
    """Return the month's money by exploration sampling: services that may be the best get more, sure ones less.

    Within each Place and group a service's share is in proportion to p(1 - p), p being the chance that it is the best
    for a pound (Kasy and Sautmann 2021).
    """
    mean, error = success_of(s)
    n_services = s.seats.size
    by = mean.reshape(n_services, -1), error.reshape(n_services, -1)
    h = draws(s.key, np.arange(DRAWS * mean.size)).reshape(DRAWS, n_services, -1)
    pieces = sum((h >> np.uint64(shift) & np.uint64(0xFFFF)).astype(float) for shift in (0, 16, 32, 48))
    z = (pieces - 131070) / _PIECES_SD
    pays = s.may_pay.any(axis=0).reshape(n_services, -1)
    value = np.where(pays, (by[0] + z * by[1]) / np.maximum(s.cost, 1)[:, None], -np.inf)
    best = np.argmax(value, axis=1)
    chance = (best[:, None, :] == np.arange(n_services)[None, :, None]).mean(axis=0)
    weight = (chance * (1.0 - chance) + 1e-3 * pays).reshape(-1) * need_by_stratum(s)
    return Plan(credit=divided(s.pace, np.where(s.may_pay, weight, 0.0)))


def need_by_stratum(s: Situation) -> Shares:
    """Return, for every cell, the people in need in its Place and group, whatever the service."""
    by = need_of(s).reshape(s.seats.size, -1)
    out: Shares = np.tile(by.sum(axis=0), s.seats.size)
    return out


class Hindsight:
    """The linear program that knows what will come: the lines and outcomes of a run that has been."""

    def __init__(self, whole: Data) -> None:
        self.whole = whole

    def __call__(self, s: Situation) -> Plan:
        """Return the plan of the rest of the year from what the whole run came to."""
        if s.t % QUARTER:
            return Plan(keeps=s.t % QUARTER < QUARTER - 1)
        ahead = slice(s.t, s.t + s.ahead)
        demand = self.whole.waiting[ahead][:1].sum(axis=0) + self.whole.started[ahead].sum(axis=0)
        return planned(s._replace(data=self.whole), demand.astype(float))


def hindsight(s: Situation) -> Plan:
    """Refuse: what will come is known only of a run that has been, as `Hindsight` takes it."""
    raise ValueError(
        "the allocator 'hindsight' needs a finished run; give the arm's model a Hindsight before it begins"
    )


ALLOCATORS: Mapping[str, Allocator] = {
    "first_come": first_come,
    "proportional": proportional,
    "greedy": greedy,
    "linear_program": linear_program,
    "exploring": exploring,
    "hindsight": hindsight,
}
