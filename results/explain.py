"""The chain from eligible residents to pounds, step by step with counts; explains no single resident."""

from __future__ import annotations

from typing import TYPE_CHECKING

from results.display import both
from results.lookup import records, stat_of
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
EFFECTS = (
    ("subsidised_months", "Subsidised person-months", "counted at each month's end"),
    ("deadweight_months", "of them, the twin worked too", "deadweight, counted by pairing"),
    ("treated_net", "Gained by those who started", "person-months in work, net of the twin's"),
    ("untreated_net", "Gained by everybody else", "person-months in work; below zero where they lost"),
    ("net", "Net person-months in work", "what the policy caused in all"),
    ("programme_cost", "Subsidy spending", "over the policy's months"),
    ("net_public_flow", "Net gain of the public purse", "all lines of the ledger; below zero is a cost"),
)


def chain_table(headline: Headline, area: str | None = None) -> DataFrame:
    """Return the chain as a frame: step, what, unit, value, low, high, text; one block a subsidy, then the effects.

    Parameters
    ----------
    headline : Headline
        A comparison.
    area : str, optional
        Name of an area for the subsidies' counts; the region by default.
    """
    import pandas as pd

    where = area or headline.geography.whole.name
    rows: list[dict[str, object]] = []
    chain = headline.chain[headline.chain["geography_name"] == where]
    for subsidy in dict.fromkeys(chain["subsidy"]):
        counts = {row["item"]: stat_of(row) for row in records(chain[chain["subsidy"] == subsidy])}
        for item, heading, words in STEPS:
            rows.append(row_of(subsidy, heading, words, counts[item], "count"))
    for name, heading, words in EFFECTS:
        if name not in headline.stats:
            continue
        rows.append(row_of("Effect", heading, words, headline.stats[name], headline.metrics[name].kind))
    return pd.DataFrame(rows)


def row_of(block: str, step: str, words: str, stat: Stat, kind: str) -> dict[str, object]:
    """Return one row of the chain.

    Parameters
    ----------
    block, step, words : str
        Subsidy or `Effect`, heading and explanation.
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
