"""Changing a region's YAML files of targets and sources entry by entry; everything else stays as it was written."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Mapping
from typing import Any

from ruamel.yaml import YAML

from evidence import entries
from evidence.known import REGION
from experiments.errors import InvalidData

WIDTH = 4096
"""Characters of a line: the writer would else break a Place's name over two lines."""
_KEY = re.compile(r"(\"[^\"]+\"|'[^']+'|[^\s#:\"'][^:]*):(\s|$)")


def without(text: str, content: Mapping[str, Any], names: Collection[str], file: str) -> str:
    """Return a targets file without some targets; an entry that loses all of its values goes.

    Parameters
    ----------
    text, content : the file as it is written, and as it is read.
    names : names of targets, such as `employment_rate[Halton]`.
    file : its name for messages.

    Raises
    ------
    InvalidData
        If the entries do not stand one below the other at the left margin.
    """
    lines = text.splitlines(keepends=True)
    starts = [(i, found[1].strip("\"'")) for i, line in enumerate(lines) if (found := _KEY.match(line))]
    if [key for _, key in starts] != list(content):
        raise InvalidData(
            f"{file}: write its entries one below the other at the left margin, as 'name:' and its fields."
        )
    beyonds = [first for first, _ in starts[1:]] + [len(lines)]
    for (first, key), beyond in zip(reversed(starts), reversed(beyonds), strict=True):
        entry = content[key]
        name, over = str(entry.get("name", key)), str(entry.get("over", ""))
        area, labels = str(entry.get("area", REGION)), list(entry.get("values", {"": None}))
        gone = [label for label in labels if entries.target_name(name, over, area, str(label)) in names]
        # Comments and blank lines before the next entry belong to that entry.
        while beyond > first + 1 and (not lines[beyond - 1].strip() or lines[beyond - 1].startswith("#")):
            beyond -= 1
        if len(gone) == len(labels):
            lines[first:beyond] = []
        elif gone:
            lines[first:beyond] = [_less("".join(lines[first:beyond]), key, gone)]
    return "".join(lines)


def with_entries(text: str, added: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a file's text with entries, by key, at its end."""
    if not added:
        return text
    above = f"{text.rstrip()}\n" if text.strip() else ""
    return above + _dumped(_writer(), added)


def _less(text: str, key: str, labels: Collection[str]) -> str:
    """Return one entry without some of its values, in the style it was written in.

    Parameters
    ----------
    text, key : the entry and its name.
    labels : steps of its axis that go.
    """
    yaml = _writer()
    loaded = yaml.load(text)
    for label in labels:
        del loaded[key]["values"][label]
        if isinstance(loaded[key]["se"], dict):
            del loaded[key]["se"][label]
    return _dumped(yaml, loaded)


def _writer() -> YAML:
    """Return a reader and writer that keeps comments, quotes and styles."""
    yaml = YAML()
    yaml.width = WIDTH
    yaml.preserve_quotes = True
    return yaml


def _dumped(yaml: YAML, content: Mapping[str, Any]) -> str:
    """Return content as YAML; what is new in block style."""
    stream = io.StringIO()
    yaml.dump(content, stream)
    return stream.getvalue()
