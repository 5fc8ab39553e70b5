"""Health and circumstances at the start: conditions, diagnosis, disclosure, cohort flags and barriers.

Prevalences are met per Place; treatment waits are left out (they follow from the health process).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import AGE_BAND_STARTS, BARRIERS, COHORTS, CONDITIONS, State
from simulation.population_targets import Numbers, Targets
from simulation.raking import TINY, Floats, Ints, choose, largest_remainder, stream
from simulation.residents import NEVER, Residents

N_BANDS = len(AGE_BAND_STARTS)
N_STATES = 8


def set_conditions(
    residents: Residents, numbers: Numbers, targets: Targets, band: NDArray[np.uint8], edges: Ints
) -> None:
    """Fill conditions, diagnosed and declared so that every Place meets its prevalences, in place.

    Everybody with a work-limiting condition has at least one; common mental illness follows the register of the
    Place, the others follow the make-up of its residents.

    Parameters
    ----------
    residents
        Columns with place, state and severity filled.
    numbers, targets
        Parameters and totals of the population.
    band
        Age band of each resident.
    edges
        First row of each Place, and the end.
    """
    code = health_code(residents, band)
    flat = condition_weights(numbers, code)
    wanted = condition_targets(flat, code, numbers, targets, edges)
    first = _first_condition(residents, flat, code, wanted, edges)
    ages = numbers.array("condition_by_age") * numbers.array("condition_prevalence")[:, None]
    conditions = np.where(first < len(CONDITIONS), np.left_shift(1, first), 0).astype(np.uint8)
    for bit in range(len(CONDITIONS)):
        held = ((conditions >> bit) & 1).astype(np.uint8)
        have = np.add.reduceat(held.astype(np.int64), edges[:-1])
        weights = np.where(held == 1, 0.0, flat[bit][code]) * _missing_by_age(held, flat[bit][code], ages[bit], band)
        more = choose(weights, edges, np.maximum(wanted[:, bit] - have, 0), stream("condition", CONDITIONS[bit]))
        conditions |= (more.astype(np.uint8) << bit).astype(np.uint8)
    residents.conditions[:] = conditions
    residents.diagnosed[:] = _thinned(conditions, numbers.array("diagnosed_share"), "diagnosed")
    residents.declared[:] = _thinned(residents.diagnosed, numbers.array("declared_share"), "declared")


def health_code(residents: Residents, band: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Return the cell of each resident by severity, age band and state."""
    return ((residents.severity.astype(np.uint16) * N_BANDS + band) * N_STATES + residents.state).astype(np.uint16)


def condition_weights(numbers: Numbers, code: NDArray[np.uint16]) -> Floats:
    """Return the propensity to each condition by cell (severity, age band, state), shape (8, cells).

    Severity and state shape it within an age band; between bands the prevalence follows `condition_by_age`.
    """
    by_age = numbers.array("condition_by_age")
    tables = (
        numbers.array("condition_prevalence")[:, None, None, None]
        * numbers.array("condition_by_severity")[:, :, None, None]
        * numbers.array("condition_by_state")[:, None, None, :]
    )
    people = np.bincount(code, minlength=4 * N_BANDS * N_STATES).reshape(1, 4, N_BANDS, N_STATES)
    found = (tables * people).sum(axis=(1, 3))
    wanted = by_age * people.sum(axis=(1, 3)) * numbers.array("condition_prevalence")[:, None]
    scaled = tables * (wanted / np.maximum(found, TINY))[:, None, :, None]
    return np.asarray(scaled.reshape(len(CONDITIONS), -1), np.float64)


def _missing_by_age(held: NDArray[np.uint8], weights: Floats, prevalence: Floats, band: NDArray[np.uint8]) -> Floats:
    """Return a factor for each resident that brings the prevalence by age about once more people are chosen.

    Parameters
    ----------
    held
        1 where the resident already has the condition.
    weights
        Propensity of each resident.
    prevalence
        Wanted share by age band.
    band
        Age band of each resident.
    """
    need = prevalence * np.bincount(band, minlength=N_BANDS) - np.bincount(band, weights=held, minlength=N_BANDS)
    mass = np.bincount(band, weights=weights * (1 - held), minlength=N_BANDS)
    return np.asarray((np.maximum(need, 0.0) / np.maximum(mass, TINY))[band], np.float64)


def condition_targets(
    weights: Floats, code: NDArray[np.uint16], numbers: Numbers, targets: Targets, edges: Ints
) -> Ints:
    """Return people with each condition by Place, shape (P, 8).

    Parameters
    ----------
    weights
        Propensity to each condition by cell.
    code
        Cell of each resident.
    numbers, targets
        Parameters and totals of the population.
    edges
        First row of each Place, and the end.
    """
    n_places = len(targets.heads)
    found = np.stack(
        [np.bincount(code[edges[p] : edges[p + 1]], minlength=weights.shape[1]) for p in range(n_places)]
    ).astype(np.float64)
    mass = found @ weights.T
    mass[:, 0] *= targets.register ** numbers.number("register_damping")
    totals = np.round(numbers.array("condition_prevalence") * targets.heads.sum()).astype(int)
    return np.stack([largest_remainder(mass[:, bit], int(totals[bit])) for bit in range(len(CONDITIONS))], axis=1)


def _first_condition(
    residents: Residents, flat: Floats, code: NDArray[np.uint16], wanted: Ints, edges: Ints
) -> NDArray[np.int64]:
    """Return the condition that limits each work-limited resident (8 where none is needed)."""
    rows = np.flatnonzero(residents.severity > 0)
    shares = np.cumsum(flat, axis=0) / flat.sum(axis=0)
    draw = stream("first condition").random(len(rows))
    first = np.full(len(residents), len(CONDITIONS), np.int64)
    first[rows] = (draw[:, None] > shares.T[code[rows]]).sum(axis=1)
    for place in range(len(wanted)):
        own = slice(edges[place], edges[place + 1])
        over = np.bincount(first[own], minlength=len(CONDITIONS) + 1)[: len(CONDITIONS)] - wanted[place]
        for bit in np.flatnonzero(over > 0):
            surplus = np.flatnonzero(first[own] == bit)[: over[bit]] + edges[place]
            first[surplus] = int(np.argmin(over))
            over = np.bincount(first[own], minlength=len(CONDITIONS) + 1)[: len(CONDITIONS)] - wanted[place]
    return first


def _thinned(bits: NDArray[np.uint8], shares: Floats, label: str) -> NDArray[np.uint8]:
    """Return the bits kept, each with its own share."""
    out = np.zeros_like(bits)
    for bit, share in enumerate(shares):
        rows = np.flatnonzero((bits >> bit) & 1)
        kept = rows[stream(label, bit).random(len(rows)) < share]
        out[kept] |= np.uint8(1 << bit)
    return out


def set_cohorts(residents: Residents, numbers: Numbers, targets: Targets, age: NDArray[np.uint8], edges: Ints) -> None:
    """Fill the cohort flags: care leavers, carers and NEET at 16-17 per Place, others by propensity, in place.

    Parameters
    ----------
    residents
        Columns with place, sex, qualification, deprivation and state filled.
    numbers, targets
        Parameters and totals of the population.
    age
        Age in years of each resident.
    edges
        First row of each Place, and the end.
    """
    band = np.searchsorted(AGE_BAND_STARTS, age, side="right").astype(np.uint8) - 1
    code = band.astype(np.uint16)
    for codes, n in ((residents.sex, 2), (residents.deprivation, 5), (residents.state, N_STATES)):
        code = code * np.uint16(n) + codes
    code = code * np.uint16(4) + residents.qualification
    counts = np.bincount(code, minlength=N_BANDS * 2 * 5 * N_STATES * 4)
    for flag, name in enumerate(COHORTS):
        weights = _cohort_weights(numbers, flag)
        if name == "care_leaver":
            given = _care_leavers(weights[code], numbers, targets, age, edges)
        elif name == "carer":
            given = choose(weights[code], edges, targets.carers, stream("carers"))
        elif name == "neet":
            idle = (residents.state >= State.UNEMPLOYED) & (residents.state != State.STUDENT)
            adult, young = numbers.array("neet_ages")
            school = choose(np.where(idle & (age < adult), 1.0, 0.0), edges, targets.neet, stream("neet"))
            given = school | ((age >= adult) & (age < young) & idle)
        else:
            level = numbers.array("cohort_share")[flag] * len(age) / (weights * counts).sum()
            chance = (weights * level).astype(np.float32)
            given = stream("cohort", name).random(len(age), np.float32) < chance[code]
        residents.cohort |= given.astype(np.uint16) << np.uint16(flag)


def _cohort_weights(numbers: Numbers, flag: int) -> Floats:
    """Return weights of a flag by age band, sex, deprivation, state and qualification, flattened."""
    table = (
        numbers.array("cohort_by_age")[flag][:, None, None, None, None]
        * numbers.array("cohort_by_sex")[flag][None, :, None, None, None]
        * numbers.array("cohort_by_deprivation")[flag][None, None, :, None, None]
        * numbers.array("cohort_by_state")[flag][None, None, None, :, None]
        * numbers.array("cohort_by_qualification")[flag][None, None, None, None, :]
    )
    return np.asarray(table.ravel(), np.float64)


def _care_leavers(
    weights: Floats, numbers: Numbers, targets: Targets, age: NDArray[np.uint8], edges: Ints
) -> NDArray[np.bool_]:
    """Return the care leavers: published counts at 17-18 and 19-21, the latter's yearly rate up to the last age."""
    first, last = numbers.array("care_leaver_ages").astype(int)
    published = targets.care_leavers
    later = np.round(published[:, 1] * (last - 21) / 3).astype(np.int64)
    spans = ((first, 18, published[:, 0]), (19, 21, published[:, 1]), (22, last, later))
    out = np.zeros(len(age), np.bool_)
    for low, high, counts in spans:
        inside = np.where((age >= low) & (age <= high), weights, 0.0)
        out |= choose(inside, edges, counts, stream("care leavers", low))
    return out


def set_barriers(residents: Residents, numbers: Numbers) -> None:
    """Fill the barriers: transport by deprivation, childcare by family and age of the children, in place."""
    rng = stream("barriers")
    n = len(residents)
    idle = (residents.state > State.ABSENT).astype(np.intp)
    transport = rng.random(n) < numbers.array("transport_barrier")[idle, residents.deprivation]
    youngest = residents.child_birth.max(axis=1)
    young = (youngest != NEVER) & (-youngest.astype(np.int32) < numbers.number("childcare_age") * 12)
    alone = (residents.partner < 0).astype(np.intp)
    childcare = young & (rng.random(n) < numbers.array("childcare_barrier")[idle, alone])
    flags = {"transport": transport, "childcare": childcare}
    for bit, name in enumerate(BARRIERS):
        residents.barriers |= (flags[name].astype(np.uint8) << bit).astype(np.uint8)
