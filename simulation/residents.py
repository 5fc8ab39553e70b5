"""The residents' columns: one array per attribute, row i is one position all run.

A resident who reaches 65 or leaves the region is replaced in his row by an arrival with a new id, so the
number of rows never changes. Calendar columns hold the month number at which something happened (0 is
January 2025), so that nothing has to be counted up for people to whom nothing happens.
"""

from __future__ import annotations  # constants of kernels

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

NEVER = np.int16(-32768)
"""Value of a month column that is not set."""
NO_ROW = np.int32(-1)
ID_GENERATION = 1 << 26
"""An arrival's id is the id of the person before him in the row plus this number."""
MAX_CHILDREN = 4

COLUMNS: dict[str, tuple[type, tuple[int, ...]]] = {
    # who
    "id": (np.uint32, ()),
    "place": (np.uint8, ()),
    "birth": (np.int16, ()),
    "sex": (np.uint8, ()),
    "ethnicity": (np.uint8, ()),
    "qualification": (np.uint8, ()),
    "deprivation": (np.uint8, ()),
    "cohort": (np.uint16, ()),
    "barriers": (np.uint8, ()),
    "ability": (np.int16, ()),
    # household
    "unit": (np.uint32, ()),
    "partner": (np.int32, ()),
    "child_birth": (np.int16, (MAX_CHILDREN,)),
    "tenure": (np.uint8, ()),
    "rent": (np.uint16, ()),
    # activity
    "state": (np.uint8, ()),
    "since": (np.int16, ()),
    "work_history": (np.uint32, ()),
    "work_since": (np.int16, ()),
    # job
    "employer": (np.int32, ()),
    "hired": (np.int16, ()),
    "slot": (np.uint8, ()),
    "hours": (np.uint8, ()),
    "pay": (np.uint16, ()),
    "insecure": (np.uint8, ()),
    "sector": (np.uint8, ()),
    # health
    "conditions": (np.uint8, ()),
    "diagnosed": (np.uint8, ()),
    "declared": (np.uint8, ()),
    "severity": (np.uint8, ()),
    "treatment": (np.int16, ()),
    # benefit and programmes
    "benefit": (np.uint8, ()),
    "claim_since": (np.int16, ()),
    "programme": (np.uint8, ()),
    "programme_since": (np.int16, ()),
    "completed": (np.uint8, ()),
    "satisfaction": (np.uint8, ()),
}
"""Name -> dtype and extra shape. Units: months for calendar columns, pence an hour for `pay`, hours a week
for `hours`, pounds a month for `rent`, points (standard deviation 100) for `ability`, tenths of a point on
the 0-10 scale for `satisfaction`, bit masks for `cohort`, `barriers`, `conditions`, `diagnosed`, `declared`,
`completed`, `work_history` (24 months before `work_since`, bit 0 the latest)."""


@dataclass
class Residents:
    """All residents as columns; see COLUMNS for dtypes and units."""

    id: NDArray[np.uint32]
    place: NDArray[np.uint8]
    birth: NDArray[np.int16]
    sex: NDArray[np.uint8]
    ethnicity: NDArray[np.uint8]
    qualification: NDArray[np.uint8]
    deprivation: NDArray[np.uint8]
    cohort: NDArray[np.uint16]
    barriers: NDArray[np.uint8]
    ability: NDArray[np.int16]
    unit: NDArray[np.uint32]
    partner: NDArray[np.int32]
    child_birth: NDArray[np.int16]
    tenure: NDArray[np.uint8]
    rent: NDArray[np.uint16]
    state: NDArray[np.uint8]
    since: NDArray[np.int16]
    work_history: NDArray[np.uint32]
    work_since: NDArray[np.int16]
    employer: NDArray[np.int32]
    hired: NDArray[np.int16]
    slot: NDArray[np.uint8]
    hours: NDArray[np.uint8]
    pay: NDArray[np.uint16]
    insecure: NDArray[np.uint8]
    sector: NDArray[np.uint8]
    conditions: NDArray[np.uint8]
    diagnosed: NDArray[np.uint8]
    declared: NDArray[np.uint8]
    severity: NDArray[np.uint8]
    treatment: NDArray[np.int16]
    benefit: NDArray[np.uint8]
    claim_since: NDArray[np.int16]
    programme: NDArray[np.uint8]
    programme_since: NDArray[np.int16]
    completed: NDArray[np.uint8]
    satisfaction: NDArray[np.uint8]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.id)

    @classmethod
    def empty(cls, n: int) -> Residents:
        """Return n rows with every column zero, ids 0..n-1, no employer, no partner, months not set."""
        out = cls(**{name: np.zeros((n, *shape), dtype) for name, (dtype, shape) in COLUMNS.items()})
        out.id[:] = np.arange(n, dtype=np.uint32)
        out.partner[:] = NO_ROW
        out.employer[:] = -1
        for name in ("child_birth", "hired", "treatment", "claim_since", "programme_since"):
            getattr(out, name)[...] = NEVER
        return out

    def copy(self) -> Residents:
        """Return a deep copy."""
        return Residents(**{f.name: getattr(self, f.name).copy() for f in fields(self)})

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """Return name -> array, in the order of COLUMNS."""
        return {name: getattr(self, name) for name in COLUMNS}
