"""A long table built from blocks of numbers, its repeated words held as codes; knows nothing of measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pandas import DataFrame

Codes = NDArray[np.int32]


class LongTable:
    """Rows in the order in which blocks are added. Invariant: every column has as many codes as there are values."""

    def __init__(self, columns: tuple[str, ...], absent: str) -> None:
        """Start an empty table; columns that a block does not name hold `absent`."""
        self.columns = columns
        self.absent = absent
        self.words: dict[str, dict[object, int]] = {column: {} for column in columns}
        self.codes: dict[str, list[Codes]] = {column: [] for column in columns}
        self.values: list[NDArray[np.float64]] = []

    def code(self, column: str, word: object) -> int:
        """Return the code of a word in a column, a new one where it is new."""
        known = self.words[column]
        return known.setdefault(word, len(known))

    def add(
        self, values: NDArray[np.float64], axes: Sequence[Mapping[str, tuple[object, ...]]], **constants: object
    ) -> None:
        """Add a block of values; those that are not numbers are left out.

        Parameters
        ----------
        values : float64, one axis for each of `axes`
            The values.
        axes : sequence of mappings
            For each axis, column -> the word of each position.
        **constants
            Column -> the word of the whole block.
        """
        kept = np.nonzero(~np.isnan(values))
        n_rows = len(kept[0])
        self.values.append(np.asarray(values[kept], np.float64))
        placed = dict.fromkeys(self.columns)
        for position, axis in zip(kept, axes, strict=True):
            for column, words in axis.items():
                table = np.array([self.code(column, word) for word in words], np.int32)
                self.codes[column].append(table[position])
                placed.pop(column)
        for column in placed:
            code = self.code(column, constants.get(column, self.absent))
            self.codes[column].append(np.full(n_rows, code, np.int32))

    def frame(self) -> DataFrame:
        """Return the table; columns of words are categorical, whole numbers int64, `value` comes last."""
        import pandas as pd

        out: dict[str, object] = {}
        for column in self.columns:
            words = list(self.words[column])
            codes = np.concatenate(self.codes[column]) if self.codes[column] else np.empty(0, np.int32)
            if words and all(isinstance(word, int) for word in words):
                out[column] = np.array(words, np.int64)[codes]
            else:
                out[column] = pd.Categorical.from_codes(codes, categories=pd.Index(words, dtype=str))
        out["value"] = np.concatenate(self.values) if self.values else np.empty(0, np.float64)
        return pd.DataFrame(out)
