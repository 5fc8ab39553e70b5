"""The equity of a comparison over its seeds: shares, representation and success by group, and what they say.

A ratio of 1 means that a group has the same share among those who start as among those in need. With several seeds
intervals are those of every other figure; with one run, or where all runs agree exactly, they are Wilson's of a
binomial share, which hold the chance of who starts but not that of another history.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from results.display import SMALL
from results.equity import ALL, DIMENSION_TITLES, EQUITY_ITEMS, EVERYTHING, NEED, OWN_RULE, EquityCounts, title_of
from results.geography import Geography
from results.pairing import PairedSeed
from results.shares import ratio_interval, wilson
from results.statistics import describe, interval_kind

if TYPE_CHECKING:
    from pandas import DataFrame

Floats = NDArray[np.float64]
LEVEL = 0.9
COUNTED = ("in_need", "starters", "followed", "in_work")
REFERENCE = "reference"
WILSON = "wilson"
UNDER, OVER, UNCLEAR, FEW = "under-represented", "over-represented", "cannot be told", "too few to tell"
IDENTITY = ("programme", "need", "need_title", "dimension", "group", "title")
FIGURES = ("ratio", "success_rate", "success_ratio")
EQUITY_COLUMNS = (
    *IDENTITY,
    "in_need",
    "starters",
    "share_in_need",
    "share_starters",
    *(f"{name}{end}" for name in FIGURES for end in ("", "_p05", "_p95", "_interval")),
    "verdict",
    "n_draws",
    "n_seeds",
    "small_number",
)
EQUITY_WORDS: dict[str, str] = {
    "programme": f"subsidy or service of the policy arm; {EVERYTHING} = whoever starts in any",
    "need": f"row of the needs; {OWN_RULE} = whom the programme's rule and its funders' take at the policy's start",
    "in_need": "residents of the group in need at the policy's start, mean over runs",
    "starters": "residents of the policy's start who started, mean over runs; cohorts in need count only those who "
    "were in need at the policy's start, and are compared among these",
    "share_in_need": "the group's share of all in need",
    "share_starters": "the group's share of all who started",
    "ratio": "representation ratio: share among those who started over share among those in need",
    "success_rate": "in work 12 months after the start, or in the last month, among those still living here then",
    "success_ratio": "the group's success rate over that of all who started",
    "verdict": f"{UNDER} or {OVER} where the interval of the ratio leaves out 1, else {UNCLEAR}; {FEW} below "
    f"{SMALL} starts in need's proportion over all runs",
    "_interval": f"what _p05 and _p95 hold: t, quantiles or none as in the summary; {WILSON} = {LEVEL:.0%} binomial",
}


def equity_frame(runs: Sequence[PairedSeed], draws: NDArray[np.int64], n_seeds: int, where: Geography) -> Any:
    """Return one row a programme, need and group by EQUITY_COLUMNS; None where no run counted them.

    Parameters
    ----------
    runs : the runs.
    draws : draw of each run, shape (runs,).
    n_seeds : number of different seeds.
    where : names of the Places.
    """
    import pandas as pd

    found = [run.equity for run in runs if run.equity is not None]
    if len(found) != len(runs):
        return None
    first = found[0]
    counts = np.stack([one.counts for one in found]).astype(np.float64)
    need, starters, followed, in_work = (counts[..., EQUITY_ITEMS.index(name)] for name in COUNTED)
    whole = [np.broadcast_to(values[:, :, :1], values.shape) for values in (need, starters, followed, in_work)]
    # nobody is in a cohort of need by what happened later, so cohorts are compared among starters who were in need
    cohorts = np.array([dimension == NEED for dimension, _ in first.groups])
    among = counts[..., EQUITY_ITEMS.index("starters_in_need")]
    starters = np.where(cohorts, among, starters)
    whole[1] = np.where(cohorts, among[:, :, :1], whole[1])
    columns: dict[str, Any] = {
        "in_need": need.mean(axis=0),
        "starters": starters.mean(axis=0),
        "share_in_need": share(need.sum(axis=0), whole[0].sum(axis=0)),
        "share_starters": share(starters.sum(axis=0), whole[1].sum(axis=0)),
    }
    expected = columns["share_in_need"] * whole[1].sum(axis=0)
    enough = expected >= SMALL
    heard = (followed.sum(axis=0) >= SMALL) & (whole[2].sum(axis=0) >= SMALL)
    ones = np.ones_like(need)
    columns |= ratios("ratio", (starters, whole[1], need, whole[0]), draws, enough)
    columns |= ratios("success_rate", (in_work, followed, ones, ones), draws, heard)
    columns |= ratios("success_ratio", (in_work, followed, whole[3], whole[2]), draws, heard)
    rows = {name: np.broadcast_to(values, need.shape[1:]).ravel() for name, values in columns.items()}
    places = tuple(area.name for area in where.places)
    frame = pd.DataFrame([_identity(first, pair, group, places) for pair in first.pairs for group in first.groups])
    frame = frame.assign(**rows, n_draws=len(np.unique(draws)), n_seeds=n_seeds)
    frame["verdict"] = [verdict(*ends) for ends in zip(frame["ratio_p05"], frame["ratio_p95"], strict=True)]
    all_of_them = (frame["dimension"] == ALL) | ((frame["dimension"] == NEED) & (frame["group"] == frame["need"]))
    ends = [f"{name}{end}" for name in ("ratio", "success_ratio") for end in ("_p05", "_p95")]
    frame.loc[all_of_them, ends] = np.nan
    frame.loc[all_of_them, ["ratio_interval", "success_ratio_interval"]] = "none"
    frame.loc[all_of_them, "verdict"] = REFERENCE
    is_small = (frame[["in_need", "starters"]] > 0) & (frame[["in_need", "starters"]] < SMALL)
    frame["small_number"] = is_small.any(axis=1).map({True: "[low]", False: "none"})
    frame = frame[frame["in_need"] + frame["starters"] > 0]
    return frame[list(EQUITY_COLUMNS)].reset_index(drop=True)


def _identity(
    one: EquityCounts, pair: tuple[str, str], group: tuple[str, str], places: Sequence[str]
) -> dict[str, str]:
    """Return the words of a row."""
    need_title = one.needs.get(pair[1], f"residents whom the rule of {pair[0]} takes")
    title = title_of(*group, places, one.needs) if group[0] != ALL else "everybody"
    label = places[int(group[1])] if group[0] == "place" else group[1]
    return dict(zip(IDENTITY, (*pair, need_title, group[0], label, title), strict=True))


def share(part: Floats, whole: Floats) -> Floats:
    """Return part over whole, not a number where the whole is 0."""
    out = np.full(np.broadcast_shapes(part.shape, whole.shape), np.nan)
    return np.asarray(np.divide(part, whole, out=out, where=whole > 0), np.float64)


def ratios(
    name: str, counts: tuple[Floats, Floats, Floats, Floats], draws: NDArray[np.int64], enough: NDArray[np.bool_]
) -> dict[str, Any]:
    """Return the ratio of two shares, (a / b) / (c / d) of the sums over runs, with its interval, by column.

    The spread over runs is that of the ratio's first-order change with each of the four counts (delta method).

    Parameters
    ----------
    name : name of the figure.
    counts : a, b, c and d by run, shape (runs, pairs, groups) each.
    draws : draw of each run.
    enough : where there is enough to say anything.
    """
    a, b, c, d = (values.sum(axis=0) for values in counts)
    known = share(c, d)
    ratio = np.where(enough, share(share(a, b), known), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        moved = [np.nan_to_num(values / values.mean(axis=0)) for values in counts]
        around = describe(ratio * (moved[0] - moved[1] - moved[2] + moved[3]), draws)
        low, high = np.maximum(around["p05"] + ratio, 0.0), around["p95"] + ratio
        ends = ratio_interval(share(a, b), wilson(a, b, LEVEL), known)
    missing = np.isnan(ratio)
    alone = np.isnan(low) | (low == high)
    kind = np.where(missing, "none", np.where(alone, WILSON, interval_kind(len(draws), len(np.unique(draws)))))
    low = np.where(missing, np.nan, np.where(alone, ends[0], low))
    high = np.where(missing, np.nan, np.where(alone, ends[1], high))
    return {name: ratio, f"{name}_p05": low, f"{name}_p95": high, f"{name}_interval": kind}


def verdict(low: float, high: float) -> str:
    """Return what the ends of a representation ratio's interval say."""
    if np.isnan(low) or np.isnan(high):
        return FEW
    return UNDER if high < 1 else OVER if low > 1 else UNCLEAR


def rows_of(frame: DataFrame, programme: str, need: str) -> DataFrame:
    """Return the rows of a programme and need."""
    return frame[(frame["programme"] == programme) & (frame["need"] == need)]


def reference(frame: DataFrame) -> tuple[str, str]:
    """Return the programme and need that are shown first: every programme, against the widest need."""
    return str(frame["programme"].iloc[0]), str(frame["need"].iloc[0])


def least_first(rows: DataFrame) -> DataFrame:
    """Return the under-represented groups, the least represented first, larger ones before smaller."""
    under = rows[rows["verdict"] == UNDER]
    by = under.assign(size=under["ratio"].fillna(under["ratio_p95"]))  # a suppressed count leaves the interval alone
    order = by.sort_values(["size", "in_need", "dimension", "group"], ascending=[True, False, True, True])
    return order.drop(columns="size")


def interval_words(low: float, high: float) -> str:
    """Return the ends of an interval of a ratio with two decimals."""
    return f"{low:.2f} to {high:.2f}"


def group_words(row: Any) -> str:
    """Return a group with its dimension."""
    return f"{row.title} ({DIMENSION_TITLES[row.dimension].removesuffix(' (they overlap)')})"


def finding(rows: DataFrame, who: str, need: str, level: str = "90%") -> str:
    """Return the sentence that names the most under-represented group, or says that it cannot be told.

    Parameters
    ----------
    rows : rows of one programme and need, with title, dimension, ratio, ends and verdict.
    who, need : the people counted and those in need, in words.
    level : the level of the intervals.
    """
    told = rows[~rows["verdict"].isin([FEW, REFERENCE])]
    if told.empty:
        return f"Too few of {who} to tell which groups are under-represented against {need}."
    under = least_first(told)
    n_unclear = int((told["verdict"] == UNCLEAR).sum())
    rest = (
        f"Of {len(told)} groups with enough people {len(under)} are under-represented, "
        f"{int((told['verdict'] == OVER).sum())} over-represented, and for {n_unclear} it cannot be told, because "
        f"their {level} intervals hold 1."
    )
    if under.empty:
        return f"Among {who}, against {need}, no group is clearly under-represented. {rest}"
    row: Any = next(under.itertuples())
    span, shown = interval_words(row.ratio_p05, row.ratio_p95), f"{row.ratio:.2f} "
    return (
        f"Among {who}, against {need}, the most under-represented group is {group_words(row)}: representation ratio "
        f"{'' if np.isnan(row.ratio) else shown}({level} interval {span}; 1 is its share of need). {rest}"
    )


def equity_words(frame: DataFrame, policy: str) -> str:
    """Return the findings of a comparison: against the widest need and, of a single programme, against its own rule.

    Parameters
    ----------
    frame : as from `equity_frame`.
    policy : name of the policy arm.
    """
    pairs = [reference(frame)]
    own = list(dict.fromkeys(frame.loc[frame["need"] == OWN_RULE, "programme"]))
    pairs += [(own[0], OWN_RULE)] if len(own) == 1 else []
    said = []
    for pair in pairs:
        rows = rows_of(frame, *pair)
        need = str(rows["need_title"].iloc[0])
        said.append(finding(rows, f"those who started under {policy}", need[:1].lower() + need[1:]))
    return " ".join(said)
