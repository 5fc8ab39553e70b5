"""Levels as a function of parameters and stocks, learned from every controlled run of the bank.

The levels that one controlled run finds carry the chance of a sample. Over all runs they are a smooth function of the
parameters and of the stocks that were asked for, and its mean is what a draw is given.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from calibration.bank import level_columns, stock_columns
from calibration.emulator import Output, fit_output
from calibration.levels import BOUNDS, DIGITS
from calibration.matching import World
from calibration.stocks import KINDS
from simulation.start import Levels
from simulation.thresholds import LEVELS

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LevelRule:
    """Emulators of the levels by Place, then of slots and of the hiring standard."""

    world: World
    places: tuple[str, ...]
    outputs: tuple[Output, ...]

    def levels(self, x: Floats, stocks: Floats) -> list[Levels]:
        """Return the levels of each place of the space.

        Parameters
        ----------
        x : places, shape (n, coordinates); their last coordinates are the totals and the tightness asked for.
        stocks : persons by kind and Place, shape (n, 3 x places).
        """
        n, table = len(x), np.zeros((len(x), len(self.outputs)))
        for k, output in enumerate(self.outputs):
            table[:, k] = output.mean(_inputs(self.world, x, stocks, _place_of(k, len(self.places))))
        table[:, :-1] = np.exp(table[:, :-1])
        by_place = table[:, :-2].reshape(n, len(LEVELS), len(self.places)).transpose(0, 2, 1)
        clipped = np.round(np.clip(by_place, *BOUNDS), DIGITS)
        return [Levels(clipped[i], round(float(table[i, -2]), DIGITS), round(float(table[i, -1]))) for i in range(n)]

    def explained(self) -> Floats:
        """Return the share of each level's variance on designs left out that the rule explains."""
        return np.array([output.share for output in self.outputs])


def _place_of(k: int, n_places: int) -> int | None:
    """Return the Place of the k-th level, or None for slots and the hiring standard."""
    return k % n_places if k < len(LEVELS) * n_places else None


def _inputs(world: World, x: Floats, stocks: Floats, place: int | None) -> Floats:
    """Return the inputs of one level: the space, and for a Place's own level how far its stocks lie from the mean."""
    if place is None:
        return x
    own = np.arange(len(KINDS)) * world.law.n_places + place
    sd = np.sqrt(np.diag(world.law.covariance))[own] / world.law.mean[own]
    return np.concatenate([x, np.log(stocks[:, own] / world.law.mean[own]) / sd], axis=1)


def learn(bank: pd.DataFrame, world: World, places: tuple[str, ...]) -> LevelRule:
    """Return the rule of levels from a bank of designs.

    Parameters
    ----------
    bank : designs with the stocks that were asked for and the levels that were found.
    world : the space.
    places : names of the Places.
    """
    stocks = bank[stock_columns(places)].to_numpy(float)
    x = world.asked(bank, stocks)
    table = bank[level_columns(places)].to_numpy(float)
    outputs = []
    with threadpool_limits(1):  # many small matrices: threads of theirs wait for each other more than they work
        for k in range(table.shape[1]):
            y = table[:, k] if k == table.shape[1] - 1 else np.log(table[:, k])
            inputs = _inputs(world, x, stocks, _place_of(k, len(places)))
            outputs.append(fit_output(inputs, y, smooth=k >= table.shape[1] - 2))
    return LevelRule(world, places, tuple(outputs))
