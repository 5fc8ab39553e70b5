"""What must hold at the end of every month of every run: stocks, slots, money and benefits (`verification.md`, B)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import Benefit, State
from simulation.care_classes import CARE_SHAPE, N_CARE
from simulation.ledger import LINE_INDEX, LINES, OTHER_FUNDERS, SERVICE_PAYERS, balances
from simulation.model import RegionModel
from simulation.observers import Rows
from simulation.output import FLOW_ITEMS, SERVICE_ITEMS, SUBSIDY_ITEMS
from simulation.residents import NEVER
from simulation.visit import CELL_SHAPE, OUTSIDE
from tests.funds import check_money as check_funds
from tests.plain import care, money
from tests.plain.benefits import CREDIT, Rates

STATUSES = {
    State.EMPLOYED: {Benefit.NONE, Benefit.UC_WORKING},
    State.ABSENT: {Benefit.NONE, Benefit.UC_WORKING},
    State.UNEMPLOYED: {Benefit.NONE, Benefit.UC_SEARCHING},
    State.LONG_TERM_SICK: {Benefit.NONE, Benefit.UC_HEALTH},
    State.STUDENT: {Benefit.NONE},
    State.CARING: {Benefit.NONE, Benefit.UC_OTHER},
    State.RETIRED: {Benefit.NONE, Benefit.UC_OTHER},
    State.OTHER_INACTIVE: {Benefit.NONE, Benefit.UC_SEARCHING, Benefit.UC_OTHER},
}
"""Benefit statuses that each state allows."""
UNIT_LINES = (
    *(f"uc_{part}" for part in CREDIT),
    "child_benefit",
    "child_benefit_charge",
    "council_tax_support",
    "claim_handling",
)
"""Lines of what is kept beside a unit's head."""
BANDS_FROM = np.array([16, 18, 21, 25, 35, 50, 60]) * 12


def recounted_cells(model: RegionModel, month: int) -> NDArray[np.int64]:
    """Return residents by Place and CELL_SHAPE at the end of a month, counted one by one."""
    c = model.columns
    band = np.searchsorted(BANDS_FROM, month - c.birth.astype(int), side="right") - 1
    out = np.zeros((model.start.n_places, *CELL_SHAPE), np.int64)
    np.add.at(out, (c.place, band, c.sex, c.ethnicity, (c.severity > 0).astype(int), c.state), 1)
    return out


def recounted_care(model: RegionModel, month: int) -> NDArray[np.int64]:
    """Return everybody's class of service use at the end of a month, worked out one by one, shape (residents,)."""
    c, out = model.columns, np.zeros(model.start.n, np.int64)
    for i in range(model.start.n):
        person = {name: int(getattr(c, name)[i]) for name in care.COLUMNS}
        severity, common, severe, *rest, justice, homeless = care.key_of(person, month)
        out[i] = np.ravel_multi_index((justice, homeless, severity, common + 2 * severe, *rest), CARE_SHAPE)
    return out


def check_stocks(model: RegionModel, month: int) -> None:
    """Every resident is in exactly one cell, and the running counts are the recounted ones."""
    recount = recounted_cells(model, month)
    assert recount.sum() == model.start.n
    assert np.array_equal(recount, model.cells.reshape(recount.shape))
    classes = recounted_care(model, month)
    assert np.array_equal(classes, model.columns.care)
    by_class = np.zeros((model.start.n_places, N_CARE), np.int64)
    np.add.at(by_class, (model.columns.place, classes), 1)
    assert np.array_equal(by_class @ model.visit.care, model.accounts.care.totals)
    by_place = np.bincount(model.columns.place, model.columns.satisfaction, model.start.n_places)
    assert np.array_equal(by_place.astype(np.int64), model.satisfaction)


def check_slots(model: RegionModel) -> None:
    """Each worker holds exactly one slot or place, nobody else does, and what is filled is what is held."""
    c, firms = model.columns, model.firms
    works = c.state <= State.ABSENT
    assert np.array_equal(works, c.employer >= 0)
    assert not c.slot[~works].any()
    assert not c.programme[~works].any()
    ordinary = works & (c.slot == 0)
    assert np.array_equal(np.bincount(c.employer[ordinary], minlength=len(firms.size)), firms.filled)
    for k in range(len(firms.places)):
        held = c.employer[works & (c.slot == k + 1)]
        assert np.array_equal(np.bincount(held, minlength=len(firms.size)), firms.places_filled[k])
        assert (c.programme[works & (c.slot == k + 1)] == k + 1).all()
    for filled, slots in ((firms.filled, firms.slots), (firms.places_filled, firms.places)):
        assert (filled >= 0).all()
        assert (filled <= slots).all()


def check_benefits(model: RegionModel) -> None:
    """Nobody holds a benefit that his state excludes, an award without a claim, or a partner who is not his."""
    c = model.columns
    for state, allowed in STATUSES.items():
        assert set(np.unique(c.benefit[c.state == state])) <= {int(b) for b in allowed}
    assert np.array_equal(c.benefit == Benefit.NONE, c.claim_since == NEVER)
    paired = np.flatnonzero(c.partner >= 0)
    assert np.array_equal(c.partner[c.partner[paired]], paired)
    unit_award = c.award.astype(np.int64)
    unit_award[paired] += c.award[c.partner[paired]]
    assert (unit_award[c.benefit != Benefit.NONE] > 0).all()
    assert (c.award >= 0).all()


def recomputed_ledger(model: RegionModel, month: int) -> NDArray[np.int64]:
    """Return the month's payments by Place and line, added up person by person from the residents' columns."""
    c, out = model.columns, np.zeros((model.start.n_places, len(LINES)), np.int64)
    years = sorted(model.start.rules)
    first = 2025 + month // 12 - (month % 12 < 3)
    year = min(max(f"{first}/{(first + 1) % 100:02d}", years[0]), years[-1])
    factor = next((multiplier for since, multiplier in reversed(model.arm.minimum_wage) if since <= month), 1.0)
    law = money.Law(model.start.rules[year], factor)
    rates = Rates(model.start.rules[year], model.rate_key[2])
    for i in range(model.start.n):
        person = {name: int(getattr(c, name)[i]) for name in ("state", "pay", "hours", "birth", "since", "slot")}
        spec = model.arm.subsidies[c.programme[i] - 1] if c.programme[i] else None
        gross, kind = law.pay(person, month, spec)
        line = out[c.place[i]]
        if person["state"] == money.EMPLOYED:
            hours = person["hours"] if spec is None else spec.hours_week
            assert c.gross[i] >= law.minimum[(month - person["birth"]) // 12] * hours * 52 // 12
        if kind == money.SICK_PAY:
            line[LINE_INDEX["statutory_sick_pay"]] += gross
        elif kind != money.NOTHING:
            line[LINE_INDEX["wages"]] += gross
            line[LINE_INDEX["income_tax"]] += law.income_tax(gross)
            line[LINE_INDEX["employee_ni"]] += law.insurance(gross)
            line[LINE_INDEX["employer_ni"]] += law.boss_insurance(gross, kind == money.YOUNG_WAGE)
        _post_own_benefits(model, i, rates, line)
        if c.benefit[i] != Benefit.NONE and c.claim_since[i] == month:
            line[LINE_INDEX["claim_handling"]] += round(model.start.parameters.claiming.new_claim_pounds * 100)
        user = {name: int(getattr(c, name)[i]) for name in care.COLUMNS}
        for name, pence in care.pence(care.key_of(user, month), model.start.parameters.public_services).items():
            line[LINE_INDEX[name]] += pence
        if c.programme[i]:
            _post_placement(model, i, month, law, line)
    return out


def _post_own_benefits(model: RegionModel, i: int, r: Rates, line: NDArray[np.int64]) -> None:
    """Post what a resident and, at its head, a unit hold; a unit's Universal Credit is what its parts leave."""
    c = model.columns
    flows = c.unit_flows[i].tolist()
    assert c.award[i] == sum(flows[:6]) - sum(flows[6:8])
    for name, pence in zip(UNIT_LINES, flows, strict=True):
        line[LINE_INDEX[name]] += pence
    daily, mobility = divmod(int(c.pip[i]), 3)
    line[LINE_INDEX["pip"]] += r.daily[daily] + r.mobility[mobility]
    kind = int(c.contributory[i])
    line[LINE_INDEX["new_style_esa" if kind == 3 else "new_style_jsa"]] += [0, *r.jsa, r.esa][kind]


def _post_placement(model: RegionModel, i: int, month: int, law: money.Law, line: NDArray[np.int64]) -> None:
    spec = model.arm.subsidies[model.columns.programme[i] - 1]
    local = "local_" if spec.payer == "combined_authority" else ""
    age = (month - int(model.columns.birth[i])) // 12
    line[LINE_INDEX[f"{local}subsidy_wage"]] += law.placement(spec, age)
    if model.columns.programme_since[i] == month:
        line[LINE_INDEX[f"{local}subsidy_grant"]] += spec.start_pence
        line[LINE_INDEX[f"{local}subsidy_support"]] += spec.support_pence
        line[LINE_INDEX[f"{local}subsidy_administration"]] += spec.administration_pence


def check_money(model: RegionModel, month: int) -> None:
    """The month's ledger is the sum over residents, to the penny, with completion payments by the month's count."""
    expected = recomputed_ledger(model, month)
    for k, spec in enumerate(model.arm.subsidies):
        line = LINE_INDEX["local_subsidy_grant" if spec.payer == "combined_authority" else "subsidy_grant"]
        finished = model.rows.subsidies[month - model.first_month, k, :, SUBSIDY_ITEMS.index("finished")]
        expected[:, line] += finished * spec.end_pence
    _post_services(model, month, expected)
    if model.services and model.services.money is not None:  # funds choose the account; together they pay what is due
        check_funds(model, month)
        lines = sorted({LINE_INDEX[f"service_{account}"] for account in (*SERVICE_PAYERS.values(), OTHER_FUNDERS)})
        paid = model.rows.ledger[month - model.first_month][:, lines]
        assert np.array_equal(paid.sum(axis=1), expected[:, lines].sum(axis=1))
        expected[:, lines] = paid
    assert np.array_equal(model.rows.ledger[month - model.first_month], expected)


def _post_services(model: RegionModel, month: int, expected: NDArray[np.int64]) -> None:
    if model.arm.services is None:
        return
    counts = dict(zip(SERVICE_ITEMS, np.moveaxis(model.rows.services[month - model.first_month], 2, 0), strict=True))
    for k, spec in enumerate(model.arm.services.services):
        n = {item: counts[item][k].astype(np.int64) for item in ("started", "active", "into_work", "finished")}
        due = n["started"] * spec.start_pence + n["active"] * spec.month_pence + n["into_work"] * spec.outcome_pence
        expected[:, LINE_INDEX[f"service_{SERVICE_PAYERS.get(spec.payer, OTHER_FUNDERS)}"]] += due
        income = round(100 * spec.effect.get("income_pounds_month", 0.0))
        expected[:, LINE_INDEX["advice_income"]] += n["finished"] * income * 12


def check_clients(rows: Rows, months: int) -> None:
    """Referred = waiting + started + rejected + withdrawn, and started = helped + ended, by service and Place."""
    item = {name: rows.services[:months, ..., i].astype(np.int64) for i, name in enumerate(SERVICE_ITEMS)}
    total = {name: np.cumsum(count, axis=0) for name, count in item.items()}
    off_list = ("withdrawn", "no_longer_eligible", "left_waiting", "started")
    gone = sum(total[name] for name in total if name.startswith("rejected_") or name in off_list)
    assert np.array_equal(total["referred"], gone + item["waiting"])
    ended = sum(total[name] for name in ("finished", "into_work", "dropped_out", "moved_on", "left"))
    assert np.array_equal(total["started"], ended + item["active"])
    assert (item["lost"] <= item["rejected_rules"] + item["rejected_money"] + item["rejected_full"]).all()


def check_flows(rows: Rows, months: int, first_stock: NDArray[np.int64]) -> None:
    """Stock = stock + in - out, by state, Place and age band, exactly, every month; counts of flows agree.

    Parameters
    ----------
    rows : the rows of a run.
    months : how many of them.
    first_stock : stocks before the first of these months, shape (places, bands, states).
    """
    stocks = rows.stocks[:months].sum(axis=(3, 4, 5), dtype=np.int64)
    moves, aged = rows.moves[:months].astype(np.int64), rows.ageing[:months].astype(np.int64)
    entered, left = moves[..., :OUTSIDE].sum(axis=3), moves[..., :OUTSIDE, :].sum(axis=4)
    grown_out = np.concatenate([aged[:, :, 1:], np.zeros_like(aged[:, :, :1])], axis=2)
    before = np.concatenate([first_stock[None], stocks[:-1]])
    assert np.array_equal(stocks, before + entered - left + aged - grown_out)
    assert not aged[:, :, 0].any()
    flow = {name: rows.flows[:months, :, i] for i, name in enumerate(FLOW_ITEMS)}
    by_state = moves.sum(axis=2)
    assert np.array_equal(flow["hires"] - flow["job_to_job"], by_state[:, :, 2:OUTSIDE, 0].sum(axis=2))
    assert np.array_equal(flow["separations"], by_state[:, :, :2, 2:OUTSIDE].sum(axis=(2, 3)))
    assert np.array_equal(flow["absence_starts"], by_state[:, :, 0, 1])
    assert np.array_equal(flow["absence_returns"], by_state[:, :, 1, 0])
    assert np.array_equal(flow["arrivals"], by_state[:, :, OUTSIDE].sum(axis=2))
    assert np.array_equal(flow["arrivals"], flow["leavers"])


def check_chain(rows: Rows, months: int) -> None:
    """Started = in a placement + finished + dropped out, by subsidy, every month; kept <= finished; paid = active."""
    total = rows.subsidies[:months].sum(axis=2)
    item = {name: total[..., i] for i, name in enumerate(SUBSIDY_ITEMS)}
    ended = item["finished"] + item["dropped_out"]
    assert np.array_equal(np.cumsum(item["started"], axis=0), item["active"] + np.cumsum(ended, axis=0))
    assert (item["kept"] <= item["finished"]).all()
    assert (item["started"] <= item["reached"]).all()
    assert (item["reached"] <= item["eligible"]).all()
    assert np.array_equal(item["months_paid"], item["active"])


def check_balance(rows: Rows, months: int) -> None:
    """Every pound leaves one account and reaches another: each month's accounts sum to 0 pence; no line is negative."""
    accounts = balances(rows.ledger[:months])
    assert not sum(accounts.values()).any()
    assert (rows.ledger[:months] >= 0).all()


def check_outputs(model: RegionModel, months: int, first_stock: NDArray[np.int64]) -> None:
    """Everything that the rows of a finished run must satisfy; shapes as in `check_flows`."""
    check_flows(model.rows, months, first_stock)
    check_chain(model.rows, months)
    check_clients(model.rows, months)
    check_balance(model.rows, months)


def run_checked(model: RegionModel, months: int, every: int = 1) -> RegionModel:
    """Step a model, checking every so many months and the whole run at the end; return it.

    Parameters
    ----------
    model : a model that has not run.
    months : how long.
    every : months between two full checks.
    """
    first = model.cells.reshape(model.start.n_places, *CELL_SHAPE).sum(axis=(2, 3, 4), dtype=np.int64)
    for month in range(model.month, model.month + months):
        model.step()
        if month % every == 0 or month == months - 1:
            check_stocks(model, month)
            check_slots(model)
            check_benefits(model)
            check_money(model, month)
    check_outputs(model, months, first)
    return model
