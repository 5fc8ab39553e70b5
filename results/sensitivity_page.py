"""The page of a sensitivity analysis: self-contained, every chart with its finding above and its table beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from results.charts import Chart
from results.display import share
from results.report import render
from results.sensitivity_words import (
    MORRIS,
    figure,
    headings,
    in_words,
    index_rows,
    is_clear,
    label_words,
    pair_rows,
    ranked,
)
from results.tables import chart_table, table_of

Plain = Mapping[str, Any]
METHODS = {
    "morris": "Morris' screening",
    "sobol": "Sobol's shares of variance",
}
METHOD_LINES = {
    "morris": (
        "Each trajectory walks through the space and changes one factor, or one group, at a time, by two thirds of its "
        "range; an effect is the change of the output divided by that step, so per whole range (from the lower to the "
        "upper end of a 95% interval).",
        "The mean absolute effect says how much a factor matters; the spread of its effects shows bends, interactions "
        "and chance together.",
        "Every vector runs on a seed of its own. The first and last of each trajectory run on another too, which gives "
        "the variance of chance; an effect is called clear where its mean square is larger than chance makes it (F "
        "test, Holm's rule, 5% jointly), and the effect without chance has that variance taken out.",
    ),
    "sobol": (
        "The index by itself is the share of the variance that would go if the factor were known; the index with all "
        "interactions is the share that would stay if all but the factor were known. Both are of the variance that is "
        "left once chance is taken out, so of the mean over seeds; the last column is of all variance of a single run.",
        "Every vector runs on a seed of its own. Vectors of the first base sample run on another too, which gives the "
        "variance of chance; it is taken out of the total indices, and of the variance that all indices are shares of.",
        "Intervals are percentiles of 500 bootstrap samples of the base samples (200 on an emulator), with chance "
        "drawn again each time. Indices below zero are what sampling leaves of small ones.",
    ),
}


def build_page(content: Plain, charts: Mapping[str, Sequence[Chart]]) -> str:
    """Return the page as HTML text; the same content gives the same text.

    Parameters
    ----------
    content : Plain
        The answer as plain values, with its sentences.
    charts : mapping
        Output -> its charts.
    """
    return render("sensitivity.html", context_of(content, charts))


def context_of(content: Plain, charts: Mapping[str, Sequence[Chart]]) -> dict[str, Any]:
    """Return every value the page's template reads."""
    where = " on an emulator" if content["is_emulated"] else ""
    parts = [_part(content, output, charts[output["name"]]) for output in content["outputs"]]
    sections = [("answer", "The answer"), *((part["id"], part["heading"]) for part in parts)]
    sections += [("factors", "What was varied"), ("method", "How it is counted"), ("again", "Reproduce")]
    return {
        "title": f"What matters for {content['scenario']}",
        "subtitle": (
            f"{METHODS[content['method']]}{where}: {content['scenario_title'] or content['scenario']} less "
            f"{content['baseline']}, {content['region']}, {content['n_months']} months from {content['first_month']}; "
            f"{content['n_vectors']:,} vectors, {content['n_runs']:,} runs of both arms."
        ),
        "status": "How the answer depends on what is not known.",
        "caveats": content["notes"],
        "sections": sections,
        "cards": cards_of(content),
        "findings": [output["finding"] for output in content["outputs"]],
        "stop_words": content["stop_words"],
        "parts": parts,
        "factor_table": table_of(
            "Factors, their laws and their ranges",
            ("Factor", "Group", "Law", "Range (95%, or as given)"),
            [[f["words"], _title(content, f["group"]), f["law"], f["range"]] for f in content["factors"]],
        ),
        "methods": METHOD_LINES[content["method"]],
        "command": content["command"],
        "run_id": content["run_id"],
    }


def _title(content: Plain, group: str) -> str:
    return next((label["title"] for label in content["labels"] if label["name"] == group), label_words(group))


def _part(content: Plain, output: Plain, charts: Sequence[Chart]) -> dict[str, Any]:
    """Return one output's section."""
    heads = headings(content)
    pairs = pair_rows(content, output)
    return {
        "id": f"output-{output['name'].replace('_', '-')}",
        "heading": output["label"],
        "finding": output["finding"],
        "chance": output["chance_words"],
        "charts": [{"chart": chart, "table": chart_table(chart)} for chart in charts],
        "table": table_of(
            f"{output['label']}: every index with its 95% interval",
            heads, index_rows(content, output), range(1, len(heads) - 1),
        ),
        "pairs": table_of(
            f"{output['label']}: the largest interactions of two",
            ("Pair", "Share of variance", "Against chance"), pairs, (1,),
        ) if pairs else None,
    }  # fmt: skip


def cards_of(content: Plain) -> list[dict[str, str]]:
    """Return the headline cards: what matters most for the first output, and what chance does."""
    output = content["outputs"][0]
    cards = []
    for place, (title, row) in enumerate(ranked(content, output)[:3], 1):
        if content["method"] == MORRIS:
            value = f"{figure(row['mu_star'], output['kind'])} {output['unit']}"
        else:
            value = "cannot be told" if row["total"] is None else share(max(0.0, row["total"]))
        words = "clear of chance" if is_clear(content, row) else "not distinguishable from zero"
        cards.append({"label": f"{place}. {title}", "value": value, "range": words})
    chance = output["chance"]
    cards.append(
        {
            "label": "The seed's own share of the variance",
            "value": "cannot be told" if chance is None else share(chance),
            "range": f"of {in_words(output)}",
        }
    )
    return cards
