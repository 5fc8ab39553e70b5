"""Whether the fit finds what it is looking for: synthetic truths, fitted by the same sampler, from one bank of designs.

A truth is a draw of the prior. Its figures are what the emulator expects there plus one draw of every error that the
fit allows for. Fitted again, a 90% interval should hold the truth in nine of ten, and the rank of the truth among the
draws should be even from 0 to 1. The emulators are straight lines here, so that two hundred fits take minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibration.emulator import Emulator
from calibration.matching import Figures, Judge, World, ensemble
from calibration.priors import Prior

Floats = NDArray[np.float64]
TARP = "tarp"
"""Parameter under which the ranks of distances to a random point stand."""
STEPS, DRAWS = 500, 400


def truths(world: World, n: int, seed: int) -> Floats:
    """Return n draws of the prior, shape (n, coordinates).

    Parameters
    ----------
    world : the space.
    n, seed : how many; of the generator.
    """
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, world.n))
    while (outside := np.abs(x) > world.reach).any():
        x[outside] = rng.standard_normal(int(outside.sum()))
    return x


def synthetic(judge: Judge, truth: Floats, rng: np.random.Generator) -> Judge:
    """Return a judge whose figures are those of a truth, with every error that the fit allows for.

    Standard errors and discrepancies stay as they are in relation to a figure that is emulated as a logarithm.

    Parameters
    ----------
    judge : with the real figures.
    truth : shape (coordinates,).
    rng : of the errors.
    """
    against, emulator = judge.against, judge.emulator
    mean = emulator.means(truth[None])
    unit = np.where(emulator.logs, np.maximum(np.abs(against.value), 1e-12), 1.0)
    sd = np.sqrt(judge.variance(mean))[0]
    value = emulator.back(mean[0] + sd * rng.standard_normal(len(sd)))
    now = np.where(emulator.logs, np.maximum(np.abs(value), 1e-12), 1.0)
    grown = now / unit
    moved = replace(against, value=value, se=against.se * grown, discrepancy=against.discrepancy * grown)
    return replace(judge, against=moved)


def recover(
    world: World,
    emulator: Emulator,
    against: Figures,
    known: tuple[Prior, ...],
    n: int,
    seed: int,
    tell: Callable[[int], None] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return intervals beside truths (parameter, truth, p05, p95), and ranks (parameter, rank) with those of TARP.

    Parameters
    ----------
    world, emulator, against : the space, its emulator and the figures.
    known : priors of the parameters, in the order of the world's.
    n, seed : truths; of the generator.
    tell : called with the number of truths fitted.
    """
    judge = Judge(world, emulator, against)
    rng = np.random.default_rng(seed + 1)
    intervals, ranks = [], []
    for k, truth in enumerate(truths(world, n, seed)):
        chain = ensemble(synthetic(judge, truth, rng), DRAWS, STEPS, seed + 100 + k)
        low, high = np.quantile(chain.draws, [0.05, 0.95], axis=0)
        below = np.mean(chain.draws < truth, axis=0)
        for j, prior in enumerate(known):
            at = (prior.values(np.asarray(z)) for z in (truth[j], low[j], high[j]))
            intervals.append((prior.name, *(float(value) for value in at)))
            ranks.append((prior.name, float(below[j])))
        point = np.clip(rng.standard_normal(world.n), -world.reach, world.reach)
        near = np.sum((chain.draws - point) ** 2, axis=1) < np.sum((truth - point) ** 2)
        ranks.append((TARP, float(near.mean())))
        if tell is not None:
            tell(k + 1)
    return (
        pd.DataFrame(intervals, columns=["parameter", "truth", "p05", "p95"]),
        pd.DataFrame(ranks, columns=["parameter", "rank"]),
    )
