"""Reading what the calibration varies, what it holds fixed and why, and the conventions of the fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from pathlib import Path

from evidence import entries, known, loading
from evidence.errors import EvidenceError
from evidence.model import Parameter, Source

FILE = "calibration.yaml"
SECTIONS = ("vary", "policy", "fixed", "fit", "discrepancy")
DEFAULT = "default"
"""Key of the discrepancy of figures without one of their own."""


@dataclass(frozen=True)
class FitConventions:
    """How the fit works: sizes and lengths that are choices of method.

    `sample` one resident in so many; months of the controlled run, of its end over which levels are averaged, of
    settling with frozen levels, and measured; designs of each wave; designs run twice; draws shipped; draws run with
    every resident before the posterior is drawn, and as many of those shipped; draws in which a published evaluation
    is run again; implausibility above which a design is ruled out; standard deviations that a prior reaches.
    """

    sample: int
    controlled_months: int
    averaged_months: int
    settled_months: int
    measured_months: int
    waves: tuple[int, ...]
    replicates: int
    draws: int
    full_scale: int
    evaluated: int
    implausibility: float
    reach: float


@dataclass(frozen=True)
class Calibrating:
    """What the calibration does with every parameter.

    `vary` and `policy`: names as `process.name`; `fixed`: name -> reason; `discrepancy`: measure -> share of the
    figure, with DEFAULT.
    """

    vary: tuple[str, ...]
    policy: tuple[str, ...]
    fixed: Mapping[str, str]
    fit: FitConventions
    discrepancy: Mapping[str, Parameter]


def _names(raw: object, file: str, key: str, every: Sequence[str]) -> tuple[str, ...]:
    names = tuple(str(item) for item in loading.sequence(raw, file, key))
    for position, name in enumerate(names):
        if name not in every:
            message = f"parameter '{name}' does not exist; write process.name.{loading.nearest(name, every)}"
            raise EvidenceError(file, f"{key}[{position}]", message)
    return names


def _fixed(raw: object, file: str, every: Sequence[str], varied: Sequence[str]) -> dict[str, str]:
    out: dict[str, str] = {}
    for position, item in enumerate(loading.sequence(raw, file, "fixed")):
        key = f"fixed[{position}]"
        entry = loading.mapping(item, file, key)
        loading.check_keys(entry, file, key, ("names", "reason"), ())
        for pattern in loading.sequence(entry["names"], file, f"{key}.names"):
            matched = [name for name in every if fnmatchcase(name, str(pattern)) and name not in varied]
            if not matched:
                raise EvidenceError(file, f"{key}.names", f"'{pattern}' names no parameter that is not varied; drop it")
            for name in matched:
                if name in out:
                    raise EvidenceError(file, f"{key}.names", f"'{name}' is listed twice; keep it under one reason")
                out[name] = loading.text(entry, "reason", file, key)
    return out


def _fit(raw: object, file: str) -> FitConventions:
    entry = loading.mapping(raw, file, "fit")
    names = [f.name for f in fields(FitConventions)]
    loading.check_keys(entry, file, "fit", names, ())
    found: dict[str, int | float | tuple[int, ...]] = {}
    for name in names:
        key = f"fit.{name}"
        if name == "waves":
            sizes = tuple(loading.sequence(entry[name], file, key))
            whole = [loading.number(size, file, key) for size in sizes]
            if not whole or any(size != int(size) or size < 1 for size in whole):
                raise EvidenceError(file, key, f"found {list(sizes)}; give a list of whole numbers of at least 1")
            found[name] = tuple(int(size) for size in whole)
            continue
        value = loading.number(entry[name], file, key)
        if value <= 0:
            raise EvidenceError(file, key, f"found {value}; it is above 0")
        found[name] = float(value) if name in ("implausibility", "reach") else int(value)
    return FitConventions(**found)  # type: ignore[arg-type]


def read_calibration(
    root: Path, sources: Mapping[str, Source], parameters: Mapping[str, Mapping[str, Parameter]]
) -> Calibrating:
    """Return what the calibration does with every parameter.

    Parameters
    ----------
    root
        The evidence folder.
    sources
        All publications by id.
    parameters
        Process -> name -> parameter; each must stand in exactly one section.

    Raises
    ------
    EvidenceError
        If a name is unknown, listed twice or left out, or a varied parameter has no interval.
    """
    path = root / FILE
    file = loading.show(root, path)
    raw = loading.mapping(loading.read_yaml(root, path), file, "")
    loading.check_keys(raw, file, "", SECTIONS, ())
    every = [f"{process}.{name}" for process, items in parameters.items() for name in items]
    vary, policy = (_names(raw[key], file, key, every) for key in ("vary", "policy"))
    for name in (*vary, *policy):
        if (*vary, *policy).count(name) > 1:
            raise EvidenceError(file, "vary", f"'{name}' is listed twice; keep it once")
        process, _, short = name.partition(".")
        item = parameters[process][short]
        if item.interval_95 is None and item.interval_ratio_95 is None:
            raise EvidenceError(file, "vary", f"'{name}' has no interval in parameters/{process}.yaml; give it one")
    fixed = _fixed(raw["fixed"], file, every, (*vary, *policy))
    left = sorted(set(every) - set(vary) - set(policy) - set(fixed))
    if left:
        raise EvidenceError(file, "fixed", f"{', '.join(left)}: vary it, or list it under 'fixed' with a reason")
    shares = {
        name: entries.read_parameter(
            loading.mapping(item, file, f"discrepancy.{name}"), name, sources, file, f"discrepancy.{name}"
        )
        for name, item in loading.mapping(raw["discrepancy"], file, "discrepancy").items()
    }
    if DEFAULT not in shares:
        raise EvidenceError(file, f"discrepancy.{DEFAULT}", "is missing; it holds for figures without one of their own")
    for name in shares:
        if name != DEFAULT:
            loading.one_of(name, known.MEASURES, file, f"discrepancy.{name}")
    return Calibrating(vary, policy, fixed, _fit(raw["fit"], file), shares)
