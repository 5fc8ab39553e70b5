"""Turns one entry of a services file into a programme, a funder or an inventory item; each by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scenarios import programme_words as w
from scenarios.eligibility import AllOf, Compare, Rule
from scenarios.errors import Spot, listing, shown
from scenarios.programme_schema import FunderEntry, InventoryEntry, ProgrammeEntry, ReservedEntry
from scenarios.programme_specs import Exclusion, Funder, InventoryItem, Programme, Reservation, as_number
from scenarios.quantities import NAME_RULE, scenario_name
from scenarios.region_names import RegionNames, ends, sourced_number
from scenarios.rule_grammar import contradiction, parse_rule
from scenarios.translate import entry
from scenarios.vocabulary import COHORTS

if TYPE_CHECKING:
    from evidence.model import Parameter, Source

CASEWORKERS_MOST, CASELOAD_MOST, MONTHS_MOST, STARTS_MOST, POUNDS_MOST = 10_000, 1_000, 60, 1_000_000, 100_000


@dataclass(frozen=True)
class Known:
    """What entries may name: the region's Places and the publications."""

    region: RegionNames
    sources: Mapping[str, Source]


def programme(slug: str, data: Any, known: Known, spot: Spot) -> Programme:
    """Return one service.

    Parameters
    ----------
    slug, data
        Its key and what stands under it.
    known
        What it may name.
    spot
        Where it was written.

    Raises
    ------
    ScenarioError
        If a key, word, number or rule of it is not allowed.
    """
    check_slug(slug, spot)
    read = entry(ProgrammeEntry, data, spot)
    for key, allowed in (("kind", w.KINDS), ("tier", w.TIERS), ("lead", w.LEADS), ("pillar", w.PILLARS)):
        one_of(getattr(read, key), key, allowed, spot / key)
    one_of(read.status, "status", w.STATUSES, spot / "status")
    check_words(read.channels, "channel", w.CHANNELS, spot / "channels")
    check_words(read.priority, "cohort", COHORTS, spot / "priority", none_allowed=True)
    if not read.items and not read.note:
        raise spot.error(
            f"'{slug}' stands for no item of the documents and says nothing of why", "a note, or items", "Add 'note'"
        )
    if not read.funders:
        raise (spot / "funders").error(f"nobody pays for '{slug}'", "at least one name of funders.yaml", "Add a funder")
    place_ids, words = places_of(read.places, known.region, spot / "places")
    eligibility = parse_rule(read.eligibility, known.region, spot / "eligibility")
    found = Programme(
        **read.model_dump(include={"name", "items", "kind", "status", "tier", "lead", "pillar", "note"}),
        slug=slug,
        place_ids=place_ids,
        place_words=words,
        funders=read.funders,
        eligibility=eligibility,
        exclusions=_exclusions(read, known, spot),
        channels=read.channels,
        priority=read.priority,
        caseworkers=number_of(
            read.capacity.caseworkers, "caseworkers", CASEWORKERS_MOST, known, spot / "capacity" / "caseworkers"
        ),
        caseload=number_of(
            read.capacity.caseload, "participants per caseworker", CASELOAD_MOST, known, spot / "capacity" / "caseload"
        ),
        length_months=number_of(read.length_months, "months", MONTHS_MOST, known, spot / "length_months"),
        costs=_costs(read, known, spot / "cost"),
        reserved=tuple(_reserved(item, known, spot / "reserved" / i) for i, item in enumerate(read.reserved)),
        cap=None if read.cap is None else number_of(read.cap, "starts per year", STARTS_MOST, known, spot / "cap"),
    )
    _check_reachable(found, spot)
    _check_cap(found, spot)
    return found


def funder(slug: str, data: Any, known: Known, spot: Spot) -> Funder:
    """Return one funder.

    Parameters
    ----------
    slug, data
        Its key and what stands under it.
    known
        What it may name.
    spot
        Where it was written.

    Raises
    ------
    ScenarioError
        If a key, word or rule of it is not allowed.
    """
    check_slug(slug, spot)
    read = entry(FunderEntry, data, spot)
    one_of(read.kind, "kind of funder", w.FUNDER_KINDS, spot / "kind")
    one_of(read.status, "status", w.FUNDER_STATUSES, spot / "status")
    rule = None if read.eligibility is None else parse_rule(read.eligibility, known.region, spot / "eligibility")
    if rule is not None and read.source is None:
        raise (spot / "source").error(f"nothing states the rule of '{slug}'", "an id of sources.yaml", "Add 'source'")
    if read.source is not None:
        one_of(read.source, "source", known.sources, spot / "source")
    return Funder(slug, read.name, read.kind, read.status, rule, read.source, read.note)


def inventory_item(id_: str, read: InventoryEntry, targets: Mapping[str, Iterable[str]], spot: Spot) -> InventoryItem:
    """Return one item that is no programme.

    Parameters
    ----------
    id_, read
        Its id and its entry.
    targets
        Treatment -> what may stand for an item of it.
    spot
        Where it was written.

    Raises
    ------
    ScenarioError
        If its treatment or target is not known, or if target or reason is missing.
    """
    one_of(read.treatment, "treatment", w.TREATMENTS, spot / "treatment")
    wanted, other = ("target", "reason") if read.treatment in targets else ("reason", "target")
    if not getattr(read, wanted):
        raise (spot / wanted).error(
            f"an item treated as {read.treatment} has no {wanted}", f"'{wanted}'", f"Add '{wanted}'"
        )
    if getattr(read, other) is not None:
        raise (spot / other).error(
            f"an item treated as {read.treatment} has no use for a {other}", f"'{wanted}'", f"Delete '{other}'"
        )
    if wanted == "target":
        allowed = tuple(targets[read.treatment])
        one_of(str(read.target), f"target of a {read.treatment.replace('_', ' ')}", allowed, spot / "target")
    return InventoryItem(id_, read.name, read.treatment, read.target, read.reason)


def check_slug(slug: str, spot: Spot) -> None:
    """Refuse a key that cannot be a name."""
    try:
        scenario_name(slug)
    except ValueError:
        raise spot.error(f"{shown(slug)} cannot be a name", NAME_RULE, "Rename the entry") from None


def one_of(word: str, kind: str, allowed: Iterable[str], spot: Spot) -> None:
    """Refuse a word that is not allowed."""
    if word not in (options := tuple(allowed)):
        raise spot.unknown(word, kind, options)


def check_words(
    words: tuple[str, ...], kind: str, allowed: Iterable[str], spot: Spot, none_allowed: bool = False
) -> None:
    """Refuse an empty list, a word that is not allowed, and one that stands twice.

    Parameters
    ----------
    words
        As written.
    kind
        What each should name.
    allowed
        The words that may stand there.
    spot
        Where the list was written.
    none_allowed
        Whether the list may be empty.
    """
    options = tuple(allowed)
    if not words and not none_allowed:
        raise spot.error(f"the list names no {kind}", listing(options), f"Add a {kind}")
    for position, word in enumerate(words):
        if word not in options:
            raise (spot / position).unknown(word, kind, options)
        if word in words[:position]:
            raise (spot / position).error(f"{shown(word)} stands here twice", "each once", "Delete one of the two")


def places_of(value: Any, region: RegionNames, spot: Spot) -> tuple[tuple[int, ...] | None, tuple[str, ...]]:
    """Return the codes of the Places, None for all, and the words written."""
    if value == "all":
        return None, ()
    if not isinstance(value, list) or not value:
        raise spot.error(
            f"{shown(value)} is no list of Places",
            "'all', or " + listing((*region.places, *region.groups)),
            "List them",
        )
    codes = [code for i, name in enumerate(value) for code in region.place_codes(name, spot / i)]
    if len(set(codes)) < len(codes):
        raise spot.error("a Place stands here twice", "each Place once, alone or in its group", "Delete one of the two")
    return tuple(sorted(codes)), tuple(value)


def number_of(raw: Mapping[str, Any], unit: str, most: float, known: Known, spot: Spot) -> Parameter:
    """Return a sourced number of this unit, from 0 to `most` with its interval.

    Parameters
    ----------
    raw
        The entry as read.
    unit
        The unit that it must have.
    most
        The highest number allowed.
    known
        The publications.
    spot
        Where it was written.
    """
    found = sourced_number(raw, known.sources, spot)
    if found.unit != unit:
        raise (spot / "unit").error(f"{shown(found.unit)} is not the unit of this number", unit, f"Write '{unit}'")
    if not isinstance(found.value, int | float):
        raise (spot / "value").error(f"{shown(found.value)} is not one number", "one number", "Write one number")
    for key, written in (("value", (found.value,)), ("interval_95", ends(found))):
        for number in written:
            if not 0 <= number <= most:
                raise (spot / key).error(f"{number:g} is out of range", f"0 to {most:,} ({unit})", "Change the number")
    return found


def _costs(read: ProgrammeEntry, known: Known, spot: Spot) -> dict[str, Parameter]:
    written = {basis: getattr(read.cost, basis) for basis in w.COST_UNITS}
    costs = {
        basis: number_of(raw, w.COST_UNITS[basis], POUNDS_MOST, known, spot / basis)
        for basis, raw in written.items()
        if raw is not None
    }
    if not costs:
        raise spot.error("no cost is given", listing(w.COST_UNITS), "Add one of them, £0 with its source if it is free")
    return costs


def _exclusions(read: ProgrammeEntry, known: Known, spot: Spot) -> tuple[Exclusion, ...]:
    found = []
    for i, item in enumerate(read.exclusions):
        here = spot / "exclusions" / i
        one_of(item.reason, "reason for shutting out", w.EXCLUSION_REASONS, here / "reason")
        found.append(Exclusion(parse_rule(item.rule, known.region, here / "rule"), item.reason))
    return tuple(found)


def _reserved(item: ReservedEntry, known: Known, spot: Spot) -> Reservation:
    if (item.cohort is None) == (item.rule is None):
        raise spot.error("places are kept for one group", "either 'cohort' or 'rule'", "Write one of the two")
    rule: Rule
    if item.cohort is not None:
        one_of(item.cohort, "cohort", COHORTS, spot / "cohort")
        rule = Compare("cohort", "has", (COHORTS.index(item.cohort),), (item.cohort.replace("_", " "),))
    else:
        rule = parse_rule(item.rule, known.region, spot / "rule")
    return Reservation(rule, number_of(item.places, "starts per year", STARTS_MOST, known, spot / "places"))


def _check_reachable(found: Programme, spot: Spot) -> None:
    """Refuse rules that together let nobody in, and exclusions and reservations that concern nobody."""
    what = contradiction(found.takes)
    if what is not None:
        raise (spot / "eligibility").error(
            f"with its Places and exclusions, the conditions on {what} let nobody in", mend="Change one of them"
        )
    for i, exclusion in enumerate(found.exclusions):
        if contradiction(AllOf((found.eligibility, exclusion.rule))):
            raise (spot / "exclusions" / i / "rule").error(
                "this shuts out nobody whom the eligibility lets in", mend="Delete it, or widen the eligibility"
            )
    for i, kept in enumerate(found.reserved):
        if contradiction(AllOf((found.takes, kept.rule))):
            raise (spot / "reserved" / i).error(
                "these places are kept for nobody whom the service takes", mend="Change the group, or the eligibility"
            )


def _check_cap(found: Programme, spot: Spot) -> None:
    if found.cap is None:
        return
    kept = sum(as_number(item.places) for item in found.reserved)
    most = as_number(found.cap)
    if most < kept:
        raise (spot / "cap").error(
            f"{most:g} starts a year are fewer than the {kept:g} that are kept", f"{kept:g} or more", "Raise the cap"
        )
