"""The page of a goal-seek: self-contained, the answer first, its curve with the table beside, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from results.charts import Chart
from results.display import share
from results.report import render
from results.seek_words import (
    CROSSED,
    NOWHERE,
    cost_rows,
    headings,
    lever_text,
    lever_words,
    number_text,
    point_rows,
    point_words,
    spread_words,
    stat_text,
    used_spread,
)
from results.tables import chart_table, table_of

Plain = Mapping[str, Any]
ONE_LEVER = (
    "A grid of values is run first. Wherever the mean over runs changes from one side of the target to the other, "
    "values in between are tried, along the line through the two or halfway, until a hundredth of the range is left or "
    "chance hides the rest. Every such place is listed.",
    "The interval over seeds draws runs again 2,000 times, the same runs at every value, with expanded percentiles so "
    "that few runs cover as Student's t does. The interval over draws is that of each draw's own crossing.",
)
SEVERAL_LEVERS = (
    "Points are spread evenly over the ranges first; then COBYQA (scipy.optimize) looks for the cheapest that reaches "
    "the target on the mean over the same seeds, each point it proposes being run. The answer is the cheapest of all "
    "points that were run and reach the target.",
)
ALWAYS = (
    "The answer is then run on fresh seeds, which the search never saw. The figure there, the share of runs that meet "
    "the target and every cost below are of these runs.",
    "A target with = is read as reached on the side that is better for its measure, or, where neither is, beyond its "
    "value as seen from what holds without the policy.",
)


def build_page(content: Plain, charts: Sequence[Chart]) -> str:
    """Return the page as HTML text; the same content gives the same text.

    Parameters
    ----------
    content : Plain
        The answer as plain values, with its sentences.
    charts : sequence of Chart
        Its charts.
    """
    return render("seek.html", context_of(content, charts))


def context_of(content: Plain, charts: Sequence[Chart]) -> dict[str, Any]:
    """Return every value the page's template reads."""
    is_one = len(content["levers"]) == 1
    heading = "The figure against the lever" if is_one else "Every point that was tried"
    target, check = content["target"], content["check"]
    points = [p for p in content["points"] if p["values"] in content["frontier"]]
    sentences = [content[name] for name in ("nearest_words", "without_words", "check_words", "draw_words")]
    return {
        "title": f"What would reach {target['text']}",
        "subtitle": (
            f"{content['scenario_title'] or content['scenario']} against {content['baseline']}, {content['region']}, "
            f"{content['n_months']} months from {content['first_month']}; {content['n_tried']} points of "
            f"{content['n_runs']} run(s) tried."
        ),
        "status": f"{content['finding']}.",
        "caveats": content["notes"],
        "sections": [("answer", "The answer"), ("curve", heading), ("cost", "What it costs"),
                     ("method", "How it is sought"), ("again", "Reproduce")],
        "cards": cards_of(content),
        "sentences": [f"{content['finding']}.", *(text for text in sentences if text)],
        "curve_heading": heading,
        "charts": [{"chart": chart, "table": chart_table(chart)} for chart in charts],
        "frontier": None if not points else table_of(
            "Points that no other undercuts and outdoes, from the cheapest on, with 90% intervals",
            headings(content), point_rows(content, _in_order(content, points)), range(len(headings(content))),
        ),
        "cost_words": (
            f"With {point_words(content, check['point'])}, against {content['baseline']}, over {check['n_runs']} fresh "
            "run(s), with 90% intervals. Net gains are present values; below zero means paying."
        ),
        "costs": table_of(
            f"The answer on fresh seeds: {content['n_months']} months from {content['first_month']}",
            ("Figure", "Value"), cost_rows(content), (1,),
        ),
        "method": [*(ONE_LEVER if is_one else SEVERAL_LEVERS), *ALWAYS],
        "levers": table_of(
            "Levers and their ranges",
            ("Lever", "Key", "From", "To", "In the scenario as it stands"),
            [[lever_words(v), v["key"], lever_text(v, v["low"]), lever_text(v, v["high"]), v["now"] or "none"]
             for v in content["levers"]],
            (2, 3, 4),
        ),
        "command": content["command"],
        "calibration": (content["calibration"] or "not calibrated").capitalize(),
        "run_id": content["run_id"],
    }  # fmt: skip


def _in_order(content: Plain, points: Sequence[Plain]) -> list[Plain]:
    """Return the points of the frontier from the cheapest on."""
    by_values = {tuple(p["values"]): p for p in points}
    return [by_values[tuple(values)] for values in content["frontier"]]


def cards_of(content: Plain) -> list[dict[str, str]]:
    """Return the headline cards: the answer, the figure on fresh seeds, how often it is met, and what it costs."""
    target, check = content["target"], content["check"]
    wanted = f"wanted: {number_text(target['value'], target['shown'])}"
    spread = used_spread(content) if content["status"] == CROSSED else None
    cards = []
    for lever, x in zip(content["levers"], check["point"], strict=True):
        words = lever_words(lever)
        value = lever_text(lever, x) if content["status"] != NOWHERE else "unreachable"
        ends = f"nearest at {lever_text(lever, x)}" if content["status"] == NOWHERE else "best found"
        if len(content["levers"]) == 1 and content["status"] != NOWHERE:
            ends = "no interval" if spread is None else f"90% interval {spread_words(content, spread)}"
        cards.append({"label": f"{words[:1].upper()}{words[1:]}", "value": value, "range": ends})
    cards.append(
        {
            "label": f"{target['label']}, fresh seeds",
            "value": stat_text(check["figures"][0], target["shown"], interval=False),
            "range": wanted,
        }
    )
    cards.append(
        {
            "label": "Fresh runs that meet the target",
            "value": share(check["n_reaching"] / check["n_runs"]),
            "range": f"{check['n_reaching']} of {check['n_runs']}",
        }
    )
    names = [figure["name"] for figure in content["figures"]]
    for name in ("net_cost",):
        row = names.index(name, 1)
        shown = content["figures"][row]["shown"]
        text = stat_text(check["figures"][row], shown)
        value, _, ends = text.partition(" (")
        cards.append(
            {"label": content["figures"][row]["label"], "value": value, "range": ends.rstrip(")") or "no interval"}
        )
    return cards
