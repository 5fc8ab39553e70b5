"""One pass over the residents that evaluates many rules and gives each a mask of those he meets; decides nothing.

Every rule becomes a stretch of one flat postfix tape. The pass takes a block of residents, reads each column once
and runs the tape with a small stack of flags, one flag a resident, so that every step is a plain loop over the block.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.eligibility import AllOf, AnyOf, Compare, Not, Rule
from simulation.columns import Columns
from simulation.compiling import kernel
from simulation.doors import READERS
from simulation.lanes import Lanes

Masks = NDArray[np.uint64]
"""Rules met, shape (residents, words): bit k % 64 of word k // 64 is set where the k-th rule holds."""
WORD = 64
BLOCK_ROWS = 2048
_LOWEST, _HIGHEST = np.iinfo(np.int32).min, np.iinfo(np.int32).max
_BETWEEN, _MEMBER, _HAS, _NOT, _AND, _OR = range(6)


class Tape(NamedTuple):
    """All rules one after another in postfix; the first array has one entry more than there are rules.

    `begin`: where each rule starts; an empty stretch is met by nobody. `op` says what a step does; a comparison
    reads `column` (a row of the block) and `low` to `high`, both included; for membership these bound its `values`,
    for masks `low` holds the bits.
    """

    begin: NDArray[np.int32]
    op: NDArray[np.uint8]
    column: NDArray[np.int32]
    low: NDArray[np.int32]
    high: NDArray[np.int32]
    values: NDArray[np.int32]


@dataclass(frozen=True)
class CompiledRules:
    """Rules ready for the pass: the columns that they read, the tape, and how deep its stack grows."""

    columns: tuple[str, ...]
    tape: Tape
    depth: int

    @property
    def n_rules(self) -> int:
        """Number of rules, those met by nobody among them."""
        return len(self.tape.begin) - 1

    @property
    def n_words(self) -> int:
        """Number of 64-bit words of a resident's mask."""
        return -(-self.n_rules // WORD)


def compile_rules(rules: Sequence[Rule | None]) -> CompiledRules:
    """Return rules as one flat tape; None stands for a rule that nobody meets.

    Raises
    ------
    TypeError, ValueError
        If a rule is of no known kind, or an `all` or `any` is empty.
    """
    names: dict[str, int] = {}
    steps: list[tuple[int, int, int, int]] = []
    values: list[int] = []
    begin, depth = [0], 1
    for rule in rules:
        if rule is not None:
            depth = max(depth, _write(rule, names, steps, values))
        begin.append(len(steps))
    table = np.array(steps, np.int32).reshape(-1, 4).T
    tape = Tape(
        begin=np.array(begin, np.int32),
        op=table[0].astype(np.uint8),
        column=np.ascontiguousarray(table[1]),
        low=np.ascontiguousarray(table[2]),
        high=np.ascontiguousarray(table[3]),
        values=np.array(values, np.int32),
    )
    return CompiledRules(tuple(names), tape, depth)


def _write(rule: Rule, names: dict[str, int], steps: list[tuple[int, int, int, int]], values: list[int]) -> int:
    """Append a rule's steps and return how many flags it needs at once.

    Parameters
    ----------
    rule
        The rule, or a part of one.
    names
        Column -> its row in the block; grows.
    steps
        Operation, column, low, high; grows.
    values
        Members of the lists; grows.
    """
    if isinstance(rule, Compare):
        steps.extend(_comparison(rule, names.setdefault(rule.column, len(names)), values))
        return 1
    if isinstance(rule, Not):
        depth = _write(rule.part, names, steps, values)
        steps.append((_NOT, 0, 0, 0))
        return depth
    if not isinstance(rule, AllOf | AnyOf):
        raise TypeError(f"a rule of type {type(rule).__name__} cannot be compiled")
    if not rule.parts:
        raise ValueError("an empty 'all' or 'any' has no meaning")
    depth = 0
    for i, part in enumerate(rule.parts):
        depth = max(depth, _write(part, names, steps, values) + (i > 0))
        if i:
            steps.append((_AND if isinstance(rule, AllOf) else _OR, 0, 0, 0))
    return depth


def _comparison(leaf: Compare, column: int, values: list[int]) -> list[tuple[int, int, int, int]]:
    """Return the steps of one comparison."""
    operator, found = leaf.operator, sorted(set(leaf.values))
    if operator == "has":
        return [(_HAS, column, sum(1 << bit for bit in found), 0)]
    if not found:
        return [(_BETWEEN, column, _HIGHEST, _LOWEST)]  # a list of nothing has no member
    if operator == "in" and found[-1] - found[0] >= len(found):
        first = len(values)
        values.extend(found)
        return [(_MEMBER, column, first, len(values))]
    value = leaf.values[0]
    low, high = {
        "in": (found[0], found[-1]),
        "is": (value, value),
        "is_not": (value, value),
        "at_least": (value, _HIGHEST),
        "above": (value + 1, _HIGHEST),
        "at_most": (_LOWEST, value),
        "below": (_LOWEST, value - 1),
        "between": (value, leaf.values[-1]),
    }[operator]
    step = (_BETWEEN, column, low, high)
    return [step, (_NOT, 0, 0, 0)] if operator == "is_not" else [step]


def masks(rules: CompiledRules, columns: Mapping[str, NDArray[Any]]) -> Masks:
    """Return which rules each entry of some columns meets, shape (entries, words).

    Parameters
    ----------
    rules : compiled rules.
    columns : at least those that the rules read, as for `Rule.mask`.
    """
    n = len(next(iter(columns.values())))
    return _fill(rules, n, lambda name, rows: columns[name][rows], Lanes(1))


def masks_of(rules: CompiledRules, c: Columns, rows: NDArray[np.uint32], month: int, lanes: Lanes) -> Masks:
    """Return which rules some residents meet in a month, shape (residents, words).

    Parameters
    ----------
    rules : compiled rules.
    c : residents' columns.
    rows : the residents.
    month : month number.
    lanes : threads; the result does not depend on them.
    """
    return _fill(rules, rows.size, lambda name, part: READERS[name](c, rows[part], month), lanes)


def resident_masks(rules: CompiledRules, c: Columns, month: int, threads: int = 1) -> Masks:
    """Return which rules each resident meets in a month, shape (residents, words).

    Parameters
    ----------
    rules : compiled rules.
    c : residents' columns.
    month : month number.
    threads : threads; the result does not depend on it.
    """
    lanes = Lanes(threads)
    try:
        return _fill(rules, len(c.id), lambda name, rows: READERS[name](c, rows, month), lanes)
    finally:
        lanes.close()


def _fill(rules: CompiledRules, n: int, read: Callable[[str, slice], NDArray[Any]], lanes: Lanes) -> Masks:
    """Run the tape over n rows, block by block.

    Parameters
    ----------
    rules : compiled rules.
    n : number of rows.
    read : gives a column for a range of rows.
    lanes : threads.
    """
    out = np.zeros((n, rules.n_words), np.uint64)

    def work(lane: int, first: int, end: int) -> None:
        data = np.zeros((len(rules.columns), BLOCK_ROWS), np.int32)
        stack = np.zeros((rules.depth, BLOCK_ROWS), np.uint8)
        found = np.zeros((rules.n_words, BLOCK_ROWS), np.uint64)
        for block in range(first, end):
            rows = slice(block * BLOCK_ROWS, min(n, (block + 1) * BLOCK_ROWS))
            size = rows.stop - rows.start
            for k, name in enumerate(rules.columns):
                data[k, :size] = read(name, rows)
            _run(rules.tape, data, stack, found, out, rows.start, size)

    lanes.run(work, -(-n // BLOCK_ROWS))
    return out


@kernel
def _run(tape: Any, data: Any, stack: Any, found: Any, out: Any, first: int, n: int) -> None:
    """Evaluate every rule for one block and set the bits of those that hold.

    Parameters
    ----------
    tape : the rules.
    data : the block's columns, shape (columns, BLOCK_ROWS).
    stack : flags, shape (depth, BLOCK_ROWS).
    found : the block's masks, shape (words, BLOCK_ROWS).
    out : masks of all residents.
    first, n : the block's first resident, and how many there are.
    """
    for word in range(len(found)):
        for i in range(n):
            found[word, i] = 0
    for rule in range(len(tape.begin) - 1):
        if tape.begin[rule] == tape.begin[rule + 1]:
            continue
        top = -1
        for step in range(tape.begin[rule], tape.begin[rule + 1]):
            op, column, low, high = tape.op[step], tape.column[step], tape.low[step], tape.high[step]
            if op == _NOT:
                for i in range(n):
                    stack[top, i] ^= 1
            elif op == _AND:
                top -= 1
                for i in range(n):
                    stack[top, i] &= stack[top + 1, i]
            elif op == _OR:
                top -= 1
                for i in range(n):
                    stack[top, i] |= stack[top + 1, i]
            else:
                top += 1
                if op == _BETWEEN:
                    for i in range(n):
                        stack[top, i] = (data[column, i] >= low) & (data[column, i] <= high)
                elif op == _HAS:
                    for i in range(n):
                        stack[top, i] = (data[column, i] & low) != 0
                else:
                    for i in range(n):
                        stack[top, i] = 0
                    for at in range(low, high):
                        value = tape.values[at]
                        for i in range(n):
                            stack[top, i] |= data[column, i] == value
        word, bit = rule // WORD, np.uint64(rule % WORD)
        for i in range(n):
            found[word, i] |= np.uint64(stack[0, i]) << bit
    for i in range(n):
        for word in range(len(found)):
            out[first + i, word] = found[word, i]


def bits_of(chosen: Sequence[int], n_words: int) -> NDArray[np.uint64]:
    """Return the mask that has the bits of some rules, shape (words,)."""
    out = np.zeros(n_words, np.uint64)
    for k in chosen:
        out[k // WORD] |= np.uint64(1) << np.uint64(k % WORD)
    return out


def has_bit(found: Masks, k: int) -> NDArray[np.bool_]:
    """Return who meets the k-th rule, shape (residents,)."""
    return np.asarray((found[:, k // WORD] >> np.uint64(k % WORD)) & np.uint64(1), np.bool_)
