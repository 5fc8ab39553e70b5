"""What became of the money of an arm, as results read it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulation.funding.allocators import Data
from simulation.funding.purses import Pence


@dataclass(frozen=True)
class FundingOutput:
    """What became of the money of an arm. T months from the policy's start, F funds, S services, P Places, G groups.

    `names`: of the funds; `items`: pence by month, fund and item of FUND_ITEMS, (T, F, items); `starts`, `promised`:
    starts and pence by fund, service, Place and group, (F, S, P, G); `shut_out`, `no_money`: people in line whom no
    fund may pay for, and for whom none has money, at the month's offers, (T, S, P); `planned`: jobs that the plans of
    a linear program expect, (T,), not numbers where none was made; `plan_hash`: of what the allocator decided, (T,);
    `data`: what services reported.
    """

    names: tuple[str, ...]
    items: Pence
    starts: NDArray[np.int64]
    promised: Pence
    shut_out: NDArray[np.int32]
    no_money: NDArray[np.int32]
    planned: NDArray[np.float64]
    plan_hash: NDArray[np.uint64]
    data: Data
