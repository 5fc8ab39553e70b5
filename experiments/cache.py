"""Starting populations and stationary starts kept on disk under the hash of what they are made from.

An entry is a zip of NumPy arrays and one description of how they fit together; nothing in it is code. Zip's
checksum of every array is verified at reading, and an entry that fails it, or does not fit, is made anew.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import json
import os
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import numpy as np
import pandas as pd

from experiments.first_compile import compiled_alongside
from experiments.folders import cache_folder, write_whole
from experiments.version import source_hash

if TYPE_CHECKING:
    from evidence.model import Draw, Parameter, Region
    from scenarios.arm import ArmSpec
    from simulation.population import Population
    from simulation.start import Start

T = TypeVar("T")
GIGABYTE = 1 << 30
DEFAULT_CAP_GIGABYTES = 4.0
OURS = ("simulation.", "scenarios.", "evidence.")
"""Modules whose dataclasses and named tuples an entry may hold."""
UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, ImportError, EOFError, zipfile.BadZipFile)


def _describe(value: Any, arrays: dict[str, np.ndarray[Any, Any]]) -> Any:
    """Return a JSON description of a value and put its arrays into `arrays`."""
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject:
            value = value.astype(str)
        name = f"a{len(arrays)}"
        arrays[name] = value
        return {"array": name}
    if isinstance(value, np.generic):
        return {"scalar": value.item(), "dtype": value.dtype.str}
    if isinstance(value, pd.DataFrame):
        columns = [[str(c), str(value[c].dtype), _describe(value[c].to_numpy(), arrays)] for c in value.columns]
        return {"frame": columns, "n": len(value)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _describe_fields(value, tuple(f.name for f in dataclasses.fields(value)), arrays)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return _describe_fields(value, value._fields, arrays)
    if isinstance(value, Mapping):
        return {"map": [[_describe(k, arrays), _describe(v, arrays)] for k, v in value.items()]}
    if isinstance(value, tuple | list):
        return {type(value).__name__ if type(value) is list else "tuple": [_describe(v, arrays) for v in value]}
    if value is None or isinstance(value, bool | int | float | str):
        return {"plain": value}
    raise TypeError(f"a value of type {type(value).__name__} cannot be cached")


def _describe_fields(value: Any, names: tuple[str, ...], arrays: dict[str, np.ndarray[Any, Any]]) -> Any:
    """Return the description of a value with named fields of one of our classes."""
    kind = type(value)
    if not kind.__module__.startswith(OURS):
        raise TypeError(f"{kind.__module__}.{kind.__qualname__} cannot be cached")
    state = {name: _describe(getattr(value, name), arrays) for name in names}
    return {"class": [kind.__module__, kind.__qualname__], "fields": state}


def _rebuild(text: Any, arrays: Mapping[str, np.ndarray[Any, Any]]) -> Any:
    """Return the value that `_describe` described."""
    if "array" in text:
        return arrays[text["array"]]
    if "plain" in text:
        return text["plain"]
    if "scalar" in text:
        return np.dtype(text["dtype"]).type(text["scalar"])
    if "tuple" in text:
        return tuple(_rebuild(v, arrays) for v in text["tuple"])
    if "list" in text:
        return [_rebuild(v, arrays) for v in text["list"]]
    if "map" in text:
        return {_rebuild(k, arrays): _rebuild(v, arrays) for k, v in text["map"]}
    if "frame" in text:
        columns = {name: pd.Series(_rebuild(v, arrays)).astype(dtype) for name, dtype, v in text["frame"]}
        return pd.DataFrame(columns, index=pd.RangeIndex(text["n"]))
    module, name = text["class"]
    if not module.startswith(OURS):
        raise ValueError(f"{module} is not a module of the model")
    kind: Any = getattr(importlib.import_module(module), name)
    if not hasattr(kind, "__dataclass_fields__") and not hasattr(kind, "_fields"):
        raise ValueError(f"{module}.{name} holds no columns")
    return kind(**{key: _rebuild(v, arrays) for key, v in text["fields"].items()})


def save(path: Path, value: object) -> None:
    """Write a dataclass of arrays to one file, whole or not at all."""
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    text = json.dumps(_describe(value, arrays))

    def write(file: BinaryIO) -> None:
        np.savez(file, allow_pickle=False, description=np.frombuffer(text.encode(), np.uint8), **arrays)

    write_whole(path, write)


def load(path: Path) -> Any:
    """Return what `save` wrote.

    Raises
    ------
    ValueError, OSError, zipfile.BadZipFile
        If the file is truncated, altered or does not fit the present classes.
    """
    with path.open("rb") as file, np.load(file, allow_pickle=False) as entries:
        arrays = {name: entries[name] for name in entries.files}
    return _rebuild(json.loads(arrays.pop("description").tobytes()), arrays)


def parameters_hash(parameters: Mapping[str, Mapping[str, Parameter]]) -> str:
    """Return 16 hex digits over the values and units of all parameters."""
    table = [
        (process, name, item.value, item.unit)
        for process, items in sorted(parameters.items())
        for name, item in sorted(items.items())
    ]
    return hash_of(table)


@cache
def rules_hash() -> str:
    """Return 16 hex digits over the evidence that belongs to no region: rates by financial year, costs, prices."""
    from evidence.registry import PACKAGED

    digest = hashlib.sha256()
    for path in sorted([*(PACKAGED / "rules").glob("*.yaml"), *PACKAGED.glob("*.yaml"), *PACKAGED.glob("*.csv")]):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def hash_of(*parts: object) -> str:
    """Return 16 hex digits over the canonical JSON of the parts."""
    text = json.dumps(parts, sort_keys=True, default=_plain, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(value: object) -> object:
    """Return something JSON can write for a value that it cannot."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, set | frozenset):
        return sorted(str(v) for v in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)


def cached(kind: str, key: str, make: Callable[[], T]) -> T:
    """Return the cached value of `key`, or make, keep and return it.

    Parameters
    ----------
    kind : str
        Folder of the cache, such as `population`.
    key : str
        Hash of everything the value depends on.
    make : Callable
        Makes the value if it is missing or unreadable.
    """
    path = cache_folder() / kind / f"{key}.npz"
    if path.is_file():
        try:
            value: T = load(path)
            os.utime(path)
            return value
        except UNREADABLE:
            path.unlink(missing_ok=True)
    value = make()
    try:
        save(path, value)
        trim()
    except OSError:
        pass  # a cache that cannot be written costs time, not the run
    return value


def trim() -> None:
    """Remove the entries least recently used until the cache is below `WORKABILITY_CACHE_GB` gigabytes."""
    cap = float(os.environ.get("WORKABILITY_CACHE_GB", DEFAULT_CAP_GIGABYTES)) * GIGABYTE
    entries = sorted(cache_folder().glob("*/*.npz"), key=lambda p: p.stat().st_mtime)
    total = sum(p.stat().st_size for p in entries)
    for path in entries[:-1]:
        if total <= cap:
            break
        total -= path.stat().st_size
        path.unlink(missing_ok=True)


def cached_population(
    region: Region, parameters: Mapping[str, Mapping[str, Parameter]], sample: int, variant: str | None = None
) -> Population:
    """Return the synthetic population of a region at 1:`sample`, from the cache where it is there.

    Parameters
    ----------
    region : Region
        The region.
    parameters : Mapping
        Process -> name -> parameter.
    sample : int
        1 for every resident, k for one in k.
    variant : str or None
        A named reading of the evidence.
    """
    from simulation.population import build

    key = hash_of(region.folder_hash, parameters_hash(parameters), sample, variant, source_hash())
    return cached("population", key, lambda: build(region, parameters, sample, variant))


def cached_start(
    region: Region,
    parameters: Mapping[str, Mapping[str, Parameter]],
    arm: ArmSpec,
    *,
    sample: int,
    draw: int,
    threads: int,
    variant: str | None = None,
) -> Start:
    """Return the stationary start of an arm without its policy, from the cache where it is there.

    Parameters
    ----------
    region : Region
        The region.
    parameters : Mapping
        Process -> name -> parameter.
    arm : ArmSpec
        The baseline; its overrides of parameters count, its name does not.
    sample : int
        1 for every resident, k for one in k.
    draw : int
        Which draw of the uncertain parameters.
    threads : int
        Threads for making it; the result does not depend on it.
    variant : str or None
        A named reading of the evidence.
    """
    from simulation.run import levels_of, prepare

    # Before its first month a run knows nothing of policy, so only the overrides of parameters count.
    overrides = sorted(arm.parameters)
    key = hash_of(
        region.folder_hash, parameters_hash(parameters), rules_hash(), overrides, sample, draw, variant, source_hash()
    )

    def make() -> Start:
        with compiled_alongside(region.name):
            population = cached_population(region, parameters, sample, variant)
        return prepare(
            population,
            parameters,
            levels_of(region.levels, tuple(place.name for place in region.places)),
            shipped_rules(),
            arm,
            sample=sample,
            draw=draw,
            threads=threads,
        )

    return cached("start", key, make)


def cached_draw_start(
    base: Start,
    region: Region,
    parameters: Mapping[str, Mapping[str, Parameter]],
    arm: ArmSpec,
    draw: Draw,
    *,
    threads: int,
    variant: str | None = None,
) -> Start:
    """Return the start of a draw of the posterior, from the cache where it is there.

    It is kept under the draw's content, so that the same draw is found whatever its number, and without what it shares
    with the base.

    Parameters
    ----------
    base : Start
        The stationary start of the evidence's own values, as `cached_start` gives it for the same arm.
    region : Region
        The region.
    parameters : Mapping
        Process -> name -> parameter.
    arm : ArmSpec
        The baseline; its overrides of parameters count, and win over the draw's.
    draw : Draw
        The draw.
    threads : int
        Threads for making it; the result does not depend on it.
    variant : str or None
        A named reading of the evidence.
    """
    from simulation.columns import Columns
    from simulation.run import levels_of
    from simulation.run_in import start_for_draw

    own = sorted(arm.parameters)
    key = hash_of(
        region.folder_hash, parameters_hash(parameters), rules_hash(), own, base.sample, variant, source_hash(), "draw",
        *draw.content,
    )  # fmt: skip
    nobody = Columns._make(a[:0] for a in base.donor)

    def make() -> Start:
        values = tuple(sorted({**dict(draw.parameters), **dict(own)}.items()))
        levels = levels_of(draw.level_content, tuple(place.name for place in region.places))
        with_draw = dataclasses.replace(arm, parameters=values)
        start = start_for_draw(base, parameters, levels, with_draw, threads=threads)
        return dataclasses.replace(start, donor=nobody, looks=None)  # type: ignore[arg-type]  # put back below

    found = cached("draw", key, make)
    return dataclasses.replace(found, donor=base.donor, looks=base.looks, rules=base.rules, draw=draw.number)


def shipped_rules() -> dict[str, Mapping[str, Mapping[str, Parameter]]]:
    """Return financial year -> tax, benefit and wage rules."""
    from evidence.registry import rule_years, rules

    return {year: rules(year) for year in rule_years()}
