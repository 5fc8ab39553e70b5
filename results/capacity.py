"""How long clients of one programme wait with so many caseworkers: the measures of one replay, and their spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from results.statistics import Stat, statistic
from simulation.delivery.desk import TICKS_A_MONTH
from simulation.delivery.replay import GAVE_UP, NOT_YET, Recording, Replay

DAYS_A_WEEK = 7
DAYS_A_TICK = 30 // TICKS_A_MONTH
MONTHS_A_YEAR = 12
PENCE = 100
LONG_WAIT = 0.9
"""Which of all waits, from the shortest on, stands for a long one."""


@dataclass(frozen=True)
class CapacityMeasure:
    """One figure of a number of caseworkers: heading, kind of text, and what it is."""

    heading: str
    kind: str
    what: str


MEASURES = {
    "in_time": CapacityMeasure(
        "Started in time", "share", "started within the weeks asked about, of all referred early enough to see it"
    ),
    "late": CapacityMeasure(
        "Waited longer", "share", "stood in line for more than the weeks asked about, whatever became of them then"
    ),
    "gave_up": CapacityMeasure("Gave up", "share", "left the line because the wait was too long for them"),
    "mean_days": CapacityMeasure("Mean wait", "days", "days from referral to start, of those who started"),
    "p90_days": CapacityMeasure("Long wait", "days", "days that nine in ten of those who started did not exceed"),
    "referrals_year": CapacityMeasure("Referrals a year", "count", "people who joined the line, a year"),
    "starts_year": CapacityMeasure("Starts a year", "count", "people who began to be helped, a year"),
    "in_use": CapacityMeasure("Places in use", "share", "client-days of help over days of places"),
    "cost_year": CapacityMeasure(
        "Cost a year", "pounds", "what the catalogue says a start, a month of help and a job found cost, a year"
    ),
}
"""In the order of tables; the first one is what the question is about."""
Values = NDArray[np.float64]


@dataclass(frozen=True)
class CapacityTerms:
    """What turns a replay into figures.

    `weeks`: longest wait that counts as in time; `sample`: one resident in so many, by which counts are multiplied;
    `pence`: per start, per month of help, per job found.
    """

    weeks: int
    sample: int
    pence: tuple[int, int, int]

    @property
    def ticks(self) -> int:
        """Longest wait in time."""
        return self.weeks * DAYS_A_WEEK // DAYS_A_TICK


@dataclass(frozen=True)
class CapacityFound:
    """The answer: the number and its range, the curve, what the scenario's own number does, and a full run.

    `number`: fewest caseworkers that reach the share by the mean over seeds, None where none does; `low`, `high`: by
    the interval's upper and lower end, None for one seed. `own`: fewest and most that the scenario has over its months.
    `rows`, `places`: number of caseworkers -> measures, and places in the sample. `as_it_is`: with its own numbers.
    `check`: full runs with `number`. `queue`: distributions of the same referrals served client by client.
    """

    number: int | None
    low: int | None
    high: int | None
    own: tuple[float, float]
    rows: dict[int, dict[str, Stat]]
    places: dict[int, int]
    as_it_is: dict[str, Stat]
    check: dict[str, Stat] | None = None
    queue: dict[str, Any] | None = None


def measures_of(made: Recording, found: Replay, places: NDArray[np.int64], terms: CapacityTerms) -> Values:
    """Return every measure of one replay, in the order of `MEASURES`; not a number where nobody is counted.

    Parameters
    ----------
    made, found : what was replayed, and what became of it.
    places : people helped at once, shape (months, desks).
    terms : what turns it into figures.
    """
    arrived, started, ended = found.arrived, found.started, found.ended
    new = (started >= made.begin) & (started != NOT_YET)
    days = (started[new] - arrived[new]) * DAYS_A_TICK
    counted = (arrived >= made.begin) & (arrived < made.end - terms.ticks)
    waited_until = np.where(started != NOT_YET, started, np.where(ended != NOT_YET, ended, made.end))
    waited = (waited_until - arrived)[counted]
    begun, became = started[counted] != NOT_YET, found.became[counted]
    years = made.n_months / MONTHS_A_YEAR
    room = np.maximum(places * TICKS_A_MONTH, found.busy_ticks).sum()
    n_starts, per_start, per_month, per_job = int(new.sum()), *terms.pence
    pence = n_starts * (per_start + made.jobs_a_start * per_job) + int(found.active.sum()) * per_month
    return np.array(
        [
            _share(begun & (waited <= terms.ticks)),
            _share(waited > terms.ticks),
            _share(became == GAVE_UP),
            days.mean() if days.size else np.nan,
            np.quantile(days, LONG_WAIT, method="inverted_cdf") if days.size else np.nan,
            made.referrals.client.size * terms.sample / years,
            n_starts * terms.sample / years,
            found.busy_ticks.sum() / room if room else np.nan,
            pence * terms.sample / PENCE / years,
        ]
    )


def _share(flags: NDArray[np.bool_]) -> float:
    return float(flags.mean()) if flags.size else float("nan")


def spread(values: Values, seeds: Sequence[int]) -> dict[str, Stat]:
    """Return the statistic of each measure over seeds.

    Parameters
    ----------
    values : float64, shape (seeds, measures)
        From `measures_of`.
    seeds : sequence of int
        Seed of each row.
    """
    draws = np.zeros(len(values), np.int64)
    return {name: statistic(column, draws, len(set(seeds))) for name, column in zip(MEASURES, values.T, strict=True)}


WAIT_EDGES = (0, 7, 14, 28, 56, 91, 182)
"""Days that close the bins of waits; the last bin is open."""
WAIT_LABELS = ("same day", "up to 1 week", "1-2 weeks", "2-4 weeks", "4-8 weeks", "8-13 weeks", "13-26 weeks", "longer")
USE_LABELS = ("none", *(f"{low}-{low + 10}%" for low in range(0, 90, 10)), "90% to nearly all", "all")


def waits_and_use(waits: NDArray[np.int64], shares: Values, ticks: NDArray[np.int64]) -> dict[str, Any]:
    """Return the distributions of waits and of the share of places in use, as plain values.

    Parameters
    ----------
    waits : int64, shape (waits,)
        Ticks of each wait that ended.
    shares : float64, shape (spells,)
        Share of places in use.
    ticks : int64, shape (spells,)
        Place-ticks for which it held.
    """
    days = waits * DAYS_A_TICK
    by_wait = np.bincount(np.searchsorted(WAIT_EDGES, days), minlength=len(WAIT_LABELS))
    bins = np.where(shares >= 1, 11, np.where(shares > 0, 1 + np.minimum(9, np.floor(shares * 10 + 1e-9)), 0))
    by_use = np.bincount(bins.astype(np.int64), weights=ticks, minlength=len(USE_LABELS))
    total = float(by_use.sum())
    figures = {"mean": days.mean(), "median": np.median(days), "sd": days.std()} if days.size else {}
    for q in (90, 95) if days.size else ():
        figures[f"p{q}"] = np.quantile(days, q / 100, method="inverted_cdf")
    return {
        "n_waits": int(days.size),
        "wait_days": {name: float(value) for name, value in figures.items()},
        "waits": [[label, n / max(1, days.size)] for label, n in zip(WAIT_LABELS, by_wait.tolist(), strict=True)],
        "use": [[label, n / total if total else 0.0] for label, n in zip(USE_LABELS, by_use.tolist(), strict=True)],
        "mean_use": float((shares * ticks).sum() / total) if total else None,
    }
