"""Distance travelled: no effect gives none, mappings are linear, and staying in work is what a hand count finds."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import openpyxl
import pytest

from evidence.registry import distance
from results.assumptions import with_services
from results.distance import MAPPING, MODEL, NOTE, SCALES, distance_cells, distance_frame, figure, is_social
from results.pairing import compare_arms
from results.partial import read_seed, save_seed
from results.report import build_report
from results.services import ServiceFacts
from results.summary import summarise
from results.sustained import sustained_counts
from results.tidy import dictionary_table, summary_table
from results.workbook import workbook_bytes
from simulation.output import SERVICE_ITEMS
from tests.unit.results.sample_run import contents
from tests.unit.results.synthetic import POLICY_MONTH, pair, service_pair, three_places, words

FACTS = (
    ServiceFacts("advice", "advice", "Advice", "advice_on_prescription"),
    ServiceFacts("coaching", "coaching", "Coaching", "key_worker_support", ("outreach",)),
    ServiceFacts("coaching+1", "coaching", "Coaching", "key_worker_support", ("outreach",)),
)
DRAWS = np.zeros(3, np.int64)


def helped(output, seed):
    """Return the run with every third resident first helped in some early month."""
    n = len(output.records.left)
    months = np.where(np.arange(n) % 3 == 0, np.random.default_rng(seed).integers(0, 12, n), -1).astype(np.int16)
    return replace(output, records=replace(output.records, first_help=months))


@pytest.fixture(scope="module")
def outputs():
    return [tuple(helped(arm, seed) for arm in service_pair(seed=seed)) for seed in range(3)]


@pytest.fixture(scope="module")
def runs(outputs):
    return [compare_arms(*both) for both in outputs]


@pytest.fixture(scope="module")
def frame(runs):
    return distance_frame(runs, DRAWS, 3, FACTS).set_index("measure")


def record_of(states, helped_at, left=None):
    """Return a record of residents given by text, a month a character, `#` where in work."""
    work = np.array([[c == "#" for c in row] for row in states])
    n, horizon = work.shape
    return SimpleNamespace(
        work=words(work),
        first_help=np.array(helped_at, np.int16),
        left=np.full(n, horizon, np.int16) if left is None else np.array(left, np.int16),
    )


def test_staying_in_work_is_counted_as_by_hand():
    record = record_of(
        [
            "..########..",  # enters in month 2: in work 3 and 6 months later
            "..####.####.",  # 3 months, then a gap
            "..#.########",  # out after a month, so that what comes later does not count
            "........####",  # followed for 3 months, not for 6
            "..........##",  # not followed at all
            "############",  # at work when first helped
            "............",  # never enters
            "..########..",  # never helped
            "..########..",  # replaced in month 5, a month too soon
        ],
        helped_at=[0, 1, 0, 3, 0, 4, 0, -1, 0],
        left=[12, 12, 12, 12, 12, 12, 12, 12, 5],
    )
    assert sustained_counts(record, 12) == {"entered_3": 4, "stayed_3": 3, "entered_6": 3, "stayed_6": 1}


def test_staying_in_work_is_followed_over_the_edge_of_a_word():
    row = "." * 61 + "#" * 8 + "." * 11
    found = sustained_counts(record_of([row, row], [60, 0]), 80)
    assert found == {"entered_3": 2, "stayed_3": 2, "entered_6": 2, "stayed_6": 2}
    assert sustained_counts(record_of([row], [-1]), 80) == dict.fromkeys(found, 0)


def test_no_effect_is_no_distance(outputs):
    runs = [compare_arms(replace(base, arm="same"), base) for _, base in outputs]
    frame = distance_frame(runs, DRAWS, 3, FACTS).set_index("measure")
    arms = [name for name in frame.index if name.endswith(("_policy", "_baseline"))]
    per_start = [name for name in frame.index if name.endswith("_per_start")]
    rest = frame.drop(index=[*arms, *per_start])
    assert (rest[["mean", "p05", "p95", "mc_se"]] == 0).all(axis=None)
    assert frame.loc[per_start, "mean"].isna().all()  # nobody started in addition
    for months in (3, 6):
        policy, baseline = (frame.loc[f"sustained_work_{months}_{arm}", "mean"] for arm in ("policy", "baseline"))
        assert policy == baseline and 0 < policy < 1


def test_figures_are_the_sums_of_the_arms(outputs, runs, frame):
    span = slice(POLICY_MONTH, None)
    change = np.mean([(p.satisfaction[span].sum() - b.satisfaction[span].sum()) / 120 for p, b in outputs])
    residents = np.mean([b.stocks[span].sum() / 12 for _, b in outputs])
    starts = [[arm.services[span, ..., SERVICE_ITEMS.index("started")].sum() for arm in both] for both in outputs]
    assert frame.loc["satisfaction_total", "mean"] == pytest.approx(change)
    assert frame.loc["satisfaction_per_resident", "mean"] == pytest.approx(change / residents)
    more = np.mean([p - b for p, b in starts])
    assert frame.loc["satisfaction_per_start", "mean"] == pytest.approx(change / more)
    active = SERVICE_ITEMS.index("active")
    months = np.mean([(p.services - b.services)[span, 0, :, active].sum() for p, b in outputs])
    assert frame.loc["gp_visits_avoided", "mean"] == pytest.approx(months * distance()["gp_visits_avoided"].value)
    stayed, entered = (np.mean([run.metrics[f"policy_{name}_6"] for run in runs]) for name in ("stayed", "entered"))
    assert entered > 0 and frame.loc["sustained_work_6_policy", "mean"] == pytest.approx(stayed / entered)


def test_mappings_are_linear_in_their_factor(runs, frame):
    doubled = {
        name: replace(entry, value=2 * entry.value, interval_95=tuple(2 * end for end in entry.interval_95))
        for name, entry in distance().items()
    }
    twice = distance_frame(runs, DRAWS, 3, FACTS, doubled).set_index("measure")
    mapped = frame[frame["basis"] == MAPPING]
    assert len(mapped) == 2 * len(SCALES) + 1
    numbers = ["mean", "p05", "p25", "p50", "p75", "p95", "mc_se", "mapping_low", "mapping_high"]
    np.testing.assert_allclose(twice.loc[mapped.index, numbers].astype(float), 2 * mapped[numbers].astype(float))
    own = frame[frame["basis"] == MODEL]
    np.testing.assert_array_equal(twice.loc[own.index, numbers].astype(float), own[numbers].astype(float))
    for scale in SCALES:
        factor = distance()[f"{scale}_points"]
        for per in ("per_resident", "per_start"):
            row, base = frame.loc[f"{scale}_{per}"], frame.loc[f"satisfaction_{per}"]
            assert row["mean"] == pytest.approx(base["mean"] * factor.value)
            assert row["mapping_low"] == pytest.approx(base["mean"] * factor.interval_95[0])


def test_visits_are_told_only_of_services_that_may_save_some(runs):
    assert [is_social(fact) for fact in FACTS] == [True, False, False]
    assert is_social(replace(FACTS[1], channels=("jobcentre", "link_worker")))
    for facts in ((), FACTS[1:]):
        assert "gp_visits_avoided" not in set(distance_frame(runs, DRAWS, 3, facts)["measure"])


def test_without_services_nothing_is_travelled():
    runs = [compare_arms(*pair(seed=seed)) for seed in range(2)]
    assert distance_frame(runs, DRAWS[:2], 2, FACTS) is None
    plain = contents(runs)
    assert summarise(runs, three_places()).distance is None
    assert NOTE not in build_report(plain.report)
    assert "distance" not in set(summary_table(plain.headline)["table"])


def test_a_stored_seed_holds_what_distance_needs(tmp_path, runs, frame):
    again = [read_seed(save_seed(tmp_path, run)) for run in runs]
    found = distance_frame(again, DRAWS, 3, FACTS).set_index("measure")
    assert found.equals(frame)


def test_report_workbook_and_summary_show_it(runs):
    headline = summarise(runs, three_places(), services=FACTS)
    plain = contents(runs)
    page = build_report(replace(plain.report, headline=headline))
    assert "Distance travelled" in page and "mapping by assumption" in page
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(headline)))
    cells = [[cell.value for cell in row] for row in book["Distance travelled"].iter_rows()]
    assert MAPPING in cells[0][0] and {row[0] for row in cells[2:]} == set(headline.distance["measure"])
    rows = list(csv.DictReader(io.StringIO(summary_table(headline).to_csv(index=False))))
    told = {row["measure"]: row for row in rows if row["table"] == "distance"}
    assert set(told) == set(headline.distance["measure"])
    assert told["who_5_per_resident"]["label"] == MAPPING
    entries = dictionary_table(headline.horizon, with_services=True)
    assert set(told) <= set(entries.loc[entries["kind"] == "distance", "name"])
    assert [entry["measure"] for entry in headline.as_dict()["distance"]] == list(headline.distance["measure"])


def test_one_seed_has_no_interval(runs):
    cells = distance_cells(distance_frame(runs[:1], DRAWS[:1], 1, FACTS))
    assert all("no interval" in row[2] or row[2] == "not defined" for row in cells)
    assert figure(-0.00123, 0.00123) == "−0.0012" and figure(-0.0, 0.0) == "0" and figure(1234.5, 1234.5) == "1,234"


def test_mappings_are_marked_assumptions_with_wide_intervals():
    for entry in distance().values():
        low, high = entry.interval_95
        assert entry.confidence == "assumption" and low <= entry.value <= high and high >= 3 * low
    desk = SimpleNamespace(kind="advice_on_prescription", programme="advice")
    used = with_services({}, {desk.kind: {}}, SimpleNamespace(programmes=()), [SimpleNamespace(services=(desk,))])
    assert set(used["distance"]) == set(distance())
    assert "distance" not in with_services({}, {}, None, [])
