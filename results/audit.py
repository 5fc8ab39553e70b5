"""A service's client counts against the synthetic population in need: representation and outcomes by group.

Intervals are binomial: Wilson's of each group's share among the clients, over the group's share of need. A suppressed
count takes both its ends, 1 and 4. Counts below 5 are never given, nor what would let one work them out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from results.audit_file import NOT_KNOWN, SMALLEST_SHOWN, SUPPRESSED, Cell, Clients, Range
from results.display import SMALL
from results.equity import CONDITION, DIMENSION_TITLES, PLACE, title_of
from results.equity_frame import FEW, finding, verdict
from results.shares import ratio_interval, wilson

if TYPE_CHECKING:
    from pandas import DataFrame

LEVEL = 0.95
SMALL_MARK, HIDDEN_MARK = f"<{SMALLEST_SHOWN}", "hidden"
AUDIT_COLUMNS = (
    *("dimension", "group", "title", "clients", "in_need", "share_clients", "share_in_need"),
    *("ratio", "ratio_low", "ratio_high", "verdict"),
    *("starts_or_outcomes", "rate", "rate_low", "rate_high"),
)
METHOD = (
    "Each group's share among the clients whose group is known is a binomial share with Wilson's 95% interval; the "
    "representation ratio is that share over the group's share of need. Where the population is a sample, the binomial "
    "error of the share of need is added (MOVER for a ratio of two shares). A suppressed count (1 to 4) takes both "
    "ends. Each group is judged by itself: of forty groups that are all served alike about one would stand apart below "
    "1, and one above, by chance alone."
)
CAUTION = (
    "The population in need is synthetic: drawn to published margins, run in, and not calibrated. A ratio away from 1 "
    "may be the population's fault and not the service's; it is a question to ask, not a finding of discrimination."
)
HIDING = (
    f"{SMALL_MARK}: 1 to 4 people, given or suppressed in the file. {HIDDEN_MARK}: left out so that no small count can "
    "be worked out. Shares, ratios and rates are rounded to two decimals for the same reason."
)


@dataclass(frozen=True)
class InNeed:
    """The population in need: `counts` by dimension and label, `total`, and whether they are a sample's."""

    name: str
    counts: Mapping[str, Mapping[str, int]]
    total: int
    sample: int
    places: tuple[str, ...]


def audit(clients: Clients, need: InNeed) -> DataFrame:
    """Return one row a group of the file by AUDIT_COLUMNS; Places are named, counts are text."""
    import pandas as pd

    rows = []
    for dimension, cells in clients.cells.items():
        rows += _rows(dimension, {k: Cell(_seen(c.clients), c.outcomes) for k, c in cells.items()}, clients.total, need)
    return pd.DataFrame(rows, columns=list(AUDIT_COLUMNS))


def _seen(found: Range) -> Range:
    """Return a count as it may be used: a small one as if it had been suppressed."""
    return SUPPRESSED if found[0] == found[1] and 0 < found[0] < SMALLEST_SHOWN else found


def is_small(found: Range) -> bool:
    """Return whether a count is suppressed."""
    return found[0] != found[1]


def hidden_with(counts: Mapping[str, Range], dimension: str) -> set[str]:
    """Return the group hidden beside a single suppressed one, which the total would otherwise give away."""
    small = [label for label, found in counts.items() if is_small(found)]
    others = [label for label, found in counts.items() if not is_small(found) and found[0] > 0]
    if len(small) != 1 or dimension == CONDITION or not others:
        return set()
    return {min(others, key=lambda label: (counts[label][0], label))}


def _rows(dimension: str, cells: Mapping[str, Cell], total: Range, need: InNeed) -> list[dict[str, Any]]:
    """Return the rows of a dimension.

    Parameters
    ----------
    dimension, cells : a dimension of the file and its groups.
    total : least and most clients of the file.
    need : the population in need.
    """
    counts = {label: cell.clients for label, cell in cells.items()}
    hidden = hidden_with(counts, dimension)
    known = {label: found for label, found in counts.items() if label != NOT_KNOWN}
    unknown = counts.get(NOT_KNOWN, (0, 0))
    sums = sum(c[0] for c in known.values()), sum(c[1] for c in known.values())
    if dimension == CONDITION:  # a client may stand in several of its groups
        sums = max(1, total[0] - unknown[1]), max(1, total[1] - unknown[0])
    in_need = {label: need.counts[dimension][label] for label in known}
    base = need.total if dimension == CONDITION else sum(in_need.values())
    rates = _rates(cells, hidden, dimension)
    out = []
    for label, found in counts.items():
        shown = SMALL_MARK if is_small(found) else HIDDEN_MARK if label in hidden else str(found[0])
        title = "not known" if label == NOT_KNOWN else title_of(dimension, label, need.places, {})
        group = need.places[int(label)] if dimension == PLACE and label != NOT_KNOWN else label
        row = {"dimension": dimension, "group": group, "title": title, "clients": shown, **rates[label]}
        if label != NOT_KNOWN:
            ends = sums if dimension == CONDITION else (sums[0] - found[0], sums[1] - found[1])
            row |= _representation(found, ends, dimension, in_need[label], base, need.sample, label in hidden)
        out.append(row)
    return out


def _representation(
    found: Range, others: Range, dimension: str, in_need: int, base: int, sample: int, is_hidden: bool
) -> dict[str, Any]:
    """Return the share, ratio and interval of a group.

    Parameters
    ----------
    found, others : least and most clients of the group, and of the others (of all, for groups that overlap).
    dimension : its dimension.
    in_need, base : residents in need of the group, and of all groups.
    sample : one resident in so many.
    is_hidden : whether its figures are kept back.
    """
    overlaps = dimension == CONDITION
    low_of, high_of = (others[1], others[0]) if overlaps else (found[0] + others[1], found[1] + others[0])
    low, high = float(wilson(found[0], low_of, LEVEL)[0]), float(wilson(min(found[1], high_of), high_of, LEVEL)[1])
    middle = sum(others) / 2 + (0 if overlaps else sum(found) / 2)
    part = sum(found) / 2 / middle if middle else np.nan
    of_need = in_need / base if base else np.nan
    row = {"in_need": in_need, "share_in_need": round(of_need, 2), "verdict": FEW}
    if is_hidden or not in_need or min(in_need, max(found[1], of_need * middle)) < SMALL:
        return row | {"verdict": "not shown" if is_hidden else FEW}
    spread = None if sample == 1 else wilson(in_need, base, LEVEL)
    first, last = (float(end) for end in ratio_interval(part, (low, high), of_need, spread))
    row |= {"ratio_low": round(first, 2), "ratio_high": round(last, 2), "verdict": verdict(first, last)}
    if not is_small(found):
        row |= {"share_clients": round(part, 2), "ratio": round(part / of_need, 2)}
    return row


def _rates(cells: Mapping[str, Cell], hidden: set[str], dimension: str) -> dict[str, dict[str, Any]]:
    """Return each group's starts or outcomes and their rate, kept back where few stand on either side.

    Parameters
    ----------
    cells : the dimension's groups.
    hidden : groups whose clients are kept back.
    dimension : their dimension.
    """
    if any(cell.outcomes is None for cell in cells.values()):
        return {label: {} for label in cells}
    guarded: dict[str, Range] = {}
    for label, cell in cells.items():
        found = cell.outcomes or (0, 0)
        few_others = found[0] == found[1] and 0 < cell.clients[0] - found[0] < SMALLEST_SHOWN
        guarded[label] = SUPPRESSED if few_others or is_small(cell.clients) else _seen(found)
    kept_back = hidden | hidden_with(guarded, dimension)
    out: dict[str, dict[str, Any]] = {}
    for label, cell in cells.items():
        found, n = guarded[label], cell.clients[0]
        if is_small(found) or label in kept_back or n == 0:
            mark = HIDDEN_MARK if label in kept_back or is_small(found) else "0"
            out[label] = {"starts_or_outcomes": mark}
            continue
        low, high = (round(float(end), 2) for end in wilson(found[0], n, LEVEL))
        rate = round(found[0] / n, 2)
        out[label] = {"starts_or_outcomes": str(found[0]), "rate": rate, "rate_low": low, "rate_high": high}
    return out


def sentence(rows: DataFrame, need: InNeed) -> str:
    """Return the sentence that names the most under-represented group, or says that it cannot be told."""
    told = rows[(rows["group"] != NOT_KNOWN) & (rows["verdict"] != "not shown")]
    named = told.rename(columns={"ratio_low": "ratio_p05", "ratio_high": "ratio_p95"})
    return finding(named, "the clients", need.name[:1].lower() + need.name[1:], "95%")


def table_rows(rows: DataFrame) -> list[list[str]]:
    """Return the rows as readers see them: group, dimension, clients, shares, ratio, what it says, rate."""
    out = []
    for row in rows.to_dict(orient="records"):
        ends = f"({_two(row['ratio_low'])} to {_two(row['ratio_high'])})"
        ratio = "not shown" if np.isnan(row["ratio_low"]) else f"{_two(row['ratio'])} {ends}"
        rate = f"{_cent(row['rate'])} ({_cent(row['rate_low'])} to {_cent(row['rate_high'])})"
        out.append(
            [
                str(row["title"])[:1].upper() + str(row["title"])[1:],
                DIMENSION_TITLES[row["dimension"]],
                str(row["clients"]),
                _cent(row["share_clients"]),
                _cent(row["share_in_need"]),
                ratio,
                str(row["verdict"]) if isinstance(row["verdict"], str) else "not counted",
                rate if not np.isnan(row["rate"]) else "not shown",
            ]
        )
    return out


HEADINGS: Sequence[str] = (
    *("Group", "By", "Clients", "Share of clients", "Share of need", "Representation ratio", "What it says"),
    "Starts or outcomes, of clients",
)


def _two(value: float) -> str:
    return "suppressed" if np.isnan(value) else f"{value:.2f}"


def _cent(value: float) -> str:
    return "not shown" if np.isnan(value) else f"{value:.0%}"
