"""Incentives to employers: who joins, what they then offer, and what is paid for the workers concerned.

An employer joins as a whole, by a draw of his own that stays for good, so that a higher take-up only adds employers.
He offers from the incentive's first month to its last; what employers offer today is inside the measured hazards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.incentive_specs import IncentiveSpec
from scenarios.vocabulary import State
from simulation.columns import Firms
from simulation.covariates import ten_digits
from simulation.ledger import INCENTIVE_LINES, LINE_INDEX, LINES
from simulation.offers import count_concerned
from simulation.output import INCENTIVE_ITEMS
from simulation.processes.employer_offers import (
    N_GROUPS,
    OFFERS,
    EmployerOfferParameters,
    hazard_ratio,
    share_that_joins,
)
from simulation.streams import FIXED, U64, Purpose, draws, key, key_of
from simulation.thresholds import DESTINATIONS, ONE

if TYPE_CHECKING:
    from simulation.model import RegionModel

EMPLOYERS, WORKERS = (INCENTIVE_ITEMS.index(name) for name in ("employers", "workers"))


def may_join(firms: Firms, spec: IncentiveSpec) -> NDArray[np.bool_]:
    """Return which employers an incentive is for, shape (employers,)."""
    out = np.isin(firms.kind, spec.kind_ids)
    for allowed, column in ((spec.place_ids, firms.area), (spec.sector_ids, firms.sector)):
        if allowed is not None:
            out &= np.isin(column, allowed)
    if spec.size_at_least is not None:
        out &= firms.size >= spec.size_at_least
    if spec.size_at_most is not None:
        out &= firms.size <= spec.size_at_most
    return np.asarray(out, np.bool_)


def joined(firms: Firms, spec: IncentiveSpec, share: float, root: int) -> NDArray[np.bool_]:
    """Return which employers join an incentive, shape (employers,).

    Parameters
    ----------
    firms : employers' columns.
    spec : the incentive.
    share : share of those it is for that joins.
    root : root of the run's keys.
    """
    h = draws(key_of(key(root, FIXED, Purpose.JOINING), spec.name), np.arange(firms.size.size))
    return may_join(firms, spec) & ((h & U64(0xFFFFFFFF)) < U64(round(share * 2.0**32)))


def offer_ratios(p: EmployerOfferParameters) -> NDArray[np.int64]:
    """Return what offers multiply hazards with, 16-bit fixed point, shape (states in work, groups, destinations).

    Raises
    ------
    ValueError
        If a ratio on leaving work or on absence is above 1: the first look would miss some of these moves.
    """
    out = np.array([
        [[hazard_ratio(group, state, d, p) for d in DESTINATIONS] for group in range(N_GROUPS)]
        for state in (State.EMPLOYED, State.ABSENT)
    ])  # fmt: skip
    if out[int(State.EMPLOYED)].max() > 1.0:
        raise ValueError("parameters 'employer_offers': shares of hazards of leaving work may be 1 at most; lower them")
    whole: NDArray[np.int64] = np.rint(ten_digits(out) * ONE).astype(np.int64)
    return whole


class Incentives:
    """All incentives of an arm. `offers` and `paid_by` are those of the month; see `offers.count_concerned`."""

    def __init__(self, model: RegionModel, specs: tuple[IncentiveSpec, ...]) -> None:
        firms, p = model.firms, model.start.parameters.employer_offers
        self.specs = specs
        n = firms.size.size
        shares = [share_that_joins(s.pence_per_month, p) if s.take_up is None else s.take_up for s in specs]
        joins = [joined(firms, s, share, model.root) for s, share in zip(specs, shares, strict=True)]
        self.joins = np.array(joins, np.bool_).reshape(len(specs), n)
        self.offers = np.zeros(n, np.uint8)
        self.paid_by = np.zeros((len(OFFERS), n), np.uint8)
        self.open: tuple[bool, ...] = (False,) * len(specs)
        n_places = model.start.n_places
        self.bill = np.zeros((n_places, len(LINES)), np.int64)
        self.counts = np.zeros((model.lanes.n, len(specs), n_places), np.int64)
        self.area, self.ratios = firms.area, offer_ratios(p)

    def step(self, month: int) -> None:
        """Set the month's offers, in place."""
        now = tuple(s.start_month <= month < s.end_month for s in self.specs)
        if now == self.open:
            return
        self.open = now
        self.offers[:] = 0
        self.paid_by[:] = 0
        for k, (spec, is_open) in enumerate(zip(self.specs, now, strict=True)):
            if is_open:
                offer = OFFERS.index(spec.offers)
                self.offers[self.joins[k]] |= np.uint8(1 << offer)
                self.paid_by[offer, self.joins[k]] = k + 1

    def close(self, model: RegionModel) -> None:
        """Count employers and workers at the month's end and write the month's bill by Place and line."""
        n_places = model.start.n_places
        self.counts[:] = 0
        self.bill[:] = 0

        def work(lane: int, first: int, end: int) -> None:
            count_concerned(model.columns, self.offers, self.paid_by, self.counts[lane], first, end)

        if any(self.open):
            model.lanes.run(work, model.start.n)
        workers = self.counts.sum(axis=0)
        row = model.rows.incentives[model.month - model.first_month]
        row[..., WORKERS] = workers
        for k, spec in enumerate(self.specs):
            if self.open[k]:
                row[k, :, EMPLOYERS] = np.bincount(self.area[self.joins[k]], minlength=n_places)[:n_places]
            self.bill[:, LINE_INDEX[INCENTIVE_LINES[spec.payer]]] += workers[k] * spec.pence_per_month
