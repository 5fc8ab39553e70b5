"""What a finished run adds to the service map: whom services reached, who waits and who started.

The counts are the run's own: of its sample and not scaled up, means over its seeds and draws. A resident referred
twice counts twice, and whoever moves to another service starts there again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from results.equity import EVERYTHING, NEED
from results.geography import Geography, slug
from results.store import runs_of
from scenarios.vocabulary import month_name, parse_month

if TYPE_CHECKING:
    from pandas import DataFrame

Positions = list[int] | NDArray[np.intp]
ITEMS = {"reached": "service_referred", "waiting": "service_waiting", "started": "service_started"}
"""What the map shows of a run -> the measure it comes from."""
UNITS = {"reached": "referrals a year", "waiting": "residents", "started": "residents a year"}
STOCK = "waiting"
"""Counted at the last month's end; the others are sums over the policy's months, a year."""
COUNTS, EQUITY = Path("results") / "services.parquet", "equity.csv"


@dataclass(frozen=True)
class RunFacts:
    """Which run the counts come from; means are over `n_runs`, `months` are those of its policy."""

    run_id: str
    scenario: str
    region: str
    sample: int
    seeds: tuple[int, ...]
    n_draws: int
    n_runs: int
    start: int
    months: int

    @property
    def where(self) -> str:
        """Return the run's folder as a reader finds it."""
        return f"runs/{slug(self.scenario)}/{self.run_id}"

    def sentence(self) -> str:
        """Return from which run, sample and seeds the counts come."""
        scale = "every resident" if self.sample == 1 else f"one resident in {self.sample}, not scaled up"
        seeds = f"seed {self.seeds[0]}" if len(self.seeds) == 1 else f"{len(self.seeds)} seeds"
        draws = "" if self.n_draws == 1 else f" and {self.n_draws} draws of the posterior, {self.n_runs} runs in all"
        return (
            f"Reached, waiting and started come from run {self.run_id} of the scenario '{self.scenario}': {scale}, "
            f"mean over {seeds}{draws}, {self.months} months from {month_name(self.start)}. Reached are referrals a "
            "year, those included whom the service then could not take; waiting is at the last month's end; started is "
            "a year."
        )


@dataclass(frozen=True)
class Delivery:
    """What services did in a run.

    `counts`: float64, shape (programmes, Places, ITEMS), the programmes those of the map. `others`: programmes of the
    run that are not on the map. `cohorts`: slug of a need -> residents in need at the policy's start, and those of
    them who started in any programme over the policy's months; empty where the run kept none.
    """

    facts: RunFacts
    counts: NDArray[np.float64]
    others: tuple[str, ...]
    cohorts: Mapping[str, tuple[float, float]]

    def of(self, programmes: Sequence[int], places: Positions) -> tuple[float, ...]:
        """Return reached, waiting and started of some programmes in some Places, by their positions."""
        return tuple(self.counts[list(programmes)][:, places].sum(axis=(0, 1)).tolist())


def run_facts(manifest: Mapping[str, Any]) -> RunFacts:
    """Return what a run's manifest says of it."""
    horizon = manifest["inputs"]["policy"]["horizon"]
    return RunFacts(
        manifest["run_id"],
        manifest["scenario"],
        manifest["region"],
        manifest["sample"],
        tuple(manifest["seeds"]),
        len(manifest["draws"]),
        len(runs_of(manifest)),
        parse_month(horizon["start"]),
        horizon["months"],
    )


def has_counts(folder: Path, manifest: Mapping[str, Any]) -> bool:
    """Return whether a run holds counts of services in its policy."""
    return (folder / COUNTS).is_file() and bool(manifest["inputs"]["policy"].get("services"))


def read_delivery(
    folder: Path, manifest: Mapping[str, Any], programmes: Sequence[str], geography: Geography
) -> Delivery:
    """Return what services did in the policy of a finished run.

    Parameters
    ----------
    folder : where the run is kept.
    manifest : its manifest.
    programmes : slugs of the programmes of the map, in its order.
    geography : the region's areas.
    """
    import pandas as pd

    facts = run_facts(manifest)
    measures = list(ITEMS.values())
    table = pd.read_parquet(folder / COUNTS, filters=[("scenario", "==", facts.scenario), ("measure", "in", measures)])
    desks = {row["name"]: row["programme"] for row in manifest.get("services", ())}
    counts, others = delivered(table, facts, programmes, geography, desks)
    path = folder / EQUITY
    return Delivery(facts, counts, others, cohorts_of(pd.read_csv(path)) if path.is_file() else {})


def delivered(
    table: DataFrame, facts: RunFacts, programmes: Sequence[str], geography: Geography, desks: Mapping[str, str]
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Return counts by programme and Place, shape (programmes, Places, ITEMS), and the programmes left out.

    Parameters
    ----------
    table : monthly counts of the policy arm, as in `results.tidy_services`.
    facts : which run it is.
    programmes : slugs in the order wanted.
    geography : the region's areas.
    desks : name of a desk -> its programme; a desk that is missing is its own.
    """
    period = table["period"].map({month_name(facts.start + m): m for m in range(facts.months)})
    owner = table["programme"].map(lambda name: desks.get(name, name))
    used = table.assign(month=period, owner=owner)[period.notna()]
    out = np.zeros((len(programmes), len(geography.places), len(ITEMS)))
    names = {name: k for k, name in enumerate(programmes)}
    places = {area.code: i for i, area in enumerate(geography.places)}
    for item, (name, measure) in enumerate(ITEMS.items()):
        rows = used[(used["measure"] == measure) & used["owner"].isin(programmes)]
        if name == STOCK:
            rows = rows[rows["month"] == facts.months - 1]
        index = rows["owner"].map(names).to_numpy(np.intp), rows["geography_code"].map(places).to_numpy(np.intp)
        np.add.at(out[..., item], index, rows["value"].to_numpy())
        out[..., item] *= (1 if name == STOCK else 12 / facts.months) / facts.n_runs
    return out, tuple(sorted(set(used["owner"]) - set(programmes)))


def cohorts_of(equity: DataFrame) -> dict[str, tuple[float, float]]:
    """Return by cohort the residents in need and those of them who started; from rows as in `results.equity_frame`."""
    rows = equity[(equity["programme"] == EVERYTHING) & (equity["dimension"] == NEED)]
    # a cohort held against its own need: its starters are those who were in that need
    rows = rows[rows["need"] == rows["group"]]
    return {need: (n, k) for need, n, k in zip(rows["need"], rows["in_need"], rows["starters"], strict=True)}
