"""Ledger differences by financial year, agency and line, in pounds; leaves out discounting and appraisal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from results.measures import PROGRAMME_LINES
from results.measures import SERVICE_LINES as LINES_OF_SERVICES
from results.pairing import PairedSeed, ledger_difference, service_counts
from results.statistics import Stat, statistic
from results.twins import has_services
from scenarios.vocabulary import EPOCH_YEAR
from simulation.ledger import ACCOUNTS, AGENCIES, INCENTIVE_LINES, LINE_INDEX, LINES
from simulation.output import SERVICE_ITEMS, SUBSIDY_ITEMS

if TYPE_CHECKING:
    from pandas import DataFrame

FIRST_MONTH_OF_YEAR = 3
"""April, counted from January = 0: the first month of a financial year."""
SUBSIDY_LINES = frozenset(LINE_INDEX[name] for name in PROGRAMME_LINES if name not in INCENTIVE_LINES.values())
"""Lines of subsidies for a job; behind incentives, which pay for workers who have one, there is no start."""
SERVICE_LINES = frozenset(LINE_INDEX[name] for name in LINES_OF_SERVICES)
CASH = {True: "cashable", False: "not cashable"}


def financial_year(month: int) -> str:
    """Return the financial year (`2026/27`) of a run's month number."""
    year = EPOCH_YEAR + (month - FIRST_MONTH_OF_YEAR) // 12
    return f"{year}/{(year + 1) % 100:02d}"


def price_factors(months: NDArray[np.int16], deflators: Mapping[str, float], base_year: str) -> NDArray[np.float64]:
    """Return what a nominal pound of each month is worth in prices of the base year.

    Years past the last published deflator keep its value: rates of the ledger are not uprated past it either.

    Parameters
    ----------
    months : int16
        Month numbers of the run.
    deflators : mapping
        Financial year -> price index.
    base_year : str
        Financial year of the prices wanted.

    Raises
    ------
    KeyError
        If the base year has no deflator, or a month lies before the first year that has one.
    """
    if base_year not in deflators:
        raise KeyError(f"no deflator for {base_year}; years: {', '.join(sorted(deflators))}")
    last = max(deflators)
    years = [min(financial_year(int(m)), last) for m in months]
    missing = sorted({year for year in years if year not in deflators})
    if missing:
        raise KeyError(f"no deflator for {', '.join(missing)}; years: {', '.join(sorted(deflators))}")
    return np.array([deflators[base_year] / deflators[year] for year in years])


def account_signs() -> list[tuple[str, int, int]]:
    """Return (account, line, +1 where it receives or -1 where it pays) for every side of every line."""
    sides = []
    for account in ACCOUNTS:
        for i, line in enumerate(LINES):
            sign = (line.payee == account) - (line.payer == account)
            if sign:
                sides.append((account, i, sign))
    return sides


@dataclass(frozen=True)
class People:
    """How many stand behind sums of money, means over runs, in the run's own sample count.

    Behind subsidy lines stand the starts of both arms up to the year's end, behind lines of services the starts with
    services and those helped when the policy began; behind the others the residents whose months in work changed over
    the whole horizon.
    """

    starts: dict[str, float]
    """financial year, or `all` -> starts up to its end"""
    helped: dict[str, float]
    """the same of services; empty where neither arm has any"""
    changed: float

    def behind(self, year: str, lines: Iterable[int]) -> float:
        """Return the people behind a sum over ledger lines: the fewest, where it mixes kinds of line."""
        return min(self._behind(year, line) for line in lines)

    def _behind(self, year: str, line: int) -> float:
        if line in SUBSIDY_LINES:
            return self.starts[year]
        return self.helped[year] if line in SERVICE_LINES and self.helped else self.changed


def people_of(runs: Sequence[PairedSeed]) -> People:
    """Return the people behind the money of a comparison."""
    item, start = SUBSIDY_ITEMS.index("started"), runs[0].policy.start
    panels = [panel for run in runs for panel in (run.policy, run.baseline)]
    by_month = sum(panel.subsidies[start:, ..., item].sum(axis=(1, 2)) for panel in panels) / len(runs)
    years = [financial_year(int(month)) for month in runs[0].policy.months[start:]]

    def up_to(counts: NDArray[np.float64]) -> dict[str, float]:
        so_far = np.cumsum(counts)
        return {year: float(count) for year, count in zip(years, so_far, strict=True)} | {"all": float(so_far[-1])}

    helped = np.sum([service_counts(panel, "started") for panel in panels], axis=0) / len(runs)
    at_start = SERVICE_ITEMS.index("active")
    helped[0] += sum(panel.services[start - 1, ..., at_start].sum() for panel in panels) / len(runs) if start else 0.0
    changed = float(np.mean([run.metrics["winners"] + run.metrics["losers"] for run in runs]))
    return People(up_to(by_month), up_to(helped) if has_services(runs) else {}, changed)


def fiscal_frame(runs: Sequence[PairedSeed], draws: NDArray[np.int64], n_seeds: int) -> DataFrame:
    """Return what each account gains by financial year and line, pounds, policy less baseline; `all` is every year.

    Columns: financial_year, agency, public, line, label, cashable, people, then those of a Stat. Lines that no run
    touched are left out. The rows of a year add up to 0 over the accounts.

    Parameters
    ----------
    runs : sequence of PairedSeed
        The runs.
    draws : int64, shape (runs,)
        Draw of each run.
    n_seeds : int
        Number of different seeds.
    """
    import pandas as pd

    panel = runs[0].policy
    years = [financial_year(int(m)) for m in panel.months[panel.start :]]
    pence = np.stack([ledger_difference(run.policy, run.baseline).sum(axis=1) for run in runs])
    people = people_of(runs)
    rows: list[dict[str, object]] = []
    for year in [*dict.fromkeys(years), "all"]:
        inside = np.array([year in (y, "all") for y in years])
        pounds = pence[:, inside].sum(axis=1) / 100
        for account, i, sign in account_signs():
            if not pence[:, :, i].any():
                continue
            line = LINES[i]
            rows.append(
                {
                    "financial_year": year,
                    "agency": account,
                    "public": account in AGENCIES,
                    "line": line.name,
                    "label": line.label,
                    "cashable": CASH[line.cashable and account in AGENCIES],
                    "people": people.behind(year, (i,)),
                    **vars(statistic(sign * pounds[:, i] + 0.0, draws, n_seeds)),
                }
            )
    head = ["financial_year", "agency", "public", "line", "label", "cashable", "people"]
    return pd.DataFrame(rows, columns=[*head, *Stat.__dataclass_fields__])


def agency_years(runs: Sequence[PairedSeed], draws: NDArray[np.int64], n_seeds: int) -> DataFrame:
    """Return each account's net gain by financial year and cashable share, pounds; sums are formed before statistics.

    Parameters
    ----------
    runs : sequence of PairedSeed
        The runs.
    draws : int64, shape (runs,)
        Draw of each run.
    n_seeds : int
        Number of different seeds.
    """
    import pandas as pd

    panel = runs[0].policy
    years = [financial_year(int(m)) for m in panel.months[panel.start :]]
    pence = np.stack([ledger_difference(run.policy, run.baseline).sum(axis=1) for run in runs])
    people = people_of(runs)
    rows: list[dict[str, object]] = []
    for year in [*dict.fromkeys(years), "all"]:
        inside = np.array([year in (y, "all") for y in years])
        sums = pence[:, inside].sum(axis=1)
        for account in ACCOUNTS:
            for cashable in (True, False):
                mine = [
                    (i, sign)
                    for name, i, sign in account_signs()
                    if name == account and (LINES[i].cashable and account in AGENCIES) is cashable
                ]
                if not mine:
                    continue
                touched = [i for i, _ in mine if pence[:, :, i].any()] or [i for i, _ in mine]
                total = sum((sign * sums[:, i] for i, sign in mine), np.zeros(len(runs), np.int64))
                stat = statistic(total / 100, draws, n_seeds)
                rows.append(
                    {
                        "financial_year": year,
                        "agency": account,
                        "public": account in AGENCIES,
                        "cashable": CASH[cashable],
                        "people": people.behind(year, touched),
                        **vars(stat),
                    }
                )
    return pd.DataFrame(rows)
