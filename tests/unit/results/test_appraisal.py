"""What a comparison is worth: exact sums, discounting by hand, and what must not change a figure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evidence.registry import rulebooks
from results.appraisal import Appraisal, appraise, line_table
from results.appraisal_figures import PERSPECTIVES
from results.appraisal_flows import Flows, account_matrix, flows_of
from results.appraisal_outcomes import payback_month, share_of
from results.appraisal_prices import calendar_index, discount_factors, index_of
from results.appraisal_switch import after_run, needed_months, needed_multiple, needed_retention, needed_share
from results.appraisal_terms import AppraisalError, Choices, check, terms_of
from results.geography import build
from results.pairing import PairedSeed, compare_arms, ledger_difference
from simulation.ledger import ACCOUNTS, AGENCIES, LINE_INDEX, LINES
from simulation.output import RunOutput
from tests.unit.results.synthetic import pair, three_places

HERE = three_places()
MERSEY = build("here", "Here", [("E06000006", "Halton"), ("E08000012", "Liverpool"), ("E06000049", "Cheshire East")])
EVERY_CHOICE = (
    Choices(),
    Choices(persistence_years=3),
    Choices(employer_ni=False),
    Choices(employment_allowance=True, optimism=True),
    Choices(rulebook="green-book-2022", excess_burden=True, base_year="2024/25"),
    Choices(subsidies_are_transfers=True),
)


def runs(n: int = 4, horizon: int = 24) -> list[PairedSeed]:
    return [compare_arms(*pair(n=300, seed=k, horizon=horizon)) for k in range(n)]


def costing(baseline: RunOutput, line: str, pence: int, gain: str = "", gained: int = 0) -> PairedSeed:
    """Return the baseline against itself with so many pence more on a line in the first policy month."""
    ledger = baseline.ledger.copy()
    start = int(np.searchsorted(baseline.months, baseline.policy_month))
    ledger[start, 0, LINE_INDEX[line]] += pence
    if gain:
        ledger[start + 1 :, 0, LINE_INDEX[gain]] += gained
    return compare_arms(replace(baseline, arm="costs", ledger=ledger), baseline)


@pytest.fixture(scope="module")
def made() -> list[PairedSeed]:
    return runs()


@pytest.fixture(scope="module")
def central(made: list[PairedSeed]) -> Appraisal:
    return appraise(made, HERE)


def flows(made: list[PairedSeed], choices: Choices | None = None) -> Flows:
    picked = check(choices or Choices())
    return flows_of(made, HERE, picked, terms_of(picked))


def test_agencies_sum_to_the_exchequer_to_the_penny(made: list[PairedSeed]) -> None:
    matrix = account_matrix().astype(np.int64)
    public = [ACCOUNTS.index(agency) for agency in AGENCIES]
    for run in made:
        pence = ledger_difference(run.policy, run.baseline).sum(axis=1)
        by_agency = pence @ matrix.T
        whole = pence @ matrix[public].sum(axis=0)
        assert pence.any()
        assert (by_agency[:, public].sum(axis=1) == whole).all()


@pytest.mark.parametrize("choices", EVERY_CHOICE, ids=lambda c: "; ".join(c.words()) or "central")
def test_all_accounts_sum_to_nothing_in_every_month_whatever_is_chosen(
    made: list[PairedSeed], choices: Choices
) -> None:
    found = flows(made, choices)
    assert np.abs(found.lines).max() > 0
    assert np.abs(found.of_accounts(ACCOUNTS)).max() < 1e-6
    parts = sum(found.of_accounts((agency,)) for agency in AGENCIES)
    assert np.allclose(parts, found.of_accounts(AGENCIES), rtol=0, atol=1e-6)


@pytest.mark.parametrize("base", ["nominal", "real", "discounted"])
def test_perspectives_of_accounts_sum_to_nothing_in_every_price_base(central: Appraisal, base: str) -> None:
    total = sum(central.value(account, base).mean for account in ACCOUNTS)
    agencies = sum(central.value(agency, base).mean for agency in AGENCIES)
    assert abs(total) < 1e-5
    assert agencies == pytest.approx(central.value("exchequer", base).mean, abs=1e-6)


def test_cashable_and_not_cashable_years_sum_to_the_exchequer(central: Appraisal) -> None:
    for base in ("nominal", "real", "discounted"):
        years = central.rows("years", perspective="exchequer", price_base=base)
        by_year = years[years["financial_year"] != "all"]["mean"].sum()
        assert by_year == pytest.approx(central.value("exchequer", base).mean)
        assert years[years["financial_year"] == "all"]["mean"].sum() == pytest.approx(by_year)


def test_a_programme_without_effect_costs_exactly_its_cost() -> None:
    made = [costing(pair(n=100, seed=k, horizon=12)[1], "service_DWP", 123_456_01) for k in range(3)]
    found = appraise(made, HERE)
    for base in ("nominal", "real", "discounted"):  # all of it in the first month: at its own prices, undiscounted
        for perspective in ("exchequer", "DWP", "society"):
            stat = found.value(perspective, base)
            assert (stat.mean, stat.p05, stat.p95) == (-123_456.01,) * 3
        assert found.value("providers", base).mean == 123_456.01
        for other in ("HMRC", "NHS", "residents", "employers", "other_funders"):
            assert found.value(other, base).mean == 0
    assert found.stat("perspectives", perspective="exchequer", item="benefit").mean == 0
    assert found.stat("perspectives", perspective="exchequer", item="ratio").mean == 0
    assert found.stat("wellbeing", item="wellbys").mean == 0


def test_no_choice_changes_a_ledger_or_the_baseline(made: list[PairedSeed]) -> None:
    before = [(run.policy.ledger.copy(), run.baseline.ledger.copy()) for run in made]
    for choices in EVERY_CHOICE:
        appraise(made, HERE, choices)
    for run, (policy, baseline) in zip(made, before, strict=True):
        assert (run.policy.ledger == policy).all() and (run.baseline.ledger == baseline).all()


def test_discounting_by_hand() -> None:
    book = rulebooks()["green-book-2026"]
    found = discount_factors(12 * 40, book.discount_rate, book.discount_from_year)
    assert found[0] == 1
    assert found[12] == pytest.approx(1 / 1.035)
    assert found[6] == pytest.approx(1 / 1.035**0.5)
    assert found[24] == pytest.approx(1 / (1.035 * 1.035))
    assert found[12 * 31] == pytest.approx(1.035**-31)
    assert found[12 * 33] == pytest.approx(1.035**-31 * 1.03**-2)  # 3.0% from year 31 on


def test_a_net_present_value_by_hand() -> None:
    """£1,000 spent in the first month; £100 less Universal Credit in each of the next twelve."""
    baseline = pair(n=100, seed=1, horizon=13)[1]
    found = appraise([costing(baseline, "service_DWP", 100_000, "uc_standard", -10_000)], HERE)
    hand = -1000 + sum(100 / 1.035 ** (month / 12) for month in range(1, 13))
    assert found.value("exchequer").mean == pytest.approx(hand)
    assert found.value("exchequer", "real").mean == pytest.approx(200)
    assert found.value("society").mean == pytest.approx(-1000)  # the benefit is a transfer
    assert found.stat("perspectives", perspective="exchequer", item="ratio").mean == pytest.approx((hand + 1000) / 1000)
    # Back after the eleventh payment: ten of them are worth 984.6, eleven 1,081.5.
    assert sum(100 / 1.035 ** (month / 12) for month in range(1, 11)) < 1000
    assert found.stat("payback", item="mean_path").mean == 12


def test_prices_of_a_financial_year_take_nine_months_of_one_calendar_year() -> None:
    assert index_of("2022/23", 0.0) == pytest.approx(0.75 * 90.5005 + 0.25 * 96.2507)
    assert calendar_index(2026, 0.03) == pytest.approx(100 * 1.03**2)


def test_nominal_money_grows_with_prices_and_real_money_stands_in_the_base_year() -> None:
    found = flows([compare_arms(*pair(n=100, seed=1, horizon=30))])
    factors = found.factors
    assert factors.years[0] == "2026/27" and factors.years[-1] == "2028/29"
    assert factors.real.tolist() == [1.0] * 30
    assert factors.nominal[0] == 1 and factors.nominal[-1] == pytest.approx(1.02**2)
    older = flows([compare_arms(*pair(n=100, seed=1, horizon=30))], Choices(base_year="2023/24")).factors
    assert (older.real < 1).all() and (older.nominal == factors.nominal).all()


def test_doubling_every_pound_doubles_value_and_leaves_ratios(made: list[PairedSeed], central: Appraisal) -> None:
    twice = [
        replace(
            run,
            policy=replace(run.policy, ledger=2 * run.policy.ledger),
            baseline=replace(run.baseline, ledger=2 * run.baseline.ledger),
        )
        for run in made
    ]
    found = appraise(twice, HERE)
    for perspective in PERSPECTIVES:
        one, two = central.value(perspective), found.value(perspective)
        assert (two.mean, two.p05, two.p95) == pytest.approx((2 * one.mean, 2 * one.p05, 2 * one.p95))
    for item in ("ratio", "cash_ratio"):
        one = central.stat("perspectives", perspective="exchequer", item=item)
        two = found.stat("perspectives", perspective="exchequer", item=item)
        assert (two.mean, two.p05, two.p95) == pytest.approx((one.mean, one.p05, one.p95), nan_ok=True)


def test_swapping_the_arms_turns_every_sum_round() -> None:
    policy, baseline = pair(n=300, seed=2, horizon=24)
    there, back = (appraise([compare_arms(*arms)], HERE) for arms in ((policy, baseline), (baseline, policy)))
    for perspective in PERSPECTIVES:
        assert there.value(perspective).mean == pytest.approx(-back.value(perspective).mean)


def test_cash_is_never_more_than_freed_demand_of_average_costs() -> None:
    made = [costing(pair(n=100, seed=1, horizon=12)[1], "service_NHS", 100_000, "nhs_inpatient", -20_000)]
    found = appraise(made, HERE)
    gross, freed, cash = (
        found.stat("cash", perspective="NHS", item=item).mean for item in ("gross", "avoided_demand", "cash")
    )
    shares = line_table().set_index("line").loc["nhs_inpatient"]
    assert freed == pytest.approx(gross * shares["marginal_share"])
    assert cash == pytest.approx(gross * shares["cashable_share"])
    assert 0 < cash < freed < gross


def test_optimism_bias_only_lowers_value(made: list[PairedSeed], central: Appraisal) -> None:
    found = appraise(made, HERE, Choices(optimism=True))
    for perspective in ("exchequer", "society"):
        assert found.value(perspective).mean < central.value(perspective).mean


def test_persistence_adds_the_last_years_mean_and_fades() -> None:
    baseline = pair(n=100, seed=1, horizon=12)[1]
    made = [costing(baseline, "service_DWP", 100_000, "uc_standard", -12_000)]
    short, long = appraise(made, HERE), appraise(made, HERE, Choices(persistence_years=2))
    survival = terms_of(Choices()).survival
    level = 11 * 120 / 12  # eleven payments in the run's twelve months; the programme itself does not go on
    hand = sum(level * survival ** ((k + 1) / 12) / 1.035 ** ((12 + k) / 12) for k in range(24))
    assert long.value().mean - short.value().mean == pytest.approx(hand)
    assert len(long.rows("cumulative", perspective="exchequer")) == 36


def test_weights_count_a_poor_places_pound_more_and_move_no_agency(made: list[PairedSeed]) -> None:
    plain, weighted = (appraise(made, MERSEY, Choices(weights=w)) for w in (None, 1.3))
    assert weighted.value().mean == plain.value().mean
    picked = check(Choices(weights=1.3))
    found = flows_of(made, MERSEY, picked, terms_of(picked))
    assert found.place_weights is not None
    halton, liverpool, cheshire = found.place_weights
    assert liverpool > halton > 1 > cheshire
    pence = np.mean([ledger_difference(r.policy, r.baseline).sum(axis=0) for r in made], axis=0)
    assert pence.shape == (3, len(LINES))
    moved = weighted.value("society", "real").mean - plain.value("society", "real").mean
    gained = weighted.value("residents", "real").mean - plain.value("residents", "real").mean
    assert moved == pytest.approx(gained) and moved != 0


def test_places_sum_to_the_whole(made: list[PairedSeed]) -> None:
    for choices in (Choices(), Choices(persistence_years=4, optimism=True, employer_ni=False)):
        found = appraise(made, HERE, choices)
        for perspective in ("exchequer", "residents"):
            parts = found.rows("places", perspective=perspective)
            assert list(parts["item"]) == [place.name for place in HERE.places]
            assert parts["mean"].sum() == pytest.approx(found.value(perspective).mean)


@pytest.mark.parametrize(
    ("running", "month"),
    [([-5, -3, -1, 2, 4], 4), ([1, 2, 3], 0), ([-1, -2, -3], float("inf")), ([-1, 1, -1, 0, 1], 4)],
)
def test_payback_is_the_month_from_which_the_sum_stays_up(running: list[float], month: float) -> None:
    assert payback_month(np.array(running, float)) == month


def test_switching_values_plugged_back_give_nothing() -> None:
    net, cost = -400.0, 1000.0
    multiple = needed_multiple(net, cost)
    assert multiple * (net + cost) - cost == pytest.approx(0)
    now = 0.5
    share = needed_share(200.0, 1000.0, now)
    assert (200 + 1000) * (1 - share) / (1 - now) - 1000 == pytest.approx(0)
    discount = 1.035 ** (-np.arange(60, 600) / 12)
    months = needed_months(net, 20.0, discount)
    whole, part = int(months), months - int(months)
    assert net + 20 * (discount[:whole].sum() + part * discount[whole]) == pytest.approx(0)
    kept = needed_retention(net, 20.0, discount[:120])
    assert 0 < kept < 1 and net + after_run(20.0, kept, discount[:120]) == pytest.approx(0, abs=1e-6)


def test_where_nothing_makes_value_nil_there_is_no_switching_value() -> None:
    discount = np.ones(12)
    assert np.isnan(needed_multiple(-2000, 1000))  # what follows is itself a loss
    assert np.isnan(needed_share(-800, 1000, 0.3))  # even with no deadweight at all
    assert np.isnan(needed_months(-100, -1, discount)) and np.isnan(needed_months(-100, 1, discount))
    assert np.isnan(needed_retention(5, 1, discount)) and np.isnan(needed_retention(-100, 1, discount))


def test_a_share_of_runs_has_wilsons_interval() -> None:
    found = share_of(np.array([1.0] * 8 + [0.0] * 2), np.zeros(10, np.int64), 10)
    z, p, n = 1.6448536269514722, 0.8, 10
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert (found.mean, found.p05, found.p95) == pytest.approx((0.8, middle - reach, middle + reach))
    none = share_of(np.zeros(4), np.zeros(4, np.int64), 4)
    assert none.p05 == 0 and 0.3 < none.p95 < 0.5


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        (Choices(rulebook="green-book-2025"), "held are green-book-2022, green-book-2026. Did you mean"),
        (Choices(persistence_years=-1), "give 0"),
        (Choices(persistence_years=61), "to 60"),
        (Choices(weights=float("nan")), "from 0 to 5"),
        (Choices(excess_burden=True), "green-book-2022"),
        (Choices(base_year="2026"), "write it as"),
        (Choices(base_year="1980/81"), "begins in 1990"),
        (Choices(weights=1.3), "leave --weights out"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_with_what_can(made: list[PairedSeed], choices: Choices, words: str) -> None:
    with pytest.raises(AppraisalError, match=words):
        appraise(made, HERE, choices)


def test_extrapolated_years_are_told(central: Appraisal) -> None:
    assert central.extrapolated == ("2026/27", "2027/28")
    assert "2026/27 to 2027/28" in central.flag() and "published to 2024" in central.flag()


def test_the_lower_rate_is_a_test_for_long_effects_of_the_newer_book_alone(made: list[PairedSeed]) -> None:
    def tested(book: str, years: int) -> bool:
        found = appraise(made[:1], HERE, Choices(rulebook=book, persistence_years=years))
        return any("discounted at 3%" in words for words in found.rows("sensitivity")["item"])

    assert tested("green-book-2026", 50)
    assert not tested("green-book-2026", 48) and not tested("green-book-2022", 50)


def test_every_figure_says_how_it_was_made_and_no_mean_stands_alone(central: Appraisal) -> None:
    frame = central.frame
    assert (frame["how"].str.len() > 0).all()
    alone = frame[frame["p05"].isna() & frame["mean"].notna()]
    assert set(alone["table"]) <= {"payback", "switching"}
    assert set(alone[alone["table"] == "switching"]["item"]) <= {
        "multiple_measured", "months_after_measured", "retention_measured",
    }  # fmt: skip


def test_the_ledger_has_an_entry_for_every_line() -> None:
    table = line_table()
    assert list(table["line"]) == [line.name for line in LINES]
    assert (table["cashable_share"] <= table["marginal_share"]).all()
    taxes = table[table["basis"] == "rules"]
    assert (taxes["marginal_share"] == 1).all() and (taxes["cashable_share"] == 1).all()
