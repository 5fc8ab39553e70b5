"""The one YAML loader: YAML 1.2 as plain data, within hard limits, with the line of every key; runs no code.

It listens to the parser's events and builds dictionaries, lists, texts, numbers, true/false and empty values
itself, so tags, aliases and excess are refused at the first event that shows them. Dates stay texts.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from scenarios.errors import PathKey, ScenarioError, Spot, shown

MAX_BYTES = 256 * 1024
"""Largest file, bytes: the slowest text of this size is read within a second."""
MAX_LINE_CHARACTERS = 10_000
MAX_NODES = 10_000
MAX_DEPTH = 24
MAX_DIGITS = 18
"""Longest whole number: fits 64 bits."""

_NULL = re.compile(r"(~|null|Null|NULL|)\Z")
_TRUE, _FALSE = frozenset({"true", "True", "TRUE"}), frozenset({"false", "False", "FALSE"})
_INT = re.compile(r"[-+]?[0-9]+\Z")
_RADIX = re.compile(r"0[xX][0-9a-fA-F]+\Z|0[oO][0-7]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z|[-+]?(nan|inf|infinity)\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Document:
    """A file's content as plain data, and the line (from 1) of every key and list item by its path."""

    file: str
    data: dict[str, Any]
    lines: Mapping[PathKey, int]

    @property
    def spot(self) -> Spot:
        """The spot of the whole file, from which keys are reached by `/`."""
        return Spot(self.file, lines=self.lines)


def read(path: Path, shown_as: str | None = None) -> Document:
    """Return the document in a file; the name given is the one that messages and origins show.

    Raises
    ------
    ScenarioError
        If the file is missing, not a regular file, too large, not UTF-8, or not safe and plain YAML.
    """
    name = shown_as or str(path)
    spot = Spot(name)
    # Opened without blocking and checked on the handle, so a pipe cannot hang the command nor a swap go unseen.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
    except FileNotFoundError:
        raise spot.error("there is no such file", mend="Check the path, or list the shipped scenarios") from None
    except IsADirectoryError:
        raise spot.error("this is a folder", "a YAML file", "Name a file inside it") from None
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else str(problem)
        raise spot.error(f"the file cannot be opened ({reason})", "a readable YAML file") from None
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not an ordinary file"
            raise spot.error(f"this is {kind}", "a YAML file", "Name an ordinary file")
        if status.st_size > MAX_BYTES:
            raise _too_large(spot, status.st_size)
        with os.fdopen(os.dup(handle), "rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    finally:
        os.close(handle)
    if len(content) > MAX_BYTES:
        raise _too_large(spot, len(content))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise spot.error(f"byte {problem.start + 1} is not UTF-8 text", "UTF-8", "Save the file as UTF-8") from None
    return parse(text, name)


def parse(text: str, name: str) -> Document:
    """Return the document in a text; the name stands for the file in messages.

    Raises
    ------
    ScenarioError
        If the text is not safe and plain YAML, or not a mapping of keys.
    """
    data, lines = _build(text, Spot(name))
    if data is None:
        raise Spot(name).error(
            "the file is empty", "keys and values, for example 'extends: baseline'", "Write a scenario"
        )
    if not isinstance(data, dict):
        raise Spot(name).error("the file does not start with keys", "keys and values, for example 'extends: baseline'")
    return Document(name, data, lines)


def parse_value(text: str, spot: Spot) -> Any:
    """Return the value that a text has in YAML, for values given outside files.

    Raises
    ------
    ScenarioError
        If the text is not one safe and plain YAML value.
    """
    if len(text) > MAX_LINE_CHARACTERS:
        raise spot.error(f"the value is {len(text)} characters long", f"at most {MAX_LINE_CHARACTERS}")
    stripped = text.strip()
    if stripped[:1] not in ("[", "{", '"', "'"):
        # A plain text is taken as it stands, so that '£1,500' or a colon needs no quotes.
        _check_characters(stripped, spot)
        return _plain(stripped, spot)
    return _build(stripped, spot)[0]


def reads_as_text(text: str) -> bool:
    """Return whether a text written without quotes would be read as that text, not as a number or the like."""
    try:
        return bool(_plain(text, Spot("")) == text)
    except ScenarioError:
        return False


def _too_large(spot: Spot, size: int) -> ScenarioError:
    return spot.error(
        f"the file has {size:,} bytes", f"at most {MAX_BYTES:,}", "Give a scenario file; data belong under evidence/"
    )


def _check_characters(text: str, spot: Spot) -> None:
    """Refuse control characters and the invisible ones that change how a text reads."""
    for character in set(text):
        if character not in "\n\r\t" and unicodedata.category(character) in ("Cc", "Cf", "Cs"):
            line = text.count("\n", 0, text.index(character)) + 1
            raise (_at(spot, line) if spot.line is None else spot).error(
                f"the invisible character U+{ord(character):04X} is in the text", "letters, digits, signs", "Delete it"
            )


def _build(text: str, spot: Spot) -> tuple[Any, dict[PathKey, int]]:
    _check_characters(text, spot)
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > MAX_LINE_CHARACTERS:
            raise _at(spot, number).error(
                f"the line has {len(line):,} characters", f"at most {MAX_LINE_CHARACTERS:,}", "Break it into lines"
            )
    lines: dict[PathKey, int] = {}
    try:
        return _Builder(_events(text, spot), spot, lines).document(), lines
    except MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        where = _at(spot, mark.line + 1) if mark else spot
        reason = re.sub(r"\s+", " ", str(problem.problem or problem.context or "not YAML"))
        mend = "Check the indentation, colons and quotes of this line and the one before"
        raise where.error(f"this is not valid YAML ({reason[:160]})", mend=mend) from None
    except (YAMLError, ValueError, RecursionError) as problem:
        if isinstance(problem, ScenarioError):
            raise
        reason = re.sub(r"\s+", " ", str(problem))[:160]
        raise spot.error(f"this is not valid YAML ({reason})", mend="Check the file in an editor") from None


def _at(spot: Spot, line: int) -> Spot:
    return Spot(spot.file, spot.key, lines={(): line})


def _events(text: str, spot: Spot) -> Iterator[Any]:
    """Yield the parser's events, refusing what no scenario needs."""
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    nodes = depth = documents = 0
    for event in yaml.parse(text):
        here = _at(spot, event.start_mark.line + 1)
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise here.error(
                "anchors (&) and aliases (*) are not read", "values written out", "Use 'extends' to share settings"
            )
        if getattr(event, "tag", None):
            raise here.error(f"the tag {shown(str(event.tag))} is not read", "plain values", "Delete the tag")
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise here.error("a second document starts here", "one document a file", "Split the file at '---'")
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            depth += 1
            nodes += 1
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            depth -= 1
        elif isinstance(event, ScalarEvent):
            nodes += 1
        if depth > MAX_DEPTH:
            raise here.error(
                f"values are nested more than {MAX_DEPTH} deep", f"at most {MAX_DEPTH} levels", "Flatten it"
            )
        if nodes > MAX_NODES:
            raise here.error(f"the file holds more than {MAX_NODES:,} values", f"at most {MAX_NODES:,}", "Shorten it")
        yield event


class _Builder:
    """Turns events into plain data; keeps the path so that lines and messages can name the key."""

    def __init__(self, events: Iterator[Any], spot: Spot, lines: dict[PathKey, int]) -> None:
        self.events = events
        self.spot = spot
        self.lines = lines

    def document(self) -> Any:
        found: Any = None
        for event in self.events:
            if isinstance(event, MappingStartEvent | SequenceStartEvent | ScalarEvent):
                found = self.value(event, ())
        return found

    def value(self, event: Any, path: PathKey) -> Any:
        if isinstance(event, MappingStartEvent):
            return self.mapping(path)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(path)
        here = self.here(path, event)
        # A quoted or block text is a text; only plain scalars become numbers and the like.
        return _plain(event.value, here) if event.implicit[0] else self.text(event.value, here)

    def text(self, value: str, here: Spot) -> str:
        # Escapes in quotes can make characters that the file itself does not hold.
        _check_characters(value, here)
        return value

    def mapping(self, path: PathKey) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in self.events:
            if isinstance(event, MappingEndEvent):
                break
            here = self.here(path, event)
            if not isinstance(event, ScalarEvent):
                raise here.error("a list or mapping stands where a key should be", "a word as key")
            key = self.text(event.value, here)
            if event.implicit[0] and not isinstance(_plain(key, here), str):
                mend = "Put the value before it in quotes if it holds a comma, or write a word"
                raise here.error(f"the key {shown(key)} is not a word", "a word as key", mend)
            if key in found:
                mend = f"Keep one of them (the first is on line {self.lines[(*path, key)]})"
                raise here.error(f"the key {shown(key)} stands here twice", "each key once", mend)
            self.lines[(*path, key)] = event.start_mark.line + 1
            found[key] = self.value(next(self.events), (*path, key))
        return found

    def sequence(self, path: PathKey) -> list[Any]:
        found: list[Any] = []
        for event in self.events:
            if isinstance(event, SequenceEndEvent):
                break
            here = (*path, len(found))
            self.lines[here] = event.start_mark.line + 1
            found.append(self.value(event, here))
        return found

    def here(self, path: PathKey, event: Any) -> Spot:
        spot = self.spot
        for part in path:
            spot = spot / part
        return _at(spot, event.start_mark.line + 1)


def _plain(text: str, spot: Spot) -> Any:
    """Return a plain scalar by the core rules of YAML 1.2 (so `no` is a text), finite and of bounded length."""
    if _NULL.match(text):
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INT.match(text) or _RADIX.match(text):
        if len(text) > MAX_DIGITS:
            raise spot.error(f"the number {shown(text)} is too long", f"at most {MAX_DIGITS} digits", "Shorten it")
        return int(text, 0) if _RADIX.match(text) else int(text)
    if _NOT_FINITE.match(text):
        raise spot.error(
            f"{shown(text)} is not a finite number", "finite numbers", "Write a number, or leave the key out"
        )
    if _FLOAT.match(text):
        number = float(text)
        if number in (float("inf"), float("-inf")) or len(text) > 40:
            raise spot.error(f"the number {shown(text)} is too large or too long", "numbers below 10^18")
        return number
    return text
