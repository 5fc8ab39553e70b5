"""Subsidies as Mesa agents: each acts once a month, opens its places and makes its offers within its money."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from mesa import Agent
from numpy.typing import NDArray

from scenarios.arm import SubsidySpec
from scenarios.vocabulary import EmployerKind
from simulation.columns import Firms
from simulation.doors import Rows, eligible, served_first
from simulation.streams import FIXED, U64, Purpose, draws, key, key_of
from simulation.subsidies import highest_cost, monthly_cost
from simulation.taxben.law import employer_ni
from simulation.taxben.units import gross_of

if TYPE_CHECKING:
    from simulation.model import RegionModel

ELIGIBLE, REACHED = 0, 1
_TYPICAL_AGE = 21
"""Age at which a subsidy's share of the wage cost is taken: the first at the adult minimum wage."""


def wage_cost_share(k: int, model: RegionModel) -> float:
    """Return the share of a placement's employment cost that subsidy k pays the employer."""
    terms, r = model.terms, model.rates
    gross = gross_of(r.minimum_wage[_TYPICAL_AGE], terms.hours[k])
    cost = int(terms.months[k]) * int(gross + employer_ni(gross, False, r))
    paid = int(terms.months[k]) * monthly_cost(terms, k, _TYPICAL_AGE, r) + int(terms.start[k] + terms.end[k])
    return float(f"{paid / cost:.9e}")


def participation(firms: Firms, spec: SubsidySpec, k: int, root: int, establishment: int) -> NDArray[np.uint16]:
    """Return the share of each employer's establishments that take part, 16-bit.

    A small employer takes part or not by its own draw; of a large one's establishments the expected number
    does, rounded by the draw, so that single giants do not make the result noisy.

    Parameters
    ----------
    firms : employers' columns.
    spec, k : the subsidy and its index.
    root : root of the run's keys.
    establishment : slots of one establishment.
    """
    n = firms.size.size
    k_draw = key(root, FIXED, Purpose.PARTICIPATION)
    with np.errstate(over="ignore"):
        h = draws(key_of(k_draw, spec.name), np.arange(n))
    u = (h & U64(0xFFFFFFFF)).astype(float) / 2.0**32
    sites = np.maximum(1, -(-firms.size // establishment))
    taking = np.floor(sites * spec.employer_take_up + u)
    share = np.minimum(1.0, taking / sites)
    may = (firms.kind == EmployerKind.ENTERPRISE) | (firms.kind == EmployerKind.PUBLIC_BODY)
    if spec.place_ids is not None:
        may &= np.isin(firms.area, spec.place_ids)
    if spec.sector_ids is not None:
        may &= np.isin(firms.sector, spec.sector_ids)
    return np.where(may, np.rint(share * 65535), 0).astype(np.uint16)


def part_of(whole: int, sample: int) -> int:
    """Return a sample's part of a cap or budget made for the whole region, to the nearest whole; never 0 of some."""
    return max(min(whole, 1), (whole + sample // 2) // sample)


class Subsidy(Agent):  # type: ignore[misc]  # Mesa ships without types
    """One employer subsidy of an arm: its window, its places, its budget and its offers."""

    def __init__(self, model: RegionModel, spec: SubsidySpec, index: int) -> None:
        super().__init__(model)
        self.spec = spec
        self.index = index
        self.share = wage_cost_share(index, model)
        self.started = 0
        self.spent_pence = 0
        self.owed_pence = 0
        self.active = 0
        self.offers: Rows = np.zeros(0, np.uint32)

    def is_open(self, month: int) -> bool:
        """Return whether a job may start this month."""
        spec = self.spec
        taken_up = spec.employer_take_up > 0 and spec.participant_take_up > 0
        return spec.start_month <= month < spec.end_month and taken_up and self.room() > 0

    def room(self) -> int:
        """Return how many placements may still start this month within caps and budget, both as the sample's share."""
        spec = self.spec
        model: RegionModel = self.model
        sample = model.start.sample
        room = len(model.columns.id)
        if spec.cap_starts is not None:
            room = min(room, part_of(spec.cap_starts, sample) - self.started)
        if spec.cap_starts_month is not None:
            room = min(room, part_of(spec.cap_starts_month, sample))
        if spec.cap_active is not None:
            room = min(room, part_of(spec.cap_active, sample) - self.active)
        if spec.budget_pence is not None:
            most = max(1, highest_cost(model.terms, self.index, model.rates))
            room = min(room, (part_of(spec.budget_pence, sample) - self.spent_pence - self.owed_pence) // most)
        return max(0, int(room))

    def step(self) -> None:
        """Take back last month's offers and make this month's to eligible seekers who would take part."""
        model: RegionModel = self.model
        c, month, k = model.columns, model.month, self.index
        c.offer[self.offers] = 0
        self.offers = self.offers[:0]
        if not self.is_open(month):
            return
        rows = model.lists.seeker[: model.n_seekers]
        rows = rows[c.offer[rows] == 0]
        rows = rows[eligible(c, rows, month, self.spec)]
        counts = model.counters[0].subsidies
        counts[k, :, ELIGIBLE] += np.bincount(c.place[rows], minlength=counts.shape[1])
        with np.errstate(over="ignore"):
            h = draws(key_of(key(model.root, FIXED, Purpose.TAKE_UP), self.spec.name), c.id[rows])
        rows = rows[(h & U64(0xFFFFFFFF)) < U64(round(self.spec.participant_take_up * 2.0**32))]
        rows = served_first(c, rows, self.room(), self.spec, key(model.root, month, Purpose.LOTTERY))
        counts[k, :, REACHED] += np.bincount(c.place[rows], minlength=counts.shape[1])
        c.offer[rows] = k + 1
        self.offers = rows.copy()
