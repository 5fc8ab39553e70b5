"""What one more job is worth: by hand for one tenant, never touching the model, and adding up for everybody."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.errors import InvalidRequest
from experiments.job_values import ValueRequest, parse_hours
from results.job_value_tables import COLUMNS, EVERYBODY, value_frame
from scenarios.vocabulary import State
from simulation.job_values import PRIOR_STATES, job_values
from simulation.taxben.moves import MOVE_ITEMS, N_EXCHEQUER
from tests.worlds import assert_same, model_of, run, start_of, state_of, world

ITEM = {name: i for i, name in enumerate(MOVE_ITEMS)}


def test_a_single_tenant_by_hand() -> None:
    """A tenant of 30 has 40,000 pence of Universal Credit and 50,000 for rent; a job of 30 hours pays 260,000 a month.

    Tax is 32,000, his National Insurance 12,800, the employer's 32,749; 55% of the 215,200 he keeps is more than the
    award, which ends: the exchequer gains 167,549 and he 125,200.
    """
    w = world(60, 10, seed=3)
    r = w.residents
    r.partner[:], r.child_birth[:], r.birth[:], r.state[0] = -1, -32768, -12 * 30 - 1, State.UNEMPLOYED
    r.severity[:], r.conditions[:], r.cohort[:], r.tenure[:], r.rent[:] = 0, 0, 0, 1, 500
    r.employer[0], r.hours[0], r.since[0], r.work_since[0] = -1, 0, -20, -20
    start = start_of(
        w, claiming__take_up=1.0, claiming__contributory_take_up=0.0, claiming__council_tax_support_pounds=0.0,
        progression__median_hourly_pence=2000.0, progression__pay_by_qualification=(1.0,) * 4,
        progression__pay_by_age_band=(1.0,) * 7, progression__pay_by_ability=0.0,
        public_services__base=(0.0,) * 8,
    )  # fmt: skip
    model = model_of(start)
    model.month += 1  # between two months
    found = job_values(model, (30,))
    assert found.state[0] == PRIOR_STATES.index("unemployed_12_months_or_more")
    pence = dict(zip(MOVE_ITEMS, found.pence[0, 0].tolist(), strict=True))
    assert [pence[name] for name in ("income_tax", "employee_ni", "employer_ni")] == [32_000, 12_800, 32_749]
    assert (pence["universal_credit"], pence["wages"], pence["kept"]) == (90_000, 260_000, 125_200)
    assert sum(found.pence[0, 0, :N_EXCHEQUER].tolist()) - pence["services"] == 167_549


def test_it_changes_nothing_and_every_pound_of_pay_goes_somewhere() -> None:
    model = run(model_of(start_of(world(800))), 6)
    before = state_of(model)
    found = job_values(model, (16, 37))
    assert_same(before, state_of(model))
    p = {name: found.pence[..., i] for name, i in ITEM.items()}
    benefits = sum(
        p[name] for name in ("universal_credit", "new_style_benefits", "child_benefit_charge", "council_tax_support")
    )
    assert np.array_equal(p["kept"] + p["income_tax"] + p["employee_ni"] + benefits, p["wages"])
    for name in ("wages", "income_tax", "employee_ni", "employer_ni", "universal_credit"):
        assert (p[name][:, 1] >= p[name][:, 0]).all(), f"{name} falls with hours"
    assert len(found.state) == (model.columns.state > State.ABSENT).sum() - excluded(model.columns, model.month - 1)


def excluded(c: object, month: int) -> int:
    """Return students, retired people and those under 18 among residents out of work."""
    state, birth = c.state, c.birth.astype(int)  # type: ignore[attr-defined]
    young = month - birth < 18 * 12
    return int(((state > State.ABSENT) & (young | (state == State.STUDENT) | (state == State.RETIRED))).sum())


def test_the_table_adds_up_and_hides_small_groups() -> None:
    found = job_values(run(model_of(start_of(world(800))), 3), (25,))
    frame = value_frame(found, 50)
    assert tuple(frame.columns) == COLUMNS
    assert (frame["residents"] >= 10 * 50).all()
    parts = frame[list(MOVE_ITEMS[:N_EXCHEQUER])].sum(axis=1)
    assert parts.to_numpy() == pytest.approx(frame["exchequer"].to_numpy())
    whole = frame[(frame["prior_state"] == EVERYBODY) & (frame["trait"] == EVERYBODY)].iloc[0]
    assert whole["residents"] == len(found.state) * 50
    assert (frame["exchequer_p10"] <= frame["exchequer_p90"]).all()


@pytest.mark.parametrize("text", ["", "x", "25;16", "2.5"])
def test_hours_that_are_no_whole_numbers_are_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="16,25,37"):
        parse_hours(text)


def test_what_is_out_of_range_is_refused() -> None:
    assert parse_hours("37,16,16") == (16, 37)
    for wrong in ({"hours": (0,)}, {"hours": (61,)}, {"hours": ()}, {"sample": 0}):
        with pytest.raises(InvalidRequest):
            ValueRequest(**wrong)  # type: ignore[arg-type]
