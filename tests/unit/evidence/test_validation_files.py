"""What a validation reads: sound files are read whole, and every broken one is refused by file, row and column."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from evidence.errors import EvidenceError
from evidence.fit_registry import validation_digest, validation_inputs
from evidence.registry import PACKAGED, load_region
from evidence.validation_files import FILES, NOTES, ScoreNote, is_level
from tests.fitted_regions import PARAMETERS, write

REGION = "eskermere"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Evidence of one region with a made-up posterior."""
    copy = tmp_path / "evidence"
    shutil.copytree(PACKAGED, copy, ignore=shutil.ignore_patterns("cheshire-merseyside"))
    write(copy / "regions" / REGION, load_region(REGION).targets, n_draws=8)
    return copy


def fitted(root: Path, name: str) -> Path:
    return root / "regions" / REGION / "fitted" / name


def read(root: Path) -> object:
    return validation_inputs(load_region(REGION, root), root)


def test_everything_is_read_and_what_is_optional_may_be_missing(root: Path) -> None:
    region = load_region(REGION, root)
    found = validation_inputs(region, root)
    assert found is not None and found.full is not None and found.prior is not None
    assert found.parameters == PARAMETERS
    assert list(found.predictions.index) == list(range(1, 9))
    assert set(found.predictions.columns) == {target.name for target in region.targets}
    assert set(found.twin) == {target.name for target in region.targets}
    assert len(found.tables) == 5
    for name in FILES[3:]:
        fitted(root, name).unlink()
    bare = validation_inputs(region, root)
    assert bare is not None and bare.full is None and bare.prior is None
    assert (bare.twin, bare.tables, bare.notes) == ({}, {}, ())
    assert bare.digest != found.digest
    for name in FILES[:3]:
        fitted(root, name).unlink()
    assert validation_inputs(region, root) is None and validation_digest(REGION, root) is None


def test_a_posterior_changes_no_run_and_is_read_again_when_it_changes(root: Path) -> None:
    before, digest = load_region(REGION, root).folder_hash, validation_digest(REGION, root)
    (root / "regions" / REGION / NOTES).write_text("population*: {reason: a, remedy: b}\n", encoding="utf-8")
    assert load_region(REGION, root).folder_hash == before == load_region(REGION).folder_hash
    assert validation_digest(REGION, root) != digest


def test_an_empty_cell_is_not_measured_and_draw_0_is_left_out(root: Path) -> None:
    path = fitted(root, "posterior_targets.csv")
    lines = path.read_text(encoding="utf-8").splitlines()
    first = lines[1].split(",")
    path.write_text("\n".join([lines[0], ",".join([first[0], "", *first[2:]]), *lines[2:]]) + "\n", encoding="utf-8")
    assert np.isnan(validation_inputs(load_region(REGION, root), root).predictions.iloc[0, 0])  # type: ignore[union-attr]
    draws = fitted(root, "posterior.csv")
    text = draws.read_text(encoding="utf-8").splitlines()
    draws.write_text("\n".join([*text, "0," + text[1].partition(",")[2]]) + "\n", encoding="utf-8")
    assert 0 not in validation_inputs(load_region(REGION, root), root).draws.index  # type: ignore[union-attr]


def swap(old: str, new: str, count: int = 1) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, count)


def row(number: int, change: Callable[[list[str]], list[str]]) -> Callable[[str], str]:
    def edit(text: str) -> str:
        lines = text.splitlines()
        lines[number] = ",".join(change(lines[number].split(",")))
        return "\n".join(lines) + "\n"

    return edit


BROKEN = [
    ("posterior_targets.csv", swap("draw,", "drew,"), "'draw': the column is missing"),
    ("posterior_targets.csv", swap("hazard_EU", "hazard_EX"), "'hazard_EX': the region has no such target"),
    ("posterior_targets.csv", swap("hazard_EU", "hazard_EI"), "'hazard_EI': the column is there twice"),
    ("posterior_targets.csv", row(1, lambda cells: [cells[0], "many", *cells[2:]]), "row 2.population[Quillhaven]"),
    ("posterior_targets.csv", row(1, lambda cells: [cells[0], "inf", *cells[2:]]), "found 'inf'"),
    ("posterior_targets.csv", row(1, lambda cells: cells[:-1]), "'row 2': found"),
    ("posterior_targets.csv", row(1, lambda cells: ["2", *cells[1:]]), "draw 2 stands twice"),
    ("posterior_targets.csv", row(1, lambda cells: ["99", *cells[1:]]), "different fits; fit anew"),
    ("posterior_targets.csv", row(1, lambda cells: ["-1", *cells[1:]]), "found '-1'; write the draw's number"),
    ("posterior_targets.csv", lambda text: text.splitlines()[0] + "\n", "the table has no rows"),
    ("posterior_full.csv", swap("hazard_EU", "hazard_EX"), "'hazard_EX'"),
    ("posterior.csv", row(1, lambda cells: [cells[0], "", *cells[2:]]), "row 2.separation.separation': found ''"),
    ("posterior.csv", swap("slots", "slotes"), "'slotes': no such column"),
    ("prior.csv", swap("search.looks", "looks"), "'looks': no such column"),
    ("posterior.yaml", swap("n_draws: 8", "n_draws: 9"), "'n_draws': found 9"),
    ("posterior.yaml", swap("n_draws: 8", "n_draws: lots"), "write a whole number"),
    ("posterior.yaml", swap("region: eskermere", "region: elsewhere"), "'region': found 'elsewhere'"),
    ("posterior.yaml", swap("model: 2", "modal: 1"), "'model': is missing"),
    ("posterior.yaml", swap("checks:", "checks: 3\nother:"), "'checks': found int"),
    ("twin_targets.csv", swap("hazard_EU", "hazard_EX"), "row"),
    ("twin_targets.csv", swap("hazard_EU", "hazard_EI"), "stands twice"),
    ("twin_targets.csv", swap("value", "worth"), "'value': the column is missing"),
    ("drift.csv", swap("1000", "many"), "row 2.mean"),
    ("sbc.csv", row(1, lambda cells: [cells[0], "17"]), "write the share of the draws"),
    ("recovery.csv", swap("truth", "true"), "'truth': the column is missing"),
    ("replications.csv", swap("verdict", "word"), "'verdict': the column is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change", "said"), BROKEN, ids=[f"{b[0]}: {b[2]}" for b in BROKEN])
def test_a_broken_file_is_refused_by_name_and_place(
    root: Path, name: str, change: Callable[[str], str], said: str
) -> None:
    path = fitted(root, name)
    text = path.read_text(encoding="utf-8")
    broken = change(text)
    assert broken != text
    path.write_text(broken, encoding="utf-8")
    with pytest.raises(EvidenceError) as refused:
        read(root)
    assert said in str(refused.value)
    assert "posterior" in refused.value.file or name in refused.value.file


@pytest.mark.parametrize("name", FILES[:3])
def test_a_needed_file_that_is_missing_is_named(root: Path, name: str) -> None:
    fitted(root, name).unlink()
    if name == "posterior_targets.csv":
        fitted(root, "posterior.yaml").touch()
    with pytest.raises(EvidenceError, match=name):
        read(root)


def test_notes_are_patterns_of_names_and_one_about_nothing_is_refused(root: Path) -> None:
    note = ScoreNote("long_term_sick_rate_2024[*]", "a", "b")
    assert note.fits("long_term_sick_rate_2024[Halton]")
    assert not note.fits("long_term_sick_rate[Halton]")
    assert ScoreNote("hazard_U*", "a", "b").fits("hazard_UE")
    path = root / "regions" / REGION / NOTES
    path.write_text("hazards_*: {reason: a, remedy: b}\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match="is about no target"):
        read(root)
    path.write_text("hazard_*: {reason: a}\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"hazard_\*.remedy"):
        read(root)


def test_levels_are_told_from_parameters() -> None:
    assert [is_level(name) for name in ("level.separation[X]", "slots", "standard_shift", "search.looks")] == [
        *(True, True, True, False)
    ]
