"""Who works where at the start: commuting between Places, sectors, and one slot for every resident in work.

Jobs follow the published jobs by industry less those of in-commuters, and the Census pattern of commuting; the
lockdown's level of home working is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import AGE_BAND_STARTS, QUALIFICATIONS, SECTORS, SEXES, State
from simulation.employer_stock import Demand, build_stock, employer_table
from simulation.employers import Employers
from simulation.population_targets import Numbers, Targets
from simulation.raking import Floats, Ints, deal, integerise, largest_remainder, rake, row_shares, stream
from simulation.residents import Residents

if TYPE_CHECKING:
    from evidence.model import Region

AT_HOME = "home_or_no_fixed_place"
AGE_GROUP_STARTS = (16, 25, 50)
"""Age groups of `sector_by_age`."""
N_AGE_GROUPS = len(AGE_GROUP_STARTS)
N_WORKER_GROUPS = len(QUALIFICATIONS) * N_AGE_GROUPS * len(SEXES)
ROUNDS = 60
LEAST_JOBS = 0.02
"""Guard: a Place keeps at least this share of the residents who would commute to it, whatever the in-commuters."""
MOST_SELF_EMPLOYED = 0.9
"""Guard: largest share of the residents who work in their own Place that self-employment may take."""
LEAST_EMPLOYEES = 0.2
"""Guard: the self-employed never take more than the rest of a sector's jobs in a Place."""


@dataclass(frozen=True)
class LookTables:
    """Where residents in work have their jobs: `commuting` (P, A), each row adding to one, by area of work."""

    commuting: Floats


def flows(region: Region) -> tuple[Floats, Floats, Floats]:
    """Return commuters (P, A), people at home or without a fixed place (P) and in-commuters from outside (P)."""
    names = [place.name for place in region.places]
    areas = [*names, *region.outside]
    table = region.commuting
    found = dict(zip(zip(table["origin"], table["destination"], strict=True), table["value"], strict=True))
    out = np.array([[found.get((origin, area), 0.0) for area in areas] for origin in names], np.float64)
    home = np.array([found.get((origin, AT_HOME), 0.0) for origin in names], np.float64)
    inward = np.array([sum(found.get((o, area), 0.0) for o in region.outside) for area in names], np.float64)
    return out, home, inward


def commuting_shares(region: Region, numbers: Numbers, in_work: Floats) -> Floats:
    """Return the share of each Place's residents in work by area of work, shape (P, A), rows adding to one.

    People who commute follow the Census pattern; a share with no workplace but home stays in the own Place. The
    jobs in each Place are then raked to the published jobs less in-commuters, whose number grows with the same
    factor as the commuters of the region.

    Parameters
    ----------
    region
        The region's tables.
    numbers
        The parameters of the population.
    in_work
        Residents in work by Place at full scale.
    """
    counted, _, inward = flows(region)
    n_places = len(region.places)
    home = numbers.number("home_working_share")
    pattern = counted / counted.sum(axis=1, keepdims=True)
    people = (1 - home) * pattern * in_work[:, None]
    people[:, :n_places] += np.diag(home * in_work)
    growth = (1 - home) * in_work.sum() / counted.sum()
    commuters = people[:, :n_places].sum(axis=0)
    jobs = np.maximum(employer_table(region, "jobs").sum(axis=1) - inward * growth, LEAST_JOBS * commuters)
    inside = commuters.sum()
    columns = np.concatenate([jobs * (inside / jobs.sum()), people[:, n_places:].sum(axis=0)])
    people = rake(people, [((1,), columns), ((0,), in_work)], ROUNDS)
    return np.asarray(people / people.sum(axis=1, keepdims=True), np.float64)


@dataclass
class _Workers:
    """The residents in work: their rows, Places and groups (qualification x age group x sex)."""

    rows: Ints
    place: NDArray[np.uint8]
    group: NDArray[np.uint8]


def _workers(residents: Residents, age: NDArray[np.uint8]) -> _Workers:
    rows = np.flatnonzero(residents.state <= State.ABSENT)
    old = np.searchsorted(AGE_GROUP_STARTS, age[rows], side="right").astype(np.uint8) - 1
    group = (residents.qualification[rows] * N_AGE_GROUPS + old) * len(SEXES) + residents.sex[rows]
    return _Workers(rows, residents.place[rows], group.astype(np.uint8))


def _group_weights(table: Floats, by_age: Floats, by_sex: Floats) -> Floats:
    """Return weights by worker group and column from weights by qualification, age group and sex."""
    columns = table.shape[1]
    both = table[:, None, None, :] * by_age[None, :, None, :] * by_sex[None, None, :, :]
    return both.reshape(N_WORKER_GROUPS, columns)


def _areas_of_work(workers: _Workers, shares: Floats, targets: Targets, numbers: Numbers) -> NDArray[np.uint8]:
    """Return the pseudo area of each worker: Places, areas outside, then self-employment of each Place."""
    n_places, n_areas = shares.shape
    in_work = np.bincount(workers.place, minlength=n_places)
    employed = shares * in_work[:, None]
    same = np.arange(n_places)
    own = np.minimum(targets.self_employed * in_work, MOST_SELF_EMPLOYED * employed[same, same])
    employed[same, same] -= own
    columns = np.column_stack([employed, own])
    totals = largest_remainder(columns.sum(axis=0), int(in_work.sum()))
    wanted = integerise(
        columns / columns.sum(axis=1, keepdims=True),
        in_work.astype(np.int64),
        np.zeros(n_places, np.int64),
        totals[None, :],
        stream("commuting"),
    )
    weights = np.ones((N_WORKER_GROUPS, n_areas + 1))
    by_band = numbers.array("self_employed_by_age")
    bands = np.searchsorted(AGE_BAND_STARTS, AGE_GROUP_STARTS, side="right") - 1
    edges = [*bands, len(by_band)]
    by_age = np.array([by_band[low:high].mean() for low, high in pairwise(edges)])
    by_sex = numbers.array("self_employed_by_sex")
    weights[:, -1] = np.tile((by_age[:, None] * by_sex[None, :]).ravel(), len(QUALIFICATIONS))
    key = workers.place.astype(np.uint16) * N_WORKER_GROUPS + workers.group
    counts = np.bincount(key, minlength=n_places * N_WORKER_GROUPS).astype(np.int64)
    group = np.repeat(np.arange(n_places), N_WORKER_GROUPS)
    rows = np.tile(weights, (n_places, 1)) * wanted[group].astype(np.float64)
    whole = integerise(row_shares(rows, counts, group, wanted), counts, group, wanted, stream("areas"))
    area = deal(key, whole)
    return np.where(area == n_areas, n_areas + workers.place, area).astype(np.uint8)


def _filled(region: Region, numbers: Numbers, pseudo: NDArray[np.uint8], n_areas: int) -> Ints:
    """Return residents in work by pseudo area and sector.

    In each Place the self-employed of a sector come out of its published jobs; what is left are employees.
    """
    jobs = employer_table(region, "jobs")
    n_places = len(jobs)
    totals = np.bincount(pseudo, minlength=n_areas + n_places)
    own = totals[n_areas:]
    inclined = jobs * numbers.array("self_employed_by_sector")
    inclined *= (own / inclined.sum(axis=1))[:, None]
    everyone = jobs * ((totals[:n_places] + own) / jobs.sum(axis=1))[:, None]
    employees = np.maximum(everyone - inclined, LEAST_EMPLOYEES * everyone)
    mix = np.vstack([employees, np.tile(jobs.sum(axis=0), (n_areas - n_places, 1)), inclined])
    return np.array([largest_remainder(row, int(n)) for row, n in zip(mix, totals, strict=True)], np.int64)


def _sectors(workers: _Workers, pseudo: NDArray[np.uint8], filled: Ints, numbers: Numbers) -> NDArray[np.uint8]:
    """Return the sector of each worker's job, inclined by qualification, age and sex."""
    weights = _group_weights(
        numbers.array("sector_by_qualification").T,
        numbers.array("sector_by_age").T,
        numbers.array("sector_by_sex").T,
    )
    n_pseudo = len(filled)
    key = pseudo.astype(np.uint16) * N_WORKER_GROUPS + workers.group
    counts = np.bincount(key, minlength=n_pseudo * N_WORKER_GROUPS).astype(np.int64)
    group = np.repeat(np.arange(n_pseudo), N_WORKER_GROUPS)
    rows = np.tile(weights, (n_pseudo, 1)) * np.maximum(filled, 0)[group]
    return deal(key, integerise(row_shares(rows, counts, group, filled), counts, group, filled, stream("sectors")))


def _vacant(filled: Ints, n_jobs_areas: int, numbers: Numbers, targets: Targets) -> Ints:
    """Return vacant slots by pseudo area and sector: in proportion to jobs, none in self-employment."""
    total = round(numbers.number("vacancies_per_unemployed") * int(targets.activity[:, State.UNEMPLOYED].sum()))
    jobs = filled.astype(np.float64)
    jobs[n_jobs_areas:] = 0.0
    return largest_remainder(jobs.ravel(), total).reshape(filled.shape)


def place_workers(
    region: Region, numbers: Numbers, targets: Targets, residents: Residents, age: NDArray[np.uint8]
) -> tuple[Employers, LookTables]:
    """Return the employers and look tables, and give every resident in work one slot (in place).

    Parameters
    ----------
    region, numbers
        The region's tables and the parameters of the population.
    targets
        Totals of the sample.
    residents
        Columns with place, sex, qualification and state filled; employer, sector, hours and insecure are written.
    age
        Age in years of each resident.
    """
    workers = _workers(residents, age)
    n_places, n_areas = len(region.places), len(region.places) + len(region.outside)
    in_work = targets.activity[:, :2].sum(axis=1) * float(targets.sample)
    shares = commuting_shares(region, numbers, in_work)
    pseudo = _areas_of_work(workers, shares, targets, numbers)
    filled = _filled(region, numbers, pseudo, n_areas)
    sector = _sectors(workers, pseudo, filled, numbers)
    demand = Demand(n_places, n_areas - n_places, filled, _vacant(filled, n_areas, numbers, targets))
    employers, rows_pseudo = build_stock(region, numbers, demand, targets.sample)
    key = pseudo.astype(np.uint16) * len(SECTORS) + sector
    row_key = rows_pseudo * len(SECTORS) + employers.sector
    _hold_slots(residents, workers.rows, key, row_key, employers)
    residents.sector[:] = _usual_sector(residents, sector, workers, numbers)
    _hours(residents, employers, workers.rows, age, numbers)
    return employers, LookTables(commuting=shares)


def _hold_slots(residents: Residents, rows: Ints, key: NDArray[np.uint16], row_key: Ints, employers: Employers) -> None:
    """Give the workers of each pseudo area and sector the filled slots there, in random order of slots."""
    slots = np.repeat(np.arange(len(employers), dtype=np.int32), employers.filled)
    order = np.argsort(key, kind="stable")
    slot_key = np.repeat(row_key, employers.filled)
    mixed = np.lexsort((stream("slots").random(len(slots), np.float32), slot_key))
    residents.employer[rows[order]] = slots[mixed]


def _usual_sector(
    residents: Residents, sector: NDArray[np.uint8], workers: _Workers, numbers: Numbers
) -> NDArray[np.uint8]:
    """Return the sector of the job held, or for people out of work the one they would look to.

    The latter follows the sectors of workers with the same qualification in the same Place.
    """
    out = np.zeros(len(residents), np.uint8)
    out[workers.rows] = sector
    idle = np.flatnonzero(residents.state > State.ABSENT)
    n_keys = int(residents.place.max() + 1) * len(QUALIFICATIONS)
    key = residents.place.astype(np.int64) * len(QUALIFICATIONS) + residents.qualification
    found = np.bincount(key[workers.rows] * len(SECTORS) + sector, minlength=n_keys * len(SECTORS)).reshape(n_keys, -1)
    bounds = np.cumsum(np.maximum(found, 1e-9), axis=1)
    bounds /= bounds[:, -1:]
    draw = stream("usual sector").random(len(idle))
    flat = (bounds + np.arange(n_keys)[:, None]).ravel()
    found_at = np.searchsorted(flat, key[idle] + draw, side="right")
    out[idle] = np.minimum(found_at - key[idle] * len(SECTORS), len(SECTORS) - 1)
    return out


def _hours(residents: Residents, employers: Employers, rows: Ints, age: NDArray[np.uint8], numbers: Numbers) -> None:
    """Draw weekly hours and insecure contracts of the workers, in place."""
    rng = stream("hours")
    job = residents.employer[rows]
    band = np.searchsorted(AGE_BAND_STARTS, age[rows], side="right") - 1
    lean = (numbers.array("part_time_by_age")[:, None] * numbers.array("part_time_by_sex")[None, :])[
        band, residents.sex[rows]
    ]
    share = employers.part_time[job] / 100
    odds = lean / lean.mean() * share / (1.001 - share)
    part = rng.random(len(rows)) < odds / (1 + odds)
    low, high = numbers.array("part_time_hours")
    first, last = numbers.array("full_time_hours")
    draw = rng.random(len(rows))
    hours = np.where(part, low + np.floor(draw * (high - low + 1)), first + np.floor(draw * (last - first + 1)))
    residents.hours[rows] = hours.astype(np.uint8)
    residents.insecure[rows] = rng.random(len(rows)) * 100 < employers.insecure[job]
