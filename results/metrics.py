"""The figures a comparison of two arms is summarised by: names, units, words; holds no values."""

from __future__ import annotations

from dataclasses import dataclass

from simulation.ledger import AGENCIES

MILESTONES = (12, 24, 36, 60)
"""Policy months at whose end stocks are compared (12 is the end of the twelfth month)."""


@dataclass(frozen=True)
class Metric:
    """One figure of a comparison; a ratio names the two figures that it is formed from."""

    name: str
    label: str
    unit: str
    better: str
    kind: str
    """`count`, `days`, `pounds`, `share` or `pounds_per`"""
    ratio: tuple[str, str] | None = None
    sign: int = 1
    """sign of the numerator"""


def at_milestones(name: str, label: str, unit: str, better: str) -> tuple[Metric, ...]:
    """Return a difference of stocks as a template whose `{m}` stands for the policy month."""
    return (Metric(f"{name}_{{m}}", f"{label} at month {{m}}", unit, better, "count"),)


TEMPLATES: tuple[Metric, ...] = (
    *at_milestones("additional_jobs", "Additional residents in work", "residents", "higher"),
    *at_milestones("unemployed", "Change in unemployed residents (survey definition)", "residents", "lower"),
    *at_milestones("claimants", "Change in claimants who must look for work", "residents", "lower"),
    *at_milestones("long_term_sick", "Change in long-term sick residents", "residents", "lower"),
    Metric("programme_cost_{m}", "Subsidy spending to month {m}", "pounds", "lower", "pounds"),
    Metric(
        "cost_per_additional_job_{m}",
        "Subsidy spending to month {m} for each additional resident in work then",
        "pounds per resident",
        "lower",
        "pounds_per",
        ("programme_cost_{m}", "additional_jobs_{m}"),
    ),
)
SERVICE_TEMPLATES: tuple[Metric, ...] = (
    *at_milestones("people_helped", "Change in residents being helped by a service", "residents", "neither"),
    *at_milestones("people_waiting", "Change in residents waiting for a service", "residents", "lower"),
    Metric("service_cost_{m}", "Change in spending on services to month {m}", "pounds", "lower", "pounds"),
    Metric(
        "service_cost_per_additional_job_{m}",
        "Added spending on services to month {m} for each additional resident in work then",
        "pounds per resident",
        "lower",
        "pounds_per",
        ("service_cost_{m}", "additional_jobs_{m}"),
    ),
)
SERVICE_PLAIN: tuple[Metric, ...] = (
    Metric("service_starts", "Change in starts with a service", "starts", "neither", "count"),
    Metric("referrals_lost", "Change in referrals lost at a wrong door", "referrals", "lower", "count"),
    Metric("mean_days_waited", "Change in the mean wait of those who start", "days", "lower", "days"),
    Metric("service_cost", "Change in spending on services", "pounds", "lower", "pounds"),
    Metric(
        "service_cost_per_person_month",
        "Added spending on services for each additional person-month in work",
        "pounds per person-month",
        "lower",
        "pounds_per",
        ("service_cost", "net"),
    ),
)
"""Figures of comparisons in which either arm has services."""
INCENTIVE_PLAIN: tuple[Metric, ...] = (
    Metric("employers_joined", "Change in employers who take part in an incentive", "employers", "neither", "count"),
    Metric("worker_months_paid", "Change in months of workers paid for", "person-months", "neither", "count"),
)
"""Figures of comparisons in which either arm has incentives to employers; their cost is subsidy spending."""
PLAIN: tuple[Metric, ...] = (
    Metric("starts", "Subsidised starts", "starts", "neither", "count"),
    Metric("subsidised_months", "Subsidised person-months", "person-months", "neither", "count"),
    Metric("deadweight_months", "Subsidised person-months in which the twin worked", "person-months", "lower", "count"),
    Metric("deadweight", "Deadweight as measured", "share", "lower", "share",
           ("deadweight_months", "subsidised_months")),
    Metric("gained", "Person-months in work gained", "person-months", "higher", "count"),
    Metric("lost", "Person-months in work lost", "person-months", "lower", "count"),
    Metric("net", "Net person-months in work", "person-months", "higher", "count"),
    Metric("treated_net", "Net gain of residents who started", "person-months", "higher", "count"),
    Metric("untreated_net", "Net gain of residents who never started", "person-months", "higher", "count"),
    Metric("displacement", "Displacement as measured", "share", "lower", "share", ("untreated_net", "treated_net"), -1),
    Metric("losers", "Residents with fewer months in work", "residents", "lower", "count"),
    Metric("winners", "Residents with more months in work", "residents", "higher", "count"),
    Metric("months_out_of_work_avoided", "Months out of work avoided", "person-months", "higher", "count"),
    Metric("months_unemployed_avoided", "Months of unemployment avoided", "person-months", "higher", "count"),
    Metric("months_claiming_avoided", "Months of claiming while looking avoided", "person-months", "higher", "count"),
    Metric("unemployed_mean", "Mean change in unemployed residents", "residents", "lower", "count"),
    Metric("claimants_mean", "Mean change in claimants", "residents", "lower", "count"),
    Metric("programme_cost", "Subsidy spending", "pounds", "lower", "pounds"),
    Metric("net_public_flow", "Net gain of the public purse", "pounds", "higher", "pounds"),
    *(
        Metric(f"net_flow_{agency}", f"Net gain of {agency.replace('_', ' ')}", "pounds", "higher", "pounds")
        for agency in AGENCIES
    ),
    Metric(
        "cost_per_person_month",
        "Subsidy spending for each additional person-month in work",
        "pounds per person-month",
        "lower",
        "pounds_per",
        ("programme_cost", "net"),
    ),
    Metric(
        "net_cost_per_person_month",
        "Net public cost of each additional person-month in work",
        "pounds per person-month",
        "lower",
        "pounds_per",
        ("net_public_flow", "net"),
        -1,
    ),
    Metric("later_starts", "Starts after the first policy month", "starts", "neither", "count"),
    Metric("apart_at_start", "Starts whose twin was in work the month before", "starts", "lower", "count"),
    Metric("twins_apart", "Share of starts whose twin was in work", "share", "lower", "share",
           ("apart_at_start", "later_starts")),
)  # fmt: skip


def milestones(horizon: int) -> tuple[int, ...]:
    """Return the policy months at which stocks are compared; the last month always is one."""
    inside = [m for m in MILESTONES if m <= horizon]
    return tuple(inside if inside and inside[-1] == horizon else [*inside, horizon])


def metrics_for(horizon: int, with_services: bool = False, with_incentives: bool = False) -> dict[str, Metric]:
    """Return name -> metric, in the order of the summary.

    Parameters
    ----------
    horizon : int
        Policy months.
    with_services, with_incentives : bool
        Whether those of services, and of incentives to employers, are among them.
    """
    out: dict[str, Metric] = {}
    for template in (*TEMPLATES, *(SERVICE_TEMPLATES if with_services else ())):
        for m in milestones(horizon):
            ratio = None if template.ratio is None else tuple(part.format(m=m) for part in template.ratio)
            name = template.name.format(m=m)
            out[name] = Metric(
                name,
                template.label.format(m=m),
                template.unit,
                template.better,
                template.kind,
                None if ratio is None else (ratio[0], ratio[1]),
                template.sign,
            )
    more = (*(SERVICE_PLAIN if with_services else ()), *(INCENTIVE_PLAIN if with_incentives else ()))
    out.update({metric.name: metric for metric in (*PLAIN, *more)})
    return out
