"""A paired study worked out before anything runs: both arms resolved, its inputs hashed, its cost told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.cache import hash_of, parameters_hash, rules_hash
from experiments.errors import InvalidRequest, UnfitScenarios
from experiments.estimate import Estimate, estimate, fitting
from experiments.posterior import Drawn, settled
from experiments.requests import Request
from experiments.target_table import table_hash
from experiments.version import __version__, source_hash
from results.appraisal_terms import evidence_text
from results.store import RunFolder
from scenarios.needs import NEEDS
from scenarios.vocabulary import AGE_MAX_YEARS, AGE_MIN_YEARS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evidence.model import Parameter, Region
    from scenarios.arm import ArmSpec
    from scenarios.resolve import Resolved

FORMAT = 5
"""Raise it when the same inputs would fill a run folder with other content."""


@cache
def shipped_parameters() -> Mapping[str, Mapping[str, Parameter]]:
    """Return the parameters of the evidence."""
    from evidence.registry import parameters

    return parameters()


@cache
def shipped_region(name: str) -> Region:
    """Return a region of the evidence."""
    from evidence.registry import load_region

    return load_region(name)


@cache
def shipped_effects() -> Mapping[str, Mapping[str, Parameter]]:
    """Return the effects of every kind of programme of the evidence."""
    from evidence.registry import programme_effects

    return programme_effects()


def funds_hash(region: str) -> str:
    """Return the hash of a region's funds and of how services follow money."""
    from evidence.registry import fund_file, funding

    path = fund_file(region)
    return hash_of("" if path is None else path.read_text(encoding="utf-8"), parameters_hash({"funding": funding()}))


@dataclass(frozen=True)
class Plan:
    """A paired study that is ready to run."""

    request: Request
    policy: Resolved
    baseline: Resolved
    policy_arm: ArmSpec
    baseline_arm: ArmSpec
    workers: int
    threads: int
    n_residents: int
    inputs: dict[str, Any]
    """everything that decides a figure of the run folder, as plain values"""
    estimate: Estimate
    drawn: Drawn = field(default_factory=Drawn)
    """the draws of the posterior that the runs take"""

    @property
    def region(self) -> Region:
        """The region's evidence."""
        return shipped_region(self.policy.scenario.region)

    @property
    def variant(self) -> str | None:
        """Named reading of the evidence, or None."""
        return self.policy.scenario.variant

    @property
    def content_hash(self) -> str:
        """16 hex digits over everything that decides a figure."""
        return hash_of(self.inputs)

    @property
    def name(self) -> str:
        """Name of the folder over this study's runs."""
        if self.is_against_baseline:
            return self.policy_arm.name
        return f"{self.policy_arm.name}-against-{self.baseline_arm.name}"

    @property
    def is_against_baseline(self) -> bool:
        """Whether the scenario is compared with the baseline that it names."""
        return self.request.against in (None, self.policy.scenario.baseline)

    @property
    def store(self) -> RunFolder:
        """Where the study is kept."""
        return RunFolder(self.request.out, self.name, self.content_hash)

    @property
    def folder(self) -> Path:
        """Run folder: scenario, then content hash."""
        return self.store.path

    @property
    def run_months(self) -> int:
        """Months simulated for one run: a draw's run-in, history once, then both arms."""
        return months_of(self.policy_arm, self.drawn)

    def as_dict(self) -> dict[str, Any]:
        """Return the plan as plain values for JSON."""
        return {
            "run_id": self.content_hash,
            "folder": self.folder.as_posix(),
            "scenario": self.policy.scenario.model_dump(mode="json"),
            "baseline": self.baseline.scenario.model_dump(mode="json"),
            "runs": len(self.request.tasks),
            "workers": self.workers,
            "threads": self.threads,
            "residents": self.n_residents,
            "seconds": round(self.estimate.seconds, 1),
            "memory_bytes": self.estimate.memory_bytes,
            "disk_bytes": self.estimate.disk_bytes,
            "calibrated": bool(self.drawn.words),
            "inputs": self.inputs,
        }


def plan(request: Request) -> Plan:
    """Return the study that a request asks for; nothing is written.

    Raises
    ------
    scenarios.errors.ScenarioError, evidence.errors.EvidenceError, InvalidRequest
        If the scenario, the evidence or the options cannot be used.
    """
    from evidence.fit_registry import validation_digest
    from scenarios.arm import arm

    policy, baseline = _resolved(request)
    arms = arm(policy), arm(baseline)
    _check_pair(policy, baseline)
    _check_arms(*arms)
    if arms[0].name == arms[1].name:
        # Two arms of one name could not be told apart in the results.
        suffix = "again" if arms[0] == arms[1] else "changed"
        arms = replace(arms[0], name=f"{arms[0].name}-{suffix}"), arms[1]
    region = shipped_region(policy.scenario.region)
    request, drawn = settled(request, region, shipped_parameters())
    n_residents = -(-residents_of(region) // request.sample)
    inputs = {
        "format": FORMAT,
        "policy": _decisive(policy),
        "baseline": _decisive(baseline),
        "region": region.folder_hash,
        "parameters": parameters_hash(shipped_parameters()),
        "rules": rules_hash(),
        "target_table": table_hash(region),
        "score_targets": hash_of(*region.score_targets),
        "needs": hash_of(NEEDS.read_text(encoding="utf-8")),
        "appraisal": hash_of(evidence_text()),
        "sample": request.sample,
        "draws": sorted({task.draw for task in request.tasks}),
        "seeds": sorted({task.seed for task in request.tasks}),
        "model": source_hash(),
        "version": __version__,
        **drawn.inputs(request.tasks),
    }
    if any(arm.services is not None for arm in arms):
        inputs["programme_effects"] = parameters_hash(shipped_effects())
    if any(arm.funding is not None for arm in arms):
        inputs["funds"] = funds_hash(policy.scenario.region)
    scorecard = validation_digest(region.name)
    if scorecard is not None:  # the report says what the scorecard says
        inputs["scorecard"] = scorecard
    if request.event_log:  # left out otherwise: runs without it keep the folders that they had
        inputs["event_log"] = True
    told = partial(
        estimate,
        n_residents,
        n_runs=len(request.tasks),
        run_months=months_of(arms[0], drawn),
        event_months=arms[0].months if request.event_log else 0,
        has_draws=bool(drawn.draws),
    )
    workers, threads = request.means(fitting(told(workers=1, threads=1)))
    needed = told(workers=workers, threads=threads)
    return Plan(request, policy, baseline, *arms, workers, threads, n_residents, inputs, needed, drawn)


def months_of(arm: ArmSpec, drawn: Drawn) -> int:
    """Return the months simulated for one run: a draw's run-in, history once, then both arms."""
    from simulation.run_in import DRAW_MONTHS

    return (DRAW_MONTHS if drawn.draws else 0) + arm.policy_month + 2 * arm.months


def cautions(study: Plan) -> tuple[str, ...]:
    """Return what sets a study's posterior apart from the study, a sentence each; none without draws."""
    if not study.drawn.draws:
        return ()
    out = []
    drawn = {name for name, _ in study.drawn.draws[0].parameters}
    own = sorted(name for name, _ in study.baseline_arm.parameters if name in drawn)
    if own:
        verb = "is" if len(own) == 1 else "are"
        out.append(f"{', '.join(own)} {verb} set by the scenario or by --set, in place of the posterior's values.")
    if study.variant:
        out.append(
            f"The posterior was fitted to the main reading of the evidence; these runs take the reading "
            f"'{study.variant}', which it was not fitted to."
        )
    return tuple(out)


def _resolved(request: Request) -> tuple[Resolved, Resolved]:
    """Return the scenario and what it is compared with, in the same world."""
    from scenarios.resolve import baseline_of, resolve

    overrides = dict(request.overrides)
    for key, value in (("horizon.start", request.start), ("horizon.months", request.months)):
        if value is None:
            continue
        if key in overrides:
            raise InvalidRequest(f"--set {key} and --{key.partition('.')[2]} say the same thing; keep one.")
        overrides[key] = str(value)
    if request.against is None:
        policy = resolve(request.scenario, overrides, environment=request.environment)
        return policy, baseline_of(policy)
    second = _own_overrides(request.scenario, request.against, overrides, is_policy=True)
    first = request.against_overrides
    first = _own_overrides(request.against, request.scenario, overrides) if first is None else dict(first)
    unused = [key for key in overrides if key not in first and key not in second]
    if unused:
        raise UnfitScenarios(f"--set {unused[0]}: neither '{request.against}' nor '{request.scenario}' has it.")
    policy = resolve(request.scenario, second, environment=request.environment)
    horizon = {"horizon.start": policy.scenario.horizon.start, "horizon.months": str(policy.scenario.horizon.months)}
    return policy, resolve(request.against, {**first, **horizon}, environment=request.environment)


def _own_overrides(scenario: str, other: str, overrides: dict[str, str], is_policy: bool = False) -> dict[str, str]:
    """Return the overrides that concern a scenario: of the world, of its subsidies, and of its changes of services.

    What binds money concerns the scenario that says something of it; a regime that neither has yet holds for both.

    Parameters
    ----------
    scenario, other
        The scenario, and the one that it is compared with.
    overrides
        Dotted key -> value as text.
    is_policy
        Whether it takes the changes of services that neither scenario has yet.
    """
    from scenarios.funding_schema import REGIME_KEY
    from scenarios.resolve import resolve

    entries, others = resolve(scenario).entries, resolve(other).entries
    return {
        key: value
        for key, value in overrides.items()
        if (subject := subject_of(key)) is None
        or has_subject(entries, subject)
        or (subject == REGIME_KEY and not has_subject(others, subject))
        or (is_policy and subject.startswith(("services.", "funding.")) and not has_subject(others, subject))
    }


def subject_of(key: str) -> str | None:
    """Return the subsidy, incentive, programme, change of services or bonds of an override; None for the world's."""
    from scenarios.funding_schema import CONSTRAINT_KEYS
    from scenarios.schema import NAMED
    from scenarios.service_schema import WORLD_KEYS

    parts = key.split(".")
    if parts[0] in NAMED:
        return ".".join(parts[:2])
    if key in CONSTRAINT_KEYS:
        return key
    if parts[0] != "services" or key in WORLD_KEYS:
        return None
    return ".".join(parts[:3])


def has_subject(entries: Mapping[str, object], subject: str) -> bool:
    """Return whether any key of a scenario's entries is of a subject."""
    return any(f"{key}.".startswith(f"{subject}.") for key in entries)


def _check_pair(policy: Resolved, baseline: Resolved) -> None:
    """Refuse two scenarios that share no history."""
    for key, allowed in (("catalogue", "none or today"), ("delivery", "array or queue")):
        mine, other = getattr(policy.scenario.services, key), getattr(baseline.scenario.services, key)
        if mine != other:
            raise UnfitScenarios(
                f"'{policy.scenario.name}' has services.{key} '{mine}' and '{baseline.scenario.name}' has '{other}'; a "
                f"comparison needs the same desks in both arms. Set it for both, {allowed}, with --set "
                f"services.{key}=VALUE, or write 'baseline: services-today' in the scenario."
            )
    for key in ("region", "variant"):
        mine, other = getattr(policy.scenario, key), getattr(baseline.scenario, key)
        if mine != other:
            raise UnfitScenarios(
                f"'{policy.scenario.name}' has {key} '{mine}' and '{baseline.scenario.name}' has '{other}'; "
                f"a comparison needs one and the same. Set {key} for both with --set {key}=NAME."
            )


def _check_arms(policy: ArmSpec, baseline: ArmSpec) -> None:
    """Refuse arms that rest on other parameters or other money: a difference would then not be the policy's."""
    from scenarios.funding import check_equal_totals

    check_equal_totals(policy.funding, baseline.funding, (policy.name, baseline.name))
    apart = [name for name, _ in set(policy.parameters) ^ set(baseline.parameters)]
    if apart:
        raise UnfitScenarios(
            f"'{policy.name}' and '{baseline.name}' set the parameter '{sorted(apart)[0]}' differently; the arms of a "
            "comparison share every parameter. Set it for both with --set parameters.PROCESS.NAME=VALUE, in a context, "
            "or in the file of the baseline."
        )


def _decisive(resolved: Resolved) -> dict[str, Any]:
    """Return a scenario's values without its words, which decide no figure."""
    words = {"title", "description"}
    return dict(resolved.scenario.model_dump(mode="json", exclude=words))


def residents_of(region: Region) -> int:
    """Return the number of residents of working age that the region's population table counts."""
    table = region.margins["population"]
    ages = table["age"].astype(str)
    working = ages.isin([str(age) for age in range(AGE_MIN_YEARS, AGE_MAX_YEARS)])
    return round(float(table.loc[working, "value"].sum()))
