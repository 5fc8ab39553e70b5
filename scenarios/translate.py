"""Turns the schema library's complaints into this project's messages, with file, line and nearest name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from scenarios import funding_keys, service_keys
from scenarios.errors import ScenarioError, Spot, shown
from scenarios.incentive_schema import INCENTIVES, Incentive
from scenarios.schema import NAMED, BenefitChange, DemandStep, Horizon, MinimumWageStep, Scenario, Subsidy

_MODELS: Mapping[str, type[BaseModel]] = {
    "horizon": Horizon,
    "labour_demand": DemandStep,
    "minimum_wage": MinimumWageStep,
    "benefits": BenefitChange,
    "subsidies": Subsidy,
    INCENTIVES: Incentive,
}
_DEPTHS = {service_keys.SECTION: service_keys.depth, funding_keys.SECTION: funding_keys.depth}
"""Section -> how many parts of a location in it make a dotted key."""
Model = TypeVar("Model", bound=BaseModel)
_BOUNDS = ("greater_than_equal", "less_than_equal", "greater_than", "less_than")
_TYPES = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "string": "a text",
    "tuple": "a list",
    "dict": "keys and values",
    "model": "keys and values",
}


def validated(data: Mapping[str, Any], spot_of: Callable[[str], Spot]) -> Scenario:
    """Return the scenario that plain data describe.

    Parameters
    ----------
    data
        Every value in place, no sources.
    spot_of
        Dotted key -> where its value was written.

    Raises
    ------
    ScenarioError
        For the first value that is not allowed.
    """
    try:
        return Scenario.model_validate(data)
    except ValidationError as found:
        # A missing key often follows from a misspelt one, so what is there is complained about first.
        problems = sorted(found.errors(include_url=False), key=lambda e: (e["type"] == "missing", str(e["loc"])))
        raise _translated(problems[0], data, spot_of) from None


def _translated(problem: Any, data: Mapping[str, Any], spot_of: Callable[[str], Spot]) -> ScenarioError:
    loc: tuple[str | int, ...] = problem["loc"]
    spot = spot_of(_key(loc, data))
    for part in _below(loc):
        spot = spot / part
    if loc[0] in _DEPTHS:
        inner, field = _innermost(Scenario, loc)
        return _worded(problem, spot, field, inner)
    model = _MODELS.get(str(loc[0]), Scenario) if len(loc) > 1 else Scenario
    return _worded(problem, spot, _field(loc), model)


def entry(model: type[Model], data: Any, spot: Spot) -> Model:
    """Return what plain data describe by a schema of their own.

    Parameters
    ----------
    model
        The schema.
    data
        Keys and values as read.
    spot
        Where they were written.

    Raises
    ------
    ScenarioError
        For the first value that is not allowed.
    """
    try:
        return model.model_validate(data)
    except ValidationError as found:
        problem = sorted(found.errors(include_url=False), key=lambda e: (e["type"] == "missing", str(e["loc"])))[0]
    inner, field = _innermost(model, problem["loc"])
    for part in problem["loc"]:
        spot = spot / part
    raise _worded(problem, spot, field, inner)


def _innermost(model: type[BaseModel], loc: tuple[str | int, ...]) -> tuple[type[BaseModel], FieldInfo | None]:
    """Return the schema that holds the last key of a location, and the field of that key."""
    field: FieldInfo | None = None
    for part in loc:
        inner = _model_in(field.annotation) if field else None
        model = inner or model
        if isinstance(part, str) and (inner or field is None):
            field = {f.alias or key: f for key, f in model.model_fields.items()}.get(part)
    return model, field


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for option in get_args(annotation) if (found := _model_in(option))), None)


def _worded(problem: Any, spot: Spot, field: FieldInfo | None, model: type[BaseModel]) -> ScenarioError:
    """Return the message of one complaint.

    Parameters
    ----------
    problem
        As the schema library states it.
    spot
        Where the value was written.
    field
        The field that it fills, None if there is none.
    model
        The schema whose keys may stand there.
    """
    loc, kind, context, value = problem["loc"], problem["type"], problem.get("ctx", {}), problem.get("input")
    about = (field.description or "") if field else ""
    name = str(loc[-1]) if loc else ""
    if kind == "missing":
        return spot.error(f"the key '{name}' is missing", about, f"Add '{name}'")
    if kind == "extra_forbidden":
        known = [f.alias or key for key, f in model.model_fields.items()]
        return spot.unknown(name, "key here", known, "Correct or delete the key")
    if kind == "value_error":
        return spot.error(str(context["error"]), about)
    if kind == "literal_error":
        options = _literals(field)
        if isinstance(value, str) and options:
            return spot.unknown(value[:200], f"value of '{name}'", options)
        return spot.error(f"{shown(value)} is not a value of '{name}'", context.get("expected", about))
    if kind in _BOUNDS:
        return spot.error(f"{shown(value)} is out of range", _range(field, about), "Change the value")
    if kind in ("string_too_long", "string_too_short", "string_pattern_mismatch"):
        return spot.error(f"the text {shown(value)} does not fit", about, "Shorten it to one line")
    wanted = next((words for start, words in _TYPES.items() if kind.startswith(start)), "another kind of value")
    return spot.error(f"{shown(value)} is not {wanted}", about or _range(field, about), f"Write {wanted}")


def _key(loc: tuple[str | int, ...], data: Mapping[str, Any]) -> str:
    """Return the dotted key of a location, subsidies and incentives by name."""
    section = str(loc[0])
    if section in NAMED and len(loc) >= 2 and isinstance(loc[1], int):
        name = data[section][loc[1]]["name"]
        return ".".join([section, str(name), *map(str, loc[2:3])])
    if loc[0] in _DEPTHS:
        return ".".join(map(str, loc[: _DEPTHS[str(loc[0])](loc)]))
    if loc[0] in ("horizon", "parameters"):
        return ".".join(map(str, loc[:2]))
    return str(loc[0])


def _below(loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return what of a location lies below the dotted key."""
    if loc[0] in NAMED:
        return loc[3:]
    if loc[0] in _DEPTHS:
        return loc[_DEPTHS[str(loc[0])](loc) :]
    return loc[2:] if loc[0] in ("horizon", "parameters") else loc[1:]


def _field(loc: tuple[str | int, ...]) -> FieldInfo | None:
    names = [part for part in loc if isinstance(part, str)]
    if len(names) == 1:
        return Scenario.model_fields.get(names[0])
    model = _MODELS.get(names[0])
    if model is None:
        return Scenario.model_fields.get(names[0])
    fields = {field.alias or key: field for key, field in model.model_fields.items()}
    return fields.get(names[1])


def _literals(field: FieldInfo | None) -> list[str]:
    return [str(option) for option in get_args(field.annotation)] if field else []


def _range(field: FieldInfo | None, about: str) -> str:
    """Return the bounds of a field, `1 to 48: whole hours a week`."""
    bounds: dict[str, Any] = {}
    for part in _metadata(field):
        for name in ("ge", "gt", "le", "lt"):
            if getattr(part, name, None) is not None:
                bounds[name] = getattr(part, name)
    low, high = bounds.get("ge", bounds.get("gt")), bounds.get("le", bounds.get("lt"))
    text = f"{low:,} to {high:,}" if low is not None and high is not None else ""
    return ": ".join(part for part in (text, about) if part)


def _metadata(field: FieldInfo | None) -> list[Any]:
    """Return the constraints of a field, also of `Annotated[...] | None`, whose constraints sit inside."""
    if field is None:
        return []
    found = list(field.metadata)
    for option in get_args(field.annotation):
        for part in getattr(option, "__metadata__", ()):
            found += getattr(part, "metadata", [part])
    return found
