"""A broken plan is refused with one line that names the file and the key; the shipped one is whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import evidence
from evidence import EvidenceError

PLAN = "plans/cheshire-warrington-2018.yaml"
OUTCOMES = "gm_tool/outcomes.yaml"

BROKEN = [
    # file, text, its replacement, key named, words of the message
    (PLAN, "source: cw_transformation_programme_2018\ngroup", "source: a_plan\ngroup", "source", "no sources.yaml"),
    (PLAN, "unit: claimants, period", "unit: claimnts, period", "inputs.esa_claimants.unit", "unknown unit"),
    (PLAN, "value: 29870", "value: many", "inputs.esa_claimants.value", "finite number"),
    (PLAN, "interval_95: [-5, 0]", "interval_95: [-5, -2]", "inputs.mental_health_year_1.interval_95", "contain"),
    (PLAN, "interval_95: [-5, 0], ", "", "inputs.mental_health_year_1.interval_95", "is missing"),
    (PLAN, "implied: true,", "implied: perhaps,", "inputs.esa_economic.implied", "true or false"),
    (PLAN, "operation: even_ramp", "operation: evn_ramp", "steps.abuse_ramp.operation", "Did you mean 'even_ramp'"),
    (PLAN, "operation: even_ramp, inputs: [abuse_fewer, ", "operation: even_ramp, inputs: [", "steps.abuse_ramp.inputs",
     "takes 3 to 3"),
    (PLAN, "inputs: [workers_warrington, ", "inputs: [", "steps.low_pay_by_place.inputs", "takes pairs"),
    (PLAN, "inputs: [esa_benefits, esa_health]", "inputs: [esa_benefits, esa_helth]", "steps.esa_fiscal.inputs",
     "Did you mean 'esa_health'"),
    (PLAN, "esa_fiscal: {operation: sum", "tenth: {operation: sum", "steps.tenth", "taken"),
    (PLAN, "from_year: 2012, to_year: 2015", "to_year: 2015", "steps.esa_fiscal_2015.from_year", "both of them"),
    (PLAN, "step: esa_fiscal\n", "step: esa_fiscl\n", "claims[0].step", "Did you mean 'esa_fiscal'"),
    (PLAN, "mechanism: reoffending", "mechanism: crime", "claims[5].mechanism", "allowed are"),
    (PLAN, "bound: up to", "bound: at most", "claims[4].bound", "allowed are"),
    (PLAN, "within: 0.5", "within: 0", "claims[0].within", "above 0"),
    (PLAN, "name: low-pay-heads", "name: reoffending-tenth", "claims.reoffending-tenth", "twice"),
    (PLAN, "    trap: >-\n      It is an upper end", "    trapp: >-\n      It is an upper end", "claims[4].trapp",
     "Did you mean 'trap'"),
    (PLAN, "step: esa_fiscal_2015, note", "step: esa_2015, note", "claims[0].variants[0].step", "allowed are"),
    (OUTCOMES, "states: [unemployed]", "states: [long_term_sick]", "unemployed-into-work.states", "another outcome"),
    (OUTCOMES, "unit_cost: jsa_claimant_into_work", "unit_cost: jsa", "unemployed-into-work.unit_cost", "allowed are"),
    (OUTCOMES, "confidence: low", "confidence: lowish", "carers-and-others-into-work.confidence", "Did you mean 'low'"),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root, ours = tmp_path / "evidence", Path(evidence.__file__).parent
    root.mkdir()
    for name in ("sources.yaml", "unit_costs.yaml"):
        shutil.copy(ours / name, root / name)
    for name in ("plans", "gm_tool"):
        shutil.copytree(ours / name, root / name)
    return root


def load(root: Path) -> None:
    evidence.gm_outcomes(root)
    for name in evidence.savings_plans(root):
        evidence.savings_plan(name, root)


@pytest.mark.parametrize(("file", "text", "instead", "key", "words"), BROKEN)
def test_a_broken_plan_is_refused(folder: Path, file: str, text: str, instead: str, key: str, words: str) -> None:
    load(folder)
    whole = (folder / file).read_text(encoding="utf-8")
    assert text in whole
    (folder / file).write_text(whole.replace(text, instead, 1), encoding="utf-8")
    with pytest.raises(EvidenceError) as caught:
        load(folder)
    assert (caught.value.file, caught.value.key) == (file, key)
    assert words in caught.value.message


def test_a_plan_that_is_not_held_is_refused_with_those_that_are() -> None:
    with pytest.raises(EvidenceError, match=r"held are cheshire-warrington-2018.*Did you mean"):
        evidence.savings_plan("cheshire-warington-2018")


def test_an_assumption_has_a_range_and_every_other_input_a_publication() -> None:
    published = evidence.sources()
    for name in evidence.savings_plans():
        plan = evidence.savings_plan(name)
        for item in plan.inputs.values():
            assert item.source in published and item.period
            assert (item.confidence == "assumption") == (item.source == "assumption")
            assert item.confidence != "assumption" or item.interval_95 is not None
            assert not item.unit.startswith("pounds per claimant") or item.price_year
