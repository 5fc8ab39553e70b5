"""One look each at random: hires follow the urn-ball formula (`verification.md`, 30)."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.vocabulary import State
from simulation.model_tables import Limits
from tests.evidence_for import joint_z
from tests.worlds import World, model_of, nobody_leaves, only_transitions, run, start_of, world

SIZES = (10, 30, 100, 300, 1000)
RUNS = 40


def urns_and_balls(vacancies: int, seekers: int) -> World:
    """Return so many unemployed residents and employers with one open slot each, in one Place and industry."""
    w = world(seekers, vacancies, n_places=1, n_outside=0)
    r, e = w.residents, w.employers
    r.birth[:] = -30 * 12
    r.state[:], r.employer[:], r.since[:], r.work_since[:] = State.UNEMPLOYED, -1, 0, 0
    r.barriers[:] = 0
    e.size[:] = e.slots[:] = 1
    e.filled[:] = 0
    e.sector[:] = r.sector[:] = 0
    return w


@pytest.mark.parametrize("vacancies", SIZES)
def test_hires_follow_the_urn_ball_formula(vacancies: int, monkeypatch: pytest.MonkeyPatch) -> None:
    only_transitions(monkeypatch, ())
    nobody_leaves(monkeypatch)
    for seekers in SIZES:
        start = start_of(
            urns_and_balls(vacancies, seekers), limits=Limits(no_standard=1), search__looks=(1,) * 8,
            search__looks_by_cohort=(0,) * 10, employer_choice__close_rate=0.0,
            gain_from_work__search_elasticity=0.0, gain_from_work__acceptance_elasticity=0.0,
        )  # fmt: skip
        hires = [int(run(model_of(start, seed=seed), 1).rows.flows[0, :, 0].sum()) for seed in range(RUNS)]
        empty = (1 - 1 / vacancies) ** seekers
        expected = vacancies * (1 - empty)
        both = (1 - 2 / vacancies) ** seekers
        variance = vacancies * empty + vacancies * (vacancies - 1) * both - (vacancies * empty) ** 2
        width = joint_z(len(SIZES) ** 2) * np.sqrt(max(variance, 0.0) / RUNS)
        assert abs(np.mean(hires) - expected) <= width + 0.5 / RUNS, f"{vacancies} vacancies, {seekers} seekers"
