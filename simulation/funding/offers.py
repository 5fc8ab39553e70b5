"""Who in the lines is offered a start this month, and from which purse it would be paid."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulation.compiling import inlined, kernel

NO_FUND = -1
SHUT_OUT, NO_MONEY, NO_SEAT = -2, -3, -4
"""Why nobody offers a start: no fund may pay for the resident here, none of those that may has money, or no place is
likely to come free."""


class Terms(NamedTuple):
    """What binds the money of an arm, by fund F, service S and cell C.

    `rule`: number of a fund's rule on residents, -1 without one, (F,); `may_pay`: (F, S); `order`: funds in the order
    in which a service asks them, (S, F); `programme`: of a service, (S,); `match`: share of a start that another fund
    must pay, 16-bit fixed point, (F,); `line`: pence of the year planned for a programme, (F, programmes); `beyond`:
    pence of the year that may be promised beyond the lines, (F,).
    """

    rule: NDArray[np.int64]
    may_pay: NDArray[np.bool_]
    order: NDArray[np.int64]
    programme: NDArray[np.int64]
    match: NDArray[np.int64]
    line: NDArray[np.int64]
    beyond: NDArray[np.int64]


@inlined
def excess(spent: Any, line: Any, pence: Any) -> Any:
    """Return by how much a further promise exceeds a programme's line more than before.

    Parameters
    ----------
    spent, line, pence : promised this year, planned for the year, the further promise.
    """
    return max(0, spent + pence - line) - max(0, spent - line)


@inlined
def pays(t: Any, p: Any, f: int, s: int, cell: int, pence: Any, credit: Any, beyond: Any) -> Any:
    """Return whether a fund can promise so much for a start at a service.

    Parameters
    ----------
    t, p : terms, purses.
    f, s, cell : fund, service, cell of the client.
    pence : the promise.
    credit : what the allocator leaves to each cell, shape (F, C), or (F, 0) where it does not say.
    beyond : pence already promised beyond the lines, (F,).
    """
    if p.pace[f] <= 0 or p.left[f] < pence or (credit.shape[1] > 0 and credit[f, cell] <= 0):
        return False
    over = excess(p.spent[f, t.programme[s]], t.line[f, t.programme[s]], pence)
    return over == 0 or beyond[f] + over <= t.beyond[f]


@inlined
def take(t: Any, p: Any, f: int, s: int, cell: int, pence: Any, credit: Any, beyond: Any) -> None:
    """Set money aside; arguments as for `pays`, written.

    Parameters
    ----------
    t, p, f, s, cell, pence, credit, beyond : as for `pays`.
    """
    k = t.programme[s]
    beyond[f] += excess(p.spent[f, k], t.line[f, k], pence)
    p.spent[f, k] += pence
    p.left[f] -= pence
    p.pace[f] -= pence
    if credit.shape[1] > 0:
        credit[f, cell] -= pence


@kernel
def offer(
    t: Any, p: Any, order: Any, service: Any, cell: Any, payers: Any, pence: Any, seats: Any, credit: Any, beyond: Any,
    fund: Any, partner: Any,
) -> None:  # fmt: skip
    """Offer starts to clients in the line, in an order, as long as seats and money last.

    A service asks its own funders first. A fund that wants a match pays only where another fund that wants none pays
    the rest.

    Parameters
    ----------
    t, p : terms, and copies of the purses' left, pace and spent, written.
    order : positions of the clients, in the order of service.
    service, cell, payers, pence : of each client: service, cell, bits of the funds whose rules let them pay, and
        the whole cost that may come of his start.
    seats : starts that each service may offer, written.
    credit, beyond : as for `pays`, written.
    fund, partner : who would pay, or NO_FUND where a start costs nothing, or SHUT_OUT, NO_MONEY, NO_SEAT; who pays the
        match, or NO_FUND; written.
    """
    n_funds = t.order.shape[1]
    for at in range(order.size):
        x = order[at]
        s = service[x]
        fund[x], partner[x] = SHUT_OUT, NO_FUND
        if pence[x] == 0:
            fund[x] = NO_FUND
            continue
        may: Any = False
        for i in range(n_funds):
            f = t.order[s, i]
            if not t.may_pay[f, s] or (payers[x] >> f) & 1 == 0:
                continue
            may = True
            if seats[s] <= 0:
                break
            rest = (pence[x] * t.match[f]) >> 16
            if not pays(t, p, f, s, cell[x], pence[x] - rest, credit, beyond):
                continue
            if rest > 0:
                for j in range(n_funds):
                    g = t.order[s, j]
                    if g == f or t.match[g] > 0 or not t.may_pay[g, s] or (payers[x] >> g) & 1 == 0:
                        continue
                    if pays(t, p, g, s, cell[x], rest, credit, beyond):
                        partner[x] = g
                        break
                if partner[x] < 0:
                    continue
                take(t, p, partner[x], s, cell[x], rest, credit, beyond)
            take(t, p, f, s, cell[x], pence[x] - rest, credit, beyond)
            fund[x] = f
            seats[s] -= 1
            break
        if may and fund[x] == SHUT_OUT:
            fund[x] = NO_SEAT if seats[s] <= 0 else NO_MONEY
