"""Two states and constant hazards: closed forms (`verification.md`, 27, 28)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2

from scenarios.vocabulary import State
from simulation.covariates import Covariates, Transition
from simulation.model import RegionModel
from tests.evidence_for import LIMIT, bayes_factor, outside_band
from tests.worlds import NO_HIRING, World, model_of, nobody_leaves, only_transitions, start_of, world

N, MONTHS = 20_000, 60
TO_WORKLESS, TO_SEARCH = 0.03, 0.05
IDLE, OUT = State.UNEMPLOYED, State.OTHER_INACTIVE


def constant(name: str, origin: State, destination: str, rate: float) -> Transition:
    def hazard(x: Covariates, _: Any) -> Any:
        return rate + 0.0 * x.age_band

    return Transition(name, origin, destination, hazard)


TWO = (constant("give_up", IDLE, "other_inactive", TO_WORKLESS), constant("search_again", OUT, "unemployed", TO_SEARCH))


def idle_world() -> World:
    """Return people of 25 to 34, all unemployed, nobody with a job."""
    w = world(N, 20, n_places=2, n_outside=0)
    r = w.residents
    r.birth[:] = -(25 * 12) - np.arange(N) % (5 * 12)
    r.state[:], r.employer[:], r.since[:], r.work_since[:] = IDLE, -1, 0, 0
    w.employers.filled[:] = 0
    return w


@pytest.fixture(scope="module")
def flows() -> Any:
    """Months run: stocks, and moves between the two states."""
    with pytest.MonkeyPatch.context() as patch:
        only_transitions(patch, TWO)
        nobody_leaves(patch)
        start = start_of(idle_world(), **NO_HIRING)
    model = model_of(start, months=MONTHS)
    spells: list[np.ndarray] = []
    for _ in range(MONTHS):
        model.step()
        spells.append(np.stack([model.columns.state.copy(), model.columns.since.copy()]))
    return model, np.array(spells)


def stocks(model: RegionModel) -> np.ndarray:
    return model.rows.stocks.sum(axis=(1, 2, 3, 4, 5)).astype(float)


def test_moves_have_the_stated_hazards(flows: Any) -> None:
    model, _ = flows
    stock = stocks(model)
    before = np.concatenate([[np.eye(8)[IDLE] * N], stock[:-1]]).sum(axis=0)
    moves = model.rows.moves.sum(axis=(0, 1, 2))
    assert bayes_factor(int(moves[IDLE, OUT]), int(before[IDLE]), TO_WORKLESS) < LIMIT
    assert bayes_factor(int(moves[OUT, IDLE]), int(before[OUT]), TO_SEARCH) < LIMIT


def test_the_stock_tends_to_its_closed_form_at_its_decay_rate(flows: Any) -> None:
    share = TO_SEARCH / (TO_SEARCH + TO_WORKLESS)
    months = np.arange(1, MONTHS + 1)
    p = share + (1 - share) * (1 - TO_SEARCH - TO_WORKLESS) ** months
    observed = stocks(flows[0])[:, IDLE]
    assert not outside_band(observed, N * p, N * p * (1 - p))
    settled = observed[-1] / N
    assert abs(settled - share) < 0.02


def test_durations_under_a_constant_hazard_are_geometric(flows: Any) -> None:
    """Of those who have just become inactive, the same share leaves in each month of the spell."""
    _, spells = flows
    at_risk, left = np.zeros(24), np.zeros(24)
    for t in range(MONTHS - 1):
        state, since = spells[t]
        spell = t - since
        for months in range(24):
            inside = (state == OUT) & (spell == months) & (since >= 0)
            at_risk[months] += inside.sum()
            left[months] += (inside & (spells[t + 1][0] == IDLE)).sum()
    for months in range(24):
        assert bayes_factor(int(left[months]), int(at_risk[months]), TO_SEARCH) < LIMIT, f"month {months} of the spell"
    fit = ((left - at_risk * TO_SEARCH) ** 2 / (at_risk * TO_SEARCH * (1 - TO_SEARCH))).sum()
    assert chi2.sf(fit, 24) > 1e-4
