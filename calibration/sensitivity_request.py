"""What is asked of a sensitivity analysis: options checked, and the command that repeats it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from calibration.sensitivity_factors import PRIOR, WITHIN
from calibration.sensitivity_runs import World
from calibration.sensitivity_vectors import LEVEL_CHOICES
from experiments.errors import InvalidRequest
from experiments.requests import Request
from experiments.sensitivity_design import METHODS, MORRIS, SOBOL

MOST_SAMPLES = 1 << 14
MOST_SEEDS = 64


@dataclass(frozen=True)
class SensitivityRequest:
    """Which scenario's difference from its baseline is analysed, how, and over what.

    `study`: scenario, sample, seeds of each vector, seed, and means; `samples`: trajectories, base samples, or vectors
    that an emulator learns from; `budget`: most runs of both arms; `groups`: empty, `policy` or a YAML file; `vary`,
    `choose`, `only`, `outputs`: as on the command line; `levels`: None for the rule where the region has a bank.
    """

    study: Request
    method: str
    samples: int | None = None
    budget: int | None = None
    groups: str = ""
    vary: tuple[str, ...] = ()
    choose: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    within: str = PRIOR
    levels: str | None = None
    second_order: bool = False
    emulator: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be asked, before anything is loaded."""
        _one_of("--method", self.method, METHODS)
        _one_of("--within", self.within, WITHIN)
        if self.levels is not None:
            _one_of("--levels", self.levels, LEVEL_CHOICES)
        if self.study.against is not None:
            raise InvalidRequest("A sensitivity analysis compares a scenario with the baseline that it names.")
        if self.method == MORRIS and (self.second_order or self.emulator):
            word = "--second-order" if self.second_order else "--emulator"
            raise InvalidRequest(f"{word} is for --method sobol; leave it out, or ask for --method sobol.")
        if not 1 <= self.n_seeds <= MOST_SEEDS:
            raise InvalidRequest(f"--seeds {self.n_seeds}: give a whole number from 1 to {MOST_SEEDS} for each vector.")
        if self.samples is not None and not 2 <= self.samples <= MOST_SAMPLES:
            raise InvalidRequest(f"--samples {self.samples}: give a whole number from 2 to {MOST_SAMPLES}.")
        if (
            self.method == SOBOL
            and not self.emulator
            and self.samples is not None
            and self.samples & (self.samples - 1)
        ):
            below = 1 << (self.samples.bit_length() - 1)
            raise InvalidRequest(
                f"--samples {self.samples}: a Sobol sequence is balanced at powers of two only; "
                f"ask for {below} or {2 * below}."
            )
        if self.budget is not None and self.budget < 1:
            raise InvalidRequest(f"--budget {self.budget}: give the largest number of runs, at least 1.")

    @property
    def n_seeds(self) -> int:
        """Seeds of each vector."""
        return 1 if self.study.n_seeds is None else self.study.n_seeds


def _one_of(option: str, word: str, allowed: tuple[str, ...]) -> None:
    if word not in allowed:
        raise InvalidRequest(f"{option} {word[:40]}: write {' or '.join(allowed)}.")


def world_of(study: Request, threads: int) -> World:
    """Return what every vector of a request shares."""
    overrides = dict(study.overrides)
    for key, value in (("horizon.start", study.start), ("horizon.months", study.months)):
        if value is not None:
            overrides[key] = str(value)
    environment = {name: value for name, value in study.environment.items() if name.startswith("WORKABILITY_SET_")}
    return World(
        study.scenario, tuple(sorted(overrides.items())), tuple(sorted(environment.items())), study.sample, threads
    )


def command_of(request: SensitivityRequest) -> str:
    """Return the command that repeats an analysis."""
    r = request.study
    words = ["workability", "sensitivity", r.scenario, "--method", request.method, "--sample", f"1:{r.sample}"]
    words += ["--seed", str(r.seed), "--seeds", str(request.n_seeds)]
    for option, value in (
        ("--months", r.months), ("--start", r.start), ("--samples", request.samples), ("--budget", request.budget),
        ("--groups", request.groups), ("--levels", request.levels),
    ):  # fmt: skip
        words += [option, str(value)] if value else []
    words += ["--within", request.within] if request.within != PRIOR else []
    for option, values in (("--vary", request.vary), ("--choose", request.choose), ("--only", request.only),
                           ("--output", request.outputs)):  # fmt: skip
        for value in values:
            words += [option, value]
    words += ["--second-order"] if request.second_order else []
    words += ["--emulator"] if request.emulator else []
    for key, value in r.overrides.items():
        words += ["--set", f"{key}={value}"]
    return shlex.join(words)
