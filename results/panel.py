"""One arm of one run reduced to what is reported: stocks by one dimension at a time; leaves out the full cross."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import AGE_BANDS, ETHNICITIES, HEALTH, SEXES, STATES, State
from simulation.output import FLOW_ITEMS, MICRO, SERVICE_ITEMS, SUBSIDY_ITEMS, RunOutput, Scores
from simulation.processes.public_services import CONTACTS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

DIMENSIONS: dict[str, tuple[str, ...]] = {
    "all": ("all",),
    "age_band": AGE_BANDS,
    "sex": SEXES,
    "ethnicity": ETHNICITIES,
    "health": HEALTH,
}
"""Dimension -> its labels, in the order of the axes of `RunOutput.stocks` after time and Place."""
ARRAYS = (
    "months",
    "moves",
    "flows",
    "claimants",
    "slots",
    "places",
    "satisfaction",
    "subsidies",
    "ledger",
    "service_use",
    "services",
    "service_places",
    "state_hash",
)
"""Fields of RunOutput that a panel keeps as they are."""


@dataclass(frozen=True)
class Panel:
    """One arm of one run; shapes as in RunOutput but for `stocks`: dimension -> (T, P, labels, S)."""

    arm: str
    seed: int
    draw: int
    sample: int
    policy_month: int
    subsidy_names: tuple[str, ...]
    service_names: tuple[str, ...]
    stocks: dict[str, Ints]
    months: NDArray[np.int16]
    moves: Ints
    flows: Ints
    claimants: Ints
    slots: Ints
    places: Ints
    satisfaction: Ints
    subsidies: Ints
    ledger: Ints
    service_use: Ints
    services: Ints
    service_places: Ints
    state_hash: NDArray[np.uint64]
    scores: Scores | None = None

    @property
    def n_places(self) -> int:
        """Return the number of Places."""
        return int(self.moves.shape[1])

    @property
    def start(self) -> int:
        """Return the row of the first policy month."""
        return int(np.searchsorted(self.months, self.policy_month))

    @property
    def horizon(self) -> int:
        """Return the number of policy months."""
        return len(self.months) - self.start

    def view(self, by: str = "all") -> View:
        """Return the panel seen by one dimension.

        Raises
        ------
        KeyError
            If the dimension is unknown.
        """
        if by not in self.stocks:
            raise KeyError(f"no dimension '{by}'; dimensions: {', '.join(self.stocks)}")
        return View(self, by)


@dataclass(frozen=True)
class View:
    """A panel by one dimension; every method returns an array of shape (T, P, labels of the dimension)."""

    panel: Panel
    by: str

    def stock(self, *states: State) -> Ints:
        """Return residents in any of the states at the month's end; all residents where none is named."""
        stocks = self.panel.stocks[self.by]
        total: Ints = (stocks[..., list(states)] if states else stocks).sum(axis=-1)
        return total

    def claimants(self) -> Ints:
        """Return people on Universal Credit who must look for work."""
        claimants = self.panel.claimants
        return claimants if self.by == "age_band" else np.asarray(claimants.sum(axis=-1, keepdims=True), np.int64)

    def flow(self, item: str) -> Ints:
        """Return one of `simulation.output.FLOW_ITEMS`, people or events in the month."""
        return self.panel.flows[..., FLOW_ITEMS.index(item), None]

    def moves(self, origin: tuple[State, ...], target: tuple[State, ...]) -> Ints:
        """Return residents who left one set of states for the other during the month."""
        counted = self.panel.moves[:, :, list(origin)][..., list(target)].sum(axis=(2, 3))
        return np.asarray(counted, np.int64)[..., None]

    def at_risk(self, *states: State) -> Floats:
        """Return residents in the states at the month's start; not a number in the first month."""
        stock = self.stock(*states).astype(np.float64)
        before = np.full_like(stock, np.nan)
        before[1:] = stock[:-1]
        return before

    def slots(self, which: int) -> Ints:
        """Return ordinary slots (0) or filled ordinary slots (1) at employers in the Place."""
        return self.panel.slots[:, : self.panel.n_places, which, None]

    def programme_places(self, which: int) -> Ints:
        """Return programme places (0) or filled programme places (1) at employers in the Place."""
        return self.panel.places[:, : self.panel.n_places, which, None]

    def subsidy(self, item: str) -> Ints:
        """Return one of `simulation.output.SUBSIDY_ITEMS` over all subsidies."""
        return np.asarray(self.panel.subsidies[..., SUBSIDY_ITEMS.index(item)].sum(axis=1), np.int64)[..., None]

    def service(self, item: str) -> Ints:
        """Return one of `simulation.output.SERVICE_ITEMS` over all services, by the client's Place."""
        return np.asarray(self.panel.services[..., SERVICE_ITEMS.index(item)].sum(axis=1), np.int64)[..., None]

    def service_use(self, *contacts: str) -> Floats:
        """Return expected contacts with public services in the month, all kinds of `CONTACTS` that are named."""
        used = self.panel.service_use[..., [CONTACTS.index(contact) for contact in contacts]]
        return np.asarray(used.sum(axis=-1)[..., None] / MICRO, np.float64)

    def satisfaction(self) -> Floats:
        """Return the sum of life satisfaction in points."""
        return self.panel.satisfaction[..., None] / 10

    def pounds(self, lines: dict[int, int]) -> Floats:
        """Return pounds over ledger lines, each counted with its sign (index -> +1 or -1)."""
        pence = np.zeros(self.panel.ledger.shape[:2], np.int64)
        for index, sign in lines.items():
            pence += sign * self.panel.ledger[..., index]
        return pence[..., None] / 100


def _by_dimension(stocks: NDArray[np.int32]) -> dict[str, Ints]:
    """Return stocks by one dimension at a time, by one product of matrices: five sums over many axes take long.

    Floats hold the counts exactly.
    """
    shape = stocks.shape[2:-1]
    codes = np.indices(shape).reshape(len(shape), -1)
    belongs = [np.ones((1, codes.shape[1])), *(np.eye(n)[:, code] for code, n in zip(codes, shape, strict=True))]
    flat = stocks.reshape(*stocks.shape[:2], codes.shape[1], stocks.shape[-1]).astype(np.float64)
    summed = np.matmul(np.concatenate(belongs), flat).astype(np.int64)
    return dict(zip(DIMENSIONS, np.split(summed, np.cumsum([len(rows) for rows in belongs])[:-1], axis=2), strict=True))


def panel_of(output: RunOutput) -> Panel:
    """Return the panel of one run; `stocks` is summed to one dimension at a time."""
    full = np.asarray(output.stocks)
    if full.shape[-1] != len(STATES):
        raise ValueError(f"stocks have {full.shape[-1]} states; the vocabulary has {len(STATES)}")
    arrays = {name: np.array(getattr(output, name)) for name in ARRAYS}
    wide = {k: v.astype(np.int64) for k, v in arrays.items() if k not in ("months", "state_hash")}
    return Panel(
        arm=output.arm,
        seed=output.seed,
        draw=output.draw,
        sample=output.sample,
        policy_month=output.policy_month,
        subsidy_names=tuple(output.subsidy_names),
        service_names=tuple(output.service_names),
        stocks=_by_dimension(full),
        months=arrays["months"].astype(np.int16),
        state_hash=arrays["state_hash"].astype(np.uint64),
        scores=output.scores,
        **wide,
    )
