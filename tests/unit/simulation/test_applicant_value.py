"""The compiled value of an applicant says what the plain statement of it in `processes.employer_choice` says."""

from __future__ import annotations

import numpy as np

from evidence import parameters
from scenarios.vocabulary import COHORTS, QUALIFICATIONS, State
from simulation.columns import columns_of
from simulation.model_tables import Limits, visit_tables
from simulation.parameters import build
from simulation.pass_exits import value_of
from simulation.processes.employer_choice import value_before_health
from simulation.residents import Residents

N, MONTH = 400, 7


def test_the_compiled_value_agrees_with_the_plain_statement() -> None:
    rng = np.random.Generator(np.random.PCG64(11))
    residents = Residents.empty(N)
    residents.birth[:] = -rng.integers(17 * 12, 64 * 12, N)
    residents.ability[:] = rng.integers(-400, 401, N)
    residents.qualification[:] = rng.integers(0, len(QUALIFICATIONS), N)
    residents.cohort[:] = rng.integers(0, 1 << len(COHORTS), N)
    residents.state[:] = rng.choice([State.EMPLOYED, State.ABSENT, State.UNEMPLOYED, State.CARING], N)
    residents.work_history[:] = rng.integers(0, 1 << 24, N)
    residents.work_since[:] = MONTH - rng.integers(0, 60, N)
    residents.since[:] = residents.work_since
    c, p = columns_of(residents), build(parameters())
    visit = visit_tables(c, 1, p, Limits())

    working = residents.state <= State.ABSENT
    spell = MONTH - residents.work_since.astype(np.int64)
    bits = [((int(h) << min(24, int(s))) | (((1 << min(24, int(s))) - 1) if w else 0)) & 0xFFFFFF
            for h, s, w in zip(residents.work_history, spell, working, strict=True)]  # fmt: skip
    plain = value_before_health(
        residents.ability.astype(float),
        residents.qualification.astype(np.int64),
        np.array([b.bit_count() for b in bits], float),
        np.where(working, 0, spell).astype(float),
        residents.cohort.astype(np.int64),
        p.employer_choice,
    )
    compiled = np.array([value_of(c, visit, i, MONTH) for i in range(N)])
    # the compiled value drops the fraction of a point that the weight of ability leaves
    assert np.all(plain - compiled < 1.0 + 400 / 2**17)
    assert np.all(plain - compiled > -400 / 2**17)
