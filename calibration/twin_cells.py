"""The cells of the mean-field twin, and how the starting residents are counted into them.

A cell is Place, age group, qualification, sex, health (severity and condition class), state and completed months
in it; a job has tenure and contract in place of the months. Expected residents by cell are one array a state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import AGE_BAND_STARTS, AGE_MAX_YEARS, QUALIFICATIONS, SEVERITIES, SEXES, STATES, State
from simulation.columns import Columns
from simulation.covariates import CONDITION_CLASSES, SPELL_CAP
from simulation.thresholds import CLASS_OF_BITS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
N_CLASSES = len(CONDITION_CLASSES)
N_HEALTH = len(SEVERITIES) * N_CLASSES
"""Health cells: severity times condition class, in the order of the tables."""
N_TRAITS, N_SEXES, N_STATES = len(QUALIFICATIONS), len(SEXES), len(STATES)
CONTRACTS = 2
"""Secure and insecure jobs, one after the other along the last axis of people in work."""
KINDS = 3
"""Equal parts of the unemployed by their chance of a job at the start; they alternate along the last axis of the
unemployed, within each bin of the spell."""
MONTHLY = tuple(range(SPELL_CAP + 1))
"""Every completed month of a spell kept apart, as far as hazards change."""
COARSE_AGES = (*AGE_BAND_STARTS[:-1], 55, AGE_BAND_STARTS[-1], 62)
"""First year of each age group: the age bands, those of 50 and over in two, where people retire."""
_TENURE = (0, 6, 12, 24, 48)
_ABSENCE = (0, 1, 2, 4, 8)
_IDLE = (0, 1, 2, 3, 5, 6, 9, 12, 24, 36, 48, 60)
_SICK = (0, 6, 12, 24, 48)
_OTHER = (0, 24)
COARSE: Mapping[int, tuple[int, ...]] = {
    State.EMPLOYED: _TENURE,
    State.ABSENT: _ABSENCE,
    State.UNEMPLOYED: _IDLE,
    State.LONG_TERM_SICK: _SICK,
    **dict.fromkeys((State.STUDENT, State.CARING, State.RETIRED, State.OTHER_INACTIVE), _OTHER),
}
"""First completed month of each bin of a spell, by state; finest where hazards and targets ask for it."""


@dataclass(frozen=True)
class Resolution:
    """How finely the twin tells ages and spells apart.

    `ages`: first year of each age group, the starts of the age bands among them; `spells`: first completed month of
    each bin by state, the first one 0.
    """

    ages: tuple[int, ...] = COARSE_AGES
    spells: Mapping[int, tuple[int, ...]] = field(default_factory=lambda: COARSE)

    def __post_init__(self) -> None:
        """Refuse ages that split a band's start, and bins that do not begin at 0.

        Raises
        ------
        ValueError
            If an age band does not begin an age group, or a state's bins do not begin at 0 and rise.
        """
        if not set(AGE_BAND_STARTS) <= set(self.ages) or list(self.ages) != sorted(set(self.ages)):
            raise ValueError(f"ages {self.ages} must rise and hold the starts of the age bands {AGE_BAND_STARTS}")
        for state in range(N_STATES):
            bins = self.spells[state]
            if bins[0] != 0 or list(bins) != sorted(set(bins)) or bins[-1] > SPELL_CAP:
                raise ValueError(f"bins of {STATES[state]} must rise from 0 to at most {SPELL_CAP}, found {bins}")

    @property
    def n_ages(self) -> int:
        """Number of age groups."""
        return len(self.ages)

    @property
    def bands(self) -> Ints:
        """Age band of each age group, shape (ages,)."""
        return np.searchsorted(AGE_BAND_STARTS, self.ages, side="right") - 1

    def group_of_year(self) -> Ints:
        """Return the age group of each year of age from 16 on, shape (49,)."""
        years = np.arange(AGE_BAND_STARTS[0], AGE_MAX_YEARS)
        return np.searchsorted(self.ages, years, side="right") - 1

    def n_bins(self, state: int) -> int:
        """Return the length of a state's last axis: bins, for jobs times contracts, for the unemployed times kinds."""
        return len(self.spells[state]) * {State.EMPLOYED: CONTRACTS, State.UNEMPLOYED: KINDS}.get(State(state), 1)

    def widths(self, state: int) -> Floats:
        """Return the months in each bin of a state's spell, infinite for the last, shape (bins,)."""
        return np.diff([*map(float, self.spells[state]), np.inf])

    def bin_of(self, state: int, months: Ints) -> Ints:
        """Return the bin of completed months in a state."""
        return np.searchsorted(self.spells[state], np.maximum(months, 0), side="right") - 1

    def shape(self, n_places: int, state: int) -> tuple[int, ...]:
        """Return the shape of a state's array: Place, age group x qualification, sex, health, bin."""
        return (n_places, self.n_ages * N_TRAITS, N_SEXES, N_HEALTH, self.n_bins(state))


def health_of(c: Columns) -> Ints:
    """Return the health cell of each resident, shape (residents,)."""
    return c.severity.astype(np.int64) * N_CLASSES + CLASS_OF_BITS[c.conditions]


def age_group_of(c: Columns, resolution: Resolution) -> Ints:
    """Return the age group of each resident at month 0, shape (residents,)."""
    return np.searchsorted(resolution.ages, -c.birth.astype(np.int64) // 12, side="right") - 1


def completed(c: Columns) -> Ints:
    """Return completed months of each resident's spell, or of his job if he is at work, at the start of month 0."""
    since = np.where(c.state == State.EMPLOYED, c.hired, c.since).astype(np.int64)
    return np.clip(-1 - since, 0, SPELL_CAP)


def counted(c: Columns, n_places: int, resolution: Resolution, kind: Ints) -> list[Floats]:
    """Return residents by cell at the start of month 0, one array a state of `Resolution.shape`.

    Parameters
    ----------
    c : columns of a start, after its run-in.
    n_places : number of Places.
    resolution : ages and spells.
    kind : kind of each resident as a seeker, 0 to KINDS - 1; it matters for the unemployed.
    """
    type_ = age_group_of(c, resolution) * N_TRAITS + c.qualification
    health, months = health_of(c), completed(c)
    out = []
    for state in range(N_STATES):
        rows = np.flatnonzero(c.state == state)
        last = resolution.bin_of(state, months[rows])
        if state == State.EMPLOYED:
            last = last + (c.insecure[rows] > 0) * len(resolution.spells[state])
        if state == State.UNEMPLOYED:
            last = last * KINDS + kind[rows]
        x = np.zeros(resolution.shape(n_places, state))
        np.add.at(x, (c.place[rows], type_[rows], c.sex[rows], health[rows], last), 1.0)
        out.append(x)
    return out
