"""Two limits in which displacement is known exactly (`verification.md`, 19, 20; conditions in the tests)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scenarios.vocabulary import State
from simulation.model import RegionModel
from simulation.model_tables import Limits
from simulation.start import Start
from tests.worlds import baseline, differing, model_of, run, start_of, subsidy, with_subsidies, world

MONTHS = 36
UNLIMITED = Limits(unlimited=1)
FILLED = Limits(no_standard=1, clearing=1)
CONSTANT_SLOTS = {
    "employer_choice__close_rate": 0.0,
    "employer_choice__refill_rate": 0.0,
    "separation__slot_closes": 0.0,
    "search__on_the_job": 0.0,
}


def in_work(model: RegionModel) -> Any:
    return model.columns.state <= State.ABSENT


@pytest.mark.parametrize("terms", [{}, {"places": "both"}, {"cap_starts_month": 2}, {"cap_active": 3}], ids=str)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_with_unlimited_vacancies_no_untreated_trajectory_differs(terms: dict[str, Any], seed: int) -> None:
    """Every employer is open, acceptance is value against a standard, nothing aggregate comes back."""
    start = start_of(world(700, seed=seed), limits=UNLIMITED, employer_choice__tightness_elasticity=0.0)
    arm = with_subsidies(subsidy(months=4, **terms))
    base, policy = model_of(start, baseline(), seed=seed), model_of(start, arm, seed=seed)
    treated: set[int] = set()
    changed = 0
    for _ in range(MONTHS):
        run(base, 1)
        run(policy, 1)
        treated |= set(policy.columns.id[policy.subsidies[0].offers].tolist())
        untreated = ~np.isin(policy.columns.id, list(treated))
        assert not (differing(base, policy) & untreated).any()
        changed += int(differing(base, policy).sum())
        lost = (in_work(base) & ~in_work(policy) & untreated).sum()
        assert lost == 0, "displacement is not zero"
    assert changed > 0, "the policy did nothing, so the test shows nothing"


def test_with_vacancies_that_run_out_untreated_people_are_displaced() -> None:
    start = start_of(world(700), employer_choice__tightness_elasticity=0.0)
    base, policy = model_of(start, baseline()), model_of(start, with_subsidies(subsidy(months=4)))
    treated: set[int] = set()
    displaced = 0
    for _ in range(MONTHS):
        run(base, 1)
        run(policy, 1)
        treated |= set(policy.columns.id[policy.subsidies[0].offers].tolist())
        displaced += int((differing(base, policy) & ~np.isin(policy.columns.id, list(treated))).sum())
    assert displaced > 0


def always_filled(seed: int, **changes: Any) -> Start:
    w = world(700, vacancies=0.0, seed=seed)
    held = np.bincount(w.residents.employer[w.residents.employer >= 0], minlength=len(w.employers))
    w.employers.size[:] = w.employers.slots[:] = w.employers.filled[:] = held
    return start_of(w, limits=FILLED, **{**CONSTANT_SLOTS, **changes})


def net_by_month(start: Start, seed: int) -> tuple[list[int], list[int], int]:
    """Return the net effect on people in work and the open slots of both arms, month by month, and who gained."""
    arm = with_subsidies(subsidy(months=4, employer_take_up=1.0))
    base, policy = model_of(start, baseline(), seed=seed), model_of(start, arm, seed=seed)
    net, vacant, gained = [], [], 0
    for _ in range(MONTHS):
        run(base, 1)
        run(policy, 1)
        won, lost = (in_work(policy) & ~in_work(base)).sum(), (in_work(base) & ~in_work(policy)).sum()
        net.append(int(won - lost))
        gained += int(won)
        vacant += [int((m.firms.slots - m.firms.filled).sum()) for m in (base, policy)]
    return net, vacant, gained


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_with_fixed_slots_that_are_always_filled_the_net_effect_is_zero(seed: int) -> None:
    """Slots constant and filled at the start, no standard, no moves from job to job, clearing after matching."""
    net, vacant, gained = net_by_month(always_filled(seed), seed)
    assert not any(vacant)
    assert not any(net)
    assert gained > 0, "the policy moved nobody, so the test shows nothing"


def test_moves_from_job_to_job_break_that_limit() -> None:
    net = [n for seed in range(6) for n in net_by_month(always_filled(seed, search__on_the_job=0.1), seed)[0]]
    assert any(net)
