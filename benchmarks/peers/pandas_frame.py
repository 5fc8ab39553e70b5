"""BM1 as one pandas frame, stepped column by column."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from benchmarks import bm1

CUMULATIVE = bm1.CUMULATIVE.reshape(-1, bm1.N_STATES)
WORSE, BETTER = bm1.WORSE.ravel(), bm1.BETTER.ravel()
CELLS = pd.MultiIndex.from_product([range(bm1.N_PLACES), range(bm1.N_STATES)])


class Model:
    """BM1 by pandas."""

    def __init__(self, p: bm1.Population, months: int, seed: int, threads: int = 1) -> None:
        self.frame, self.rng, self.months = pd.DataFrame(p), np.random.default_rng(seed), months
        self.rows: list[Any] = []

    def _step(self) -> None:
        f, draw, n = self.frame, self.rng.random, len(self.frame)
        band = pd.Series(bm1.BAND[f["age"]], f.index)
        row = band * bm1.N_HEALTH + f["health"]
        u, worse, better = draw(n), WORSE[row], BETTER[row]
        f["health"] = (f["health"] + (u < worse) - ((u >= worse) & (u < worse + better))).astype(np.uint8)
        row = (f["state"].astype(np.uint16) * bm1.N_BANDS + band) * bm1.N_HEALTH + f["health"]
        row = row * bm1.N_QUALIFICATIONS + f["qual"]
        decay = np.exp(-bm1.DECAY_RATE[f["state"]] * f["dur"])
        u = draw(n)
        go = u < CUMULATIVE[row, -1] * decay
        f["dur"] = (f["dur"] + (f["dur"] < bm1.SPELL_CAP)).astype(np.uint8)
        to = (u[go, None] >= CUMULATIVE[row[go]] * decay[go].to_numpy()[:, None]).sum(axis=1)
        f.loc[go, "state"] = to.astype(np.uint8)
        f.loc[go, "dur"] = 0
        f.loc[go, "ben"] = (draw(len(to)) < bm1.ON_BENEFIT[to, f["health"][go]]).astype(np.uint8)
        f["age"] = f["age"].add(1).astype(np.uint16)
        new = f["age"] >= bm1.LAST_MONTH
        f.loc[new, ["age", "health", "state", "dur", "ben"]] = bm1.FIRST_MONTH, 0, bm1.INACTIVE_OTHER, 0, 0
        f.loc[new, "qual"] = np.searchsorted(bm1.QUALIFICATION, draw(new.sum()), "right").astype(np.uint8)
        counts = f.groupby(["place", "state"]).size().reindex(CELLS, fill_value=0)
        self.rows.append(counts.to_numpy().reshape(bm1.N_PLACES, bm1.N_STATES))

    def run(self) -> None:
        """Step all months."""
        for _ in range(self.months):
            self._step()

    def counts(self) -> Any:
        """Return residents by month, place and state."""
        return np.array(self.rows)

    def final(self) -> dict[str, Any]:
        """Return the columns."""
        return {name: self.frame[name].to_numpy() for name in ("state", "health", "dur", "ben", "age", "qual")}
