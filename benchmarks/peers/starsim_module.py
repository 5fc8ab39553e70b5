"""BM1 as a starsim module with agent arrays, its draws with starsim's common random numbers."""

# mypy: disable-error-code="import-not-found,import-untyped,misc"
from __future__ import annotations

from typing import Any

import numpy as np
import starsim as ss

from benchmarks import bm1

CUMULATIVE = bm1.CUMULATIVE.reshape(-1, bm1.N_STATES)
WORSE, BETTER = bm1.WORSE.ravel(), bm1.BETTER.ravel()
FIELD = {name: "age_months" if name == "age" else name for name in bm1.FIELDS}
"""Names of the arrays; starsim keeps `age` for itself."""


class Labour(ss.Module):
    """Health, labour state and age of all agents."""

    def __init__(self, p: bm1.Population) -> None:
        super().__init__(name="labour")
        self.start = p
        self.rows: list[Any] = []
        self.define_states(*(ss.IntArr(FIELD[name], default=0) for name in bm1.FIELDS))
        for purpose in ("health", "move", "benefit", "qualification"):
            setattr(self, f"draw_{purpose}", ss.random(name=f"draw_{purpose}"))

    def init_post(self) -> None:
        """Set the starting population."""
        super().init_post()
        for name, values in self.start.items():
            getattr(self, FIELD[name])[:] = values

    def step(self) -> None:
        """Step everybody once."""
        uids = self.sim.people.auids
        age, health = self.age_months.values, self.health.values
        state, dur = self.state.values, self.dur.values
        band = bm1.BAND[age]
        u, row = self.draw_health.rvs(uids), band * bm1.N_HEALTH + health
        worse = WORSE[row]
        health = health + (u < worse) - ((u >= worse) & (u < worse + BETTER[row]))
        row = ((state * bm1.N_BANDS + band) * bm1.N_HEALTH + health) * bm1.N_QUALIFICATIONS + self.qual.values
        decay, u = np.exp(-bm1.DECAY_RATE[state] * dur), self.draw_move.rvs(uids)
        go = np.flatnonzero(u < CUMULATIVE[row, -1] * decay)
        to = (u[go, None] >= CUMULATIVE[row[go]] * decay[go, None]).sum(axis=1)
        movers = uids[go]
        self.health[:] = health
        self.dur[:] = np.minimum(dur + 1, bm1.SPELL_CAP)
        self.state[movers] = to
        self.dur[movers] = 0
        self.ben[movers] = self.draw_benefit.rvs(movers) < bm1.ON_BENEFIT[to, health[go]]
        age = age + 1  # `values` is a view: the new ages are kept apart
        self.age_months[:] = age
        new = uids[np.flatnonzero(age >= bm1.LAST_MONTH)]
        self.age_months[new] = bm1.FIRST_MONTH
        self.state[new] = bm1.INACTIVE_OTHER
        for array in (self.health, self.dur, self.ben):
            array[new] = 0
        self.qual[new] = np.searchsorted(bm1.QUALIFICATION, self.draw_qualification.rvs(new), "right")
        cell = self.place.values * bm1.N_STATES + self.state.values
        self.rows.append(np.bincount(cell, minlength=bm1.N_PLACES * bm1.N_STATES))


class Model:
    """BM1 by starsim."""

    def __init__(self, p: bm1.Population, months: int, seed: int, threads: int = 1) -> None:
        self.module = Labour(p)
        self.sim = ss.Sim(
            n_agents=len(p["age"]), modules=self.module, start="2025-01-01", dt=ss.month, dur=ss.months(months - 1),
            rand_seed=seed, verbose=0, copy_inputs=False,
        )  # fmt: skip
        self.sim.init()

    def run(self) -> None:
        """Step all months."""
        self.sim.run()

    def counts(self) -> Any:
        """Return residents by month, place and state."""
        return np.array(self.module.rows).reshape(-1, bm1.N_PLACES, bm1.N_STATES)

    def final(self) -> dict[str, Any]:
        """Return the arrays."""
        return {
            name: getattr(self.module, FIELD[name]).values for name in ("state", "health", "dur", "ben", "age", "qual")
        }
