"""An appraisal on disk: page, tidy table and workbook, each written whole; no choice overwrites another's folder."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from results.appraisal import Appraisal, line_table
from results.appraisal_figures import ALL
from results.appraisal_page import SavingsPage, build_page, pictures
from results.appraisal_terms import evidence_text
from results.appraisal_words import caveats, choice_lines, name_of, value_sentence, who_sentence
from results.charts import write_charts
from results.files import write_bytes, write_text
from results.plain import plain
from results.statistics import STAT_COLUMNS, interval_kind, interval_words
from results.store import csv_text
from results.workbook import book_bytes

if TYPE_CHECKING:
    from pandas import DataFrame

PAGE, TABLE, BOOK = "savings.html", "savings.csv", "savings.xlsx"


def choices_hash(appraisal: Appraisal) -> str:
    """Return 8 hex digits over the choices and the evidence behind them, for the name of a folder."""
    content = json.dumps(asdict(appraisal.choices), sort_keys=True) + evidence_text()
    return hashlib.sha256(content.encode()).hexdigest()[:8]


def tidy(appraisal: Appraisal, run_id: str, status: str) -> DataFrame:
    """Return every figure, a row each, with the run, the rulebook, the status and whether it is extrapolated.

    Parameters
    ----------
    appraisal : Appraisal
        The figures.
    run_id, status : str
        The run's folder, and what must be said beside every figure.
    """
    frame = appraisal.frame.copy()
    whole = bool(appraisal.extrapolated)
    years = frame["financial_year"]
    marks = [("yes" if (whole if year == ALL else year in appraisal.extrapolated) else "no") for year in years]
    columns = list(frame.columns)
    at = columns.index("how")
    frame.insert(at, "extrapolated", marks)
    frame.insert(at, "base_year", appraisal.base_year)
    frame.insert(0, "status", status or "calibrated")
    frame.insert(0, "rulebook", appraisal.choices.rulebook)
    frame.insert(0, "policy", appraisal.policy)
    frame.insert(0, "run_id", run_id)
    return frame


def workbook(page: SavingsPage) -> bytes:
    """Return the workbook: financial year by agency by cashability first, then every other table."""
    appraisal, status = page.appraisal, page.headline.caution or "calibrated"
    frame = tidy(appraisal, page.run_id, status)

    def part(table: str, *columns: str) -> DataFrame:
        found = frame[frame["table"] == table]
        names = [c for c in ("perspective", "item", *columns, "unit", *STAT_COLUMNS, "how") if c in found]
        return found[names].reset_index(drop=True)

    years = frame[frame["table"] == "years"]
    heads = ["financial_year", "perspective", "cashable", "price_base", "extrapolated", "unit", *STAT_COLUMNS]
    sheets = {
        "Year agency cashable": (
            f"Net gain by financial year, agency and cashability, real prices of {appraisal.base_year}",
            years[heads].rename(columns={"perspective": "agency"}).reset_index(drop=True),
        ),
        "Who pays": ("Net gain, spending and ratios by perspective", part("perspectives", "price_base")),
        "Cash": ("From gross benefit to cash by agency, present value", part("cash")),
        "Places": ("Net present value by Place", part("places")),
        "Payback": ("When the exchequer has its money back", part("payback")),
        "Jobs": ("Additional starts, jobs and years in work, policy less baseline", part("counts", "month")),
        "Costs": ("What each costs: spending on programmes, and net cost to the exchequer", part("costs", "month")),
        "Wellbeing": ("Wellbeing, in no other sum", part("wellbeing", "price_base")),
        "Probability": ("Share of runs with value above zero", part("probability")),
        "Switching": ("What would make value nil, beside what was measured", part("switching")),
        "Sensitivity": ("Net present value with one thing changed", part("sensitivity")),
        "Cumulative": ("Running discounted sums by month", part("cumulative", "month")),
        "Ledger lines": ("What every line of the ledger rests on", line_table()),
    }
    cover = [
        ("Region", page.headline.geography.title),
        ("Policy", page.headline.policy_words),
        ("Baseline", appraisal.baseline),
        ("Changed", ", ".join(page.headline.changed) or "none"),
        ("Months", f"{page.headline.months[0]} to {page.headline.months[-1]}"),
        ("Status", status),
        ("Run", page.run_id),
        ("Rulebook", appraisal.rulebook_title),
        ("Base year", appraisal.base_year),
        ("Extrapolated years", ", ".join(appraisal.extrapolated) or "none"),
        ("Command", page.command),
    ]
    words = interval_words(interval_kind(appraisal.n_runs, appraisal.n_draws), appraisal.n_runs)
    notes = [
        ("Finding", f"{who_sentence(appraisal)}. {value_sentence(appraisal)}"),
        *(("Choice", line) for line in choice_lines(appraisal)),
        *(("Caution", line) for line in caveats(appraisal, page.headline.caution)),
        ("Intervals", f"p05 to p95: {words}. Shares of runs: Wilson's interval."),
        ("Shorthand", "[x]: not defined, or no such value."),
    ]
    return book_bytes(f"Who pays and who gains: {page.headline.title}", cover, notes, sheets, status)


def as_dict(page: SavingsPage, files: dict[str, str]) -> dict[str, Any]:
    """Return the appraisal as plain values for JSON.

    Parameters
    ----------
    page : SavingsPage
        What was appraised.
    files : dict
        Name of an artefact -> where it was written.
    """
    appraisal = page.appraisal
    return {
        "run_id": page.run_id,
        "policy": appraisal.policy,
        "baseline": appraisal.baseline,
        "status": page.headline.caution,
        "rulebook": appraisal.choices.rulebook,
        "base_year": appraisal.base_year,
        "choices": asdict(appraisal.choices),
        "extrapolated": list(appraisal.extrapolated),
        "names": {name: name_of(name) for name in dict.fromkeys(appraisal.rows("perspectives")["perspective"])},
        "finding": f"{who_sentence(appraisal)}. {value_sentence(appraisal)}",
        "figures": plain(appraisal.frame),
        "files": files,
    }


def write_savings(folder: Path, page: SavingsPage) -> dict[str, str]:
    """Write page, tidy table, workbook and charts into a folder; return name -> path of the first three.

    Parameters
    ----------
    folder : Path
        Made where it is missing; the same content gives the same bytes again.
    page : SavingsPage
        What was appraised.
    """
    write_text(folder / PAGE, build_page(page))
    write_text(folder / TABLE, csv_text(tidy(page.appraisal, page.run_id, page.headline.caution)))
    write_bytes(folder / BOOK, workbook(page))
    write_charts(folder / "charts", pictures(page))
    return {name: (folder / name).as_posix() for name in (PAGE, TABLE, BOOK)}
