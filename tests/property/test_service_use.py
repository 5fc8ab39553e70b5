"""What residents cost the NHS, councils and justice: exact sums whatever happens, and nothing without an effect."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.ledger import LINE_INDEX
from simulation.model import RegionModel
from simulation.output import MICRO
from simulation.processes.public_services import CONTACTS, LINES
from simulation.run import simulate
from tests.checks import check_stocks
from tests.plain import care
from tests.worlds import (
    baseline,
    healthy_for_good,
    model_of,
    nobody_leaves,
    only_transitions,
    run,
    start_of,
    subsidy,
    with_subsidies,
    world,
)

INDEX = [LINE_INDEX[name] for name in LINES]


def summed(model: RegionModel, month: int) -> tuple[np.ndarray, np.ndarray]:
    """Return pence by Place and line, and contacts by Place and kind, added up person by person in plain Python."""
    c, p = model.columns, model.start.parameters.public_services
    pence = np.zeros((model.start.n_places, len(LINES)), np.int64)
    used = np.zeros((model.start.n_places, len(CONTACTS)))
    for i in range(model.start.n):
        key = care.key_of({name: int(getattr(c, name)[i]) for name in care.COLUMNS}, month)
        costs = care.pence(key, p)
        pence[c.place[i]] += [costs[name] for name in LINES]
        used[c.place[i]] += np.array(care.contacts_a_year(key, p)) / 12
    return pence, used


@pytest.mark.parametrize("threads", [1, 3])
def test_every_line_is_the_sum_over_residents_every_month(threads: int) -> None:
    offer = subsidy(cap_starts_month=5)
    model = model_of(start_of(world(2500)), with_subsidies(offer), months=12, threads=threads, block=1024)
    for month in range(12):
        model.step()
        pence, used = summed(model, month)
        assert np.array_equal(model.rows.ledger[month][:, INDEX], pence)
        np.testing.assert_allclose(model.rows.service_use[month] / MICRO, used, atol=2500 / MICRO)
        check_stocks(model, month)
    assert (model.rows.ledger[:12][:, :, INDEX].sum(axis=(0, 1)) > 0).all()


def test_the_use_of_services_moves_with_health_and_work() -> None:
    model = run(model_of(start_of(world(900)), months=24), 24)
    assert (np.ptp(model.rows.ledger[:24][:, :, INDEX].sum(axis=1), axis=0) > 0).all()


def test_treatment_that_begins_changes_use_though_nothing_else_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    only_transitions(monkeypatch, ())
    nobody_leaves(monkeypatch)
    healthy_for_good(monkeypatch)
    w = world(300)
    w.residents.treatment[:] = np.where(w.residents.conditions > 0, 3, w.residents.treatment)
    start = start_of(w, health__diagnosis=0.0)
    model = model_of(start, months=6)
    line, spent = LINE_INDEX["nhs_talking_therapies"], []
    for month in range(6):
        model.step()
        check_stocks(model, month)
        spent.append(int(model.rows.ledger[month][:, line].sum()))
    assert spent[:3] == [0, 0, 0] and min(spent[3:]) > 0


def test_arms_go_on_from_their_history() -> None:
    start = start_of(world(700))
    base, again = simulate(start, (baseline(5, 8), baseline(5, 8)), seed=4)
    alone = run(model_of(start, months=13, seed=4), 13)
    assert np.array_equal(base.ledger, again.ledger) and np.array_equal(base.service_use, again.service_use)
    assert np.array_equal(base.ledger[:, :, INDEX], alone.rows.ledger[:13][:, :, INDEX])


def test_a_programme_without_effect_changes_no_use_of_services() -> None:
    start = start_of(world(500))
    nobody = subsidy(cap_starts=0)
    base, policy = simulate(start, (baseline(), with_subsidies(nobody)), seed=3)
    assert base.service_use.any() and np.array_equal(base.service_use, policy.service_use)
    assert np.array_equal(base.ledger[..., INDEX], policy.ledger[..., INDEX])


def test_rates_change_use_and_no_resident() -> None:
    found = []
    for factor in (1.0, 2.0):
        start = start_of(world(400), public_services__homelessness_applications=0.5 * factor)
        found.append(run(model_of(start, months=6, hashing=True), 6).rows)
    assert np.array_equal(found[0].state_hash[:6], found[1].state_hash[:6])
    line = LINE_INDEX["council_homelessness"]
    few, many = (rows.service_use[..., CONTACTS.index("homelessness_applications")] for rows in found)
    np.testing.assert_allclose(2 * few, many, atol=2 * 400)  # millionths are rounded once a resident
    assert few.any()
    assert found[0].ledger[..., line].sum() < found[1].ledger[..., line].sum()
    others = np.delete(np.arange(found[0].ledger.shape[-1]), line)
    assert np.array_equal(found[0].ledger[..., others], found[1].ledger[..., others])
