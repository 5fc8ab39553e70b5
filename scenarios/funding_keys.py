"""Dotted keys of the `funding` section: out of a file, and as overrides name them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scenarios.errors import Spot, shown
from scenarios.funding_schema import FUND_KEYS, FUNDS, Funding
from scenarios.quantities import NAME_RULE, scenario_name
from scenarios.service_keys import items

SECTION = "funding"
KEYS = tuple(Funding.model_fields)
_STEM = f"{SECTION}.{FUNDS}."


def flat(value: Any, spot: Spot) -> Iterator[tuple[str, Any, Spot]]:
    """Yield dotted key, value as written and spot of everything that a file's section says.

    Raises
    ------
    ScenarioError
        If a key is unknown, or a value stands where keys must.
    """
    for key, item, here in items(value, spot, SECTION, "key of 'funding'", KEYS):
        if key != FUNDS:
            yield f"{SECTION}.{key}", item, here
            continue
        for slug, change, there in items(item, here, FUNDS, "fund", None):
            try:
                scenario_name(slug)
            except ValueError:
                raise there.error(f"{shown(slug)} is no fund", NAME_RULE, "Write the fund's name") from None
            for leaf, number, where in items(change, there, slug, "key of a fund", FUND_KEYS):
                yield f"{_STEM}{slug}.{leaf}", number, where


def depth(location: tuple[str | int, ...]) -> int:
    """Return how many parts of a location in the schema make a dotted key; the rest lies inside its value."""
    return 4 if location[1:2] == (FUNDS,) else 2


def override_keys() -> list[str]:
    """Return the dotted keys that overrides may set, without those of single funds."""
    return [f"{SECTION}.{key}" for key in KEYS if key != FUNDS]


def is_of_fund(key: str, spot: Spot) -> bool:
    """Return whether an override concerns one fund, `funding.funds.<slug>.<key>`.

    Raises
    ------
    ScenarioError
        If it does, but names no fund or no key of one.
    """
    if not f"{key}.".startswith(_STEM):
        return False
    slug, _, leaf = key[len(_STEM) :].partition(".")
    if not slug or not leaf:
        raise spot.error(
            f"{shown(key)} names no key of a fund",
            f"{_STEM}<fund>.<key>, with the keys {', '.join(FUND_KEYS)}",
            "Write both parts",
        )
    if leaf not in FUND_KEYS:
        raise spot.unknown(leaf, "key of a fund", FUND_KEYS)
    return True


def from_environment(wanted: str) -> str | None:
    """Return the dotted key of a fund that a variable's name stands for, None if it concerns no fund."""
    if not wanted.startswith(_STEM):
        return None
    slug, _, leaf = wanted.removeprefix(_STEM).partition(".")
    return f"{_STEM}{slug.replace('_', '-')}.{leaf}"
