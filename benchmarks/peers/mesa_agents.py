"""BM1 with one Mesa agent a resident, stepped by `AgentSet.do`."""

# mypy: disable-error-code="misc"
from __future__ import annotations

from typing import Any

import mesa
import numpy as np

from benchmarks import bm1

BAND, WORSE, BETTER = bm1.BAND.tolist(), bm1.WORSE.tolist(), bm1.BETTER.tolist()
CUMULATIVE, DECAY = bm1.CUMULATIVE.tolist(), bm1.DECAY.tolist()
ON_BENEFIT, QUALIFICATION = bm1.ON_BENEFIT.tolist(), bm1.QUALIFICATION.tolist()


class Resident(mesa.Agent):
    """One resident."""

    def __init__(self, model: Region, **fields: int) -> None:
        super().__init__(model)
        self.place, self.age, self.sex = fields["place"], fields["age"], fields["sex"]
        self.health, self.qual, self.state = fields["health"], fields["qual"], fields["state"]
        self.dur, self.ben = fields["dur"], fields["ben"]

    def step(self) -> None:
        """Live one month."""
        draw = self.model.random.random
        band = BAND[self.age]
        u, health = draw(), self.health
        worse = WORSE[band][health]
        if u < worse:
            self.health = health = health + 1
        elif u < worse + BETTER[band][health]:
            self.health = health = health - 1
        state = self.state
        decay, u = DECAY[state][self.dur], draw()
        limits = CUMULATIVE[state][band][health][self.qual]
        if u < limits[-1] * decay:
            to = 0
            while u >= limits[to] * decay:
                to += 1
            self.state, self.dur, self.ben = to, 0, int(draw() < ON_BENEFIT[to][health])
        elif self.dur < bm1.SPELL_CAP:
            self.dur += 1
        self.age += 1
        if self.age >= bm1.LAST_MONTH:
            self.age, self.health, self.state, self.dur, self.ben = bm1.FIRST_MONTH, 0, bm1.INACTIVE_OTHER, 0, 0
            u, self.qual = draw(), 0
            while u >= QUALIFICATION[self.qual]:
                self.qual += 1
        self.model.count[self.place][self.state] += 1


class Region(mesa.Model):
    """The residents and the counts of the month."""

    def __init__(self, p: bm1.Population, seed: int) -> None:
        super().__init__(rng=seed)
        Resident.create_agents(self, len(p["age"]), **{name: values.tolist() for name, values in p.items()})
        self.count: list[list[int]] = []

    def step(self) -> None:
        """Step everybody once."""
        self.count = [[0] * bm1.N_STATES for _ in range(bm1.N_PLACES)]
        self.agents.do("step")


class Model:
    """BM1 by Mesa agents."""

    def __init__(self, p: bm1.Population, months: int, seed: int, threads: int = 1) -> None:
        self.region, self.months, self.rows = Region(p, seed), months, np.zeros((0,))

    def run(self) -> None:
        """Step all months."""
        rows = []
        for _ in range(self.months):
            self.region.step()
            rows.append(self.region.count)
        self.rows = np.array(rows)

    def counts(self) -> Any:
        """Return residents by month, place and state."""
        return self.rows

    def final(self) -> dict[str, Any]:
        """Return the fields of all residents."""
        return {name: self.region.agents.get(name) for name in ("state", "health", "dur", "ben", "age", "qual")}
