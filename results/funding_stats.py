"""Values of arms compared on shared draws: paired differences, and what each constraint has to do with them.

A mask is an int with bit i set where the i-th factor is in force. Everything up to the statistics is whole numbers, so
that parts add up to the whole, and the sign turns with the arms, exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import factorial

import numpy as np
from numpy.typing import NDArray

from results.statistics import QUANTILE_NAMES, describe, interval_kind
from scenarios.fund_specs import CONSTRAINTS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def all_masks(n_factors: int) -> tuple[int, ...]:
    """Return every mask over so many factors, everything in force first."""
    return tuple(reversed(range(1 << n_factors)))


def words_of(mask: int, factors: tuple[str, ...], rest: tuple[str, ...] = ()) -> str:
    """Return what is in force, joined by +, or `none`; a negative mask is nothing at all.

    Parameters
    ----------
    mask : int
        Over the factors.
    factors : tuple of str
        What the study varies.
    rest : tuple of str
        What it does not: in force in every arm but one with a negative mask.
    """
    if mask < 0:
        return "none"
    kept = {name for i, name in enumerate(factors) if mask >> i & 1} | set(rest)
    return "+".join(sorted(kept, key=list(CONSTRAINTS).index)) or "none"


def shapley(values: Mapping[int, Ints], n_factors: int) -> Ints:
    """Return each factor's Shapley value of being dropped, times n_factors!, shape (n_factors, ...); exact.

    The values over that factorial add up to the value with nothing in force less that with everything in force.

    Parameters
    ----------
    values : mapping
        Mask of what is in force -> value of the arm; every mask.
    n_factors : int
        Number of factors.

    Raises
    ------
    ValueError
        If an arm is missing.
    """
    missing = [mask for mask in range(1 << n_factors) if mask not in values]
    if missing:
        raise ValueError(f"{len(missing)} arms are missing, so nothing can be attributed: masks {missing[:5]}")
    out = np.zeros((n_factors, *np.shape(values[0])), np.int64)
    for i in range(n_factors):
        for mask in range(1 << n_factors):
            if not mask >> i & 1:
                continue
            dropped = n_factors - mask.bit_count()  # before this one
            ways = factorial(dropped) * factorial(n_factors - dropped - 1)
            out[i] += ways * (values[mask ^ (1 << i)] - values[mask])
    return out


def first_effects(values: Mapping[int, Ints], n_factors: int) -> Ints:
    """Return what dropping each factor alone from everything in force gains, shape (n_factors, ...)."""
    whole = (1 << n_factors) - 1
    return np.stack([values[whole ^ (1 << i)] - values[whole] for i in range(n_factors)])


def last_effects(values: Mapping[int, Ints], n_factors: int) -> Ints:
    """Return what dropping each factor gains where nothing else is in force, shape (n_factors, ...)."""
    return np.stack([values[0] - values[1 << i] for i in range(n_factors)])


def statistics_of(values: Floats, draws: Ints, n_seeds: int) -> dict[str, NDArray[np.generic]]:
    """Return the columns of a Stat of figures over runs, each of the shape of one run's figures.

    Parameters
    ----------
    values : float64, shape (runs, figures)
        One row a run.
    draws : int64, shape (runs,)
        Draw of each run.
    n_seeds : int
        Number of different seeds.
    """
    n_runs, n_figures = values.shape
    found = describe(values, draws)
    columns: dict[str, NDArray[np.generic]] = {name: found[name] + 0.0 for name in ("mean", *QUANTILE_NAMES)}
    columns["n_draws"] = np.full(n_figures, len(np.unique(draws)))
    columns["n_seeds"] = np.full(n_figures, n_seeds)
    columns["mc_se"] = found["mc_se"]
    columns["interval"] = np.full(n_figures, interval_kind(n_runs, len(np.unique(draws))))
    return columns
