"""What help does: each effect moves what it names, in its direction, and no two kinds of programme act alike."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from evidence import programme_effects
from scenarios.eligibility import Compare
from scenarios.programme_words import KINDS
from scenarios.vocabulary import State
from simulation.columns import HELPED
from simulation.ledger import LINE_INDEX
from simulation.model import RegionModel
from simulation.output import FLOW_ITEMS, SERVICE_ITEMS
from simulation.processes.help_effects import RATIOS, ratios, strength, wait_quantiles
from simulation.service_tables import ENDLESS, terms_of
from tests.services import EASY_DOORS, OUT_OF_WORK, service, with_services
from tests.worlds import baseline, differing, model_of, run, start_of, world

MONTHS = 18
JOBS, LOSSES, RETURNS = (FLOW_ITEMS.index(name) for name in ("hires", "separations", "absence_returns"))


@pytest.fixture(scope="module")
def start() -> Any:
    w = world(6000, 600, vacancies=0.08)
    w.residents.barriers[::2] = 3
    w.residents.state[(w.residents.state == State.EMPLOYED) & (np.arange(6000) % 11 == 0)] = State.ABSENT
    return start_of(w, **EASY_DOORS)


@pytest.fixture(scope="module")
def without(start: Any) -> RegionModel:
    return run(model_of(start, baseline(), months=MONTHS), MONTHS)


def helped(
    start: Any, kind: str = "key_worker_support", length: float = 30.0, *, places: int = 100_000,
    months: int = MONTHS, **effects: float,
) -> RegionModel:  # fmt: skip
    """Return a model in which everybody who comes, up to the places, is helped for long, with these effects."""
    arm = with_services(service(kind=kind, effects=effects, length_months=length, capacity=places))
    return run(model_of(start, arm, months=months), months)


def moves(model: RegionModel, before: State, after: State) -> int:
    return int(model.rows.moves[:, :, :, before, after].sum())


def out_of_work_hires(model: RegionModel) -> int:
    return int(model.rows.moves[:, :, :, 2:, State.EMPLOYED].sum())


def to_sickness(model: RegionModel) -> int:
    return moves(model, State.EMPLOYED, State.LONG_TERM_SICK) + moves(model, State.ABSENT, State.LONG_TERM_SICK)


def conditions(model: RegionModel) -> int:
    return int(np.bitwise_count(model.columns.conditions).sum())


def flow(model: RegionModel, item: int) -> int:
    return int(model.rows.flows[:, :, item].sum())


def test_help_to_find_a_job_raises_job_entry_and_displaces(start: Any, without: RegionModel) -> None:
    more = helped(start, job_entry_ratio=3.0)
    assert out_of_work_hires(more) > 1.05 * out_of_work_hires(without)
    employed = [m.rows.stocks[-1][..., State.EMPLOYED].sum() for m in (without, more)]
    assert employed[1] > employed[0]
    assert (more.rows.slots[..., 1] <= more.rows.slots[..., 0]).all()  # participants take jobs from finite vacancies


def test_lock_in_lowers_job_entry(start: Any, without: RegionModel) -> None:
    assert out_of_work_hires(helped(start, looks_ratio_while_on=0.2)) < 0.98 * out_of_work_hires(without)


def test_retention_lowers_job_loss(start: Any, without: RegionModel) -> None:
    kept = helped(start, "workplace_retention", retention_ratio=0.3)
    lost = [moves(m, State.EMPLOYED, State.UNEMPLOYED) for m in (without, kept)]
    assert lost[1] < 0.9 * lost[0]


def test_help_in_absence_brings_people_back_sooner(start: Any, without: RegionModel) -> None:
    back = helped(start, "work_and_health_advice", absence_return_ratio=1.8)
    months = [m.rows.stocks[..., State.ABSENT].sum() for m in (without, back)]
    assert months[1] < 0.95 * months[0]


def test_help_at_work_lowers_exits_to_long_term_sickness(start: Any, without: RegionModel) -> None:
    assert to_sickness(helped(start, "workplace_retention", sick_exit_ratio=0.3)) < 0.8 * to_sickness(without)


def test_recovery_lowers_conditions_and_worse_raises_them(start: Any, without: RegionModel) -> None:
    better, worse = (conditions(helped(start, recovery_ratio=ratio)) for ratio in (3.0, 0.3))
    assert better < conditions(without) < worse


@pytest.mark.parametrize("kind", ["travel_help", "childcare_help"])
def test_travel_and_childcare_help_lowers_the_cost_of_accepting(start: Any, kind: str) -> None:
    plain, cheap = (helped(start, kind, months=1, refusal_ratio=ratio) for ratio in (1.0, 0.0))
    assert plain.n_seekers == cheap.n_seekers
    sent = [m.matching.applications[: m.n_seekers] for m in (plain, cheap)]
    assert (sent[1] >= sent[0]).all()
    assert sent[1].sum() > 1.02 * sent[0].sum()


def test_training_gains_levels_and_changes_sectors_of_those_who_finish(start: Any, without: RegionModel) -> None:
    taught = helped(start, "skills_training", 3.0, qualification_gain=0.5, sector_change=0.4)
    assert taught.columns.qualification.mean() > without.columns.qualification.mean() + 0.2
    moved = [(m.columns.sector != start.columns.sector).mean() for m in (without, taught)]
    assert moved[1] > moved[0] + 0.1


@pytest.mark.parametrize("kind", ["apprenticeship", "supported_internship"])
def test_who_is_placed_gets_a_job_the_next_month(start: Any, kind: str) -> None:
    arm = with_services(
        service(rule=OUT_OF_WORK, kind=kind, effects={"conversion": 0.5}, length_months=2.0, capacity=30)
    )
    model = model_of(start, arm, months=MONTHS)
    tried = found = 0
    for _ in range(MONTHS):
        before, rows = model.columns.state.copy(), model.services.placed.copy()
        model.step()
        rows = rows[before[rows] > State.ABSENT]
        tried, found = tried + rows.size, found + int((model.columns.state[rows] == State.EMPLOYED).sum())
    item = SERVICE_ITEMS.index("started" if kind == "apprenticeship" else "finished")
    ended = model.rows.services[..., item].sum()
    assert tried > 20
    assert found > 0.8 * tried  # the others found only vacancies that other people placed took before them
    assert tried < ended


def test_anchor_employers_rank_their_clients_higher(start: Any) -> None:
    at_anchors = []
    for effects in ({}, {"ranking_points": 250.0, "health_penalty_ratio": 0.0}):
        m = helped(start, "early_opportunities", places=300, **effects)
        clients = (m.columns.help_state & HELPED > 0) & (m.columns.hired >= m.columns.help_since)
        at_anchors.append(int((clients & (m.firms.inclusive[m.columns.employer] == 1)).sum()))
    assert at_anchors[1] > 1.3 * at_anchors[0]


def test_wellbeing_rises_while_helped_only(start: Any, without: RegionModel) -> None:
    glad = helped(start, length=2.0, wellbeing_points=2.0)
    diff = glad.columns.satisfaction.astype(int) - without.columns.satisfaction
    on = glad.columns.help_state & 2 > 0
    assert diff[on].mean() > 10
    assert diff[~on].max() == 0


def test_advice_raises_income_and_no_job(start: Any, without: RegionModel) -> None:
    advised = helped(start, "advice_on_prescription", 2.0, income_pounds_month=64.0)
    assert not differing(without, advised).any()
    finished = advised.rows.services[..., SERVICE_ITEMS.index("finished")].sum()
    assert advised.rows.ledger[..., LINE_INDEX["advice_income"]].sum() == finished * 12 * 6400 > 0


def test_no_two_kinds_of_programme_act_alike(start: Any, without: RegionModel) -> None:
    found = {}
    for kind in KINDS:
        effects = {name: float(e.value) for name, e in programme_effects()[kind].items()}
        model = helped(start, kind, 4.0, **effects)
        outcome = [
            model.columns.state,
            model.columns.satisfaction,
            model.columns.qualification,
            model.columns.conditions,
        ]
        found[kind] = (*(column.copy() for column in outcome), model.rows.ledger.sum(axis=(0, 1)))
    alike = [(a, b) for a, b in combinations(found, 2) if all(map(np.array_equal, found[a], found[b]))]
    assert not alike
    trained = found["employer_training"]
    assert np.array_equal(trained[0], without.columns.state)  # its effect is centred on none


def test_an_effect_begins_after_its_delay_and_halves(start: Any) -> None:
    months = np.arange(60.0)
    power = strength(months, 2.0, 6.0, 12.0)
    assert power[:2].tolist() == [0.0, 0.0]
    assert power[2:7].tolist() == [1.0] * 5
    assert power[18] == pytest.approx(0.5)
    assert strength(np.array([59.0, 200.0]), 2.0, 6.0, 12.0)[1] == 0.0
    table = ratios({"job_entry_ratio": 2.0, "effect_half_life_months": 12.0}, months, 6.0, np.zeros(2))
    assert table.shape == (2, 60, len(RATIOS))
    assert table[0, 18, 0] == pytest.approx(2.0**0.5)
    assert (table[..., 1:] == 1.0).all()


def test_sites_differ_where_trials_do_and_by_seed_only(start: Any) -> None:
    spec = with_services(service(effects={"job_entry_ratio": 1.0, "site_sd": 0.3}))
    one, again, other = (model_of(start, spec, seed=seed).visit.help_ratio for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert np.unique(one[0, :, 1, 0]).size == 3


def test_waits_end_with_a_constant_hazard() -> None:
    ticks = wait_quantiles(0.2, 30, 4096)
    assert (ticks <= 30).mean() == pytest.approx(0.2, abs=0.001)
    assert (ticks <= 60).mean() == pytest.approx(0.36, abs=0.001)


def test_a_hazard_too_small_to_hold_meets_nobody() -> None:
    for rate in (5e-324, 1e-300, 1e-20):
        terms = terms_of([service(effects={"drop_out": rate})])
        assert (terms.drop_out == ENDLESS).all(), rate


def test_a_condition_on_age_is_a_condition(start: Any) -> None:
    young = service(rule=Compare("age_years", "below", (25,), ("25",)), effects={"job_entry_ratio": 3.0})
    model = run(model_of(start, with_services(young), months=6), 6)
    ages = (5 - model.columns.birth.astype(int)) // 12
    assert (model.columns.help > 0).any()
    assert ages[model.columns.help > 0].max() <= 25
