"""History matching: which places of the prior no figure rules out, and where to run the model next.

A place is ruled out when some figure lies too many standard deviations from what the emulator expects there. The
variance has four terms: of the observation, of the model's discrepancy, of one run's noise, and of the emulator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import emcee
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from calibration.emulator import Emulator, fit_emulator
from calibration.stocks import StockLaw
from evidence.calibration_files import DEFAULT, Calibrating
from evidence.model import Target

Floats = NDArray[np.float64]
RATIO_CAP = 30.0
"""A ratio of two rates counts as this where the lower rate was nearly zero in a sample."""
LOGARITHMIC = ("hazard_", "ue_ratio", "exit_ratio", "leave_work", "sick_to_work", "absence_rate", "signed_off")
"""Beginnings of measures that are emulated as logarithms: rates, ratios and counts that cannot be negative."""
TOTALS = ("unemployed", "long_term_sick", "inactive_other")
"""Measures of the region's stocks; their realised values are inputs of the emulator."""
TIGHTNESS = "vacancies_per_unemployed"
RAN_IN = 400
"""Steps of the ensemble that are thrown away."""


@dataclass(frozen=True)
class Figures:
    """What the emulator is held against: targets of the region that are none of its stocks.

    `value`, `se`, `discrepancy`: shape (targets,), in the unit of the target.
    """

    targets: tuple[Target, ...]
    value: Floats
    se: Floats
    discrepancy: Floats

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the targets."""
        return tuple(target.name for target in self.targets)

    def columns(self) -> list[str]:
        """Return the bank's column of each target's measure."""
        return [f"out.{target.measure}[{target.area}]" for target in self.targets]

    def logs(self) -> list[bool]:
        """Return whether each is emulated as a logarithm."""
        return [target.measure.startswith(LOGARITHMIC) for target in self.targets]


def figures(targets: Sequence[Target], law: StockLaw, what: Calibrating) -> Figures:
    """Return the figures that the emulator is held against.

    Parameters
    ----------
    targets : of the region.
    law : of the stocks; its own targets are left to it.
    what : with the discrepancies.
    """
    mine = tuple(
        t for t in targets if t.role == "fit" and t.name not in law.heard and t.measure not in ("population", TIGHTNESS)
    )
    value = np.array([t.value for t in mine])
    share = np.array([float(what.discrepancy.get(t.measure, what.discrepancy[DEFAULT]).value) for t in mine])  # type: ignore[arg-type]
    return Figures(mine, value, np.array([t.se for t in mine]), share * np.abs(value))


@dataclass(frozen=True)
class World:
    """The space on which the fit works: places on the standard scale, then the stocks' totals and the tightness.

    The last four coordinates are logarithms of the realised totals and tightness relative to what figures say, in
    standard deviations of those figures. `law`, `tightness`: value and standard error.
    """

    parameters: tuple[str, ...]
    law: StockLaw
    tightness: Target
    reach: float

    @property
    def n(self) -> int:
        """Number of coordinates."""
        return len(self.parameters) + len(TOTALS) + 1

    def whitening(self) -> tuple[Floats, Floats]:
        """Return mean of the logs of totals and tightness, and the triangle that scales them."""
        mean, covariance = self.law.logs_of_totals()
        value, se = self.tightness.value, self.tightness.se
        whole = np.zeros((len(mean) + 1, len(mean) + 1))
        whole[:-1, :-1], whole[-1, -1] = covariance, (se / value) ** 2
        return np.append(mean, np.log(value)), np.asarray(np.linalg.cholesky(whole), float)

    def inputs(self, bank: pd.DataFrame) -> Floats:
        """Return the emulator's inputs of designs that were run, shape (designs, n)."""
        z = bank[[f"z.{name}" for name in self.parameters]].to_numpy(float)
        realised = [f"out.{measure}[region]" for measure in (*TOTALS, TIGHTNESS)]
        mean, triangle = self.whitening()
        logs = np.log(np.maximum(bank[realised].to_numpy(float), 1e-9)) - mean
        return np.concatenate([z, np.linalg.solve(triangle, logs.T).T], axis=1)

    def asked(self, bank: pd.DataFrame, stocks: Floats) -> Floats:
        """Return the same with the stocks and the tightness that were asked for in place of the realised ones.

        Parameters
        ----------
        bank : the designs.
        stocks : persons by kind and Place, shape (designs, 3 x places).
        """
        z = bank[[f"z.{name}" for name in self.parameters]].to_numpy(float)
        mean, triangle = self.whitening()
        tight = bank["asked.vacancies_per_unemployed"].to_numpy(float)
        logs = np.log(np.column_stack([stocks @ self.law.totals().T, tight])) - mean
        return np.concatenate([z, np.linalg.solve(triangle, logs.T).T], axis=1)

    def totals(self, x: Floats) -> tuple[Floats, Floats]:
        """Return totals by kind, shape (places, 3), and tightness, shape (places,), of places of the space."""
        mean, triangle = self.whitening()
        logs = mean + x[:, -len(mean) :] @ triangle.T
        return np.exp(logs[:, :-1]), np.exp(logs[:, -1])

    def log_prior(self, x: Floats) -> Floats:
        """Return the log density of the prior, shape (n,): standard normal inside the reach."""
        out = -0.5 * np.sum(x**2, axis=1)
        return np.where(np.abs(x).max(axis=1) <= self.reach, out, -np.inf)


@dataclass(frozen=True)
class Judge:
    """Holds places of the space against figures through an emulator."""

    world: World
    emulator: Emulator
    against: Figures
    heat: float = 1.0
    """divides the log likelihood: above 1, the posterior is spread wider"""
    shift: Floats | float = 0.0
    """added to expected outputs on the scale of emulation: what runs of every resident differ by"""

    def distances(self, x: Floats) -> Floats:
        """Return standardised distances of expected outputs from the figures, shape (n, figures)."""
        means = self.emulator.means(x) + self.shift
        aim = self.emulator.onto(self.against.value)
        return np.asarray((means - aim) / np.sqrt(self.variance(means)), float)

    def variance(self, means: Floats) -> Floats:
        """Return the variance of a figure's distance from an expected output, on the scale of emulation, same shape."""
        # An error in the unit of a target is one of its logarithm once it is divided by the value.
        unit = np.where(self.emulator.logs, np.maximum(np.abs(self.against.value), 1e-12), 1.0)
        seen = (self.against.se**2 + self.against.discrepancy**2) / unit**2
        return np.asarray(seen + np.maximum(self.emulator.errors() ** 2, self.emulator.noise_sd(means) ** 2), float)

    def implausibility(self, x: Floats) -> Floats:
        """Return the largest distance of each place, shape (n,)."""
        return np.asarray(np.abs(self.distances(x)).max(axis=1), float)

    def log_posterior(self, x: Floats) -> Floats:
        """Return the log density of the posterior up to a constant, shape (n,)."""
        out = self.world.log_prior(x)
        inside = np.isfinite(out)
        if inside.any():
            means = self.emulator.means(x[inside]) + self.shift
            variance = self.variance(means)
            aim = self.emulator.onto(self.against.value)
            out[inside] -= 0.5 / self.heat * np.sum((means - aim) ** 2 / variance + np.log(variance), axis=1)
        return out


def emulate(bank: pd.DataFrame, world: World, against: Figures, smooth: bool = True) -> Emulator:
    """Return the emulator of the figures' measures, from every design of a bank.

    Parameters
    ----------
    bank : the designs; a design that stands in several rows was run with several seeds.
    world, against : the space and the figures.
    smooth : with Gaussian processes.
    """
    y = bank[against.columns()].to_numpy(float)
    ratios = np.array([t.measure.startswith("ue_ratio") for t in against.targets])
    y = np.where(ratios, np.minimum(y, RATIO_CAP), y)
    keys = bank.groupby(["wave", "design"], sort=False).indices
    twins = [(int(rows[0]), int(rows[1])) for rows in keys.values() if len(rows) > 1]
    with threadpool_limits(1):
        return fit_emulator(world.inputs(bank), y, against.names, against.logs(), twins, smooth)


def space_left(judge: Judge, limit: float, n: int, seed: int) -> float:
    """Return the share of the prior's draws that nothing rules out.

    Parameters
    ----------
    judge : who judges.
    limit : implausibility above which a place is ruled out.
    n, seed : draws of the prior.
    """
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, judge.world.n))
    x = x[np.abs(x).max(axis=1) <= judge.world.reach]
    kept = sum(int((judge.implausibility(part) <= limit).sum()) for part in np.array_split(x, max(1, len(x) // 2000)))
    return kept / len(x)


@dataclass(frozen=True)
class Chain:
    """Draws of an ensemble sampler.

    `draws`: (n, coordinates); `length`: steps that two draws must lie apart to be nearly independent; `accepted`: share
    of accepted moves; `spread`: largest ratio of scale between halves.
    """

    draws: Floats
    length: float
    accepted: float
    spread: float


def ensemble(judge: Judge, n: int, steps: int, seed: int, first: Floats | None = None) -> Chain:
    """Return n draws of the posterior on the emulator, by differential evolution over an ensemble of walkers.

    No snooker move: as of emcee 3.1.6 it weighs a proposal by half the power of the distance that it should (mended in
    its source since: dfm/emcee pull request 531), and a tenth of such moves made spreads in 43 dimensions some 4% too
    narrow.

    Parameters
    ----------
    judge : holds the posterior.
    n : draws wanted.
    steps : steps of the ensemble beside those that are thrown away.
    seed : of the sampler.
    first : places to begin from, shape (walkers, coordinates), or None for draws of the prior drawn in.
    """
    world = judge.world
    rng = np.random.default_rng(seed)
    walkers = 4 * world.n
    if first is None:
        first = 0.3 * rng.standard_normal((walkers, world.n))
    moves = [(emcee.moves.DEMove(), 0.9), (emcee.moves.StretchMove(), 0.1)]
    sampler = emcee.EnsembleSampler(walkers, world.n, judge.log_posterior, moves=moves, vectorize=True)
    sampler._random = np.random.RandomState(seed)  # the sampler knows no other generator
    with threadpool_limits(1):  # the matrices are small: threads of theirs would only wait for each other
        sampler.run_mcmc(first, RAN_IN + steps)
    chain = np.asarray(sampler.get_chain(discard=RAN_IN), float)
    length = float(np.max(emcee.autocorr.integrated_time(chain, tol=0)))
    half = len(chain) // 2
    scales = chain[:half].reshape(-1, world.n).std(axis=0) / chain[half:].reshape(-1, world.n).std(axis=0)
    flat = chain.reshape(-1, world.n)
    # At random: at even steps that share a factor with the number of walkers, all draws would be of a few of them.
    draws = flat[rng.choice(len(flat), n, replace=False)]
    return Chain(
        draws, length, float(np.mean(sampler.acceptance_fraction)), float(np.max(np.maximum(scales, 1 / scales)))
    )
