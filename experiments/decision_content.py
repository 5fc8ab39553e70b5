"""The answer of a decision as plain values: distributions, chances, regret, information, boxes and criteria."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.discovery import Box, find_box, is_enough
from experiments.information import FEWEST_DRAWS, Information, information
from experiments.plans import Plan, cautions
from results.appraisal_outcomes import share_of
from results.decision import NOTHING, by_draw, dominators, first_shares, ranks, regret_of, regrets, scores, ties_shared
from results.decision import totals as weighted
from results.decision_figures import CRITERIA, MEASURES, OUTCOMES, VALUES, OptionFigures
from results.decision_words import with_words
from results.statistics import statistic

if TYPE_CHECKING:
    from evidence.sensitivity_files import Group
    from experiments.decision_request import DecisionRequest

Floats = NDArray[np.float64]
OTHERS = "others"
"""Name of the group of parameters that no group of the evidence holds."""
NO_POSTERIOR, ONE_DRAW, FEW_DRAWS, GIVEN = "no posterior", "one draw", "few draws", "given"
"""Whether a value of information is given, and if not, why."""
ALWAYS, NEVER, FEW, UNEXPLAINED, FOUND = "always", "never", "few", "unexplained", "found"
"""What became of the search for a box."""


def content_of(
    plans: Sequence[Plan], request: DecisionRequest, run_id: str, figures: Sequence[OptionFigures]
) -> dict[str, Any]:
    """Return the answer as plain values, with its sentences; doing nothing is the last option.

    Parameters
    ----------
    plans : sequence of Plan
        The paired study of each option.
    request : DecisionRequest
        What was asked.
    run_id : str
        Hash of the decision.
    figures : sequence of OptionFigures
        The figures of each option, on the same runs.
    """
    first, one = plans[0], figures[0]
    n_draws, n_seeds = len(np.unique(one.draws)), len(np.unique(one.seeds))
    rows = {name: _rows(figures, name) for name in VALUES}
    months = _months(first)
    content = {
        "run_id": run_id,
        "command": request.command,
        "value": request.value,
        "options": [
            *({"name": f.name, "title": f.title, "run_id": p.content_hash, "study": p.name, "least": f.least}
              for f, p in zip(figures, plans, strict=True)),
            {"name": NOTHING, "title": "Doing nothing", "run_id": "", "study": "", "least": "nobody starts"},
        ],
        "baseline": first.baseline_arm.name,
        "region": first.region.title,
        "context": first.policy.context or "",
        "changed": [f"{key} = {value}" for key, value in sorted(request.study.overrides.items())],
        "first_month": months[0],
        "last_month": months[1],
        "n_months": first.policy_arm.months,
        "n_runs": len(one.draws),
        "n_draws": n_draws,
        "n_seeds": n_seeds,
        "n_rows": len(rows[request.value]),
        "seeds_a_draw": len(one.draws) // n_draws,
        "sample": request.study.sample,
        "calibration": first.drawn.words,
        "cautions": list(cautions(first)),
        "measures": [measure_of(name, figures) for name in MEASURES if all(name in f.values for f in figures)],
        "best": {name: best_of(column, one.draws, n_seeds) for name, column in rows.items()},
        "regret": [vars(regret_of(column)) for column in regrets(rows[request.value]).T],
        "switching": {f.name: list(f.switching) for f in figures},
        "information": information_of(first, figures, request.value),
        "boxes": boxes_of(first, figures, request.value),
        "criteria": criteria_of(figures, request.weights),
    }  # fmt: skip
    return with_words(_plain(content))


def _months(study: Plan) -> tuple[str, str]:
    from scenarios.vocabulary import month_name

    arm = study.policy_arm
    return month_name(arm.policy_month), month_name(arm.policy_month + arm.months - 1)


def _plain(value: Any) -> Any:
    """Return plain values for JSON, not-a-number as None."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


def _rows(figures: Sequence[OptionFigures], name: str) -> Floats:
    """Return one value of every option by draw (by run where there is one draw), doing nothing last with 0."""
    columns = np.stack([f.values[name] for f in figures], axis=1)
    found = by_draw(columns, figures[0].draws)
    return np.concatenate([found, np.zeros((len(found), 1))], axis=1)


def measure_of(name: str, figures: Sequence[OptionFigures]) -> dict[str, Any]:
    """Return one measure of every option but doing nothing, over runs."""
    label, unit, kind = MEASURES[name]
    stats = [statistic(f.values[name], f.draws, len(np.unique(f.seeds))).as_dict() for f in figures]
    return {"name": name, "label": label, "unit": unit, "kind": kind, "stats": stats}


def best_of(rows: Floats, draws: NDArray[np.int64], n_seeds: int) -> list[dict[str, Any]]:
    """Return how often each option is best, with its interval, and whether it is best on the mean.

    Parameters
    ----------
    rows : float64, shape (rows, options)
        Values, doing nothing last.
    draws : int64, shape (runs,)
        Draw of each run.
    n_seeds : int
        Number of different seeds.
    """
    hits, means = ties_shared(rows), rows.mean(axis=0)
    own = draws if len(np.unique(draws)) < 2 else np.unique(draws)
    stats = [share_of(column, own, n_seeds) for column in hits.T]
    return [
        {"share": s.mean, "low": s.p05, "high": s.p95, "mean": float(m), "is_best": bool(m == means.max())}
        for s, m in zip(stats, means, strict=True)
    ]


def _parameters(study: Plan) -> tuple[tuple[str, ...], Floats]:
    """Return the names of drawn parameters and their values, shape (draws, names); draws in ascending order."""
    draws = sorted(study.drawn.draws, key=lambda draw: draw.number)
    set_here = {name for name, _ in study.baseline_arm.parameters}
    names = tuple(name for name, _ in draws[0].parameters if name not in set_here) if draws else ()
    table = [[dict(draw.parameters)[name] for name in names] for draw in draws]
    return names, np.array(table, np.float64).reshape(len(draws), len(names))


def _groups() -> tuple[Group, ...]:
    """Return the groups of the evidence."""
    from evidence.registry import PACKAGED
    from evidence.sensitivity_files import SHIPPED, read_groups
    from experiments.plans import shipped_parameters

    every = [f"{process}.{name}" for process, own in shipped_parameters().items() for name in own]
    return read_groups(PACKAGED, PACKAGED / SHIPPED, every)


def information_of(study: Plan, figures: Sequence[OptionFigures], value: str) -> dict[str, Any]:
    """Return what it would be worth to know all parameters, and each group of them; why not, where it is not told.

    Parameters
    ----------
    study : Plan
        The first option's study, for the draws.
    figures : sequence of OptionFigures
        The figures of each option.
    value : str
        What options are judged by.
    """
    names, x = _parameters(study)
    n = len(x)
    status = NO_POSTERIOR if n == 0 else ONE_DRAW if n == 1 else FEW_DRAWS if n < FEWEST_DRAWS else GIVEN
    empty = {"status": status, "n_draws": n, "fewest": FEWEST_DRAWS, "perfect": None, "groups": []}
    if status != GIVEN:
        return empty
    values = _rows(figures, value)[:, :-1]
    perfect = information(x, values)
    known = {name: (group.name, group.title) for group in _groups() for name in group.names}
    blocks: dict[tuple[str, str], list[int]] = {}
    for k, name in enumerate(names):
        blocks.setdefault(known.get(name, (OTHERS, "Everything else that was fitted")), []).append(k)
    found = [
        {"name": name, "title": title, "parameters": [names[k] for k in columns],
         **_told(information(x[:, columns], values, perfect.raw))}
        for (name, title), columns in blocks.items()
    ]  # fmt: skip
    found.sort(key=lambda row: (-row["value"], row["name"]))
    return empty | {"perfect": _told(perfect), "groups": found}


def _told(found: Information) -> dict[str, Any]:
    return {**vars(found), "is_clear": found.is_clear, "is_held": found.is_held}


def boxes_of(study: Plan, figures: Sequence[OptionFigures], value: str) -> list[dict[str, Any]]:
    """Return, for each option, the limits on measured outcomes and on parameters under which it pays back.

    Parameters
    ----------
    study : Plan
        The first option's study, for the draws.
    figures : sequence of OptionFigures
        The figures of each option.
    value : str
        What options are judged by; an option pays back where this is above 0.
    """
    names, x = _parameters(study)
    out = []
    for option in figures:
        hits = by_draw(option.values[value], option.draws) > 0
        shares = option.outcome_shares()
        measured = [name for name in OUTCOMES if name in shares and np.ptp(shares[name]) > 0]
        columns = np.stack([shares[name] for name in measured], axis=1) if measured else np.empty((len(hits), 0))
        out.append({"option": option.name, "of": "outcomes", **_box(columns, hits, measured)})
        if len(x) == len(hits) > 1:
            out.append({"option": option.name, "of": "parameters", **_box(x, hits, names)})
    return out


def _box(x: Floats, hits: NDArray[np.bool_], names: Sequence[str]) -> dict[str, Any]:
    """Return a box as plain values, or why there is none."""
    told: dict[str, Any] = {"n": len(hits), "base": float(hits.mean()), "limits": []}
    if hits.all() or not hits.any():
        return told | {"status": ALWAYS if hits.all() else NEVER}
    if not is_enough(hits) or not x.shape[1]:
        return told | {"status": FEW}
    box: Box = find_box(x, hits, names)
    if not box.explains:
        return told | {"status": UNEXPLAINED, "chance": box.chance}
    limits = [
        vars(limit) | {"least": float(x[:, list(names).index(limit.name)].min()),
                       "most": float(x[:, list(names).index(limit.name)].max())}
        for limit in box.limits
    ]  # fmt: skip
    return told | {
        "status": FOUND, "limits": limits, "coverage": box.coverage, "density": box.density, "mass": box.mass,
        "chance": box.chance,
    }  # fmt: skip


def criteria_of(figures: Sequence[OptionFigures], weights: Sequence[tuple[str, float]]) -> dict[str, Any]:
    """Return the options on every criterion, their scores, totals, ranks, and who is beaten by whom.

    A criterion that is not known for every option is left out. Doing nothing has 0 on all of them.

    Parameters
    ----------
    figures : sequence of OptionFigures
        The figures of each option.
    weights : sequence of (criterion, weight)
        Empty for equal ones.
    """
    names = [name for name, measure in CRITERIA.items() if all(measure in f.values for f in figures)]
    missing = [name for name in CRITERIA if name not in names]
    table = np.array([[float(f.values[CRITERIA[name]].mean()) for name in names] for f in figures])
    table = np.concatenate([table, np.zeros((1, len(names)))])
    scored = scores(table)
    asked = dict(weights)
    used = [asked.get(name, 0.0) if asked else 1.0 for name in names]
    if not any(used):
        used, asked = [1.0] * len(names), {}
    total = weighted(scored, used)
    options = [*(f.name for f in figures), NOTHING]
    return {
        "names": names,
        "missing": missing,
        "weights": dict(zip(names, used, strict=True)),
        "is_equal": len(set(used)) == 1,
        "means": table.tolist(),
        "scores": scored.tolist(),
        "totals": total.tolist(),
        "ranks": ranks(total),
        "equal_totals": weighted(scored, [1.0] * len(names)).tolist(),
        "equal_ranks": ranks(weighted(scored, [1.0] * len(names))),
        "first_shares": first_shares(scored).tolist(),
        "beaten_by": [[options[j] for j in beaten] for beaten in dominators(table)],
    }
