"""Which directions of the varied parameters the targets can see: the Fisher spectrum at the evidence's values.

Finite differences on the mean-field twin give how many standard errors each target moves when a parameter moves by
one standard deviation of its prior. Singular values of that table say how strongly each combination of parameters is
seen: a value of 1 is a combination that one target's error blurs as much as its prior does, below it the prior rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from calibration.targets import SETTLED_MONTHS
from calibration.twin import Twin
from calibration.twin_cells import Floats
from calibration.twin_measured import measure_twin
from calibration.twin_tables import parameters_with
from results.files import write_text
from results.store import csv_text
from simulation.start import Levels, Start
from simulation.thresholds import LEVELS, ThresholdError

if TYPE_CHECKING:
    from evidence.model import Target

FLAT_BELOW = 1.0
"""Singular value below which the targets say less of a combination of parameters than its prior."""
NAMED_WEIGHT = 0.3
"""Smallest weight with which a parameter is named as part of a combination."""
NOTHING = 1e-9
"""Weight below which a number of the spectrum is nothing but the rounding of others."""
_STEPS = (0.5, 1.0, 2.0)
"""Steps tried, in prior standard deviations: the first that changes anything; whole numbers need longer ones."""
UP, DOWN = 1.0, -1.0
_AGAIN_MONTHS = 36
"""Months from the settled twin to the year measured under a changed parameter."""


@dataclass(frozen=True)
class Varied:
    """A parameter that is varied: its name, value and prior standard deviation, in its own unit.

    The name is 'process.name' as `simulation.parameters.build` takes it (for a list its factor, value 1), 'slots',
    'standard_shift', or 'level.<level>[<Place>]'.
    """

    name: str
    value: float
    sd: float


@dataclass(frozen=True)
class Spectrum:
    """Sensitivities and what follows from them.

    `sensitivity`: targets by parameters, standard errors a prior standard deviation; `singular`: descending, shape
    (parameters,); `directions`: parameters by combination, columns of unit length in the order of `singular`.
    """

    sensitivity: pd.DataFrame
    singular: Floats
    directions: pd.DataFrame

    @property
    def n_seen(self) -> int:
        """Number of combinations that targets see at least as well as their prior."""
        return int((self.singular >= FLAT_BELOW).sum())

    def flat(self, below: float = FLAT_BELOW) -> list[str]:
        """Return the combinations that targets see less well than their prior, in words, least visible first.

        Parameters
        ----------
        below : singular value under which a combination counts as flat.
        """
        out = []
        for k in np.flatnonzero(self.singular < below)[::-1]:
            weights = self.directions.iloc[:, k]
            named = weights[weights.abs() >= NAMED_WEIGHT].sort_values(key=abs, ascending=False)
            named = named if len(named) else weights[weights.abs() == weights.abs().max()]
            out.append(" ".join(f"{weight:+.2f} {name}" for name, weight in named.items()))
        return out

    def table(self) -> pd.DataFrame:
        """Return one row a combination: rank, singular value, share of information, whether flat, weights by name."""
        squares = self.singular**2
        rows = pd.DataFrame(
            {
                "combination": np.arange(1, self.singular.size + 1),
                "singular_value": self.singular,
                "share_of_information": squares / max(float(squares.sum()), 1e-300),
                "flat": self.singular < FLAT_BELOW,
            }
        )
        weights = self.directions.T.reset_index(drop=True)
        return pd.concat([rows, weights], axis=1)


def spectrum_of(sensitivity: pd.DataFrame) -> Spectrum:
    """Return the spectrum of a table of sensitivities, targets by parameters.

    The sign of a combination is chosen so that its largest weight is positive.
    """
    n = sensitivity.shape[1]
    with threadpool_limits(1):  # more threads add in another order
        _, singular, rows = np.linalg.svd(sensitivity.to_numpy(float), full_matrices=True)
    values = np.zeros(n)
    values[: singular.size] = singular
    sign = np.sign(rows[np.arange(n), np.abs(rows).argmax(axis=1)])
    directions = pd.DataFrame((rows * sign[:, None]).T, index=sensitivity.columns, columns=range(1, n + 1))
    return Spectrum(sensitivity, values, directions)


def fisher_spectrum(
    start: Start,
    levels: Levels,
    varied: Sequence[Varied],
    targets: Sequence[Target],
    *,
    places: tuple[str, ...],
    overrides: Mapping[str, float] | None = None,
    settled: int = SETTLED_MONTHS,
    progress: Callable[[int, int], None] | None = None,
) -> Spectrum:
    """Return how the fit targets answer to the varied parameters, one finite difference each.

    A parameter of whole numbers is stepped as far as the first whole number within two standard deviations.

    Parameters
    ----------
    start, levels : start and levels; what is varied takes its own value in their place.
    varied : the parameters.
    targets : the region's targets; those of role `fit` with a standard error that the twin measures are used.
    places : names of the Places, in order.
    overrides : other values to hold, as for `Twin`.
    settled : months run before anything is changed.
    progress : called with (done, total).

    Raises
    ------
    ValueError
        If a name is unknown, a standard deviation is not positive, or a step of two of them changes nothing.
    """
    at = _Point(dict(overrides or {}), levels)
    for one in varied:
        at = at.with_value(one.name, one.value, places)
    base = Twin(start, at.levels, at.overrides)
    for _ in range(settled):
        base.step()
    first = _year_of(base, start, at, places)
    used = [t for t in targets if t.role == "fit" and t.se > 0 and (t.measure, t.area) in first]
    table = np.zeros((len(used), len(varied)))
    for k, one in enumerate(varied):
        if progress is not None:
            progress(k, len(varied))
        step, moved = _moved(start, at, one, places)
        try:
            values = _year_of(base, start, moved, places)
        except ThresholdError:  # the hazard has no room above its value; below there is
            step, moved = _moved(start, at, one, places, DOWN)
            values = _year_of(base, start, moved, places)
        for i, target in enumerate(used):
            named = (target.measure, target.area)
            table[i, k] = (values[named] - first[named]) / step / target.se
    if progress is not None:
        progress(len(varied), len(varied))
    return spectrum_of(pd.DataFrame(table, index=[t.name for t in used], columns=[v.name for v in varied]))


@dataclass(frozen=True)
class _Point:
    """Overrides and levels that a twin is made with."""

    overrides: Mapping[str, float]
    levels: Levels

    def with_value(self, name: str, value: float, places: tuple[str, ...]) -> _Point:
        """Return the point with one parameter, level, slots or shift of standards replaced."""
        if name == "slots":
            return replace(self, levels=replace(self.levels, slots=value))
        if name == "standard_shift":
            return replace(self, levels=replace(self.levels, standard_shift=round(value)))
        if name.startswith("level."):
            return replace(self, levels=_with_level(self.levels, name, value, places))
        return replace(self, overrides={**self.overrides, name: value})

    def differs(self, other: _Point, start: Start) -> bool:
        """Return whether anything of a run changes between two points: whole numbers may swallow a step."""
        same = self.levels.slots == other.levels.slots and self.levels.standard_shift == other.levels.standard_shift
        if not same or not np.array_equal(self.levels.place, other.levels.place):
            return True
        return parameters_with(start, self.overrides) != parameters_with(start, other.overrides)


def _year_of(base: Twin, start: Start, at: _Point, places: tuple[str, ...]) -> Mapping[tuple[str, str], float]:
    """Return the measures some months after the settled twin's values were replaced."""
    twin = Twin(start, at.levels, at.overrides, base.resolution, base.setting.mix)
    twin.go_on_from(base)
    for _ in range(_AGAIN_MONTHS):
        twin.step()
    return measure_twin(twin, places, start.sample)


def _moved(start: Start, at: _Point, one: Varied, places: tuple[str, ...], way: float = UP) -> tuple[float, _Point]:
    """Return the step taken in prior standard deviations, and the point after it."""
    if not one.sd > 0:
        raise ValueError(f"prior standard deviation of '{one.name}' must be above 0, found {one.sd}; fix it instead")
    for step in (way * size for size in _STEPS):
        moved = at.with_value(one.name, one.value + step * one.sd, places)
        if moved.differs(at, start):
            return step, moved
    raise ValueError(
        f"'{one.name}' does not change from {one.value} with {_STEPS[-1]:g} standard deviations of {one.sd}: it takes "
        "whole numbers only. Give it a wider prior or fix it."
    )


def _with_level(levels: Levels, name: str, value: float, places: tuple[str, ...]) -> Levels:
    """Return levels with one Place's level replaced; the name is 'level.<level>[<Place>]'."""
    level, _, place = name.removeprefix("level.").rstrip("]").partition("[")
    if level not in LEVELS or place not in places:
        raise ValueError(
            f"'{name}' is no level. Levels are {', '.join(LEVELS)}; Places are {', '.join(places)}; "
            "write it as level.separation[Halton]."
        )
    changed = levels.place.copy()
    changed[places.index(place), LEVELS.index(level)] = value
    return replace(levels, place=changed)


def write_spectrum(path: Path, spectrum: Spectrum) -> Path:
    """Write a spectrum as CSV, one row a combination, numbers to four significant digits; return the path.

    A weight of a parameter that no figure sees is nothing but rounding: below NOTHING it is written as 0.
    """
    rows = spectrum.table()
    numbers = rows.columns.difference(["combination", "flat"], sort=False)
    rows[numbers] = rows[numbers].map(lambda x: float(f"{x:.4g}") if abs(x) > NOTHING else 0.0)
    write_text(path, csv_text(rows))
    return path
