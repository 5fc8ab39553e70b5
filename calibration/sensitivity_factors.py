"""Factors of a sensitivity analysis: parameters of the evidence, values of the scenario and choices, each with its law.

A share of a factor's law, in [0, 1], stands for a value: a quantile of its prior or of the posterior's draws, a place
between two bounds, or one of several choices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit
from scipy.stats import norm

from calibration.priors import HALF_WIDTH, Prior, prior_of, significant
from evidence.model import Parameter
from experiments.errors import InvalidRequest, UnfitScenarios
from experiments.sensitivity_design import MORRIS
from scenarios.errors import nearest
from scenarios.resolve import Resolved

Floats = NDArray[np.float64]
PARAMETER, KEY, CHOICE = "parameter", "key", "choice"
PRIOR, POSTERIOR = "prior", "posterior"
WITHIN = (PRIOR, POSTERIOR)
OUTER = 0.025
"""Share of a law below the lower end of its 95% interval."""
NOT_CHOSEN = ("region", "name", "baseline", "extends", "horizon.start", "horizon.months")
"""Keys that decide what is compared, over how long, and so cannot be factors."""
MOST_CHOICES = 12
BOUNDS = 2
"""Quantiles of a factor over a range that was given: its ends, which Morris' design reaches."""


@dataclass(frozen=True)
class Factor:
    """One factor. `low`, `high`: ends of its 95% interval, or its bounds.

    `law`: words for it; `prior`, `quantiles` (of the posterior's draws, rising), `options`: what its shares stand for,
    where they do not run evenly between the bounds.
    """

    name: str
    kind: str
    law: str
    low: float
    high: float
    prior: Prior | None = None
    quantiles: tuple[float, ...] = ()
    options: tuple[str, ...] = ()
    is_whole: bool = False
    reach: float = HALF_WIDTH

    @property
    def range_words(self) -> str:
        """Return what the factor is varied over, for readers."""
        if self.options:
            return ", ".join(self.options)
        times = "× " if self.prior is not None and self.prior.is_factor else ""
        return f"{times}{self.low:.4g} to {times}{self.high:.4g}"

    def values(self, share: Floats, method: str) -> Floats:
        """Return values at shares of the law, same shape; of a choice the positions of its options.

        Morris' design walks between the ends of the 95% interval, the others over the whole law.

        Parameters
        ----------
        share : float64, any shape
            Shares in [0, 1].
        method : str
            The design's method.
        """
        if self.options:
            return np.minimum(np.floor(share * len(self.options)), len(self.options) - 1)
        if self.prior is None and not self.quantiles:
            out = self.low + (self.high - self.low) * share
            return np.rint(out) if self.is_whole else significant(np.asarray(out, float))
        if method == MORRIS and len(self.quantiles) != BOUNDS:
            share = OUTER + (1.0 - 2.0 * OUTER) * share
        if self.quantiles:
            out = np.quantile(self.quantiles, share)
            return np.rint(out) if self.is_whole else significant(np.asarray(out, float))
        assert self.prior is not None
        edge = 0.0 if method == MORRIS else float(norm.cdf(-self.reach))
        return self.prior.values(np.asarray(norm.ppf(edge + share * (1.0 - 2.0 * edge)), float))


def z_of(prior: Prior, values: Floats, reach: float) -> Floats:
    """Return places on the standard scale of a prior at which it has these values, kept within its reach.

    Parameters
    ----------
    prior : Prior
        The prior.
    values : float64, any shape
        Values of the parameter.
    reach : float
        Standard deviations at which the scale ends.
    """
    if prior.law == "uniform":
        share = np.clip((values - prior.low) / (prior.high - prior.low), 0.0, 1.0)
        return np.asarray(np.clip(norm.ppf(share), -reach, reach), float)
    into = np.log if prior.law == "lognormal" else logit
    low, high = float(into(prior.low)), float(into(prior.high))
    with np.errstate(divide="ignore"):
        z = (into(values) - (low + high) / 2.0) * (2.0 * HALF_WIDTH) / (high - low)
    return np.asarray(np.clip(z, -reach, reach), float)


def prior_factor(name: str, parameters: Mapping[str, Mapping[str, Parameter]], reach: float) -> Factor:
    """Return a parameter as a factor over its prior.

    Raises
    ------
    InvalidRequest
        If it does not exist, or has no interval that a prior can be made of.
    """
    process, _, short = name.partition(".")
    if process not in parameters or short not in parameters[process]:
        every = [f"{p}.{item}" for p, group in parameters.items() for item in group]
        raise InvalidRequest(f"--vary {name[:80]}: no parameter and no key of the scenario.{nearest(name, every)}")
    try:
        prior = prior_of(process, parameters[process][short])
    except ValueError as problem:
        raise InvalidRequest(f"--vary {name}: {problem}. Or give a range: --vary {name}=LOW..HIGH.") from None
    words = {"lognormal": "log-normal", "logitnormal": "logit-normal"}.get(prior.law, prior.law)
    return Factor(
        name, PARAMETER, f"prior, {words}", prior.low, prior.high, prior, reach=reach, is_whole=prior.is_whole
    )


def within_posterior(factor: Factor, drawn: Sequence[float]) -> Factor:
    """Return a factor over the values that a posterior's draws have for it; its prior stays for the scale of levels.

    Parameters
    ----------
    factor : Factor
        Over its prior.
    drawn : Sequence[float]
        Values of the draws.
    """
    ordered = tuple(sorted(map(float, drawn)))
    low, high = np.quantile(ordered, (OUTER, 1.0 - OUTER))
    return replace(factor, law="draws of the posterior", low=float(low), high=float(high), quantiles=ordered)


def range_factor(
    text: str, parameters: Mapping[str, Mapping[str, Parameter]], resolved: Resolved, reach: float
) -> Factor:
    """Return the factor of `NAME`, over its interval, or of `NAME=LOW..HIGH`; NAME is a parameter or a scenario's key.

    Parameters
    ----------
    text : str
        As given with --vary.
    parameters : mapping
        Process -> name -> parameter.
    resolved : Resolved
        The scenario.
    reach : float
        Standard deviations at which a prior ends.

    Raises
    ------
    InvalidRequest
        If the name is unknown, there is no interval, or the bounds are reversed or no numbers.
    """
    name, sign, bounds = (part.strip() for part in text.partition("="))
    process, _, short = name.partition(".")
    is_parameter = process in parameters and short in parameters[process]
    if not sign:
        if is_parameter or name not in resolved.entries:
            return prior_factor(name, parameters, reach)
        interval = resolved.intervals.get(name)
        if interval is None:
            raise InvalidRequest(
                f"--vary {name}: the scenario gives no interval for it; write --vary {name}=LOW..HIGH."
            )
        low, high = _numbers(name, f"{interval[0]}..{interval[1]}")
    else:
        low, high = _numbers(name, bounds)
    if is_parameter:
        known = parameters[process][short]
        if known.unit == "share" and not isinstance(known.value, tuple) and not (low >= 0.0 and high <= 1.0):
            raise InvalidRequest(f"--vary {text[:80]}: {name} is a share; both bounds lie from 0 to 1.")
        has_prior = known.interval_95 is not None or known.interval_ratio_95 is not None
        prior = prior_factor(name, parameters, reach).prior if has_prior else None
        found = Factor(
            name, PARAMETER, "even over a range given", low, high, prior, (), (), isinstance(known.value, int)
        )
        # evenly between the bounds, like a posterior of two draws; the prior stays for the scale of levels
        return replace(found, quantiles=(low, high)) if prior else found
    if process in parameters:  # meant as a parameter: say which there are
        prior_factor(name, parameters, reach)
    if name in NOT_CHOSEN:
        raise InvalidRequest(f"--vary {name}: it decides what is compared and cannot be varied. Leave it out.")
    entry = resolved.entries.get(name)
    is_whole = isinstance(entry.value, int) if entry is not None else low == int(low) and high == int(high)
    return Factor(name, KEY, "even over a range given" if sign else "even over the scenario's interval", low, high,
                  is_whole=is_whole)  # fmt: skip


def _numbers(name: str, bounds: str) -> tuple[float, float]:
    """Return two bounds.

    Raises
    ------
    InvalidRequest
        If they are no numbers, or reversed.
    """
    words = bounds.split("..")
    try:
        low, high = (float(word.replace("£", "").replace(",", "").replace("_", "x")) for word in words)
    except ValueError:
        raise InvalidRequest(
            f"--vary {name}={bounds[:40]}: write two numbers, such as --vary {name}=0.2..0.6."
        ) from None
    if not (np.isfinite(low) and np.isfinite(high)):
        raise InvalidRequest(f"--vary {name}={bounds[:40]}: both bounds must be finite.")
    if low >= high:
        raise InvalidRequest(
            f"--vary {name}={bounds[:40]}: the range is reversed or empty; write the lower bound first: "
            f"{name}={high:g}..{low:g}."
        )
    return low, high


def choice_factor(text: str) -> Factor:
    """Return the factor of `KEY=A,B,...`: a key of the scenario that takes one of several values.

    Raises
    ------
    InvalidRequest
        If there is no key, fewer than two values, too many, or one of them twice.
    """
    key, sign, rest = (part.strip() for part in text.partition("="))
    options = tuple(word.strip() for word in rest.split(",") if word.strip())
    if not sign or not key or len(options) < 2:
        raise InvalidRequest(
            f"--choose {text[:80]}: write KEY=A,B with at least two values, such as "
            "--choose context=weak-demand,strong-demand."
        )
    if len(set(options)) < len(options) or len(options) > MOST_CHOICES:
        raise InvalidRequest(f"--choose {text[:80]}: name each value once, {MOST_CHOICES} at most.")
    if key in NOT_CHOSEN:
        raise InvalidRequest(f"--choose {key}: it decides what is compared and cannot be varied. Leave it out.")
    return Factor(key, CHOICE, "choice", 0.0, len(options) - 1.0, options=options)


def only(factors: Sequence[Factor], wanted: Sequence[str], groups: Mapping[str, Iterable[str]]) -> tuple[Factor, ...]:
    """Return the factors that `--only` names: by name, by a pattern with `*`, or by their group.

    Parameters
    ----------
    factors : Sequence[Factor]
        All factors.
    wanted : Sequence[str]
        Names.
    groups : mapping
        Name of a group -> names of its parameters.

    Raises
    ------
    InvalidRequest
        If a name fits none.
    """
    names = [factor.name for factor in factors]
    keep: set[str] = set()
    for word in wanted:
        found = {name for name in names if fnmatchcase(name, word)} | (set(groups.get(word, ())) & set(names))
        if not found:
            raise InvalidRequest(
                f"--only {word[:80]}: no factor and no group of this analysis.{nearest(word, [*names, *groups])} "
                "Add a factor with --vary, or see them all with --dry-run."
            )
        keep |= found
    return tuple(factor for factor in factors if factor.name in keep)


def refuse_if_doubled(factors: Sequence[Factor], set_by_scenario: Iterable[str], overridden: Iterable[str]) -> None:
    """Refuse a factor that is named twice, or whose value is set elsewhere, so that varying it would do nothing.

    Parameters
    ----------
    factors : Sequence[Factor]
        The factors.
    set_by_scenario : iterable of str
        Parameters that an arm sets in place of the evidence.
    overridden : iterable of str
        Keys given with --set.

    Raises
    ------
    InvalidRequest, UnfitScenarios
        If there is one.
    """
    names = [factor.name for factor in factors]
    for name in names:
        if names.count(name) > 1:
            raise InvalidRequest(f"'{name}' is a factor twice; keep one of --vary and --choose.")
        if name in set_by_scenario:
            raise UnfitScenarios(
                f"'{name}' is set by the scenario, which wins over any factor. Leave it out of --vary."
            )
        if name in overridden:
            raise InvalidRequest(f"--set {name} and --vary or --choose {name} contradict each other; keep one.")
