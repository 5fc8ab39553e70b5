"""Targets that cannot all be true are named; those that a region has accepted are listed and stop nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import evidence
from calibration.consistency import ALLOWED_SE, Conflict, check_targets, checked_region
from evidence.model import Region, Target
from evidence.registry import PACKAGED
from experiments.errors import InvalidData

SHIPPED = ("cheshire-merseyside", "eskermere")
ESKERMERE = evidence.load_region("eskermere")


def target(measure: str, area: str, value: float, se: float, **more: str) -> Target:
    """A target of the survey."""
    fields = {"period": "2024", "unit": "percent", "role": "fit", "source": "assumption", "note": ""} | more
    name = more.get("name", f"{measure}_new[{area}]")
    rest = {key: text for key, text in fields.items() if key != "name"}
    return Target(name=name, measure=measure, area=area, value=value, se=se, confidence="assumption", **rest)


def found(*targets: Target, region: Region = ESKERMERE, keep: bool = True) -> list[Conflict]:
    return check_targets(replace(region, targets=(*(region.targets if keep else ()), *targets)))


@pytest.mark.parametrize("name", SHIPPED)
def test_no_shipped_region_has_a_contradiction_that_is_not_accepted(name: str) -> None:
    assert checked_region(name).name == name


def test_the_known_contradictions_of_the_region_are_listed_with_their_reason() -> None:
    listed = check_targets(evidence.load_region("cheshire-merseyside"))
    assert {conflict.area for conflict in listed} == {"Knowsley", "Halton"}
    for conflict in listed:
        assert "short-term sickness" in conflict.known and conflict.measure == "long_term_sick_rate"
        assert len(conflict.targets) == 2 and all(conflict.area in name for name in conflict.targets)


def test_two_figures_of_one_thing_conflict_only_beyond_their_joint_error() -> None:
    observed = next(t for t in ESKERMERE.targets if t.name == "employment_rate[Stonemarl]")
    joint = (observed.se**2 + 1.0) ** 0.5
    near = target("employment_rate", "Stonemarl", observed.value - 0.99 * ALLOWED_SE * joint, 1.0)
    far = replace(near, value=observed.value - 1.01 * ALLOWED_SE * joint)
    assert not [c for c in found(near) if c.kind == "two_figures"]
    (conflict,) = [c for c in found(far) if c.kind == "two_figures"]
    assert conflict.targets == (observed.name, far.name)
    assert conflict.distance == pytest.approx(1.01 * ALLOWED_SE)
    assert f"{far.value:g}" in conflict.message and "2025" in conflict.message and "2024" in conflict.message


def test_a_hold_out_contradicts_nothing() -> None:
    assert found(target("employment_rate", "Stonemarl", 5.0, 0.1, role="holdout")) == []


def test_places_that_imply_another_total_than_the_regions_are_named() -> None:
    targets = tuple(
        replace(t, value=t.value + 8.0) if t.measure == "long_term_sick_rate" else t for t in ESKERMERE.targets
    )
    (conflict,) = [c for c in found(*targets, keep=False) if c.kind == "region_total"]
    assert conflict.measure == "long_term_sick_rate" and conflict.area == "region"
    assert "long_term_sick" in conflict.targets and len(conflict.targets) == 1 + len(ESKERMERE.places)
    assert "imply" in conflict.message and "says" in conflict.message


def test_a_population_that_is_not_the_sum_of_its_places_is_named() -> None:
    total = sum(t.value for t in ESKERMERE.targets if t.measure == "population")
    fits = target("population", "region", total, 500, unit="persons")
    assert found(fits) == []
    (conflict,) = found(replace(fits, value=total * 1.1))
    assert conflict.kind == "region_total" and conflict.measure == "population"


SHARES = [
    # employment, inactivity, unemployment of the active, long-term sick, activity; kinds expected
    ((75.0, 22.0, None, None, None), set()),
    ((75.0, 33.0, None, None, None), {"shares"}),
    ((75.0, 15.0, None, None, None), set()),  # the rest may be unemployed
    ((75.0, 15.0, 4.0, None, None), {"shares"}),  # 78.8 of 100 are neither
    ((75.0, 21.875, 4.0, None, None), set()),
    ((75.0, 22.0, None, 30.0, None), {"part_of_whole"}),
    ((75.0, 22.0, None, 9.0, 78.0), set()),
    ((75.0, 22.0, None, None, 70.0), {"shares"}),
]


@pytest.mark.parametrize(("values", "kinds"), SHARES)
def test_shares_of_one_whole_add_up_and_no_part_is_above_it(values: tuple[float | None, ...], kinds: set[str]) -> None:
    measures = (
        "employment_rate", "inactivity_rate", "unemployment_rate", "long_term_sick_rate", "economic_activity_rate"
    )  # fmt: skip
    targets = [target(m, "Stonemarl", v, 1.0) for m, v in zip(measures, values, strict=True) if v is not None]
    conflicts = found(*targets, keep=False)
    assert {conflict.kind for conflict in conflicts} == kinds
    assert all("Stonemarl" in conflict.message for conflict in conflicts)


def test_shares_by_band_that_sum_to_more_than_the_whole_are_named() -> None:
    bands = [target(f"unemployment_duration_share[{b}]", "region", 60.0, 2.0) for b in ("0-3m", "3-6m")]
    (conflict,) = found(*bands, keep=False)
    assert conflict.kind == "shares" and "120.0%" in conflict.message


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the evidence that may be written to."""
    shutil.copytree(PACKAGED, tmp_path / "evidence")
    return tmp_path / "evidence"


CONTRADICTION = """
employment_rate_later:
  {measure: employment_rate, area: Stonemarl, period: "2026", value: 50, se: 1, unit: percent, role: fit,
   source: assumption, confidence: assumption}
"""
ACCEPTED = """
later: {kind: two_figures, measure: employment_rate, area: Stonemarl, periods: ["2025", "2026"], reason: works closed}
total: {kind: region_total, measure: employment_rate, area: region, periods: ["2025", "2026"], reason: works closed}
"""


def test_an_unknown_contradiction_stops_a_fit_and_one_that_is_named_does_not(root: Path) -> None:
    folder = root / "regions/eskermere"
    before = checked_region("eskermere", root).folder_hash
    (folder / "targets.yaml").write_text((folder / "targets.yaml").read_text() + CONTRADICTION)
    with pytest.raises(
        InvalidData, match=r"(?s)employment_rate_later \(50, SE 1, 2026\).*known_conflicts.yaml"
    ) as stop:
        checked_region("eskermere", root)
    assert stop.value.exit_code == 3
    changed = evidence.load_region("eskermere", root).folder_hash
    (folder / "known_conflicts.yaml").write_text(ACCEPTED)
    region = checked_region("eskermere", root)
    assert changed == region.folder_hash != before
    assert {conflict.known for conflict in check_targets(region)} == {"works closed"}


def test_a_contradiction_named_for_other_periods_is_not_accepted(root: Path) -> None:
    folder = root / "regions/eskermere"
    (folder / "targets.yaml").write_text((folder / "targets.yaml").read_text() + CONTRADICTION)
    (folder / "known_conflicts.yaml").write_text(ACCEPTED.replace('"2026"', '"2027"'))
    with pytest.raises(InvalidData):
        checked_region("eskermere", root)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Quillhaven: 72.5", "Quillhaven: 172.5", "from 0 to 100"),
        ("Quillhaven: 72.5", "Quilhaven: 72.5", "Did you mean 'Quillhaven'"),
        ("se: 2.5", "se: 0", "above 0"),
        ("Quillhaven: 72.5", "Quillhaven: =1+1", "finite number"),
        ("Quillhaven: 72.5", "Quillhaven: 1, Quillhaven: 2", "repeated"),
    ],
)
def test_targets_that_cannot_be_read_are_invalid_data(root: Path, old: str, new: str, words: str) -> None:
    path = root / "regions/eskermere/targets.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(InvalidData, match=words):
        checked_region("eskermere", root)
