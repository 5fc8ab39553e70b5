"""The page of a decision: the card first, then every chart with its finding above and its table beside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from results.charts import Chart
from results.decision import NOTHING
from results.decision_card import card_of
from results.decision_charts import information_rows
from results.decision_figures import OUTCOME_WORDS, OUTCOMES
from results.decision_words import (
    CRITERION_HOW,
    CRITERION_WORDS,
    JUDGED,
    MOST_CAVEATS,
    Plain,
    box_finding,
    cell,
    chance,
    information_finding,
    labels,
    limit_words,
    measure,
    regret_finding,
    regret_text,
    rows_are,
    three_digits,
    worth,
)
from results.display import share
from results.report import render
from results.sensitivity_words import figure
from results.tables import Table, chart_table, table_of

NOTHING_FOUND = "no influence found"
LEAST_ERROR = 0.01
"""A surface whose error is less than this part of perfect information's is flat: a figure would look exact."""
METHODS = (
    "Every option is run against the same baseline on the same draws and seeds, so that its value is a difference "
    "between two arms that share every random number. Doing nothing is always an option, with a value of 0.",
    "An option is best in a draw where its mean over the draw's seeds is the largest; those that tie share. Intervals "
    "of these shares are Wilson's.",
    "Regret is what an option falls short of the best one of the same draw; its interval is Student's t of the mean.",
    "The value of information is the expected gain of deciding after some parameters are known over deciding now. The "
    "value that is expected given them is found by regression over the draws (a line and a Gaussian process; Strong, "
    "Oakley and Brennan, 2014), so that the chance of seeds is not counted as knowledge. Its standard error holds the "
    "number of draws and the regression. A part is never worth more than the whole; where noise says so, it is shown "
    "as the whole. “Gained on draws left out” is what deciding by the regression gained on draws that it was not "
    "learned from. Posterior draws tie parameters together, so the parts do not add up to the whole.",
    "Boxes are found by peeling (PRIM; Friedman and Fisher, 1999): density is the share of the draws inside that pay "
    "back, coverage the share of those that pay back which lie inside. Limits that chance explains (quasi-p-value "
    "above 5%) are dropped, and a box is shown only where at most 5% of shuffled copies give one as good.",
    "Scores run from 0 for the worst option to 1 for the best on each criterion, doing nothing included, on means; a "
    "total is their weighted mean. Scores hide how large differences are and how sure: read them beside the table of "
    "figures.",
)


def build_page(content: Plain, charts: Mapping[str, Chart]) -> str:
    """Return the page as HTML text; the same content gives the same text.

    Parameters
    ----------
    content : Plain
        The answer as plain values, with its sentences.
    charts : mapping
        Name -> chart.
    """
    return render("decision.html", context_of(content, charts))


def context_of(content: Plain, charts: Mapping[str, Chart]) -> dict[str, Any]:
    """Return every value the page's template reads."""
    names = labels(content)
    sections = [
        ("card", "Decision card"), ("worth", "What each is worth"), ("best", "Which is best, how often"),
        ("regret", "Regret"), ("know", "What knowing more is worth"), ("limits", "When each pays back"),
        ("criteria", "Several criteria"), ("switching", "Switching values"), ("method", "How it is counted"),
        ("again", "Reproduce"),
    ]  # fmt: skip
    items = {name: {"chart": chart, "table": chart_table(chart)} for name, chart in charts.items()}
    return {
        "title": f"Which to choose: {' or '.join(names[:-1])}",
        "subtitle": (
            f"{len(names) - 1} {'options' if len(names) > 2 else 'option'} and doing nothing, judged by what each is "
            f"worth for {JUDGED[content['value']]}: {content['region']}, {content['n_months']} months from "
            f"{content['first_month']}, {content['n_runs']:,} runs of each."
        ),
        "changed": f"Changed: {', '.join(content['changed'])}" if content["changed"] else "",
        "status": content["status"],
        "caveats": content["caveats"],
        "more_caveats": content["caveats"][MOST_CAVEATS:],
        "sections": sections,
        "card": card_of(content),
        "items": items,
        "measure_table": measure_table(content),
        "best_table": best_table(content),
        "regret_words": regret_finding(content),
        "regret_table": regret_table(content),
        "information_words": information_finding(content),
        "information_table": information_table(content),
        "boxes": list(dict.fromkeys(box_finding(content, box) for box in content["boxes"])),  # some say the same
        "limit_table": limit_table(content),
        "outcome_table": table_of(
            "Measured outcomes", ("Outcome", "What it is"), [[OUTCOMES[k], OUTCOME_WORDS[k]] for k in OUTCOMES]
        ),
        "criteria_words": content["criteria_findings"],
        "criteria_table": criteria_table(content),
        "score_table": score_table(content),
        "weigh": weigh(content),
        "weigh_most": max(content["criteria"]["weights"].values()),
        "data": json.dumps(weigh(content), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
        "switch_table": switch_table(content),
        "methods": METHODS,
        "command": content["command"],
        "run_id": content["run_id"],
    }


def measure_table(content: Plain) -> Table:
    """Return every measure of every option with its interval."""
    names = labels(content)
    rows = [
        [f"{found['label']}, {found['unit']}", *(cell(content, found["name"], k) for k in range(len(names)))]
        for found in content["measures"]
    ]
    return table_of(
        "What each option changes, mean with 90% interval", ("Measure", *names), rows, range(1, len(names) + 1)
    )


def best_table(content: Plain) -> Table:
    """Return how often each option is best by each value, with intervals."""
    names = labels(content)
    rows = [
        [measure(content, value)["label"], *(chance(row) for row in found)] for value, found in content["best"].items()
    ]
    perfect = content["information"]["perfect"]
    if perfect is not None:
        rows.append(
            [f"{measure(content, content['value'])['label']}, chance taken out by the regression (no interval)",
             *(share(part) for part in perfect["best"])]
        )  # fmt: skip
    caption = f"Share of {content['n_rows']:,} {rows_are(content)} in which each option is best, with 90% intervals"
    return table_of(caption, ("Judged by", *names), rows, range(1, len(names) + 1))


def regret_table(content: Plain) -> Table:
    """Return expected, 95th percentile and largest regret of each option."""
    rows = [
        [name, regret_text(row), figure(row["p95"], "pounds"), figure(row["most"], "pounds")]
        for name, row in zip(labels(content), content["regret"], strict=True)
    ]
    heads = ("Option chosen", "Expected regret", f"In 19 of 20 {rows_are(content)} at most", "Largest")
    return table_of("What choosing each option gives up against what would have been best", heads, rows, (1, 2, 3))


def information_table(content: Plain) -> Table | None:
    """Return what knowing each group is worth; None where it is not told."""
    if content["information"]["status"] != "given":
        return None
    most = content["information"]["perfect"]["error"]
    rows = [
        [
            row["title"],
            NOTHING_FOUND if row["error"] < LEAST_ERROR * most else worth(row),
            figure(row["left_out"], "pounds"),
            "told apart from zero" if row["is_clear"] else "not distinguishable from zero",
        ]
        for row in information_rows(content)
    ]
    heads = ("Known before deciding", "Worth", "Gained on draws left out", "Against chance")
    return table_of("Value of information for this one decision", heads, rows, (1, 2))


def limit_table(content: Plain) -> Table | None:
    """Return every limit of every box; None where none was found."""
    names = dict(zip((option["name"] for option in content["options"]), labels(content), strict=True))
    rows = []
    for box in content["boxes"]:
        for limit in box["limits"]:
            least, most = (
                (share(v) if box["of"] == "outcomes" else three_digits(v)) for v in (limit["least"], limit["most"])
            )
            rows.append(
                [names[box["option"]], limit_words(limit, box["of"]), f"{least} to {most}", share(box["density"]),
                 share(box["coverage"]), f"{limit['chance']:.2g}"]
            )  # fmt: skip
    heads = ("Option", "Limit", "Range over draws", "Density of its box", "Coverage", "Quasi-p-value")
    return table_of("Limits within which an option pays back", heads, rows, (2, 3, 4, 5)) if rows else None


def criteria_table(content: Plain) -> Table:
    """Return the figures behind every criterion, with intervals, and who starts least."""
    from results.decision_figures import CRITERIA

    names = labels(content)
    rows = [
        [f"{CRITERION_WORDS[one][:1].upper()}{CRITERION_WORDS[one][1:]}: {CRITERION_HOW[one]}",
         *(cell(content, CRITERIA[one], k) for k in range(len(names)))]
        for one in content["criteria"]["names"]
    ]  # fmt: skip
    rows.append(["Least represented group among those who start", *(o["least"] for o in content["options"])])
    return table_of("Figures behind the criteria, mean with 90% interval", ("Criterion", *names), rows)


def score_table(content: Plain) -> Table:
    """Return scores, totals at the weights, ranks, and shares of weights under which each option is first."""
    found, names = content["criteria"], labels(content)
    rows = [
        [
            names[k], *(_two(v) for v in found["scores"][k]), _two(found["totals"][k]), str(found["ranks"][k]),
            share(found["first_shares"][k]),
        ]
        for k in range(len(names))
    ]  # fmt: skip
    weights = ", ".join(f"{CRITERION_WORDS[name]} {value:g}" for name, value in found["weights"].items())
    said = "equal weights" if found["is_equal"] else f"weights: {weights}"
    heads = ("Option", *(CRITERION_WORDS[name].capitalize() for name in found["names"]), "Total", "Rank",
             "First, of all weights")  # fmt: skip
    return table_of(
        f"Scores from 0 (worst) to 1 (best), totals and ranks with {said}", heads, rows, range(1, len(heads))
    )


def _two(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def weigh(content: Plain) -> dict[str, Any]:
    """Return what the page's own weighing needs: criteria, weights, options and scores."""
    found = content["criteria"]
    return {
        "criteria": [
            {"name": name, "title": CRITERION_WORDS[name].capitalize(), "weight": found["weights"][name]}
            for name in found["names"]
        ],
        "options": labels(content),
        "scores": found["scores"],
    }


def switch_table(content: Plain) -> Table:
    """Return at which value of each thing each option's value is nil, beside what was measured."""
    rows = []
    for name, option in zip(labels(content), content["options"], strict=True):
        if option["name"] == NOTHING:
            continue
        for row in content["switching"][option["name"]]:
            who = JUDGED[row["perspective"]]
            rows.append([name, who[:1].upper() + who[1:], row["words"], row["measured"], row["needed"]])
    heads = ("Option", "For", "What", "As measured", "Value is nil at")
    caption = (
        "Switching values with 90% intervals; none: no value within 0 to 100%, or within 60 years, makes it nil; not "
        "clear: it would rest on a single run"
    )
    return table_of(caption, heads, rows, (3, 4))
