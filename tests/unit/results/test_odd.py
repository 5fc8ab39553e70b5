"""The model's description: its tables are those of code and evidence, and no process or parameter is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evidence import registry
from results.assumptions import value_text
from results.odd_tables import OddError, filled, markdown, names_in, tables
from results.odd_words import EMPLOYER_WORDS, RESIDENT_WORDS
from simulation.columns import MAX_APPLICATIONS, MAX_LOOKS, Columns, Firms
from simulation.covariates import SPELL_CAP
from simulation.funding.allocators import LAG
from simulation.processes.help_effects import LEAST_STRENGTH
from simulation.start import RUN_IN_MONTHS
from simulation.streams import points

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
ELEMENTS = (
    "Purpose and patterns", "Entities, state variables and scales", "Process overview and scheduling",
    "Design concepts", "Initialisation", "Input data", "Submodels",
)  # fmt: skip
CONCEPTS = (
    "Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction", "Sensing", "Interaction",
    "Stochasticity", "Collectives", "Observation",
)  # fmt: skip


def odd() -> str:
    return (DOCS / "odd.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_tables_are_those_of_code_and_evidence(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert filled(text, path.name) == text, "stale tables; run python tools/odd_tables.py"


def test_all_seven_elements_and_eleven_concepts_are_there_in_order() -> None:
    headings = re.findall(r"^## \d\. (.+)$", odd(), re.MULTILINE)
    assert tuple(headings) == ELEMENTS
    concepts = re.findall(r"^\*\*([^*]+)\.\*\* ", odd().split("## 4.")[1].split("## 5.")[0], re.MULTILINE)
    assert tuple(concepts) == CONCEPTS


def test_every_process_has_a_submodel_that_says_what_it_leaves_out() -> None:
    sections = odd().split("## 7. Submodels")[1].split("## What the code fixes")[0].split("\n### ")[1:]
    for path in (ROOT / "simulation" / "processes").glob("*.py"):
        if path.stem != "__init__":
            found = [text for text in sections if f"`{path.stem}`" in text.partition("\n")[0]]
            assert len(found) == 1, path.stem
            assert "*Left out:*" in found[0], path.stem


def test_every_parameter_has_its_table_on_one_page() -> None:
    shown = [name for path in PAGES for name in names_in(path.read_text(encoding="utf-8"))]
    wanted = {f"parameters.{name}" for name in registry.parameters()}
    wanted |= {f"programmes.{kind}" for kind in registry.programme_effects()} | {"parameters.funding"}
    assert wanted <= set(shown)
    assert len(shown) == len(set(shown))
    assert set(shown) == set(tables())


def test_every_column_has_its_words_and_no_word_is_left_over() -> None:
    assert tuple(RESIDENT_WORDS) == Columns._fields
    assert set(EMPLOYER_WORDS) == set(Firms._fields)


@pytest.mark.parametrize(
    ("row", "number"),
    [
        ("Length of a spell beyond which no hazard changes", f"{SPELL_CAP} months"),
        ("Strength below which an effect of help is over", str(LEAST_STRENGTH)),
        ("Applications, and looks, of a seeker in a month at most", f"{MAX_APPLICATIONS}, and {MAX_LOOKS - 1}"),
        ("Lag of the data that allocators see", f"{LAG} months"),
        ("Months of run-in", str(RUN_IN_MONTHS)),
    ],
)
def test_what_the_code_fixes_is_told_as_it_is(row: str, number: str) -> None:
    line = next(line for line in odd().splitlines() if line.startswith(f"| {row} |"))
    assert line.endswith(f"| {number} |")


def test_the_noise_has_the_spread_that_the_page_says() -> None:
    pieces = 4 * (65536**2 - 1) / 12  # variance of four even 16-bit pieces
    assert (pieces**0.5 * 260 / 65536) == pytest.approx(150, abs=0.5)
    assert int(points(2**64 - 1)) == (4 * 65535 - 131070) * 260 >> 16


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<!-- table: nothing -->\n<!-- end of table -->\n", "there is no table 'nothing'"),
        ("<!-- table: codes -->\nno end", "table 'codes' is not closed"),
        ("<!-- table: codes -->\n<!-- table: draws -->\n<!-- end of table -->\n", "table 'codes' is not closed"),
    ],
)
def test_a_wrong_mark_is_refused(text: str, said: str) -> None:
    with pytest.raises(OddError, match=said):
        filled(text, "page.md")


def test_filling_twice_changes_nothing_and_text_around_stays() -> None:
    text = "before\n<!-- table: codes -->\nold\n<!-- end of table -->\nafter\n"
    once = filled(text, "page.md")
    assert "old" not in once
    assert once.startswith("before\n")
    assert once.endswith("after\n")
    assert filled(once, "page.md") == once


def test_cells_cannot_break_a_table_and_values_are_written_in_full() -> None:
    assert markdown(("a", "b"), [("x|y", "two\nlines")]) == "| a | b |\n| --- | --- |\n| x\\|y | two lines |\n"
    assert value_text(((1.0, 0.25), (3, 4.0))) == "[1, 0.25], [3, 4]"
