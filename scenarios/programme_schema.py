"""What the files of a region's catalogue of services may say; frozen, unknown keys refused.

Sourced numbers and rules are plain data here; `scenarios.programme_entries` reads them.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from scenarios.schema_types import Frozen, Text, Title

Slug = Annotated[str, Field(strict=True, min_length=1, max_length=80)]
Sourced = dict[str, Any]
_NUMBER = "a sourced number: value, unit, interval_95, source, confidence, and a note if wanted"
_RULE = "rule: all, any, not, or a comparison with 'column'"


class ExclusionEntry(Frozen):
    """Whom a service shuts out although it is for people like them, and why."""

    rule: dict[str, Any] = Field(description=_RULE)
    reason: Slug = Field(description="one of the reasons for shutting out")


class CapacityEntry(Frozen):
    """How many clients a service can hold at once."""

    caseworkers: Sourced = Field(description=_NUMBER)
    caseload: Sourced = Field(description=_NUMBER)


class CostEntry(Frozen):
    """What a client costs, by one or more of three bases."""

    per_start: Sourced | None = Field(None, description=_NUMBER)
    per_month: Sourced | None = Field(None, description=_NUMBER)
    per_outcome: Sourced | None = Field(None, description=_NUMBER)


class ReservedEntry(Frozen):
    """Places kept for a cohort, or for whoever meets a rule."""

    cohort: Slug | None = Field(None, description="a cohort of the population")
    rule: dict[str, Any] | None = Field(None, description=_RULE)
    places: Sourced = Field(description=_NUMBER)


class ProgrammeEntry(Frozen):
    """One service that can run."""

    name: Title = Field(description="words for people, one line, at most 120 characters")
    items: tuple[Slug, ...] = Field(description="ids of the items that the programme stands for; may be empty")
    kind: Slug = Field(description="kind of programme, which decides what it changes")
    status: Slug = Field(description="running, pilot, planned or ended")
    places: Any = Field(description="'all', or a list of Places or area groups whose residents it serves")
    tier: Slug = Field(description="who commissions: local, regional or national")
    lead: Slug = Field(description="sector that leads")
    funders: tuple[Slug, ...] = Field(description="names of funders.yaml, at least one")
    pillar: Slug = Field(description="preparation, prevention, early_intervention or longer_term_change")
    eligibility: dict[str, Any] = Field(description="whom the service itself is for: " + _RULE)
    exclusions: tuple[ExclusionEntry, ...] = Field((), description="list of {rule, reason}: whom it shuts out")
    channels: tuple[Slug, ...] = Field(description="ways in, at least one")
    priority: tuple[Slug, ...] = Field((), description="cohorts served first when places are short")
    capacity: CapacityEntry = Field(description="caseworkers and caseload, each a sourced number")
    length_months: Sourced = Field(description=_NUMBER)
    cost: CostEntry = Field(description="per_start, per_month or per_outcome, each a sourced number")
    reserved: tuple[ReservedEntry, ...] = Field((), description="list of {cohort or rule, places}")
    cap: Sourced | None = Field(None, description=_NUMBER)
    note: Text = Field("", description="what else a reader should know")


class FunderEntry(Frozen):
    """One body or pot that pays, and on whom its money may be spent."""

    name: Title = Field(description="words for people, one line, at most 120 characters")
    kind: Slug = Field(description="kind of funder")
    status: Slug = Field(description="running, planned or ended")
    eligibility: dict[str, Any] | None = Field(None, description="on whom the money may be spent: " + _RULE)
    source: Slug | None = Field(None, description="id of the publication that states the rule")
    note: Text = Field("", description="what else a reader should know")


class InventoryEntry(Frozen):
    """One item of the documents that is no programme."""

    name: Title = Field(description="words for people, one line, at most 120 characters")
    treatment: Slug = Field(description="channel, employer_attribute, fund, subsidy or not_simulated")
    target: Slug | None = Field(None, description="the channel, attribute, funder or scenario that stands for it")
    reason: Text | None = Field(None, description="why it is not simulated")


class InventoryFile(Frozen):
    """Every item by its id, and what becomes of those that are no programme."""

    ids: tuple[Slug, ...] = Field(description="ids of all items, each once")
    items: dict[str, InventoryEntry] = Field(description="id -> {name, treatment, target or reason}")
    unused_kinds: dict[str, Text] = Field(default_factory=dict, description="kind -> why no service is of it")
