"""What a baseline run says of the quantities that targets are about, resident by resident where counts do not do.

Durations, yearly returns and ratios by health need the residents' columns at both ends of a month or a year;
the rest comes from the run's counts. Rates are in percent, as targets are published.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import STATES, State
from simulation.model import RegionModel

Floats = NDArray[np.float64]
MonthStart = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int64], NDArray[np.uint32]]
"""State, number of conditions, completed months of the spell and id of each resident at a month's start."""
DURATION_BOUNDS = {"0-3m": 0, "3-6m": 3, "6-12m": 6, "1-2y": 12, "2-3y": 24, "3-4y": 36, "4-5y": 48, "5y+": 60}
"""First completed month of each band of unemployment duration."""
SHORT_BELOW, LONG_FROM = 3, 24
YEAR = 12
"""Months after which those who were long-term sick are looked at again; runs measure whole years."""


@dataclass
class Measured:
    """Running sums over the measured months; `values` turns them into measures."""

    places: tuple[str, ...]
    sample: int
    short_hours: tuple[float, float]
    months: int = 0
    stock: Floats = field(default_factory=lambda: np.zeros(0))
    moves: Floats = field(default_factory=lambda: np.zeros((3, 3)))
    heads: Floats = field(default_factory=lambda: np.zeros(3))
    vacancies: float = 0.0
    durations: Floats = field(default_factory=lambda: np.zeros(len(DURATION_BOUNDS)))
    found: Floats = field(default_factory=lambda: np.zeros((2, 2)))
    exits: Floats = field(default_factory=lambda: np.zeros((4, 2)))
    absent: Floats = field(default_factory=lambda: np.zeros((2, 2)))
    disabled: Floats = field(default_factory=lambda: np.zeros((2, 2)))
    left_work_sick: float = 0.0
    sick_then: tuple[NDArray[np.uint32], NDArray[np.int64]] | None = None
    returned: Floats = field(default_factory=lambda: np.zeros(2))

    def before(self, model: RegionModel) -> MonthStart:
        """Return the columns at the month's start that `after` compares."""
        c = model.columns
        spell = model.month - 1 - c.since.astype(np.int64)
        if self.months % YEAR == 0:
            rows = np.flatnonzero(c.state == State.LONG_TERM_SICK)
            self.sick_then = (c.id[rows].copy(), rows)
        return c.state.copy(), np.bitwise_count(c.conditions), spell, c.id.copy()

    def after(self, model: RegionModel, start: MonthStart) -> None:
        """Add a month that has just run."""
        state, count, spell, ids = start
        c, now = model.columns, model.columns.state
        same = c.id == ids
        self.months += 1
        stock = model.cells.reshape(len(self.places), -1, len(STATES)).sum(axis=1, dtype=np.int64).astype(float)
        self.stock = stock if self.stock.size == 0 else self.stock + stock
        self.vacancies += float((model.firms.slots - model.firms.filled).sum())
        group, group_now = _group(state), _group(now)
        for a in range(3):
            self.heads[a] += float((group == a).sum())
            for b in range(3):
                self.moves[a, b] += float((same & (group == a) & (group_now == b)).sum())
        idle = same & (state == State.UNEMPLOYED)
        for row, who in enumerate((idle & (spell < SHORT_BELOW), idle & (spell >= LONG_FROM))):
            self.found[row] += [who.sum(), (who & (group_now == 0)).sum()]
        lengths = np.searchsorted(list(DURATION_BOUNDS.values()), spell[state == State.UNEMPLOYED], side="right") - 1
        self.durations += np.bincount(np.maximum(lengths, 0), minlength=len(DURATION_BOUNDS))
        for k in range(4):
            who = same & (group == 0) & (np.minimum(count, 3) == k)
            self.exits[k] += [who.sum(), (who & (group_now != 0)).sum()]
        self.left_work_sick += float((same & (group == 0) & (now == State.LONG_TERM_SICK)).sum())
        with_condition = c.conditions > 0
        for k, who in enumerate((~with_condition, with_condition)):
            self.absent[k] += [(who & (now <= State.ABSENT)).sum(), (who & (now == State.ABSENT)).sum()]
        for k, who in enumerate((c.severity == 0, c.severity > 0)):
            self.disabled[k] += [who.sum(), (who & (now <= State.ABSENT)).sum()]
        if self.sick_then is not None and self.months % YEAR == 0:
            then, rows = self.sick_then
            stayed = c.id[rows] == then
            self.returned += np.array([stayed.sum(), (c.state[rows][stayed] <= State.ABSENT).sum()])

    def values(self) -> Mapping[tuple[str, str], float]:
        """Return (measure, area) -> value in the units of targets, at the region's own scale."""
        mean = self.stock / self.months
        out: dict[tuple[str, str], float] = {}
        for i, name in enumerate((*self.places, "region")):
            row = mean.sum(axis=0) if name == "region" else mean[i]
            out.update(stock_values(name, row * self.sample))
        hazard = 100.0 * self.moves / self.heads[:, None]
        for (i, a), (j, b) in permutations(enumerate("EUI"), 2):
            out[f"hazard_{a}{b}", "region"] = hazard[i, j]
        shares = 100.0 * self.durations / self.durations.sum()
        for band, share in zip(DURATION_BOUNDS, shares, strict=True):
            out[f"unemployment_duration_share[{band}]", "region"] = share
        rate = self.found[:, 1] / np.maximum(self.found[:, 0], 1)
        exit_rate = self.exits[:, 1] / np.maximum(self.exits[:, 0], 1)
        years = self.months / 12.0
        idle = mean[:, State.UNEMPLOYED].sum()
        employed = 100.0 * self.disabled[:, 1] / self.disabled[:, 0]
        absence = 100.0 * (self.absent[:, 1] / self.absent[:, 0] + np.array(self.short_hours))
        region = {
            "ue_ratio_short_long": rate[0] / max(rate[1], 1e-9),
            "exit_ratio_1_condition": exit_rate[1] / exit_rate[0],
            "exit_ratio_2_conditions": exit_rate[2] / exit_rate[0],
            "exit_ratio_3_conditions": exit_rate[3] / exit_rate[0],
            "leave_work_limiting_year": self.left_work_sick / years * self.sample,
            "sick_to_work_12m": 100.0 * self.returned[1] / max(1.0, self.returned[0]),
            "absence_rate_without_condition": absence[0],
            "absence_rate_with_condition": absence[1],
            "employment_rate_disabled": employed[1],
            "employment_gap_disabled": employed[0] - employed[1],
            "vacancies_per_unemployed": self.vacancies / self.months / idle,
        }
        out.update({(name, "region"): float(value) for name, value in region.items()})
        return out


def _group(state: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return 0 in work, 1 unemployed, 2 inactive."""
    return np.where(state <= State.ABSENT, 0, np.where(state == State.UNEMPLOYED, 1, 2))


def stock_values(area: str, row: Floats) -> dict[tuple[str, str], float]:
    """Return the measures of an area's residents by state, shape (states,), at the region's own scale."""
    heads, work = float(row.sum()), float(row[: State.ABSENT + 1].sum())
    inactive = float(row[State.LONG_TERM_SICK :].sum())
    return {
        ("population", area): heads,
        ("employed_share", area): 100.0 * work / heads,
        ("employment_rate", area): 100.0 * work / heads,
        ("unemployed", area): float(row[State.UNEMPLOYED]),
        ("long_term_sick", area): float(row[State.LONG_TERM_SICK]),
        ("long_term_sick_rate", area): 100.0 * float(row[State.LONG_TERM_SICK]) / heads,
        ("inactive_other", area): float(row[State.STUDENT :].sum()),
        ("inactivity_rate", area): 100.0 * inactive / heads,
        ("economic_activity_rate", area): 100.0 * (heads - inactive) / heads,
        ("unemployment_rate", area): 100.0 * float(row[State.UNEMPLOYED]) / max(heads - inactive, 1.0),
        ("signed_off", area): float(row[State.ABSENT]),
    }


def measure_run(
    model: RegionModel,
    places: tuple[str, ...],
    settled: int,
    months: int,
    each: Callable[[int], None] | None = None,
) -> Mapping[tuple[str, str], float]:
    """Return the measures of `months` after `settled` months more of a model, which ends there.

    Parameters
    ----------
    model : goes on from where it stands; its rows must have room.
    places : names of the Places, in order.
    settled, months : months run before anything is measured, and measured.
    each : called after every month with the number of months run.
    """
    hours = model.start.parameters.sickness_absence.short_absence_hours
    seen = Measured(places, model.start.sample, (hours[0], hours[1]))
    for month in range(settled + months):
        columns = seen.before(model) if month >= settled else None
        model.step()
        if columns is not None:
            seen.after(model, columns)
        if each is not None:
            each(month + 1)
    model.lanes.close()
    return seen.values()
