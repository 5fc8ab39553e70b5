"""What services did in both arms: counts by programme and by Place, with the difference; judges nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from results.geography import Geography
from results.lookup import records, stat_of
from results.pairing import PairedSeed
from results.panel import Floats, Panel
from results.statistics import Stat, describe, interval_kind, ratio_statistic, statistic
from simulation.output import SERVICE_ITEMS

if TYPE_CHECKING:
    from pandas import DataFrame

ALL = "all"
NOT_STATED = "not stated"
ARMS = ("policy", "baseline", "difference")
STOCKS = ("waiting", "active")
"""Items that are counts at a month's end; the others are sums over the policy's months."""
AT_START = {"waiting_at_start": "waiting", "active_at_start": "active"}
PLACES = "places"
COUNTED = (*SERVICE_ITEMS, *AT_START, PLACES)
RATIOS = {"mean_days_waited": ("days_waited", "started"), "share_in_use": ("active", PLACES)}
ITEMS = (*COUNTED, *RATIOS)
WORDS = {
    "referred": "Referred: sent to the service from a door, those included whom it then could not take.",
    "rejected_rules": "Rejected because the service's own rules shut them out.",
    "rejected_money": "Rejected because the rules of its funders shut them out.",
    "rejected_full": "Rejected because the starts of the year are used up.",
    "rejected_triage": "Turned away at the first conversation.",
    "withdrawn": "Gave up waiting.",
    "no_longer_eligible": "Taken off the waiting list because they no longer met the rules.",
    "left_waiting": "Left the region or the age range while waiting.",
    "started": "Started.",
    "finished": "Finished without a new job.",
    "into_work": "Left for a job that they found while being helped, or finished with one.",
    "dropped_out": "Dropped out.",
    "moved_on": "Moved on to another service.",
    "left": "Left the region or the age range while being helped.",
    "placed": "Placed in a job by the service, to be hired next month.",
    "lost": "Lost: rejected by rules, money or a full list, and not referred on.",
    "waiting": "On the waiting list at the last month's end.",
    "active": "Being helped at the last month's end.",
    "days_waited": "Days waited, all those who started together.",
    "waiting_at_start": "On the waiting list when the policy began.",
    "active_at_start": "Being helped when the policy began.",
    PLACES: "People that the service can help at once, in the last month.",
    "mean_days_waited": "Mean wait in days of those who started.",
    "share_in_use": "Share of the places in use at the last month's end.",
}
"""What each item counts, over the policy's months where nothing else is said."""
NOT_RESIDENTS = {"days_waited": "days", "mean_days_waited": "days", PLACES: PLACES, "share_in_use": "share"}
EVENTS = ("referred", "rejected_rules", "rejected_money", "rejected_full", "rejected_triage", "lost")
LEAVE_LINE = (
    "rejected_rules", "rejected_money", "rejected_full", "rejected_triage", "withdrawn", "no_longer_eligible",
    "left_waiting", "started",
)  # fmt: skip
LEAVE_HELP = ("finished", "into_work", "dropped_out", "moved_on", "left")
"""What may become of a referral, and of a client who is being helped."""
COLUMNS = ("arm", "programme", "title", "kind", "geography_code", "geography_name", "item", "unit")


@dataclass(frozen=True)
class ServiceFacts:
    """What is known of one desk beside its counts: its programme with the title for readers, and its kind."""

    name: str
    programme: str
    title: str
    kind: str
    channels: tuple[str, ...] = ()
    """the programme's own ways in, without those that a scenario opens"""


def unit_of(item: str) -> str:
    """Return the unit of an item."""
    return NOT_RESIDENTS.get(item, "referrals" if item in EVENTS else "residents")


def kind_of(item: str) -> str:
    """Return how an item is shown, as in `results.display.value_text`."""
    return {"mean_days_waited": "days", "share_in_use": "share"}.get(item, "count")


def all_over(frame: DataFrame, code: str) -> DataFrame:
    """Return the rows of all services together over the area with this code."""
    return frame[frame["geography_code"].eq(code) & frame["programme"].eq(ALL)]


def programmes_of(runs: Sequence[PairedSeed], facts: Sequence[ServiceFacts]) -> dict[str, ServiceFacts]:
    """Return desk -> facts for every desk of either arm; a programme is shown under the title of its main desk."""
    known = {fact.name: fact for fact in facts}
    names = sorted({name for run in runs for panel in (run.policy, run.baseline) for name in panel.service_names})
    return {name: known.get(name, ServiceFacts(name, name.partition("+")[0], name, NOT_STATED)) for name in names}


def counts_of(panel: Panel, rows: Mapping[str, int], n_rows: int) -> Floats:
    """Return what services did over the policy's months, shape (n_rows, Places, len(COUNTED)).

    Stocks are those of the last month's end, `..._at_start` those of the month before the policy. Places that a
    service can fill are region-wide; they stand under the first Place.

    Parameters
    ----------
    panel : Panel
        One arm of one run.
    rows : mapping
        Name of a desk -> its row; several desks may share one.
    n_rows : int
        Number of rows.
    """
    out = np.zeros((n_rows, panel.n_places, len(COUNTED)))
    index = np.array([rows[name] for name in panel.service_names], np.intp)
    sums = panel.services[panel.start :].sum(axis=0)
    for item in STOCKS:
        sums[..., SERVICE_ITEMS.index(item)] = panel.services[-1, ..., SERVICE_ITEMS.index(item)]
    np.add.at(out[..., : len(SERVICE_ITEMS)], index, sums)
    if panel.start:
        for item, stock in AT_START.items():
            before = panel.services[panel.start - 1, ..., SERVICE_ITEMS.index(stock)]
            np.add.at(out[..., COUNTED.index(item)], index, before)
    np.add.at(out[:, 0, COUNTED.index(PLACES)], index, panel.service_places[-1])
    return out


def service_frame(
    runs: Sequence[PairedSeed],
    draws: NDArray[np.int64],
    n_seeds: int,
    where: Geography,
    facts: Sequence[ServiceFacts] = (),
) -> DataFrame | None:
    """Return items by arm: each programme over the region, and all programmes by area; None without services.

    Columns: COLUMNS, then those of a Stat. `arm` is `policy`, `baseline` or `difference`.

    Parameters
    ----------
    runs : sequence of PairedSeed
        The runs.
    draws : int64, shape (runs,)
        Draw of each run.
    n_seeds : int
        Number of different seeds.
    where : Geography
        The areas.
    facts : sequence of ServiceFacts
        Titles and kinds; names stand in where they are missing.
    """
    import pandas as pd

    known = programmes_of(runs, facts)
    if not known:
        return None
    titles: dict[str, tuple[str, str]] = {}
    for fact in known.values():
        titles.setdefault(fact.programme, (fact.title, fact.kind))
    order = sorted(titles, key=lambda programme: titles[programme][0].lower())
    rows = {name: order.index(fact.programme) for name, fact in known.items()}
    both = [np.stack([counts_of(getattr(run, arm), rows, len(order)) for run in runs]) for arm in ARMS[:2]]
    whole = where.whole
    every = np.arange(len(order))
    blocks = [((name, *titles[name]), whole, every[[k]]) for k, name in enumerate(order)]
    blocks += [((ALL, "All services", ALL), area, every) for area in where.areas]
    parts = []
    for words, area, chosen in blocks:
        policy, baseline = (values[:, chosen][:, :, area.places].sum(axis=(1, 2)) for values in both)
        head = (*words, area.code, area.name)
        parts.append(_rows(head, policy, baseline, draws, n_seeds, is_whole=area is whole))
    return pd.concat(parts, ignore_index=True)


def _rows(
    head: tuple[str, ...], policy: Floats, baseline: Floats, draws: NDArray[np.int64], n_seeds: int, is_whole: bool
) -> DataFrame:
    """Return the rows of one programme and area.

    Parameters
    ----------
    head : tuple of str
        Programme, title, kind, code and name of the area.
    policy, baseline : float64, shape (runs, len(COUNTED))
        Counts of both arms.
    draws, n_seeds
        As for `service_frame`.
    is_whole : bool
        Whether the area is the region; places are known for it alone.
    """
    import pandas as pd

    items = [item for item in ITEMS if is_whole or item not in (PLACES, "share_in_use")]
    rows: list[dict[str, object]] = []
    sides = {"policy": policy, "baseline": baseline, "difference": policy - baseline}
    plain = {
        "n_draws": len(np.unique(draws)),
        "n_seeds": n_seeds,
        "interval": interval_kind(len(draws), len(np.unique(draws))),
    }
    for arm, values in sides.items():
        described = describe(values, draws)
        for item in items:
            names = dict(zip(COLUMNS, (arm, *head, item, unit_of(item)), strict=True))
            if item in RATIOS:
                stat = vars(_ratio(arm, item, policy, baseline, draws, n_seeds))
            else:
                column = COUNTED.index(item)
                stat = {name: float(found[column]) for name, found in described.items()} | plain
            rows.append({**names, **stat})
    return pd.DataFrame(rows, columns=[*COLUMNS, *Stat.__dataclass_fields__])


def _ratio(arm: str, item: str, policy: Floats, baseline: Floats, draws: NDArray[np.int64], n_seeds: int) -> Stat:
    """Return a ratio of one arm, from sums, or the mean over runs of its difference.

    Parameters
    ----------
    arm, item : str
        Which arm, which ratio.
    policy, baseline : float64, shape (runs, len(COUNTED))
        Counts of both arms.
    draws, n_seeds
        As for `service_frame`.
    """
    above, below = (COUNTED.index(name) for name in RATIOS[item])
    if arm != "difference":
        values = policy if arm == "policy" else baseline
        return ratio_statistic(values[:, above], values[:, below], draws, n_seeds)

    def shares(values: Floats) -> Floats:
        missing = np.full(len(values), np.nan)
        np.divide(values[:, above], values[:, below], out=missing, where=values[:, below] > 0)
        return missing

    return statistic(shares(policy) - shares(baseline), draws, n_seeds)


def unaccounted(panel: Panel) -> int:
    """Return how many clients of an arm's services are in two states or in none, over all desks and months.

    Whoever is referred is rejected, gives up, is taken off the list, starts or waits; whoever starts leaves in one
    way or is being helped.
    """

    def total(*items: str) -> NDArray[np.int64]:
        columns = [SERVICE_ITEMS.index(item) for item in items]
        return np.asarray(panel.services[..., columns].sum(axis=(2, 3)), np.int64)

    def grown(item: str) -> NDArray[np.int64]:
        return np.diff(total(item), axis=0, prepend=0)

    line = total("referred") - total(*LEAVE_LINE) - grown("waiting")
    help_ = total("started") - total(*LEAVE_HELP) - grown("active")
    return int(np.abs(line).sum() + np.abs(help_).sum())


Reader = Callable[[str, str], Stat]


def reader(frame: DataFrame, programme: str = ALL, area: str | None = None) -> Reader:
    """Return the function (arm, item) -> Stat of one programme and area; of the region where no area is named.

    Parameters
    ----------
    frame : DataFrame
        As from `service_frame`.
    programme : str
        Slug of a programme, or `all`.
    area : str, optional
        Name of an area.

    Raises
    ------
    KeyError
        If there is no such row.
    """
    mine = frame[frame["programme"] == programme]
    name = mine["geography_name"].iloc[-1] if area is None else area
    found = {(row["arm"], row["item"]): stat_of(row) for row in records(mine[mine["geography_name"] == name])}
    return lambda arm, item: found[arm, item]
