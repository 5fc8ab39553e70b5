"""What a funding study says of itself: its facts, its manifest, the command that repeats it, what it rests on."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from experiments.cache import hash_of
from experiments.funding_arms import arm_of
from experiments.version import __version__
from results.funding_build import StudyFacts
from results.funding_counts import years_of
from results.funding_stats import words_of
from results.geography import geography_of
from scenarios.fund_specs import CONSTRAINTS

if TYPE_CHECKING:
    from experiments.funding import FundingPlan, FundingRequest
    from results.funding_data import FundingStudy


def command_of(request: FundingRequest) -> str:
    """Return the command that repeats a study."""
    r = request.study
    words = ["workability", "funding", r.scenario, "--sample", f"1:{r.sample}", "--seeds", str(r.seeds)]
    words += ["--seed", str(r.seed)]
    words += ["--months", str(r.months)] if r.months is not None else []
    words += ["--start", r.start] if r.start is not None else []
    words += ["--ends"] if request.ends_only else []
    if request.factors != tuple(CONSTRAINTS):
        words += ["--constraints", ",".join(request.factors)]
    words += ["--allocators", ",".join(request.allocators)] if request.allocators else []
    for key, value in r.overrides.items():
        words += ["--set", f"{key}={value}"]
    return shlex.join(words)


def assumptions_of(study: FundingPlan) -> list[str]:
    """Return what the answer rests on, a sentence each."""
    from scenarios.funding import english
    from scenarios.funds import load_funds

    spec, planned = study.spec, study.plan
    said = [
        "Not calibrated: levels are fitted to published figures, effects of services and behaviour are priors.",
        english(spec),
        "Money is limited from the policy's start on; clients of the months before go on at the expense of who paid.",
        "Flexible money is the same amount in the same years, open to every programme, Place and resident, carried on.",
        f"A service whose money stops loses {spec.leave:.0%} of its staff a month and is whole again "
        f"{spec.ramp_months} months after money returns; money may staff up to {spec.stretch:g} times its places.",
    ]
    if planned.policy.scenario.funding.administration == "none":
        said.append("Running funds and bidding for them costs nothing here (funding.administration=evidence adds it).")
    if study.rest:
        said.append(f"Not varied, and dropped together last: {', '.join(study.rest)}.")
    for fund in load_funds(planned.policy.scenario.region):
        if fund.uncertain:
            said.append(f"{fund.name}: the documents are silent on {', '.join(fund.uncertain)}, which is assumed.")
    return said


def facts_of(study: FundingPlan, seeds: tuple[int, ...]) -> StudyFacts:
    """Return what a study is about.

    Parameters
    ----------
    study : FundingPlan
        The study.
    seeds : tuple of int
        Those that finished.
    """
    from scenarios.programmes import load_catalogue
    from scenarios.vocabulary import month_name

    planned, arm = study.plan, study.plan.policy_arm
    assert arm.services is not None
    catalogue = load_catalogue(planned.policy.scenario.region)
    programmes = tuple(sorted({service.programme for service in arm.services.services}))
    return StudyFacts(
        constraints=study.request.factors,
        allocators=study.allocators,
        geography=geography_of(planned.region),
        months=arm.months,
        sample=study.request.study.sample,
        seeds=seeds,
        years=years_of(range(arm.policy_month, arm.policy_month + arm.months)),
        fund_names=tuple(fund.name for fund in study.spec.funds),
        programmes=programmes,
        fund_titles={fund.name: fund.title for fund in study.spec.funds},
        programme_titles={slug: catalogue[slug].name for slug in programmes},
        assumptions=tuple(assumptions_of(study)),
        scenario=planned.policy.scenario.name,
        first_month=month_name(arm.policy_month),
        run_id=study.content_hash,
        command=command_of(study.request),
    )


def manifest_of(study: FundingPlan, found: FundingStudy) -> dict[str, Any]:
    """Return inputs, and every arm's funding section: they differ in what binds the money, and in who shares it out."""
    section = study.plan.policy.scenario.model_dump(mode="json")["funding"]
    arms = []
    for key in study.arms:
        dropped = [name for name in CONSTRAINTS if name not in key.constraints]
        resolved: Mapping[str, Any] = section | {"regime": "ring-fenced", "drop": dropped, "allocator": key.allocator}
        in_force = words_of(key.mask, study.request.factors, study.rest)
        same = hash_of(replace(arm_of(study.plan.policy_arm, key), name="", funding=None))
        arms.append(
            {"allocator": key.allocator, "mask": key.mask, "in_force": in_force, "funding": resolved, "world": same}
        )
    totals = found.totals
    granted = {} if totals is None else dict(zip(totals["year"], totals["pounds"], strict=True))
    return {
        "content_hash": study.content_hash,
        "inputs": study.plan.inputs,
        "arms": arms,
        "granted_pounds": granted,
        "calibrated": False,
        "written_by": __version__,
    }
