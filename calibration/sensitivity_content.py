"""The answer of a sensitivity analysis as plain values: everything that its page, its tables and the terminal show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from calibration.sensitivity_vectors import RULE
from experiments.sensitivity_analysis import Index, MorrisFound, SobolFound
from experiments.sensitivity_design import Design
from results.metrics import metrics_for
from results.sensitivity_words import label_words, with_words
from scenarios.vocabulary import month_name

if TYPE_CHECKING:
    from calibration.sensitivity import Analysed
    from calibration.sensitivity_study import SensitivityStudy

Z = 1.96
"""Standard errors from the middle to an end of a 95% interval."""


def content_of(
    study: SensitivityStudy, design: Design, found: Mapping[str, Analysed], stop: str, pulled: int, n_runs: int
) -> dict[str, Any]:
    """Return the answer as plain values.

    Parameters
    ----------
    study, design : SensitivityStudy and Design
        The analysis and the design that was run.
    found : mapping
        Output -> its indices.
    stop : str
        Why no more samples were added.
    pulled : int
        Vectors that the model could not hold as designed.
    n_runs : int
        Runs of both arms, repeated ones included.
    """
    request, arm = study.request, study.plan.policy_arm
    titles = {group.name: group.title for group in study.groups}
    of = dict(zip(study.space.names, study.space.groups or study.space.names, strict=True))
    scenario = study.plan.policy.scenario
    content: dict[str, Any] = {
        "run_id": study.content_hash,
        "command": study.command,
        "method": request.method,
        "is_emulated": request.emulator,
        "scenario": scenario.name,
        "scenario_title": scenario.title,
        "baseline": study.plan.baseline_arm.name,
        "region": study.region.region.title,
        "within": request.within,
        "levels": study.levels,
        "by_rule": study.levels == RULE,
        "sample": request.study.sample,
        "seed": request.study.seed,
        "n_seeds": request.n_seeds,
        "first_month": month_name(arm.policy_month),
        "n_months": arm.months,
        "n_vectors": len(design),
        "n_repeated": int(design.repeated.sum()) if request.n_seeds == 1 else len(design),
        "n_runs": n_runs,
        "n_blocks": design.n_blocks,
        "n_pulled": pulled,
        "budget": study.budget,
        "stop": stop,
        "variant": study.plan.variant or "",
        "left_out": list(study.left_out),
        "factors": [
            {
                "name": factor.name, "words": label_words(factor.name), "group": of[factor.name], "law": factor.law,
                "range": factor.range_words,
            }
            for factor in study.factors
        ],
        "labels": [{"name": name, "title": titles.get(name, label_words(name))} for name in study.space.labels],
        "is_grouped": study.space.groups is not None,
        "outputs": [_output(study, name, item) for name, item in found.items()],
    }  # fmt: skip
    return with_words(content)


def _output(study: SensitivityStudy, name: str, item: Analysed) -> dict[str, Any]:
    """Return one output: its name and unit, what chance does to it, and its indices."""
    arms = (study.plan.policy_arm, study.plan.baseline_arm)
    metric = metrics_for(
        arms[0].months, any(arm.services is not None for arm in arms), any(arm.employers for arm in arms)
    )[name]
    head: dict[str, Any] = {
        "name": name,
        "label": metric.label,
        "unit": metric.unit,
        "kind": metric.kind,
        "mean": plain(item.y.mean()),
        "spread": plain(item.y.std()),
        "chance_sd": plain(np.sqrt(item.chance.variance)),
    }
    if isinstance(item.found, MorrisFound):
        return head | _morris(item.found)
    out = head | _sobol(item.found)
    if item.emulated is not None:
        spread = float(item.y.var())
        share = min(1.0, item.chance.variance / spread) if spread else 0.0
        out |= {
            "explained": plain(item.emulated.explained), "possible": plain(item.emulated.possible),
            "samples": item.emulated.samples, "chance": share, "chance_low": None, "chance_high": None,
        }  # fmt: skip
    return out


def _morris(found: MorrisFound) -> dict[str, Any]:
    names = ("mu", "mu_low", "mu_high", "mu_star", "low", "high", "sigma", "effect", "p")
    rows = pd.DataFrame({name: getattr(found, name) for name in names})
    return {
        "chance": plain(found.share),
        "floor": plain(found.floor),
        "first_share": plain(found.first),
        "rows": [
            {name: plain(value) for name, value in zip(names, row, strict=True)} | {"is_clear": bool(clear)}
            for row, clear in zip(rows.to_numpy(float).tolist(), found.is_clear.tolist(), strict=True)
        ],
    }


def _sobol(found: SobolFound) -> dict[str, Any]:
    first, total = _ends("first", found.first), _ends("total", found.total)
    pairs = _ends("value", found.pairs)
    return {
        "chance": plain(found.share),
        "chance_low": plain(found.share_low),
        "chance_high": plain(found.share_high),
        "width": plain(found.width),
        "rows": [
            {**a, **b, "first_raw": plain(raw)}
            for a, b, raw in zip(first, total, found.first_raw.value.tolist(), strict=True)
        ],
        "pairs": [{"one": j, "other": k, **row} for (j, k), row in zip(found.pair_labels, pairs, strict=True)],
        "swings": [
            {"swing": plain(swing), "low": plain(swing - Z * se), "high": plain(swing + Z * se)}
            for swing, se in zip(found.swing.tolist(), found.swing_se.tolist(), strict=True)
        ],
    }


def _ends(name: str, index: Index) -> list[dict[str, Any]]:
    """Return each index with its interval; `low` and `high` carry the name in front but for `value`."""
    stem = "" if name == "value" else f"{name}_"
    return [
        {name: plain(value), f"{stem}low": plain(low), f"{stem}high": plain(high)}
        for value, low, high in zip(index.value.tolist(), index.low.tolist(), index.high.tolist(), strict=True)
    ]


def plain(value: float) -> float | None:
    """Return a number for JSON, rounded to nine digits so that no platform's last digit stands in a file; else None."""
    return float(f"{value:.9g}") if np.isfinite(value) else None
