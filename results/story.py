"""The findings of a comparison in sentences, each with its interval; says nothing the figures do not."""

from __future__ import annotations

import math

from results.display import both
from results.groups import ARRIVALS
from results.lookup import group_stats
from results.metrics import milestones
from results.service_story import finding as finding_on_services
from results.statistics import Stat, interval_words
from results.summary import Headline

NAMES = {
    "combined_authority": "the combined authority",
    "local_authorities": "councils",
    "NHS": "the NHS",
    "DWP": "DWP",
    "HMRC": "HMRC",
}


def agency_name(account: str) -> str:
    """Return an account's name for readers."""
    return NAMES.get(account, account.replace("_", " "))


def direction(stat: Stat, up: str, down: str, level: str) -> str:
    """Return the word for a figure that is clearly above zero, clearly below it, or neither."""
    if math.isnan(stat.p05):
        return up if stat.mean > 0 else down if stat.mean < 0 else level
    return up if stat.p05 > 0 else down if stat.p95 < 0 else level


def figure(headline: Headline, name: str) -> str:
    """Return a named figure with its interval."""
    return both(headline.stats[name], headline.metrics[name].kind)


def absolute(stat: Stat) -> Stat:
    """Return the figure with its sign turned, for wording such as `lost 300`."""
    return Stat(-stat.mean, -stat.p95, -stat.p75, -stat.p50, -stat.p25, -stat.p05, stat.n_draws, stat.n_seeds,
                stat.mc_se, stat.interval)  # fmt: skip


def sentence_on_jobs(headline: Headline) -> str:
    """Return what the policy does to work at the milestones."""
    parts = [f"{figure(headline, f'additional_jobs_{m}')} at month {m}" for m in milestones(headline.horizon)]
    listed = ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1]
    return (
        f"Against {headline.baseline}, {headline.policy_words} changes the number of residents in work by {listed}; "
        f"over {headline.horizon} months that is {figure(headline, 'net')} net person-months in work."
    )


def sentence_on_who(headline: Headline) -> str:
    """Return who started, gained and lost."""
    if headline.twin_words:
        return (
            f"{headline.policy} has {figure(headline, 'starts')} subsidised starts and {headline.baseline} has "
            f"{figure(headline, 'starts_of_baseline')}. {figure(headline, 'winners')} residents had more months in "
            f"work than under {headline.baseline} and {figure(headline, 'losers')} had fewer."
        )
    return (
        f"{figure(headline, 'starts')} subsidised starts; those who started gained {figure(headline, 'treated_net')} "
        f"person-months, and everybody else {figure(headline, 'untreated_net')}. {figure(headline, 'winners')} "
        f"residents had more months in work than without the policy and {figure(headline, 'losers')} had fewer."
    )


def sentence_on_winners(headline: Headline) -> str:
    """Return how many residents have more or fewer months in work than under the baseline."""
    return (
        f"{figure(headline, 'winners')} residents had more months in work than under {headline.baseline} and "
        f"{figure(headline, 'losers')} had fewer."
    )


def sentence_on_losers(headline: Headline) -> str:
    """Return the group of one dimension that lost most among those who never started."""
    groups = group_stats(headline, "age_band")
    sums = {label: items["untreated_net"] for label, items in groups.items() if label != ARRIVALS}
    if not sums or min(stat.mean for stat in sums.values()) >= 0:
        return "No age group lost work in sum."
    label = min(sums, key=lambda name: sums[name].mean)
    lost = absolute(sums[label])
    return (
        f"Among those who never started, residents aged {label} at the policy's start lost most: "
        f"{both(lost, 'count')} person-months."
    )


def sentence_on_money(headline: Headline) -> str:
    """Return what it costs and saves, by agency."""
    from simulation.ledger import AGENCIES

    flows = [(agency, headline.stats[f"net_flow_{agency}"]) for agency in AGENCIES]
    parts = []
    for agency, stat in flows:
        if stat.is_other_than_zero:
            words = "gains" if stat.mean > 0 else "pays net"
            shown = stat if stat.mean > 0 else absolute(stat)
            parts.append(f"{agency_name(agency)} {words} {both(shown, 'pounds')}")
    agencies = "; ".join(parts) if parts else "no agency's flows change"
    total = headline.stats["net_public_flow"]
    spending = "Subsidy spending is"
    if headline.twin_words:
        spending = f"Against {headline.baseline}, subsidy spending changes by"
    if headline.is_about_services:
        spending = f"Against {headline.baseline}, spending on services changes by"
    cost = "service_cost" if headline.is_about_services else "programme_cost"
    word = "a net gain" if total.mean > 0 else "a net cost"
    shown = total if total.mean > 0 else absolute(total)
    return (
        f"{spending} {figure(headline, cost)} (money {headline.price_words}). "
        f"{agencies[:1].upper()}{agencies[1:]}. "
        f"For the public purse that is {word} of {both(shown, 'pounds')}; {cost_words(headline)}."
    )


def cost_words(headline: Headline) -> str:
    """Return the cost of an additional person-month, or why there is none."""
    if headline.is_about_services:
        return service_cost_words(headline)
    stat = headline.stats["cost_per_person_month"]
    if math.isnan(stat.mean) or headline.stats["net"].mean <= 0:
        return "no cost per additional person-month is given, because the net effect is not clearly above zero"
    return f"each additional person-month in work costs {figure(headline, 'cost_per_person_month')} of subsidy spending"


def service_cost_words(headline: Headline) -> str:
    """Return what services cost for an additional person-month, or why no cost is given."""
    name = "service_cost_per_person_month"
    if math.isnan(headline.stats[name].mean) or headline.stats["net"].mean <= 0:
        return "no cost per additional person-month is given, because the net effect is not clearly above zero"
    if headline.stats["service_cost"].mean <= 0:
        return "no cost per additional person-month is given, because services do not cost more"
    return f"each additional person-month in work costs {figure(headline, name)} of added spending on services"


def sentence_on_measured(headline: Headline) -> str:
    """Return deadweight and displacement as measured, or why they are not given."""
    if headline.twin_words:
        return headline.twin_words
    return (
        f"Deadweight as measured is {figure(headline, 'deadweight')} of subsidised person-months; displacement as "
        f"measured is {figure(headline, 'displacement')} of what those who started gained. Both are counted by "
        "comparing each resident with the same resident without the policy; no constant for either is assumed."
    )


def sentence_on_certainty(headline: Headline) -> str:
    """Return how sure the figures are."""
    stat = headline.stats["net"]
    words = interval_words(stat.interval, headline.n_runs)
    fixed = "one draw of the posterior" if headline.calibrated else "their central values"
    draws = (
        f"Parameters are fixed at {fixed}, so the ranges in the evidence are not part of the interval."
        if headline.n_draws == 1
        else f"They hold both chance and {headline.n_draws} draws of the posterior, each the same in both arms."
    )
    return f"Figures in brackets: {words}. {draws}"


def findings(headline: Headline) -> list[str]:
    """Return the sentences of the report's answer, in order."""
    services = [] if headline.services is None else [finding_on_services(headline)]
    if not headline.has_subsidies:
        middle = [*services, sentence_on_winners(headline), sentence_on_money(headline)]
        return [sentence_on_jobs(headline), *middle, sentence_on_certainty(headline)]
    return [
        sentence_on_jobs(headline),
        sentence_on_who(headline),
        *services,
        *([] if headline.twin_words else [sentence_on_losers(headline)]),
        sentence_on_money(headline),
        sentence_on_measured(headline),
        sentence_on_certainty(headline),
    ]
