"""The tables of a funding study, made from the counts of its arms: values, parts of constraints, funds and flows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import factorial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from results.funding_counts import (
    COHORT_NAMES,
    MONEY_MEASURES,
    PENCE,
    ArmCounts,
    cohort_measures,
    measures_of,
    place_measures,
)
from results.funding_data import FundingStudy
from results.funding_read import ALL, FLEXIBLE, NOTHING, REST, RING_FENCED
from results.funding_stats import first_effects, last_effects, shapley, statistics_of, words_of
from results.geography import Geography
from results.statistics import STAT_COLUMNS
from scenarios.fund_specs import CONSTRAINTS
from simulation.funding.cells import GROUPS
from simulation.funding.purses import FUND_ITEMS

if TYPE_CHECKING:
    from pandas import DataFrame

Ints = NDArray[np.int64]
SHADOW_COLUMNS = ("allocator", "constraint", "fund", "unit", "mean", "p05", "p95", "method")
EFFECT_COLUMNS = ("first", "first_p05", "first_p95", "last", "last_p05", "last_p95")


class UnequalMoney(ValueError):
    """Arms of a comparison that were not granted the same money."""


@dataclass(frozen=True)
class StudyFacts:
    """What a funding study is about, beside its figures.

    `constraints`: the factors, in the order of CONSTRAINTS; `allocators`: in the order asked, the first with the whole
    factorial where there is one; `years`: financial years of the policy; `fund_names`: in the order of the counts;
    `programmes`: the same of programmes.
    """

    constraints: tuple[str, ...]
    allocators: tuple[str, ...]
    geography: Geography
    months: int
    sample: int
    seeds: tuple[int, ...]
    years: tuple[str, ...]
    fund_names: tuple[str, ...]
    programmes: tuple[str, ...]
    fund_titles: dict[str, str]
    programme_titles: dict[str, str]
    assumptions: tuple[str, ...]
    scenario: str
    first_month: str
    run_id: str
    command: str

    @property
    def rest(self) -> tuple[str, ...]:
        """Return the constraints that are no factor."""
        return tuple(name for name in CONSTRAINTS if name not in self.constraints)

    @property
    def ringed(self) -> int:
        """Return the mask of the ring-fenced arm."""
        return (1 << len(self.constraints)) - 1

    @property
    def flexible(self) -> int:
        """Return the mask of the flexible arm."""
        return NOTHING if self.rest else 0


def keys_of(facts: StudyFacts) -> list[tuple[str, str, str]]:
    """Return (measure, code of the area, group) of every figure of an arm, in the order of `vector_of`."""
    areas, whole = facts.geography.areas, facts.geography.whole.code
    keys = [(name, area.code, ALL) for name in place_measures(facts.months) for area in areas]
    keys += [(name, whole, ALL) for name in MONEY_MEASURES]
    keys += [("starts", whole, group) for group in GROUPS]
    return keys + [(name, whole, cohort) for name in cohort_measures(facts.months) for cohort in COHORT_NAMES]


def vector_of(counts: ArmCounts, facts: StudyFacts) -> Ints:
    """Return every figure of an arm in its smallest unit, in the order of `keys_of`."""
    areas = np.stack([counts.place[:, area.places].sum(axis=1) for area in facts.geography.areas], axis=1)
    money = counts.money.sum(axis=1)  # over funds, (Y, I)
    stocks = ("left", "outstanding")
    whole = [money[-1, i] if name in stocks else money[:, i].sum() for i, name in enumerate(FUND_ITEMS)]
    by_name = dict(zip(FUND_ITEMS, whole, strict=True))
    parts = [
        areas.ravel(),
        [by_name[name] for name in MONEY_MEASURES],
        counts.starts.sum(axis=0),
        counts.cohort.ravel(),
    ]
    return np.concatenate([np.asarray(part, np.int64) for part in parts])


def check_equal_money(arms: Sequence[ArmCounts], facts: StudyFacts) -> None:
    """Refuse arms that were not granted the same money in every year.

    Raises
    ------
    UnequalMoney
        With the first difference in pounds.
    """
    item = FUND_ITEMS.index("granted")
    first = arms[0]
    wanted = first.money[:, :, item].sum(axis=1)
    for arm in arms[1:]:
        granted = arm.money[:, :, item].sum(axis=1)
        for year, mine, other in zip(facts.years, granted.tolist(), wanted.tolist(), strict=True):
            if mine != other:
                raise UnequalMoney(
                    f"{_name(arm, facts)} was granted £{mine / PENCE:,.2f} in {year} and {_name(first, facts)} "
                    f"£{other / PENCE:,.2f}: a difference of £{abs(mine - other) / PENCE:,.2f}. The arms of the "
                    "experiment share the same money to the penny."
                )


def _name(arm: ArmCounts, facts: StudyFacts) -> str:
    return f"The arm {arm.allocator}, {words_of(arm.mask, facts.constraints, facts.rest)}, seed {arm.seed},"


def study_of(arms: Sequence[ArmCounts], facts: StudyFacts, shadow: DataFrame | None = None) -> FundingStudy:
    """Return the tables of a study.

    Parameters
    ----------
    arms : sequence of ArmCounts
        Every arm of every seed.
    facts : StudyFacts
        What the study is about.
    shadow : DataFrame or None
        Shadow prices, by SHADOW_COLUMNS.

    Raises
    ------
    UnequalMoney, ValueError
        If the arms did not share the same money, or a seed lacks an arm.
    """
    import pandas as pd

    check_equal_money(arms, facts)
    by: dict[str, dict[int, list[ArmCounts]]] = {}
    for arm in sorted(arms, key=lambda a: (a.draw, a.seed)):
        by.setdefault(arm.allocator, {}).setdefault(arm.mask, []).append(arm)
    runs = {tuple((a.draw, a.seed) for a in group) for masks in by.values() for group in masks.values()}
    if len(runs) != 1:
        raise ValueError("some seeds lack an arm; run the study again to fill them in")
    keys = keys_of(facts)
    vectors = {
        name: {mask: np.stack([vector_of(arm, facts) for arm in group]) for mask, group in sorted(masks.items())[::-1]}
        for name, masks in by.items()
    }
    draws = np.array([draw for draw, _ in next(iter(runs))], np.int64)
    known = {each.name for each in fields(FundingStudy)}
    return FundingStudy(
        **{name: value for name, value in vars(facts).items() if name in known},
        arms=_arms_frame(by, vectors, keys, facts),
        value=_value_frame(vectors, keys, draws, facts),
        attribution=_attribution_frame(vectors, keys, draws, facts),
        funds=_funds_frame(by, facts),
        flows=_flows_frame(by, facts),
        shadow=pd.DataFrame(columns=list(SHADOW_COLUMNS)) if shadow is None else shadow,
        totals=_totals_frame(by, facts),
    )


Vectors = dict[str, dict[int, Ints]]
Arms = dict[str, dict[int, list[ArmCounts]]]


def scales_of(keys: Sequence[tuple[str, str, str]], facts: StudyFacts) -> NDArray[np.float64]:
    """Return how many of its smallest units one of each figure is."""
    measures = measures_of(facts.months)
    return np.array([measures[name].scale for name, _, _ in keys], np.float64)


def _arms_frame(by: Arms, vectors: Vectors, keys: list[tuple[str, str, str]], facts: StudyFacts) -> DataFrame:
    import pandas as pd

    scale, parts = scales_of(keys, facts), []
    head = {name: [key[i] for key in keys] for i, name in enumerate(("measure", "geography_code", "group"))}
    for name in facts.allocators:
        for mask, rows in vectors[name].items():
            for arm, row in zip(by[name][mask], rows, strict=True):
                which = {"allocator": name, "mask": mask, "in_force": words_of(mask, facts.constraints, facts.rest)}
                which |= {"seed": arm.seed, "draw": arm.draw}
                parts.append(pd.DataFrame({**which, **head, "value": row / scale}))
    return pd.concat(parts, ignore_index=True)


def _value_frame(vectors: Vectors, keys: list[tuple[str, str, str]], draws: Ints, facts: StudyFacts) -> DataFrame:
    import pandas as pd

    scale, parts = scales_of(keys, facts), []
    for name in facts.allocators:
        difference = vectors[name][facts.flexible] - vectors[name][facts.ringed]
        stats = statistics_of(difference / scale, draws, len(facts.seeds))
        head = {k: [key[i] for key in keys] for i, k in enumerate(("measure", "geography_code", "group"))}
        parts.append(pd.DataFrame({"allocator": name, **head, **stats}))
    return pd.concat(parts, ignore_index=True)


def _attribution_frame(vectors: Vectors, keys: list[tuple[str, str, str]], draws: Ints, facts: StudyFacts) -> DataFrame:
    """Return each constraint's part of the value for the whole region, of the allocators with every arm."""
    import pandas as pd

    whole, n = facts.geography.whole.code, len(facts.constraints)
    chosen = [i for i, (_, code, group) in enumerate(keys) if code == whole and group == ALL]
    scale = scales_of(keys, facts)[chosen]
    parts = []
    for name in facts.allocators:
        if any(mask not in vectors[name] for mask in range(1 << n)):
            continue
        values = {mask: rows[:, chosen] for mask, rows in vectors[name].items()}
        shares = shapley(values, n) / factorial(n)
        first, last = first_effects(values, n), last_effects(values, n)
        owed = {facts.constraints[i]: (shares[i], first[i], last[i]) for i in range(n)}
        if facts.rest:
            owed[REST] = (values[NOTHING] - values[0],) * 3
        for constraint, effects in owed.items():
            stats, ahead, after = (statistics_of(each / scale, draws, len(facts.seeds)) for each in effects)
            table: dict[str, Any] = {"allocator": name, "measure": [keys[i][0] for i in chosen]}
            table |= {"constraint": constraint, **stats}
            for head, found in (("first", ahead), ("last", after)):
                table |= {head: found["mean"], f"{head}_p05": found["p05"], f"{head}_p95": found["p95"]}
            parts.append(pd.DataFrame(table))
    head_only = ["allocator", "measure", "constraint", *STAT_COLUMNS, *EFFECT_COLUMNS]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=head_only)


def _ends(by: Arms, facts: StudyFacts) -> list[tuple[str, str, list[ArmCounts]]]:
    ends = ((RING_FENCED, facts.ringed), (FLEXIBLE, facts.flexible))
    return [(name, word, by[name][mask]) for name in facts.allocators for word, mask in ends]


def _funds_frame(by: Arms, facts: StudyFacts) -> DataFrame:
    """Return pounds by fund, year and item, means over seeds."""
    import pandas as pd

    parts = []
    for name, word, arms in _ends(by, facts):
        pounds = np.mean([arm.money for arm in arms], axis=0) / PENCE
        for f, fund in enumerate(facts.fund_names):
            for y, year in enumerate(facts.years):
                terms = {"allocator": name, "arm": word, "fund": fund, "year": year}
                parts += [{**terms, "item": item, "pounds": pounds[y, f, i]} for i, item in enumerate(FUND_ITEMS)]
    return pd.DataFrame(parts)


def _flows_frame(by: Arms, facts: StudyFacts) -> DataFrame:
    """Return starts and pounds promised by fund, programme and group where there are any, means over seeds."""
    import pandas as pd

    parts = []
    for name, word, arms in _ends(by, facts):
        starts, pence = np.mean([arm.flows for arm in arms], axis=0)
        for f, k, g in np.argwhere(starts > 0).tolist():
            terms = {"allocator": name, "arm": word, "fund": facts.fund_names[f], "programme": facts.programmes[k]}
            figures = {"group": GROUPS[g], "starts": starts[f, k, g], "pounds": pence[f, k, g] / PENCE}
            parts.append({**terms, **figures})
    head = ["allocator", "arm", "fund", "programme", "group", "starts", "pounds"]
    return pd.DataFrame(parts, columns=head)


def _totals_frame(by: Arms, facts: StudyFacts) -> DataFrame:
    """Return money granted by arm and year: the same in every arm."""
    import pandas as pd

    item, parts = FUND_ITEMS.index("granted"), []
    for name in facts.allocators:
        for mask in sorted(by[name], reverse=True):
            pence = by[name][mask][0].money[:, :, item].sum(axis=1)
            parts += [
                {"allocator": name, "mask": mask, "year": year, "pounds": pence[y] / PENCE}
                for y, year in enumerate(facts.years)
            ]
    return pd.DataFrame(parts)
