"""A run in the order that users of the Greater Manchester cost-benefit tool expect: one outcome and agency a row.

Engagement, impact and deadweight are simulated and measured, not entered. Two bases of value stand apart and must not
be added: published unit costs, and what the run's own ledger gives for a year in work. The order of the columns is our
expectation from public descriptions of the tool; its workbook was not at hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evidence.model import UnitCost
from evidence.plan_files import GmOutcome
from evidence.unit_cost_editions import Edition
from results.display import SMALL
from results.files import write_bytes, write_text
from results.gm_outcomes import Floats, Outcome, added_starts, has_subsidised, outcome_of, timing
from results.groups import FIXED_LABELS
from results.measures import PROGRAMME_LINES, SERVICE_LINES
from results.pairing import PairedSeed, ledger_difference
from results.plan_model import before_programmes
from results.prices import price_base, price_words
from results.statistics import Stat, statistic
from results.story import agency_name
from results.summary import NOT_CALIBRATED
from results.workbook import SMALL_FLAG, book_bytes
from simulation.ledger import AGENCIES, LINE_INDEX, LINES

if TYPE_CHECKING:
    from pandas import DataFrame

BENEFIT_COLUMNS = (
    "outcome", "unit_cost_code", "basis", "agency", "value_type", "target_population", "engagement", "impact",
    "gross_outcomes", "deadweight", "net_outcomes", "unit_cost", "unit", "price_year", "total", "total_p05",
    "total_p95", "cashable_share", "cashable_total", "confidence", "optimism_bias", "lag_months", "drop_off_per_year",
    "edition", "note",
)  # fmt: skip
"""Columns of benefits, in order: target population x engagement x impact x (1 - deadweight) x unit cost = total."""
COST_COLUMNS = ("cost", "funder", "cost_type", "financial_years", "total", "total_p05", "total_p95", "note")
COLUMN_NOTE = (
    "The order of the columns is our expectation from public descriptions of the Greater Manchester tool; the workbook "
    "itself was not at hand. Check it against the edition you use before pasting."
)
BASES = ("published unit cost", "simulated ledger")
NOT_ENTERED = "enter your own"
"""Optimism bias by grade: the tool's table of percentages was not retrievable."""
AGENCY_WORDS = {"NHS": "NHS", "DWP": "DWP", "HMRC": "HMRC", "local_authorities": "local authority"}
HELD_EDITION = "v1.4, superseded since"
EVERYBODY = "All participants, years in work"
SUBSIDISED = "gross: additional months and subsidised months that the twin worked too; deadweight: the latter's part"
STARTED = "residents of the state who started a subsidised job"
ADDED = "starts with services that the policy adds, in all and so the same in every row: do not add them up"
ALREADY_NET = "deadweight is 0 because the impact is already the difference between the two arms"


class GmError(ValueError):
    """A run that no such table can be made of."""


@dataclass(frozen=True)
class PublishedCost:
    """A published unit cost with its split; `edition` names where it is from, `code` its code there."""

    code: str
    value: float
    unit: str
    price_year: str
    agencies: Mapping[str, float]
    edition: str


def benefit_frame(
    runs: Sequence[PairedSeed], outcomes: Sequence[GmOutcome], costs: Mapping[str, PublishedCost]
) -> DataFrame:
    """Return the benefits, one outcome and agency a row, by BENEFIT_COLUMNS.

    Parameters
    ----------
    runs : sequence of PairedSeed
        The seeds of one comparison.
    outcomes : sequence of GmOutcome
        Which unit cost belongs to which states.
    costs : mapping
        Name of the unit cost -> its published values.
    status : str
        Whether the runs are calibrated, in words.

    Raises
    ------
    GmError
        If nobody took part in the run's policy.
    """
    import pandas as pd

    if not runs or not (has_subsidised(runs) or added_starts(runs).any()):
        raise GmError(
            "nobody starts a subsidised job or a service in this run, so there is no engagement to state. "
            "Name a run whose policy has participants, such as health-barriers."
        )
    lag, drop_off = timing(runs)
    rows: list[dict[str, object]] = []
    for entry in outcomes:
        found = outcome_of(entry.title, entry.states, runs)
        cost = costs[entry.unit_cost]
        parts = dict(cost.agencies) or {"not split": cost.value}
        for agency, value in parts.items():
            rows.append(
                _row(found, runs, agency, "fiscal", value)
                | {"unit_cost_code": cost.code, "basis": BASES[0], "unit": cost.unit, "price_year": cost.price_year,
                   "confidence": entry.confidence, "edition": cost.edition, "note": entry.note}
            )  # fmt: skip
    rows += ledger_rows(runs)
    for row in rows:
        if row["few_behind"]:
            row["note"] = f"{SMALL_FLAG}: fewer than {SMALL} people took part; {row['note']}"
        row |= {"optimism_bias": NOT_ENTERED, "lag_months": lag, "drop_off_per_year": drop_off}
    return pd.DataFrame(rows, columns=list(BENEFIT_COLUMNS))


def ledger_rows(runs: Sequence[PairedSeed]) -> list[dict[str, object]]:
    """Return rows valued by the run's own ledger: each agency's gain for a net year in work, and added pay."""
    found = outcome_of(EVERYBODY, FIXED_LABELS["state"], runs)
    years = float(found.net.mean())
    if not years:
        return []
    panel = runs[0].policy
    prices = price_words(price_base(int(month) for month in panel.months[panel.start :]))
    common = {"unit_cost_code": "", "basis": BASES[1], "unit": "pounds per year in work", "price_year": prices,
              "confidence": "simulated", "edition": "this run"}  # fmt: skip
    rows = []
    for agency in AGENCIES:
        signs = before_programmes(agency)
        gains = _pounds(runs, signs)
        if not gains.any():
            continue
        cash = _pounds(runs, {i: sign for i, sign in signs.items() if LINES[i].cashable})
        note = "the ledger's gain over the horizon, without programme spending, over net years in work"
        rows.append(_valued(found, runs, (agency_name(agency), "fiscal"), gains, cash) | common | {"note": note})
    wages = _pounds(runs, {LINE_INDEX["wages"]: 1})
    note = "added pay before tax; a transfer inside it is in the fiscal rows, so never add the two"
    who = ("residents and employers", "economic")
    rows.append(_valued(found, runs, who, wages, np.zeros_like(wages)) | common | {"note": note})
    return rows


def _valued(
    found: Outcome, runs: Sequence[PairedSeed], who: tuple[str, str], gains: Floats, cash: Floats
) -> dict[str, object]:
    """Return a row whose unit cost is a sum of the ledger for a net year in work.

    Parameters
    ----------
    found : Outcome
        Who took part and what came of it.
    runs : sequence of PairedSeed
        The seeds.
    who : (str, str)
        Agency that gains; fiscal, economic or social.
    gains, cash : float64, shape (runs,)
        Pounds over the horizon; of them, cashable.
    """
    row, stat = _base(found, *who), _stat(runs, gains)
    total = float(gains.mean())
    share = float(cash.mean()) / total if total else 0.0
    return row | {"unit_cost": total / float(found.net.mean()), "total": total, "total_p05": stat.p05,
                  "total_p95": stat.p95, "cashable_share": share, "cashable_total": share * total}  # fmt: skip


def _row(found: Outcome, runs: Sequence[PairedSeed], agency: str, value_type: str, value: float) -> dict[str, object]:
    """Return a row valued at a published unit cost; what of it is cash is not published.

    Parameters
    ----------
    found : Outcome
        Who took part and what came of it.
    runs : sequence of PairedSeed
        The seeds.
    agency, value_type : str
        Who gains; fiscal, economic or social.
    value : float
        Pounds.
    """
    stat = _stat(runs, found.net * value)
    return _base(found, AGENCY_WORDS.get(agency, agency), value_type) | {
        "unit_cost": value, "total": stat.mean, "total_p05": stat.p05, "total_p95": stat.p95,
        "cashable_share": NOT_ENTERED, "cashable_total": NOT_ENTERED}  # fmt: skip


def _base(found: Outcome, agency: str, value_type: str) -> dict[str, object]:
    """Return the cells that every row of an outcome shares."""
    residents, engagement, impact, deadweight = found.factors
    return {
        "outcome": found.title,
        "agency": agency,
        "value_type": value_type,
        "few_behind": float(found.engaged.mean()) < SMALL,
        "target_population": residents,
        "engagement": engagement,
        "impact": impact,
        "gross_outcomes": float(found.gross.mean()),
        "deadweight": deadweight,
        "net_outcomes": float(found.net.mean()),
    }


def _stat(runs: Sequence[PairedSeed], values: Floats) -> Stat:
    """Return the statistic of one value a run."""
    return statistic(values, np.array([run.draw for run in runs], np.int64), len({run.seed for run in runs}))


def _pounds(runs: Sequence[PairedSeed], signs: Mapping[int, int]) -> Floats:
    """Return pounds gained over the horizon on lines with their signs, one value a run."""
    out = []
    for run in runs:
        pence = ledger_difference(run.policy, run.baseline).sum(axis=(0, 1))
        out.append(sum(sign * int(pence[i]) for i, sign in signs.items()) / 100)
    return np.array(out, np.float64)


def cost_frame(runs: Sequence[PairedSeed]) -> DataFrame:
    """Return spending on programmes by ledger line and funder over the horizon, by COST_COLUMNS."""
    import pandas as pd

    from results.money import financial_year

    panel = runs[0].policy
    years = [financial_year(int(month)) for month in (panel.months[panel.start], panel.months[-1])]
    span = " to ".join(dict.fromkeys(years))
    rows = []
    for name in (*PROGRAMME_LINES, *SERVICE_LINES):
        spent = _pounds(runs, {LINE_INDEX[name]: 1})
        if not spent.any():
            continue
        line = LINES[LINE_INDEX[name]]
        stat = _stat(runs, spent)
        rows.append([line.label, agency_name(line.payer), "revenue", span, stat.mean, stat.p05, stat.p95,
                     "policy less baseline; the model has no capital and no payment in kind"])  # fmt: skip
    return pd.DataFrame(rows, columns=list(COST_COLUMNS))


def notes_of(runs: Sequence[PairedSeed], status: str = NOT_CALIBRATED) -> list[tuple[str, str]]:
    """Return what a reader of the table must know: subject, text."""
    panel = runs[0].policy
    sample = (
        "Every resident." if panel.sample == 1 else f"A draft on one resident in {panel.sample}; counts are not scaled."
    )
    return [
        ("Columns", COLUMN_NOTE),
        ("Reading", "target_population x engagement x impact x (1 - deadweight) x unit_cost = total over the horizon."),
        ("Outcome", "A year in work of a resident of that state when the policy began."),
        ("Engagement", f"{(STARTED if has_subsidised(runs) else ADDED).capitalize()}."),
        ("Deadweight", f"Measured on paired runs: {SUBSIDISED if has_subsidised(runs) else ALREADY_NET}."),
        ("Displacement", "Not a column of the tool; published rows leave it out, rows of the ledger include it."),
        ("Two bases", "Rows at published unit costs and rows of the ledger value the same outcomes: never add "
         "the two. Economic and social rows never enter a fiscal return."),
        ("Horizon", f"{panel.horizon} months of {panel.arm}; {len(runs)} runs; {status}. {sample}"),
        ("Optimism bias", "The tool's percentages by grade of confidence were not retrievable: enter your own."),
        ("Lag and drop-off", "Measured: month of most additional residents in work, and the yearly fall after it. Both "
         "are inside the outcomes already: do not apply them a second time."),
        ("Social value", "No row: the run values no wellbeing in pounds here; see the appraisal of the run."),
        ("Prices", "Each unit cost stands in its own price year; bring them to one before adding them."),
    ]  # fmt: skip


def write_gm(
    runs: Sequence[PairedSeed],
    path: Path,
    outcomes: Sequence[GmOutcome],
    costs: Mapping[str, PublishedCost],
    status: str = NOT_CALIBRATED,
) -> DataFrame:
    """Write a comparison in the tool's order, as .xlsx or as .csv with its costs beside it; return the benefits.

    Parameters
    ----------
    runs : sequence of PairedSeed
        The seeds of one comparison.
    path : Path
        File to write; its ending says which of the two.
    outcomes : sequence of GmOutcome
        Which unit cost belongs to which states.
    costs : mapping
        Name of the unit cost -> its published values.
    status : str
        Whether the runs are calibrated, in words.

    Raises
    ------
    GmError
        If nobody took part in the run's policy, or the ending is neither.
    """
    if path.suffix.lower() not in (".csv", ".xlsx"):
        raise GmError(f"'{path.name}' ends in neither .csv nor .xlsx; name a file with one of these endings.")
    benefits, spent, notes = benefit_frame(runs, outcomes, costs), cost_frame(runs), notes_of(runs, status)
    if path.suffix.lower() == ".xlsx":
        arm = runs[0].policy.arm
        cover = [("Policy", arm), ("Baseline", runs[0].baseline.arm), ("Status", status)]
        sheets = {"Benefits": ("Benefits by outcome and agency", benefits), "Costs": ("Costs by funder", spent)}
        title = f"{arm} in the order of the Greater Manchester tool"
        write_bytes(path, book_bytes(title, cover, notes, sheets, status))
    else:
        write_text(path, csv_of(benefits, notes))
        write_text(costs_path(path), csv_of(spent, notes[:1]))
    return benefits


def csv_of(table: DataFrame, notes: Sequence[tuple[str, str]]) -> str:
    """Return a table as CSV text below its notes, each on a line that begins with #."""
    lines = [f"# {subject}: {text}\n" for subject, text in notes]
    return "".join(lines) + str(table.to_csv(index=False, float_format="%.10g", lineterminator="\n"))


def costs_path(path: Path) -> Path:
    """Return where the costs go beside a CSV of benefits."""
    return path.with_name(f"{path.stem}-costs{path.suffix}")


def published_costs(
    outcomes: Sequence[GmOutcome], held: Mapping[str, UnitCost], edition: Edition | None = None
) -> dict[str, PublishedCost]:
    """Return the unit cost of every outcome by name: from a user's edition where it has the code, else as held.

    Parameters
    ----------
    outcomes : sequence of GmOutcome
        Which unit cost belongs to which states.
    held : mapping
        The unit costs of the evidence.
    edition : Edition, optional
        A user's own edition.
    """
    out = {}
    for outcome in outcomes:
        newer = None if edition is None else edition.costs.get(outcome.code)
        if newer is not None and edition is not None:
            terms = (newer.value, newer.unit, newer.price_year, newer.agencies)
            out[outcome.unit_cost] = PublishedCost(outcome.code, *terms, edition.name)
        else:
            cost = held[outcome.unit_cost]
            terms = (cost.value, cost.unit, cost.price_year, cost.agencies)
            out[outcome.unit_cost] = PublishedCost(outcome.code, *terms, HELD_EDITION)
    return out
