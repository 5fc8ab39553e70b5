"""The measures of a funding study in words, and one change of one of them; says so where nothing can be told."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from results.display import MISSING, number, pounds, rounding_unit, significant
from results.funding_read import HINDSIGHT, IN_WORK, REST
from results.statistics import Stat
from results.story import absolute
from scenarios.fund_specs import ALLOCATORS

MORE, LESS, SAME, UNSURE, NOTHING = "more", "less", "no change", "cannot be told", "nothing known"
GAIN, LOSS = "gain", "loss"
EXACT = "in every run"
FINE = 2.5
"""Units that an interval must span; a figure with a narrower one is shown to the next finer unit."""
HINDSIGHT_WORDS = "hindsight, for comparison only"
RINGS: Mapping[str, str] = {
    "eligibility": "Rules on whom a fund helps",
    "state": "Earmarks for what people do",
    "place": "Earmarks for one Place",
    "programme": "Earmarks for programmes",
    "lapse": "Loss at the year's end",
    "cycle": "Gaps between cycles",
    "virement": "Caps on moving money",
    REST: "Rings that were not varied",
}
"""Constraints as readers meet them; what each one binds is in `scenarios.fund_specs.CONSTRAINTS`."""


@dataclass(frozen=True)
class Measure:
    """How a measure is spoken of.

    `label`: heading; `thing`: what changes or not, in a sentence; `kind`: of `results.display`; `better`: 1 where more
    is better, -1 where less is, 0 where neither; `up`, `down`: a rise and a fall, {} being the figure; `what`: how it
    is counted.
    """

    label: str
    thing: str
    kind: str
    better: int
    up: str
    down: str
    what: str


def _people(label: str, things: str, better: int, what: str, less: str = "fewer") -> Measure:
    return Measure(
        label, f"the number of {things}", "count", better, f"{{}} more {things}", f"{{}} {less} {things}", what
    )


def _money(label: str, thing: str, better: int, up: str, down: str, what: str) -> Measure:
    return Measure(label, thing, "pounds", better, up, down, what)


MEASURES: Mapping[str, Measure] = {
    "months_in_work": _people("Person-months in work", "person-months in work", 1, "Months in work, all residents."),
    "months_out_of_work": _people(
        "Person-months out of work", "person-months out of work", -1, "Months unemployed or inactive, all residents."
    ),
    "wellbeing": Measure(
        "Wellbeing, points × years", "wellbeing", "count", 1, "{} points × years more life satisfaction",
        "{} points × years less life satisfaction", "Life satisfaction (0 to 10), summed over residents and years.",
    ),
    "purse": _money(
        "Public purse", "the public purse", 1, "{} more for the public purse",
        "{} less for the public purse", "Receipts less payments of every public agency, services included.",
    ),
    "service_cost": _money(
        "Cost of services", "the cost of services", 0, "{} more spent on services", "{} less spent on services",
        "What services cost those who pay for them.",
    ),
    "unspent": _money(
        "Money unspent", "money left unspent", -1, "{} more left unspent", "{} less left unspent",
        "Lost at a year's end or with a cycle, and left over in the last month.",
    ),
    "lapsed": _money(
        "Money lost unspent", "money lost unspent", -1, "{} more lost unspent", "{} less lost unspent",
        "Not committed in time, and gone by the fund's rules.",
    ),
    "left": _money(
        "Money left at the end", "money left at the end", 0, "{} more left at the end", "{} less left at the end",
        "In the purses in the last month, promised to nobody.",
    ),
    "outstanding": _money(
        "Promised, not yet paid", "what is promised and not yet paid", 0, "{} more promised and not yet paid",
        "{} less promised and not yet paid", "Owed to services for clients who have started.",
    ),
    "granted": _money(
        "Money granted", "the money granted", 0, "{} more granted", "{} less granted", "All that came into the funds.",
    ),
    "administration": _money(
        "Administration and bids", "what running the funds costs", -1, "{} more for administration and bids",
        "{} less for administration and bids", "Taken from the money before services see it.",
    ),
    "promised": _money(
        "Promised to clients", "what is promised to clients", 0, "{} more promised to clients",
        "{} less promised to clients", "Committed at the start of each client.",
    ),
    "paid": _money("Paid to services", "what is paid to services", 0, "{} more paid", "{} less paid", "For clients."),
    "returned": _money(
        "Came back", "what comes back of promises", 0, "{} more came back", "{} less came back",
        "Promised to clients who left early.",
    ),
    "turned_away": _people(
        "Person-months in line, turned away", "person-months in line for want of money", -1,
        "Months in line of people for whom no fund may pay, or none has money.",
    ),
    "shut_out": _people(
        "Person-months in line, no fund may pay", "person-months in line that no fund may pay for", -1,
        "The rings leave no fund for this person and service.",
    ),
    "no_money": _people(
        "Person-months in line, no money", "person-months in line for want of money left", -1,
        "A fund may pay, but its money is used up.",
    ),
    "starts": _people("Starts", "starts", 1, "Clients who start with a service."),
    "jobs_found": _people(
        "Clients into work", "clients into work", 1, "Jobs found while helped; many would have been found anyway."
    ),
    "lost": _people("Referrals lost", "referrals lost", -1, "Sent to the wrong door and never seen again."),
    "bounced": _people("Referrals bounced", "referrals bounced between doors", -1, "Sent where they are refused."),
    "waiting": _people("People waiting at the end", "people waiting at the end", -1, "In line in the last month."),
}  # fmt: skip


def measure_of(name: str) -> Measure:
    """Return how a measure is spoken of; one without words of its own is called by its name."""
    if found := IN_WORK.match(name):
        month = found[1]
        things = f"residents in work at the end of month {month}"
        return _people(f"Residents in work, end of month {month}", things, 1, "Employed or self-employed residents.")
    if name in MEASURES:
        return MEASURES[name]
    words = name.replace("_", " ")
    return Measure(words.capitalize(), words, "count", 0, f"{{}} more {words}", f"{{}} less {words}", "As named.")


def ring(name: str) -> str:
    """Return a constraint's name for readers."""
    return RINGS.get(name, name.replace("_", " ").capitalize())


def ring_inside(name: str) -> str:
    """Return a constraint's name inside a sentence."""
    words = ring(name)
    return words[:1].lower() + words[1:]


def allocator_words(name: str) -> str:
    """Return an allocator's name for readers."""
    return HINDSIGHT_WORDS if name == HINDSIGHT else ALLOCATORS.get(name, name.replace("_", " "))


def verdict(stat: Stat | None, kind: str) -> str:
    """Return MORE, LESS, SAME, UNSURE or NOTHING: a change is told only where its interval as shown leaves out zero."""
    if stat is None or math.isnan(stat.mean):
        return NOTHING
    if not stat.is_other_than_zero:
        return SAME
    if math.isnan(stat.p05) or not stat.is_clear:
        return UNSURE
    near = shown(stat, kind, stat.p05 if stat.p05 > 0 else stat.p95)
    if near in ("0", "£0", "−0", "−£0"):
        return UNSURE
    return MORE if stat.mean > 0 else LESS


def good(stat: Stat | None, name: str) -> str:
    """Return GAIN, LOSS, or the verdict where it is neither."""
    measure = measure_of(name)
    found = verdict(stat, measure.kind)
    if found not in (MORE, LESS) or not measure.better:
        return found
    return GAIN if (found == MORE) == (measure.better > 0) else LOSS


def unit_of(stat: Stat, kind: str) -> float:
    """Return what a figure is rounded to: by its Monte Carlo error, and finer where its interval would collapse."""
    if math.isnan(stat.mc_se):
        return 10 ** max(0, significant(stat.mean)) if kind == "pounds" else 1
    unit = rounding_unit(stat)
    while unit > 1 and stat.p95 - stat.p05 < FINE * unit:
        unit /= 10
    return unit


def shown(stat: Stat, kind: str, value: float) -> str:
    """Return one number of a statistic as text.

    Parameters
    ----------
    stat : Stat
        Gives the rounding.
    kind : str
        `count` or `pounds`.
    value : float
        Its mean, or an end of its interval.
    """
    return (pounds if kind == "pounds" else number)(value, unit_of(stat, kind))


def signed(stat: Stat | None, kind: str) -> str:
    """Return a difference with its sign and interval."""
    if stat is None or math.isnan(stat.mean):
        return MISSING
    text = shown(stat, kind, stat.mean)
    plus = "+" if stat.mean > 0 and text not in ("0", "£0") else ""
    return f"{plus}{text} ({interval(stat, kind)})"


def figure(stat: Stat | None, kind: str) -> str:
    """Return a figure with its interval."""
    if stat is None or math.isnan(stat.mean):
        return MISSING
    return f"{shown(stat, kind, stat.mean)} ({interval(stat, kind)})"


def interval(stat: Stat, kind: str) -> str:
    """Return the 90% interval, that the figure is the same in every run, or that there is no interval."""
    if math.isnan(stat.p05) or math.isnan(stat.p95):
        return "no interval"
    if stat.p05 == stat.mean == stat.p95:
        return EXACT
    return f"{shown(stat, kind, stat.p05)} to {shown(stat, kind, stat.p95)}"


def clause(stat: Stat | None, name: str) -> str:
    """Return one change in words, with its interval."""
    measure = measure_of(name)
    found = verdict(stat, measure.kind)
    if stat is None or found == NOTHING:
        return f"nothing can be told of {measure.thing}"
    if found == SAME:
        return f"no change in {measure.thing}"
    if found == UNSURE and math.isnan(stat.p05):
        return f"{_moved(stat, measure)}, from one run, so how sure that is can't be told"
    if found == UNSURE:
        return f"no clear change in {measure.thing}: {signed(stat, measure.kind)}, an interval that {_zero(stat)}"
    return _moved(stat, measure)


def _moved(stat: Stat, measure: Measure) -> str:
    text = measure.up if stat.mean > 0 else measure.down
    return text.format(figure(stat if stat.mean > 0 else absolute(stat), measure.kind))


def _zero(stat: Stat) -> str:
    return "reaches to zero" if stat.is_clear else "includes zero"
