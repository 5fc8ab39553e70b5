"""Vectors of a sensitivity analysis in the model's own terms: values that it can hold, and levels to go with them.

A vector whose hazards the model cannot hold is drawn towards the middle of the laws, process by process, just as far
as it must be; it keeps its place in the design. Levels are what the calibration's rule gives the vector, so that the
region's stocks stay where its figures say; where a region has no bank of designs, they stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

import evidence
from calibration.bank import Study, level_columns
from calibration.level_rule import LevelRule, learn
from calibration.matching import World
from calibration.priors import prior_of
from calibration.sensitivity_factors import PARAMETER, Factor, z_of
from calibration.support import is_supported
from evidence.model import Parameter
from experiments.assumptions import DESIGN_BANK
from experiments.errors import InvalidRequest, MissingData
from experiments.posterior import refuse_if_stale
from experiments.sensitivity_design import Design
from simulation.registry import PROCESSES
from simulation.run import levels_of
from simulation.start import Levels
from simulation.thresholds import LEVELS

Floats = NDArray[np.float64]
ROW, ID, PULLED, REPEATED = "row", "id", "pulled", "repeated"
VALUE = "value."
MIDDLE = 0.5
HALVINGS = 7
"""Steps of the search for the furthest vector that can be held: within a hundredth of the way."""
RULE, HELD = "rule", "held"
LEVEL_CHOICES = (RULE, HELD)


@dataclass
class Support:
    """Says whether the model can hold the values of one process, remembering what was asked before.

    `parameters`: process -> name -> parameter of the evidence.
    """

    parameters: Mapping[str, Mapping[str, Parameter]]
    known: dict[tuple[str, tuple[tuple[str, float], ...]], bool] = field(default_factory=dict)

    def holds(self, process: str, values: Mapping[str, float]) -> bool:
        """Return whether the model can hold a process with these values and the evidence's own of all others.

        Parameters
        ----------
        process : str
            A process.
        values : mapping
            'process.name' -> value, of this process alone.
        """
        if process not in PROCESSES:
            return True
        key = process, tuple(sorted(values.items()))
        if key not in self.known:
            self.known[key] = is_supported(self.parameters, values, process)
        return self.known[key]


def refuse_if_middle_is_out(factors: Sequence[Factor], support: Support, method: str) -> None:
    """Refuse factors with whose middle values the model cannot hold a process: there is nothing to draw towards.

    Raises
    ------
    InvalidRequest
        If there is such a process; the message names its factors.
    """
    for process, members in by_process(factors).items():
        middle = {factors[k].name: float(factors[k].values(np.array(MIDDLE), method)) for k in members}
        if not support.holds(process, middle):
            shown = ", ".join(f"{name} {value:.4g}" for name, value in middle.items())
            raise InvalidRequest(
                f"--vary: in the middle of its ranges the process '{process}' has hazards that the model cannot hold "
                f"({shown}). Give ranges nearer to the evidence's values."
            )


def refuse_if_out_of_support(factors: Sequence[Factor], given: Sequence[str], support: Support, method: str) -> None:
    """Refuse a range given by the user at whose end, all else in the middle, the model cannot hold a process.

    Parameters
    ----------
    factors : Sequence[Factor]
        All factors.
    given : Sequence[str]
        Names of those whose range was given.
    support : Support
        What can be held.
    method : str
        The design's method.

    Raises
    ------
    InvalidRequest
        If an end is outside.
    """
    for process, members in by_process(factors).items():
        middle = {factors[k].name: float(factors[k].values(np.array(MIDDLE), method)) for k in members}
        for k in members:
            factor = factors[k]
            for end in (factor.low, factor.high) if factor.name in given else ():
                if not support.holds(process, {**middle, factor.name: end}):
                    raise InvalidRequest(
                        f"--vary {factor.name}={factor.low:g}..{factor.high:g}: at {end:g} the process '{process}' has "
                        "hazards that the model cannot hold. Narrow the range."
                    )


def by_process(factors: Sequence[Factor]) -> dict[str, list[int]]:
    """Return process -> positions of its parameters among the factors."""
    out: dict[str, list[int]] = {}
    for k, factor in enumerate(factors):
        if factor.kind == PARAMETER:
            out.setdefault(factor.name.partition(".")[0], []).append(k)
    return out


def held_values(design: Design, factors: Sequence[Factor], support: Support) -> tuple[Floats, Floats]:
    """Return values of every vector that the model can hold, and how far each was drawn to the middle.

    Parameters
    ----------
    design : Design
        The design.
    factors : Sequence[Factor]
        Its factors, in order.
    support : Support
        What can be held.

    Returns
    -------
    values : float64, shape (rows, factors)
        Values; of a choice the position of its option.
    pulled : float64, shape (rows,)
        0 where the vector is as designed, 1 where some process stands in its middle.
    """
    out = np.stack([factor.values(design.u[:, k], design.method) for k, factor in enumerate(factors)], axis=1)
    pulled = np.zeros(len(design))
    for process, members in by_process(factors).items():
        names = [factors[k].name for k in members]
        for row in range(len(design)):
            if support.holds(process, dict(zip(names, out[row, members].tolist(), strict=True))):
                continue
            good, bad, kept = 0.0, 1.0, None
            for _ in range(HALVINGS):
                trial = (good + bad) / 2.0
                share = MIDDLE + trial * (design.u[row, members] - MIDDLE)
                found = [float(factors[k].values(s, design.method)) for k, s in zip(members, share, strict=True)]
                if support.holds(process, dict(zip(names, found, strict=True))):
                    good, kept = trial, found
                else:
                    bad = trial
            middle = [float(factors[k].values(np.array(MIDDLE), design.method)) for k in members]
            out[row, members] = middle if kept is None else kept
            pulled[row] = max(pulled[row], 1.0 - good)
    return out, pulled


def bank_path(region: str) -> Path:
    """Return where a region's bank of designs is kept."""
    return Path(evidence.__file__).parent / "regions" / region / DESIGN_BANK


@lru_cache(maxsize=1)
def _rule(study: Study, changed: int) -> LevelRule:
    """Return the rule of levels of a region's bank, learned once for as long as the bank is the same."""
    return learn(pd.read_parquet(bank_path(study.name)), _world(study), study.places)


def _world(study: Study) -> World:
    return World(study.what.vary, study.law, study.tightness, study.what.fit.reach)


def refuse_without_rule(study: Study) -> None:
    """Refuse the rule of levels of a region that has no bank of designs, or one made for something else.

    Raises
    ------
    MissingData
        If there is none, or it was made for other evidence or another model.
    """
    posterior = evidence.posterior(study.region)
    if posterior is None or not bank_path(study.name).is_file():
        raise MissingData(
            f"--levels rule: the region '{study.name}' has no bank of designs that a rule could be learned from. "
            f"Calibrate it: workability calibrate {study.name}; or keep its levels as they are: --levels held."
        )
    refuse_if_stale(posterior, study.region, study.values)


def levels_for(study: Study, factors: Sequence[Factor], values: Floats, how: str) -> list[Levels]:
    """Return the levels of every vector.

    Parameters
    ----------
    study : Study
        The region.
    factors : Sequence[Factor]
        The factors.
    values : float64, shape (rows, factors)
        Their values.
    how : str
        RULE, by the calibration's rule, or HELD, the region's own.
    """
    if how == HELD:
        return [levels_of(study.region.levels, study.places)] * len(values)
    path = bank_path(study.name)
    names = {factor.name: k for k, factor in enumerate(factors)}
    reach = study.what.fit.reach
    x = np.zeros((len(values), len(study.what.vary)))
    for column, name in enumerate(study.what.vary):
        process, _, short = name.partition(".")
        item = study.values[process][short]
        prior = prior_of(process, item)
        own = 1.0 if prior.is_factor else float(item.value)  # type: ignore[arg-type]
        given = values[:, names[name]] if name in names else np.full(len(values), own)
        x[:, column] = z_of(prior, given, reach)
    world = _world(study)
    with threadpool_limits(1):  # the matrices are small: threads of theirs would only wait for each other
        rule = _rule(study, path.stat().st_mtime_ns)
        asked = np.concatenate([x, np.zeros((len(x), world.n - x.shape[1]))], axis=1)  # totals as the figures say
        return rule.levels(asked, np.repeat(study.law.mean[None], len(x), axis=0))


def vector_table(design: Design, factors: Sequence[Factor], study: Study, support: Support, how: str) -> pd.DataFrame:
    """Return one row a vector: its place, its sample id, values, levels, and how far it was drawn to the middle.

    Parameters
    ----------
    design, factors : Design and Sequence[Factor]
        The design and its factors.
    study, support : Study and Support
        The region, and what the model can hold.
    how : str
        How levels are found: RULE or HELD.
    """
    values, pulled = held_values(design, factors, support)
    levels = levels_for(study, factors, values, how)
    flat = np.array([[*level.place.T.ravel(), level.slots, level.standard_shift] for level in levels])
    head = pd.DataFrame({ROW: np.arange(len(design)), ID: design.ids(), PULLED: pulled, REPEATED: design.repeated})
    body = pd.DataFrame(values, columns=[f"{VALUE}{factor.name}" for factor in factors])
    return pd.concat([head, body, pd.DataFrame(flat, columns=level_columns(study.places))], axis=1)


def levels_in(row: Mapping[str, float], places: Sequence[str]) -> Levels:
    """Return the levels of one row of a table of vectors."""
    flat = [float(row[name]) for name in level_columns(places)]
    place = np.array(flat[:-2]).reshape(len(LEVELS), len(places)).T
    return Levels(np.ascontiguousarray(place), flat[-2], round(flat[-1]))
