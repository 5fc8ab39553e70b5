"""The list of parameters that a run used, with interval and source, for the report and the workbook; judges none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from evidence.registry import distance

if TYPE_CHECKING:
    from pandas import DataFrame

    from evidence.model import Parameter, Source
    from scenarios.programme_specs import Catalogue
    from scenarios.service_specs import ServicesSpec

COLUMNS = ("Parameter", "Value", "Unit", "95% interval", "Confidence", "Source")
DRAWN = "Draws: mean (90%)"
"""Column of what the draws of the posterior that were run hold; only where there were any."""
ASSUMPTION = "assumption"
DOORS = "doors"
"""Process whose parameters act only where residents can be referred to services."""
EMPLOYER_OFFERS = "employer_offers"
"""Process whose parameters act only where there are incentives to employers."""
DISTANCE = "distance"
"""Group of the parameters that results on services are translated by; no run depends on them."""
SHOWN = 6
"""Longest list of values that is written out."""


def value_words(value: object) -> str:
    """Return a value as text; long or nested lists by their size and range."""
    if isinstance(value, tuple | list):
        flat = list(flattened(value))
        nested = any(isinstance(v, tuple | list) for v in value)
        if len(flat) <= SHOWN and not nested:
            return ", ".join(value_words(v) for v in flat)
        numbers = [v for v in flat if isinstance(v, int | float)]
        if len(numbers) == len(flat):
            return f"{len(flat)} values from {min(numbers):.4g} to {max(numbers):.4g}"
        return f"{len(flat)} values"
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)


def flattened(values: Iterable[object]) -> Iterable[object]:
    """Yield the elements of nested lists."""
    for value in values:
        if isinstance(value, tuple | list):
            yield from flattened(value)
        else:
            yield value


def interval_of(parameter: Parameter) -> str:
    """Return a parameter's interval as text."""
    interval = parameter.interval_95
    if interval is None:
        ratio = getattr(parameter, "interval_ratio_95", None)
        return f"× {ratio[0]:.3g} to × {ratio[1]:.3g}" if ratio else "none"
    if isinstance(interval, tuple) and len(interval) == 2 and not isinstance(interval[0], tuple):
        return f"{value_words(interval[0])} to {value_words(interval[1])}"
    return value_words(interval)


def with_services(
    parameters: Mapping[str, Mapping[str, Parameter]],
    effects: Mapping[str, Mapping[str, Parameter]],
    catalogue: Catalogue | None,
    services: Iterable[ServicesSpec],
) -> dict[str, Mapping[str, Parameter]]:
    """Return the parameters that act in a run: without services none of the doors, with them those of services too.

    What distance travelled is translated by stands under `distance`, effects under `programmes.<kind>`, and the numbers
    of a service (caseworkers, caseload, length, costs) under `services.<slug>`, for the kinds and services that any arm
    has.

    Parameters
    ----------
    parameters : mapping
        Process -> name -> parameter, of the model.
    effects : mapping
        Kind of programme -> name of an effect -> parameter.
    catalogue : Catalogue or None
        The region's services; None where there are none.
    services : iterable of ServicesSpec
        The services of each arm that has some.
    """
    desks = [desk for spec in services for desk in spec.services]
    if not desks or catalogue is None:
        return {process: group for process, group in parameters.items() if process != DOORS}
    used = {desk.programme for desk in desks}
    kinds = sorted({desk.kind for desk in desks})
    numbers = {f"services.{p.slug}": dict(p.numbers()) for p in catalogue.programmes if p.slug in used}
    return {**parameters, DISTANCE: distance(), **{f"programmes.{kind}": effects[kind] for kind in kinds}, **numbers}


def changed_lengths(catalogue: Catalogue, services: ServicesSpec) -> dict[str, float]:
    """Return `services.<slug>.length_months` -> the length that a scenario gives a service in place of its own."""
    own = {programme.slug: programme.length_months.value for programme in catalogue.programmes}
    return {
        f"services.{desk.programme}.length_months": desk.length_months
        for desk in services.services
        if desk.length_months != own[desk.programme]
    }


def parameter_frame(
    parameters: Mapping[str, Mapping[str, Parameter]],
    sources: Mapping[str, Source],
    names: Iterable[str] | None = None,
    overrides: Mapping[str, float] | None = None,
    drawn: Sequence[Mapping[str, float]] = (),
) -> DataFrame:
    """Return the parameters as a frame of text by COLUMNS, assumptions first.

    Parameters
    ----------
    parameters : mapping
        Process -> name -> parameter.
    sources : mapping
        Source id -> source.
    names : iterable of str, optional
        `process.name` of those to list; all by default.
    overrides : mapping, optional
        `process.name` -> value that the scenario set in place of the evidence's.
    drawn : sequence of mapping
        `process.name` -> value (of a list, the factor on it) of each draw of the posterior that was run; a column tells
        of their mean and spread where there are any.
    """
    import pandas as pd

    wanted = None if names is None else set(names)
    changed = overrides or {}
    rows = []
    for process, group in parameters.items():
        for name, parameter in group.items():
            key = f"{process}.{name}"
            if wanted is not None and key not in wanted:
                continue
            source = sources.get(parameter.source)
            title = f"{source.title}, {source.publisher}, {source.date}" if source else parameter.source
            if key in changed:
                title = f"set by the scenario to {value_words(changed[key])}; evidence: {title}"
            cells = (value_words(parameter.value), parameter.unit, interval_of(parameter), parameter.confidence, title)
            values = [] if key in changed else [draw[key] for draw in drawn if key in draw]
            rows.append((parameter.confidence != ASSUMPTION, key, *cells, drawn_words(parameter, values)))
    rows.sort()
    frame = pd.DataFrame([row[1:] for row in rows], columns=[*COLUMNS, DRAWN])
    return frame if drawn else frame.drop(columns=DRAWN)


def drawn_words(parameter: Parameter, values: Sequence[float]) -> str:
    """Return mean and 90% range of a parameter over draws of the posterior; of a list those of the factor on it."""
    import numpy as np

    if not values:
        return "not varied"
    times = "× " if isinstance(parameter.value, tuple) else ""
    low, high = np.quantile(values, (0.05, 0.95))
    spread = f" ({times}{low:.4g} to {times}{high:.4g})" if len(values) > 1 else ""
    return f"{times}{np.mean(values):.4g}{spread}"
