"""The figures of a funding study by name: value of flexibility, parts of constraints, levels of arms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from results.funding_data import FundingStudy
from results.lookup import records, stat_of
from results.statistics import Stat, interval_kind, interval_words, statistic

if TYPE_CHECKING:
    from pandas import DataFrame, Series

ALL = "all"
RING_FENCED, FLEXIBLE = "ring-fenced", "flexible"
ARMS = (RING_FENCED, FLEXIBLE)
HINDSIGHT = "hindsight"
NOTHING = -1
"""Mask of the flexible arm where some constraints were not varied."""
REST = "not varied"
"""Those constraints, as one part of the value."""
IN_WORK = re.compile(r"in_work_(\d+)$")
SUMS: dict[str, tuple[str, ...]] = {"unspent": ("lapsed", "left"), "turned_away": ("shut_out", "no_money")}
"""Measures that are sums of others, worked out run by run."""


class Figures:
    """A study's figures by name; looks up and pairs, judges nothing."""

    def __init__(self, study: FundingStudy) -> None:
        self.study = study
        self.whole = study.geography.whole.code
        self.full = (1 << len(study.constraints)) - 1

    @cached_property
    def allocators(self) -> tuple[str, ...]:
        """Return the allocators that could be used, the one of the headline first; hindsight is none of them."""
        return tuple(name for name in self.study.allocators if name != HINDSIGHT) or self.study.allocators

    @property
    def main(self) -> str:
        """Return the allocator of the headline."""
        return self.allocators[0]

    @cached_property
    def primary(self) -> str:
        """Return the measure of the headline: residents in work at the last month counted, or months in work."""
        found = {int(m[1]): m[0] for name in set(self.study.value["measure"]) if (m := IN_WORK.match(str(name)))}
        return found[max(found)] if found else "months_in_work"

    @cached_property
    def values(self) -> dict[tuple[str, str, str, str], Stat]:
        """Return the statistics of flexible less ring-fenced by allocator, measure, area and group."""
        keys = ("allocator", "measure", "geography_code", "group")
        return {tuple(str(row[k]) for k in keys): stat_of(row) for row in records(self.study.value)}  # type: ignore[misc]

    @cached_property
    def parts(self) -> dict[tuple[str, str, str], Stat]:
        """Return the Shapley values by allocator, measure and constraint."""
        keys = ("allocator", "measure", "constraint")
        return {tuple(str(row[k]) for k in keys): stat_of(row) for row in records(self.study.attribution)}  # type: ignore[misc]

    @cached_property
    def region(self) -> DataFrame:
        """Return the arms' rows of the whole region and everybody."""
        arms = self.study.arms
        return arms[(arms["geography_code"] == self.whole) & (arms["group"] == ALL)]

    @cached_property
    def series(self) -> dict[tuple[str, int, str], Series]:
        """Return the values by run (draw, seed) of each allocator, mask and measure."""
        frame = self.region.set_index(["draw", "seed"]).sort_index()
        grouped = frame.groupby(["allocator", "mask", "measure"], sort=False)["value"]
        return dict(iter(grouped))

    @cached_property
    def runs(self) -> list[tuple[int, int]]:
        """Return the runs behind every figure: draw and seed."""
        found = self.study.arms[["draw", "seed"]].drop_duplicates()
        return sorted((int(draw), int(seed)) for draw, seed in found.itertuples(index=False))

    @property
    def interval_words(self) -> str:
        """Return how the intervals are to be read."""
        return interval_words(interval_kind(len(self.runs), len({draw for draw, _ in self.runs})), len(self.runs))

    def arm(self, measure: str, mask: int, allocator: str | None = None) -> Series | None:
        """Return a measure of one arm by run, None where it was not run.

        Parameters
        ----------
        measure : str
            A measure, or one of SUMS.
        mask : int
            Bits of the constraints in force.
        allocator : str, optional
            That of the headline unless given.
        """
        names = SUMS.get(measure, (measure,))
        found = [self.series.get((allocator or self.main, mask, name)) for name in names]
        if not found or any(rows is None for rows in found):
            return None
        total: Series = sum(rows for rows in found if rows is not None)  # type: ignore[assignment]
        return total

    def end(self, measure: str, which: str, allocator: str | None = None) -> Series | None:
        """Return a measure of the ring-fenced or the flexible arm by run.

        Parameters
        ----------
        measure : str
            A measure, or one of SUMS.
        which : str
            One of ARMS.
        allocator : str, optional
            That of the headline unless given.
        """
        if which == RING_FENCED:
            return self.arm(measure, self.full, allocator)
        found = self.arm(measure, NOTHING, allocator)
        return self.arm(measure, 0, allocator) if found is None else found

    def level(self, measure: str, which: str, allocator: str | None = None) -> Stat | None:
        """Return the statistic of one arm's own value (parameters as of `end`)."""
        rows = self.end(measure, which, allocator)
        return None if rows is None else _described(rows)

    def value(self, measure: str, allocator: str | None = None, area: str = "", group: str = ALL) -> Stat | None:
        """Return flexible less ring-fenced, None where it was not counted.

        Parameters
        ----------
        measure : str
            A measure, or one of SUMS (whole region and everybody only).
        allocator : str, optional
            That of the headline unless given.
        area : str
            Code of an area; the region unless given.
        group : str
            A group of residents.
        """
        if measure in SUMS:
            ends = [self.end(measure, which, allocator) for which in (FLEXIBLE, RING_FENCED)]
            return _between(*ends) if not area and group == ALL else None
        return self.values.get((allocator or self.main, measure, area or self.whole, group))

    def attribution(self, measure: str, allocator: str | None = None) -> dict[str, Stat]:
        """Return the Shapley value of each constraint in the order of the study, then the part of those not varied."""
        names = (*self.study.constraints, REST)
        found = {name: self.parts.get((allocator or self.main, measure, name)) for name in names}
        return {name: stat for name, stat in found.items() if stat is not None}

    def first(self, measure: str, constraint: str, allocator: str | None = None) -> Stat | None:
        """Return what dropping one constraint alone from ring-fenced money changes."""
        if constraint == REST:
            return None
        mask = self.full & ~self._bit(constraint)
        return _between(self.arm(measure, mask, allocator), self.arm(measure, self.full, allocator))

    def last(self, measure: str, constraint: str, allocator: str | None = None) -> Stat | None:
        """Return what dropping one constraint changes where every other one has been dropped."""
        if constraint == REST:
            return _between(self.end(measure, FLEXIBLE, allocator), self.arm(measure, 0, allocator))
        return _between(self.arm(measure, 0, allocator), self.arm(measure, self._bit(constraint), allocator))

    def regret(self, measure: str, allocator: str) -> Stat | None:
        """Return what hindsight would reach with flexible money above an allocator."""
        return _between(self.end(measure, FLEXIBLE, HINDSIGHT), self.end(measure, FLEXIBLE, allocator))

    def areas(self, measure: str, level: str = "place") -> list[tuple[str, Stat]]:
        """Return the value of flexibility by area of a level, in the order of the geography."""
        areas = [area for area in self.study.geography.areas if area.level == level]
        found = [(area.name, self.value(measure, area=area.code)) for area in areas]
        return [(name, stat) for name, stat in found if stat is not None]

    def groups(self, measure: str) -> list[tuple[str, Stat]]:
        """Return the value of flexibility by group of residents."""
        return [
            (group.replace("_", " "), stat)
            for (allocator, name, area, group), stat in self.values.items()
            if (allocator, name, area) == (self.main, measure, self.whole) and group != ALL
        ]

    def present(self, names: Sequence[str]) -> list[str]:
        """Return those measures of which the headline's allocator has a value."""
        return [name for name in names if self.value(name) is not None]

    def _bit(self, constraint: str) -> int:
        return 1 << self.study.constraints.index(constraint)


def _described(rows: Series) -> Stat:
    """Return the statistic of values by run."""
    draws = np.asarray(rows.index.get_level_values("draw"), np.int64)
    return statistic(rows.to_numpy(np.float64), draws, len(set(rows.index.get_level_values("seed"))))


def _between(more: Series | None, less: Series | None) -> Stat | None:
    """Return the statistic of the difference, run by run; None where the arms do not share their runs."""
    if more is None or less is None or not more.index.equals(less.index):
        return None
    return _described(more - less)
