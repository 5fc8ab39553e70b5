"""The JSON Schema of scenario files, by which editors complete and check keys; the loader checks far more."""

from __future__ import annotations

from typing import Any

from scenarios.columns import COLUMNS
from scenarios.eligibility import OPERATORS
from scenarios.fund_specs import ALLOCATORS, CONSTRAINTS
from scenarios.funding_schema import FUNDS
from scenarios.layers import SOURCED_KEYS
from scenarios.programme_words import CHANNELS, EXCLUSION_REASONS
from scenarios.schema import Scenario
from scenarios.service_schema import BY_CHANNEL, PROGRAMMES

_SOURCED: dict[str, dict[str, Any]] = {
    "value": {},
    "interval_95": {"type": "array", "minItems": 2, "maxItems": 2},
    "source": {"type": "string", "description": "id of evidence/sources.yaml, or assumption"},
    "confidence": {"type": "string"},
    "note": {"type": "string"},
}

_SOURCED_KEYS = (
    *("Horizon", "Subsidy", "Incentive", "DemandStep", "MinimumWageStep", "BenefitChange"),
    *("Services", "ProgrammeChange", "Funding", "FundChange"),
)
"""Parts of a file whose values may be written with their source."""


def json_schema() -> dict[str, Any]:
    """Return the schema of a scenario file: keys optional (files extend one another), values with or without source."""
    whole = Scenario.model_json_schema(by_alias=True)
    definitions: dict[str, Any] = whole["$defs"]
    for definition in (whole, definitions["Horizon"], definitions["Subsidy"], definitions["Incentive"]):
        definition.pop("required", None)
    for named in ("Subsidy", "Incentive"):
        definitions[named]["required"] = ["name"]
    definitions["Rule"] = _rule()
    definitions["Source"] = {
        "type": "object",
        "required": ["value", "source"],
        "additionalProperties": False,
        "properties": {key: _SOURCED[key] for key in SOURCED_KEYS},
    }
    subsidy = definitions["Subsidy"]["properties"]
    subsidy["eligibility"] = {"$ref": "#/$defs/Rule"}
    _name_words(definitions)
    for name in _SOURCED_KEYS:
        properties = definitions[name]["properties"]
        for key in properties:
            if key not in ("name", "eligibility", PROGRAMMES, FUNDS, *BY_CHANNEL):
                properties[key] = _with_source(properties[key])
    top = whole["properties"]
    top["extends"] = {"type": ["string", "null"], "description": "a shipped name, or a file beside this one"}
    top["context"] = {"type": "string", "description": "a context to run in: a shipped name, or a file beside this one"}
    defaults = {key: value for key, value in subsidy.items() if key != "name"}
    top["subsidy_defaults"] = {"type": "object", "additionalProperties": False, "properties": defaults}
    top["parameters"] = {"type": "object", "description": Scenario.model_fields["parameters"].description}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **whole, "title": "Workability scenario"}


def _name_words(definitions: dict[str, Any]) -> None:
    """Write into the definitions of services and money which channels, reasons, bonds and allocators there are."""
    services, change = definitions["Services"]["properties"], definitions["ProgrammeChange"]["properties"]
    for key in BY_CHANNEL:
        number = services[key].pop("additionalProperties")
        services[key] |= {"additionalProperties": False, "properties": dict.fromkeys(CHANNELS, _with_source(number))}
    funding = definitions["Funding"]["properties"]
    funding["allocator"] = {"description": funding["allocator"]["description"], "enum": list(ALLOCATORS)}
    for part, key, words in (
        (funding, "drop", CONSTRAINTS),
        (services, "lift", EXCLUSION_REASONS),
        (services, "open_channels", CHANNELS),
        (change, "lift", EXCLUSION_REASONS),
        (change, "channels", CHANNELS),
    ):
        part[key] = {
            "description": part[key]["description"],
            "type": "array",
            "uniqueItems": True,
            "items": {"enum": list(words)},
        }


def _with_source(property_: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {key: property_[key] for key in ("description", "title") if key in property_}
    plain = {key: value for key, value in property_.items() if key not in ("description", "title", "default")}
    return {**described, "anyOf": [plain, {"$ref": "#/$defs/Source"}]}


def _rule() -> dict[str, Any]:
    many = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Rule"}}
    comparison = {
        "type": "object",
        "required": ["column"],
        "minProperties": 2,
        "additionalProperties": False,
        "properties": {"column": {"enum": list(COLUMNS)}, **{operator: {} for operator in OPERATORS}},
    }
    combiners = [
        {"type": "object", "required": [key], "additionalProperties": False, "properties": {key: shape}}
        for key, shape in (("all", many), ("any", many), ("not", {"$ref": "#/$defs/Rule"}))
    ]
    return {"description": "who may take part", "anyOf": [*combiners, comparison]}
