"""The arms of a funding study and the work of running some of them: one history, then each arm, counted and let go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.runner import Task
from results.funding_counts import counts_of, part_path, read_arms, save_arms

if TYPE_CHECKING:
    from experiments.paired import PairWork
    from scenarios.arm import ArmSpec
    from simulation.funding.allocators import Hindsight
    from simulation.model import RegionModel
    from simulation.output import RunOutput

HINDSIGHT = "hindsight"
"""The allocator that is given a finished run before it begins."""
ARMS_AT_ONCE = 8
"""Arms of a part of the work: they share one history, and are what an interrupt can cost."""
ARMS_AT_ONCE_LARGE = 2
"""The same of samples in which a copy of all residents is large."""
LARGE_SAMPLE = 10
"""Samples thinner than one resident in so many are small."""


@dataclass(frozen=True)
class ArmKey:
    """One arm: who shares the money out, and which constraints are in force (`mask` over the study's factors)."""

    allocator: str
    mask: int
    constraints: frozenset[str]
    is_end: bool
    """ring-fenced or flexible: whose money is followed from fund to programme"""


@dataclass(frozen=True, order=True)
class Part(Task):
    """Some arms of one seed, from `first` to before `end`."""

    first: int
    end: int

    @property
    def name(self) -> str:
        """Short name for people and logs."""
        return f"{super().name} arms {self.first + 1} to {self.end}"


def parts_of(tasks: Sequence[Task], n_arms: int, sample: int) -> tuple[Part, ...]:
    """Return the parts of a study's work.

    Parameters
    ----------
    tasks : sequence of Task
        Draws and seeds.
    n_arms : int
        Arms of each.
    sample : int
        One resident in so many.
    """
    size = arms_at_once(sample)
    return tuple(
        Part(task.draw, task.seed, first, min(first + size, n_arms))
        for task in tasks
        for first in range(0, n_arms, size)
    )


def arms_at_once(sample: int) -> int:
    """Return how many arms share a history in memory."""
    return ARMS_AT_ONCE if sample > LARGE_SAMPLE else ARMS_AT_ONCE_LARGE


def arm_of(arm: ArmSpec, key: ArmKey) -> ArmSpec:
    """Return an arm of the study: the ring-fenced one with other constraints and another allocator, nothing else.

    Parameters
    ----------
    arm : ArmSpec
        The ring-fenced arm.
    key : ArmKey
        Which arm is wanted.

    Raises
    ------
    ValueError
        If the arm has no funds.
    """
    if arm.funding is None:
        raise ValueError(f"'{arm.name}' has no funds")
    funding = replace(arm.funding, constraints=key.constraints, allocator=key.allocator)
    return replace(arm, name=f"{key.allocator} {key.mask}", funding=funding)


@dataclass(frozen=True)
class ArmsWork:
    """Runs a part of a study and saves its counts; small enough to be sent to another process."""

    pair: PairWork
    arms: tuple[ArmKey, ...]

    def path_of(self, part: Part) -> Path:
        """Return where a part is kept."""
        return part_path(self.pair.folder, part.draw, part.seed, part.first)

    def keys(self, part: Part) -> tuple[ArmKey, ...]:
        """Return a part's arms."""
        return self.arms[part.first : part.end]

    def outputs(self, part: Part, tick: Callable[[str, int, int], None] | None = None) -> tuple[RunOutput, ...]:
        """Return the arms' runs; they share their history."""
        from simulation.run import simulate

        pair, keys = self.pair, self.keys(part)
        done: dict[str, int] = {}

        def heard(stage: str, n: int, total: int) -> None:
            done[stage] = n
            if tick is not None and stage != "history":
                of_arms = sum(months for name, months in done.items() if name != "history")
                tick(part.name, of_arms, total * len(keys))

        known = self._known(part)

        def begun(model: RegionModel) -> None:
            if model.arm.name in known and model.services is not None and model.services.money is not None:
                model.services.money.allocator = known[model.arm.name]

        arms = tuple(arm_of(pair.policy, key) for key in keys)
        return simulate(
            pair.start(part.draw), arms, seed=part.seed, threads=pair.threads, progress=heard, before=pair.baseline,
            begun=begun,
        )  # fmt: skip

    def _known(self, part: Part) -> dict[str, Hindsight]:
        """Return, by name of the arm, the allocators that know what will come: as the linear program's run had it."""
        from simulation.funding.allocators import Hindsight
        from simulation.run import simulate

        keys = [key for key in self.keys(part) if key.allocator == HINDSIGHT]
        if not keys:
            return {}
        pair = self.pair
        arms = tuple(arm_of(pair.policy, replace(key, allocator="linear_program")) for key in keys)
        outputs = simulate(pair.start(part.draw), arms, seed=part.seed, threads=pair.threads, before=pair.baseline)
        found = {}
        for key, output in zip(keys, outputs, strict=True):
            assert output.funding is not None
            found[arm_of(pair.policy, key).name] = Hindsight(output.funding.data)
        return found

    def __call__(self, task: Task, tick: Callable[[str, int, int], None] | None = None) -> None:
        """Run a part and save its counts."""
        assert isinstance(task, Part)
        services = self.pair.policy.services
        assert services is not None
        counts = []
        for key, output in zip(self.keys(task), self.outputs(task, tick), strict=True):
            programmes = [names[service] for service in output.service_names] if (names := _programmes(self)) else []
            counts.append(counts_of(output, key.allocator, key.mask, programmes, flows=key.is_end))
        save_arms(self.path_of(task), counts)

    def is_saved(self, task: Task) -> bool:
        """Return whether a part is on disk and sound."""
        assert isinstance(task, Part)
        path = self.path_of(task)
        if not path.is_file():
            return False
        try:
            found = read_arms(path)
        except (ValueError, OSError, KeyError, TypeError):
            return False
        return [(arm.allocator, arm.mask) for arm in found] == [(key.allocator, key.mask) for key in self.keys(task)]


def _programmes(work: ArmsWork) -> dict[str, str]:
    """Return service -> programme of every service that either the arm or its history has."""
    arms = (work.pair.baseline, work.pair.policy)
    return {s.name: s.programme for arm in arms if arm.services is not None for s in arm.services.services}
