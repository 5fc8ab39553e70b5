"""Pairing: exact numbers of a hand-worked case, and what must hold for any pair."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from results.groups import ARRIVALS, ITEMS, OVERLAPPING, labels_of
from results.metrics import metrics_for
from results.pairing import PairingError, compare_arms, ledger_difference, metric_values
from results.panel import panel_of
from results.summary import summarise
from scenarios.vocabulary import State
from simulation.ledger import balances
from tests.unit.results.synthetic import pair, people_of, run_output, three_places

E, U, S = State.EMPLOYED, State.UNEMPLOYED, State.LONG_TERM_SICK


def hand_worked():
    """Return (policy, baseline) of five residents over one month of history and four of policy.

    0: young, started in policy month 0, three subsidised months, in work all four; the twin works in month 3 only,
       so he gains 3 months and none of his subsidised months is deadweight.
    1: young, started in month 1, two subsidised months, in work in months 1 to 3; the twin works in months 2 and 3:
       he gains 1 month, and one of his two subsidised months is deadweight.
    2: never started; works in no month, the twin in months 1 and 2: loses 2 months.
    3: unaffected, leaves after month 1; his successor works in month 3, the baseline's in months 2 and 3: loses 1.
    4: sick throughout.
    """
    base = np.array([[U, U, U, U, E], [U, U, U, E, E], [U, U, E, E, U], [E, E, E, E, E], [S, S, S, S, S]], np.uint8)
    policy = np.array([[U, E, E, E, E], [U, U, E, E, E], [U, U, U, U, U], [E, E, E, U, E], [S, S, S, S, S]], np.uint8)
    subsidised = np.array([[1, 1, 1, 0], [0, 1, 1, 0], [0] * 4, [0] * 4, [0] * 4], bool)
    people = {
        "place": np.array([0, 1, 1, 2, 2], np.uint8),
        "age_band": np.array([1, 2, 4, 4, 5], np.uint8),
        "sex": np.array([0, 1, 0, 1, 0], np.uint8),
        "ethnicity": np.zeros(5, np.uint8),
        "health": np.array([0, 0, 0, 0, 1], np.uint8),
        "state": base[:, 0].copy(),
        "cohort": np.array([0b11, 0b01, 0, 0, 0], np.uint16),
        "deprivation": np.array([0, 0, 1, 2, 4], np.uint8),
        "unemployed_months": np.array([5, 6, 12, 0, 0], np.int16),
    }
    left = np.array([4, 4, 4, 2, 4])
    none = np.zeros_like(subsidised)
    return (
        run_output("kickstart", policy, subsidised, people, history=1, left=left),
        run_output("baseline", base, none, people, history=1, left=left),
    )


def test_the_hand_worked_case_gives_exactly_these_numbers():
    seed = compare_arms(*hand_worked())
    expected = {
        "additional_jobs_4": 0, "starts": 2, "subsidised_months": 5, "deadweight_months": 1, "gained": 4, "lost": 3,
        "net": 1, "treated_net": 4, "untreated_net": -3, "winners": 2, "losers": 2, "months_out_of_work_avoided": 1,
        "months_unemployed_avoided": 1, "unemployed_4": 0, "claimants_4": 0, "later_starts": 1, "apart_at_start": 0,
    }  # fmt: skip
    assert {name: seed.metrics[name] for name in expected} == expected
    values = metric_values(seed)
    assert values["deadweight"] == 1 / 5
    assert values["displacement"] == 3 / 4
    subsidy = 5 * 132_257 + 2 * 150_000
    assert values["programme_cost"] == subsidy / 100
    assert values["cost_per_person_month"] == subsidy / 100
    assert values["net_public_flow"] == (1 * (21_003 + 8_001) + 40_089 - subsidy) / 100
    assert np.isnan(values["cost_per_additional_job_4"])


def test_the_hand_worked_groups_give_exactly_these_numbers():
    seed = compare_arms(*hand_worked())
    items = {name: i for i, name in enumerate(ITEMS)}
    place = seed.groups["place"]
    assert place[:, items["residents"]].tolist() == [1, 2, 2, 0]
    assert place[:, items["gained"]].tolist() == [3, 1, 0, 0]
    assert place[:, items["lost"]].tolist() == [0, 2, 0, 1]
    assert place[:, items["net"]].tolist() == [3, -1, 0, -1]
    assert place[:, items["untreated_net"]].tolist() == [0, -2, 0, -1]
    assert place[:, items["deadweight_months"]].tolist() == [0, 1, 0, 0]
    cohort = dict(zip(labels_of("cohort", ()), seed.groups["cohort"], strict=True))
    assert cohort["care_leaver"][items["net"]] == 4
    assert cohort["justice_experience"][items["net"]] == 3
    assert cohort["none_of_these"][items["net"]] == -2
    assert cohort[ARRIVALS][items["net"]] == -1
    spells = seed.groups["unemployed_months"][:, items["residents"]].tolist()
    assert spells == [2, 1, 1, 1, 0]


def test_months_beyond_the_first_word_count():
    rng = np.random.default_rng(3)
    people = people_of(4, rng) | {"state": np.full(4, U, np.uint8), "unemployed_months": np.zeros(4, np.int16)}
    base = np.full((4, 101), U, np.uint8)
    policy = base.copy()
    policy[0, 1 + 63 : 1 + 66] = E
    none = np.zeros((4, 100), bool)
    ours = run_output("a", policy, none, people, history=1)
    seed = compare_arms(ours, run_output("b", base, none, people, history=1))
    assert seed.metrics["gained"] == 3 and seed.metrics["lost"] == 0
    sideways = replace(ours, records=replace(ours.records, work=np.ascontiguousarray(ours.records.work.T)))
    assert compare_arms(sideways, run_output("b", base, none, people, history=1)).metrics == seed.metrics


@pytest.mark.parametrize("seed", range(4))
def test_swapping_the_arms_flips_every_difference_exactly(seed):
    policy, baseline = pair(seed=seed)
    there, back = compare_arms(policy, baseline), compare_arms(baseline, policy)
    one_sided = {"starts", "subsidised_months", "deadweight_months", "later_starts", "apart_at_start",
                 "gained", "lost", "winners", "losers"}  # fmt: skip
    for name in set(there.metrics) - one_sided:
        assert there.metrics[name] == -back.metrics[name], name
    assert (there.metrics["gained"], there.metrics["winners"]) == (back.metrics["lost"], back.metrics["losers"])
    for name, table in there.groups.items():
        for item in ("net", "treated_net", "untreated_net"):
            column = ITEMS.index(item)
            assert (table[:, column] == -back.groups[name][:, column]).all()


def test_a_policy_that_does_nothing_gives_zero_everywhere():
    policy, baseline = pair(null=True)
    headline = summarise([compare_arms(policy, baseline)], three_places())
    for name, stat in headline.stats.items():
        if headline.metrics[name].ratio is None:
            assert stat.mean == 0, name
        else:
            assert np.isnan(stat.mean), name
    assert (headline.series["mean"] == 0).all()
    assert len(headline.fiscal) == 0
    assert not headline.alarm.flag


@pytest.mark.parametrize("seed", range(4))
def test_gained_less_lost_is_net_and_groups_add_up_to_the_region(seed):
    policy, baseline = pair(seed=seed)
    result = compare_arms(policy, baseline)
    m = result.metrics
    assert m["gained"] - m["lost"] == m["net"] == m["treated_net"] + m["untreated_net"]
    assert m["net"] == m["months_out_of_work_avoided"]
    columns = {name: i for i, name in enumerate(ITEMS)}
    for name, table in result.groups.items():
        assert (table[:, columns["gained"]] - table[:, columns["lost"]] == table[:, columns["net"]]).all()
        if name not in OVERLAPPING:
            for item in ("gained", "lost", "net", "subsidised_months", "deadweight_months"):
                assert table[:, columns[item]].sum() == m[item]
            assert table[:, columns["residents"]].sum() == len(policy.records.left)


def test_bits_and_stocks_tell_the_same_story():
    policy, baseline = pair(seed=5)
    result = compare_arms(policy, baseline)
    stocks = [panel_of(run).view().stock(State.EMPLOYED, State.ABSENT)[15:].sum() for run in (policy, baseline)]
    assert result.metrics["net"] == stocks[0] - stocks[1]


def test_the_ledger_difference_balances_to_the_penny_every_month():
    policy, baseline = pair(seed=2)
    pence = ledger_difference(panel_of(policy), panel_of(baseline))
    assert sum(balances(pence).values()).tolist() == np.zeros(pence.shape[:-1]).tolist()
    headline = summarise([compare_arms(policy, baseline)], three_places())
    for _, year in headline.fiscal.groupby("financial_year"):
        assert round(year["mean"].sum() * 100) == 0


def test_area_groups_are_the_sums_of_their_places():
    headline = summarise([compare_arms(*pair(seed=k)) for k in range(3)], three_places())
    groups = headline.groups[headline.groups["item"] == "net"].set_index(["dimension", "label"])["mean"]
    assert groups["area", "Coast & Hills"] == pytest.approx(groups["place", "Northport"] + groups["place", "Midham"])
    assert groups["area", "Testland"] == pytest.approx(headline.stats["net"].mean)


def test_runs_that_are_no_pair_are_refused():
    policy, baseline = pair()
    with pytest.raises(PairingError, match="seed"):
        compare_arms(policy, replace(baseline, seed=9))
    with pytest.raises(PairingError, match="no month bits"):
        compare_arms(policy, replace(baseline, records=None))
    hashes = baseline.state_hash.copy()
    hashes[3] += np.uint64(1)
    with pytest.raises(PairingError, match="before the policy began"):
        compare_arms(policy, replace(baseline, state_hash=hashes))


def test_every_figure_of_the_summary_is_counted():
    policy, baseline = pair(horizon=30)
    result = compare_arms(policy, baseline)
    assert set(metric_values(result)) == set(metrics_for(30))
    assert "additional_jobs_30" in result.metrics and "additional_jobs_36" not in result.metrics
