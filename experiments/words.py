"""A study in words for its report: what is tried, by which command it is repeated, and what it rests on."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from experiments.plans import cautions
from experiments.target_table import table_for
from scenarios.vocabulary import month_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pandas import DataFrame

    from experiments.plans import Plan
    from results.report import ReportData
    from results.services import ServiceFacts
    from results.summary import Headline
    from scenarios.arm import ArmSpec, SubsidySpec

PENCE = 100


@dataclass(frozen=True)
class Documents:
    """What a study says of itself; a repeated run takes these over, since it reads the resolved files."""

    study: str
    command: str
    context: str | None
    changed: tuple[str, ...]
    """`key = value` of what was set beside the files"""
    resolved: str
    """the scenario as YAML that stands alone"""
    baseline: str
    difference: str


def documents_of(study: Plan) -> Documents:
    """Return what a study says of itself."""
    from scenarios.render import difference_yaml, to_yaml

    return Documents(
        study.name,
        command_of(study),
        study.policy.context,
        changes_of(study),
        to_yaml(study.policy),
        to_yaml(study.baseline),
        difference_yaml(study.baseline, study.policy),
    )


def changes_of(study: Plan) -> tuple[str, ...]:
    """Return `key = value` of everything set on the command line or in the environment, but for the context.

    Where the two arms were given different values, the arm is named.
    """
    request, policy = study.request, study.policy
    entries, origins = policy.entries, policy.origins
    found = {key: str(entry.value) for key, entry in entries.items() if origins.get(key) == "environment"}
    found |= dict(request.overrides)
    found.pop("context", None)
    if request.against_overrides is None:
        lines = [f"{key} = {value}" for key, value in sorted(found.items())]
    else:
        other = {key: value for key, value in request.against_overrides.items() if key != "context"}
        lines = [
            f"{key} = {value}" + ("" if other.get(key) == value else f" in {study.policy_arm.name}")
            for key, value in sorted(found.items())
        ]
        name = study.baseline_arm.name
        lines += [f"{key} = {value} in {name}" for key, value in sorted(other.items()) if found.get(key) != value]
    if study.baseline.context != policy.context:
        lines.append(f"context = {study.baseline.context or 'none'} in {study.baseline_arm.name}")
    return tuple(lines)


def report_data(
    study: Plan, documents: Documents, headline: Headline, manifest: Mapping[str, Any], n_failed: int
) -> ReportData:
    """Return everything that the report of a study shows.

    Parameters
    ----------
    study : Plan
        The study.
    documents : Documents
        What it says of itself.
    headline : Headline
        Its comparison.
    manifest : Mapping
        Its manifest.
    n_failed : int
        Runs that failed and are left out.
    """
    from results.report import ReportData

    policy, targets = study.policy.scenario, table_for(study)
    on_context = f" on {documents.context}" if documents.context else ""
    warnings = [f"{n_failed} of {len(study.request.tasks)} runs failed and are left out."] if n_failed else []
    warnings += cautions(study)
    return ReportData(
        headline,
        title=f"{policy.title or policy.name}{on_context}: {study.region.title}",
        policy_text=policy_lines(study, documents.context),
        warnings=warnings,
        parameters=parameters_of(study),
        targets=targets.frame() if targets else None,
        target_words=targets.words() if targets else "",
        command=documents.command,
        manifest=manifest,
    )


def parameters_of(study: Plan) -> DataFrame:
    """Return the parameters that act in a study as a frame of text, assumptions first."""
    from evidence.registry import sources
    from experiments.plans import shipped_effects, shipped_parameters
    from results.assumptions import EMPLOYER_OFFERS, changed_lengths, parameter_frame, with_services
    from scenarios.funding import changed_numbers, funding_numbers
    from scenarios.programmes import load_catalogue

    specs = [arm.services for arm in (study.policy_arm, study.baseline_arm) if arm.services is not None]
    catalogue = load_catalogue(study.policy.scenario.region) if specs else None
    changed: dict[str, float] = dict(study.policy_arm.parameters)
    if catalogue is not None and study.policy_arm.services is not None:
        changed |= changed_lengths(catalogue, study.policy_arm.services)
    used = with_services(shipped_parameters(), shipped_effects() if specs else {}, catalogue, specs)
    if not (study.policy_arm.employers or study.baseline_arm.employers):
        used.pop(EMPLOYER_OFFERS)
    if study.policy_arm.funding is not None:
        used |= funding_numbers(study.policy.scenario.region)
        changed |= changed_numbers(study.policy.scenario.funding)
    drawn = [dict(draw.parameters) for draw in study.drawn.draws]
    return parameter_frame(used, sources(), overrides=changed, drawn=drawn)


def services_of(study: Plan) -> tuple[ServiceFacts, ...]:
    """Return the desks of both arms with title and kind, by name; a desk of kept places has its programme's title."""
    from results.services import ServiceFacts
    from scenarios.programmes import load_catalogue

    desks = {
        desk.name: desk
        for arm in (study.baseline_arm, study.policy_arm)
        if arm.services is not None
        for desk in arm.services.services
    }
    titles = {desk.programme: desk.title for desk in desks.values() if desk.name == desk.programme}
    catalogue = load_catalogue(study.policy.scenario.region) if desks else None
    channels = {programme.slug: programme.channels for programme in (catalogue.programmes if catalogue else ())}
    return tuple(
        ServiceFacts(
            name,
            desk.programme,
            titles.get(desk.programme, desk.title),
            desk.kind,
            channels=tuple(channels.get(desk.programme, ())),
        )
        for name, desk in sorted(desks.items())
    )


def policy_lines(study: Plan, context: str | None) -> list[str]:
    """Return what is tried and in which world, a line each."""
    scenario, arm, other = study.policy.scenario, study.policy_arm, study.baseline_arm
    lines = [scenario.description.strip()] if scenario.description else []
    lines += [subsidy_line(subsidy) for subsidy in arm.subsidies]
    lines += [incentive.english() for incentive in arm.employers]
    if others := [*map(subsidy_line, other.subsidies), *(incentive.english() for incentive in other.employers)]:
        lines.append(f"Compared with {other.name}: " + " ".join(others))
    lines += money_lines(arm, other)
    lines.append(
        f"Both arms share their history to {month_name(arm.policy_month - 1)} and run {arm.months} months from "
        f"{month_name(arm.policy_month)}."
    )
    if context:
        lines.append(f"Context of both arms: {context}.")
    lines += world_lines(arm)
    return lines


def money_lines(arm: ArmSpec, other: ArmSpec) -> list[str]:
    """Return what binds the money of services, a line for each arm where they differ."""
    from scenarios.funding import english

    if arm.funding is None or other.funding is None:
        return []
    lines = [english(arm.funding)]
    return lines if arm.funding == other.funding else [*lines, f"Compared with {other.name}: {english(other.funding)}"]


def world_lines(arm: ArmSpec) -> list[str]:
    """Return the changes of demand, minimum wage and benefits, a line each."""
    lines = []
    for steps, what in ((arm.demand, "jobs of every employer in normal times"), (arm.minimum_wage, "the minimum wage")):
        lines += [f"From {month_name(month)} {what} are multiplied by {ratio:g}." for month, ratio in steps]
    lines = [line.replace("wage are", "wage is") for line in lines]
    for change in arm.benefits:
        parts = []
        if change.work_allowance_pence:
            pounds = f"£{change.work_allowance_pence / PENCE:,.0f}"
            parts.append(f"the work allowances of Universal Credit are {pounds} a month higher")
        if change.trial_months:
            who = "people who start a job from long-term sickness"
            parts.append(f"{who} keep every benefit in full for {change.trial_months} months")
        what = " and ".join(parts) or "benefits are as the law has them"
        lines.append(f"From {month_name(change.from_month)} {what}.")
    return lines


def subsidy_line(subsidy: SubsidySpec) -> str:
    """Return one subsidy in a sentence or two."""
    parts = [f"{subsidy.months} months at {subsidy.hours_week} hours a week"]
    if subsidy.wage_share:
        cost = "employment cost" if subsidy.covers_employment_cost else "minimum-wage cost"
        parts.append(f"{subsidy.wage_share:.0%} of the {cost} of these hours")
    for pence, what in (
        (subsidy.monthly_pence, "a month to the employer"),
        (subsidy.start_pence, "to the employer at the start"),
        (subsidy.end_pence, "to the employer on completion"),
        (subsidy.support_pence, "of support for each start"),
        (subsidy.administration_pence, "of administration for each start"),
    ):
        if pence:
            parts.append(f"£{pence / PENCE:,.0f} {what}")
    limits = [
        f"at most {value:,} {what}"
        for value, what in (
            (subsidy.cap_starts, "starts"),
            (subsidy.cap_starts_month, "starts a month"),
            (subsidy.cap_active, "people at once"),
        )
        if value is not None
    ]
    if subsidy.budget_pence is not None:
        limits.append(f"at most £{subsidy.budget_pence / PENCE:,.0f} in all")
    if subsidy.marginal_only:
        limits.append("only where the employer's headcount has grown")
    window = f"Starts from {month_name(subsidy.start_month)} to {month_name(subsidy.end_month - 1)}"
    who = subsidy.eligibility.english()
    return f"{subsidy.title}, for residents {who}: {', '.join(parts)}. {'; '.join([window, *limits])}."


def command_of(study: Plan) -> str:
    """Return the command that makes the study again; a scenario file is named without its folder."""
    request = study.request
    if study.is_against_baseline:
        words = ["workability", "run", _bare(request.scenario)]
    else:
        words = ["workability", "compare", _bare(str(request.against)), _bare(request.scenario)]
    words += [*draw_words(study), "--seed", str(request.seed), "--sample", f"1:{request.sample}"]
    for key, value in sorted(request.overrides.items()):
        words += ["--set", f"{key}={value}"]
    if request.start is not None:
        words += ["--start", request.start]
    if request.months is not None:
        words += ["--months", str(request.months)]
    if request.event_log:
        words.append("--events")
    return shlex.join(words)


def draw_words(study: Plan) -> list[str]:
    """Return the options that name a study's draws and seeds; one of the evidence's own values says so."""
    request = study.request
    seeds = [] if request.n_seeds is None else ["--seeds", str(request.n_seeds)]
    if not study.drawn.draws:
        return ["--draw", "0", "--seeds", str(request.seeds)] if request.draws else ["--seeds", str(request.seeds)]
    if request.draws is not None:
        return ["--draw", ",".join(map(str, request.draws)), *seeds]
    return ["--seeds", str(request.seeds)] if request.n_draws is None else ["--draws", str(request.n_draws), *seeds]


def _bare(text: str) -> str:
    return text.replace("\\", "/").rpartition("/")[2]
