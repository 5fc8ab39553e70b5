"""The order of the month, and its accounts, for the plain-Python model."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.arm import ArmSpec, SubsidySpec
from simulation.columns import NO_GAIN, Columns
from simulation.ledger import LINE_INDEX, LINES
from simulation.model_tables import pay_tables
from simulation.processes import wellbeing
from simulation.residents import NEVER
from simulation.start import Start
from simulation.streams import Purpose
from tests.plain import care, market, money
from tests.plain.benefits import CREDIT, Benefits, Rates
from tests.plain.draws import Draws, high, low
from tests.plain.people import change_health, grow_older, leave_or_look
from tests.plain.tables import Hazards, Person, threshold

SUBSIDY_LINES = ("subsidy_wage", "subsidy_grant", "subsidy_support", "subsidy_administration")


def people_of(c: Columns) -> list[Person]:
    """Return residents' columns as dictionaries of whole numbers."""
    rows = zip(*(column.tolist() for column in c), strict=True)
    people = [dict(zip(c._fields, row, strict=True)) for row in rows]
    for person in people:
        person["kind"] = person["gross_kind"]
    return people


class PlainModel:
    """One arm, month by month: `people` and `employers` are dictionaries; `ledger` and `counts` the last month's."""

    def __init__(
        self,
        start: Start,
        commuting: NDArray[np.float64],
        arm: ArmSpec,
        seed: int,
        rules_of_offers: tuple[Callable[[Person, int], bool], ...] = (),
    ) -> None:
        self.start, self.arm, self.rules_of_offers = start, arm, rules_of_offers
        self.draws = Draws(seed, start.draw)
        self.people = people_of(start.columns)
        donors = people_of(start.donor)
        self.hazards = Hazards(start, donors)
        self.donors = self._donor_groups(donors)
        names = (
            "area",
            "sector",
            "kind",
            "size",
            "slots",
            "filled",
            "standard",
            "premium",
            "inclusive",
            "part_time",
            "insecure",
        )
        f, k = start.firms, len(arm.subsidies)
        self.employers: list[dict[str, Any]] = [
            {name: int(getattr(f, name)[e]) for name in names} | {"places": [0] * k, "places_filled": [0] * k}
            for e in range(len(f.size))
        ]
        self.area_of: list[list[int]] = []
        self.base: list[list[list[int]]] = []
        self.whole: list[list[int]] = []
        self.completions: Counter[tuple[int, int]] = Counter()
        market.where_looks_go(self, commuting)
        self.month, self.tightness = 0, [float(x) for x in start.tightness]
        self.counts: Counter[tuple[str, int]] = Counter()
        self.started, self.active, self.spent, self.owed = [0] * k, [0] * k, [0] * k, [0] * k
        self.law_name = ("", 1.0, 0)
        pay = pay_tables(start.parameters, np.zeros(66, np.int64), ())
        trials = [(x.from_month, x.trial_months) for x in arm.benefits if x.trial_months]
        self.benefits = Benefits(start.parameters, self.draws, pay, trials[0] if trials else None)
        self._new_law()
        self.new_claims: Counter[int] = Counter()
        self.share = [market.share_paid(self, i) for i in range(k)]
        self.points = [round(start.parameters.employer_choice.subsidy_points * s) for s in self.share]
        for e, employer in enumerate(self.employers):
            employer["joins"] = [market.part_taken(self, i, e) for i in range(k)]
        self._settle()
        for person in self.people:  # claims that the start finds began before it
            person["claim_since"] = min(person["claim_since"], -1)
        self.new_claims.clear()
        self._accounts()

    def _donor_groups(self, donors: list[Person]) -> list[list[list[Person]]]:
        out = []
        for place in range(self.start.n_places):
            years: list[list[Person]] = [[] for _ in range(49)]
            for person in sorted((q for q in donors if q["place"] == place), key=lambda q: q["id"]):
                years[-person["birth"] // 12 - 16].append(person)
            there = [y for y in range(49) if years[y]]
            out.append(
                [years[y] or years[min(there, key=lambda other, y=y: (abs(other - y), other))] for y in range(49)]
            )
        return out

    def count(self, item: str, person: Person) -> None:
        """Count an event of the subsidy that somebody is on; a completion is also paid."""
        k = person["programme"] - 1
        self.counts[item, k] += 1
        if item == "finished":
            line = "local_subsidy_grant" if self.arm.subsidies[k].payer == "combined_authority" else "subsidy_grant"
            self.completions[person["place"], LINE_INDEX[line]] += self.arm.subsidies[k].end_pence

    def _new_law(self) -> None:
        years = sorted(self.start.rules)
        first = 2025 + self.month // 12 - (self.month % 12 < 3)
        name = min(max(f"{first}/{(first + 1) % 100:02d}", years[0]), years[-1])
        factor, demand = 1.0, 1.0
        for month, multiplier in self.arm.minimum_wage:
            factor = multiplier if month <= self.month else factor
        for month, multiplier in self.arm.demand:
            demand = multiplier if month <= self.month else demand
        more = [x.work_allowance_pence for x in self.arm.benefits if x.from_month <= self.month][-1:]
        wanted = (name, factor, more[0] if more else 0)
        if wanted != self.law_name:
            self.law_name, self.law = wanted, money.Law(self.start.rules[name], factor)
            self.rates = Rates(self.start.rules[name], wanted[2])
        p = self.start.parameters.employer_choice
        everywhere = Draws(0, 0)  # the same in every run
        for number, employer in enumerate(self.employers):
            cost = 1.0 + (factor - 1.0) * p.low_paid_share[employer["sector"]]
            wanted = employer["size"] * (self.start.levels.slots * demand) * cost**-p.cost_elasticity
            own_place = low(everywhere.of(0, Purpose.ROUNDING, number)) / 2**32
            employer["target"] = math.floor(round(wanted, 6) + own_place)

    def step(self) -> None:
        """Run one month."""
        month = self.month
        self.counts.clear()
        self.completions.clear()
        self.new_claims.clear()
        self._new_law()
        seekers = []
        for person in self.people:
            replaced = grow_older(self, person, month)
            if not replaced:
                change_health(self, person, month)
            if leave_or_look(self, person, month, replaced):
                seekers.append(person)
        market.open_and_close(self, month)
        market.offer(self, seekers, month)
        market.open_places(self, month)
        market.hire(self, market.match(self, seekers, month), month)
        self._settle()
        self._accounts()
        self._update_tightness()
        self.month += 1

    def is_open(self, k: int, month: int) -> bool:
        """Return whether a job under subsidy k may start this month."""
        spec = self.arm.subsidies[k]
        return spec.start_month <= month < spec.end_month and spec.employer_take_up > 0 and self.room(k) > 0

    def room(self, k: int) -> int:
        """Return how many more placements may start under subsidy k this month."""
        spec, room = self.arm.subsidies[k], len(self.people)
        if spec.cap_starts is not None:
            room = min(room, spec.cap_starts - self.started[k])
        if spec.cap_starts_month is not None:
            room = min(room, spec.cap_starts_month)
        if spec.cap_active is not None:
            room = min(room, spec.cap_active - self.active[k])
        if spec.budget_pence is not None:
            left = spec.budget_pence - self.spent[k] - self.owed[k]
            room = min(room, left // max(1, self.law.dearest(spec)))
        return max(0, room)

    def _settle(self) -> None:
        """Step 9, first part: everybody's pay and own benefits, then those of every unit."""
        for person in self.people:
            person["gross"], person["kind"] = self.law.pay(person, self.month, self._placement(person))
            person["pip"] = self.benefits.pip(person)
            person["limited"] = self.benefits.limited(person, self.month)
            person["contributory"] = self.benefits.contributory(person, self.month)
        for person in self.people:
            partner = self.people[person["partner"]] if person["partner"] >= 0 else None
            if partner is None or person["id"] < partner["id"]:
                self._settle_unit([person] if partner is None else [person, partner])

    def _placement(self, person: Person) -> SubsidySpec | None:
        return self.arm.subsidies[person["programme"] - 1] if person["programme"] else None

    def _settle_unit(self, unit: list[Person]) -> None:
        p, h = self.start.parameters.claiming, self.draws.of(0, Purpose.CLAIM, unit[0]["id"])
        x, law, r, month = self.benefits, self.law, self.rates, self.month
        earned, working = x.earned(unit, month, law), sum(person["state"] <= money.ABSENT for person in unit)
        parts = dict.fromkeys(CREDIT, 0)
        if x.claims(unit, month, r):
            parts = x.credit(unit, month, law, r, earned, working)
        award = sum(parts.values()) - 2 * (parts["taken_for_income"] + parts["taken_by_cap"])
        births = x.children(unit, month, 18)
        benefit = 0
        if high(self.draws.of(0, Purpose.FAMILY, unit[0]["id"])) < threshold(p.child_benefit_take_up):
            benefit = x.child_benefit(births, r)
        support = x.support(unit, month, award, earned)
        flows = {f"uc_{name}": pence for name, pence in parts.items()} | {
            "child_benefit": benefit,
            "child_benefit_charge": x.charge(benefit, max(person["gross"] for person in unit), r),
            "council_tax_support": support,
            "claim_handling": round(p.claim_pounds * 100) if award else 0,
        }
        for person in unit:
            person["award"] = award if person is unit[0] else 0
            person["flows"] = flows if person is unit[0] else {}
            status = money.status(person["state"], award, high(h) < threshold(p.must_look_inactive))
            if status == money.NONE:
                person["claim_since"] = int(NEVER)
            elif person["benefit"] == money.NONE:
                person["claim_since"] = self.month
                self.new_claims[person["place"]] += 1
            person["benefit"] = status
            person["keep"] = NO_GAIN
            if person["state"] > money.ABSENT:
                own = award + support + x.contribution(person, r)
                person["keep"] = x.kept(person, unit, month, law, r, own)

    def _accounts(self) -> None:
        """Step 9, second part, to 11: the month's ledger by Place, satisfaction, subsidies' books, tightness."""
        self.ledger = [[0] * len(LINES) for _ in range(self.start.n_places)]
        p = self.start.parameters.wellbeing
        levels, effect = NormalDist(p.mean, p.standard_deviation), wellbeing.effect_tenths(p)
        self.owed = [0] * len(self.arm.subsidies)
        for person in self.people:
            self._post_pay(person, self.ledger[person["place"]])
            used = care.pence(care.key_of(person, self.month), self.start.parameters.public_services)
            for line, pence in used.items():
                self.ledger[person["place"]][LINE_INDEX[line]] += pence
            quantile = (self.draws.of(0, Purpose.WELLBEING, person["id"]) % 256 + 0.5) / 256
            own = min(100, max(0, round(10 * levels.inv_cdf(quantile))))
            shift = int(effect[person["state"], person["severity"]])
            shift += round(10 * p.on_programme) if person["programme"] else 0
            person["satisfaction"] = min(100, max(0, own + shift))
        for (place, index), paid in self.completions.items():
            self.ledger[place][index] += paid
        for place, claims in self.new_claims.items():
            cost = round(self.start.parameters.claiming.new_claim_pounds * 100)
            self.ledger[place][LINE_INDEX["claim_handling"]] += claims * cost
        self._close_books()

    def _update_tightness(self) -> None:
        """Smooth vacancies by unemployed residents: by Place, and over the region for areas outside."""
        smoothing = self.start.parameters.employer_choice.tightness_smoothing
        vacancies, idle = Counter[int](), Counter[int]()
        for employer in self.employers:
            vacancies[employer["area"]] += employer["slots"] - employer["filled"]
        for person in self.people:
            idle[person["place"]] += person["state"] == money.UNEMPLOYED
        for area, before in enumerate(self.tightness):
            if area < self.start.n_places:
                now = (vacancies[area] + 1.0) / (idle[area] + 1.0)
            else:
                now = (vacancies.total() + 1.0) / (idle.total() + 1.0)
            self.tightness[area] = smoothing * before + (1.0 - smoothing) * now if before > 0 else now

    def _post_pay(self, person: Person, ledger: list[int]) -> None:
        law, gross = self.law, person["gross"]
        if person["kind"] == money.SICK_PAY:
            ledger[LINE_INDEX["statutory_sick_pay"]] += gross
        elif person["kind"] != money.NOTHING:
            ledger[LINE_INDEX["wages"]] += gross
            ledger[LINE_INDEX["income_tax"]] += law.income_tax(gross)
            ledger[LINE_INDEX["employee_ni"]] += law.insurance(gross)
            ledger[LINE_INDEX["employer_ni"]] += law.boss_insurance(gross, person["kind"] == money.YOUNG_WAGE)
        for name, pence in person["flows"].items():
            ledger[LINE_INDEX[name]] += pence
        daily, mobility = divmod(person["pip"], 3)
        ledger[LINE_INDEX["pip"]] += self.rates.daily[daily] + self.rates.mobility[mobility]
        line = "new_style_esa" if person["contributory"] == 3 else "new_style_jsa"
        ledger[LINE_INDEX[line]] += self.benefits.contribution(person, self.rates)
        if person["programme"]:
            self._post_placement(person, ledger)

    def _post_placement(self, person: Person, ledger: list[int]) -> None:
        k = person["programme"] - 1
        spec = self.arm.subsidies[k]
        cost = self.law.placement(spec, (self.month - person["birth"]) // 12)
        amounts = [cost, 0, 0, 0]
        if person["programme_since"] == self.month:
            amounts = [cost, spec.start_pence, spec.support_pence, spec.administration_pence]
        for name, pence in zip(SUBSIDY_LINES, amounts, strict=True):
            ledger[LINE_INDEX[("local_" if spec.payer == "combined_authority" else "") + name]] += pence
        self.counts["active", k] += 1
        self.owed[k] += max(0, spec.months - 1 - (self.month - person["programme_since"])) * cost + spec.end_pence

    def _close_books(self) -> None:
        """Bring each subsidy's own books up to date (what is spent: with one subsidy a payer)."""
        for k, spec in enumerate(self.arm.subsidies):
            self.started[k] += self.counts["started", k]
            self.active[k] = self.counts["active", k]
            local = "local_" if spec.payer == "combined_authority" else ""
            self.spent[k] += sum(row[LINE_INDEX[local + name]] for row in self.ledger for name in SUBSIDY_LINES)
