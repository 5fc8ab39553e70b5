"""What a job would leave to a resident out of work: the gain that moves search and acceptance."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulation.compiling import inlined, scalar
from simulation.streams import draw, high
from simulation.taxben.law import award, with_earnings
from simulation.taxben.units import N_CREDIT, WAGE, YOUNG_WAGE, claim_of, gross_of, net_of


@scalar
def tax_support_of(liable: Any, award_now: Any, earned: Any, p: Any) -> Any:
    """Return council tax support, pence a month: for householders on Universal Credit, less a share of earnings.

    Parameters
    ----------
    liable : whether the unit pays council tax.
    award_now, earned : Universal Credit and net earnings, pence a month.
    p : integers of claiming.
    """
    if not liable or award_now == 0:
        return np.int64(0)
    return max(np.int64(0), p.tax_support - earned * p.tax_support_taper // 10000)


@inlined
def kept_by(
    c: Any, i: int, head: int, other: int, month: int, r: Any, pay: Any, p: Any, keys: Any, band: Any, claims: bool,
    earned: Any, working: Any, income: Any, liable: bool,
) -> Any:  # fmt: skip
    """Return the percent of gross pay that would be left to a resident out of work in the jobs within his reach.

    Those are a part-time and a full-time job at the market's pay for his qualification, age and ability.

    Parameters
    ----------
    c : residents' columns.
    i, head, other : his row, rows of the unit's head and partner (-1 without one).
    month : month number.
    r, pay, p, keys : rates, integers of pay and of claiming, keys for good.
    band : age band by months of age.
    claims : whether the unit claims what it is entitled to.
    earned, working : net earnings of the unit and adults in work, without him.
    income : what the unit has now in benefits that depend on earnings, pence a month.
    liable : whether the unit pays council tax.
    """
    age = np.int64(month) - c.birth[i]
    hourly = (pay.market[c.qualification[i], band[age]] * pay.ability[np.int64(c.ability[i]) + 400]) >> 16
    hourly = max(hourly, pay.floor[age // 12])
    kind = YOUNG_WAGE if age < r.young_relief_age * 12 else WAGE
    was_limited, was_contributory = c.limited[i], c.contributory[i]  # put back below: the unit as it would be
    trial = was_limited > 0 and month >= p.trial_from
    if not trial and not (was_limited > 0 and high(draw(keys.contribution, c.id[i])) < p.keeps_element):
        c.limited[i] = 0
    c.contributory[i] = 0
    kept: Any = np.int64(0)
    claim = claim_of(c, head, other, month, r, p, keys, 0, working + 1)
    for part in range(2):
        gross = gross_of(hourly, pay.part_time if part == 1 else pay.full_time)
        net = net_of(gross, kind, r)
        then = np.int64(0)
        if claims:
            counted = earned if trial else earned + net
            parts = award(with_earnings(claim, np.int64(counted)), r)
            for k in range(N_CREDIT):
                then += parts[k] if k < N_CREDIT - 2 else -parts[k]
            then += tax_support_of(liable, then, counted, p)
        share = ((net + then - income) * 100) // max(np.int64(1), gross)
        weight = p.part_time_reach if part == 1 else (1 << 16) - p.part_time_reach
        kept += min(np.int64(100), max(np.int64(0), share)) * weight
    c.limited[i] = was_limited
    c.contributory[i] = was_contributory
    return kept >> 16
