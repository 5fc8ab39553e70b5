"""What is asked of a sensitivity analysis, checked before anything runs: factors, groups, design, number of runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import evidence
from calibration.bank import Study
from calibration.sensitivity_factors import (
    POSTERIOR,
    Factor,
    choice_factor,
    only,
    prior_factor,
    range_factor,
    refuse_if_doubled,
    within_posterior,
)
from calibration.sensitivity_request import SensitivityRequest, command_of, world_of
from calibration.sensitivity_runs import (
    ROWS_A_BATCH,
    VectorWork,
    World,
    arms_of,
    check_outputs,
    default_outputs,
    outputs_of,
    text_of,
)
from calibration.sensitivity_vectors import (
    HELD,
    RULE,
    Support,
    bank_path,
    refuse_if_middle_is_out,
    refuse_if_out_of_support,
    refuse_without_rule,
)
from evidence.errors import EvidenceError
from evidence.sensitivity_files import SHIPPED, Group, read_groups
from experiments.cache import hash_of
from experiments.errors import InvalidData, InvalidRequest, MissingData, UnfitScenarios
from experiments.estimate import FIGURES_BYTES, Estimate, estimate, fitting
from experiments.plans import Plan, months_of, plan, shipped_parameters
from experiments.posterior import refuse_if_stale
from experiments.sensitivity_design import (
    MORRIS,
    SOBOL,
    SPREAD,
    Design,
    Space,
    morris_design,
    sobol_design,
    spread_design,
)
from experiments.version import MODEL_PACKAGES, __version__, source_hash
from results.files import digest_of
from results.report import PAGES
from results.store import RunFolder
from simulation.run_in import DRAW_MONTHS

FORMAT = 1
"""Raise it when the same inputs would fill a folder with other content."""
POLICY_WORDS = "policy"
"""--groups policy: the groups of the evidence."""
TRAJECTORIES, SAMPLES, LEAST_LEARNED, LEARNED_A_FACTOR = 20, 64, 200, 10
"""Defaults: Morris' trajectories; Sobol's base samples; vectors that an emulator learns from, at least and a factor."""
DECIDING = (
    "calibration/sensitivity_factors.py", "calibration/sensitivity_vectors.py", "calibration/sensitivity_runs.py",
    "calibration/level_rule.py", "calibration/emulator.py", "calibration/priors.py", "calibration/support.py",
    "experiments/sensitivity_design.py", "results/pairing.py",
)  # fmt: skip
"""Sources beside the model's that decide what a vector's run gives."""


@dataclass(frozen=True)
class SensitivityStudy:
    """An analysis that is ready to run."""

    request: SensitivityRequest
    plan: Plan
    region: Study
    factors: tuple[Factor, ...]
    groups: tuple[Group, ...]
    space: Space
    levels: str
    outputs: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    """parameters that are not varied since the scenario sets them"""
    support: Support = field(default_factory=lambda: Support(shipped_parameters()), compare=False)

    @property
    def kind(self) -> str:
        """Return the method of the design that is run: of an emulator, the vectors that it learns from."""
        return SPREAD if self.request.emulator else self.request.method

    @property
    def samples(self) -> int:
        """Return the samples that are run first."""
        if self.request.samples is not None:
            return self.request.samples
        if self.request.emulator:
            return max(LEAST_LEARNED, LEARNED_A_FACTOR * len(self.factors))
        return TRAJECTORIES if self.request.method == MORRIS else SAMPLES

    def design(self, samples: int) -> Design:
        """Return the design with so many samples."""
        seed = self.request.study.seed
        if self.kind == SPREAD:
            return spread_design(Space(self.space.names), samples, seed)
        if self.kind == MORRIS:
            return morris_design(self.space, samples, seed)
        return sobol_design(self.space, samples, seed, self.request.second_order)

    def runs(self, samples: int) -> int:
        """Return how many runs of both arms so many samples take, repeated ones included."""
        design = self.design(2 if self.kind == SOBOL else samples)  # any Sobol design repeats one row of each block
        extra = int(design.repeated.sum()) if self.request.n_seeds == 1 else 0
        found = len(design) * self.request.n_seeds + extra
        return found * samples // 2 if self.kind == SOBOL else found

    @property
    def budget(self) -> int:
        """Return the most runs that may be made."""
        return self.request.budget or self.runs(self.samples)

    @cached_property
    def design_hash(self) -> str:
        """16 hex digits over everything that decides what a vector's run gives; a longer design has the same."""
        inputs = {name: value for name, value in self.plan.inputs.items() if name not in ("seeds", "draws")}
        root = Path(__file__).resolve().parent.parent
        bank = digest_of(bank_path(self.region.name)) if self.levels == RULE else ""
        return hash_of(
            "sensitivity", FORMAT, inputs, [asdict(factor) for factor in self.factors], self.space.groups, self.kind,
            self.request.second_order, self.request.study.seed, self.request.n_seeds, self.levels, bank,
            source_hash(MODEL_PACKAGES), [digest_of(root / name) for name in DECIDING],
        )  # fmt: skip

    @cached_property
    def content_hash(self) -> str:
        """16 hex digits over everything that decides a figure or a word of the answer."""
        pages = [(path.name, path.read_text(encoding="utf-8")) for path in sorted(PAGES.iterdir()) if path.is_file()]
        titles = [(group.name, group.title) for group in self.groups]
        return hash_of(
            self.design_hash, self.samples, self.budget, self.outputs, titles, self.request.emulator, pages,
            source_hash((*MODEL_PACKAGES, "results", "experiments", "calibration")), __version__,
        )  # fmt: skip

    @property
    def folder(self) -> RunFolder:
        """Where the answer is kept."""
        return RunFolder(self.request.study.out, self.plan.policy.scenario.name, self.content_hash)

    @property
    def runs_folder(self) -> Path:
        """Where runs are kept, for longer designs too."""
        return self.folder.path.parent / f"runs-{self.design_hash}"

    def work(self, n: int) -> VectorWork:
        """Return the work of so many vectors."""
        return VectorWork(
            self.runs_folder, self.world, self.factors, n, self.request.n_seeds, self.request.study.seed, ROWS_A_BATCH
        )

    @property
    def world(self) -> World:
        """What every vector shares."""
        return world_of(self.request.study, self.means()[1])

    def means(self) -> tuple[int, int]:
        """Return workers and threads of each."""
        batches = -(-self.runs(self.samples) // ROWS_A_BATCH)
        asked = replace(self.request.study, n_seeds=max(1, batches), draws=(0,))
        return asked.means(fitting(self._estimated(1, 1)))

    @property
    def estimate_months(self) -> int:
        """Months of a vector's run: its run-in, history, and both arms."""
        return DRAW_MONTHS + months_of(self.plan.policy_arm, self.plan.drawn)

    @property
    def estimate(self) -> Estimate:
        """Return what the first samples are expected to take."""
        return self._estimated(*self.means())

    def _estimated(self, workers: int, threads: int) -> Estimate:
        """Return the same by means."""
        return estimate(
            self.plan.n_residents, n_runs=self.runs(self.samples), run_months=self.estimate_months,
            workers=workers, threads=threads, has_draws=True, saved_bytes=FIGURES_BYTES,
        )  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        """Return what would run as plain values for JSON."""
        of = dict(zip(self.space.names, self.space.groups or self.space.names, strict=True))
        design = self.design(2 if self.kind == SOBOL else self.samples)
        return {
            "run_id": self.content_hash,
            "folder": self.folder.path.as_posix(),
            "factors": [
                {"name": f.name, "group": of[f.name], "law": f.law, "range": f.range_words} for f in self.factors
            ],
            "labels": list(self.space.labels),
            "outputs": list(self.outputs),
            "vectors": len(design) * self.samples // 2 if self.kind == SOBOL else len(design),
            "runs": self.runs(self.samples),
            "budget": self.budget,
            "levels": self.levels,
            "seconds": round(self.estimate.seconds, 1),
            "memory_bytes": self.estimate.memory_bytes,
            "disk_bytes": self.estimate.disk_bytes,
        }

    @property
    def command(self) -> str:
        """Return the command that repeats the analysis."""
        return command_of(self.request)


def sensitivity_study(request: SensitivityRequest) -> SensitivityStudy:
    """Return the analysis that a request asks for; nothing is written.

    Raises
    ------
    scenarios.errors.ScenarioError, evidence.errors.EvidenceError, RunError
        If the scenario, a factor, a group or an option cannot be used, or it takes more runs than the budget allows.
    """
    planned = plan(replace(request.study, draws=(0,), n_seeds=1, n_draws=None))
    region = Study(planned.policy.scenario.region)
    own = {name for spec in (planned.policy_arm, planned.baseline_arm) for name, _ in spec.parameters}
    default, left_out = _default_factors(region, own)
    if request.within == POSTERIOR:
        default = _within_posterior(default, region)
    reach = region.what.fit.reach
    given = [range_factor(text, region.values, planned.policy, reach) for text in request.vary]
    choices = [choice_factor(text) for text in request.choose]
    replaced = {factor.name for factor in given}
    default = [factor for factor in default if factor.name not in replaced]
    refuse_if_doubled([*default, *given, *choices], own, request.study.overrides)
    groups = _groups(request.groups, region)
    shipped = groups or _groups(POLICY_WORDS, region)
    members = {group.name: group.names for group in shipped}
    named = only([*default, *given, *choices], request.only, members) if request.only else default
    factors = (*(factor for factor in default if factor in named), *given, *choices)
    names = tuple(factor.name for factor in factors)
    of = {name: group.name for group in groups for name in group.names}
    space = Space(names, tuple(of.get(name, name) for name in names) if groups else None)
    if len(space.labels) < 2:
        raise InvalidRequest("An analysis needs at least two factors, or two groups; add some with --vary or --only.")
    levels = request.levels or (RULE if bank_path(region.name).is_file() else HELD)
    if levels == RULE:
        refuse_without_rule(region)
    horizon = planned.policy_arm.months
    has_services = any(spec.services is not None for spec in (planned.policy_arm, planned.baseline_arm))
    has_incentives = any(spec.employers for spec in (planned.policy_arm, planned.baseline_arm))
    outputs = tuple(dict.fromkeys(request.outputs)) or default_outputs(horizon, has_services, has_incentives)
    check_outputs(outputs, outputs_of(horizon, has_services, has_incentives))
    study = SensitivityStudy(request, planned, region, factors, groups, space, levels, outputs, left_out)
    with_ranges = [text.partition("=")[0].strip() for text in request.vary if "=" in text]
    refuse_if_middle_is_out(factors, study.support, study.kind)
    refuse_if_out_of_support(factors, with_ranges, study.support, study.kind)
    _refuse_if_keys_do_not_fit(study)
    _refuse_if_beyond_budget(study)
    return study


def _default_factors(region: Study, own: set[str]) -> tuple[list[Factor], tuple[str, ...]]:
    """Return every parameter that the calibration varies, and those left out because the scenario sets them."""
    what = region.what
    names = [*what.vary, *what.policy]
    kept = [prior_factor(name, region.values, what.fit.reach) for name in names if name not in own]
    return kept, tuple(name for name in names if name in own)


def _within_posterior(factors: list[Factor], region: Study) -> list[Factor]:
    """Return factors over the values that the region's posterior has for them.

    Raises
    ------
    MissingData
        If there is no posterior, or one made for other evidence.
    """
    posterior = evidence.posterior(region.region)
    if posterior is None:
        raise MissingData(
            f"--within posterior: the region '{region.name}' is not calibrated. Fit it: workability calibrate "
            f"{region.name}; or leave the option out."
        )
    refuse_if_stale(posterior, region.region, region.values)
    drawn: dict[str, list[float]] = {}
    for draw in posterior.draws:
        for name, value in draw.parameters:
            drawn.setdefault(name, []).append(value)
    return [within_posterior(factor, drawn[factor.name]) if factor.name in drawn else factor for factor in factors]


def _groups(asked: str, region: Study) -> tuple[Group, ...]:
    """Return the groups that are asked for.

    Raises
    ------
    InvalidData
        If the user's file cannot be used.
    """
    if not asked:
        return ()
    every = [f"{process}.{name}" for process, group in region.values.items() for name in group]
    root = Path(evidence.__file__).parent
    if asked == POLICY_WORDS:
        return read_groups(root, root / SHIPPED, every)
    try:
        return read_groups(root, Path(asked), every)
    except EvidenceError as problem:
        raise InvalidData(f"--groups {asked[:80]}: {problem}") from None


def _refuse_if_keys_do_not_fit(study: SensitivityStudy) -> None:
    """Resolve the scenario at both ends of every key and at every choice, so that no run can fail of it.

    Raises
    ------
    scenarios.errors.ScenarioError, UnfitScenarios
        If a value is not allowed, or changes how long both arms run.
    """
    planned = study.plan
    for factor in study.factors:
        ends: Mapping[str, float] = {}
        if factor.options:
            ends = {option: float(k) for k, option in enumerate(factor.options)}
        elif factor.kind == "key":
            ends = {"low": factor.low, "high": factor.high}
        for value in ends.values():
            resolved, policy, baseline = arms_of(study.world, ((factor.name, text_of(factor, value)),))
            same = (planned.policy_arm.months, planned.policy_arm.policy_month)
            if any((spec.months, spec.policy_month) != same for spec in (policy, baseline)):
                raise UnfitScenarios(f"'{factor.name}' changes when the arms begin or how long they run; leave it out.")
            clash = {name for name, _ in baseline.parameters} & {f.name for f in study.factors}
            if clash or resolved.scenario.region != study.region.name:
                raise UnfitScenarios(
                    f"'{factor.name}' as {text_of(factor, value)} sets {', '.join(sorted(clash)) or 'the region'}, "
                    "which would undo a factor; leave one of them out."
                )


def _refuse_if_beyond_budget(study: SensitivityStudy) -> None:
    """Refuse an analysis whose first samples take more runs than the budget.

    Raises
    ------
    InvalidRequest
        If they do.
    """
    needed = study.runs(study.samples)
    if study.request.budget is None or needed <= study.request.budget:
        return
    unit = {MORRIS: "trajectories", SOBOL: "base samples", SPREAD: "vectors"}[study.kind]
    raise InvalidRequest(
        f"--budget {study.request.budget}: {study.samples} {unit} over {len(study.space.labels)} factors or groups "
        f"take {needed} runs, so nothing was started. Ask for --budget {needed}, fewer --samples, or fewer factors "
        "with --only or --groups policy."
    )
