"""A finished comparison with everything a run folder needs, from made-up pairs."""

from __future__ import annotations

import pandas as pd

from evidence import ScoreTarget
from results.pairing import PairedSeed, compare_arms
from results.report import ReportData
from results.store import RunContents
from results.summary import Headline, summarise
from tests.unit.results.synthetic import QUESTIONS, pair, three_places


def seeds(n_seeds: int = 3, n: int = 600, horizon: int = 36) -> list[PairedSeed]:
    return [compare_arms(*pair(n=n, seed=k, horizon=horizon), QUESTIONS) for k in range(n_seeds)]


def score_targets() -> tuple[ScoreTarget, ...]:
    """Return a target of each kind: one of a share, one relative to the start in a Place, one that is due later."""
    rest = {"source": "a_plan", "confidence": "low"}
    return (
        ScoreTarget("gap", "disability_employment_gap", "region", 10, "percentage points", "at_most", "2028-12",
                    note="half of <the UK's> gap", **rest),
        ScoreTarget("work", "learning_disability_employment", "Midham", 120, "percent of the start", "at_least",
                    "2026-12", note="", **rest),
        ScoreTarget("sick", "long_term_sick", "region", 5, "percent", "at_most", "2040-01", note="", **rest),
    )  # fmt: skip


def contents(runs: list[PairedSeed]) -> RunContents:
    headline: Headline = summarise(runs, three_places(), score_targets=score_targets())
    targets = pd.DataFrame(
        {"Target": ["employment rate"], "Area": ["region"], "Model": [0.731], "Published": [0.749], "z": [-1.8],
         "Verdict": ["within 3 standard errors"]}
    )  # fmt: skip
    parameters = pd.DataFrame(
        [
            ["hiring.looks", "6", "looks per month", "3 to 12", "assumption", "assumption"],
            ["absence.return", "0.4", "per month", "0.36 to 0.44", "high", "A survey, An office, 2024"],
        ],
        columns=["Parameter", "Value", "Unit", "95% interval", "Confidence", "Source"],
    )
    report = ReportData(
        headline,
        policy_text=("A job of 25 hours for six months, ages 16 to 24 <on Universal Credit>",),
        parameters=parameters,
        targets=targets,
        target_words="One target, within 3 standard errors.",
        command="workability run kickstart --seeds 3 --seed 0",
        manifest={"version": "0.1.0", "seeds": [0, 1, 2]},
        warnings=("a warning",),
    )
    return RunContents(
        headline=headline,
        seeds=runs,
        report=report,
        manifest={"version": "0.1.0", "seeds": [0, 1, 2]},
        circumstances={"seconds": 1.0},
        resolved_yaml="name: kickstart\n",
        diff_yaml="subsidies: []\n",
        targets=targets,
        log_lines=({"level": "INFO", "message": "done"},),
    )
