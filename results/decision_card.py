"""The decision card: one page with the choice, how sure it is, what would turn it round, and what matters first."""

from __future__ import annotations

from typing import Any

from results.decision import NOTHING
from results.decision_figures import AT_END, JOBS, MEASURES
from results.decision_words import (
    JUDGED,
    MOST_CAVEATS,
    Plain,
    best_indices,
    cell,
    chance,
    in_sentence,
    information_finding,
    labels,
    regret_text,
    rows_are,
)
from results.tables import Table, table_of

TURNING = ("displacement", "deadweight", "retention", "months_per_participant", "multiple")
"""Switching values of the card, the first that there is."""


def card_of(content: Plain) -> dict[str, Any]:
    """Return every value the card's template reads."""
    best = [in_sentence(name) for k, name in enumerate(labels(content)) if k in best_indices(content)]
    months = f"{content['n_months']} months from {content['first_month']}"
    return {
        "heading": "Decision card",
        "question": (
            f"Which of these for {content['region']}, against {content['baseline']}, {months}, judged by what it is "
            f"worth for {JUDGED[content['value']]}?"
        ),
        "answer": f"{content['finding']}.",
        "status": content["status"],
        "caveats": content["caveats"][:MOST_CAVEATS],
        "table": card_table(content),
        "turning": turning_lines(content),
        "best": best,
        "foot": (
            f"{content['n_runs']:,} runs of each option on the same draws and seeds. Brackets: 90% intervals. "
            f"{content['command']} (decision {content['run_id']})"
        ),
    }


def card_table(content: Plain) -> Table:
    """Return one row an option: value, jobs, how often it is best, and its regret, each with its interval."""
    value = content["value"]
    rows = [
        [
            name, cell(content, value, k), cell(content, JOBS, k), cell(content, AT_END, k),
            chance(content["best"][value][k]), regret_text(content["regret"][k]),
        ]
        for k, name in enumerate(labels(content))
    ]  # fmt: skip
    heads = (
        "Option", MEASURES[value][0], "Additional person-months in work", "Additional residents in work at the end",
        f"Best in, share of {rows_are(content)}", "Expected regret",
    )  # fmt: skip
    return table_of("Each option at a glance, with 90% intervals", heads, rows, (1, 2, 3, 4, 5))


def turning_lines(content: Plain) -> list[str]:
    """Return what would turn the choice round: a switching value of each option, its limits, and more knowledge."""
    out = []
    names = labels(content)
    own = "exchequer" if content["value"] == "exchequer" else "society"
    for k, option in enumerate(content["options"]):
        if option["name"] == NOTHING:
            continue
        rows = {r["item"]: r for r in content["switching"][option["name"]] if r["perspective"] == own}
        told = next((rows[item] for item in TURNING if item in rows and rows[item]["needed_mean"] is not None), None)
        if told is not None:
            out.append(
                f"{names[k]}: its value is nil at {told['words'][:1].lower()}{told['words'][1:]} of {told['needed']}; "
                f"measured: {told['measured']}."
            )
    out += [f"{box['finding']}." for box in content["boxes"] if box["status"] == "found" and box["of"] == "outcomes"]
    return [*out, f"{information_finding(content)}."]
