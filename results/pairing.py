"""The difference between two arms that share their random numbers, resident by resident.

Deadweight and displacement are counted here and nowhere assumed. The individual measures need twins that stay
together; sums over groups fixed before the policy do not, so both are kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from results.bits import as_rows, before, count
from results.equity import EquityCounts, Questions, count_equity
from results.groups import ITEMS, group_tables, lives_of, twins_apart, winners_and_losers
from results.job_spells import additional_spells
from results.measures import PROGRAMME_LINES, SERVICE_LINES, purse_lines
from results.metrics import Metric, metrics_for, milestones
from results.panel import Panel, panel_of
from results.sustained import sustained_counts
from scenarios.vocabulary import IN_WORK, State
from simulation.ledger import AGENCIES, LINE_INDEX
from simulation.output import INCENTIVE_ITEMS, SERVICE_ITEMS, SUBSIDY_ITEMS, ResidentRecord, RunOutput

MONTHS = "month bits of every resident"
NOT_METRICS = ("residents", "treated", "untreated_squares")


class PairingError(ValueError):
    """Two runs that are not a pair."""


@dataclass(frozen=True)
class PairedSeed:
    """One seed of a comparison: both arms' panels, the counted figures, and group tables.

    `metrics` holds counts and pounds by name (ratios are formed later, from sums). `groups` holds, by dimension,
    a table (labels and then arrivals; `results.groups.ITEMS`) in whole person-months. `equity`: who started against
    who was in need; None where the runs were not asked.
    """

    policy: Panel
    baseline: Panel
    metrics: dict[str, float]
    groups: dict[str, NDArray[np.int64]]
    equity: EquityCounts | None = None

    @property
    def seed(self) -> int:
        """Return the seed."""
        return self.policy.seed

    @property
    def draw(self) -> int:
        """Return the draw of uncertain parameters."""
        return self.policy.draw

    @property
    def horizon(self) -> int:
        """Return the number of policy months."""
        return self.policy.horizon

    @property
    def has_services(self) -> bool:
        """Return whether either arm has services."""
        return bool(self.policy.service_names or self.baseline.service_names)

    @property
    def has_incentives(self) -> bool:
        """Return whether either arm has incentives to employers."""
        return "employers_joined" in self.metrics

    def ratio(self, metric: Metric) -> float:
        """Return a ratio of two counted figures; not a number where the denominator is 0."""
        return ratio_of(metric, self.metrics)


def ratio_of(metric: Metric, values: dict[str, float]) -> float:
    """Return a ratio metric from counted figures; not a number where the denominator is 0."""
    if metric.ratio is None:
        return values[metric.name]
    above, below = values[metric.ratio[0]], values[metric.ratio[1]]
    if below == 0:
        return float("nan")
    return metric.sign * above / below + 0.0


def check_pair(policy: RunOutput, baseline: RunOutput) -> None:
    """Refuse two runs that are not a pair.

    Raises
    ------
    PairingError
        If seed, draw, months or start differ, or the arms were apart before the policy began.
    """
    for name in ("seed", "draw", "sample", "policy_month"):
        mine, other = getattr(policy, name), getattr(baseline, name)
        if mine != other:
            raise PairingError(f"{policy.arm} and {baseline.arm} differ in {name}: {mine} and {other}; compare equals")
    if not np.array_equal(policy.months, baseline.months):
        raise PairingError(f"{policy.arm} and {baseline.arm} cover different months; run both over the same months")
    start = int(np.searchsorted(policy.months, policy.policy_month))
    if start >= len(policy.months):
        raise PairingError(f"{policy.arm}: the policy starts in month {policy.policy_month}, after the last month")
    if not np.array_equal(policy.state_hash[:start], baseline.state_hash[:start]):
        raise PairingError(f"{policy.arm} and {baseline.arm} differ before the policy began; they share no history")


def usable(output: RunOutput) -> ResidentRecord:
    """Return the run's record with its month bits as (residents, words).

    Raises
    ------
    PairingError
        If the run kept no record.
    """
    record = output.records
    if record is None:
        raise PairingError(f"{output.arm}: the run kept no {MONTHS}; run it with records to compare it")
    n = len(record.left)
    work, unemployed, subsidised = (as_rows(w, n) for w in (record.work, record.unemployed, record.subsidised))
    return replace(record, work=work, unemployed=unemployed, subsidised=subsidised)


def compare_arms(policy: RunOutput, baseline: RunOutput, questions: Questions | None = None) -> PairedSeed:
    """Return what differs between two arms of one seed.

    Parameters
    ----------
    policy, baseline : RunOutput
        The two arms.
    questions : Questions, optional
        What the residents were held against at the policy's start, for who starts against who is in need.

    Raises
    ------
    PairingError
        If the two runs are not a pair or kept no records.
    """
    check_pair(policy, baseline)
    ours, twins = usable(policy), usable(baseline)
    if len(ours.left) != len(twins.left):
        raise PairingError(
            f"{policy.arm} has {len(ours.left)} rows and {baseline.arm} {len(twins.left)}; compare equals"
        )
    panels = panel_of(policy), panel_of(baseline)
    horizon = panels[0].horizon
    residents, arrivals = lives_of(ours, twins, horizon)
    tables = group_tables(residents, arrivals, ours.groups, panels[0].n_places)
    winners, losers = winners_and_losers(residents, arrivals)
    later, apart = twins_apart(ours, twins)
    total = tables["place"].sum(axis=0)
    metrics = stock_metrics(*panels) | money_metrics(*panels)
    metrics |= {name: float(total[ITEMS.index(name)]) for name in ITEMS if name not in NOT_METRICS}
    inside = before(np.array([horizon]), ours.work.shape[1])
    unemployed = count(twins.unemployed & inside).sum() - count(ours.unemployed & inside).sum()
    metrics |= {
        "starts": float(subsidy_count(panels[0], "started")),
        "winners": float(winners),
        "losers": float(losers),
        "months_unemployed_avoided": float(unemployed),
        "later_starts": float(later),
        "apart_at_start": float(apart),
    }
    metrics |= additional_spells(ours, twins, horizon, milestones(horizon))
    if panels[0].service_names or panels[1].service_names:
        metrics |= service_metrics(*panels)
        for arm, record in (("policy", ours), ("baseline", twins)):
            metrics |= {f"{arm}_{name}": float(n) for name, n in sustained_counts(record, horizon).items()}
    if policy.incentives is not None or baseline.incentives is not None:
        ours_paid, theirs_paid = incentive_counts(policy), incentive_counts(baseline)
        metrics |= {name: float(ours_paid[name] - theirs_paid[name]) for name in ours_paid}
    equity = count_equity(policy, questions) if questions is not None else None
    return PairedSeed(*panels, metrics=metrics, groups=tables, equity=equity)


def subsidy_count(panel: Panel, item: str) -> int:
    """Return a subsidy count summed over the policy's months, Places and subsidies."""
    return int(panel.subsidies[panel.start :, :, :, SUBSIDY_ITEMS.index(item)].sum())


def stock_metrics(policy: Panel, baseline: Panel) -> dict[str, float]:
    """Return differences of region stocks: residents at the milestones, person-months over the horizon."""
    start, horizon = policy.start, policy.horizon

    def difference(*states: State) -> NDArray[np.int64]:
        both = [panel.view().stock(*states)[start:].sum(axis=(1, 2)) for panel in (policy, baseline)]
        return np.asarray(both[0] - both[1], np.int64)

    claims = [panel.view().claimants()[start:].sum(axis=(1, 2)) for panel in (policy, baseline)]
    claimants = np.asarray(claims[0] - claims[1], np.int64)
    work, unemployed, sick = difference(*IN_WORK), difference(State.UNEMPLOYED), difference(State.LONG_TERM_SICK)
    everybody = difference()
    out = {
        "months_out_of_work_avoided": float((work - everybody).sum()),
        "months_claiming_avoided": float(-claimants.sum()) + 0.0,
        "unemployed_mean": float(unemployed.mean()),
        "claimants_mean": float(claimants.mean()),
    }
    stocks = {"additional_jobs": work, "unemployed": unemployed, "claimants": claimants, "long_term_sick": sick}
    for m in milestones(horizon):
        out |= {f"{name}_{m}": float(values[m - 1]) for name, values in stocks.items()}
    return out


def ledger_difference(policy: Panel, baseline: Panel) -> NDArray[np.int64]:
    """Return the difference of the ledgers over the policy's months, pence, shape (horizon, P, lines)."""
    return policy.ledger[policy.start :] - baseline.ledger[baseline.start :]


def money_metrics(policy: Panel, baseline: Panel) -> dict[str, float]:
    """Return differences of the ledger in pounds: subsidy spending, net flow of the purse and of each agency."""
    pence = ledger_difference(policy, baseline).sum(axis=1)
    spending = pence[:, [LINE_INDEX[name] for name in PROGRAMME_LINES]].sum(axis=1)

    def net(agency: str | None) -> float:
        total = sum(sign * int(pence[:, index].sum()) for index, sign in purse_lines(agency).items())
        return total / 100

    out = {"programme_cost": int(spending.sum()) / 100, "net_public_flow": net(None)}
    out |= {f"net_flow_{agency}": net(agency) for agency in AGENCIES}
    out |= {f"programme_cost_{m}": int(spending[:m].sum()) / 100 for m in milestones(policy.horizon)}
    return out


def service_counts(panel: Panel, item: str) -> NDArray[np.int64]:
    """Return one item of `simulation.output.SERVICE_ITEMS` over services and Places, shape (policy months,)."""
    counted = panel.services[panel.start :, ..., SERVICE_ITEMS.index(item)]
    return np.asarray(counted.sum(axis=(1, 2)), np.int64)


def mean_wait(panel: Panel) -> float:
    """Return the mean wait in days of those who started with a service; not a number where nobody did."""
    started = int(service_counts(panel, "started").sum())
    return int(service_counts(panel, "days_waited").sum()) / started if started else float("nan")


def service_metrics(policy: Panel, baseline: Panel) -> dict[str, float]:
    """Return differences of services: starts, referrals lost, people helped and waiting, wait in days, pounds."""

    def difference(item: str) -> NDArray[np.int64]:
        return service_counts(policy, item) - service_counts(baseline, item)

    lines = [LINE_INDEX[name] for name in SERVICE_LINES]
    pence = ledger_difference(policy, baseline)[..., lines].sum(axis=(1, 2))
    helped, waiting = difference("active"), difference("waiting")
    out = {
        "service_starts": float(difference("started").sum()),
        "referrals_lost": float(difference("lost").sum()),
        "mean_days_waited": mean_wait(policy) - mean_wait(baseline),
        "service_cost": int(pence.sum()) / 100,
    }
    for m in milestones(policy.horizon):
        out |= {f"people_helped_{m}": float(helped[m - 1]), f"people_waiting_{m}": float(waiting[m - 1])}
        out[f"service_cost_{m}"] = int(pence[:m].sum()) / 100
    return out


def incentive_counts(output: RunOutput) -> dict[str, int]:
    """Return employers who took part at once, the most of any month by incentive, and months of workers paid for."""
    if output.incentives is None:
        return {"employers_joined": 0, "worker_months_paid": 0}
    employers, workers = (output.incentives[..., INCENTIVE_ITEMS.index(item)] for item in ("employers", "workers"))
    return {"employers_joined": int(employers.sum(axis=2).max(axis=0).sum()), "worker_months_paid": int(workers.sum())}


def metric_values(seed: PairedSeed) -> dict[str, float]:
    """Return every figure of a seed by name, ratios included, in the order of the summary."""
    metrics = metrics_for(seed.horizon, seed.has_services, seed.has_incentives)
    return {name: seed.ratio(metric) for name, metric in metrics.items()}
