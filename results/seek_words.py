"""What a goal-seek found, in sentences and table cells; computes no figure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from results.display import MISSING, pounds, share, value_text
from results.sensitivity_words import label_words
from results.statistics import Stat

Plain = Mapping[str, Any]
CROSSED, EVERYWHERE, NOWHERE = "crossed", "everywhere", "nowhere"
SHOWN_POINTS = 12
MOST_DIGITS = 4
"""Digits of a figure that is not rounded by its own error."""
BEST_FOUND = "It is the best point found, not proven to be the best: the search looked at so many points and no more."


def number_text(value: float | None, shown: str) -> str:
    """Return one number as readers see it.

    Parameters
    ----------
    value : float or None
        The number; shares as shares, money in pounds.
    shown : str
        `share`, `points`, `count`, `days`, `pounds` or `number`.
    """
    if value is None or math.isnan(value):
        return MISSING
    if shown == "share":
        return f"{value:.2%}".replace("-", "−")
    if shown == "points":
        return f"{value * 100:+.2f} percentage points".replace("-", "−")
    digits = 0 if value == 0 else max(0, MOST_DIGITS - 1 - math.floor(math.log10(abs(value))))
    if shown == "pounds":
        return pounds(value, 10.0 ** max(0, math.floor(math.log10(abs(value))) - 2) if value else 1)
    text = f"{abs(value):,.{min(digits, 3)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"−{text}" if value < 0 and text != "0" else text


def stat_of(row: Plain) -> Stat:
    """Return a statistic of plain values."""
    values: dict[str, Any] = {key: float("nan") if value is None else value for key, value in row.items()}
    return Stat(**values)


def stat_text(row: Plain, shown: str, interval: bool = True) -> str:
    """Return a figure with its 90% interval in brackets, rounded by its own error.

    Parameters
    ----------
    row : Plain
        The statistic.
    shown : str
        How it is written.
    interval : bool
        Whether to add the interval.
    """
    stat = stat_of(row)
    if math.isnan(stat.mean):
        return MISSING

    def text(value: float) -> str:
        if shown == "count" and not math.isnan(stat.mc_se):
            return value_text(stat, shown, value)
        return number_text(value, shown)

    if not interval or math.isnan(stat.p05) or math.isnan(stat.p95):
        return text(stat.mean)
    return f"{text(stat.mean)} ({text(stat.p05)} to {text(stat.p95)})"


def lever_text(lever: Plain, value: float | None) -> str:
    """Return a value of a lever as readers see it."""
    if value is None:
        return "none"
    if lever["form"] == "money":
        text = f"£{abs(value):,.2f}".removesuffix(".00")
    elif lever["form"] == "share":
        text = f"{abs(value) * 100:.6g}%"
    else:
        text = f"{abs(value):,.0f}" if abs(value) >= 1000 and value == int(value) else f"{abs(value):.6g}"
    return f"−{text}" if value < 0 else text


def lever_words(lever: Plain) -> str:
    """Return a lever's name as it stands in a sentence."""
    parts = lever["key"].split(".")
    if parts[0] == "parameters":
        return label_words(".".join(parts[1:]))
    words = [part.replace("_", " ") for part in parts]
    if parts[0] in ("subsidies", "employers") and len(parts) > 2:
        return f"{words[-1]} of {words[1]}"
    if parts[0] == "appraisal":
        is_price = parts[-1].startswith("price")
        return words[-1].replace(" week ", "-week ") if is_price else "share of the effect kept each year after the run"
    return ": ".join(words[1:]) if len(words) > 1 else words[0]


def point_words(content: Plain, values: Sequence[float]) -> str:
    """Return a point, every lever with its value."""
    parts = [f"{lever_words(lever)} {lever_text(lever, x)}" for lever, x in zip(content["levers"], values, strict=True)]
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]


def target_words(content: Plain) -> str:
    """Return what the target is of: the figure, its area and its month."""
    t = content["target"]
    parts = [t["label"]] if t["is_whole"] else [t["label"], t["area"]]
    if t["kind"] == "difference":
        parts.append(f"change by {t['month_name']}")
    elif t["kind"] == "level":
        parts.append(t["month_name"])
    return ", ".join(parts)


def wanted_words(content: Plain) -> str:
    """Return the value that is wanted and the side on which it is met."""
    t = content["target"]
    return f"{number_text(t['value'], t['shown'])} or {'more' if t['sense'] > 0 else 'less'}"


def in_words(label: str) -> str:
    """Return a label as it stands in a sentence."""
    return label if label[:2].isupper() else f"{label[:1].lower()}{label[1:]}"


def spread_words(content: Plain, spread: Plain) -> str:
    """Return a 90% interval of the one lever's crossing, its ends outside the range named as such."""
    (lever,) = content["levers"]

    def end(name: str) -> str:
        if spread["outside"][name] < 0:
            return f"below {lever_text(lever, lever['low'])}"
        if spread["outside"][name] > 0:
            return f"beyond {lever_text(lever, lever['high'])}"
        return lever_text(lever, _rounded(spread[name], lever))

    return f"{end('low')} to {end('high')}"


def _rounded(value: float, lever: Plain) -> float:
    """Return a value to a five-hundredth of the range: more would be a claim."""
    unit = 10.0 ** math.floor(math.log10((lever["high"] - lever["low"]) / 200))
    unit = max(unit, {"whole": 1.0, "money": 0.01}.get(lever["form"], 0.0))
    return round(round(value / unit) * unit, 12)


def used_spread(content: Plain) -> Plain | None:
    """Return the distribution that the answer's interval is: of draws where draws were asked for, else of seeds."""
    found: Plain | None = content["by_draws"] if content["names_draws"] else content["by_seeds"]
    return found


def finding(content: Plain) -> str:
    """Return the sentence that answers the question."""
    start = f"{target_words(content)}: {wanted_words(content)} is"
    if content["status"] == NOWHERE:
        return f"{start} unreachable within these levers"
    if len(content["levers"]) > 1:
        return f"{start} reached most cheaply, of what was tried, with {point_words(content, content['answer'])}"
    (lever,) = content["levers"]
    name = lever_words(lever)
    if content["status"] == EVERYWHERE:
        ends = f"{lever_text(lever, lever['low'])} to {lever_text(lever, lever['high'])}"
        return f"{start} reached at every value of {name} that was tried, from {ends}"
    first = content["crossings"][0]
    x, spread = lever_text(lever, first["x"]), used_spread(content)
    ends = "" if spread is None else f" (90% interval {spread_words(content, spread)})"
    doubt = "; no value that was tried stands out from chance" if content["shape"]["is_flat"] else ""
    return f"{start} reached with {name} {'from' if first['rises'] else 'up to'} {x}{ends}{doubt}"


def nearest_words(content: Plain) -> str:
    """Return where the target is missed least and by how much, empty where it is reached."""
    if content["status"] != NOWHERE:
        return ""
    t, point = content["target"], content["check"]["point"]
    found = next(p for p in content["points"] if p["values"] == point)
    return (
        f"The nearest is {stat_text(found['figures'][0], t['shown'])} with {point_words(content, point)}; "
        f"{number_text(t['value'], t['shown'])} is wanted."
    )


def without_words(content: Plain) -> str:
    """Return what a level is without the policy, and whether that, or a difference of nil, meets the target."""
    if content["without"] is None:
        t = content["target"]
        is_met = t["sense"] * -t["value"] > 0 and t["kind"] in ("difference", "money")
        return "Doing nothing meets the target too: it changes nothing." if is_met else ""
    text = stat_text(content["without"], content["target"]["shown"])
    if content["is_met_without"]:
        return f"Met without the policy: without it the figure is {text}."
    return f"Without the policy the figure is {text}."


def draw_words(content: Plain) -> str:
    """Return how the answer differs from draw to draw of what is not known; empty for a single draw."""
    spread, n = content["by_draws"], content["n_draws"]
    if spread is not None:
        out = f"Over {n} draws of what is not known, each by itself, the answer lies at {spread_words(content, spread)}"
        out += f" in nine of ten; in {spread['n_unreachable']} of {n} draws the target is unreachable within the range"
        out += f", and in {spread['n_everywhere']} it is reached throughout." if spread["n_everywhere"] else "."
        return f"{out} Chance is included, since a draw has few seeds."
    best = content["best_of_draws"]
    if not best:
        return ""
    reached = [p for p in best if p is not None]
    out = f"In {len(best) - len(reached)} of {len(best)} draws no point that was tried reaches the target."
    if reached:
        parts = []
        for i, lever in enumerate(content["levers"]):
            values = sorted(p[i] for p in reached)
            parts.append(f"{lever_words(lever)} {lever_text(lever, values[0])} to {lever_text(lever, values[-1])}")
        out += f" In the others the cheapest that does lies at {'; '.join(parts)}."
    return out


def check_words(content: Plain) -> str:
    """Return what the answer gives on fresh seeds, and in how many runs it meets the target."""
    check, t = content["check"], content["target"]
    n, k = check["n_runs"], check["n_reaching"]
    verdict = "meets" if check["is_reached"] else "misses"
    return (
        f"On {n} fresh run(s) with {point_words(content, check['point'])} the figure is "
        f"{stat_text(check['figures'][0], t['shown'])}: the mean {verdict} the target, and {k} of {n} runs "
        f"({share(k / n)}) meet it."
    )


def notes(content: Plain) -> list[str]:
    """Return what must be known before the answer is used, the most important first."""
    out = [] if content["calibration"] else ["Not calibrated: the runs take the evidence's own values."]
    out += _shape_notes(content)
    if content["sample"] > 1:
        out.append(
            f"A draft on one resident in {content['sample']}: counts and pounds of the sample are multiplied by "
            f"{content['sample']}, and so is their chance."
        )
    if len(content["levers"]) > 1:
        out.append(f"{BEST_FOUND} Least here is {in_words(content['least']['label'])}.")
    elif content["status"] == CROSSED:
        out.append(
            "Between values that were tried the curve is taken as straight. The same seeds run at every value, so that "
            "chance enters the level of the curve more than its course."
        )
    if content["n_runs"] < 2:
        out.append("One run shows no chance: there is no interval. Ask for more --seeds.")
    elif content["n_draws"] < 2:
        out.append("Intervals are of chance alone; what is not known of the world is left out. Ask for --draws.")
    if content["persistence"]:
        out.append(f"Money counts what the last year changed for {content['persistence']} years after the run, fading.")
    if any(lever["key"].startswith("appraisal.price") for lever in content["levers"]):
        out.append(
            "The price stands in place of spending on programmes: the exchequer pays it for every additional job that "
            "has lasted, at the milestone by which it has. Single agencies, society and subsidy spending are as run."
        )
    return out


def _shape_notes(content: Plain) -> list[str]:
    """Return what is odd about the curve of one lever."""
    shape, crossings = content["shape"], content["crossings"]
    if shape is None or len(content["levers"]) > 1:
        return []
    (lever,) = content["levers"]
    name = lever_words(lever)
    out = []
    if shape["is_constant"]:
        out.append(f"The lever changes nothing: every run has the same figure at every value of {name} tried.")
    elif shape["is_flat"]:
        out.append(f"The lever has no effect that stands out from chance in {content['n_runs']} run(s).")
    if shape["turns"]:
        out.append(f"Not monotone: the figure clearly rises over some of the range of {name} and falls over some.")
    if len(crossings) > 1:
        listed = "; ".join(
            f"{'from' if c['rises'] else 'up to'} {lever_text(lever, c['x'])} (between {lever_text(lever, c['low'])} "
            f"and {lever_text(lever, c['high'])})"
            for c in crossings
        )
        meant = "" if shape["turns"] else ", which may be chance"
        out.append(f"The target's value is crossed {len(crossings)} times{meant}: {listed}.")
    for c in crossings:
        if c["is_step"]:
            out.append(
                f"The figure jumps over the target between {lever_text(lever, c['low'])} and "
                f"{lever_text(lever, c['high'])}; the value given is the end that reaches it."
            )
        elif not c["is_settled"]:
            out.append(
                f"The budget ended before the crossing between {lever_text(lever, c['low'])} and "
                f"{lever_text(lever, c['high'])} was narrowed to a hundredth of the range."
            )
    return out


def headings(content: Plain) -> list[str]:
    """Return the headings of the table of points."""
    shown = [content["figures"][i]["label"] for i in _columns(content)]
    return [*(_capital(lever_words(lever)) for lever in content["levers"]), *shown, "Runs that meet the target"]


def _columns(content: Plain) -> list[int]:
    """Return which figures the table of points shows: the target, the net cost, additional jobs, and what is least."""
    is_net = content["target"]["name"] in ("net_exchequer", "net_cost")
    wanted = {content["least"]["name"], "net_cost"} - ({"net_cost"} if is_net else set())
    names = [figure["name"] for figure in content["figures"]]
    return [0, *(i for i, name in enumerate(names) if i and (name in wanted or name.startswith("additional_jobs")))]


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def point_rows(content: Plain, points: Sequence[Plain] | None = None) -> list[list[str]]:
    """Return one row of cells a point, in the order of the levers' values.

    Parameters
    ----------
    content : Plain
        The answer.
    points : sequence of Plain, optional
        Which points; all by default.
    """
    rows = []
    for point in content["points"] if points is None else points:
        cells = [lever_text(lever, x) for lever, x in zip(content["levers"], point["values"], strict=True)]
        cells += [stat_text(point["figures"][i], content["figures"][i]["shown"]) for i in _columns(content)]
        rows.append([*cells, share(point["share_reaching"])])
    return rows


def cost_rows(content: Plain) -> list[list[str]]:
    """Return what the answer costs whom and adds, on fresh seeds: figure and value with its interval."""
    rows = []
    for figure, stat in zip(content["figures"], content["check"]["figures"], strict=True):
        if stat["mean"] or stat["p05"] or stat["p95"] or figure["name"] == content["target"]["name"]:
            rows.append([figure["label"], stat_text(stat, figure["shown"])])
    return rows


def with_words(content: dict[str, Any]) -> dict[str, Any]:
    """Return an answer with its sentences."""
    return {
        **content,
        "target_words": target_words(content),
        "finding": finding(content),
        "nearest_words": nearest_words(content),
        "without_words": without_words(content),
        "draw_words": draw_words(content),
        "check_words": check_words(content),
        "notes": notes(content),
    }
