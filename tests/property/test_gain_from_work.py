"""What a job would leave moves search by its elasticity, not at all where that is zero; trials and allowances act."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scenarios.arm import ArmSpec, BenefitsSpec
from scenarios.vocabulary import State
from simulation.claiming_tables import refusal_by_keep, search_by_keep
from simulation.columns import NO_GAIN
from simulation.ledger import LINE_INDEX
from simulation.model import RegionModel
from simulation.processes.gain_from_work import GainParameters
from simulation.taxben.units import gross_of
from simulation.thresholds import ONE
from tests.plain.compare import assert_agree
from tests.worlds import baseline, differing, model_of, run, start_of, state_of, world

MONTHS, SEEDS = 18, 12
NO_ELASTICITY: dict[str, Any] = {"gain_from_work__search_elasticity": 0.0, "gain_from_work__acceptance_elasticity": 0.0}
MORE = BenefitsSpec(0, 40_000, 0)
TRIAL = BenefitsSpec(0, 0, 6)
MONEY = {"award", "unit_flows", "benefit", "claim_since", "counted", "keep", "limited", "pip", "contributory"}
"""Columns that hold what people are paid and what a job would leave; nothing of a life."""


def changed(*benefits: BenefitsSpec) -> ArmSpec:
    return baseline(0, MONTHS, name="policy", benefits=benefits)


def hired_from_sickness(model: RegionModel) -> int:
    return int(model.rows.moves[..., State.LONG_TERM_SICK, State.EMPLOYED].sum())


@pytest.mark.parametrize("change", [MORE, TRIAL], ids=["allowance", "trial"])
def test_without_elasticity_benefits_change_money_and_nobody_s_life(change: BenefitsSpec) -> None:
    start = start_of(world(800), **NO_ELASTICITY)
    base, policy = (run(model_of(start, arm), MONTHS) for arm in (baseline(0, MONTHS), changed(change)))
    ours, theirs = state_of(policy), state_of(base)
    for name, column in theirs.items():
        if name.rpartition(".")[2] not in MONEY and name != "standing":
            assert np.array_equal(ours[name], column), name
    assert not np.array_equal(ours["residents.unit_flows"], theirs["residents.unit_flows"])


def test_what_a_job_leaves_raises_search_among_those_whom_a_trial_concerns() -> None:
    start = start_of(
        world(1500, vacancies=0.2), gain_from_work__search_elasticity=0.6, search__long_term_sick=0.05
    )  # fmt: skip
    more, fewer = 0, 0
    for seed in range(SEEDS):
        base, policy = (run(model_of(start, arm, seed=seed), MONTHS) for arm in (baseline(0, MONTHS), changed(TRIAL)))
        assert differing(base, policy).any()
        more += hired_from_sickness(policy)
        fewer += hired_from_sickness(base)
    assert more > fewer


def test_a_trial_pays_as_if_there_were_no_earnings_and_then_ends() -> None:
    start = start_of(world(1500, vacancies=0.2), claiming__take_up=1.0, claiming__keeps_health_element=0.0)
    model = model_of(start, changed(TRIAL))
    held: dict[int, list[int]] = {}
    for month in range(MONTHS):
        model.step()
        c = model.columns
        alone = (c.partner < 0) & (c.state == State.EMPLOYED) & (c.work_since <= month) & (c.work_since >= 0)
        for i in np.flatnonzero(alone & (c.limited > 0)):
            assert month - c.work_since[i] < TRIAL.trial_months
            assert c.unit_flows[i, 6] == 0, "nothing is taken for earnings"
            held.setdefault(int(c.id[i]), []).append(month - int(c.work_since[i]))
        over = alone & (month - c.work_since >= TRIAL.trial_months)
        assert not c.limited[over].any()
    assert held
    assert max(max(months) for months in held.values()) == TRIAL.trial_months - 1


def test_both_changes_agree_with_the_plain_model() -> None:
    assert_agree(world(500, 50, seed=6, vacancies=0.15), changed(BenefitsSpec(2, 15_000, 4)), months=14)


def test_only_people_out_of_work_have_a_gain_from_work() -> None:
    c = run(model_of(start_of(world(800))), 6).columns
    out = c.state > State.ABSENT
    assert (c.keep[~out] == NO_GAIN).all()
    assert (c.keep[out] <= 100).all()
    assert len(np.unique(c.keep[out])) > 10


def test_a_higher_allowance_never_lowers_what_a_job_leaves_to_who_lives_alone() -> None:
    """A partner's earnings come under the allowance too, so that a second job may leave less."""
    start = start_of(world(800), **NO_ELASTICITY)
    base, policy = (run(model_of(start, arm), 3).columns for arm in (baseline(0, 3), changed(MORE)))
    out = (base.state > State.ABSENT) & (base.keep != NO_GAIN) & (base.partner < 0)
    assert (policy.keep[out] >= base.keep[out]).all()
    assert (policy.keep[out] > base.keep[out]).any()


def test_search_and_refusal_by_percent_kept() -> None:
    none = GainParameters(0.0, 0.0, 0.6, 0.1, 0.4)
    assert (search_by_keep(none) == ONE).all()
    assert not refusal_by_keep(none).any()
    some = GainParameters(0.5, 0.2, 0.6, 0.1, 0.4)
    ratio, refused = search_by_keep(some), refusal_by_keep(some)
    assert ratio[60] == ONE == ratio[NO_GAIN]
    assert (np.diff(ratio[:101]) >= 0).all()
    assert ratio[0] == ratio[10]
    assert (np.diff(refused[:101]) <= 0).all()
    assert refused[60] == 0 < refused[30]


def test_kept_of_a_single_tenant_by_hand() -> None:
    """A single tenant of 30 looks for work: 30 hours at 2,000 pence leave 215,200 of 260,000 pence a month.

    He has 40,000 of Universal Credit and 50,000 for rent; of a job's 215,200 pence 55% are taken, more than all of it.
    So 215,200 - 90,000 = 125,200 pence are left, 48% of the gross; at the same hours part time as full time.
    """
    w = world(60, 10, seed=3)
    r = w.residents
    r.partner[:], r.child_birth[:], r.birth[:], r.state[0] = -1, -32768, -12 * 30 - 1, State.UNEMPLOYED
    r.severity[:], r.conditions[:], r.cohort[:], r.tenure[:], r.rent[:] = 0, 0, 0, 1, 500
    r.employer[0], r.hours[0], r.since[0], r.work_since[0] = -1, 0, -20, -20
    start = start_of(
        w, claiming__take_up=1.0, claiming__contributory_take_up=0.0, claiming__council_tax_support_pounds=0.0,
        progression__median_hourly_pence=2000.0, progression__pay_by_qualification=(1.0,) * 4,
        progression__pay_by_age_band=(1.0,) * 7, progression__pay_by_ability=0.0, progression__full_time_hours=30,
        progression__part_time_hours=30,
    )  # fmt: skip
    model = model_of(start)
    assert gross_of(2000, 30) == 260_000
    assert model.columns.award[0] == 90_000
    assert model.columns.keep[0] == 125_200 * 100 // 260_000
    assert model.accounts.standing[:, LINE_INDEX["uc_housing"]].sum() > 0
