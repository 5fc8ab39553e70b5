"""The scorecard counts what a plain recount finds, and looking changes nothing."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from scenarios.vocabulary import CONDITIONS, IN_WORK, EmployerKind, State
from simulation.model import RegionModel
from simulation.output import SCORE_ITEMS, RunOutput
from simulation.run import simulate
from simulation.scorecard import Scorecard, Standards, counts_of, line_of, rules_at
from simulation.start import Start
from tests.plain.money import Law
from tests.values import rules
from tests.worlds import assert_same, baseline, model_of, run, start_of, state_of, subsidy, with_subsidies, world

LEARNING = 1 << CONDITIONS.index("learning_disability_autism")
BY = Standards(living_wage=1300, line=74_000, couple=150)


@pytest.fixture(scope="module")
def start() -> Start:
    return start_of(world(2100, 200), run_in=2)


@pytest.fixture(scope="module")
def outputs(start: Start) -> tuple[RunOutput, ...]:
    arms = baseline(4, 27), with_subsidies(subsidy(), policy_month=4, months=27)
    return simulate(start, arms, seed=5, hashing=True)


def recounted_income(model: RegionModel, couple: int) -> NDArray[np.int64]:
    """Return the income of each resident's unit, one by one."""
    c, law = model.columns, Law(rules()[model.rate_key[0]])
    out = np.zeros(model.start.n, np.int64)
    for i in range(model.start.n):
        unit = [i] if c.partner[i] < 0 or c.partner[c.partner[i]] != i else [i, int(c.partner[i])]
        for j in unit:
            out[i] += law.net(int(c.gross[j]), int(c.gross_kind[j])) + int(c.award[j])
        if len(unit) == 2:
            out[i] = out[i] * 100 // couple
    return out


def recounted(model: RegionModel, by: Standards, month: int) -> NDArray[np.int64]:
    """Return the counts as masks give them."""
    c = model.columns
    works, age = np.isin(c.state, IN_WORK), (month - c.birth.astype(int)) // 12
    disabled, learning = c.severity > 0, (c.conditions & LEARNING) > 0
    own = model.firms.kind[np.maximum(c.employer, 0)] == EmployerKind.SELF_EMPLOYMENT
    hourly = np.maximum(c.pay.astype(int), model.pay.floor[age])
    placed = c.programme > 0
    at_minimum = np.append(0, model.pay.at_minimum)[c.programme] == 1
    held = placed & ((c.slot > 0) | at_minimum)
    hourly[held] = model.pay.floor[age][held]
    secure = works & (c.insecure == 0) & ~own & (hourly >= by.living_wage)
    everybody = np.ones(model.start.n, bool)
    pairs = (
        (works, disabled),
        (works, ~disabled),
        (~works & (c.state != State.STUDENT), age < 25),
        (works, learning),
        (secure, works),
        (c.state == State.LONG_TERM_SICK, everybody),
        (recounted_income(model, by.couple) < by.line, everybody),
    )
    out = np.zeros((model.start.n_places, len(pairs), 2), np.int64)
    for item, (counting, among) in enumerate(pairs):
        for side, mask in enumerate((counting & among, among)):
            out[:, item, side] = np.bincount(c.place[mask], minlength=model.start.n_places)
    return out


def test_the_counts_are_those_of_a_plain_recount_in_both_kinds_of_arm(start: Start) -> None:
    for arm in (baseline(), with_subsidies(subsidy(places="both", employer_take_up=1.0, participant_take_up=1.0))):
        model = run(model_of(start, arm=arm, months=14), 14)
        assert arm.name == "baseline" or (model.columns.programme > 0).any()
        assert np.array_equal(counts_of(model, BY, model.month - 1), recounted(model, BY, model.month - 1))
        model.release()


def test_the_line_is_the_share_of_the_median_over_residents(start: Start) -> None:
    model = run(model_of(start, months=2), 2)
    incomes = np.sort(recounted_income(model, 150))
    assert line_of(model, 150, 0.6) == round(0.6 * int(incomes[(len(incomes) - 1) // 2]))
    assert line_of(model, 150, 1.0) > line_of(model, 150, 0.6) > 0


def test_looking_changes_nothing_and_lanes_do_not_matter(start: Start) -> None:
    found = []
    for threads, block in ((1, 16384), (2, 1024)):
        model = run(model_of(start, months=3, threads=threads, block=block), 3)
        before = state_of(model)
        card = Scorecard.begun(model)
        assert_same(state_of(model), before)
        found.append(card.scores())
        model.release()
    assert np.array_equal(found[0].counts, found[1].counts)
    assert found[0].line_pence == found[1].line_pence


def test_a_run_that_nobody_looks_at_is_the_same_to_the_byte(
    start: Start, outputs: tuple[RunOutput, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Scorecard, "observe", lambda self, model: None)
    arms = baseline(4, 27), with_subsidies(subsidy(), policy_month=4, months=27)
    for seen, unseen in zip(outputs, simulate(start, arms, seed=5, hashing=True), strict=True):
        assert np.array_equal(seen.state_hash, unseen.state_hash)
        assert np.array_equal(seen.ledger, unseen.ledger)


def test_snapshots_stand_before_the_policy_and_after_every_full_year(outputs: tuple[RunOutput, ...]) -> None:
    for output in outputs:
        assert output.scores is not None
        assert output.scores.months.tolist() == [3, 15, 27]
        assert output.scores.counts.shape == (3, 3, len(SCORE_ITEMS), 2)
    base, policy = outputs[0].scores, outputs[1].scores
    assert base is not None
    assert policy is not None
    assert np.array_equal(base.counts[0], policy.counts[0])
    assert not np.array_equal(base.counts[1], policy.counts[1])
    assert base.line_pence == policy.line_pence


def test_who_counts_is_among_those_counted_and_counts_agree_with_the_stocks(outputs: tuple[RunOutput, ...]) -> None:
    for output in outputs:
        assert output.scores is not None
        counts = dict(zip(SCORE_ITEMS, np.moveaxis(output.scores.counts, 2, 0), strict=True))
        stocks = output.stocks[output.scores.months - output.months[0]]
        for pair in counts.values():
            assert (pair >= 0).all()
            assert (pair[..., 0] <= pair[..., 1]).all()
        works = stocks[..., list(IN_WORK)].sum(axis=(2, 3, 4, 6))
        everybody = stocks.sum(axis=(2, 3, 4, 6))
        for item, health in (("employed_others", 0), ("employed_disabled", 1)):
            assert np.array_equal(counts[item][..., 0], works[..., health])
            assert np.array_equal(counts[item][..., 1], everybody[..., health])
        young = stocks[:, :, :3].sum(axis=(2, 3, 4, 5))
        assert np.array_equal(counts["neet"][..., 1], young.sum(axis=-1))
        idle = young[..., [s for s in State if s not in (*IN_WORK, State.STUDENT)]].sum(axis=-1)
        assert np.array_equal(counts["neet"][..., 0], idle)
        sick = stocks[..., State.LONG_TERM_SICK].sum(axis=(2, 3, 4, 5))
        assert np.array_equal(counts["long_term_sick"][..., 0], sick)
        assert np.array_equal(counts["low_income"][..., 1], everybody.sum(axis=-1))
        assert np.array_equal(counts["secure_living_wage"][..., 1], works.sum(axis=-1))


def test_a_hand_counted_place(start: Start) -> None:
    model = model_of(start, months=1)
    c, firms = model.columns, model.firms
    firms.kind[:2] = EmployerKind.ENTERPRISE, EmployerKind.SELF_EMPLOYMENT
    c.place[:], c.severity[:], c.conditions[:], c.partner[:], c.award[:], c.gross[:] = 1, 0, 0, -1, 0, 0
    c.state[:], c.birth[:], c.programme[:], c.insecure[:] = State.RETIRED, -62 * 12, 0, 0
    six = slice(0, 6)
    c.place[six] = 0
    c.birth[six] = [-20 * 12, -24 * 12 - 11, -25 * 12, -40 * 12, -30 * 12, -17 * 12]
    c.state[six] = [
        State.UNEMPLOYED, State.STUDENT, State.EMPLOYED, State.ABSENT, State.EMPLOYED, State.LONG_TERM_SICK
    ]  # fmt: skip
    c.severity[six], c.conditions[six] = [1, 0, 0, 2, 0, 3], [0, LEARNING, LEARNING, 0, 0, LEARNING | 1]
    c.employer[six], c.pay[six] = [-1, -1, 0, 0, 1, -1], [0, 0, 1300, 1299, 2000, 0]
    c.partner[2], c.partner[3] = 3, 2
    c.gross[2], c.gross_kind[2] = 90_000, 1  # below every threshold of tax, so net is gross
    c.award[5] = 70_000
    counts = dict(zip(SCORE_ITEMS, counts_of(model, Standards(1300, 65_000, 150), 0)[0].tolist(), strict=True))
    assert counts == {
        "employed_disabled": [1, 3],
        "employed_others": [2, 3],
        "neet": [2, 3],
        "employed_learning_disability": [1, 3],
        "secure_living_wage": [1, 3],  # one pence short and working for oneself do not count
        "long_term_sick": [1, 6],
        "low_income": [5, 6],  # the couple has 60,000 a head's needs, the sick resident 70,000
    }


def test_the_wage_is_that_of_the_year_and_of_the_nearest_one_held() -> None:
    held = {year: {"scorecard": {"year": year}} for year in rules()}
    assert [rules_at(held, month)["year"] for month in (0, 3, 14, 15, 99)] == [
        "2025/26", "2025/26", "2025/26", "2026/27", "2026/27"
    ]  # fmt: skip
