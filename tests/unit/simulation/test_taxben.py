"""Tax and benefits: worked examples, and what must hold of any household."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from evidence.registry import rule_years, rules
from experiments.taxben import assess, assess_monthly
from simulation.taxben import law
from simulation.taxben.rates import NEW_HEALTH_ELEMENT_FROM, NO_LIMIT, Rates, as_record, rates_of
from simulation.taxben.units import ADULT_MONTHS
from tests.unit.simulation.taxben_examples import ALONE, EXAMPLES, partner, rents, works

PENCE_A_YEAR = 0.005
A_FEW_PENCE_A_MONTH = 0.50
"""A year of twelve months of whole pence may be off by some pence for each part of the sum."""
MONEY = ("income_tax", "employee_ni", "employer_ni", "universal_credit", "child_benefit", "pip", "new_style_benefits")


def frame(*households: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame([{"id": f"h{i}", **ALONE, **facts} for i, facts in enumerate(households)]).fillna("")


def random_households(n: int, seed: int) -> list[dict[str, Any]]:
    """Return households of all kinds; the first adult's hours and pay are left for the test to set."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(n):
        facts: dict[str, Any] = {"adult1_age": int(rng.integers(20, 65)), "adult1_status": "employed"}
        if rng.random() < 0.5:
            facts |= partner(int(rng.integers(20, 65)), str(rng.choice(["unemployed", "lcwra"])))
            if rng.random() < 0.5:
                facts |= works(int(rng.integers(5, 45)), float(rng.integers(10, 40)), 2)
        ages = rng.integers(0, 18, rng.integers(0, 5))
        facts["child_ages"] = " ".join(str(age) for age in ages)
        if rng.random() < 0.7:
            facts |= rents(int(rng.integers(0, 1500)), str(rng.choice(["social_rent", "private_rent"])))
        if len(ages) and rng.random() < 0.5:
            facts["childcare_month"] = int(rng.integers(0, 1500))
        if rng.random() < 0.2:
            facts["pip_daily_living"] = "standard"
        if rng.random() < 0.3:
            facts["adult1_status"] = "lcwra_working"
        if max(ages, default=0) >= max(facts["adult1_age"], facts.get("adult2_age", 0)):
            facts["adult1_age"] = 60
        found.append(facts)
    return found


@pytest.fixture(scope="module")
def ladders() -> pd.DataFrame:
    """Return households at rising pay, one after the other, with the gross of each rung."""
    pays = np.round(np.arange(0.5, 60, 0.2), 2)
    rungs = [
        {**facts, "adult1_hours_week": 30, "adult1_hourly_pay": pay}
        for facts in random_households(60, seed=7)
        for pay in pays
    ]
    result = assess(frame(*rungs), "2025/26")
    result["household"] = np.repeat(np.arange(60), len(pays))
    return result


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_a_worked_example_comes_out_as_its_sum(example: Any) -> None:
    row = assess(pd.DataFrame([example.household]), example.year).iloc[0]
    for name, pounds in example.pounds_a_year.items():
        assert row[name] == pytest.approx(pounds, abs=A_FEW_PENCE_A_MONTH), name


def test_there_are_examples_of_every_part_and_year() -> None:
    result = pd.concat([assess(pd.DataFrame([e.household]), e.year) for e in EXAMPLES])
    parts = [name for name in result.columns if name not in ("id", "rules")]
    assert len(EXAMPLES) >= 40
    assert len({e.name for e in EXAMPLES}) == len(EXAMPLES)
    assert all((result[name] != 0).any() for name in parts)
    assert set(result["rules"]) == set(rule_years())


@pytest.mark.parametrize("year", rule_years())
def test_the_award_is_its_elements_less_what_is_taken_and_money_adds_up(year: str) -> None:
    households = [{**facts, **works(20, 14)} for facts in random_households(300, seed=3)]
    month = assess_monthly(frame(*households), year)
    pence = {name: (month[name] * 100).round().astype(int) for name in month.columns if name not in ("id", "rules")}
    elements = [name for name in pence if name.startswith("uc_") and not name.startswith("uc_taken")]
    taken = pence["uc_taken_for_income"] + pence["uc_taken_by_cap"]
    assert (pence["universal_credit"] == sum(pence[name] for name in elements) - taken).all()
    assert all((pence[name] >= 0).all() for name in (*MONEY, *elements))
    benefits = sum(pence[name] for name in MONEY[3:])
    assert (pence["net_exchequer"] == sum(pence[name] for name in MONEY[:3]) - benefits).all()
    wages = pence["earnings"] - pence["income_tax"] - pence["employee_ni"]
    assert (pence["net_household_income"] == wages + benefits).all()


def test_a_year_is_twelve_months() -> None:
    households = frame(*({**facts, **works(20, 14)} for facts in random_households(50, seed=5)))
    year, month = assess(households, "2025/26"), assess_monthly(households, "2025/26")
    for name in MONEY:
        assert year[name].to_numpy() == pytest.approx(12 * month[name].to_numpy(), abs=PENCE_A_YEAR)


def test_it_does_not_matter_who_of_two_comes_first() -> None:
    couples = [{**facts, **works(20, 14)} for facts in random_households(300, seed=11) if "adult2_age" in facts]
    first = frame(*couples)
    second = first.rename(columns=lambda name: name.replace("adult1", "x").replace("adult2", "adult1"))
    second = second.rename(columns=lambda name: name.replace("x_", "adult2_", 1) if name.startswith("x_") else name)
    second["pip_2_daily_living"], second["pip_daily_living"] = second["pip_daily_living"], "none"
    a, b = assess(first, "2025/26"), assess(second, "2025/26")
    assert len(couples) > 100
    pd.testing.assert_frame_equal(a, b)


def test_a_couple_has_one_award_and_not_two() -> None:
    one, two = assess(frame({**rents(500)}, {**partner(30), **rents(500)}), "2025/26")["universal_credit"]
    assert one < two < 2 * one


def test_more_earnings_raise_universal_credit_only_where_they_lift_the_cap(ladders: pd.DataFrame) -> None:
    same = ladders["household"].diff() == 0
    rises = same & (ladders["universal_credit"].diff() > 0)
    lifted = (ladders["uc_taken_by_cap"].shift() > 0) & (ladders["uc_taken_by_cap"] == 0)
    assert not (rises & ~lifted).any()
    assert (rises & lifted).any()


def test_of_another_pound_something_is_kept_and_not_more_than_it_outside_the_documented_cliffs(
    ladders: pd.DataFrame,
) -> None:
    gained = ladders["net_household_income"].diff()
    earned = ladders["earnings"].diff()
    charged = ladders["child_benefit_charge"].diff() != 0
    lifted = (ladders["uc_taken_by_cap"].shift() > 0) & (ladders["uc_taken_by_cap"] == 0)
    plain = (ladders["household"].diff() == 0) & ~charged & ~lifted
    rate = 1 - gained[plain] / earned[plain]
    rounding = 12 * 0.04 / earned[plain].min()  # a few pence a month
    assert plain.sum() > 10_000
    assert rate.between(-rounding, 1 + rounding).all()
    assert rate.max() > 0.67  # tax, National Insurance and the taper together


def test_the_cliffs_are_where_the_documentation_says() -> None:
    capped = {**rents(1500), "child_ages": "3 5"}
    below, above = assess(frame({**works(16, 12.19), **capped}, {**works(16, 12.21), **capped}), "2025/26")[
        "universal_credit"
    ]
    assert above > below + 1000  # the cap goes at 846 pounds a month
    none, some = assess(
        frame(*({**facts, "child_ages": "3", "childcare_month": 800} for facts in ({}, works(1, 12.21)))), "2025/26"
    )["universal_credit"]
    assert some - none == pytest.approx(12 * 680, abs=A_FEW_PENCE_A_MONTH)  # childcare begins with work
    before, after = assess(
        frame(*({**works(40, pay), "child_ages": "3 5 7"} for pay in (60199 / 2080, 60201 / 2080))), "2025/26"
    )["net_household_income"]
    assert after < before  # a step of the charge on Child Benefit


def test_the_charge_rises_by_one_percent_with_every_whole_200_pounds(rates: Rates) -> None:
    benefit = 100_000
    for step in range(102):
        for pounds, steps in ((60_000 + 200 * step, step), (60_000 + 200 * step + 199, step)):
            charge = law.child_benefit_charge(benefit, pounds * 100 // 12, rates)
            assert charge == benefit * min(steps, 100) // 100, pounds
    assert law.child_benefit_charge(benefit, 59_999 * 100 // 12, rates) == 0


def test_a_child_counts_from_birth_to_the_limit_of_age(rates: Rates) -> None:
    born = np.array([-250, -50, -3, 40, law.NEVER], np.int16)  # 253, 53 and 6 months old; not born yet; none
    assert law.children_at(born, 3, 16) == 2
    assert law.children_at(born, 3, 1) == 1
    assert law.child_elements(born, 3, rates) == 2 * rates.child
    assert law.child_elements(born[3:], 3, rates) == 0


def test_the_record_of_rates_holds_what_the_rates_hold(rates: Rates) -> None:
    record = as_record(rates)
    assert record.dtype.names == rates._fields
    for name, value in rates._asdict().items():
        np.testing.assert_array_equal(record[name], value, err_msg=name)


def test_sick_pay_is_flat_above_the_limit_and_a_share_of_low_pay_from_2026(rates: Rates) -> None:
    assert law.sick_pay(200_000, rates) == round(118.75 * 100 * 52 / 12)
    assert law.sick_pay(54_100, rates) == 0  # below 125 pounds a week
    later = rates_of(rules("2026/27"), NEW_HEALTH_ELEMENT_FROM, 1.0)
    assert law.sick_pay(40_000, later) == 32_000
    assert law.sick_pay(200_000, later) == round(123.25 * 100 * 52 / 12)


def test_nothing_is_awarded_in_any_part_where_income_takes_it_all(rates: Rates) -> None:
    claim = law.Claim(0, 1, 0, 0, 0, 0, 0, 0, 0, 300_000, 0, 0, 0)
    assert law.award(claim, rates) == (0,) * len(law.NAMES_OF_AWARD)


def test_what_work_pays_hangs_on_no_age_above_that_of_adults() -> None:
    """The monthly pass settles no payments at later birthdays of people in work."""
    for year in rule_years():
        r, adult = rates_of(rules(year), NEW_HEALTH_ELEMENT_FROM, 1.0), ADULT_MONTHS // 12
        assert r.young_relief_age <= adult and np.unique(r.minimum_wage[adult:]).size == 1


def test_no_limit_of_children_is_more_than_any_family_has() -> None:
    limits = [rates_of(rules(year), NEW_HEALTH_ELEMENT_FROM, 1.0).child_limit for year in rule_years()]
    assert limits == [2, 2, NO_LIMIT]


@pytest.fixture(scope="module")
def rates() -> Rates:
    return rates_of(rules("2025/26"), NEW_HEALTH_ELEMENT_FROM, 1.0)
