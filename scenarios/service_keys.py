"""Dotted keys of the `services` section: out of a file, into the schema's nesting, and as overrides name them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scenarios.errors import Spot, shown
from scenarios.programme_words import CHANNELS
from scenarios.quantities import NAME_RULE, scenario_name
from scenarios.service_schema import BY_CHANNEL, PROGRAMME_KEYS, PROGRAMMES, Services

SECTION = "services"
KEYS = tuple(Services.model_fields)
_STEM = f"{SECTION}.{PROGRAMMES}."


def flat(value: Any, spot: Spot) -> Iterator[tuple[str, Any, Spot]]:
    """Yield dotted key, value as written and spot of everything that a file's section says.

    Raises
    ------
    ScenarioError
        If a key is unknown, or a value stands where keys must.
    """
    for key, item, here in items(value, spot, SECTION, "key of 'services'", KEYS):
        stem = f"{SECTION}.{key}"
        if key in BY_CHANNEL:
            for channel, number, there in items(item, here, key, "channel", tuple(CHANNELS)):
                yield f"{stem}.{channel}", number, there
        elif key == PROGRAMMES:
            yield from _programmes(item, here)
        else:
            yield stem, item, here


def items(
    value: Any, spot: Spot, name: str, kind: str, known: tuple[str, ...] | None
) -> Iterator[tuple[str, Any, Spot]]:
    """Yield key, value and spot of what stands below a key, known keys only unless there is no list of them.

    Parameters
    ----------
    value
        What stands there.
    spot
        Where.
    name
        The key above, for messages.
    kind
        What each key below should be.
    known
        The keys that may stand there; None for any.
    """
    if not isinstance(value, dict) or not value:
        allowed = "keys and values" + (f": {', '.join(known)}" if known else "")
        raise spot.error(f"'{name}' holds {shown(value or None)}", allowed, f"Indent them below it, or delete '{name}'")
    for key, item in value.items():
        if known is not None and key not in known:
            raise (spot / key).unknown(str(key), kind, known, "Correct or delete the key")
        yield key, item, spot / key


def _programmes(value: Any, spot: Spot) -> Iterator[tuple[str, Any, Spot]]:
    """Yield what a file says of each programme; whether the region has it is known only once all is in place."""
    for slug, change, here in items(value, spot, PROGRAMMES, "programme", None):
        try:
            scenario_name(slug)
        except ValueError:
            raise here.error(f"{shown(slug)} is no programme", NAME_RULE, "Write the programme's name") from None
        for key, item, there in items(change, here, slug, "key of a programme", PROGRAMME_KEYS):
            yield f"{_STEM}{slug}.{key}", item, there


def nested(values: Mapping[str, Any], section: str = SECTION) -> dict[str, Any]:
    """Return a section as a file nests it, of dotted key -> value; other keys and empty values are left out."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        top, *path = key.split(".")
        if top != section or value is None:
            continue
        place = found
        for part in path[:-1]:
            place = place.setdefault(part, {})
        place[path[-1]] = value
    return found


def depth(location: tuple[str | int, ...]) -> int:
    """Return how many parts of a location in the schema make a dotted key; the rest lies inside its value."""
    second = location[1] if len(location) > 1 else ""
    return 4 if second == PROGRAMMES else 3 if second in BY_CHANNEL else 2


def override_keys() -> list[str]:
    """Return the dotted keys that overrides may set, without those of single programmes."""
    plain = [f"{SECTION}.{key}" for key in KEYS if key not in BY_CHANNEL and key != PROGRAMMES]
    return plain + [f"{SECTION}.{key}.{channel}" for key in BY_CHANNEL for channel in CHANNELS]


def is_of_programme(key: str, spot: Spot) -> bool:
    """Return whether an override concerns one programme, `services.programmes.<slug>.<key>`.

    Raises
    ------
    ScenarioError
        If it does, but names no programme or no key of one.
    """
    if not f"{key}.".startswith(_STEM):
        return False
    slug, _, leaf = key[len(_STEM) :].partition(".")
    if not slug or not leaf:
        raise spot.error(
            f"{shown(key)} names no key of a programme",
            f"{_STEM}<programme>.<key>, with the keys {', '.join(PROGRAMME_KEYS)}",
            "Write both parts",
        )
    if leaf not in PROGRAMME_KEYS:
        raise spot.unknown(leaf, "key of a programme", PROGRAMME_KEYS)
    return True


def from_environment(wanted: str) -> str | None:
    """Return the dotted key of a programme that a variable's name stands for, None if it concerns no programme.

    Names of programmes have hyphens and no underscores, so what stands between two dots is known.
    """
    if not wanted.startswith(_STEM):
        return None
    slug, _, leaf = wanted.removeprefix(_STEM).partition(".")
    return f"{_STEM}{slug.replace('_', '-')}.{leaf}"
