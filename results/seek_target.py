"""What a target is: the text of `--target` as a figure, an area, a month and a value; evaluates nothing.

A target is a level (`employment_rate[Halton]=72%`), a paired difference (`+in_work=1,000`), a figure of the comparison
(`starts=5,000`), money (`net_exchequer=0`) or money for each job (`net_cost_per_26_week_job=£5,000`).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from results.appraisal_figures import EXCHEQUER, PERSPECTIVES, SOCIETY
from results.measures import MEASURES
from results.metrics import Metric, metrics_for, milestones
from results.story import agency_name
from results.twins import LEVELS, NEED_FREE_TWINS, SUBSIDY_ONLY, SUBSIDY_ONLY_AT
from scenarios.errors import listing, nearest
from scenarios.vocabulary import month_name, parse_month

if TYPE_CHECKING:
    from results.geography import Geography
    from scenarios.arm import ArmSpec

LEVEL, DIFFERENCE, METRIC, MONEY, PER = "level", "difference", "metric", "money", "per"
"""Kinds of figures: of the policy's arm; policy less baseline; counted by the comparison; valued; money for each."""
AT_LEAST, AT_MOST, EQUAL = ">=", "<=", "="
NET_COST = "net_cost"
JOBS = {
    "participant": "participant",
    "job_start": "job_starts",
    "13_week_job": "jobs_13_weeks",
    "26_week_job": "jobs_26_weeks",
    "52_week_job": "jobs_52_weeks",
    "year_of_work": "year_of_work",
}
"""Name of what money is for, as it is written -> as the appraisal counts it."""
ANY_MONTH = ("participant", "year_of_work")
"""What is counted in every month; jobs that lasted are counted at the milestones alone."""
_GRAMMAR = re.compile(
    r"\s*(?P<sign>[-+−]?)\s*(?P<name>[A-Za-z_][A-Za-z0-9_-]*)\s*(?:\[(?P<place>[^\]]*)\])?\s*(?:@\s*(?P<month>[0-9-]+))?"
    r"\s*(?P<relation>>=|<=|=|≥|≤)\s*(?P<value>.+?)\s*\Z"
)
_NUMBER = re.compile(
    r"(?P<sign>[-+−]?)\s*(?P<pounds>£?)\s*(?P<second>[-−]?)(?P<number>[0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+)\s*"
    r"(?P<unit>%|pp|points?|k|m|bn|million|thousand|)\Z",
    re.IGNORECASE,
)
_SCALE = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "": 1.0}
_POINTS = ("%", "pp", "point", "points")
EXAMPLES = "'long_term_sick_rate[St Helens]=7.3%', '+in_work=1,000' or 'net_exchequer=0'"


class TargetError(ValueError):
    """A target that cannot be asked for; the message says what was found, what is allowed and how to mend it."""


@dataclass(frozen=True)
class Figure:
    """One figure of a run: its kind, where and when it is taken, its unit, and which direction is better.

    `shown`: how it is written (`share`, `points`, `count`, `pounds`, `number`); `month`: policy month at whose end it
    is taken, or up to which it is summed; `is_count`: whether it grows with the residents of the sample.
    """

    name: str
    kind: str
    label: str
    unit: str
    better: str
    shown: str
    area: str
    area_name: str
    month: int
    is_count: bool


@dataclass(frozen=True)
class Target:
    """A figure and the value that it should have."""

    text: str
    figure: Figure
    relation: str
    value: float

    def sense(self, without: float) -> int:
        """Return 1 where the target is reached at its value and above, -1 at its value and below.

        `=` is read as reached: from the side on which the measure is worse; where neither is, from the side on which
        it is without the policy.

        Parameters
        ----------
        without : float
            The figure without the policy.
        """
        if self.relation != EQUAL:
            return 1 if self.relation == AT_LEAST else -1
        if self.figure.kind == DIFFERENCE and self.value:
            return 1 if self.value > 0 else -1
        if self.figure.better in ("higher", "lower"):
            return 1 if self.figure.better == "higher" else -1
        return 1 if self.value >= without else -1


def parse_target(text: str, geography: Geography, policy: ArmSpec, baseline: ArmSpec) -> Target:
    """Return the target that a text asks for.

    Parameters
    ----------
    text : str
        As given with --target.
    geography : Geography
        The region's areas.
    policy, baseline : ArmSpec
        The arms that are compared.

    Raises
    ------
    TargetError
        If it cannot be read, names no figure or no area, or is a value that the figure cannot have.
    """
    said = f"--target {text[:80]}"
    found = _GRAMMAR.match(text[:400])
    if found is None:
        raise TargetError(f"{said}: write a figure, a relation (=, >= or <=) and a value: {EXAMPLES}.")
    month = _month(said, found["month"], policy)
    figure = figure_of(found["name"], bool(found["sign"]), found["place"], month, geography, policy, baseline, said)
    value = parse_value(found["value"], figure, said)
    relation = {"≥": AT_LEAST, "≤": AT_MOST}.get(found["relation"], found["relation"])
    if found["sign"] in ("-", "−"):  # `-unemployed>=500` wants 500 fewer or more
        value, relation = -value, {AT_LEAST: AT_MOST, AT_MOST: AT_LEAST}.get(relation, relation)
    _refuse_if_impossible(said, figure, value)
    return Target(text.strip(), figure, relation, value)


def figures_of(policy: ArmSpec, baseline: ArmSpec) -> dict[str, Metric | None]:
    """Return every figure but the measures by name: figures of the comparison with their metric, money with None."""
    services = any(arm.services is not None for arm in (policy, baseline))
    incentives = any(arm.employers for arm in (policy, baseline))
    hidden = set(NEED_FREE_TWINS) if baseline.subsidies or not policy.subsidies else set()
    if not (policy.subsidies or baseline.subsidies):
        hidden |= set(LEVELS)
        if not incentives:
            dated = (name.format(m=m) for name in SUBSIDY_ONLY_AT for m in milestones(policy.months))
            hidden |= {*SUBSIDY_ONLY, *dated}
    known: dict[str, Metric | None] = {
        name: metric
        for name, metric in metrics_for(policy.months, services, incentives).items()
        if name not in hidden and metric.kind != "days"  # a mean wait is none where nobody starts; a measure has it too
    }
    known |= dict.fromkeys((NET_COST, *(f"net_{name}" for name in PERSPECTIVES)))
    return known | {f"{stem}cost_per_{name}": None for stem in ("", "net_") for name in JOBS}


def figure_of(
    name: str, is_difference: bool, place: str | None, month: int, geography: Geography, policy: ArmSpec,
    baseline: ArmSpec, said: str,
) -> Figure:  # fmt: skip
    """Return a figure by name.

    Parameters
    ----------
    name : str
        Of the figure, in any case.
    is_difference : bool
        Whether a measure is meant as policy less baseline.
    place : str or None
        Name or code of an area; None for the region.
    month : int
        Policy month, from 1.
    geography : Geography
        The region's areas.
    policy, baseline : ArmSpec
        The arms.
    said : str
        The option as it was typed, for messages.

    Raises
    ------
    TargetError
        If there is no such figure, or not for this area or month.
    """
    known = figures_of(policy, baseline)
    by_form = {key.casefold(): key for key in (*MEASURES, *known)}
    own = by_form.get(name.casefold().replace("-", "_"))
    if own is None or (is_difference and own not in MEASURES):
        names = tuple(MEASURES) if is_difference else tuple(dict.fromkeys((*known, *MEASURES)))
        what = "measure that differences are taken of" if is_difference else "figure that a target can be of"
        raise TargetError(
            f"{said}: '{name[:60]}' is no {what}.{nearest(name, names)} There are: {listing(names, len(names))}."
        )
    area = _area(said, place, geography)
    if own in MEASURES and (is_difference or own not in known):
        measure = MEASURES[own]
        if measure.of_services and policy.services is None and baseline.services is None:
            raise TargetError(f"{said}: '{own}' is counted only where a scenario has services.")
        kind = DIFFERENCE if is_difference else LEVEL
        shown, is_count = _shown_of(measure.unit)
        label = measure.label.rstrip(".")
        if is_difference:
            shown = "points" if shown == "share" else shown
        return Figure(own, kind, label, measure.unit, measure.better, shown, *area, month, is_count)
    metric = known[own]
    if place is not None and own != f"net_{EXCHEQUER}":
        raise TargetError(
            f"{said}: '{own}' is given for the whole region only. Leave [{place[:40]}] out, or ask for a "
            f"measure such as +in_work[{place[:40]}]."
        )
    if metric is not None:
        if month != policy.months:
            raise TargetError(
                f"{said}: '{own}' is counted over all {policy.months} months. Leave @ out, or run fewer --months."
            )
        shown = {"pounds_per": "pounds"}.get(metric.kind, metric.kind)
        is_count = metric.ratio is None and metric.kind != "share"
        return Figure(own, METRIC, metric.label, metric.unit, metric.better, shown, *area, month, is_count)
    return _valued(own, area, month, policy, said)


def _valued(name: str, area: tuple[str, str], month: int, policy: ArmSpec, said: str) -> Figure:
    """Return a figure of money."""
    to = "" if month == policy.months else f" to month {month}"
    if "cost_per_" in name:
        what = name.partition("cost_per_")[2]
        if what not in ANY_MONTH and month not in milestones(policy.months):
            marks = ", ".join(map(str, milestones(policy.months)))
            raise TargetError(f"{said}: jobs that lasted are counted at months {marks} only. Write @ with one of them.")
        stem = "Net cost to the exchequer" if name.startswith("net_") else "Spending on programmes"
        words = {"participant": "participant", "year_of_work": "additional year in work"}
        each = words.get(what, f"additional {what.replace('_', ' ').replace(' week', '-week')}")
        return Figure(name, PER, f"{stem} for each {each}{to}", "pounds", "lower", "pounds", *area, month, False)
    if name == NET_COST:
        label, better = "Net cost to the exchequer", "lower"
    else:
        who = name.removeprefix("net_")
        names = {EXCHEQUER: "the exchequer", SOCIETY: "society"}
        label, better = f"Net gain of {names.get(who, agency_name(who))}", "higher"
    return Figure(name, MONEY, f"{label}, present value{to}", "pounds", better, "pounds", *area, month, True)


def _shown_of(unit: str) -> tuple[str, bool]:
    """Return how a measure of this unit is written, and whether it grows with the sample."""
    if unit.startswith("share"):
        return "share", False
    if unit == "pounds":
        return "pounds", True
    if unit == "days" or unit.startswith(("points", "vacancies per")):  # a mean; bed days a month are a count
        return "number", False
    return "count", True


def _area(said: str, place: str | None, geography: Geography) -> tuple[str, str]:
    """Return code and name of an area; the region where none is named."""
    if place is None:
        return geography.whole.code, geography.whole.name
    by_form = {form.casefold(): area for area in geography.areas for form in (area.name, area.code)}
    found = by_form.get(place.strip().casefold())
    if found is None:
        names = [area.name for area in geography.areas]
        raise TargetError(
            f"{said}: '{place[:60]}' is no Place or area of {geography.title}."
            f"{nearest(place.strip(), names)} There are: {listing(names, len(names))}."
        )
    return found.code, found.name


def _month(said: str, written: str | None, policy: ArmSpec) -> int:
    """Return a policy month from 1 of `24` or `2028-03`; the last one where none is written."""
    if written is None:
        return policy.months
    try:
        month = parse_month(written) - policy.policy_month + 1 if "-" in written else int(written)
    except ValueError:
        month = 0
    if not 1 <= month <= policy.months:
        first, last = (month_name(policy.policy_month + t) for t in (0, policy.months - 1))
        raise TargetError(
            f"{said}: @{written[:20]} is no month of the policy. Write @1 to @{policy.months}, or a month "
            f"from {first} to {last}."
        )
    return month


def parse_value(written: str, figure: Figure, said: str) -> float:
    """Return the number that a target's value stands for: shares as shares, money in pounds.

    Parameters
    ----------
    written : str
        Such as `7.3%`, `1k`, `£2.5m` or `-500`.
    figure : Figure
        What it is a value of.
    said : str
        The option as it was typed, for messages.

    Raises
    ------
    TargetError
        If it is no number, or its unit does not fit the figure.
    """
    found = _NUMBER.match(written)
    if found is None:
        raise TargetError(f"{said}: '{written[:40]}' is no value; write a number such as 7.3%, 1k or £2m.")
    number, unit = float(found["number"].replace(",", "")), found["unit"].lower()
    number *= -1 if bool(found["sign"] in ("-", "−")) != bool(found["second"]) else 1
    is_share = figure.shown in ("share", "points")
    if found["pounds"] and figure.shown != "pounds":
        raise TargetError(f"{said}: '{figure.name}' is counted in {figure.unit}, not in pounds.")
    if unit in _POINTS:
        if not is_share:
            raise TargetError(f"{said}: '{figure.name}' is counted in {figure.unit}; leave '{unit}' out.")
        return number / 100
    if is_share and unit:
        raise TargetError(f"{said}: '{figure.name}' is a share; write a percentage such as 7.3%.")
    if is_share and abs(number) > 1:
        raise TargetError(f"{said}: '{figure.name}' is a share; write {number:g}% for {number:g} percent.")
    return number * _SCALE[unit]


def _refuse_if_impossible(said: str, figure: Figure, value: float) -> None:
    """Refuse a value that the figure can never have.

    Raises
    ------
    TargetError
        If it is one.
    """
    if not math.isfinite(value):
        raise TargetError(f"{said}: the value must be finite.")
    if figure.kind == LEVEL and figure.shown == "share" and value > 1:
        raise TargetError(f"{said}: a share cannot be above 100%.")
    is_signed = figure.shown == "pounds" or figure.name.startswith("employment_gap")
    if figure.kind == LEVEL and value < 0 and not is_signed:
        raise TargetError(
            f"{said}: '{figure.name}' cannot be negative. For a change against the baseline write +{figure.name}."
        )
    if figure.shown == "points" and abs(value) > 1:
        raise TargetError(f"{said}: a share cannot change by more than 100 percentage points.")
