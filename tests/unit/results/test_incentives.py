"""Incentives to employers in the results: counts, cost by payer, and nothing said of subsidised jobs."""

from __future__ import annotations

import pytest

from results.metrics import metrics_for
from results.pairing import PairedSeed, compare_arms, metric_values
from results.partial import read_seed, save_seed
from results.story import findings
from results.summary import Headline, summarise
from results.tidy import dictionary_table
from scenarios.incentive_specs import IncentiveSpec
from simulation.ledger import LINE_INDEX
from simulation.output import RunOutput
from simulation.run import simulate
from tests.worlds import baseline, start_of, world

INCENTIVE = IncentiveSpec("a", "A", "adjustments", "local_authorities", 3000, 0.6, 5, 1000, (0, 1))
INCENTIVE_ONLY = {"employers_joined", "worker_months_paid"}


@pytest.fixture(scope="module")
def outputs() -> tuple[RunOutput, RunOutput]:
    base, policy = simulate(start_of(world(1500)), (baseline(), baseline(name="paid", employers=(INCENTIVE,))), seed=4)
    return policy, base


@pytest.fixture(scope="module")
def pair(outputs: tuple[RunOutput, RunOutput]) -> PairedSeed:
    return compare_arms(*outputs)


@pytest.fixture(scope="module")
def headline(pair: PairedSeed) -> Headline:
    return summarise([pair])


def test_employers_and_months_are_those_counted_in_the_run(pair: PairedSeed, outputs) -> None:
    policy, _ = outputs
    values = metric_values(pair)
    assert set(values) == set(metrics_for(pair.horizon, with_incentives=True))
    assert values["employers_joined"] == policy.incentives[-1, 0, :, 0].sum() > 0
    assert values["worker_months_paid"] == policy.incentives[..., 1].sum() > 0
    assert metric_values(compare_arms(*outputs[::-1]))["employers_joined"] == -values["employers_joined"]


def test_the_payer_s_cost_is_the_payment_for_every_month(pair: PairedSeed, outputs) -> None:
    values = metric_values(pair)
    pounds = values["worker_months_paid"] * 30
    assert values["programme_cost"] == pounds == -values["net_flow_local_authorities"]
    assert outputs[0].ledger[..., LINE_INDEX["council_subsidy_incentive"]].sum() == pounds * 100


def test_nothing_is_said_of_subsidised_jobs(headline: Headline) -> None:
    assert headline.has_incentives and not headline.has_subsidies and not headline.is_about_services
    assert set(headline.metrics) >= INCENTIVE_ONLY
    assert not {"starts", "deadweight", "displacement", "treated_net"} & set(headline.metrics)
    text = " ".join(findings(headline))
    assert "subsidised starts" not in text and "subsidy spending changes by £" in text
    assert "neither arm subsidises a job" in headline.twin_words == headline.alarm.text


def test_a_saved_seed_is_read_back_the_same(pair: PairedSeed, tmp_path) -> None:
    assert read_seed(save_seed(tmp_path, pair)).metrics == pair.metrics


def test_comparisons_without_incentives_have_no_figures_of_them(outputs) -> None:
    _, base = outputs
    assert not INCENTIVE_ONLY & set(summarise([compare_arms(base, base)]).metrics)
    named = [set(dictionary_table(12, with_incentives=asked)["name"]) for asked in (False, True)]
    assert named[1] - named[0] == {f"effect_{name}" for name in INCENTIVE_ONLY}
