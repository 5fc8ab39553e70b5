"""What one move into work changes in a month for the exchequer and the resident, at given hours, by the law of a year.

It counts a resident's taxes, the benefits of the unit, and what services cost at the same health; nobody else's job.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from scenarios.vocabulary import State
from simulation.care_classes import care_class_of
from simulation.compiling import inlined, kernel
from simulation.streams import draw, high, low
from simulation.taxben.gain import tax_support_of
from simulation.taxben.law import award, child_benefit_charge, employee_ni, employer_ni, income_tax
from simulation.taxben.units import (
    CHARGE,
    N_CREDIT,
    TAX_SUPPORT,
    WAGE,
    YOUNG_WAGE,
    claim_of,
    contributory_pence,
    entitled,
    gross_of,
    liable_of,
    net_of,
)

MOVE_ITEMS = (
    "income_tax", "employee_ni", "employer_ni", "universal_credit", "new_style_benefits", "child_benefit_charge",
    "council_tax_support", "services", "wages", "kept",
)  # fmt: skip
"""Pence a month, gains positive: eight of the exchequer, then gross pay and what of it the resident's unit keeps."""
N_EXCHEQUER = 8
_EMPLOYED, _ABSENT = int(State.EMPLOYED), int(State.ABSENT)


@inlined
def _fill(
    c: Any, i: int, head: int, other: int, hours: int, month: int, r: Any, pay: Any, p: Any, keys: Any, band: Any,
    care: Any, out: Any,
) -> None:  # fmt: skip
    """Write the items of one resident's move into work."""
    age = np.int64(month) - c.birth[i]
    hourly = (pay.market[c.qualification[i], band[age]] * pay.ability[np.int64(c.ability[i]) + 400]) >> 16
    gross = gross_of(max(hourly, pay.floor[age // 12]), hours)
    young = age < r.young_relief_age * 12
    out[0], out[1], out[2] = income_tax(gross, r), employee_ni(gross, r), employer_ni(gross, young, r)
    net = net_of(gross, YOUNG_WAGE if young else WAGE, r)
    partner = other if i == head else head
    earned, highest, working = np.int64(0), gross, np.int64(1)
    if other >= 0:
        earned = net_of(np.int64(c.gross[partner]), c.gross_kind[partner], r)
        highest = max(highest, np.int64(c.gross[partner]))
        working += np.int64(c.state[partner] <= _ABSENT)
    was_limited, was_contributory = c.limited[i], c.contributory[i]  # put back below: the unit as it would be
    if high(draw(keys.contribution, c.id[i])) >= p.keeps_element:
        c.limited[i] = 0
    c.contributory[i] = 0
    then = np.int64(0)
    if low(draw(keys.claim, c.id[head])) < p.take_up and entitled(c, head, other, month, r):
        parts = award(claim_of(c, head, other, month, r, p, keys, earned + net, working), r)
        for k in range(N_CREDIT):
            then += parts[k] if k < N_CREDIT - 2 else -parts[k]
    c.limited[i], c.contributory[i] = was_limited, was_contributory
    liable = liable_of(c, head, other, month)
    now = c.unit_flows[head]
    out[3] = c.award[head] - then
    out[4] = contributory_pence(was_contributory, r)
    benefit = np.int64(now[N_CREDIT])
    out[5] = (child_benefit_charge(benefit, highest, r) if benefit > 0 else np.int64(0)) - now[CHARGE]
    out[6] = now[TAX_SUPPORT] - tax_support_of(liable, then, earned + net, p)
    there = care_class_of(c.severity[i], c.conditions[i], c.treatment[i], _EMPLOYED, c.cohort[i], month)
    out[7] = 0
    for k in range(care.shape[1]):
        out[7] += care[c.care[i], k] - care[there, k]
    out[8] = gross
    out[9] = net - out[3] - out[4] - out[5] - out[6]


@kernel
def move_into_work(
    c: Any, rows: Any, hours: int, month: int, r: Any, pay: Any, p: Any, keys: Any, band: Any, care: Any, out: Any
) -> None:
    """Write what a job of so many hours would change for each of the rows, as if he alone took it.

    Parameters
    ----------
    c : residents' columns, settled; written and put back.
    rows : residents out of work.
    hours : hours a week.
    month : month number.
    r, pay, p, keys : rates of the year, integers of pay and of claiming, keys for good.
    band : age band by months of age.
    care : pence a month of services by class of service use and line.
    out : pence a month, shape (rows, MOVE_ITEMS), written.
    """
    for a in range(rows.size):
        i = np.int64(rows[a])
        j = np.int64(c.partner[i])
        first = j < 0 or c.id[i] < c.id[j]
        head = i if first else j
        other = j if first else i
        _fill(c, i, head, other, hours, month, r, pay, p, keys, band, care, out[a])
