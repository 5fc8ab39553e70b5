"""What the starting population must add up to, at the scale of the sample; it draws nobody.

Margins are read from the region's tables and turned into whole people per Place that add up to the sample.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from scenarios.vocabulary import (
    AGE_MIN_YEARS,
    CONDITIONS,
    DEPRIVATION,
    ETHNICITIES,
    QUALIFICATIONS,
    SEXES,
)
from simulation.raking import Floats, Ints, integerise, largest_remainder, stream

if TYPE_CHECKING:
    from evidence.model import Parameter, Region

AGES = tuple(range(AGE_MIN_YEARS, 65))
ACTIVITIES = ("employed", "sickness_absence", "unemployed", "long_term_sick", "inactive_not_sick")
"""Activity groups of the margins; the last is split by reason inside the model."""
OVERRIDDEN = {
    "inactive_other": "inactive_not_sick",
    "long_term_sick": "long_term_sick",
    "unemployed": "unemployed",
    "signed_off": "sickness_absence",
}
"""Measures of the region that a variant can override, and the activity each stands for."""
TENURE_ROWS = ("owned_outright", "owned_mortgage", "social_rent", "private_rent")
RENTED = ("social_rent", "private_rent")


class PopulationError(ValueError):
    """A region or parameter table cannot be turned into a population; the text says which and how to mend it."""


class Numbers:
    """The values of `evidence/parameters/population.yaml` as arrays, by name."""

    def __init__(self, parameters: Mapping[str, Mapping[str, Parameter]]) -> None:
        """Take the process `population` out of all parameters."""
        if "population" not in parameters:
            raise PopulationError("evidence/parameters: there is no population.yaml; restore the file")
        self._parameters = parameters["population"]

    def array(self, name: str) -> Floats:
        """Return a list of values as float64, shaped as its `by` says."""
        return np.array(self._find(name).value, np.float64)

    def number(self, name: str) -> float:
        """Return a single value."""
        return float(cast(float, self._find(name).value))

    def words(self, name: str) -> tuple[str, ...]:
        """Return a list of texts."""
        return cast(tuple[str, ...], self._find(name).value)

    def _find(self, name: str) -> Parameter:
        if name not in self._parameters:
            raise PopulationError(f"evidence/parameters/population.yaml: '{name}' is missing; add it")
        return self._parameters[name]


@dataclass(frozen=True)
class Targets:
    """Whole people wanted per Place (P) at the scale of the sample, and shares that the raking uses.

    `ages` (P, 49) single years from 16, `sex` (P, 2), `activity` (P, 5), `qualification` (P, 4), `severity`
    (P, 4), `deprivation` (P, 5), `tenure` (P, 3), `ethnicity` (P, 5); each row adds up to the heads of the Place.
    `self_employed` (P) is a share of residents in work; `carers` (P), `care_leavers` (P, 2) and `neet` (P, at 16
    and 17) are people; `register` (P) is the depression register relative to the region, `married` (P) a share,
    `rent` (P, 2) pounds a month for social and private tenants.
    """

    sample: int
    heads: Ints
    ages: Ints
    sex: Ints
    activity: Ints
    qualification: Ints
    severity: Ints
    deprivation: Ints
    tenure: Ints
    ethnicity: Ints
    self_employed: Floats
    carers: Ints
    care_leavers: Ints
    neet: Ints
    register: Floats
    married: Floats
    rent: Floats


def margin(region: Region, name: str, column: str, categories: Sequence[object]) -> Floats:
    """Return one margin of a region, shape (Places, categories), in the order of both.

    Parameters
    ----------
    region
        The region.
    name
        Stem of the file under `margins/`.
    column
        Its dimension.
    categories
        The categories wanted.

    Raises
    ------
    PopulationError
        If the table or a cell of it is missing.
    """
    where = f"evidence/regions/{region.name}/margins/{name}.csv"
    if name not in region.margins:
        raise PopulationError(f"{where} is missing; the starting population needs it")
    table = region.margins[name]
    if column not in table.columns:
        raise PopulationError(f"{where}: there is no column '{column}'; add it")
    found = {
        (code, str(category)): value
        for code, category, value in zip(table["area_code"], table[column], table["value"], strict=True)
    }
    out = np.zeros((len(region.places), len(categories)))
    for row, place in enumerate(region.places):
        for position, category in enumerate(categories):
            if (place.code, str(category)) not in found:
                raise PopulationError(f"{where}: no row for {place.name} ({place.code}), {column} {category}; add it")
            out[row, position] = found[place.code, str(category)]
    return out


def activity_heads(region: Region, variant: str | None) -> Floats:
    """Return residents by Place and activity, shape (P, 5), as the margins say or as a variant overrides them.

    A variant's value for a target of the region scales that activity in every Place; its long-term sick rate of a
    Place sets that Place. Those in work give or take the difference, so that heads stay.

    Raises
    ------
    PopulationError
        If the region has no such variant, or it leaves nobody in work in a Place.
    """
    heads = margin(region, "activity", "state", ACTIVITIES)
    if variant is None:
        return heads
    if variant not in region.variants:
        held = ", ".join(sorted(region.variants)) or "none"
        raise PopulationError(f"region '{region.name}' has no variant '{variant}'; held are {held}")
    targets = {target.name: target for target in region.targets}
    names = [place.name for place in region.places]
    people = heads.sum(axis=1)
    overrides = cast(Mapping[str, Mapping[str, float]], region.variants[variant]["overrides"])
    for name, fields in overrides.items():
        target = targets.get(name)
        if target is None or "value" not in fields:
            continue
        value = float(fields["value"])
        if target.area == "region" and target.measure in OVERRIDDEN:
            column = ACTIVITIES.index(OVERRIDDEN[target.measure])
            heads[:, column] *= value / heads[:, column].sum()
        elif target.area in names and target.measure == "long_term_sick_rate":
            row = names.index(target.area)
            heads[row, ACTIVITIES.index("long_term_sick")] = value / 100 * people[row]
    heads[:, 0] = people - heads[:, 1:].sum(axis=1)
    if (heads[:, 0] <= 0).any():
        message = f"evidence/regions/{region.name}/variants.yaml: '{variant}' leaves nobody in work in a Place"
        raise PopulationError(f"{message}; lower its values")
    return heads


def spread(shares: Floats, heads: Ints) -> Ints:
    """Return whole people by Place and category from shares of any scale, each row adding to the heads."""
    return np.array([largest_remainder(row, int(total)) for row, total in zip(shares, heads, strict=True)], np.int64)


def _both_ways(table: Floats, heads: Ints, label: str) -> Ints:
    """Return whole people by Place and category that match the heads and the region's total of each category."""
    columns = largest_remainder(table.sum(axis=0), int(heads.sum()))
    shares = table / table.sum(axis=1, keepdims=True)
    group = np.zeros(len(heads), np.int64)
    return integerise(shares, heads, group, columns[None, :], stream("targets", label))


def read_targets(region: Region, numbers: Numbers, sample: int, variant: str | None) -> Targets:
    """Return what the population of a sample 1:`sample` must add up to.

    Parameters
    ----------
    region
        The region's tables.
    numbers
        The parameters of the population.
    sample
        Residents a row stands for: 1 is the full region.
    variant
        Name of another reading of the evidence, or None.
    """
    people = margin(region, "population", "age", AGES)
    heads = largest_remainder(people.sum(axis=1), round(people.sum() / sample))
    limiting = margin(region, "disability", "disability", ("disabled",))[:, 0] / 100
    severity = np.column_stack([1 - limiting, limiting[:, None] * numbers.array("severity_split")])
    households = margin(region, "tenure", "tenure", TENURE_ROWS) * numbers.array("residents_per_household")
    tenure = np.column_stack([households[:, 0] + households[:, 1], households[:, 2], households[:, 3]])
    hours = [*numbers.words("carer_hours"), "none", "under_10", "10_19"]
    care = margin(region, "unpaid_care", "hours_week", hours)
    carers = care[:, : len(numbers.words("carer_hours"))].sum(axis=1) / care.sum(axis=1) * people.sum(axis=1)
    work = margin(region, "self_employment", "status", ("self_employed", "in_work"))
    register = margin(region, "depression", "condition", (CONDITIONS[0],))[:, 0]
    legal = margin(region, "partnership", "status", ("married", "never", "separated", "divorced", "widowed"))
    leavers = margin(region, "care_leavers", "age", ("17-18", "19-21"))
    return Targets(
        sample=sample,
        heads=heads,
        ages=_both_ways(people, heads, "ages"),
        sex=spread(margin(region, "sex", "sex", SEXES), heads),
        activity=_both_ways(activity_heads(region, variant), heads, "activity"),
        qualification=spread(margin(region, "qualification", "qualification", QUALIFICATIONS), heads),
        severity=spread(severity, heads),
        deprivation=spread(margin(region, "deprivation", "deprivation", DEPRIVATION), heads),
        tenure=spread(tenure, heads),
        ethnicity=spread(margin(region, "ethnicity", "ethnicity", ETHNICITIES), heads),
        self_employed=work[:, 0] / work[:, 1],
        carers=_scaled(carers * numbers.number("carer_working_age_ratio"), sample),
        care_leavers=np.column_stack([_scaled(column, sample) for column in leavers.T]),
        neet=_scaled(margin(region, "neet", "age", ("16-17",))[:, 0] / 100 * people[:, :2].sum(axis=1), sample),
        register=register / np.average(register, weights=people.sum(axis=1)),
        married=legal[:, 0] / legal[:, :4].sum(axis=1),
        rent=margin(region, "rent", "tenure", RENTED),
    )


def _scaled(values: Floats, sample: int) -> Ints:
    """Return whole people at the scale of the sample whose sum is the region's."""
    return largest_remainder(values, round(values.sum() / sample))
