"""How long everybody has been where he is at the start: spell, last change in or out of work, work history.

Unemployment follows the published durations; other spells are geometric about an assumed mean, which the
run-in of the model replaces by its own law.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import AGE_MIN_YEARS, State
from simulation.population_targets import Numbers
from simulation.raking import Floats, stream
from simulation.residents import Residents

HISTORY_MONTHS = 24
ALL_MONTHS = np.uint64((1 << HISTORY_MONTHS) - 1)


def set_spells(residents: Residents, numbers: Numbers) -> None:
    """Fill since, work_since, work_history and ability of all residents, in place."""
    rng = stream("spells")
    n = len(residents)
    longest = np.maximum(-residents.birth.astype(np.int64) - AGE_MIN_YEARS * 12, 0)
    spell = _geometric(rng.random(n), np.maximum(numbers.array("spell_mean"), 1.0)[residents.state])
    idle = np.flatnonzero(residents.state == State.UNEMPLOYED)
    spell[idle] = _published(rng.random((2, len(idle))), numbers)
    spell = np.minimum(spell, longest)
    residents.since[:] = -spell
    worked = residents.state <= State.ABSENT
    before = np.where(residents.state == State.ABSENT, _geometric(rng.random(n), numbers.array("spell_mean")[0]), 0)
    status = np.minimum(spell + before, longest)
    residents.work_since[:] = -status
    _set_history(residents, worked, longest - status, numbers)
    residents.ability[:] = np.round(stream("ability").normal(0.0, numbers.number("ability_sd"), n))


def _geometric(draw: Floats, mean: Floats | float) -> NDArray[np.int64]:
    """Return whole months from 0 with the given mean, by the inverse distribution function."""
    share = 1.0 / (1.0 + np.asarray(mean))
    return np.floor(np.log1p(-draw) / np.log1p(-share)).astype(np.int64)


def _published(draw: Floats, numbers: Numbers) -> NDArray[np.int64]:
    """Return completed months of unemployment from the published bands, even within each."""
    shares = numbers.array("unemployment_duration")
    edges = numbers.array("unemployment_duration_bounds")
    bounds = np.cumsum(shares / shares.sum())
    band = np.minimum(np.searchsorted(bounds, draw[0], side="right"), len(shares) - 1)
    months: NDArray[np.int64] = np.floor(edges[band] + draw[1] * (edges[band + 1] - edges[band])).astype(np.int64)
    return months


def _set_history(residents: Residents, worked: NDArray[np.bool_], room: NDArray[np.int64], numbers: Numbers) -> None:
    """Fill the 24 months before the last change: one spell in the other status, then the present one again."""
    rng = stream("history")
    n = len(residents)
    job_to_job = rng.random(n) < numbers.number("job_to_job_share")
    ever = rng.random(n) < numbers.array("ever_worked_share")[residents.state]
    idle = _geometric(rng.random(n), numbers.number("out_of_work_before_job")) + 1
    job = _geometric(rng.random(n), numbers.number("worked_before_spell")) + 1
    known = np.clip(room, 0, HISTORY_MONTHS).astype(np.uint64)
    recent = np.clip(np.where(worked, idle, job), 0, HISTORY_MONTHS).astype(np.uint64)
    first = (np.uint64(1) << recent) - np.uint64(1)
    history = np.where(worked, np.where(job_to_job, ALL_MONTHS, ALL_MONTHS & ~first), np.where(ever, first, 0))
    adult = (np.uint64(1) << known) - np.uint64(1)
    residents.work_history[:] = (history.astype(np.uint64) & adult).astype(np.uint32)
