"""Small posteriors made in code: draws near the evidence's own values, and the files that hold them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from evidence.model import Draw, Posterior, Region
from experiments.cache import parameters_hash
from experiments.posterior import targets_hash
from simulation.version import MODEL

VARIED = ("employer_choice.history_points", "participation.return_by_qualification", "search.own_sector",
          "separation.separation", "sickness_absence.onset")  # fmt: skip
"""Parameters of the draws: a whole number, a table, and plain numbers."""


def central(region: Region, parameters: Mapping[str, Mapping[str, Any]]) -> Draw:
    """Return the draw that holds the evidence's own values and the region's own levels."""
    values = []
    for name in VARIED:
        process, _, own = name.partition(".")
        value = parameters[process][own].value
        values.append((name, 1.0 if isinstance(value, tuple) else float(value)))
    table: Any = region.levels["place"]
    levels = tuple((level, place.name, float(table[level][place.name])) for level in table for place in region.places)
    return Draw(1, tuple(values), levels, float(str(region.levels["slots"])), int(str(region.levels["standard_shift"])))


def some_posterior(
    region: Region, parameters: Mapping[str, Mapping[str, Any]], n: int = 20, spread: float = 0.1
) -> Posterior:
    """Return a posterior of n draws whose parameters and levels lie round the evidence's own.

    Parameters
    ----------
    region, parameters : what it is of.
    n : number of draws.
    spread : standard deviation of the logarithm of every factor; 0 makes every draw the evidence's own values.
    """
    rng, own = np.random.Generator(np.random.PCG64(7)), central(region, parameters)
    draws = []
    for number in range(1, n + 1):
        factors = np.exp(rng.normal(0.0, spread, len(own.parameters)))
        levels = np.exp(rng.normal(0.0, spread, len(own.levels)))
        draws.append(
            replace(
                own,
                number=number,
                parameters=tuple((name, value * f) for (name, value), f in zip(own.parameters, factors, strict=True)),
                levels=tuple((a, b, value * f) for (a, b, value), f in zip(own.levels, levels, strict=True)),
            )
        )
    hashes = parameters_hash(parameters), targets_hash(region)
    return Posterior(region.name, tuple(draws), MODEL, *hashes, targets_inside=55, targets_measured=66)


def table_of(posterior: Posterior) -> str:
    """Return the text of `posterior.csv`."""
    rows = [
        {
            "draw": draw.number,
            **dict(draw.parameters),
            **{f"level.{level}[{place}]": factor for level, place, factor in draw.levels},
            "slots": draw.slots,
            "standard_shift": draw.standard_shift,
        }
        for draw in posterior.draws
    ]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def facts_of(posterior: Posterior) -> str:
    """Return the text of `posterior.yaml`."""
    return (
        f"format: 1\nregion: {posterior.region}\nmodel: {posterior.model}\nparameters: '{posterior.parameters}'\n"
        f"targets: '{posterior.targets}'\nn_draws: {len(posterior.draws)}\nsample: 20\nseeds: [1]\n"
    )


def write(folder: Path, posterior: Posterior) -> None:
    """Write a posterior's files into a region's folder."""
    (folder / "fitted").mkdir(exist_ok=True)
    (folder / "fitted" / "posterior.csv").write_text(table_of(posterior), encoding="utf-8")
    (folder / "fitted" / "posterior.yaml").write_text(facts_of(posterior), encoding="utf-8")
