"""How many caseworkers one programme needs for a short wait: referrals recorded once a seed, served with other numbers.

The replay holds referrals as they were; a full run at the number found says how far that is right, since a service
with more places is chosen more often.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments import estimate as cost
from experiments.answers import Answer, is_finished
from experiments.capacity_search import Curve, answer_of, search
from experiments.errors import Interrupted, InvalidRequest, RunError, UnfitScenarios
from experiments.events import Events
from experiments.folders import cache_folder, drop_old_compiled_code, is_compiled, only_writer, usable_folder
from experiments.paired import PairWork, work_of
from experiments.plans import Plan, plan
from experiments.requests import Request
from experiments.runner import Task, run_many
from experiments.version import MODEL_PACKAGES, __version__, source_hash
from results.capacity_store import PAGE, read_capacity, write_capacity
from results.capacity_words import CapacityFacts
from results.store import RunFolder

if TYPE_CHECKING:
    from results.capacity import CapacityFound
    from scenarios.programme_specs import Programme
    from scenarios.service_specs import ServiceSpec
    from simulation.delivery.replay import Recording
    from simulation.model import RegionModel

FORMAT = 1
"""Raise it when the same inputs would fill a folder with other content."""
KIND = "referrals"
DELIVERIES = ("array", "queue")
MAX_WEEKS = 104
MAX_FACTOR = 100
"""Most of a programme's capacity that a scenario may ask for, times its own."""


@dataclass(frozen=True)
class CapacityRequest:
    """Which programme of which scenario should start which share of its referrals within how many weeks."""

    study: Request
    programme: str
    weeks: int = 4
    share: float = 0.9
    delivery: str = "array"

    def __post_init__(self) -> None:
        """Refuse what cannot be asked."""
        if not 1 <= self.weeks <= MAX_WEEKS:
            raise InvalidRequest(f"--weeks {self.weeks}: give a whole number from 1 to {MAX_WEEKS}.")
        if not 0 < self.share < 1:
            raise InvalidRequest(f"--share {self.share:g}: give a share between 0 and 1, such as 0.9.")
        if self.delivery not in DELIVERIES:
            raise InvalidRequest(f"--delivery {self.delivery}: write {' or '.join(DELIVERIES)}.")


@dataclass(frozen=True)
class RecordWork:
    """Runs the policy's arm of one seed and keeps what reached one programme's desks; can be sent to a process."""

    pair: PairWork
    programme: str
    key: str

    def key_of(self, task: Task) -> str:
        """Return the cache's key of a task."""
        from experiments.cache import hash_of

        return hash_of(self.key, self.programme, task.draw, task.seed)

    def __call__(self, task: Task, tick: Callable[[str, int, int], None] | None = None) -> Recording:
        """Return the recording of a seed, from the cache where it is there."""
        from experiments.cache import cached

        found: Recording = cached(KIND, self.key_of(task), lambda: self._record(task, tick))
        return found

    def is_saved(self, task: Task) -> bool:
        """Return whether the seed is in the cache."""
        return (cache_folder() / KIND / f"{self.key_of(task)}.npz").is_file()

    def _record(self, task: Task, tick: Callable[[str, int, int], None] | None) -> Recording:
        from simulation.delivery.replay import Batch, recording
        from simulation.output import SERVICE_ITEMS
        from simulation.run import simulate

        batches: list[Batch] = []
        at_start: list[Any] = []

        def begun(model: RegionModel) -> None:
            services = model.services
            if services is None:
                raise RunError(f"'{model.arm.name}' has no services, so nothing can be recorded.")
            services.batches = batches
            at_start.append((model.month, services.engine.clients(), services.spec.services))

        pair = self.pair
        (output,) = simulate(
            pair.start(task.draw), (pair.policy,), seed=task.seed, threads=pair.threads, progress=tick,
            before=pair.baseline, begun=begun,
        )  # fmt: skip
        month, clients, specs = at_start[0]
        desks = [i for i, spec in enumerate(specs) if spec.programme == self.programme]
        counts = output.services[output.policy_month :, desks].sum(axis=(0, 1, 2))
        jobs, starts = (int(counts[SERVICE_ITEMS.index(name)]) for name in ("into_work", "started"))
        return recording(month, clients, batches, desks, jobs / starts if starts else 0.0)


@dataclass(frozen=True)
class CapacityStudy:
    """A question about one programme, ready to be answered."""

    request: CapacityRequest
    plan: Plan
    programme: Programme
    desks: tuple[ServiceSpec, ...]

    @property
    def caseworkers(self) -> float:
        """Caseworkers of the catalogue, in the whole region."""
        from scenarios.programme_specs import as_number

        return as_number(self.programme.caseworkers)

    @cached_property
    def content_hash(self) -> str:
        """16 hex digits over everything that decides a figure or a word."""
        from experiments.cache import hash_of
        from results.report import PAGES

        r = self.request
        pages = [(path.name, path.read_text(encoding="utf-8")) for path in sorted(PAGES.iterdir()) if path.is_file()]
        sources = source_hash((*MODEL_PACKAGES, "results", "experiments"))
        asked = (r.programme, r.weeks, r.share, r.delivery)
        return hash_of("capacity", FORMAT, self.plan.inputs, asked, sources, pages, __version__)

    @property
    def folder(self) -> RunFolder:
        """Where the answer is kept."""
        return RunFolder(self.request.study.out, self.plan.policy.scenario.name, self.content_hash)

    def work(self, study: Plan) -> RecordWork:
        """Return the work that records a study's arm, its months before the policy those of this plan's baseline."""
        from experiments.cache import hash_of

        inputs = {name: value for name, value in study.inputs.items() if name not in ("seeds", "draws")}
        pair = replace(work_of(study, Path()), baseline=self.plan.baseline_arm)
        return RecordWork(pair, self.request.programme, hash_of(KIND, FORMAT, inputs))


@dataclass(frozen=True)
class FinishedCapacity(Answer):
    """An answer on disk: its folder and its content as plain values."""

    page_name = PAGE


def capacity_study(request: CapacityRequest) -> CapacityStudy:
    """Return the study that a question asks for; nothing is written.

    Raises
    ------
    scenarios.errors.ScenarioError, evidence.errors.EvidenceError, InvalidRequest
        If the scenario has no services, or the programme is unknown or does not run.
    """
    from scenarios.errors import listing, nearest
    from scenarios.programmes import load_catalogue
    from simulation.clients import factor_of

    planned = plan(request.study)
    arm, scenario, slug = planned.policy_arm, planned.policy.scenario, request.programme
    if arm.services is None:
        raise UnfitScenarios(
            f"'{scenario.name}' has no services, so there is no line to wait in. Ask about a scenario with services, "
            "such as services-today or front-door, or add --set services.catalogue=today."
        )
    catalogue = load_catalogue(scenario.region)
    slugs = [programme.slug for programme in catalogue.programmes]
    if slug not in slugs:
        raise InvalidRequest(
            f"--programme {slug[:80]}: no programme of the region '{scenario.region}'.{nearest(slug, slugs)} "
            f"Its programmes are: {listing(slugs, len(slugs))}."
        )
    months = range(arm.policy_month, arm.policy_month + arm.months)
    open_desks = [desk for desk in arm.services.services if any(factor_of(desk, month) > 0 for month in months)]
    desks = tuple(desk for desk in open_desks if desk.programme == slug)
    if not desks:
        running = list(dict.fromkeys(desk.programme for desk in open_desks))
        raise UnfitScenarios(
            f"--programme {slug}: it is {catalogue[slug].status} and takes nobody in '{scenario.name}'. Open it with "
            f"--set services.programmes.{slug}.running=true, or ask about one that runs: "
            f"{listing(running, len(running))}."
        )
    if arm.months * 30 <= request.weeks * 7:
        raise InvalidRequest(
            f"--weeks {request.weeks}: the policy runs for {arm.months} month(s), in which nobody can wait as long. "
            "Give fewer weeks, or more --months."
        )
    return CapacityStudy(request, planned, catalogue[slug], desks)


def find_capacity(request: CapacityRequest, events: Events | None = None) -> FinishedCapacity:
    """Return the finished answer to a question; one that is there is read, not made again.

    Parameters
    ----------
    request : CapacityRequest
        What is asked.
    events : Events or None
        Who hears of progress.

    Raises
    ------
    RunError, ScenarioError, EvidenceError
        If it cannot be asked, a run failed, nobody was referred, or a finished answer is not as it was written.
    """
    heard = events or Events()
    study = capacity_study(request)
    folder = study.folder
    if is_finished(folder.path, "answer", heard):
        return FinishedCapacity(folder.path, read_capacity(folder.path))
    cost.refuse_if_too_large(study.plan.estimate, request.study.sample, study.plan.workers)
    usable_folder(folder.path)
    with only_writer(folder.path):
        found = _answered(study, heard)
        content = write_capacity(folder, found, _facts(study))
    return FinishedCapacity(folder.path, content)


def _answered(study: CapacityStudy, events: Events) -> CapacityFound:
    """Return the answer: record, search, check once by a full run, and client by client where that is asked."""
    request = study.request
    events.stage(f"Recording who is referred to {study.programme.name}, {request.study.seeds} seed(s).")
    made = recordings(study, study.plan, events)
    if not any(part.referrals.client.size for part in made):
        raise UnfitScenarios(
            f"Nobody was referred to {request.programme} in {study.plan.policy_arm.months} month(s) of "
            f"'{study.plan.policy.scenario.name}' at 1:{request.study.sample}. Take a larger sample, such as "
            f"--sample 1:{max(1, request.study.sample // 10)}, or more --months."
        )
    seeds = [task.seed for task in request.study.tasks]
    curve = Curve(
        made, seeds, study.desks, study.caseworkers, request.weeks, request.study.sample, study.plan.policy_arm
    )
    events.stage("Replaying these referrals with other numbers of caseworkers.")
    found = answer_of(curve, search(curve, request.share, int(MAX_FACTOR * study.caseworkers)), request.share)
    if found.number is not None:
        events.stage(f"Checking {found.number} caseworkers by full runs.")
        again = plan(replace(request.study, overrides={**request.study.overrides, **override(study, found.number)}))
        found = replace(found, check=curve.as_run(recordings(study, again, events)))
    if request.delivery == "queue":
        from experiments.capacity_queue import client_by_client

        events.stage("Serving the same referrals client by client.")
        found = replace(found, queue=client_by_client(curve, found.number or max(found.rows), events))
    return found


def override(study: CapacityStudy, caseworkers: int) -> Mapping[str, str]:
    """Return the overrides of the scenario that give a programme so many caseworkers from the policy's start on."""
    from scenarios.vocabulary import month_name

    stem = f"services.programmes.{study.request.programme}"
    arm, change = study.plan.policy_arm, study.plan.policy.scenario.services.programmes.get(study.request.programme)
    out = {f"{stem}.capacity": repr(caseworkers / study.caseworkers)}
    if change is not None and change.month is not None:
        out[f"{stem}.from"] = month_name(arm.policy_month)
    if change is not None and change.until is not None:
        out[f"{stem}.until"] = month_name(arm.policy_month + arm.months - 1)
    if change is not None and change.ramp_months is not None:
        out[f"{stem}.ramp_months"] = "0"
    return out


def recordings(study: CapacityStudy, planned: Plan, events: Events) -> list[Recording]:
    """Return what reached the programme's desks in every seed of a plan, running only what is not kept.

    Parameters
    ----------
    study : CapacityStudy
        The question.
    planned : Plan
        Whose policy arm is run.
    events : Events
        Who hears of progress.

    Raises
    ------
    Interrupted, RunError
        If the user stopped it, or a run failed.
    """
    work, tasks = study.work(planned), study.request.study.tasks
    if not all(work.is_saved(task) for task in tasks):
        if not is_compiled():
            events.stage("First run of this version from this folder: compiling takes about a minute more, this once.")
            drop_old_compiled_code()
        work.pair.make_ready(planned.workers)
    outcome = run_many(
        tasks, work, work.is_saved, workers=planned.workers, threads=planned.threads, events=events,
        first_alone=not is_compiled(),
    )  # fmt: skip
    if outcome.interrupted:
        raise Interrupted(f"Interrupted. {len(outcome.saved)} of {len(tasks)} runs are kept and will not be repeated.")
    if outcome.failed:
        raise RunError(f"A run failed: {'; '.join(sorted(set(outcome.failed.values())))}.")
    return [work(task) for task in tasks]


def _facts(study: CapacityStudy) -> CapacityFacts:
    """Return what the answer is about."""
    from scenarios.programme_specs import as_number
    from scenarios.vocabulary import month_name

    request, arm = study.request, study.plan.policy_arm
    r = request.study
    options = [f"--programme {request.programme}", f"--weeks {request.weeks}", f"--share {request.share:g}"]
    options += [f"--sample 1:{r.sample}", f"--seeds {r.seeds}", f"--seed {r.seed}"]
    options += [f"--months {r.months}"] if r.months is not None else []
    options += [f"--set {key}={value}" for key, value in r.overrides.items()]
    options += ["--delivery queue"] if request.delivery == "queue" else []
    return CapacityFacts(
        run_id=study.content_hash,
        scenario=study.plan.policy.scenario.name,
        scenario_title=study.plan.policy.scenario.title,
        programme=request.programme,
        title=study.programme.name,
        weeks=request.weeks,
        share=request.share,
        sample=r.sample,
        n_seeds=r.seeds,
        first_month=month_name(arm.policy_month),
        n_months=arm.months,
        caseworkers=study.caseworkers,
        caseload=as_number(study.programme.caseload),
        has_cap=any(desk.cap_year is not None for desk in study.desks),
        n_desks=len(study.desks),
        command=f"workability capacity {r.scenario} {' '.join(options)}",
    )
