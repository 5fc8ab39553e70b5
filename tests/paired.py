"""Pairs of runs of the shipped region: how much alike they stay, and how much less an effect varies for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scenarios.arm import ArmSpec, arm
from scenarios.resolve import resolve
from scenarios.vocabulary import State
from simulation.run import simulate
from simulation.start import Start
from simulation.streams import Purpose, draws, key, root
from tests.worlds import baseline, model_of


def kickstart(months: int) -> tuple[ArmSpec, ArmSpec]:
    """Return the baseline and the shipped Kickstart-style policy over so many months, without its cap on starts."""
    policy = replace(arm(resolve("kickstart")), months=months)
    policy = replace(policy, subsidies=tuple(replace(s, cap_starts=None) for s in policy.subsidies))
    return baseline(policy.policy_month, months), policy


def effects(start: Start, seeds: int, months: int, threads: int = 1) -> NDArray[np.float64]:
    """Return person-months in work from the policy's start on, shape (seeds, 2): baseline and policy."""
    out = np.zeros((seeds, 2))
    for seed in range(seeds):
        for i, output in enumerate(simulate(start, kickstart(months), seed=seed, threads=threads)):
            policy = output.stocks[output.policy_month :]
            out[seed, i] = policy[..., [State.EMPLOYED, State.ABSENT]].sum()
    return out


def variance_ratio(months_in_work: NDArray[np.float64]) -> float:
    """Return the variance of a paired effect over that of two independent runs' difference."""
    paired = (months_in_work[:, 1] - months_in_work[:, 0]).var(ddof=1)
    return float(paired / months_in_work.var(axis=0, ddof=1).sum())


def forced_start(start: Start, case: int) -> Start:
    """Return the start with one unemployed resident in a new slot of an employer, both drawn by the case."""
    c = type(start.columns)(*(a.copy() for a in start.columns))
    firms = type(start.firms)(*(a.copy() for a in start.firms))
    k = key(root(case, 0), 0, Purpose.RING)
    idle = np.flatnonzero(c.state == State.UNEMPLOYED)
    row = idle[int(draws(k, np.array([0]))[0] % np.uint64(len(idle)))]
    employer = start.looks.employer_of[int(draws(k, np.array([1]))[0] % np.uint64(len(start.looks.employer_of) - 1))]
    c.state[row], c.employer[row], c.since[row], c.hired[row], c.work_since[row] = State.EMPLOYED, employer, 0, 0, 0
    c.hours[row], c.pay[row], c.slot[row] = 37, 1500, 0
    firms.slots[employer] += 1
    firms.filled[employer] += 1
    return replace(start, columns=c, firms=firms)


def ever_different(start: Start, case: int, months: int, threads: int = 1) -> int:
    """Return how many residents are ever in another state after one forced job with its own slot."""
    base, forced = (model_of(s, months=months, seed=case, threads=threads) for s in (start, forced_start(start, case)))
    ever = np.zeros(start.n, bool)
    for _ in range(months):
        base.step()
        forced.step()
        ever |= base.columns.state != forced.columns.state
    for model in (base, forced):
        model.release()
    return int(ever.sum())
