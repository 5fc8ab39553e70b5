"""Reading a region's posterior: draws of what is not known, and how they were made; read when a run asks for them.

Both files lie in the region's `fitted` folder and are written by calibration. What a draw does to a run lies elsewhere.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from evidence import loading
from evidence.errors import EvidenceError
from evidence.fit_tables import WRITTEN, number, table_rows
from evidence.model import Draw, Posterior, Region

DRAWS, FACTS, PREDICTIONS = (Path("fitted") / f"posterior{end}" for end in (".csv", ".yaml", "_targets.csv"))
DRAW, SLOTS, SHIFT = "draw", "slots", "standard_shift"
LEVEL = re.compile(r"level\.([^\[\]]+)\[([^\[\]]+)\]")
TEXTS, COUNTS = ("region", "parameters", "targets"), ("format", "model", "n_draws")
FORMAT = 1
"""Format of the files that this code reads."""

Rows = list[tuple[int, dict[str, str]]]


def read_posterior(root: Path, region: Region, parameters: Sequence[str]) -> Posterior | None:
    """Return a region's posterior, None if it has none.

    Parameters
    ----------
    root
        The evidence folder.
    region
        The region that it was fitted to; its levels say which levels and Places a draw must name.
    parameters
        `process.name` of every parameter of the evidence.

    Raises
    ------
    EvidenceError
        If one of its two files is missing or broken, or they are not of one fit.
    """
    folder = root / "regions" / region.name
    draws, facts = folder / DRAWS, folder / FACTS
    if not draws.exists() and not facts.exists():
        return None
    texts = [loading.read_text(root, path) for path in (draws, facts)]
    predictions = folder / PREDICTIONS
    texts.append(loading.read_text(root, predictions) if predictions.exists() else "")
    levels = loading.mapping(region.levels.get("place", {}), loading.show(root, folder), "levels")
    places = tuple(place.name for place in region.places)
    names = [loading.show(root, path) for path in (draws, facts, predictions)]
    fit = tuple((t.name, t.value, t.se) for t in region.targets if t.role == "fit")
    return _posterior(root, facts, tuple(texts), tuple(names), (region.name, places, tuple(levels)),
                      tuple(parameters), fit)  # fmt: skip


@lru_cache(maxsize=4)
def _posterior(
    root: Path,
    facts_path: Path,
    texts: tuple[str, ...],
    files: tuple[str, ...],
    where: tuple[str, tuple[str, ...], tuple[str, ...]],
    parameters: tuple[str, ...],
    fit: tuple[tuple[str, float, float], ...],
) -> Posterior:
    """Return a posterior; parsed once while the text of its files stays the same."""
    region, places, levels = where
    facts = read_facts(root, facts_path, files[1], region)
    draws = read_draws(texts[0], files[0], places, levels, parameters)
    if len(draws) != facts["n_draws"]:
        message = f"found {facts['n_draws']}, but {files[0]} holds {len(draws)} draws: they are of two fits; {WRITTEN}"
        raise EvidenceError(files[1], "n_draws", message)
    inside, measured = fitted_inside(texts[2], files[2], fit) if texts[2] else (0, 0)
    return Posterior(
        region=region,
        draws=draws,
        model=int(str(facts["model"])),
        parameters=str(facts["parameters"]),
        targets=str(facts["targets"]),
        targets_inside=inside,
        targets_measured=measured,
    )


def read_facts(root: Path, path: Path, file: str, region: str) -> Mapping[str, object]:
    """Return how a posterior was made; what is not needed for a run is left as it is.

    Parameters
    ----------
    root, path, file
        The evidence folder, the file, and how it is named in messages.
    region
        The region that it must be of.
    """
    facts = loading.mapping(loading.read_yaml(root, path), file, "")
    wanted = (*TEXTS, *COUNTS)
    loading.check_keys({key: facts[key] for key in wanted if key in facts}, file, "", wanted)
    for key in TEXTS:
        if not isinstance(facts[key], str) or not str(facts[key]).strip():
            raise EvidenceError(file, key, f"found {facts[key]!r}; write it as text, in quotes")
    for key in COUNTS:
        if not isinstance(facts[key], int) or isinstance(facts[key], bool) or int(str(facts[key])) < 1:
            raise EvidenceError(file, key, f"found {facts[key]!r}; write a whole number from 1")
    if facts["region"] != region:
        message = f"found '{facts['region']}', but the file lies in the folder of '{region}'; calibrate that region"
        raise EvidenceError(file, "region", message)
    if facts["format"] != FORMAT:
        message = f"found {facts['format']}; this version reads format {FORMAT}: calibrate the region again"
        raise EvidenceError(file, "format", message)
    return facts


def read_rows(text: str, file: str) -> tuple[list[str], Rows]:
    """Return the head of a CSV text of draws and its rows with their line numbers.

    Parameters
    ----------
    text, file
        The content, and how the file is named in messages.
    """
    head, rows = table_rows(text, file, (DRAW,))
    return head, [(line, dict(zip(head, row, strict=True))) for line, row in enumerate(rows, 2)]


def cell(row: Mapping[str, str], column: str, file: str, line: int) -> float:
    """Return a cell's finite number.

    Parameters
    ----------
    row, column
        The row, and which cell of it.
    file, line
        The file, and the row's line in it, for messages.
    """
    return number(row[column], file, f"row {line}.{column}")


def whole(row: Mapping[str, str], column: str, file: str, line: int) -> int:
    """Return a cell's whole number; parameters as for `cell`."""
    found = cell(row, column, file, line)
    if found != int(found):
        raise EvidenceError(file, f"row {line}.{column}", f"found {row[column]}; write a whole number")
    return int(found)


def read_draws(
    text: str, file: str, places: Sequence[str], levels: Sequence[str], parameters: Sequence[str]
) -> tuple[Draw, ...]:
    """Return the draws of a table, numbered from 1 without a gap.

    Parameters
    ----------
    text, file
        Content of `posterior.csv`, and how the file is named in messages.
    places, levels
        Places of the region, and the levels that each has.
    parameters
        `process.name` of every parameter of the evidence.
    """
    head, rows = read_rows(text, file)
    cells = {f"level.{level}[{place}]": (level, place) for level in levels for place in places}
    missing = [name for name in (*cells, SLOTS, SHIFT) if name not in head]
    if missing:
        raise EvidenceError(file, missing[0], f"the column is missing; {WRITTEN}")
    names = [name for name in head if name not in cells and name not in (DRAW, SLOTS, SHIFT)]
    for name in names:
        if name not in parameters:
            raise EvidenceError(file, name, _unknown(name, places, levels, parameters))
    draws = []
    for position, (line, row) in enumerate(rows, 1):
        found = whole(row, DRAW, file, line)
        if found != position:
            message = f"found {found}, wanted {position}: draws are numbered 1, 2, 3, each once and in order"
            raise EvidenceError(file, f"row {line}.{DRAW}", f"{message}; {WRITTEN}")
        at = {column: cell(row, column, file, line) for column in (*cells, SLOTS)}
        below = [column for column, value in at.items() if value <= 0]
        if below:
            raise EvidenceError(file, f"row {line}.{below[0]}", f"found {row[below[0]]}; a factor is above 0")
        draws.append(
            Draw(
                number=found,
                parameters=tuple((name, cell(row, name, file, line)) for name in sorted(names)),
                levels=tuple((*cells[column], at[column]) for column in cells),
                slots=at[SLOTS],
                standard_shift=whole(row, SHIFT, file, line),
            )
        )
    return tuple(draws)


def _unknown(name: str, places: Sequence[str], levels: Sequence[str], parameters: Sequence[str]) -> str:
    """Return what is wrong with a column that is neither a parameter nor a level."""
    level = LEVEL.fullmatch(name)
    if level and level[1] not in levels:
        return (
            f"there is no level '{level[1][:40]}'; levels are {', '.join(levels)}.{loading.nearest(level[1], levels)}"
        )
    if level:
        hint = loading.nearest(level[2], places)
        return f"the region has no Place '{level[2][:40]}'; it has {', '.join(places)}.{hint}"
    return f"the evidence has no such parameter; calibrate again.{loading.nearest(name, parameters)}"


def fitted_inside(text: str, file: str, fit: Sequence[tuple[str, float, float]]) -> tuple[int, int]:
    """Return how many fitted figures lie inside their 90% posterior predictive interval, and how many were measured.

    A draw's prediction is normal round what the model gives under it, with the figure's own standard error. A figure is
    inside where between 5% and 95% of the mixture over draws lies below it.

    Parameters
    ----------
    text, file
        Content of `posterior_targets.csv`, and how the file is named in messages.
    fit
        Name, value and standard error of each fitted figure.
    """
    head, rows = read_rows(text, file)
    inside = measured = 0
    for name, value, se in fit:
        found = [cell(row, name, file, line) for line, row in rows if row[name].strip()] if name in head else []
        if not found or se <= 0:
            continue
        below = math.fsum(math.erfc((x - value) / (se * math.sqrt(2.0))) / 2 for x in found) / len(found)
        measured += 1
        inside += 0.05 <= below <= 0.95
    return inside, measured
