"""The money of a scenario: what the engine is given under each regime, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from scenarios.arm import arm
from scenarios.errors import ScenarioError
from scenarios.fund_specs import CONSTRAINTS, FundingSpec, FundSpec, in_force
from scenarios.funding import changed_numbers, check_equal_totals, english, funding_numbers
from scenarios.funds import load_funds
from scenarios.programme_words import FUNDER_KINDS
from scenarios.region_names import funding_defaults
from scenarios.render import difference, to_yaml
from scenarios.resolve import baseline_of, resolve
from tests.unit.scenarios.conftest import Refused, Write

START, END = 15, 75
REGIME = {"funding.regime": "ring-fenced"}


def funding(name: Any = "ring-fenced", overrides: Mapping[str, str] | None = None) -> FundingSpec:
    found = arm(resolve(name, overrides)).funding
    assert found is not None
    return found


def of(spec: FundingSpec, name: str) -> FundSpec:
    return next(each for each in spec.funds if each.name == name)


def test_the_arms_differ_in_their_constraints_and_in_nothing_else() -> None:
    ringed, free = arm(resolve("ring-fenced")), arm(resolve("flexible"))
    assert ringed.funding is not None and free.funding is not None
    assert ringed.funding.constraints == frozenset(CONSTRAINTS) and free.funding.constraints == frozenset()
    assert replace(free.funding, constraints=ringed.funding.constraints) == ringed.funding
    assert replace(free, name=ringed.name, funding=ringed.funding) == ringed
    changes = difference(resolve("ring-fenced"), resolve("flexible"))
    assert [change.key for change in changes] == ["funding.regime"]
    assert [c.key for c in difference(resolve("services-today"), resolve("ring-fenced"))] == ["funding.regime"]
    assert baseline_of(resolve("flexible")).scenario == resolve("ring-fenced").scenario


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_a_step_between_drops_one_bond(name: str) -> None:
    found = resolve("ring-fenced", {"funding.drop": f"[{name}]"})
    spec, whole = funding("ring-fenced", {"funding.drop": f"[{name}]"}), funding()
    assert spec.constraints == frozenset(CONSTRAINTS) - {name}
    assert spec.funds == whole.funds
    base = arm(baseline_of(found)).funding
    assert base == whole
    check_equal_totals(spec, base)


def test_funds_are_whole_and_in_order() -> None:
    spec = funding()
    assert [each.name for each in spec.funds] == sorted(each.slug for each in load_funds("cheshire-merseyside"))
    for each in spec.funds:
        assert each.kind in FUNDER_KINDS
        assert [month for month, _ in each.amounts] == [START, 27, 39, 51, 63]
        assert all(isinstance(pence, int) and pence >= 0 for _, pence in each.amounts)
        assert sum(share for _, share in each.lines) == pytest.approx(1)
        assert all(first < after <= END and after > START for first, after in each.opens)
        assert each.opens == tuple(sorted(each.opens))
        assert (each.administration, each.bid_pence, each.match) == (0, 0, 0)
        assert 0 <= each.virement <= 1
    defaults = funding_defaults()
    assert (spec.stretch, spec.leave, spec.ramp_months) == tuple(
        defaults[f"staff_{key}"].value for key in ("stretch", "leave", "ramp_months")
    )
    assert hash(spec) == hash(funding())


def test_scenarios_without_money_are_what_they_were() -> None:
    for name in ("baseline", "kickstart", "services-today"):
        found = resolve(name)
        assert arm(found).funding is None
        assert "funding" not in found.scenario.model_dump(mode="json")
        assert "funding" not in to_yaml(found)


def test_a_year_that_began_before_gives_its_part_by_months() -> None:
    later = funding("ring-fenced", {"horizon.start": "2026-11", "horizon.months": "24"})
    found, whole = of(later, "nhs"), of(funding(), "nhs")
    pence = whole.amounts[0][1]
    assert found.amounts == ((22, round(pence * 5 / 12)), (27, pence), (39, pence))
    assert of(funding("ring-fenced", {"horizon.months": "13"}), "nhs").amounts == ((15, pence), (27, pence))
    longer = funding("ring-fenced", {"horizon.months": "240"})
    assert all(len(each.amounts) == 20 for each in longer.funds)


def test_amounts_multiply_and_nothing_else_moves() -> None:
    half = funding("ring-fenced", {"funding.amount": "0.5", "funding.funds.nhs.amount": "3"})
    for each, before in zip(half.funds, funding().funds, strict=True):
        times = 1.5 if each.name == "nhs" else 0.5
        assert [pence for _, pence in each.amounts] == [int(times * pence + 0.5) for _, pence in before.amounts]
        assert replace(each, amounts=before.amounts) == before
    nothing = funding("ring-fenced", {"funding.amount": "0"})
    assert not any(pence for each in nothing.funds for _, pence in each.amounts)


def test_what_running_funds_costs_is_a_named_variant() -> None:
    spec = funding("ring-fenced", {"funding.administration": "evidence"})
    assert all(each.administration == funding_defaults()["administration"].value for each in spec.funds)
    assert of(spec, "nhs").bid_pence == 0
    assert of(spec, "youth-guarantee-trailblazer").bid_pence == 5_000_000
    plain = tuple(replace(each, administration=0.0, bid_pence=0) for each in spec.funds)
    assert plain == funding().funds


def test_staff_and_allocator_are_the_scenarios(write: Write) -> None:
    path = write(
        "extends: ring-fenced\nfunding:\n  allocator: greedy\n  staff_stretch: 2\n  staff_leave: 0.1\n"
        "  staff_ramp_months: {value: 3, interval_95: [1, 6], source: assumption}\n  drop: [lapse, cycle]\n"
        "  funds: {nhs: {amount: 2}}\n"
    )
    spec, found = funding(path), resolve(path)
    assert (spec.allocator, spec.stretch, spec.leave, spec.ramp_months) == ("greedy", 2, 0.1, 3)
    assert spec.constraints == frozenset(CONSTRAINTS) - {"lapse", "cycle"}
    assert changed_numbers(found.scenario.funding) == {
        "funding.staff_stretch": 2.0,
        "funding.staff_leave": 0.1,
        "funding.staff_ramp_months": 3.0,
    }
    again = resolve(write(to_yaml(found), "again.yaml"))
    assert again.scenario == found.scenario and difference(found, again) == ()
    keys = {change.key for change in difference(resolve("ring-fenced"), found)}
    assert {"funding.allocator", "funding.funds.nhs.amount", "funding.drop"} <= keys


def test_both_arms_have_the_same_money_and_only_the_scenario_is_unbound() -> None:
    overrides = {"funding.allocator": "greedy", "funding.amount": "2", "funding.staff_leave": "0.2"}
    base = arm(baseline_of(resolve("flexible", overrides))).funding
    assert base is not None
    assert replace(base, constraints=frozenset()) == funding("flexible", overrides)
    base = arm(baseline_of(resolve("ring-fenced", {"funding.regime": "flexible"}))).funding
    assert base == funding()
    policy = resolve("front-door", REGIME)
    assert arm(baseline_of(policy)).funding == arm(policy).funding == funding()
    variables = {"WORKABILITY_SET_FUNDING__FUNDS__NOT_STATED__AMOUNT": "0.5"}
    found = resolve("flexible", environment=variables)
    assert found.scenario.funding.funds["not-stated"].amount == 0.5
    assert arm(baseline_of(found)).funding == funding("ring-fenced", {"funding.funds.not-stated.amount": "0.5"})


def with_(text: str) -> str:
    return f"extends: ring-fenced\nfunding:\n  {text}\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (with_("regim: flexible"), ["line 3", "'funding.regim'", "Did you mean 'regime'?"]),
        (with_("regime: flexibel"), ["'funding.regime'", "Did you mean 'flexible'?", "none, ring-fenced, flexible"]),
        (with_("drop: [places]"), ["'funding.drop[0]'", "Did you mean 'place'?"]),
        (with_("drop: [place, place]"), ["stands here twice"]),
        (with_("regime: flexible\n  drop: [place]"), ["nothing binds flexible money", "Delete 'drop'"]),
        (with_("regime: none\n  amount: 2"), ["nothing limits the money in 'mine'", "'amount' would have no effect"]),
        (with_("allocator: greed"), ["'funding.allocator'", "Did you mean 'greedy'?"]),
        (with_("allocator: 3"), ["'funding.allocator'", "a text"]),
        (with_("amount: -1"), ["'funding.amount'", "'-1' is out of range", "0 to 100"]),
        (with_("amount: 101"), ["'101' is out of range"]),
        (with_("administration: some"), ["'funding.administration'", "none, evidence"]),
        (with_("staff_stretch: 0.9"), ["'0.9' is out of range", "1 to 10"]),
        (with_("staff_leave: 50%"), ["percentage", "0.50"]),
        (with_("staff_ramp_months: 1.5"), ["'1.5' is not a whole number"]),
        (with_("funds: {ukspf-liverpol: {amount: 2}}"), ["line 3", "Did you mean 'ukspf-liverpool'?"]),
        (with_("funds: {NHS: {amount: 2}}"), ["'NHS' is no fund"]),
        (with_("funds: {nhs: {amout: 2}}"), ["'funding.funds.nhs.amout'", "Did you mean 'amount'?"]),
        (with_("funds: {nhs: {amount: -2}}"), ["'funding.funds.nhs.amount'", "0 to 100"]),
        (with_("funds: {nhs: 2}"), ["'nhs' holds '2'", "amount"]),
        ("funding: {regime: flexible}\n", ["has no services that money could pay for", "services-today"]),
        (
            "extends: ring-fenced\nservices: {lift_funders_rules: true}\n",
            ["'services.lift_funders_rules'", "beside a regime", "eligibility and state"],
        ),
        (
            "extends: ring-fenced\nservices: {programmes: {widening-access: {running: true}}}\n",
            ["no fund may pay for 'widening-access'", "devolution-investment"],
        ),
        ("kind: context\nfunding: {regime: flexible}\n", ["a context cannot set 'funding'"]),
        (
            "extends: ring-fenced\nhorizon: {start: 2025-02}\n",
            ["'horizon.start'", "no amount for 2024/25", "2025-04 or later"],
        ),
    ],
)
def test_refusals_name_the_key_and_the_mend(refused: Refused, text: str, words: list[str]) -> None:
    message = refused(text)
    for word in words:
        assert word in message, message


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("funding", ["not a known key to override"]),
        ("funding.funds", ["names no key of a fund", "funding.funds.<fund>.<key>"]),
        ("funding.funds.nhs.amout", ["Did you mean 'amount'?"]),
        ("funding.funds.nsh.amount", ["Did you mean 'nhs'?"]),
        ("funding.allocater", ["Did you mean 'funding.allocator'?"]),
    ],
)
def test_refusals_of_overrides(key: str, words: list[str]) -> None:
    with pytest.raises(ScenarioError) as found:
        resolve("ring-fenced", {key: "2"})
    assert str(found.value).startswith("command line, key 'funding")
    for word in words:
        assert word in str(found.value)


def test_arms_with_other_totals_are_refused_with_the_difference() -> None:
    whole, less = funding(), funding("ring-fenced", {"funding.funds.nhs.amount": "0.9"})
    check_equal_totals(whole, whole)
    check_equal_totals(None, None)
    for a, b in ((whole, less), (less, whole)):
        with pytest.raises(ScenarioError, match="£205,000") as found:
            check_equal_totals(a, b, ("one", "other"))
        assert "£1,025,000 over all years" in str(found.value) and "'one' has" in str(found.value)
    with pytest.raises(ScenarioError, match="'bound' limits the money of services and 'free' does not"):
        check_equal_totals(whole, None, ("bound", "free"))
    # One penny is a difference; who holds the money is none.
    first, second, *rest = whole.funds
    (month, pence), *later = first.amounts
    penny = replace(whole, funds=(replace(first, amounts=((month, pence + 1), *later)), second, *rest))
    with pytest.raises(ScenarioError, match=r"a difference of £0\.01"):
        check_equal_totals(whole, penny)
    moved = replace(first, amounts=second.amounts), replace(second, amounts=first.amounts)
    check_equal_totals(whole, replace(whole, funds=(*moved, *rest)))


def test_a_regime_keeps_just_the_bonds_in_force() -> None:
    fields = {
        "eligibility": {"rule"},
        "state": {"state_ids"},
        "place": {"place_ids"},
        "programme": {"programmes"},
        "lapse": {"lapses"},
        "cycle": {"opens", "bid_pence"},
        "virement": {"virement"},
    }
    assert set(fields) == set(CONSTRAINTS)
    spec = funding("ring-fenced", {"funding.administration": "evidence"})
    moved: set[str] = set()
    for each in spec.funds:
        assert in_force(each, frozenset(CONSTRAINTS), START, END) == each
        for name, may_move in fields.items():
            freed = in_force(each, frozenset(CONSTRAINTS) - {name}, START, END)
            changed = {key for key, value in vars(freed).items() if value != getattr(each, key)}
            assert changed <= may_move, (each.name, name)
            moved |= changed
    assert moved == set().union(*fields.values())


def test_the_money_in_words() -> None:
    assert "Nothing binds it" in english(funding("flexible"))
    words = english(funding("ring-fenced", {"funding.drop": "[place]"}))
    assert "24 funds" in words and "No longer by: where people live" in words and "first come, first served" in words
    numbers = funding_numbers("cheshire-merseyside")
    assert numbers["funding"] == funding_defaults()
    assert numbers["funds.ukspf-liverpool"]["amounts.2025/26"].source == "ukspf_2025"
    assert "silent on: amounts, states" in next(
        each.english() for each in load_funds("cheshire-merseyside") if each.slug == "ukspf-wirral"
    )
