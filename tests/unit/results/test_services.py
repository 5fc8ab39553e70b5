"""Services in results: what is counted comes out everywhere, and nothing of it where there are none."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import numpy as np
import openpyxl
import pytest

from results.explain import chain_table
from results.measures import SERVICE_LINES, series
from results.metrics import metrics_for
from results.pairing import compare_arms, metric_values
from results.panel import panel_of
from results.partial import load_seeds, save_seed
from results.report import build_report
from results.services import LEAVE_HELP, LEAVE_LINE, ServiceFacts, reader, unaccounted
from results.store import RunFolder, compare_folders, read_table, result_tables, write_run
from results.story import findings
from results.summary import summarise
from results.tidy import dictionary_table, monthly_table, summary_table
from results.workbook import workbook_bytes
from simulation.ledger import LINE_INDEX
from simulation.output import SERVICE_ITEMS
from tests.unit.results.sample_run import contents, seeds
from tests.unit.results.synthetic import POLICY_MONTH, SERVICES, pair, service_pair, three_places

FACTS = (
    ServiceFacts("advice", "advice", "Advice <on prescription>", "advice_on_prescription"),
    ServiceFacts("coaching", "coaching", "Coaching", "key_worker_support"),
    ServiceFacts("coaching+1", "coaching", "Coaching", "key_worker_support"),
)
N_SEEDS = 3


@pytest.fixture(scope="module")
def outputs():
    return [service_pair(seed=k) for k in range(N_SEEDS)]


@pytest.fixture(scope="module")
def runs(outputs):
    return [compare_arms(*both) for both in outputs]


@pytest.fixture(scope="module")
def headline(runs):
    return summarise(runs, three_places(), services=FACTS)


@pytest.fixture(scope="module")
def made(runs, headline):
    plain = contents(runs)
    return replace(plain, headline=headline, report=replace(plain.report, headline=headline))


@pytest.fixture(scope="module")
def folder(tmp_path_factory, made):
    place = RunFolder(tmp_path_factory.mktemp("out"), "Open doors", "abc123")
    write_run(place, made)
    return place


def items_of(output, *names):
    """Return counts of an output over the policy's months, summed over items, by desk and Place."""
    return sum(output.services[POLICY_MONTH:, ..., SERVICE_ITEMS.index(name)].sum(axis=0) for name in names)


def test_measures_are_the_counts_of_the_run(outputs):
    for output in outputs[0]:
        panel = panel_of(output)
        for name, item in (
            ("service_starts", "started"), ("people_helped", "active"), ("people_waiting", "waiting"),
            ("referrals_lost", "lost"),
        ):  # fmt: skip
            counted = output.services[..., SERVICE_ITEMS.index(item)].sum(axis=(1, 2))
            assert np.array_equal(series(name, panel), counted)
        started, days = (
            output.services[..., SERVICE_ITEMS.index(i)].sum(axis=(1, 2)) for i in ("started", "days_waited")
        )
        wait = series("mean_days_waited", panel)
        assert np.isnan(wait[started == 0]).all()
        assert np.allclose(wait[started > 0], days[started > 0] / started[started > 0])
        pence = output.ledger[..., [LINE_INDEX[name] for name in SERVICE_LINES]].sum(axis=(1, 2))
        assert np.allclose(series("service_cost", panel), pence / 100) and pence.any()


def test_figures_are_the_policy_less_the_baseline(outputs, runs):
    (policy, baseline), run = outputs[0], runs[0]
    values = metric_values(run)
    assert set(values) == set(metrics_for(run.horizon, with_services=True))
    for name, item in (("service_starts", "started"), ("referrals_lost", "lost")):
        assert values[name] == items_of(policy, item).sum() - items_of(baseline, item).sum()
    at = POLICY_MONTH + 12 - 1
    active = [arm.services[at, ..., SERVICE_ITEMS.index("active")].sum() for arm in (policy, baseline)]
    assert values["people_helped_12"] == active[0] - active[1]
    lines = [LINE_INDEX[name] for name in SERVICE_LINES]
    pounds = [arm.ledger[POLICY_MONTH:, :, lines].sum() / 100 for arm in (policy, baseline)]
    assert values["service_cost"] == pytest.approx(pounds[0] - pounds[1])
    assert values["service_cost_per_person_month"] == pytest.approx(values["service_cost"] / values["net"])


def test_the_frame_holds_both_arms_and_their_difference_by_programme_and_place(outputs, headline):
    get = reader(headline.services, "coaching")
    for arm, k in (("policy", 0), ("baseline", 1)):
        expected = np.mean([items_of(both[k], "started")[1:].sum() for both in outputs])
        assert get(arm, "started").mean == pytest.approx(expected)
        assert get(arm, "places").mean == 80
    difference = get("policy", "started").mean - get("baseline", "started").mean
    assert get("difference", "started").mean == pytest.approx(difference)
    names = [area.name for area in three_places().places]
    whole = reader(headline.services)
    for item in ("referred", "started", "waiting", "into_work", "days_waited"):
        parts = [reader(headline.services, "all", name)("policy", item).mean for name in names]
        programmes = [reader(headline.services, name)("policy", item).mean for name in ("advice", "coaching")]
        assert sum(parts) == pytest.approx(whole("policy", item).mean) == pytest.approx(sum(programmes))
    used, held = whole("policy", "active").mean, whole("policy", "places").mean
    assert whole("policy", "share_in_use").mean == pytest.approx(used / held)


def test_everybody_referred_is_accounted_for_in_the_table(outputs, headline):
    for arm in ("policy", "baseline"):
        for programme in ("advice", "coaching", "all"):
            get = reader(headline.services, programme)
            grown = {
                stock: get(arm, stock).mean - get(arm, f"{stock}_at_start").mean for stock in ("waiting", "active")
            }
            line = sum(get(arm, item).mean for item in LEAVE_LINE) + grown["waiting"]
            assert get(arm, "referred").mean == pytest.approx(line)
            assert get(arm, "started").mean == pytest.approx(
                sum(get(arm, item).mean for item in LEAVE_HELP) + grown["active"]
            )
    panel = panel_of(outputs[0][0])
    assert unaccounted(panel) == 0
    panel.services[20, 0, 0, SERVICE_ITEMS.index("withdrawn")] += 3
    assert unaccounted(panel) == 3


def test_a_service_of_one_arm_alone_counts_nothing_in_the_other(outputs):
    policy, baseline = outputs[0]
    fewer = replace(
        baseline,
        services=baseline.services[:, :1],
        service_places=baseline.service_places[:, :1],
        service_names=SERVICES[:1],
    )
    headline = summarise([compare_arms(policy, fewer)], three_places(), services=FACTS)
    get = reader(headline.services, "coaching")
    assert get("baseline", "started").mean == 0 == get("baseline", "places").mean
    assert get("difference", "started").mean == get("policy", "started").mean > 0


def test_the_tidy_table_gives_back_every_count(folder, outputs):
    table = read_table(folder.path, "services")
    assert not table.isna().any().any() and (table["value"] != 0).all()
    counts = table[~table["measure"].eq("service_places")]
    for seed, both in enumerate(outputs):
        for output in both:
            mine = counts[(counts["scenario"] == output.arm) & (counts["seed"] == seed)]
            assert len(mine) == np.count_nonzero(output.services)
            assert mine["value"].sum() == output.services.sum()
            one = mine[(mine["programme"] == "coaching") & (mine["geography_name"] == "Midham")]
            one = one[one["measure"] == "service_started"]
            assert one["value"].sum() == output.services[:, 1, 1, SERVICE_ITEMS.index("started")].sum()
    held = table[table["measure"] == "service_places"]
    assert set(held["value"]) == {40} and set(held["programme"]) == set(SERVICES)
    known = set(dictionary_table(36, with_services=True)["name"])
    assert set(table["measure"]) <= known and set(read_table(folder.path)["measure"]) <= known


def test_a_resumed_run_with_services_gives_the_same_folder(folder, runs, made, tmp_path):
    place = RunFolder(tmp_path, "Open doors", "abc123")
    for run in runs:
        save_seed(place.path, run)
    back = list(load_seeds(place.path).values())
    assert back[0].policy.service_names == SERVICES
    assert np.array_equal(back[0].policy.services, runs[0].policy.services)
    again = summarise(back, three_places(), services=FACTS)
    write_run(place, replace(made, seeds=back, headline=again, report=replace(made.report, headline=again)))
    assert compare_folders(folder.path, place.path) == []


def test_the_answer_speaks_of_services_and_not_of_subsidies(headline, made, capsys):
    from workability.show import show_headline

    said = " ".join(findings(headline))
    for words in ("started with a service", "waited", "residents in work", "spending on services", "being helped"):
        assert words in said
    show_headline(headline, colour=False)
    page = build_report(made.report, [])
    for text in (said, capsys.readouterr().out, re.sub("<[^>]+>", " ", page.partition('id="reproduce"')[0])):
        assert "ubsidised starts" not in text and "ubsidy spending" not in text and "Nobody started" not in text
    assert not {"starts", "deadweight", "programme_cost", "programme_cost_12"} & set(headline.metrics)


def test_the_page_has_services_by_programme_and_place(made):
    page = build_report(made.report, [])
    part = page.partition('<section id="services"')[2].partition("</section>")[0]
    assert "Advice &lt;on prescription&gt;" in part and "key-worker support" in part and "Midham" in part
    assert part.count("<table>") == 3 and 'href="#services"' in page and 'id="measured"' not in page
    assert not re.search(r"\bnan\b|\bNone\b", part)


def test_the_workbook_flags_small_counts_of_services(headline):
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(headline)))
    head, *rows = book["Services"].iter_rows(min_row=2, values_only=True)
    found = [dict(zip(head, row, strict=True)) for row in rows]
    assert {row["arm"] for row in found} == {"policy", "baseline", "difference"}
    small = [row for row in found if row["small_number"] == "[low]"]
    assert small and all(0 < abs(row["mean"]) < 10 for row in small)
    assert all(row["unit"] in ("residents", "starts", "referrals") for row in small)


def test_the_chain_leads_from_referral_to_pounds(headline):
    table = chain_table(headline)
    steps = list(table["step"])
    order = (
        "Asked and referred", "Rejected: own rules", "Withdrew", "Started", "Into work",
        "Additional in work at month 12", "Change in spending on services", "Net gain of the public purse",
    )  # fmt: skip
    places = [steps.index(step) for step in order]
    assert places == sorted(places)
    assert set(table["block"]) == {"Services under open-doors", "Change against services-today", "Effect"}
    midham = chain_table(headline, "Midham")
    assert 0 < midham["value"].iloc[1] < table["value"].iloc[1]


def test_services_beside_subsidies_show_both():
    runs = [compare_arms(*service_pair(seed=k, subsidised=True)) for k in range(2)]
    headline = summarise(runs, three_places())
    assert {"starts", "deadweight", "service_starts", "service_cost"} <= set(headline.metrics)
    said = " ".join(findings(headline))
    assert "subsidised starts" in said and "started with a service" in said
    assert not headline.twin_words


def test_without_services_nothing_speaks_of_them():
    runs = seeds(2)
    headline = summarise(runs, three_places())
    assert headline.services is None and not headline.is_about_services
    assert not {name for name in headline.metrics if "service" in name or name.startswith("people_")}
    assert (
        "services" not in headline.as_dict()
        and "Services" not in openpyxl.load_workbook(io.BytesIO(workbook_bytes(headline))).sheetnames
    )
    monthly = monthly_table([runs[0].policy], three_places(), "h")["measure"]
    assert not {"service_starts", "people_helped", "service_cost"} & set(monthly)
    assert not summary_table(headline)["table"].str.startswith("services").any()
    assert "service_starts" not in set(dictionary_table(36)["name"])
    page = build_report(contents(runs).report, [])
    assert 'id="services"' not in page and 'id="measured"' in page
    assert set(result_tables(runs, three_places(), "h")) == {"monthly", "effects"}


def test_summary_csv_gives_services_by_arm(folder):
    rows = list(csv.DictReader((folder.path / "summary.csv").read_text(encoding="utf-8").splitlines()))
    tables = {row["table"] for row in rows}
    assert {"services_policy", "services_baseline", "services_difference"} <= tables
    starts = [row for row in rows if row["table"] == "headline" and row["measure"] == "service_starts"]
    total = [
        row for row in rows
        if row["table"] == "services_difference" and row["label"] == "all" and row["measure"] == "service_started"
        and row["geography_name"] == "Testland"
    ]  # fmt: skip
    assert float(starts[0]["mean"]) == pytest.approx(float(total[0]["mean"]))


def test_a_run_of_one_seed_or_without_any_start_has_no_interval_and_no_mean_wait():
    policy, baseline = service_pair(seed=5)
    idle = [replace(arm, services=np.zeros_like(arm.services)) for arm in (policy, baseline)]
    headline = summarise([compare_arms(*idle)], three_places(), services=FACTS)
    said = " ".join(findings(headline))
    assert "nan" not in said and "waited" not in said
    assert "no change" in said and "no interval" in said


def test_pairs_without_services_keep_their_figures():
    plain = compare_arms(*pair())
    assert not plain.has_services and set(metric_values(plain)) == set(metrics_for(plain.horizon))
