"""BM1 as a Mesa model that holds NumPy columns and steps them whole."""

# mypy: disable-error-code="misc"
from __future__ import annotations

from typing import Any

import mesa
import numpy as np

from benchmarks import bm1

CUMULATIVE = bm1.CUMULATIVE.reshape(-1, bm1.N_STATES)
TOTAL = np.ascontiguousarray(CUMULATIVE[:, -1])
WORSE, EITHER = bm1.WORSE.ravel(), (bm1.WORSE + bm1.BETTER).ravel()


class Region(mesa.Model):
    """The columns and the counts of the months so far."""

    def __init__(self, p: bm1.Population, seed: int) -> None:
        super().__init__(rng=seed)
        self.place, self.age, self.health, self.qual = p["place"], p["age"], p["health"], p["qual"]
        self.state, self.dur, self.ben = p["state"], p["dur"], p["ben"]
        self.n = len(self.age)
        self.rows: list[Any] = []

    def step(self) -> None:
        """Step everybody once."""
        draw, n = self.rng.random, self.n
        band = bm1.BAND[self.age]
        u, row = draw(n), band * np.uint8(bm1.N_HEALTH) + self.health
        worse = WORSE[row]
        self.health += u < worse
        self.health -= (u >= worse) & (u < EITHER[row])
        u = draw(n)
        row = (self.state.astype(np.uint16) * bm1.N_BANDS + band) * bm1.N_HEALTH + self.health
        row = row * bm1.N_QUALIFICATIONS + self.qual
        decay = np.exp(-bm1.DECAY_RATE[self.state] * self.dur)
        go = np.flatnonzero(u < TOTAL[row] * decay)
        self.dur += self.dur < bm1.SPELL_CAP
        to = (u[go, None] >= CUMULATIVE[row[go]] * decay[go, None]).sum(axis=1)
        self.state[go], self.dur[go] = to, 0
        self.ben[go] = draw(len(go)) < bm1.ON_BENEFIT[to, self.health[go]]
        self.age += 1
        new = np.flatnonzero(self.age >= bm1.LAST_MONTH)
        self.age[new], self.health[new], self.state[new] = bm1.FIRST_MONTH, 0, bm1.INACTIVE_OTHER
        self.dur[new], self.ben[new] = 0, 0
        self.qual[new] = np.searchsorted(bm1.QUALIFICATION, draw(len(new)), "right")
        cell = self.place * np.uint8(bm1.N_STATES) + self.state
        self.rows.append(np.bincount(cell, minlength=bm1.N_PLACES * bm1.N_STATES))


class Model:
    """BM1 by Mesa with NumPy columns."""

    def __init__(self, p: bm1.Population, months: int, seed: int, threads: int = 1) -> None:
        self.region, self.months = Region(p, seed), months

    def run(self) -> None:
        """Step all months."""
        for _ in range(self.months):
            self.region.step()

    def counts(self) -> Any:
        """Return residents by month, place and state."""
        return np.array(self.region.rows).reshape(-1, bm1.N_PLACES, bm1.N_STATES)

    def final(self) -> dict[str, Any]:
        """Return the columns."""
        return {name: getattr(self.region, name) for name in ("state", "health", "dur", "ben", "age", "qual")}
