"""Parameters and population turned into the integer tables that the kernels read, once before a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from scenarios.arm import SubsidySpec
from scenarios.vocabulary import AGE_BAND_STARTS, AGE_BANDS, AGE_MIN_YEARS, COHORTS, CONDITIONS, QUALIFICATIONS
from simulation.care_tables import care_table
from simulation.claiming_tables import refusal_by_keep, search_by_keep
from simulation.columns import MAX_LOOKS, Columns
from simulation.looks import N_AREA_BITS, LookParameters, LookTables
from simulation.parameters import Parameters
from simulation.processes import demography, progression, wellbeing
from simulation.processes.employer_offers import N_GROUPS
from simulation.processes.help_effects import RATIOS
from simulation.streams import stream_of
from simulation.subsidies import Terms
from simulation.taxben.rates import Rates
from simulation.thresholds import CLASS_OF_BITS, DESTINATIONS, ONE, threshold
from simulation.visit import SICK_PAY_MONTHS, TRIAL_MONTHS, VALUES, Visit

YEARS = demography.AGES
GROWING_UP = 4
"""Age bands up to this one are entered while people still gain qualifications."""


class Pay(NamedTuple):
    """Integers of pay: market pence by qualification and age band; ability factor, 16-bit; minimum by age."""

    market: NDArray[np.int64]
    ability: NDArray[np.int64]
    floor: NDArray[np.int64]
    part_time: int
    full_time: int
    subsidy_hours: NDArray[np.int64]
    at_minimum: NDArray[np.uint8]


class Limits(NamedTuple):
    """Switches of the exact limits that tests use; all off in a run."""

    unlimited: int = 0
    no_standard: int = 0
    clearing: int = 0


def heads_by_age(c: Columns, n_places: int) -> NDArray[np.float64]:
    """Return residents by Place and single year of age, shape (places, 49), of a starting population."""
    year = -c.birth.astype(np.int64) // 12 - AGE_MIN_YEARS
    flat = np.bincount(c.place.astype(np.int64) * YEARS + year, minlength=n_places * YEARS)
    return flat.reshape(n_places, YEARS).astype(float)


def prevalence(c: Columns) -> NDArray[np.float64]:
    """Return the share of residents with each condition by age band, shape (conditions, age bands)."""
    band = np.searchsorted(np.array(AGE_BAND_STARTS) * 12, -c.birth.astype(np.int64), side="right") - 1
    heads = np.maximum(np.bincount(band, minlength=len(AGE_BANDS)), 1)
    out = np.zeros((len(CONDITIONS), len(AGE_BANDS)))
    for k in range(len(CONDITIONS)):
        out[k] = np.bincount(band[(c.conditions >> k) & 1 == 1], minlength=len(AGE_BANDS)) / heads
    return out


def promotion(c: Columns, n_places: int) -> NDArray[np.uint32]:
    """Return thresholds of gaining one qualification level on entering a band, (places, bands, levels).

    Chosen so that the youngest bands' distribution moves to the next band's: the share above a level grows
    by what those just below it gain.
    """
    band = np.searchsorted(np.array(AGE_BAND_STARTS) * 12, -c.birth.astype(np.int64), side="right") - 1
    n = len(QUALIFICATIONS)
    out = np.zeros((n_places, len(AGE_BANDS), n))
    for p in range(n_places):
        for b in range(1, GROWING_UP):
            mine = c.qualification[(c.place == p) & (band == b - 1)]
            older = c.qualification[(c.place == p) & (band == b)]
            if mine.size == 0 or older.size == 0:
                continue
            share = np.bincount(mine, minlength=n) / mine.size
            above_now = 1.0 - np.cumsum(np.bincount(older, minlength=n) / older.size)
            above = 1.0 - np.cumsum(share)
            gain = np.maximum(above_now - above, 0.0)[: n - 1]
            out[p, b, : n - 1] = np.clip(gain / np.maximum(share[: n - 1], 1e-9), 0.0, 1.0)
    return threshold(out)


def donors(c: Columns, n_places: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return offsets by Place and year of age, and the rows of the starting population in that order.

    An empty year takes the Place's nearest year that has somebody.
    """
    year = -c.birth.astype(np.int64) // 12 - AGE_MIN_YEARS
    group = c.place.astype(np.int64) * YEARS + year
    order = np.lexsort((c.id, group))
    counts = np.bincount(group, minlength=n_places * YEARS)
    lists = np.split(order, np.cumsum(counts)[:-1])
    for p in range(n_places):
        filled = [y for y in range(YEARS) if lists[p * YEARS + y].size]
        for y in range(YEARS):
            if not lists[p * YEARS + y].size and filled:
                nearest = min(filled, key=lambda other: (abs(other - y), other))
                lists[p * YEARS + y] = lists[p * YEARS + nearest]
    offset = np.concatenate([[0], np.cumsum([part.size for part in lists])]).astype(np.int64)
    return offset, np.concatenate(lists).astype(np.int32)


def _by_mask(by_cohort: Sequence[int]) -> NDArray[np.int64]:
    masks = np.arange(1 << len(COHORTS))
    return sum((((masks >> k) & 1) * value for k, value in enumerate(by_cohort)), np.zeros_like(masks)).astype(np.int64)


def _threshold(share: float) -> int:
    return int(threshold(np.array([share]))[0])


def visit_tables(c: Columns, n_places: int, p: Parameters, limits: Limits) -> Visit:
    """Return the visit's integer parameters for an arm without subsidies.

    Parameters
    ----------
    c : columns of the starting population.
    n_places : number of Places.
    p : parameters.
    limits : switches of the exact limits.
    """
    choice, health = p.employer_choice, p.health
    values = {
        "diagnosis": _threshold(health.diagnosis),
        "declared_share": _threshold(health.declared_share),
        "treatment_wait_months": int(health.treatment_wait_months),
        "treated_recovery_ratio": round(health.treated_recovery_ratio * ONE),
        "long_unemployment_months": int(health.long_unemployment_months),
        "insecure_ratio": round(p.separation.insecure_ratio * ONE),
        "slot_closes": _threshold(p.separation.slot_closes),
        "pay_rise": round((1.0 + p.progression.rise_share) * ONE),
        "duration_penalty": int(choice.duration_penalty),
        "duration_cap_months": int(choice.duration_cap_months),
        "history_points": int(choice.history_points),
        "standard_shift": int(choice.standard_shift),
        "no_standard": limits.no_standard,
        "ability_weight": round(choice.ability_weight * ONE),
        "placed_looks": min(int(p.doors.placed_looks), MAX_LOOKS - 1),
        "placed_points": int(p.doors.placed_points),
        "jsa_months": int(p.claiming.jobseekers_months),
        "childcare_until": int(p.claiming.childcare_age) * 12,
        "element_months": int(p.claiming.health_element_months),
        "trial_months": 0,  # this and the next from `terms_in_force`
        "sick_pay_months": 0,
    }
    arrivals = np.cumsum(demography.arrival_ages(demography.smoothed(heads_by_age(c, n_places), p.demography)), axis=1)
    quantiles = norm.ppf((np.arange(256) + 0.5) / 256) * p.wellbeing.standard_deviation + p.wellbeing.mean
    offset, rows = donors(c, n_places)
    return Visit(
        values=np.array([values[name] for name in VALUES], np.int64),
        qualification_points=np.array(choice.qualification_points, np.int64),
        severity_penalty=np.array(choice.severity_penalty, np.int64),
        condition_penalty=np.array(choice.condition_penalty, np.int64),
        cohort_penalty=_by_mask(choice.cohort_penalty),
        cohort_looks=_by_mask(p.search.looks_by_cohort),
        looks=np.array(p.search.looks, np.int64),
        limiting=threshold(np.array(health.limiting_on_onset)),
        class_of_bits=CLASS_OF_BITS,
        promotion=promotion(c, n_places),
        arrival_age=threshold(arrivals),
        donor_offset=offset,
        donor_row=rows,
        satisfaction=wellbeing.effect_tenths(p.wellbeing).astype(np.int64),
        satisfaction_levels=np.clip(np.rint(10 * quantiles), 0, 100).astype(np.uint8),
        on_programme=np.array([round(10 * p.wellbeing.on_programme)], np.int64),
        placement_months=np.zeros(0, np.int64),
        drop_out=np.zeros(0, np.uint32),
        keep_bonus=np.zeros(0, np.int64),
        help_ratio=np.zeros((0, n_places, 1, len(RATIOS)), np.uint32),
        lock_in=np.zeros(0, np.int64),
        help_until=np.zeros(0, np.int64),
        help_satisfaction=np.zeros(0, np.int64),
        offers=np.zeros(0, np.uint8),
        offer_ratio=np.zeros((2, N_GROUPS, len(DESTINATIONS)), np.int64),
        search_by_keep=search_by_keep(p.gain_from_work),
        care=care_table(p.public_services),
    )


def with_subsidies(visit: Visit, p: Parameters, subsidies: Sequence[SubsidySpec]) -> Visit:
    """Return the visit's parameters for an arm with these subsidies; `values` is a copy of its own.

    Parameters
    ----------
    visit : parameters of the visit without subsidies.
    p : parameters.
    subsidies : the arm's subsidies.
    """
    bonus = int(p.employer_choice.keep_bonus)
    return visit._replace(
        values=visit.values.copy(),
        placement_months=np.array([s.months for s in subsidies], np.int64),
        drop_out=threshold(np.array([s.drop_out for s in subsidies], float)),
        keep_bonus=np.array([bonus + s.keep_bonus for s in subsidies], np.int64),
    )


def terms_in_force(visit: Visit, rates: Rates, trial_months: int) -> None:
    """Write how long sick pay and a work trial last by the law in force, for the pass to know when they end.

    Parameters
    ----------
    visit : parameters of the visit, written.
    rates : rates of the year.
    trial_months : months of a work trial, 0 without one.
    """
    visit.values[SICK_PAY_MONTHS], visit.values[TRIAL_MONTHS] = rates.sick_pay_months, trial_months


def pay_tables(p: Parameters, minimum_wage: NDArray[np.int64], subsidies: Sequence[SubsidySpec]) -> Pay:
    """Return the integers of pay; `minimum_wage` in pence an hour by year of age, shape (66,).

    Parameters
    ----------
    p : parameters.
    minimum_wage : pence an hour by year of age, shape (66,).
    subsidies : the arm's subsidies.
    """
    return Pay(
        market=np.rint(progression.market_pay(p.progression)).astype(np.int64),
        ability=np.rint(progression.ability_factor(p.progression) * ONE).astype(np.int64),
        floor=minimum_wage,
        part_time=int(p.progression.part_time_hours),
        full_time=int(p.progression.full_time_hours),
        subsidy_hours=np.array([s.hours_week for s in subsidies], np.int64),
        at_minimum=np.array([s.wage_share > 0 for s in subsidies], np.uint8),
    )


def terms_of(subsidies: Sequence[SubsidySpec]) -> Terms:
    """Return the terms of the subsidies as integers."""

    def whole(name: str) -> NDArray[np.int64]:
        return np.array([getattr(s, name) for s in subsidies], np.int64)

    return Terms(
        months=whole("months"),
        hours=whole("hours_week"),
        wage_share=np.array([round(s.wage_share * 10000) for s in subsidies], np.int64),
        employment_cost=np.array([s.covers_employment_cost for s in subsidies], np.uint8),
        monthly=whole("monthly_pence"),
        start=whole("start_pence"),
        end=whole("end_pence"),
        support=whole("support_pence"),
        administration=whole("administration_pence"),
        local=np.array([s.payer == "combined_authority" for s in subsidies], np.uint8),
    )


def look_tables(
    area: NDArray[np.uint8], sector: NDArray[np.uint8], size: NDArray[np.int32], commuting: NDArray[np.float64]
) -> LookTables:
    """Return where looks go.

    Parameters
    ----------
    area, sector, size : of the employers, shape (employers,).
    commuting : share of each Place's workers by area of work, shape (places, areas).
    """
    n_areas, n_sectors = commuting.shape[1], int(max(sector.max() + 1, 18))
    steps = 1 << N_AREA_BITS
    shares = commuting / commuting.sum(axis=1, keepdims=True)
    by_share = np.argsort(-shares, axis=1, kind="stable")  # not by number: labels of areas carry no meaning
    bounds = np.rint(np.cumsum(np.take_along_axis(shares, by_share, 1), axis=1) * steps).astype(np.int64)
    area_of = np.stack([
        areas[np.minimum(np.searchsorted(row, np.arange(steps), side="right"), n_areas - 1)]
        for row, areas in zip(bounds, by_share, strict=True)
    ])  # fmt: skip
    order = np.lexsort((np.arange(area.size), sector, area))
    employer_of = np.append(np.repeat(order, size[order]), 0).astype(np.int32)
    weight = np.bincount(area.astype(np.int64) * n_sectors + sector, weights=size, minlength=n_areas * n_sectors)
    own = weight.astype(np.int64).reshape(n_areas, n_sectors)
    starts = (np.cumsum(own) - own.ravel()).reshape(n_areas, n_sectors)
    whole, first = np.broadcast_to(own.sum(axis=1)[:, None], own.shape), np.broadcast_to(starts[:, :1], own.shape)
    return LookTables(
        area_of=area_of.astype(np.uint8),
        first=np.stack([first, np.where(own > 0, starts, first)], axis=2).astype(np.int32),
        size=np.stack([whole, np.where(own > 0, own, whole)], axis=2).astype(np.int32),
        employer_of=employer_of,
    )


def look_parameters(
    p: Parameters, subsidies: Sequence[SubsidySpec], cost_share: NDArray[np.float64], n_areas: int, limits: Limits
) -> LookParameters:
    """Return the integers of looks and values.

    Parameters
    ----------
    p : parameters.
    subsidies : the arm's subsidies.
    cost_share : share of the wage cost that each subsidy pays, shape (subsidies,).
    n_areas : Places and areas outside.
    limits : switches of the exact limits.
    """
    choice = p.employer_choice

    def allowed(name: str, n: int) -> NDArray[np.uint8]:
        rows = [
            np.isin(np.arange(n), getattr(s, name)) if getattr(s, name) is not None else np.ones(n, bool)
            for s in subsidies
        ]
        return np.array(rows, np.uint8).reshape(len(subsidies), n)

    return LookParameters(
        own_sector=round(p.search.own_sector * (1 << N_AREA_BITS)),
        adviser_looks=int(choice.adviser_looks),
        inclusive=round(choice.inclusive_discount * ONE),
        transport=_threshold(choice.transport_refusal),
        childcare=_threshold(choice.childcare_refusal),
        shift=int(choice.standard_shift),
        subsidy_points=np.rint(choice.subsidy_points * cost_share).astype(np.int64),
        in_vacancies=np.array([s.places in ("any_vacancy", "both") for s in subsidies], np.uint8),
        in_places=np.array([s.places in ("additional", "both") for s in subsidies], np.uint8),
        marginal=np.array([s.marginal_only for s in subsidies], np.uint8),
        place_mask=allowed("place_ids", n_areas),
        sector_mask=allowed("sector_ids", 18),
        stream=np.array([stream_of(s.name) for s in subsidies], np.uint64),
        unlimited=limits.unlimited,
        no_standard=limits.no_standard,
        month=0,
        refusal=np.zeros((0, 1), np.uint32),
        ranking=np.zeros(0, np.int64),
        health_seen=np.zeros(0, np.int64),
        at_home=np.zeros(0, np.uint8),
        offers=np.zeros(0, np.uint8),
        adjusted_health=round(p.employer_offers.adjusted_health_penalty * ONE),
        flexible_refusal=round(p.employer_offers.flexible_refusal * ONE),
        refusal_by_keep=refusal_by_keep(p.gain_from_work),
    )
