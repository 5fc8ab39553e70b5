"""Benefits and taxes of a unit in whole pence, written a second time from the rules, and what a job would leave.

Plain Python on dictionaries; it shares no code with the engine's law.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulation.residents import NEVER
from simulation.streams import Purpose
from tests.plain.draws import Draws, high, low
from tests.plain.money import ABSENT, EMPLOYED, LCWRA_LOWER_FROM, SICK, STUDENT, UNEMPLOYED, WAGE, YOUNG_WAGE, Law
from tests.plain.tables import Person, band_of, threshold

UNSET = int(NEVER)
CREDIT = ("standard", "health", "child", "carer", "housing", "childcare", "taken_for_income", "taken_by_cap")
CARER = 1 << 2
LEVELS = [(d, m) for d in range(3) for m in range(3)][1:]
"""Awards of Personal Independence Payment: level of daily living, of mobility."""
BORN_BEFORE = (2017 - 2025) * 12 + 3
"""April 2017: children born before it are outside the limit of two."""


class Rates:
    """Amounts of a year beyond `Law`, pence a month."""

    def __init__(self, rules: Mapping[str, Mapping[str, Any]], more_allowance: int) -> None:
        def month(group: str, name: str) -> int:
            return round(float(rules[group][name].value) * 100)

        def week(group: str, name: str) -> int:
            return round(float(rules[group][name].value) * 100 * 52 / 12)

        def year(group: str, name: str) -> int:
            return round(float(rules[group][name].value) * 100 / 12)

        uc = "universal_credit"
        self.more_allowance = more_allowance
        self.carer, self.first_child, self.child = (month(uc, x) for x in ("carer", "child_first_protected", "child"))
        limit = rules[uc]["child_limit"].value
        self.limit = 99 if limit == "none" else int(limit)
        self.share = month(uc, "childcare_share")
        self.childcare = [month(uc, "childcare_one_child"), month(uc, "childcare_more_children")]
        self.least_age = int(rules[uc]["minimum_age"].value) * 12
        self.caps = {False: year("benefit_cap", "single"), True: year("benefit_cap", "families")}
        self.uncapped = month("benefit_cap", "earnings_threshold")
        new = "new_style_benefits"
        self.jsa = [week(new, "personal_under_25"), week(new, "personal_25_plus")]
        self.esa = self.jsa[1] + week(new, "support_component")
        pip = "personal_independence_payment"
        self.daily = [0, week(pip, "daily_living_standard"), week(pip, "daily_living_enhanced")]
        self.mobility = [0, week(pip, "mobility_standard"), week(pip, "mobility_enhanced")]
        self.eldest, self.other = week("child_benefit", "eldest"), week("child_benefit", "other")
        self.charge = [year("child_benefit", name) for name in ("charge_from", "charge_full_at")]
        self.steps = round(100 / float(rules["child_benefit"]["charge_step"].value))


class Benefits:
    """What a unit is paid, by the parameters of one run."""

    def __init__(self, parameters: Any, draws: Draws, pay: Any, trial: tuple[int, int] | None = None) -> None:
        self.p, self.gain, self.draws = parameters.claiming, parameters.gain_from_work, draws
        self.pay, self.trial = pay, trial

    def drawn(self, purpose: Purpose, who: Person) -> int:
        """Return the draw that stays with somebody for good."""
        return self.draws.of(0, purpose, who["id"])

    def pip(self, who: Person) -> int:
        """Return the award by code: three times the level of daily living plus that of mobility."""
        h = self.drawn(Purpose.DISABILITY, who)
        if low(h) >= threshold(min(1.0, self.p.pip_by_severity[who["severity"]])):
            return 0
        total, so_far = sum(self.p.pip_levels), 0.0
        for (daily, mobility), share in zip(LEVELS, self.p.pip_levels, strict=True):
            so_far += share
            if high(h) < threshold(so_far / total) or (daily, mobility) == LEVELS[-1]:
                return 3 * daily + mobility
        raise AssertionError

    def in_trial(self, who: Person, month: int) -> bool:
        """Return whether somebody in work is paid benefits as if he had no earnings."""
        if self.trial is None or who["state"] > ABSENT or not who["limited"]:
            return False
        first, months = self.trial
        return who["work_since"] >= first and month - who["work_since"] < months

    def limited(self, who: Person, month: int) -> int:
        """Return the kind of health element: 2 from before April 2026, 3 from later, 0 for none."""
        before = who["limited"]
        if who["state"] == SICK:
            return before or (3 if who["since"] >= LCWRA_LOWER_FROM else 2)
        if who["state"] > ABSENT or not before:
            return 0
        keeps = high(self.drawn(Purpose.CONTRIBUTION, who)) < threshold(self.p.keeps_health_element)
        lasts = month - who["work_since"] < self.p.health_element_months
        return before if self.in_trial(who, month) or (keeps and lasts) else 0

    def contributory(self, who: Person, month: int) -> int:
        """Return the kind of new-style benefit: 1 or 2 for jobseekers under or over 25, 3 for the sick, 0 for none."""
        if who["state"] not in (UNEMPLOYED, SICK):
            return 0
        if who["state"] == UNEMPLOYED and month - who["since"] >= self.p.jobseekers_months:
            return 0
        if low(self.drawn(Purpose.CONTRIBUTION, who)) >= threshold(self.p.contributory_take_up):
            return 0
        window = 24 - min(24, max(0, who["since"] - who["work_since"]))
        months = sum(who["work_history"] >> k & 1 for k in range(window))
        if months < self.p.contribution_months:
            return 0
        return 3 if who["state"] == SICK else 2 if month - who["birth"] >= 300 else 1

    def contribution(self, who: Person, r: Rates) -> int:
        """Return the pence of a new-style benefit."""
        return 0 if not who["contributory"] else r.esa if who["contributory"] == 3 else r.jsa[who["contributory"] - 1]

    def entitled(self, unit: list[Person], month: int, r: Rates) -> bool:
        """Return whether a unit may claim Universal Credit at all."""
        if all(who["state"] == STUDENT for who in unit):
            return False
        old = any(month - who["birth"] >= r.least_age for who in unit)
        return old or bool(unit[0]["limited"]) or month < unit[0]["child_until"]

    def children(self, unit: list[Person], month: int, years: int) -> list[int]:
        """Return the births of a unit's children under an age, eldest first."""
        return [born for born in unit[0]["child_birth"] if born != UNSET and month - born < years * 12]

    def credit(self, unit: list[Person], month: int, law: Law, r: Rates, earned: int, working: int) -> dict[str, int]:
        """Return the eight parts of Universal Credit of a unit that claims."""
        couple, births = len(unit) == 2, self.children(unit, month, 18)
        kinds = [who["limited"] for who in unit if who["limited"]]
        parts = dict.fromkeys(CREDIT, 0)
        parts["standard"] = law.standard[couple, max(month - who["birth"] for who in unit) >= 300]
        parts["health"] = law.ill[min(kinds) == 3] if kinds else 0
        for n, born in enumerate(births):
            if n == 0 and born < BORN_BEFORE:
                parts["child"] += r.first_child
            elif n < r.limit or born < BORN_BEFORE:
                parts["child"] += r.child
        carers = [
            who for who in unit if who["cohort"] & CARER and not who["limited"]
            and low(self.drawn(Purpose.CARER, who)) < threshold(self.p.carer_element_share)
        ]  # fmt: skip
        parts["carer"] = r.carer * len(carers)
        parts["housing"] = unit[0]["rent"] * 100 if unit[0]["tenure"] else 0
        young = len(self.children(unit, month, self.p.childcare_age))
        pays = low(self.drawn(Purpose.FAMILY, unit[0])) < threshold(self.p.formal_childcare)
        if working == len(unit) and young and pays:
            cost = young * round(self.p.childcare_pounds * 100)
            parts["childcare"] = min(cost * r.share // 10000, r.childcare[young > 1])
        kept = 0
        if births or kinds:
            kept = law.kept[parts["housing"] == 0] + r.more_allowance
        other = sum(self.contribution(who, r) for who in unit)
        taken = max(0, earned - kept) * law.taper // 10000 + other
        left = max(0, sum(parts.values()) - taken)
        capped = 0
        if not (kinds or carers or any(who["pip"] for who in unit) or earned >= r.uncapped):
            excess = left + self.child_benefit(births, r) + other - r.caps[couple or bool(births)]
            capped = min(left, max(0, excess - parts["childcare"]))
        if left == capped:
            return dict.fromkeys(CREDIT, 0)
        return parts | {"taken_for_income": taken, "taken_by_cap": capped}

    def child_benefit(self, births: list[int], r: Rates) -> int:
        """Return Child Benefit."""
        return r.eldest + (len(births) - 1) * r.other if births else 0

    def charge(self, benefit: int, income: int, r: Rates) -> int:
        """Return the charge on a high income."""
        first, full = r.charge
        steps = max(0, income + 1 - first) * r.steps // (full - first)
        return benefit * min(steps, r.steps) // r.steps

    def support(self, unit: list[Person], month: int, award: int, earned: int) -> int:
        """Return council tax support."""
        over_25 = max(month - who["birth"] for who in unit) >= 300
        liable = len(unit) == 2 or unit[0]["rent"] > 0 or (unit[0]["tenure"] == 0 and over_25)
        full, taper = round(self.p.council_tax_support_pounds * 100), round(self.p.council_tax_support_taper * 10000)
        return max(0, full - earned * taper // 10000) if liable and award else 0

    def earned(self, unit: list[Person], month: int, law: Law) -> int:
        """Return the net earnings of a unit that count."""
        return sum(law.net(who["gross"], who["kind"]) for who in unit if not self.in_trial(who, month))

    def claims(self, unit: list[Person], month: int, r: Rates) -> bool:
        """Return whether a unit claims Universal Credit."""
        h = self.drawn(Purpose.CLAIM, unit[0])
        return low(h) < threshold(self.p.take_up) and self.entitled(unit, month, r)

    def kept(self, who: Person, unit: list[Person], month: int, law: Law, r: Rates, income: int) -> int:
        """Return the percent of gross pay that a part-time and a full-time job would leave to somebody out of work."""
        age = month - who["birth"]
        market = int(self.pay.market[who["qualification"], band_of(age)])
        hourly = max(market * int(self.pay.ability[who["ability"] + 400]) >> 16, law.minimum[min(age // 12, 65)])
        kind = YOUNG_WAGE if age < 12 * law.young_below else WAGE
        trial = bool(who["limited"]) and self.trial is not None and month >= self.trial[0]
        keeps = high(self.drawn(Purpose.CONTRIBUTION, who)) < threshold(self.p.keeps_health_element)
        then = who | {"limited": who["limited"] if trial or keeps else 0, "contributory": 0}
        changed = [then if person is who else person for person in unit]
        others = [person for person in unit if person is not who]
        elsewhere = sum(law.net(person["gross"], person["kind"]) for person in others)
        claims = self.claims(unit, month, r)
        total = 0
        weight = round(self.gain.part_time_reach * 65536)
        for hours, share in ((self.pay.full_time, 65536 - weight), (self.pay.part_time, weight)):
            gross = hourly * int(hours) * 52 // 12
            net = law.net(gross, kind)
            counted = elsewhere if trial else elsewhere + net
            working = sum(person["state"] in (EMPLOYED, ABSENT) for person in unit) + 1
            benefits = 0
            if claims:
                parts = self.credit(changed, month, law, r, counted, working)
                benefits = sum(parts.values()) - 2 * (parts["taken_for_income"] + parts["taken_by_cap"])
                benefits += self.support(changed, month, benefits, counted)
            total += min(100, max(0, (net + benefits - income) * 100 // max(1, gross))) * share
        return total >> 16
