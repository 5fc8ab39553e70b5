"""Errors of the scenarios floor and the place a value was written; formats messages and decides nothing."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

PathKey = tuple[str | int, ...]
SHOWN_CHARACTERS = 80
"""Longest piece of a file's text that a message repeats."""


class ScenarioError(ValueError):
    """A scenario that cannot be used; the message names file, line, key, value, what is allowed and the mend.

    Attributes
    ----------
    file : str
        File or source (`command line`) of the value, '' when there is none.
    line : int or None
        Line of the key, counted from 1.
    key : str
        Dotted key, '' when the file as a whole is meant.
    """

    def __init__(self, message: str, file: str = "", line: int | None = None, key: str = "") -> None:
        super().__init__(message)
        self.file = file
        self.line = line
        self.key = key


def shown(value: object) -> str:
    """Return the value as a message may print it: on one line, shortened, odd characters escaped."""
    if isinstance(value, str):
        text = value
    elif value is None:
        text = "(empty)"
    elif isinstance(value, bool):
        text = str(value).lower()
    else:
        # A huge integer has no cheap decimal form, so its size is told instead.
        text = f"a number of {value.bit_length()} bits" if _is_huge(value) else str(value)  # type: ignore[attr-defined]
    text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text[: SHOWN_CHARACTERS + 1])
    return f"'{text[:SHOWN_CHARACTERS]}...'" if len(text) > SHOWN_CHARACTERS else f"'{text}'"


def _is_huge(value: object) -> bool:
    return isinstance(value, int) and value.bit_length() > 4 * SHOWN_CHARACTERS


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean 'x'?` for the known word nearest to this one, or an empty text."""
    if len(word) > SHOWN_CHARACTERS:
        return ""
    options = list(known)
    folded = {option.casefold(): option for option in reversed(options)}
    plain = unicodedata.normalize("NFKC", word).casefold()
    close = difflib.get_close_matches(plain, folded, n=1, cutoff=0.6)
    hint = f" Did you mean '{folded[close[0]]}'?" if close else ""
    return hint + odd_characters(word)


def odd_characters(text: str) -> str:
    """Return a note on letters outside ASCII, which may look like others, or an empty text."""
    odd = sorted({c for c in text if ord(c) > 127})
    if not odd:
        return ""
    names = ", ".join(f"U+{ord(c):04X} {unicodedata.name(c, 'unnamed').lower()}" for c in odd[:3])
    return f" It holds characters that may only look like the usual letters: {names}."


def listing(known: Iterable[str], most: int = 40) -> str:
    """Return the words joined by commas, the first `most` of them."""
    words = list(known)
    return ", ".join(words[:most]) + (f" and {len(words) - most} more" if len(words) > most else "")


@dataclass(frozen=True)
class Spot:
    """Where a value was written: file, dotted key, and the lines of the keys below it."""

    file: str
    key: str = ""
    path: PathKey = ()
    lines: Mapping[PathKey, int] = field(default_factory=dict, compare=False, repr=False)

    def __truediv__(self, part: str | int) -> Spot:
        """Return the spot of a key or list position below this one."""
        text = f"[{part}]" if isinstance(part, int) else (f".{part}" if self.key else part)
        return replace(self, key=self.key + text, path=(*self.path, part))

    @property
    def line(self) -> int | None:
        """Line of this key or of the nearest one above it, counted from 1; None when not from a file."""
        for length in range(len(self.path), -1, -1):
            found = self.lines.get(self.path[:length])
            if found is not None:
                return found
        return None

    @property
    def where(self) -> str:
        """`file:line`, or the file alone."""
        return self.file if self.line is None else f"{self.file}:{self.line}"

    def error(self, problem: str, allowed: str = "", mend: str = "") -> ScenarioError:
        """Return the error for this spot.

        Parameters
        ----------
        problem
            What was found, with the value.
        allowed
            What may stand there.
        mend
            What to do about it.
        """
        place = self.file + (f", line {self.line}" if self.line is not None else "")
        place += f", key '{self.key}'" if self.key else ""
        parts = [f"{place}: {problem.rstrip()}"]
        parts += [f"Allowed: {allowed}"] if allowed else []
        parts += [mend] if mend else []
        text = " ".join(part if part.endswith((".", "?", "!")) else part + "." for part in parts)
        return ScenarioError(text, self.file, self.line, self.key)

    def unknown(self, word: str, kind: str, known: Iterable[str], mend: str = "") -> ScenarioError:
        """Return the error for a word that is not among the known ones, with the nearest of them.

        Parameters
        ----------
        word
            What was written.
        kind
            What it should name, for example `Place`.
        known
            The words allowed.
        mend
            What to do beside correcting the word.
        """
        options = list(known)
        problem = f"{shown(word)} is not a known {kind}.{nearest(word, options)}"
        return self.error(problem, listing(options), mend or "Correct the word")
