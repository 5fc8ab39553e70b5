"""What a sensitivity analysis found, in sentences and table cells; computes no index."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from results.display import pounds, share

Plain = Mapping[str, Any]
MORRIS = "morris"
SETTLED_WIDTH = 0.05
FEW_TRAJECTORIES = 20
SHOWN_PAIRS = 5
NOT_DISTINGUISHABLE = "not distinguishable from zero"
CANNOT_BE_TOLD = "cannot be told"
MUCH_CHANCE = 0.5
"""Share of chance in the variance of a run from which the page says first that more seeds or residents are needed."""


def label_words(name: str) -> str:
    """Return the name of a parameter or key for readers: its process, then itself."""
    process, _, rest = name.rpartition(".")
    words = rest.replace("_", " ").replace("-", " ")
    return f"{process.replace('_', ' ')}: {words}" if process else words


def in_words(output: Plain) -> str:
    """Return an output's label as it stands in a sentence."""
    return f"{output['label'][:1].lower()}{output['label'][1:]}"


def figure(value: float | None, kind: str) -> str:
    """Return a figure of an output to three digits, or that it cannot be told."""
    if value is None:
        return CANNOT_BE_TOLD
    if kind == "pounds":
        unit = 10.0 ** max(0, len(str(int(abs(value)))) - 3)
        return pounds(value, unit)
    digits = max(0, 3 - len(str(int(abs(value)))))
    text = f"{abs(value):,.{digits if abs(value) < 100 else 0}f}"
    return f"−{text}" if value < 0 and float(text.replace(",", "")) else text


def interval(low: float | None, high: float | None, kind: str) -> str:
    """Return an interval of a figure in words."""
    if low is None or high is None:
        return "no interval"
    return f"{figure(low, kind)} to {figure(high, kind)}"


def index_text(value: float | None, low: float | None, high: float | None) -> str:
    """Return an index with its interval."""
    if value is None:
        return CANNOT_BE_TOLD
    ends = "no interval" if low is None or high is None else f"{_two(low)} to {_two(high)}"
    return f"{_two(value)} ({ends})"


def _two(value: float) -> str:
    text = f"{abs(value):.2f}"
    return f"−{text}" if value < 0 and float(text) else text


def is_clear(content: Plain, row: Plain) -> bool:
    """Return whether an effect is more than chance gives: by Morris' test, or a total index clear of zero."""
    if content["method"] == MORRIS:
        return bool(row["is_clear"])
    return row["total_low"] is not None and row["total_low"] > 0.0


def ranked(content: Plain, output: Plain) -> list[tuple[str, Plain]]:
    """Return title and indices of every label, the most influential first."""
    measure = "mu_star" if content["method"] == MORRIS else "total"
    pairs = [(label["title"], row) for label, row in zip(content["labels"], output["rows"], strict=True)]
    return sorted(pairs, key=lambda pair: -(pair[1][measure] if pair[1][measure] is not None else -1.0))


def finding(content: Plain, output: Plain) -> str:
    """Return the sentence that states what moves an output most."""
    clear = [(title, row) for title, row in ranked(content, output) if is_clear(content, row)]
    what = output["label"]
    if not clear:
        return f"{what}: no influence is distinguishable from chance in {content['n_runs']:,} runs"
    names = _listed([f"‘{title}’" for title, _ in clear[:3]])
    if content["method"] == MORRIS:
        top = figure(clear[0][1]["mu_star"], output["kind"])
        unit = "" if output["kind"] == "pounds" else f" {output['unit']}"
        return f"{what}: moved most by {names}; by the first, {top}{unit} over its whole range"
    first = clear[0][1]
    part = share(min(1.0, max(0.0, first["total"])))
    return f"{what}: varies most with {names}; behind the first is {part} of what chance leaves"


def _listed(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def verdict(content: Plain, row: Plain) -> str:
    """Return in words whether an influence stands out from chance."""
    if is_clear(content, row):
        return "clear"
    if content["method"] != MORRIS and (row["total"] is None or row["total_low"] is None):
        return CANNOT_BE_TOLD
    return NOT_DISTINGUISHABLE


def stop_words(content: Plain) -> str:
    """Return why no more samples were added, and how far the intervals are from settled."""
    if content["method"] == MORRIS:
        n = content["n_blocks"]
        few = f" Fewer than {FEW_TRAJECTORIES} are too few to rely on." if n < FEW_TRAJECTORIES else ""
        stays = content["outputs"][0]["first_share"]
        return (
            f"{n} trajectories. Drawn again with replacement, the label that comes first stays first in {share(stays)} "
            f"of resamples.{few}"
        )
    output = content["outputs"][0]
    widest = "not finite" if output["width"] is None else f"{output['width']:.2f}"
    settled = output["width"] is not None and output["width"] <= SETTLED_WIDTH
    if content["is_emulated"]:
        reached = "settled: no interval is wider than" if settled else "not settled: some intervals are wider than"
        return f"On the emulator with {output['samples']:,} base samples, {reached} {SETTLED_WIDTH} (widest {widest})."
    if content["stop"] == "settled":
        return f"Settled at {content['n_blocks']:,} base samples: the widest interval is {widest}."
    return (
        f"Not settled: the budget of {content['budget']:,} runs ended at {content['n_blocks']:,} base samples, where "
        f"the widest interval is {widest}; {SETTLED_WIDTH} was wanted. Ask for a larger --budget, more --seeds, a "
        "larger --sample, or --emulator."
    )


def chance_words(output: Plain) -> str:
    """Return what share of the variance of one run is chance."""
    if output["chance"] is None:
        return "What chance does cannot be told."
    ends = ""
    if output.get("chance_low") is not None and output.get("chance_high") is not None:
        ends = f" ({share(output['chance_low'])} to {share(output['chance_high'])})"
    return (
        f"The seed alone makes {share(output['chance'])}{ends} of the variance of {in_words(output)} between vectors."
    )


def emulator_words(output: Plain) -> str:
    """Return how good the emulator is, empty where the indices come from runs."""
    if "explained" not in output:
        return ""
    return (
        f"{output['label']}: indices on an emulator, not on runs. It explains {share(output['explained'])} of the "
        f"variance of runs left out, of {share(output['possible'])} that chance leaves to explain."
    )


def notes(content: Plain) -> list[str]:
    """Return what must be known before any index is read, the most important first."""
    out = []
    if content["is_emulated"]:
        out += [emulator_words(output) for output in content["outputs"]]
    chance = content["outputs"][0]["chance"]
    if chance is not None and chance >= MUCH_CHANCE:
        out.append(
            f"{chance_words(content['outputs'][0])} It is taken out of every index, but intervals are wide; more "
            "--seeds or a larger --sample narrow them."
        )
    if content["sample"] > 1:
        out.append(
            f"A draft on one resident in {content['sample']}: counts and pounds are not scaled up, caps and budgets "
            f"are divided by {content['sample']}."
        )
    out.append(
        "Ranges are the posterior's, each parameter by itself: how the posterior ties them together is left out."
        if content["within"] == "posterior"
        else "Ranges are the evidence's before the fit: much of this space does not agree with published figures."
    )
    if content["n_pulled"]:
        out.append(
            f"{content['n_pulled']:,} of {content['n_vectors']:,} vectors had hazards that the model cannot hold; each "
            "ran at the nearest place towards the middle of its process's ranges, and keeps its place in the design."
        )
    out.append(
        "Levels of each vector follow the calibration's rule, so that the region's stocks stay near their figures."
        if content["by_rule"]
        else "Levels stay as they are, so that the region's stocks move with the parameters."
    )
    if content["left_out"]:
        out.append(f"Set by the scenario and so not varied: {', '.join(map(label_words, content['left_out']))}.")
    if content["variant"]:
        out.append(f"Levels were learned on the main reading of the evidence; these runs take '{content['variant']}'.")
    return out


def with_words(content: dict[str, Any]) -> dict[str, Any]:
    """Return an answer with its sentences."""
    outputs = [
        {**output, "finding": finding(content, output), "chance_words": chance_words(output)}
        for output in content["outputs"]
    ]
    content = {**content, "outputs": outputs}
    return {**content, "stop_words": stop_words(content), "notes": notes(content)}


def headings(content: Plain) -> list[str]:
    """Return the headings of an output's table of indices."""
    what = "Group" if content["is_grouped"] else "Factor"
    if content["method"] == MORRIS:
        effect = ["Mean absolute effect", "Mean effect", "Spread of effects", "Effect without chance"]
        return [what, *effect, "Against chance"]
    return [what, "By itself", "With all interactions", "By itself, of all variance of a run", "Against chance"]


def index_rows(content: Plain, output: Plain) -> list[list[str]]:
    """Return the cells of an output's table of indices, the most influential first."""
    rows = []
    kind = output["kind"]
    for title, row in ranked(content, output):
        if content["method"] == MORRIS:
            signed = (
                "has no sign"
                if row["mu"] is None
                else f"{figure(row['mu'], kind)} ({interval(row['mu_low'], row['mu_high'], kind)})"
            )
            cells = [
                f"{figure(row['mu_star'], kind)} ({interval(row['low'], row['high'], kind)})",
                signed,
                "has no sign" if row["sigma"] is None else figure(row["sigma"], kind),
                figure(row["effect"], kind),
            ]
        else:
            cells = [
                index_text(row["first"], row["first_low"], row["first_high"]),
                index_text(row["total"], row["total_low"], row["total_high"]),
                CANNOT_BE_TOLD if row["first_raw"] is None else _two(row["first_raw"]),
            ]
        rows.append([title, *cells, verdict(content, row)])
    return rows


def pair_rows(content: Plain, output: Plain) -> list[list[str]]:
    """Return the largest interactions of two labels, empty where none were computed."""
    pairs = sorted(output.get("pairs", []), key=lambda row: -abs(row["value"] or 0.0))[:SHOWN_PAIRS]
    titles = [label["title"] for label in content["labels"]]
    out = []
    for row in pairs:
        clear = row["low"] is not None and row["low"] > 0.0
        words = "clear" if clear else NOT_DISTINGUISHABLE
        out.append([f"{titles[row['one']]} with {titles[row['other']]}",
                    index_text(row["value"], row["low"], row["high"]), words])  # fmt: skip
    return out
