"""The linear program of the money of a year: starts by fund and cell that promise most jobs, within every bond."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, vstack

Shares = NDArray[np.float64]


LEAST_DEMAND = 0.05
"""People below whom a cell is left out of the plan."""


@dataclass(frozen=True)
class Problem:
    """What binds the money. F funds, S services, C cells, K programmes.

    `value`: jobs of a start, (C,); `demand`: people who could start, (C,); `service`: of a cell; `programme`: of a
    service; `may_pay`: (F, C); `cost`: pence of a start, (S,); `seats`: starts of a service, (S,); `money`: pence of a
    fund, (F,); `line_room`: pence left of a programme's line, (F, K); `beyond_room`: pence beyond the lines, (F,).
    """

    value: Shares
    demand: Shares
    service: NDArray[np.int64]
    programme: NDArray[np.int64]
    may_pay: NDArray[np.bool_]
    cost: Shares
    seats: Shares
    money: Shares
    line_room: Shares
    beyond_room: Shares


def pooled(p: Problem) -> tuple[NDArray[np.int64], list[int]]:
    """Return the pool of every fund, and one fund of each pool: funds that nothing tells apart are one purse.

    A fund whose lines bind nothing belongs with the others that may pay in the same cells.
    """
    known: dict[bytes, int] = {}
    pool, first = np.zeros(len(p.money), np.int64), list[int]()
    for f in range(len(p.money)):
        bound = p.beyond_room[f] < p.money[f]
        mark = p.may_pay[f].tobytes() + (f.to_bytes(2, "big") if bound else b"")
        if mark not in known:
            known[mark] = len(first)
            first.append(f)
        pool[f] = known[mark]
    return pool, first


def solve(p: Problem) -> tuple[Shares, float]:
    """Return the starts by fund and cell, shape (F, C), and the jobs that they promise.

    Raises
    ------
    RuntimeError
        If the solver finds no optimum, which a plan of nothing at all makes impossible.
    """
    pool, first = pooled(p)
    wanted = p.demand > LEAST_DEMAND
    fund, cell = np.nonzero(p.may_pay[first] & wanted & (p.cost[p.service] > 0) & (p.value > 0))
    starts = np.zeros((len(p.money), p.service.size))
    if not fund.size:
        return starts, 0.0
    n, service = fund.size, p.service[cell]
    cost = p.cost[service]
    money = np.bincount(pool, weights=p.money, minlength=len(first))
    # what binds, in thousands of pounds: the solver likes numbers near one
    scale = 1e5
    at = np.arange(n)
    rows = [
        csr_matrix((cost / scale, (fund, at)), (len(first), n)),
        csr_matrix((np.ones(n), (cell, at)), (p.service.size, n)),
        csr_matrix((np.ones(n), (service, at)), (p.seats.size, n)),
    ]
    limits = [money / scale, p.demand, p.seats]
    bound = [k for k, f in enumerate(first) if p.beyond_room[f] < p.money[f]]
    n_programmes = p.line_room.shape[1]
    extra = len(bound) * n_programmes
    if extra:  # for each bound fund and programme, the money beyond the line
        programme = p.programme[service]
        row = np.full(len(first), -1)
        row[bound] = np.arange(len(bound))
        mine = row[fund] >= 0
        line = csr_matrix(
            (cost[mine] / scale, (row[fund[mine]] * n_programmes + programme[mine], at[mine])), (extra, n)
        )
        over = csr_matrix((-np.ones(extra), (np.arange(extra), np.arange(extra))), (extra, extra))
        rows = [_wide(part, extra) for part in rows]
        rows.append(_beside(line, over))
        limits.append(np.concatenate([p.line_room[first[k]] for k in bound]) / scale)
        total = csr_matrix(
            (np.ones(extra), (np.arange(extra) // n_programmes, n + np.arange(extra))), (len(bound), n + extra)
        )
        rows.append(total)
        limits.append(p.beyond_room[[first[k] for k in bound]] / scale)
    objective = np.concatenate([-p.value[cell], np.zeros(extra)])
    found = linprog(objective, A_ub=vstack(rows, format="csr"), b_ub=np.concatenate(limits), method="highs-ds")
    if not found.success:
        raise RuntimeError(f"the linear program of the funds has no optimum: {found.message}")
    pools = np.zeros((len(first), p.service.size))
    pools[fund, cell] = np.maximum(found.x[:n], 0.0)
    share = np.divide(p.money, money[pool], out=np.zeros_like(p.money), where=money[pool] > 0)
    starts[:] = pools[pool] * share[:, None]
    return starts, float(-found.fun)


def _wide(part: csr_matrix, extra: int) -> csr_matrix:
    return csr_matrix((part.data, part.indices, part.indptr), (part.shape[0], part.shape[1] + extra))


def _beside(left: csr_matrix, right: csr_matrix) -> csr_matrix:
    from scipy.sparse import hstack

    return hstack([left, right], format="csr")
