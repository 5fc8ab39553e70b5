"""A region's posterior as it is read: what a draw holds, and every way in which the files can be wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from evidence import EvidenceError, load_region
from evidence.fit_registry import posterior, verify
from evidence.posterior_files import fitted_inside

LEVELS = """
place:
  sick: {Upton: 1.5, Lowton: 0.5}
  separation: {Upton: 1.1, Lowton: 0.9}
slots: 1.1
standard_shift: -1
"""
DRAWS = """
draw,search.looks,search.hazard_by_age,level.sick[Upton],level.sick[Lowton],level.separation[Upton],level.separation[Lowton],slots,standard_shift
1,6,1.1,1.4,0.6,1,1,1.05,3
2,5.5,0.9,1.6,0.4,1.2,0.8,1.15,-4
"""
FACTS = """
{format: 1, region: vale, model: 1, parameters: a1b2, targets: c3d4, n_draws: 2, sample: 20, seeds: [1, 2]}
"""
PREDICTIONS = """
draw,unemployed,"employment_rate[Upton]"
1,90,60
2,110,
"""
FITTED = "regions/vale/fitted/"


@pytest.fixture
def fitted(root: Path) -> Path:
    """Return a whole evidence folder with a posterior."""
    files = {
        "levels.yaml": LEVELS,
        "posterior.csv": DRAWS,
        "posterior.yaml": FACTS,
        "posterior_targets.csv": PREDICTIONS,
    }
    for name, text in files.items():
        (root / FITTED / name).write_text(text.lstrip("\n"), encoding="utf-8")
    return root


def read(root: Path) -> object:
    return posterior(load_region("vale", root), root)


def test_draws_hold_parameters_levels_and_what_they_were_made_for(fitted: Path) -> None:
    found = posterior(load_region("vale", fitted), fitted)
    assert found is not None
    assert [draw.number for draw in found.draws] == [1, 2]
    draw = found.draws[1]
    assert draw.parameters == (("search.hazard_by_age", 0.9), ("search.looks", 5.5))
    assert draw.level_content == {
        "place": {"sick": {"Upton": 1.6, "Lowton": 0.4}, "separation": {"Upton": 1.2, "Lowton": 0.8}},
        "slots": 1.15,
        "standard_shift": -4,
    }
    assert (found.model, found.parameters, found.targets) == (1, "a1b2", "c3d4")
    assert (found.targets_inside, found.targets_measured) == (1, 2)
    verify(fitted)


def test_a_region_without_one_has_none_and_a_region_is_loaded_without_reading_it(fitted: Path) -> None:
    before = load_region("vale", fitted)
    (fitted / FITTED / "posterior.csv").write_text("nonsense", encoding="utf-8")
    assert load_region("vale", fitted) is before, "draws decide nothing of the region itself"
    for name in ("posterior.csv", "posterior.yaml"):
        (fitted / FITTED / name).unlink()
    assert read(fitted) is None


def test_a_file_written_anew_is_read_anew(fitted: Path) -> None:
    path = fitted / FITTED / "posterior.csv"
    path.write_text(path.read_text().replace("1.05", "1.06"), encoding="utf-8")
    found = posterior(load_region("vale", fitted), fitted)
    assert found is not None and found.draws[0].slots == 1.06


def refused(folder: Path, name: str, change: tuple[str, str], words: str) -> None:
    """Change a text in a file and check that the file is refused with these words."""
    path = folder / FITTED / name
    text = path.read_text()
    assert change[0] in text
    path.write_text(text.replace(*change, 1), encoding="utf-8")
    with pytest.raises(EvidenceError, match=rf"regions/vale/fitted/{re.escape(name)}.*{words}"):
        read(folder)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (",slots,", ",places,", "'slots': the column is missing"),
        ("level.sick[Lowton]", "level.sick[Lowtown]", r"'level\.sick\[Lowton\]': the column is missing"),
        ("draw,", "number,", "'draw': the column is missing"),
        ("search.looks", "search.look", "no such parameter.*Did you mean 'search.looks'"),
        ("draw,search.looks,", "draw,draw,", "'draw': the column is there twice"),
        ("search.looks", "level.sick[Nowhere]", "no Place 'Nowhere'; it has Upton, Lowton"),
        ("search.looks", "level.sik[Upton]", "no level 'sik'.*Did you mean 'sick'"),
        ("5.5,", "five,", r"row 3\.search\.looks.*found 'five'"),
        ("5.5,", "nan,", r"row 3\.search\.looks.*finite"),
        ("5.5,", "inf,", r"row 3\.search\.looks.*finite"),
        ("5.5,", ",", r"row 3\.search\.looks.*found ''"),
        ("2,5.5", "1,5.5", r"row 3\.draw.*found 1, wanted 2"),
        ("2,5.5", "3,5.5", r"row 3\.draw.*found 3, wanted 2"),
        ("2,5.5", "1.5,5.5", r"row 3\.draw.*whole number"),
        (",0.4,", ",0,", r"row 3\.level\.sick\[Lowton\].*above 0"),
        ("1.15,", "-1,", r"row 3\.slots.*above 0"),
        (",-4", ",-4.5", r"row 3\.standard_shift.*whole number"),
        (",-4", ",-4,7", "row 3.*found 10 cells under 9 headings"),
        (",-4", ',"-4', "no CSV table"),
    ],
)
def test_a_broken_table_names_file_row_and_column(fitted: Path, old: str, new: str, words: str) -> None:
    refused(fitted, "posterior.csv", (old, new), words)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("n_draws: 2", "n_draws: 3", "'n_draws': found 3, but .*holds 2 draws"),
        ("n_draws: 2", "n_draws: two", "'n_draws': found 'two'"),
        ("model: 1", "model: true", "'model': found True"),
        ("model: 1", "module: 1", "model"),
        ("region: vale", "region: hill", "found 'hill', but the file lies in the folder of 'vale'"),
        ("parameters: a1b2", "parameters: 12", "'parameters': found 12; write it as text"),
        ("format: 1", "format: 2", "reads format 1"),
        ("{format", "[format", "YAML"),
    ],
)
def test_broken_facts_name_the_key(fitted: Path, old: str, new: str, words: str) -> None:
    refused(fitted, "posterior.yaml", (old, new), words)


@pytest.mark.parametrize("name", ["posterior.csv", "posterior.yaml"])
def test_half_a_posterior_is_refused(fitted: Path, name: str) -> None:
    (fitted / FITTED / name).unlink()
    with pytest.raises(EvidenceError, match=rf"{name}: the file is missing"):
        read(fitted)


def test_a_table_without_a_draw_is_refused(fitted: Path) -> None:
    path = fitted / FITTED / "posterior.csv"
    path.write_text(path.read_text().splitlines()[0] + "\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match="no draw"):
        read(fitted)


def test_predictions_that_are_no_numbers_are_refused(fitted: Path, change: Callable[[str, str, str], Path]) -> None:
    change(FITTED + "posterior_targets.csv", "110", "many")
    with pytest.raises(EvidenceError, match=r"posterior_targets\.csv.*row 3\.unemployed.*found 'many'"):
        read(fitted)


def test_a_figure_is_inside_where_it_lies_in_the_middle_nine_tenths_of_the_prediction() -> None:
    """With one draw the prediction is normal, so the figure is inside within 1.645 standard errors."""
    for apart, inside in ((1.64, 1), (1.65, 0), (-1.64, 1), (-1.65, 0)):
        assert fitted_inside(f"draw,x\n1,{10 + 2 * apart}\n", "f", [("x", 10.0, 2.0)]) == (inside, 1)
    assert fitted_inside("draw,x\n1,\n", "f", [("x", 10.0, 2.0), ("y", 1.0, 1.0)]) == (0, 0)
    wide = "draw,x\n" + "".join(f"{k},{10 + 40 * math.sin(k)}\n" for k in range(1, 200))
    assert fitted_inside(wide, "f", [("x", 10.0, 2.0)]) == (1, 1)
