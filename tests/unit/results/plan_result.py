"""The shipped plan, alone and beside made-up pairs whose Places stand for its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import evidence
from evidence.plan_files import SavingsPlan
from results.geography import Geography, build
from results.pairing import PairedSeed
from results.plan_claims import claim_rows
from results.plan_data import PlanFacts, PlanResult
from results.plan_model import LowPay, low_pay_rows, model_figures
from simulation.ledger import LINE_INDEX
from tests.unit.results.sample_run import seeds

PLAN = "cheshire-warrington-2018"
GROUP = "Cheshire & Warrington"


def plan() -> SavingsPlan:
    return evidence.savings_plan(PLAN)


def index() -> dict[int, float]:
    table = evidence.deflators()
    return {int(year): float(value) for year, value in zip(table["year"], table["index"], strict=True)}


def geography() -> Geography:
    places = [("E01", "Northport"), ("E02", "Midham"), ("E03", "Southby")]
    return build("testland", "Testland", places, {GROUP: ("Northport", "Midham")})


def with_lines(runs: list[PairedSeed], pence: dict[str, tuple[int, int]]) -> list[PairedSeed]:
    """Return runs whose ledgers hold, every month and Place, pence on lines: baseline's and policy's."""
    out = []
    for run in runs:
        panels = []
        for k, panel in enumerate((run.baseline, run.policy)):
            ledger = panel.ledger.copy()
            for line, values in pence.items():
                ledger[..., LINE_INDEX[line]] = values[k]
            panels.append(replace(panel, ledger=ledger))
        out.append(replace(run, baseline=panels[0], policy=panels[1]))
    return out


def low_pay(places: Geography) -> tuple[LowPay, ...]:
    hourly = np.array([900, 1000, 1200, 1300, 1700, 1800, 2000, 2400], np.int64)
    where = np.array([0, 1, 2, 0, 1, 2, 0, 1], np.int64)
    return low_pay_rows(hourly, where, (places.find(GROUP), places.whole), 2 / 3, {"Below a line": 1250.0})


def alone() -> PlanResult:
    return PlanResult(plan(), claim_rows(plan(), index()), (), PlanFacts(f"workability plan {PLAN}"))


def beside_a_run() -> PlanResult:
    lines = {"nhs_secondary_mental_health": (500_000, 480_000), "justice_police": (90_000, 90_000)}
    places, facts = geography(), PlanFacts(f"workability plan {PLAN}", "kickstart/0123", "the run kickstart/0123")
    figures = model_figures(plan(), with_lines(seeds(), lines), places, low_pay(places))
    return replace(alone(), figures=figures, facts=facts)
