"""When a scenario changes how many a programme can help, and by how much; refuses changes without effect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.errors import Spot, shown
from scenarios.programme_entries import check_words
from scenarios.programme_specs import Programme
from scenarios.programme_words import CHANNELS, EXCLUSION_REASONS
from scenarios.service_schema import ProgrammeChange
from scenarios.vocabulary import month_name, parse_month

if TYPE_CHECKING:
    from scenarios.schema import Horizon

SpotOf = Callable[[str], Spot]
"""Key of the programme's change -> where its value was written."""
Steps = tuple[tuple[int, float], ...]
"""(run month, multiplier of the capacity from that month on), in order of time; before the first it is 1."""


@dataclass(frozen=True)
class Window:
    """Run months of a change: the first, the last (None: to the end), and the month after the run."""

    first: int
    last: int | None
    after: int


def check_change(programme: Programme, change: ProgrammeChange, spot_of: SpotOf) -> None:
    """Refuse changes of a programme that name unknown things or would have no effect.

    Parameters
    ----------
    programme
        As the catalogue has it.
    change
        What the scenario says of it.
    spot_of
        Where each key was written.

    Raises
    ------
    ScenarioError
        For the first of them.
    """
    runs = programme.is_running if change.running is None else change.running
    if change.running is False and change.capacity is not None:
        raise spot_of("capacity").error(
            f"the capacity is {change.capacity:g} while 'running' is false",
            "'running: false' alone, or a capacity of a programme that runs",
            "Delete one of the two",
        )
    if not runs and change.running is None and change.model_fields_set:
        key = next(key for key in ProgrammeChange.model_fields if key in change.model_fields_set)
        raise spot_of("from" if key == "month" else key).error(
            f"'{programme.slug}' is {programme.status} and takes no clients, so this would have no effect",
            "changes of programmes that run",
            "Add 'running: true' to open it",
        )
    if change.running is None and change.capacity is None:
        for key, value in (("from", change.month), ("until", change.until), ("ramp_months", change.ramp_months)):
            if value is not None:
                raise spot_of(key).error(
                    f"'{key}' says when the capacity changes, but nothing changes it",
                    f"'{key}' beside 'running' or 'capacity'",
                    f"Add one of them, or delete '{key}'",
                )
    check_words(change.lift, "reason", EXCLUSION_REASONS, spot_of("lift"), none_allowed=True)
    reasons = dict.fromkeys(exclusion.reason for exclusion in programme.exclusions)
    for i, reason in enumerate(change.lift):
        if reason not in reasons:
            raise (spot_of("lift") / i).error(
                f"'{programme.slug}' shuts nobody out for the reason '{reason}'",
                ", ".join(reasons) or "nothing: it shuts nobody out",
                "Delete the reason, or lift it in another programme",
            )
    if change.channels is not None:
        check_words(change.channels, "channel", CHANNELS, spot_of("channels"))


def window(change: ProgrammeChange, horizon: Horizon, spot_of: SpotOf) -> Window:
    """Return the months in which a changed capacity holds.

    Parameters
    ----------
    change
        What the scenario says of a programme.
    horizon
        The scenario's own.
    spot_of
        Where each key was written.

    Raises
    ------
    ScenarioError
        If the window begins outside the horizon, or ends before it begins.
    """
    start = parse_month(horizon.start)
    after = start + horizon.months
    first = start if change.month is None else parse_month(change.month)
    if not start <= first < after:
        raise spot_of("from").error(
            f"{shown(change.month)} is outside the horizon; what came before it is shared with the baseline",
            f"{month_name(start)} to {month_name(after - 1)}",
            "Move 'from', or the horizon",
        )
    last = None if change.until is None else parse_month(change.until)
    if last is not None and last < first:
        raise spot_of("until").error(
            f"{shown(change.until)} is before the first month, {month_name(first)}",
            f"{month_name(first)} or later",
            "'until' is the last month of the changed capacity: correct it, or 'from'",
        )
    return Window(first, last, after)


def factors(is_running: bool, change: ProgrammeChange, months: Window) -> Steps:
    """Return the steps of a programme's capacity.

    With a ramp of n months the change begins in its first month and is whole in the n-th, a share of 1/n a month; after
    the last month of the change the capacity goes back in the same way, from wherever it has come to.

    Parameters
    ----------
    is_running
        Whether it takes clients without the scenario.
    change
        What the scenario says of it.
    months
        When that holds.
    """
    today = 1.0 if is_running else 0.0
    runs = is_running if change.running is None else change.running
    changed = 0.0 if not runs else 1.0 if change.capacity is None else change.capacity
    at: dict[int, float] = {} if is_running else {0: 0.0}
    n = max(1, change.ramp_months or 0)
    for month, factor in _ramp(today, changed, months.first, n):
        if months.last is None or month <= months.last:
            at[month] = factor
    if months.last is not None:
        reached = at[max(at)]
        at.update(_ramp(reached, today, months.last + 1, n))
    steps: list[tuple[int, float]] = []
    for month in sorted(at):
        if month < months.after and at[month] != (steps[-1][1] if steps else 1.0):
            steps.append((month, at[month]))
    return tuple(steps)


def _ramp(before: float, to: float, first: int, n: int) -> Iterator[tuple[int, float]]:
    """Yield month and factor of an even change over n months, exact in its last."""
    for k in range(1, n):
        yield first + k - 1, before + (to - before) * k / n
    yield first + n - 1, to


def peak(steps: Steps, first: int) -> float:
    """Return the highest multiplier that holds in any month from `first` on."""
    at_first = next((factor for month, factor in reversed(steps) if month <= first), 1.0)
    return max([at_first, *(factor for month, factor in steps if month > first)])
