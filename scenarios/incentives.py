"""Turns the `employers` section of a scenario into what the engine takes, and refuses what contradicts itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from scenarios.errors import Spot, shown
from scenarios.incentive_schema import INCENTIVES, Incentive
from scenarios.incentive_specs import IncentiveSpec
from scenarios.region_names import RegionNames
from scenarios.vocabulary import SECTORS, EmployerKind, month_name, parse_month

if TYPE_CHECKING:
    from scenarios.schema import Horizon, Scenario

SpotOf = Callable[[str], Spot]
"""Key of an incentive -> where its value was written."""
KINDS = {kind.name.lower(): int(kind) for kind in (EmployerKind.ENTERPRISE, EmployerKind.PUBLIC_BODY)}
MOST = 16


def incentives_in(scenario: Scenario, region: RegionNames, spot_of: SpotOf) -> tuple[IncentiveSpec, ...]:
    """Return the incentives of a scenario, sorted by name.

    Parameters
    ----------
    scenario
        Validated key by key.
    region
        Names of its region.
    spot_of
        Dotted key -> where its value was written.

    Raises
    ------
    ScenarioError
        If names are unknown, or if keys contradict each other, the horizon or another incentive.
    """
    found = scenario.employers
    if len(found) > MOST:
        raise spot_of(INCENTIVES).error(f"the scenario has {len(found)} incentives", f"at most {MOST}", "Join some")
    specs = [
        _specification(one, scenario.horizon, region, lambda key, one=one: spot_of(f"{INCENTIVES}.{one.name}.{key}"))  # type: ignore[misc]
        for one in found
    ]
    for first, second in combinations(specs, 2):
        if _share_employers(first, second):
            raise spot_of(f"{INCENTIVES}.{second.name}.offers").error(
                f"'{second.name}' and '{first.name}' pay some employers for the same offer, {second.offers}, in the "
                "same months",
                "each offer of an employer paid once",
                "Part them by employer_places, employer_sectors, employer_kinds, size or months, or join them",
            )
    return tuple(sorted(specs, key=lambda spec: spec.name))


def _specification(one: Incentive, horizon: Horizon, region: RegionNames, spot_of: SpotOf) -> IncentiveSpec:
    """Return the engine's form of an incentive.

    Parameters
    ----------
    one
        As validated.
    horizon
        The scenario's own.
    region
        Names of its Places.
    spot_of
        Where each key was written.
    """
    start, end = _window(one, horizon, spot_of)
    low, high = one.size_at_least, one.size_at_most
    if low is not None and high is not None and low > high:
        raise spot_of("size_at_least").error(
            f"{low} is more than size_at_most, {high}, so no employer could join", f"at most {high}", "Correct one"
        )
    places = None
    if _given(one.employer_places, "Places or area groups", spot_of("employer_places")):
        spot = spot_of("employer_places")
        places = tuple(sorted({code for name in one.employer_places or () for code in region.place_codes(name, spot)}))
    return IncentiveSpec(
        name=one.name,
        title=one.title or one.name,
        offers=one.offers,
        payer=one.payer,
        pence_per_month=one.payment,
        take_up=one.take_up,
        start_month=start,
        end_month=end,
        kind_ids=_codes(one.employer_kinds, "kind of employer", KINDS, spot_of("employer_kinds"))
        or tuple(KINDS.values()),
        place_ids=places,
        sector_ids=_codes(
            one.employer_sectors, "sector", {name: k for k, name in enumerate(SECTORS)}, spot_of("employer_sectors")
        ),
        size_at_least=low,
        size_at_most=high,
    )


def _given(words: Sequence[str] | None, what: str, spot: Spot) -> bool:
    """Return whether a list was written, refusing an empty one."""
    if words is not None and not words:
        raise spot.error("the list is empty, so no employer could join", what, "Add one, or delete the key")
    return words is not None


def _codes(words: Sequence[str] | None, what: str, known: dict[str, int], spot: Spot) -> tuple[int, ...] | None:
    """Return the codes of a list of words, None if there is no list.

    Parameters
    ----------
    words
        As written.
    what
        What each of them should be.
    known
        Word -> code.
    spot
        Where they were written.
    """
    if not _given(words, f"a list, each a {what}", spot):
        return None
    for i, word in enumerate(words or ()):
        if word not in known:
            raise (spot / i).unknown(word[:200], what, tuple(known))
    return tuple(sorted({known[word] for word in words or ()}))


def _window(one: Incentive, horizon: Horizon, spot_of: SpotOf) -> tuple[int, int]:
    """Return the first month and the month after the last, as run months."""
    first = parse_month(horizon.start)
    after = first + horizon.months
    start = first if one.month is None else parse_month(one.month)
    if not first <= start < after:
        raise spot_of("from").error(
            f"{shown(one.month)} is outside the horizon; what came before it is shared with the baseline",
            f"{month_name(first)} to {month_name(after - 1)}",
            "Move 'from', or the horizon",
        )
    end = after if one.until is None else parse_month(one.until) + 1
    if end <= start:
        raise spot_of("until").error(
            f"{shown(one.until)} is before the first month, {month_name(start)}",
            f"{month_name(start)} or later",
            "'until' is the last month: correct it, or 'from'",
        )
    return start, end


def _share_employers(a: IncentiveSpec, b: IncentiveSpec) -> bool:
    """Return whether two incentives could pay one employer for the same offer in the same month."""

    def meet(mine: tuple[int, ...] | None, other: tuple[int, ...] | None) -> bool:
        return mine is None or other is None or bool(set(mine) & set(other))

    def low(spec: IncentiveSpec) -> int:
        return spec.size_at_least or 0

    def high(spec: IncentiveSpec) -> float:
        return float("inf") if spec.size_at_most is None else spec.size_at_most

    return (
        a.offers == b.offers
        and max(a.start_month, b.start_month) < min(a.end_month, b.end_month)
        and meet(a.kind_ids, b.kind_ids)
        and meet(a.place_ids, b.place_ids)
        and meet(a.sector_ids, b.sector_ids)
        and max(low(a), low(b)) <= min(high(a), high(b))
    )
