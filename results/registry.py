"""The registry of measures: what a measure is, and how a function becomes one; holds no measure itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from results.panel import Floats, View


@dataclass(frozen=True)
class Quantity:
    """A count, or a ratio of counts, before it is summed over Places; arrays of shape (T, P, labels)."""

    numerator: NDArray[np.number]
    denominator: NDArray[np.number] | None = None
    less: Quantity | None = None
    """subtracted after each ratio has been formed"""

    def over(self, places: NDArray[np.intp]) -> Floats:
        """Return the value over some Places, shape (T, labels); not a number where the denominator is 0."""
        value = np.asarray(self.numerator[:, places].sum(axis=1), np.float64)
        if self.denominator is not None:
            below = np.asarray(self.denominator[:, places].sum(axis=1), np.float64)
            value = np.divide(value, below, out=np.full_like(value, np.nan), where=below > 0)
        return value if self.less is None else value - self.less.over(places)


@dataclass(frozen=True)
class Measure:
    """One registered measure."""

    name: str
    unit: str
    better: str
    dimensions: tuple[str, ...]
    label: str
    function: Callable[[View], Quantity]
    of_services: bool = False
    """whether it is given only where a run has services"""


MEASURES: dict[str, Measure] = {}
BETTER = ("higher", "lower", "neither")


def measure(
    unit: str, better: str, dimensions: tuple[str, ...] = ("all",), name: str = "", of_services: bool = False
) -> Callable[[Callable[[View], Quantity]], Callable[[View], Quantity]]:
    """Return a decorator that registers a measure under the function's name.

    Parameters
    ----------
    unit : str
        Unit of the value.
    better : str
        `higher`, `lower` or `neither`.
    dimensions : tuple of str
        Dimensions by which it can be given.
    name : str
        Name in place of the function's own.
    of_services : bool
        Whether it is given only where a run has services.
    """
    if better not in BETTER:
        raise ValueError(f"better is '{better}'; use one of {', '.join(BETTER)}")

    def register(function: Callable[[View], Quantity]) -> Callable[[View], Quantity]:
        key = name or function.__name__
        if key in MEASURES:
            raise ValueError(f"measure '{key}' is registered twice")
        label = (function.__doc__ or key).strip().splitlines()[0]
        MEASURES[key] = Measure(key, unit, better, dimensions, label, function, of_services)
        return function

    return register
