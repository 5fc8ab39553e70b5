"""What a decision found, in sentences: never a mean alone, and the caveats that matter first; computes no figure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from results.decision import NOTHING
from results.decision_figures import JOBS, OUTCOMES
from results.display import both, share
from results.sensitivity_words import figure, label_words
from results.statistics import MANY_RUNS, Stat
from results.summary import NOT_CALIBRATED

Plain = Mapping[str, Any]
FEW_RESIDENTS = 10
"""From one resident in so many on, a sample is said to be a draft before anything else."""
MOST_CAVEATS = 3
JUDGED: dict[str, str] = {
    "exchequer": "the exchequer",
    "society": "society, before wellbeing",
    "society-wellbeing": "society, with wellbeing",
}
"""What an option is judged by, as it stands after `for`."""
CRITERION_WORDS: dict[str, str] = {
    "jobs": "jobs",
    "fiscal": "fiscal value",
    "equity": "equity",
    "wellbeing": "wellbeing",
}
CRITERION_HOW: dict[str, str] = {
    "jobs": "additional person-months in work",
    "fiscal": "net present value to the exchequer",
    "equity": "person-months gained per 1,000 residents of the most deprived fifth, less those of all residents",
    "wellbeing": "wellbeing that does not come from income, priced by the evidence's WELLBY",
}


def stat_from(values: Plain) -> Stat:
    """Return a statistic from its plain values."""
    filled: dict[str, Any] = {k: math.nan if values[k] is None else values[k] for k in Stat.__dataclass_fields__}
    return Stat(**filled)


def labels(content: Plain) -> list[str]:
    """Return the name of every option for readers: its title, or its name where two share a title."""
    titles = [str(option["title"]) for option in content["options"]]
    return [
        title if titles.count(title) == 1 else f"{title} ({option['name']})"
        for title, option in zip(titles, content["options"], strict=True)
    ]


def in_sentence(label: str) -> str:
    """Return an option's name as it stands inside a sentence."""
    return "doing nothing" if label == "Doing nothing" else f"‘{label}’"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Return words as a list with commas."""
    return "".join(words) if len(words) < 2 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def rows_are(content: Plain, many: bool = True) -> str:
    """Return what a probability is a share of."""
    word = "draw" if content["n_draws"] > 1 else "run"
    return f"{word}s" if many else word


def measure(content: Plain, name: str) -> Plain:
    """Return one measure of the content."""
    return next(one for one in content["measures"] if one["name"] == name)


def cell(content: Plain, name: str, k: int) -> str:
    """Return one measure of an option with its interval; doing nothing has 0 by definition."""
    found = measure(content, name)
    if content["options"][k]["name"] == NOTHING:
        return "£0" if found["kind"] == "pounds" else "0"
    return both(stat_from(found["stats"][k]), found["kind"])


def chance(row: Plain) -> str:
    """Return a probability with its interval."""
    return f"{share(row['share'])} ({share(row['low'])} to {share(row['high'])})"


def regret_text(row: Plain) -> str:
    """Return an expected regret with the interval of the mean."""
    if row["low"] is None:
        return f"{figure(row['mean'], 'pounds')} (no interval)"
    return f"{figure(row['mean'], 'pounds')} ({figure(row['low'], 'pounds')} to {figure(row['high'], 'pounds')})"


def best_indices(content: Plain) -> list[int]:
    """Return the options that are best on the mean."""
    return [k for k, row in enumerate(content["best"][content["value"]]) if row["is_best"]]


def finding(content: Plain) -> str:
    """Return which option is best on the mean, and how surely."""
    names, best = labels(content), best_indices(content)
    rows = content["best"][content["value"]]
    first = best[0]
    who = JUDGED[content["value"]]
    said = listed([in_sentence(names[k]) for k in best])
    verb = "is" if len(best) == 1 else "are equally"
    value = "" if content["options"][first]["name"] == NOTHING else f", {cell(content, content['value'], first)}"
    likely = max(range(len(rows)), key=lambda k: rows[k]["share"])
    more = "" if likely in best else f"; {in_sentence(names[likely])} is best most often, in {chance(rows[likely])}"
    return (
        f"For {who}, {said} {verb} best on the mean{value}, and best in {chance(rows[first])} of "
        f"{content['n_rows']:,} {rows_are(content)}{more}"
    )


def regret_finding(content: Plain) -> str:
    """Return what it may cost to choose the option that is best on the mean, and which choice is the safest."""
    names, regret = labels(content), content["regret"]
    first = best_indices(content)[0]
    safest = min(range(len(regret)), key=lambda k: regret[k]["most"])
    mine = regret[first]
    said = (
        f"Choosing {in_sentence(names[first])} gives up {regret_text(mine)} on average against what would have been "
        f"best, and at most {figure(mine['most'], 'pounds')}"
    )
    if safest == first:
        return f"{said}; no other choice has a smaller largest regret"
    return (
        f"{said}; the smallest largest regret is that of {in_sentence(names[safest])}, "
        f"{figure(regret[safest]['most'], 'pounds')}"
    )


def jobs_finding(content: Plain) -> str:
    """Return what each option adds to months in work."""
    names = labels(content)
    parts = [f"{names[k]}: {cell(content, JOBS, k)}" for k in range(len(names) - 1)]
    return f"Additional person-months in work over {content['n_months']} months: {'; '.join(parts)}"


def information_finding(content: Plain) -> str:
    """Return what it would be worth to know more before deciding, or why that cannot be told."""
    found = content["information"]
    if found["status"] == "no posterior":
        return (
            "What it would be worth to know more cannot be told: the region is not calibrated, or the evidence's own "
            "values were run, so there are no draws of what is not known"
        )
    if found["status"] == "one draw":
        return "What it would be worth to know more cannot be told from one draw of what is not known; ask for --draws"
    if found["status"] == "few draws":
        return (
            f"What it would be worth to know more is not told: {found['n_draws']} draws are too few, at least "
            f"{found['fewest']} are needed and 200 are better"
        )
    perfect = found["perfect"]
    clear = [row for row in found["groups"] if row["is_clear"]]
    whole = worth(perfect)
    if not perfect["is_clear"]:
        return (
            f"Knowing every parameter before deciding would be worth {whole}, not distinguishable from zero: more "
            "knowledge would hardly change the choice"
        )
    if not clear:
        return (
            f"Knowing every parameter before deciding would be worth {whole}; no group of parameters stands out alone"
        )
    top = clear[0]
    return (
        f"Knowing every parameter before deciding would be worth {whole}; knowing ‘{top['title']}’ alone, {worth(top)}"
    )


def worth(row: Plain) -> str:
    """Return a value of information with its standard error."""
    return f"{figure(row['value'], 'pounds')} (standard error {figure(row['error'], 'pounds')})"


def limit_words(limit: Plain, of: str) -> str:
    """Return one limit in policy words."""
    name = OUTCOMES[limit["name"]] if of == "outcomes" else label_words(limit["name"])
    text = share if of == "outcomes" else three_digits
    parts = []
    if limit["low"] is not None:
        parts.append(f"{name} > {text(limit['low'])}")
    if limit["high"] is not None:
        parts.append(f"{name} < {text(limit['high'])}")
    return " and ".join(parts)


def three_digits(value: float) -> str:
    """Return a parameter's value to three digits."""
    return f"{value:.3g}".replace("-", "−")


def box_finding(content: Plain, box: Plain) -> str:
    """Return under which limits an option pays back, with coverage and density, or why none are given."""
    option = [one["name"] for one in content["options"]].index(box["option"])
    name = labels(content)[option]
    what = "measured outcomes" if box["of"] == "outcomes" else "parameters"
    rows, who = rows_are(content), JUDGED[content["value"]]
    base = f"{share(box['base'])} of {box['n']:,} {rows}"
    if box["status"] == "always":
        return f"{name} pays back for {who} in every one of {box['n']:,} {rows}, so no limits are sought"
    if box["status"] == "never":
        return f"{name} pays back for {who} in none of {box['n']:,} {rows}, so no limits are sought"
    if box["status"] == "few":
        return f"{name} pays back for {who} in {base}: too few of either kind to find limits on {what}"
    if box["status"] == "unexplained":
        return (
            f"{name} pays back for {who} in {base}; no limits on {what} explain when beyond chance (as good a box is "
            f"found in {share(box['chance'])} of shuffled {rows})"
        )
    limits = listed([limit_words(limit, box["of"]) for limit in box["limits"]])
    return (
        f"{name} pays back for {who} when {limits}: true in {share(box['density'])} of the {rows} inside these limits, "
        f"against {base} in all, and {share(box['coverage'])} of those that pay back lie inside"
    )


def criteria_findings(content: Plain) -> list[str]:
    """Return who leads on which criterion, who is beaten on all, and how far the first place hangs on the weights."""
    found, names = content["criteria"], labels(content)
    leaders: dict[str, list[str]] = {}
    for j, criterion in enumerate(found["names"]):
        column = [row[j] for row in found["scores"]]
        for k, value in enumerate(column):
            if value == max(column):
                leaders.setdefault(in_sentence(names[k]), []).append(CRITERION_WORDS[criterion])
    every = [who for who, led in leaders.items() if len(led) == len(found["names"])]
    parts = [f"{who} on {listed(led)}" for who, led in leaders.items()]
    if every:
        said = f"{listed(every)} {'leads' if len(every) == 1 else 'lead'} on every criterion"
    else:
        said = f"No option leads on every criterion: {'; '.join(parts)}"
    out = [said]
    beaten = [
        f"{in_sentence(names[k])} (by {listed([in_sentence(_label(content, one)) for one in by])})"
        for k, by in enumerate(found["beaten_by"])
        if by
    ]
    if beaten:
        out.append(
            f"Dominated, because another is on the means at least as good on every criterion and better on one: "
            f"{listed(beaten)}"
        )
    first = [names[k] for k, rank in enumerate(found["ranks"]) if rank == 1]
    shares = sorted(zip(names, found["first_shares"], strict=True), key=lambda pair: -pair[1])
    told = listed([f"{in_sentence(name)} in {share(part)}" for name, part in shares if part > 0])
    weights = "equal weights" if found["is_equal"] else "the weights asked for"
    out.append(
        f"With {weights}, {listed([in_sentence(name) for name in first])} "
        f"{'comes' if len(first) == 1 else 'come'} first; over all splits of the weights in steps of 5%, "
        f"first is {told}"
    )
    return out


def _label(content: Plain, name: str) -> str:
    return labels(content)[[option["name"] for option in content["options"]].index(name)]


def status(content: Plain) -> str:
    """Return whether the model is calibrated, and whether it is a draft."""
    words = content["calibration"] or NOT_CALIBRATED
    draft = f"; draft on one resident in {content['sample']}" if content["sample"] > 1 else ""
    return f"{words[:1].upper()}{words[1:]}{draft}."


def caveats(content: Plain) -> list[str]:
    """Return everything that must be known before a figure is used, what matters most first."""
    out = []
    if not content["calibration"]:
        out.append(
            "The model is not calibrated here: intervals and probabilities hold the chance of seeds at one set of "
            "parameters, not what is unknown about them. Take directions and orders of magnitude."
        )
    few = content["n_rows"] < MANY_RUNS
    if few:
        out.append(
            f"{content['n_rows']} {rows_are(content, content['n_rows'] != 1)} only: every probability has a wide "
            "interval, and the largest regret would grow with more."
        )
    if content["sample"] >= FEW_RESIDENTS:
        out.append(
            f"A draft on one resident in {content['sample']}: counts and pounds are those of the sample, not scaled "
            f"up, and chance weighs more than it would for everybody; caps and budgets are divided by "
            f"{content['sample']}."
        )
    if content["calibration"] and content["seeds_a_draw"] == 1 and content["n_draws"] > 1:
        out.append(
            "Each draw has one seed, so probabilities and regrets hold chance beside what is unknown; the value of "
            "information leaves chance out. More --seeds for each draw set them apart."
        )
    out.append(
        "Values are the ledger's at central choices of the appraisal, and effects end with the run; the switching "
        "values say what would turn each one round."
    )
    if 1 < content["sample"] < FEW_RESIDENTS:
        out.append(f"One resident in {content['sample']} was run: counts and pounds are not scaled up.")
    if "equity" in content["criteria"]["missing"]:
        out.append("Equity is left out of the ranking: the region's residents have no fifths of deprivation.")
    held = [row["title"] for row in content["information"]["groups"] if row["is_held"]]
    if held:
        out.append(
            f"Noise put the value of knowing {listed([f'‘{title}’' for title in held])} above that of knowing "
            "everything; it is shown as that."
        )
    return [*content["cautions"], *out]


def with_words(content: dict[str, Any]) -> dict[str, Any]:
    """Return an answer with its sentences."""
    boxes = [{**box, "finding": box_finding(content, box)} for box in content["boxes"]]
    content = {**content, "boxes": boxes, "status": status(content), "caveats": caveats(content)}
    return {
        **content,
        "finding": finding(content),
        "findings": [
            finding(content), regret_finding(content), jobs_finding(content), information_finding(content),
        ],
        "criteria_findings": criteria_findings(content),
    }  # fmt: skip
