"""What a funding study finds, in sentences made from its figures: says so where nothing can be told."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from results.display import MISSING, pounds, significant
from results.funding_measures import (
    GAIN,
    LESS,
    LOSS,
    MORE,
    NOTHING,
    SAME,
    UNSURE,
    allocator_words,
    clause,
    figure,
    good,
    measure_of,
    ring,
    ring_inside,
    signed,
    verdict,
)
from results.funding_read import HINDSIGHT, Figures
from results.report import capital
from results.statistics import Stat
from results.story import absolute
from scenarios.fund_specs import CONSTRAINTS
from simulation.funding.cells import GROUPS

HEAD = ("months_out_of_work", "wellbeing", "purse", "unspent", "turned_away")
"""Measures of the first screen, after that of the headline."""
SAID = (*HEAD[:3], "service_cost", *HEAD[3:], "bounced")
"""Those that its sentence tells."""
TOLD_LOSERS = 3


def listed(words: Sequence[str], joint: str = ", ") -> str:
    """Return words as a list in a sentence."""
    return joint.join(words[:-1]) + (" and " if len(words) > 1 else "") + words[-1]


def sure_words(figures: Figures) -> str:
    """Return how sure the headline's figures are."""
    names = [figures.primary, *figures.present(HEAD)]
    kinds = {name: verdict(figures.value(name), measure_of(name).kind) for name in names}
    told = [name for name, kind in kinds.items() if kind in (MORE, LESS)]
    open_ = [measure_of(name).thing for name, kind in kinds.items() if kind in (UNSURE, NOTHING)]
    text = f"In brackets: {figures.interval_words}."
    if len(figures.runs) < 2:
        return f"One run is no ground for an interval, so nothing can be told of how sure any figure is. {text}"
    if told:
        many = f"All {len(names)}" if len(told) == len(names) else f"{len(told)} of the {len(names)}"
        text += f" {many} headline figures are apart from zero."
    if open_:
        text += f" Whether flexibility changes {listed(open_)} cannot be told."
    return text


def buys_words(figures: Figures) -> list[str]:
    """Return what flexibility buys: its effect on work, then on the rest."""
    name = figures.primary
    stat = figures.value(name)
    first = _lead(stat, name)
    parts = [clause(figures.value(other), other) for other in figures.present(SAID)]
    out = [f"{first}, with money allocated {allocator_in(figures.main)}."]
    if parts:
        out.append(f"Over {figures.study.months} months it means {'; '.join(parts)}.")
    purse, spent = figures.value("purse"), figures.value("service_cost")
    if purse is not None and spent is not None and purse.mean < 0 < spent.mean:
        out.append(
            "Money that nobody spends counts as saved by the public purse, so the purse falls where more of the same "
            "money is spent."
        )
    return out


def allocator_in(name: str) -> str:
    """Return how money is allocated, as part of a sentence."""
    words = allocator_words(name)
    return words if words.startswith(("in ", "by ", "first ")) else f"by {words}"


def _lead(stat: Stat | None, name: str) -> str:
    found, words = good(stat, name), clause(stat, name)
    if found == GAIN:
        return f"The same money without its rings buys {words}"
    if found == LOSS:
        return f"The same money without its rings does harm: {words}"
    if found == SAME:
        return f"The same money without its rings changes nothing: {words}"
    return f"Whether the same money without its rings puts more residents in work cannot be told: {words}"


def ranked(parts: Mapping[str, Stat], better: int = 1) -> list[str]:
    """Return constraints by the gain of dropping them, the largest first."""
    return sorted(parts, key=lambda name: (-parts[name].mean * (better or 1), name))


def ring_words(figures: Figures, name: str = "") -> str:
    """Return which ring costs most by its Shapley value, of a measure or of the headline's."""
    name = name or figures.primary
    measure, parts = measure_of(name), figures.attribution(name)
    parts = {key: stat for key, stat in parts.items() if not math.isnan(stat.mean)}
    if not parts:
        return f"How {measure.thing} is to be shared among the rings was not worked out, so none can be named."
    order = ranked(parts, measure.better)
    costly = [key for key in order if good(parts[key], name) == GAIN]
    harmful = [key for key in reversed(order) if good(parts[key], name) == LOSS]
    if not costly:
        best = order[0]
        text = f"Dropping no single ring clearly improves {measure.thing}; the largest estimate is for "
        text += f"{ring_inside(best)}, {signed(parts[best], measure.kind)}."
    else:
        first = costly[0]
        gain = clause(parts[first], name)
        text = f"The ring that costs most is: {ring_inside(first)}. Without it there would be {gain}."
        second = next((key for key in order if key != first), None)
        if second and good(parts[second], name) == GAIN:
            text += f" Next: {ring_inside(second)}, {figure(_size(parts[second]), measure.kind)}."
        if second and _overlap(parts[first], parts[second]):
            text += " The two intervals overlap, so their order is not certain."
    if harmful:
        words = [f"{ring_inside(key)}, {signed(parts[key], measure.kind)}" for key in harmful]
        text += f" Rings that protect, so that dropping them does harm: {'; '.join(words)}."
    return text


def _size(stat: Stat) -> Stat:
    return stat if stat.mean > 0 else absolute(stat)


def _overlap(a: Stat, b: Stat) -> bool:
    return not (math.isnan(a.p05) or math.isnan(b.p05)) and a.p05 <= b.p95 and b.p05 <= a.p95


def lose_words(figures: Figures) -> list[str]:
    """Return who would lose: Places by the headline's measure, groups by starts."""
    out = [_losers(figures.areas(figures.primary), figures.primary, "Place", "Places")]
    if groups := figures.groups("starts"):
        out.append(_losers(groups, "starts", "group", "groups"))
    for name in dict.fromkeys((figures.primary, "months_in_work")):
        if cohorts := figures.groups(name):
            out.append(_losers(cohorts, name, "cohort", "cohorts"))
            break
    return out


def _losers(found: Sequence[tuple[str, Stat]], name: str, one: str, many: str) -> str:
    """Return which of some areas or groups lose, which gain, and of how many it cannot be told.

    Parameters
    ----------
    found : sequence of (str, Stat)
        The value of flexibility of each.
    name : str
        What it is counted in.
    one, many : str
        What they are.
    """
    measure = measure_of(name)
    if not found:
        return f"What each {one} would gain or lose in {measure.thing} was not counted, so it cannot be told."
    kinds = {key: good(stat, name) for key, stat in found}
    losers = sorted(((s.mean * measure.better, key, s) for key, s in found if kinds[key] == LOSS), key=lambda x: x[:2])
    gainers, n = [key for key in kinds if kinds[key] == GAIN], len(found)
    gained = f"{len(gainers)} of {n} {many} clearly gain" if gainers else f"no {one} clearly gains"
    if losers:
        words = [f"{inside(key)}: {clause(stat, name)}" for _, key, stat in losers[:TOLD_LOSERS]]
        words += [f"and {len(losers) - TOLD_LOSERS} more"] if len(losers) > TOLD_LOSERS else []
        count = f"One of {n} {many} clearly loses" if len(losers) == 1 else f"{len(losers)} of {n} {many} clearly lose"
        return f"{count}. {capital('; '.join(words))}. {capital(gained)}."
    unsure = [(s.mean * measure.better, key, s) for key, s in found if kinds[key] in (UNSURE, NOTHING)]
    if not unsure:
        tail = f"all {n} gain" if len(gainers) == n else f"{gained}, and the rest stay as they are"
        return f"By {measure.thing} no {one} loses: {tail}."
    _, worst, stat = min(unsure, key=lambda x: (math.isnan(x[0]), x[0]))
    return (
        f"By {measure.thing} no {one} clearly loses, and {gained}; for {len(unsure)} of {n} a loss can't be ruled out, "
        f"first of all {inside(worst)}: {signed(stat, measure.kind)}."
    )


def inside(name: str) -> str:
    """Return an area's or group's name inside a sentence."""
    state, comma, age = name.partition(", ")
    return f"{state}, aged {age}" if comma and name in GROUPS else name


def depends_words(figures: Figures) -> list[str]:
    """Return what the answer depends on: allocators, then assumptions."""
    out = [_on_allocators(figures)]
    listed_ = assumption_texts(figures.study.assumptions)
    if listed_:
        count = "one assumption" if len(listed_) == 1 else f"{len(listed_)} assumptions"
        among = next((text for text in listed_ if "staff" in text.lower()), listed_[0])
        out.append(f"It also rests on {count}, listed below, among them: {among.rstrip('.')}.")
    else:
        out.append("No assumptions were handed to this page.")
    return out


def _on_allocators(figures: Figures) -> str:
    name = figures.primary
    measure = measure_of(name)
    found = {a: figures.value(name, a) for a in figures.allocators}
    stats = {a: stat for a, stat in found.items() if stat is not None and not math.isnan(stat.mean)}
    if len(stats) < 2:
        return "Only one way of allocating money was tried, so how far the answer depends on it cannot be told."
    kinds = {a: good(stat, name) for a, stat in stats.items()}
    order = sorted(stats, key=lambda a: (-stats[a].mean * measure.better, a))
    text = (
        f"Tried with {len(stats)} ways of allocating money, flexibility {under_words(kinds)}, by {measure.thing}. "
        f"Best: {allocator_words(order[0])}, {signed(stats[order[0]], measure.kind)}; worst: "
        f"{allocator_words(order[-1])}, {signed(stats[order[-1]], measure.kind)}."
    )
    harmed = [allocator_in(a) for a in order if kinds[a] == LOSS]
    return f"{text} Freedom does harm where money is allocated {'; '.join(harmed)}." if harmed else text


def under_words(kinds: Mapping[str, str]) -> str:
    """Return under how many allocators flexibility gains, does harm, or is not told from no change."""
    does = {"gains": (GAIN,), "does harm": (LOSS,), "cannot be told from no change": (UNSURE, SAME, NOTHING)}
    counts = {verb: sum(kind in wanted for kind in kinds.values()) for verb, wanted in does.items()}
    if len(kinds) == 1:
        return next(verb for verb, k in counts.items() if k)
    said = [f"{verb} under {f'all {k}' if k == len(kinds) else k}" for verb, k in counts.items() if k]
    return listed(said)


def assumption_texts(assumptions: Sequence[Any]) -> list[str]:
    """Return each assumption as one text; those of several parts are joined."""
    return [item if isinstance(item, str) else ": ".join(str(part) for part in item) for item in assumptions]


def caveats(figures: Figures) -> list[str]:
    """Return what must be known before any figure, the gravest first."""
    study = figures.study
    out = [
        "Effects of services and behaviour are not fitted to the region, so read signs and order before sizes."
    ] if not study.calibrated else []  # fmt: skip
    if study.sample > 1:
        out.append(
            f"This is a draft on one resident in {study.sample}: counts and pounds are the sample's, not scaled up."
        )
    if len(figures.runs) > 1:
        out.append(f"Intervals: {figures.interval_words}.")
    else:
        out.append("One run, so no interval.")
    return out


def rings_of(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return each constraint for readers, and what it binds."""
    return [(ring(name), CONSTRAINTS.get(name, "as named")) for name in names]


def regret_words(figures: Figures) -> str:
    """Return how far allocators stay behind hindsight, an empty text where it was not run."""
    if HINDSIGHT not in figures.study.allocators:
        return ""
    name = figures.primary
    kind = measure_of(name).kind
    parts = []
    for allocator in figures.allocators:
        stat = figures.regret(name, allocator)
        if stat is not None and not math.isnan(stat.mean):
            parts.append(f"{allocator_words(allocator)}, {signed(stat, kind)}")
    if not parts:
        return ""
    return (
        f"What an allocator that knew the future would reach above each, with flexible money, in "
        f"{measure_of(name).thing}: {'; '.join(parts)}."
    )


def exact_pounds(value: float) -> str:
    """Return pounds to the penny."""
    if math.isnan(value):
        return MISSING
    text = f"£{abs(value):,.2f}"
    return f"−{text}" if value < 0 and text != "£0.00" else text


def plain_pounds(value: float) -> str:
    """Return pounds to three digits, millions to one decimal."""
    return pounds(value, 100_000 if abs(value) >= 1e6 else 10 ** max(0, significant(value)))


def whole_pounds(value: float) -> str:
    """Return pounds in full."""
    return f"−£{-value:,.0f}" if round(value) < 0 else f"£{abs(value):,.0f}"
