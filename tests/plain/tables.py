"""Hazards and shares as 32-bit thresholds, worked out person by person from the processes' own functions."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from scenarios.vocabulary import CONDITIONS
from simulation.columns import NO_GAIN
from simulation.covariates import Covariates, Transition
from simulation.processes import demography, health
from simulation.registry import parameters_of, transitions
from simulation.start import Start
from simulation.thresholds import LEVELS, SEGMENTS

Person = dict[str, Any]
BAND_STARTS = (16, 18, 21, 25, 35, 50, 60)
LONGEST_SPELL = 60


def ten_digits(x: float) -> float:
    """Return a number rounded to ten significant digits."""
    return float(f"{x:.9e}")


@cache
def threshold(share: float) -> int:
    """Return a share as a 32-bit threshold."""
    return min(round(ten_digits(share) * 2**32), 2**32 - 1)


def fraction(x: float) -> int:
    """Return a factor in sixteenths of a bit: 65536 is 1."""
    return round(x * 65536)


def band_of(months: int) -> int:
    """Return the age band of an age in months."""
    return max(i for i, start in enumerate(BAND_STARTS) if months >= start * 12 or i == 0)


def class_of(conditions: int) -> int:
    """Return the condition class: none, one physical, common mental only, two, three or more, severe mental."""
    count = conditions.bit_count()
    if conditions & 2:
        return 5
    if count == 1:
        return 2 if conditions == 1 else 1
    return {0: 0, 2: 3}.get(count, 4)


class Hazards:
    """Everything that a draw of the pass is compared with."""

    def __init__(self, start: Start, people: list[Person]) -> None:
        p = start.parameters
        self.levels, self.gain = start.levels.place, p.gain_from_work
        self.by_origin: dict[int, list[tuple[Transition, Any]]] = {}
        owners = parameters_of(p)
        for t in transitions():
            self.by_origin.setdefault(int(t.origin), []).append((t, owners[t.name]))
        ages = [[0] * 49 for _ in range(start.n_places)]
        for person in people:
            ages[person["place"]][-person["birth"] // 12 - 16] += 1
        heads = demography.smoothed(np.array(ages, float), p.demography)
        self.leave = [[threshold(x) for x in row] for row in demography.leaving_hazard(heads)]
        self.arrival = [[threshold(x) for x in np.cumsum(row)] for row in demography.arrival_ages(heads)]
        self._set_health(p.health, people)
        self.promotion = _promotions(people, start.n_places)

    def _set_health(self, p: health.HealthParameters, people: list[Person]) -> None:
        bands = [band_of(-person["birth"]) for person in people]
        prevalence = np.zeros((len(CONDITIONS), 7))
        for band in range(7):
            inside = [person["conditions"] for person, b in zip(people, bands, strict=True) if b == band]
            for k in range(len(CONDITIONS)):
                prevalence[k, band] = sum(c >> k & 1 for c in inside) / max(1, len(inside))
        treated = max(1.0, p.treated_recovery_ratio)
        onset, recovery = health.onset_hazard(prevalence, p), health.recovery_hazard(p)
        self.onset = [[[threshold(min(x, 1 / 16)) for x in row] for row in table] for table in onset]
        self.recovery = [[threshold(min(x, 1 / 16 / treated)) for x in row] for row in recovery]
        self.worse = [[threshold(x) for x in row] for row in health.worsening_hazard(p)]
        self.better = [[threshold(x) for x in row] for row in health.improvement_hazard(p)]

    @cache  # noqa: B019  one object a test
    def _width(self, origin: int, i: int, covariates: tuple[int, ...]) -> int:
        t, p = self.by_origin[origin][i]
        return threshold(float(t.hazard(Covariates(*(np.array([x]) for x in covariates)), p)[0]))

    @cache  # noqa: B019
    def search_ratio(self, keep: int) -> int:
        """Return what the gain from work multiplies search with."""
        p = self.gain
        return (
            65536
            if keep == NO_GAIN
            else fraction((max(keep / 100, p.least_kept) / p.usual_kept) ** p.search_elasticity)
        )

    @cache  # noqa: B019
    def refusal(self, keep: int) -> int:
        """Return the threshold of turning a job down because it would leave too little."""
        p = self.gain
        if keep == NO_GAIN:
            return 0
        return threshold(1 - min(1.0, (max(keep / 100, p.least_kept) / p.usual_kept) ** p.acceptance_elasticity))

    @cache  # noqa: B019
    def _shape(self, origin: int, i: int, spell: int) -> int:
        t, p = self.by_origin[origin][i]
        return 65536 if t.shape is None else fraction(float(t.shape(np.array([float(spell)]), p)[0]))

    def exit(self, person: Person, u: int, month: int, insecure_ratio: int) -> str | None:
        """Return the destination that a 32-bit draw sends a resident to this month, or None."""
        state, sixteenth = person["state"], u >> 28
        covariates = (
            band_of(month - person["birth"]), person["sex"], person["qualification"], person["severity"],
            class_of(person["conditions"]),
        )  # fmt: skip
        begun = person["hired"] if state == 0 else person["since"]
        spell = min(max(month - begun, 0), LONGEST_SPELL)
        for i, (t, _) in enumerate(self.by_origin.get(state, [])):
            first, end = SEGMENTS[t.destination]
            if not first <= sixteenth < end:
                continue
            width = self._width(state, i, covariates) * self._shape(state, i, spell) >> 16
            if t.level is not None:
                width = width * fraction(self.levels[person["place"], LEVELS.index(t.level)]) >> 16
            if t.name == "separation" and person["insecure"]:
                width = width * insecure_ratio >> 16
            if t.destination == "search" and state != 0:
                width = width * self.search_ratio(person["keep"]) >> 16
            return t.destination if u - (first << 28) < width else None
        return None


def _promotions(people: list[Person], n_places: int) -> dict[tuple[int, int, int], int]:
    """Return thresholds of gaining a qualification level, by Place, band entered and level held."""
    out: dict[tuple[int, int, int], int] = {}
    for place in range(n_places):
        held = [
            [q["qualification"] for q in people if q["place"] == place and band_of(-q["birth"]) == b] for b in range(4)
        ]
        for band in (1, 2, 3):
            mine, older = held[band - 1], held[band]
            if not mine or not older:
                continue
            for level in range(3):
                gain = sum(q > level for q in older) / len(older) - sum(q > level for q in mine) / len(mine)
                share = sum(q == level for q in mine) / len(mine)
                out[place, band, level] = threshold(min(1.0, max(0.0, gain) / max(share, 1e-9)))
    return out
