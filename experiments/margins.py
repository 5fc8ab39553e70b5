"""The starting population beside what it was drawn to: every margin of every Place, and how far off the worst are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.cache import cached_population
from experiments.plans import shipped_parameters, shipped_region

if TYPE_CHECKING:
    from pandas import DataFrame

HEADINGS = {
    "margin": "Margin",
    "category": "Category",
    "place": "Place",
    "target": "Target",
    "drawn": "Population",
    "difference": "Difference",
}
NAMED = 3
"""Margins that the sentence on the worst differences names."""
SMALLEST_SHOWN = 0.005
"""A difference below this, in people, is only the computer's arithmetic."""


@dataclass(frozen=True)
class MarginTable:
    """Every margin of a starting population with its target, in people at the scale of the sample.

    `rows` are those of `simulation.population.Population.margins`.
    """

    rows: DataFrame
    sample: int

    def frame(self) -> DataFrame:
        """Return the table under headings for readers, margin by margin, rounded to hundredths of a person."""
        shown = self.rows.loc[:, list(HEADINGS)].round({"target": 2, "drawn": 0, "difference": 2})
        return shown.rename(columns=HEADINGS)

    def words(self) -> str:
        """Return how many targets are met, however they are rounded, and the worst differences, in one sentence."""
        size = self.rows["difference"].abs()
        off = self.rows.assign(size=size)[size >= SMALLEST_SHOWN].sort_values("size", ascending=False, kind="stable")
        scale = "every resident" if self.sample == 1 else f"one resident in {self.sample}"
        n_met = int((size < 1).sum())
        met = f"With {scale}, {n_met:,} of {len(self.rows):,} targets are met to within a person"
        if off.empty:
            return f"{met}."
        worst = off.drop_duplicates("margin").head(NAMED)
        named = [
            f"{row.margin} {row.difference:+,.2f} people ({row.category}, {row.place})" for row in worst.itertuples()
        ]
        return f"{met}, and the largest differences are {'; '.join(named)}."


def margins_of(region: str, sample: int) -> MarginTable:
    """Return the margins of a region's population at 1:`sample`, which is built if it is not in the cache."""
    return MarginTable(cached_population(shipped_region(region), shipped_parameters(), sample).margins, sample)
