"""Made answers of a goal-seek, with the columns that a real one has."""

from __future__ import annotations

from typing import Any

from results.seek_words import with_words
from results.statistics import Stat

LEVER = {
    "key": "subsidies.kickstart.participant_take_up", "low": 0.1, "high": 0.9, "form": "share", "is_appraised": False,
    "now": "0.65",
}  # fmt: skip
HOURS = {**LEVER, "key": "subsidies.kickstart.hours_week", "low": 16.0, "high": 40.0, "form": "whole", "now": "25"}


def stat(mean: float, half: float) -> dict[str, Any]:
    """Return a statistic as plain values, its interval `half` to either side."""
    return Stat(mean, mean - half, mean - half / 2, mean, mean + half / 2, mean + half, 1, 8, half / 2, "t").as_dict()


def figures(target: str) -> list[dict[str, str]]:
    """Return the figures of an answer, the target's first."""
    first = {
        "level": {"name": "long_term_sick_rate", "label": "Long-term sick residents over all residents",
                  "unit": "share of residents", "shown": "share"},
        "difference": {"name": "in_work", "label": "Residents in work", "unit": "residents", "shown": "count"},
    }[target]  # fmt: skip
    return [
        first,
        {"name": "net_cost", "label": "Net cost to the exchequer, present value", "unit": "pounds", "shown": "pounds"},
        {"name": "additional_jobs_12", "label": "Additional residents in work at month 12", "unit": "residents",
         "shown": "count"},
    ]  # fmt: skip


def answer(levers: int = 1, target: str = "difference", status: str = "crossed", **changes: Any) -> dict[str, Any]:
    """Return an answer: 300 more in work, reached from a take-up of 42%, or of the long-term sick rate.

    Parameters
    ----------
    levers, target, status
        How many levers; `difference` or `level`; how the search ended.
    **changes
        Parts that are otherwise.
    """
    xs = (0.1, 0.3, 0.42, 0.5, 0.9)
    values = [[x] if levers == 1 else [x, 16.0 + 24 * (i % 2)] for i, x in enumerate(xs)]
    goal = 300.0 if status != "nowhere" else 3000.0
    is_level = target == "level"

    def row(x: float) -> list[dict[str, Any]]:
        own = stat(0.078 - 0.01 * x, 0.001) if is_level else stat(x * 714.3, 60.0)
        return [own, stat(4e6 * x, 3e5), stat(x * 714.3, 60.0)]

    outside = {"low": 0, "median": 0, "high": 0}
    spread = {"low": 0.34, "median": 0.42, "high": 0.55, "outside": outside, "n": 2000, "n_unreachable": 0,
              "n_everywhere": 0, "unreachable": 0.0, "everywhere": 0.0}  # fmt: skip
    point = values[-1] if status == "nowhere" else values[2]
    named = figures(target)
    content: dict[str, Any] = {
        "run_id": "0123456789abcdef", "command": "workability seek kickstart --target +in_work=300",
        "scenario": "kickstart", "scenario_title": "Kickstart-style subsidy", "baseline": "baseline",
        "region": "Eskermere", "first_month": "2026-04", "n_months": 12, "sample": 20, "seed": 1, "n_runs": 8,
        "n_draws": 1, "names_draws": False, "calibration": "", "budget": 16, "n_tried": 5, "persistence": 0,
        "target": {
            **named[0], "text": "+in_work=300", "kind": target, "relation": "=", "sense": -1 if is_level else 1,
            "value": 0.0738 if is_level else goal, "area": "Stonemarl" if is_level else "Eskermere",
            "is_whole": not is_level, "month": 12, "month_name": "2027-03", "is_last": True,
        },
        "least": {"name": "net_cost", "label": "Net cost to the exchequer, present value"},
        "levers": [LEVER, HOURS][:levers], "figures": named, "status": status,
        "without": stat(0.078, 0.001) if is_level else None, "is_met_without": False,
        "points": [
            {"values": v, "is_reached": x * 714.3 >= goal - 1, "share_reaching": min(1.0, x), "figures": row(x)}
            for x, v in zip(xs, values, strict=True)
        ],
        "crossings": [{"low": 0.3, "high": 0.42, "x": 0.42, "rises": True, "is_step": False, "is_settled": True}]
        if levers == 1 and status == "crossed" else [],
        "shape": {"is_constant": False, "is_flat": False, "turns": False} if levers == 1 else None,
        "by_seeds": spread if levers == 1 and status == "crossed" else None, "by_draws": None, "best_of_draws": [],
        "answer": None if status == "nowhere" else point,
        "frontier": values if levers > 1 else [],
        "check": {"point": point, "n_runs": 8, "n_reaching": 6, "is_reached": status != "nowhere",
                  "figures": row(point[0])},
    }  # fmt: skip
    return with_words({**content, **changes})


def by_draws(n: int, unreachable: int) -> dict[str, Any]:
    """Return the distribution of draws' own crossings, some beyond the range."""
    outside = {"low": 0, "median": 0, "high": 1 if unreachable * 20 > n else 0}
    high = None if outside["high"] else 0.6
    return {"low": 0.3, "median": 0.45, "high": high, "outside": outside, "n": n, "n_unreachable": unreachable,
            "n_everywhere": 0, "unreachable": unreachable / n, "everywhere": 0.0}  # fmt: skip
