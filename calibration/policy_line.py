"""What a policy does as a straight line of the parameters, from paired runs of designs near the posterior.

Running every draw of two posteriors with and without a policy would take hours. Some designs of the last wave are run
instead, both arms on the same draws, and a straight line with squares is laid through what differs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibration.bank import level_columns
from calibration.batches import Batches
from calibration.completing import complete
from calibration.emulator import Output, fit_output
from calibration.matching import World
from calibration.priors import overrides
from calibration.shipped_bank import ShippedBank
from experiments.cache import hash_of, parameters_hash
from experiments.errors import MissingData
from experiments.events import Events
from experiments.version import source_hash
from results.files import digest_of
from results.pairing import compare_arms
from scenarios.arm import ArmSpec, arm
from scenarios.resolve import resolve
from simulation.run import simulate
from simulation.run_in import start_for_draw
from simulation.start import Levels
from simulation.thresholds import LEVELS

Floats = NDArray[np.float64]
SCENARIO = "kickstart"
DESIGNS = 80
"""Designs run: the last of the last wave, which lie nearest to the posterior."""
DESIGNS_A_BATCH = 4
SEED = 300_000
"""First seed of the designs; no stage of a fit uses seeds from there on."""
NET, TREATED, OTHERS, DEADWEIGHT = (
    f"Kickstart: {words}"
    for words in ("net months in work a start", "months a starter gains", "months others gain a start", "deadweight")
)
UNITS = {**dict.fromkeys((NET, TREATED, OTHERS), "person-months"), DEADWEIGHT: "share"}
COUNTS = ("net", "treated_net", "untreated_net", "deadweight_months", "subsidised_months", "starts")
"""Figures of the comparison of both arms that are kept."""


def levels_of_design(row: pd.Series, places: tuple[str, ...]) -> Levels:
    """Return the levels that were solved for a design.

    Parameters
    ----------
    row : of the bank.
    places : names of the Places.
    """
    values = row[level_columns(places)].to_numpy(float)
    table = values[:-2].reshape(len(LEVELS), len(places)).T
    return Levels(np.ascontiguousarray(table), float(values[-2]), round(values[-1]))


@dataclass(frozen=True)
class PolicyWork(Batches):
    """Runs designs of the bank with and without the policy; `seed` is the first design's."""

    bank: ShippedBank
    arms: tuple[ArmSpec, ArmSpec]
    n_designs: int
    seed: int

    @property
    def n(self) -> int:
        """Return the number of designs."""
        return self.n_designs

    def run(self, i: int) -> dict[str, float]:
        """Return what the policy did under one design, as counts on the sample."""
        study = self.study
        row = chosen(self.bank, self.n_designs).iloc[i]
        z = row[[f"z.{prior.name}" for prior in study.priors]].to_numpy(float)
        given = tuple(sorted(overrides(study.priors, z).items()))
        arms = tuple(replace(each, parameters=given) for each in self.arms)
        levels = levels_of_design(row, study.places)
        start = start_for_draw(
            study.start(self.sample, self.threads), study.values, levels, arms[0], threads=self.threads
        )
        base, policy = simulate(start, arms, seed=self.seed + i, threads=self.threads)
        found = compare_arms(policy, base).metrics
        return {name: float(found[name]) for name in COUNTS}


def chosen(bank: ShippedBank, n: int) -> pd.DataFrame:
    """Return the designs that are run, in order.

    Parameters
    ----------
    bank : the shipped bank.
    n : how many.

    Raises
    ------
    MissingData
        If the bank has fewer.
    """
    rows = bank.frame()
    if len(rows) < n:
        raise MissingData(f"The bank of {bank.region} has {len(rows)} designs, {n} are asked for.")
    return rows.sort_values(["wave", "design"], kind="stable").tail(n).reset_index(drop=True)


@dataclass(frozen=True)
class PolicyLines:
    """What the policy does by places of the space; parameters that no figure sees stand at their middle."""

    outputs: dict[str, Output]
    n_policy: int

    def of(self, x: Floats) -> dict[str, Floats]:
        """Return each output at places, shape (places,), for x of shape (places, coordinates)."""
        whole = np.concatenate([x, np.zeros((len(x), self.n_policy))], axis=1)
        return {name: output.mean(whole) for name, output in self.outputs.items()}


def policy_lines(
    bank: ShippedBank, world: World, *, n: int = DESIGNS, seed: int = SEED, workers: int = 2, heard: Events
) -> PolicyLines:
    """Return the lines of a policy, running what is not kept from before.

    Parameters
    ----------
    bank : the shipped bank.
    world : the space of the fit.
    n : designs.
    seed : of the first design.
    workers : processes, on which no figure depends.
    heard : hears of progress.

    Raises
    ------
    MissingData
        If the bank has fewer designs.
    Interrupted, SomeRunsFailed
        If the user stopped or a batch failed; what is finished is kept.
    """
    study, here = bank.study, Path(__file__).parent
    sample = study.what.fit.sample
    arms = (study.baseline, arm(resolve(SCENARIO, {"region": study.name})))
    key = hash_of(
        bank.key, study.region.folder_hash, parameters_hash(study.values), source_hash(("scenarios", "simulation")),
        [digest_of(here / "policy_line.py")], repr(arms), sample, seed, DESIGNS_A_BATCH, n,
    )  # fmt: skip
    work = PolicyWork(study, bank.folder(f"policy-{key}"), sample, 1, DESIGNS_A_BATCH, bank, arms, n, seed)
    heard.stage(f"Running {n} designs with and without {SCENARIO}, {DESIGNS_A_BATCH} a batch")
    complete(work.tasks(), work, work.is_saved, workers, heard)
    rows, found = chosen(bank, n), work.frame()
    policy = rows[[f"z.{name}" for name in study.what.policy]].to_numpy(float)
    x = np.concatenate([world.inputs(rows), policy], axis=1)
    a_start = found[["net", "treated_net", "untreated_net"]].div(found["starts"].clip(lower=1.0), axis=0)
    y = dict(zip((NET, TREATED, OTHERS), a_start.to_numpy(float).T, strict=True))
    y[DEADWEIGHT] = (found["deadweight_months"] / found["subsidised_months"].clip(lower=1.0)).to_numpy(float)
    return PolicyLines({name: fit_output(x, value, smooth=False) for name, value in y.items()}, policy.shape[1])
