"""Measures, statistics and words: small cases worked by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from results.alarm import target_group
from results.assumptions import value_words
from results.display import both, pounds, rounding_unit, share
from results.explain import chain_text
from results.groups import ITEMS
from results.measures import MEASURES, evaluate, named, series
from results.money import financial_year, price_factors
from results.pairing import compare_arms
from results.panel import panel_of
from results.prices import last_rule_year, price_base
from results.registry import measure
from results.statistics import MANY_RUNS, Stat, describe, ratio_statistic, statistic
from results.summary import summarise
from results.tidy import dictionary_table, frame, monthly_table, summary_table
from scenarios.vocabulary import State, month_index
from tests.unit.results.synthetic import pair, people_of, run_output, three_places

TARGETS = (
    "population", "employed_share", "unemployed", "long_term_sick", "inactive_other", "signed_off", "employment_rate",
    "inactivity_rate", "long_term_sick_rate", "employment_rate_disabled", "employment_gap_disabled", "hazard_EU",
    "hazard_EI", "hazard_UE", "hazard_UI", "hazard_IE", "hazard_IU", "vacancies_per_unemployed",
)  # fmt: skip


def small():
    """Return four residents over three months: two Places, one with a condition that limits work."""
    e, a, u, s, c = State.EMPLOYED, State.ABSENT, State.UNEMPLOYED, State.LONG_TERM_SICK, State.CARING
    states = np.array([[e, a, e], [u, e, e], [s, s, u], [c, c, c]], np.uint8)
    people = people_of(4, np.random.default_rng(0), 2) | {
        "place": np.array([0, 0, 1, 1], np.uint8),
        "health": np.array([0, 0, 1, 0], np.uint8),
        "age_band": np.array([2, 2, 5, 5], np.uint8),
        "state": states[:, 0],
        "unemployed_months": np.zeros(4, np.int16),
    }
    return panel_of(run_output("a", states, np.zeros((4, 3), bool), people, history=0, n_places=2))


def test_stocks_rates_and_hazards_by_hand():
    panel = small()
    assert series("in_work", panel).tolist() == [1, 2, 2]
    assert series("signed_off", panel).tolist() == [0, 1, 0]
    assert series("employment_rate", panel).tolist() == [0.25, 0.5, 0.5]
    assert series("unemployment_rate", panel).tolist() == [0.5, 0, 1 / 3]
    assert series("inactive_other", panel).tolist() == [1, 1, 1]
    hazard = series("hazard_UE", panel)
    assert math.isnan(hazard[0]) and hazard[1] == 1 and math.isnan(hazard[2])
    assert series("hazard_IU", panel)[1:].tolist() == [0, 0.5]
    assert series("employment_rate_disabled", panel).tolist() == [0, 0, 0]
    assert series("employment_gap_disabled", panel)[1] == pytest.approx(2 / 3)
    assert series("absence_rate", panel)[1] == 0.5
    assert series("vacancies", panel).tolist() == [4, 4, 4]
    assert series("vacancies_per_unemployed", panel)[0] == 4
    assert series("in_work", panel, np.array([1])).tolist() == [0, 0, 0]


def test_stocks_by_a_dimension_are_sums_over_the_others():
    run = pair()[0]
    stocks = np.random.default_rng(7).integers(0, 2**31, run.stocks.shape).astype(np.int32)
    found, others = panel_of(replace(run, stocks=stocks)).stocks, {2, 3, 4, 5}
    assert (found["all"][:, :, 0] == stocks.sum(axis=tuple(others), dtype=np.int64)).all()
    for axis, name in enumerate(("age_band", "sex", "ethnicity", "health"), 2):
        assert (found[name] == stocks.sum(axis=tuple(others - {axis}), dtype=np.int64)).all()


def test_measures_by_dimension_add_up():
    panel = panel_of(pair()[0])
    for by in ("age_band", "sex", "ethnicity", "health"):
        parts = frame("unemployed", panel, three_places(), by)
        whole = frame("unemployed", panel, three_places())
        keys = ["period", "geography_code"]
        assert (parts.groupby(keys)["value"].sum() == whole.set_index(keys)["value"].sort_index()).all()
    with pytest.raises(KeyError, match="not given by 'sex'"):
        frame("vacancies", panel, three_places(), "sex")


def test_every_target_measure_that_needs_no_history_is_registered():
    assert set(TARGETS) <= set(MEASURES)
    panel = panel_of(pair()[0])
    where = three_places()
    for name in TARGETS:
        assert math.isfinite(evaluate(name, panel, where.find("region"), 0, 74)), name
    with pytest.raises(KeyError, match="no measure 'employd'"):
        named("employd")
    with pytest.raises(ValueError, match="twice"):
        measure("residents", "higher", name="in_work")(MEASURES["in_work"].function)
    with pytest.raises(KeyError, match="Northport"):
        where.find("Nowhere")


def test_net_flows_of_agencies_add_up_to_the_public_purse():
    panel = panel_of(pair()[0])
    parts = sum(series(f"net_flow_{agency}", panel) for agency in ("DWP", "HMRC", "combined_authority"))
    assert np.allclose(parts, series("net_public_flow", panel), rtol=0, atol=0.005)


def test_financial_years_turn_in_april():
    assert [financial_year(m) for m in (0, 2, 3, 14, 15)] == ["2024/25", "2024/25", "2025/26", "2025/26", "2026/27"]
    factors = price_factors(np.array([3, 15, 27], np.int16), {"2025/26": 100.0, "2026/27": 125.0}, "2025/26")
    assert factors.tolist() == [1, 0.8, 0.8]
    with pytest.raises(KeyError, match="no deflator for 2030/31"):
        price_factors(np.array([3], np.int16), {"2025/26": 100.0}, "2030/31")


def test_money_is_at_the_rates_of_the_last_year_with_rules_once_they_stay():
    last = last_rule_year()
    first = month_index(int(last[:4]), 4)
    assert last == "2026/27"
    assert price_base(range(first, first + 60)) == price_base([first + 40]) == last
    assert price_base(range(first - 1, first + 1)) == f"nominal to {last}"
    assert price_base([first - 1]) == "nominal"
    run = compare_arms(*pair())
    headline = summarise([run], three_places())
    table = summary_table(headline)
    is_money = table["unit"].str.startswith("pounds")
    assert set(table["price_base"][is_money]) == {last} and set(table["price_base"][~is_money]) == {"all"}
    assert headline.price_words == "at 2026/27 rates and pay, not uprated afterwards"
    monthly = monthly_table([run.policy], three_places(), "0")
    money = monthly[monthly["unit"] == "pounds"]
    is_later = money["period"].astype(str) >= "2026-04"
    assert set(money["price_base"][is_later]) == {last} and set(money["price_base"][~is_later]) == {"nominal"}


def test_few_seeds_give_the_t_interval_of_the_mean():
    values = np.array([10.0, 12.0, 14.0, 16.0])
    stat = statistic(values, np.zeros(4, np.int64), 4)
    error = values.std(ddof=1) / 2
    assert stat.interval == "t" and stat.mean == 13 and stat.mc_se == pytest.approx(error)
    assert stat.p95 == pytest.approx(13 + 2.3533634 * error) and stat.p05 == pytest.approx(13 - 2.3533634 * error)


@pytest.mark.parametrize("n_seeds", [2, 3, 21])
def test_percentiles_never_cross_in_any_row_of_the_summary(n_seeds):
    table = summary_table(summarise([compare_arms(*pair(n=200, seed=k)) for k in range(n_seeds)], three_places()))
    rows = table[table["p50"].notna()]
    columns = ("p05", "p25", "p50", "p75", "p95")
    for below, above in pairwise(columns):
        assert (rows[below] <= rows[above] + 1e-9 * rows[above].abs()).all(), (below, above)
    if n_seeds < MANY_RUNS:
        assert np.allclose(rows["p50"], rows["mean"], rtol=1e-12, atol=1e-9)


def test_a_skewed_sample_keeps_its_middle_inside_the_interval():
    stat = statistic(np.array([0.0, 0.0, 0.0, 0.0, 100.0]), np.zeros(5, np.int64), 5)
    assert stat.p05 <= stat.p25 <= stat.p50 == stat.mean <= stat.p75 <= stat.p95


def test_many_runs_give_percentiles_and_one_run_gives_none():
    many = statistic(np.arange(101.0), np.zeros(101, np.int64), 101)
    assert (many.interval, many.p05, many.p50, many.p95) == ("quantiles", 5, 50, 95)
    one = statistic(np.array([3.0]), np.zeros(1, np.int64), 1)
    assert one.interval == "none" and math.isnan(one.p05) and math.isnan(one.mc_se) and one.mean == 3


def test_few_draws_give_the_interval_of_another_draw_and_each_counts_by_its_mean_over_seeds():
    values, draws = np.array([9.0, 11.0, 12.0, 16.0, 15.0, 17.0]), np.array([1, 1, 2, 2, 3, 3])
    means = np.array([10.0, 14.0, 16.0])
    stat = statistic(values, draws, 2)
    half = 2.9199856 * means.std(ddof=1) * math.sqrt(1 + 1 / 3)
    assert (stat.interval, stat.n_draws) == ("prediction", 3)
    assert stat.mean == pytest.approx(40 / 3)
    assert (stat.p05, stat.p95) == (pytest.approx(40 / 3 - half), pytest.approx(40 / 3 + half))
    assert stat.mc_se < means.std(ddof=1) / math.sqrt(3), "chance alone is less than both"


def test_many_draws_give_percentiles_over_draws_with_chance_averaged_out():
    rng = np.random.default_rng(1)
    level, draws = np.arange(101.0), np.repeat(np.arange(1, 102), 2)
    noise = np.repeat(rng.normal(0, 50, 101), 2) * np.tile([1, -1], 101)
    stat = statistic(np.repeat(level, 2) + noise, draws, 2)
    assert stat.interval == "quantiles"
    assert (stat.p05, stat.p50, stat.p95) == (pytest.approx(5), pytest.approx(50), pytest.approx(95))


def test_the_interval_of_another_draw_covers_it_nine_times_in_ten():
    """Of 4,000 sets of eight draws, the ninth lies in the interval as often as a binomial count allows."""
    rng, n, draws = np.random.default_rng(3), 4000, np.arange(1, 9)
    found = describe(rng.normal(5, 3, (8, n)), draws)
    ninth = rng.normal(5, 3, n)
    share = ((found["p05"] <= ninth) & (ninth <= found["p95"])).mean()
    assert abs(share - 0.9) < 4 * math.sqrt(0.9 * 0.1 / n)


def test_monte_carlo_error_leaves_out_the_spread_between_draws():
    values, draws = np.array([0.0, 2.0, 100.0, 102.0]), np.array([0, 0, 1, 1])
    assert statistic(values, draws, 2).mc_se == pytest.approx(math.sqrt(4 / 2 / 4))


def test_ratios_are_guarded_and_formed_from_sums():
    draws = np.zeros(3, np.int64)
    stat = ratio_statistic(np.array([1.0, 2.0, 3.0]), np.array([10.0, 10.0, 10.0]), draws, 3)
    assert stat.mean == pytest.approx(0.2) and stat.p05 < 0.2 < stat.p95
    assert math.isnan(ratio_statistic(np.ones(3), np.zeros(3), draws, 3).mean)
    assert math.isnan(ratio_statistic(np.ones(3), np.array([-9.0, 1.0, 9.0]), draws, 3).mean)


def test_counts_are_rounded_by_their_error():
    def stat(mean: float, error: float) -> Stat:
        return Stat(mean, mean - error, mean, mean, mean, mean + error, 1, 3, error, "t")

    assert [rounding_unit(stat(1, e)) for e in (0, 3, 70, 400)] == [1, 10, 100, 100]
    assert both(stat(1234, 70), "count") == "1,200 (1,200 to 1,300)"
    assert both(stat(-1234, 0), "count") == "−1,234 (−1,234 to −1,234)"
    assert both(stat(0.1234, 0.01), "share") == "12% (11% to 13%)"
    assert pounds(999_996, 10) == "£1.00 million" and pounds(-4321, 100) == "−£4,300"
    assert both(Stat(*[math.nan] * 6, 1, 1, math.nan, "none"), "count") == "not defined"
    assert share(0) == "0%" and value_words((0.1, (0.2, 0.3))) == "3 values from 0.1 to 0.3"


def test_the_target_group_is_the_narrowest_that_holds_those_who_started():
    def table(residents, treated):
        out = np.zeros((len(residents) + 1, len(ITEMS)), np.int64)
        out[:-1, 0], out[:-1, 1] = residents, treated
        return out

    tables = {"age_band": table([10, 10, 80], [3, 4, 0]), "sex": table([50, 50], [4, 3])}
    assert target_group(tables) == ("age_band", [0, 1], 0.2)


def test_a_gap_beyond_noise_raises_the_flag():
    runs = [compare_arms(*pair(n=2000, seed=k)) for k in range(3)]
    assert not summarise(runs).alarm.exceeds
    untreated = ITEMS.index("untreated_net")
    for run in runs:
        run.groups["age_band"][:3, untreated] += 40
        run.groups["age_band"][:3, ITEMS.index("untreated_squares")] += 40
    alarm = summarise(runs).alarm
    assert alarm.exceeds and alarm.flag and alarm.text.startswith("FLAG")
    assert alarm.labels == ("16-17", "18-20", "21-24")


def test_twins_that_were_apart_before_the_start_raise_the_flag():
    runs = [compare_arms(*pair(n=2000, seed=k)) for k in range(3)]
    for run in runs:
        run.metrics["apart_at_start"] = run.metrics["later_starts"] * 0.4
    alarm = summarise(runs).alarm
    assert alarm.drifted and "deadweight is overstated" in alarm.text


def test_the_chain_is_told_in_its_order_and_a_draft_says_so():
    headline = summarise([compare_arms(*pair(seed=k)) for k in range(3)], three_places())
    chain = chain_text(headline)
    assert chain.index("Eligible") < chain.index("Started") < chain.index("Finished") < chain.index("Subsidy spending")
    draft = summarise([compare_arms(*pair(sample=50))], three_places())
    assert "1:50 sample" in draft.caution


def test_the_summary_never_gives_a_mean_alone_and_the_dictionary_names_everything():
    headline = summarise([compare_arms(*pair(seed=k)) for k in range(3)], three_places())
    table = summary_table(headline)
    with_mean = table[table["mean"].notna()]
    assert with_mean["p05"].notna().all() and with_mean["p95"].notna().all() and with_mean["mc_se"].notna().all()
    assert (table["status"] == "not calibrated").all()
    known = set(dictionary_table(headline.horizon)["name"])
    assert {f"effect_{name}" for name in headline.stats} | set(table.columns) <= known
    assert set(frame("in_work", panel_of(pair()[0]), three_places())) >= {"period", "geography_code", "value"}
