"""Reading of evidence files into plain Python with one clear error; it knows nothing of what they mean."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evidence import known
from evidence.errors import EvidenceError
from evidence.model import Value

if TYPE_CHECKING:
    from pandas import DataFrame

MAX_BYTES = 2_000_000
"""Largest evidence file in bytes that is read; a guard against a wrong or hostile file, far above any real one."""

MARGIN_COLUMNS = ("area_code", "area_name", "value", "unit", "lower", "upper", "period", "source", "confidence", "note")


def show(root: Path, path: Path) -> str:
    """Return the path as it is named in messages: relative to the evidence folder, with forward slashes."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def nearest(word: str, allowed: Iterable[str]) -> str:
    """Return ` Did you mean 'x'?` for the closest allowed word, or an empty text."""
    close = difflib.get_close_matches(word, list(allowed), n=1)
    return f" Did you mean '{close[0]}'?" if close else ""


def read_text(root: Path, path: Path) -> str:
    """Return the text of a file in UTF-8.

    Raises
    ------
    EvidenceError
        If the file is missing, too large or not UTF-8.
    """
    name = show(root, path)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise EvidenceError(name, "", "the file is missing; add it or correct the name of its folder") from None
    except OSError as error:
        raise EvidenceError(name, "", f"the file cannot be read ({error.strerror}); check its permissions") from None
    if len(content) > MAX_BYTES:
        raise EvidenceError(name, "", f"the file has {len(content)} bytes; at most {MAX_BYTES} are read, so split it")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise EvidenceError(name, "", f"byte {error.start} is not UTF-8; save the file as UTF-8") from None


def read_yaml(root: Path, path: Path) -> object:
    """Return the content of a YAML 1.2 file; the same text is parsed once per process.

    Raises
    ------
    EvidenceError
        If the file is missing or not valid YAML, repeats a key or uses an alias.
    """
    return _parse(read_text(root, path), show(root, path))


@lru_cache(maxsize=128)
def _parse(text: str, name: str) -> object:
    from ruamel.yaml import YAML
    from ruamel.yaml.composer import Composer
    from ruamel.yaml.constructor import DuplicateKeyError
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.events import AliasEvent

    class PlainComposer(Composer):
        """Refuses aliases, which can make a small file expand without bound."""

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.parser.check_event(AliasEvent):
                event = self.parser.peek_event()
                message = f"alias on line {event.start_mark.line + 1}; write the value out instead of using '*'"
                raise EvidenceError(name, f"*{event.anchor}", message)
            return super().compose_node(parent, index)

    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = PlainComposer
    yaml.allow_duplicate_keys = False
    try:
        return yaml.load(text)
    except DuplicateKeyError as error:
        repeated = str(error.problem).split('"')[1] if '"' in str(error.problem) else ""
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise EvidenceError(name, repeated, f"the key is repeated on line {line}; keep one of the two") from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise EvidenceError(name, "", f"line {line} is not valid YAML: {error.problem}") from None
    except (YAMLError, ValueError) as error:
        if isinstance(error, EvidenceError):
            raise
        raise EvidenceError(name, "", f"not valid YAML: {error}") from None


def mapping(value: object, file: str, key: str) -> Mapping[str, object]:
    """Return the value as a mapping with text keys, or raise an EvidenceError that names file and key."""
    if not isinstance(value, Mapping):
        found = "nothing" if value is None else type(value).__name__
        raise EvidenceError(file, key, f"found {found}; write a mapping of names to entries")
    for name in value:
        if not isinstance(name, str):
            raise EvidenceError(file, f"{key}.{name}".lstrip("."), f"the key {name!r} is not text; put it in quotes")
    return value


def sequence(value: object, file: str, key: str) -> Sequence[object]:
    """Return the value as a list, or raise an EvidenceError that names file and key."""
    if not isinstance(value, (list, tuple)):
        raise EvidenceError(file, key, f"found {value!r}; write a list")
    return value


def check_keys(
    entry: Mapping[str, object], file: str, key: str, required: Sequence[str], optional: Sequence[str] = ()
) -> None:
    """Raise an EvidenceError if a required key is absent or an unknown one present.

    Parameters
    ----------
    entry
        The mapping as read.
    file, key
        Where it stands, for the message.
    required, optional
        Names that must and that may be present.
    """
    allowed = [*required, *optional]
    for name in entry:
        if name not in allowed:
            message = f"unknown key; allowed are {', '.join(allowed)}.{nearest(name, allowed)}"
            raise EvidenceError(file, f"{key}.{name}".lstrip("."), message)
    for name in required:
        if entry.get(name) is None:
            raise EvidenceError(file, f"{key}.{name}".lstrip("."), "is missing; add it")


def text(entry: Mapping[str, object], name: str, file: str, key: str) -> str:
    """Return a field as text, empty if absent.

    Parameters
    ----------
    entry
        The mapping that holds the field.
    name
        Its key.
    file, key
        Where the mapping stands, for the message.
    """
    value = entry.get(name)
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise EvidenceError(file, f"{key}.{name}", f"found {value!r}; write a text")
    return str(value).strip()


def number(value: object, file: str, key: str) -> float | int:
    """Return a finite number, or raise an EvidenceError that names file and key."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise EvidenceError(file, key, f"found {value!r}; write a finite number")
    return value


def one_of(word: str, allowed: Sequence[str], file: str, key: str) -> str:
    """Return the word if it is allowed.

    Parameters
    ----------
    word
        What was found.
    allowed
        The words that may stand there.
    file, key
        Where it stands, for the message.
    """
    if word not in allowed:
        raise EvidenceError(file, key, f"found '{word}'; allowed are {', '.join(allowed)}.{nearest(word, allowed)}")
    return word


def unit(word: str, file: str, key: str) -> str:
    """Return a known unit: words of `known.UNIT_WORDS` joined by `per`, or `percent of ...`."""
    if word.startswith(("percent of ", "share of ")):
        return word
    for part in (f" {word} ").split(" per "):
        if part.strip() and part.strip() not in known.UNIT_WORDS:
            hint = nearest(part.strip(), known.UNIT_WORDS)
            message = f"unknown unit '{word}'; build it from {', '.join(known.UNIT_WORDS)}, joined by 'per'.{hint}"
            raise EvidenceError(file, key, message)
    if not word.strip() or word.strip() == "per":
        raise EvidenceError(file, key, "has no unit; name one, or 'none' for a pure number")
    return word


def value(found: object, file: str, key: str) -> Value:
    """Return a number, a text or nested tuples of them; truth values become 1 and 0."""
    if isinstance(found, bool):
        return int(found)
    if isinstance(found, (list, tuple)):
        if not found:
            raise EvidenceError(file, key, "the list is empty; give its values")
        return tuple(value(item, file, f"{key}[{position}]") for position, item in enumerate(found))
    if isinstance(found, date):
        return found.isoformat()
    if isinstance(found, str):
        return found
    return number(found, file, key)


def read_csv(root: Path, path: Path, required: Sequence[str] = ()) -> DataFrame:
    """Return a CSV file as a table in which blank texts stay blank and blank numbers are NaN.

    Parameters
    ----------
    root
        The evidence folder, for messages.
    path
        The file.
    required
        Columns that must be present; `value`, `lower` and `upper` among them must be numbers.
    """
    import io

    import pandas as pd

    name = show(root, path)
    content = read_text(root, path)
    numeric = ("value", "lower", "upper", "index")
    try:
        table = pd.read_csv(io.StringIO(content), keep_default_na=False, na_values={c: [""] for c in numeric})
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise EvidenceError(name, "", f"not a readable CSV table: {str(error).strip()}") from None
    if table.columns.duplicated().any():
        raise EvidenceError(name, str(table.columns[table.columns.duplicated()][0]), "the column is repeated")
    for column in required:
        if column not in table.columns:
            message = f"the column is missing; found {', '.join(map(str, table.columns))}"
            raise EvidenceError(name, column, message)
    if table.empty:
        raise EvidenceError(name, "", "the table has no rows")
    for column in numeric:
        if column in table.columns and not pd.api.types.is_numeric_dtype(table[column]):
            wrong = table.index[pd.to_numeric(table[column], errors="coerce").isna() & table[column].notna()]
            row = int(wrong[0]) if len(wrong) else 0
            raise EvidenceError(name, f"row {row + 2}.{column}", f"found {table[column].iloc[row]!r}; write a number")
    if "value" in table.columns and not table["value"].map(math.isfinite).all():
        row = int(table.index[~table["value"].map(math.isfinite)][0])
        raise EvidenceError(name, f"row {row + 2}.value", "is blank or not finite; give the value or drop the row")
    return table
