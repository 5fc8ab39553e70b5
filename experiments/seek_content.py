"""The answer of a goal-seek as plain values: everything that its page, its tables and the terminal show."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from experiments.seek import Found, Taken
from experiments.seek_chance import Spread
from experiments.seek_levers import Lever
from experiments.seek_search import Crossing
from experiments.seek_study import Point, SeekStudy
from results.seek_target import Figure
from results.seek_words import with_words
from results.statistics import Stat, ratio_statistic, statistic
from scenarios.vocabulary import month_name


def content_of(study: SeekStudy, found: Found) -> dict[str, Any]:
    """Return the answer as plain values, with its sentences.

    Parameters
    ----------
    study : SeekStudy
        The question.
    found : Found
        What was tried and found.
    """
    planned, request = study.plan, study.request.study
    arm, scenario = planned.policy_arm, planned.policy.scenario
    assert found.checked is not None
    point, checked = found.checked
    fresh = checked.beyond(found.sense, study.target.value)
    content: dict[str, Any] = {
        "run_id": study.content_hash,
        "command": study.command,
        "scenario": scenario.name,
        "scenario_title": scenario.title,
        "baseline": planned.baseline_arm.name,
        "region": study.geography.title,
        "first_month": month_name(arm.policy_month),
        "n_months": arm.months,
        "sample": request.sample,
        "seed": request.seed,
        "n_runs": len(study.tasks),
        "n_draws": len({task.draw for task in study.tasks}),
        "names_draws": study.names_draws,
        "calibration": planned.drawn.words,
        "budget": study.budget,
        "n_tried": len(found.taken),
        "persistence": study.persistence,
        "target": _target(study, found),
        "least": {"name": _least_name(study), "label": _least_label(study)},
        "levers": [_lever(study, lever) for lever in study.levers],
        "figures": [_figure(figure) for figure in found.figures],
        "status": found.status,
        "without": None if found.without is None else _stat(study, found.without, 0),
        "is_met_without": found.without is not None and found.sense * (found.without.mean(0) - study.target.value) >= 0,
        "points": [_point(study, found, p) for p in sorted(found.taken)],
        "crossings": [_crossing(c) for c in found.crossings],
        "shape": None if found.shape is None else vars(found.shape),
        "by_seeds": _spread(found.by_seeds),
        "by_draws": _spread(found.by_draws, with_values=True),
        "best_of_draws": [None if p is None else list(p) for p in found.best_of_draws],
        "answer": None if found.status == "nowhere" else list(point),
        "frontier": [] if found.points is None else [list(p) for p in found.points.frontier],
        "check": {
            "point": list(point),
            "n_runs": len(study.fresh_tasks),
            "n_reaching": int((fresh >= 0).sum()),
            "is_reached": bool(fresh.mean() >= 0),
            "figures": [_stat(study, checked, row) for row in range(len(found.figures))],
        },
    }
    return with_words(content)


def _target(study: SeekStudy, found: Found) -> dict[str, Any]:
    figure, arm = study.target.figure, study.plan.policy_arm
    return {
        **_figure(figure),
        "text": study.target.text,
        "kind": figure.kind,
        "relation": study.target.relation,
        "value": study.target.value,
        "sense": found.sense,
        "area": figure.area_name,
        "is_whole": figure.area == study.geography.whole.code,
        "month": figure.month,
        "month_name": month_name(arm.policy_month + figure.month - 1),
        "is_last": figure.month == arm.months,
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {"name": figure.name, "label": figure.label, "unit": figure.unit, "shown": figure.shown}


def _least_name(study: SeekStudy) -> str:
    return study.least.name if isinstance(study.least, Figure) else study.least.key


def _least_label(study: SeekStudy) -> str:
    return study.least.label if isinstance(study.least, Figure) else study.least.key


def _lever(study: SeekStudy, lever: Lever) -> dict[str, Any]:
    """Return a lever, with the value that the scenario has for it as it is written; none where it has none."""
    entry = study.plan.policy.entries.get(lever.key)
    now = None if entry is None else entry.value
    if isinstance(now, dict):
        now = now.get("value")
    if now is None and lever.key.startswith("parameters."):
        from experiments.plans import shipped_parameters

        process, _, name = lever.key.removeprefix("parameters.").partition(".")
        now = shipped_parameters()[process][name].value
    return {**lever.as_dict(), "is_appraised": lever.is_appraised, "now": None if now is None else str(now)}


def _stat(study: SeekStudy, taken: Taken, row: int) -> dict[str, Any]:
    """Return the statistic of one figure over runs."""
    draws = np.array([task.draw for task in study.tasks], np.int64)
    n_seeds = len({task.seed for task in study.tasks})
    above, below = taken.above[row], taken.below[row]
    if (below == 1).all():
        found = statistic(above, draws, n_seeds)
    else:
        found = ratio_statistic(above, below if below.mean() > 0 else np.zeros_like(below), draws, n_seeds)
    return _plain(found)


def _plain(stat: Stat) -> dict[str, Any]:
    return {key: plain(v) if isinstance(v, float) else v for key, v in stat.as_dict().items()}


def _point(study: SeekStudy, found: Found, point: Point) -> dict[str, Any]:
    taken = found.taken[point]
    beyond = taken.beyond(found.sense, study.target.value)
    return {
        "values": list(point),
        "is_reached": bool(beyond.mean() >= 0),
        "share_reaching": float((beyond >= 0).mean()),
        "figures": [_stat(study, taken, row) for row in range(len(found.figures))],
    }


def _crossing(crossing: Crossing) -> dict[str, Any]:
    return {key: plain(v) if isinstance(v, float) else v for key, v in vars(crossing).items()}


def _spread(spread: Spread | None, with_values: bool = False) -> dict[str, Any] | None:
    """Return a distribution as plain values; an end outside the range is none.

    Parameters
    ----------
    spread : Spread or None
        The distribution.
    with_values : bool
        Whether to list every value of it, in the order of the draws.
    """
    if spread is None:
        return None
    outside = {name: math.copysign(1, v) if math.isinf(v) else 0 for name, v in _ends(spread).items()}
    return {
        **{name: plain(v) for name, v in _ends(spread).items()},
        "outside": outside,
        "n": len(spread.values),
        "n_unreachable": round(spread.unreachable * len(spread.values)),
        "n_everywhere": round(spread.everywhere * len(spread.values)),
        "unreachable": spread.unreachable,
        "everywhere": spread.everywhere,
        **({"values": [plain(x) for x in spread.values.tolist()]} if with_values else {}),
    }


def _ends(spread: Spread) -> dict[str, float]:
    return {"low": spread.low, "median": spread.median, "high": spread.high}


def plain(value: float | None) -> float | None:
    """Return a number for JSON, rounded to nine digits so that no platform's last digit stands in a file; else None."""
    return None if value is None or not math.isfinite(value) else float(f"{value:.9g}")
