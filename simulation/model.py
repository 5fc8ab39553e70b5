"""The region as a Mesa model: the order of the month, written once.

Residents and employers are columns that compiled kernels write; subsidies are Mesa agents that act once a
month. Mesa's own random generator is never drawn from.
"""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from scenarios.arm import ArmSpec
from scenarios.service_specs import ServicesSpec
from scenarios.vocabulary import State
from simulation import families
from simulation.accounts import Accounts
from simulation.checksum import state_hash
from simulation.claiming_tables import claiming_tables
from simulation.columns import (
    BLOCK,
    SEEKERS_A_TASK,
    Columns,
    Firms,
    Record,
    empty_lists,
    empty_looking,
    empty_matching,
    empty_record,
)
from simulation.exact_limits import clear_market
from simulation.hiring import hire, match, prepare_nodes
from simulation.incentives import Incentives
from simulation.lanes import Lanes
from simulation.looks import HiringKeys, apply
from simulation.model_tables import look_parameters, pay_tables, terms_in_force, terms_of, visit_tables, with_subsidies
from simulation.monthly_pass import monthly_pass
from simulation.observers import Rows, empty_counters, take_counts
from simulation.places import Place
from simulation.processes.employer_choice import opening_rate
from simulation.programmes import Subsidy, participation
from simulation.recording import record
from simulation.service_tables import highest_recovery, looks_with_services, with_services
from simulation.services import Services
from simulation.slots import RATE_ONE, count_slots, join_lists, open_and_close, open_places
from simulation.start import Start
from simulation.streams import FIXED, Purpose, draws, key, key_of, root
from simulation.taxben.rates import NEW_HEALTH_ELEMENT_FROM, as_record, financial_year, rates_of
from simulation.thresholds import ONE, with_recovery
from simulation.visit import CELL_SHAPE, DIAGNOSIS, MAX_SUBSIDIES, STANDARD_SHIFT, WAIT, Counters, Keys


class RegionModel(mesa.Model):  # type: ignore[misc]  # Mesa ships without types
    """One arm of one run. `step` is a month; `rows` holds the counts of the months so far."""

    def __init__(
        self,
        start: Start,
        arm: ArmSpec,
        *,
        seed: int = 0,
        threads: int = 1,
        first_month: int = 0,
        months: int = 60,
        recording: bool = False,
        hashing: bool = False,
        block: int = BLOCK,
        copy: bool = True,
    ) -> None:
        super().__init__(rng=0)
        if len(arm.subsidies) > MAX_SUBSIDIES // 2:
            most = MAX_SUBSIDIES // 2
            raise ValueError(f"arm '{arm.name}' has {len(arm.subsidies)} subsidies; at most {most} can run")
        self.start, self.arm, self.run_seed, self.block = start, arm, seed, block
        self.root = root(seed, start.draw)
        self.month, self.first_month, self.policy_month = first_month, first_month, arm.policy_month
        self.columns: Columns = Columns._make(a.copy() for a in start.columns) if copy else start.columns
        self.firms: Firms = self._with_subsidies(start.firms, copy)
        self.lanes = Lanes(threads)
        self.hashing = hashing
        n, k = start.n, len(arm.subsidies)
        self.lists = empty_lists(n)
        self.counters = [empty_counters(start.n_places, k) for _ in range(self.lanes.n)]
        self.cells = np.zeros(start.n_places * int(np.prod(CELL_SHAPE)), np.int32)
        self.satisfaction = np.zeros(start.n_places, np.int64)
        n_services = len(arm.services.services) if arm.services else 0
        self.rows = Rows.empty(months, start.n_places, start.n_areas, k, n_services, len(arm.employers))
        self.recorder: Record = empty_record(n if recording else 1, arm.months)
        self.recording = recording
        self.benefits = arm.benefits if first_month >= arm.policy_month else ()  # the law changes with the policy
        claiming = claiming_tables(start.parameters, start.local_rents, self.benefits)
        self.accounts = Accounts(start.n_places, k, claiming)
        self.seeker_ids = np.zeros(n // 8 + 4096, np.uint32)
        self.matching = empty_matching(n // 8 + 4096, len(self.firms.size) * (k + 1), len(self.firms.size) + 4096)
        self.looking = [empty_looking() for _ in range(self.lanes.n)]
        self.n_seekers = self.n_hired = 0
        self.tightness = start.tightness.copy()
        self.n_unemployed, self.n_vacant = [0] * start.n_places, [0] * start.n_areas
        self.terms = terms_of(arm.subsidies)
        if start.visit is None:
            start.visit = visit_tables(start.donor, start.n_places, start.parameters, start.limits)
        self.visit = with_subsidies(start.visit, start.parameters, arm.subsidies)
        self.visit.values[STANDARD_SHIFT] += start.levels.standard_shift
        self.tables = start.tables
        if arm.services:
            self._set_services(arm.services)
        self.rate_key = ("", 0.0, 0, 0)
        self._set_year()
        self.subsidies = [Subsidy(self, spec, i) for i, spec in enumerate(arm.subsidies)]
        self.incentives = Incentives(self, arm.employers) if arm.employers else None
        funding = arm.funding if self.first_month >= arm.policy_month else None  # money begins with the policy
        self.services = Services(self, arm.services, funding) if arm.services else None
        self.places = [Place(self, i) for i in range(start.n_areas)]
        self._tabulate_policy()
        self._set_targets()

    # ------------------------------------------------------------------ setting up
    def _with_subsidies(self, firms: Firms, copy: bool) -> Firms:
        n, k = firms.size.size, len(self.arm.subsidies)
        if not copy:
            return firms
        out = Firms._make(a.copy() for a in firms)
        return out._replace(
            places=np.zeros((k, n), np.int32),
            places_filled=np.zeros((k, n), np.int32),
            joins=np.zeros((k, n), np.uint16),
        )

    def _set_services(self, spec: ServicesSpec) -> None:
        """Tabulate what services change in the pass; a wait for treatment is policy too."""
        self.visit = with_services(self.visit, spec.services, self.start.n_places, self.root)
        self.visit.values[WAIT] = round(self.visit.values[WAIT] * spec.treatment_wait)
        highest = highest_recovery(self.visit.help_ratio)
        if highest > 1.0:
            self.tables = with_recovery(self.tables, highest, int(self.visit.values[DIAGNOSIS]))

    def _tabulate_policy(self) -> None:
        p, arm = self.start.parameters, self.arm
        share = np.array([s.share for s in self.subsidies])
        self.look_parameters = look_parameters(p, arm.subsidies, share, self.start.n_areas, self.start.limits)
        self.look_parameters = self.look_parameters._replace(
            shift=self.look_parameters.shift + self.start.levels.standard_shift
        )
        if arm.services:
            self.look_parameters = looks_with_services(
                self.look_parameters, arm.services.services, self.visit.help_ratio
            )
        if self.incentives:
            self.visit = self.visit._replace(offers=self.incentives.offers, offer_ratio=self.incentives.ratios)
            self.look_parameters = self.look_parameters._replace(offers=self.incentives.offers)
        for k, spec in enumerate(arm.subsidies):
            self.firms.joins[k] = participation(
                self.firms, spec, k, self.root, int(p.employer_choice.establishment_slots)
            )
        self.firms.headcount[:] = self.firms.filled

    def _set_year(self) -> None:
        """Take the rates of the month's financial year, of the scenario's minimum wage and of its benefits."""
        factor = 1.0
        for month, multiplier in self.arm.minimum_wage:
            factor = multiplier if month <= self.month else factor
        changes = [(x.work_allowance_pence, x.trial_months) for x in self.benefits if x.from_month <= self.month]
        years = self.start.rules
        year = min(max(financial_year(self.month), min(years)), max(years))
        wanted = (year, factor, *(changes[-1] if changes else (0, 0)))
        if self.rate_key == wanted:
            return
        self.rate_key = wanted
        law = rates_of(years[year], NEW_HEALTH_ELEMENT_FROM, factor, wanted[2])
        self.rates: Any = as_record(law)
        self.pay = pay_tables(self.start.parameters, law.minimum_wage, self.arm.subsidies)
        terms_in_force(self.visit, law, self.accounts.claiming.trial_months)

    def _demand(self) -> float:
        level = 1.0
        for month, multiplier in self.arm.demand:
            level = multiplier if month <= self.month else level
        return level

    def _set_targets(self) -> None:
        """Set the slots that employers want: normal size, demand, and what a higher minimum wage costs.

        Each employer rounds up or down at a place of his own. Were it the same for all, a level of slots that crosses
        a half for a common size would move the whole region's jobs at once.
        """
        choice = self.start.parameters.employer_choice
        self.target_key = (self._demand(), self.rate_key[1])
        wage_cost = 1.0 + (self.rate_key[1] - 1.0) * np.asarray(choice.low_paid_share)[self.firms.sector]
        wanted = self.firms.size * (self.start.levels.slots * self.target_key[0])
        wanted = wanted * np.power(wage_cost, -choice.cost_elasticity)
        everybody = draws(key(root(0, 0), FIXED, Purpose.ROUNDING), np.arange(len(self.firms.size)))
        up = (everybody & np.uint64(0xFFFFFFFF)).astype(np.float64) / 2.0**32
        self.firms.target[:] = np.floor(np.round(wanted, 6) + up).astype(np.int32)

    def settle_everybody(self) -> None:
        """Work out everybody's payments at the start; claims that are found there began before it."""
        self.accounts.settle_everybody(self)
        since = self.columns.claim_since
        since[since == self.month] = self.month - 1

    def initialise(self) -> None:
        """Set classes, timers, satisfaction and counts of a population that has not run yet."""
        n = self.start.n
        everybody = np.arange(n, dtype=np.uint32)
        c, month = self.columns, self.month - 1
        band = self.start.tables.band[month - c.birth.astype(np.int64)].astype(np.int64)
        cells = c.place.astype(np.int64) * CELL_SHAPE[0] + band
        codes: tuple[NDArray[Any], ...] = (c.sex, c.ethnicity, c.severity > 0, c.state)
        for size, code in zip(CELL_SHAPE[1:], codes, strict=True):
            cells = cells * size + code
        c.cell[:] = cells
        c.satisfaction[:] = 0  # record adds the change
        self.accounts.care.begin(c, self.visit.care, month)
        self.cells[:] = np.bincount(cells, minlength=self.cells.size)
        record(
            c, self.start.tables, self.visit, everybody, self.recorder, self.counters[0],
            key(self.root, FIXED, Purpose.WELLBEING), month, -1, n,
        )  # fmt: skip
        self._collect(0)

    def release(self) -> None:
        """Let go of the large arrays and the threads; the rows stay.

        The model and its agents refer to each other, so the arrays would otherwise wait for the garbage
        collector, which does not see how large they are.
        """
        self.lanes.close()
        mesa.Agent._ids.pop(self, None)  # Mesa numbers agents in a table that would hold every model for good
        del (
            self.columns, self.firms, self.lists, self.matching, self.looking, self.recorder, self.visit, self.tables,
            self.services, self.incentives, self.start, self.seeker_ids,
        )  # fmt: skip

    # ------------------------------------------------------------------ the month
    def step(self) -> None:
        """Run one month, in order."""
        self.accounts.begin()
        policy = self.month - self.policy_month if self.recording else -1
        if policy == 0:
            self._begin_record()
        self._new_rates()
        if self.start.families and families.is_due(self.month):
            families.step(self, self.start.families, policy)
        if self.incentives:
            self.incentives.step(self.month)
        self._pass_over_residents(policy)  # 1-4 age, health, exits, ends of subsidies
        self._open_slots()  # 5
        if self.services:  # 6 doors, and 8 programmes
            self.services.step(self, policy)
        for subsidy in self.subsidies:
            subsidy.step()
        if self.subsidies:
            self._open_places()
        self._hire(policy)  # 7
        self.accounts.pay(self)  # 9
        if self.services:
            self.accounts.posted += self.services.bill
        if self.incentives:
            self.incentives.close(self)
            self.accounts.posted += self.incentives.bill
        self._observe()  # 10 wellbeing is kept by events; 11
        self.month += 1

    def _keys(self) -> Keys:
        p, month = Purpose, self.month
        return Keys(
            month=key(self.root, month, p.MONTH),
            fate=key(self.root, month, p.FATE),
            arrival=key(self.root, month, p.ARRIVAL),
            keep=key(self.root, month, p.KEEP),
            treatment=key(self.root, month, p.TREATMENT),
            skill=key(self.root, month, p.SKILL),
            disclosure=key(self.root, FIXED, p.DISCLOSURE),
            wellbeing=key(self.root, FIXED, p.WELLBEING),
            help=key(self.root, month, p.PLACEMENT),
        )

    def _begin_record(self) -> None:
        every = np.uint64(0xFFFFFFFFFFFFFFFF)
        r, c = self.recorder, self.columns
        r.work[:] = np.where(c.state <= State.ABSENT, every, np.uint64(0))[:, None]
        r.unemployed[:] = np.where(c.state == State.UNEMPLOYED, every, np.uint64(0))[:, None]
        self.firms.headcount[:] = self.firms.filled

    def _new_rates(self) -> None:
        before = self.rate_key
        self._set_year()
        if self.rate_key != before:
            self.accounts.settle_everybody(self)
        if self.target_key != (self._demand(), self.rate_key[1]):
            self._set_targets()

    def _pass_over_residents(self, policy: int) -> None:
        keys, n_blocks = self._keys(), -(-self.start.n // self.block)

        def work(lane: int, first: int, end: int) -> None:
            monthly_pass(
                self.columns, self.firms, self.tables, self.visit, self.start.donor, self.lists, self.recorder,
                self.counters[lane], keys, self.month, policy, self.block, first, end,
            )  # fmt: skip

        self.lanes.run(work, n_blocks)
        self.n_seekers = join_lists(self.lists, self.firms, self.block, n_blocks)

    def _open_slots(self) -> None:
        choice = self.start.parameters.employer_choice
        rates = np.rint(opening_rate(self.tightness, self.start.tightness, choice) * RATE_ONE).astype(np.int64)
        k, close = key(self.root, self.month, Purpose.CLOSE), round(choice.close_rate * RATE_ONE)

        def work(lane: int, first: int, end: int) -> None:
            open_and_close(self.firms, k, close, rates, first, end)

        self.lanes.run(work, len(self.firms.size))

    def _open_places(self) -> None:
        """Let employers open programme places, but only of subsidies under which somebody holds an offer."""
        choice = self.start.parameters.employer_choice
        adding = [s.spec.places != "any_vacancy" and s.is_open(self.month) for s in self.subsidies]
        answer = [round(choice.cost_elasticity * s.share * ONE) if s.offers.size else 0 for s in self.subsidies]
        offered = np.where(adding, answer, -1).astype(np.int64)
        k = key(self.root, self.month, Purpose.PLACES)
        keys = np.array([key_of(k, s.spec.name) for s in self.subsidies], np.uint64)
        close, refill = round(choice.close_rate * RATE_ONE), round(choice.refill_rate * RATE_ONE)

        def work(lane: int, first: int, end: int) -> None:
            open_places(self.firms, keys, close, refill, offered, first, end)

        self.lanes.run(work, len(self.firms.size))

    def _hire(self, policy: int) -> None:
        n, m = self.n_seekers, self.matching
        total = prepare_nodes(self.firms, m)
        if n > m.got.size or total > m.best_rank.size:
            n_seekers, n_open = max(n, m.got.size) * 5 // 4, max(total, m.best_rank.size) * 5 // 4
            self.matching = m = empty_matching(n_seekers, m.held.size, n_open)
            self.seeker_ids = np.zeros(m.got.size, np.uint32)
            prepare_nodes(self.firms, m)
        p = Purpose
        looks = self.look_parameters._replace(month=self.month)
        keys = HiringKeys(
            look=key(self.root, self.month, p.LOOK),
            value=key(self.root, self.month, p.VALUE),
            accept=key(self.root, self.month, p.ACCEPT),
            participation=key(self.root, FIXED, p.PARTICIPATION),
            pay=key(self.root, self.month, p.PAY),
            gain=key(self.root, self.month, p.GAIN),
        )

        def work(lane: int, first: int, end: int) -> None:
            apply(
                self.columns, self.firms, self.start.looks, looks, self.lists, m, self.looking[lane],
                keys, first * SEEKERS_A_TASK, min(n, end * SEEKERS_A_TASK),
            )  # fmt: skip

        self.lanes.run(work, -(-n // SEEKERS_A_TASK))
        self.proposals = match(
            self.columns, self.firms, m, self.lists.seeker, self.seeker_ids, n, 0, self.start.limits.unlimited
        )
        if self.start.limits.clearing:
            clear_market(self, n, key(self.root, self.month, p.RING))
        self.n_hired = hire(
            self.columns, self.firms, self.tables, looks, self.pay, m, self.lists,
            self.counters[0], self.recorder, keys, n, self.month, policy,
        )  # fmt: skip
        record(
            self.columns, self.start.tables, self.visit, self.lists.hired, self.recorder, self.counters[0],
            key(self.root, FIXED, p.WELLBEING), self.month, policy, self.n_hired,
        )  # fmt: skip

    # ------------------------------------------------------------------ observing
    def _collect(self, t: int) -> None:
        """Add the lanes' counts to row t and to the running totals, and empty them."""
        rows = self.rows
        month = [row[t].reshape(-1) for row in (rows.moves, rows.ageing, rows.flows, rows.subsidies)]
        for lane in self.counters:
            flat = Counters._make(array.reshape(-1) for array in lane)
            take_counts(flat, self.cells, self.satisfaction, self.accounts.care.totals.reshape(-1), *month)

    def _observe(self) -> None:
        t, rows, firms = self.month - self.first_month, self.rows, self.firms
        self._collect(t)
        rows.stocks[t] = self.cells.reshape(rows.stocks.shape[1:])
        rows.satisfaction[t] = self.satisfaction
        rows.claimants[t] = self.accounts.claimants
        for subsidy in self.subsidies:
            self.accounts.close(self, subsidy, rows.subsidies[t, subsidy.index])
        rows.ledger[t] = self.accounts.standing + self.accounts.posted
        self.accounts.care.post(rows.ledger[t], rows.service_use[t])
        count_slots(
            firms.area, firms.slots, firms.filled, firms.places, firms.places_filled, rows.slots[t], rows.places[t]
        )
        per_place = self.cells.reshape(self.start.n_places, -1, CELL_SHAPE[-1])
        self.n_unemployed = per_place[:, :, State.UNEMPLOYED].sum(axis=1).tolist()
        self.n_vacant = (rows.slots[t, :, 0] - rows.slots[t, :, 1]).tolist()
        for place in self.places:
            place.step()
        if self.hashing:
            rows.state_hash[t] = state_hash(self.columns, self.firms)
