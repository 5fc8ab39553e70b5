"""Hiring in expectation: seekers' looks, employers' vacancies, and what competition leaves of a seeker's chance.

Approximations. The region is one market: looks fall on employers in proportion to base slots, whatever the Place or
industry. Employers of one size are alike: vacancies among them follow a binomial law, the applicants who would be
taken a Poisson law, so that an employer with v vacancies and a applicants hires min(v, a). Which applicants: those
above a cutoff of value, which is the one closed number of a size of employer and is solved every month so that hires
add up to that. Values have their normal law (noise, hiring standards, and what cells leave open of a person's own
value). Slots open and close at their shares of missing and vacant slots; the answer of employers to tightness, which
a baseline leaves near its normal level, is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc, ndtr, pdtrc

from calibration.twin_cells import Floats
from calibration.twin_seekers import NOISE, Seekers, standard_of
from simulation.parameters import Parameters
from simulation.start import Levels, Start

_SIZES = (1, 2, 3, 4, 5, 6, 8, 11, 16, 31, 61, 121, 251, 501)
"""Smallest base slots of a class of employers."""
_MANY = 30
"""Slots from which vacancies and applicants are numerous enough for the normal law of their difference."""
_STEP = 4.0
"""Points between the cutoffs that are tried; the cutoff wanted is interpolated."""
_NOBODY = 1e-9
"""Expected applicants below which there is nothing to compete for."""
_REACH = 8
"""Cutoffs are sought as far as so many standard deviations above the hiring standard."""
_ROUNDS, _FIRST_ROUNDS = 2, 20
"""Rounds a month of solving cutoffs and chances together, from last month's; in the first from the bare standard."""


class Group(NamedTuple):
    """Seekers alike to employers: expected number, mean value before noise (points) and looks, one shape."""

    heads: Floats
    value: Floats
    looks: Floats


@dataclass
class Market:
    """Slots by class of employer and the chances of seekers; `month` and `leave` write it.

    Arrays by class, shape (classes,): `employers`, base slots `size`, slots wanted `target`, `slots`, `filled`, and
    `cutoff`, points; `settled` once cutoffs have been solved. `unlimited`, `no_standard`: the exact limits of a start.
    """

    employers: Floats
    size: Floats
    target: Floats
    slots: Floats
    filled: Floats
    cutoff: Floats
    base: float
    spread: float
    closes: float
    refill: float
    close: float
    unlimited: bool
    no_standard: bool
    settled: bool = False

    @property
    def vacancies(self) -> float:
        """Vacant slots at the month's end."""
        return float((self.slots - self.filled).sum())

    def leave(self, exits: float, departures: float) -> None:
        """Take leavers from their slots, of whom a share closes, and open and close slots.

        Parameters
        ----------
        exits : people leaving work for another state.
        departures : people in work leaving the region, whose slots stay open.
        """
        share = self.filled / max(self.filled.sum(), 1e-300)
        self.filled = self.filled - (exits + departures) * share
        self.slots = self.slots - exits * self.closes * share
        vacant = np.maximum(self.slots - self.filled, 0.0)
        gone = self.close * vacant
        gone = np.minimum(vacant, gone + np.maximum(self.slots - gone - self.target, 0.0))
        self.slots = self.slots - gone
        self.slots = self.slots + self.refill * np.maximum(self.target - self.slots, 0.0)

    def chances(self, groups: list[Group], movers: list[bool]) -> list[Floats]:
        """Return each group's chance of being hired this month, and put the hires into slots.

        Parameters
        ----------
        groups : seekers.
        movers : whether a group holds a job already: its old slot then stays open.
        """
        heads = np.concatenate([g.heads.ravel() for g in groups])
        value = np.concatenate([g.value.ravel() for g in groups])
        looks = np.concatenate([g.looks.ravel() for g in groups])
        moves = np.repeat(movers, [g.heads.size for g in groups])
        weight = self.employers * self.size
        weight = weight / weight.sum()
        accept = self._accepts(value, np.array([self.base]))[:, 0]
        found = self._open_share()
        rounds = 1 if self.unlimited else (_ROUNDS if self.settled else _FIRST_ROUNDS)
        self.settled = True
        for _ in range(rounds):
            each = weight * found * self._accepts(value, self.cutoff)
            success = np.minimum(each.sum(axis=1), 1.0)
            chance = -np.expm1(looks * np.log1p(-np.minimum(success, 1.0 - 1e-12)))
            tries = heads * chance / np.maximum(success, 1e-300)
            if not self.unlimited:
                self._solve_cutoffs(tries, value, accept, weight, found)
        hires = (heads * chance / np.maximum(success, 1e-300)) @ each
        old = float((heads * chance)[moves].sum())
        self.filled = self.filled - old * self.filled / max(self.filled.sum(), 1e-300) + hires
        if self.unlimited:
            self.slots = self.slots + hires - old * self.slots / max(self.slots.sum(), 1e-300)
        edges = np.cumsum([g.heads.size for g in groups])[:-1]
        return [part.reshape(g.heads.shape) for part, g in zip(np.split(chance, edges), groups, strict=True)]

    def _accepts(self, value: Floats, cutoff: Floats) -> Floats:
        """Return the chance that a value with its noise reaches each cutoff, shape (values, cutoffs)."""
        if self.no_standard:
            return np.ones((value.size, cutoff.size))
        return np.asarray(ndtr((value[:, None] - cutoff[None, :]) / self.spread), np.float64)

    def _open_share(self) -> Floats:
        """Return the share of each class's employers that have a vacancy, shape (classes,)."""
        if self.unlimited:
            return np.ones_like(self.size)
        slots = np.maximum(self.slots / self.employers, 1e-9)
        vacant = np.clip((self.slots - self.filled) / np.maximum(self.slots, 1e-9), 0.0, 1.0)
        return np.asarray(-np.expm1(np.maximum(slots, 1.0) * np.log1p(-np.minimum(vacant, 1.0 - 1e-12))))

    def _hires_each(self, applicants: Floats) -> Floats:
        """Return expected hires an employer of each class, of so many expected applicants, shape (classes,)."""
        slots = np.maximum(np.rint(self.slots / self.employers), 1.0)
        vacant = np.maximum(self.slots - self.filled, 0.0) / self.employers
        share = np.clip(vacant / slots, 0.0, 1.0)
        j, n = np.arange(_MANY)[:, None], slots.astype(np.int64)
        tail = np.where(j < n, bdtrc(np.minimum(j, n - 1).astype(float), n, share), 0.0)
        few = (tail * pdtrc(j, np.maximum(applicants, 1e-12))).sum(axis=0)
        gap, spread = vacant - applicants, np.sqrt(vacant * (1.0 - share) + applicants + 1e-12)
        over = gap * ndtr(gap / spread) + spread * np.exp(-0.5 * (gap / spread) ** 2) / np.sqrt(2.0 * np.pi)
        many = vacant - over
        out: Floats = np.minimum(np.where(slots <= _MANY, few, many), np.minimum(vacant, applicants))
        return out

    def _solve_cutoffs(self, tries: Floats, value: Floats, accept: Floats, weight: Floats, found: Floats) -> None:
        """Set the cutoffs at which applicants taken are as many as their employers hire.

        Parameters
        ----------
        tries : looks that seekers make before they are placed.
        value, accept : of seekers, and their chance of reaching the bare standard.
        weight, found : share of looks by class, share of employers with a vacancy.
        """
        reaching = float(tries @ accept)
        if reaching < _NOBODY:
            return
        applicants = weight / self.employers * reaching
        hires = self._hires_each(applicants)
        wanted = np.clip(hires / np.maximum(applicants * found, 1e-300), 0.0, 1.0)
        cutoffs = np.arange(0.0, _REACH * self.spread, _STEP)
        low = np.floor(value.min())
        bins = ((value - low) / _STEP).astype(np.int64)
        mass = np.bincount(bins, tries)
        middle = low + (np.arange(mass.size) + 0.5) * _STEP
        share = mass @ self._accepts(middle, self.base + cutoffs)
        share = share / share[0]
        self.cutoff = self.base + np.interp(-wanted, -share, cutoffs)


def market_of(start: Start, p: Parameters, levels: Levels, seekers: Seekers) -> Market:
    """Return the market at month 0.

    Parameters
    ----------
    start : a start.
    p, levels : parameters and levels.
    seekers : from `seekers_of`.
    """
    f, choice = start.firms, p.employer_choice
    used = f.size > 0
    of = np.searchsorted(_SIZES, f.size[used], side="right") - 1
    kept = np.unique(of)

    def added(column: NDArray[Any]) -> Floats:
        return np.bincount(of, column[used].astype(float), len(_SIZES))[kept].astype(np.float64)

    employers = added(np.ones(f.size.size))
    target = np.floor(np.round(f.size * levels.slots, 6) + 0.5)
    base, between = standard_of(start, p, levels)
    return Market(
        employers=employers,
        size=added(f.size) / employers,
        target=added(target),
        slots=added(f.slots),
        filled=added(f.filled),
        cutoff=np.full(kept.size, base),
        base=base,
        spread=float(np.sqrt(NOISE**2 + between**2 + seekers.spread**2)),
        closes=p.separation.slot_closes,
        refill=min(choice.refill_rate, choice.rate_cap),
        close=choice.close_rate,
        unlimited=bool(start.limits.unlimited),
        no_standard=bool(start.limits.no_standard),
    )
