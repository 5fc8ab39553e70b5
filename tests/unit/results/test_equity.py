"""Who starts against who is in need: what must hold for any run, and a case worked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from results.equity import (
    ALL,
    EQUITY_ITEMS,
    EVERYTHING,
    LABELS,
    NEED,
    OVERLAPPING,
    OWN_RULE,
    PLACE,
    EquityCounts,
    count_equity,
    questions_of,
)
from results.equity_frame import (
    FEW,
    OVER,
    REFERENCE,
    UNCLEAR,
    UNDER,
    equity_frame,
    equity_words,
    finding,
    reference,
    rows_of,
)
from results.equity_table import count, equity_parts, equity_table
from results.pairing import compare_arms
from results.partial import read_seed, save_seed
from results.shares import ratio_interval, wilson
from results.summary import summarise
from scenarios.needs import load_needs
from scenarios.vocabulary import State
from tests.unit.results.sample_run import seeds
from tests.unit.results.synthetic import POLICY_MONTH, QUESTIONS, SUBSIDY, pair, run_output, three_places

E, U = State.EMPLOYED, State.UNEMPLOYED
NEED_I, START_I = EQUITY_ITEMS.index("in_need"), EQUITY_ITEMS.index("starters")


def of(found: EquityCounts, pair_of: tuple[str, str], dimension: str, label: str) -> list[int]:
    return found.counts[found.pairs.index(pair_of), found.groups.index((dimension, label))].tolist()


def hand_made():
    """Return a run of four residents over six policy months, without history.

    0: in need, starts in month 0, at work in the last month. 1: in need and young, starts in month 1, out of work in
    the last. 2: in need, starts in month 2 and leaves in month 3. 3: not in need, never starts.
    """
    states = np.array([[E, E, E, E, E, E], [U, E, E, U, U, U], [U, U, E, E, E, E], [E] * 6], np.uint8)
    subsidised = np.array([[1, 1, 0, 0, 0, 0], [0, 1, 1, 0, 0, 0], [0, 0, 1, 0, 0, 0], [0] * 6], bool)
    people = {
        "place": np.array([0, 1, 1, 2], np.uint8),
        "age_band": np.array([4, 1, 4, 4], np.uint8),
        "sex": np.array([0, 0, 1, 1], np.uint8),
        "ethnicity": np.zeros(4, np.uint8),
        "health": np.array([0, 1, 1, 0], np.uint8),
        "cohort": np.zeros(4, np.uint16),
        "deprivation": np.array([0, 4, 0, 0], np.uint8),
        "qualification": np.array([3, 0, 0, 0], np.uint8),
        "conditions": np.array([0, 0b1001, 0b0001, 0], np.uint8),
        "meets": np.array([[0b001], [0b111], [0b101], [0b000]], np.uint64),
        "state": np.array([U, U, U, E], np.uint8),
    }
    left = np.array([6, 6, 3, 6])
    return run_output("kickstart", states, subsidised, people, history=0, left=left)


def test_a_hand_made_run_is_counted_as_worked_out() -> None:
    found = count_equity(replace(hand_made(), policy_month=POLICY_MONTH), QUESTIONS)
    assert found is not None
    widest = (EVERYTHING, "out-of-work")
    # in need, starters, of them in need, followed, at work
    assert of(found, widest, ALL, ALL) == [3, 3, 3, 2, 1]
    assert of(found, widest, "sex", "female") == [2, 2, 2, 2, 1]
    assert of(found, widest, "sex", "male") == [1, 1, 1, 0, 0]
    assert of(found, widest, PLACE, "1") == [2, 2, 2, 1, 0]
    assert of(found, widest, PLACE, "2") == [0, 0, 0, 0, 0]
    assert of(found, widest, "condition", "common_mental") == [2, 2, 2, 1, 0]
    assert of(found, widest, "condition", "cardio_respiratory") == [1, 1, 1, 1, 0]
    assert of(found, widest, "condition", "no_condition") == [1, 1, 1, 1, 1]
    assert of(found, widest, "qualification", "none") == [2, 2, 2, 1, 0]
    assert of(found, (EVERYTHING, "young"), ALL, ALL) == [1, 3, 1, 2, 1]
    assert of(found, widest, NEED, "young") == [1, 1, 1, 1, 0]
    assert of(found, (SUBSIDY, OWN_RULE), ALL, ALL) == [2, 3, 2, 2, 1]


def test_shares_of_groups_that_do_not_overlap_sum_to_one() -> None:
    frame = summarise(seeds(), three_places()).equity
    for (_, _, dimension), rows in frame.groupby(["programme", "need", "dimension"]):
        if dimension not in OVERLAPPING:
            assert rows["share_in_need"].sum() == pytest.approx(1)
            assert rows["share_starters"].sum() == pytest.approx(1)
    whole = frame[frame["dimension"] == ALL]
    assert (whole["ratio"].dropna() == 1).all() and (whole["verdict"] == REFERENCE).all()
    assert {"place", *LABELS, NEED} <= set(frame["dimension"])


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**20))
def test_the_order_of_residents_changes_nothing(seed: int) -> None:
    policy, _ = pair(n=200, seed=seed, horizon=14)
    order = np.random.default_rng(seed).permutation(200)
    record = policy.records
    moved = {name: getattr(record, name)[order] for name in record.__dataclass_fields__ if name != "groups"}
    groups = {name: column[order] for name, column in record.groups.items()}
    shuffled = replace(policy, records=replace(record, groups=groups, **moved))
    one, other = count_equity(policy, QUESTIONS), count_equity(shuffled, QUESTIONS)
    assert (one.counts == other.counts).all() and one.pairs == other.pairs
    assert (one.counts[:, :, 1] >= one.counts[:, :, 3]).all() and (one.counts[:, :, 3] >= one.counts[:, :, 4]).all()


def drawn(chance: np.ndarray, n_runs: int, n: int, seed: int) -> list:
    """Return runs in which residents in need start with a chance by sex, and half of those who start are at work."""
    rng = np.random.default_rng(seed)
    template = compare_arms(*pair(n=60, seed=1, horizon=13), QUESTIONS)
    found = []
    for _ in range(n_runs):
        counts = np.zeros_like(template.equity.counts)
        sexes = [template.equity.groups.index(("sex", name)) for name in ("female", "male")]
        for k, row in enumerate(sexes):
            starters = rng.binomial(n, chance[k])
            counts[:, row] = [n, starters, starters, starters, rng.binomial(starters, 0.5)]
        counts[:, 0] = counts[:, sexes].sum(axis=1)
        found.append(replace(template, equity=replace(template.equity, counts=counts)))
    return found


def frame_of(runs: list):
    draws = np.zeros(len(runs), np.int64)
    frame = equity_frame(runs, draws, len(runs), three_places())
    return rows_of(frame, *reference(frame)).set_index(["dimension", "group"])


@pytest.mark.parametrize("n_runs", [1, 4])
def test_intervals_hold_one_where_starters_are_a_random_draw(n_runs: int) -> None:
    trials, missed = 100, 0
    for seed in range(trials):
        row = frame_of(drawn(np.array([0.1, 0.1]), n_runs, 2000, seed)).loc["sex", "female"]
        assert abs(row["ratio"] - 1) < 6 * np.sqrt(1 / (200 * n_runs))
        missed += row["verdict"] != UNCLEAR
    assert abs(missed / trials - 0.1) < 4 * np.sqrt(0.1 * 0.9 / trials)


@pytest.mark.parametrize("n_runs", [1, 4])
def test_a_group_left_out_is_named_and_one_preferred_is_told(n_runs: int) -> None:
    frame = frame_of(drawn(np.array([0.02, 0.2]), n_runs, 2000, 3))
    assert frame.loc["sex", "female"]["verdict"] == UNDER and frame.loc["sex", "male"]["verdict"] == OVER
    assert frame.loc["sex", "female"]["ratio_interval"] == ("wilson" if n_runs == 1 else "t")
    words = finding(frame.reset_index(), "those who started", "all out of work")
    assert "is female (sex)" in words and "90% interval" in words
    nobody = frame_of(drawn(np.array([0.0, 0.2]), n_runs, 2000, 3)).loc["sex", "female"]
    assert nobody["ratio"] == 0 and 0 < nobody["ratio_p95"] < 0.1 and nobody["verdict"] == UNDER


def test_too_few_are_not_judged_and_small_counts_not_shown() -> None:
    frame = frame_of(drawn(np.array([0.001, 0.001]), 1, 2000, 3)).reset_index()
    assert set(frame["verdict"]) == {FEW, REFERENCE}
    assert "Too few" in finding(frame, "those who started", "need")
    table = equity_table(frame, "Table")
    assert any("under 10" in cell for row in table.rows for cell in row)
    assert count(0) == "0" and count(9.5) == "under 10" and count(10) == "10"


def test_where_intervals_hold_one_it_cannot_be_told() -> None:
    frame = frame_of(drawn(np.array([1.0, 1.0]), 4, 2000, 11)).reset_index()
    assert set(frame["verdict"]) == {UNCLEAR, REFERENCE}
    assert "no group is clearly under-represented" in finding(frame, "x", "y") and "cannot be told" in finding(
        frame, "x", "y"
    )


def test_success_is_compared_with_all_who_started() -> None:
    frame = summarise(seeds(6), three_places()).equity
    rows = rows_of(frame, *reference(frame))
    told = rows.dropna(subset=["success_rate"])
    assert ((told["success_rate"] >= 0) & (told["success_rate"] <= 1)).all()
    whole = rows[rows["dimension"] == ALL]["success_rate"].iloc[0]
    assert told["success_ratio"].to_numpy() == pytest.approx(told["success_rate"].to_numpy() / whole)
    assert (
        (told["success_rate_p05"] <= told["success_rate"]) & (told["success_rate"] <= told["success_rate_p95"])
    ).all()


def test_a_saved_seed_keeps_the_counts_and_runs_without_questions_have_none(tmp_path) -> None:
    run = seeds(1)[0]
    again = read_seed(save_seed(tmp_path, run)).equity
    assert (again.counts == run.equity.counts).all()
    assert (again.pairs, again.groups, again.needs) == (run.equity.pairs, run.equity.groups, run.equity.needs)
    bare = compare_arms(*pair(n=60, seed=1, horizon=13))
    assert bare.equity is None and read_seed(save_seed(tmp_path, bare)).equity is None
    headline = summarise([bare], three_places())
    assert headline.equity is None and headline.equity_words == "" and equity_parts(headline)["equity_tables"] == []


def test_report_json_and_sentence_agree() -> None:
    headline = summarise(seeds(4), three_places())
    content = headline.as_dict()
    assert content["equity_words"] == equity_words(headline.equity, "kickstart") == headline.equity_words
    assert headline.equity_words.count("Among those") == 2  # against need, and against the one subsidy's own rule
    parts = equity_parts(headline)
    assert len(parts["equity_tables"]) == 2 and len(content["equity"]) == len(parts["equity_tables"][0].rows)


def test_questions_are_the_computed_needs_then_the_programmes_rules() -> None:
    from scenarios.arm import arm
    from scenarios.resolve import resolve

    needs = load_needs("cheshire-merseyside")
    policy = arm(resolve("kickstart"))
    found = questions_of(policy, needs)
    assert next(iter(found.needs)) == "out-of-work" and "rural" not in found.needs
    assert len(found.rules) == len(found.needs) + 1 and found.rules[-1] == policy.subsidies[0].eligibility
    served = questions_of(arm(resolve("services-today")), needs)
    assert len(served.programmes) > 20 and len(served.rules) == len(served.needs) + len(served.programmes)


@given(st.integers(0, 300), st.integers(1, 300), st.floats(0.5, 0.999))
def test_wilson_holds_the_share_and_narrows_with_more(part: int, more: int, level: float) -> None:
    whole = part + more
    low, high = wilson(part, whole, level)
    assert 0 <= low <= part / whole <= high <= 1
    wide = wilson(part * 10, whole * 10, level)
    assert wide[1] - wide[0] <= high - low + 1e-12


def test_wilson_and_ratio_are_those_of_others() -> None:
    from scipy.stats import binomtest

    expected = binomtest(7, 40).proportion_ci(0.95, method="wilson")
    assert wilson(7, 40, 0.95) == pytest.approx((expected.low, expected.high))
    known = ratio_interval(0.2, (0.1, 0.35), 0.4)
    assert known == pytest.approx((0.25, 0.875))
    wider = ratio_interval(0.2, (0.1, 0.35), 0.4, (0.35, 0.45))
    assert wider[0] < known[0] and wider[1] > known[1]
    assert np.isnan(ratio_interval(0.2, (0.1, 0.3), 0.0)[0])
