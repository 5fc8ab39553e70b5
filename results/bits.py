"""Words of 64 months, a bit a month: masks and counts; leaves out what the bits mean."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
WORD = 64
LOWEST = np.array([(1 << k) - 1 for k in range(WORD + 1)], np.uint64)
"""LOWEST[k] has the k lowest bits set."""


def as_rows(words: NDArray[np.uint64], n_rows: int) -> Words:
    """Return the words as (residents, words), whether they came as (n,), (n, words) or (words, n).

    Raises
    ------
    ValueError
        If no axis has the number of residents.
    """
    words = np.asarray(words, np.uint64)
    if words.ndim == 1 and len(words) == n_rows:
        return words[:, None]
    if words.ndim == 2 and words.shape[0] == n_rows:
        return words
    if words.ndim == 2 and words.shape[1] == n_rows:
        return np.ascontiguousarray(words.T)
    raise ValueError(f"month bits have shape {words.shape}; one row a resident was expected, {n_rows} in all")


def before(months: NDArray[np.integer], n_words: int) -> Words:
    """Return words with the bits of all months before each resident's month set, shape (n, n_words).

    Parameters
    ----------
    months : integer array, shape (n,)
        Month counted from the first bit.
    n_words : int
        Words a resident.
    """
    starts = np.arange(n_words) * WORD
    return np.asarray(LOWEST[np.clip(np.asarray(months, np.int64)[:, None] - starts, 0, WORD)], np.uint64)


def count(words: Words) -> NDArray[np.int64]:
    """Return months set by resident, shape (n,)."""
    return np.asarray(np.bitwise_count(words).sum(axis=1), np.int64)


def at(words: Words, months: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Return each resident's bit of his own month, shape (n,); months below 0 read as not set.

    Parameters
    ----------
    words : uint64, shape (n, words)
        Month bits.
    months : integer array, shape (n,)
        Month counted from the first bit.
    """
    month = np.asarray(months, np.int64)
    safe = np.maximum(month, 0)
    word = words[np.arange(len(words)), safe // WORD]
    is_set = (word >> (safe % WORD).astype(np.uint64)) & np.uint64(1)
    return np.asarray((month >= 0) & (is_set == 1), np.bool_)
