"""Reading one region's folder: Places, margins, employers, commuting, targets, variants and what was fitted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from evidence import entries, known, loading, score_targets, target_conflicts, validation_files
from evidence.errors import EvidenceError
from evidence.model import Place, Region, Source, Target

if TYPE_CHECKING:
    from pandas import DataFrame

PLACES_REQUIRED = ("title", "places", "groups", "outside")
OVERRIDE_FIELDS = ("measure", "period", "value", "se", "unit", "role", "source", "confidence", "note")
TILES = "tiles.yaml"
"""Where each Place stands in a picture; decides no figure, so no hash covers it."""
NO_TILE = "."
TARGETS = "targets.yaml"
FUNDS = "funds.yaml"
"""The pots that pay for services: read only where a scenario limits the money, so that it has a hash of its own."""
BACKCAST = ("backcast.yaml", "backcast.csv")
"""Inputs of the back-cast and the figures that it is judged by; no other run reads them."""
LEVELS = Path("fitted") / "levels.yaml"
TARGET_TABLE, TARGET_FACTS = Path("fitted") / "target_table.csv", Path("fitted") / "target_table.yaml"
TARGET_COLUMNS = (
    *("target", "measure", "area", "role", "observed", "se", "unit"),
    *("model", "z", "verdict", "source", "confidence"),
)
"""Columns of the table of the model against the targets, in their order."""
TARGET_FACT_KEYS = ("seed", "sample", "settled_months", "measured_months", "parameters", "region")
"""How the table was measured; the last two are hashes."""


def region_files(folder: Path) -> tuple[Path, ...]:
    """Return every file that decides a figure of a region's runs, sorted.

    Fitted levels are in; fitted draws, tiles, funds, the back-cast, the scorecard's targets, known conflicts and
    notes on a validation are left out.
    """
    return tuple(
        path
        for path in sorted(folder.rglob("*"), key=lambda item: item.relative_to(folder).as_posix())
        if path.is_file()
        and path.suffix in (".yaml", ".csv")
        and path.relative_to(folder).as_posix() not in (TILES, FUNDS, *BACKCAST)
        and (path.relative_to(folder).parts[0] != "fitted" or path.relative_to(folder) == LEVELS)
        and path.relative_to(folder) not in (score_targets.FILE, target_conflicts.FILE)
        and path.relative_to(folder).as_posix() != validation_files.NOTES
    )


def folder_hash(folder: Path) -> str:
    """Return the SHA-256 in hexadecimal of names and contents of a region's files."""
    digest = hashlib.sha256()
    for path in region_files(folder):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def fitted_hash(folder: Path) -> str:
    """Return the SHA-256 in hexadecimal of a region's files that decide no figure, as far as they are there."""
    digest = hashlib.sha256()
    for name in (TARGET_TABLE, TARGET_FACTS, score_targets.FILE, target_conflicts.FILE):
        digest.update((folder / name).read_bytes() if (folder / name).is_file() else b"none")
    return digest.hexdigest()


@lru_cache(maxsize=16)
def read_region(
    root: Path, name: str, content: str, fitted: str, source_items: tuple[tuple[str, Source], ...]
) -> Region:
    """Return one region; read again only when a file of it or the list of publications has changed.

    Parameters
    ----------
    root
        The evidence folder.
    name
        The region's folder name.
    content, fitted
        Hashes of the folder and of its files that decide no figure, part of the cache's key.
    source_items
        All publications by id, as pairs.
    """
    sources = dict(source_items)
    folder = root / "regions" / name
    title, places, groups, outside = read_places(root, folder / "places.yaml")
    place_names = [place.name for place in places]
    areas = [known.REGION, *place_names, *groups]
    targets = entries.read_targets(root, folder / TARGETS, sources, areas)
    levels_path = folder / LEVELS
    levels: Mapping[str, object] = {}
    if levels_path.exists():
        levels = loading.mapping(loading.read_yaml(root, levels_path), loading.show(root, levels_path), "")
    fitted_targets, fitted_facts = read_fitted_targets(root, folder, sources)
    return Region(
        name=name,
        title=title,
        places=places,
        groups=groups,
        outside=outside,
        margins={
            path.stem: read_table(root, path, sources, loading.MARGIN_COLUMNS)
            for path in sorted((folder / "margins").glob("*.csv"))
        },
        employers=read_table(root, folder / "employers.csv", sources),
        commuting=read_table(root, folder / "commuting.csv", sources),
        targets=targets,
        variants=read_variants(root, folder / "variants.yaml", targets, sources),
        levels=levels,
        folder_hash=content,
        fitted_targets=fitted_targets,
        fitted_facts=fitted_facts,
        score_targets=score_targets.read(root, folder / score_targets.FILE, sources, areas),
        known_conflicts=target_conflicts.read(root, folder / target_conflicts.FILE, areas),
    )


def read_fitted_targets(
    root: Path, folder: Path, sources: Mapping[str, Source]
) -> tuple[DataFrame | None, Mapping[str, object]]:
    """Return the table of the model against the targets and how it was measured; None and empty before the first.

    Parameters
    ----------
    root
        The evidence folder.
    folder
        The region's folder.
    sources
        All publications by id.
    """
    table_path, facts_path = folder / TARGET_TABLE, folder / TARGET_FACTS
    if not table_path.exists() and not facts_path.exists():
        return None, {}
    table = read_table(root, table_path, sources, TARGET_COLUMNS)
    file = loading.show(root, table_path)
    strange = [str(column) for column in table.columns if column not in TARGET_COLUMNS]
    if strange:
        raise EvidenceError(file, strange[0], f"no such column; the columns are {', '.join(TARGET_COLUMNS)}")
    for column in ("observed", "se", "model", "z"):
        for position, found in enumerate(table[column]):
            loading.number(found, file, f"row {position + 2}.{column}")
    file = loading.show(root, facts_path)
    facts = loading.mapping(loading.read_yaml(root, facts_path), file, "")
    loading.check_keys(facts, file, "", TARGET_FACT_KEYS)
    return table.loc[:, list(TARGET_COLUMNS)], facts


def read_places(root: Path, path: Path) -> tuple[str, tuple[Place, ...], dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Return title, Places in their order, groups of Place names, and the areas outside the region."""
    file = loading.show(root, path)
    raw = loading.mapping(loading.read_yaml(root, path), file, "")
    loading.check_keys(raw, file, "", PLACES_REQUIRED)
    places = []
    for position, item in enumerate(loading.sequence(raw["places"], file, "places")):
        key = f"places[{position}]"
        entry = loading.mapping(item, file, key)
        loading.check_keys(entry, file, key, ("code", "name", "short"))
        places.append(Place(**{field: loading.text(entry, field, file, key) for field in ("code", "name", "short")}))
    if not places:
        raise EvidenceError(file, "places", "the region has no Place; list at least one")
    outside = _words(raw["outside"], file, "outside")
    for field, found in (
        ("name", [*(place.name for place in places), *outside]),
        ("code", [place.code for place in places]),
        ("short", [place.short for place in places]),
    ):
        repeated = sorted({word for word in found if found.count(word) > 1})
        if repeated:
            raise EvidenceError(file, f"places.{field}", f"'{repeated[0]}' stands twice; each must be unique")
    names = [place.name for place in places]
    groups = {}
    for group, members in loading.mapping(raw["groups"], file, "groups").items():
        groups[group] = _words(members, file, f"groups.{group}")
        for member in groups[group]:
            loading.one_of(member, names, file, f"groups.{group}")
        if group in (*names, known.REGION):
            raise EvidenceError(file, f"groups.{group}", "is also the name of an area; give the group another name")
    return loading.text(raw, "title", file, ""), tuple(places), groups, outside


def _words(raw: object, file: str, key: str) -> tuple[str, ...]:
    """Return a list of texts."""
    words = loading.sequence(raw, file, key)
    for word in words:
        if not isinstance(word, str):
            raise EvidenceError(file, key, f"found {word!r}; write a list of names")
    return tuple(str(word) for word in words)


def read_table(root: Path, path: Path, sources: Mapping[str, Source], required: Sequence[str] = ()) -> DataFrame:
    """Return one CSV table of a region after checking sources, grades and intervals where it has such columns.

    Parameters
    ----------
    root
        The evidence folder.
    path
        The file.
    sources
        All publications by id.
    required
        Columns that must be present.
    """
    table = loading.read_csv(root, path, required)
    file = loading.show(root, path)
    if "source" in table.columns:
        for source in table["source"].unique():
            row = int((table["source"] == source).argmax()) + 2
            entries.check_source(str(source), sources, file, f"row {row}.source")
    if "confidence" in table.columns:
        for grade in table["confidence"].unique():
            row = int((table["confidence"] == grade).argmax()) + 2
            loading.one_of(str(grade), known.CONFIDENCES, file, f"row {row}.confidence")
    if {"value", "lower", "upper"} <= set(table.columns):
        wrong = (table["lower"] > table["value"]) | (table["upper"] < table["value"])
        if wrong.any():
            row = int(wrong.argmax())
            lower, upper, found = (table[column].iloc[row] for column in ("lower", "upper", "value"))
            message = f"[{lower}, {upper}] does not contain {found}; widen it or mend the value"
            raise EvidenceError(file, f"row {row + 2}.value", message)
    if "unit" in table.columns and (table["unit"] == "").any():
        raise EvidenceError(file, f"row {int((table['unit'] == '').argmax()) + 2}.unit", "is blank; name the unit")
    return table


def read_variants(
    root: Path, path: Path, targets: Sequence[Target], sources: Mapping[str, Source]
) -> dict[str, Mapping[str, object]]:
    """Return the named other readings of the evidence; empty if the region has no such file.

    Parameters
    ----------
    root
        The evidence folder.
    path
        The region's `variants.yaml`.
    targets
        The targets that a variant may override.
    sources
        All publications by id.
    """
    if not path.exists():
        return {}
    file = loading.show(root, path)
    names = [target.name for target in targets]
    variants: dict[str, Mapping[str, object]] = {}
    for name, raw in loading.mapping(loading.read_yaml(root, path), file, "").items():
        entry = loading.mapping(raw, file, name)
        loading.check_keys(entry, file, name, ("description", "overrides"))
        overrides: dict[str, Mapping[str, object]] = {}
        for target, fields in loading.mapping(entry["overrides"], file, f"{name}.overrides").items():
            key = f"{name}.overrides.{target}"
            loading.one_of(target, names, file, key)
            changed = loading.mapping(fields, file, key)
            loading.check_keys(changed, file, key, (), OVERRIDE_FIELDS)
            if "source" in changed:
                entries.check_source(loading.text(changed, "source", file, key), sources, file, f"{key}.source")
            for field in {"value", "se"} & set(changed):
                loading.number(changed[field], file, f"{key}.{field}")
            overrides[target] = dict(changed)
        variants[name] = {"description": loading.text(entry, "description", file, name), "overrides": overrides}
    return variants


def read_tiles(root: Path, folder: Path) -> tuple[tuple[str, ...], ...]:
    """Return the rows of a region's schematic map, north first: names of Places, empty where none stands.

    A region without such a file gets its Places in their order, a few in a row.

    Parameters
    ----------
    root
        The evidence folder.
    folder
        The region's folder.

    Raises
    ------
    EvidenceError
        If a Place is missing, stands twice or is not known, or the rows differ in length.
    """
    names = [place.name for place in read_places(root, folder / "places.yaml")[1]]
    path = folder / TILES
    if not path.exists():
        width = max(1, round(len(names) ** 0.5))
        padded = names + [""] * (-len(names) % width)
        return tuple(tuple(padded[i : i + width]) for i in range(0, len(padded), width))
    file = loading.show(root, path)
    raw = loading.mapping(loading.read_yaml(root, path), file, "")
    loading.check_keys(raw, file, "", ("rows",))
    found = [_words(row, file, f"rows[{i}]") for i, row in enumerate(loading.sequence(raw["rows"], file, "rows"))]
    rows = tuple(tuple("" if word == NO_TILE else word for word in row) for row in found)
    standing = [word for row in rows for word in row if word]
    for word in standing:
        loading.one_of(word, names, file, "rows")
    if sorted(standing) != sorted(names) or len({len(row) for row in rows}) != 1:
        raise EvidenceError(file, "rows", f"write rows of one length with each Place once and '{NO_TILE}' elsewhere")
    return rows
