"""The table that compares every margin of the starting population with its target; it judges nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import (
    AGE_BAND_STARTS,
    COHORTS,
    CONDITIONS,
    DEPRIVATION,
    ETHNICITIES,
    QUALIFICATIONS,
    SECTORS,
    SEVERITIES,
    SEXES,
    TENURES,
    EmployerKind,
    State,
)
from simulation.employer_stock import employer_table
from simulation.employers import Employers
from simulation.population_health import condition_targets, condition_weights, health_code
from simulation.population_joint import GROUPS, place_edges
from simulation.population_targets import ACTIVITIES, AGES, Numbers, Targets
from simulation.raking import Floats
from simulation.residents import Residents

if TYPE_CHECKING:
    from pandas import DataFrame

    from evidence.model import Region

Block = tuple[str, Sequence[object], NDArray[np.generic], NDArray[np.generic]]
"""A margin: its name, its categories, targets and drawn people, both shaped (Places, categories)."""


def compare(
    region: Region,
    numbers: Numbers,
    targets: Targets,
    residents: Residents,
    employers: Employers,
    commuting: Floats,
    age: NDArray[np.uint8],
) -> DataFrame:
    """Return every margin with its target, in people at the scale of the sample.

    Parameters
    ----------
    region, numbers, targets
        What the population was built from.
    residents, employers
        What was built.
    commuting
        Share of each Place's residents in work by area of work, shape (P, A).
    age
        Age in years of each resident.
    """
    import pandas as pd

    blocks = [*_attributes(targets, residents, age), *_health(numbers, targets, residents, age)]
    blocks += [*_cohorts(targets, residents, age), *_jobs(region, targets, residents, employers, commuting)]
    names = [place.name for place in region.places]
    frames = []
    for name, categories, wanted, drawn in blocks:
        frames.append(
            pd.DataFrame(
                {
                    "place": np.repeat(names, len(categories)),
                    "margin": name,
                    "category": np.tile(np.array([str(category) for category in categories]), len(names)),
                    "target": np.asarray(wanted, np.float64).ravel(),
                    "drawn": np.asarray(drawn, np.float64).ravel(),
                }
            )
        )
    table = pd.concat(frames, ignore_index=True)
    table["difference"] = table["drawn"] - table["target"]
    return table


def _count(targets: Targets, residents: Residents, code: NDArray[np.integer], n: int) -> NDArray[np.int64]:
    """Return people by Place and code, shape (P, n)."""
    n_places = len(targets.heads)
    key = residents.place.astype(np.int64) * n + code
    return np.bincount(key, minlength=n_places * n).reshape(n_places, n)


def _attributes(targets: Targets, residents: Residents, age: NDArray[np.uint8]) -> list[Block]:
    """Return the blocks of who and what the residents are."""

    def block(name: str, categories: Sequence[object], wanted: NDArray[np.generic], code: NDArray[np.integer]) -> Block:
        return name, categories, wanted, _count(targets, residents, code, len(categories))

    return [
        block("population", AGES, targets.ages, age - np.uint8(AGES[0])),
        block("sex", SEXES, targets.sex, residents.sex),
        block("ethnicity", ETHNICITIES, targets.ethnicity, residents.ethnicity),
        block("activity", ACTIVITIES, targets.activity, GROUPS[residents.state]),
        block("qualification", QUALIFICATIONS, targets.qualification, residents.qualification),
        block("severity", SEVERITIES, targets.severity, residents.severity),
        block("deprivation", DEPRIVATION, targets.deprivation, residents.deprivation),
        block("tenure", TENURES, targets.tenure, residents.tenure),
    ]


def _health(numbers: Numbers, targets: Targets, residents: Residents, age: NDArray[np.uint8]) -> list[Block]:
    """Return the block of conditions."""
    band = np.searchsorted(AGE_BAND_STARTS, age, side="right").astype(np.uint8) - 1
    code = health_code(residents, band)
    wanted = condition_targets(condition_weights(numbers, code), code, numbers, targets, place_edges(targets))
    drawn = np.stack(
        [_count(targets, residents, (residents.conditions >> bit) & 1, 2)[:, 1] for bit in range(len(CONDITIONS))],
        axis=1,
    )
    return [("condition", CONDITIONS, wanted, drawn)]


def _cohorts(targets: Targets, residents: Residents, age: NDArray[np.uint8]) -> list[Block]:
    """Return the blocks of care leavers, carers and NEET at 16-17."""

    def flagged(name: str, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        bit = (residents.cohort >> COHORTS.index(name)) & 1
        return _count(targets, residents, (bit.astype(bool) & mask).astype(np.uint8), 2)[:, 1:]

    everyone = np.ones(len(age), np.bool_)
    young = flagged("care_leaver", age <= 18), flagged("care_leaver", (age >= 19) & (age <= 21))
    return [
        ("care_leavers", ("17-18", "19-21"), targets.care_leavers, np.hstack(young)),
        ("carers", ("all",), targets.carers[:, None], flagged("carer", everyone)),
        ("neet", ("16-17",), targets.neet[:, None], flagged("neet", age < 18)),
    ]


def _jobs(
    region: Region, targets: Targets, residents: Residents, employers: Employers, commuting: Floats
) -> list[Block]:
    """Return the blocks of jobs: one slot for each resident in work, where it is, in which sector and of what kind.

    Self-employment and commuting are met to the rounding of one person; published jobs by industry, which count
    in-commuters and second jobs too, are compared as a pattern scaled to the residents who work in the Place.
    """
    working = np.flatnonzero(residents.state <= State.ABSENT)
    n_places, n_areas = commuting.shape
    home, job = residents.place[working], residents.employer[working]
    in_work = np.bincount(home, minlength=n_places)
    own = employers.kind[job] == EmployerKind.SELF_EMPLOYMENT
    area = employers.area[job].astype(np.int64)
    flows = np.bincount(home * n_areas + area, minlength=n_places * n_areas).reshape(n_places, n_areas)
    inside = area < n_places
    sector = employers.sector[job[inside]]
    mix = np.bincount(area[inside] * len(SECTORS) + sector, minlength=n_places * len(SECTORS)).reshape(n_places, -1)
    jobs = employer_table(region, "jobs")
    names = [*(place.name for place in region.places), *region.outside]
    return [
        ("slots held", ("residents in work",), in_work[:, None], np.bincount(home[job >= 0], minlength=n_places)),
        ("self-employment", ("all",), targets.self_employed * in_work, np.bincount(home[own], minlength=n_places)),
        ("commuting", names, commuting * in_work[:, None], flows),
        ("jobs (pattern)", SECTORS, jobs / jobs.sum(axis=1, keepdims=True) * mix.sum(axis=1, keepdims=True), mix),
    ]
