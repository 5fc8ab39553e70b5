"""A comparison over seeds: every figure with its interval, by Place, group, month and ledger line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from results import measures
from results.alarm import Alarm, alarm_of
from results.appraisal import Appraisal, appraise
from results.distance import distance_frame
from results.equity_frame import equity_frame, equity_words, reference, rows_of
from results.geography import Geography, build
from results.groups import ITEMS, labels_of
from results.metrics import Metric
from results.money import agency_years, fiscal_frame
from results.pairing import PairedSeed
from results.plain import plain
from results.prices import price_base, price_words
from results.scorecard import Scorecard, scorecard_of
from results.scorecard_words import rows_frame
from results.services import ServiceFacts, all_over, service_frame
from results.statistics import Stat, describe, interval_kind, ratio_statistic, statistic
from results.twins import (
    BASELINE_STARTS,
    has_services,
    incentive_words,
    left_out,
    metric_statistic,
    metrics_of,
    service_words,
    twin_words,
)
from scenarios.vocabulary import month_name, parse_month
from simulation.output import SUBSIDY_ITEMS

if TYPE_CHECKING:
    from pandas import DataFrame

    from evidence.model import ScoreTarget

SERIES = (
    "in_work",
    "unemployed",
    "claimants",
    "long_term_sick",
    "inactive_other",
    "signed_off",
    "vacancies",
    "programme_cost",
    "net_public_flow",
)
"""Measures whose difference is kept by month and area."""
SERVICE_SERIES = ("service_starts", "people_helped", "people_waiting", "referrals_lost", "service_cost")
"""The same where either arm has services."""
GROUP_RATIOS = {
    "deadweight": ("deadweight_months", "subsidised_months", 1),
    "displacement": ("untreated_net", "treated_net", -1),
}
NOT_CALIBRATED = "not calibrated"


@dataclass(frozen=True)
class Headline:
    """What a comparison of two arms found, over all seeds. Differences are policy less baseline.

    `groups`: dimension, label, item and the columns of a Stat. `series`: measure, geography_code, geography_name,
    level, period, policy_month and a Stat. `fiscal`: financial_year, agency, line, label, cashable and a Stat, in
    pounds, positive where the agency gains; `agencies`: its sums over lines. `chain`: subsidy, item,
    geography_name and a Stat.
    """

    policy: str
    baseline: str
    sample: int
    calibration: str
    months: tuple[str, ...]
    seeds: tuple[int, ...]
    n_draws: int
    n_runs: int
    metrics: dict[str, Metric]
    stats: dict[str, Stat]
    groups: DataFrame
    series: DataFrame
    fiscal: DataFrame
    agencies: DataFrame
    chain: DataFrame
    alarm: Alarm
    geography: Geography
    context: str = ""
    """the world that both arms are done in; empty where it is that of the scenario's own files"""
    changed: tuple[str, ...] = ()
    """`key = value` of what was set beside the files"""
    scorecard: Scorecard | None = None
    """the strategy's measures against their targets; None where the runs kept no snapshots"""
    equity: DataFrame | None = None
    """who starts and succeeds against who is in need, by `results.equity_frame.EQUITY_COLUMNS`"""
    services: DataFrame | None = None
    """what services did, as from `results.services.service_frame`; None where neither arm has any"""
    appraisal: Appraisal | None = None
    """what it is worth, at central choices; None where nothing was appraised"""
    distance: DataFrame | None = None
    """distance travelled, by `results.distance.COLUMNS`; None where neither arm has services"""

    @property
    def calibrated(self) -> bool:
        """Return whether a posterior stands behind the parameters."""
        return bool(self.calibration)

    @property
    def equity_words(self) -> str:
        """Return which group starts least against its need; empty where nothing was counted."""
        if self.equity is None:
            return ""
        return equity_words(self.equity, self.policy)

    @property
    def twin_words(self) -> str:
        """Return why deadweight and displacement are not given; empty where they are."""
        if not self.has_subsidies:
            return incentive_words() if self.has_incentives else service_words()
        return twin_words(self.policy, self.baseline) if BASELINE_STARTS in self.metrics else ""

    @property
    def is_about_services(self) -> bool:
        """Return whether the arms have services, and neither a subsidy nor an incentive to employers."""
        return self.services is not None and not self.has_subsidies and not self.has_incentives

    @property
    def has_subsidies(self) -> bool:
        """Return whether anything is said of subsidised jobs: not where there are services or incentives alone."""
        return "starts" in self.metrics

    @property
    def has_incentives(self) -> bool:
        """Return whether either arm has incentives to employers."""
        return "employers_joined" in self.metrics

    @property
    def price_base(self) -> str:
        """Return in which prices money stands."""
        return price_base(parse_month(month) for month in self.months)

    @property
    def price_words(self) -> str:
        """Return in which prices money stands, in words that follow `money` or `pounds`."""
        return price_words(self.price_base)

    @property
    def policy_words(self) -> str:
        """Return the policy's name, and the context it is done in."""
        return f"{self.policy} on {self.context}" if self.context else self.policy

    @property
    def title(self) -> str:
        """Return what is compared with what."""
        return f"{self.policy_words} against {self.baseline}"

    @property
    def changed_words(self) -> str:
        """Return what was set beside the files as a line; empty where nothing was."""
        return f"Changed: {', '.join(self.changed)}" if self.changed else ""

    def __repr__(self) -> str:
        """Return what was compared and on how much, without the tables."""
        pair = f"{self.policy} against {self.baseline}: {len(self.months)} months, {len(self.seeds)} seed(s)"
        return f"<Headline of {'; '.join(filter(None, (pair, self.caution)))}>"

    @property
    def horizon(self) -> int:
        """Return the number of policy months."""
        return len(self.months)

    @property
    def caution(self) -> str:
        """Return the words that every output carries: whether the model is calibrated, and whether it is a draft."""
        words = [self.calibration or NOT_CALIBRATED]
        if self.sample > 1:
            words.append(
                f"draft on a 1:{self.sample} sample, counts not scaled up, caps and budgets divided by {self.sample}"
            )
        return "; ".join(words)

    def as_dict(self) -> dict[str, object]:
        """Return the headline as plain values for JSON."""
        places = self.groups[self.groups["dimension"].isin(["place", "area", "cohort"])]
        return {
            "policy": self.policy,
            "baseline": self.baseline,
            "context": self.context,
            "changed": list(self.changed),
            "status": self.caution,
            "calibrated": self.calibrated,
            "sample": self.sample,
            "price_base": self.price_base,
            "seeds": list(self.seeds),
            "draws": self.n_draws,
            "first_month": self.months[0],
            "last_month": self.months[-1],
            "figures": {
                name: {"label": metric.label, "unit": metric.unit, **self.stats[name].as_dict()}
                for name, metric in self.metrics.items()
            },
            "groups": plain(places),
            "fiscal": plain(self.fiscal),
            "scorecard": plain(rows_frame(self.scorecard)) if self.scorecard else [],
            "equity": [] if self.equity is None else plain(rows_of(self.equity, *reference(self.equity))),
            "equity_words": self.equity_words,
            **(
                {} if self.services is None else {"services": plain(all_over(self.services, self.geography.whole.code))}
            ),
            **({} if self.appraisal is None else {"savings": self.appraisal.as_dict()}),
            **({} if self.distance is None else {"distance": plain(self.distance)}),
            "note": self.twin_words,
            "alarm": self.alarm.as_dict(),
        }


def summarise(
    seeds: Sequence[PairedSeed],
    geography: Geography | None = None,
    calibration: str = "",
    context: str = "",
    changed: Sequence[str] = (),
    score_targets: Sequence[ScoreTarget] = (),
    services: Sequence[ServiceFacts] = (),
) -> Headline:
    """Return the headline of a comparison over its seeds.

    Parameters
    ----------
    seeds : sequence of PairedSeed
        At least one; all of the same two arms and months.
    geography : Geography, optional
        Names of the Places and area groups; Places are numbered where it is missing.
    calibration : str
        What is said of the posterior behind the parameters; empty where there is none, and every output says so.
    context : str
        Name of the context that both arms are done in.
    changed : sequence of str
        `key = value` of what was set beside the files.
    score_targets : sequence of ScoreTarget
        What the region's strategy wants of the scorecard's measures.
    services : sequence of ServiceFacts
        Titles and kinds of the arms' services.
    """
    if not seeds:
        raise ValueError("no finished seed to summarise; run at least one")
    runs = sorted(seeds, key=lambda run: (run.draw, run.seed))
    first = runs[0].policy
    where = geography or build("region", "Region", [(f"P{i}", f"Place {i + 1}") for i in range(first.n_places)])
    draws = np.array([run.draw for run in runs], np.int64)
    n_seeds = len({run.seed for run in runs})
    metrics = metrics_of(runs)
    stats = {name: metric_statistic(metric, runs, draws, n_seeds) for name, metric in metrics.items()}
    return Headline(
        policy=first.arm,
        baseline=runs[0].baseline.arm,
        sample=first.sample,
        calibration=calibration,
        months=tuple(month_name(int(m)) for m in first.months[first.start :]),
        seeds=tuple(sorted({run.seed for run in runs})),
        n_draws=len(np.unique(draws)),
        n_runs=len(runs),
        metrics=metrics,
        stats=stats,
        groups=group_frame(runs, draws, n_seeds, where),
        series=series_frame(runs, draws, n_seeds, where),
        fiscal=fiscal_frame(runs, draws, n_seeds),
        agencies=agency_years(runs, draws, n_seeds),
        chain=chain_frame(runs, draws, n_seeds, where),
        alarm=alarm_of(runs, draws, n_seeds),
        geography=where,
        context=context,
        changed=tuple(changed),
        scorecard=scorecard_of(runs, draws, n_seeds, where, score_targets),
        equity=equity_frame(runs, draws, n_seeds, where),
        services=service_frame(runs, draws, n_seeds, where, services),
        appraisal=appraise(runs, where),
        distance=distance_frame(runs, draws, n_seeds, services),
    )


def group_frame(runs: list[PairedSeed], draws: NDArray[np.int64], n_seeds: int, where: Geography) -> DataFrame:
    """Return what each group gained and lost; area groups are sums of their Places, under the dimension `area`.

    Parameters
    ----------
    runs : list of PairedSeed
        The runs.
    draws : int64, shape (runs,)
        Draw of each run.
    n_seeds : int
        Number of different seeds.
    where : Geography
        Names of the Places.
    """
    import pandas as pd

    names = tuple(area.name for area in where.places)
    hidden = {"untreated_squares", *left_out(runs)}
    rows: list[dict[str, object]] = []
    for dimension in runs[0].groups:
        tables = np.stack([run.groups[dimension] for run in runs]).astype(np.float64)
        parts = [(dimension, label, tables[:, i]) for i, label in enumerate(labels_of(dimension, names))]
        if dimension == "place":
            parts += [("area", area.name, tables[:, area.places].sum(axis=1)) for area in where.groups]
            parts += [("area", where.whole.name, tables.sum(axis=1))]
        for dim, label, values in parts:
            for i, item in enumerate(ITEMS):
                if item not in hidden:
                    stat = statistic(values[:, i], draws, n_seeds)
                    rows.append({"dimension": dim, "label": label, "item": item, **vars(stat)})
            for item, (above, below, sign) in GROUP_RATIOS.items():
                if item in hidden:
                    continue
                top, bottom = values[:, ITEMS.index(above)], values[:, ITEMS.index(below)]
                stat = ratio_statistic(sign * top, bottom, draws, n_seeds)
                rows.append({"dimension": dim, "label": label, "item": item, **vars(stat)})
    return pd.DataFrame(rows)


def series_frame(runs: list[PairedSeed], draws: NDArray[np.int64], n_seeds: int, where: Geography) -> DataFrame:
    """Return differences by measure, area and policy month.

    Parameters
    ----------
    runs : list of PairedSeed
        The runs.
    draws : int64, shape (runs,)
        Draw of each run.
    n_seeds : int
        Number of different seeds.
    where : Geography
        The areas.
    """
    import pandas as pd

    start, months = runs[0].policy.start, runs[0].policy.months
    periods = [month_name(int(m)) for m in months[start:]]
    parts = []
    for name in (*SERIES, *(SERVICE_SERIES if has_services(runs) else ())):
        function = measures.named(name).function
        quantities = [(function(run.policy.view()), function(run.baseline.view())) for run in runs]
        for area in where.areas:
            values = np.stack([(p.over(area.places) - b.over(area.places))[start:, 0] for p, b in quantities])
            columns: dict[str, object] = {
                "measure": name,
                "geography_code": area.code,
                "geography_name": area.name,
                "level": area.level,
                "period": periods,
                "policy_month": np.arange(1, len(periods) + 1),
                **describe(values, draws),
                "n_draws": len(np.unique(draws)),
                "n_seeds": n_seeds,
                "interval": interval_kind(len(runs), len(np.unique(draws))),
            }
            parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def chain_frame(runs: list[PairedSeed], draws: NDArray[np.int64], n_seeds: int, where: Geography) -> DataFrame:
    """Return the policy arm's subsidy counts over the horizon, by subsidy and area.

    `eligible`, `reached` and `active` are person-months (a count each month, summed); the rest are events.

    Parameters
    ----------
    runs : list of PairedSeed
        The runs.
    draws : int64, shape (runs,)
        Draw of each run.
    n_seeds : int
        Number of different seeds.
    where : Geography
        The areas.
    """
    import pandas as pd

    columns = ["subsidy", "item", "geography_name", *Stat.__dataclass_fields__]
    rows: list[dict[str, object]] = []
    sums = np.stack([run.policy.subsidies[run.policy.start :].sum(axis=0) for run in runs]).astype(np.float64)
    for k, subsidy in enumerate(runs[0].policy.subsidy_names):
        for i, item in enumerate(SUBSIDY_ITEMS):
            for area in where.areas:
                stat = statistic(sums[:, k, area.places, i].sum(axis=1), draws, n_seeds)
                rows.append({"subsidy": subsidy, "item": item, "geography_name": area.name, **vars(stat)})
    return pd.DataFrame(rows, columns=columns)
