"""A goal-seek from question to page: what is refused and how, and whole commands on a small region."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from experiments import seek_runs
from experiments.errors import Interrupted, InvalidRequest, MissingData, RunError, SomeRunsFailed
from experiments.plans import shipped_parameters
from experiments.requests import Request
from experiments.seek import seek
from experiments.seek_levers import MONEY, SHARE, WHOLE, Lever, parse_lever
from experiments.seek_study import SeekRequest, seek_study
from results import pairing
from results.seek_target import parse_target
from results.store import COMPLETE
from scenarios.errors import ScenarioError

TAKE_UP = "subsidies.kickstart.participant_take_up"
GRANT = "subsidies.kickstart.start_payment"


def asked(out: Path = Path("nowhere"), target: str = "starts=40", vary: Any = (), **changes: Any) -> SeekRequest:
    own = {key: changes.pop(key) for key in ("least", "budget", "persistence") if key in changes}
    terms: dict[str, Any] = {"n_seeds": 2, "sample": 50, "months": 6, "threads": 1, "workers": 1, "draws": (0,)}
    terms |= changes
    terms["overrides"] = {"region": "eskermere", **terms.get("overrides", {})}
    study = Request(terms.pop("scenario", "kickstart"), out=out, **terms)
    return SeekRequest(study, target, vary or (f"{TAKE_UP}=0.1..0.9",), **own)


def refused(said: str, error: type[RunError | ScenarioError] = InvalidRequest, **words: Any) -> Any:
    return pytest.param(words, error, said, id=said[:40])


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        refused("write a figure, a relation", target="in_work"),
        refused("Did you mean 'long_term_sick_rate'", target="long_term_sik_rate=7%"),
        refused("is no measure that differences are taken of", target="+starts=100"),
        refused(r"Did you mean 'Stonemarl'\? There are: Quillhaven", target="in_work[Stonemarle]=9"),
        refused("given for the whole region only", target="starts[Stonemarl]=9"),
        refused("@7 is no month of the policy.*from 2026-04 to 2026-09", target="in_work@7=9"),
        refused("@2026-10 is no month", target="in_work@2026-10=9"),
        refused("counted over all 6 months", target="starts@3=9"),
        refused("counted at months 6 only", target="net_cost_per_26_week_job@3=£9"),
        refused("a share cannot be above 100%", target="employment_rate=101%"),
        refused("write 72% for 72 percent", target="employment_rate=72"),
        refused("counted in residents; leave '%' out", target="in_work=7%"),
        refused("not in pounds", target="in_work=£7"),
        refused("'in_work' cannot be negative.*write .in_work", target="in_work=-5"),
        refused("more than 100 percentage points", target="+employment_rate=140%"),
        refused("'many' is no value", target="in_work=many"),
        refused("counted only where a scenario has services", target="people_waiting=9"),
        refused("name at least one lever", vary=()),
        refused("write KEY=LOW..HIGH", vary=(f"{TAKE_UP}=0.4",)),
        refused("reversed or empty.*0.2..0.9", vary=(f"{TAKE_UP}=0.9..0.2",)),
        refused("is no number; write two numbers", vary=(f"{TAKE_UP}=low..high",)),
        refused("decides what is compared", vary=("horizon.months=6..12",)),
        refused("one bound is money", vary=(f"{GRANT}=£0..50%",)),
        refused("a lever twice", vary=(f"{TAKE_UP}=0.1..0.9", f"{TAKE_UP}=0.2..0.8")),
        refused("contradict each other", overrides={TAKE_UP: "0.5"}),
        refused("at 1.5 the scenario cannot be used", ScenarioError, vary=(f"{TAKE_UP}=0.1..1.5",)),
        refused("so pounds and pence could be confused", ScenarioError, vary=(f"{GRANT}=0..3000",)),
        refused("'subsidies.kickstart.take' is not a known", ScenarioError, vary=("subsidies.kickstart.take=0..1",)),
        refused("no subsidi", ScenarioError, vary=("subsidies.x.support=5..9",), scenario="baseline", target="net=1"),
        refused("no lever of the appraisal.*Did you mean", vary=("appraisal.retentin=0..1",)),
        refused("both bounds lie from 0 to 1", vary=("appraisal.retention=0..2",), target="net_exchequer=0"),
        refused("nothing of 'starts'", vary=("appraisal.retention=0..1",)),
        refused("can only be net_exchequer", vary=("appraisal.price_per_26_week_job=£0..£9k",), target="net_DWP=0"),
        refused("more of it is better", least="net_exchequer"),
        refused("--least jobz: 'jobz' is no figure", least="jobz"),
        refused("--budget 3", budget=3),
        refused("--persistence 99", persistence=99),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_in_words(
    words: dict[str, Any], error: type[RunError | ScenarioError], said: str
) -> None:
    with pytest.raises(error, match=said):
        if words.get("vary") == ():
            SeekRequest(Request("kickstart"), "starts=9", ())
        seek_study(asked(**words))


@pytest.mark.parametrize(
    ("text", "figure", "area", "month", "relation", "value", "sense"),
    [
        ("long_term_sick_rate[Stonemarl]=7.3%", "long_term_sick_rate", "Stonemarl", 6, "=", 0.073, -1),
        ("employment_rate[eskermere coast]@2026-05>=72%", "employment_rate", "Eskermere Coast", 2, ">=", 0.72, 1),
        ("+in_work=1k", "in_work", "Eskermere (fictional)", 6, "=", 1000.0, 1),
        ("-unemployed@3=500", "unemployed", "Eskermere (fictional)", 3, "=", -500.0, -1),
        ("-unemployed>=500", "unemployed", "Eskermere (fictional)", 6, "<=", -500.0, -1),
        ("+employment_rate≥0.5pp", "employment_rate", "Eskermere (fictional)", 6, ">=", 0.005, 1),
        ("net_exchequer = -£1.5m", "net_exchequer", "Eskermere (fictional)", 6, "=", -1.5e6, 1),
        ("NET_dwp@4=0", "net_DWP", "Eskermere (fictional)", 4, "=", 0.0, 1),
        ("net_society<=£2k", "net_society", "Eskermere (fictional)", 6, "<=", 2000.0, -1),
        ("net_cost_per_26_week_job=£5,000", "net_cost_per_26_week_job", "Eskermere (fictional)", 6, "=", 5000.0, -1),
        ("starts=40", "starts", "Eskermere (fictional)", 6, "=", 40.0, 1),
    ],
)
def test_a_target_is_read_as_it_is_written(
    text: str, figure: str, area: str, month: int, relation: str, value: float, sense: int
) -> None:
    target = seek_study(asked(target=text)).target
    assert (target.figure.name, target.figure.area_name, target.figure.month) == (figure, area, month)
    assert target.value == pytest.approx(value) and (target.relation, target.sense(0.0)) == (relation, sense)


def test_a_figure_of_which_neither_direction_is_better_is_reached_from_where_it_is() -> None:
    target = seek_study(asked(target="vacancies=900")).target
    assert target.sense(800.0) == 1 and target.sense(1000.0) == -1


def test_counts_grow_with_the_region_and_means_do_not() -> None:
    counts = ("in_work", "mental_health_bed_days", "+vacancies", "net_exchequer", "starts", "programme_cost")
    means = ("employment_rate", "life_satisfaction", "vacancies_per_unemployed", "displacement", "cost_per_participant")
    study = seek_study(asked())
    for name in (*counts, *means):
        figure = parse_target(f"{name}=0", study.geography, study.plan.policy_arm, study.plan.baseline_arm).figure
        assert figure.is_count == (name in counts), name


def test_levers_are_written_as_the_scenario_takes_them() -> None:
    values = shipped_parameters()
    grant = parse_lever(f"{GRANT}=£0..£3k", values)
    assert (grant.low, grant.high, grant.form, grant.text(1250.0)) == (0.0, 3000.0, MONEY, "£1250")
    share = parse_lever(f"{TAKE_UP}=20%..60%", values)
    assert (share.low, share.high, share.form, share.text(0.25)) == (0.2, 0.6, SHARE, "0.25")
    assert parse_lever("separation.separation=0.005..0.007", values).key == "parameters.separation.separation"
    (hours,) = seek_study(asked(vary=("subsidies.kickstart.hours_week=16..40",))).levers
    assert hours.form == WHOLE and hours.text(hours.snap(22.4)) == "22"
    (take_up,) = seek_study(asked(vary=(f"{TAKE_UP}=0..1",))).levers
    assert take_up.form == "number"  # whole bounds of a share are no whole lever
    assert Lever("x", 0.0, 1.0).snap(0.37149) == 0.371


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_answer_is_found_checked_kept_and_the_same_to_the_byte(tmp_path: Path) -> None:
    request = asked(tmp_path / "one", target="starts>=60", budget=8)
    found = seek(request)
    content = found.content
    assert content["status"] == "crossed" and content["crossings"][0]["rises"] and content["n_tried"] <= 7
    low, high = (
        next(p for p in content["points"] if p["values"] == [content["crossings"][0][end]]) for end in ("low", "high")
    )
    assert low["figures"][0]["mean"] < 60 <= high["figures"][0]["mean"]
    study = seek_study(request)
    assert not {t.seed for t in study.tasks} & {t.seed for t in study.fresh_tasks}
    page = found.page.read_text(encoding="utf-8")
    assert content["finding"].replace("'", "&#39;") in page and "Not calibrated" in page
    answer = pd.read_csv(found.folder / "answer.csv", index_col="figure")["mean"].to_dict()
    agencies = ("DWP", "HMRC", "NHS", "local_authorities", "combined_authority", "justice")
    assert answer["net_cost"] == pytest.approx(-sum(answer[f"net_{name}"] for name in agencies))

    before, runs = bytes_in(found.folder), tmp_path / "one" / "kickstart" / "runs"
    times = {path: path.stat().st_mtime_ns for path in runs.rglob("*.npz")}
    assert seek(request).content == json.loads((found.folder / "seek.json").read_text(encoding="utf-8")) == content
    (found.folder / COMPLETE).unlink()
    lost = sorted(times)[0]
    lost.write_bytes(b"cut")
    seek(request)  # what is damaged is run again, and nothing else
    assert bytes_in(found.folder) == before
    assert {p for p in times if p.stat().st_mtime_ns != times[p]} == {lost}

    other = seek(asked(tmp_path / "one", target="starts>=61", budget=8))  # another question on the same runs
    assert other.folder != found.folder and len(list(runs.rglob("*.npz"))) <= len(times) + 3 * 2
    (found.folder / "points.csv").write_text("altered", encoding="utf-8")
    with pytest.raises(MissingData, match=r"not as it was written: points\.csv"):
        seek(request)


def test_a_level_that_holds_anyway_is_met_without_the_policy(tmp_path: Path) -> None:
    found = seek(asked(tmp_path, target="employment_rate[Stonemarl]>=10%", budget=6, n_seeds=1)).content
    assert found["status"] == "everywhere" and found["is_met_without"]
    assert found["without_words"].startswith("Met without the policy: without it the figure is")
    assert any("One run shows no chance" in note for note in found["notes"])


def test_a_lever_that_changes_nothing_is_said_to(tmp_path: Path) -> None:
    # the cap of starts is far beyond what anybody takes up in six months
    found = seek(asked(tmp_path, vary=("subsidies.kickstart.cap_starts=5000..11300",), target="starts=1m", budget=6))
    assert found.content["shape"]["is_constant"] and found.content["status"] == "nowhere"
    assert any(note.startswith("The lever changes nothing") for note in found.content["notes"])
    assert (
        "unreachable within these levers" in found.content["finding"] and "is wanted" in found.content["nearest_words"]
    )


def test_break_even_questions_need_no_run_for_each_value(tmp_path: Path) -> None:
    price = seek(asked(tmp_path, target="net_exchequer=0", vary=("appraisal.price_per_13_week_job=£0..£200k",)))
    runs = len(list((tmp_path / "kickstart" / "runs").rglob("*.npz")))
    assert runs == 4  # two seeds searched, two fresh
    assert price.content["status"] == "crossed" and not price.content["crossings"][0]["rises"]
    # linear in the price: by it the net value falls by the present value of the jobs
    first, last = price.content["points"][0], price.content["points"][-1]
    slope = (last["figures"][0]["mean"] - first["figures"][0]["mean"]) / (last["values"][0] - first["values"][0])
    at = first["values"][0] - first["figures"][0]["mean"] / slope
    assert price.content["answer"][0] == pytest.approx(at, abs=1000)
    kept = seek(asked(tmp_path, target="net_exchequer=0", vary=("appraisal.retention=0..1",))).content
    assert kept["persistence"] > 0 and len(list((tmp_path / "kickstart" / "runs").rglob("*.npz"))) == runs
    values = [p["figures"][0]["mean"] for p in kept["points"]]
    assert values == sorted(values) or values == sorted(values, reverse=True)


def test_several_levers_give_the_cheapest_point_found_and_say_so(tmp_path: Path) -> None:
    request = asked(
        tmp_path, target="starts>=60", vary=(f"{TAKE_UP}=0.1..0.9", "subsidies.kickstart.hours_week=16..40"), budget=9,
        least=TAKE_UP, n_seeds=1,
    )  # fmt: skip
    found = seek(request).content
    reaching = [p["values"] for p in found["points"] if p["is_reached"]]
    assert found["status"] == "crossed" and found["answer"] == min(reaching)
    assert all(hours == int(hours) for _, hours in (p["values"] for p in found["points"]))
    assert any("not proven to be the best" in note for note in found["notes"]) and found["n_tried"] <= 8


def test_a_run_that_fails_names_the_value_and_keeps_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = pairing.compare_arms

    def fails(policy: Any, baseline: Any) -> Any:
        if policy.seed == 2:
            raise ValueError("no such month")
        return whole(policy, baseline)

    monkeypatch.setattr(seek_runs, "compare_arms", fails)
    with pytest.raises(SomeRunsFailed, match=r"1 of 2 runs failed.*draw 0 seed 2: ValueError: no such month"):
        seek(asked(tmp_path))
    assert {path.name for path in tmp_path.rglob("*.npz")} == {"1.npz"}


def test_a_question_that_was_stopped_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = pairing.compare_arms
    made: list[int] = []

    def stops(policy: Any, baseline: Any) -> Any:
        if len(made) == 3:
            raise KeyboardInterrupt
        made.append(policy.seed)
        return whole(policy, baseline)

    monkeypatch.setattr(seek_runs, "compare_arms", stops)
    with pytest.raises(Interrupted, match="will not be repeated"):
        seek(asked(tmp_path, budget=6))
    kept = {path: path.read_bytes() for path in tmp_path.rglob("*.npz")}
    monkeypatch.setattr(seek_runs, "compare_arms", whole)
    found = seek(asked(tmp_path, budget=6))
    assert len(kept) == 3 and all(path.read_bytes() == content for path, content in kept.items())
    assert found.content == seek(asked(tmp_path / "again", budget=6)).content


def test_the_plan_of_a_question_writes_nothing(tmp_path: Path) -> None:
    study = seek_study(asked(tmp_path / "none", budget=10))
    plan = study.as_dict()
    assert plan["runs"] == 20 and plan["budget"] == 10 and plan["memory_bytes"] > 0 and not (tmp_path / "none").exists()
    assert study.command.startswith("workability seek kickstart --target starts=40 --vary")
    other = replace(study.request, target="starts=41")
    assert seek_study(other).content_hash != study.content_hash
