"""Running a published evaluation under draws of the posterior, with the draws' own parameters of policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import evidence
from calibration.bank import Study
from calibration.batches import Batches
from calibration.draw_runs import Draws
from calibration.priors import overrides
from calibration.replications import CHANCE, REPLICATIONS, SCENARIOS, STARTED, World, base_arm
from experiments import markets, trials
from experiments.cache import hash_of
from experiments.markets import AVERAGED_MONTHS, SETTLING_MONTHS, OutOfReach
from results.files import digest_of
from simulation.run_in import start_for_draw

EVALUATION = "future-jobs-fund"
EVALUATED_SEED, SEEDS_EACH = 80_000, 2
"""First seed of these runs; seeds of a draw. Few people take part in one, so that a second halves the chance."""
SEED_STEP = 10_000
EVALUATED_A_BATCH = 5
"""Draws of one batch."""
USUAL_SEARCHES, USUAL_MONTHS = 4, 30
"""Runs until a market is found, and months of one arm: for the estimate of the time only."""
MONTHS = USUAL_SEARCHES * (SETTLING_MONTHS + AVERAGED_MONTHS) + SEEDS_EACH * (SETTLING_MONTHS + 2 * USUAL_MONTHS)
DECIDING = ("evaluated.py", "evaluation_runs.py", "replications.py")
"""Files of this package that decide what an evaluation gives under a draw."""


@dataclass(frozen=True)
class EvaluationWork(Batches):
    """Runs the evaluation under draws, in the market of its period."""

    draws: Draws

    @property
    def n(self) -> int:
        """Return the number of draws."""
        return len(self.draws)

    def run(self, i: int) -> dict[str, float]:
        """Return participants and figures of one draw over its seeds; figures that nobody tells are not numbers."""
        study, draws = self.study, self.draws
        base = base_arm(study.name)
        given = {**overrides(study.priors, draws.z[i]), **dict(base.parameters)}
        own = replace(base, parameters=tuple(sorted(given.items())))
        at = study.start(self.sample, self.threads)
        start = start_for_draw(at, study.values, draws.levels[i], own, threads=self.threads)
        world = World(start, own, study.name, self.threads, evidence.replications())
        try:
            run = REPLICATIONS[EVALUATION].prepare(world)
        except OutOfReach:
            return {"row": i, "reached": 0.0, **pooled(())}
        seeds = [int(draws.seeds[i]) + k * SEED_STEP for k in range(SEEDS_EACH)]
        return {"row": i, "reached": 1.0, **pooled([run(seed, 0.5) for seed in seeds])}


def pooled(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return participants, mean figures over all of them, and a participant's own spread, of runs with several seeds.

    Parameters
    ----------
    runs : what each seed gave; empty where nobody took part.
    """
    told = [run for run in runs if run.get(STARTED, 0.0) > 1.0]
    n = np.array([run[STARTED] for run in told])
    out = {STARTED: float(n.sum())}
    for figure in REPLICATIONS[EVALUATION].figures:
        gains = np.array([run[figure] for run in told])
        spreads = np.array([run[f"{figure}{CHANCE}"] for run in told]) ** 2 * n
        out[figure] = float(n @ gains / n.sum()) if told else float("nan")
        out[f"{figure}.sd"] = float(np.sqrt(n @ spreads / n.sum())) if told else float("nan")
    return out


def key_of(study: Study, draws: Draws) -> str:
    """Return what names the folder of these runs: everything that decides them beside what decides the fit's own.

    Parameters
    ----------
    study, draws : of what, and the draws to run.
    """
    here = Path(__file__).parent
    files = [*(here / name for name in DECIDING), SCENARIOS / f"{EVALUATION}.yaml", Path(markets.__file__),
             Path(trials.__file__)]  # fmt: skip
    return hash_of(
        [sorted(overrides(study.priors, z).items()) for z in draws.z],
        draws.seeds.tolist(),
        [[*level.place.ravel().tolist(), level.slots, level.standard_shift] for level in draws.levels],
        [(name, str(figure.value)) for name, figure in sorted(evidence.replications().items())],
        [digest_of(path) for path in files],
    )
