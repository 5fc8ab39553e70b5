"""The common workload BM1: its tables, its starting population, and the gate that every implementation must pass.

A small population of residents with health, labour state, spell and benefit, stepped by month. It is a yardstick
for speed, not a model of anything: the hazards are round numbers chosen to give lifelike activity. What an
implementation is timed on is in `passes`, `c_reference` and `peers`. Needs NumPy only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

EMPLOYED, SICK_ABSENT, UNEMPLOYED, INACTIVE_SICK, INACTIVE_OTHER = range(5)
N_PLACES, N_STATES, N_BANDS, N_HEALTH, N_QUALIFICATIONS = 9, 5, 5, 4, 4
FIRST_MONTH, LAST_MONTH, SPELL_CAP = 192, 780, 240
"""Months of age at the 16th and 65th birthday; months at which a spell stops counting."""
BAND_STARTS = np.array([16, 25, 35, 50, 60]) * 12
BAND = (np.searchsorted(BAND_STARTS, np.arange(LAST_MONTH + 1), side="right") - 1).clip(0).astype(np.uint8)
"""Age band by age in months."""

WORSE = np.outer([0.004, 0.005, 0.008, 0.012, 0.016], [1.0, 1.1, 0.9, 0.0])
BETTER = np.outer([0.020, 0.016, 0.012, 0.010, 0.008], [0.0, 1.0, 0.7, 0.4])
"""Probability that health gets one step worse or better in a month, by band and health."""

_RATE = np.array(
    [
        [0, 0.030, 0.006, 0.0006, 0.004],
        [0.45, 0, 0.020, 0.0200, 0.005],
        [0.12, 0, 0, 0.0120, 0.030],
        [0.015, 0, 0.015, 0, 0.005],
        [0.040, 0, 0.030, 0.0040, 0],
    ]
)
_BY_BAND = np.array(
    [
        [1.1, 1.1, 1.0, 0.8, 0.5],
        [0.8, 0.9, 1.0, 1.1, 1.2],
        [1.5, 1.1, 0.9, 0.8, 0.6],
        [0.5, 0.7, 1.0, 1.5, 1.8],
        [1.3, 0.9, 0.8, 1.2, 2.0],
    ]
)
_SICKLY, _NEUTRAL = [0.6, 1.2, 2.2, 4], [1, 1, 1, 1]
_BY_HEALTH = np.array([[1, 0.75, 0.5, 0.25], _SICKLY, _NEUTRAL, _SICKLY, _NEUTRAL])
_LOW_SKILLED = [1.4, 1.1, 0.9, 0.7]
_BY_QUALIFICATION = np.array([[0.7, 0.9, 1.05, 1.25], _NEUTRAL, _LOW_SKILLED, _LOW_SKILLED, _NEUTRAL])
HAZARD = np.einsum("sd,db,dh,dq->sbhqd", _RATE, _BY_BAND, _BY_HEALTH, _BY_QUALIFICATION)
"""Hazard per month by state, band, health, qualification and destination, in the first month of a spell."""
CUMULATIVE = np.ascontiguousarray(np.cumsum(HAZARD, -1))
DECAY_RATE = np.array([0.010, 0.15, 0.05, 0.03, 0.02])
DECAY = np.exp(-DECAY_RATE[:, None] * np.arange(SPELL_CAP + 1))
"""Factor of all hazards of a state by completed months of the spell."""
ON_BENEFIT = np.array(
    [[0.08] * 4, [0.10] * 4, [0.60, 0.65, 0.70, 0.70], [0.50, 0.70, 0.85, 0.95], [0.10, 0.20, 0.30, 0.40]]
)
"""Probability of a benefit at the start of a spell, by state and health."""
QUALIFICATION = np.array([0.25, 0.60, 0.90, 1.0])
"""Cumulative shares of qualifications among new 16-year-olds."""

FIELDS: Mapping[str, type] = {
    "place": np.uint8,
    "age": np.uint16,
    "sex": np.uint8,
    "health": np.uint8,
    "qual": np.uint8,
    "state": np.uint8,
    "dur": np.uint8,
    "ben": np.uint8,
}
Population = dict[str, NDArray[Any]]


class Implementation(Protocol):
    """What every implementation offers, beside a constructor (population, months, seed, threads)."""

    def run(self) -> None:
        """Step all months; this is what is timed."""

    def counts(self) -> NDArray[Any] | Sequence[Any]:
        """Return residents at each month's end, shape (months, places, states)."""

    def final(self) -> Mapping[str, Any]:
        """Return state, health, dur, ben, age and qual of all residents."""


def population(n: int, seed: int) -> Population:
    """Return the starting population of n residents, 9 bytes each; the same for every implementation."""
    g = np.random.default_rng(seed)
    p: Population = {
        "place": g.choice(N_PLACES, n, p=np.arange(1, N_PLACES + 1) / 45.0),
        "age": g.integers(FIRST_MONTH, LAST_MONTH, n),
        "sex": g.integers(0, 2, n),
        "health": g.choice(N_HEALTH, n, p=[0.62, 0.22, 0.11, 0.05]),
        "qual": g.choice(N_QUALIFICATIONS, n, p=[0.20, 0.35, 0.25, 0.20]),
        "state": g.choice(N_STATES, n, p=[0.72, 0.02, 0.04, 0.07, 0.15]),
    }
    p["dur"] = np.minimum(g.exponential(np.array([48.0, 2, 6, 36, 30])[p["state"]]), SPELL_CAP)
    p["ben"] = g.random(n) < ON_BENEFIT[p["state"], p["health"]]
    return {name: np.ascontiguousarray(p[name].astype(dtype)) for name, dtype in FIELDS.items()}


def statistics(final: Mapping[str, Any]) -> dict[str, float]:
    """Return the shares and means that the gate compares."""
    columns = {name: np.asarray(values).astype(float) for name, values in final.items()}
    out = {f"state {k}": float(np.mean(columns["state"] == k)) for k in range(N_STATES)}
    out["top qualification"] = float(np.mean(columns["qual"] == N_QUALIFICATIONS - 1))
    for name in ("ben", "health", "dur", "age"):
        out[name] = float(columns[name].mean())
    return out


GATE_RESIDENTS, GATE_MONTHS, GATE_SEED = 100_000, 12, 1
GATE_RUNS, GATE_TOLERANCE = 24, 4.5
"""Runs of the reference that give the Monte-Carlo error; largest distance allowed, in that error."""


def check_counts(counts: NDArray[np.int64], n: int, months: int) -> None:
    """Raise if the counts of some month do not add up to everybody."""
    if counts.shape != (months, N_PLACES, N_STATES) or not bool((counts.sum(axis=(1, 2)) == n).all()):
        raise ValueError(
            f"BM1 counts of shape {counts.shape} do not add up to {n} residents in each of {months} months"
        )


def reference(seeds: Sequence[int], n: int = GATE_RESIDENTS, months: int = GATE_MONTHS) -> list[dict[str, float]]:
    """Return the statistics of the plain NumPy form, written straight from the definition, one run a seed."""
    return [statistics(_step_plainly(population(n, GATE_SEED), np.random.default_rng(seed), months)) for seed in seeds]


def _step_plainly(p: Population, rng: np.random.Generator, months: int) -> Population:
    cumulative = CUMULATIVE.reshape(-1, N_STATES)
    q = {name: values.astype(np.int64) for name, values in p.items()}
    n = len(q["age"])
    for _ in range(months):
        band = BAND[q["age"]].astype(np.int64)
        u = rng.random(n)
        worse = WORSE[band, q["health"]]
        down = BETTER[band, q["health"]]
        q["health"] += (u < worse).astype(np.int64) - ((u >= worse) & (u < worse + down))
        row = ((q["state"] * N_BANDS + band) * N_HEALTH + q["health"]) * N_QUALIFICATIONS + q["qual"]
        limits = cumulative[row] * DECAY[q["state"], q["dur"]][:, None]
        u = rng.random(n)
        moves = u < limits[:, -1]
        to = (u[:, None] >= limits).sum(axis=1)
        q["dur"] = np.where(moves, 0, np.minimum(q["dur"] + 1, SPELL_CAP))
        q["state"] = np.where(moves, to, q["state"])
        benefit = rng.random(n) < ON_BENEFIT[q["state"], q["health"]]
        q["ben"] = np.where(moves, benefit, q["ben"])
        q["age"] += 1
        new = q["age"] >= LAST_MONTH
        for name, value in (("age", FIRST_MONTH), ("health", 0), ("state", INACTIVE_OTHER), ("dur", 0), ("ben", 0)):
            q[name][new] = value
        q["qual"][new] = np.searchsorted(QUALIFICATION, rng.random(int(new.sum())), "right")
    return q


def gate(found: Sequence[Mapping[str, float]], runs: Sequence[Mapping[str, float]]) -> list[str]:
    """Return what is wrong with an implementation's statistics, empty if nothing.

    Parameters
    ----------
    found : statistics of the implementation, one entry a seed, on the population of GATE_SEED.
    runs : statistics of the reference.
    """
    wrong = []
    for name in runs[0]:
        values = np.array([run[name] for run in runs])
        mine = float(np.mean([one[name] for one in found]))
        error = float(values.std(ddof=1)) * float(np.sqrt(1 / len(found) + 1 / len(runs)))
        distance = abs(mine - float(values.mean()))
        if distance > GATE_TOLERANCE * error + 1e-12:
            wrong.append(f"{name}: {mine:.6g} against {values.mean():.6g} (standard error {error:.2g})")
    return wrong
