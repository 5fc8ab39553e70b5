"""Services, funders and the whole catalogue of a region as the engine takes them; they read no files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scenarios.eligibility import AllOf, AnyOf, Compare, Not, Rule
from scenarios.programme_words import (
    CHANNELS,
    EXCLUSION_REASONS,
    KINDS,
    LEADS,
    PILLARS,
    PROGRAMME,
    RUNNING,
    TREATMENTS,
)
from scenarios.vocabulary import COHORTS

if TYPE_CHECKING:
    from evidence.model import Parameter


def as_number(number: Parameter) -> float:
    """Return the central value of a sourced number, which the entries of a catalogue hold singly."""
    if not isinstance(number.value, int | float):
        raise TypeError(f"'{number.name}' holds {number.value!r}, not one number.")
    return float(number.value)


@dataclass(frozen=True)
class Exclusion:
    """Whom a service shuts out, and the reason by which the loss is counted."""

    rule: Rule
    reason: str

    def english(self) -> str:
        """Return the exclusion as a phrase that continues `Shuts out residents: ...`."""
        return f"{self.rule.english()} ({EXCLUSION_REASONS[self.reason]})"


@dataclass(frozen=True)
class Reservation:
    """Starts a year kept for those who meet a rule."""

    rule: Rule
    places: Parameter


@dataclass(frozen=True)
class Funder:
    """One body or pot that pays; `eligibility` is None where its documents set no rule."""

    slug: str
    name: str
    kind: str
    status: str
    eligibility: Rule | None
    source: str | None
    note: str

    def english(self) -> str:
        """Return who pays and on whom the money may be spent, as a phrase."""
        if self.eligibility is None:
            return self.name
        return f"{self.name} (only for residents: {self.eligibility.english()})"


@dataclass(frozen=True)
class Programme:
    """One service: whom it is for, whom it shuts out, how one gets in, how many it holds and what it costs.

    Parameters
    ----------
    place_ids
        Codes of the Places whose residents it serves; None for every Place. `place_words` are the names written.
    eligibility, exclusions
        The service's own; what its funders allow is kept with them.
    costs
        Basis (`per_start`, `per_month`, `per_outcome`) -> pounds.
    cap
        Most starts a year; None where nothing but the caseload limits them.
    """

    slug: str
    name: str
    items: tuple[str, ...]
    kind: str
    status: str
    place_ids: tuple[int, ...] | None
    place_words: tuple[str, ...]
    tier: str
    lead: str
    funders: tuple[str, ...]
    pillar: str
    eligibility: Rule
    exclusions: tuple[Exclusion, ...]
    channels: tuple[str, ...]
    priority: tuple[str, ...]
    caseworkers: Parameter
    caseload: Parameter
    length_months: Parameter
    costs: Mapping[str, Parameter]
    reserved: tuple[Reservation, ...]
    cap: Parameter | None
    note: str

    @property
    def is_running(self) -> bool:
        """Whether it takes clients now, without a scenario that opens it."""
        return self.status in RUNNING

    @property
    def priority_cohorts(self) -> int:
        """The cohorts served first as a mask: bit k for the k-th cohort."""
        return sum(1 << COHORTS.index(name) for name in set(self.priority))

    @property
    def takes(self) -> Rule:
        """The rule of everybody whom the service itself lets in: its Places, its eligibility, no exclusion."""
        return self.taking()

    def taking(self, lifted: Collection[str] = ()) -> Rule:
        """Return the rule of everybody whom the service lets in once its exclusions of these reasons are lifted."""
        parts: list[Rule] = []
        if self.place_ids is not None:
            parts.append(Compare("place", "in", self.place_ids, self.place_words))
        parts.append(self.eligibility)
        parts += [Not(exclusion.rule) for exclusion in self.exclusions if exclusion.reason not in lifted]
        return AllOf(tuple(parts))

    def numbers(self) -> Iterator[tuple[str, Parameter]]:
        """Yield every sourced number of the entry with its key."""
        yield "capacity.caseworkers", self.caseworkers
        yield "capacity.caseload", self.caseload
        yield "length_months", self.length_months
        yield from ((f"cost.{basis}", cost) for basis, cost in self.costs.items())
        yield from ((f"reserved[{i}].places", kept.places) for i, kept in enumerate(self.reserved))
        if self.cap is not None:
            yield "cap", self.cap

    def english(self) -> str:
        """Return the service in a few sentences, without its funders."""
        where = "every Place" if self.place_ids is None else ", ".join(self.place_words)
        lines = [
            f"{self.name}: {KINDS[self.kind].title} ({self.status}, {self.tier}, {PILLARS[self.pillar]}),"
            f" led by {LEADS[self.lead]}, in {where}.",
            f"Takes residents: {self.eligibility.english()}.",
        ]
        lines += [f"Shuts out residents: {exclusion.english()}." for exclusion in self.exclusions]
        lines += [f"Ways in: {', '.join(CHANNELS[channel] for channel in self.channels)}."]
        lines += [f"First served: {', '.join(_plain(name) for name in self.priority)}."] if self.priority else []
        for kept in self.reserved:
            lines.append(f"{as_number(kept.places):g} starts a year are kept for residents: {kept.rule.english()}.")
        return " ".join(lines)


@dataclass(frozen=True)
class InventoryItem:
    """One item of the documents that is no programme: what stands for it, or why nothing does."""

    id: str
    name: str
    treatment: str
    target: str | None
    reason: str | None


@dataclass(frozen=True)
class Catalogue:
    """A region's services: programmes by slug in alphabetical order, funders, and every other item."""

    region: str
    programmes: tuple[Programme, ...] = ()
    funders: Mapping[str, Funder] = field(default_factory=dict)
    inventory: tuple[InventoryItem, ...] = ()
    ids: tuple[str, ...] = ()
    unused_kinds: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, slug: str) -> Programme:
        """Return the programme of this slug."""
        return next(programme for programme in self.programmes if programme.slug == slug)

    @property
    def running(self) -> tuple[Programme, ...]:
        """The programmes that take clients now."""
        return tuple(programme for programme in self.programmes if programme.is_running)

    @property
    def n_by_treatment(self) -> dict[str, int]:
        """How many items of the documents are treated in each way."""
        counts = {PROGRAMME: sum(len(programme.items) for programme in self.programmes)}
        for treatment in TREATMENTS:
            counts[treatment] = sum(item.treatment == treatment for item in self.inventory)
        return counts

    @property
    def sources(self) -> frozenset[str]:
        """Ids of the publications that the entries cite."""
        cited = {number.source for programme in self.programmes for _, number in programme.numbers()}
        return frozenset(cited | {funder.source for funder in self.funders.values() if funder.source})

    def money(self, slug: str) -> Rule | None:
        """Return on whom the funders of a programme may spend: any of their rules; None if one sets none."""
        rules = [self.funders[name].eligibility for name in self[slug].funders]
        if any(rule is None for rule in rules):
            return None
        return AnyOf(tuple(rule for rule in rules if rule is not None)) if len(rules) > 1 else rules[0]

    def english(self, slug: str) -> str:
        """Return a programme in a few sentences, with who pays and on whom that money may be spent."""
        programme = self[slug]
        payers = "; ".join(self.funders[name].english() for name in programme.funders)
        return f"{programme.english()} Paid by: {payers}."


def _plain(name: str) -> str:
    return name.replace("_", " ")
