"""A real small run with services: clients accounted for, the same folder after a stop, assumptions listed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import simulation.run
from experiments import paired, run_folder
from experiments.errors import RunError
from experiments.plans import plan
from experiments.reproduce import reproduce
from experiments.requests import Request
from experiments.words import parameters_of, policy_lines
from results.explain import chain_text
from results.services import LEAVE_HELP, LEAVE_LINE, reader
from results.store import checksums, read_manifest, read_table


def request(out: Path, scenario: str = "front-door", **changes: Any) -> Request:
    return Request(scenario, n_seeds=2, sample=150, months=6, threads=1, workers=1, out=out, **changes)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> paired.Finished:
    """A study that nothing disturbed."""
    return paired.run(request(tmp_path_factory.mktemp("whole")))


def test_everybody_referred_waits_started_was_rejected_gave_up_or_left(whole: paired.Finished) -> None:
    frame = whole.headline.services
    assert frame is not None
    for arm in ("policy", "baseline"):
        for programme in dict.fromkeys(frame["programme"]):
            get = reader(frame, programme)

            def count(*items: str, arm: str = arm, get: Any = get) -> float:
                return sum(get(arm, item).mean for item in items)

            assert count("referred", "waiting_at_start") == pytest.approx(count(*LEAVE_LINE, "waiting")), programme
            assert count("started", "active_at_start") == pytest.approx(count(*LEAVE_HELP, "active")), programme
    assert reader(frame)("policy", "started").mean > 0
    assert ",pass: 0 clients," in (whole.folder / "qa_log.csv").read_text(encoding="utf-8")


def test_months_of_the_tidy_table_add_up_to_the_frame(whole: paired.Finished) -> None:
    manifest = read_manifest(whole.folder)
    table = read_table(whole.folder, "services", measure="service_started", scenario="front-door")
    table = table[table["period"].between(whole.headline.months[0], whole.headline.months[-1])]
    assert whole.headline.services is not None
    mean = reader(whole.headline.services)("policy", "started").mean
    assert table["value"].sum() / len(manifest["seeds"]) == pytest.approx(mean)
    assert {entry["name"] for entry in manifest["services"]} >= set(table["programme"])


def test_a_stopped_run_goes_on_to_the_same_folder(
    tmp_path: Path, whole: paired.Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = simulation.run.simulate, []

    def simulate(*args: Any, seed: int, **kwargs: Any) -> Any:
        calls.append(seed)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, seed=seed, **kwargs)

    monkeypatch.setattr(simulation.run, "simulate", simulate)
    with pytest.raises(RunError):
        paired.run(request(tmp_path))
    again = paired.run(request(tmp_path))
    assert len(calls) == 3
    assert checksums(again.folder) == checksums(whole.folder)


def test_a_run_with_services_is_reproduced_and_read_back(whole: paired.Finished) -> None:
    assert not reproduce(whole.folder).different
    assert chain_text(run_folder.headline_of(whole.folder)) == chain_text(whole.headline)
    assert "Asked and referred" in chain_text(whole.headline)


def test_the_report_lists_what_services_assume(whole: paired.Finished, tmp_path: Path) -> None:
    listed = parameters_of(plan(request(tmp_path))).set_index("Parameter")
    for key in (
        "doors.triage_rejection", "programmes.ips_severe_mental.attrition_waiting", "services.ips.capacity.caseworkers",
        "services.ips.capacity.caseload", "services.ips.length_months",
    ):  # fmt: skip
        assert listed.loc[key, "Source"], key
    assert any(re.fullmatch(r"services\.ips\.cost\.per_\w+", key) for key in listed.index)
    judged = int((listed["Confidence"] == "assumption").sum())
    page = (whole.folder / "report.html").read_text(encoding="utf-8")
    assert f"{len(listed)} parameters were used; {judged} of them are assumptions" in page


def test_a_changed_length_is_named_beside_the_evidence(tmp_path: Path) -> None:
    overrides = {"services.programmes.ips.length_months": "4"}
    listed = parameters_of(plan(request(tmp_path, overrides=overrides))).set_index("Parameter")
    assert str(listed.loc["services.ips.length_months", "Source"]).startswith("set by the scenario to 4")


def test_runs_without_services_list_no_door_and_keep_no_table(tmp_path: Path) -> None:
    listed = parameters_of(plan(request(tmp_path, "kickstart")))["Parameter"]
    assert not listed.str.startswith(("doors.", "services.", "programmes.", "employer_offers.")).any()


def test_what_incentives_assume_is_listed_where_a_study_has_some(tmp_path: Path) -> None:
    study = plan(request(tmp_path, "sme-incentives"))
    listed = parameters_of(study)["Parameter"]
    assert {"employer_offers.take_up", "employer_offers.adjusted_return"} <= set(listed)
    lines = policy_lines(study, None)
    assert any("£40 a month by the combined authority for each worker with a declared condition" in s for s in lines)
