"""Steps 6 and 8 of the month for services: doors, referrals, waiting lists, starts, and what becomes of clients.

A resident stands in one line at most and is helped by one service at most; whoever starts with another service is
taken off the first one's books a month later. Effects on hazards and looks act from the month after the start, those on
accepting a job and on employers' ranking at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scenarios.fund_specs import FundingSpec
from scenarios.service_specs import ServiceSpec, ServicesSpec
from scenarios.vocabulary import State
from simulation.clients import MONTHS_A_YEAR, Funded, Live, Rows, Service
from simulation.columns import COMPLETED, HELPED, PLACED, WAITING, Columns
from simulation.contacts import FULL, MONEY, NOWHERE, RULES, ask, refer
from simulation.delivery.caseload import Caseload
from simulation.delivery.desk import TICKS_A_MONTH, Clients, Engine, Period, Referrals, Ticks
from simulation.delivery.replay import Batch
from simulation.departures import BARRED, INTO_WORK, STAYS, fates
from simulation.eligibility_pass import masks_of
from simulation.funding.bonds import payable, rule_of
from simulation.funding.money import Money
from simulation.funding.offers import NO_FUND
from simulation.help_outcomes import end_help, place, teach
from simulation.ledger import LINE_INDEX, LINES
from simulation.output import SERVICE_ITEMS
from simulation.recording import record
from simulation.service_tables import WAIT_STEPS, doors_of, offers_of, terms_of
from simulation.streams import FIXED, Purpose, draws, key
from simulation.thresholds import ONE

if TYPE_CHECKING:
    from simulation.model import RegionModel

Counts = NDArray[np.int32]
_ITEM = {name: i for i, name in enumerate(SERVICE_ITEMS)}
_HALF = 0xFFFFFFFF
MAX_SERVICES = 254
"""Services of one arm; a resident's column holds their number in one byte."""


class Services:
    """All services of an arm."""

    def __init__(self, model: RegionModel, spec: ServicesSpec, funding: FundingSpec | None = None) -> None:
        if len(spec.services) > MAX_SERVICES:
            raise ValueError(f"an arm has {len(spec.services)} services; at most {MAX_SERVICES} can run")
        self.spec = spec
        self.agents = [Service(model, s, k) for k, s in enumerate(spec.services)]
        self.names = tuple(s.name for s in spec.services)
        p = model.start.parameters.doors
        self.doors = doors_of(p, spec)
        n_places = model.start.n_places
        self.money = None if funding is None else Money(model, funding, spec.services)
        known = spec.services if self.money is None else payable(spec.services, self.money.funds)
        bonds = () if self.money is None else tuple(rule_of(fund) for fund in self.money.funds)
        self.offers, self.rules, numbers = offers_of(known, p.awareness, n_places, bonds)
        if self.money is not None:
            self.money.bound_by(numbers)
        self.terms = terms_of(spec.services)
        self.spread, self.in_work = round(p.length_spread * ONE), int(p.in_work_support)
        self.triage = round(p.triage_rejection * 2.0**32)
        self.live: Any = Live.nobody() if funding is None else Funded.of_nobody()
        self.placed: Rows = np.zeros(0, np.uint32)
        self.bill = np.zeros((model.start.n_places, len(LINES)), np.int64)
        self.engine: Engine = self._engine(model.first_month * TICKS_A_MONTH, None)
        self.next_number = 0
        self.number_before: Ticks = np.zeros(0, np.int64)
        self.batches: list[Batch] | None = None
        """what reaches the desks each month, kept only where somebody put a list here"""

    def _engine(self, now: int, clients: Clients | None) -> Engine:
        if self.spec.delivery == "queue":
            from simulation.delivery.queue import Queue

            return Queue(now, clients, len(self.names), is_held=self.money is not None)
        return Caseload(now, clients)

    def go_on_from(self, other: Services, c: Columns, month: int) -> None:
        """Take over the clients of the months before, service by service.

        Parameters
        ----------
        other : services of the history; each of them is one of these (`and_those_of`).
        c : residents' columns; the numbers of services are rewritten to this arm's.
        month : the first month of this arm.
        """
        number = np.array([self.names.index(name) for name in other.names], np.int64)
        code = np.zeros(len(other.names) + 1, np.uint8)
        code[1:] = number + 1
        c.help[:] = code[c.help]
        self.number_before = number
        for mine, agent in zip(number, other.agents, strict=True):
            self.agents[mine].started_this_year = agent.started_this_year
        self.live = replace(other.live, service=number[other.live.service])
        self.placed, self.next_number = other.placed.copy(), other.next_number
        clients = other.engine.clients()
        if self.money is not None:
            self.live = self.money.taken_over(self.live, clients)
        desk = number[clients.desk]
        order = np.argsort(desk, kind="stable")
        moved = Clients(*(column[order] for column in clients._replace(desk=desk)))
        self.engine = self._engine(month * TICKS_A_MONTH, moved)

    # ------------------------------------------------------------------ the month
    def step(self, model: RegionModel, policy: int) -> None:
        """Run the month of every service.

        Parameters
        ----------
        model : the model; residents' columns for help are written.
        policy : policy month, negative before the policy's start.
        """
        c, month = model.columns, model.month
        counts = model.rows.services[month - model.first_month]
        self.bill[:] = 0
        if self.money is not None:
            self.money.begin(month)
        for agent in self.agents:
            agent.step()
        self.offers.places[:] = [agent.places for agent in self.agents]
        c.help_state[self.placed] &= np.uint8(~PLACED & 0xFF)
        asked, channels = self._ask(model)
        waiting = self.live.since < 0
        everybody = np.concatenate([asked, self.live.row[waiting]])
        met = masks_of(self.rules, c, everybody, month, model.lanes)
        removed, changed = self._take_off(c, met[asked.size :], month, counts)
        new, referrals = self._refer(model, asked, channels, met[: asked.size], counts)
        self.live = self.live.and_also(new)
        held = self._offer(model, (month + 1) * TICKS_A_MONTH)
        if self.batches is not None:
            self.batches.append(Batch(referrals, self.offers.places.copy(), removed))
        period = self.engine.advance(referrals, self.offers.places, removed, (month + 1) * TICKS_A_MONTH, held)
        changed = np.concatenate([changed, *self._settle(model, period, policy, counts)])
        rows = np.sort(changed)
        rows = rows[np.diff(rows, prepend=-1) > 0]
        record(
            c, model.tables, model.visit, rows, model.recorder, model.counters[0],
            key(model.root, FIXED, Purpose.WELLBEING), month, policy, rows.size,
        )  # fmt: skip
        active, where = self.live.since >= 0, c.place[self.live.row]
        for item, who in (("waiting", ~active), ("active", active)):
            self._add(counts, item, self.live.service[who], where[who])
        if self.money is None:
            self._charge(counts)
        else:
            at = np.flatnonzero(active)
            self.money.pay(c, self.live, at, self.money.month_pence[self.live.service[at]], self.bill)
            self.money.close(month)
        claimed = counts[:, :, _ITEM["finished"]].astype(np.int64) * (self.terms.income_pence * MONTHS_A_YEAR)[:, None]
        self.bill[:, LINE_INDEX["advice_income"]] += claimed.sum(axis=0)
        model.rows.service_places[month - model.first_month] = self.offers.places

    def _charge(self, counts: Counts) -> None:
        """Enter starts, months of help and jobs found in the month's bill by Place and line."""
        terms, whole = self.terms, counts.astype(np.int64)
        for item, pence in (
            ("started", terms.start_pence),
            ("active", terms.month_pence),
            ("into_work", terms.outcome_pence),
        ):
            np.add.at(self.bill.T, terms.line, whole[:, :, _ITEM[item]] * pence[:, None])

    def _offer(self, model: RegionModel, until: int) -> Ticks | None:
        """Write down who would pay for each client in the line; return those for whom nobody would, None without funds.

        Parameters
        ----------
        model : the model.
        until : tick at which the month ends.
        """
        if self.money is None:
            return None
        waiting = np.flatnonzero(self.live.since < 0)
        self.money.offer(model, self.live, waiting, self.offers.places, until)
        return np.asarray(self.live.number[waiting[self.live.fund[waiting] < NO_FUND]], np.int64)

    @staticmethod
    def _add(counts: Counts, item: str, service: Ticks, place: NDArray[np.uint8]) -> None:
        """Add people to an item of the month's counts, by service and Place."""
        n_services, n_places = counts.shape[:2]
        found = np.bincount(service * n_places + place, minlength=n_services * n_places)
        counts[:, :, _ITEM[item]] += found.reshape(n_services, n_places).astype(np.int32)

    def _ask(self, model: RegionModel) -> tuple[Rows, NDArray[np.int64]]:
        """Return the residents who ask at a door, in order of rows, and the channels."""
        rows, channels = model.lists.events, model.lists.why
        k, n = key(model.root, model.month, Purpose.CONTACT), model.start.n
        found = [0] * model.lanes.n

        def work(lane: int, first: int, end: int) -> None:
            found[lane] = ask(model.columns, self.doors, k, model.month, first, end, rows, channels, model.lists.hashes)

        model.lanes.run(work, n)
        parts = [slice(first, first + m) for (first, _), m in zip(model.lanes.ranges(n), found, strict=True)]
        return (
            np.concatenate([rows[part] for part in parts]),
            np.concatenate([channels[part] for part in parts]).astype(np.int64),
        )

    def _take_off(self, c: Columns, met: NDArray[np.uint64], month: int, counts: Counts) -> tuple[Ticks, Rows]:
        """Take clients off who left, moved on, found a job or lost their eligibility.

        Parameters
        ----------
        c : residents' columns, written.
        met : rules that those in the lines meet, in the order of `live`.
        month : month number.
        counts : the month's counts, written.

        Returns
        -------
        Their numbers, and the rows of residents whose help has ended.
        """
        live, fate = self.live, np.zeros(self.live.number.size, np.int64)
        fates(
            c, live.row, live.id, live.service, live.since, met, self.offers.money, self.terms.keeps_workers,
            month, self.in_work, fate, counts,
        )  # fmt: skip
        c.help_state[live.row[fate == BARRED]] &= np.uint8(~WAITING & 0xFF)
        ended = live.row[fate == INTO_WORK]
        c.help_state[ended] = (c.help_state[ended] & np.uint8(~HELPED & 0xFF)) | np.uint8(COMPLETED)
        off = fate != STAYS
        if self.money is not None:
            live.payers[live.since < 0] = self.money.payers(met)
            at = np.flatnonzero(off & (live.since >= 0))
            self.money.ended(c, live, at, fate[at] == INTO_WORK, month, self.bill)
        self.live = live.of(~off)
        return live.number[off], ended

    def _refer(
        self, model: RegionModel, asked: Rows, channels: NDArray[np.int64], met: NDArray[np.uint64], counts: Counts
    ) -> tuple[Live, Referrals]:
        """Refer those who asked; return the new clients and the batch for the desks.

        Parameters
        ----------
        model : the model; residents' columns are written.
        asked, channels, met : residents at the doors, where, and the rules they meet.
        counts : the month's counts, written.
        """
        c, month, n = model.columns, model.month, asked.size
        rejected, reason, referred = (np.zeros(n, np.int64) for _ in range(3))
        self.offers.is_open[:] = self._room() > 0
        keys = [key(model.root, month, p) for p in (Purpose.SERVICE, Purpose.REFERRAL, Purpose.RULES)]

        def work(lane: int, first: int, end: int) -> None:
            refer(c, self.doors, self.offers, *keys, asked, channels, met, first, end, rejected, reason, referred)

        model.lanes.run(work, n)
        place = c.place[asked]
        for item, why in (("rejected_rules", RULES), ("rejected_money", MONEY), ("rejected_full", FULL)):
            wrong = (rejected != NOWHERE) & (reason == why)
            self._add(counts, item, rejected[wrong], place[wrong])
        wrong, right = rejected != NOWHERE, referred != NOWHERE
        for item, service, chosen in (
            ("referred", rejected, wrong),
            ("referred", referred, right),
            ("lost", rejected, wrong & ~right),
        ):
            self._add(counts, item, service[chosen], place[chosen])
        first = draws(keys[2], c.id[asked]) >> np.uint64(32) < np.uint64(self.triage)
        self._add(counts, "rejected_triage", referred[right & first], place[right & first])
        chosen = right & ~first
        payers = met[chosen] if self.money is None else self.money.payers(met[chosen])
        return self._batch(model, asked[chosen], referred[chosen], payers, counts)

    def _batch(
        self, model: RegionModel, rows: Rows, service: Ticks, payers: NDArray[Any], counts: Counts
    ) -> tuple[Live, Referrals]:
        """Return the new clients and the batch: every duration drawn, in order of service, day and lot.

        Parameters
        ----------
        model : the model; residents' columns are written.
        rows, service : residents referred, and to which service.
        payers : bits of the funds that may pay for each; not read without funds.
        counts : the month's counts, written.
        """
        c, month, terms = model.columns, model.month, self.terms
        ids = c.id[rows]
        wait = draws(key(model.root, month, Purpose.WAIT), ids)
        tick = month * TICKS_A_MONTH + ((wait & np.uint64(_HALF)).astype(np.int64) * TICKS_A_MONTH >> 32)
        order = np.lexsort((ids, wait, service << 32 | tick))
        full = self._beyond_cap(service[order])
        self._add(counts, "rejected_full", service[order[full]], c.place[rows[order[full]]])
        order = order[~full]
        rows, service, ids, wait, tick = rows[order], service[order], ids[order], wait[order], tick[order]
        step = (wait >> np.uint64(32)).astype(np.int64) * WAIT_STEPS >> 32
        h = draws(key(model.root, month, Purpose.HELP), ids)
        u, v = (h & np.uint64(_HALF)).astype(np.int64) >> 16, (h >> np.uint64(32)).astype(np.int64)
        whole = np.maximum(1, terms.length[service] * ((ONE - self.spread) + (2 * self.spread * u >> 16)) >> 16)
        drop = terms.drop_out[service, v * WAIT_STEPS >> 32]
        number = np.arange(self.next_number, self.next_number + rows.size)
        self.next_number += rows.size
        c.help_state[rows] |= np.uint8(WAITING)
        new = Live(number, rows, ids, service, tick, np.full(rows.size, -1), drop < whole)
        first = (c.cohort[rows].astype(np.int64) & terms.priority[service]) != 0
        batch = Referrals(
            client=number, tick=tick, priority=np.where(first, 0, 1), patience=terms.patience[service, step],
            length=np.minimum(whole, drop), desk=service,
        )  # fmt: skip
        if self.money is not None:
            new = Funded.made(new, whole, np.zeros(rows.size, np.int64), first, payers[order])
        return new, batch

    def _room(self) -> Ticks:
        """Return how many more referrals each service may take: the year's starts that are left, less its line."""
        n = len(self.names)
        in_line = np.bincount(self.live.service[self.live.since < 0], minlength=n)
        room = np.full(n, np.iinfo(np.int64).max)
        for s, agent in enumerate(self.agents):
            if agent.cap is not None:
                room[s] = max(0, agent.cap - agent.started_this_year - int(in_line[s]))
        return room

    def _beyond_cap(self, service: Ticks) -> NDArray[np.bool_]:
        """Return which referrals, in order of service and day, are more than their service may take."""
        position = np.arange(service.size) - np.searchsorted(service, np.arange(len(self.names)))[service]
        return np.asarray(position >= self._room()[service], np.bool_)

    # ------------------------------------------------------------------ what desks report
    def _settle(self, model: RegionModel, period: Period, policy: int, counts: Counts) -> list[Rows]:
        """Write down who gave up, started and ended; return the rows of residents whose help began or ended.

        Parameters
        ----------
        model : the model; residents' columns and the pairing record are written.
        period : what happened at the desks.
        policy : policy month, negative before the policy's start.
        counts : the month's counts, written.
        """
        c, month, live = model.columns, model.month, self.live
        for moves in (period.withdrawn, period.started):
            c.help_state[live.row[live.at(moves.client)]] &= np.uint8(~WAITING & 0xFF)
        gave_up = live.at(period.withdrawn.client)
        at = live.at(period.started.client)
        live.since[at] = month
        if self.money is not None:
            self.money.started(c, live, at, period.started.tick, month, self.bill)
        rows, service = live.row[at], live.service[at]
        c.help[rows], c.help_since[rows] = service + 1, month
        c.help_state[rows] |= np.uint8(HELPED)
        for s, n in enumerate(np.bincount(service, minlength=len(self.names)).tolist()):
            self.agents[s].started_this_year += n
        days = period.started.tick - live.arrived[at]
        np.add.at(counts[:, :, _ITEM["days_waited"]], (service, c.place[rows]), days)
        if policy >= 0:
            r = model.recorder
            new = rows[(r.first_help[rows] < 0) & (policy < r.left[rows])]
            r.first_help[new], r.help_service[new] = policy, c.help[new] - 1
        done = live.at(period.finished.client)
        dropped, finished = done[live.drops[done]], done[~live.drops[done]]
        ends = live.row[finished]
        found = (c.state[ends] <= State.ABSENT) & (c.work_since[ends] >= live.since[finished])
        found &= ~self.terms.keeps_workers[live.service[finished]]
        for item, who in (
            ("withdrawn", gave_up),
            ("started", at),
            ("dropped_out", dropped),
            ("finished", finished[~found]),
            ("into_work", finished[found]),
        ):
            self._add(counts, item, live.service[who], c.place[live.row[who]])
        if self.money is not None:
            jobs = np.zeros(live.number.size, np.bool_)
            jobs[finished[found]] = True
            self.money.ended(c, live, done, jobs[done], month, self.bill)
        at_start = self.terms.placed_at_start
        placed = np.concatenate([at[at_start[service]], finished[~at_start[live.service[finished]]]])
        end_help(c, live, dropped, finished)
        teach(model, self.terms, ends, live.service[finished])
        chosen = place(model, self.terms, live.row[placed], live.service[placed])
        self.placed = live.row[placed[chosen]]
        self._add(counts, "placed", live.service[placed[chosen]], c.place[self.placed])
        over = np.zeros(live.number.size, np.bool_)
        over[gave_up], over[done] = True, True
        self.live = live.of(~over)
        return [rows, live.row[done]]


def and_those_of(spec: ServicesSpec, history: ServicesSpec, month: int) -> ServicesSpec:
    """Return an arm's services and, without places, those of its history that it no longer has.

    Parameters
    ----------
    spec, history : services of the arm and of the months before.
    month : the first month of the arm.
    """
    mine: Mapping[str, ServiceSpec] = {s.name: s for s in spec.services}
    ended = [replace(s, steps=((month, 0.0),)) for s in history.services if s.name not in mine]
    return replace(spec, services=tuple(sorted((*spec.services, *ended), key=lambda s: s.name)))
