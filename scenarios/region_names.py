"""The names that a region, its parameters and its sources offer to scenarios; the one door to `evidence`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.errors import Spot, shown

if TYPE_CHECKING:
    from evidence.model import Parameter, Source


@dataclass(frozen=True)
class RegionNames:
    """Names of one region: Places in the order of their codes, area groups, and variants of its evidence."""

    name: str
    places: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    variants: tuple[str, ...] = ()

    def place_codes(self, value: Any, spot: Spot) -> tuple[int, ...]:
        """Return the code of a Place, or those of every Place of an area group.

        Raises
        ------
        ScenarioError
            If the region has no Place or group of this name.
        """
        if isinstance(value, str) and value in self.groups:
            return tuple(self.places.index(place) for place in self.groups[value])
        if not isinstance(value, str) or value not in self.places:
            text = value if isinstance(value, str) else shown(value)
            raise spot.unknown(text, f"Place of the region '{self.name}'", (*self.places, *self.groups))
        return (self.places.index(value),)


@dataclass(frozen=True)
class ParameterNames:
    """Parameters that a scenario may override: `process.name` -> unit, for single numbers; and the others."""

    units: Mapping[str, str]
    lists: frozenset[str]


@cache
def region_names(name: str) -> RegionNames:
    """Return the names of a shipped region.

    Raises
    ------
    evidence.errors.EvidenceError
        If its files cannot be used.
    """
    from evidence.registry import load_region

    region = load_region(name)
    return RegionNames(
        region.name, tuple(place.name for place in region.places), dict(region.groups), tuple(region.variants)
    )


@cache
def region_list() -> tuple[str, ...]:
    """Return the names of the shipped regions."""
    from evidence.registry import regions

    return tuple(regions())


@cache
def source_ids() -> frozenset[str]:
    """Return the ids that a value may cite, `assumption` among them."""
    from evidence.registry import sources

    return frozenset(sources()) | {"assumption"}


@cache
def publications() -> Mapping[str, Source]:
    """Return every publication by id, `assumption` among them."""
    from evidence.registry import sources

    return sources()


def service_files(region: str) -> tuple[tuple[Path, str], ...]:
    """Return the files of a region's catalogue of services, each with the name that messages show."""
    from evidence.registry import service_files

    return tuple((path, f"regions/{region}/services/{path.name}") for path in service_files(region))


def fund_file(region: str) -> tuple[Path, str] | None:
    """Return the file of a region's funds with the name that messages show; None if it has none."""
    from evidence.registry import fund_file

    path = fund_file(region)
    return None if path is None else (path, f"regions/{region}/{path.name}")


@cache
def funding_defaults() -> Mapping[str, Parameter]:
    """Return how services follow money, and what a fund has by default, by name."""
    from evidence.registry import funding

    return funding()


def sourced_number(raw: Mapping[str, Any], sources: Mapping[str, Source], spot: Spot) -> Parameter:
    """Return a number with its unit, interval, source and grade, by the rules of the evidence.

    Parameters
    ----------
    raw
        The entry as read.
    sources
        All publications by id.
    spot
        Where it was written.

    Raises
    ------
    ScenarioError
        If it lacks one of them or contradicts itself.
    """
    from evidence.entries import read_parameter
    from evidence.errors import EvidenceError

    try:
        return read_parameter(raw, spot.key.rpartition(".")[2], sources, spot.file, spot.key)
    except EvidenceError as problem:
        inner = problem.key.removeprefix(spot.key).lstrip(".")
        raise (spot / inner if inner else spot).error(problem.message) from None


def ends(number: Parameter) -> tuple[float, ...]:
    """Return the ends of a number's interval, none if it has none of its own."""
    from evidence.entries import numbers

    return () if number.interval_95 is None else tuple(numbers(number.interval_95))


@cache
def parameter_names() -> ParameterNames:
    """Return the parameters of the evidence, those that are single numbers with their units."""
    from evidence.registry import parameters

    units: dict[str, str] = {}
    lists: set[str] = set()
    for process, entries in parameters().items():
        for name, entry in entries.items():
            if isinstance(entry.value, int | float):
                units[f"{process}.{name}"] = entry.unit
            else:
                lists.add(f"{process}.{name}")
    return ParameterNames(units, frozenset(lists))


@cache
def programme_effects() -> Mapping[str, Mapping[str, Parameter]]:
    """Return the effects of every kind of programme by kind and name."""
    from evidence.registry import programme_effects

    return programme_effects()


@cache
def regions_with_funds() -> tuple[str, ...]:
    """Return the names of the shipped regions that have funds."""
    return tuple(name for name in region_list() if fund_file(name))


@cache
def regions_with_services() -> tuple[str, ...]:
    """Return the names of the shipped regions that have a catalogue of services."""
    return tuple(name for name in region_list() if service_files(name))


def confidences() -> tuple[str, ...]:
    """Return the grades of confidence that a value may carry."""
    from evidence.known import CONFIDENCES

    return CONFIDENCES


@cache
def lowest_minimum_wage_pence() -> int:
    """Return the lowest hourly minimum wage of the latest rates held, whole pence; 0 when none are held."""
    from evidence.registry import rule_years, rules

    years = rule_years()
    if not years:
        return 0
    rates = [
        entry.value
        for group, entries in rules(years[-1]).items()
        for name, entry in entries.items()
        if "minimum_wage" in f"{group} {name}" and isinstance(entry.value, int | float)
    ]
    return int(min(rates) * 100) if rates else 0
