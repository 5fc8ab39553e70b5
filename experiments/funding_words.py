"""What a funding study says of itself: the command that repeats it, and what its answer rests on."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from scenarios.fund_specs import CONSTRAINTS

if TYPE_CHECKING:
    from experiments.funding import FundingPlan, FundingRequest


def command_of(request: FundingRequest) -> str:
    """Return the command that repeats a study."""
    r = request.study
    words = ["workability", "funding", r.scenario, "--sample", f"1:{r.sample}", "--seeds", str(r.n_seeds)]
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
