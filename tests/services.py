"""Services made by hand for tests: whom they take, what they do, and how many they hold."""

from __future__ import annotations

from typing import Any

from scenarios.arm import ArmSpec
from scenarios.eligibility import Compare, Not, Rule
from scenarios.service_specs import ServiceSpec, ServicesSpec
from tests.worlds import baseline

ANYBODY = Compare("age_years", "at_least", (16,), ("16",))
OUT_OF_WORK: Rule = Not(Compare("state", "in", (0, 1), ("employed", "sickness_absence")))
EVERY_CHANNEL = 63
EASY_DOORS = {
    "doors__awareness": 1.0, "doors__take_up": (1.0,) * 6, "doors__knows_rules": (1.0,) * 6,
    "doors__triage_rejection": 0.0, "doors__contact": ((0.1,) * 8,) * 6, "doors__on_service_ratio": 1.0,
    "doors__hard_to_reach": (1.0,) * 6, "doors__by_severity": ((1.0,) * 4,) * 6, "doors__absence_help_from": 0,
}  # fmt: skip
"""Parameters under which more than half of all residents come to a door each month and go where they fit."""


def service(name: str = "help", rule: Rule = ANYBODY, **changes: Any) -> ServiceSpec:
    """Return a service for everybody, everywhere, through every door, with places for all and no effect.

    Parameters
    ----------
    name, rule : its name, whom it takes.
    **changes : other fields of `ServiceSpec`; `effects` as a mapping.
    """
    terms: dict[str, Any] = {
        "programme": name, "title": name, "kind": "key_worker_support", "money": None, "place_ids": None, "priority": 0,
        "channels": EVERY_CHANNEL, "capacity": 100_000, "steps": (), "length_months": 6.0, "cap_year": None,
        "effects": {},
    }  # fmt: skip
    terms |= changes
    terms["effects"] = tuple(sorted(terms["effects"].items()))
    return ServiceSpec(name=name, rule=rule, **terms)


def with_services(*services: ServiceSpec, policy_month: int = 3, months: int = 12, **changes: Any) -> ArmSpec:
    """Return an arm with these services; `changes` are fields of `ServicesSpec`."""
    spec = ServicesSpec(tuple(sorted(services, key=lambda s: s.name)), **changes)
    return baseline(policy_month, months, name="services", services=spec)
