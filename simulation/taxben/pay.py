"""What a resident is paid for work, and what goes with it: wages, tax, National Insurance, Statutory Sick Pay.

Left out: occupational sick pay.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from scenarios.vocabulary import State
from simulation.compiling import inlined
from simulation.ledger import LINE_INDEX
from simulation.taxben.law import employee_ni, employer_ni, income_tax, sick_pay
from simulation.taxben.units import NOTHING, SICK_PAY, WAGE, YOUNG_WAGE, gross_of

_WAGES, _TAX, _NI = LINE_INDEX["wages"], LINE_INDEX["income_tax"], LINE_INDEX["employee_ni"]
_ER_NI, _SSP = LINE_INDEX["employer_ni"], LINE_INDEX["statutory_sick_pay"]
_EMPLOYED, _ABSENT = int(State.EMPLOYED), int(State.ABSENT)


@inlined
def post_pay(running: Any, place: int, gross: int, kind: int, r: Any, sign: int) -> None:
    """Add a resident's pay and what goes with it to the running totals, or take it out (sign -1).

    Parameters
    ----------
    running : payments of a month by Place and line, pence, written.
    place : the resident's Place.
    gross, kind : pence a month, and which kind of pay.
    r : rates of the year.
    sign : 1 to add, -1 to take out.
    """
    if kind == SICK_PAY:
        running[place, _SSP] += sign * gross
    elif kind != NOTHING:
        running[place, _WAGES] += sign * gross
        running[place, _TAX] += sign * income_tax(gross, r)
        running[place, _NI] += sign * employee_ni(gross, r)
        running[place, _ER_NI] += sign * employer_ni(gross, kind == YOUNG_WAGE, r)


@inlined
def hourly_in_force(c: Any, pay: Any, i: int, month: int) -> Any:
    """Return a worker's pay, pence an hour: at the minimum wage at least; a placement's while it lasts.

    People who work for themselves are held to the minimum wage too.

    Parameters
    ----------
    c : residents' columns.
    pay : integers of pay.
    i : row.
    month : month number.
    """
    k = np.int64(c.programme[i]) - 1
    hourly = pay.floor[(month - c.birth[i]) // 12]
    if not (k >= 0 and (c.slot[i] > 0 or pay.at_minimum[k] == 1)):
        hourly = max(np.int64(c.pay[i]), hourly)
    return hourly


@inlined
def pay_in_force(c: Any, pay: Any, i: int, month: int) -> Any:
    """Return a worker's gross pay, pence a month: hourly pay in force by his hours, a placement's while it lasts.

    Parameters
    ----------
    c : residents' columns.
    pay : integers of pay.
    i : row.
    month : month number.
    """
    k = np.int64(c.programme[i]) - 1
    hours = np.int64(c.hours[i])
    if k >= 0:
        hours = pay.subsidy_hours[k]
    return gross_of(hourly_in_force(c, pay, i, month), hours)


@inlined
def settle_pay(c: Any, i: int, month: int, r: Any, pay: Any, running: Any) -> None:
    """Bring a resident's pay up to date.

    Parameters
    ----------
    c : residents' columns, written.
    i : row.
    month : month number.
    r, pay : rates of the year, integers of pay.
    running : payments of a month by Place and line, pence, written.
    """
    s = c.state[i]
    gross, kind = np.int64(0), NOTHING
    if s == _EMPLOYED:
        gross = pay_in_force(c, pay, i, month)
        kind = YOUNG_WAGE if month - c.birth[i] < r.young_relief_age * 12 else WAGE
    elif s == _ABSENT and month - c.since[i] < r.sick_pay_months:
        gross = sick_pay(pay_in_force(c, pay, i, month), r)
        kind = SICK_PAY
    if gross != c.gross[i] or kind != c.gross_kind[i]:
        post_pay(running, c.place[i], np.int64(c.gross[i]), c.gross_kind[i], r, -1)
        post_pay(running, c.place[i], gross, kind, r, 1)
        c.gross[i] = gross
        c.gross_kind[i] = kind
