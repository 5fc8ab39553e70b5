"""What a pound moved past one ring would plan to gain: the plans of a ring-fenced run, made again on the margin.

A small part of one fund's money is freed of one ring and of no other, and the linear program of the rest of the year
divides all money anew; the gain in planned jobs over the pounds freed is the ring's shadow price there. Rules on
persons are no part of that program, and a lapse or a gap between cycles binds over time, so those rings have none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.funding_arms import ArmKey, arm_of
from results.files import write_json
from results.statistics import statistic

if TYPE_CHECKING:
    from pandas import DataFrame

    from experiments.paired import PairWork
    from experiments.runner import Task
    from simulation.funding.allocators import Plan, Situation
    from simulation.funding.money import Money
    from simulation.funding.planning import Problem
    from simulation.model import RegionModel

RINGS = ("state", "place", "programme", "virement")
"""Constraints that the program knows."""
EVERY_MONTHS = 6
"""How often a plan is made again."""
FREED_SHARE = 0.01
"""Share of a fund's money of the year that is freed."""
MOST_FUNDS = 8
"""Funds with most money, for which it is done."""
NOISE = 1e-9
"""Gain over the jobs of a plan below which it is the solver's last digits."""
PENCE_A_MILLION = 1e8
UNIT = "planned jobs for a million pounds moved"
METHOD = (
    f"finite difference: {FREED_SHARE:.0%} of the fund freed of this ring alone, the rest of the year planned again"
)
ALL = "all"

Prices = dict[str, dict[str, float]]
"""Constraint -> fund, or all -> jobs a million pounds; of one run."""


@dataclass(frozen=True)
class ShadowWork:
    """Finds the shadow prices of one seed and saves them; small enough to be sent to another process."""

    pair: PairWork
    arm: ArmKey

    def path_of(self, task: Task) -> Path:
        """Return where a seed's prices are kept."""
        return self.pair.folder / "seeds" / f"shadow-{task.draw}-{task.seed}.json"

    def __call__(self, task: Task, tick: Callable[[str, int, int], None] | None = None) -> None:
        """Run the ring-fenced arm of a seed, make its plans again, and save what freeing money gains."""
        from simulation.run import simulate

        pair, seen, held = self.pair, list[Any](), list[Any]()

        def begun(model: RegionModel) -> None:
            services = model.services
            assert services is not None and services.money is not None
            held.append((services.money, free_of(model, services.money)))
            services.money.allocator = Watching(services.money.allocator, seen)

        simulate(
            pair.start(task.draw), (arm_of(pair.policy, self.arm),), seed=task.seed, threads=pair.threads,
            progress=tick, before=pair.baseline, begun=begun,
        )  # fmt: skip
        money, free = held[0]
        write_json(self.path_of(task), prices_of(seen, money, free))

    def is_saved(self, task: Task) -> bool:
        """Return whether a seed's prices are on disk and sound."""
        try:
            return set(self.read(task)) == set(RINGS)
        except (OSError, ValueError):
            return False

    def read(self, task: Task) -> Prices:
        """Return a seed's prices."""
        found: Prices = json.loads(self.path_of(task).read_text(encoding="utf-8"))
        return found


class Watching:
    """An allocator that keeps what it was told every so many months, and decides as before."""

    def __init__(self, allocator: Callable[[Situation], Plan], seen: list[Situation]) -> None:
        self._allocator, self._seen = allocator, seen

    def __call__(self, s: Situation) -> Plan:
        """Return the plan of the allocator that is watched."""
        if s.t and s.t % EVERY_MONTHS == 0:
            self._seen.append(s)
        return self._allocator(s)


def free_of(model: RegionModel, money: Money) -> dict[str, NDArray[np.bool_]]:
    """Return where each fund may pay with one ring off, by ring: shape (F, C)."""
    from simulation.funding.money import Money

    return {
        ring: Money(
            model, replace(money.spec, constraints=money.spec.constraints - {ring}), money.services
        ).may_pay_cell
        for ring in RINGS
    }


def freed(p: Problem, f: int, ring: str, where: NDArray[np.bool_]) -> tuple[Problem, float]:
    """Return a program with a part of one fund freed of one ring as a fund of its own, and that part's pence.

    Parameters
    ----------
    p : Problem
        The program.
    f : int
        The fund.
    ring : str
        One of RINGS.
    where : bool, shape (C,)
        Where the part may pay.
    """
    pence = FREED_SHARE * p.money[f]
    room = FREED_SHARE * p.line_room[f]
    beyond = pence if ring == "virement" else FREED_SHARE * p.beyond_room[f]

    def parted(values: NDArray[np.float64]) -> NDArray[np.float64]:
        rest = values.copy()
        rest[f] *= 1 - FREED_SHARE
        return rest

    more = replace(
        p,
        may_pay=np.vstack([p.may_pay, where]),
        money=np.append(parted(p.money), pence),
        line_room=np.vstack([parted(p.line_room), room]),
        beyond_room=np.append(parted(p.beyond_room), beyond),
    )
    return more, float(pence)


def prices_of(seen: Sequence[Situation], money: Money, free: dict[str, NDArray[np.bool_]]) -> Prices:
    """Return the shadow prices of a run: means over its plans, weighed by the money of each.

    Parameters
    ----------
    seen : sequence of Situation
        What its allocator was told.
    money : Money
        The ring-fenced money of the run.
    free : dict
        Where each fund may pay with one ring off.
    """
    from simulation.funding.allocators import forecast, problem_of
    from simulation.funding.planning import solve

    names = [fund.name for fund in money.funds]
    gain = {ring: np.zeros(len(names)) for ring in RINGS}
    pounds = np.zeros(len(names))
    for s in seen:
        p = problem_of(s, forecast(s))
        base = solve(p)[1]
        for f in np.argsort(-p.money, kind="stable")[:MOST_FUNDS].tolist():
            if p.money[f] <= 0 or not p.may_pay[f].any():
                continue
            pounds[f] += p.money[f]
            for ring in RINGS:
                is_bound = (
                    p.beyond_room[f] < p.money[f] if ring == "virement" else (free[ring][f] != p.may_pay[f]).any()
                )
                if is_bound:
                    other, pence = freed(p, f, ring, free[ring][f])
                    gained = solve(other)[1] - base
                    if gained > NOISE * (1 + base):
                        gain[ring][f] += gained / pence * p.money[f]
    out: Prices = {}
    for ring in RINGS:
        found = {name: gain[ring][f] / pounds[f] for f, name in enumerate(names) if pounds[f] > 0}
        whole = gain[ring].sum() / pounds.sum() if pounds.sum() > 0 else 0.0
        out[ring] = {name: float(x * PENCE_A_MILLION) for name, x in ({ALL: whole} | found).items()}
    return out


def shadow_frame(prices: Sequence[Prices], draws: Sequence[int], allocator: str) -> DataFrame:
    """Return shadow prices with their intervals over runs: of all funds together, then of those that gain anything.

    Parameters
    ----------
    prices : sequence of Prices
        Of each run.
    draws : sequence of int
        Draw of each run.
    allocator : str
        Who shared the money out in them.
    """
    import pandas as pd

    rows = []
    for ring in RINGS:
        funds = sorted({fund for each in prices for fund in each[ring] if fund != ALL})
        for fund in (ALL, *funds):
            values = np.array([each[ring].get(fund, np.nan) for each in prices])
            has = ~np.isnan(values)
            stat = statistic(values[has], np.array(draws)[has], int(has.sum()))
            if fund == ALL or stat.mean > 0:
                row = {"allocator": allocator, "constraint": ring, "fund": fund, "unit": UNIT}
                rows.append(row | {"mean": stat.mean, "p05": stat.p05, "p95": stat.p95, "method": METHOD})
    return pd.DataFrame(rows)
