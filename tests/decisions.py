"""Made-up figures of options on the draws of a made-up posterior: what a decision reads, without a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from experiments.decision import DecisionStudy, decision_study
from experiments.decision_content import content_of
from experiments.decision_request import DecisionRequest
from experiments.plans import shipped_parameters, shipped_region
from experiments.requests import DRAW_VARIABLE, Request
from results.appraisal_figures import EXCHEQUER, SOCIETY
from results.decision_figures import AT_END, EQUITY, JOBS, WELLBEING, WITH_WELLBEING, OptionFigures
from tests.posteriors import some_posterior

REGION = "eskermere"
OPTIONS = ("kickstart", "jobs-guarantee")


def request(out: Path = Path("decide"), *, options: tuple[str, ...] = OPTIONS, **changes: Any) -> DecisionRequest:
    """Return a small decision in the made-up region."""
    own = {name: changes.pop(name) for name in ("value", "weights") if name in changes}
    plain: dict[str, Any] = {"sample": 60, "months": 6, "threads": 1, "workers": 1, "overrides": {"region": REGION}}
    return DecisionRequest(options, Request(options[0], out=out / "runs", **(plain | changes)), out=out / "d", **own)


def study_on_draws(n_draws: int, **changes: Any) -> DecisionStudy:
    """Return a decision's plans on so many draws of a made-up posterior; 0 for none."""
    found = some_posterior(shipped_region(REGION), shipped_parameters(), n_draws) if n_draws else None
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(DRAW_VARIABLE, raising=False)
        patch.setattr("evidence.fit_registry.posterior", lambda region, root=None: found)
        changes = {"n_draws": n_draws or None} | changes
        return decision_study(request(**changes))


def made_figures(
    name: str, tasks: list[tuple[int, int]], exchequer: NDArray[np.float64], scale: float = 1.0
) -> OptionFigures:
    """Return an option whose value is given by run, and which pays back where what others lose is small."""
    draws, seeds = (np.array(column, np.int64) for column in zip(*tasks, strict=True))
    n = len(draws)
    jobs = 100.0 * scale + np.arange(n) % 7
    lost = np.clip(0.5 - exchequer / 4e6, 0.0, 1.0)
    values = {
        EXCHEQUER: exchequer, SOCIETY: exchequer + 1e5, WITH_WELLBEING: exchequer + 3e5 * scale,
        WELLBEING: np.full(n, 2e5 * scale), JOBS: jobs, AT_END: jobs / 10, EQUITY: np.full(n, 0.4 - 0.1 * scale),
    }  # fmt: skip
    outcomes = {
        "displacement": (100 * lost, np.full(n, 100.0)),
        "retention": (40.0 + np.arange(n) % 5, np.full(n, 80.0)),
        "take_up": (np.full(n, 5.0), np.full(n, 100.0)),
    }
    switch = {
        "perspective": EXCHEQUER, "item": "displacement", "words": "Displacement", "unit": "share",
        "measured": "50% (40% to 60%)", "needed": "38% (30% to 46%)", "needed_mean": 0.38,
    }  # fmt: skip
    return OptionFigures(
        name, f"Title of {name}", draws, seeds, values, outcomes, [switch], "35-49 (age): 0.41", "f" * 16
    )


def made_content(
    n_draws: int = 60, *, seed: int = 0, figures: list[OptionFigures] | None = None, **changes: Any
) -> dict[str, Any]:
    """Return the answer between two options whose values hang on the first parameter of the draws, and on chance."""
    study = study_on_draws(n_draws, **changes)
    tasks = sorted((task.draw, task.seed) for task in study.plans[0].request.tasks)
    if figures is None:
        random = np.random.default_rng(seed)
        names = [name for name, _ in study.plans[0].drawn.draws[0].parameters] if n_draws else []
        x = np.array([[dict(d.parameters)[name] for name in names] for d in study.plans[0].drawn.draws])
        known = (x[:, -1] - x[:, -1].mean()) / x[:, -1].std() if n_draws > 1 else np.zeros(len(tasks))
        by_run = known[[draw - 1 for draw, _ in tasks]] if n_draws else known
        noise = random.normal(0.0, 1e5, (2, len(tasks)))
        figures = [
            made_figures(study.names[0], tasks, 1e6 * by_run + noise[0], 1.0),
            made_figures(study.names[-1], tasks, 2e5 - 3e5 * by_run + noise[1], 0.5),
        ][: len(study.names)]
    return content_of(study.plans, study.request, "0123456789abcdef", figures)
