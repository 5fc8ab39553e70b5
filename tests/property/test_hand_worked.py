"""Ten people, three jobs, one subsidy, worked out by hand: every number below is (`verification.md`, 32).

One Place; employers A, B and C want one worker each; nothing happens by itself: nobody falls ill, ages into
another band, leaves or loses a job. Pay is 2,000 pence an hour for 30 hours: 2,000 x 30 x 52 / 12 = 260,000 pence
a month. Rules are the round ones of `tests.values`. An applicant is worth ten times his ability, give or take at
most 520 points of noise, and everybody looks at all three employers.

 0  works at A, 40, lives with 7             5  unemployed, 40, ability -300
 1  unemployed, 30, ability  300             6  unemployed, 50, ability -400
 2  unemployed, 30, ability  150             7  long-term sick, 45
 3  unemployed, 30, ability    0             8  retired, 62
 4  unemployed for 8 months, 22, ability -150   9  student, 17

Baseline: B and C take 1 (3,000 points) and 2 (1,500) in the first month, and that is all.

Policy: whoever is 18 to 24 and unemployed for six months (only 4) can be taken on for three months at 25 hours and
the minimum wage of 1,200 pence; all of it is paid, which is worth 6,000 points. So 4 counts 4,500 and 1 counts
3,000: they get B and C, and 2 is displaced. In month 3 the employer does not keep 4; 2 takes the slot.

A worker's month, pence: tax (260,000 - 100,000) x 20% = 32,000; employee's insurance (260,000 - 100,000) x 8% = 12,800;
employer's (260,000 - 41,667) x 15% = 32,749. Person 4 on the placement: 1,200 x 25 x 52 / 12 = 130,000; tax 6,000;
insurance 2,400; employer's (130,000 - 41,667) x 15% = 13,249; pension (130,000 - 50,000) x 3% = 2,400. The subsidy pays
130,000 + 13,249 + 2,400 = 145,649.

Universal Credit: a single person without earnings 40,000, under 25 32,000. 0 and 7 as a couple 63,000 + 42,000 for
illness = 105,000; they pay no rent. 0 keeps 260,000 - 32,000 - 12,800 = 215,200, of which 68,000 do not count; 55% of
147,200 = 80,960 is taken off: 24,040. A student gets nothing; who works full time or on the placement earns too much.
Nobody has another benefit, and handling claims costs nothing.

General practice, £40 a consultation, is the only service anybody uses: 2.4 times a year, 800 pence a month; a quarter
more while unemployed, 1,000; half as much again when long-term sick, 1,200. Three in work, four unemployed, one
long-term sick, a student and a retired person cost 2,400 + 4,000 + 1,200 + 1,600 = 9,200, whoever holds the jobs.
"""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.eligibility import AllOf, Compare
from scenarios.vocabulary import Benefit, State
from simulation.employers import Employers
from simulation.ledger import LINE_INDEX
from simulation.output import RunOutput
from simulation.residents import Residents
from simulation.run import simulate
from tests.checks import run_checked
from tests.worlds import (
    UNEMPLOYED,
    World,
    baseline,
    healthy_for_good,
    model_of,
    nobody_leaves,
    only_transitions,
    start_of,
    subsidy,
    with_subsidies,
)  # fmt: skip

AGES = (40, 30, 30, 30, 22, 40, 50, 45, 62, 17)
ABILITIES = (0, 300, 150, 0, -150, -300, -400, 0, 0, 0)
E, U, S = State.EMPLOYED, State.UNEMPLOYED, State.LONG_TERM_SICK
STATES = (E, U, U, U, U, U, U, S, State.RETIRED, State.STUDENT)
MONTHS = 4
YOUNG = Compare("age_years", "between", (18, 24), ("18", "24"))
LONG = Compare("spell_months", "at_least", (6,), ("6",))
OFFER = subsidy(
    "kick", AllOf((UNEMPLOYED, YOUNG, LONG)), months=3, hours_week=25, employer_take_up=1.0, participant_take_up=1.0,
    drop_out=0.0, keep_bonus=-30_000, start_pence=100_000, end_pence=50_000, support_pence=20_000,
    administration_pence=10_000,
)  # fmt: skip
PLAIN = {
    "employer_choice__ability_weight": 10.0, "employer_choice__qualification_points": (0,) * 4,
    "employer_choice__history_points": 0, "employer_choice__duration_penalty": 0,
    "employer_choice__standard_shift": -20_000,
    "employer_choice__subsidy_points": 6000.0, "employer_choice__keep_bonus": 0, "employer_choice__refill_rate": 0.0,
    "employer_choice__close_rate": 0.0, "search__looks": (40,) * 8, "progression__median_hourly_pence": 2000.0,
    "progression__pay_by_qualification": (1.0,) * 4, "progression__pay_by_age_band": (1.0,) * 7,
    "progression__pay_by_ability": 0.0, "progression__full_time_hours": 30, "wellbeing__standard_deviation": 0.0,
    "claiming__take_up": 1.0, "health__diagnosis": 0.0, "claiming__pip_by_severity": (0.0,) * 4,
    "claiming__contributory_take_up": 0.0, "claiming__council_tax_support_pounds": 0.0, "claiming__claim_pounds": 0.0,
    "claiming__new_claim_pounds": 0.0, "gain_from_work__search_elasticity": 0.0,
    "gain_from_work__acceptance_elasticity": 0.0, "public_services__base": (2.4,) + (0.0,) * 7,
    "public_services__situation_ratio": ((1.0, 1.5, 1.25, 1.5, 1.0),) * 8,
    "public_services__gp_consultation_cost": 40.0, "public_services__gp_consultations_level": 1.0,
    "public_services__price_factor": (1.0,) * 6,
    "public_services__price_rise_since_2024": 1.0,
}  # fmt: skip


def ten_people_three_jobs() -> World:
    r, e = Residents.empty(10), Employers.empty(3)
    r.birth[:] = [-12 * age - 1 for age in AGES]
    r.ability[:], r.state[:] = ABILITIES, STATES
    r.since[:] = r.work_since[:] = -8
    r.employer[0], r.hours[0] = 0, 30
    r.partner[0], r.partner[7] = 7, 0
    r.tenure[:] = 1
    e.size[:] = e.slots[:] = 1
    e.filled[0] = 1
    return World(r, e, np.ones((1, 1)))


@pytest.fixture(scope="module")
def outputs() -> tuple[RunOutput, RunOutput]:
    with pytest.MonkeyPatch.context() as patch:
        only_transitions(patch, ())
        nobody_leaves(patch)
        healthy_for_good(patch)
        start = start_of(ten_people_three_jobs(), **PLAIN)
    arms = baseline(0, MONTHS), with_subsidies(OFFER, policy_month=0, months=MONTHS)
    run_checked(model_of(start, arms[1], months=MONTHS), MONTHS)
    base, policy = simulate(start, arms, seed=1)
    return base, policy


def lines(output: RunOutput, name: str) -> list[int]:
    return [int(x) for x in output.ledger[:, 0, LINE_INDEX[name]]]


def worked(output: RunOutput, person: int) -> list[int]:
    assert output.records is not None
    return [int(output.records.work[person, 0]) >> month & 1 for month in range(MONTHS)]


def test_who_works_when(outputs: tuple[RunOutput, RunOutput]) -> None:
    base, policy = outputs
    for person in range(10):
        always = [1] * 4 if person in (0, 1) else [0] * 4
        assert worked(base, person) == ([1, 1, 1, 1] if person == 2 else always)
        assert worked(policy, person) == ([0, 0, 0, 1] if person == 2 else [1, 1, 1, 0] if person == 4 else always)


def test_stocks_and_flows(outputs: tuple[RunOutput, RunOutput]) -> None:
    for output in outputs:
        by_state = output.stocks.sum(axis=(1, 2, 3, 4, 5))
        assert by_state.tolist() == [[3, 0, 4, 1, 1, 0, 1, 0]] * 4
        assert output.slots[:, 0].tolist() == [[3, 3]] * 4
        assert output.claimants.sum(axis=(1, 2)).tolist() == [4, 4, 4, 4]
    base, policy = (
        output.flows[:, 0] for output in outputs
    )  # hires, job to job, separations, absence, return, arrivals, leavers
    assert base.tolist() == [[2, 0, 0, 0, 0, 0, 0], [0] * 7, [0] * 7, [0] * 7]
    assert policy.tolist() == [[2, 0, 0, 0, 0, 0, 0], [0] * 7, [0] * 7, [1, 0, 1, 0, 0, 0, 0]]


def test_the_subsidy_s_chain(outputs: tuple[RunOutput, RunOutput]) -> None:
    # eligible, reached, started, active, finished, kept, dropped out, months paid
    assert outputs[1].subsidies[:, 0, 0].tolist() == [
        [1, 1, 1, 1, 0, 0, 0, 1],
        [0, 0, 0, 1, 0, 0, 0, 1],
        [0, 0, 0, 1, 0, 0, 0, 1],
        [0, 0, 0, 0, 1, 0, 0, 0],
    ]
    records = outputs[1].records
    assert records is not None
    assert records.first_start.tolist() == [-1, -1, -1, -1, 0, -1, -1, -1, -1, -1]
    assert int(records.subsidised[4, 0]) & 0b1111 == 0b0111
    assert not records.subsidised[[0, 1, 2, 3, 5, 6, 7, 8, 9]].any()


def test_every_penny_of_the_baseline(outputs: tuple[RunOutput, RunOutput]) -> None:
    base = outputs[0]
    assert lines(base, "wages") == [780_000] * 4
    assert lines(base, "income_tax") == [96_000] * 4
    assert lines(base, "employee_ni") == [38_400] * 4
    assert lines(base, "employer_ni") == [98_247] * 4
    assert lines(base, "uc_standard") == [63_000 + 4 * 40_000 + 32_000] * 4
    assert lines(base, "uc_health") == [42_000] * 4
    assert lines(base, "uc_taken_for_income") == [80_960] * 4
    assert lines(base, "nhs_gp") == [9_200] * 4
    assert base.ledger.sum() == 4 * (780_000 + 96_000 + 38_400 + 98_247 + 255_000 + 42_000 + 80_960 + 9_200)


def test_every_penny_of_the_policy(outputs: tuple[RunOutput, RunOutput]) -> None:
    policy = outputs[1]
    assert lines(policy, "wages") == [650_000, 650_000, 650_000, 780_000]
    assert lines(policy, "income_tax") == [70_000, 70_000, 70_000, 96_000]
    assert lines(policy, "employee_ni") == [28_000, 28_000, 28_000, 38_400]
    assert lines(policy, "employer_ni") == [78_747, 78_747, 78_747, 98_247]
    # 2 looks for work for three months instead of 4, whose standard allowance is 8,000 less
    assert lines(policy, "uc_standard") == [263_000, 263_000, 263_000, 255_000]
    assert lines(policy, "uc_health") == [42_000] * 4
    assert lines(policy, "uc_taken_for_income") == [80_960] * 4
    assert lines(policy, "subsidy_wage") == [145_649, 145_649, 145_649, 0]
    assert lines(policy, "subsidy_grant") == [100_000, 0, 0, 50_000]
    assert lines(policy, "subsidy_support") == [20_000, 0, 0, 0]
    assert lines(policy, "subsidy_administration") == [10_000, 0, 0, 0]
    subsidy_paid = 3 * 145_649 + 100_000 + 50_000 + 20_000 + 10_000
    flows = 3 * (650_000 + 70_000 + 28_000 + 78_747 + 263_000) + 780_000 + 96_000 + 38_400 + 98_247 + 255_000
    assert lines(policy, "nhs_gp") == [9_200] * 4
    assert policy.ledger.sum() == flows + 4 * (42_000 + 80_960 + 9_200) + subsidy_paid


def test_life_satisfaction(outputs: tuple[RunOutput, RunOutput]) -> None:
    """75 tenths each; 6 less unemployed, 9 less long-term sick, 1 more retired, 1 more on the placement."""
    base, policy = outputs
    assert base.satisfaction[:, 0].tolist() == [3 * 75 + 4 * 69 + 66 + 76 + 75] * 4
    assert policy.satisfaction[:, 0].tolist() == [719, 719, 719, 718]


def test_everybody_at_the_end(outputs: tuple[RunOutput, RunOutput], monkeypatch: pytest.MonkeyPatch) -> None:
    only_transitions(monkeypatch, ())
    nobody_leaves(monkeypatch)
    healthy_for_good(monkeypatch)
    model = model_of(start_of(ten_people_three_jobs(), **PLAIN), with_subsidies(OFFER), months=MONTHS)
    for _ in range(MONTHS):
        model.step()
    c = model.columns
    assert c.state.tolist() == [E, E, E, U, U, U, U, S, State.RETIRED, State.STUDENT]
    assert sorted(c.employer[:3].tolist()) == [0, 1, 2]
    assert c.since.tolist() == [-8, 0, 3, -8, 3, -8, -8, -8, -8, -8]
    assert c.pay.tolist()[:5] == [2000, 2000, 2000, 0, 2000]
    assert c.hours.tolist()[:5] == [30, 30, 30, 0, 30]
    assert c.award.tolist() == [24_040, 0, 0, 40_000, 32_000, 40_000, 40_000, 0, 40_000, 0]
    working, looking = Benefit.UC_WORKING, Benefit.UC_SEARCHING
    assert c.benefit.tolist() == [
        working, 0, 0, looking, looking, looking, looking, Benefit.UC_HEALTH, Benefit.UC_OTHER, Benefit.NONE,
    ]  # fmt: skip
    assert c.completed.tolist() == [0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    assert c.work_history[4] == 0b111
    assert c.work_history[2] == 0
    assert c.work_since.tolist()[:5] == [-8, 0, 3, -8, 3]
