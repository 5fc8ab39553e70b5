"""Rates of years after the last one held."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evidence.model import Parameter
from evidence.registry import rule_years, rules, uprating
from simulation.taxben.rates import NEW_HEALTH_ELEMENT_FROM, rates_of
from simulation.taxben.uprating import Rules, UnknownYear, rules_after, year_after

LAST = rule_years()[-1]


def assumed(prices: float, earnings: float) -> dict[str, Parameter]:
    found = dict(uprating())
    return found | {
        "prices_growth": replace(found["prices_growth"], value=prices),
        "earnings_growth": replace(found["earnings_growth"], value=earnings),
    }


def pounds(found: Rules, name: str) -> float:
    group, _, rate = name.partition(".")
    return float(str(found[group][rate].value))


def names() -> list[str]:
    return [
        f"{group}.{name}"
        for group, entries in rules(LAST).items()
        for name, entry in entries.items()
        if not isinstance(entry.value, str)
    ]


def test_the_years_held_do_not_grow_by_what_is_extrapolated() -> None:
    assert rule_years() == ("2024/25", "2025/26", "2026/27")
    assert rules_after(rules(LAST), LAST, LAST, uprating()) == rules(LAST)


def test_without_growth_only_the_standard_allowance_rises_and_protected_health_falls() -> None:
    later = rules_after(rules(LAST), LAST, "2040/41", assumed(0, 0))
    moved = {name for name in names() if pounds(later, name) != pounds(rules(LAST), name)}
    standard = {name for name in names() if name.startswith("universal_credit.standard")}
    assert moved == standard | {"universal_credit.lcwra_existing"}
    single = "universal_credit.standard_single_25_plus"
    assert pounds(later, single) == pytest.approx(pounds(rules(LAST), single) * 1.048 / 1.023, abs=0.03)


def test_every_rate_of_a_list_is_a_rate_and_in_one_list_only() -> None:
    lists = [entry.value for key, entry in uprating().items() if key.startswith("follow_")]
    listed = [str(name) for value in lists if isinstance(value, tuple) for name in value]
    assert len(listed) == len(set(listed)) > 25
    assert set(listed) <= set(names())


def test_a_year_of_ten_percent_raises_each_rate_as_the_law_indexes_and_rounds_it() -> None:
    now, then = rules(LAST), rules_after(rules(LAST), LAST, year_after(LAST), assumed(10, 5))
    assert pounds(then, "universal_credit.child") == pytest.approx(334.33)  # 303.94 x 1.1 = 334.334
    assert pounds(then, "universal_credit.work_allowance_with_housing") == 470  # 427 x 1.1 = 469.7
    assert pounds(then, "child_benefit.eldest") == pytest.approx(29.75)  # 27.05 x 1.1 = 29.755
    assert pounds(then, "minimum_wage.age_21_plus") == pytest.approx(13.35)  # 12.71 x 1.05 = 13.3455
    assert pounds(then, "benefit_cap.earnings_threshold") == 925  # 881 x 1.05 = 925.05
    for name in (
        "income_tax.personal_allowance",
        "benefit_cap.families",
        "universal_credit.lcwra_new",
        "child_benefit.charge_from",
    ):
        assert pounds(then, name) == pounds(now, name), name
    together = [
        pounds(found, "universal_credit.standard_single_25_plus") + pounds(found, "universal_credit.lcwra_existing")
        for found in (now, then)
    ]
    assert together[1] == pytest.approx(together[0] * 1.1, abs=0.01)


def test_thresholds_and_the_new_health_element_move_once_they_are_no_longer_frozen() -> None:
    indices = assumed(10, 0)
    frozen, free = (rules_after(rules(LAST), LAST, year, indices) for year in ("2030/31", "2031/32"))
    assert pounds(frozen, "income_tax.personal_allowance") == 12570
    assert pounds(free, "income_tax.personal_allowance") == 13830  # 13,827 to ten pounds
    before, after = (rules_after(rules(LAST), LAST, year, indices) for year in ("2029/30", "2030/31"))
    assert pounds(before, "universal_credit.lcwra_new") == 217.26
    assert pounds(after, "universal_credit.lcwra_new") == pytest.approx(238.99)  # 217.26 x 1.1 = 238.986


def test_what_is_extrapolated_says_so_and_is_an_assumption() -> None:
    later = rules_after(rules(LAST), LAST, "2028/29", uprating())
    rate = later["universal_credit"]["child"]
    assert rate.source == rate.confidence == "assumption"
    assert "extrapolated to 2028/29" in rate.note
    assert (
        rates_of(later, NEW_HEALTH_ELEMENT_FROM, 1.0).child > rates_of(rules(LAST), NEW_HEALTH_ELEMENT_FROM, 1.0).child
    )


@pytest.mark.parametrize("year", ["2023/24", "2041/42"])
def test_a_year_before_or_far_after_is_refused(year: str) -> None:
    with pytest.raises(UnknownYear, match=year):
        rules_after(rules(LAST), LAST, year, uprating())
