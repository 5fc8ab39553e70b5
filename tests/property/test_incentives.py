"""Incentives to employers: who joins, that each effect has its direction and nobody else's, and what is paid."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.arm import ArmSpec
from scenarios.incentive_specs import IncentiveSpec
from scenarios.vocabulary import State
from simulation.columns import firms_of
from simulation.incentives import joined, may_join
from simulation.ledger import INCENTIVE_LINES, LINE_INDEX
from simulation.model import RegionModel
from simulation.output import INCENTIVE_ITEMS
from simulation.processes.employer_offers import EmployerOfferParameters, share_that_joins
from simulation.run import simulate
from tests.worlds import NO_HIRING, arrays_of, assert_same, baseline, model_of, run, start_of, state_of, world

NONE = {
    "adjusted_absence": 1.0, "adjusted_sick_exit": 1.0, "adjusted_job_loss": 1.0, "adjusted_return": 1.0,
    "adjusted_health_penalty": 1.0, "flexible_sick_leaving": 1.0, "flexible_carer_leaving": 1.0,
    "flexible_refusal": 1.0,
}  # fmt: skip
CHILDCARE, CARER = 2, 4
FIRMS = firms_of(world(60, 200).employers, 0)
STRONG = {"adjusted_absence": 0.3, "adjusted_sick_exit": 0.3, "adjusted_job_loss": 0.3, "adjusted_return": 2.0}


def incentive(name: str = "adjusting", offers: str = "adjustments", **changes: Any) -> IncentiveSpec:
    """Return an incentive that every employer of the region joins from the first month on, for £40.25 a month."""
    terms: dict[str, Any] = {
        "title": name, "payer": "combined_authority", "pence_per_month": 4025, "take_up": 1.0, "start_month": 0,
        "end_month": 1000, "kind_ids": (0, 1),
    }  # fmt: skip
    return IncentiveSpec(name=name, offers=offers, **{**terms, **changes})


def arm(*incentives: IncentiveSpec, **changes: Any) -> ArmSpec:
    """Return an arm with incentives."""
    return baseline(**{"name": "policy", "employers": incentives, **changes})


def parameters(effects: dict[str, float], **changes: Any) -> dict[str, Any]:
    """Return a start's changes under which offers do just this."""
    return {f"employer_offers__{name}": value for name, value in {**NONE, **effects}.items()} | changes


def concerned(model: RegionModel, offers: str) -> np.ndarray:
    """Return which residents in work an offer concerns, counted from the columns alone, shape (residents,)."""
    c = model.columns
    needs = c.declared > 0
    if offers == "flexible_hours":
        needs = needs | (c.barriers & CHILDCARE > 0) | (c.cohort & CARER > 0)
    return (c.state <= State.ABSENT) & needs


def takes_part(model: RegionModel, k: int = 0) -> np.ndarray:
    """Return which residents in work have an employer who joined the incentive, shape (residents,)."""
    c = model.columns
    return (c.state <= State.ABSENT) & model.incentives.joins[k][c.employer]


# ------------------------------------------------------------------ nothing for nothing
def test_incentives_that_nobody_joins_change_not_one_byte() -> None:
    start = start_of(world(800), **parameters(STRONG))
    nobody = arm(incentive(take_up=0.0), incentive("hours", "flexible_hours", take_up=0.0))
    base, policy = simulate(start, (baseline(), nobody), seed=5, hashing=True)
    assert not policy.incentives.any()
    assert_same(arrays_of(base), {k: v for k, v in arrays_of(policy).items() if k != "incentives"})


@pytest.mark.parametrize("null", [{"place_ids": ()}, {"sector_ids": ()}, {"size_at_most": 0}, {"start_month": 500}])
def test_incentives_for_no_employer_change_not_one_byte(null: dict[str, Any]) -> None:
    start = start_of(world(400), **parameters(STRONG))
    base, policy = simulate(start, (baseline(), arm(incentive(**null))), seed=5, hashing=True)
    assert_same(arrays_of(base), {k: v for k, v in arrays_of(policy).items() if k != "incentives"})


def test_offers_without_effect_move_nobody_and_only_money() -> None:
    start = start_of(world(1000), **parameters({}))
    both = arm(incentive(), incentive("hours", "flexible_hours", payer="local_authorities"))
    none, paid = run(model_of(start, baseline(), months=12), 12), run(model_of(start, both, months=12), 12)
    assert_same(state_of(none), state_of(paid))
    lines = np.flatnonzero((none.rows.ledger != paid.rows.ledger).any(axis=(0, 1)))
    assert set(lines) == {LINE_INDEX["local_subsidy_incentive"], LINE_INDEX["council_subsidy_incentive"]}


def test_the_months_before_the_policy_are_the_baseline_s() -> None:
    start = start_of(world(800), **parameters(STRONG))
    base, policy = simulate(start, (baseline(4, 8), arm(incentive(), policy_month=4, months=8)), seed=2, hashing=True)
    assert np.array_equal(base.state_hash[:4], policy.state_hash[:4])
    assert not policy.incentives[:4].any() and policy.incentives[4:, 0].any(axis=(1, 2)).all()
    assert base.incentives is None


# ------------------------------------------------------------------ who joins
@given(low=st.floats(0, 1), high=st.floats(0, 1), root=st.integers(0, 2**64 - 1))
@settings(max_examples=30)
def test_a_higher_take_up_only_adds_employers(low: float, high: float, root: int) -> None:
    few, many = (joined(FIRMS, incentive(), share, root) for share in sorted((low, high)))
    assert not (few & ~many).any()


@given(pence=st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), base=st.floats(0, 1), slope=st.floats(0, 1))
def test_a_higher_payment_joins_no_fewer(pence: tuple[int, int], base: float, slope: float) -> None:
    p = EmployerOfferParameters(take_up=base, take_up_per_100_pounds=slope, **NONE)
    few, many = (share_that_joins(amount, p) for amount in sorted(pence))
    assert 0 <= few <= many <= 1
    assert share_that_joins(0, p) == base


def test_only_the_employers_it_is_for_join() -> None:
    firms = start_of(world(300, 80)).firms
    spec = incentive(kind_ids=(0,), place_ids=(0, 2), sector_ids=tuple(range(9)), size_at_least=2, size_at_most=12)
    found = may_join(firms, spec)
    inside = (firms.kind == 0) & np.isin(firms.area, (0, 2)) & (firms.sector < 9) & (firms.size >= 2)
    assert np.array_equal(found, inside & (firms.size <= 12)) and found.any()
    assert not may_join(firms, incentive())[firms.kind > 1].any()


def test_the_share_that_joins_is_the_take_up() -> None:
    firms = start_of(world(100, 40)).firms
    many = firms._replace(**{name: np.tile(getattr(firms, name), 500) for name in ("area", "sector", "kind", "size")})
    share, n = joined(many, incentive(), 0.3, 7).sum() / may_join(many, incentive()).sum(), may_join(many, incentive())
    assert abs(share - 0.3) < 4 * (0.3 * 0.7 / n.sum()) ** 0.5


# ------------------------------------------------------------------ what offers do
def one_month(effects: dict[str, float], offers: str = "adjustments") -> tuple[RegionModel, ...]:
    """Return models one month later, without and with the offer, where nobody is hired; and how they began."""
    many = world(20_000, 1000)
    many.residents.declared[:] = many.residents.diagnosed[:] = many.residents.conditions
    start = start_of(many, **parameters(effects, **NO_HIRING))
    arms = baseline(), arm(incentive(offers=offers, take_up=0.7))
    return (model_of(start, arms[1]), *(run(model_of(start, one), 1) for one in arms))


def moved(before: RegionModel, after: RegionModel, origin: State, *states: State) -> np.ndarray:
    same = before.columns.id == after.columns.id
    return same & (before.columns.state == origin) & np.isin(after.columns.state, states)


@pytest.mark.parametrize(
    ("effect", "offers", "origin", "destinations"),
    [
        ("adjusted_absence", "adjustments", State.EMPLOYED, (State.ABSENT,)),
        ("adjusted_sick_exit", "adjustments", State.ABSENT, (State.LONG_TERM_SICK,)),
        ("adjusted_job_loss", "adjustments", State.EMPLOYED, (State.UNEMPLOYED,)),
        ("flexible_sick_leaving", "flexible_hours", State.EMPLOYED, (State.UNEMPLOYED,)),
        ("flexible_carer_leaving", "flexible_hours", State.EMPLOYED, (State.UNEMPLOYED, State.CARING)),
    ],
)
def test_an_offer_only_spares_those_whom_it_concerns(
    effect: str, offers: str, origin: State, destinations: tuple[State, ...]
) -> None:
    before, without, with_ = one_month({effect: 0.0}, offers)
    left, still = (moved(before, after, origin, *destinations) for after in (without, with_))
    spared = left & ~still
    assert spared.any() and not (still & ~left).any()
    joins = takes_part(before)
    assert (concerned(before, offers) & joins)[spared].all()
    if effect != "flexible_carer_leaving":  # conditions declared in this very month are known only afterwards
        assert not (still & joins & (before.columns.declared > 0)).any()
    differ = (without.columns.state != with_.columns.state) | (without.columns.employer != with_.columns.employer)
    assert (concerned(before, offers) & joins)[differ].all()


def test_adjustments_only_add_returns_to_work() -> None:
    before, without, with_ = one_month({"adjusted_return": 2.0})
    back, more = (moved(before, after, State.ABSENT, State.EMPLOYED) for after in (without, with_))
    assert not (back & ~more).any() and (more & ~back).any()
    assert (concerned(before, "adjustments") & takes_part(before))[more & ~back].all()


@pytest.mark.parametrize(
    ("effect", "offers"), [("adjusted_health_penalty", "adjustments"), ("flexible_refusal", "flexible_hours")]
)
def test_offers_only_add_applications_of_those_whom_they_concern(effect: str, offers: str) -> None:
    terms = parameters({effect: 0.0}, employer_choice__childcare_refusal=0.9)
    start = start_of(world(4000, 200, vacancies=0.2), **terms)
    sent = []
    for one in (baseline(), arm(incentive(offers=offers))):
        model = run(model_of(start, one), 1)
        n = model.n_seekers
        sent.append((model.lists.seeker[:n].copy(), model.matching.applications[:n].copy()))
    (seekers, few), (same, many) = sent
    assert np.array_equal(seekers, same)
    more, c = many > few, start.columns
    assert more.any() and not (many < few).any()
    needs = c.declared > 0 if offers == "adjustments" else c.barriers & CHILDCARE > 0
    assert needs[seekers[more]].mean() > 0.95  # the rest declared a condition in this very month


def test_more_people_with_conditions_stay_in_work_in_the_long_run() -> None:
    start = start_of(world(6000, 300), **parameters(STRONG))
    base, policy = simulate(start, (baseline(0, 36), arm(incentive(), policy_month=0, months=36)), seed=3)
    limited = [output.stocks[-1, :, :, :, :, 1, :2].sum() for output in (base, policy)]
    assert limited[1] > limited[0] * 1.01


# ------------------------------------------------------------------ money and months
def test_the_bill_is_the_payment_for_everyone_concerned_to_the_penny() -> None:
    start = start_of(world(2000), **parameters(STRONG | {"flexible_sick_leaving": 0.5}))
    specs = (
        incentive("a", take_up=0.5, payer="DWP", end_month=7),
        incentive("b", "flexible_hours", take_up=0.7, start_month=3, pence_per_month=1999),
    )
    model = model_of(start, arm(*specs), months=12)
    for month in range(12):
        model.step()
        for k, spec in enumerate(specs):
            is_open = spec.start_month <= month < spec.end_month
            who = concerned(model, spec.offers) & takes_part(model, k) if is_open else np.zeros(model.start.n, bool)
            by_place = np.bincount(model.columns.place[who], minlength=3)
            line = LINE_INDEX[INCENTIVE_LINES[spec.payer]]
            assert np.array_equal(model.rows.ledger[month, :, line], by_place * spec.pence_per_month)
            assert np.array_equal(model.rows.incentives[month, k, :, INCENTIVE_ITEMS.index("workers")], by_place)
            n_joined = model.rows.incentives[month, k, :, INCENTIVE_ITEMS.index("employers")].sum()
            assert n_joined == (model.incentives.joins[k].sum() if is_open else 0)
            assert who.any() == is_open


def test_the_order_of_incentives_does_not_matter() -> None:
    start = start_of(world(1500), **parameters(STRONG | {"flexible_carer_leaving": 0.3}))
    specs = incentive("a", take_up=0.5), incentive("b", "flexible_hours", take_up=0.4)
    a, b = (run(model_of(start, arm(*order), months=12), 12) for order in (specs, specs[::-1]))
    assert_same(state_of(a), state_of(b))
    assert np.array_equal(a.rows.ledger, b.rows.ledger)
    assert np.array_equal(a.rows.incentives, b.rows.incentives[:, ::-1])


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_and_blocks_change_nothing(threads: int) -> None:
    start = start_of(world(1500), **parameters(STRONG | {"flexible_carer_leaving": 0.3}))
    both = arm(incentive(take_up=0.6), incentive("hours", "flexible_hours", take_up=0.6))
    one = run(model_of(start, both, months=12), 12)
    more = run(model_of(start, both, months=12, threads=threads, block=1024), 12)
    assert_same(state_of(one), state_of(more))
    assert np.array_equal(one.rows.incentives, more.rows.incentives)
    assert np.array_equal(one.rows.ledger, more.rows.ledger)


def test_the_evidence_decides_where_no_take_up_is_said() -> None:
    start = start_of(world(300, 80), **parameters({"take_up": 0.0}))
    assert not model_of(start, arm(incentive(take_up=None))).incentives.joins.any()
    start = start_of(world(300, 80), **parameters({"take_up": 1.0}))
    everybody = model_of(start, arm(incentive(take_up=None))).incentives.joins[0]
    assert np.array_equal(everybody, may_join(start.firms, incentive()))


def test_a_share_above_one_is_refused() -> None:
    start = start_of(world(200), **parameters({"adjusted_absence": 1.2}))
    with pytest.raises(ValueError, match="may be 1 at most"):
        model_of(start, arm(replace(incentive(), take_up=0.5)))
