"""What services did, in sentences, steps and tables for readers; says nothing that the figures do not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from results.display import both, value_text
from results.services import ALL, kind_of, reader
from results.statistics import Stat
from scenarios.programme_words import KINDS

if TYPE_CHECKING:
    from pandas import DataFrame

    from results.services import Reader
    from results.summary import Headline

CHAIN = (
    ("waiting_at_start", "Waiting at the start", "on a list when the policy began"),
    ("referred", "Asked and referred", "asked about work at a door and were sent to a service"),
    ("rejected_rules", "Rejected: own rules", "shut out by the rules of the service itself"),
    ("rejected_money", "Rejected: funders' rules", "shut out by on whom its money may be spent"),
    ("rejected_full", "Rejected: list full", "the starts of the year were used up"),
    ("rejected_triage", "Rejected: first conversation", "turned away at triage"),
    ("lost", "of the rejected, lost", "shut out by rules, money or a full list, and sent nowhere else"),
    ("withdrawn", "Withdrew", "gave up waiting"),
    ("no_longer_eligible", "No longer eligible", "taken off the list, because they no longer met the rules"),
    ("left_waiting", "Left while waiting", "left the region or the age range"),
    ("waiting", "Waiting at the end", "on a list at the last month's end"),
    ("started", "Started", "began to be helped"),
    ("mean_days_waited", "Mean wait, days", "of those who started"),
    ("active_at_start", "Being helped at the start", "when the policy began"),
    ("finished", "Finished", "reached the end of help without a new job"),
    ("into_work", "Into work", "found a job while being helped; many would have found one anyway"),
    ("dropped_out", "Dropped out", "left help early"),
    ("moved_on", "Moved on", "began with another service"),
    ("left", "Left while being helped", "left the region or the age range"),
    ("active", "Being helped at the end", "at the last month's end"),
)
"""Item of `results.services.ITEMS`, its heading, what it counts."""
PROGRAMME_ITEMS = (
    ("places", "Places"),
    ("referred", "Referred"),
    ("rejected_rules", "Rejected by own rules"),
    ("rejected_money", "Rejected by funders' rules"),
    ("rejected_full", "List full"),
    ("rejected_triage", "Rejected at first talk"),
    ("withdrawn", "Gave up waiting"),
    ("started", "Started"),
    ("mean_days_waited", "Mean wait, days"),
    ("share_in_use", "Places in use at the end"),
    ("finished", "Finished"),
    ("into_work", "Into work"),
)
AREA_ITEMS = (
    ("referred", "Referred"),
    ("rejected_rules", "Rejected by own rules"),
    ("rejected_money", "Rejected by funders' rules"),
    ("rejected_full", "List full"),
    ("rejected_triage", "Rejected at first talk"),
    ("lost", "Lost at a wrong door"),
    ("withdrawn", "Gave up waiting"),
    ("started", "Started"),
    ("mean_days_waited", "Mean wait, days"),
    ("waiting", "Waiting at the end"),
    ("active", "Helped at the end"),
    ("finished", "Finished"),
    ("into_work", "Into work"),
)
COMPARED = (("started", "Started, against the baseline"), ("into_work", "Into work, against the baseline"))
Cells = tuple[tuple[str, ...], list[list[str]]]
"""Headings, rows."""


def frame_of(headline: Headline) -> DataFrame:
    """Return the frame of services of a comparison that has some."""
    if headline.services is None:
        raise ValueError(f"{headline.title}: neither arm has services")
    return headline.services


def shown(stat: Stat, item: str) -> str:
    """Return an item with its interval."""
    return both(stat, kind_of(item))


def change(stat: Stat, item: str, more: str, fewer: str) -> str:
    """Return a difference in words: by how much more or fewer, or that none is clear.

    Parameters
    ----------
    stat, item : Stat and str
        The difference, and of what.
    more, fewer : str
        The words that follow a size.
    """
    if math.isnan(stat.mean):
        return "a change that is not defined"
    if not stat.mean:
        return "no change"
    if not (math.isnan(stat.p05) or stat.is_clear):
        return f"no clear change: {shown(stat, item)}"
    return f"{shown(stat, item)} {more}" if stat.mean > 0 else f"{shown(turned(stat), item)} {fewer}"


def turned(stat: Stat) -> Stat:
    """Return the figure with its sign turned."""
    ends = {"p05": "p95", "p25": "p75", "p50": "p50", "p75": "p25", "p95": "p05"}
    return replace(stat, mean=-stat.mean, **{name: -getattr(stat, other) for name, other in ends.items()})


def finding(headline: Headline) -> str:
    """Return what services did under the policy, and how that differs from the baseline."""
    get = reader(frame_of(headline))

    def level(item: str) -> str:
        return shown(get("policy", item), item)

    def against(item: str, more: str = "more", fewer: str = "fewer") -> str:
        return change(get("difference", item), item, more, fewer)

    wait = (
        f"They had waited {level('mean_days_waited')} days on average [{against('mean_days_waited', 'more', 'less')}]."
        if not math.isnan(get("policy", "mean_days_waited").mean)
        else ""
    )
    parts = [
        f"Under {headline.policy}, {level('started')} residents started with a service in {headline.horizon} months; "
        f"against {headline.baseline} that is {against('started')}.",
        wait,
        f"At the end {level('active')} were being helped [{against('active')}] and {level('waiting')} were waiting "
        f"[{against('waiting')}].",
        f"{level('lost')} had been sent to a service that could not take them, and nowhere else [{against('lost')}].",
    ]
    return " ".join(part for part in parts if part)


def chain_steps(headline: Headline, area: str) -> Iterator[tuple[str, str, str, Stat, str]]:
    """Yield block, step, explanation, figure and its kind, from those referred to what became of them.

    Parameters
    ----------
    headline : Headline
        A comparison; nothing is yielded where it has no services.
    area : str
        Name of an area.
    """
    if headline.services is None:
        return
    get = reader(headline.services, ALL, area)
    blocks = (("policy", f"Services under {headline.policy}"), ("difference", f"Change against {headline.baseline}"))
    for arm, block in blocks:
        for item, heading, words in CHAIN:
            yield block, heading, words, get(arm, item), kind_of(item)


def _cells(get: Reader, items: tuple[tuple[str, str], ...]) -> list[str]:
    means = [value_text(get("policy", item), kind_of(item)) for item, _ in items]
    return [*means, *(shown(get("difference", item), item) for item, _ in COMPARED)]


def programme_cells(headline: Headline) -> Cells:
    """Return the table by programme: title, kind, policy means, and differences with intervals; all services last."""
    frame = frame_of(headline)
    words = frame[["programme", "title", "kind"]].drop_duplicates()
    rows = []
    for programme, title, kind in words.itertuples(index=False, name=None):
        kind_words = KINDS[kind].title if kind in KINDS else "all kinds" if kind == ALL else str(kind)
        rows.append([title, kind_words, *_cells(reader(frame, programme), PROGRAMME_ITEMS)])
    return ("Programme", "Kind", *(name for _, name in PROGRAMME_ITEMS), *(name for _, name in COMPARED)), rows


def area_cells(headline: Headline) -> Cells:
    """Return the table by Place and area of the clients, all services together."""
    frame = frame_of(headline)
    areas = [area.name for area in headline.geography.areas]
    rows = [[name, *_cells(reader(frame, ALL, name), AREA_ITEMS)] for name in areas]
    return ("Place", *(name for _, name in AREA_ITEMS), *(name for _, name in COMPARED)), rows
