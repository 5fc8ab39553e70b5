"""What the loader hands over, seen on a small folder."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import evidence
from evidence import EvidenceError, loading

Change = Callable[[str, str, str], Path]


def test_a_whole_folder_loads(root: Path) -> None:
    evidence.verify(root)
    assert set(evidence.sources(root)) == {"survey", "assumption", "census"}
    assert evidence.regions(root) == ("vale",)
    assert evidence.rule_years(root) == ("2025/26",)


def test_a_parameter_carries_all_that_the_file_says(root: Path) -> None:
    search = evidence.parameters(root)["search"]
    assert search["looks"].value == 6
    assert search["looks"].interval_95 == (3, 9)
    assert search["looks"].distribution == "normal"
    assert search["looks"].date == "2026"
    assert search["hazard_by_age"].value == (0.1, 0.2)
    assert search["hazard_by_age"].by == ("age_band",)
    assert search["hazard_by_age"].interval_ratio_95 == (0.8, 1.25)
    assert search["threshold"].interval_95 is None
    assert search["threshold"].distribution == "fixed"


def test_nested_lists_become_nested_tuples_with_named_axes(change: Change) -> None:
    root = change("parameters/search.yaml", "[0.1, 0.2], by: [age_band]", "[[1, 2], [3, 4]], by: [sex, age_band]")
    parameter = evidence.parameters(root)["search"]["hazard_by_age"]
    assert parameter.value == ((1, 2), (3, 4))
    assert parameter.by == ("sex", "age_band")


def test_a_region_keeps_the_order_of_its_places(root: Path) -> None:
    region = evidence.load_region("vale", root)
    assert [place.name for place in region.places] == ["Upton", "Lowton"]
    assert region.groups == {"Both": ("Upton", "Lowton")}
    assert region.outside == ("Elsewhere",)
    assert list(region.employers["area"]) == ["Upton", "Lowton"]
    assert region.levels == {}


def test_the_table_against_targets_is_handed_over_with_how_it_was_measured(change: Change, root: Path) -> None:
    before = evidence.load_region("vale", root)
    assert before.fitted_targets is not None
    assert before.fitted_targets["model"].tolist() == [104]
    assert before.fitted_facts["settled_months"] == 60
    after = evidence.load_region("vale", change("regions/vale/fitted/target_table.csv", ",104,", ",105,"))
    assert after.fitted_targets is not None
    assert after.fitted_targets["model"].tolist() == [105]
    assert after.folder_hash == before.folder_hash
    for name in ("target_table.csv", "target_table.yaml"):
        (root / "regions/vale/fitted" / name).unlink()
    bare = evidence.load_region("vale", root)
    assert bare.fitted_targets is None and bare.fitted_facts == {}


def test_a_category_called_none_is_not_a_blank(root: Path) -> None:
    tenure = evidence.load_region("vale", root).margins["tenure"]
    assert list(tenure["tenure"]) == ["owner", "none"]
    assert tenure["lower"].isna().tolist() == [False, True]


def test_one_entry_over_places_makes_one_target_each(root: Path) -> None:
    targets = {target.name: target for target in evidence.load_region("vale", root).targets}
    assert targets["employment_rate[Lowton]"].value == 71
    assert targets["employment_rate[Lowton]"].area == "Lowton"
    assert targets["employment_rate[Lowton]"].measure == "employment_rate"


def test_an_entry_over_periods_names_area_and_period(change: Change) -> None:
    entry = "over: period, area: Upton, values: {2014-12: 7.0, 2015: 8.0}"
    root = change("regions/vale/targets.yaml", "over: place, values: {Upton: 75.0, Lowton: 71.0}", entry)
    root = change("regions/vale/targets.yaml", 'period: "2022", ', "")
    targets = {target.name: target for target in evidence.load_region("vale", root).targets}
    assert targets["employment_rate[Upton, 2014-12]"].period == "2014-12"
    assert targets["employment_rate[Upton, 2015]"].value == 8


def test_targets_may_be_a_list(root: Path) -> None:
    (root / "regions/vale/targets.yaml").write_text(
        "targets:\n- {name: sick, measure: long_term_sick, area: region, value: 9, se: 1, period: 2022, unit: persons,"
        " role: holdout, source: census, confidence: proxy, note: a list}\n",
        encoding="utf-8",
    )
    (root / "regions/vale/variants.yaml").unlink()
    (target,) = evidence.load_region("vale", root).targets
    assert (target.name, target.measure, target.role, target.period) == ("sick", "long_term_sick", "holdout", "2022")


def test_a_variant_states_only_what_differs(root: Path) -> None:
    variant = evidence.load_region("vale", root).variants["more"]
    assert variant == {"description": "Another reading", "overrides": {"unemployed": {"value": 150}}}


def test_fitted_levels_are_read_if_there_are_any(root: Path) -> None:
    before = evidence.load_region("vale", root)
    (root / "regions/vale/fitted").mkdir(exist_ok=True)
    (root / "regions/vale/fitted/levels.yaml").write_text("target_slots: 1.02\n", encoding="utf-8")
    after = evidence.load_region("vale", root)
    assert after.levels == {"target_slots": 1.02}
    assert after.folder_hash != before.folder_hash


def test_the_hash_follows_the_content_and_not_the_folder(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    copy = tmp_path_factory.mktemp("copy") / "evidence"
    shutil.copytree(root, copy)
    assert evidence.load_region("vale", copy).folder_hash == evidence.load_region("vale", root).folder_hash
    with (copy / "regions/vale/commuting.csv").open("a", encoding="utf-8") as file:
        file.write("Lowton,Upton,2\n")
    assert evidence.load_region("vale", copy).folder_hash != evidence.load_region("vale", root).folder_hash


def test_a_changed_file_is_read_again(change: Change, root: Path) -> None:
    assert evidence.parameters(root)["search"]["looks"].value == 6
    assert evidence.parameters(change("parameters/search.yaml", "value: 6", "value: 5"))["search"]["looks"].value == 5


def test_words_of_yaml_1_1_stay_words(change: Change) -> None:
    root = change("parameters/search.yaml", "threshold: {value: 4, unit: weeks", "threshold: {value: no, unit: code")
    assert evidence.parameters(root)["search"]["threshold"].value == "no"


def test_citations_are_stated_once_each(root: Path) -> None:
    assert [source.id for source in evidence.citations(["survey", "census", "survey"], root)] == ["census", "survey"]


def test_the_error_survives_a_worker_process() -> None:
    error = pickle.loads(pickle.dumps(EvidenceError("a.yaml", "b.c", "is wrong")))
    assert (error.file, error.key, error.message, str(error)) == (
        "a.yaml",
        "b.c",
        "is wrong",
        "a.yaml: 'b.c': is wrong",
    )


@pytest.mark.parametrize("unit", ["per month", "pounds per week", "share", "percent of hours", "persons per year"])
def test_units_are_built_from_known_words(unit: str) -> None:
    assert loading.unit(unit, "a.yaml", "b") == unit


@pytest.mark.parametrize("unit", ["", "per", "furlongs", "pounds per fortnight", "per month per moon"])
def test_unknown_units_are_refused(unit: str) -> None:
    with pytest.raises(EvidenceError, match=r"unit"):
        loading.unit(unit, "a.yaml", "b")
