"""A made-up funding study with the frames of a real one: gains and losses are chosen, figures follow from runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import factorial
from typing import Any

import numpy as np
import pandas as pd

from results.funding_data import FundingStudy
from results.geography import Geography, build
from results.statistics import STAT_COLUMNS, statistic
from scenarios.fund_specs import CONSTRAINTS
from simulation.funding.cells import GROUPS

PLACES = [
    ("E06000006", "Halton"), ("E08000011", "Knowsley"), ("E08000012", "Liverpool"), ("E08000014", "Sefton"),
    ("E08000013", "St Helens"), ("E08000015", "Wirral"), ("E06000050", "Cheshire West and Chester"),
    ("E06000049", "Cheshire East"), ("E06000007", "Warrington"),
]  # fmt: skip
GEOGRAPHY: Geography = build("cheshire-merseyside", "Cheshire and Merseyside", PLACES)
FUNDS = {
    "connect-to-work-lcr": "Connect to Work (Liverpool City Region)",
    "connect-to-work-cw": "Connect to Work (Cheshire and Warrington)",
    "dwp": "Department for Work and Pensions",
    "nhs": "National Health Service",
    "ukspf-knowsley": "UK Shared Prosperity Fund (Knowsley)",
    "youth-guarantee": "Youth Guarantee Trailblazer grant",
}
AMOUNTS = {
    "connect-to-work-lcr": 14_000_000, "connect-to-work-cw": 4_500_000, "dwp": 18_100_000, "nhs": 2_050_000,
    "ukspf-knowsley": 450_000, "youth-guarantee": 5_000_000,
}  # fmt: skip
PROGRAMMES = {
    "connect-to-work-lcr": "Connect to Work (Liverpool City Region)",
    "ips": "Individual placement and support in primary care (Cheshire West and Chester)",
    "access-to-work": "Access to Work",
    "youth-hub": "Youth hubs & <guidance>",
}
YEARS = ("2026/27", "2027/28", "2028/29", "2029/30", "2030/31")
SIZES = {"in_work_12": 60.0, "in_work_60": 400.0, "months_in_work": 9_000.0, "months_out_of_work": -8_800.0,
         "wellbeing": 700.0, "purse": 9_500_000.0, "service_cost": 2_000_000.0, "starts": 2_400.0, "jobs_found": 900.0,
         "shut_out": -30_000.0, "no_money": 9_000.0, "lost": -700.0, "bounced": -2_000.0, "waiting": -500.0,
         "granted": 0.0, "administration": -1_200_000.0, "promised": 21_000_000.0, "paid": 20_000_000.0,
         "returned": 300_000.0, "lapsed": -22_000_000.0, "left": 1_500_000.0, "outstanding": 700_000.0}  # fmt: skip
LEVELS = {"in_work_12": 1_190_000.0, "in_work_60": 1_205_000.0, "months_in_work": 71_000_000.0, "lapsed": 31e6,
          "granted": float(sum(AMOUNTS.values()) * 5), "shut_out": 60_000.0, "starts": 52_000.0}  # fmt: skip
WEIGHTS = {"eligibility": 0.13, "state": 0.1, "place": -0.04, "programme": 0.2, "lapse": 0.33, "cycle": 0.2,
           "virement": 0.08}  # fmt: skip


@dataclass(frozen=True)
class Made:
    """What a made-up study holds. `scale`: by allocator, times SIZES; `noise`: spread of a run, a share of SIZES."""

    constraints: tuple[str, ...] = tuple(CONSTRAINTS)[:6]
    scale: Mapping[str, float] = field(
        default_factory=lambda: {"proportional": 1.0, "first_come": 0.35, "greedy": -0.6, "linear_program": 1.3,
                                 "exploring": 0.05, "hindsight": 1.6}
    )  # fmt: skip
    noise: float = 0.16
    n_seeds: int = 10
    places: tuple[float, ...] = (0.1, 0.14, 0.4, 0.12, 0.1, 0.15, 0.02, -0.12, 0.09)
    assumptions: tuple[str, ...] = (
        "Staff stretch: a service may staff twice its catalogued places when money pays for them.",
        "What follows 2025/26 of the UK Shared Prosperity Fund: the same amount after a gap of six months.",
        "Administration: 6% of each fund's amount; none is a named variant.",
    )
    sample: int = 1


def study_of(made: Made | None = None, **changes: Any) -> FundingStudy:
    """Return the study; `changes` replace its fields."""
    made = made or Made()
    runs = {key: _runs(made, allocator, name) for allocator in made.scale for name, key in
            ((name, (allocator, name)) for name in SIZES)}  # fmt: skip
    whole = GEOGRAPHY.whole.code
    full = (1 << len(made.constraints)) - 1
    arms, value, parts = [], [], []
    for (allocator, name), by_mask in runs.items():
        for mask, values in by_mask.items():
            words = "+".join(c for i, c in enumerate(made.constraints) if mask >> i & 1) or "none"
            for seed, v in enumerate(values):
                arms.append((allocator, mask, words, seed + 1, 0, name, whole, "all", v))
        difference = by_mask[0] - by_mask[full]
        value.append((allocator, name, whole, "all", difference))
        if name in ("in_work_60", "months_in_work", "starts", "purse"):
            for (code, _), part in zip(PLACES, made.places, strict=True):
                value.append((allocator, name, code, "all", difference * part + _noise(name, code, made, allocator)))
        if name == "starts":
            for i, group in enumerate(GROUPS):
                value.append((allocator, name, whole, group, difference * (0.03 * (i - 2))))
        if len(by_mask) > 2:
            for key, series in _shapley(by_mask, made.constraints).items():
                parts.append((allocator, name, key, series))
    arm_columns = ["allocator", "mask", "in_force", "seed", "draw", "measure", "geography_code", "group", "value"]
    fields = {
        "arms": pd.DataFrame(arms, columns=arm_columns),
        "value": _stats(value, ["allocator", "measure", "geography_code", "group"]),
        "attribution": _stats(parts, ["allocator", "measure", "constraint"]),
        "funds": _funds(made),
        "flows": _flows(made),
        "shadow": _shadow(made),
        "totals": _totals(made),
        "constraints": made.constraints,
        "allocators": tuple(made.scale),
        "geography": GEOGRAPHY,
        "months": 60,
        "sample": made.sample,
        "seeds": tuple(range(1, made.n_seeds + 1)),
        "fund_titles": FUNDS,
        "programme_titles": PROGRAMMES,
        "assumptions": list(made.assumptions),
        "run_id": "0123456789abcdef",
        "command": "workability funding --seeds 10",
    }
    return FundingStudy(**{**fields, **changes})


def _key(*words: str) -> int:
    return sum(ord(c) * (i + 1) for i, c in enumerate("|".join(words)))


def _noise(name: str, code: str, made: Made, allocator: str) -> Any:
    rng = np.random.default_rng(_key(name, code, allocator))
    return rng.normal(0, abs(SIZES[name]) * made.noise * 0.15, made.n_seeds)


def _runs(made: Made, allocator: str, name: str) -> dict[int, Any]:
    """Return each arm's values by run; the first allocator has every combination, the others the two ends."""
    rng = np.random.default_rng(_key(name, allocator))
    n, size = len(made.constraints), SIZES[name] * made.scale[allocator]
    if name == "granted":
        size = 0.0
    masks = range(1 << n) if allocator == next(iter(made.scale)) else (0, (1 << n) - 1)
    level = LEVELS.get(name, abs(SIZES[name]) * 3) + (
        0 if name == "granted" else rng.normal(0, abs(SIZES[name]), made.n_seeds)
    )
    spread = abs(SIZES[name]) * made.noise * 0.3
    each = {c: size * WEIGHTS[c] + rng.normal(0, spread, made.n_seeds) for c in made.constraints}
    both = 0.1 * size
    out = {}
    for mask in masks:
        dropped = [c for i, c in enumerate(made.constraints) if not mask >> i & 1]
        more = sum((each[c] for c in dropped), np.zeros(made.n_seeds))
        out[mask] = level + more + (both if {"lapse", "cycle"} <= set(dropped) else 0.0)
    return out


def _shapley(by_mask: Mapping[int, Any], constraints: tuple[str, ...]) -> dict[str, Any]:
    n = len(constraints)
    out = {}
    for i, name in enumerate(constraints):
        out[name] = 0.0
        for mask in range(1 << n):
            if mask >> i & 1:
                k = n - mask.bit_count()
                weight = factorial(k) * factorial(n - k - 1) / factorial(n)
                out[name] = out[name] + weight * (by_mask[mask ^ (1 << i)] - by_mask[mask])
    return out


def _stats(rows: list[Any], keys: list[str]) -> pd.DataFrame:
    made = []
    for *key, values in rows:
        stat = statistic(np.asarray(values), np.zeros(len(values), np.int64), len(values))
        made.append((*key, *(getattr(stat, name) for name in STAT_COLUMNS)))
    return pd.DataFrame(made, columns=[*keys, *STAT_COLUMNS])


def _funds(made: Made) -> pd.DataFrame:
    rows = []
    for allocator in made.scale:
        for arm, lost in (("ring-fenced", 0.14), ("flexible", 0.02)):
            for fund, amount in AMOUNTS.items():
                for i, year in enumerate(YEARS):
                    lapsed = round(amount * lost * (1 + 0.2 * i))
                    left = round(amount * (0.01 if arm == "ring-fenced" else 0.06) * (4 - i))
                    promised = amount - lapsed - left
                    items = {"granted": amount, "administration": round(amount * 0.06), "promised": promised,
                             "paid": promised, "returned": 0, "lapsed": lapsed, "left": left,
                             "outstanding": round(amount * 0.1)}  # fmt: skip
                    rows += [(allocator, arm, fund, year, item, float(v)) for item, v in items.items()]
    return pd.DataFrame(rows, columns=["allocator", "arm", "fund", "year", "item", "pounds"])


def _flows(made: Made) -> pd.DataFrame:
    rows = []
    for allocator in made.scale:
        for a, arm in enumerate(("ring-fenced", "flexible")):
            for f, fund in enumerate(FUNDS):
                for p, programme in enumerate(PROGRAMMES):
                    for g, group in enumerate(GROUPS):
                        part = (1 + (f + 2 * p + 3 * g) % 5 + a * (g // 3)) * (a or (f + p) % 2)
                        if part:
                            pounds = AMOUNTS[fund] * part / 90
                            rows.append((allocator, arm, fund, programme, group, pounds / 2600, pounds))
    return pd.DataFrame(rows, columns=["allocator", "arm", "fund", "programme", "group", "starts", "pounds"])


def _totals(made: Made) -> pd.DataFrame:
    rows = [
        (allocator, mask, year, float(sum(AMOUNTS.values())))
        for i, allocator in enumerate(made.scale)
        for mask in (range(1 << len(made.constraints)) if not i else (0, (1 << len(made.constraints)) - 1))
        for year in YEARS
    ]
    return pd.DataFrame(rows, columns=["allocator", "mask", "year", "pounds"])


def _shadow(made: Made) -> pd.DataFrame:
    rows = []
    for i, constraint in enumerate(made.constraints):
        rows.append(
            ("linear_program", constraint, "all", "jobs a million pounds", 12.0 - 2 * i, 9.0 - 2 * i, 15.0 - 2 * i)
        )
    rows.append(("linear_program", "lapse", "ukspf-knowsley", "pounds a pound", 1.4, -0.2, 3.0))
    rows.append(("linear_program", "cycle", "dwp", "pounds a pound", float("nan"), float("nan"), float("nan")))
    return pd.DataFrame(rows, columns=["allocator", "constraint", "fund", "unit", "mean", "p05", "p95"])
