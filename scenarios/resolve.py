"""Resolves a scenario: defaults, what it extends, its file, a context and overrides, each value with its origin.

Nearer beats further: command line, environment, context, the scenario's file, the files it extends, and at the
bottom the packaged defaults (`library/baseline.yaml`). Nothing here runs anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evidence.errors import EvidenceError
from scenarios import chain, layers
from scenarios.chain import Link, Source
from scenarios.checks import check, check_parameters
from scenarios.errors import Spot
from scenarios.funding import funding_in
from scenarios.funding_keys import SECTION as FUNDING
from scenarios.funding_schema import CONSTRAINT_KEYS, REGIME_KEY
from scenarios.incentives import incentives_in
from scenarios.layers import Entry, Layer, Sourced
from scenarios.region_names import RegionNames, parameter_names, region_list, region_names, source_ids
from scenarios.schema import CONTEXT_KEYS, NAMED, NOT_INHERITED, Scenario
from scenarios.service_keys import SECTION, nested
from scenarios.service_schema import WORLD_KEYS
from scenarios.services import services_in
from scenarios.subsidies import specification
from scenarios.translate import validated

_STANDS_ALONE = "extends"
_SHARED = ("region", "variant", "horizon.start", "horizon.months")
"""What a baseline always takes from the scenario that is compared with it."""


@dataclass(frozen=True)
class Resolved:
    """A scenario with every value in place, and where each came from.

    Parameters
    ----------
    scenario
        The validated values.
    origins
        Dotted key -> `file:line`, `command line` or `environment`; subsidies by name.
    chain
        The files used, nearest first.
    sourced
        Dotted key -> source, interval, confidence and note of a value that was written with them.
    region
        Names of the scenario's region.
    context
        Name of the context whose values are merged in, None without one.
    overrides
        As given on the command line.
    entries
        Values as written, by dotted key.
    source
        The scenario's own file.
    environment
        Variables that were offered as overrides.
    around
        The context's files, nearest first.
    """

    scenario: Scenario
    origins: Mapping[str, str]
    chain: tuple[str, ...]
    sourced: Mapping[str, Sourced]
    region: RegionNames
    context: str | None
    overrides: Mapping[str, str]
    entries: Mapping[str, Entry] = field(repr=False)
    source: Source = field(repr=False)
    environment: Mapping[str, str] = field(repr=False)
    around: tuple[Link, ...] = field(repr=False)

    @property
    def sources(self) -> dict[str, str]:
        """Dotted key -> id of the source of its value."""
        return {key: found.source for key, found in self.sourced.items()}

    @property
    def intervals(self) -> dict[str, tuple[Any, Any]]:
        """Dotted key -> 95% interval of its value as written, where one was."""
        return {key: found.interval_95 for key, found in self.sourced.items() if found.interval_95 is not None}

    def spot(self, key: str) -> Spot:
        """Return where the value of a dotted key was written, or the nearest there is."""
        return _spot(self.entries, self.source, key)

    def spots_of(self, subsidy: str) -> Callable[[str], Spot]:
        """Return the function from a key of this subsidy to its spot."""
        return lambda key: self.spot(f"subsidies.{subsidy}.{key}")


def names(kind: str | None = None) -> list[str]:
    """Return the names of the shipped scenarios, the baseline first; with a kind, only those of that kind."""
    found = chain.library_names()
    return [name for name in found if kind is None or chain.is_context(name) == (kind == "context")]


def resolve(
    name_or_path: str | Path,
    overrides: Mapping[str, str] | None = None,
    context: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Resolved:
    """Return a scenario with every value in place, checked.

    Parameters
    ----------
    name_or_path
        A shipped name, or the path of a YAML file.
    overrides
        Dotted key -> value as text; `context` names a context.
    context
        Context to merge in; beats the one in `overrides` and in the file.
    environment
        Variables of which those named `WORKABILITY_SET_...` are overrides too; pass `os.environ` to use them.

    Raises
    ------
    ScenarioError
        If a file or value cannot be used.
    """
    overrides, environment = dict(overrides or {}), dict(environment or {})
    links = chain.load(chain.find(name_or_path))
    return _resolve(links, _context_links(context or overrides.get("context"), links), overrides, environment, {})


def baseline_of(resolved: Resolved) -> Resolved:
    """Return the scenario's baseline, in the same world: region, horizon, context and overrides of the world.

    A baseline named in a file is sought beside it. Overrides of subsidies stay with the scenario, and so do those of
    services, except which catalogue there is and how it is delivered. Of money only what binds it stays with the
    scenario; a baseline that nothing limits takes its regime, so that both have the same money. What a scenario's own
    file says of labour demand, minimum wage and parameters is taken as its policy; what a context or the command line
    says of them holds for both.

    Raises
    ------
    ScenarioError
        If the baseline cannot be used.
    """
    spot, name = resolved.spot("baseline"), resolved.scenario.baseline
    within = resolved.source.root is not None and spot.line is not None
    target = chain.relative(name, resolved.source, spot) if within else chain.find(name)
    links = chain.load(target, "scenario", spot)
    shared = {key: resolved.entries[key] for key in _SHARED if key in resolved.entries}
    bound = any(link.text(REGIME_KEY) is not None for link in links)

    def is_shared(key: str) -> bool:
        return _is_of_the_world(key) or (key == REGIME_KEY and not bound)

    overrides = {key: text for key, text in resolved.overrides.items() if is_shared(key)}
    environment = {
        variable: text for variable, text in resolved.environment.items() if is_shared(layers.environment_key(variable))
    }
    return _resolve(links, list(resolved.around), overrides, environment, shared)


def _is_of_the_world(key: str) -> bool:
    if key.partition(".")[0] == FUNDING:
        return key not in CONSTRAINT_KEYS
    return key.partition(".")[0] in CONTEXT_KEYS or key in _SHARED or key in WORLD_KEYS


def _resolve(
    links: list[Link],
    around: list[Link],
    overrides: Mapping[str, str],
    environment: Mapping[str, str],
    shared: Layer,
) -> Resolved:
    files = list(links)
    # `extends:` with nothing after it says that a file is complete, as resolved scenarios written by a run are.
    alone = any(_STANDS_ALONE in link.layer and link.text(_STANDS_ALONE) is None for link in files)
    if not alone and not any(link.source.path == chain.LIBRARY / f"{chain.DEFAULTS}.yaml" for link in files):
        files += chain.load(chain.find(chain.DEFAULTS))
    stacked = [_inherited(link.layer) for link in reversed(files)]
    own = {key: entry for key, entry in links[0].layer.items() if key in NOT_INHERITED}
    stacked += [_inherited(link.layer) for link in reversed(around)]
    below = layers.merge(*stacked, own, shared)
    merged = layers.merge(
        below,
        layers.override_layer(layers.environment_overrides(environment, below), below, "environment"),
        layers.override_layer(overrides, below),
    )
    merged = layers.apply_defaults(merged)
    return _built(merged, files, around, overrides, environment)


def _inherited(layer: Layer) -> Layer:
    return {key: entry for key, entry in layer.items() if key not in NOT_INHERITED}


def _context_links(given: str | None, links: list[Link]) -> list[Link]:
    """Return the context and what it extends: the one given, else the one that the nearest file names."""
    told = None if given else next((link for link in links if link.text("context") is not None), None)
    if not given and told is None:
        return []
    spot = told.layer["context"].spot if told else Spot(layers.COMMAND_LINE, "context")
    if links[0].text("kind") == "context":
        raise spot.error(
            f"'{links[0].source.name}' is itself a context",
            "a scenario, on a context",
            "Choose a scenario to run on it",
        )
    if told is not None:
        return chain.load(chain.relative(told.text("context"), told.source, spot), "context", spot)
    name = str(given)
    if not name.lower().endswith((".yaml", ".yml")) and name not in chain.library_names():
        raise spot.unknown(name[:200], "context", names("context"))
    return chain.load(chain.find(name), "context", spot)


def _built(
    merged: Layer,
    files: list[Link],
    around: list[Link],
    overrides: Mapping[str, str],
    environment: Mapping[str, str],
) -> Resolved:
    source = files[0].source

    def spot_of(key: str) -> Spot:
        return _spot(merged, source, key)

    sourced: dict[str, Sourced] = {}
    known_sources = _from_evidence(source_ids, Spot(source.shown_as))
    plain = {key: layers.unwrap(e.value, e.spot, known_sources, sourced, key) for key, e in merged.items()}
    scenario = validated(_tree(plain, source.name), spot_of)
    if scenario.parameters:
        # Reading every parameter takes time, and most scenarios override none.
        check_parameters(scenario, _from_evidence(parameter_names, spot_of("parameters")), spot_of)
    if scenario.region not in _from_evidence(region_list, spot_of("region")):
        raise spot_of("region").unknown(scenario.region, "region", region_list())
    region = _from_evidence(lambda: region_names(scenario.region), spot_of("region"))
    check(scenario, region, spot_of)
    for subsidy in scenario.subsidies:
        stem = f"subsidies.{subsidy.name}."
        specification(subsidy, scenario.horizon, region, lambda key, stem=stem: spot_of(stem + key))  # type: ignore[misc]
    services_in(scenario, spot_of)
    incentives_in(scenario, region, spot_of)
    funding_in(scenario, services_in(scenario, spot_of), spot_of)
    labels = {link.source.shown_as: link.source.label for link in (*files, *around)}
    return Resolved(
        scenario=scenario,
        origins={key: _origin(entry.spot, labels) for key, entry in merged.items() if key not in NOT_INHERITED},
        chain=tuple(link.source.label for link in (*around, *files)),
        sourced=sourced,
        region=region,
        context=str(around[0].text("name") or around[0].source.name) if around else None,
        overrides=dict(overrides),
        entries=merged,
        source=source,
        environment=dict(environment),
        around=tuple(around),
    )


def _from_evidence(read: Callable[[], Any], spot: Spot) -> Any:
    try:
        return read()
    except EvidenceError as problem:
        raise spot.error(f"the evidence cannot be read: {problem}") from problem


def _origin(spot: Spot, labels: Mapping[str, str]) -> str:
    label = labels.get(spot.file, spot.file)
    return label if spot.line is None else f"{label}:{spot.line}"


def _spot(entries: Mapping[str, Entry], source: Source, key: str) -> Spot:
    """Return the spot of a key, of the nearest key above it, or of the first one below it, under the key's name."""
    if key in entries:
        return entries[key].spot
    above = key
    while above:
        for other, entry in entries.items():
            if other.startswith(above + "."):
                line = (entry.spot.line or 1) if entry.spot.line else None
                return Spot(entry.spot.file, key, lines={} if line is None else {(): line})
        above = above.rpartition(".")[0]
    return Spot(source.shown_as, key)


def _tree(plain: Mapping[str, Any], default_name: str) -> dict[str, Any]:
    """Return the schema's input: nested, subsidies and incentives as lists, keys without a value left out."""
    tree: dict[str, Any] = {"parameters": {}, "horizon": {}}
    named: dict[str, dict[str, dict[str, Any]]] = {section: {} for section in NAMED}
    for key, value in plain.items():
        if value is None or key in ("extends", "context"):
            continue
        top, _, rest = key.partition(".")
        if top in NAMED:
            name, _, leaf = rest.partition(".")
            named[top].setdefault(name, {"name": name})[leaf] = value
        elif top in ("parameters", "horizon"):
            tree[top][rest] = value
        elif top not in (SECTION, FUNDING):
            tree[key] = value
    tree |= {section: list(entries.values()) for section, entries in named.items()}
    tree |= {section: nested(plain, section) for section in (SECTION, FUNDING)}
    tree.setdefault("name", default_name)
    tree.setdefault("title", tree["name"])
    return tree
