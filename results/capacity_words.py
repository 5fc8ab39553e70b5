"""The answer about one programme's caseworkers in words and tables; computes no figure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from results.capacity import MEASURES, CapacityFound
from results.display import MISSING, both, share, value_text
from results.statistics import Stat, interval_kind, interval_words

if TYPE_CHECKING:
    from pandas import DataFrame

Plain = Mapping[str, Any]
FIXED = (
    "The replay holds everything else as it was in the run: who is referred and when, how long each would wait and be "
    "helped, and who is taken off because he finds work, moves away or no longer meets the rules. In truth a service "
    "with more places is chosen more often, and those helped sooner act sooner; the full run at the end has all that."
)


@dataclass(frozen=True)
class CapacityFacts:
    """What an answer is about: the question, the programme, the run, and the command that asks it again.

    `caseworkers`, `caseload`: of the catalogue; `has_cap`: whether its starts a year are limited; `n_desks`: one, and
    one more for each group with places of its own.
    """

    run_id: str
    scenario: str
    scenario_title: str
    programme: str
    title: str
    weeks: int
    share: float
    sample: int
    n_seeds: int
    first_month: str
    n_months: int
    caseworkers: float
    caseload: float
    has_cap: bool
    n_desks: int
    command: str


def plain(found: CapacityFound, facts: CapacityFacts) -> dict[str, Any]:
    """Return an answer as plain values, not-a-number as None; everything the page and the terminal show."""

    def values(stats: Mapping[str, Stat] | None) -> dict[str, Any] | None:
        return None if stats is None else {name: stat.as_dict() for name, stat in stats.items()}

    rows = [{"caseworkers": n, "places": found.places[n], **(values(stats) or {})} for n, stats in found.rows.items()]
    content = {
        **asdict(facts),
        "number": found.number,
        "low": found.low,
        "high": found.high,
        "own": list(found.own),
        "rows": rows,
        "as_it_is": values(found.as_it_is),
        "check": values(found.check),
        "queue": found.queue,
        "calibrated": False,
    }
    return {**content, "answer": answer(content), "check_words": check_words(content)}


def stat_in(row: Plain, name: str) -> Stat:
    """Return a measure of a row of plain values."""
    values: dict[str, Any] = {key: float("nan") if value is None else value for key, value in row[name].items()}
    return Stat(**values)


def figure(stat: Stat, kind: str, interval: bool = True) -> str:
    """Return a figure of one kind as text, with its interval in brackets where there is one.

    Parameters
    ----------
    stat : Stat
        The figure.
    kind : str
        `share`, `days`, `count` or `pounds`.
    interval : bool
        Whether to add it.
    """
    if math.isnan(stat.mean):
        return MISSING
    if kind not in ("share", "days"):
        return both(stat, kind) if interval and not math.isnan(stat.p05) else value_text(stat, kind)
    most = 1.0 if kind == "share" else math.inf
    texts = [_text(min(most, max(0.0, value)), kind) for value in (stat.mean, stat.p05, stat.p95) if value == value]
    exact = stat.p05 == stat.p95
    return f"{texts[0]} ({texts[1]} to {texts[2]})" if interval and len(texts) > 1 and not exact else texts[0]


def _text(value: float, kind: str) -> str:
    return share(value) if kind == "share" else f"{value:,.0f}"


def people(n: float) -> str:
    """Return a number of caseworkers in words."""
    return "1 caseworker" if n == 1 else f"{n:,.4g} caseworkers"


def weeks_words(weeks: int) -> str:
    """Return a number of weeks in words."""
    return "1 week" if weeks == 1 else f"{weeks} weeks"


def own_words(content: Plain) -> str:
    """Return how many caseworkers the scenario itself has."""
    low, high = content["own"]
    return f"{low:,.4g}" if low == high else f"{low:,.4g} to {high:,.4g}"


def range_words(content: Plain) -> str:
    """Return the range of the answer over seeds, in brackets."""
    low, high = content["low"], content["high"]
    if content["n_seeds"] < 2:
        return " (one seed, so no range)"
    if high is None:
        return f" ({low:,} or more)"
    return f" ({low:,} to {high:,})" if low != high else ""


def answer(content: Plain) -> str:
    """Return the sentence that answers the question."""
    wanted, within = share(content["share"]), weeks_words(content["weeks"])
    now = figure(stat_in(content["as_it_is"], "in_time"), "share")
    own = f"the scenario's own {own_words(content)} {'starts' if content['own'][1] <= 1 else 'start'} {now}"
    number = content["number"]
    if number is None:
        most = content["rows"][-1]["caseworkers"]
        return f"No number of caseworkers tried, up to {most:,}, would start {wanted} within {within}; {own}."
    return f"{people(number)}{range_words(content)} would start {wanted} of those referred within {within}; {own}."


def check_words(content: Plain) -> str:
    """Return what full runs with the number found show beside the replay, or an empty text where there is none."""
    if content["check"] is None:
        return ""
    number = content["number"]
    row = next(row for row in content["rows"] if row["caseworkers"] == number)
    parts = [
        figure(stat_in(where, name), MEASURES[name].kind)
        for name in ("in_time", "referrals_year")
        for where in (content["check"], row)
    ]
    text = (
        f"Full runs with {people(number)} start {parts[0]} within {weeks_words(content['weeks'])}; the replay says "
        f"{parts[1]}. In the full runs {parts[2]} people a year are referred, in the replay {parts[3]}."
    )
    if stat_in(content["check"], "in_time").mean < content["share"]:
        text += " So the replay promises too much: with more places more people come, and more caseworkers are needed."
    return text


def notes(content: Plain) -> list[str]:
    """Return what must be known before any figure, the gravest first."""
    out = [FIXED]
    kind = interval_words(interval_kind(content["n_seeds"]), content["n_seeds"])
    out.append(f"Ranges: {kind}.")
    if content["sample"] > 1:
        out.append(
            f"This is a draft on one resident in {content['sample']}. Caseworkers are those of the whole region; the "
            f"desk has the sample's part of their places, a whole number, so one caseworker more may change nothing. "
            f"Referrals, starts and costs are the sample's times {content['sample']}."
        )
    if content["has_cap"]:
        out.append(
            "Starts a year are limited by contract: whoever came when the year was full never joined the line, and is "
            "not in the replay. The full run raises the limit with the caseworkers."
        )
    if content["n_desks"] > 1:
        out.append("Places kept for a group grow with the caseworkers, as a part of them.")
    out.append(
        "The line that stood when the policy began is taken over, and has to be worked off; those who stood in it are "
        "not among the referrals counted, but are among the starts."
    )
    return out


def headings(content: Plain) -> list[str]:
    """Return the headings of the table of numbers."""
    within = weeks_words(content["weeks"])
    named = {"in_time": f"Started within {within}", "late": f"Waited over {within}", "mean_days": "Mean wait, days",
             "p90_days": "Nine in ten wait at most, days"}  # fmt: skip
    places = "Places" if content["sample"] == 1 else "Places in the sample"
    return ["Caseworkers", places, *(named.get(name, m.heading) for name, m in MEASURES.items())]


def number_rows(content: Plain, interval: bool = True) -> list[list[str]]:
    """Return the rows of the table of numbers as text, the scenario's own months last."""
    rows = []
    for row in content["rows"]:
        mark = " (answer)" if row["caseworkers"] == content["number"] else ""
        rows.append([f"{row['caseworkers']:,}{mark}", f"{row['places']:,}", *_cells(row, interval)])
    rows.append([f"as it is ({own_words(content)})", "its own", *_cells(content["as_it_is"], interval)])
    if content["check"] is not None:
        rows.append([f"{content['number']:,}, full run", "its own", *_cells(content["check"], interval)])
    return rows


def _cells(row: Plain, interval: bool) -> list[str]:
    return [figure(stat_in(row, name), measure.kind, interval) for name, measure in MEASURES.items()]


def frame(content: Plain) -> DataFrame:
    """Return every measure of every number as a tidy table, one row a figure."""
    import pandas as pd

    rows = [("replay", row["caseworkers"], row["places"], row) for row in content["rows"]]
    rows.append(("as it is", None, None, content["as_it_is"]))
    if content["check"] is not None:
        rows.append(("full run", content["number"], None, content["check"]))
    out = []
    for source, number, places, row in rows:
        for name, measure in MEASURES.items():
            head = {"run_id": content["run_id"], "scenario": content["scenario"], "programme": content["programme"]}
            head |= {"source": source, "caseworkers": number, "places": places, "measure": name, "unit": measure.kind}
            out.append({**head, **row[name]})
    return pd.DataFrame(out).astype({"caseworkers": "Int64", "places": "Int64"})
