"""At the extremes nothing happens that cannot (`verification.md`, 18)."""

from __future__ import annotations

import warnings
from contextlib import nullcontext

import numpy as np
import pytest

from scenarios.vocabulary import State
from simulation.model_tables import Limits
from simulation.thresholds import ThresholdError, threshold
from tests.checks import run_checked
from tests.worlds import NO_HIRING, model_of, region_start, run, start_of, subsidy, with_subsidies, world

NO_SEPARATION = {
    "separation__separation": 0.0,
    "sickness_absence__job_loss": 0.0,
}
NO_EXIT_FROM_WORK = {
    **NO_SEPARATION,
    "sickness_absence__to_long_term_sick": 0.0,
    "long_term_sickness__from_work": 0.0,
    **{
        f"participation__employed_to_{reason}": (0.0,) * 7
        for reason in ("student", "caring", "retired", "other_inactive")
    },
}
HIRES, JOB_TO_JOB, SEPARATIONS = 0, 1, 2


def test_a_share_too_small_to_happen_is_none() -> None:
    assert threshold(np.array([0.0, 5e-324, 1e-300, 1e-12])).tolist() == [0, 0, 0, 0]


def test_a_hazard_that_does_not_fit_says_so_inside_any_context() -> None:
    with pytest.raises(ThresholdError, match="separation"), nullcontext(), warnings.catch_warnings():
        start_of(world(60), separation__separation=0.5)


@pytest.mark.parametrize("places", ["additional", "any_vacancy", "both"])
def test_when_nobody_meets_a_standard_nobody_is_hired(places: str) -> None:
    start = start_of(world(500, vacancies=0.2), employer_choice__refill_rate=0.3, **NO_HIRING)
    model = run_checked(model_of(start, with_subsidies(subsidy(places=places, employer_take_up=1.0))), 18, every=6)
    assert not model.rows.flows[:18, :, [HIRES, JOB_TO_JOB]].any()
    assert not model.rows.moves[:18, :, :, State.UNEMPLOYED, State.EMPLOYED].any()


def test_when_no_slot_is_open_nobody_is_hired() -> None:
    start = start_of(world(500), employer_choice__refill_rate=0.0, employer_choice__close_rate=1.0)
    model = run_checked(model_of(start), 18, every=6)
    assert not model.rows.flows[:18, :, [HIRES, JOB_TO_JOB]].any()


def test_without_separation_nobody_loses_a_job() -> None:
    model = run_checked(model_of(start_of(world(800), **NO_SEPARATION)), 18, every=6)
    assert not model.rows.moves[:18, :, :, State.EMPLOYED, State.UNEMPLOYED].any()
    assert not model.rows.moves[:18, :, :, State.ABSENT, State.UNEMPLOYED].any()
    assert model.rows.flows[:18, :, SEPARATIONS].sum() > 0


def test_without_any_exit_from_work_nobody_leaves_it() -> None:
    model = run_checked(model_of(start_of(world(800), **NO_EXIT_FROM_WORK)), 18, every=6)
    assert not model.rows.flows[:18, :, SEPARATIONS].any()


def test_with_unlimited_vacancies_and_no_standard_every_seeker_without_barriers_is_hired() -> None:
    w = world(600)
    w.residents.barriers[:] = 0
    model = model_of(
        start_of(
            w, limits=Limits(unlimited=1, no_standard=1), search__looks=(16,) * 8, search__looks_by_cohort=(0,) * 10
        )
    )
    run_checked(model, 6)
    assert not model.rows.stocks[5, ..., State.UNEMPLOYED].any()


def test_the_shipped_region_moves_in_every_way() -> None:
    rows = run(model_of(region_start(200), months=24), 24).rows
    assert rows.flows[:24].sum(axis=(0, 1)).all()
