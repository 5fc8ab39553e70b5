"""Desks made by chance: referrals, places and removals over some months, the same for both engines of delivery."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.delivery.desk import TICKS_A_MONTH, Engine, Period, Referrals, Ticks


@dataclass(frozen=True)
class Month:
    """What reaches a desk in one month."""

    referrals: Referrals
    places: int
    removed: Ticks


def months(seed: int, n: int = 12) -> list[Month]:
    """Return some months of a desk whose size, demand and patience are drawn by a seed."""
    rng = np.random.Generator(np.random.PCG64(seed))
    demand, length, patience, size = (int(rng.integers(lo, hi)) for lo, hi in ((1, 40), (5, 200), (5, 200), (0, 40)))
    out, known = [], 0
    for month in range(n):
        arriving = int(rng.poisson(demand))
        first = TICKS_A_MONTH * month
        referrals = Referrals(
            client=np.arange(known, known + arriving),
            tick=np.sort(rng.integers(first, first + TICKS_A_MONTH, arriving)),
            priority=rng.integers(0, 3, arriving),
            patience=rng.integers(1, patience + 1, arriving),
            length=rng.integers(1, length + 1, arriving),
        )
        known += arriving
        removed = np.unique(rng.integers(0, max(known, 1), int(rng.integers(0, 4))))
        out.append(Month(referrals, int(max(0, size + rng.integers(-8, 9))), removed))
    return out


def run(desk: Engine, plan: list[Month]) -> list[Period]:
    """Return the periods of a desk under a plan."""
    return [
        desk.advance(month.referrals, month.places, month.removed, TICKS_A_MONTH * (t + 1))
        for t, month in enumerate(plan)
    ]


def referrals(*rows: tuple[int, int, int, int, int]) -> Referrals:
    """Return referrals of rows (client, tick, priority, patience, length)."""
    return Referrals(*np.array(rows, np.int64).reshape(-1, 5).T)


def together(by_desk: list[Referrals]) -> Referrals:
    """Return the referrals of some desks as one batch; client n of desk d becomes n times the desks plus d."""
    desk = np.repeat(np.arange(len(by_desk)), [part.client.size for part in by_desk])
    columns = [np.concatenate(column) for column in zip(*(part[:5] for part in by_desk), strict=True)]
    columns[0] = columns[0] * len(by_desk) + desk
    return Referrals(*columns, desk)
