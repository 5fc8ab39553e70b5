"""A decision between options: each run against the same baseline on the same draws and seeds, then told apart.

The runs are those of `workability run`, kept in the same folders, so that nothing finished is run again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from experiments import paired, run_folder
from experiments.answers import Answer, is_finished
from experiments.cache import hash_of
from experiments.decision_content import content_of
from experiments.decision_request import DecisionRequest
from experiments.errors import Differs, InvalidRequest, SomeRunsFailed, UnfitScenarios
from experiments.estimate import spoken_seconds
from experiments.events import Events
from experiments.folders import only_writer, usable_folder
from experiments.plans import Plan, plan
from experiments.version import MODEL_PACKAGES, __version__, source_hash
from results.decision_figures import OptionFigures, figures_of
from results.decision_store import PAGE, read_decision, write_decision
from results.report import PAGES
from results.store import RunFolder

FORMAT = 1
"""Raise it when the same inputs would fill a folder with other content."""
NAMED = 3
"""Options that the name of the folder names."""


@dataclass(frozen=True)
class DecisionStudy:
    """A decision that is ready to run: one paired study for each option."""

    request: DecisionRequest
    plans: tuple[Plan, ...]

    @cached_property
    def content_hash(self) -> str:
        """16 hex digits over everything that decides a figure or a word of the answer."""
        from evidence.registry import PACKAGED
        from evidence.sensitivity_files import SHIPPED

        pages = [(path.name, path.read_text(encoding="utf-8")) for path in sorted(PAGES.iterdir()) if path.is_file()]
        return hash_of(
            "decide", FORMAT, [study.content_hash for study in self.plans], self.request.value, self.request.weights,
            (PACKAGED / SHIPPED).read_text(encoding="utf-8"), pages,
            [study.policy.scenario.title for study in self.plans],
            source_hash((*MODEL_PACKAGES, "results", "experiments")), __version__,
        )  # fmt: skip

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the options."""
        return tuple(study.policy_arm.name for study in self.plans)

    @property
    def folder(self) -> RunFolder:
        """Where the decision is kept."""
        more = len(self.names) - NAMED
        name = "-or-".join(self.names[:NAMED]) + (f"-or-{more}-more" if more > 0 else "")
        return RunFolder(self.request.out, name, self.content_hash)

    def as_dict(self) -> dict[str, Any]:
        """Return what would run as plain values for JSON."""
        return {
            "run_id": self.content_hash,
            "folder": self.folder.path.as_posix(),
            "value": self.request.value,
            "weights": dict(self.request.weights),
            "options": [
                {
                    "name": study.policy_arm.name, "title": study.policy.scenario.title,
                    "folder": study.folder.as_posix(), "runs": len(study.request.tasks),
                    "finished": run_folder.is_complete(study.folder), "seconds": round(study.estimate.seconds, 1),
                    "memory_bytes": study.estimate.memory_bytes, "disk_bytes": study.estimate.disk_bytes,
                }
                for study in self.plans
            ],
            "baseline": self.plans[0].baseline_arm.name,
            "calibrated": bool(self.plans[0].drawn.words),
            "seconds": round(self.seconds, 1),
        }  # fmt: skip

    @property
    def seconds(self) -> float:
        """Return what the options that are not finished are expected to take, one after the other."""
        return sum(study.estimate.seconds for study in self.plans if not run_folder.is_complete(study.folder))

    def sentence(self) -> str:
        """Return how much would be run, in words."""
        left = [study for study in self.plans if not run_folder.is_complete(study.folder)]
        if not left:
            return "Every option's runs are finished already."
        runs = sum(len(study.request.tasks) for study in left)
        return f"{len(left)} of {len(self.plans)} options to run, {runs:,} runs of both arms, about " + (
            f"{spoken_seconds(self.seconds)}."
        )


@dataclass(frozen=True)
class FinishedDecision(Answer):
    """A decision on disk: its folder and its content as plain values."""

    page_name = PAGE


def decision_study(request: DecisionRequest) -> DecisionStudy:
    """Return the decision that a request asks for; nothing is written.

    Raises
    ------
    scenarios.errors.ScenarioError, evidence.errors.EvidenceError, InvalidRequest
        If an option cannot be run, or options cannot be compared.
    """
    plans = tuple(plan(one) for one in request.requests())
    for option, study in zip(request.options, plans, strict=True):
        if study.policy.scenario.name == study.baseline.scenario.name:
            raise InvalidRequest(
                f"'{option}' is what every option is compared with: doing nothing is always among the options. "
                "Leave it out."
            )
    names = [study.policy_arm.name for study in plans]
    for i, name in enumerate(names):
        if name in names[:i]:
            raise InvalidRequest(
                f"'{request.options[names.index(name)]}' and '{request.options[i]}' are both named '{name}'; "
                "keep one, or give one another name in its file."
            )
    for other in plans[1:]:
        _refuse_if_apart(plans[0], other)
    return DecisionStudy(request, plans)


def _refuse_if_apart(first: Plan, other: Plan) -> None:
    """Refuse options that do not share region, months or baseline.

    Raises
    ------
    UnfitScenarios
        If they do not.
    """
    mine, theirs = first.policy.scenario, other.policy.scenario
    for what, one, two, remedy in (
        ("region", mine.region, theirs.region, "--set region=NAME"),
        ("variant", mine.variant or "none", theirs.variant or "none", "--set variant=NAME"),
        ("start", mine.horizon.start, theirs.horizon.start, "--start YYYY-MM"),
        ("number of months", first.policy_arm.months, other.policy_arm.months, "--months N"),
        ("baseline", first.baseline_arm.name, other.baseline_arm.name, "'baseline: NAME' in both files"),
    ):
        if one != two:
            raise UnfitScenarios(
                f"'{mine.name}' has {what} {one} and '{theirs.name}' has {two}; options are decided between on the "
                f"same one. Set it for all with {remedy}, or decide between options that share it."
            )
    if first.baseline_arm != other.baseline_arm:
        raise UnfitScenarios(
            f"'{mine.name}' and '{theirs.name}' are compared with '{first.baseline_arm.name}' in different worlds: "
            "their contexts, demand, wages or parameters differ. Set these for all options with --set."
        )


def decide(request: DecisionRequest, events: Events | None = None) -> FinishedDecision:
    """Return the finished decision; one that is there is read, not made again.

    Parameters
    ----------
    request : DecisionRequest
        What is asked.
    events : Events or None
        Who hears of progress.

    Raises
    ------
    RunError, ScenarioError, EvidenceError
        If it cannot be asked, runs failed or were interrupted, or something finished is not as it was written.
    """
    heard = events or Events()
    study = decision_study(request)
    folder = study.folder
    if is_finished(folder.path, "decision", heard):
        return FinishedDecision(folder.path, read_decision(folder.path))
    usable_folder(folder.path)
    with only_writer(folder.path):
        heard.stage(study.sentence())
        figures = [_figures(one, heard) for one in study.plans]
        _refuse_other_baselines(figures)
        heard.stage("Weighing the options, and what it would be worth to know more.")
        content = content_of(study.plans, request, study.content_hash, figures)
        write_decision(folder, content, figures)
    return FinishedDecision(folder.path, content)


def _figures(study: Plan, events: Events) -> OptionFigures:
    """Return what a decision needs of an option, running only what is not on disk.

    Raises
    ------
    SomeRunsFailed
        If runs failed: options would stand on other draws and seeds.
    """
    title = study.policy.scenario.title or study.policy_arm.name
    if not run_folder.is_complete(study.folder):
        finished = paired.run(study.request, events)
        if finished.failed:
            names = ", ".join(task.name for task in finished.failed)
            raise SomeRunsFailed(
                f"{len(finished.failed)} run(s) of {study.policy_arm.name} failed, so no decision was made; the others "
                f"are kept: {names}. The reasons are in {study.folder / run_folder.LOG_FILE}; the same command tries "
                "them again."
            )
    run_folder.refuse_if_altered(study.folder)
    events.stage(f"Reading {study.policy_arm.name}: {study.folder}")
    runs = run_folder.pairs_of(study.folder)
    return figures_of(study.policy_arm.name, title, run_folder.headline_from(study.folder, runs), runs)


def _refuse_other_baselines(figures: list[OptionFigures]) -> None:
    """Check that every option was held against one and the same baseline, month by month.

    Raises
    ------
    Differs
        If one was not.
    """
    for other in figures[1:]:
        if other.tasks != figures[0].tasks or other.baseline != figures[0].baseline:
            raise Differs(
                f"The runs of {figures[0].name} and {other.name} do not share one baseline, so their difference would "
                "not be the options'. One of them was made by other code: delete its folder and run again."
            )
