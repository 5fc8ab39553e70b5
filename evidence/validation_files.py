"""Reading what a validation rests on: what the draws of a region's posterior predict, and what was checked of the fit.

All of it lies in the region's `fitted` folder and is written by calibration. The draws' predictions, the draws and how
they were made must be there; every other file may be missing, and is then None.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from evidence import loading
from evidence.errors import EvidenceError
from evidence.fit_tables import number, table_rows

if TYPE_CHECKING:
    from pandas import DataFrame

    from evidence.model import Target

Check: TypeAlias = "Callable[[str, str], None]"
"""Takes a column and its file, raises an EvidenceError where it may not stand there."""

FITTED = "fitted"
DRAW = "draw"
FACTS, DRAWS, PREDICTIONS = "posterior.yaml", "posterior.csv", "posterior_targets.csv"
FULL, PRIOR = "posterior_full.csv", "prior.csv"
TWIN, DRIFT, RANKS, RECOVERY = "twin_targets.csv", "drift.csv", "sbc.csv", "recovery.csv"
REPLICATIONS, BACKCAST, EVALUATIONS = "replications.csv", "backcast.csv", "evaluations.csv"
CROSS_CHECK, FRESH = "abc.csv", "fresh_seeds.csv"
NEEDED = (FACTS, DRAWS, PREDICTIONS)
FILES = (*NEEDED, FULL, PRIOR, TWIN, DRIFT, RANKS, RECOVERY, REPLICATIONS, BACKCAST, EVALUATIONS, CROSS_CHECK, FRESH)
NOTES = "scorecard_notes.yaml"
"""Why figures are hard to meet, in the region's own folder; decides no figure, so no hash of a run covers it."""
FACT_KEYS = ("format", "region", "model", "parameters", "targets", "n_draws", "sample", "seeds")
LEVEL_PREFIX, OTHER_LEVELS = "level.", ("slots", "standard_shift")
COLUMNS = {
    TWIN: (("target",), ("value",)),
    DRIFT: (("state",), ("month", "mean", "p05", "p95")),
    RANKS: (("parameter",), ("rank",)),
    RECOVERY: (("parameter",), ("truth", "p05", "p95")),
    REPLICATIONS: (("name", "verdict"), ()),
    EVALUATIONS: (("figure", "verdict"), ("observed", "se", "mean", "p05", "p95")),
    BACKCAST: (("measure", "area", "verdict"), ()),
    CROSS_CHECK: (("output", "unit"), ("mean", "sd", "abc_mean", "abc_sd")),
    FRESH: ((), ("draw", "fitted", "fresh")),
}
"""Columns of text and of numbers that a file must have; it may have more."""


@dataclass(frozen=True)
class ScoreNote:
    """Why the figures that a pattern names are hard to meet, and what would mend it; `*` stands for any text."""

    pattern: str
    reason: str
    remedy: str

    def fits(self, target: str) -> bool:
        """Return whether a target's name is of the pattern."""
        words = ".*".join(re.escape(part) for part in self.pattern.split("*"))
        return re.fullmatch(words, target) is not None


@dataclass(frozen=True)
class PosteriorFiles:
    """What a region's posterior is and predicts; frames of draws have the draw as index and float64 columns.

    `predictions` and `full`: a column a target, in the target's unit, not a number where it was not measured; `draws`
    and `prior`: a column a parameter (and, of the draws, a level). The others have the columns of COLUMNS and possibly
    more. `digest` is over the content of all files.
    """

    facts: Mapping[str, object]
    draws: DataFrame
    predictions: DataFrame
    full: DataFrame | None
    prior: DataFrame | None
    twin: Mapping[str, float]
    notes: tuple[ScoreNote, ...]
    tables: Mapping[str, DataFrame]
    digest: str

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Return the names of the parameters drawn, levels left out."""
        return tuple(name for name in map(str, self.draws.columns) if not is_level(name))


def is_level(column: str) -> bool:
    """Return whether a column of the draws is a level, not a parameter."""
    return column.startswith(LEVEL_PREFIX) or column in OTHER_LEVELS


def has_posterior(folder: Path) -> bool:
    """Return whether a region's folder has a posterior with its predictions, or a part of one."""
    return any((folder / FITTED / name).is_file() for name in (FACTS, PREDICTIONS))


def digest_of(folder: Path) -> str:
    """Return the SHA-256 in hexadecimal over all files that a region's validation reads."""
    digest = hashlib.sha256()
    for path in (*(folder / FITTED / name for name in FILES), folder / NOTES):
        content = path.read_bytes() if path.is_file() else b"none"
        digest.update(f"{path.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def read(root: Path, folder: Path, targets: Sequence[Target]) -> PosteriorFiles:
    """Return what a region's validation rests on.

    Parameters
    ----------
    root
        The evidence folder, for messages.
    folder
        The region's folder.
    targets
        Its published figures.

    Raises
    ------
    EvidenceError
        If a file that must be there is not, or one cannot be used: it names file, row, column and how to mend it.
    """
    fitted = folder / FITTED
    names = [target.name for target in targets]
    facts = read_facts(root, fitted / FACTS, folder.name)
    draws = read_draws(root, fitted / DRAWS, check_parameters)
    predictions = read_draws(root, fitted / PREDICTIONS, targets_only(names), blanks=True)
    _check_same_draws(root, fitted, facts, draws, predictions)
    tables = {
        name: read_table(root, fitted / name, *columns) for name, columns in COLUMNS.items() if (fitted / name).exists()
    }
    full, prior = fitted / FULL, fitted / PRIOR
    if RANKS in tables:
        _check_ranks(loading.show(root, fitted / RANKS), tables[RANKS])
    return PosteriorFiles(
        facts,
        draws,
        predictions,
        read_draws(root, full, targets_only(names), blanks=True) if full.exists() else None,
        read_draws(root, prior, check_parameters) if prior.exists() else None,
        _twin(root, fitted / TWIN, tables.pop(TWIN, None), names),
        read_notes(root, folder / NOTES, names),
        tables,
        digest_of(folder),
    )


def read_facts(root: Path, path: Path, region: str) -> Mapping[str, object]:
    """Return how a posterior was made.

    Parameters
    ----------
    root, path
        The evidence folder, and the file.
    region
        The region that it must be of.
    """
    file = loading.show(root, path)
    facts = loading.mapping(loading.read_yaml(root, path), file, "")
    loading.check_keys({key: facts[key] for key in FACT_KEYS if key in facts}, file, "", FACT_KEYS)
    if facts["region"] != region:
        message = f"found '{facts['region']}'; the posterior lies in the folder of '{region}': fit that region itself"
        raise EvidenceError(file, "region", message)
    for key in ("n_draws", "sample"):
        if not isinstance(facts[key], int) or isinstance(facts[key], bool) or int(str(facts[key])) < 1:
            raise EvidenceError(file, key, f"found {facts[key]!r}; write a whole number from 1")
    for position, wave in enumerate(loading.sequence(facts.get("waves", ()), file, "waves")):
        loading.mapping(wave, file, f"waves[{position}]")
    loading.mapping(facts.get("checks", {}), file, "checks")
    return facts


def _rows(root: Path, path: Path, needed: Sequence[str] = ()) -> tuple[str, list[str], list[list[str]]]:
    """Return how a CSV file is named in messages, its head, and its rows as text."""
    file = loading.show(root, path)
    return file, *table_rows(loading.read_text(root, path), file, needed)


def targets_only(names: Sequence[str]) -> Check:
    """Return a check that a column is the name of a target of the region."""

    def check(column: str, file: str) -> None:
        if column not in names:
            hint = loading.nearest(column, names)
            message = f"the region has no such target; drop the column or fit anew to today's targets.{hint}"
            raise EvidenceError(file, column, message)

    return check


def check_parameters(column: str, file: str) -> None:
    """Check that a column is a parameter (`process.name`) or a level."""
    if "." not in column and not is_level(column):
        levels = ", ".join(OTHER_LEVELS)
        raise EvidenceError(file, column, f"no such column; write `process.name`, `{LEVEL_PREFIX}...` or {levels}")


def read_draws(root: Path, path: Path, check: Check, blanks: bool = False) -> DataFrame:
    """Return a table of draws, float64, with the draw as index; draw 0, the evidence's own values, is left out.

    Parameters
    ----------
    root, path
        The evidence folder, and the file.
    check
        Raises an EvidenceError for a column that may not stand there.
    blanks
        Whether a cell may be empty.
    """
    import pandas as pd

    file, head, rows = _rows(root, path, (DRAW,))
    columns = [name for name in head if name != DRAW]
    for column in columns:
        check(column, file)
    at = head.index(DRAW)
    content: dict[int, list[float]] = {}
    for line, row in enumerate(rows, 2):
        label = row[at].strip()
        if not label.isdecimal():
            raise EvidenceError(file, f"row {line}.{DRAW}", f"found '{row[at]}'; write the draw's number from 1")
        if int(label) in content:
            raise EvidenceError(file, f"row {line}.{DRAW}", f"draw {label} stands twice; keep one of the two rows")
        content[int(label)] = [
            number(cell, file, f"row {line}.{name}", blanks)
            for name, cell in zip(head, row, strict=True)
            if name != DRAW
        ]
    content.pop(0, None)
    if not content:
        raise EvidenceError(file, DRAW, "the table has no draw beside the evidence's own values; fit the region anew")
    return pd.DataFrame.from_dict(content, orient="index", columns=columns, dtype="float64").rename_axis(DRAW)


def read_table(root: Path, path: Path, words: Sequence[str], numbers: Sequence[str]) -> DataFrame:
    """Return a table with columns of text and of numbers; a further column is numbers where all its cells are.

    Parameters
    ----------
    root, path
        The evidence folder, and the file.
    words, numbers
        Columns that must be there.
    """
    import pandas as pd

    file, head, rows = _rows(root, path, (*words, *numbers))
    content: dict[str, list[object]] = {}
    for at, name in enumerate(head):
        cells = [row[at] for row in rows]
        if name in numbers:
            content[name] = [number(cell, file, f"row {k}.{name}") for k, cell in enumerate(cells, 2)]
        elif name not in words and all(_is_number(cell) for cell in cells):
            content[name] = [float(cell) if cell.strip() else math.nan for cell in cells]
        else:
            content[name] = list(cells)
    return pd.DataFrame(content)


def _is_number(cell: str) -> bool:
    """Return whether a cell is empty or a finite number."""
    try:
        return not cell.strip() or math.isfinite(float(cell))
    except ValueError:
        return False


def read_notes(root: Path, path: Path, names: Sequence[str]) -> tuple[ScoreNote, ...]:
    """Return why figures are hard to meet, in the order of the file; none where there is no such file.

    Parameters
    ----------
    root, path
        The evidence folder, and the file.
    names
        The region's targets; a note that is about none of them is an error.
    """
    if not path.exists():
        return ()
    file = loading.show(root, path)
    notes = []
    for pattern, raw in loading.mapping(loading.read_yaml(root, path), file, "").items():
        entry = loading.mapping(raw, file, pattern)
        loading.check_keys(entry, file, pattern, ("reason", "remedy"))
        note = ScoreNote(pattern, *(loading.text(entry, key, file, pattern) for key in ("reason", "remedy")))
        if not any(map(note.fits, names)):
            raise EvidenceError(file, pattern, f"is about no target of the region.{loading.nearest(pattern, names)}")
        notes.append(note)
    return tuple(notes)


def _twin(root: Path, path: Path, table: DataFrame | None, names: Sequence[str]) -> Mapping[str, float]:
    """Return target -> what the twin gives; empty without such a file."""
    if table is None:
        return {}
    file = loading.show(root, path)
    found: dict[str, float] = {}
    for line, (target, value) in enumerate(zip(table["target"], table["value"], strict=True), 2):
        loading.one_of(str(target), names, file, f"row {line}.target")
        if target in found:
            raise EvidenceError(file, f"row {line}.target", f"'{target}' stands twice; keep one of the two rows")
        found[str(target)] = float(value)
    return found


def _check_ranks(file: str, table: DataFrame) -> None:
    """Check that ranks are shares, or counts beside a column `of` that says of how many."""
    of = table["of"] if "of" in table else [1.0] * len(table)
    for line, (rank, most) in enumerate(zip(table["rank"], of, strict=True), 2):
        if not isinstance(most, float) or not 0 <= rank <= most or most <= 0:
            message = (
                f"found {rank:g} of {most}; write the share of the draws below the truth, from 0 to 1, or add a column "
                "`of` with the number of draws"
            )
            raise EvidenceError(file, f"row {line}.rank", message)


def _check_same_draws(
    root: Path, fitted: Path, facts: Mapping[str, object], draws: DataFrame, predictions: DataFrame
) -> None:
    """Check that draws, predictions and facts are of one posterior."""
    apart = sorted(set(draws.index) ^ set(predictions.index))
    if apart:
        here, there = (DRAWS, PREDICTIONS) if apart[0] in draws.index else (PREDICTIONS, DRAWS)
        message = f"draw {apart[0]} stands in {here}, not here: the two were written by different fits; fit anew"
        raise EvidenceError(loading.show(root, fitted / there), DRAW, message)
    if len(draws) != facts["n_draws"]:
        message = f"found {facts['n_draws']}; {DRAWS} holds {len(draws)} draws: the two are of different fits; fit anew"
        raise EvidenceError(loading.show(root, fitted / FACTS), "n_draws", message)
