"""A goal-seek worked out before anything runs: target, levers and costs checked, every value's study, and its hash."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from experiments.cache import hash_of
from experiments.errors import InvalidRequest, UnfitScenarios
from experiments.estimate import Estimate, estimate
from experiments.plans import Plan, months_of, plan, shipped_parameters
from experiments.posterior import draw_hash
from experiments.requests import Request
from experiments.runner import Task
from experiments.seek_levers import NUMBER, WHOLE, Lever, parse_lever, refuse_if_doubled
from experiments.version import MODEL_PACKAGES, ROOT, __version__, source_hash
from results.appraisal_figures import EXCHEQUER
from results.appraisal_terms import AppraisalError, Choices, terms_of
from results.files import digest_of
from results.geography import Geography, geography_of
from results.report import PAGES
from results.seek_target import MONEY, NET_COST, Figure, Target, TargetError, figure_of, figures_of, parse_target
from results.seek_values import PRICES, RETENTION, Worth, worth_of
from results.store import RunFolder
from scenarios.errors import ScenarioError
from simulation.ledger import AGENCIES

FORMAT = 1
"""Raise it when the same inputs would fill a folder with other content."""
BUDGET_ONE, BUDGET_MANY = 16, 40
"""Evaluations unless told otherwise: of one lever, and of several."""
LEAST_BUDGET, MOST_BUDGET = 4, 1000
MOST_LEVERS = 8
ARMS_AT_ONCE, THIN_SAMPLE = 4, 10
"""Values that are run together on one history and one baseline, and the sample from which on they are."""
ODD_SHARE = 0.3711
"""Where in its range a lever is tried, to learn whether it takes parts of a number."""
DECIDING = (
    "results/pairing.py", "results/partial.py", "results/panel.py", "results/groups.py", "results/job_spells.py",
    "results/measures.py", "experiments/seek_runs.py",
)  # fmt: skip
"""Sources beside the model's that decide what a saved run holds."""
RUN_INPUTS = ("policy", "baseline", "region", "parameters", "rules", "sample", "model", "programme_effects", "funds")
"""Inputs of a study that decide its runs; the others decide words and tables."""
Point = tuple[float, ...]


@dataclass(frozen=True)
class SeekRequest:
    """What is sought: the target, the levers, what should be least where there are several, and how much is tried.

    `study`: scenario, sample, seeds, draws and means. `least`: a lever or a figure; empty for the exchequer's net cost.
    `budget`: most points tried, the check on fresh seeds included. `persistence`: years for which the last year's
    effect counts after the run; None for none, or for as long as the evidence has it where retention is a lever.
    """

    study: Request
    target: str
    vary: tuple[str, ...]
    least: str = ""
    budget: int | None = None
    persistence: int | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be asked, before anything is loaded."""
        if not self.vary:
            raise InvalidRequest(
                "--vary: name at least one lever and its range, such as "
                "--vary subsidies.kickstart.participant_take_up=0.4..0.7."
            )
        if len(self.vary) > MOST_LEVERS:
            raise InvalidRequest(f"--vary: {len(self.vary)} levers were named; {MOST_LEVERS} at most.")
        if self.budget is not None and not LEAST_BUDGET <= self.budget <= MOST_BUDGET:
            raise InvalidRequest(
                f"--budget {self.budget}: give a whole number of evaluations from {LEAST_BUDGET} to {MOST_BUDGET}."
            )
        if self.study.against is not None:
            raise InvalidRequest("A goal-seek compares a scenario with the baseline that it names.")


@dataclass(frozen=True)
class SeekStudy:
    """A question that is ready to be answered."""

    request: SeekRequest
    plan: Plan
    geography: Geography
    target: Target
    levers: tuple[Lever, ...]
    costs: tuple[Figure, ...]
    """figures shown beside the target at every point, the exchequer's net cost first"""
    least: Figure | Lever
    persistence: int

    @property
    def budget(self) -> int:
        """Return how many points may be tried, the check on fresh seeds included."""
        return self.request.budget or (BUDGET_ONE if len(self.levers) == 1 else BUDGET_MANY)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Return the runs of every point: draws and seeds."""
        return self.plan.request.tasks

    @property
    def fresh_tasks(self) -> tuple[Task, ...]:
        """Return as many runs of the same draws on seeds that the search does not use."""
        seeds = [task.seed for task in self.tasks]
        beyond = max(seeds) - min(seeds) + 1
        return tuple(Task(task.draw, task.seed + beyond) for task in self.tasks)

    @property
    def names_draws(self) -> bool:
        """Return whether several draws of the posterior were asked for."""
        study = self.request.study
        return len({task.draw for task in self.tasks}) > 1 and (study.n_draws is not None or study.draws is not None)

    @property
    def arms_at_once(self) -> int:
        """Return how many values are run together; one by one where there are many residents."""
        return ARMS_AT_ONCE if self.request.study.sample >= THIN_SAMPLE else 1

    def worth(self, point: Point) -> Worth:
        """Return how the runs of a point are valued."""
        appraised = {lever.key: x for lever, x in zip(self.levers, point, strict=True) if lever.is_appraised}
        return worth_of(self.persistence, appraised)

    def simulated(self, point: Point) -> Point:
        """Return the values of a point that change its runs."""
        return tuple(x for lever, x in zip(self.levers, point, strict=True) if not lever.is_appraised)

    def overrides(self, point: Point) -> dict[str, str]:
        """Return the overrides of the scenario that make a point."""
        return {lever.key: lever.text(x) for lever, x in zip(self.levers, point, strict=True) if not lever.is_appraised}

    def plan_at(self, point: Point) -> Plan:
        """Return the study of one point; draws and means are those of the whole question."""
        found = _undrawn(self.request.study, self.overrides(point))
        return replace(found, workers=self.plan.workers, threads=self.plan.threads, drawn=self.plan.drawn)

    def runs_folder(self, planned: Plan) -> Path:
        """Return where the runs of one point are kept: for every question that makes the same runs."""
        held = {name: planned.inputs[name] for name in RUN_INPUTS if name in planned.inputs}
        key = hash_of("seek-runs", FORMAT, held, self._posterior_hash, [digest_of(ROOT / name) for name in DECIDING])
        return self.folder.path.parent / "runs" / key

    @cached_property
    def _posterior_hash(self) -> str:
        """16 hex digits over every draw of the region's posterior, used or not, so that more draws add to runs."""
        from evidence.fit_registry import posterior

        found = posterior(self.plan.region) if self.plan.drawn.draws else None
        return "" if found is None else hash_of([draw_hash(draw) for draw in found.draws])

    @cached_property
    def content_hash(self) -> str:
        """16 hex digits over everything that decides a figure or a word of the answer."""
        r = self.request
        pages = [(path.name, path.read_text(encoding="utf-8")) for path in sorted(PAGES.iterdir()) if path.is_file()]
        ends = [self.plan_at(tuple(getattr(lever, end) for lever in self.levers)).inputs for end in ("low", "high")]
        asked = (r.target, [lever.as_dict() for lever in self.levers], r.least, self.budget, self.persistence)
        sources = source_hash((*MODEL_PACKAGES, "results", "experiments"))
        return hash_of("seek", FORMAT, self.plan.inputs, ends, asked, self.names_draws, sources, pages, __version__)

    @property
    def folder(self) -> RunFolder:
        """Where the answer is kept."""
        return RunFolder(self.request.study.out, self.plan.policy.scenario.name, self.content_hash)

    @cached_property
    def estimate(self) -> Estimate:
        """Return what the question takes at most, every evaluation made."""
        planned = self.plan
        found = estimate(
            planned.n_residents, n_runs=self.budget * len(self.tasks),
            run_months=months_of(planned.policy_arm, planned.drawn),
            workers=planned.workers, threads=planned.threads, has_draws=bool(planned.drawn.draws),
        )  # fmt: skip
        residents = found.memory_bytes - planned.workers * found.base_bytes
        more = (1 + self.arms_at_once) / 2  # a pair has two arms
        return replace(found, memory_bytes=round(planned.workers * found.base_bytes + residents * more))

    @property
    def command(self) -> str:
        """Return the command that asks the same again."""
        r, q = self.request.study, self.request
        words = ["workability", "seek", _bare(r.scenario), "--target", q.target]
        for text in q.vary:
            words += ["--vary", text]
        for option, value in (
            ("--least", q.least or None), ("--budget", q.budget), ("--persistence", q.persistence),
            ("--sample", f"1:{r.sample}"), ("--seeds", r.n_seeds), ("--seed", r.seed), ("--draws", r.n_draws),
            ("--draw", None if r.draws is None else ",".join(map(str, r.draws))), ("--start", r.start),
            ("--months", r.months),
        ):  # fmt: skip
            words += [] if value is None else [option, str(value)]
        for key, value in sorted(r.overrides.items()):
            words += ["--set", f"{key}={value}"]
        return shlex.join(words)

    def as_dict(self) -> dict[str, Any]:
        """Return what would be done as plain values for JSON."""
        figure = self.target.figure
        return {
            "run_id": self.content_hash,
            "folder": self.folder.path.as_posix(),
            "target": {"text": self.target.text, "figure": figure.name, "label": figure.label, "area": figure.area_name,
                       "month": figure.month, "relation": self.target.relation, "value": self.target.value},
            "levers": [lever.as_dict() for lever in self.levers],
            "least": self.least.name if isinstance(self.least, Figure) else self.least.key,
            "budget": self.budget,
            "runs": self.budget * len(self.tasks),
            "workers": self.plan.workers,
            "threads": self.plan.threads,
            "residents": self.plan.n_residents,
            "seconds": round(self.estimate.seconds, 1),
            "memory_bytes": self.estimate.memory_bytes,
            "disk_bytes": self.estimate.disk_bytes,
            "calibrated": bool(self.plan.drawn.words),
        }  # fmt: skip


def _bare(text: str) -> str:
    return text.replace("\\", "/").rpartition("/")[2]


def _undrawn(study: Request, overrides: Mapping[str, str]) -> Plan:
    """Return the study with more overrides and without draws: reading a posterior for every point takes long."""
    every = {**study.overrides, **overrides}
    return plan(replace(study, overrides=every, n_seeds=1, n_draws=None, draws=(0,)))


def seek_study(request: SeekRequest) -> SeekStudy:
    """Return the study that a question asks for; nothing is written.

    Raises
    ------
    scenarios.errors.ScenarioError, evidence.errors.EvidenceError, InvalidRequest
        If the scenario, the target, a lever or an option cannot be used.
    """
    levers = tuple(parse_lever(text, shipped_parameters()) for text in request.vary)
    refuse_if_doubled(levers, request.study.overrides)
    planned = plan(request.study)
    policy, baseline, geography = planned.policy_arm, planned.baseline_arm, geography_of(planned.region)
    try:
        target = parse_target(request.target, geography, policy, baseline)
        least = _least(request, levers, geography, planned)
    except TargetError as problem:
        raise InvalidRequest(str(problem)) from None
    _refuse_if_without_effect(target, levers)
    levers = tuple(_checked(lever, request.study, planned) for lever in levers)
    persistence = request.persistence
    if persistence is None:
        persistence = terms_of(Choices()).retention_years if any(lever.key == RETENTION for lever in levers) else 0
    try:
        worth_of(persistence, {})
    except AppraisalError as problem:
        raise InvalidRequest(f"--persistence {persistence}: {problem}") from None
    if isinstance(least, Lever):
        least = next(lever for lever in levers if lever.key == least.key)
    costs = _costs(geography, planned)
    return SeekStudy(request, planned, geography, target, levers, costs, least, persistence)


def _costs(geography: Geography, planned: Plan) -> tuple[Figure, ...]:
    """Return the figures that are shown beside the target: what it costs whom, and what work it adds."""
    arms = planned.policy_arm, planned.baseline_arm
    known, horizon = figures_of(*arms), planned.policy_arm.months
    names = (NET_COST, *(f"net_{agency}" for agency in AGENCIES), "net_society", "programme_cost", "service_cost",
             f"additional_jobs_{horizon}", "net", "starts")  # fmt: skip
    return tuple(figure_of(name, False, None, horizon, geography, *arms, "--least") for name in names if name in known)


def _least(request: SeekRequest, levers: Sequence[Lever], geography: Geography, planned: Plan) -> Figure | Lever:
    """Return what should be least: a lever, or a figure of which less is better.

    Raises
    ------
    InvalidRequest, TargetError
        If it is neither.
    """
    name = request.least or NET_COST
    for lever in levers:
        if lever.key in (name, f"parameters.{name}"):
            return lever
    arms = planned.policy_arm, planned.baseline_arm
    found = figure_of(name, False, None, arms[0].months, geography, *arms, f"--least {name[:60]}")
    if found.better == "higher":
        raise InvalidRequest(f"--least {name[:60]}: more of it is better. Name a cost, such as {NET_COST}, or a lever.")
    return found


def _refuse_if_without_effect(target: Target, levers: Sequence[Lever]) -> None:
    """Refuse levers of the appraisal that cannot move the target.

    Raises
    ------
    InvalidRequest
        If there is one.
    """
    figure = target.figure
    for lever in levers:
        if lever.key == RETENTION and figure.kind != MONEY:
            raise InvalidRequest(
                f"--vary {lever.key}: it changes what effects are worth after the run, and nothing of '{figure.name}'. "
                "Ask for money, such as --target net_exchequer=0."
            )
        if lever.key in PRICES and (figure.name not in (NET_COST, f"net_{EXCHEQUER}")):
            raise InvalidRequest(
                f"--vary {lever.key}: the exchequer pays the price, so that the target can only be net_exchequer or "
                f"{NET_COST}, not '{figure.name}'."
            )


def _checked(lever: Lever, study: Request, planned: Plan) -> Lever:
    """Return the lever, whole where the scenario takes whole numbers, once the scenario takes both ends of its range.

    Raises
    ------
    scenarios.errors.ScenarioError, UnfitScenarios
        If it does not.
    """
    if lever.is_appraised:
        return lever
    for end in (lever.low, lever.high):
        try:
            found = _undrawn(study, {lever.key: lever.text(end)})
        except ScenarioError as problem:
            raise ScenarioError(
                f"--vary {lever.key}: at {lever.text(end)} the scenario cannot be used. {problem}", key=lever.key
            ) from None
        same = (planned.policy_arm.months, planned.policy_arm.policy_month)
        if (found.policy_arm.months, found.policy_arm.policy_month) != same:
            raise UnfitScenarios(f"--vary {lever.key}: it changes when the arms begin or how long they run.")
    if lever.form != NUMBER or lever.low != int(lever.low) or lever.high != int(lever.high):
        return lever
    if lever.key.startswith("parameters."):
        process, _, name = lever.key.removeprefix("parameters.").partition(".")
        return replace(lever, form=WHOLE) if isinstance(shipped_parameters()[process][name].value, int) else lever
    odd = lever.low + ODD_SHARE * (lever.high - lever.low)
    try:
        _undrawn(study, {lever.key: lever.text(odd + (0.5 if odd == int(odd) else 0.0))})
    except ScenarioError:
        return replace(lever, form=WHOLE)
    return lever
