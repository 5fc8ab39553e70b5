"""The mean-field twin of a baseline: expected residents by cell, month after month, without a draw.

The same hazards as a run (its integer thresholds, `twin_tables`) move expected numbers in place of people. What it
gives is a starting point, the directions that targets cannot see (`fisher`), and a rival for the scorecard.

Approximations, beside those of hiring (`twin_market`) and of health (`twin_health`):
- within an age group, ages are spread as in the population, so people leave it at a steady share a month;
- within a bin of a spell, the share that passes to the next is the one of a steady stock at the bin's mean exit rate;
- people who return from absence have the tenure and contract of those at work in their cell;
- what people would keep of pay, and so how they search and what they turn down, is as among the starting residents.
How far it is from a run is in `docs/twin.md`.
Without hiring, at monthly bins, with health as it is and nobody crossing an age band, it is exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from calibration.twin_cells import KINDS, N_STATES, Floats, Resolution, counted
from calibration.twin_health import condition_counts
from calibration.twin_market import Market, market_of
from calibration.twin_month import Month, Setting
from calibration.twin_seekers import kinds_of, seekers_of
from calibration.twin_sums import by_bin, by_place
from calibration.twin_tables import parameters_with, twin_tables
from scenarios.vocabulary import State
from simulation.start import Levels, Start


@dataclass(frozen=True)
class Flows:
    """Expected moves of one month by those who stay in the region, before and after hiring.

    `between`: from and to in work, unemployed and inactive, months' ends compared, shape (3, 3), diagonal zero;
    `found`: unemployed people hired by bin of their spell, shape (bins,); `idle`: unemployed by bin at the month's
    start; `left_work`: leaving work by health cell, and `at_work` those who could, shape (health,); `to_sickness`:
    from work into long-term sickness; `hires`: all hires, job to job included; `left_idleness`: leaving unemployment,
    or the region from it, by kind, shape (KINDS,).
    """

    between: Floats
    found: Floats
    idle: Floats
    left_work: Floats
    at_work: Floats
    to_sickness: float
    hires: float
    left_idleness: Floats


class Twin:
    """Expected residents by cell; `step` is a month.

    Parameters
    ----------
    start : the start; its residents at month 0 are what the twin begins from.
    levels : what fits hazards, slots and hiring standards to the region.
    overrides : 'process.name' -> value, as in `simulation.parameters.build`.
    resolution : ages and spells.
    mix : share of each kind among people who become unemployed, shape (KINDS,), from `mix_of_entrants`.
    """

    def __init__(
        self,
        start: Start,
        levels: Levels,
        overrides: Mapping[str, float] | None = None,
        resolution: Resolution | None = None,
        mix: Floats | None = None,
    ) -> None:
        self.resolution = resolution or Resolution()
        parameters = parameters_with(start, overrides or {})
        kind = kinds_of(start)
        weights = start.firms.size / max(start.firms.size.sum(), 1)
        self.setting = Setting(
            tables=twin_tables(start, parameters, levels, self.resolution),
            resolution=self.resolution,
            seekers=seekers_of(start, parameters, kind),
            mix=mix_of_entrants(start, self.resolution) if mix is None else mix,
            insecure=float((weights * start.firms.insecure).sum()) / 100.0,
        )
        self.condition_counts = condition_counts(start.columns)
        self.market: Market = market_of(start, parameters, levels, self.setting.seekers)
        self.people: list[Floats] = counted(start.columns, start.n_places, self.resolution, kind)
        self._tagged: list[Floats] | None = None

    def go_on_from(self, other: Twin) -> None:
        """Take over the people and slots of a twin of the same start and resolution, for other parameters."""
        self.people = [x.copy() for x in other.people]
        self.market.slots, self.market.filled = other.market.slots.copy(), other.market.filled.copy()
        self.market.cutoff = other.market.cutoff + (self.market.base - other.market.base)

    @property
    def stocks(self) -> Floats:
        """Expected residents by Place and state, shape (places, states)."""
        return np.stack([by_place(x) for x in self.people], axis=1)

    def tag(self) -> None:
        """Begin to follow those who are long-term sick now, apart from the rest."""
        self._tagged = [np.zeros_like(x) for x in self.people]
        self._tagged[State.LONG_TERM_SICK] = self.people[State.LONG_TERM_SICK].copy()

    @property
    def tagged(self) -> Floats:
        """Expected number by state of those tagged who have not left the region, shape (states,)."""
        return np.array([x.sum() for x in self._tagged or []])

    def step(self) -> Flows:
        """Run one month and return its moves."""
        before = [x.sum() for x in self.people]
        heads = self.stocks.sum(axis=1)
        idle = by_bin(self.people[State.UNEMPLOYED]).reshape(-1, KINDS)
        month = Month(self.setting, self.people)
        arrivals = (heads - month.heads())[:, None, None, None, None] * self.setting.tables.arrivals
        departures = sum(before[: State.ABSENT + 1]) - month.at_work.sum()
        self.market.leave(float(month.left_work.sum()), float(departures))
        month.hire(self.market, arrivals[..., State.UNEMPLOYED])
        if self._tagged is not None:
            tagged = Month(self.setting, self._tagged)
            tagged.hire_at(month.chance, month.chance_fresh, np.zeros_like(arrivals[..., 0]))
            self._tagged = tagged.finish(None)
        left = idle.sum(axis=0) - by_bin(month.people[State.UNEMPLOYED]).reshape(-1, KINDS).sum(axis=0)
        self.people = month.finish(arrivals)
        return Flows(
            between=month.between,
            found=month.found,
            idle=idle.sum(axis=1),
            left_work=month.left_for_good,
            at_work=month.at_work,
            to_sickness=month.to_sickness,
            hires=month.hires,
            left_idleness=left,
        )


def mix_of_entrants(start: Start, resolution: Resolution | None = None) -> Floats:
    """Return the share of each kind of seeker among people who become unemployed, shape (KINDS,).

    In a steady state as many of a kind become unemployed as cease to be; so it is what leaves unemployment in a
    month of the start's own parameters and levels.

    Parameters
    ----------
    start : a stationary start.
    resolution : ages and spells.
    """
    twin = Twin(start, start.levels, None, resolution, mix=np.full(KINDS, 1.0 / KINDS))
    left: Floats = twin.step().left_idleness
    return left / left.sum() if left.sum() > 0 else np.full(KINDS, 1.0 / KINDS)


def path(
    start: Start,
    levels: Levels,
    overrides: Mapping[str, float] | None = None,
    months: int = 60,
    resolution: Resolution | None = None,
) -> Floats:
    """Return expected residents at each month's end, at the sample's scale, shape (months, places, states).

    Parameters
    ----------
    start, levels, overrides : as for `Twin`.
    months : how many.
    resolution : ages and spells.
    """
    twin = Twin(start, levels, overrides, resolution)
    out = np.zeros((months, start.n_places, N_STATES))
    for month in range(months):
        twin.step()
        out[month] = twin.stocks
    return out
