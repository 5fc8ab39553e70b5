"""How evaluations count: who took part, who was recruited, and what became of them beside their twins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import evidence
from experiments.trials import Followed, helping, lottery, paired_trial
from scenarios import safe_yaml
from scenarios.arm import ArmSpec
from scenarios.eligibility import Rule
from scenarios.region_names import region_names
from scenarios.rule_grammar import parse_rule
from simulation.eligibility_pass import compile_rules, resident_masks
from simulation.model import RegionModel
from simulation.output import SUBSIDY_ITEMS
from simulation.run import simulate
from simulation.start import Start

TRIALS = Path(__file__).parent / "evaluations" / "trials.yaml"
_KEYS = ("title", "kind", "eligibility")
_FORM = ("completion_months", "drop_out", "attrition_waiting")
"""What describes a desk and not what help does; a trial has no desk."""


@dataclass(frozen=True)
class TrialPlan:
    """A trial: its title, the kind of help, and whom it recruits from."""

    title: str
    kind: str
    rule: Rule


@cache
def trial_plans(region: str) -> Mapping[str, TrialPlan]:
    """Return the trials by name.

    Parameters
    ----------
    region : whose Places rules may name.

    Raises
    ------
    ScenarioError
        If an entry has other keys, an unknown kind of help, or a rule that cannot be.
    """
    document = safe_yaml.read(TRIALS, "calibration/evaluations/trials.yaml")
    kinds = evidence.programme_effects()
    out = {}
    for name, entry in document.data.items():
        spot = document.spot / name
        for key in entry:
            if key not in _KEYS:
                raise (spot / key).unknown(key, "key", _KEYS)
        for key in _KEYS:
            if key not in entry:
                raise spot.error(f"'{key}' is missing", ", ".join(_KEYS), "Add it")
        if entry["kind"] not in kinds:
            raise (spot / "kind").unknown(entry["kind"], "kind of help", kinds)
        rule = parse_rule(entry["eligibility"], region_names(region), spot / "eligibility")
        out[name] = TrialPlan(str(entry["title"]), str(entry["kind"]), rule)
    return out


def followed(start: Start, arms: tuple[ArmSpec, ...], seed: int, threads: int) -> tuple[Followed, Followed]:
    """Return what became of everybody under two arms that share their draws.

    Parameters
    ----------
    start : the region's start.
    arms : the one without policy, then the other.
    seed, threads : of the run.
    """
    named = tuple(replace(each, name=str(i)) for i, each in enumerate(arms))
    seen = {each.name: Followed() for each in named}
    simulate(start, named, seed=seed, threads=threads, observe=lambda model: seen[model.arm.name].see(model))
    return seen["0"], seen["1"]


def started(twin: Followed, treated: Followed, later: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of participants who can still be asked so many months after their start, and that month.

    Parameters
    ----------
    twin, treated : both arms.
    later : months after the start.
    """
    last = len(treated.work) - 1
    who = np.flatnonzero((treated.started >= 0) & (treated.started + later <= last))
    month = treated.started[who] + later
    here = np.stack(treated.here)[month, who] & np.stack(twin.here)[month, who]
    return who[here], month[here]


def starts(start: Start, arm: ArmSpec, seed: int, threads: int) -> int:
    """Return the subsidised starts of one arm over its life.

    Parameters
    ----------
    start, arm : the region's start and the arm.
    seed, threads : of the run.
    """
    output = simulate(start, (arm,), seed=seed, threads=threads)[0]
    return int(output.subsidies[..., SUBSIDY_ITEMS.index("started")].sum())


def trial_of(
    start: Start,
    base: ArmSpec,
    plan: TrialPlan,
    effects: Mapping[str, float],
    recruits: float,
    seed: int,
    threads: int,
) -> tuple[float, float]:
    """Return helped less control in work at the last month, percentage points, and controls in work, percent.

    Both groups are set against their own twins first. In expectation that is the difference of the two groups, which
    the lot made alike; it is only less blurred by who happened to be in which.

    Parameters
    ----------
    start, base : the region's start; the arm of both worlds.
    plan : the trial.
    effects : what help does, by name; what describes a desk is left out.
    recruits : share of those who fit the rule who are recruited.
    seed, threads : of the run.
    """
    service = helping(
        plan.kind,
        plan.kind,
        {name: value for name, value in effects.items() if name not in _FORM},
        effects.get("completion_months", 1.0),
    )
    taken: list[NDArray[np.bool_]] = []

    def choose(model: RegionModel) -> NDArray[np.bool_]:
        c = model.columns
        fits = (resident_masks(compile_rules([plan.rule]), c, model.month - 1, threads)[:, 0] & np.uint64(1)) == 1
        taken.append(fits & (lottery(model, "who is recruited", c.id) < recruits))
        helped: NDArray[np.bool_] = taken[0] & (lottery(model, "who is helped", c.id) < 0.5)
        return helped

    twin, trial, helped = paired_trial(start, base, service, choose, seed=seed, threads=threads)
    here = taken[0] & trial.here[-1] & twin.here[-1]
    gain = trial.work[-1].astype(float) - twin.work[-1]
    groups = (here & helped, here & ~helped)
    if not all(group.any() for group in groups):
        return float("nan"), float("nan")
    control = groups[1]
    difference = gain[groups[0]].mean() - gain[control].mean()
    return 100.0 * float(difference), 100.0 * float(trial.work[-1][control].mean())
