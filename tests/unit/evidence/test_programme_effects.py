"""The effects of each kind of programme: what is shipped, and which files are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import evidence
from evidence import EvidenceError, entries, known
from evidence.model import Parameter

DISPUTED = ("ips_primary_care", "connect_to_work", "key_worker_support", "youth_mentoring", "intensive_outreach")
"""Kinds on which trials disagree, or which no comparison group has measured."""
EFFECT = (
    "job_entry_ratio:\n  {value: 1.1, unit: hazard ratio, interval_95: [0.9, 1.4], source: survey, confidence: low}\n"
)


def shipped() -> dict[str, dict[str, Parameter]]:
    return {kind: dict(effects) for kind, effects in evidence.programme_effects().items()}


def bounds(effect: Parameter) -> tuple[float, float]:
    assert effect.interval_95 is not None
    low, high = entries.numbers(effect.interval_95)
    return low, high


def test_every_effect_has_its_unit_an_interval_and_a_source() -> None:
    published = evidence.sources()
    kinds = shipped()
    assert len(kinds) == 22
    for kind, effects in kinds.items():
        for name, effect in effects.items():
            unit, lowest, highest = known.PROGRAMME_EFFECTS[name]
            low, high = bounds(effect)
            assert effect.unit == unit, (kind, name)
            assert lowest <= low <= high <= highest, (kind, name)
            assert {effect.source, *effect.also} <= set(published), (kind, name)


def test_every_kind_changes_something_besides_its_course() -> None:
    course = {"effect_delay_months", "effect_half_life_months", "drop_out", "attrition_waiting", "completion_months"}
    for kind, effects in shipped().items():
        assert set(effects) - course - {"site_sd"}, kind
        assert "completion_months" in effects, kind


def test_no_two_kinds_have_the_same_effects() -> None:
    seen = [{name: (p.value, p.interval_95) for name, p in effects.items()} for effects in shipped().values()]
    assert all(one != other for i, one in enumerate(seen) for other in seen[:i])


@pytest.mark.parametrize("kind", DISPUTED)
def test_no_effect_is_inside_the_interval_where_trials_disagree(kind: str) -> None:
    low, high = bounds(shipped()[kind]["job_entry_ratio"])
    assert low < 1 < high


def test_an_effect_per_place_says_how_far_places_differ() -> None:
    for kind in ("ips_primary_care", "connect_to_work"):
        assert shipped()[kind]["site_sd"].value > 0  # type: ignore[operator]


def test_training_of_employers_is_centred_on_no_effect() -> None:
    effects = shipped()["employer_training"]
    assert effects["health_penalty_ratio"].value == effects["retention_ratio"].value == 1


def test_advice_on_prescription_moves_income_and_no_job() -> None:
    effects = shipped()["advice_on_prescription"]
    assert effects["income_pounds_month"].value > 0  # type: ignore[operator]
    assert not {"job_entry_ratio", "retention_ratio", "conversion"} & set(effects)


def test_only_training_and_work_change_qualification_or_sector() -> None:
    changing = {kind for kind, effects in shipped().items() if {"qualification_gain", "sector_change"} & set(effects)}
    assert changing == {"skills_training", "financed_retraining", "apprenticeship"}


def write(root: Path, text: str) -> None:
    path = root / "parameters" / "programmes" / "coaching.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_kind_stands_under_its_own_name_and_not_among_the_parameters_of_a_run(root: Path) -> None:
    before = evidence.parameters(root)
    write(root, EFFECT)
    assert evidence.programme_effects(root)["coaching"]["job_entry_ratio"].value == 1.1
    assert evidence.parameters(root) == before


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("job_entry_ratio", "job_entri_ratio", "job_entri_ratio", "Did you mean 'job_entry_ratio'?"),
        ("unit: hazard ratio", "unit: ratio", "job_entry_ratio.unit", "is in 'hazard ratio'"),
        ("value: 1.1", "value: 30", "job_entry_ratio.interval_95", "does not contain 30"),
        ("[0.9, 1.4]", "[0.9, 140]", "job_entry_ratio.interval_95", "allowed is 0.1 to 20"),
        ("value: 1.1", "value: [1.1, 1.2]", "job_entry_ratio.value", "write one number"),
        ("interval_95: [0.9, 1.4], ", "", "job_entry_ratio.interval_95", "is missing"),
        ("source: survey", "source: survy", "job_entry_ratio.source", "Did you mean 'survey'?"),
    ],
)
def test_an_effect_that_cannot_be_is_refused(root: Path, old: str, new: str, key: str, words: str) -> None:
    assert old in EFFECT
    write(root, EFFECT.replace(old, new))
    with pytest.raises(EvidenceError) as caught:
        evidence.verify(root)
    assert caught.value.file == "parameters/programmes/coaching.yaml"
    assert caught.value.key == key
    assert words in str(caught.value)


def test_looks_while_on_a_programme_never_rise() -> None:
    for kind, effects in shipped().items():
        if "looks_ratio_while_on" in effects:
            assert bounds(effects["looks_ratio_while_on"])[1] <= 1, kind


def test_the_services_of_a_region_belong_to_its_hash(root: Path) -> None:
    before = evidence.load_region("vale", root)
    assert evidence.service_files("vale", root) == ()
    (root / "regions/vale/services").mkdir()
    (root / "regions/vale/services/upton.yaml").write_text("a: 1\n", encoding="utf-8")
    assert [path.name for path in evidence.service_files("vale", root)] == ["upton.yaml"]
    assert evidence.load_region("vale", root).folder_hash != before.folder_hash
