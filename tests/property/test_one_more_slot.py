"""One slot more moves one chain of vacancies and nothing else in its month (`verification.md`, 6)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.vocabulary import State
from simulation.model import RegionModel
from tests.worlds import before_hiring, differing, model_of, run, start_of, subsidy, with_subsidies, world

TRIALS = 200
START = start_of(world(600, 60, vacancies=0.03))


def pair(seed: int, extra: int, employer: int, subsidised: bool) -> tuple[RegionModel, RegionModel]:
    """Return two models after one month, the second with `extra` open slots more at an employer before hiring."""
    arm = with_subsidies(subsidy(places="both" if seed % 2 else "any_vacancy")) if subsidised else None
    models = model_of(START, arm, seed=seed), model_of(START, arm, seed=seed)

    def add() -> None:
        models[1].firms.slots[employer] += extra
        models[1].firms.open[employer] = int(models[1].firms.slots[employer] > models[1].firms.filled[employer])

    before_hiring(models[1], add)
    return run(models[0], 1), run(models[1], 1)


@pytest.mark.parametrize("subsidised", [False, True])
def test_one_slot_more_makes_no_hire_or_one_more(subsidised: bool) -> None:
    gained = 0
    for trial in range(TRIALS):
        base, more = pair(trial, 1, trial % len(START.firms.size), subsidised)
        hires = [int(m.rows.flows[0, :, 0].sum()) for m in (base, more)]
        assert hires[1] - hires[0] in (0, 1)
        moved = np.flatnonzero(base.columns.employer != more.columns.employer)
        in_work = [m.columns.state <= State.ABSENT for m in (base, more)]
        assert not (in_work[0] & ~in_work[1]).any(), "a slot more cost somebody the job"
        assert np.array_equal(np.flatnonzero(differing(base, more)), moved)
        gained += hires[1] - hires[0]
    assert 0 < gained < TRIALS


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(1000, 2**40), extra=st.integers(1, 30), employer=st.integers(0, len(START.firms.size) - 1))
def test_more_slots_never_cost_anybody_the_job_in_their_month(seed: int, extra: int, employer: int) -> None:
    base, more = pair(seed, extra, employer, False)
    assert not ((base.columns.state <= State.ABSENT) & ~(more.columns.state <= State.ABSENT)).any()
    assert 0 <= (more.rows.flows[0] - base.rows.flows[0])[:, 0].sum() <= extra


def test_a_forced_offer_with_its_slot_changes_hires_by_none_or_one() -> None:
    """Somebody out of work is put into a new slot instead of looking: that hire, less what he would have taken."""
    c = START.columns
    idle = np.flatnonzero(c.state == State.UNEMPLOYED)
    for trial in range(TRIALS):
        base, forced = model_of(START, seed=trial), model_of(START, seed=trial)
        row, employer = idle[trial % len(idle)], trial % len(START.firms.size)

        def place(model: RegionModel = forced, row: int = int(row), employer: int = employer) -> None:
            seekers = model.lists.seeker[: model.n_seekers]
            at = np.flatnonzero(seekers == row)
            if at.size == 0 or model.columns.state[row] != State.UNEMPLOYED:
                return
            keep = np.arange(model.n_seekers) != at[0]
            for name in ("seeker", "seeker_facts"):
                listed = getattr(model.lists, name)
                listed[: keep.sum()] = listed[: model.n_seekers][keep]
            model.n_seekers -= 1
            model.firms.slots[employer] += 1
            model.firms.filled[employer] += 1

        before_hiring(forced, place)
        run(base, 1)
        run(forced, 1)
        others = int(forced.rows.flows[0, :, 0].sum() - base.rows.flows[0, :, 0].sum())
        was_placed = int(forced.n_seekers != base.n_seekers)
        assert others + was_placed in (0, 1)
