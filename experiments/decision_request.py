"""What is asked of a decision, checked before anything runs: options, what they are judged by, and the weights."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from experiments.errors import InvalidRequest, UnfitScenarios
from experiments.plans import has_subject, subject_of
from experiments.requests import Request
from results.appraisal_figures import EXCHEQUER
from results.decision_figures import CRITERIA, VALUES
from scenarios.errors import nearest

MOST_OPTIONS = 12
HIGHEST_WEIGHT = 1e6


@dataclass(frozen=True)
class DecisionRequest:
    """Which options are decided between, each against the same baseline on the same draws and seeds.

    `study`: draws, seeds, sample and means, the same for each option; its `scenario` is the first option, its `out` the
    folder under which runs are kept. `weights`: criterion -> weight, empty for equal ones. `out`: the folder under
    which decisions are kept.
    """

    options: tuple[str, ...]
    study: Request
    value: str = EXCHEQUER
    weights: tuple[tuple[str, float], ...] = ()
    out: Path = Path("decide")

    def __post_init__(self) -> None:
        """Refuse what cannot be asked, before anything is loaded."""
        if not self.options:
            raise InvalidRequest("Name at least one option, such as: workability decide kickstart jobs-guarantee.")
        if len(self.options) > MOST_OPTIONS:
            raise InvalidRequest(f"{len(self.options)} options: give {MOST_OPTIONS} at most.")
        for i, option in enumerate(self.options):
            if option in self.options[:i]:
                raise InvalidRequest(f"The option '{option}' is named twice; keep one.")
        if self.value not in VALUES:
            raise InvalidRequest(f"--value {self.value[:40]}: write {', '.join(VALUES[:-1])} or {VALUES[-1]}.")

    def requests(self) -> tuple[Request, ...]:
        """Return the paired study of each option."""
        own = option_overrides(self.options, self.study.overrides)
        return tuple(
            replace(self.study, scenario=option, overrides=mine) for option, mine in zip(self.options, own, strict=True)
        )

    @property
    def command(self) -> str:
        """Return the command that repeats the decision; files are named without their folders."""
        r = self.study
        words = ["workability", "decide", *(option.replace("\\", "/").rpartition("/")[2] for option in self.options)]
        for name, number in (("--draws", r.n_draws), ("--seeds", r.n_seeds)):
            words += [name, str(number)] if number is not None else []
        words += ["--draw", ",".join(map(str, r.draws))] if r.draws is not None else []
        words += ["--seed", str(r.seed), "--sample", f"1:{r.sample}"]
        words += ["--start", r.start] if r.start is not None else []
        words += ["--months", str(r.months)] if r.months is not None else []
        words += ["--value", self.value] if self.value != EXCHEQUER else []
        words += ["--weights", ",".join(f"{k}={v:g}" for k, v in self.weights)] if self.weights else []
        for key, value in sorted(r.overrides.items()):
            words += ["--set", f"{key}={value}"]
        return shlex.join(words)


def parse_weights(text: str | None) -> tuple[tuple[str, float], ...]:
    """Return criterion and weight of `jobs=2,fiscal=1`, in the order of the criteria; those not named weigh nothing.

    Raises
    ------
    InvalidRequest
        If a criterion is unknown or named twice, a weight is no number, negative or too large, or all are 0.
    """
    if text is None:
        return ()
    found: dict[str, float] = {}
    for part in text.split(","):
        name, sign, value = (word.strip() for word in part.partition("="))
        if not sign:
            raise InvalidRequest(f"--weights {part[:40]}: write criterion=weight, such as jobs=2,fiscal=1.")
        if name not in CRITERIA:
            raise InvalidRequest(
                f"--weights {part[:40]}: there is no criterion '{name[:40]}'; there are {', '.join(CRITERIA)}."
                f"{nearest(name, CRITERIA)}"
            )
        if name in found:
            raise InvalidRequest(f"--weights {part[:40]}: '{name}' is weighed twice; keep one.")
        found[name] = _weight(part, value)
    if not any(found.values()):
        raise InvalidRequest("--weights: every weight is 0; give at least one criterion a weight above 0.")
    return tuple((name, found.get(name, 0.0)) for name in CRITERIA)


def _weight(part: str, value: str) -> float:
    """Return one weight."""
    try:
        weight = float(value)
    except ValueError:
        weight = math.nan
    if not (math.isfinite(weight) and 0 <= weight <= HIGHEST_WEIGHT):
        raise InvalidRequest(
            f"--weights {part[:40]}: give a number from 0 to {HIGHEST_WEIGHT:,.0f}; only proportions matter, so that "
            "jobs=2,fiscal=1 counts jobs twice."
        )
    return weight


def option_overrides(options: Sequence[str], overrides: Mapping[str, str]) -> list[dict[str, str]]:
    """Return each option's own part of what is set: all of the world's, and of its subjects those that it has.

    Parameters
    ----------
    options : sequence of str
        Scenarios.
    overrides : mapping
        Dotted key -> value as text.

    Raises
    ------
    UnfitScenarios
        If no option has the subsidy, incentive or programme that a key names.
    """
    from scenarios.resolve import resolve

    subjects = {key: subject_of(key) for key in overrides}
    if all(subject is None for subject in subjects.values()):
        return [dict(overrides) for _ in options]
    entries = [resolve(option).entries for option in options]
    out: list[dict[str, str]] = [{} for _ in options]
    for key, value in overrides.items():
        subject = subjects[key]
        holders = [k for k, own in enumerate(entries) if subject is None or has_subject(own, subject)]
        if not holders and key.startswith(("services.", "funding.")):
            holders = list(range(len(options)))  # a change that none has yet is made to all
        if not holders:
            raise UnfitScenarios(f"--set {key}: none of {', '.join(options)} has '{subject}'.")
        for k in holders:
            out[k][key] = value
    return out
