"""The schematic map of a region: each Place once, and no figure depends on it."""

from __future__ import annotations

from pathlib import Path

import pytest

import evidence
from evidence import EvidenceError
from evidence.registry import regions, tiles

TILES = "regions/vale/tiles.yaml"


def write(root: Path, text: str) -> Path:
    (root / TILES).write_text(text, encoding="utf-8")
    return root


def test_every_shipped_region_has_each_place_once() -> None:
    for name in regions():
        standing = [word for row in tiles(name) for word in row if word]
        assert sorted(standing) == sorted(place.name for place in evidence.load_region(name).places)


def test_a_region_without_tiles_gets_its_places_in_their_order(root: Path) -> None:
    assert [word for row in tiles("vale", root) for word in row if word] == ["Upton", "Lowton"]


def test_tiles_are_read_north_first_and_no_hash_covers_them(root: Path) -> None:
    before = evidence.load_region("vale", root).folder_hash
    write(root, 'rows: [[".", Lowton], [Upton, "."]]\n')
    assert tiles("vale", root) == (("", "Lowton"), ("Upton", ""))
    assert evidence.load_region("vale", root).folder_hash == before


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rows: [[Upton]]\n", "each Place once"),
        ("rows: [[Upton, Lowton], [Upton, Lowton]]\n", "each Place once"),
        ('rows: [[Upton, "."], [Lowton]]\n', "of one length"),
        ("rows: [[Upton, Lowtn]]\n", "Did you mean 'Lowton'?"),
        ("rows: Upton\n", "rows"),
        ("lines: [[Upton, Lowton]]\n", "lines"),
    ],
)
def test_tiles_that_cannot_be_used_are_refused(root: Path, text: str, says: str) -> None:
    with pytest.raises(EvidenceError) as found:
        tiles("vale", write(root, text))
    assert says in str(found.value) and str(found.value).startswith("regions/vale/tiles.yaml")
    with pytest.raises(EvidenceError):
        evidence.verify(root)
