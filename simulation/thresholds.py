"""Hazards turned into integer thresholds, once before a run; the pass only looks them up.

A month's draw for exits is 32 bits. Its sixteen segments belong to destinations for good, in every state:
a resident moves to a destination if the draw's position behind that destination's fixed offset is below
the threshold. So a higher hazard to one destination never changes who takes another, and two residents
pushed apart come together again.
"""

from __future__ import annotations  # constants of kernels

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import AGE_BAND_STARTS, AGE_BANDS, AGE_MAX_YEARS, CONDITIONS, STATES, State
from simulation.covariates import CONDITION_CLASSES, GRID, SPELL_CAP, Covariates, Transition, ten_digits
from simulation.processes import health as health_process

DESTINATIONS = (
    "long_term_sick",
    "sickness_absence",
    "unemployed",
    "student",
    "caring",
    "retired",
    "other_inactive",
    "search",
    "pay_rise",
)
"""Columns of the exit table. `return_to_work` shares the column of `search`: nobody can do both."""
SEGMENTS = {
    "long_term_sick": (0, 1),
    "sickness_absence": (1, 2),
    "unemployed": (2, 4),
    "student": (4, 6),
    "caring": (6, 7),
    "retired": (7, 9),
    "other_inactive": (9, 11),
    "search": (11, 15),
    "return_to_work": (8, 16),
    "pay_rise": (15, 16),
}
"""First and end segment of the unit interval, in sixteenths."""
LEVELS = ("long_term_sick", "inactive", "separation")
N_SEGMENTS = 16
SEGMENT_BITS = 28
ONE = 1 << 16
"""1.0 in the 16-bit fixed point of shapes and levels."""
TENURE_BUCKETS = (0, 6, 24)
"""Months of tenure at which a bucket of the exit classes of people in work begins; hazards fall with tenure, so a
class that was right at the last visit stays an upper bound."""
EMPLOYED_SHAPE = (len(AGE_BANDS), 4, len(CONDITION_CLASSES), 4, 2, len(TENURE_BUCKETS))
"""Exit classes of people in work: age band, severity, conditions, qualification, insecure contract, tenure."""
OTHER_SHAPE = (5, len(AGE_BANDS), 4, len(CONDITION_CLASSES))
"""Exit classes of the inactive: state from long-term sick on, age band, severity, conditions."""
FIRST_OTHER = int(np.prod(EMPLOYED_SHAPE))
ALWAYS_CLASS = FIRST_OTHER + int(np.prod(OTHER_SHAPE))
"""Exit class of residents who are visited every month: unemployed, absent, or in a subsidised job."""
HEALTH_SHAPE = (4, 4, 2, 16)
"""Health classes: coarse age group, severity, something undiagnosed, bits of conditions (FREQUENT and the rest)."""
AGE_GROUP_OF_BAND = (0, 0, 1, 2, 2, 3, 3)
"""Coarse age group of an age band, for the bound on health events only."""
FREQUENT = (0, 2, 3)
"""Conditions with a bit of their own in the health class; the others share one."""
WORSE_SEGMENT, BETTER_SEGMENT, DIAGNOSIS_SEGMENT, LEAVE_SEGMENT = 8, 10, 12, 14


class Tables(NamedTuple):
    """Integer thresholds and factors that the pass reads; shapes in `tabulate`."""

    exit_width: NDArray[np.uint32]
    exit_shape: NDArray[np.uint32]
    exit_level: NDArray[np.uint32]
    level_of: NDArray[np.int8]
    insecure_ratio: float
    treated_ratio: float
    search_ratio: float
    destination: NDArray[np.int8]
    offset: NDArray[np.uint32]
    exit_bound: NDArray[np.uint16]
    onset: NDArray[np.uint32]
    recovery: NDArray[np.uint32]
    worse: NDArray[np.uint32]
    better: NDArray[np.uint32]
    leave: NDArray[np.uint32]
    health_bound: NDArray[np.uint16]
    band: NDArray[np.uint8]
    band_end: NDArray[np.int64]


class ThresholdError(ValueError):
    """A hazard that does not fit its segment of the unit interval."""


def threshold(rate: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Return monthly probabilities as 32-bit thresholds, after rounding to ten significant digits."""
    out: NDArray[np.uint32] = np.minimum(np.rint(ten_digits(rate) * 2.0**32), 2.0**32 - 1).astype(np.uint32)
    return out


def fixed(factor: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Return factors in 16-bit fixed point (1.0 is ONE)."""
    out: NDArray[np.uint32] = np.rint(np.asarray(factor, float) * ONE).astype(np.uint32)
    return out


def _age_bands() -> NDArray[np.uint8]:
    years = np.arange(66 * 12) // 12
    return (np.searchsorted(AGE_BAND_STARTS, years, side="right").clip(1) - 1).astype(np.uint8)


def _widths(transitions: Iterable[Transition], parameters: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    width = np.zeros((*GRID, len(DESTINATIONS)), np.uint32)
    shape = np.full((len(STATES), len(DESTINATIONS), SPELL_CAP + 1), ONE, np.uint32)
    level = np.full((len(STATES), len(DESTINATIONS)), -1, np.int8)
    mesh = Covariates.mesh()
    spell = np.arange(SPELL_CAP + 1, dtype=float)
    for transition in transitions:
        p = parameters[transition.name]
        column = DESTINATIONS.index(transition.destination.replace("return_to_work", "search"))
        hazard = np.broadcast_to(transition.hazard(mesh, p), GRID[1:])
        first, end = SEGMENTS[transition.destination]
        if not np.all(np.isfinite(hazard)) or hazard.min() < 0 or hazard.max() > (end - first) / N_SEGMENTS:
            raise ThresholdError(
                f"hazard '{transition.name}' reaches {hazard.max():.4g} a month; it may lie between 0 and "
                f"{(end - first) / N_SEGMENTS}. Lower its parameters."
            )
        width[transition.origin, ..., column] = threshold(hazard)
        if transition.shape is not None:
            factor = transition.shape(spell, p)
            if factor.min() < 0 or factor.max() > 1.0 + 1e-12:
                raise ThresholdError(f"the shape of '{transition.name}' leaves [0, 1]; check its decay parameters.")
            shape[transition.origin, column] = fixed(factor)
        if transition.level is not None:
            level[transition.origin, column] = LEVELS.index(transition.level)
    return width, shape, level


def _destinations() -> tuple[NDArray[np.int8], NDArray[np.uint32]]:
    table = np.full((len(STATES), N_SEGMENTS), -1, np.int8)
    offset = np.zeros((len(STATES), len(DESTINATIONS)), np.uint32)
    for name, (first, end) in SEGMENTS.items():
        column = DESTINATIONS.index(name.replace("return_to_work", "search"))
        if name != "return_to_work":
            table[:, first:end] = column
            offset[:, column] = first << SEGMENT_BITS
    first, end = SEGMENTS["return_to_work"]
    table[State.ABSENT, first:end] = DESTINATIONS.index("search")
    offset[State.ABSENT, DESTINATIONS.index("search")] = first << SEGMENT_BITS
    return table, offset


def _spread(bound: NDArray[np.float64], column: NDArray[np.float64], first: int, end: int) -> None:
    """Raise the bound of the segments that a threshold reaches into (in place)."""
    for segment in range(first, end):
        part = np.clip(column - (segment - first) * 2.0**SEGMENT_BITS, 0.0, 2.0**SEGMENT_BITS)
        bound[..., segment] = np.maximum(bound[..., segment], np.ceil(part / 2.0**12))


def with_levels(tables: Tables, levels: NDArray[np.float64]) -> Tables:
    """Return the tables with other levels, shape (places, len(LEVELS)), and bounds that fit them."""
    level = fixed(levels)
    place_level = np.full((level.shape[0], len(STATES), len(DESTINATIONS)), ONE, np.uint32)
    for i in range(len(LEVELS)):
        place_level[:, tables.level_of == i] = level[:, i][:, None]
    tables = tables._replace(exit_level=place_level)
    return tables._replace(exit_bound=_exit_bound(tables, level))


def with_recovery(tables: Tables, ratio: float, diagnosis: int) -> Tables:
    """Return the tables with bounds that allow recovery to be so many times as likely.

    Parameters
    ----------
    tables : thresholds.
    ratio : highest ratio on recovery, 1 or more.
    diagnosis : 32-bit threshold of diagnosis.
    """
    tables = tables._replace(treated_ratio=tables.treated_ratio * ratio)
    return tables._replace(health_bound=_health_bound(tables, diagnosis))


def _in_segments(top: Any, names: Iterable[str]) -> NDArray[np.float64]:
    """Return bounds by segment of widths `top`, shape (..., destinations), for destinations outside absence."""
    bound = np.zeros((*top.shape[:-1], N_SEGMENTS))
    for name in names:
        if name != "return_to_work":
            _spread(bound, top[..., DESTINATIONS.index(name)], *SEGMENTS[name])
    return bound


def _exit_bound(tables: Tables, level: NDArray[np.uint32]) -> NDArray[np.uint16]:
    highest = np.concatenate([level.max(axis=0) / ONE, [1.0]])[tables.level_of]
    widths = tables.exit_width.reshape(*GRID, len(DESTINATIONS)).max(axis=2).astype(float)  # over both sexes
    job = int(State.EMPLOYED)
    job_widths = widths[job].transpose(0, 2, 3, 1, 4)[:, :, :, :, None, None, :] * highest[job]
    shape = tables.exit_shape[job].astype(float)[:, list(TENURE_BUCKETS)].T / ONE  # tenure, destination
    insecure = np.ones((2, 1, len(DESTINATIONS)))
    insecure[1, 0, DESTINATIONS.index("unemployed")] = tables.insecure_ratio
    first = _in_segments(job_widths * shape * insecure, SEGMENTS).reshape(-1, N_SEGMENTS)
    inactive = widths[State.LONG_TERM_SICK :].max(axis=2) * highest[State.LONG_TERM_SICK :, None, None, None, :]
    inactive[..., DESTINATIONS.index("search")] *= tables.search_ratio
    others = _in_segments(inactive, SEGMENTS).reshape(-1, N_SEGMENTS)
    always = np.full((1, N_SEGMENTS), 65535.0)
    bound: NDArray[np.uint16] = np.minimum(np.concatenate([first, others, always]), 65535).astype(np.uint16).ravel()
    return bound


def _health_bound(t: Tables, diagnosis: int) -> NDArray[np.uint16]:
    groups = np.array(AGE_GROUP_OF_BAND)
    bound = np.zeros((*HEALTH_SHAPE, N_SEGMENTS))
    years = np.arange(t.leave.shape[1]) + AGE_BAND_STARTS[0]
    band_of_year = np.searchsorted(AGE_BAND_STARTS, years, side="right") - 1
    bits = np.arange(16)
    treated = t.recovery.max(axis=1) * t.treated_ratio
    for g in range(HEALTH_SHAPE[0]):
        inside = t.onset[:, groups == g].max(axis=(1, 2)).astype(float)
        for c in range(len(CONDITIONS)):
            bit = FREQUENT.index(c) if c in FREQUENT else 3
            has = (bits >> bit) & 1 == 1
            come = np.where(has & (c in FREQUENT), 0.0, inside[c])
            top = np.maximum(come, np.where(has, float(treated[c]), 0.0))
            _spread(bound[g], np.broadcast_to(top, HEALTH_SHAPE[1:]), c, c + 1)
        some = (bits > 0)[None, None, :]
        worse, better = t.worse.max(axis=1)[:, None, None] * some, t.better.max(axis=1)[:, None, None] * some
        _spread(bound[g], np.broadcast_to(worse.astype(float), HEALTH_SHAPE[1:]), WORSE_SEGMENT, BETTER_SEGMENT)
        _spread(bound[g], np.broadcast_to(better.astype(float), HEALTH_SHAPE[1:]), BETTER_SEGMENT, DIAGNOSIS_SEGMENT)
        missed = np.array([0.0, float(diagnosis)])[None, :, None] * some
        _spread(bound[g], np.broadcast_to(missed, HEALTH_SHAPE[1:]), DIAGNOSIS_SEGMENT, DIAGNOSIS_SEGMENT + 1)
        leave = float(t.leave[:, groups[band_of_year] == g].max())
        _spread(bound[g], np.full(HEALTH_SHAPE[1:], leave), LEAVE_SEGMENT, N_SEGMENTS)
    return np.minimum(bound, 65535).astype(np.uint16).ravel()


def tabulate(
    transitions: Iterable[Transition],
    parameters: Mapping[str, Any],
    health: health_process.HealthParameters,
    prevalence: NDArray[np.float64],
    leaving: NDArray[np.float64],
    levels: NDArray[np.float64],
    insecure_ratio: float,
    search_ratio: float,
) -> Tables:
    """Return all thresholds of a run.

    Parameters
    ----------
    transitions : the registered transitions.
    parameters : transition name -> its process's parameters.
    health : parameters of the health process.
    prevalence : share of residents with each condition, shape (conditions, age bands).
    leaving : hazard of leaving the region, per month, shape (places, 49).
    levels : factors by Place and level (LEVELS), shape (places, 3).
    insecure_ratio : separation from an insecure job relative to a secure one.
    search_ratio : highest factor of the gain from work on search outside the labour force.

    Raises
    ------
    ThresholdError
        If a hazard or shape does not fit its segment.
    """
    width, shape, level_of = _widths(transitions, parameters)
    destination, offset = _destinations()
    onset = threshold(np.minimum(health_process.onset_hazard(prevalence, health), 1 / N_SEGMENTS))
    treated = max(1.0, health.treated_recovery_ratio)
    recovery = threshold(np.minimum(health_process.recovery_hazard(health), 1 / N_SEGMENTS / treated))
    worse = threshold(health_process.worsening_hazard(health))
    better = threshold(health_process.improvement_hazard(health))
    leave = threshold(leaving)
    tables = Tables(
        exit_width=np.ascontiguousarray(width.reshape(-1, len(DESTINATIONS))),
        exit_shape=shape,
        exit_level=np.zeros((1, 1, 1), np.uint32),
        level_of=level_of,
        insecure_ratio=insecure_ratio,
        treated_ratio=max(1.0, health.treated_recovery_ratio),
        search_ratio=max(1.0, search_ratio),
        destination=destination,
        offset=offset,
        exit_bound=np.zeros(N_SEGMENTS, np.uint16),
        onset=onset,
        recovery=recovery,
        worse=worse,
        better=better,
        leave=leave,
        health_bound=np.zeros(N_SEGMENTS, np.uint16),
        band=_age_bands(),
        band_end=np.array([*AGE_BAND_STARTS[1:], AGE_MAX_YEARS], np.int64) * 12,
    )
    diagnosis = int(threshold(np.array([health.diagnosis]))[0])
    return with_levels(tables._replace(health_bound=_health_bound(tables, diagnosis)), levels)


def condition_class(bits: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the condition class (CONDITION_CLASSES) of condition bit masks."""
    count = np.bitwise_count(bits)
    out = np.minimum(count, 3).astype(np.uint8)
    names = {name: i for i, name in enumerate(CONDITION_CLASSES)}
    out = np.array([names["none"], names["one_physical"], names["two"], names["three_or_more"]], np.uint8)[out]
    out = np.where((count == 1) & (bits == 1), names["common_mental_only"], out)
    return np.where(bits & 2, names["severe_mental"], out).astype(np.uint8)


CLASS_OF_BITS = condition_class(np.arange(256, dtype=np.uint8))
"""Condition class by condition bit mask, shape (256,)."""
