"""Worked examples of tax and benefits: each sum is written out from published rates (pounds), none from the code.

CPAG's and the DWP's rates of 2024/25 to 2026/27 as cited in `evidence/rules`; weekly rates times 52, monthly times 12.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

ALONE: dict[str, Any] = {
    "adult1_age": 30, "adult1_status": "unemployed", "adult1_hours_week": 0, "adult1_hourly_pay": 0,
    "adult2_age": "", "adult2_status": "", "adult2_hours_week": "", "adult2_hourly_pay": "",
    "child_ages": "", "tenure": "owner", "rent_month": 0,
    "pip_daily_living": "none", "pip_mobility": "none", "childcare_month": 0,
}  # fmt: skip
"""A single person of 30, out of work, who owns a home."""


def works(hours: float, pay: float, adult: int = 1, status: str = "employed") -> dict[str, Any]:
    name = f"adult{adult}"
    return {f"{name}_hours_week": hours, f"{name}_hourly_pay": pay, f"{name}_status": status}


def partner(age: int, status: str = "unemployed") -> dict[str, Any]:
    return {"adult2_age": age, "adult2_status": status, "adult2_hours_week": 0, "adult2_hourly_pay": 0}


def rents(pounds: float, tenure: str = "social_rent") -> dict[str, Any]:
    return {"tenure": tenure, "rent_month": pounds}


@dataclass(frozen=True)
class Example:
    name: str
    facts: dict[str, Any]
    pounds_a_year: dict[str, float]
    year: str = "2025/26"
    household: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "household", {"id": self.name, **ALONE, **self.facts})


def uc(name: str, facts: dict[str, Any], pounds: float, year: str = "2025/26") -> Example:
    return Example(name, facts, {"universal_credit": pounds}, year)


SIXTEEN_HOURS = 16 * 12.21 * 52  # 10,158.72: below the thresholds of tax and National Insurance
EXAMPLES = [
    # standard allowance
    uc("single", {}, 12 * 400.14),
    uc("single under 25", {"adult1_age": 24}, 12 * 316.98),
    uc("couple", partner(30), 12 * 628.10),
    uc("couple under 25", {"adult1_age": 24, **partner(22)}, 12 * 497.55),
    uc("couple, one is 25", {"adult1_age": 24, **partner(25)}, 12 * 628.10),
    uc("single, 2024/25", {}, 12 * 393.45, "2024/25"),
    uc("single, 2026/27", {}, 12 * 424.90, "2026/27"),
    uc("17 and alone", {"adult1_age": 17}, 0),
    uc("17 with a child", {"adult1_age": 17, "child_ages": "0"}, 12 * (316.98 + 292.81)),
    uc("17 and unwell", {"adult1_age": 17, "adult1_status": "lcwra"}, 12 * (316.98 + 423.27)),
    uc("partner of 17 without a child", partner(17), 12 * 400.14),
    # housing
    uc("social rent", rents(450), 12 * (400.14 + 450)),
    uc("private rent, no local allowance given", rents(600, "private_rent"), 12 * (400.14 + 600)),
    uc("rent above the local allowance", {**rents(600, "private_rent"), "local_allowance_month": 500}, 12 * 900.14),
    uc("rent below it", {**rents(450, "private_rent"), "local_allowance_month": 500}, 12 * (400.14 + 450)),
    # health
    uc("LCWRA", {"adult1_status": "lcwra"}, 12 * (400.14 + 423.27)),
    uc("LCWRA before April 2026", {"adult1_status": "lcwra"}, 12 * (424.90 + 429.80), "2026/27"),
    uc("LCWRA since", {"adult1_status": "lcwra", "health_claim": "new"}, 12 * (424.90 + 217.26), "2026/27"),
    uc("LCW", {"adult1_status": "lcw"}, 12 * (400.14 + 158.76)),
    uc("both LCWRA, one element", {"adult1_status": "lcwra", **partner(30, "lcwra")}, 12 * (628.10 + 423.27)),
    uc("carer", {"carers": 1}, 12 * (400.14 + 201.68)),
    uc("two carers", {**partner(30), "carers": 2}, 12 * (628.10 + 2 * 201.68)),
    uc("LCWRA and a carer, one of the two", {"adult1_status": "lcwra", "carers": 1}, 12 * (400.14 + 423.27)),
    uc(
        "LCWRA, cared for by the partner",
        {"adult1_status": "lcwra", **partner(30), "carers": 1},
        12 * (628.10 + 423.27 + 201.68),
    ),
    # children: one aged 8 in 2025/26 was born from April 2017 on, one aged 9 before
    uc("child of 8", {"child_ages": "8"}, 12 * (400.14 + 292.81)),
    uc("child of 9", {"child_ages": "9"}, 12 * (400.14 + 339.00)),
    uc("children of 9 and 3", {"child_ages": "3 9"}, 12 * (400.14 + 339.00 + 292.81)),
    uc("third child, born after the limit", {"child_ages": "9 8 7"}, 12 * (400.14 + 339.00 + 292.81)),
    uc("third child, born before it", {"child_ages": "14 12 10"}, 12 * (400.14 + 339.00 + 2 * 292.81)),
    uc("no limit from 2026/27", {"child_ages": "1 2 3"}, 12 * (424.90 + 3 * 303.94), "2026/27"),
    uc("limit in 2024/25", {"child_ages": "1 2 3 4"}, 12 * (393.45 + 2 * 287.92), "2024/25"),
    uc("child aged 9 in 2026/27", {"child_ages": "9"}, 12 * (424.90 + 303.94), "2026/27"),
    uc("child aged 10 in 2026/27", {"child_ages": "10"}, 12 * (424.90 + 351.88), "2026/27"),
    uc("disabled child", {"child_ages": "4", "disabled_children_lower": 1}, 12 * (400.14 + 292.81 + 158.76)),
    uc("severely disabled child", {"child_ages": "4", "disabled_children_higher": 1}, 12 * (692.95 + 495.87)),
    # earnings: 55% of what is above the work allowance
    uc("taper from the first pound", {**works(16, 12.21), **rents(450)}, 12 * 850.14 - 0.55 * SIXTEEN_HOURS),
    uc(
        "work allowance, rent",
        {**works(16, 12.21), **rents(450), "child_ages": "3"},
        12 * (400.14 + 450 + 292.81) - 0.55 * (SIXTEEN_HOURS - 12 * 411),
    ),
    uc(
        "work allowance, no rent",
        {**works(16, 12.21), "child_ages": "3"},
        12 * (400.14 + 292.81) - 0.55 * (SIXTEEN_HOURS - 12 * 684),
    ),
    uc(
        "LCWRA and 12 hours",  # 12 x 12.60 x 52 = 7,862.40
        {**works(12, 12.60, status="lcwra_working"), **rents(450)},
        12 * (400.14 + 423.27 + 450) - 0.55 * (7862.40 - 12 * 411),
    ),
    uc("LCWRA and little pay", {**works(6, 12.60, status="lcwra_working"), **rents(450)}, 12 * (400.14 + 423.27 + 450)),
    uc(
        "couple, one earner",  # 37.5 x 16 x 52 = 31,200; tax 20% and National Insurance 8% above 12,570
        {**works(37.5, 16), **partner(38), "child_ages": "5 9 14"},
        12 * (628.10 + 339.00 + 292.81) - 0.55 * (31200 - 0.28 * (31200 - 12570) - 12 * 684),
    ),
    uc(
        "couple, two earners",  # 18,200 each: 20% and 8% above 12,570 for each
        {**works(28, 12.50), **partner(30), **works(28, 12.50, 2), **rents(700), "child_ages": "2"},
        12 * (628.10 + 292.81 + 700) - 0.55 * (2 * (18200 - 0.28 * 5630) - 12 * 411),
    ),
    uc("earnings above the award", works(40, 20), 0),
    # childcare
    uc(
        "85% of childcare",  # 20 x 13 x 52 = 13,520; 12,570 are free of tax and National Insurance
        {**works(20, 13), **rents(650, "private_rent"), "child_ages": "3 7", "childcare_month": 300},
        12 * (400.14 + 2 * 292.81 + 650 + 0.85 * 300) - 0.55 * (13520 - 0.28 * 950 - 12 * 411),
    ),
    uc(
        "most for one child",  # 85% of 1,300 is 1,105
        {**works(16, 12.21), "child_ages": "3", "childcare_month": 1300},
        12 * (400.14 + 292.81 + 1031.88) - 0.55 * (SIXTEEN_HOURS - 12 * 684),
    ),
    uc(
        "most for two children",  # 85% of 2,200 is 1,870
        {**works(16, 12.21), "child_ages": "3 4", "childcare_month": 2200},
        12 * (400.14 + 2 * 292.81 + 1768.94) - 0.55 * (SIXTEEN_HOURS - 12 * 684),
    ),
    uc(
        "no childcare where a partner is at home",
        {**works(16, 12.21), **partner(30), "child_ages": "3", "childcare_month": 300},
        12 * (628.10 + 292.81) - 0.55 * (SIXTEEN_HOURS - 12 * 684),
    ),
    uc(
        "childcare where the partner at home is unwell",
        {**works(16, 12.21), **partner(30, "lcwra"), "child_ages": "3", "childcare_month": 300},
        12 * (628.10 + 423.27 + 292.81 + 255) - 0.55 * (SIXTEEN_HOURS - 12 * 684),
    ),
    uc("no childcare out of work", {"child_ages": "3", "childcare_month": 300}, 12 * (400.14 + 292.81)),
    # benefit cap: 14,753 for single people, 22,020 for families, Child Benefit counted
    uc("cap of a single person", rents(1000), 14753),
    uc("cap of a family", {**rents(1200), "child_ages": "3 5"}, 22020 - 52 * (26.05 + 17.25)),
    uc("cap of a couple", {**partner(30), **rents(1400)}, 22020),
    uc("cap lifted by PIP", {**rents(1000), "pip_mobility": "standard"}, 12 * (400.14 + 1000)),
    uc("cap lifted by LCWRA", {**rents(1000), "adult1_status": "lcwra"}, 12 * (400.14 + 423.27 + 1000)),
    uc("cap not lifted by LCW", {**rents(1000), "adult1_status": "lcw"}, 14753),
    uc("cap lifted by care", {**rents(1000), "carers": 1}, 12 * (400.14 + 201.68 + 1000)),
    uc(
        "cap lifted by earnings of 846 a month",  # 10,158.72 / 12 = 846.56
        {**works(16, 12.21), **rents(1500), "child_ages": "3 5"},
        12 * (400.14 + 2 * 292.81 + 1500) - 0.55 * (SIXTEEN_HOURS - 12 * 411),
    ),
    uc(
        "childcare is outside the cap",  # the cap less Child Benefit, plus 85% of 600
        {**works(10, 12.21), **rents(1300), "child_ages": "3 5", "childcare_month": 600},
        22020 - 52 * (26.05 + 17.25) + 12 * 510,
    ),
    # new-style benefits: taken pound for pound
    uc("new-style JSA", {"new_style_1": "personal"}, 12 * 400.14 - 52 * 92.05),
    uc("new-style JSA under 25", {"adult1_age": 22, "new_style_1": "personal"}, 12 * 316.98 - 52 * 72.90),
    uc(
        "new-style ESA, support group",
        {"adult1_status": "lcwra", "new_style_1": "support"},
        12 * (400.14 + 423.27) - 52 * (92.05 + 48.50),
    ),
    uc(
        "new-style ESA, work-related group",
        {"adult1_status": "lcw", "new_style_1": "work_related"},
        12 * (400.14 + 158.76) - 52 * (92.05 + 36.55),
    ),
    # income tax and National Insurance
    Example(
        "27,300 a year",
        works(35, 15),
        {
            "income_tax": 0.20 * (27300 - 12570),
            "employee_ni": 0.08 * (27300 - 12570),
            "employer_ni": 0.15 * (27300 - 5000),
            "net_household_income": 27300 - 0.28 * (27300 - 12570),
            "net_exchequer": 0.28 * (27300 - 12570) + 0.15 * (27300 - 5000),
        },
    ),
    Example("27,300 a year in 2024/25", works(35, 15), {"employer_ni": 0.138 * (27300 - 9100)}, "2024/25"),
    Example(
        "higher rate",
        works(40, 35),
        {
            "income_tax": 0.20 * 37700 + 0.40 * (72800 - 50270),
            "employee_ni": 0.08 * (50270 - 12570) + 0.02 * (72800 - 50270),
            "employer_ni": 0.15 * (72800 - 5000),
        },
    ),
    Example(
        "allowance shrinks by half of what is above 100,000",  # 109,200: 12,570 - 4,600 = 7,970
        works(40, 52.5),
        {"income_tax": 0.20 * 37700 + 0.40 * (109200 - 7970 - 37700)},
    ),
    Example(
        "additional rate",
        works(40, 75),
        {"income_tax": 0.20 * 37700 + 0.40 * (125140 - 37700) + 0.45 * (156000 - 125140)},
    ),
    Example("employer of a worker under 21", {"adult1_age": 20, **works(35, 11)}, {"employer_ni": 0}),
    Example(
        "employer of a well-paid worker under 21",
        {"adult1_age": 20, **works(40, 26)},
        {"employer_ni": 0.15 * (54080 - 50270)},
    ),
    # Child Benefit and its charge: 1% for every whole 200 pounds above 60,000
    Example("Child Benefit", {"child_ages": "2"}, {"child_benefit": 52 * 26.05}),
    Example("Child Benefit of three", {"child_ages": "2 4 19"}, {"child_benefit": 52 * (26.05 + 2 * 17.25)}),
    Example("Child Benefit, 2026/27", {"child_ages": "2 4"}, {"child_benefit": 52 * (27.05 + 17.90)}, "2026/27"),
    Example(
        "22 steps of the charge",  # 64,480 is 22.4 times 200 above
        {**works(40, 31), "child_ages": "2"},
        {
            "child_benefit_charge": 0.22 * 52 * 26.05,
            "income_tax": 0.20 * 37700 + 0.40 * (64480 - 50270) + 0.22 * 52 * 26.05,
        },
    ),
    Example(
        "the whole charge",
        {**works(40, 40), "child_ages": "2 4"},
        {"child_benefit_charge": 52 * (26.05 + 17.25), "child_benefit": 52 * (26.05 + 17.25)},
    ),
    Example(
        "no charge on two incomes below it",
        {**works(40, 28), **partner(30), **works(40, 28, 2), "child_ages": "2"},
        {"child_benefit_charge": 0},
    ),
    # Personal Independence Payment: not income
    Example(
        "PIP",
        {"pip_daily_living": "enhanced", "pip_mobility": "standard"},
        {"pip": 52 * (110.40 + 29.20), "universal_credit": 12 * 400.14},
    ),
    Example(
        "PIP of both, 2026/27",
        {**partner(30), "pip_daily_living": "standard", "pip_2_daily_living": "enhanced", "pip_2_mobility": "enhanced"},
        {"pip": 52 * (76.70 + 114.60 + 80.00)},
        "2026/27",
    ),
]
