"""What the figures say of a region's stocks together: a normal law of the unemployed, the sick and others by Place.

Several figures speak of the same stocks: rates by Place, counts of the region, later surveys. All are sums and shares
of stocks, so that together with a wide normal prior around the starting population they give a normal law exactly.
A draw of the calibration takes its stocks from here, and the levels that hold them are solved.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.levels import StockTargets
from evidence.model import Region, Target

Floats = NDArray[np.float64]
KINDS = ("unemployed", "long_term_sick", "inactive_not_sick")
"""Stocks by Place, in the order of the law's coordinates; names of the activity margin."""
PRIOR_SD = (0.5, 0.5, 0.3)
"""Standard deviation of a stock before any figure is heard, as a share of it: wide beside every figure."""
UNEMPLOYED, SICK, OTHER = range(3)
LEAST = 0.2
"""Share of its mean below which a stock is not asked for; two standard deviations down, the least certain is at 0.1."""


@dataclass(frozen=True)
class StockLaw:
    """Normal law of stocks, persons of the whole region.

    `mean`: shape (3 x places,), by kind, then Place; `covariance`: (3 x places, 3 x places); `heads`: residents by
    Place; `heard`: names of the targets that went into it.
    """

    mean: Floats
    covariance: Floats
    heads: Floats
    heard: tuple[str, ...]

    @property
    def n_places(self) -> int:
        """Number of Places."""
        return len(self.heads)

    def totals(self) -> Floats:
        """Return the matrix that sums stocks over Places, shape (3, 3 x places)."""
        return np.asarray(np.kron(np.eye(len(KINDS)), np.ones(self.n_places)), float)

    def logs_of_totals(self) -> tuple[Floats, Floats]:
        """Return mean and covariance of the logarithms of the region's totals relative to their means."""
        sums = self.totals()
        mean = sums @ self.mean
        spread = sums @ self.covariance @ sums.T
        return np.asarray(np.log(mean), float), np.asarray(spread / np.outer(mean, mean), float)

    def floored(self, stocks: Floats) -> Floats:
        """Return stocks of which none lies below LEAST of its mean: a normal law also has stocks below zero."""
        return np.maximum(stocks, LEAST * self.mean)

    def given_totals(self, totals: Floats, noise: Floats) -> Floats:
        """Return stocks by Place with these totals over the region, shape (3 x places,).

        Parameters
        ----------
        totals : persons by kind, shape (3,).
        noise : standard normal, shape (3 x places,).
        """
        sums = self.totals()
        free = self.mean + np.linalg.cholesky(self.covariance + 1e-6 * np.eye(len(self.mean))) @ noise
        gain = self.covariance @ sums.T @ np.linalg.inv(sums @ self.covariance @ sums.T)
        found = free + gain @ (totals - sums @ free)
        return self.floored(found)


def _row(target: Target, names: list[str], heads: Floats) -> tuple[Floats, float] | None:
    """Return weights on the stocks and a constant that give a target's measure, or None if it is none of stocks."""
    n = len(names)
    w = np.zeros((len(KINDS), n))
    here = np.array([target.area in ("region", name) for name in names])
    if not here.any():
        return None
    percent = 100.0 / heads[here].sum()
    constant = 0.0
    if target.measure in ("employed_share", "employment_rate"):
        w[:, here], constant = -percent, 100.0
    elif target.measure == "inactivity_rate":
        w[SICK:, here] = percent
    elif target.measure == "long_term_sick_rate":
        w[SICK, here] = percent
    elif target.measure in ("unemployed", "long_term_sick", "inactive_other"):
        w[("unemployed", "long_term_sick", "inactive_other").index(target.measure), here] = 1.0
    else:
        return None
    return w.ravel(), constant


def stock_law(region: Region) -> StockLaw:
    """Return what a region's fit targets say of its stocks together.

    Parameters
    ----------
    region : with margins and targets.
    """
    names = [place.name for place in region.places]
    margin = region.margins["activity"].pivot_table(index="area_name", columns="state", values="value", aggfunc="first")
    margin = margin.loc[names]
    heads = margin.sum(axis=1).to_numpy(float)
    mean = np.concatenate([margin[kind].to_numpy(float) for kind in KINDS])
    precision = np.diag(1.0 / (np.repeat(PRIOR_SD, len(names)) * mean) ** 2)
    pull = precision @ mean
    heard = []
    for target in region.targets:
        if target.role != "fit" or (found := _row(target, names, heads)) is None:
            continue
        weights, constant = found
        precision += np.outer(weights, weights) / target.se**2
        pull += weights * (target.value - constant) / target.se**2
        heard.append(target.name)
    covariance = np.linalg.inv(precision)
    return StockLaw(covariance @ pull, (covariance + covariance.T) / 2.0, heads, tuple(heard))


def stock_targets_of(law: StockLaw, stocks: Floats, vacancies_per_unemployed: float, sample: int) -> StockTargets:
    """Return stocks as the controller of levels takes them.

    Parameters
    ----------
    law : the law.
    stocks : persons by kind and Place, shape (3 x places,).
    vacancies_per_unemployed : tightness to hold.
    sample : one resident in so many.
    """
    shaped = stocks.reshape(len(KINDS), law.n_places) / sample
    return StockTargets(shaped[UNEMPLOYED], shaped[SICK], shaped[OTHER], vacancies_per_unemployed)
