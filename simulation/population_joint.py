"""The joint table of who the residents are: place, age, sex, activity, qualification, health, home, ethnicity.

A seed with the evidenced structure is raked to the margins of each Place and rounded to people one attribute
at a time; single years of age are dealt within bands. Households, illnesses and jobs come later.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import AGE_BAND_STARTS, AGE_MIN_YEARS, INACTIVE_OTHER, State
from simulation.population_targets import AGES, Numbers, Targets
from simulation.raking import TINY, Floats, Ints, deal, integerise, largest_remainder, rake, row_shares, stream

BANDS = np.searchsorted(AGE_BAND_STARTS, AGES, side="right") - 1
"""Age band of each single year."""
N_BANDS = len(AGE_BAND_STARTS)
GROUPS = np.array([0, 1, 2, 3, 4, 4, 4, 4])
"""Activity group of each state: the reasons of other inactivity are one group."""
N_STATES = len(GROUPS)
SEED_ROUNDS, PLACE_ROUNDS = 60, 40

Codes = dict[str, NDArray[np.uint8]]


def region_seed(numbers: Numbers, targets: Targets) -> Floats:
    """Return the region's joint table (age band, sex, state, qualification, severity) in people.

    The base carries activity by age and sex, the reasons of other inactivity, qualification by age and severity
    by state, age and qualification; raking then meets the region's totals, inactivity by qualification and the
    employment rate of people with a work-limiting condition.
    """
    split = np.zeros((N_BANDS, 2, N_STATES))
    split[:, :, : len(INACTIVE_OTHER)] = 1.0
    split[:, :, list(INACTIVE_OTHER)] = numbers.array("inactive_reason")
    activity = numbers.array("activity_by_age")[:, None, GROUPS] * numbers.array("activity_by_sex")[None][:, :, GROUPS]
    health = np.ones((N_BANDS, 4, 4))
    by_age, by_qualification = numbers.array("severity_by_age"), numbers.array("severity_by_qualification")
    health[:, :, 1:] = (by_age[:, None] * by_qualification[None, :])[..., None]
    table = (
        (activity * split)[:, :, :, None, None]
        * numbers.array("qualification_by_age")[:, None, None, :, None]
        * numbers.array("severity_by_state")[None, None, :, None, :]
        * health[:, None, None, :, :]
    )
    table *= targets.heads.sum() / table.sum()
    margins = _margins(targets.ages.sum(axis=0), targets.sex.sum(axis=0), targets, None)
    for _ in range(SEED_ROUNDS):
        _fit_inactivity(table, numbers.array("inactivity_by_qualification"))
        _fit_disabled_employment(table, numbers.number("employment_rate_disabled"))
        table = _rake_activity(table, targets.activity.sum(axis=0))
        table = rake(table, margins, 1)
    return table


def _margins(ages: Ints, sex: Ints, targets: Targets, place: int | None) -> list[tuple[tuple[int, ...], Floats]]:
    """Return the margins over age and sex, qualification and severity of the region or of one Place."""
    band = np.bincount(BANDS, weights=ages, minlength=N_BANDS)
    both = band[:, None] * (sex / sex.sum())[None, :]
    qualification = targets.qualification.sum(axis=0) if place is None else targets.qualification[place]
    severity = targets.severity.sum(axis=0) if place is None else targets.severity[place]
    return [((3,), qualification.astype(float)), ((4,), severity.astype(float)), ((0, 1), both)]


def _rake_activity(table: Floats, wanted: Ints) -> Floats:
    """Return the table with the sums of the five activity groups (axis 2) as wanted."""
    states = table.sum(axis=(0, 1, 3, 4))
    found = np.bincount(GROUPS, weights=states, minlength=len(wanted))
    scale: Floats = (wanted / np.maximum(found, TINY))[GROUPS]
    out: Floats = table * scale[None, None, :, None, None]
    return out


def _fit_inactivity(table: Floats, rates: Floats) -> None:
    """Scale, in place, inactive people who are no students so that their share by qualification has the pattern."""
    idle = np.array([State.LONG_TERM_SICK, State.CARING, State.RETIRED, State.OTHER_INACTIVE])
    active = np.array([State.EMPLOYED, State.ABSENT, State.UNEMPLOYED])
    out = table[:, :, idle].sum(axis=(0, 1, 2, 4))
    working = table[:, :, active].sum(axis=(0, 1, 2, 4))
    people = out + working
    level = out.sum() / (rates * people).sum()
    wanted = np.clip(rates * level, 0.0, 0.95) * people
    table[:, :, idle] *= (wanted / np.maximum(out, TINY))[None, None, None, :, None]
    table[:, :, active] *= ((people - wanted) / np.maximum(working, TINY))[None, None, None, :, None]


def _fit_disabled_employment(table: Floats, rate: float) -> None:
    """Scale, in place, the work-limited people in and out of work so that `rate` of them are in work."""
    limited = table[..., 1:]
    inside = limited[:, :, :2].sum()
    outside = limited[:, :, 2:].sum()
    total = inside + outside
    table[:, :, :2, :, 1:] *= rate * total / inside
    table[:, :, 2:, :, 1:] *= (1 - rate) * total / outside


def place_tables(numbers: Numbers, targets: Targets) -> Floats:
    """Return the joint table of every Place, shape (P, age band, sex, state, qualification, severity), in people."""
    seed = region_seed(numbers, targets)
    out = []
    for place, heads in enumerate(targets.heads):
        table = seed * (heads / seed.sum())
        margins = _margins(targets.ages[place], targets.sex[place], targets, place)
        for _ in range(PLACE_ROUNDS):
            table = _rake_activity(table, targets.activity[place])
            table = rake(table, margins, 1)
        out.append(table)
    return np.stack(out)


class Cells:
    """People counted by cell: one row per combination of codes that holds anybody, Places in order."""

    def __init__(self, place: Ints, band: Ints, counts: Ints) -> None:
        """Start from counts by place and age band."""
        self.codes: dict[str, Ints] = {"place": place, "band": band}
        self.counts = counts

    def split(self, name: str, weights: Floats, targets: Ints) -> None:
        """Split every cell by one more attribute so that each Place comes to its targets.

        Parameters
        ----------
        name
            The attribute.
        weights
            Shape (cells, categories): propensities, raked here to the targets.
        targets
            Shape (P, categories), whole people.
        """
        place = self.codes["place"]
        shares = row_shares(weights, self.counts, place, targets)
        people = integerise(shares, self.counts, place, targets, stream("cells", name))
        rows, categories = np.nonzero(people)
        self.codes = {key: code[rows] for key, code in self.codes.items()}
        self.codes[name] = categories
        self.counts = people[rows, categories]


def _by(table: Floats, *codes: Ints) -> Floats:
    """Return rows of a table picked by codes of its leading axes."""
    return np.asarray(table[codes], np.float64)


def draw_cells(numbers: Numbers, targets: Targets) -> Cells:
    """Return all residents counted by place, age band, sex, state, qualification, severity and home."""
    joint = place_tables(numbers, targets)
    n_places = len(targets.heads)
    bands = np.array([np.bincount(BANDS, weights=row, minlength=N_BANDS) for row in targets.ages]).astype(np.int64)
    place, band = (axis.ravel() for axis in np.indices((n_places, N_BANDS)))
    cells = Cells(place, band, bands.ravel())
    cells.split("sex", joint.sum(axis=(3, 4, 5))[place, band], targets.sex)
    code = cells.codes
    states = np.array([_split_activity(table, row) for table, row in zip(joint, targets.activity, strict=True)])
    cells.split("state", joint.sum(axis=(4, 5))[code["place"], code["band"], code["sex"]], states)
    code = cells.codes
    four = (code["place"], code["band"], code["sex"], code["state"])
    cells.split("qualification", joint.sum(axis=5)[four], targets.qualification)
    code = cells.codes
    five = (code["place"], code["band"], code["sex"], code["state"], code["qualification"])
    cells.split("severity", joint[five], targets.severity)
    _split_home(cells, numbers, targets)
    return cells


def _split_activity(table: Floats, wanted: Ints) -> Ints:
    """Return whole people by state (8) of one Place; the reasons of other inactivity are shared as raked."""
    reasons = table.sum(axis=(0, 1, 3, 4))[list(INACTIVE_OTHER)]
    return np.concatenate([wanted[:4], largest_remainder(reasons, int(wanted[4]))])


def _split_home(cells: Cells, numbers: Numbers, targets: Targets) -> None:
    """Split the cells by deprivation, tenure and ethnicity, in place."""
    code = cells.codes
    weights = _by(numbers.array("deprivation_by_state"), code["state"])
    weights *= _by(numbers.array("deprivation_by_qualification"), code["qualification"])
    weights *= _by(numbers.array("deprivation_by_severity"), code["severity"])
    cells.split("deprivation", weights, targets.deprivation)
    code = cells.codes
    weights = _by(numbers.array("tenure_by_deprivation"), code["deprivation"])
    weights *= _by(numbers.array("tenure_by_age"), code["band"]) * _by(numbers.array("tenure_by_state"), code["state"])
    cells.split("tenure", weights, targets.tenure)
    code = cells.codes
    weights = _by(numbers.array("ethnicity_by_age"), code["band"])
    weights *= _by(numbers.array("ethnicity_by_state"), code["state"])
    weights *= _by(numbers.array("ethnicity_by_deprivation"), code["deprivation"])
    cells.split("ethnicity", weights, targets.ethnicity)


def people(cells: Cells, targets: Targets) -> Codes:
    """Return one code per resident and attribute: Places in order, residents within a Place in random order."""
    order = np.repeat(np.arange(len(cells.counts), dtype=np.int32), cells.counts)
    edges = place_edges(targets)
    rng = stream("order")
    for first, last in pairwise(edges.tolist()):
        order[first:last] = order[first:last][rng.permutation(last - first)]
    return {name: code.astype(np.uint8)[order] for name, code in cells.codes.items()}


def place_edges(targets: Targets) -> Ints:
    """Return the row at which each Place begins, and the number of rows at the end."""
    return np.concatenate([[0], np.cumsum(targets.heads)]).astype(np.int64)


def single_years(codes: Mapping[str, NDArray[np.uint8]], numbers: Numbers, targets: Targets) -> NDArray[np.uint8]:
    """Return the age in years of each resident, matching the single years of every Place.

    Students crowd in the younger years of a band and the retired in the older.

    Parameters
    ----------
    codes : the drawn people's codes.
    numbers, targets : the population's parameters and targets.
    """
    n_places = len(targets.heads)
    key = (codes["place"].astype(np.uint16) * N_BANDS + codes["band"]) * N_STATES + codes["state"]
    found = np.bincount(key, minlength=n_places * N_BANDS * N_STATES).reshape(n_places, N_BANDS, N_STATES)
    years = np.arange(len(AGES))
    weights = np.ones((N_STATES, len(AGES)))
    students = numbers.array("student_age_weight")
    weights[State.STUDENT, : len(students)] = students
    weights[State.RETIRED] = numbers.number("retired_age_growth") ** years
    counts = np.zeros((n_places, N_BANDS, N_STATES, len(AGES)), np.int64)
    for band in range(N_BANDS):
        own = np.flatnonzero(band == BANDS)
        rows = found[:, band].ravel()
        group = np.repeat(np.arange(n_places), N_STATES)
        wanted = targets.ages[:, own]
        shares = row_shares(np.tile(weights[:, own], (n_places, 1)), rows, group, wanted)
        whole = integerise(shares, rows, group, wanted, stream("years", band))
        counts[:, band][:, :, own] = whole.reshape(n_places, N_STATES, len(own))
    age: NDArray[np.uint8] = deal(key, counts.reshape(-1, len(AGES))) + np.uint8(AGE_MIN_YEARS)
    return age
