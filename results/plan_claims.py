"""The arithmetic of a plan of savings: each claim given back from its published inputs by small named operations."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evidence.plan_files import Claim, PlanInput, PlanStep, SavingsPlan, Variant
from results.display import MISSING, number, pounds

PERCENT = "percent"
NOT_CASHED = "cannot fail: an input is implied by the claim"
FROM_INPUTS = "from published inputs"


@dataclass(frozen=True)
class Reproduced:
    """A figure given back, in the claim's unit: its value, its range over inputs that are not known, and by year.

    `low` and `high` equal the value where every input is a single published figure. `years`: the value of each year
    where the step has a path over years, empty else; `years_low` and `years_high` its range.
    """

    value: float
    low: float
    high: float
    years: tuple[float, ...] = ()
    years_low: tuple[float, ...] = ()
    years_high: tuple[float, ...] = ()

    @property
    def is_range(self) -> bool:
        """Return whether an input is not known."""
        return self.low != self.high


@dataclass(frozen=True)
class VariantRow:
    """The same claim counted in another way, and that figure over the published one."""

    variant: Variant
    found: Reproduced
    ratio: float


@dataclass(frozen=True)
class ClaimRow:
    """A claim beside what its inputs give back."""

    claim: Claim
    found: Reproduced
    inputs: tuple[PlanInput, ...]
    variants: tuple[VariantRow, ...]

    @property
    def difference(self) -> float:
        """Return reproduced less published, in the claim's unit."""
        return self.found.value - self.claim.published

    @property
    def holds(self) -> bool:
        """Return whether the two agree within the published rounding."""
        return abs(self.difference) <= self.claim.within

    @property
    def is_implied(self) -> bool:
        """Return whether an input is itself taken from the claim, so that the sum cannot fail."""
        return any(item.is_implied for item in self.inputs)

    @property
    def basis(self) -> str:
        """Return in words what the reproduction rests on."""
        return NOT_CASHED if self.is_implied else FROM_INPUTS


class _Sums:
    """Evaluates steps for one set of input values."""

    def __init__(self, plan: SavingsPlan, values: Mapping[str, float], index: Mapping[int, float]) -> None:
        self.plan, self.values, self.index = plan, values, index

    def value(self, name: str) -> float:
        """Return an input as a plain number (percent as a share), or a step's figure."""
        if name in self.plan.inputs:
            found = self.values[name]
            return found / 100 if self.plan.inputs[name].unit == PERCENT else found
        return self.path(self.plan.steps[name])[-1]

    def path(self, step: PlanStep) -> tuple[float, ...]:
        """Return a step's figures by year; one figure where it has no years."""
        if step.operation == "restated":
            assert step.from_year is not None and step.to_year is not None  # the reader saw to it
            return (self.value(step.inputs[0]) * self.index[step.to_year] / self.index[step.from_year],)
        return OPERATIONS[step.operation]([self.value(name) for name in step.inputs])


def _product(values: Sequence[float]) -> tuple[float, ...]:
    """Return the product of all."""
    out = 1.0
    for value in values:
        out *= value
    return (out,)


def _yearly(values: Sequence[float]) -> tuple[float, ...]:
    """Return an amount times the share of each year."""
    return tuple(values[0] * share for share in values[1:])


def _at_once(values: Sequence[float]) -> tuple[float, ...]:
    """Return events a year by unit cost over whole years, all events from the first day."""
    return (values[0] * values[1] * values[2],)


def _even_ramp(values: Sequence[float]) -> tuple[float, ...]:
    """Return the same where the cut grows evenly and is whole in the last year only."""
    n_years = round(values[2])
    return (sum(values[0] * values[1] * (year + 1) / n_years for year in range(n_years)),)


OPERATIONS: Mapping[str, Callable[[Sequence[float]], tuple[float, ...]]] = {
    "sum": lambda v: (sum(v),),
    "product": _product,
    "sum_of_products": lambda v: (sum(a * b for a, b in zip(v[::2], v[1::2], strict=True)),),
    "less_share": lambda v: (v[0] * (1 - v[1]),),
    "yearly": _yearly,
    "yearly_sum": lambda v: (sum(_yearly(v)),),
    "at_once": _at_once,
    "even_ramp": _even_ramp,
}
"""Operation -> what it does with the values of its inputs; `restated` needs the price index and stands apart."""


def inputs_of(plan: SavingsPlan, step: str) -> tuple[PlanInput, ...]:
    """Return every input that a step rests on, through earlier steps too, once each in the file's order."""
    names, waiting = set(), [step]
    while waiting:
        name = waiting.pop()
        if name in plan.inputs:
            names.add(name)
        else:
            waiting += plan.steps[name].inputs
    return tuple(item for name, item in plan.inputs.items() if name in names)


def reproduce(plan: SavingsPlan, step: str, index: Mapping[int, float]) -> Reproduced:
    """Return what a step gives, with its range over the ends of the inputs that have an interval.

    Parameters
    ----------
    plan : SavingsPlan
        The plan.
    step : str
        One of its steps.
    index : mapping
        Calendar year -> price index.

    Raises
    ------
    KeyError
        If the step restates money in a year without an index.
    """
    central = {name: item.value for name, item in plan.inputs.items()}
    paths = [_Sums(plan, central, index).path(plan.steps[step])]
    open_inputs = [item for item in inputs_of(plan, step) if item.interval_95 is not None]
    for ends in itertools.product(*(item.interval_95 or () for item in open_inputs)):
        moved = central | {item.name: end for item, end in zip(open_inputs, ends, strict=True)}
        paths.append(_Sums(plan, moved, index).path(plan.steps[step]))
    lows, highs = (tuple(end(path[i] for path in paths) for i in range(len(paths[0]))) for end in (min, max))
    middle = paths[0]
    if len(middle) == 1:
        return Reproduced(middle[0], lows[0], highs[0])
    return Reproduced(middle[-1], lows[-1], highs[-1], middle, lows, highs)


def claim_rows(plan: SavingsPlan, index: Mapping[int, float]) -> tuple[ClaimRow, ...]:
    """Return every claim of a plan with its reproduction and variants.

    Parameters
    ----------
    plan : SavingsPlan
        The plan.
    index : mapping
        Calendar year -> price index.
    """
    rows = []
    for claim in plan.claims:
        variants = []
        for variant in claim.variants:
            found = reproduce(plan, variant.step, index)
            variants.append(VariantRow(variant, found, found.value / claim.published))
        found = reproduce(plan, claim.step, index)
        rows.append(ClaimRow(claim, found, inputs_of(plan, claim.step), tuple(variants)))
    return tuple(rows)


def amount(value: float, unit: str) -> str:
    """Return a plan's figure as text: pounds to the penny below ten, to the pound below ten million."""
    if value != value:
        return MISSING
    if not unit.startswith("pounds"):
        return number(value)
    if abs(value) < 10 and value != round(value):
        return f"{'−' if value < 0 else ''}£{abs(value):.2f}"
    if abs(value) < 1e8:
        return f"{'−' if round(value) < 0 else ''}£{abs(value):,.0f}"
    return pounds(value, 1e5)


def published_text(claim: Claim) -> str:
    """Return the published figure with its bound."""
    bound = "" if claim.bound == "exactly" else f"{claim.bound} "
    return f"{bound}{amount(claim.published, claim.unit)}"


def found_text(found: Reproduced, unit: str) -> str:
    """Return a reproduced figure, with its range where an input is not known."""
    shown = amount(found.value, unit)
    return f"{shown} ({amount(found.low, unit)} to {amount(found.high, unit)})" if found.is_range else shown


def difference_text(row: ClaimRow) -> str:
    """Return reproduced less published, `none` within the published rounding."""
    if row.holds:
        return "none"
    sign = "+" if row.difference > 0 else ""
    return f"{sign}{amount(row.difference, row.claim.unit)}"
