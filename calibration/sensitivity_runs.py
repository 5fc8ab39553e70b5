"""Running the vectors of a sensitivity analysis: both arms of a scenario under each, on its own seeds, in batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from calibration.batches import parquet
from calibration.sensitivity_factors import CHOICE, PARAMETER, Factor
from calibration.sensitivity_vectors import ID, REPEATED, ROW, VALUE, levels_in
from experiments.cache import cached_start
from experiments.errors import InvalidRequest
from experiments.plans import shipped_parameters, shipped_region
from experiments.runner import Task
from results.files import write_bytes
from results.metrics import metrics_for
from results.pairing import compare_arms
from scenarios.arm import ArmSpec, arm
from scenarios.resolve import Resolved, baseline_of, resolve
from simulation.run import simulate
from simulation.run_in import start_for_draw
from simulation.start import Start

VECTORS = "vectors.parquet"
SEED, TURN = "seed", "turn"
ROWS_A_BATCH = 8
"""Some seconds of work at 1:50, so that little is lost and little time goes into starting."""
KEPT_ARMS, KEPT_STARTS = 64, 2
Overrides = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class World:
    """What every vector shares: the scenario as asked, so that any process can make it again.

    `overrides` as with --set; `environment`: variables that may be overrides too.
    """

    scenario: str
    overrides: Overrides
    environment: Overrides
    sample: int
    threads: int


@lru_cache(maxsize=KEPT_ARMS)
def arms_of(world: World, own: Overrides) -> tuple[Resolved, ArmSpec, ArmSpec]:
    """Return the scenario under some values of its own keys, and the arms of policy and baseline.

    Raises
    ------
    scenarios.errors.ScenarioError
        If a key does not exist or cannot have the value.
    """
    policy = resolve(world.scenario, dict(world.overrides) | dict(own), environment=dict(world.environment))
    return policy, arm(policy), arm(baseline_of(policy))


@lru_cache(maxsize=KEPT_STARTS)
def _base(region: str, variant: str | None, parameters: tuple[tuple[str, float], ...], world: World) -> Start:
    """Return the stationary start of the evidence's own values, which every vector's is run in from."""
    quiet = ArmSpec("baseline", (), (), (), parameters, 10_000, 1)
    return cached_start(
        shipped_region(region), shipped_parameters(), quiet, sample=world.sample, draw=0, threads=world.threads,
        variant=variant,
    )  # fmt: skip


@lru_cache(maxsize=1)
def _table(path: Path, changed: int) -> pd.DataFrame:
    """Return the table of vectors; read again when it has changed."""
    return pd.read_parquet(path)


@dataclass(frozen=True)
class VectorWork:
    """Runs vectors and saves what the arms differ by, one line a vector and seed.

    `folder`: where the vectors are listed and batches kept; `n`: vectors; `n_seeds`: seeds of each, and one more where
    the table says that it is repeated and one would be all; `first_seed`: of the first vector.
    """

    folder: Path
    world: World
    factors: tuple[Factor, ...]
    n: int
    n_seeds: int
    first_seed: int
    batch: int = ROWS_A_BATCH

    def vectors(self) -> pd.DataFrame:
        """Return the table of vectors, in the design's order."""
        path = self.folder / VECTORS
        return _table(path, path.stat().st_mtime_ns)

    def tasks(self) -> list[Task]:
        """Return the batches."""
        return [Task(k, 0) for k in range(-(-self.n // self.batch))]

    def path(self, task: Task) -> Path:
        """Return the file of a batch."""
        return self.folder / f"batch-{task.draw:05d}.parquet"

    def rows(self, task: Task) -> range:
        """Return the vectors of a batch."""
        return range(task.draw * self.batch, min((task.draw + 1) * self.batch, self.n))

    def turns(self, row: Mapping[str, object]) -> int:
        """Return on how many seeds a vector is run."""
        return max(self.n_seeds, 2) if row[REPEATED] else self.n_seeds

    def seeds(self, row: int, turns: int) -> list[int]:
        """Return the seeds of a vector; no other vector has one of them."""
        return [self.first_seed + row * max(self.n_seeds, 2) + turn for turn in range(turns)]

    def is_saved(self, task: Task) -> bool:
        """Return whether a batch is on disk, whole, and of just these vectors in this order.

        A batch of a longer design serves a shorter one.
        """
        try:
            found = pd.read_parquet(self.path(task), columns=[ROW, ID, TURN])
        except (OSError, ValueError):
            return False
        table = self.vectors().iloc[list(self.rows(task))]
        wanted = [
            (row[ROW], row[ID], turn)
            for row in table.to_dict("records")
            for turn in range(self.turns(row))  # type: ignore[arg-type]
        ]
        here = list(found.itertuples(index=False, name=None))
        return here[: len(wanted)] == wanted

    def __call__(self, task: Task, tick: Callable[[str, int, int], None] | None = None) -> object:
        """Run and save a batch; `tick` hears of every vector."""
        lines: list[dict[str, object]] = []
        table = self.vectors().iloc[list(self.rows(task))]
        for done, row in enumerate(table.to_dict("records"), 1):
            lines += self.run({str(key): value for key, value in row.items()})
            if tick is not None:
                tick("vectors", done, len(table))
        write_bytes(self.path(task), parquet(pd.DataFrame(lines)))
        return None

    def prepare(self) -> None:
        """Make the stationary start that vectors are run in from, once, before several processes ask for it."""
        resolved, _, baseline = arms_of(self.world, ())
        scenario = resolved.scenario
        _base(scenario.region, scenario.variant, tuple(sorted(baseline.parameters)), self.world)

    def run(self, row: Mapping[str, object]) -> list[dict[str, object]]:
        """Return the lines of one vector: what the arms differ by on each of its seeds."""
        values = {factor.name: float(row[f"{VALUE}{factor.name}"]) for factor in self.factors}  # type: ignore[arg-type]
        own = tuple((f.name, text_of(f, values[f.name])) for f in self.factors if f.kind != PARAMETER)
        resolved, policy, baseline = arms_of(self.world, own)
        region, variant = resolved.scenario.region, resolved.scenario.variant
        base = _base(region, variant, tuple(sorted(baseline.parameters)), self.world)
        given = {f.name: values[f.name] for f in self.factors if f.kind == PARAMETER} | dict(baseline.parameters)
        places = tuple(place.name for place in shipped_region(region).places)
        start = start_for_draw(
            base, shipped_parameters(), levels_in(row, places),  # type: ignore[arg-type]
            replace(baseline, parameters=tuple(sorted(given.items()))), threads=self.world.threads,
        )  # fmt: skip
        number, turns = int(row[ROW]), self.turns(row)  # type: ignore[call-overload]
        out: list[dict[str, object]] = []
        for turn, seed in enumerate(self.seeds(number, turns)):
            outputs = simulate(start, (baseline, policy), seed=seed, threads=self.world.threads)
            pair = compare_arms(outputs[1], outputs[0])
            names = outputs_of(pair.horizon, pair.has_services, pair.has_incentives)
            found = {name: float(pair.metrics[name]) for name in names}
            out.append({ROW: number, ID: row[ID], TURN: turn, SEED: seed, **found})
        return out

    def frame(self) -> pd.DataFrame:
        """Return every line of the design, in its order; lines of a longer design are left out."""
        lines = pd.concat([pd.read_parquet(self.path(task)) for task in self.tasks()], ignore_index=True)
        return lines[lines[ROW] < self.n].reset_index(drop=True)


def text_of(factor: Factor, value: float) -> str:
    """Return a value of a scenario's key as it is written with --set."""
    if factor.kind == CHOICE:
        return factor.options[int(value)]
    return str(int(value)) if factor.is_whole else f"{value:.6g}"


def outputs_of(horizon: int, has_services: bool, has_incentives: bool) -> list[str]:
    """Return names of the figures that an analysis can be of: counts and pounds; a ratio may not exist in a run."""
    metrics = metrics_for(horizon, has_services, has_incentives)
    return [name for name, metric in metrics.items() if metric.ratio is None and metric.kind in ("count", "pounds")]


def default_outputs(horizon: int, has_services: bool, has_incentives: bool) -> tuple[str, ...]:
    """Return the figures that are analysed unless others are asked for, the headline first."""
    starts = "service_starts" if has_services else "employers_joined" if has_incentives else "starts"
    return "net", f"additional_jobs_{horizon}", starts, "net_public_flow"


def check_outputs(asked: tuple[str, ...], known: list[str]) -> None:
    """Refuse an output that the runs do not give.

    Raises
    ------
    InvalidRequest
        If there is one.
    """
    from scenarios.errors import nearest

    for name in asked:
        if name not in known:
            raise InvalidRequest(
                f"--output {name[:80]}: no figure of this comparison that every run has.{nearest(name, known)} "
                f"There are: {', '.join(known)}."
            )


def results_of(lines: pd.DataFrame, output: str, n_seeds: int) -> tuple[np.ndarray, list[np.ndarray], list[str]]:
    """Return an output's mean over each vector's seeds, its results on all of them, and the sample ids, by vector.

    Parameters
    ----------
    lines : DataFrame
        As from `VectorWork.frame`.
    output : str
        A column of it.
    n_seeds : int
        Seeds that count for the mean; a seed beyond them is there for the share of chance alone.
    """
    y, each, ids = [], [], []
    for _, part in lines.groupby((lines[ROW].diff() != 0).cumsum(), sort=False):
        values = part[output].to_numpy(float)
        y.append(values[:n_seeds].mean())
        each.append(values)
        ids.append(str(part[ID].iloc[0]))
    return np.array(y), each, ids
