"""The event log: anybody who adds it up has the ledger to the penny, and keeping it changes nothing."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import numpy as np
import pandas as pd
import pytest

from evidence import rules as published
from scenarios.arm import ArmSpec, BenefitsSpec
from scenarios.vocabulary import State
from simulation.event_log import EventLog
from simulation.ledger import LINE_INDEX, LINES
from simulation.model import RegionModel
from simulation.output import RunOutput
from simulation.run import simulate
from simulation.start import Start
from tests.property.test_incentives import arm as incentives
from tests.property.test_incentives import incentive
from tests.services import EASY_DOORS, service, with_services
from tests.worlds import (
    arrays_of,
    assert_same,
    baseline,
    nobody_leaves,
    only_transitions,
    region_start,
    start_of,
    subsidy,
    with_subsidies,
    world,
)

POLICY, MONTHS = 3, 14
"""From April to May of the next year: two Aprils, the first right behind the opening."""
SPAN = {"policy_month": POLICY, "months": MONTHS}
COLUMNS = ["month", "resident", "place", "line", "pence"]
NOBODY = -1


class Kept:
    """The logs of a run's arms as frames; `resident` is NOBODY in a row of single payments."""

    def __init__(self) -> None:
        self.logs: dict[str, EventLog] = {}
        self.ids: dict[str, np.ndarray] = {}
        self.frames: dict[str, list[pd.DataFrame]] = defaultdict(list)

    def __call__(self, model: RegionModel) -> None:
        log = self.logs.setdefault(model.arm.name, EventLog(model))
        self.ids[model.arm.name] = model.columns.id.astype(np.int64)
        for rows in log.rows(model):
            who = NOBODY if rows.resident is None else rows.resident.astype(np.int64)
            self.frames[model.arm.name].append(
                pd.DataFrame({
                    "month": rows.month, "resident": who, "place": rows.place, "line": rows.line, "pence": rows.pence,
                })
            )  # fmt: skip

    def of(self, arm: str) -> pd.DataFrame:
        return pd.concat(self.frames[arm], ignore_index=True)


def arms(sample: int = 1) -> tuple[ArmSpec, ...]:
    """Return a baseline and four policies that pay in different ways; capacities are those of the whole region."""
    offer = subsidy(cap_starts_month=5, start_month=POLICY + 1, payer="combined_authority", monthly_pence=4321)
    benefits = BenefitsSpec(POLICY + 3, 20_000, 6)
    costs = {"start_pence": 12_345, "month_pence": 678, "outcome_pence": 9_876}
    help_ = (
        service("a-full", capacity=9 * sample, payer="nhs", **costs),
        service("b-open", length_months=2.5, payer="local_authority", **costs),
    )
    return (
        baseline(**SPAN),
        with_subsidies(offer, **SPAN),
        baseline(**SPAN, name="benefits", benefits=(benefits,)),
        incentives(incentive(), **SPAN | {"name": "incentive"}),
        with_services(*help_, **SPAN),
    )


@cache
def small() -> Start:
    return start_of(world(1500), **EASY_DOORS)


@cache
def ran(where: str, threads: int = 1) -> tuple[Kept, dict[str, RunOutput]]:
    kept = Kept()
    start = small() if where == "small" else region_start(500)
    outputs = simulate(start, arms(start.sample), seed=3, threads=threads, hashing=True, observe=kept)
    return kept, {output.arm: output for output in outputs}


def rebuilt(log: pd.DataFrame, n_places: int) -> np.ndarray:
    """Return the ledger of every policy month as an outsider would work it out, shape (months, places, lines)."""
    out = np.zeros((MONTHS, n_places, len(LINES)), np.int64)
    standing = log[log.resident != NOBODY]
    for t in range(MONTHS):
        past = standing[standing.month <= POLICY + t]
        now = past.drop_duplicates(["resident", "line"], keep="last")
        once = log[(log.resident == NOBODY) & (log.month == POLICY + t)]
        for part in (now, once):
            sums = part.groupby(["place", "line"]).pence.sum()
            out[t, sums.index.get_level_values(0), sums.index.get_level_values(1)] += sums.to_numpy()
    return out


PAID = {
    "baseline": ("wages", "pip"), "policy": ("local_subsidy_wage",), "benefits": ("uc_health",),
    "incentive": ("local_subsidy_incentive",), "services": ("service_NHS", "service_local_authorities"),
}  # fmt: skip
"""Lines that an arm must have payments on, or its check shows nothing."""


@pytest.mark.parametrize("where", ["small", "shipped region at 1:500"])
@pytest.mark.parametrize("arm", [arm.name for arm in arms()])
def test_the_log_adds_up_to_the_ledger_to_the_penny(where: str, arm: str) -> None:
    kept, outputs = ran(where)
    wanted = outputs[arm].ledger[POLICY:]
    found = rebuilt(kept.of(arm), wanted.shape[1])
    wrong = [(t, p, LINES[k].name, int((found - wanted)[t, p, k])) for t, p, k in zip(*np.nonzero(found != wanted))]  # noqa: B905
    assert not wrong, wrong[:20]
    assert all(found[:, :, LINE_INDEX[name]].any() for name in PAID[arm])
    assert arm == "baseline" or not np.array_equal(wanted, outputs["baseline"].ledger[POLICY:])


def test_a_penny_too_much_in_the_running_totals_shows() -> None:
    class Meddling(Kept):
        def __call__(self, model: RegionModel) -> None:
            super().__call__(model)
            if model.month == POLICY + 5:
                model.accounts.standing[1, LINE_INDEX["wages"]] += 1

    kept = Meddling()
    (output,) = simulate(small(), (baseline(POLICY, 8),), seed=3, observe=kept)
    found = rebuilt(kept.of("baseline"), small().n_places)[:8] - output.ledger[POLICY:]
    assert [tuple(place) for place in np.argwhere(found)] == [(t, 1, LINE_INDEX["wages"]) for t in (5, 6, 7)]
    assert set(found[found != 0].tolist()) == {-1}


@pytest.mark.parametrize("arm", [arm.name for arm in arms()])
def test_a_row_is_a_change_and_who_has_left_is_paid_nothing(arm: str) -> None:
    kept, _ = ran("small")
    log = kept.of(arm)
    standing = log[log.resident != NOBODY]
    assert standing.month.is_monotonic_increasing
    assert log.month.min() == POLICY - 1 and set(log[log.resident == NOBODY].month) <= set(
        range(POLICY, POLICY + MONTHS)
    )
    assert not standing.duplicated(["resident", "line", "month"]).any()
    was = standing.groupby(["resident", "line"]).pence.shift(fill_value=0)
    assert (standing.pence != was).all()
    last = standing.drop_duplicates(["resident", "line"], keep="last")
    paid = set(last[last.pence != 0].resident)
    assert paid <= set(kept.ids[arm].tolist()) and paid != set(standing.resident)
    assert (log.resident == NOBODY).any()  # new claims are single payments, in every arm


def test_the_log_changes_nothing_of_the_run() -> None:
    _, outputs = ran("small")
    for plain in simulate(small(), arms(), seed=3, hashing=True):
        seen = outputs[plain.arm]
        assert seen.state_hash.any()
        assert_same(arrays_of(plain), arrays_of(seen))


def test_the_log_does_not_depend_on_threads_nor_on_who_is_worked_out_together(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, _ = ran("small")
    monkeypatch.setattr("simulation.event_log.ROWS_AT_ONCE", 700)
    again, _ = ran("small", threads=3)
    for arm in arms():
        pd.testing.assert_frame_equal(kept.of(arm.name), again.of(arm.name))


def test_a_worker_s_rows_are_his_payslips(monkeypatch: pytest.MonkeyPatch) -> None:
    """A man of 30 on 20 pounds an hour for 37 hours a week, to whom nothing happens but April 2025."""
    only_transitions(monkeypatch, ())
    nobody_leaves(monkeypatch)
    start = start_of(world(600))
    start.rules = {year: published(year) for year in ("2024/25", "2025/26", "2026/27")}
    c = start.columns
    i = int(np.flatnonzero((c.state == State.EMPLOYED) & (c.partner < 0) & (c.birth > -60 * 12))[0])
    c.birth[i], c.pay[i], c.hours[i] = -30 * 12, 2000, 37
    kept = Kept()
    simulate(start, (baseline(POLICY, 6),), seed=1, observe=kept)
    log = kept.of("baseline")
    rows = log[(log.resident == int(c.id[i])) & (log.line < 4)]
    names = [LINES[k].name for k in rows.line]
    wages = 2000 * 37 * 52 // 12  # 3,206.66 pounds a month
    income_tax = (wages - 104_750) * 20 // 100  # 20% above 12,570 pounds a year
    employee_ni = (wages - 104_750) * 8 // 100
    before = (wages - 75_833) * 138 // 1000  # 13.8% above 9,100 pounds a year, to March 2025
    after = (wages - 41_667) * 15 // 100  # 15% above 5,000 pounds a year
    wanted = [
        (2, "wages", wages), (2, "income_tax", income_tax), (2, "employee_ni", employee_ni), (2, "employer_ni", before),
        (3, "employer_ni", after),
    ]  # fmt: skip
    assert list(zip(rows.month, names, rows.pence, strict=True)) == wanted
