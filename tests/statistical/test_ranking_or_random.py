"""Ranking decides who works, hardly how many: long-run totals agree, durations shift (`verification.md`, 23)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scenarios.vocabulary import State
from simulation.covariates import Covariates, Transition
from simulation.model_tables import Limits
from tests.evidence_for import joint_z
from tests.worlds import healthy_for_good, model_of, nobody_leaves, only_transitions, run, start_of, world

SEEDS, MONTHS, SETTLED = 24, 60, 24
ONE_LOOK = {"search__looks": (1,) * 8, "search__looks_by_cohort": (0,) * 10, "search__own_sector": 0.0}
BLIND: dict[str, Any] = {
    "employer_choice__ability_weight": 0.0, "employer_choice__qualification_points": (0,) * 4,
    "employer_choice__severity_penalty": (0,) * 4, "employer_choice__condition_penalty": (0,) * 6,
    "employer_choice__cohort_penalty": (0,) * 10, "employer_choice__duration_penalty": 0,
    "employer_choice__history_points": 0,
}  # fmt: skip
STEEP = {"employer_choice__duration_penalty": 60, "employer_choice__ability_weight": 2.0}


def separation(x: Covariates, _: Any) -> Any:
    return 0.03 + 0.0 * x.age_band


def long_run(changes: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Return, by seed, hires after the settling months and the share of the unemployed who are so for a year or more.

    Everybody loses a job at the same rate and looks in the same Place, so that who is hired has no say in how
    many are.
    """
    w = world(2500, 200, n_places=1, n_outside=0, vacancies=0.03)
    w.residents.state[w.residents.state > State.UNEMPLOYED] = State.UNEMPLOYED
    w.residents.state[w.residents.state == State.ABSENT] = State.EMPLOYED
    w.residents.barriers[:] = 0
    w.residents.birth[:] = -(25 * 12) - np.arange(2500) % (30 * 12)
    start = start_of(w, limits=Limits(no_standard=1), **ONE_LOOK, **changes)
    hires, long = [], []
    for seed in range(SEEDS):
        model = run(model_of(start, months=MONTHS, seed=seed), MONTHS)
        hires.append(model.rows.flows[SETTLED:, :, 0].sum())
        c = model.columns
        idle = c.state == State.UNEMPLOYED
        long.append((MONTHS - c.since[idle].astype(int) >= 12).mean())
    return np.array(hires, float), np.array(long)


@pytest.mark.slow
def test_ranking_keeps_the_total_and_lengthens_the_longest_spells(monkeypatch: pytest.MonkeyPatch) -> None:
    only_transitions(monkeypatch, (Transition("separation", State.EMPLOYED, "unemployed", separation),))
    nobody_leaves(monkeypatch)
    healthy_for_good(monkeypatch)
    (ranked, ranked_long), (random, random_long) = long_run(STEEP), long_run(BLIND)
    error = np.sqrt((ranked.var(ddof=1) + random.var(ddof=1)) / SEEDS)
    assert abs(ranked.mean() - random.mean()) < joint_z(1) * error
    shift = ranked_long - random_long
    assert shift.mean() > 2.6 * shift.std(ddof=1) / np.sqrt(SEEDS)
