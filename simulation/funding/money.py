"""The money of an arm's services month by month: who is offered a start, what he is promised, what is paid and by whom.

Clients whom services were helping before the money began go on as before, at the expense of who paid them then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.fund_specs import FundingSpec, in_force
from scenarios.service_specs import ServiceSpec
from simulation.clients import Funded, Live
from simulation.columns import Columns
from simulation.delivery.desk import TICKS_A_MONTH, Clients, Ticks
from simulation.eligibility_pass import Masks, has_bit
from simulation.funding.allocators import ALLOCATORS, Allocator, Data, Plan, Situation
from simulation.funding.bonds import line_of
from simulation.funding.cells import N_GROUPS, cells_of, groups_of, state_allows
from simulation.funding.offers import NO_MONEY, SHUT_OUT, Terms, offer
from simulation.funding.output import FundingOutput
from simulation.funding.purses import FUND_ITEMS, Pence, Purses
from simulation.streams import Purpose, key
from simulation.thresholds import ONE

if TYPE_CHECKING:
    from simulation.model import RegionModel

SPARE = 4
"""One offer more for every so many seats: some in the line give up before their turn comes."""
MOST_FUNDS = 62


class Left(NamedTuple):
    """Copies of the purses on which a month's offers are worked out."""

    left: Pence
    pace: Pence
    spent: Pence


class Money:
    """Purses, allocator and staff of an arm with funds."""

    def __init__(self, model: RegionModel, spec: FundingSpec, services: tuple[ServiceSpec, ...]) -> None:
        if not 0 < len(spec.funds) <= MOST_FUNDS:
            raise ValueError(f"an arm with money has {len(spec.funds)} funds; 1 to {MOST_FUNDS} can run")
        first, months, n_places = model.policy_month, model.arm.months, model.start.n_places
        self.spec, self.first, self.n_places, self.services = spec, first, n_places, services
        self.funds = tuple(in_force(fund, spec.constraints, first, first + months) for fund in spec.funds)
        programmes = sorted({s.programme for s in services} | {name for fund in self.funds for name, _ in fund.lines})
        self.purses = Purses(self.funds, len(programmes), model.start.sample)
        self.allocator: Allocator = ALLOCATORS[spec.allocator]
        n_cells = len(services) * n_places * N_GROUPS
        self.service = np.repeat(np.arange(len(services)), n_places * N_GROUPS)
        self.terms, self.may_pay_cell = self._terms(programmes, n_places)
        self.start_pence = np.array([s.start_pence for s in services], np.int64)
        self.month_pence = np.array([s.month_pence for s in services], np.int64)
        self.outcome_pence = np.array([s.outcome_pence for s in services], np.int64)
        self.length = np.array([s.length_months for s in services])
        self.cost = self.start_pence + self.month_pence * np.ceil(self.length).astype(np.int64) + self.outcome_pence
        self.costs_money = (self.cost > 0)[self.service]
        self.staff = np.full(len(services), 1.0 / max(spec.stretch, 1e-9)).clip(max=1.0)
        self.data = Data.empty(months, n_cells)
        self.credit: Pence = np.zeros((len(self.funds), 0), np.int64)
        self.account = np.array([line_of(fund.kind) for fund in self.funds], np.int64)
        self.line = np.array([line_of(s.payer) for s in services], np.int64)
        shape = (len(self.funds), len(services), n_places, N_GROUPS)
        self.output = FundingOutput(
            names=tuple(fund.name for fund in self.funds),
            items=np.zeros((months, len(self.funds), len(FUND_ITEMS)), np.int64),
            starts=np.zeros(shape, np.int64),
            promised=np.zeros(shape, np.int64),
            shut_out=np.zeros((months, len(services), n_places), np.int32),
            no_money=np.zeros((months, len(services), n_places), np.int32),
            planned=np.full(months, np.nan),
            plan_hash=np.zeros(months, np.uint64),
            data=self.data,
        )

    def _terms(self, programmes: list[str], n_places: int) -> tuple[Terms, NDArray[np.bool_]]:
        """Return what binds the money, and which fund may pay in which cell."""
        services, n = self.services, len(self.funds)
        own = [
            [fund.programmes is None or s.programme in fund.programmes for fund in self.spec.funds] for s in services
        ]
        # under every regime a service first asks the funds that its documents name
        order = [sorted(range(n), key=lambda f, mine=mine: (not mine[f], f)) for mine in own]  # type: ignore[misc]
        may_pay = np.array(
            [[fund.programmes is None or s.programme in fund.programmes for s in services] for fund in self.funds],
            np.bool_,
        ).reshape(n, len(services))
        where = np.ones((n, n_places, N_GROUPS), np.bool_)
        for f, fund in enumerate(self.funds):
            if fund.place_ids is not None:
                where[f] &= np.isin(np.arange(n_places), fund.place_ids)[:, None]
            where[f] &= state_allows(fund.state_ids)
        cells = (may_pay[:, :, None] & where.reshape(n, 1, n_places * N_GROUPS)).reshape(n, len(self.service))
        terms = Terms(
            rule=np.zeros(n, np.int64),
            may_pay=may_pay,
            order=np.array(order, np.int64).reshape(len(services), n),
            programme=np.array([programmes.index(s.programme) for s in services], np.int64),
            match=np.array([round(fund.match * ONE) for fund in self.funds], np.int64),
            line=np.zeros((n, len(programmes)), np.int64),
            beyond=np.zeros(n, np.int64),
        )
        self._shares = np.zeros((n, len(programmes)))
        for f, fund in enumerate(self.funds):
            for name, share in fund.lines:
                self._shares[f, programmes.index(name)] = share
        return terms, cells

    def bound_by(self, rules: NDArray[np.int64]) -> None:
        """Take the numbers of the funds' rules on residents, -1 without one."""
        self.terms = self.terms._replace(rule=rules)

    def taken_over(self, live: Live, clients: Clients) -> Funded:
        """Return the clients of the months before the money, for whom nobody has promised anything.

        Parameters
        ----------
        live : them, by number.
        clients : them as their desks have them.
        """
        order = np.argsort(clients.client)
        length, begun, priority = (column[order] for column in (clients.length, clients.started, clients.priority))
        return Funded.made(live, length, begun, priority == 0, np.zeros(order.size, np.int64))

    def payers(self, met: Masks) -> NDArray[np.int64]:
        """Return, for each resident, bits of the funds whose rules let them pay for him.

        Parameters
        ----------
        met : rules that each meets.
        """
        out = np.zeros(len(met), np.int64)
        for f, rule in enumerate(self.terms.rule.tolist()):
            out |= np.where(has_bit(met, rule) if rule >= 0 else True, np.int64(1 << f), 0)
        return out

    # ------------------------------------------------------------------ the month
    def begin(self, month: int) -> None:
        """Let a month begin: purses get their money, staff leave or come back.

        Parameters
        ----------
        month : month number.
        """
        self.purses.begin(month)
        granted = self.purses.flows[:, FUND_ITEMS.index("granted")]
        for f in np.flatnonzero(granted).tolist():
            self.terms.line[f] = np.floor(self._shares[f] * granted[f])
            self.terms.beyond[f] = int(self.funds[f].virement * granted[f])
        has_money = self.purses.is_open(month) & (self.purses.left > 0)
        paid = (self.terms.may_pay & has_money[:, None]).any(axis=0) | (self.cost == 0)
        grown = np.minimum(1.0, self.staff + 1.0 / max(self.spec.ramp_months, 1))
        self.staff = np.where(paid, grown, self.staff * (1.0 - self.spec.leave))

    def factor(self, s: int) -> float:
        """Return by how much the staff of a service differs from the catalogue's."""
        return float(self.staff[s] * self.spec.stretch)

    def offer(self, model: RegionModel, live: Funded, waiting: Ticks, places: Ticks, until: int) -> None:
        """Write down who would pay for each client in the line, who the match, and what each would be promised.

        Parameters
        ----------
        model : the model.
        live : clients.
        waiting : positions of those in the line.
        places : people whom each service can help at once.
        until : tick at which the month ends.
        """
        month, t = model.month, model.month - self.first
        service, rows = live.service[waiting], live.row[waiting]
        place, group = model.columns.place[rows], groups_of(model.columns, rows, month)
        cell = cells_of(service, place, group, self.n_places)
        np.add.at(self.data.waiting[t], cell, 1)
        pence = self.start_pence[service] + self.outcome_pence[service]
        pence = pence + self.month_pence[service] * -(-live.length[waiting] // TICKS_A_MONTH)
        seats = self._seats(live, places, until)
        plan = self._plan(t, places, key(model.root, month, Purpose.ALLOCATION))
        rank = np.zeros(cell.size) if plan.rank is None else plan.rank[cell]
        order = np.lexsort((live.number[waiting], live.arrived[waiting], live.is_first[waiting] == 0, rank))
        p = self.purses
        now = p.is_open(month)
        copies = Left(np.where(now, p.left, 0), p.pace.copy(), p.spent.copy())
        beyond = np.maximum(p.spent - self.terms.line, 0).sum(axis=1)
        fund, partner = np.zeros(waiting.size, np.int64), np.zeros(waiting.size, np.int64)
        offer(
            self.terms, copies, order, service, cell, live.payers[waiting], pence, seats, self.credit.copy(), beyond,
            fund, partner,
        )  # fmt: skip
        for why, counts in ((SHUT_OUT, self.output.shut_out), (NO_MONEY, self.output.no_money)):
            chosen = fund == why
            np.add.at(counts[t], (service[chosen], place[chosen]), 1)
        live.fund[waiting], live.partner[waiting], live.promised[waiting] = fund, partner, pence

    def _seats(self, live: Funded, places: Ticks, until: int) -> Ticks:
        """Return how many starts each service may offer: places free now or in the month, and some to spare."""
        n = len(self.services)
        helped = live.since >= 0
        taken = np.bincount(live.service[helped], minlength=n)
        ending = np.bincount(live.service[helped & (live.begun + live.length < until)], minlength=n)
        free = np.maximum(places - taken + ending, 0)
        return np.asarray(np.where(free > 0, free + free // SPARE + 1, 0), np.int64)

    def _plan(self, t: int, places: Ticks, k: np.uint64) -> Plan:
        p, terms = self.purses, self.terms
        situation = Situation(
            t=t,
            data=self.data.before(t),
            service=self.service,
            may_pay=self.may_pay_cell & (p.is_open(self.first + t) & (p.left > 0))[:, None] & self.costs_money,
            cost=self.cost,
            seats=places / self.length,
            ahead=p.ahead(self.first + t),
            pace=p.pace.copy(),
            left=p.left.copy(),
            line_room=np.maximum(terms.line - p.spent, 0),
            beyond_room=np.maximum(terms.beyond - np.maximum(p.spent - terms.line, 0).sum(axis=1), 0),
            programme=terms.programme,
            expected=(self.spec.prior_success, self.spec.prior_starts),
            key=k,
        )
        plan = self.allocator(situation)
        if plan.credit is not None:
            self.credit = plan.credit.copy()
        elif not plan.keeps:
            self.credit = np.zeros((len(self.funds), 0), np.int64)
        if plan.objective is not None:
            self.output.planned[t] = plan.objective
        self.output.plan_hash[t] = _hash_of(plan)
        return plan

    # ------------------------------------------------------------------ what comes of the offers
    def started(self, c: Columns, live: Funded, at: Ticks, ticks: Ticks, month: int, bill: Pence) -> None:
        """Promise their money to those who start, and pay for the start.

        Parameters
        ----------
        c : residents' columns.
        live : clients; what they are promised is written.
        at, ticks : positions of those who start, and when.
        month : month number.
        bill : pence by Place and line, written.
        """
        t, rows = month - self.first, live.row[at]
        group = groups_of(c, rows, month)
        live.begun[at], live.group[at] = ticks, group
        cell = cells_of(live.service[at], c.place[rows], group, self.n_places)
        np.add.at(self.data.started[t], cell, 1)
        paying = live.fund[at] >= 0
        mine, fund, partner, pence = at[paying], *(x[at][paying] for x in (live.fund, live.partner, live.promised))
        rest = np.where(partner >= 0, _part(pence, self.terms.match[fund]), 0)
        programme, shared = self.terms.programme[live.service[mine]], partner >= 0
        self.purses.promise(fund, programme, pence - rest)
        self.purses.promise(partner[shared], programme[shared], rest[shared])
        if self.credit.shape[1]:
            np.subtract.at(self.credit, (fund, cell[paying]), pence - rest)
            np.subtract.at(self.credit, (partner[shared], cell[paying][shared]), rest[shared])
        index = fund, live.service[mine], c.place[live.row[mine]], group[paying]
        np.add.at(self.output.starts, index, 1)
        np.add.at(self.output.promised, index, pence)
        self.pay(c, live, at, self.start_pence[live.service[at]], bill)

    def pay(self, c: Columns, live: Funded, at: Ticks, pence: Pence, bill: Pence) -> None:
        """Pay for some clients, out of what each was promised, and enter it in the bill.

        Parameters
        ----------
        c : residents' columns.
        live : clients; what they were paid is written.
        at : positions; nobody twice.
        pence : of each.
        bill : pence by Place and line, written.
        """
        place = c.place[live.row[at]]
        fund, partner = live.fund[at], live.partner[at]
        old = fund < 0
        line = self.line[live.service[at]]
        np.add.at(bill, (place[old], line[old]), pence[old])
        if (pence[~old] > live.promised[at][~old] - live.paid[at][~old]).any():
            raise ValueError("a client is to be paid more than he was promised")
        before, after = live.paid[at], live.paid[at] + pence
        share = np.where(partner >= 0, self.terms.match[np.maximum(fund, 0)], 0)
        theirs = _part(after, share) - _part(before, share)
        for who, part in ((fund, pence - theirs), (partner, theirs)):
            pays = ~old & (who >= 0)
            self.purses.pay(who[pays], part[pays])
            np.add.at(bill, (place[pays], self.account[who[pays]]), part[pays])
        live.paid[at] = np.where(old, before, after)

    def ended(self, c: Columns, live: Funded, at: Ticks, jobs: NDArray[np.bool_], month: int, bill: Pence) -> None:
        """Pay for jobs found, note them, and take back what clients who ended did not use.

        Parameters
        ----------
        c : residents' columns.
        live : clients.
        at : positions of those whose help ended.
        jobs : which of them left for a job.
        month : month number.
        bill : pence by Place and line, written.
        """
        found = at[jobs]
        self.pay(c, live, found, self.outcome_pence[live.service[found]], bill)
        found = found[live.since[found] >= self.first]
        rows = live.row[found]
        cell = cells_of(live.service[found], c.place[rows], live.group[found], self.n_places)
        np.add.at(self.data.jobs[month - self.first], cell, 1)
        at = at[live.fund[at] >= 0]
        fund, partner, promised, paid = live.fund[at], live.partner[at], live.promised[at], live.paid[at]
        share = np.where(partner >= 0, self.terms.match[fund], 0)
        theirs = _part(promised, share) - _part(paid, share)
        mine = promised - paid - theirs
        self.purses.give_back(fund, mine, live.since[at])
        with_partner = partner >= 0
        self.purses.give_back(partner[with_partner], theirs[with_partner], live.since[at][with_partner])

    def close(self, month: int) -> None:
        """Write down the month's items of every purse.

        Parameters
        ----------
        month : month number.
        """
        self.output.items[month - self.first] = self.purses.row()


def _part(pence: Pence, share: Pence) -> Pence:
    """Return the partner's part of so much money; `share` is 16-bit fixed point."""
    return np.asarray((pence * share) >> 16, np.int64)


def _hash_of(plan: Plan) -> np.uint64:
    from hashlib import sha256

    text = b"".join(x.tobytes() for x in (plan.rank, plan.credit) if x is not None)
    return np.uint64(int.from_bytes(sha256(text).digest()[:8], "big"))
