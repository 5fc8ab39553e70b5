"""What ring-fences cost: the same money, people and draws under every set of constraints, and what each is worth.

Only what binds the money differs between the arms of an allocator; the manifest proves it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments import estimate as cost
from experiments.answers import is_finished
from experiments.cache import hash_of
from experiments.errors import Interrupted, InvalidRequest, RunError, SomeRunsFailed, UnfitScenarios
from experiments.events import Events, Log
from experiments.folders import drop_old_compiled_code, is_compiled, only_writer, usable_folder
from experiments.funding_arms import HINDSIGHT, ArmKey, ArmsWork, Part, parts_of
from experiments.funding_cost import estimate_of, keep_speed, measured_seconds
from experiments.funding_shadow import ShadowWork, shadow_frame
from experiments.funding_words import facts_of, manifest_of
from experiments.paired import work_of
from experiments.plans import Plan, plan
from experiments.requests import Request, usable_cores
from experiments.run_folder import LOG_FILE
from experiments.runner import Outcome, Task, run_many
from experiments.version import MODEL_PACKAGES, __version__, source_hash
from results.funding_build import UnequalMoney, study_of
from results.funding_counts import ArmCounts, read_arms
from results.funding_data import FundingStudy
from results.funding_read import NOTHING
from results.funding_stats import all_masks, words_of
from results.funding_store import read_study, write_study
from results.store import RunFolder
from scenarios.errors import nearest
from scenarios.fund_specs import ALLOCATORS, CONSTRAINTS, FundingSpec

if TYPE_CHECKING:
    from pandas import DataFrame

    from experiments.estimate import Estimate

FORMAT = 1
"""Raise it when the same inputs would fill a folder with other content."""
FOLDER = "funding"


@dataclass(frozen=True)
class FundingRequest:
    """Which constraints to vary, and who shares the money out."""

    study: Request
    constraints: tuple[str, ...] = tuple(CONSTRAINTS)
    allocators: tuple[str, ...] | None = None
    """None = the scenario's own"""
    ends_only: bool = False
    """whether to run ring-fenced and flexible money only, without attribution"""

    def __post_init__(self) -> None:
        """Refuse what cannot be varied."""
        _words("--constraints", self.constraints, tuple(CONSTRAINTS))
        if self.allocators is not None:
            _words("--allocators", self.allocators, tuple(ALLOCATORS))
            if self.allocators[0] == HINDSIGHT:
                raise InvalidRequest(
                    f"--allocators {HINDSIGHT}: it knows what will come, so it can only stand beside others. Name one "
                    f"before it, such as --allocators linear_program,{HINDSIGHT}."
                )
        if self.ends_only and self.constraints != tuple(CONSTRAINTS):
            raise InvalidRequest("--constraints and --ends: with the two ends alone nothing is varied; keep one.")
        if self.study.n_draws is not None:
            raise InvalidRequest(
                f"--draws {self.study.n_draws}: this study runs the evidence's own values; leave the option out."
            )

    @property
    def factors(self) -> tuple[str, ...]:
        """Return the constraints that are varied, in the order of reports."""
        return tuple(name for name in CONSTRAINTS if name in self.constraints)


def _words(option: str, words: Sequence[str], known: Sequence[str]) -> None:
    """Refuse words that are unknown, twice there, or none at all."""
    if not words:
        raise InvalidRequest(f"{option}: name at least one of {', '.join(known)}.")
    for i, word in enumerate(words):
        if word not in known:
            raise InvalidRequest(
                f"{option} {word[:40]}: unknown.{nearest(word, list(known))} Name some of {', '.join(known)}, "
                "separated by commas."
            )
        if word in words[:i]:
            raise InvalidRequest(f"{option}: '{word}' is named twice; keep one.")


@dataclass(frozen=True)
class FundingPlan:
    """A funding study that is ready to run."""

    request: FundingRequest
    plan: Plan
    spec: FundingSpec
    """the money of the ring-fenced arm"""

    @property
    def allocators(self) -> tuple[str, ...]:
        """Return who shares the money out; the first has every arm."""
        return self.request.allocators or (self.spec.allocator,)

    @property
    def rest(self) -> tuple[str, ...]:
        """Return the constraints that are not varied."""
        return tuple(name for name in CONSTRAINTS if name not in self.request.factors)

    @cached_property
    def arms(self) -> tuple[ArmKey, ...]:
        """Return every arm: the factorial of the first allocator, then the two ends of the others."""
        factors = self.request.factors
        ringed, flexible = (1 << len(factors)) - 1, NOTHING if self.rest else 0
        ends = (ringed, flexible)
        masks = all_masks(len(factors)) + ((NOTHING,) if self.rest else ())
        found = []
        for i, name in enumerate(self.allocators):
            for mask in ends if i or self.request.ends_only else masks:
                kept = frozenset(words_of(mask, factors, self.rest).split("+")) - {"none"}
                found.append(ArmKey(name, mask, kept, mask in ends))
        return tuple(found)

    @property
    def workers(self) -> int:
        """Return how many processes run at once."""
        asked = self.request.study.workers
        small = self.request.study.sample >= 20
        return asked or (min(usable_cores(), len(self.tasks)) if small else 1)

    @property
    def threads(self) -> int:
        """Return threads of each process."""
        return self.request.study.threads or max(1, usable_cores() // self.workers)

    @cached_property
    def tasks(self) -> tuple[Part, ...]:
        """Return every part of the work: some arms of one seed."""
        return parts_of(self.request.study.tasks, len(self.arms), self.request.study.sample)

    @cached_property
    def content_hash(self) -> str:
        """16 hex digits over everything that decides a figure or a word."""
        from results.report import PAGES

        pages = [(path.name, path.read_text(encoding="utf-8")) for path in sorted(PAGES.iterdir()) if path.is_file()]
        sources = source_hash((*MODEL_PACKAGES, "results", "experiments"))
        asked = [(arm.allocator, arm.mask, sorted(arm.constraints)) for arm in self.arms]
        return hash_of(FOLDER, FORMAT, self.plan.inputs, self.request.factors, asked, sources, pages, __version__)

    @property
    def folder(self) -> RunFolder:
        """Where the study is kept."""
        return RunFolder(self.request.study.out, FOLDER, self.content_hash)

    @property
    def work(self) -> ArmsWork:
        """Return the work, small enough to be sent to another process."""
        pair = replace(work_of(self.plan, self.folder.path), threads=self.threads, questions=None)
        return ArmsWork(pair, self.arms)

    @property
    def estimate(self) -> Estimate:
        """What the study is expected to take, from earlier studies on this machine where there are some."""
        return estimate_of(self, None)

    def as_dict(self) -> dict[str, Any]:
        """Return the plan as plain values for JSON."""
        needed = self.estimate
        return {
            "run_id": self.content_hash,
            "folder": self.folder.path.as_posix(),
            "scenario": self.plan.policy.scenario.name,
            "constraints": list(self.request.factors),
            "not_varied": list(self.rest),
            "allocators": list(self.allocators),
            "arms": len(self.arms),
            "runs": len(self.arms) * len(self.request.study.tasks),
            "workers": self.workers,
            "threads": self.threads,
            "residents": self.plan.n_residents,
            "seconds": round(needed.seconds, 1),
            "memory_bytes": needed.memory_bytes,
            "disk_bytes": needed.disk_bytes,
            "calibrated": False,
        }


@dataclass(frozen=True)
class FinishedFunding:
    """A study on disk, and the runs that failed."""

    folder: Path
    study: FundingStudy
    failed: dict[str, str]

    @property
    def page(self) -> Path:
        """Return the page."""
        return self.folder / "report.html"

    def as_dict(self) -> dict[str, Any]:
        """Return where the study is kept, what flexibility is worth and to what that is owed, as plain values."""
        import json

        whole = self.study.value["geography_code"] == self.study.geography.whole.code
        value = self.study.value[whole & (self.study.value["group"] == "all")].drop(columns=["geography_code", "group"])
        return {
            "run_id": self.study.run_id,
            "folder": self.folder.as_posix(),
            "page": self.page.as_posix(),
            "calibrated": False,
            "seeds": list(self.study.seeds),
            "value": json.loads(value.to_json(orient="records")),
            "attribution": json.loads(self.study.attribution.to_json(orient="records")),
        }


def funding_plan(request: FundingRequest) -> FundingPlan:
    """Return the study that a request asks for; nothing is written.

    Raises
    ------
    scenarios.errors.ScenarioError, evidence.errors.EvidenceError, InvalidRequest
        If the scenario has no money to bind, or not all of it is bound.
    """
    planned = plan(request.study)
    spec, name = planned.policy_arm.funding, planned.policy.scenario.name
    if spec is None:
        raise UnfitScenarios(
            f"Nothing limits the money in '{name}', so there is no ring to take off. Ask about 'ring-fenced', or add "
            "--set funding.regime=ring-fenced."
        )
    dropped = [word for word in CONSTRAINTS if word not in spec.constraints]
    if dropped:
        raise UnfitScenarios(
            f"'{name}' has dropped {', '.join(dropped)} already; the experiment compares all bonds with none and every "
            "step between. Ask about 'ring-fenced', or write 'regime: ring-fenced' without 'drop' in the scenario."
        )
    return FundingPlan(request, planned, spec)


def run_funding(request: FundingRequest, events: Events | None = None) -> FinishedFunding:
    """Return the finished study that a request asks for, running only what is not on disk.

    Parameters
    ----------
    request : FundingRequest
        What is asked.
    events : Events or None
        Who hears of progress.

    Raises
    ------
    RunError
        If it cannot start, was interrupted, or the arms did not share the same money.
    """
    heard, study = events or Events(), funding_plan(request)
    folder = study.folder
    if is_finished(folder.path, "study", heard):
        return FinishedFunding(folder.path, read_study(folder.path), {})
    cost.refuse_if_too_large(study.estimate, request.study.sample, study.workers)
    usable_folder(folder.path)
    with only_writer(folder.path):
        log = Log(folder.path / LOG_FILE, study.content_hash, heard)
        outcome = _execute(study, log)
        return _published(study, outcome, log)


def _execute(study: FundingPlan, events: Events) -> Outcome:
    """Run what is missing and return what became of it."""
    work, was_compiled = study.work, is_compiled()
    missing = [task for task in study.tasks if not work.is_saved(task)]
    request = study.request.study
    if missing:
        if not was_compiled:
            events.stage("First run of this version from this folder: compiling takes about a minute more, this once.")
            drop_old_compiled_code()
        scale = "every resident" if request.sample == 1 else f"one resident in {request.sample}: a draft"
        events.stage(
            f"{len(study.arms)} arms of '{study.plan.policy.scenario.name}' on each of {request.seeds} seed(s), "
            f"{scale}; not calibrated."
        )
        events.stage("Making ready the population, and timing some months of one arm.")
        try:
            seconds = measured_seconds(work, missing[0], study)
        except KeyboardInterrupt:
            raise Interrupted("Interrupted while the population was made; no arm was finished yet.") from None
        events.stage(f"Expected: {estimate_of(study, seconds).sentence()}.")
        keep_speed(study, seconds)
    outcome = run_many(
        study.tasks, work, work.is_saved, workers=study.workers, threads=study.threads, events=events,
        first_alone=not was_compiled,
    )  # fmt: skip
    _refuse_if_interrupted(outcome, study, "parts (some arms of one seed each)")
    return outcome


def _shadow(study: FundingPlan, seeds: Sequence[Task], events: Events) -> DataFrame | None:
    """Return the shadow prices of the ring-fenced arm over the seeds; None where only the ends were asked for."""
    if study.request.ends_only:
        return None
    work = ShadowWork(study.work.pair, study.arms[0])
    if not all(work.is_saved(task) for task in seeds):
        events.stage("Making the plans of the ring-fenced arm again, with a little money past each ring.")
    outcome = run_many(
        seeds, work, work.is_saved, workers=min(study.workers, len(seeds)), threads=study.threads, events=events
    )
    _refuse_if_interrupted(outcome, study, "shadow prices")
    if outcome.failed:
        raise SomeRunsFailed(f"Shadow prices failed: {'; '.join(sorted(set(outcome.failed.values())))}.")
    return shadow_frame([work.read(task) for task in seeds], [task.draw for task in seeds], study.arms[0].allocator)


def _refuse_if_interrupted(outcome: Outcome, study: FundingPlan, what: str) -> None:
    if outcome.interrupted:
        n = len(outcome.saved) + len(outcome.failed)
        total = len(study.tasks) if what.startswith("parts") else len(study.request.study.tasks)
        raise Interrupted(
            f"Interrupted. {n} of {total} {what} are saved in {study.folder.path} and will not be repeated."
        )


def _published(study: FundingPlan, outcome: Outcome, events: Events) -> FinishedFunding:
    """Fill the folder from the saved arms of every seed that has all of them."""
    failed = {task.name: why for task, why in outcome.failed.items()}
    bad = {(task.draw, task.seed) for task in outcome.failed}
    arms: list[ArmCounts] = []
    for task in study.tasks:
        if (task.draw, task.seed) not in bad:
            arms += read_arms(study.work.path_of(task))
    if not arms:
        raise RunError(f"Every seed failed: {'; '.join(sorted(set(failed.values())))}.")
    seeds = tuple(sorted({arm.seed for arm in arms}))
    shadow = None if failed else _shadow(study, sorted({Task(arm.draw, arm.seed) for arm in arms}), events)
    events.stage("Comparing the arms, and writing tables, page and workbook.")
    try:
        found = study_of(arms, facts_of(study, seeds), shadow)
    except UnequalMoney as error:
        raise UnfitScenarios(str(error)) from error
    if failed:
        names = ", ".join(sorted({f"draw {draw} seed {seed}" for draw, seed in bad}))
        raise SomeRunsFailed(
            f"{len(failed)} part(s) failed, so these seeds lack arms: {names}. The reasons are in "
            f"{study.folder.path / LOG_FILE}; the same command tries them again."
        )
    path = write_study(study.folder, found, manifest_of(study, found))
    return FinishedFunding(path, found, failed)
