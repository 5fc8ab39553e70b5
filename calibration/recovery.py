"""Whether the fit finds what it is looking for: synthetic truths, fitted by the same sampler, from one bank of designs.

A truth is a draw of the prior. Its figures are what the emulator expects there plus one draw of every error that the
fit allows for. Fitted again, a 90% interval should hold the truth in nine of ten, and the rank of the truth among the
draws should be even from 0 to 1. The emulators are straight lines here, so that two hundred fits take minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibration.batches import Batches
from calibration.completing import complete
from calibration.emulator import Emulator
from calibration.matching import Figures, Judge, World, ensemble
from calibration.priors import Prior
from calibration.shipped_bank import ShippedBank
from evidence.validation_files import FITTED, RANKS, RECOVERY
from experiments.cache import hash_of
from experiments.events import Events
from results.diagnostics import TARP
from results.files import digest_of, write_text
from results.store import csv_text

Floats = NDArray[np.float64]
STEPS, DRAWS = 1500, 4000
"""Steps of the ensemble for one truth beside those thrown away, and draws kept of them."""
TRUTHS, SEED = 200, 1
TRUTHS_A_BATCH = 4
"""Some seconds of work, so that little is lost."""
NEWTON_STEPS = 40
EDGE = 0.98
"""Share of the reach inside of which walkers begin."""
DIGITS = 5
"""Significant digits of a parameter's value in the table."""
DECIDING = ("recovery.py", "matching.py", "emulator.py", "priors.py")
"""Files of this package that decide what a truth gives; kept results are found by what is in them."""


def truths(world: World, n: int, rng: np.random.Generator) -> Floats:
    """Return n draws of the prior, shape (n, coordinates).

    Parameters
    ----------
    world : the space.
    n, rng : how many; their generator.
    """
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


def normal_near_the_mode(judge: Judge) -> tuple[Floats, Floats]:
    """Return the place of the highest posterior density and the triangle of the normal law that fits it there.

    Damped Gauss-Newton steps on the lines of the emulators; the edge of the prior cuts a step short.

    Parameters
    ----------
    judge : holds the posterior.
    """
    world, emulator = judge.world, judge.emulator
    aim, x = emulator.onto(judge.against.value), np.zeros(world.n)
    for _ in range(NEWTON_STEPS):
        means = emulator.means(x[None]) + judge.shift
        sd = np.sqrt(judge.variance(means))[0]
        tilt = emulator.tilts(x) / sd[:, None]
        precision = np.eye(world.n) + tilt.T @ tilt
        step = np.linalg.solve(precision, tilt.T @ ((aim - means[0]) / sd) - x)
        tried = np.clip(x + step * 0.5 ** np.arange(8)[:, None], -EDGE * world.reach, EDGE * world.reach)
        found = judge.log_posterior(np.vstack([tried, x]))
        best = int(np.argmax(found))
        if best == len(tried) or found[best] - found[-1] < 1e-6:
            break
        x = tried[best]
    return x, np.asarray(np.linalg.cholesky(np.linalg.inv(precision)), float)


def walkers_of(judge: Judge, rng: np.random.Generator) -> Floats:
    """Return places for the ensemble to begin from, drawn from the normal law near the mode, inside the prior.

    From there the steps that are thrown away are enough even of a short chain.

    Parameters
    ----------
    judge : holds the posterior.
    rng : of the draws.
    """
    world = judge.world
    mode, triangle = normal_near_the_mode(judge)
    x = mode + rng.standard_normal((4 * world.n, world.n)) @ triangle.T
    edge = EDGE * world.reach
    outside = np.abs(x) > edge
    return np.where(outside, rng.uniform(-edge, edge, x.shape), x)


def fitted_again(judge: Judge, known: tuple[Prior, ...], k: int, seed: int) -> dict[str, float]:
    """Return one truth, its 90% intervals and ranks by parameter, and the rank of TARP; the same among any others.

    Parameters
    ----------
    judge : with the real figures.
    known : priors of the parameters, in the order of the world's.
    k, seed : which truth; of all.
    """
    world, rng = judge.world, np.random.default_rng([seed, k])
    truth = truths(world, 1, rng)[0]
    made = synthetic(judge, truth, rng)
    chain = ensemble(made, DRAWS, STEPS, int(rng.integers(2**31)), walkers_of(made, rng))
    low, high = np.quantile(chain.draws, [0.05, 0.95], axis=0)
    below = np.mean(chain.draws < truth, axis=0)
    row = {"truth": float(k), "length": chain.length, "accepted": chain.accepted}
    for j, prior in enumerate(known):
        for name, z in (("truth", truth[j]), ("p05", low[j]), ("p95", high[j])):
            row[f"{name}.{prior.name}"] = float(prior.unrounded(np.asarray(z)))
        row[f"rank.{prior.name}"] = float(below[j])
    point = truths(world, 1, rng)[0]
    near = np.sum((chain.draws - point) ** 2, axis=1) < np.sum((truth - point) ** 2)
    row[f"rank.{TARP}"] = float(near.mean())
    return row


def tables(rows: pd.DataFrame, known: tuple[Prior, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return intervals beside truths (parameter, truth, p05, p95), and ranks (parameter, rank) with those of TARP.

    Parameters
    ----------
    rows : of `fitted_again`.
    known : the parameters.
    """
    names = [prior.name for prior in known]
    intervals = [
        pd.DataFrame({"parameter": name, **{c: rows[f"{c}.{name}"] for c in ("truth", "p05", "p95")}}) for name in names
    ]
    ranks = [pd.DataFrame({"parameter": name, "rank": rows[f"rank.{name}"]}) for name in (*names, TARP)]
    return pd.concat(intervals, ignore_index=True), pd.concat(ranks, ignore_index=True)


def recover(
    world: World, emulator: Emulator, against: Figures, known: tuple[Prior, ...], n: int, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the two tables of `tables` for n truths, fitted one after the other in this process.

    Parameters
    ----------
    world, emulator, against : the space, its emulator and the figures.
    known : priors of the parameters, in the order of the world's.
    n, seed : truths; of the generator.
    """
    judge = Judge(world, emulator, against)
    return tables(pd.DataFrame([fitted_again(judge, known, k, seed) for k in range(n)]), known)


@dataclass(frozen=True)
class RecoveryWork(Batches):
    """Fits synthetic truths again on a shipped bank; `sample` is the bank's."""

    bank: ShippedBank
    n_truths: int
    seed: int

    @property
    def n(self) -> int:
        """Return the number of truths."""
        return self.n_truths

    def run(self, i: int) -> dict[str, float]:
        """Return the row of one truth."""
        judge = self.bank.judge(smooth=False)
        return fitted_again(judge, self.study.priors[: self.study.n_seen], i, self.seed)


def recover_shipped(
    bank: ShippedBank, *, n: int = TRUTHS, seed: int = SEED, workers: int = 2, heard: Events | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the two tables of `tables` on a region's shipped bank; truths that are kept from before are not run again.

    Parameters
    ----------
    bank : the shipped bank.
    n, seed : truths; of the generator.
    workers : processes, on which no figure depends.
    heard : hears of progress.

    Raises
    ------
    Interrupted, SomeRunsFailed
        If the user stopped or a batch failed; what is finished is kept.
    """
    here, study = Path(__file__).parent, bank.study
    key = hash_of(bank.key, [digest_of(here / name) for name in DECIDING], seed, TRUTHS_A_BATCH)
    work = RecoveryWork(study, bank.folder(f"recovery-{key}"), study.what.fit.sample, 1, TRUTHS_A_BATCH, bank, n, seed)
    told = heard or Events()
    told.stage(f"Fitting {n} synthetic truths again on the shipped bank, {TRUTHS_A_BATCH} a batch")
    complete(work.tasks(), work, work.is_saved, workers, told, first_alone=False)
    return tables(work.frame(), study.priors[: study.n_seen])


def write(folder: Path, intervals: pd.DataFrame, ranks: pd.DataFrame) -> list[Path]:
    """Write both tables into a region's folder; return their paths.

    Parameters
    ----------
    folder : the region's folder.
    intervals, ranks : as from `tables`.
    """
    shown = intervals.copy()
    for column in ("truth", "p05", "p95"):
        shown[column] = [float(f"{value:.{DIGITS}g}") for value in intervals[column]]
    paths = [folder / FITTED / RECOVERY, folder / FITTED / RANKS]
    for path, table in zip(paths, (shown, ranks), strict=True):
        write_text(path, csv_text(table))
    return paths
