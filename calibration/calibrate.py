"""The fit of a region, stage by stage; every stage leaves its runs on disk, so that a fit that stops goes on there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibration.bank import DESIGNS_A_BATCH, Designs, DesignWork, Study
from calibration.batches import Batches
from calibration.completing import complete
from calibration.draw_runs import DRAWS_A_BATCH, Draws, DrawWork
from calibration.emulator import Emulator
from calibration.evaluation_runs import EVALUATED_A_BATCH, EVALUATED_SEED, EvaluationWork, key_of
from calibration.fisher import Spectrum
from calibration.informed import Informed, inform
from calibration.level_rule import LevelRule, learn
from calibration.matching import Chain, Figures, Judge, World, emulate, ensemble, figures, space_left
from calibration.priors import overrides, spread_out
from calibration.starting import spectrum, twin_table
from calibration.support import is_supported
from evidence import replications
from evidence.calibration_files import FitConventions
from experiments.cache import hash_of, parameters_hash
from experiments.errors import InvalidData
from experiments.events import Events
from experiments.folders import cache_folder, only_writer
from experiments.runner import Outcome, Task
from experiments.version import source_hash
from results.files import digest_of

Floats = NDArray[np.float64]
HEAT = 4.0
"""Later waves are drawn from the posterior with its log likelihood divided by this: wider than the posterior, so that
the emulator is also good around it."""
POOL = 4000
"""Draws of the sampler from which those with hazards that the model cannot hold are dropped."""
STEPS, LAST_STEPS = 600, 2500
"""Steps of the ensemble for a wave's designs, and for the posterior."""
SPACE_DRAWS = 20_000
"""Draws of the prior by which the space left is measured."""
PILOT_SEED, DRAW_SEED, FULL_SEED = 50_000, 60_000, 70_000
"""First seeds of the draws that correct the scale, of those shipped, and of the shipped ones with every resident."""
PRIOR_DRAWS = 500
TWIN_SAMPLE = 100
"""One resident in so many for the twin's start: it counts them, and draws nothing."""
DECIDING = ("bank.py", "batches.py", "draw_runs.py", "levels.py", "measured.py", "solve.py")
"""Files of this package that decide what a design or a draw gives; what they are given names the folder of a stage."""


@dataclass(frozen=True)
class Request:
    """What to fit and how: `sample` and `waves` in place of the evidence's own, `seed`, processes."""

    region: str = "cheshire-merseyside"
    sample: int | None = None
    waves: tuple[int, ...] | None = None
    draws: int | None = None
    full_scale: int | None = None
    seed: int = 1
    workers: int = 2

    def conventions(self, study: Study) -> FitConventions:
        """Return the conventions of the fit with what was asked for in their place."""
        how = study.what.fit
        return replace(
            how,
            sample=self.sample or how.sample,
            waves=self.waves or how.waves,
            draws=self.draws or how.draws,
            full_scale=how.full_scale if self.full_scale is None else self.full_scale,
        )


@dataclass
class Wave:
    """What one wave left.

    `left`: share of the prior that nothing rules out; `explained`: mean share of the variance of designs left out;
    `least_implausible`: smallest distance, in standard deviations, of any place from its worst figure.
    """

    designs: int
    left: float
    explained: float
    least_implausible: float


@dataclass
class Fit:
    """Everything a fit found, as written by `calibration.shipped`."""

    study: Study
    how: FitConventions
    seed: int
    world: World
    against: Figures
    bank: pd.DataFrame
    emulator: Emulator
    rule: LevelRule
    waves: list[Wave]
    chain: Chain
    x: Floats
    draws: Draws
    runs: pd.DataFrame
    full: pd.DataFrame
    informed: Informed
    shift: Floats
    lean: Floats
    supported: list[float]
    spectrum: Spectrum
    twin: pd.DataFrame
    seconds: dict[str, float] = field(default_factory=dict)
    was_resumed: bool = False
    """whether runs were on disk before"""


def folder_of(request: Request, study: Study) -> Path:
    """Return where a fit keeps its stages: a folder named by everything that decides what a run gives."""
    how = request.conventions(study)
    here = Path(__file__).parent
    key = hash_of(
        study.region.folder_hash, parameters_hash(study.values), source_hash(("scenarios", "simulation")),
        [digest_of(here / name) for name in DECIDING], how.sample, how.controlled_months, how.averaged_months,
        how.settled_months, how.measured_months,
    )  # fmt: skip
    return cache_folder() / "calibration" / f"{request.region}-{key}"


def calibrate(request: Request, events: Events | None = None) -> Fit:
    """Return the fit of a region.

    Parameters
    ----------
    request : what and how.
    events : who hears of progress.

    Raises
    ------
    InvalidData
        If too little of the prior has hazards that the model can hold.
    SomeRunsFailed, Interrupted
        If designs failed or the user stopped; what is finished is kept, and the same call goes on there.
    """
    heard, study = events or Events(), Study(request.region)
    folder = folder_of(request, study)
    with only_writer(folder):
        return _Calibration(request, study, folder, heard).run()


class _Calibration:
    """One fit under way."""

    def __init__(self, request: Request, study: Study, folder: Path, heard: Events) -> None:
        self.request, self.study, self.folder, self.heard = request, study, folder, heard
        self.how = request.conventions(study)
        self.world = World(study.what.vary, study.law, study.tightness, self.how.reach)
        self.against = figures(study.region.targets, study.law, study.what)
        self.rng = np.random.default_rng(request.seed)
        self.waves: list[Wave] = []
        self.supported: list[float] = []
        self.seconds: dict[str, float] = {}
        self.was_resumed = False

    def run(self) -> Fit:
        self.heard.stage("Asking the mean-field twin which directions the figures see")
        with self._timed("twin"):
            seen, twin = spectrum(self.study, TWIN_SAMPLE), twin_table(self.study, TWIN_SAMPLE)
        self.heard.stage(f"They see {seen.n_seen} of {len(seen.singular)} directions better than the priors do")
        bank, judge, chain = self._waves()
        with self._timed("levels"):
            rule = learn(bank, self.world, self.study.places)
        pilot_x, pilot = self._draws(chain, rule, self.how.full_scale, np.zeros(4), PILOT_SEED)
        first_look = self._run("pilot", pilot, 1, "draws with every resident, to correct the scale")
        shift, lean = self._corrections(judge, pilot_x, first_look)
        last = replace(judge, shift=shift)
        self.heard.stage("Drawing from the posterior")
        first = chain.draws[: 4 * self.world.n]
        with self._timed("posterior"):
            chain = ensemble(last, POOL, LAST_STEPS, self.request.seed + 99, first)
        x, draws = self._draws(chain, rule, self.how.draws, lean, DRAW_SEED)
        runs = self._run("draws", draws, self.how.sample, "draws of the posterior")
        largest = draws.some(range(min(self.how.full_scale, len(draws)))).on_seeds_from(FULL_SEED)
        full = self._run("full", largest, 1, "of these with every resident")
        informed, draws = self._informed(draws)
        return Fit(
            self.study, self.how, self.request.seed, self.world, self.against, bank, judge.emulator, rule,
            self.waves, chain, x, draws, runs, full, informed, shift, lean, self.supported, seen, twin, self.seconds,
            self.was_resumed,
        )  # fmt: skip

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        """Add the seconds of a block to a stage."""
        began = time.perf_counter()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - began

    # ------------------------------------------------------------------ designs
    def _waves(self) -> tuple[pd.DataFrame, Judge, Chain]:
        banks: list[pd.DataFrame] = []
        x = None
        for number, size in enumerate(self.how.waves):
            designs = self._designs(number, size, x)
            key = hash_of(
                *(column.tolist() for column in (designs.z, designs.stocks, designs.tightness, designs.seeds))
            )
            work = DesignWork(
                self.study, self.folder / f"wave-{number + 1}-{key}", self.how.sample, 1, DESIGNS_A_BATCH, designs
            )
            self.heard.stage(f"Wave {number + 1} of {len(self.how.waves)}: {len(designs)} designs")
            self._complete(work.tasks(), work, work.is_saved)
            rows = work.frame()
            banks.append(rows.assign(wave=number + 1, design=rows["design"] % size))
            bank = pd.concat(banks, ignore_index=True)
            self.heard.stage("Learning what the designs say")
            with self._timed("emulators"):
                emulator = emulate(bank, self.world, self.against)
            judge = Judge(self.world, emulator, self.against)
            left = space_left(judge, self.how.implausibility, SPACE_DRAWS, self.request.seed)
            is_last = number + 1 == len(self.how.waves)
            heated = judge if is_last else replace(judge, heat=HEAT)
            with self._timed("sampler"):
                chain = ensemble(heated, POOL, STEPS, self.request.seed + number)
            x = chain.draws
            least = float(np.min(judge.implausibility(x)))
            shares = float(np.mean([output.share for output in emulator.outputs]))
            self.waves.append(Wave(len(designs), left, shares, least))
            self.heard.stage(f"{left:.3%} of the prior is left; emulators explain {shares:.0%} of designs left out")
        return bank, judge, chain

    def _designs(self, number: int, size: int, x: Floats | None) -> Designs:
        """Return the designs of a wave: spread over the prior at first, then over what is not ruled out."""
        k, n_stocks = len(self.study.priors), len(self.study.law.mean)
        seeds = np.arange(1, size + 1) + 10_000 * (number + 1)
        if x is None:
            wide = spread_out(3 * size, k + n_stocks + 1, self.how.reach, self.request.seed)
            wide = wide[self._held(wide[:, :k], size)]
            triangle = np.linalg.cholesky(self.study.law.covariance)
            stocks = self.study.law.floored(self.study.law.mean + wide[:, k : k + n_stocks] @ triangle.T)
            tight = self.study.tightness.value + self.study.tightness.se * wide[:, -1]
            designs = Designs(wide[:, :k], stocks, tight, seeds)
            again = np.arange(min(self.how.replicates, size))
            return Designs(
                np.concatenate([designs.z, designs.z[again]]),
                np.concatenate([designs.stocks, designs.stocks[again]]),
                np.concatenate([designs.tightness, designs.tightness[again]]),
                np.concatenate([seeds, seeds[again] + 5_000]),
            )
        z, stocks, tight, _ = self._places(x, size, np.zeros(4))
        return Designs(z, stocks, tight, seeds)

    def _held(self, z: Floats, n: int) -> NDArray[np.int64]:
        """Return the first n rows whose hazards the model can hold, and note which share of all can be held."""
        held = [is_supported(self.study.values, overrides(self.study.priors, row)) for row in z]
        rows = np.flatnonzero(held)
        if len(rows) < n:
            raise InvalidData(
                f"Only {len(rows)} of {len(z)} places have hazards that the model can hold; {n} are wanted. "
                "Narrow the intervals of the hazards under evidence/parameters/."
            )
        self.supported.append(len(rows) / len(z))
        return rows[:n]

    def _places(self, x: Floats, n: int, lean: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return parameters, stocks, tightness and places of the space for n draws of a sampler.

        Parameters
        ----------
        x : draws of the sampler.
        n : wanted.
        lean : by which realised totals and tightness exceed what was asked, as logarithms; it is asked less.
        """
        n_policy = len(self.study.what.policy)
        policy = np.clip(self.rng.standard_normal((len(x), n_policy)), -self.how.reach, self.how.reach)
        z = np.concatenate([x[:, : len(self.world.parameters)], policy], axis=1)
        rows = self._held(z[: 4 * n], n)
        z, x = z[rows], x[rows]
        totals, tight = self.world.totals(x)
        noise = self.rng.standard_normal((n, len(self.study.law.mean)))
        asked = totals * np.exp(-lean[:3])
        stocks = np.stack([self.study.law.given_totals(*pair) for pair in zip(asked, noise, strict=True)])
        return z, stocks, tight * np.exp(-lean[3]), x

    # ------------------------------------------------------------------ draws
    def _draws(self, chain: Chain, rule: LevelRule, n: int, lean: Floats, first_seed: int) -> tuple[Floats, Draws]:
        if n == 0:
            return np.zeros((0, self.world.n)), Draws(np.zeros((0, len(self.study.priors))), (), np.zeros(0, np.int64))
        z, stocks, tight, x = self._places(chain.draws, n, lean)
        asked = x.copy()
        mean, triangle = self.world.whitening()
        logs = np.log(np.column_stack([stocks @ self.study.law.totals().T, tight])) - mean
        asked[:, -len(mean) :] = np.linalg.solve(triangle, logs.T).T
        return x, Draws(z, tuple(rule.levels(asked, stocks)), np.arange(n) + first_seed)

    def _run(self, name: str, draws: Draws, sample: int, words: str) -> pd.DataFrame:
        key = hash_of(
            draws.z.tolist(),
            [[*level.place.ravel().tolist(), level.slots, level.standard_shift] for level in draws.levels],
        )
        if not len(draws):
            return pd.DataFrame()
        alone = sample == 1  # all threads for one run: two runs at once would need twice the memory
        threads, batch = (self.request.workers, 1) if alone else (1, DRAWS_A_BATCH)
        work = DrawWork(self.study, self.folder / f"{name}-{key}", sample, threads, batch, draws)
        self.heard.stage(f"Running {len(draws)} {words}")
        self._complete(work.tasks(), work, work.is_saved, 1 if alone else self.request.workers)
        return work.frame()

    def _informed(self, draws: Draws) -> tuple[Informed, Draws]:
        """Return what a published evaluation says of the parameters of policy, and the draws with these anew.

        Nothing that ran before depends on them: without policy they do nothing.
        """
        k = len(self.study.what.policy)
        some = draws.some(range(min(self.how.evaluated, len(draws)))).on_seeds_from(EVALUATED_SEED)
        folder = self.folder / f"evaluated-{key_of(self.study, some)}"
        work = EvaluationWork(self.study, folder, self.how.sample, 1, EVALUATED_A_BATCH, some)
        self.heard.stage(f"Running a published evaluation under {len(some)} draws")
        self._complete(work.tasks(), work, work.is_saved)
        # From the values that ship, so that the shipped table of draws says exactly what was learnt from.
        priors = self.study.priors
        at = np.column_stack([prior.places(prior.values(draws.z[:, i])) for i, prior in enumerate(priors)])
        with self._timed("evaluation"):
            found = inform(at[:, -k:], at[:, :-k], work.frame(), replications(), self.how.reach, self.request.seed)
        return found, replace(draws, z=np.concatenate([draws.z[:, :-k], found.policy], axis=1))

    def _corrections(self, judge: Judge, x: Floats, full: pd.DataFrame) -> tuple[Floats, Floats]:
        """Return what runs of every resident differ by: of each figure, and of totals and tightness as logarithms."""
        if full.empty:
            return np.zeros(len(self.against.names)), np.zeros(4)
        z = pd.DataFrame(x[:, : len(self.world.parameters)], columns=[f"z.{name}" for name in self.world.parameters])
        realised = self.world.inputs(pd.concat([z, full], axis=1))
        measured = judge.emulator.onto(full[self.against.columns()].to_numpy(float))
        shift = np.mean(measured - judge.emulator.means(realised), axis=0)
        _, triangle = self.world.whitening()
        gap = (realised - x)[:, -4:] @ triangle.T
        return shift, np.asarray(np.mean(gap, axis=0), float)

    def _complete(
        self,
        tasks: list[Task],
        work: Batches,
        is_saved: Callable[[Task], bool],
        workers: int | None = None,
    ) -> Outcome:
        """Run what is not saved yet; refuse to go on without all of it."""
        outcome = complete(tasks, work, is_saved, workers or self.request.workers, self.heard)
        self.was_resumed |= bool(outcome.already_done)
        self.seconds["runs"] = self.seconds.get("runs", 0.0) + outcome.seconds
        return outcome
