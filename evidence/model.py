"""The frozen shapes in which evidence is handed over; they hold what the files say and compute nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pandas import DataFrame

Value: TypeAlias = "float | int | str | tuple[Value, ...]"
"""A published value: a number, a word, or a (nested) tuple of them."""


@dataclass(frozen=True)
class Source:
    """One publication: what it is called, who published it, when, and where it can be found."""

    id: str
    title: str
    publisher: str
    date: str
    table: str
    url: str
    licence: str
    retrieved: str


@dataclass(frozen=True)
class Parameter:
    """One sourced value with its unit, 95% interval, source, date, cover and grade of confidence.

    `by` names the axes of a tuple, outermost first. Where a tuple has no interval of its own, `interval_ratio_95`
    bounds one multiplier common to all its elements. `also` lists further sources beside the main one.
    """

    name: str
    value: Value
    unit: str
    interval_95: Value | None
    distribution: str
    source: str
    date: str
    covers: str
    confidence: str
    note: str
    by: tuple[str, ...] = ()
    interval_ratio_95: tuple[float, float] | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class UnitCost:
    """One appraisal unit cost in pounds, with the year of its prices and its split by agency."""

    name: str
    title: str
    value: float
    unit: str
    price_year: str
    agencies: Mapping[str, float]
    source: str
    confidence: str
    note: str


@dataclass(frozen=True)
class LineFacts:
    """What one line of the ledger is worth to an appraiser.

    `basis`, `grade` and `society` are words of `known.LINE_BASES`, `LINE_GRADES` and `LINE_KINDS`; `prices` is `year`
    for rates of each year, or the price year of a unit cost.
    """

    name: str
    basis: str
    prices: str
    grade: str
    society: str
    marginal_share: Parameter
    cashable_share: Parameter
    note: str


@dataclass(frozen=True)
class Rulebook:
    """How an edition of the appraisal rules discounts: rates in percent a year by the year in which each begins."""

    name: str
    title: str
    discount_from_year: Parameter
    discount_rate: Parameter
    health_discount_rate: Parameter
    sensitivity_rate: Parameter | None
    sensitivity_years: Parameter | None
    excess_burden: Parameter | None


@dataclass(frozen=True)
class Place:
    """One local authority of a region."""

    code: str
    name: str
    short: str


@dataclass(frozen=True)
class Target:
    """One published figure that the model is fitted to (`fit`) or judged by (`holdout`); `se` is in its unit."""

    name: str
    measure: str
    area: str
    period: str
    value: float
    se: float
    unit: str
    role: str
    source: str
    confidence: str
    note: str


@dataclass(frozen=True)
class ScoreTarget:
    """What a strategy wants of one measure of the scorecard in one area by the end of a month (`due`, YYYY-MM).

    `unit` is the measure's own, or `known.OF_THE_START`; `direction` is `at_least` or `at_most`.
    """

    name: str
    measure: str
    area: str
    value: float
    unit: str
    direction: str
    due: str
    source: str
    confidence: str
    note: str


@dataclass(frozen=True)
class Region:
    """Everything known about one region; tables are shared, so readers copy before they change one.

    `margins` maps a file's stem to its table. `variants` maps a name to `description` and `overrides` (target name
    to the fields that differ). `levels` holds what calibration fitted, empty before the first fit. `fitted_targets` is
    the table of the model against the targets as calibration measured it last, None before, and `fitted_facts` how:
    seed, sample, months settled and measured, and hashes of the parameters and of this folder at that time.
    `folder_hash` is the SHA-256 of every file that a run reads, so that it can be tied to its data; the table of
    targets and the scorecard's targets (`score_targets`) decide no figure of a run and are left out.
    """

    name: str
    title: str
    places: tuple[Place, ...]
    groups: Mapping[str, tuple[str, ...]]
    outside: tuple[str, ...]
    margins: Mapping[str, DataFrame]
    employers: DataFrame
    commuting: DataFrame
    targets: tuple[Target, ...]
    variants: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    levels: Mapping[str, object] = field(default_factory=dict)
    folder_hash: str = ""
    fitted_targets: DataFrame | None = None
    fitted_facts: Mapping[str, object] = field(default_factory=dict)
    score_targets: tuple[ScoreTarget, ...] = ()


@dataclass(frozen=True)
class Draw:
    """One sample of what is not known.

    `parameters`: (`process.name`, value or, for a list, the factor on it), sorted by name. `levels`: (level, Place,
    factor). `slots` and `standard_shift` as in `fitted/levels.yaml`.
    """

    number: int
    parameters: tuple[tuple[str, float], ...]
    levels: tuple[tuple[str, str, float], ...]
    slots: float
    standard_shift: int

    @property
    def content(self) -> tuple[object, ...]:
        """Return everything but the number: what decides a start."""
        return self.parameters, self.levels, self.slots, self.standard_shift

    @property
    def level_content(self) -> Mapping[str, object]:
        """Return the levels in the form of `Region.levels`."""
        place: dict[str, dict[str, float]] = {}
        for level, name, factor in self.levels:
            place.setdefault(level, {})[name] = factor
        return {"place": place, "slots": self.slots, "standard_shift": self.standard_shift}


@dataclass(frozen=True)
class Posterior:
    """A region's fitted draws, equally weighted and in random order, and what they were made for.

    `model`: number of the model; `parameters`, `targets`: hashes of the evidence. `targets_inside` of the
    `targets_measured` fitted figures lie inside their 90% posterior predictive interval; both 0 without predictions.
    """

    region: str
    draws: tuple[Draw, ...]
    model: int
    parameters: str
    targets: str
    targets_inside: int = 0
    targets_measured: int = 0
