"""What the mean-field twin says of the quantities that targets are about, by the names of `calibration.measured`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

from calibration.measured import DURATION_BOUNDS, LONG_FROM, SHORT_BELOW, stock_values
from calibration.targets import MEASURED_MONTHS, SETTLED_MONTHS
from calibration.twin import Flows, Twin
from calibration.twin_cells import N_CLASSES, N_HEALTH, Floats, Resolution
from scenarios.vocabulary import State
from simulation.start import Levels, Start

if TYPE_CHECKING:
    from evidence.model import Region

_WITH_CONDITION = np.arange(N_HEALTH) % N_CLASSES > 0
_LIMITED = np.arange(N_HEALTH) >= N_CLASSES


@dataclass
class TwinMeasured:
    """Running sums over the measured months, as `calibration.measured.Measured` keeps them of a run."""

    places: tuple[str, ...]
    sample: int
    short_hours: tuple[float, float]
    counts: Floats
    idle_begins: tuple[int, ...]
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

    def add(self, twin: Twin, before: Floats, flows: Flows) -> None:
        """Add a month that has just run; `before` are the stocks at its start, shape (places, states)."""
        self.months += 1
        stock = twin.stocks
        self.stock = stock if self.stock.size == 0 else self.stock + stock
        self.vacancies += twin.market.vacancies
        row = before.sum(axis=0)
        self.heads += [row[: State.ABSENT + 1].sum(), row[State.UNEMPLOYED], row[State.LONG_TERM_SICK :].sum()]
        self.moves += flows.between
        begins = np.array(self.idle_begins)
        band = np.searchsorted(list(DURATION_BOUNDS.values()), begins, side="right") - 1
        self.durations += np.bincount(band, flows.idle, len(DURATION_BOUNDS))
        for k, which in enumerate((begins < SHORT_BELOW, begins >= LONG_FROM)):
            self.found[k] += [flows.idle[which].sum(), flows.found[which].sum()]
        self.exits += np.stack([flows.at_work @ self.counts, flows.left_work @ self.counts], axis=1)
        self.left_work_sick += flows.to_sickness
        health = np.stack([x.sum(axis=(0, 1, 2, 4)) for x in twin.people], axis=1)
        at_work, absent = health[:, : State.ABSENT + 1].sum(axis=1), health[:, State.ABSENT]
        for k, who in enumerate((~_WITH_CONDITION, _WITH_CONDITION)):
            self.absent[k] += [at_work[who].sum(), absent[who].sum()]
        for k, who in enumerate((~_LIMITED, _LIMITED)):
            self.disabled[k] += [health[who].sum(), at_work[who].sum()]

    def values(self, returned: float) -> Mapping[tuple[str, str], float]:
        """Return (measure, area) -> value in the units of targets, at the region's own scale.

        Parameters
        ----------
        returned : share in work a year on of those long-term sick at the first month's start.
        """
        mean = self.stock / self.months
        out: dict[tuple[str, str], float] = {}
        for i, name in enumerate((*self.places, "region")):
            row = mean.sum(axis=0) if name == "region" else mean[i]
            out.update(stock_values(name, row * self.sample))
        hazard = 100.0 * self.moves / np.maximum(self.heads[:, None], 1e-300)
        for (i, a), (j, b) in permutations(enumerate("EUI"), 2):
            out[f"hazard_{a}{b}", "region"] = hazard[i, j]
        shares = 100.0 * self.durations / max(self.durations.sum(), 1e-300)
        for name, share in zip(DURATION_BOUNDS, shares, strict=True):
            out[f"unemployment_duration_share[{name}]", "region"] = share
        rate, exits = _ratio(self.found), _ratio(self.exits)
        employed = 100.0 * _ratio(self.disabled)
        absence = 100.0 * (_ratio(self.absent) + np.array(self.short_hours))
        idle = max(mean[:, State.UNEMPLOYED].sum(), 1e-300)
        region = {
            "ue_ratio_short_long": rate[0] / max(rate[1], 1e-9),
            "exit_ratio_1_condition": exits[1] / max(exits[0], 1e-300),
            "exit_ratio_2_conditions": exits[2] / max(exits[0], 1e-300),
            "exit_ratio_3_conditions": exits[3] / max(exits[0], 1e-300),
            "leave_work_limiting_year": self.left_work_sick / (self.months / 12.0) * self.sample,
            "sick_to_work_12m": 100.0 * returned,
            "absence_rate_without_condition": absence[0],
            "absence_rate_with_condition": absence[1],
            "employment_rate_disabled": employed[1],
            "employment_gap_disabled": employed[0] - employed[1],
            "vacancies_per_unemployed": self.vacancies / self.months / idle,
        }
        out.update({(name, "region"): float(value) for name, value in region.items()})
        return out


def _ratio(pairs: Floats) -> Floats:
    """Return the second of each pair relative to the first, 0 where there is nobody."""
    return np.asarray(pairs[:, 1] / np.maximum(pairs[:, 0], 1e-300), np.float64)


def measure_twin(twin: Twin, places: tuple[str, ...], sample: int) -> Mapping[tuple[str, str], float]:
    """Return the measures of the coming year of a twin, which it runs.

    Parameters
    ----------
    twin : at any month; stepped by MEASURED_MONTHS.
    places : names of the Places, in order.
    sample : one resident in so many.
    """
    short = twin.setting.tables.parameters.sickness_absence.short_absence_hours
    begins = twin.resolution.spells[State.UNEMPLOYED]
    measured = TwinMeasured(places, sample, (short[0], short[1]), twin.condition_counts, begins)
    twin.tag()
    for _ in range(MEASURED_MONTHS):
        before = twin.stocks
        measured.add(twin, before, twin.step())
    tagged = twin.tagged
    return measured.values(float(tagged[: State.ABSENT + 1].sum() / max(tagged.sum(), 1e-300)))


def twin_measures(
    start: Start,
    overrides: Mapping[str, float],
    levels: Levels,
    months: int = SETTLED_MONTHS,
    *,
    places: tuple[str, ...],
    resolution: Resolution | None = None,
) -> Mapping[tuple[str, str], float]:
    """Return the twin's measures of the year after `months`, with the names and units of `calibration.measured`.

    Parameters
    ----------
    start : a start of any sample; what the twin begins from.
    overrides : 'process.name' -> value, replacing the start's own.
    levels : levels, which need not be the start's.
    months : run before the measured year.
    places : names of the Places, in order.
    resolution : ages and spells.

    Raises
    ------
    ParameterError
        If an override's name does not exist.
    ThresholdError
        If a hazard leaves its segment.
    """
    twin = Twin(start, levels, overrides, resolution)
    for _ in range(months):
        twin.step()
    return measure_twin(twin, places, start.sample)


def rival_predictions(region: Region, start: Start) -> dict[str, float]:
    """Return target name -> the twin's value, for every target that it has a measure of, hold-outs included.

    It has the evidence's parameters and the region's levels, which is all that a rival of the posterior may know.

    Parameters
    ----------
    region : with its targets.
    start : a start of the region; its levels are used.
    """
    names = tuple(place.name for place in region.places)
    values = twin_measures(start, {}, start.levels, places=names)
    found = ((t.name, values.get((t.measure, t.area))) for t in region.targets)
    return {name: value for name, value in found if value is not None}
