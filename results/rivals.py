"""What somebody without the model would have predicted of a published figure: the last one published before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evidence.model import Target

LAST_VALUE, TWIN = "last value", "mean-field twin"
RIVALS = (LAST_VALUE, TWIN)


def ends(period: str) -> tuple[str, str]:
    """Return first and last month of a period, as text that sorts by time.

    Parameters
    ----------
    period : str
        `2024`, `2024-12`, `2020/2022` or `2021-10/2022-09`.
    """
    first, _, last = period.partition("/")
    last = last or first
    return (first if "-" in first else f"{first}-01"), (last if "-" in last else f"{last}-12")


def last_values(targets: Iterable[Target]) -> Mapping[str, float]:
    """Return target -> the latest figure of its measure and area that was over before its period began.

    A figure that shares months with the target is not earlier: it was measured on some of the same people. Of several
    that ended in the same month the one with the smaller standard error is taken. Targets without one are left out.
    """
    held = list(targets)
    found: dict[str, float] = {}
    for target in held:
        begins = ends(target.period)[0]
        earlier = [
            other
            for other in held
            if (other.measure, other.area, other.unit) == (target.measure, target.area, target.unit)
            and ends(other.period)[1] < begins
        ]
        if earlier:
            found[target.name] = max(earlier, key=lambda other: (ends(other.period)[1], -other.se)).value
    return found
