"""The chain from eligible or referred residents to pounds, step by step with counts; explains no single resident."""

from __future__ import annotations

from typing import TYPE_CHECKING

from results.display import both
from results.lookup import records, stat_of
from results.metrics import milestones
from results.service_story import chain_steps
from results.statistics import Stat
from results.summary import Headline

if TYPE_CHECKING:
    from pandas import DataFrame

STEPS = (
    ("eligible", "Eligible and looking, person-months", "meet the rule and look for work, counted every month"),
    ("reached", "Reached, person-months", "of them, those who hold an offer, counted every month"),
    ("started", "Started", "took a subsidised job"),
    ("finished", "Finished", "reached the length of the placement"),
    ("kept", "Kept on", "of them, those the employer kept when the subsidy ended"),
    ("dropped_out", "Dropped out", "left the placement early"),
    ("months_paid", "Months of subsidy paid", "months for which an employer was paid"),
)
"""Item of `simulation.output.SUBSIDY_ITEMS`, its heading, what it counts."""
SERVICE_EFFECTS = (("service_cost", "Change in spending on services", "by whoever pays, over the policy's months"),)
EFFECTS = (
    ("employers_joined", "Employers who joined", "the most at once, summed over incentives"),
    ("worker_months_paid", "Months of workers paid for", "counted at each month's end, summed over incentives"),
    ("subsidised_months", "Subsidised person-months", "counted at each month's end"),
    ("deadweight_months", "of them, the twin worked too", "deadweight, counted by pairing"),
    ("treated_net", "Gained by those who started", "person-months in work, net of the twin's"),
    ("untreated_net", "Gained by everybody else", "person-months in work; below zero where they lost"),
    ("net", "Net person-months in work", "what the policy caused in all"),
    ("programme_cost", "Subsidy spending", "over the policy's months"),
    ("net_public_flow", "Net gain of the public purse", "all lines of the ledger; below zero is a cost"),
)


def chain_table(headline: Headline, area: str | None = None) -> DataFrame:
    """Return the chain as a frame: block, step, what, value, low, high, text.

    One block a subsidy; where there are services, one for them under the policy and one for their change; then the
    effects.

    Parameters
    ----------
    headline : Headline
        A comparison.
    area : str, optional
        Name of an area for the counts of subsidies and services; the region by default.
    """
    import pandas as pd

    where = area or headline.geography.whole.name
    rows: list[dict[str, object]] = []
    chain = headline.chain[headline.chain["geography_name"] == where]
    for subsidy in dict.fromkeys(chain["subsidy"]):
        counts = {row["item"]: stat_of(row) for row in records(chain[chain["subsidy"] == subsidy])}
        for item, heading, words in STEPS:
            rows.append(row_of(subsidy, heading, words, counts[item], "count"))
    rows += [row_of(block, step, words, stat, kind) for block, step, words, stat, kind in chain_steps(headline, where)]
    for name, heading, words in effects_of(headline):
        if name not in headline.stats:
            continue
        rows.append(row_of("Effect", heading, words, headline.stats[name], headline.metrics[name].kind))
    return pd.DataFrame(rows)


def effects_of(headline: Headline) -> list[tuple[str, str, str]]:
    """Return name, heading and explanation of the effects to show, the money last."""
    if headline.services is None:
        return list(EFFECTS)
    stocks = [
        (f"additional_jobs_{m}", f"Additional in work at month {m}", "residents in work, policy less baseline")
        for m in milestones(headline.horizon)
    ]
    return [*stocks, *EFFECTS[:-1], *SERVICE_EFFECTS, EFFECTS[-1]]


def row_of(block: str, step: str, words: str, stat: Stat, kind: str) -> dict[str, object]:
    """Return one row of the chain.

    Parameters
    ----------
    block, step, words : str
        Subsidy, services or `Effect`, heading and explanation.
    stat : Stat
        The figure.
    kind : str
        How it is shown.
    """
    return {
        "block": block,
        "step": step,
        "what": words,
        "value": stat.mean,
        "low": stat.p05,
        "high": stat.p95,
        "text": both(stat, kind),
    }


def chain_text(headline: Headline) -> str:
    """Return the chain as plain text for a terminal, one step a line."""
    table = chain_table(headline)
    lines = [f"{headline.title}, {headline.months[0]} to {headline.months[-1]}"]
    if headline.changed:
        lines.append(headline.changed_words)
    if headline.caution:
        lines.append(f"({headline.caution})")
    width = max(len(str(step)) for step in table["step"])
    for block in dict.fromkeys(table["block"]):
        lines.append(f"\n{block}")
        inside = table[table["block"] == block]
        lines += [
            f"  {step:<{width}}  {text}\n  {'':<{width}}  {words}"
            for step, text, words in zip(inside["step"], inside["text"], inside["what"], strict=True)
        ]
    return "\n".join(lines) + "\n"
