"""Money that binds services: what is conserved, who is paid for, regimes (`verification.md`, 14, 16, 22, 49 to 51)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from scenarios.arm import ArmSpec
from scenarios.eligibility import Compare
from scenarios.fund_specs import ALLOCATORS, CONSTRAINTS, FundSpec
from simulation.doors import READERS
from simulation.funding import allocators
from simulation.funding.allocators import LAG, Data
from simulation.funding.bonds import rule_of
from simulation.funding.planning import Problem, solve
from simulation.ledger import LINE_INDEX
from simulation.model import RegionModel
from simulation.output import SERVICE_ITEMS
from simulation.run import simulate
from tests.funds import ALL, FREE, FUND_ITEM, check_money, fund, funded
from tests.services import EASY_DOORS, OUT_OF_WORK, service, with_services
from tests.worlds import UNEMPLOYED, arrays_of, assert_same, model_of, run, start_of, state_of, world

ITEM = {name: i for i, name in enumerate(SERVICE_ITEMS)}
MONTHS = 30
RUNS = sorted(set(ALLOCATORS) - {"hindsight"})
EACH = pytest.mark.parametrize("allocator", RUNS)
WAITS = {"attrition_waiting": 0.1, "drop_out": 0.05}
YOUNG = Compare("age_years", "below", (35,), ("35",))


def people() -> ArmSpec:
    """Return an arm with services that hold more people than their money pays for."""
    return with_services(
        service("a-jobs", UNEMPLOYED, capacity=40, effects=WAITS, start_pence=50_000, month_pence=9_999),
        service("b-all", OUT_OF_WORK, capacity=60, effects=WAITS, start_pence=30_001, priority=3, length_months=4.0),
        service("c-paid-by-result", OUT_OF_WORK, capacity=20, month_pence=3_333, outcome_pence=77_777),
        service("d-free", OUT_OF_WORK, capacity=5, place_ids=(0,)),
        policy_month=0,
        months=MONTHS,
    )


def pots(scale: float = 1.0) -> tuple[FundSpec, ...]:
    """Return funds that bind in every way there is."""
    return (
        fund("one-place", 6_000 * scale, programmes=("a-jobs", "b-all"), place_ids=(0,), lapses=True),
        fund("inactive", 9_000 * scale, programmes=("b-all",), state_ids=(3, 4, 5, 6, 7), kind="nhs",
             opens=((0, 10), (16, 48))),
        fund("lines", 20_000 * scale, programmes=("a-jobs", "b-all", "c-paid-by-result"), virement=0.1, lapses=True,
             lines=(("a-jobs", 0.6), ("b-all", 0.1), ("c-paid-by-result", 0.3)), kind="national_government"),
        fund("young", 4_000 * scale, rule=YOUNG, match=0.4, administration=0.05, bid_pence=12_345),
    )  # fmt: skip


def start() -> Any:
    """Return a start in which more people come to doors than services hold."""
    return start_of(world(1500), wellbeing__on_programme=0.0, **EASY_DOORS)


def ran(arm: ArmSpec, months: int = MONTHS, check: Callable[[RegionModel, int], None] | None = None) -> RegionModel:
    """Return the model of an arm after some months, looked at after each."""
    model = model_of(start(), arm, months=MONTHS)
    for month in range(months):
        model.step()
        if check is not None:
            check(model, month)
    return model


def starts_of(model: RegionModel) -> int:
    """Return starts with services that cost money."""
    return int(model.rows.services[:, :3, :, ITEM["started"]].sum())


def items_of(model: RegionModel) -> np.ndarray:
    """Return pence by fund and item, all months together."""
    return model.services.money.output.items.sum(axis=0)


@EACH
@pytest.mark.parametrize("constraints", [ALL, FREE, ALL - {"lapse", "cycle"}], ids=["ring-fenced", "flexible", "part"])
def test_no_penny_is_lost_or_made(allocator: str, constraints: frozenset[str]) -> None:
    model = ran(funded(people(), *pots(), allocator=allocator, constraints=constraints), check=check_money)
    sums = items_of(model)
    assert (sums[:, FUND_ITEM["paid"]] > 0).all()
    assert sums[:, FUND_ITEM["lapsed"]].any() == ("lapse" in constraints)
    # every penny paid is on the ledger, under the account of the kind of fund; the rest is what services cost before
    paid = dict(zip(model.services.money.output.names, sums[:, FUND_ITEM["paid"]].tolist(), strict=True))
    ledger = model.rows.ledger.sum(axis=(0, 1))
    for line, names in (
        ("service_NHS", ["inactive"]),
        ("service_DWP", ["lines"]),
        ("service_local_authorities", ["one-place", "young"]),
    ):
        assert ledger[LINE_INDEX[line]] == sum(paid[name] for name in names)
    assert ledger[LINE_INDEX["service_other_funders"]] == 0


def test_a_fund_pays_only_for_whom_its_bonds_allow_and_never_in_a_gap() -> None:
    arm = funded(people(), *pots())
    model = model_of(start(), arm, months=MONTHS)
    money, seen = model.services.money, [0] * 4
    for month in range(MONTHS):
        before = model.services.live.number
        model.step()
        live = model.services.live
        new = np.flatnonzero((live.since == month) & ~np.isin(live.number, before[:0]))
        for f, one in enumerate(money.funds):
            mine = new[live.fund[new] == f]
            seen[f] += mine.size
            if not mine.size:
                continue
            assert any(first <= month < end for first, end in one.opens)
            names = {model.services.names[s] for s in live.service[mine].tolist()}
            assert one.programmes is None or names <= set(one.programmes)
            if one.place_ids is not None:
                assert np.isin(model.columns.place[live.row[mine]], one.place_ids).all()
            assert (live.group[mine] >= 0).all()
    assert min(seen) > 0


def test_the_rules_of_a_fund_hold_at_every_start() -> None:
    """Rules are read when the offer is made, so they are checked against the columns as they stood then."""
    model = model_of(start(), funded(people(), *pots()), months=MONTHS)
    money, offer, checked = model.services.money, model.services.money.offer, 0

    def looked(m: RegionModel, live: Any, waiting: Any, places: Any, until: int) -> None:
        nonlocal checked
        offer(m, live, waiting, places, until)
        for f, one in enumerate(money.funds):
            rule, rows = rule_of(one), live.row[waiting[live.fund[waiting] == f]]
            if rule is not None and rows.size:
                assert rule.mask({name: READERS[name](m.columns, rows, m.month) for name in rule.columns()}).all()
                checked += rows.size

    money.offer = looked
    run(model, MONTHS)
    assert checked > 50


@EACH
def test_rings_that_bind_nobody_make_no_difference_to_the_byte(allocator: str) -> None:
    def wide(**bonds: Any) -> FundSpec:
        return fund("rich", 10**8, kind="local_authority", **bonds)

    everywhere = {
        "programmes": ("a-jobs", "b-all", "c-paid-by-result"), "place_ids": (0, 1, 2), "state_ids": tuple(range(8)),
        "rule": Compare("age_years", "at_least", (0,), ("0",)), "virement": 1.0, "lapses": True,
        "lines": (("a-jobs", 0.4), ("b-all", 0.3), ("c-paid-by-result", 0.3)),
    }  # fmt: skip
    arms = [funded(people(), wide(**everywhere), allocator=allocator, constraints=c) for c in (ALL, FREE)]
    ring_fenced, flexible = (ran(arm) for arm in arms)
    assert starts_of(flexible) > 200
    assert_same(state_of(ring_fenced), state_of(flexible))
    for name in ("services", "ledger", "stocks", "service_places"):
        assert np.array_equal(getattr(ring_fenced.rows, name), getattr(flexible.rows, name)), name


def test_amounts_are_the_same_under_every_regime() -> None:
    granted = []
    for dropped in (set(), {"cycle"}, {"lapse"}, {"programme", "place"}, set(CONSTRAINTS)):
        model = ran(funded(people(), *pots(), constraints=ALL - dropped))
        granted.append(model.services.money.output.items[:, :, FUND_ITEM["granted"]])
    assert all(np.array_equal(granted[0], other) for other in granted[1:])
    assert granted[0].sum() == sum(pence for pot in pots() for month, pence in pot.amounts if month < MONTHS)


@EACH
def test_without_money_nobody_starts_what_costs_money(allocator: str) -> None:
    model = ran(funded(people(), *pots(0.0), allocator=allocator, constraints=FREE))
    assert starts_of(model) == 0
    assert model.rows.services[:, 3, :, ITEM["started"]].sum() > 0
    assert model.services.money.output.no_money.sum() > 100


@EACH
@pytest.mark.parametrize("constraints", [ALL, FREE], ids=["ring-fenced", "flexible"])
@pytest.mark.parametrize("scale", [0.5, 1.0])
def test_twice_the_money_gives_no_fewer_starts_and_costs_no_more_than_twice(
    allocator: str, constraints: frozenset[str], scale: float
) -> None:
    """Compared at a year's end: within the year a purse may run ahead of its even pace by less than a start."""
    once, twice = (
        ran(funded(people(), *pots(times * scale), allocator=allocator, constraints=constraints), months=24)
        for times in (1, 2)
    )
    assert starts_of(twice) >= starts_of(once) > 0
    spent = [
        items_of(m)[:, [FUND_ITEM["promised"], FUND_ITEM["returned"]]].sum(axis=0) @ (1, -1) for m in (once, twice)
    ]
    indivisible = int(once.services.money.cost.max()) * len(pots())  # less than a start may stay in each purse
    assert spent[0] <= spent[1] <= 2 * (spent[0] + indivisible)


def test_money_of_a_year_is_never_promised_beyond_the_lines_and_virement() -> None:
    model = model_of(start(), funded(people(), *pots()), months=MONTHS)
    for _ in range(MONTHS):
        model.step()
        money = model.services.money
        over = np.maximum(money.purses.spent - money.terms.line, 0).sum(axis=1)
        assert (over <= money.terms.beyond).all()


def test_staff_leave_in_a_gap_and_come_back() -> None:
    gap = fund("gap", 50_000, programmes=("a-jobs",), opens=((0, 10), (18, 48)))
    other = fund("other", 50_000, programmes=("b-all", "c-paid-by-result"))
    model = ran(funded(people(), gap, other, leave=0.5, ramp_months=4))
    places, started = model.rows.service_places[:, 0], model.rows.services[:, 0, :, ITEM["started"]].sum(axis=1)
    assert (places[:10] == 40).all()
    assert places[10:13].tolist() == [20, 10, 5]
    assert (np.diff(places[10:18]) <= 0).all()
    assert not started[10:18].any()
    assert started[:10].sum() > 0
    assert started[19:].sum() > 0
    assert (np.diff(places[17:23]) >= 0).all()
    assert places[22:].max() == 40
    assert model.services.money.output.no_money[12, 0].sum() > 0
    assert (model.rows.service_places[:, 1] == 60).all()


def test_clients_of_the_months_before_are_paid_as_before() -> None:
    before = replace(people(), name="before", policy_month=6)
    after = replace(funded(people(), *pots(0.0)), name="after", policy_month=6, months=24)
    base, cut = simulate(start(), (replace(before, months=24), after), seed=3)
    line = LINE_INDEX["service_other_funders"]
    assert np.array_equal(base.ledger[:6], cut.ledger[:6])
    assert cut.ledger[6, :, line].sum() > 0
    assert cut.ledger[-1, :, line].sum() == 0
    assert cut.services[6:, :3, :, ITEM["started"]].sum() == 0


@EACH
def test_data_after_the_lag_cannot_move_a_plan(allocator: str) -> None:
    model = ran(funded(people(), *pots(), allocator=allocator, constraints=FREE), months=18)
    money, rng = model.services.money, np.random.default_rng(1)
    kept: list[Any] = []
    plan = allocators.ALLOCATORS[allocator]

    def caught(s: Any) -> Any:
        kept.append(s)
        return plan(s)

    money.allocator = caught
    model.step()
    situation = kept[0]
    t = situation.t
    whole = money.data
    scrambled = Data(*(rng.integers(0, 50, column.shape) for column in (whole.started, whole.jobs, whole.waiting)))
    for mine, theirs in zip(vars(scrambled).values(), vars(whole).values(), strict=True):
        mine[: t - LAG + 1] = theirs[: t - LAG + 1]
    first, second = plan(situation), plan(situation._replace(data=scrambled.before(t)))
    for a, b in ((first.rank, second.rank), (first.credit, second.credit)):
        assert (a is None and b is None) or np.array_equal(a, b)
    other = plan(situation._replace(data=scrambled))
    differs = [
        x is not None and not np.array_equal(x, y) for x, y in ((first.rank, other.rank), (first.credit, other.credit))
    ]
    assert any(differs) or allocator == "first_come" or (allocator == "linear_program" and t % 3)


@pytest.mark.parametrize("seed", range(60))
def test_a_plan_with_fewer_bonds_never_promises_fewer_jobs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    funds, services, per = int(rng.integers(1, 5)), int(rng.integers(1, 6)), int(rng.integers(1, 7))
    cells = services * per
    ring = rng.random((funds, cells)) < 0.5
    money = rng.uniform(0, 5e6, funds)
    tight = Problem(
        value=rng.random(cells), demand=rng.uniform(0, 30, cells), service=np.repeat(np.arange(services), per),
        programme=np.arange(services), may_pay=ring, cost=rng.uniform(1e4, 1e6, services),
        seats=rng.uniform(0, 60, services), money=money, line_room=rng.uniform(0, 2e6, (funds, services)),
        beyond_room=money * rng.random(funds),
    )  # fmt: skip
    loose = replace(tight, may_pay=ring | (rng.random(ring.shape) < 0.5))
    free = replace(tight, may_pay=np.ones_like(ring), beyond_room=money)
    starts, jobs = solve(tight)
    assert jobs <= solve(loose)[1] + 1e-6
    assert solve(loose)[1] <= solve(free)[1] + 1e-6
    spent = starts * tight.cost[tight.service]
    assert (starts.sum(axis=0) <= tight.demand + 1e-6).all()
    assert (spent.sum(axis=1) <= money + 1.0).all()
    assert not starts[~ring].any()
    assert jobs == pytest.approx((starts.sum(axis=0) * tight.value).sum(), abs=1e-6)


def test_threads_change_nothing_and_salabim_starts_the_same_clients() -> None:
    arm = funded(people(), *pots(), allocator="proportional")
    one, two = ran(arm), model_of(start(), arm, months=MONTHS, threads=2)
    run(two, MONTHS)
    assert_same(state_of(one), state_of(two))
    queue = replace(arm, services=replace(arm.services, delivery="queue"))
    by_client = model_of(start(), queue, months=MONTHS)
    run(by_client, 15)
    array = run(model_of(start(), arm, months=MONTHS), 15)
    assert_same(state_of(array), state_of(by_client))
    assert np.array_equal(array.services.money.output.items, by_client.services.money.output.items)


def test_paired_arms_share_their_history_and_differ_by_their_bonds_only() -> None:
    arms = [
        replace(funded(people(), *pots(), constraints=c), name=name, policy_month=0, months=MONTHS)
        for name, c in (("ring-fenced", ALL), ("again", ALL), ("flexible", FREE))
    ]
    ring_fenced, again, flexible = simulate(start(), tuple(arms), seed=2)
    assert_same(arrays_of(ring_fenced), arrays_of(again))
    assert ring_fenced.funding is not None
    assert np.array_equal(ring_fenced.funding.items, again.funding.items)
    assert flexible.funding.starts.sum() > ring_fenced.funding.starts.sum()


def test_divided_money_is_whole_and_in_proportion() -> None:
    rng = np.random.default_rng(3)
    pence, weights = rng.integers(-5, 10**9, 20), rng.random((20, 500)) * (rng.random((20, 500)) < 0.4)
    out = allocators.divided(pence, weights)
    assert np.array_equal(out.sum(axis=1), np.maximum(pence, 0))
    assert (out >= 0).all()
    assert not out[weights == 0].any()
    share = weights / weights.sum(axis=1, keepdims=True)
    assert np.abs(out - share * np.maximum(pence, 0)[:, None]).max() <= 1.0


@pytest.mark.parametrize("seed", range(5))
def test_the_first_plan_of_a_region_never_promises_less_with_a_bond_less(seed: int) -> None:
    order = np.random.default_rng(seed).permutation(sorted(CONSTRAINTS)).tolist()
    promised = []
    for n in range(len(order) + 1):
        arm = funded(people(), *pots(0.3), constraints=ALL - set(order[:n]), allocator="linear_program")
        model = run(model_of(start(), arm, months=MONTHS, seed=seed), 1)
        promised.append(model.services.money.output.planned[0])
    assert (np.diff(promised) >= -1e-6).all()
    assert promised[-1] > promised[0] > 0
