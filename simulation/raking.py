"""Raking of tables to margins and their rounding to whole people; it knows nothing of what the tables hold."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TINY = 1e-300
"""Guards divisions by empty margins; an empty margin keeps its zeros."""


def stream(*words: str | int) -> np.random.Generator:
    """Return the generator of one table, a PCG64 whose seed is made of the words and of nothing else."""
    return np.random.Generator(np.random.PCG64([zlib.crc32(str(word).encode()) for word in words]))


def largest_remainder(shares: Floats, total: int) -> Ints:
    """Return whole numbers proportional to `shares` (1-D, any scale) that sum to `total`; ties go to the first."""
    scale = shares.sum()
    if total == 0 or scale <= 0:
        return np.zeros(shares.shape, np.int64)
    exact = shares / scale * total
    whole: Ints = np.floor(exact + 1e-9).astype(np.int64)
    missing = total - int(whole.sum())
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[:missing]] += 1
    return whole


def rake(table: Floats, margins: Sequence[tuple[tuple[int, ...], Floats]], rounds: int) -> Floats:
    """Return the table scaled by iterative proportional fitting.

    Parameters
    ----------
    table
        Seed, any number of axes, not negative.
    margins
        Pairs of the axes kept and the sums wanted over all other axes, shaped like those axes in ascending order.
    rounds
        Passes over all margins; the last margin is met exactly.
    """
    out = table.copy()
    for _ in range(rounds):
        for axes, wanted in margins:
            others = tuple(axis for axis in range(out.ndim) if axis not in axes)
            found = out.sum(axis=others, keepdims=True)
            shape = tuple(out.shape[axis] if axis in axes else 1 for axis in range(out.ndim))
            out *= wanted.reshape(shape) / np.maximum(found, TINY)
    return out


def row_shares(weights: Floats, counts: Ints, group: Ints, targets: Ints, rounds: int = 12) -> Floats:
    """Return the share of each category in each row, such that the categories of a group come to its targets.

    Parameters
    ----------
    weights
        Shape (rows, categories): relative propensities, not negative.
    counts
        People in each row.
    group
        Group of each row, 0 to G-1, ascending.
    targets
        Shape (G, categories): people wanted.
    rounds
        Passes; the odds between categories within a row keep the pattern of the weights.
    """
    shares: Floats = weights / np.maximum(weights.sum(axis=1, keepdims=True), TINY)
    starts = np.searchsorted(group, np.arange(len(targets)))
    weighed = counts[:, None].astype(np.float64)
    for _ in range(rounds):
        found = np.add.reduceat(np.vstack([shares * weighed, np.zeros((1, shares.shape[1]))]), starts, axis=0)
        shares = shares * (targets / np.maximum(found, TINY))[group]
        shares /= np.maximum(shares.sum(axis=1, keepdims=True), TINY)
    return shares


def integerise(shares: Floats, counts: Ints, group: Ints, targets: Ints, rng: np.random.Generator) -> Ints:
    """Return whole people by row and category whose rows come to `counts` and whose groups come to `targets`.

    Each row is truncated and its remainder placed by one draw, so a cell is within one person of its expected
    size; the few people a group's category is then off are moved where rounding erred most.

    Parameters
    ----------
    shares
        Shape (rows, categories), each row adding to one.
    counts
        People in each row.
    group
        Group of each row, ascending.
    targets
        Shape (groups, categories); must add up to the people of the group.
    rng
        Source of the one draw a row.
    """
    expected = shares * counts[:, None]
    bounds = np.cumsum(expected, axis=1)
    bounds[:, -1] = counts
    whole = np.diff(np.floor(bounds + rng.random(len(counts))[:, None] * (1 - 1e-9)), axis=1, prepend=0.0)
    out = whole.astype(np.int64)
    edges = np.searchsorted(group, np.arange(len(targets) + 1))
    for place in range(len(targets)):
        rows = slice(edges[place], edges[place + 1])
        _settle(out[rows], expected[rows], targets[place])
    return out


def _settle(out: Ints, expected: Floats, targets: Ints) -> None:
    """Move people between categories within rows, in place, until the columns come to the targets."""
    while True:
        short = targets - out.sum(axis=0)
        if not short.any():
            return
        giver, taker = int(np.argmin(short)), int(np.argmax(short))
        wanted = int(min(-short[giver], short[taker]))
        can = np.flatnonzero((out[:, giver] > 0) & (expected[:, taker] > 0))
        if len(can) == 0:
            can = np.flatnonzero(out[:, giver] > 0)
        error = (out[can, giver] - expected[can, giver]) + (expected[can, taker] - out[can, taker])
        chosen = can[np.argsort(-error, kind="stable")[:wanted]]
        out[chosen, giver] -= 1
        out[chosen, taker] += 1


def deal(key: NDArray[np.integer], counts: Ints) -> NDArray[np.uint8]:
    """Return a category for each person: the persons of key k, in their order, get counts[k] of each category.

    Parameters
    ----------
    key
        Cell of each person, below 65,536.
    counts
        Shape (keys, categories); row sums are the persons of each key.
    """
    order = np.argsort(key.astype(np.uint16), kind="stable")
    categories = np.tile(np.arange(counts.shape[1], dtype=np.uint8), counts.shape[0])
    out = np.empty(len(key), np.uint8)
    out[order] = np.repeat(categories, counts.ravel())
    return out


def choose(weights: NDArray[np.floating], edges: Ints, counts: Ints, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return who is chosen: exactly `counts[p]` of group p's rows, with probability proportional to weight.

    Parameters
    ----------
    weights
        One weight a row, not negative.
    edges
        Group p is rows edges[p] to edges[p + 1].
    counts
        People wanted of each group; no more than have a weight are chosen.
    rng
        Source of the one draw a group (systematic sampling, so the rows must not be sorted by the weights).
    """
    chosen = np.zeros(len(weights), np.bool_)
    for place, wanted in enumerate(counts):
        rows = slice(edges[place], edges[place + 1])
        weight = weights[rows].astype(np.float64)
        total = min(int(wanted), int(np.count_nonzero(weight)))
        start = rng.random()
        if total == 0:
            continue
        chance = np.minimum(weight * (total / weight.sum()), 1.0)
        for _ in range(20):
            free = chance < 1.0
            left = total - np.count_nonzero(~free)
            scale = left / max(chance[free].sum(), TINY)
            if scale <= 1 + 1e-9:
                break
            chance[free] = np.minimum(chance[free] * scale, 1.0)
        bounds = np.cumsum(chance)
        bounds *= total / bounds[-1]
        bounds[-1] = total
        steps = np.floor(bounds + start)
        chosen[rows] = np.diff(steps, prepend=np.floor(start)) > 0.5
    return chosen
