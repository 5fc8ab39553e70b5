"""The employers' columns: enterprises, public bodies, self-employment and jobs outside the region.

A self-employment row stands for the demand that some self-employed people of a Place and industry share;
an outside row for a workplace beyond the region. Both hold slots like any employer, so that everybody in
work holds exactly one slot.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

COLUMNS: dict[str, type] = {
    "area": np.uint8,
    "sector": np.uint8,
    "kind": np.uint8,
    "size": np.int32,
    "slots": np.int32,
    "filled": np.int32,
    "places": np.int32,
    "places_filled": np.int32,
    "standard": np.int16,
    "premium": np.int16,
    "inclusive": np.uint8,
    "part_time": np.uint8,
    "insecure": np.uint8,
}
"""Name -> dtype. `area`: Places first, then areas outside the region. `size`: slots in normal times.
`slots`, `filled`: ordinary slots; `places`, `places_filled`: programme places. `standard`: hiring standard
(points an applicant must reach, relative to the region's mean). `premium`: pay relative to the market, per
mille. `inclusive`: 1 where the employer discounts its perceived risk of health. `part_time`, `insecure`:
share of the jobs, percent."""


@dataclass
class Employers:
    """All employers as columns; see COLUMNS for dtypes and units."""

    area: NDArray[np.uint8]
    sector: NDArray[np.uint8]
    kind: NDArray[np.uint8]
    size: NDArray[np.int32]
    slots: NDArray[np.int32]
    filled: NDArray[np.int32]
    places: NDArray[np.int32]
    places_filled: NDArray[np.int32]
    standard: NDArray[np.int16]
    premium: NDArray[np.int16]
    inclusive: NDArray[np.uint8]
    part_time: NDArray[np.uint8]
    insecure: NDArray[np.uint8]

    def __len__(self) -> int:
        """Return the number of employers."""
        return len(self.area)

    @classmethod
    def empty(cls, n: int) -> Employers:
        """Return n rows of zeros."""
        return cls(**{name: np.zeros(n, dtype) for name, dtype in COLUMNS.items()})

    def copy(self) -> Employers:
        """Return a deep copy."""
        return Employers(**{f.name: getattr(self, f.name).copy() for f in fields(self)})

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """Return name -> array, in the order of COLUMNS."""
        return {name: getattr(self, name) for name in COLUMNS}
