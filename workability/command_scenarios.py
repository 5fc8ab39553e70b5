"""Commands about what can be asked: `scenarios` and `check`."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Annotated

import typer

from workability import options as o
from workability.guard import guarded

if TYPE_CHECKING:
    from scenarios.resolve import Resolved
    from scenarios.schema import Scenario

HEADINGS = {
    "subsidies": "Scenarios of subsidies: workability run NAME",
    "services": "Scenarios of services: workability run NAME",
    "funding": "Scenarios of the money of services: workability compare NAME OTHER",
    "context": "Contexts: --set context=NAME",
}


@guarded
def scenarios(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            help="A scenario to show in full; leave it out for the list.", metavar="[list | [show] SCENARIO]"
        ),
    ] = None,
    set_: o.SetOption = [],  # noqa: B006  typer copies it
    as_json: o.JsonOption = False,
    verbose: o.VerboseOption = False,
    no_colour: o.NoColourOption = False,
) -> None:
    """List the scenarios that ship, or show one in full with the origin of each value.

    Example: workability scenarios kickstart
    """
    from experiments.requests import parse_overrides
    from scenarios.resolve import names, resolve

    wanted = [word for i, word in enumerate(words or []) if i or word not in ("list", "show")]
    if len(wanted) > 1:
        raise typer.BadParameter(f"show one scenario at a time, not {len(wanted)}: {', '.join(wanted)}")
    if not wanted:
        _list([resolve(name).scenario for name in names()], as_json, not no_colour)
        return
    _show(resolve(wanted[0], parse_overrides(set_), environment=dict(os.environ)), True, as_json, not no_colour)


@guarded
def check(
    file: o.ScenarioArgument,
    show_origin: Annotated[
        bool, typer.Option("--show-origin", help="Show every value and where it came from.")
    ] = False,
    set_: o.SetOption = [],  # noqa: B006  typer copies it
    as_json: o.JsonOption = False,
    verbose: o.VerboseOption = False,
    no_colour: o.NoColourOption = False,
) -> None:
    """Check a scenario file; every error names file, line, key, value, what is allowed and how to mend it.

    Example: workability check kickstart --show-origin
    """
    from experiments.requests import parse_overrides
    from scenarios.arm import arm
    from scenarios.resolve import resolve
    from workability.terminal import data

    resolved = resolve(file, parse_overrides(set_), environment=dict(os.environ))
    employers = arm(resolved).employers if resolved.scenario.kind == "scenario" else ()
    if show_origin or as_json:
        _show(resolved, show_origin, as_json, not no_colour)
    else:
        data(f"{file}: a valid {resolved.scenario.kind}, '{resolved.scenario.name}'.")
        for incentive in employers:
            data(incentive.english())


def _list(library: list[Scenario], as_json: bool, colour: bool) -> None:
    """Print the library, by subject."""
    from workability import terminal

    if as_json:
        records = [{"name": one.name, "kind": one.kind, "title": one.title} for one in library]
        terminal.data(json.dumps(records, indent=2, ensure_ascii=False))
        return
    by_subject: dict[str, list[tuple[str, str]]] = {heading: [] for heading in HEADINGS.values()}
    for one in library:
        by_subject[HEADINGS[_subject(one)]].append((one.name, one.title))
    for heading, rows in by_subject.items():
        if rows:
            terminal.table(heading, ("name", "what it is"), rows, colour=colour)


def _subject(one: Scenario) -> str:
    """Return under which heading of the list a scenario stands."""
    if one.kind == "context":
        return "context"
    if one.funding.regime != "none":
        return "funding"
    return "services" if one.services.catalogue != "none" else "subsidies"


def _show(resolved: Resolved, origins: bool, as_json: bool, colour: bool) -> None:
    """Print a resolved scenario."""
    from workability import terminal

    where = {key: str(origin) for key, origin in resolved.origins.items()}
    if as_json:
        content: dict[str, object] = {
            "name": resolved.scenario.name,
            "chain": list(resolved.chain),
            "scenario": resolved.scenario.model_dump(mode="json"),
        }
        if origins:
            content |= {"origins": where, "sources": resolved.sources}
        terminal.data(json.dumps(content, indent=2, ensure_ascii=False, default=str))
        return
    rows = value_rows(resolved)
    title = f"{resolved.scenario.name}: {' < '.join(resolved.chain)}"
    terminal.table(title, ("key", "value", "source", "from"), rows, colour=colour)
    terminal.data("Values that nobody set are left out. 95% intervals in brackets.")
    for line in _money(resolved):
        terminal.data(line)


def value_rows(resolved: Resolved) -> list[tuple[str, str, str, str]]:
    """Return key, value as written with its interval, source and origin of everything that was set."""
    rules = {f"subsidies.{name}.eligibility": text for name, text in _rules(resolved).items()}
    rows = []
    for key, entry in resolved.entries.items():
        value = entry.value
        if value is None or key in ("extends", "context"):
            continue
        plain = value["value"] if isinstance(value, dict) and "value" in value else value
        text = plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False, default=str)
        text = rules.get(key, text)
        if key in resolved.intervals:
            low, high = resolved.intervals[key]
            text += f" ({low} to {high})"
        rows.append((key, text, resolved.sources.get(key, ""), _short(resolved.origins.get(key, ""))))
    return rows


def _rules(resolved: Resolved) -> dict[str, str]:
    """Return subsidy -> its eligibility in English."""
    from scenarios.arm import arm

    if resolved.scenario.kind != "scenario":
        return {}
    return {subsidy.name: subsidy.eligibility.english() for subsidy in arm(resolved).subsidies}


def _money(resolved: Resolved) -> list[str]:
    """Return what limits the money of services in words, then each fund; nothing where nothing does."""
    from scenarios.arm import arm
    from scenarios.funding import english
    from scenarios.funds import load_funds

    spec = arm(resolved).funding if resolved.scenario.kind == "scenario" else None
    if spec is None:
        return []
    return [english(spec), *(f"- {each.english()}" for each in load_funds(resolved.scenario.region))]


def _short(origin: str) -> str:
    """Return an origin without the folder that every shipped scenario is in."""
    return origin.removeprefix("scenarios/")
