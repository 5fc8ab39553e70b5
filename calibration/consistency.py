"""Whether a region's targets can all be true at once, given their standard errors; it changes none of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from evidence.errors import EvidenceError
from evidence.known import REGION
from evidence.model import Region, Target
from evidence.region_files import TARGETS
from evidence.registry import load_region
from evidence.target_conflicts import FILE as KNOWN_FILE
from experiments.errors import InvalidData

ALLOWED_SE = 3.0
"""Joint standard errors that two statements may lie apart; the cut of the table of targets."""
REGION_MEASURES = {"employment_rate": "employed_share"}
"""Measure by Place -> the name under which the whole region's figure may stand as well."""


@dataclass(frozen=True)
class Conflict:
    """A contradiction between targets.

    `distance` is in joint standard errors; `known` is why it is accepted, empty where nobody has accepted it.
    """

    kind: str
    measure: str
    area: str
    targets: tuple[str, ...]
    distance: float
    message: str
    known: str = ""


@dataclass(frozen=True)
class _Figure:
    """A value with its standard error and the targets it comes from."""

    value: float
    se: float
    targets: tuple[Target, ...]


def check_targets(region: Region) -> list[Conflict]:
    """Return the contradictions between a region's fit targets, those named as known included.

    Parameters
    ----------
    region : with its targets and its known contradictions.

    Returns
    -------
    list[Conflict]
        Two figures of one measure and area, Places that imply another total than the region's, shares of one whole
        that do not add up, and parts above their whole, more than `ALLOWED_SE` joint standard errors apart. A pair
        that the region names as known is listed however far apart it is.
    """
    fitted = [target for target in region.targets if target.role == "fit"]
    found = [*_two_figures(fitted)]
    figures = {
        key: _mean([t for t in fitted if (t.measure, t.area) == key]) for key in {(t.measure, t.area) for t in fitted}
    }
    places = tuple(place.name for place in region.places)
    found += [*_region_totals(figures, places), *_shares(figures, (*places, REGION)), *_bands(figures)]
    out = []
    for conflict in found:
        reason = _reason(region, conflict)
        if conflict.distance > ALLOWED_SE or reason:
            out.append(Conflict(**{**vars(conflict), "known": reason}))
    return sorted(out, key=lambda c: (bool(c.known), -c.distance, c.targets))


def checked_region(name: str, root: Path | None = None) -> Region:
    """Return a region whose targets can be fitted.

    Parameters
    ----------
    name : the region's folder name.
    root : the evidence folder; the packaged one if None.

    Raises
    ------
    InvalidData
        If its targets are broken, or contradict each other and the region does not name that as known.
    EvidenceError
        If the region is not there or another of its files is broken.
    """
    region = readable_region(name, root)
    unknown = [conflict for conflict in check_targets(region) if not conflict.known]
    if unknown:
        listed = "\n".join(f"- {conflict.message}" for conflict in unknown)
        raise InvalidData(
            f"regions/{name}/{TARGETS}: {len(unknown)} contradictions between targets:\n{listed}\n"
            "Mend the figure that is wrong, give it role holdout or a wider se, or name the contradiction with its "
            f"reason in regions/{name}/{KNOWN_FILE.name}. See: workability targets check --region {name}"
        )
    return region


def readable_region(name: str, root: Path | None = None) -> Region:
    """Return a region; targets that cannot be read are the user's own data, and refused as such.

    Parameters
    ----------
    name : the region's folder name.
    root : the evidence folder; the packaged one if None.

    Raises
    ------
    InvalidData
        If its targets or its known contradictions are broken.
    EvidenceError
        If the region is not there or another of its files is broken.
    """
    try:
        return load_region(name, root)
    except EvidenceError as error:
        if Path(error.file).name in (TARGETS, KNOWN_FILE.name):
            raise InvalidData(str(error)) from None
        raise


def _reason(region: Region, conflict: Conflict) -> str:
    """Return why a contradiction is accepted; empty where it is not."""
    periods = {target.period for target in region.targets if target.name in conflict.targets}
    for entry in region.known_conflicts:
        same = (entry.kind, entry.measure, entry.area) == (conflict.kind, conflict.measure, conflict.area)
        if same and periods <= entry.periods:
            return entry.reason
    return ""


def _said(target: Target) -> str:
    """Return a target in words."""
    return f"{target.name} ({target.value:g}, SE {target.se:g}, {target.period})"


def _listed(targets: Sequence[Target]) -> str:
    """Return several targets in words, at most three of them."""
    more = f" and {len(targets) - 3} more" if len(targets) > 3 else ""
    return ", ".join(_said(target) for target in targets[:3]) + more


def _names(targets: Sequence[Target]) -> tuple[str, ...]:
    return tuple(target.name for target in targets)


def _mean(targets: Sequence[Target]) -> _Figure:
    """Return figures of one thing weighed by the inverse of their squared standard errors."""
    weights = [1.0 / target.se**2 for target in targets]
    total = sum(weights)
    value = sum(w * target.value for w, target in zip(weights, targets, strict=True)) / total
    return _Figure(value, math.sqrt(1.0 / total), tuple(targets))


def _two_figures(fitted: Sequence[Target]) -> Iterator[Conflict]:
    """Yield every pair of figures of one measure and area with its distance."""
    for one, other in combinations(fitted, 2):
        if (one.measure, one.area) != (other.measure, other.area):
            continue
        distance = abs(one.value - other.value) / math.hypot(one.se, other.se)
        message = f"{_said(one)} and {_said(other)} are {distance:.1f} joint standard errors apart"
        yield Conflict("two_figures", one.measure, one.area, _names((one, other)), distance, message)


def _region_totals(figures: dict[tuple[str, str], _Figure], places: Sequence[str]) -> Iterator[Conflict]:
    """Yield every regional figure with its distance from what the Places' figures imply."""
    heads = [figures.get(("population", place)) for place in places]
    people = [figure.value for figure in heads if figure is not None]
    if len(people) != len(places) or not sum(people):
        return
    total = sum(people)
    for measure in sorted({measure for measure, area in figures if area in places}):
        parts = [figures.get((measure, place)) for place in places]
        known = [part for part in parts if part is not None]
        whole = _regional(figures, measure, total)
        if len(known) != len(places) or whole is None:
            continue
        weights = [1.0] * len(places) if measure == "population" else [n / total for n in people]
        value = sum(w * part.value for w, part in zip(weights, known, strict=True))
        se = math.sqrt(sum((w * part.se) ** 2 for w, part in zip(weights, known, strict=True)))
        distance = abs(value - whole.value) / math.hypot(se, whole.se)
        message = (
            f"the Places' {measure} imply {value:.6g} (SE {se:.2g}) for the region, and {_listed(whole.targets)} "
            f"says {whole.value:.6g} (SE {whole.se:.2g}): {distance:.1f} joint standard errors apart"
        )
        named = [target for part in known for target in part.targets]
        yield Conflict("region_total", measure, REGION, _names((*whole.targets, *named)), distance, message)


def _regional(figures: dict[tuple[str, str], _Figure], measure: str, people: float) -> _Figure | None:
    """Return the region's own figure of a measure by Place, a rate from its stocks if need be; None without one.

    Parameters
    ----------
    figures : by measure and area.
    measure : in percent of the population, or the population.
    people : residents of the region.
    """
    own = figures.get((REGION_MEASURES.get(measure, measure), REGION)) or figures.get((measure, REGION))
    stocks = {
        "long_term_sick_rate": ("long_term_sick",),
        "inactivity_rate": ("long_term_sick", "inactive_other"),
    }.get(measure, ())
    known = [figure for stock in stocks if (figure := figures.get((stock, REGION))) is not None]
    if own is not None or not stocks or len(known) != len(stocks):
        return own
    value = 100.0 * sum(figure.value for figure in known) / people
    se = 100.0 * math.sqrt(sum(figure.se**2 for figure in known)) / people
    return _Figure(value, se, tuple(target for figure in known for target in figure.targets))


def _shares(figures: dict[tuple[str, str], _Figure], areas: Sequence[str]) -> Iterator[Conflict]:
    """Yield shares of the population that do not add up to 100, and parts above their whole, with their distances."""
    for area in areas:
        work = figures.get(("employment_rate", area)) or figures.get(("employed_share", area))
        idle, inactive = figures.get(("unemployment_rate", area)), figures.get(("inactivity_rate", area))
        sick, active = figures.get(("long_term_sick_rate", area)), figures.get(("economic_activity_rate", area))
        if work is not None and inactive is not None:
            yield _sum_of_shares(area, work, inactive, idle)
        if active is not None and inactive is not None:
            distance = abs(active.value + inactive.value - 100.0) / math.hypot(active.se, inactive.se)
            both = (*active.targets, *inactive.targets)
            total = active.value + inactive.value
            message = f"{area}: active and inactive are the whole, but {_listed(both)} sum to {total:.1f}%"
            yield Conflict("shares", "economic_activity_rate", area, _names(both), distance, message)
        if sick is not None and inactive is not None:
            distance = (sick.value - inactive.value) / math.hypot(sick.se, inactive.se)
            both = (*sick.targets, *inactive.targets)
            message = f"{area}: the long-term sick are part of the inactive, but {_listed(both)} say they are more"
            yield Conflict("part_of_whole", "long_term_sick_rate", area, _names(both), distance, message)


def _sum_of_shares(area: str, work: _Figure, inactive: _Figure, idle: _Figure | None) -> Conflict:
    """Return how far employed, inactive and unemployed are from the whole; without the unemployed, how far above it.

    Parameters
    ----------
    area : whose shares they are.
    work, inactive : percent of the population.
    idle : unemployed, percent of the active; None if not known.
    """
    parts = (*work.targets, *inactive.targets, *(idle.targets if idle else ()))
    total = work.value + inactive.value
    se = math.hypot(work.se, inactive.se)
    if idle is not None:
        active = 100.0 - inactive.value
        total += idle.value * active / 100.0
        keep = 1.0 - idle.value / 100.0
        se = math.sqrt(work.se**2 + (keep * inactive.se) ** 2 + (idle.se * active / 100.0) ** 2)
    above = total - 100.0
    distance = (abs(above) if idle is not None else above) / se
    words = "employed, inactive and unemployed" if idle is not None else "employed and inactive"
    message = f"{area}: {words} are {total:.1f}% of the population (joint SE {se:.2g}): {_listed(parts)}"
    return Conflict("shares", "employment_rate", area, _names(parts), distance, message)


def _bands(figures: dict[tuple[str, str], _Figure]) -> Iterator[Conflict]:
    """Yield how far the shares by band of one measure are from 100 in all."""
    families = sorted({(measure.partition("[")[0], area) for measure, area in figures if "[" in measure})
    for family, area in families:
        bands = [
            figure
            for (measure, at), figure in sorted(figures.items())
            if at == area and measure.startswith(f"{family}[")
        ]
        total = sum(figure.value for figure in bands)
        se = math.sqrt(sum(figure.se**2 for figure in bands))
        targets = [target for figure in bands for target in figure.targets]
        distance = max(0.0, total - 100.0) / se
        message = f"{area}: the shares of {family} sum to {total:.1f}% (joint SE {se:.2g})"
        yield Conflict("shares", targets[0].measure, area, _names(targets), distance, message)
