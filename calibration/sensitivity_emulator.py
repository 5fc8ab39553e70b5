"""Standing in for the model: an emulator learned from runs, checked on runs left out, and Sobol's indices on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from threadpoolctl import threadpool_limits

from calibration.emulator import Output, fit_output
from calibration.sensitivity_factors import Factor
from experiments.sensitivity_analysis import NO_CHANCE, Chance, SobolFound, sobol
from experiments.sensitivity_design import Design, Space, sobol_design

Floats = NDArray[np.float64]
FIRST, LAST = 1024, 8192
"""Base samples of Sobol's design on the emulator: at first, and at most."""
EDGE = 0.005
"""Shares nearer to 0 or 1 count as this: beyond, an emulator would be asked where nothing was run."""
ROWS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Emulated:
    """Indices on an emulator. `explained`: share of the variance of runs left out; `possible`: what chance leaves."""

    found: SobolFound
    samples: int
    explained: float
    possible: float


def inputs_of(u: Floats, factors: Sequence[Factor]) -> Floats:
    """Return an emulator's inputs: standard-normal scores of shares, and for a choice one column an option but one.

    Parameters
    ----------
    u : float64, shape (rows, factors)
        Shares of the laws.
    factors : Sequence[Factor]
        The factors.
    """
    columns = []
    for k, factor in enumerate(factors):
        if factor.options:
            chosen = factor.values(u[:, k], "")
            columns += [(chosen == option).astype(float) for option in range(1, len(factor.options))]
        else:
            columns.append(norm.ppf(np.clip(u[:, k], EDGE, 1.0 - EDGE)))
    return np.stack(columns, axis=1)


def emulated(
    design: Design, y: Floats, chance: Chance, factors: Sequence[Factor], space: Space, second_order: bool, width: float
) -> Emulated:
    """Return Sobol's indices of one output on an emulator learned from a design's runs.

    Parameters
    ----------
    design : Design
        The vectors that were run.
    y : float64, shape (rows,)
        The output.
    chance : Chance
        What the seed does to it.
    factors : Sequence[Factor]
        The factors.
    space : Space
        The same factors, with the groups that have indices.
    second_order : bool
        Whether interactions of pairs are wanted.
    width : float
        Samples are doubled until every interval is narrower.
    """
    with threadpool_limits(1):  # the matrices are small: threads of theirs would only wait for each other
        output = fit_output(inputs_of(design.u, factors), y)
        samples = FIRST
        while True:
            wide = sobol_design(space, samples, design.seed, second_order)
            found = sobol(wide, _means(output, wide.u, factors), NO_CHANCE, design.seed)
            if found.width <= width or samples >= LAST:
                break
            samples *= 2
    spread = float(np.var(y))
    possible = 1.0 - min(1.0, chance.variance / spread) if spread else 0.0
    return Emulated(found, samples, output.share, possible)


def _means(output: Output, u: Floats, factors: Sequence[Factor]) -> Floats:
    """Return the emulator's means, some rows at a time so that memory stays small."""
    parts = np.array_split(u, -(-len(u) // ROWS_AT_ONCE))
    return np.concatenate([output.mean(inputs_of(part, factors)) for part in parts])
