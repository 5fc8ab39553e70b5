"""Turns one entry of a region's funds into a pot as its documents have it; each by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios import programme_words as w
from scenarios.eligibility import AllOf, Compare, Rule
from scenarios.errors import Spot, shown
from scenarios.fund_schema import ALL, YEARLY, CycleEntry, FundEntry
from scenarios.programme_entries import Known, check_slug, check_words, number_of, one_of, places_of
from scenarios.programme_specs import Catalogue, as_number
from scenarios.quantities import MONTHS_A_YEAR
from scenarios.rule_grammar import contradiction, parse_rule
from scenarios.translate import entry
from scenarios.vocabulary import STATES, month_index, month_name, parse_month

if TYPE_CHECKING:
    from evidence.model import Parameter

APRIL = 4
POUNDS_A_YEAR_MOST, DECISION_MONTHS_MOST = 1_000_000_000, 24
LATER = "later"
UNCERTAIN = (
    "amounts",
    "cycles",
    "places",
    "programmes",
    "states",
    "eligibility",
    "lines",
    "virement",
    "lapses",
    "match",
)
_YEAR = re.compile(r"(20[0-9]{2})/([0-9]{2})\Z")
_SHARES = ("virement", "match", "administration", "bid_share")


@dataclass(frozen=True)
class Fund:
    """One pot as its documents have it.

    Parameters
    ----------
    funder
        Name of the funder whose rule it has.
    amounts
        (calendar year in which a financial year begins, pounds of it), in order.
    later
        Pounds of every year after these.
    cycles
        (first run month, last one; None without an end), in order; None where it is open in every month.
    is_yearly
        Whether each financial year is a cycle of its own.
    programmes
        Slugs that it may pay for; None = any.
    rule
        Its funder's rule without what that says of states, and its own.
    lines, shares
        Programme -> share planned for it; `virement`, `match`, `administration` and `bid_share` where its entry has
        them.
    source
        Id of the publication that states its bonds.
    uncertain
        Keys on which the documents are silent.
    """

    slug: str
    name: str
    kind: str
    funder: str
    amounts: tuple[tuple[int, Parameter], ...]
    later: Parameter
    cycles: tuple[tuple[int, int | None], ...] | None
    is_yearly: bool
    decision_months: Parameter | None
    place_ids: tuple[int, ...] | None
    place_words: tuple[str, ...]
    programmes: tuple[str, ...] | None
    state_ids: tuple[int, ...] | None
    rule: Rule | None
    lines: Mapping[str, Parameter]
    shares: Mapping[str, Parameter]
    lapses: bool
    source: str
    uncertain: tuple[str, ...]
    note: str

    @property
    def bonds(self) -> tuple[Rule, ...]:
        """Everything that it asks of a resident, as rules."""
        parts: list[Rule] = [] if self.rule is None else [self.rule]
        if self.place_ids is not None:
            parts.append(Compare("place", "in", self.place_ids, self.place_words))
        if self.state_ids is not None:
            words = tuple(STATES[i].replace("_", " ") for i in self.state_ids)
            parts.append(Compare("state", "in", self.state_ids, words))
        return tuple(parts)

    def of_year(self, year: int) -> Parameter | None:
        """Return the pounds of the financial year that begins in a calendar year; None before its first."""
        if not self.amounts or year > self.amounts[-1][0]:
            return self.later
        return dict(self.amounts).get(year)

    def opens(self, first: int, end: int) -> tuple[tuple[int, int], ...]:
        """Return (first month, month after the last) of every cycle that is open in run months `first` to `end`.

        A cycle that was open before keeps the month in which it opened, so that nobody bids for it anew.
        """
        if self.is_yearly:
            years = range(year_of(first), year_of(end - 1) + 1)
            written = [(month_index(year, APRIL), month_index(year + 1, APRIL)) for year in years]
        elif self.cycles is not None:
            written = [(begin, end if last is None else last + 1) for begin, last in self.cycles]
        else:
            return ((first, end),)
        found = ((self.opening(begin), min(after, end)) for begin, after in written)
        return tuple((begin, after) for begin, after in found if begin < end and after > first)

    def opening(self, begin: int) -> int:
        """Return the run month in which a cycle that begins in this one is won; at once where its money is stated."""
        stated = any(year == year_of(begin) for year, _ in self.amounts)
        return begin if stated else begin + self.months_of_decision

    @property
    def months_of_decision(self) -> int:
        """Whole months from a cycle's beginning until money can be committed."""
        return 0 if self.decision_months is None else int(as_number(self.decision_months))

    def numbers(self) -> Iterator[tuple[str, Parameter]]:
        """Yield every sourced number of the entry with its key."""
        yield from ((f"amounts.{year_name(year)}", amount) for year, amount in self.amounts)
        yield f"amounts.{LATER}", self.later
        if self.decision_months is not None:
            yield "decision_months", self.decision_months
        yield from ((f"lines.{slug}", share) for slug, share in self.lines.items())
        yield from self.shares.items()

    def english(self) -> str:
        """Return the pot in two or three sentences."""
        whom = AllOf(self.bonds).english() if self.bonds else "anybody"
        what = "any programme" if self.programmes is None else ", ".join(self.programmes)
        kept = "is lost" if self.lapses else "is carried on"
        unsure = f" The documents are silent on: {', '.join(self.uncertain)}." if self.uncertain else ""
        return (
            f"{self.name}: £{as_number(self.later):,.0f} a year for {what}. For residents: {whom}."
            f" What is not committed by the end of a financial year {kept}.{unsure}"
        )


def year_of(month: int) -> int:
    """Return the calendar year in which the financial year of a run month begins."""
    year, calendar = divmod(month - month_index(0, 1), MONTHS_A_YEAR)
    return year if calendar + 1 >= APRIL else year - 1


def year_name(year: int) -> str:
    """Return a financial year as `2025/26`."""
    return f"{year}/{(year + 1) % 100:02d}"


def split_states(rule: Rule | None) -> tuple[tuple[int, ...] | None, Rule | None]:
    """Return the states that a rule names, None for all, and what else it asks, None for nothing.

    A part that mixes states with other columns stays whole with what else is asked.
    """
    if rule is None:
        return None, None
    parts = rule.parts if isinstance(rule, AllOf) else (rule,)
    of_states = [part for part in parts if part.columns() == {"state"}]
    others = tuple(part for part in parts if part.columns() != {"state"})
    rest = None if not others else others[0] if len(others) == 1 else AllOf(others)
    if not of_states:
        return None, rest
    mask = AllOf(tuple(of_states)).mask({"state": np.arange(len(STATES), dtype=np.uint8)})
    return tuple(int(code) for code in np.flatnonzero(mask)), rest


def fund(slug: str, data: Any, catalogue: Catalogue, known: Known, spot: Spot) -> Fund:
    """Return one pot.

    Parameters
    ----------
    slug, data
        Its key and what stands under it.
    catalogue
        Programmes and funders of its region.
    known
        What else it may name.
    spot
        Where it was written.

    Raises
    ------
    ScenarioError
        If a key, word, number or rule of it is not allowed.
    """
    check_slug(slug, spot)
    read = entry(FundEntry, data, spot)
    funder = read.funder or slug
    one_of(funder, "funder", catalogue.funders, spot if read.funder is None else spot / "funder")
    kind = read.kind or catalogue.funders[funder].kind
    one_of(kind, "kind of funder", w.FUNDER_KINDS, spot / "kind")
    one_of(read.source, "source", known.sources, spot / "source")
    check_words(read.uncertain, "key of a fund", UNCERTAIN, spot / "uncertain", none_allowed=True)
    amounts, later = _amounts(read, known, spot / "amounts")
    place_ids, place_words = places_of(read.places, known.region, spot / "places")
    of_funder, rule = split_states(catalogue.funders[funder].eligibility)
    own = None if read.eligibility is None else parse_rule(read.eligibility, known.region, spot / "eligibility")
    rules = tuple(part for part in (rule, own) if part is not None)
    found = Fund(
        slug=slug,
        name=read.name,
        kind=kind,
        funder=funder,
        amounts=amounts,
        later=later,
        cycles=_cycles(read.cycles, spot / "cycles"),
        is_yearly=read.cycles == YEARLY,
        decision_months=None
        if read.decision_months is None
        else number_of(read.decision_months, "months", DECISION_MONTHS_MOST, known, spot / "decision_months"),
        place_ids=place_ids,
        place_words=place_words,
        programmes=None,
        state_ids=of_funder if read.states is None else _states(read.states, spot / "states"),
        rule=None if not rules else rules[0] if len(rules) == 1 else AllOf(rules),
        lines={name: number_of(raw, "share", 1, known, spot / "lines" / name) for name, raw in read.lines.items()},
        shares={
            key: number_of(raw, "share", 1, known, spot / key)
            for key in _SHARES
            if (raw := getattr(read, key)) is not None
        },
        lapses=read.lapses,
        source=read.source,
        uncertain=read.uncertain,
        note=read.note,
    )
    _check_cycles(found, spot)
    what = contradiction(AllOf(found.bonds)) if found.bonds else None
    if what is not None:
        raise spot.error(f"its conditions on {what} let nobody in", mend="Change one of them, or its funder's rule")
    return found


def _amounts(read: FundEntry, known: Known, spot: Spot) -> tuple[tuple[tuple[int, Parameter], ...], Parameter]:
    """Return the amounts by year without a gap between them, and what follows."""
    written: dict[int, Parameter] = {}
    for key, raw in read.amounts.items():
        amount = number_of(raw, "pounds per year", POUNDS_A_YEAR_MOST, known, spot / key)
        if key == LATER:
            continue
        named = _YEAR.match(key)
        if named is None or year_name(int(named[1])) != key:
            raise (spot / key).error(
                f"{shown(key)} is not a financial year", f"a year such as 2025/26, or '{LATER}'", "Correct the year"
            )
        written[int(named[1])] = amount
    if LATER not in read.amounts:
        raise spot.error(
            f"'{LATER}' is missing, so the years after {year_name(max(written))} have no money"
            if written
            else "no amount is given",
            f"'{LATER}' beside the years",
            f"Add '{LATER}', with source: assumption if no document says what follows",
        )
    years = sorted(written)
    for before, after in pairwise(years):
        if after != before + 1:
            raise spot.error(
                f"the year {year_name(before + 1)} is missing between {year_name(before)} and {year_name(after)}",
                "every year from the first to the last, £0 where there is no money",
                "Add it",
            )
    return (
        tuple((year, written[year]) for year in years),
        number_of(read.amounts[LATER], "pounds per year", POUNDS_A_YEAR_MOST, known, spot / LATER),
    )


def _cycles(written: Any, spot: Spot) -> tuple[tuple[int, int | None], ...] | None:
    """Return the cycles in order, None for none; refuse those that run backwards or overlap."""
    if written is None or written == YEARLY:
        return None
    if not isinstance(written, list) or not written:
        raise spot.error(
            f"{shown(written)} is no list of cycles",
            f"'{YEARLY}', or a list of {{from, until}}",
            "List them, or delete it",
        )
    found: list[tuple[int, int | None]] = []
    for i, item in enumerate(written):
        here = spot / i
        read = entry(CycleEntry, item, here)
        first, last = parse_month(read.month), None if read.until is None else parse_month(read.until)
        if last is not None and last < first:
            raise (here / "until").error(
                f"the cycle ends in {read.until}, before it begins in {read.month}",
                f"{read.month} or later",
                "'until' is the last month of the cycle: correct it, or 'from'",
            )
        if found:
            before = found[-1][1]
            if before is None or first <= before:
                until = "has no end" if before is None else f"lasts until {month_name(before)}"
                raise (here / "from").error(
                    f"the cycle begins in {read.month}, while the one before it {until}",
                    "cycles in order of time that do not overlap",
                    "Correct one of the two, or put them in order",
                )
        found.append((first, last))
    return tuple(found)


def _check_cycles(found: Fund, spot: Spot) -> None:
    """Refuse cycles that are over before they are won, and years whose money no cycle could commit."""
    late = found.months_of_decision
    if found.decision_months is not None and late != as_number(found.decision_months):
        raise (spot / "decision_months" / "value").error(
            f"{as_number(found.decision_months):g} is not a whole number", "whole months", "Round it"
        )
    if found.is_yearly:
        if late >= MONTHS_A_YEAR:
            raise (spot / "cycles").error(
                f"a yearly cycle is over before it is won in {late} months", "less than 12", "Change one"
            )
        return
    if found.cycles is None:
        if found.decision_months is not None:
            raise (spot / "decision_months").error(
                "a decision opens a cycle, and this fund has none", "'cycles' beside it", "Add 'cycles', or delete it"
            )
        return
    for i, (first, last) in enumerate(found.cycles):
        if last is not None and found.opening(first) > last:
            raise (spot / "cycles" / i).error(
                f"the cycle until {month_name(last)} is over before it is won in {month_name(found.opening(first))}",
                "cycles longer than 'decision_months'",
                "Change one of them",
            )
    known_years = [year for year, _ in found.amounts]
    edges = [year_of(month) for cycle in found.cycles for month in cycle if month is not None]
    for year in range(min([*known_years, *edges]), max([*known_years, *edges]) + 2):
        amount = found.of_year(year)
        begin = month_index(year, APRIL)
        if amount is not None and as_number(amount) > 0 and not found.opens(begin, begin + MONTHS_A_YEAR):
            raise (spot / "cycles").error(
                f"no cycle is open in {year_name(year)}, so its £{as_number(amount):,.0f} could never be committed",
                "a cycle in every year that has money",
                f"Add a cycle, or write £0 for {year_name(year)}",
            )


def _states(written: Any, spot: Spot) -> tuple[int, ...] | None:
    if written == ALL:
        return None
    if not isinstance(written, list) or not all(isinstance(word, str) for word in written):
        raise spot.error(f"{shown(written)} is no list of states", f"'{ALL}', or {', '.join(STATES)}", "List them")
    check_words(tuple(written), "state", STATES, spot)
    return tuple(sorted(STATES.index(word) for word in written))
