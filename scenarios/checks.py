"""Checks of a whole scenario against its region, the evidence and its own horizon; changes nothing."""

from __future__ import annotations

from collections.abc import Callable

from scenarios.errors import Spot, nearest, shown
from scenarios.region_names import ParameterNames, RegionNames
from scenarios.schema import LATEST_START, BenefitChange, DemandStep, MinimumWageStep, Scenario
from scenarios.vocabulary import month_name, parse_month

SpotOf = Callable[[str], Spot]
MAX_SUBSIDIES = 16
_WITHIN_ONE = ("share", "per month", "probability")
"""Units of parameters that cannot exceed 1."""
_NOT_NEGATIVE = (
    (("pounds",), 100_000),
    (("multiplier", "ratio", "index", "applications", "offences", "years"), 100),
)
"""Units of parameters that are never negative, and the most that each can be."""


def check(scenario: Scenario, region: RegionNames, spot_of: SpotOf) -> None:
    """Refuse a scenario whose keys contradict its region or each other.

    Parameters
    ----------
    scenario
        Validated key by key.
    region
        Names of its region.
    spot_of
        Dotted key -> where its value was written.

    Raises
    ------
    ScenarioError
        For the first contradiction.
    """
    if scenario.variant is not None and scenario.variant not in region.variants:
        raise spot_of("variant").unknown(
            scenario.variant[:200], f"variant of the region '{region.name}'", region.variants
        )
    start = parse_month(scenario.horizon.start)
    if not 0 <= start <= parse_month(LATEST_START):
        raise spot_of("horizon.start").error(
            f"{shown(scenario.horizon.start)} is "
            + ("before the evidence begins" if start < 0 else "further ahead than the evidence bears"),
            f"{month_name(0)} to {LATEST_START}",
            "Move the start",
        )
    for key, steps in (("labour_demand", scenario.labour_demand), ("minimum_wage", scenario.minimum_wage)):
        _check_steps(steps, scenario, spot_of(key))
    _check_steps(scenario.benefits, scenario, spot_of("benefits"), start)
    if len(scenario.subsidies) > MAX_SUBSIDIES:
        raise spot_of("subsidies").error(
            f"the scenario has {len(scenario.subsidies)} subsidies", f"at most {MAX_SUBSIDIES}", "Join some of them"
        )


def _check_steps(
    steps: tuple[DemandStep | MinimumWageStep | BenefitChange, ...], scenario: Scenario, spot: Spot, earliest: int = 0
) -> None:
    first = parse_month(scenario.horizon.start)
    last = first + scenario.horizon.months - 1
    before = -1
    for index, step in enumerate(steps):
        month = first if step.month is None else parse_month(step.month)
        here = spot / index / "from"
        if not earliest <= month <= last:
            raise here.error(
                f"{month_name(month)} is outside the run",
                f"{month_name(earliest)} to {month_name(last)}",
                "Move the month",
            )
        if month <= before:
            raise here.error(
                f"{month_name(month)} does not come after the step before it, {month_name(before)}",
                "months in rising order, each once",
                "Put the steps in order",
            )
        before = month


def check_parameters(scenario: Scenario, parameters: ParameterNames, spot_of: SpotOf) -> None:
    """Refuse overrides of parameters that the evidence does not hold, or that cannot be.

    Parameters
    ----------
    scenario
        Validated key by key.
    parameters
        What may be overridden.
    spot_of
        Dotted key -> where its value was written.

    Raises
    ------
    ScenarioError
        For the first of them.
    """
    for name, value in scenario.parameters.items():
        spot = spot_of(f"parameters.{name}")
        if name in parameters.lists:
            raise spot.error(f"the parameter '{name}' is not a single number", "parameters that are single numbers")
        if name not in parameters.units:
            process = name.partition(".")[0]
            known = [other for other in parameters.units if other.partition(".")[0] == process]
            processes = sorted({other.partition(".")[0] for other in parameters.units})
            allowed = f"parameters of '{process}': {', '.join(known)}" if known else f"processes {', '.join(processes)}"
            raise spot.error(
                f"{shown(name)} is not a known parameter.{nearest(name, parameters.units)}", allowed, "Correct the name"
            )
        unit = parameters.units[name]
        if unit.startswith(_WITHIN_ONE) and not 0 <= value <= 1:
            raise spot.error(f"{shown(value)} is out of range for '{name}' ({unit})", "0 to 1", "Change the value")
        for units, most in _NOT_NEGATIVE:
            if unit.startswith(units) and not 0 <= value <= most:
                raise spot.error(
                    f"{shown(value)} is out of range for '{name}' ({unit})", f"0 to {most:,}", "Change the value"
                )
