"""One file, or a set of overrides, as a flat layer of dotted keys with their spots; merging is then a dictionary's.

Lists of steps, rules and the like are whole values: a nearer layer replaces them. Subsidies and incentives to
employers are keyed by name, so that an alternative states only its differences.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from scenarios import funding_keys, service_keys
from scenarios import quantities as q
from scenarios.errors import Spot, shown
from scenarios.region_names import confidences, parameter_names
from scenarios.safe_yaml import Document, parse_value
from scenarios.schema import (
    CONTEXT_KEYS,
    ENTRY_WORDS,
    EXCLUSIVE,
    HORIZON_KEYS,
    NAMED,
    NOT_INHERITED,
    SUBSIDY_KEYS,
    TOP_KEYS,
)

ENVIRONMENT_PREFIX = "WORKABILITY_SET_"
COMMAND_LINE = "command line"
SOURCED_KEYS = ("value", "interval_95", "source", "confidence", "note")
SECTIONS = {service_keys.SECTION: service_keys.flat, funding_keys.SECTION: funding_keys.flat}
_OVERRIDE_REFUSED = ("extends", "kind", *NAMED, "parameters", "horizon", "subsidy_defaults", *SECTIONS)


@dataclass(frozen=True)
class Entry:
    """One value as written, and where."""

    value: Any
    spot: Spot


Layer = dict[str, Entry]
"""Dotted key -> entry, for example `subsidies.kickstart.hours_week`."""


@dataclass(frozen=True)
class Sourced:
    """What a value written as {value, interval_95, source, confidence, note} says beside the value."""

    source: str
    interval_95: tuple[Any, Any] | None
    confidence: str
    note: str


def flatten(document: Document) -> Layer:
    """Return a file's values as a layer.

    Raises
    ------
    ScenarioError
        If a key is unknown or holds the wrong kind of thing.
    """
    layer: Layer = {}
    spot = document.spot
    for key, value in document.data.items():
        here = spot / key
        if key not in TOP_KEYS:
            raise here.unknown(key, "key of a scenario", TOP_KEYS, "Correct or delete the key")
        if key in NAMED:
            _flatten_named(key, value, here, layer)
        elif key == "parameters":
            _flatten_parameters(value, here, layer)
        elif key in SECTIONS:
            layer.update((dotted, Entry(item, there)) for dotted, item, there in SECTIONS[key](value, here))
        elif key in ("horizon", "subsidy_defaults"):
            known = HORIZON_KEYS if key == "horizon" else tuple(k for k in SUBSIDY_KEYS if k != "name")
            _flatten_keys(value, here, key, known, layer)
        else:
            layer[key] = Entry(value, here)
    if document.data.get("kind") == "context":
        _check_context(layer)
    return layer


def _flatten_keys(value: Any, spot: Spot, prefix: str, known: tuple[str, ...], layer: Layer) -> None:
    if not isinstance(value, dict):
        raise spot.error(
            f"'{prefix}' holds {shown(value)}", "keys and values: " + ", ".join(known), "Indent them below it"
        )
    for key, item in value.items():
        if key not in known:
            section = "subsidies" if prefix == "subsidy_defaults" else prefix.partition(".")[0]
            what = f"key of {_entry(section)}" if section in NAMED else f"key of '{prefix}'"
            raise (spot / key).unknown(key, what, known, "Correct or delete the key")
        layer[f"{prefix}.{key}"] = Entry(item, spot / key)


def _entry(section: str) -> str:
    """Return what an entry of a section is called, with its article."""
    word = ENTRY_WORDS[section]
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def _flatten_named(section: str, value: Any, spot: Spot, layer: Layer) -> None:
    """Write a list of entries with a name into a layer.

    Parameters
    ----------
    section
        Its key in the file.
    value
        What stands there.
    spot
        Where.
    layer
        The layer, written.
    """
    word = ENTRY_WORDS[section]
    if not isinstance(value, list):
        plural = "subsidies" if word == "subsidy" else f"{word}s"
        raise spot.error(f"'{section}' holds {shown(value)}", f"a list of {plural}", "Write '- name: ...' below it")
    seen: set[str] = set()
    for index, item in enumerate(value):
        here = spot / index
        if not isinstance(item, dict) or "name" not in item:
            raise here.error(f"the {word} has no name", "keys and values, 'name' among them", "Write '- name: ...'")
        name = named(item["name"], here / "name")
        if name in seen:
            raise here.error(f"a second {word} is called {shown(name)}", "each name once", "Rename one of them")
        seen.add(name)
        # Messages name the entry by its name, as overrides do, rather than by its position.
        _flatten_keys(item, replace(here, key=f"{section}.{name}"), f"{section}.{name}", NAMED[section], layer)


def _flatten_parameters(value: Any, spot: Spot, layer: Layer) -> None:
    """Accept `process.name: value` and `process: {name: value}` alike."""
    if not isinstance(value, dict):
        raise spot.error(f"'parameters' holds {shown(value)}", "process.name: value", "Indent them below it")
    for key, item in value.items():
        if isinstance(item, dict) and "." not in key and "value" not in item:
            for name, inner in item.items():
                _add_parameter(layer, f"{key}.{name}", inner, spot / key / name)
        else:
            _add_parameter(layer, key, item, spot / key)


def _add_parameter(layer: Layer, key: str, value: Any, spot: Spot) -> None:
    if f"parameters.{key}" in layer:
        raise spot.error(f"the parameter {shown(key)} stands here twice", "each parameter once", "Keep one of them")
    layer[f"parameters.{key}"] = Entry(value, spot)


def _check_context(layer: Layer) -> None:
    for key, entry in layer.items():
        top = key.partition(".")[0]
        if (top not in CONTEXT_KEYS and top not in NOT_INHERITED) or key == "context":
            allowed = ", ".join((*CONTEXT_KEYS, "name", "title", "description", "extends"))
            raise entry.spot.error(f"a context cannot set '{top}'", allowed, "Set it in a scenario, on this context")


def named(value: Any, spot: Spot) -> str:
    """Return a valid name, or raise the error for its spot."""
    try:
        return q.scenario_name(value)
    except ValueError as problem:
        raise spot.error(str(problem), q.NAME_RULE, "Rename it") from None


def override_layer(overrides: Mapping[str, str], below: Layer, source: str = COMMAND_LINE) -> Layer:
    """Return overrides such as `subsidies.kickstart.hours_week` -> `30` as a layer.

    Parameters
    ----------
    overrides
        Dotted key -> value as text, read as one YAML value.
    below
        The merged layers that are overridden: their subsidies are the ones that can be named.
    source
        Where the overrides came from, for messages and origins.

    Raises
    ------
    ScenarioError
        If a key is unknown or a value cannot be read.
    """
    layer: Layer = {}
    for key, text in overrides.items():
        spot = Spot(source, key)
        if key == "context":
            continue
        _check_override(key, spot, below)
        value = parse_value(text, spot) if isinstance(text, str) else text
        layer[key] = Entry(value, spot)
    return layer


def override_keys(below: Layer) -> list[str]:
    """Return the dotted keys that overrides may set, given what is below them."""
    keys = [key for key in TOP_KEYS if key not in _OVERRIDE_REFUSED]
    keys += [f"horizon.{key}" for key in HORIZON_KEYS]
    for section, known in NAMED.items():
        keys += [f"{section}.{name}.{key}" for name in names_in(section, below) for key in known if key != "name"]
    return keys + service_keys.override_keys() + funding_keys.override_keys()


def _check_override(key: str, spot: Spot, below: Layer) -> None:
    parts = key.split(".")
    known = override_keys(below)
    if parts[0] == "parameters" and len(parts) == 3:
        return
    if key in known or service_keys.is_of_programme(key, spot) or funding_keys.is_of_fund(key, spot):
        return
    names = names_in(parts[0], below)
    if parts[0] in NAMED and len(parts) >= 2 and parts[1] not in names:
        word = ENTRY_WORDS[parts[0]]
        if not names:
            raise spot.error(
                f"this scenario has no {'subsidies' if word == 'subsidy' else f'{word}s'}",
                mend=f"Choose another scenario, or add the {word} to its file",
            )
        raise spot.unknown(parts[1], f"{word} of this scenario", names)
    if parts[0] == "parameters":
        raise spot.error(f"{shown(key)} names no parameter", "parameters.<process>.<name>", "Write both parts")
    raise spot.unknown(key, "key to override", known)


def environment_overrides(environment: Mapping[str, str], below: Layer) -> dict[str, str]:
    """Return the overrides that environment variables hold, by dotted key.

    `WORKABILITY_SET_SUBSIDIES__KICKSTART__HOURS_WEEK=30` stands for `subsidies.kickstart.hours_week=30`: two
    underscores for the dot, and one for a hyphen in a name.

    Raises
    ------
    ScenarioError
        If a variable names no key.
    """
    found: dict[str, str] = {}
    for variable in sorted(environment):
        if not variable.startswith(ENVIRONMENT_PREFIX):
            continue
        wanted = environment_key(variable)
        if single := service_keys.from_environment(wanted) or funding_keys.from_environment(wanted):
            found[single] = environment[variable]
            continue
        keys = override_keys(below)
        if wanted.startswith("parameters."):
            keys += [f"parameters.{key}" for key in parameter_names().units]
        by_form = {key.lower().replace("-", "_"): key for key in keys}
        if wanted not in by_form:
            raise Spot(f"environment variable {variable}").unknown(wanted, "key to override", keys)
        found[by_form[wanted]] = environment[variable]
    return found


def environment_key(variable: str) -> str:
    """Return the dotted key that a variable's name stands for, its hyphens still written as underscores."""
    return variable.removeprefix(ENVIRONMENT_PREFIX).lower().replace("__", ".")


def names_in(section: str, layer: Layer) -> list[str]:
    """Return the names of the entries of a section that a layer mentions, in the order of first mention."""
    return list(dict.fromkeys(key.split(".")[1] for key in layer if key.startswith(f"{section}.")))


def merge(*layers: Layer) -> Layer:
    """Return the layers merged, the later over the earlier; of keys that exclude each other the later stays."""
    merged: Layer = {}
    for layer in layers:
        for key in layer:
            stem, _, leaf = key.rpartition(".")
            for group in EXCLUSIVE:
                if stem and leaf in group:
                    for other in group:
                        if other != leaf and f"{stem}.{other}" not in layer:
                            merged.pop(f"{stem}.{other}", None)
        merged.update(layer)
    return merged


def apply_defaults(merged: Layer) -> Layer:
    """Return the layer with `subsidy_defaults` written into every subsidy that does not say otherwise."""
    defaults = {key.partition(".")[2]: entry for key, entry in merged.items() if key.startswith("subsidy_defaults.")}
    out = {key: entry for key, entry in merged.items() if not key.startswith("subsidy_defaults.")}
    for name in names_in("subsidies", out):
        for key, entry in defaults.items():
            others = next((group for group in EXCLUSIVE if key in group), (key,))
            if not any(f"subsidies.{name}.{other}" in out for other in others):
                out[f"subsidies.{name}.{key}"] = entry
    return out


def unwrap(value: Any, spot: Spot, known_sources: frozenset[str], found: dict[str, Sourced], key: str) -> Any:
    """Return a value with every {value, source, ...} below it replaced by its value.

    Parameters
    ----------
    value
        As written.
    spot
        Where it was written.
    known_sources
        Ids that may be cited.
    found
        Receives what was said about each value, by dotted key.
    key
        Dotted key of the value.

    Raises
    ------
    ScenarioError
        If a source is unknown or missing, or an interval does not hold the value.
    """
    if isinstance(value, list):
        return [unwrap(v, spot / i, known_sources, found, f"{key}[{i}]") for i, v in enumerate(value)]
    if not isinstance(value, dict):
        return value
    if "value" not in value:
        return {k: unwrap(v, spot / k, known_sources, found, f"{key}.{k}") for k, v in value.items()}
    for part in value:
        if part not in SOURCED_KEYS:
            raise (spot / part).unknown(part, "part of a sourced value", SOURCED_KEYS)
    found[key] = _sourced(value, spot, known_sources)
    return value["value"]


def _sourced(value: dict[str, Any], spot: Spot, known_sources: frozenset[str]) -> Sourced:
    source = value.get("source")
    if not isinstance(source, str):
        raise spot.error("the value has no source", "an id of evidence/sources.yaml, or assumption", "Add 'source'")
    if source not in known_sources:
        raise (spot / "source").unknown(source, "source", sorted(known_sources), "Cite one of these, or 'assumption'")
    for key in ("note", "confidence"):
        if not isinstance(value.get(key, ""), str):
            raise (spot / key).error(f"{shown(value[key])} is not a text", "a text")
    confidence = value.get("confidence", "assumption" if source == "assumption" else "")
    if confidence and confidence not in confidences():
        raise (spot / "confidence").unknown(confidence, "grade of confidence", confidences())
    interval = value.get("interval_95")
    if interval is not None:
        where = spot / "interval_95"
        if not isinstance(interval, list) or len(interval) != 2:
            raise where.error(f"{shown(interval)} is not an interval", "[low, high]", "Write both ends")
        low, middle, high = (_number(item, where) for item in (interval[0], value["value"], interval[1]))
        if not low <= middle <= high:
            raise where.error(
                f"the interval {shown(interval)} does not hold the value {shown(value['value'])}",
                "low <= value <= high",
                "Correct one of them",
            )
    return Sourced(source, tuple(interval) if interval else None, confidence, value.get("note", ""))


def _number(value: Any, spot: Spot) -> float:
    if isinstance(value, str) and "£" in value:
        try:
            return q.pence(value)
        except ValueError as problem:
            raise spot.error(str(problem)) from None
    if isinstance(value, str) and (found := re.match(r"([0-9]+) (months?|weeks?)\Z", value)):
        return q.duration_months(found[0])
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise spot.error(f"{shown(value)} is not a number", "numbers, in the unit of the value")
    return value
