"""A small evidence folder that is whole, for tests that break one thing in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

FILES = {
    "sources.yaml": """
survey: {title: A survey, publisher: An office, date: "2024", licence: open, retrieved: 2026-11}
assumption: {title: Judgement, publisher: Us, date: "2026", licence: open, retrieved: 2026-11}
""",
    "parameters/search.yaml": """
looks: {value: 6, unit: looks per month, interval_95: [3, 9], source: assumption, confidence: assumption}
hazard_by_age:
  {value: [0.1, 0.2], by: [age_band], unit: per month, interval_ratio_95: [0.8, 1.25], source: survey, confidence: low}
threshold: {value: 4, unit: weeks, source: survey, confidence: definition}
""",
    "rules/2025-26.yaml": """
minimum_wage:
  age_21_plus: {value: 12.21, unit: pounds per hour, source: survey, confidence: high}
""",
    "rules/uprating.yaml": """
prices_growth: {value: 2, unit: percent per year, interval_95: [0, 5], source: assumption, confidence: assumption}
last_year: {value: 2040/41, unit: none, source: assumption, confidence: definition}
""",
    "deflators.csv": (
        "year,index,unit,source,confidence,note\n2023,96.3,index,survey,high,\n2024,100,index,survey,high,\n"
    ),
    "unit_costs.yaml": """
contact:
  {title: A contact, value: 140, unit: pounds per contact, price_year: 2011/12, agencies: {NHS: 140}, source: survey,
   confidence: medium}
""",
    "funding.yaml": """
staff_leave: {value: 0.5, unit: per month, interval_95: [0.1, 0.9], source: assumption, confidence: assumption}
""",
    "replications.yaml": """
jobs_fund_work: {value: 11, unit: percentage points, interval_95: [5, 17], source: survey, confidence: low}
""",
    "distance.yaml": """
points: {value: 2, unit: points per life satisfaction points, interval_95: [1, 4], source: survey, confidence: low}
""",
    "ledger.yaml": """
visits:
  {basis: average, prices: "2013/14", grade: medium, society: resource,
   marginal_share: {value: 0.4, unit: share, interval_95: [0.1, 0.8], source: assumption, confidence: assumption},
   cashable_share: {value: 0.1, unit: share, interval_95: [0, 0.3], source: assumption, confidence: assumption}}
""",
    "appraisal.yaml": """
rulebooks:
  plain-book:
    title: A book
    discount_from_year: {value: [0, 31], unit: year, source: survey, confidence: definition}
    discount_rate: {value: [3.5, 3.0], unit: percent per year, source: survey, confidence: definition}
    health_discount_rate: {value: [1.5, 1.29], unit: percent per year, source: survey, confidence: definition}
    sensitivity_rate: {value: [3.0, 2.57], unit: percent per year, source: survey, confidence: definition}
    sensitivity_years: {value: 50, unit: years, source: survey, confidence: definition}
terms:
  price_growth: {value: 2, unit: percent per year, interval_95: [1, 3], source: assumption, confidence: assumption}
  wellby:
    {value: 13000, unit: pounds per life satisfaction points per year, interval_95: [10000, 16000], source: survey,
     confidence: low}
  wellby_price_year: {value: 2019, unit: year, source: survey, confidence: definition}
  wellbeing_not_of_income: {value: 0.7, unit: share, interval_95: [0.5, 1], source: survey, confidence: low}
  wellbeing_gap: {value: 0.5, unit: life satisfaction points, interval_95: [0.5, 0.6], source: survey, confidence: low}
  weight_elasticity: {value: 1.3, unit: elasticity, interval_95: [0.8, 2], source: survey, confidence: low}
  bias_costs: {value: [1, 1.1, 1.2, 1.4], unit: multiplier, interval_95: [1, 2], source: survey, confidence: low}
  bias_benefits: {value: [0.9, 0.8, 0.7, 0.5], unit: multiplier, interval_95: [0.2, 1], source: survey, confidence: low}
  yearly_survival: {value: 0.7, unit: share, interval_95: [0.4, 0.9], source: survey, confidence: low}
  retention_years: {value: 10, unit: years, interval_95: [3, 20], source: survey, confidence: low}
  allowance_share: {value: 0.1, unit: share, interval_95: [0, 0.3], source: survey, confidence: low}
""",
    "disposable_income.csv": (
        "area_code,area_name,value,unit,lower,upper,period,source,confidence,note\n"
        "X1,Upton,20000,pounds per person per year,,,2023,survey,high,\n"
    ),
    "regions/vale/sources.yaml": """
census: {title: A census, publisher: An office, date: "2021", licence: open, retrieved: 2026-11}
""",
    "regions/vale/places.yaml": """
title: The Vale
places: [{code: X1, name: Upton, short: Up}, {code: X2, name: Lowton, short: Low}]
groups: {Both: [Upton, Lowton]}
outside: [Elsewhere]
""",
    "regions/vale/margins/tenure.csv": (
        "area_code,area_name,tenure,value,unit,lower,upper,period,source,confidence,note\n"
        "X1,Upton,owner,60,percent,55,65,2021,census,high,\nX1,Upton,none,40,percent,,,2021,census,high,\n"
    ),
    "regions/vale/employers.csv": "area,sector,size,value\nUpton,retail,1,10\nLowton,health,1,5\n",
    "regions/vale/commuting.csv": "home,work,value\nUpton,Lowton,3\n",
    "regions/vale/targets.yaml": """
employment_rate:
  {over: place, values: {Upton: 75.0, Lowton: 71.0}, se: 2.5, period: "2022", unit: percent, role: fit, source: survey,
   confidence: high}
unemployed:
  {area: region, value: 100, se: 10, period: "2022", unit: persons, role: fit, source: survey, confidence: high}
""",
    "regions/vale/fitted/target_table.csv": (
        "target,measure,area,role,observed,se,unit,model,z,verdict,source,confidence\n"
        "unemployed,unemployed,region,fit,100,10,persons,104,0.4,within 3 SE,survey,high\n"
    ),
    "regions/vale/fitted/target_table.yaml": """
{seed: 1, sample: 1, settled_months: 60, measured_months: 12, parameters: a1b2, region: c3d4}
""",
    "regions/vale/scorecard.yaml": """
rest: {measure: neet, value: 10, unit: percent, direction: at_most, due: 2030-12, source: survey, confidence: high}
upton:
  {measure: neet, area: Upton, value: 90, unit: percent of the start, direction: at_most, due: 2030-12,
   source: assumption, confidence: assumption, note: a wish}
""",
    "regions/vale/known_conflicts.yaml": """
sick: {kind: two_figures, measure: employment_rate, area: Upton, periods: ["2022", "2024"], reason: another question}
""",
    "regions/vale/variants.yaml": """
more: {description: Another reading, overrides: {unemployed: {value: 150}}}
""",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a whole evidence folder."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip("\n"), encoding="utf-8")
    return tmp_path


@pytest.fixture
def change(root: Path) -> Callable[[str, str, str], Path]:
    """Return a function that replaces a text in one file of the folder and returns the folder."""

    def replace(name: str, old: str, new: str) -> Path:
        path = root / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"the fixture has no '{old}' in {name}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return root

    return replace
