"""Step 6 of the month, before the doors: which clients leave a line or a service for reasons of their own."""

from __future__ import annotations

from typing import Any

from scenarios.vocabulary import State
from simulation.compiling import kernel
from simulation.contacts import has
from simulation.output import SERVICE_ITEMS

_ABSENT = int(State.ABSENT)
STAYS = -1
LEFT_WAITING, BARRED, LEFT, MOVED_ON, INTO_WORK = (
    SERVICE_ITEMS.index(item) for item in ("left_waiting", "no_longer_eligible", "left", "moved_on", "into_work")
)


@kernel
def fates(
    c: Any, row: Any, who: Any, service: Any, since: Any, met: Any, money: Any, keeps_workers: Any,
    month: int, support: int, fate: Any, counts: Any,
) -> None:  # fmt: skip
    """Write what becomes of each client this month, and count those who leave.

    Whoever waits leaves where he left the population or where his service or all of its funders would not take him
    any more; whoever is helped, where he left the population, started with another service, or has held a job for as
    long as support in work lasts, unless the service helps people in work.

    Parameters
    ----------
    c : residents' columns.
    row, who, service, since : of the clients, as in `Live`.
    met : rules that those who wait meet, in their order.
    money : number of the rule of a service's funders, -1 without one.
    keeps_workers : whether a service helps people in work.
    month, support : month number, months of support in work.
    fate : STAYS, or the item of the month's counts under which he leaves; written.
    counts : the month's counts by service, Place and item; written.
    """
    n_waiting: Any = 0
    for x in range(row.size):
        i, s = row[x], service[x]
        waits, out = since[x] < 0, STAYS
        if c.id[i] != who[x]:
            out = LEFT_WAITING if waits else LEFT
        elif waits:
            if has(met, n_waiting, s) == 0 or (money[s] >= 0 and has(met, n_waiting, money[s]) == 0):
                out = BARRED
        elif c.help[i] != s + 1 or c.help_since[i] != since[x]:
            out = MOVED_ON
        elif c.state[i] <= _ABSENT and not keeps_workers[s]:
            begun = c.work_since[i]
            if begun >= since[x] and month - begun >= support:
                out = INTO_WORK
        n_waiting += waits
        fate[x] = out
        if out != STAYS:
            counts[s, c.place[i], out] += 1
