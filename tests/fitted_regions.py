"""Made-up posteriors of a region: what calibration would write into its folder, true by construction or biased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from ruamel.yaml import YAML

from evidence.known import REGION
from evidence.model import Target
from evidence.validation_files import (
    BACKCAST,
    CROSS_CHECK,
    DRAW,
    DRAWS,
    DRIFT,
    EVALUATIONS,
    FACTS,
    FITTED,
    FRESH,
    FULL,
    PREDICTIONS,
    PRIOR,
    RANKS,
    RECOVERY,
    REPLICATIONS,
    TWIN,
)
from results.store import csv_text
from simulation.thresholds import LEVELS
from simulation.version import MODEL

PARAMETERS = ("separation.separation", "search.looks", "health.worsening", "long_term_sickness.exit_decay")
SPREAD = 0.6
"""Standard deviation of the draws' predictions, in standard errors of the published figure."""


def predictions(
    targets: Sequence[Target], n_draws: int, seed: int = 1, shift: Mapping[str, float] | None = None
) -> dict[str, NDArray[np.float64]]:
    """Return target -> what each draw gives, so that the published figure is one draw of the prediction itself.

    Parameters
    ----------
    targets : sequence of Target
        The figures.
    n_draws, seed : int
        Number of draws; seed.
    shift : mapping, optional
        Target -> by how many standard errors all draws lie too high.
    """
    random = np.random.default_rng(seed)
    out = {}
    for target in targets:
        centre = target.value + target.se * np.hypot(1, SPREAD) * random.standard_normal()
        if target.name in (shift or {}):
            centre = target.value + (shift or {})[target.name] * target.se
        out[target.name] = centre + SPREAD * target.se * random.standard_normal(n_draws)
    return out


def write(
    folder: Path,
    targets: Sequence[Target],
    *,
    n_draws: int = 40,
    seed: int = 1,
    shift: Mapping[str, float] | None = None,
    optional: bool = True,
    made_for: tuple[str, str] = ("0" * 16, "0" * 16),
) -> None:
    """Write a posterior into a region's folder.

    Parameters
    ----------
    folder : Path
        The region's folder.
    targets : sequence of Target
        Its figures.
    n_draws, seed : int
        Number of draws; seed.
    shift : mapping, optional
        Target -> by how many standard errors all draws lie too high.
    optional : bool
        Whether the files that may be missing are written too.
    made_for : tuple of str
        Hashes of the parameters and the targets that the posterior is said to be of.
    """
    random = np.random.default_rng(seed)
    fitted = folder / FITTED
    index = pd.Index(np.arange(1, n_draws + 1), name=DRAW)
    common = random.standard_normal(n_draws)
    prior_sd = np.array([0.1, 2.0, 0.02, 0.3])
    noise = random.standard_normal((n_draws, len(PARAMETERS)))
    noise[:, 1] = -0.8 * noise[:, 0] + 0.6 * common
    shrink = np.array([0.3, 0.5, 0.98, 0.7])
    values = np.array([1.0, 6.0, 0.1, 0.5]) + noise * prior_sd * shrink
    draws = pd.DataFrame(values, index=index, columns=list(PARAMETERS))
    places = sorted({target.area for target in targets} - {REGION}) or ["Here"]
    levels = {f"level.{level}[{place}]": 1.0 for level in LEVELS for place in places}
    draws = draws.assign(**levels, slots=1.1, standard_shift=-1)
    _csv(fitted / DRAWS, draws)
    found = pd.DataFrame(predictions(targets, n_draws, seed, shift), index=index)
    _csv(fitted / PREDICTIONS, found)
    facts: dict[str, object] = {
        "format": 1, "region": folder.name, "model": MODEL, "parameters": made_for[0], "targets": made_for[1],
        "n_draws": n_draws, "sample": 20, "seeds": [1], "settled_months": 60, "measured_months": 12,
    }  # fmt: skip
    if optional:
        waves = [{"wave": k + 1, "designs": 500, "kept": 0.3 ** (k + 1), "largest": 3.0 - 0.2 * k} for k in range(4)]
        facts |= {"waves": waves, "checks": {"fresh_seed_loss": 0.02, "cross-check": "means within 0.1 SD"}}
        few = min(20, n_draws)
        _csv(fitted / FULL, found.iloc[:few] + 0.01 * found.iloc[:few])
        prior = np.array([1.0, 6.0, 0.1, 0.5]) + random.standard_normal((500, len(PARAMETERS))) * prior_sd
        _csv(fitted / PRIOR, pd.DataFrame(prior, index=pd.RangeIndex(1, 501, name=DRAW), columns=list(PARAMETERS)))
        twin = [(t.name, t.value + 1.5 * t.se * random.standard_normal()) for t in targets]
        _table(fitted / TWIN, pd.DataFrame(twin, columns=["target", "value"]))
        _table(fitted / DRIFT, drift())
        _table(fitted / RANKS, pd.DataFrame({"parameter": [*PARAMETERS, "tarp"] * 100, "rank": random.random(500)}))
        _table(fitted / RECOVERY, recovery(random))
        _table(fitted / CROSS_CHECK, cross_check())
        _table(fitted / FRESH, fresh_seeds(random))
        trial = [("kickstart", 0.65, 0.1, 0.7, 0.6, 0.8, "agrees", "2020-2022", "take-up")]
        heads = ["name", "observed", "se", "mean", "p05", "p95", "verdict", "period", "note"]
        _table(fitted / REPLICATIONS, pd.DataFrame(trial, columns=heads))
        heard = [("future-jobs-fund", "fjf_work", 11.0, 3.0, 9.6, 5.6, 13.6, "agrees")]
        heads = ["name", "figure", "observed", "se", "mean", "p05", "p95", "verdict"]
        _table(fitted / EVALUATIONS, pd.DataFrame(heard, columns=heads))
        past = [("long_term_sick_rate", "St Helens", 2022, 10.3, 2.0, 8.1, 7.0, 9.0, "agrees")]
        heads = ["measure", "area", "year", "observed", "se", "mean", "p05", "p95", "verdict"]
        _table(fitted / BACKCAST, pd.DataFrame(past, columns=heads))
    with (fitted / FACTS).open("w", encoding="utf-8") as file:
        YAML().dump(facts, file)


def drift() -> pd.DataFrame:
    """Return a stock that stays and one that grows by a fifth."""
    rows = []
    for state, growth in (("in_work", 0.0), ("long_term_sick", 0.2)):
        for month in range(0, 61, 12):
            mean = 1000 * (1 + growth * month / 60)
            rows.append((month, state, mean, 0.97 * mean, 1.03 * mean))
    return pd.DataFrame(rows, columns=["month", "state", "mean", "p05", "p95"])


def cross_check() -> pd.DataFrame:
    """Return one output in which two posteriors agree, one whose means lie apart, one whose deviations do."""
    rows = [
        ("unemployed", "residents", 50_000.0, 2_000.0, 50_300.0, 2_100.0),
        ("hazard_UE", "% per month", 7.0, 0.5, 7.2, 0.5),
        ("starts", "starts", 8_000.0, 100.0, 8_000.0, 130.0),
    ]
    heads = ["output", "unit", "mean", "sd", "abc_mean", "abc_sd"]
    return pd.DataFrame(rows, columns=heads).assign(effective=250, simulations=1_500_000, directions=10, coordinates=43)


def fresh_seeds(random: np.random.Generator, n: int = 40, more: float = 0.02) -> pd.DataFrame:
    """Return losses of draws that are higher by a share on fresh seeds."""
    fitted = 30.0 + 4.0 * random.standard_normal(n)
    return pd.DataFrame({"draw": np.arange(1, n + 1), "fitted": fitted, "fresh": (1.0 + more) * fitted})


def recovery(random: np.random.Generator, n: int = 200) -> pd.DataFrame:
    """Return truths beside normal intervals that hold nine in ten of them."""
    parts = []
    for name in PARAMETERS:
        truth = random.standard_normal(n)
        centre = truth + 0.5 * random.standard_normal(n)
        parts.append(pd.DataFrame({"parameter": name, "truth": truth, "p05": centre - 0.8224, "p95": centre + 0.8224}))
    return pd.concat(parts, ignore_index=True)


def _csv(path: Path, frame: pd.DataFrame) -> None:
    path.write_text(csv_text(frame.reset_index()), encoding="utf-8")


def _table(path: Path, frame: pd.DataFrame) -> None:
    path.write_text(csv_text(frame), encoding="utf-8")
