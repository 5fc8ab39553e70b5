"""Without interactions every stock follows its expectation, by a deterministic twin (`verification.md`, 29)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scenarios.vocabulary import State
from simulation.model_tables import Limits
from simulation.start import Start
from tests.evidence_for import outside_band
from tests.plain.model import people_of
from tests.plain.people import STATES
from tests.plain.tables import Hazards, band_of, class_of, fraction
from tests.worlds import NO_HIRING, World, healthy_for_good, model_of, nobody_leaves, start_of, world

N, MONTHS, LONGEST = 8_000, 60, 61
NO_TENURE = {"separation__tenure_decay": 0.0, "search__on_the_job_tenure_decay": 0.0}
ALWAYS_HIRED = {"search__looks": (16,) * 8, "search__looks_by_cohort": (0,) * 10}


def steady_world() -> World:
    """Return people of 36 to 43, who change no age band in five years, without barriers or insecure contracts."""
    w = world(N, 300, n_places=2)
    w.residents.birth[:] = -(36 * 12) - np.arange(N) % (8 * 12)
    w.residents.barriers[:] = w.residents.insecure[:] = 0
    w.employers.insecure[:] = 0
    return w


def exits(hazards: Hazards, covariates: tuple[int, ...]) -> Any:
    """Return monthly probabilities of moving, shape (state, spell, state), and of looking for a job, (state, spell)."""
    move, look = np.zeros((8, LONGEST, 8)), np.zeros((8, LONGEST))
    for state, transitions in hazards.by_origin.items():
        for i, (t, _) in enumerate(transitions):
            for spell in range(LONGEST):
                share = (hazards._width(state, i, covariates) * hazards._shape(state, i, spell) >> 16) / 2**32
                if t.destination == "search":
                    look[state, spell] = share
                elif t.destination == "return_to_work":
                    move[state, spell, State.EMPLOYED] += share
                elif t.destination != "pay_rise":
                    move[state, spell, STATES[t.destination]] += share
    return move, look


def twin(start: Start, always_hired: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return expected stocks by month and state and their variances, shape (months, states) each."""
    people = people_of(start.columns)
    groups: dict[tuple[int, ...], np.ndarray] = {}
    for person in people:
        key = (
            band_of(-person["birth"]),
            person["sex"],
            person["qualification"],
            person["severity"],
            class_of(person["conditions"]),
        )
        begun = groups.setdefault(key, np.zeros((8, LONGEST)))
        begun[person["state"], min(-person["since"], LONGEST - 1)] += 1
    hazards = Hazards(start, people_of(start.donor))
    assert {fraction(x) for x in start.levels.place.ravel()} == {65536}
    mean, square = np.zeros((MONTHS, 8)), np.zeros((MONTHS, 8))
    for key, begun in groups.items():
        move, look = exits(hazards, key)
        for state, spell in np.argwhere(begun > 0):
            p = np.zeros((8, LONGEST))
            p[state, spell] = 1.0
            for month in range(MONTHS):
                p = next_month(p, move, look, always_hired)
                by_state = p.sum(axis=1)
                mean[month] += begun[state, spell] * by_state
                square[month] += begun[state, spell] * by_state * (1 - by_state)
    return mean, square


def next_month(p: np.ndarray, move: np.ndarray, look: np.ndarray, always_hired: bool) -> np.ndarray:
    """Return the distribution over state and spell a month later: spells are counted to the month that follows."""
    going = np.einsum("ij,ijk->k", p, move)
    stay = p * (1 - move.sum(axis=2))
    if always_hired:
        seekers = (stay[2:] * look[2:]).sum() + stay[State.UNEMPLOYED].sum() + going[State.UNEMPLOYED]
        stay[2:] *= 1 - look[2:]
        stay[State.UNEMPLOYED], going[State.UNEMPLOYED] = 0.0, 0.0
        going[State.EMPLOYED] += seekers
    out = np.zeros_like(p)
    out[:, 1:] = stay[:, :-1]
    out[:, -1] += stay[:, -1]
    out[:, 1] += going
    return out


@pytest.mark.slow
@pytest.mark.parametrize("always_hired", [False, True], ids=["nobody is hired", "every seeker is hired"])
def test_stocks_stay_inside_the_joint_band_round_the_twin(always_hired: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody_leaves(monkeypatch)
    healthy_for_good(monkeypatch)
    limits = Limits(unlimited=1, no_standard=1) if always_hired else None
    changes = {**NO_TENURE, **(ALWAYS_HIRED if always_hired else NO_HIRING), "health__diagnosis": 0.0}
    start = start_of(steady_world(), limits=limits, **changes)
    model = model_of(start, months=MONTHS)
    for _ in range(MONTHS):
        model.step()
    observed = model.rows.stocks.sum(axis=(1, 2, 3, 4, 5)).astype(float)
    expected, variance = twin(start, always_hired)
    assert np.allclose(expected.sum(axis=1), N)
    assert not outside_band(observed, expected, variance)
