"""Services as Mesa agents, and their clients as columns: who waits and who is helped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from mesa import Agent
from numpy.typing import NDArray

from scenarios.service_specs import ServiceSpec
from simulation.delivery.desk import Ticks
from simulation.programmes import part_of
from simulation.streams import stream_of

if TYPE_CHECKING:
    from simulation.model import RegionModel

Rows = NDArray[np.uint32]
MONTHS_A_YEAR = 12


class Service(Agent):  # type: ignore[misc]  # Mesa ships without types
    """One desk: its staff, and the starts that its year still allows."""

    def __init__(self, model: RegionModel, spec: ServiceSpec, number: int) -> None:
        super().__init__(model)
        self.spec, self.number = spec, number
        self.places = 0
        self.started_this_year = 0

    @property
    def cap(self) -> int | None:
        """Most starts of a calendar year in the sample; None where nothing limits them."""
        return None if self.spec.cap_year is None else part_of(self.spec.cap_year, self.model.start.sample)

    def step(self) -> None:
        """Set how many people the service can help at once this month."""
        month = self.model.month
        money = self.model.services.money
        staff = 1.0 if money is None else money.factor(self.number)
        self.places = places_of(self.spec, factor_of(self.spec, month) * staff, self.model.start.sample)
        if month % MONTHS_A_YEAR == 0:
            self.started_this_year = 0


def factor_of(spec: ServiceSpec, month: int) -> float:
    """Return the multiplier of a service's capacity in a month."""
    factor = 1.0
    for first, multiplier in spec.steps:
        factor = multiplier if first <= month else factor
    return factor


def places_of(spec: ServiceSpec, factor: float, sample: int) -> int:
    """Return how many people a service can help at once.

    A sample's part of a small service is a whole number too: rounded up or down by the service's name, so that all
    services together have their part.

    Parameters
    ----------
    spec : the service.
    factor : multiplier of its capacity.
    sample : one resident in so many.
    """
    part = spec.capacity * factor / sample
    return int(np.floor(round(part, 6) + (stream_of(spec.name) / 2.0**32 if part % 1 else 0.0)))


@dataclass
class Live:
    """Clients who wait or are helped, by number, shape (clients,) each.

    `row`, `id`: the resident and who he is; `since`: month in which help began, -1 in the line; `drops`: whether
    his help ends by dropping out.
    """

    number: Ticks
    row: Rows
    id: Rows
    service: Ticks
    arrived: Ticks
    since: Ticks
    drops: NDArray[np.bool_]

    @classmethod
    def nobody(cls) -> Live:
        """Return no clients."""
        whole, rows = np.zeros(0, np.int64), np.zeros(0, np.uint32)
        return cls(whole, rows, rows, whole, whole, whole, np.zeros(0, np.bool_))

    def of(self, chosen: NDArray[np.bool_]) -> Self:
        """Return some of them."""
        return type(self)(*(column[chosen] for column in vars(self).values()))

    def and_also(self, later: Self) -> Self:
        """Return these and later ones."""
        pairs = zip(vars(self).values(), vars(later).values(), strict=True)
        return type(self)(*(np.concatenate(pair) for pair in pairs))

    def at(self, numbers: Ticks) -> Ticks:
        """Return the positions of client numbers."""
        return np.searchsorted(self.number, numbers)


@dataclass
class Funded(Live):
    """Clients whose starts funds pay for, shape (clients,) each.

    `length`: planned ticks of help; `begun`: tick of the start, 0 before it; `is_first`: whether he is served first;
    `payers`: bits of the funds whose rules let them pay for him, while he waits; `group`: his group at the start;
    `fund`, `partner`: who pays, and who pays the match, negative where nobody does; `promised`, `paid`: pence.
    """

    length: Ticks
    begun: Ticks
    is_first: NDArray[np.bool_]
    payers: Ticks
    group: Ticks
    fund: Ticks
    partner: Ticks
    promised: Ticks
    paid: Ticks

    @classmethod
    def of_nobody(cls) -> Funded:
        """Return no clients."""
        none = np.zeros(0, np.int64)
        return cls.made(Live.nobody(), none, none, np.zeros(0, np.bool_), none)

    @classmethod
    def made(cls, live: Live, length: Ticks, begun: Ticks, is_first: NDArray[np.bool_], payers: Ticks) -> Funded:
        """Return clients for whom nobody has promised anything yet.

        Parameters
        ----------
        live, length, begun, is_first, payers : of the clients.
        """
        nothing = (np.zeros(live.number.size, np.int64) for _ in range(3))
        nobody = (np.full(live.number.size, -1, np.int64) for _ in range(2))
        group, promised, paid = nothing
        columns = (*vars(live).values(), length, begun, is_first, payers, group, *nobody, promised, paid)
        return cls(*columns)
