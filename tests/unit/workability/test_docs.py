"""The documentation: its links lead somewhere, its commands exist, and the index lists every page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from workability.cli import app

ROOT = Path(__file__).parents[3]
PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md"])
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([\w-]+))?\)")
COMMAND = re.compile(r"(?:^|`)workability ([a-z][\w-]*)", re.MULTILINE)
CODE_PATH = re.compile(
    r"`((?:calibration|evidence|experiments|results|scenarios|simulation|tools|workability)/[\w./-]+\.(?:py|yaml|csv))`"
)


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for file, anchor in LINK.findall(path.read_text(encoding="utf-8")):
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), file
        assert not anchor or anchor in anchors(target), anchor


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_commands_and_files_named_exist(path: Path) -> None:
    known = set(typer.main.get_command(app).commands)
    text = path.read_text(encoding="utf-8")
    assert {name for name in COMMAND.findall(text) if name not in known} == set()
    assert [name for name in CODE_PATH.findall(text) if not (ROOT / name).exists()] == []


def test_the_index_lists_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    listed = {file for file, _ in LINK.findall(index)}
    assert listed == {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
