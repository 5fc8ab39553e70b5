"""Writes a resolved scenario back as YAML, complete in itself, and lists how two of them differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from scenarios.funding_keys import SECTION as FUNDING
from scenarios.funding_schema import FUNDS
from scenarios.incentive_schema import INCENTIVES
from scenarios.layers import Entry
from scenarios.resolve import Resolved
from scenarios.safe_yaml import reads_as_text
from scenarios.schema import NAMED, NOT_INHERITED, Scenario
from scenarios.service_keys import SECTION, nested
from scenarios.service_schema import BY_CHANNEL, PROGRAMMES

_ORDER = tuple(key for key in Scenario.model_fields if key not in ("horizon", "parameters", *NAMED, SECTION, FUNDING))


@dataclass(frozen=True)
class Change:
    """One value that differs between two scenarios; None stands for a key that has no value."""

    key: str
    before: Any
    after: Any
    origin: str


def to_yaml(resolved: Resolved) -> str:
    """Return the scenario as a YAML file that needs no other file: nothing is inherited, sources are kept.

    Resolving the text again gives the same scenario.
    """
    entries = resolved.entries
    data: dict[str, Any] = {key: getattr(resolved.scenario, key) for key in ("name", "title", "description", "kind")}
    data["extends"] = None
    data |= {key: entries[key].value for key in _ORDER if key in entries and key not in data}
    data["horizon"] = {
        key.partition(".")[2]: entry.value for key, entry in entries.items() if key.startswith("horizon.")
    }
    data["subsidies"] = [_entry(entries, "subsidies", subsidy.name) for subsidy in resolved.scenario.subsidies]
    if incentives := [_entry(entries, INCENTIVES, one.name) for one in resolved.scenario.employers]:
        data[INCENTIVES] = incentives
    for section in (SECTION, FUNDING):
        if written := nested({key: entry.value for key, entry in entries.items()}, section):
            data[section] = written
    data["parameters"] = {name: entries[f"parameters.{name}"].value for name in sorted(resolved.scenario.parameters)}
    note = f", in the context '{resolved.context}' (its values are merged in)" if resolved.context else ""
    return f"# '{resolved.scenario.name}' as resolved{note}. It stands alone: nothing is inherited.\n{_dump(data)}"


def _entry(entries: Mapping[str, Entry], section: str, name: str) -> dict[str, Any]:
    stem = f"{section}.{name}."
    found = {key[len(stem) :]: entry.value for key, entry in entries.items() if key.startswith(stem)}
    return {"name": name} | {key: value for key, value in found.items() if key != "name" and value is not None}


def _dump(data: Any) -> str:
    yaml = YAML(typ="rt", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    # Long texts stay on one line; the loader's own limit of a line is far above.
    yaml.width = 4000
    # Empty values are written as `null` where ruamel would leave the place blank.
    yaml.representer.add_representer(type(None), lambda r, _: r.represent_scalar("tag:yaml.org,2002:null", "null"))
    out = StringIO()
    yaml.dump(_laid_out(data), out)
    return out.getvalue()


def _laid_out(value: Any) -> Any:
    """Return the data laid out: lists of plain values on one line, quotes where the loader needs them."""
    if isinstance(value, str) and not reads_as_text(value):
        return DoubleQuotedScalarString(value)
    if isinstance(value, dict):
        return {key: _laid_out(item) for key, item in value.items()}
    if not isinstance(value, list | tuple):
        return value
    items = CommentedSeq(_laid_out(item) for item in value)
    if not any(isinstance(item, dict | list) for item in items):
        items.fa.set_flow_style()
    return items


def difference(before: Resolved, after: Resolved) -> tuple[Change, ...]:
    """Return the values that differ, in the order of the keys; names, titles and descriptions are left out.

    Parameters
    ----------
    before
        Usually the baseline.
    after
        The alternative; its origins are given.
    """
    old, new = _flat(before.scenario), _flat(after.scenario)
    keys = list(dict.fromkeys((*new, *old)))
    changed = [key for key in keys if old.get(key) != new.get(key)]
    return tuple(
        Change(key, _written(before, key, old), _written(after, key, new), after.origins.get(key, ""))
        for key in changed
    )


def difference_yaml(before: Resolved, after: Resolved) -> str:
    """Return the differences as YAML: key -> from, to, origin."""
    changes = {c.key: {"from": c.before, "to": c.after, "origin": c.origin} for c in difference(before, after)}
    head = f"# What '{after.scenario.name}' changes of '{before.scenario.name}'.\n"
    return head + _dump(changes)


def _flat(scenario: Scenario) -> dict[str, Any]:
    """Return dotted key -> value that is not empty."""
    data = scenario.model_dump(by_alias=True)
    named = {section: data.pop(section) for section in NAMED}
    horizon, parameters, services = data.pop("horizon"), data.pop("parameters"), data.pop(SECTION)
    data.pop(FUNDING, None)
    flat = {key: value for key, value in data.items() if key not in NOT_INHERITED and key != "baseline"}
    flat |= {f"horizon.{key}": value for key, value in horizon.items()}
    for section, listed in named.items():
        for one in listed:
            flat |= {f"{section}.{one['name']}.{key}": value for key, value in one.items() if key != "name"}
    flat |= _flat_services(services) | _flat_funding(scenario.funding.model_dump())
    flat |= {f"parameters.{key}": value for key, value in sorted(parameters.items())}
    return {key: value for key, value in flat.items() if value is not None and value != ()}


def _flat_services(services: Mapping[str, Any]) -> dict[str, Any]:
    flat = {f"{SECTION}.{key}": value for key, value in services.items() if key not in (*BY_CHANNEL, PROGRAMMES)}
    for key in BY_CHANNEL:
        flat |= {f"{SECTION}.{key}.{channel}": value for channel, value in services[key].items()}
    for slug, change in services[PROGRAMMES].items():
        flat |= {f"{SECTION}.{PROGRAMMES}.{slug}.{key}": value for key, value in change.items()}
    return flat


def _flat_funding(funding: Mapping[str, Any]) -> dict[str, Any]:
    flat = {f"{FUNDING}.{key}": value for key, value in funding.items() if key != FUNDS}
    for slug, change in funding[FUNDS].items():
        flat |= {f"{FUNDING}.{FUNDS}.{slug}.{key}": value for key, value in change.items()}
    return flat


def _written(resolved: Resolved, key: str, flat: Mapping[str, Any]) -> Any:
    """Return a value as it was written, without its source; as validated where nobody wrote it."""
    entry = resolved.entries.get(key)
    value = flat.get(key) if entry is None else entry.value
    return _without_sources(value)


def _without_sources(value: Any) -> Any:
    if isinstance(value, dict):
        return (
            _without_sources(value["value"]) if "value" in value else {k: _without_sources(v) for k, v in value.items()}
        )
    return [_without_sources(item) for item in value] if isinstance(value, list | tuple) else value
