"""The posterior found again by approximate Bayesian computation (pyabc), and what both say of answers on policy.

The model is stood for by the emulators of the shipped bank. A simulation is a place of the prior, what the emulators
expect there and one draw of a run's chance and of the emulators' error; it is accepted with a chance that falls with
its distance from the published figures, in their standard errors and discrepancies. No likelihood is computed and no
chain of walkers run, so an error in either would show. The library perturbs the directions that the figures see; all
others are drawn from the prior in every simulation. That is exact, whatever number of directions is perturbed.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from calibration.batches import parquet
from calibration.completing import complete
from calibration.matching import TIGHTNESS, TOTALS, Judge, ensemble
from calibration.policy_line import NET, UNITS, policy_lines
from calibration.recovery import normal_near_the_mode, walkers_of
from calibration.shipped_bank import ShippedBank
from evidence.validation_files import CROSS_CHECK, FITTED
from experiments.cache import hash_of
from experiments.errors import MissingData
from experiments.events import Events
from experiments.runner import Task
from results.files import digest_of, write_bytes, write_text
from results.store import csv_text

Floats = NDArray[np.float64]
Outputs = Callable[[Floats], Mapping[str, Floats]]
"""What places of the space, shape (n, coordinates), come to: output -> (n,)."""
SEED = 1
SEEN_FROM = 0.5
"""Slope, in standard deviations of all errors per one of the prior, from which the figures see a direction."""
TEMPERATURES = (32.0, 16.0, 8.0, 4.0, 2.0, 1.0)
"""Each generation's; the last, 1, is exact."""
WARMING, PARTICLES, PARTS = 500, 2500, 5
"""Particles of a generation before the last, of the last in all parts together, and parts that know nothing of each
other."""
STEPS, DRAWS = 3000, 4000
"""Steps of the ensemble for the posterior that is cross-checked, and its draws."""
DIGITS = 5
FAR = 1e6
"""Distance of a simulation outside the prior: never accepted."""
HINT = "install it: pip install 'workability[abc]'"
STOCK_UNITS = {**dict.fromkeys(TOTALS, "residents"), TIGHTNESS: "ratio"}
DECIDING = ("cross_check.py", "recovery.py", "matching.py", "emulator.py")
"""Files of this package that decide what a part gives."""
OUTCOMES = ("hazard_UE", "hazard_EU", "hazard_EI", "hazard_IE", "hazard_IU", "sick_to_work_12m")
"""Emulated measures that answers on policy rest on: how fast work is found and lost, and the way back from sickness."""


@dataclass(frozen=True)
class Particles:
    """Weighted draws of the posterior by approximate Bayesian computation.

    `x`: places, shape (n, coordinates); `weight`: (n,), sums to 1; `simulations`: of all generations; `seen`: number
    of directions that were perturbed.
    """

    x: Floats
    weight: Floats
    simulations: int
    seen: int

    @property
    def effective(self) -> float:
        """Number of equally weighted draws that they are worth."""
        return float(1.0 / np.sum(self.weight**2))


def directions(judge: Judge) -> tuple[Floats, Floats]:
    """Return orthonormal directions of the space that the figures see, and all others, a row each.

    Parameters
    ----------
    judge : holds the figures; its emulators' lines are looked at near the mode.
    """
    mode, _ = normal_near_the_mode(judge)
    sd = np.sqrt(judge.variance(judge.emulator.means(mode[None])))[0]
    _, singular, rows = np.linalg.svd(judge.emulator.tilts(mode) / sd[:, None])
    n = max(1, int((singular >= SEEN_FROM).sum()))
    return rows[:n], rows[n:]


def library() -> Any:
    """Return pyabc, imported when it is wanted: it takes seconds.

    Raises
    ------
    MissingData
        If it is not installed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the packages that it imports; none is about us
            import pyabc
    except ImportError as error:
        raise MissingData(f"The cross-check needs pyabc, which is not here ({error}); {HINT}") from None
    logging.getLogger("ABC").setLevel(logging.WARNING)
    return pyabc


@contextmanager
def _global_generator(seed: int) -> Iterator[None]:
    """Seed NumPy's global generator for a block, since pyabc draws from no other, and put it back afterwards."""
    before = np.random.get_state()  # noqa: NPY002
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002


def _parts(abc: Any, names: tuple[str, ...], aim: Floats, variance: Floats) -> dict[str, Any]:
    """Return pyabc's prior, perturbation and kernel as it has them itself, but for what each proposal need not redo.

    Parameters
    ----------
    abc : the library.
    names : of the directions that are perturbed.
    aim, variance : figures, and the variance of the kernel, shape (figures,).
    """

    class OneModel(abc.RV):  # type: ignore[misc]
        def pmf(self, x: int, *_: Any, **__: Any) -> float:
            return float(x == 0)

    class StandardNormals(abc.random_variables.DistributionBase):  # type: ignore[misc]
        def rvs(self, *_: Any, **__: Any) -> Any:
            draws = np.random.standard_normal(len(names))  # noqa: NPY002
            return abc.Parameter(dict(zip(names, draws.tolist(), strict=True)))

        def pdf(self, x: Any) -> float:
            z = np.array([x[name] for name in names])
            return float(np.exp(-0.5 * z @ z) / (2.0 * np.pi) ** (len(z) / 2))

    class Perturbation(abc.MultivariateNormalTransition):  # type: ignore[misc]
        def fit(self, X: pd.DataFrame, w: Floats) -> None:
            super().fit(X, w)
            self.places = X[list(names)].to_numpy(float)
            self.reached, self.triangle = np.cumsum(w), np.linalg.cholesky(np.atleast_2d(self.cov))

        def rvs_single(self) -> Any:
            share, normal = np.random.random_sample(), np.random.standard_normal(len(names))  # noqa: NPY002
            row = min(int(np.searchsorted(self.reached, share * self.reached[-1])), len(self.places) - 1)
            return abc.Parameter(dict(zip(names, (self.places[row] + self.triangle @ normal).tolist(), strict=True)))

    def log_density(x: Mapping[str, Floats], **_: Any) -> float:
        return float(-0.5 * np.sum((x["figures"] - aim) ** 2 / variance))

    return {
        "parameter_priors": StandardNormals(),
        "model_prior": OneModel("randint", 0, 1),
        "transitions": Perturbation(),
        "distance_function": abc.distance.FunctionKernel(log_density, ret_scale="SCALE_LOG", keys=["figures"]),
    }


def approximate(judge: Judge, seed: int, particles: int = PARTICLES, warming: int = WARMING) -> Particles:
    """Return the posterior by approximate Bayesian computation with stochastic acceptance.

    Parameters
    ----------
    judge : the figures and the emulators; neither its likelihood nor its sampler is used.
    seed : of the generator.
    particles, warming : accepted places of the last generation, and of each before it.

    Raises
    ------
    MissingData
        If pyabc is not installed.
    """
    abc = library()
    world, emulator, against = judge.world, judge.emulator, judge.against
    seen, rest = directions(judge)
    names = tuple(f"d{k:02d}" for k in range(len(seen)))
    aim = emulator.onto(against.value)
    unit = np.where(emulator.logs, np.maximum(np.abs(against.value), 1e-12), 1.0)
    error = emulator.errors()

    def simulation(parameter: Mapping[str, float]) -> dict[str, Floats]:
        normal = np.random.standard_normal(len(rest) + len(aim))  # noqa: NPY002
        x = np.array([parameter[name] for name in names]) @ seen + normal[: len(rest)] @ rest
        if np.abs(x).max() > world.reach:
            return {"figures": aim + FAR, "place": x}
        means = emulator.means(x[None])[0] + judge.shift
        chance = np.maximum(error, emulator.noise_sd(means))
        return {"figures": means + chance * normal[len(rest) :], "place": x}

    parts = _parts(abc, names, aim, (against.se**2 + against.discrepancy**2) / unit**2)
    study = abc.ABCSMC(
        models=simulation,
        population_size=abc.populationstrategy.ListPopulationSize([warming] * (len(TEMPERATURES) - 1) + [particles]),
        eps=abc.ListTemperature(list(TEMPERATURES)),
        acceptor=abc.StochasticAcceptor(),
        sampler=abc.sampler.SingleCoreSampler(),
        **parts,
    )
    with _global_generator(seed), threadpool_limits(1):
        study.new("sqlite://", {"figures": aim, "place": np.zeros(world.n)})
        history = study.run(max_nr_populations=len(TEMPERATURES))
    weight, found = history.get_weighted_sum_stats()
    x = np.array([one["place"] for one in found])
    share = np.asarray(weight, float)
    return Particles(x, share / share.sum(), int(history.total_nr_simulations), len(seen))


@dataclass(frozen=True)
class Parts:
    """Independent parts of the cross-check, each saved whole; made again in every process that works."""

    bank: ShippedBank
    folder: Path
    particles: int
    warming: int
    seed: int

    def path(self, task: Task) -> Path:
        """Return the file of a part."""
        return self.folder / f"part-{task.draw}.parquet"

    def is_saved(self, task: Task) -> bool:
        """Return whether a part is on disk and whole."""
        try:
            return len(pd.read_parquet(self.path(task))) == self.particles
        except (OSError, ValueError):
            return False

    def __call__(self, task: Task, tick: Callable[[str, int, int], None] | None = None) -> None:
        """Make and save a part."""
        found = approximate(self.bank.judge(smooth=False), self.seed + task.draw, self.particles, self.warming)
        table = pd.DataFrame(found.x, columns=[f"x{k}" for k in range(found.x.shape[1])])
        write_bytes(
            self.path(task),
            parquet(table.assign(weight=found.weight, simulations=found.simulations, seen=found.seen)),
        )


def pooled(parts: Sequence[pd.DataFrame]) -> Particles:
    """Return the particles of independent parts together, each part with the same weight.

    Parameters
    ----------
    parts : as `Parts` saves them.
    """
    whole = pd.concat(parts, ignore_index=True)
    x = whole[[name for name in whole.columns if name.startswith("x")]].to_numpy(float)
    simulations = sum(int(part["simulations"].iloc[0]) for part in parts)
    return Particles(x, whole["weight"].to_numpy(float) / len(parts), simulations, int(whole["seen"].iloc[0]))


def approximate_shipped(bank: ShippedBank, *, workers: int, heard: Events, seed: int = SEED) -> Particles:
    """Return the posterior by approximate Bayesian computation on a region's shipped bank.

    Parameters
    ----------
    bank : the shipped bank.
    workers : processes, on which no figure depends.
    heard : hears of progress.
    seed : of the first part.

    Raises
    ------
    MissingData
        If pyabc is not installed.
    Interrupted, SomeRunsFailed
        If the user stopped or a part failed; what is finished is kept.
    """
    version, here = str(library().__version__), Path(__file__).parent
    key = hash_of(bank.key, [digest_of(here / name) for name in DECIDING], version, seed)
    work = Parts(bank, bank.folder(f"abc-{key}"), PARTICLES // PARTS, WARMING, seed)
    tasks = [Task(k, 0) for k in range(PARTS)]
    heard.stage(f"Approximate Bayesian computation on the shipped bank: {PARTS} parts of some minutes each")
    complete(tasks, work, work.is_saved, workers, heard, first_alone=False)
    return pooled([pd.read_parquet(work.path(task)) for task in tasks])


def outcomes(judge: Judge) -> Outputs:
    """Return what a place comes to in stocks and in the emulated measures that answers on policy rest on.

    Parameters
    ----------
    judge : with the emulators.
    """

    def of(x: Floats) -> Mapping[str, Floats]:
        totals, tight = judge.world.totals(x)
        found = dict(zip((*TOTALS, TIGHTNESS), [*totals.T, tight], strict=True))
        values = judge.emulator.back(judge.emulator.means(x) + judge.shift)
        measures = {t.measure: values[:, k] for k, t in enumerate(judge.against.targets)}
        return {**found, **{name: measures[name] for name in OUTCOMES if name in measures}}

    return of


def units(judge: Judge) -> Mapping[str, str]:
    """Return the unit of every output of `outcomes`.

    Parameters
    ----------
    judge : with the figures.
    """
    return {**STOCK_UNITS, **{t.measure: t.unit for t in judge.against.targets if t.measure in OUTCOMES}}


def side_by_side(chain: Floats, found: Particles, of: Outputs, unit_of: Mapping[str, str]) -> pd.DataFrame:
    """Return outputs by both posteriors: output, unit, mean, sd, abc_mean, abc_sd, and what the second is worth.

    Parameters
    ----------
    chain : equally weighted places of the posterior that is cross-checked, shape (draws, coordinates).
    found : the other.
    of, unit_of : outputs, and the unit of each.
    """
    other, rows = of(found.x), []
    for name, mine in of(chain).items():
        mean = float(found.weight @ other[name])
        sd = float(np.sqrt(found.weight @ (other[name] - mean) ** 2))
        rows.append((name, unit_of[name], float(mine.mean()), float(mine.std()), mean, sd))
    table = pd.DataFrame(rows, columns=["output", "unit", "mean", "sd", "abc_mean", "abc_sd"])
    worth = {"effective": round(found.effective), "simulations": found.simulations}
    return table.assign(**worth, directions=found.seen, coordinates=chain.shape[1])


def cross_check(bank: ShippedBank, *, workers: int = 2, heard: Events | None = None) -> pd.DataFrame:
    """Return what both posteriors on a region's shipped bank say of answers on policy, as `side_by_side` does.

    Parameters
    ----------
    bank : the shipped bank.
    workers : processes, on which no figure depends.
    heard : hears of progress.

    Raises
    ------
    MissingData
        If pyabc is not installed.
    Interrupted, SomeRunsFailed
        If the user stopped or a part failed; what is finished is kept.
    """
    told = heard or Events()
    found = approximate_shipped(bank, workers=workers, heard=told)
    judge = bank.judge(smooth=False)
    lines = policy_lines(bank, judge.world, workers=workers, heard=told)
    told.stage("Drawing from the posterior that is cross-checked")
    chain = ensemble(judge, DRAWS, STEPS, SEED, walkers_of(judge, np.random.default_rng(SEED)))
    stocks = outcomes(judge)

    def of(x: Floats) -> Mapping[str, Floats]:
        return {**stocks(x), **lines.of(x)}

    return side_by_side(chain.draws, found, of, {**units(judge), **UNITS}).assign(
        policy_explained=round(lines.outputs[NET].share, 3)
    )


def write(folder: Path, table: pd.DataFrame) -> Path:
    """Write the comparison into a region's folder; return the path.

    Parameters
    ----------
    folder : the region's folder.
    table : as from `cross_check`.
    """
    shown = table.copy()
    for column in ("mean", "sd", "abc_mean", "abc_sd"):
        shown[column] = [float(f"{value:.{DIGITS}g}") for value in table[column]]
    write_text(folder / FITTED / CROSS_CHECK, csv_text(shown))
    return folder / FITTED / CROSS_CHECK
